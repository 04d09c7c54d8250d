import numpy as np


def z(x, y, t):
    """x : fixed<12,3> in [-3, 3]
    y : fixed<12,3> in [-3, 3]
    t : ufixed<10,0>
    z : fixed<14,2> error <= 2^-10
    """
    t1 = np.sqrt(x**2 + y**2)
    return np.exp(-t1**2/2)*np.sin(3*t) + 0.25*x*y - 1/3*t1
