"""What the headers of C and C++ offer, by the definitions of the C standard (ISO/IEC 9899, 7.12), over the reals."""

from __future__ import annotations

from symhdl.functions.dialect import Dialect
from symhdl.functions.operation import Operation
from symhdl.sources.imperative.library import COMMON_DEFINITIONS

C = Dialect(
    "c",
    (("M_PI", Operation.PI), ("M_E", Operation.E), ("PI", Operation.PI)),
    (
        ("fabs", Operation.ABSOLUTE),
        ("labs", Operation.ABSOLUTE),
        ("llabs", Operation.ABSOLUTE),
        ("fmin", Operation.MINIMUM),
        ("fmax", Operation.MAXIMUM),
    ),
    COMMON_DEFINITIONS
    + """
        round(x) = if x < 0 then ceil(x - 1/2) else floor(x + 1/2)
        nearbyint(x) = rint(x)
        remainder(x, y) = nearest_remainder(x, y)
        fdim(x, y) = max(x - y, 0)
        scalbn(x, n) = x*2^n
    """,
)

CONSTANTS = {
    "M_PI_2": "pi/2",
    "M_PI_4": "pi/4",
    "M_1_PI": "1/pi",
    "M_2_PI": "2/pi",
    "M_2_SQRTPI": "2/sqrt(pi)",
    "M_SQRT2": "sqrt(2)",
    "M_SQRT1_2": "sqrt(1/2)",
    "M_LN2": "log(2)",
    "M_LN10": "log(10)",
    "M_LOG2E": "1/log(2)",
    "M_LOG10E": "1/log(10)",
    "FLT_EPSILON": "2^-23",
    "DBL_EPSILON": "2^-52",
    "FLT_MIN": "2^-126",
    "FLT_MAX": "(2 - 2^-23)*2^127",
    "DBL_MIN": "2^-1022",
    "DBL_MAX": "(2 - 2^-52)*2^1023",
}
INTEGERS = {
    **dict.fromkeys(("true", "TRUE"), 1),
    **dict.fromkeys(("false", "FALSE"), 0),
    **{f"INT{width}_MAX": 2 ** (width - 1) - 1 for width in (8, 16, 32)},
    **{f"INT{width}_MIN": -(2 ** (width - 1)) for width in (8, 16, 32)},
    **{f"UINT{width}_MAX": 2**width - 1 for width in (8, 16, 32)},
    "INT_MAX": 2**31 - 1,
    "INT_MIN": -(2**31),
    "UINT_MAX": 2**32 - 1,
}
NO_NUMBERS = ("INFINITY", "NAN", "HUGE_VAL", "HUGE_VALF", "NULL", "nullptr")

# The same functions under names of their own, as integers where their names say so.
ROUNDED_TO_INTEGERS = {"lround": "round", "llround": "round", "lrint": "rint", "llrint": "rint"}
KEEPS_INTEGERS = ("abs", "labs", "llabs", "min", "max", "clamp")
ONLY_FOR_INTEGERS = ("abs", "labs", "llabs")
TRUTHS = ("signbit",)
