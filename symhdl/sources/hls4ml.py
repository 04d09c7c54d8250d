"""Expressions for hls4ml's symbolic backend, `sin_lut(x[14])`, and the C++ that it writes of them."""

from __future__ import annotations

import re

from symhdl.errors import Source, SymhdlError
from symhdl.functions.dialect import Dialect
from symhdl.functions.operation import Operation
from symhdl.parsed import Excerpt
from symhdl.sources.reading.checked import INFINITE, NOT_A_NUMBER, CheckedReader
from symhdl.sources.reading.reader import Reading, ReadOptions
from symhdl.sources.reading.unsupported import Unsupported, unsupported_in

_TABULATED = (
    "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "exp", "log", "sqrt", "inv", "erf",
)  # fmt: skip
_TYPE = r"(?:(?:input|result|model_default|output|accum)_t|ap_u?fixed\s*<[^<>;()]*>|float|double)"
_MAXIMUM_POWER = 16

# A function with `_lut` is looked up in a table over there; the function itself is what is meant. Types of casts and of
# templates say how precisely to compute, which is decided anew here.
HLS4ML = Dialect(
    "hls4ml",
    (("pi", Operation.PI), ("E", Operation.E)),
    (
        ("fabs", Operation.ABSOLUTE),
        ("fmin", Operation.MINIMUM),
        ("fmax", Operation.MAXIMUM),
        ("Max", Operation.MAXIMUM),
        ("Min", Operation.MINIMUM),
        ("recip", Operation.INVERSE),
    ),
    "\n".join(
        [
            "sinpi(x) = sin(pi * x)",
            "cospi(x) = cos(pi * x)",
            "rsqrt(x) = 1 / sqrt(x)",
            "fma(x, y, z) = x * y + z",
            *(f"{name}_lut(x) = {name}(x)" for name in _TABULATED),
            *(f"power_{n}(x) = x^{n}" for n in range(1, _MAXIMUM_POWER + 1)),
        ]
    ),
    prefixes=("hls::", "nnet::", "std::", "hls4ml::", "math."),
    line_comments=("//", "#"),
    ignored=(
        rf"\(\s*{_TYPE}\s*\)",  # a cast
        rf"{_TYPE}(?=\s*\()",
        rf"<\s*(?:[0-9]+\s*,\s*[0-9]+|{_TYPE})\s*>(?=\s*\()",  # hls::sin<16, 6>(...)
        r"(?m:^[ \t]*)(?:(?:const|auto|static|float|double)[ \t]+)+(?=[^\W\d])",
    ),
    words=tuple((f"pow<{n}>", f"power_{n}") for n in range(1, _MAXIMUM_POWER + 1)),
    suffixed_numbers=True,
)

_CPP = re.compile(r"\b(?:hls|nnet)::|\b(?:result|input)_t\b|hls-fpga-machine-learning")
_LOOKED_UP = re.compile(rf"\b(?:{'|'.join(_TABULATED)})_lut\s*\(")
_INDEX = re.compile(r"\bx\[\d+\]")
_PROGRAM = re.compile(r"^[ \t]*#[ \t]*(?:include|pragma|ifndef)\b|\bvoid\s+\w+\s*\(", re.MULTILINE)
_STATEMENT = re.compile(r"[^;]*(?:;|\Z)")
_ASSIGNMENT = re.compile(r"^[ \t]*(?P<name>\w+)\[(?P<index>[0-9]+)\][ \t]*=(?!=)", re.MULTILINE)

_UNSUPPORTED = (
    Unsupported(
        re.compile(r"\b(?!pow<(?:[1-9]|1[0-6])>)\w+<\s*\d+\s*>\s*\("),
        "it is not known what the number in angle brackets means for this function",
        f"write the function out; pow<N>(x) is read up to N = {_MAXIMUM_POWER}",
    ),
)

_TEXT_READER = CheckedReader(
    HLS4ML,
    lambda source: 0.0,
    (("nan", NOT_A_NUMBER), ("inf", INFINITE)),
)


class Hls4mlReader:
    """Reads expressions, or the firmware that hls4ml wrote: of that, what is assigned to `y[0]`, `y[1]`, ..."""

    name = HLS4ML.name

    def detect(self, source: Source) -> float:
        """C++ of its backend, tables of functions, or inputs with an index."""
        text = source.text
        if _CPP.search(text):
            return 1.0
        if _LOOKED_UP.search(text):
            return 0.9
        return 0.6 if _INDEX.search(text) else 0.0

    def read(self, source: Source, options: ReadOptions) -> Reading:
        """The graph. Raises SymhdlError with places in the source."""
        mistakes = unsupported_in(source, _UNSUPPORTED)
        if mistakes:
            raise SymhdlError(*mistakes)
        excerpts = _outputs_of_firmware(source) if _PROGRAM.search(source.text) else []
        return _TEXT_READER.read(source, options, excerpts=excerpts)


def _outputs_of_firmware(source: Source) -> list[Excerpt]:
    """What is assigned to elements of an array, each as the output of its name and index."""
    excerpts: list[Excerpt] = []
    for statement in _STATEMENT.finditer(source.text):
        found = _ASSIGNMENT.search(statement[0]) if statement[0].endswith(";") else None
        if found is not None:
            start = statement.start() + found.end()
            excerpts.append(Excerpt(f"{found['name']}{found['index']}", start, statement.end() - 1))
    return excerpts


READER = Hls4mlReader()
