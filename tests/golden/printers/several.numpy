import numpy as np


def evaluate(delta_x, x1, speed):
    """delta_x stands for Δx
    x1 stands for x₁
    class_ stands for class
    delta_x in [0, 1]
    x1 in [0, 1]
    """
    t1 = 1/(np.exp(-(delta_x - 2*x1)) + 1)
    class_ = np.where(np.maximum(t1, speed) < 1 - t1, 2, np.where(t1 < speed, 1, 0))
    limited = np.where(speed < 0, 0, np.where((speed >= 1.5) & (delta_x != 0),
        np.clip(t1, -1.0, 1), np.floor(speed + 0.5)))
    rest = np.mod(speed, 0.7) + np.abs(t1)**(-2.0) - np.pi*np.sign(x1)*np.cbrt(speed)
    return class_, limited, rest
