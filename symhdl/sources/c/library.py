"""What the headers of C and C++ offer, by the definitions of the C standard (ISO/IEC 9899, 7.12), over the reals."""

from __future__ import annotations

from symhdl.functions.dialect import Dialect
from symhdl.functions.operation import Operation

C = Dialect(
    "c",
    (("M_PI", Operation.PI), ("M_E", Operation.E), ("CV_PI", Operation.PI), ("PI", Operation.PI)),
    (
        ("fabs", Operation.ABSOLUTE),
        ("labs", Operation.ABSOLUTE),
        ("llabs", Operation.ABSOLUTE),
        ("fmin", Operation.MINIMUM),
        ("fmax", Operation.MAXIMUM),
    ),
    """
        trunc(x) = if x < 0 then ceil(x) else floor(x)
        round(x) = if x < 0 then ceil(x - 1/2) else floor(x + 1/2)
        rint(x) = if x - floor(x) == 1/2 then 2*floor(x/2 + 1/4) else floor(x + 1/2)
        nearbyint(x) = if x - floor(x) == 1/2 then 2*floor(x/2 + 1/4) else floor(x + 1/2)
        fmod(x, y) = if x/y < 0 then x - y*ceil(x/y) else x - y*floor(x/y)
        remainder(x, y) = if x/y - floor(x/y) == 1/2 then x - 2*y*floor(x/y/2 + 1/4) else x - y*floor(x/y + 1/2)
        fma(x, y, z) = x*y + z
        mad(x, y, z) = x*y + z
        fdim(x, y) = max(x - y, 0)
        copysign(x, y) = if y < 0 then -abs(x) else abs(x)
        signbit(x) = x < 0
        exp10(x) = 10^x
        pow10(x) = 10^x
        ldexp(x, n) = x*2^n
        scalbn(x, n) = x*2^n
        scalbln(x, n) = x*2^n
        rsqrt(x) = 1/sqrt(x)
        recip(x) = 1/x
        sinpi(x) = sin(pi*x)
        cospi(x) = cos(pi*x)
        tanpi(x) = tan(pi*x)
        hypot(x, y, z) = sqrt(x^2 + y^2 + z^2)
        lerp(a, b, t) = a + t*(b - a)
        isgreater(x, y) = x > y
        isgreaterequal(x, y) = x >= y
        isless(x, y) = x < y
        islessequal(x, y) = x <= y
        islessgreater(x, y) = x != y
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
    "TWO_PI": "2*pi",
    "HALF_PI": "pi/2",
    "FLT_EPSILON": "2^-23",
    "DBL_EPSILON": "2^-52",
    "FLT_MIN": "2^-126",
    "FLT_MAX": "(2 - 2^-23)*2^127",
    "DBL_MIN": "2^-1022",
    "DBL_MAX": "(2 - 2^-52)*2^1023",
    "true": "1",
    "false": "0",
    "TRUE": "1",
    "FALSE": "0",
}
INTEGERS = {
    "INT8_MAX": 2**7 - 1,
    "INT8_MIN": -(2**7),
    "UINT8_MAX": 2**8 - 1,
    "INT16_MAX": 2**15 - 1,
    "INT16_MIN": -(2**15),
    "UINT16_MAX": 2**16 - 1,
    "INT_MAX": 2**31 - 1,
    "INT_MIN": -(2**31),
    "INT32_MAX": 2**31 - 1,
    "INT32_MIN": -(2**31),
    "UINT_MAX": 2**32 - 1,
    "UINT32_MAX": 2**32 - 1,
}
NO_NUMBERS = ("INFINITY", "NAN", "HUGE_VAL", "HUGE_VALF", "NULL", "nullptr")

# The same functions under names of their own, as integers where their names say so.
ROUNDED_TO_INTEGERS = {
    "lround": "round",
    "llround": "round",
    "lrint": "rint",
    "llrint": "rint",
}
KEEPS_INTEGERS = ("abs", "labs", "llabs", "min", "max", "clamp")
ONLY_FOR_INTEGERS = ("abs", "labs", "llabs")
TRUTHS = ("isgreater", "isgreaterequal", "isless", "islessequal", "islessgreater", "signbit")
