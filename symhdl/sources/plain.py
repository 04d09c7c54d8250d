"""Formulas as tools, papers and programs print them; what bears the marks of one tool goes to that tool's reader."""

from __future__ import annotations

import re
from dataclasses import replace

from symhdl.errors import Source
from symhdl.functions.dialect import NATIVE, Dialect
from symhdl.functions.operation import Operation
from symhdl.sources.reading.checked import INFINITE, NOT_A_NUMBER, CheckedReader
from symhdl.sources.reading.reader import Reading, ReadOptions
from symhdl.sources.reading.registry import reader_named

_SINGLE = (
    ("sin", Operation.SIN), ("cos", Operation.COS), ("tan", Operation.TAN), ("asin", Operation.ASIN),
    ("acos", Operation.ACOS), ("atan", Operation.ATAN), ("atan2", Operation.ATAN2), ("sinh", Operation.SINH),
    ("cosh", Operation.COSH), ("tanh", Operation.TANH), ("exp", Operation.EXP), ("exp2", Operation.EXP2),
    ("log", Operation.LOG), ("log2", Operation.LOG2), ("log10", Operation.LOG10), ("sqrt", Operation.SQUARE_ROOT),
    ("cbrt", Operation.CUBE_ROOT), ("pow", Operation.POWER), ("hypot", Operation.HYPOTENUSE),
    ("fabs", Operation.ABSOLUTE), ("floor", Operation.FLOOR), ("ceil", Operation.CEIL), ("erf", Operation.ERF),
    ("fmin", Operation.MINIMUM), ("fmax", Operation.MAXIMUM),
)  # fmt: skip
_TEX_WORDS = (
    "pi|alpha|beta|gamma|delta|epsilon|theta|lambda|mu|nu|rho|sigma|tau|phi|omega|sinh|cosh|tanh|sin|cos|tan"
    "|exp|log|ln|max|min|sqrt"
)

PLAIN = Dialect(
    "plain",
    NATIVE.constants,
    (
        *((f"{name}f", operation) for name, operation in _SINGLE),
        ("fabs", Operation.ABSOLUTE),
        ("absolute", Operation.ABSOLUTE),
        ("fmin", Operation.MINIMUM),
        ("fmax", Operation.MAXIMUM),
    ),
    """
        protectedDiv(a, b) = if b == 0 then 1 else a / b
        log(x, base) = log(x) / log(base)
        sqr(x) = x^2
        sec(x) = 1 / cos(x)
        csc(x) = 1 / sin(x)
        cot(x) = 1 / tan(x)
        sech(x) = 1 / cosh(x)
        logabs(x) = log(abs(x))
        sqrtabs(x) = sqrt(abs(x))
        aq(a, b) = a / sqrt(1 + b^2)
        fma(x, y, z) = x * y + z
        heaviside(x, h) = if x < 0 then 0 else (if x == 0 then h else 1)
        Heaviside(x) = if x < 0 then 0 else (if x == 0 then 1/2 else 1)
    """,
    prefixes=("np.", "numpy.", "jnp.", "math.", "Math.", "torch.", "std::", "float ", "double "),
    ignores_case=True,
    ignored=(
        r"/\*(?:[^*]|\*(?!/)){0,500}+\*/",
        r"(?m:^)[ \t]*//[^\n]*",
        r"(?<=;)[ \t]*//[^\n]*",
        r"\(\s*(?:float|double)\s*\)",  # a cast
        rf"\\(?=(?:{_TEX_WORDS})(?![^\W\d_]))",
        r"\\left(?=[({|])|\\right(?=[)}|])",
    ),
    suffixed_numbers=True,
)
SIDE_BY_SIDE = replace(PLAIN, implicit_products=True, suffixed_numbers=False)

_TOOLS = ("hls4ml", "gomea", "bingo", "tir", "heuristiclab", "eureqa", "aifeynman", "dso")
_SURE = 0.9

_NUMBER = r"(?<![\w.])(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_WORD = r"(?!(?:if|then|else|and|or|in|error|aq|for|is)\b)[^\W\d_]"
_NO_FACTOR = (
    r"(?![eE][-+]?\d|[xX][0-9a-fA-F]|(?:_?[fiu](?:8|16|32|64)|[fFlLuU]+)(?!\w)"
    r"|[eEijIJ](?![\w^])|(?<=0)(?<![\d.]\d)[xXbBoO][0-9a-fA-F]*(?!\w))"
)
# Values side by side: `2 x`, `2(`, `)(`, `) x`, `2x`, and a single letter before a bracket, `x (`; f, g and h are
# more likely functions.
_FACTORS = re.compile(
    rf"(?:{_NUMBER}|\))(?:[ \t]+{_WORD}|[ \t]*\()|{_NUMBER}{_NO_FACTOR}[^\W\d_]"
    r"|(?<![\w.])(?![fghFGH])[^\W\d_](?:_?\d+)?['′]*[ \t]+(?:\\left)?\("
)
_TYPICAL = re.compile(
    r"\bprotectedDiv\s*\(|(?<![\w.])\d+(?:\.\d*)?[fF]\b|\b(?:np|numpy|math|std)(?:\.|::)[a-z]"
    r"|\b(?:sin|cos|exp|log|sqrt|pow|tanh|fabs)f\s*\("
    r"|\b(?:Tanh|Sin|Cos|Exp|Log|Sqrt|Sigmoid|Relu|Softplus|Erf)\s*\("
)

_REFUSED = (("nan", NOT_A_NUMBER), ("inf", INFINITE))
_PLAIN_READER = CheckedReader(PLAIN, lambda source: 0.0, _REFUSED)
_SIDE_BY_SIDE_READER = CheckedReader(SIDE_BY_SIDE, lambda source: 0.0, _REFUSED)


class PlainReader:
    """Reads formulas of many origins: infix as in C, Python or papers, also with products that nothing marks."""

    name = PLAIN.name

    def detect(self, source: Source) -> float:
        """Only what the native language cannot read is plainly of this dialect."""
        if _FACTORS.search(source.text) or _TYPICAL.search(source.text):
            return 0.6
        return 0.2

    def read(self, source: Source, options: ReadOptions) -> Reading:
        """The graph. Raises SymhdlError with places in the source."""
        for name in _TOOLS:
            reader = reader_named(name)
            if reader.detect(source) >= _SURE:
                return reader.read(source, options)
        if _FACTORS.search(source.text):
            return _SIDE_BY_SIDE_READER.read(source, options)
        return _PLAIN_READER.read(source, options)


READER = PlainReader()
