"""What Python's math and NumPy offer, by the definitions in their manuals, over the reals."""

from __future__ import annotations

from symhdl.functions.dialect import Dialect
from symhdl.functions.operation import Operation
from symhdl.sources.imperative.library import COMMON_DEFINITIONS

NUMPY = Dialect(
    "numpy",
    (("pi", Operation.PI), ("e", Operation.E)),
    (
        ("absolute", Operation.ABSOLUTE),
        ("fabs", Operation.ABSOLUTE),
        ("negative", Operation.NEGATE),
        ("true_divide", Operation.DIVIDE),
        ("float_power", Operation.POWER),
        ("remainder", Operation.MODULO),
        ("fmax", Operation.MAXIMUM),
        ("fmin", Operation.MINIMUM),
        ("amax", Operation.MAXIMUM),
        ("amin", Operation.MINIMUM),
        ("expit", Operation.SIGMOID),
        ("rsub", Operation.SUBTRACT),
    ),
    COMMON_DEFINITIONS
    + """
        fix(x) = if x < 0 then ceil(x) else floor(x)
        int(x) = if x < 0 then ceil(x) else floor(x)
        round_to(x, factor) = rint(x*factor)/factor
        floor_divide(x, y) = floor(x/y)
        heaviside(x, h) = if x < 0 then 0 else (if x == 0 then h else 1)
        sinc(x) = if x == 0 then 1 else sin(pi*x)/(pi*x)
        positive(x) = x
        real(x) = x
        conj(x) = x
        float(x) = x
        float64(x) = x
        float32(x) = x
        float16(x) = x
        double(x) = x
        deg2rad(x) = x*pi/180
        radians(x) = x*pi/180
        rad2deg(x) = x*180/pi
        degrees(x) = x*180/pi
        log(x, base) = log(x)/log(base)
        logaddexp(x, y) = max(x, y) + log1p(exp(-abs(x - y)))
        logaddexp2(x, y) = max(x, y) + log2(1 + 2^(-abs(x - y)))
        hypot(x) = abs(x)
        softsign(x) = x/(1 + abs(x))
        relu6(x) = min(max(x, 0), 6)
        hardtanh(x) = min(max(x, -1), 1)
        leaky_relu(x) = if x >= 0 then x else x/100
        leaky_relu(x, slope) = if x >= 0 then x else slope*x
        elu(x, alpha) = if x > 0 then x else alpha*(exp(x) - 1)
        xlogy(x, y) = if x == 0 then 0 else x*log(y)
        divide_no_nan(x, y) = if y == 0 then 0 else x/y
        less(x, y) = x < y
        less_equal(x, y) = x <= y
        greater(x, y) = x > y
        greater_equal(x, y) = x >= y
        equal(x, y) = x == y
        not_equal(x, y) = x != y
        logical_and(x, y) = x != 0 and y != 0
        logical_or(x, y) = x != 0 or y != 0
        logical_xor(x, y) = (x != 0) != (y != 0)
        logical_not(x) = x == 0
        bool(x) = x != 0
        clamp_min(x, low) = max(x, low)
        clamp_max(x, high) = min(x, high)
    """,
)

CONSTANTS = {"tau": "2*pi", "True": "1", "False": "0"}
NO_NUMBERS = ("inf", "infty", "Inf", "PINF", "NINF")

MATH_NAMES = {"remainder": "nearest_remainder"}
"""What the module math calls by a name that means something else in NumPy."""

TRUTHS = frozenset(
    {
        "bool", "equal", "greater", "greater_equal", "less", "less_equal", "logical_and",
        "logical_not", "logical_or", "logical_xor", "not_equal", "signbit", "any", "all",
    }
)  # fmt: skip
"""Functions whose values are conditions."""

MODULES = frozenset(
    {
        "F", "K", "anp", "autograd", "builtins", "cp", "cupy", "functools", "jax", "jnp", "keras", "lax", "math", "nb",
        "nn", "np", "numba", "numpy", "onp", "ops", "scipy", "sp", "special", "tensorflow", "tf", "torch", "xp",
    }
)  # fmt: skip
"""Names that stand for libraries although nothing is imported in the text."""

AMBIGUOUS_SUM = "the sum of two conditions is 0 or 1 for NumPy and up to 2 for Python"
AMBIGUOUS_REMEDY = "write a | b for one of them, or 1*a + 1*b to count them"
