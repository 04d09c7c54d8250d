"""How a function of one variable becomes tables and polynomials in hardware, with a proved error."""

from symhdl.approximation.approximation import Approximation, Specification
from symhdl.approximation.choose import approximate, search
from symhdl.approximation.kept import Store
from symhdl.approximation.priced import Priced
from symhdl.approximation.prospects import least_worth, rough_worth
from symhdl.approximation.smooth_function import SmoothFunction

__all__ = [
    "Approximation", "Priced", "SmoothFunction", "Specification", "Store", "approximate", "least_worth",
    "rough_worth", "search",
]  # fmt: skip
