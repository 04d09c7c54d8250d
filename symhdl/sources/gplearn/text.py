"""gplearn's programs as it prints them, `add(mul(X0, 0.513), div(X1, -0.200))`, with its protected functions.

The values are those of `gplearn/functions.py`. A printed program has its constants to three decimals; the object has
them exactly, so `symhdl.sources.gplearn.objects` reads it more truly than this one reads its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from symhdl.errors import Diagnostic, Source, Span, warning
from symhdl.functions.dialect import Dialect
from symhdl.functions.operation import FUNCTION_NAMES
from symhdl.parsed import Excerpt
from symhdl.sources.reading.checked import INFINITE, NOT_A_NUMBER, CheckedReader
from symhdl.sources.reading.prefix_text import parts_between, prefix_text
from symhdl.sources.reading.reader import Reading, ReadOptions

OWN_FUNCTIONS = frozenset(
    "add sub mul div sqrt log abs neg inv max min sin cos tan sig".split()  # noqa: SIM905
)
_ARITHMETIC = frozenset(("add", "sub", "mul", "div", "max", "min"))

GPLEARN = Dialect(
    "gplearn",
    definitions="""
        div(a, b) = if abs(b) <= 0.001 then 1 else a / b
        sqrt(x) = sqrt(abs(x))
        log(x) = if abs(x) <= 0.001 then 0 else log(abs(x))
        inv(x) = if abs(x) <= 0.001 then 0 else 1 / x
        sig(x) = sigmoid(x)
    """,
)

_FEATURE = re.compile(r"X\d+")
_PRINTED_CONSTANT = re.compile(r"-?\d+\.\d{3}")
_CALL = re.compile(r"([^\W\d]\w*)\s*\(")


def _confidence(source: Source) -> float:
    """Calls alone, constants of three decimals; `X0` and the like are the features that nobody named."""
    text = source.text.strip().removeprefix("[")
    found = prefix_text(text.removesuffix("]"))
    if found is None or not found.functions & _ARITHMETIC:
        return 0.0
    are_printed = all(map(_PRINTED_CONSTANT.fullmatch, found.numbers))
    are_features = all(map(_FEATURE.fullmatch, found.names))
    if are_printed and are_features and found.names:
        return 0.9
    if not are_printed:
        return 0.3 if are_features else 0.2
    if found.numbers:
        return 0.8
    return 0.6 if found.functions <= OWN_FUNCTIONS else 0.3


@dataclass(frozen=True, slots=True)
class GplearnReader:
    """Reads what `str` makes of a program, a regressor, a classifier or a transformer."""

    text: CheckedReader

    @property
    def name(self) -> str:
        """The name of the dialect."""
        return self.text.name

    def detect(self, source: Source) -> float:
        """How likely the text is of this dialect."""
        return self.text.detect(source)

    def read(self, source: Source, options: ReadOptions) -> Reading:
        """The graph of the program; of a transformer's list of programs one output each, `y0`, `y1`, ...

        Functions beyond gplearn's own are those of the native language unless the user defines them, with a warning:
        who adds functions to gplearn usually protects them against what they cannot take.
        """
        reading = self.text.read(source, options, excerpts=_programs(source.text))
        told = tuple(_unprotected(source, options))
        parsed = replace(reading.parsed, warnings=(*reading.parsed.warnings, *told))
        return replace(reading, parsed=parsed)


def _programs(text: str) -> list[Excerpt]:
    """The programs in the list that a transformer prints; none if the text is no such list."""
    start, end = text.find("["), text.rfind("]")
    if start < 0 or end < start or text[:start].strip() or text[end + 1 :].strip():
        return []
    parts = parts_between(text, start + 1, end)
    return [Excerpt(f"y{index}", *part) for index, part in enumerate(parts)]


def _unprotected(source: Source, options: ReadOptions) -> Iterator[Diagnostic]:
    told = set(OWN_FUNCTIONS)
    for match in _CALL.finditer(source.text):
        name = match[1]
        if name not in told and name in FUNCTION_NAMES and not mentioned(name, options):
            yield unprotected(name, Span(source, *match.span(1)))
        told.add(name)


def mentioned(name: str, options: ReadOptions) -> bool:
    """Whether the user's definitions speak of the function."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    return any(word.search(definition.text) for definition in options.definitions)


def unprotected(name: str, place: Span | None) -> Diagnostic:
    """The warning that a function is taken for that of mathematics."""
    return warning(
        "unprotected-function",
        f"`{name}` is not gplearn's own; it is taken for the function of mathematics",
        place,
        help=f"if the program was trained with a protected one, define it: {name}(x) = ...",
    )


READER = GplearnReader(
    CheckedReader(GPLEARN, _confidence, (("nan", NOT_A_NUMBER), ("inf", INFINITE)))
)
