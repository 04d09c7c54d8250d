"""How a function of one variable becomes tables and polynomials in hardware, with a proved error."""

from symhdl.approximation.approximation import Approximation, Specification
from symhdl.approximation.choose import approximate, least_worth, rough_worth, search
from symhdl.approximation.kept import Store
from symhdl.approximation.priced import Priced
from symhdl.approximation.smooth_function import SmoothFunction

__all__ = [
    "Approximation", "Priced", "SmoothFunction", "Specification", "Store", "approximate", "least_worth",
    "rough_worth", "search",
]  # fmt: skip
