"""SymPy's functions in the words of the native language: one table for its text, its `srepr` and its objects."""

from __future__ import annotations

from symhdl.functions.dialect import RECIPROCALS, Dialect
from symhdl.functions.operation import Operation

LARGEST_NUMBER_OF_CONDITIONS = (
    8  # that text may give to And(...), Or(...); SymPy itself prints & and |
)


def _logic() -> str:
    """And, Or and their likes for any number of conditions up to the largest."""
    lines: list[str] = []
    for count in range(1, LARGEST_NUMBER_OF_CONDITIONS + 1):
        names = [f"a{index}" for index in range(count)]
        parameters = ", ".join(names)
        every, some = " and ".join(names), " or ".join(names)
        parity = names[0]
        for name in names[1:]:
            parity = f"(({parity}) != {name})"
        lines += [
            f"And({parameters}) = {every}",
            f"Or({parameters}) = {some}",
            f"Nand({parameters}) = not ({every})",
            f"Nor({parameters}) = not ({some})",
            f"Xor({parameters}) = {parity}",
            f"Xnor({parameters}) = not ({parity})",
            f"Equivalent({parameters}) = ({every}) or not ({some})",
        ]
    return "\n".join(lines)


SYMPY = Dialect(
    "sympy",
    (("pi", Operation.PI), ("E", Operation.E)),
    (
        ("Max", Operation.MAXIMUM),
        ("Min", Operation.MINIMUM),
        ("Mod", Operation.MODULO),
        ("Abs", Operation.ABSOLUTE),
        ("ceiling", Operation.CEIL),
        ("Sqrt", Operation.SQUARE_ROOT),
        ("Cbrt", Operation.CUBE_ROOT),
        ("ITE", Operation.SELECT),
        ("amax", Operation.MAXIMUM),
        ("amin", Operation.MINIMUM),
    ),
    RECIPROCALS
    + f"""
        log(x, base) = log(x) / log(base)
        Pow(x, y) = x ^ y
        root(x, n) = x ^ (1 / n)
        real_root(x, n) = sign(x) * abs(x) ^ (1 / n)
        Integer(x) = x
        Float(x) = x
        Rational(x) = x
        Rational(p, q) = p / q
        S(x) = x
        UnevaluatedExpr(x) = x
        re(x) = x
        im(x) = 0
        conjugate(x) = x
        Heaviside(x) = if x < 0 then 0 else (if x == 0 then 1/2 else 1)
        Heaviside(x, h) = if x < 0 then 0 else (if x == 0 then h else 1)
        KroneckerDelta(i, j) = if i == j then 1 else 0
        frac(x) = x - floor(x)
        Rem(x, y) = x - y * (if x / y < 0 then ceil(x / y) else floor(x / y))
        fma(a, b, c) = a * b + c
        erf2(a, b) = erf(b) - erf(a)
        logaddexp(a, b) = max(a, b) + log(1 + exp(-abs(a - b)))
        acot(x) = (if x < 0 then -pi/2 else pi/2) - atan(x)
        Eq(a, b) = a == b
        Ne(a, b) = a != b
        Lt(a, b) = a < b
        Le(a, b) = a <= b
        Gt(a, b) = a > b
        Ge(a, b) = a >= b
        Equality(a, b) = a == b
        Unequality(a, b) = a != b
        StrictLessThan(a, b) = a < b
        LessThan(a, b) = a <= b
        StrictGreaterThan(a, b) = a > b
        GreaterThan(a, b) = a >= b
        Not(a) = not a
        Implies(a, b) = not a or b
        {_logic()}
    """,
)

INFINITY = "is not a finite number, and hardware holds nothing else"
_CONSTANT = "is a constant that cannot be computed here: put a number in its place, with .evalf()"
REFUSED_NAMES = (
    ("oo", INFINITY),
    ("zoo", INFINITY),
    ("inf", INFINITY),
    ("nan", "is not a number: the expression has no value there"),
    ("I", "is the imaginary unit, and hardware computes with real numbers"),
    ("EulerGamma", _CONSTANT),
    ("Catalan", _CONSTANT),
    ("GoldenRatio", "is a constant that SymPy's text does not explain: write (1 + sqrt(5))/2"),
)
REFUSED_CALLS = {
    "Sum": "write the sum out, with .doit(), or give SymPy's object or its srepr",
    "Product": "write the product out, with .doit(), or give SymPy's object or its srepr",
    "Subs": "put the values in, with .doit()",
    "Contains": "give SymPy's object or its srepr",
    "Integral": "work it out first, with .doit()",
    "Derivative": "work it out first, with .doit()",
    "Limit": "work it out first, with .doit()",
}
