import numpy as np


def z(x0, y, x1, x2, x3, x4, x5, x6, x7):
    return (
        1.25*np.sin(2*x0 - y)/(x1**2 + 0.5) + 2.25*np.sin(3*x1 - y)/(x2**2 + 0.5)
        + 3.25*np.sin(4*x2 - y)/(x3**2 + 0.5) + 4.25*np.sin(5*x3 - y)/(x4**2 + 0.5)
        + 5.25*np.sin(6*x4 - y)/(x5**2 + 0.5) + 6.25*np.sin(7*x5 - y)/(x6**2 + 0.5)
        + 7.25*np.sin(8*x6 - y)/(x7**2 + 0.5)
    )
