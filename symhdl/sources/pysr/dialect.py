"""The operators of PySR and SymbolicRegression.jl as dialects: today's, those of 2021 and 2020, and SymPy's print.

Meanings are those of `Operators.jl` at the time (the value NaN there is a point outside the domain here); functions
that users take from Julia itself are those of Julia's Base.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from symhdl.errors import Diagnostic, Source, Span, SymhdlError, warning
from symhdl.functions.dialect import RECIPROCALS, Dialect
from symhdl.functions.operation import Operation
from symhdl.sources.reading.checked import INFINITE, NOT_A_NUMBER

PYSR = Dialect(
    "pysr",
    (("pi", Operation.PI), ("π", Operation.PI)),
    (
        ("mult", Operation.MULTIPLY),
        ("plus", Operation.ADD),
        ("minus", Operation.SUBTRACT),
        ("ifelse", Operation.SELECT),
        ("Max", Operation.MAXIMUM),
        ("Min", Operation.MINIMUM),
        ("Mod", Operation.MODULO),
        ("ceiling", Operation.CEIL),
    ),
    RECIPROCALS
    + """
        greater(x, y) = x > y
        less(x, y) = x < y
        greater_equal(x, y) = x >= y
        less_equal(x, y) = x <= y
        logical_or(x, y) = x > 0 or y > 0
        logical_and(x, y) = x > 0 and y > 0
        cond(x, y) = if x > 0 then y else 0
        fma(x, y, z) = x * y + z
        muladd(x, y, z) = x * y + z

        log_abs(x) = log(abs(x))
        log2_abs(x) = log2(abs(x))
        log10_abs(x) = log10(abs(x))
        log1p_abs(x) = log1p(abs(x))
        sqrt_abs(x) = sqrt(abs(x))
        pow_abs(x, y) = abs(x) ^ y
        acosh_abs(x) = acosh(abs(x) + 1)
        atanh_clip(x) = atanh(mod(x + 1, 2) - 1)
        logm(x) = log(abs(x))
        logm2(x) = log2(abs(x))
        logm10(x) = log10(abs(x))
        sqrtm(x) = sqrt(abs(x))

        safe_log(x) = log(x)
        safe_log2(x) = log2(x)
        safe_log10(x) = log10(x)
        safe_log1p(x) = log1p(x)
        safe_sqrt(x) = sqrt(x)
        safe_pow(x, y) = x ^ y
        safe_asin(x) = asin(x)
        safe_acos(x) = acos(x)
        safe_acosh(x) = acosh(x)
        safe_atanh(x) = atanh(x)

        abs2(x) = x ^ 2
        atan(y, x) = atan2(y, x)
        log(base, x) = log(x) / log(base)
        exp10(x) = 10 ^ x
        rem(x, y) = sign(x) * mod(abs(x), abs(y))
        trunc(x) = sign(x) * floor(abs(x))
        round(x) = if mod(x, 2) == 1/2 then floor(x) else floor(x + 1/2)
        sinc(x) = sinc(pi * x)
        sinpi(x) = sin(pi * x)
        cospi(x) = cos(pi * x)
        deg2rad(x) = x * pi / 180
        rad2deg(x) = x * 180 / pi
        sind(x) = sin(x * pi / 180)
        cosd(x) = cos(x * pi / 180)
        tand(x) = tan(x * pi / 180)
        acot(x) = atan(1 / x)
        one(x) = 1
        zero(x) = 0
        oneunit(x) = 1
    """,
    signed_literals=True,
    digits_first=True,
)

# The infix print of 2021 and 2022, whose tables have bars.
PYSR_2021 = replace(PYSR, definitions=PYSR.definitions + "\npow(x, y) = abs(x) ^ y\n")

# The prefix print of 2020.
PYSR_2020 = replace(PYSR, definitions=PYSR.definitions + "\npow(x, y) = sign(x) * abs(x) ^ y\n")

# What SymPy made of an equation: its powers are `**`, and it puts negative bases into brackets.
PYSR_BY_SYMPY = replace(PYSR, signed_literals=False)

# Names that are no inputs. Julia prints the first ones where an optimisation of constants went astray.
NO_INPUTS = (
    ("NaN", NOT_A_NUMBER),
    ("nan", NOT_A_NUMBER),
    ("NaN32", NOT_A_NUMBER),
    ("Inf", INFINITE),
    ("inf", INFINITE),
    ("Inf32", INFINITE),
    ("zoo", INFINITE),
    ("oo", INFINITE),
)

PREFIX_OPERATORS = re.compile(r"(?<!\w)(?:plus|mult)\s*\(")
_COMPLEX = re.compile(r"(?<![\w.])(?:\d+(?:\.\d*)?|\.\d+)(?:[ef][+-]?\d+)?im\b")

_QUOTIENT = re.compile(
    r"^(?:(?!(?<![0-9])//|#(?!\d))[^\n÷])*÷|(?<=÷)(?:(?!(?<![0-9])//|#(?!\d))[^\n÷])*÷",
    re.MULTILINE,
)

_ASSUMED = {
    "pow": (
        "`pow(x, y)` is read as x^y",
        "in PySR before version 0.10 it is abs(x)^y",
        'if so, give --define "pow(x, y) = abs(x)^y"',
    ),
    "gauss": (
        "`gauss(x)` is read as exp(-x^2)",
        "it is an operator that users define, some of them as exp(-x^2/2)",
        'give yours: --define "gauss(x) = exp(-x^2/2)"',
    ),
    "sinc": (
        "`sinc(x)` is read as Julia's, sin(pi*x)/(pi*x)",
        "that is what the search used, unless the script defines another one",
        'if so, give --define "sinc(x) = if x == 0 then 1 else sin(x)/x"',
    ),
}
"""Functions that not everybody means the same by, with what is told when nobody defines them."""

_ASSUMED_IN_2020 = (
    "`pow(x, y)` is read as sign(x)*abs(x)^y",
    "that is what PySR meant by it in 2020, when it printed `plus(..)` and `mult(..)`",
    'for another meaning give --define "pow(x, y) = ..."',
)


def dialect_of(texts: Iterable[str], has_bars: bool) -> Dialect:
    """The dialect of equations: `plus(` and `mult(` are of 2020, tables with bars of 2021, `**` is SymPy's print."""
    is_by_sympy = False
    for text in texts:
        if PREFIX_OPERATORS.search(text):
            return PYSR_2020
        is_by_sympy = is_by_sympy or ("**" in text and "^" not in text)
    if has_bars:
        return PYSR_2021
    return PYSR_BY_SYMPY if is_by_sympy else PYSR


def assumptions(
    source: Source,
    places: Sequence[tuple[int, int]],
    definitions: Sequence[Source],
    dialect: Dialect,
) -> list[Diagnostic]:
    """Warnings for functions in these places that are ambiguous and that no definition settles."""
    told: list[Diagnostic] = []
    for name, texts in _ASSUMED.items():
        if name == "pow" and dialect is PYSR_2021:
            continue
        if name == "pow" and dialect is PYSR_2020:
            texts = _ASSUMED_IN_2020
        call = re.compile(rf"(?<!\w){name}\s*\(")
        if any(call.search(definition.text) for definition in definitions):
            continue
        found = (call.search(source.text, start, end) for start, end in places)
        match = next((match for match in found if match is not None), None)
        if match is not None:
            message, note, help = texts
            span = Span(source, match.start(), match.start() + len(name))
            told.append(warning("assumed-operator", message, span, notes=(note,), help=help))
    return told


def complex_constants(source: Source, places: Sequence[tuple[int, int]]) -> list[Diagnostic]:
    """Mistakes: constants of a search over complex numbers, such as `0.5im`."""
    return [
        Diagnostic(
            "complex",
            "this is a complex constant; hardware is made of real expressions only",
            Span(source, *match.span()),
            help="write the real part and the imaginary part as two expressions",
        )
        for start, end in places
        for match in [_COMPLEX.search(source.text, start, end)]
        if match is not None
    ]


def integer_quotients(source: Source, places: Sequence[tuple[int, int]]) -> list[Diagnostic]:
    """Mistakes: `÷` outside of comments, which is no division in Julia."""
    return [
        Diagnostic(
            "integer-quotient",
            "`÷` is the quotient without its fraction in Julia",
            Span(source, start + match.end() - 1, start + match.end()),
            help="write x / y for a division, trunc(x / y) for what Julia computes",
        )
        for start, end in places
        for match in _QUOTIENT.finditer(source.text[start:end])
    ]


_DEFINE_IT = "define it: "
_PARAMETERS = "abcdefgh"
_LONGEST_CALL = 5_000  # characters of a call whose arguments are counted
_UNKNOWN = re.compile(r"there is no function `(?P<name>[^`]+)`")
_WITHOUT_HARDWARE = {
    "gamma", "lgamma", "loggamma", "digamma", "beta", "zeta", "expint", "erfinv", "erfcinv", "erfcx", "erfi",
    "besselj", "bessely", "besseli", "besselk", "besselj0", "besselj1", "bessely0", "bessely1",
}  # fmt: skip


@contextmanager
def explained() -> Iterator[None]:
    """Where a function is unknown, errors tell in PySR's terms what can be done."""
    try:
        yield
    except SymhdlError as problem:
        raise type(problem)(*map(_explained, problem.diagnostics)) from None


def _explained(diagnostic: Diagnostic) -> Diagnostic:
    match = _UNKNOWN.match(diagnostic.message)
    if match is None:
        return diagnostic
    name = match["name"]
    if name in _WITHOUT_HARDWARE:
        return replace(
            diagnostic,
            message=f"there is no hardware for `{name}`",
            help=f"define an approximation over your range: {name}(x) = ...",
        )
    arguments = ", ".join(_PARAMETERS[: _arity(diagnostic.span)])
    help = f'define it as your script does: --define "{name}({arguments}) = ...", or --define @FILE for several'
    guess = diagnostic.help or _DEFINE_IT
    notes = diagnostic.notes if guess.startswith(_DEFINE_IT) else (*diagnostic.notes, guess)
    return replace(diagnostic, help=help, notes=notes)


def _arity(span: Span | None) -> int:
    """With how many arguments the function is called whose name stands there."""
    if span is None:
        return 1
    depth = commas = 0
    for mark in span.source.text[span.end : span.end + _LONGEST_CALL]:
        depth += (mark == "(") - (mark == ")")
        commas += mark == "," and depth == 1
        if mark == ")" and depth == 0:
            break
    return min(commas + 1, len(_PARAMETERS))
