"""How a function of one variable becomes tables and polynomials in hardware, with a proved error."""

from symhdl.approximation.approximation import Approximation, Specification
from symhdl.approximation.choose import Priced, approximate, search
from symhdl.approximation.smooth_function import SmoothFunction

__all__ = ["Approximation", "Priced", "SmoothFunction", "Specification", "approximate", "search"]
