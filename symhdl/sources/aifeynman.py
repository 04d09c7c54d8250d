"""AI Feynman's solution files: lines of numbers with an expression at the end, one for every point of the front."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice, takewhile
from typing import NamedTuple

from symhdl.errors import Diagnostic, Source, Span, UsageError, error
from symhdl.functions.dialect import Dialect
from symhdl.functions.operation import Operation
from symhdl.parsed import Excerpt
from symhdl.sources.reading.checked import INFINITE, NOT_A_NUMBER, CheckedReader
from symhdl.sources.reading.reader import Reading, ReadOptions

AIFEYNMAN = Dialect(
    "aifeynman",
    (("pi", Operation.PI), ("E", Operation.E)),
    (("Max", Operation.MAXIMUM), ("Min", Operation.MINIMUM)),
    prefixes=("np.", "numpy."),
)

_MAXIMUM_NUMBERS = 5  # columns before the expression
_MAXIMUM_LINES = 10_000
_GLANCE = 20  # lines that detection looks at
_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?|[-+]?(?:inf|nan)")
_LINE = re.compile(r"\S(?:[^\r\n]*\S)?")
_WORD = re.compile(r"\S+")
_GOES_ON = re.compile(r"[*/^]|[-+](?:\s|$)")  # of an expression that began with a number
_SELECT = re.compile(r"best|accuracy|all|complexity=(?P<complexity>\d{1,9}(?:\.\d{1,9})?)")
_INVERSE_OF = re.compile(r"\)\s*\*\*\s*\(-1\)")
_ARTEFACT = re.compile(r"\b666\.0{12}\b")
_LONG_DECIMAL = re.compile(r"(?<![\d.])\d+\.\d{12}(?!\d)")


class _Line(NamedTuple):
    """The numbers of a line, and where its expression stands."""

    numbers: tuple[float, ...]
    start: int
    end: int

    @property
    def error(self) -> float:
        """The mean error over the data: the last number."""
        return self.numbers[-1]

    @property
    def complexity(self) -> float:
        """Bits of the expression: the number before the error."""
        return self.numbers[-2] if len(self.numbers) > 1 else 0.0

    @property
    def description(self) -> float:
        """Bits of the expression and of all its errors together, as far as the line has them."""
        return self.complexity + (self.numbers[-3] if len(self.numbers) > 3 else 0.0)


_TEXT_READER = CheckedReader(
    AIFEYNMAN,
    lambda source: 0.0,
    (("nan", NOT_A_NUMBER), ("zoo", INFINITE), ("oo", INFINITE), ("inf", INFINITE)),
)


class AiFeynmanReader:
    """Reads a solution file, or an expression alone."""

    name = AIFEYNMAN.name

    def detect(self, source: Source) -> float:
        """Columns of numbers before an expression, or constants of twelve decimals as it prints them."""
        lines = _lines(source, _GLANCE)
        if lines and len(lines[0].numbers) > 1:
            return 1.0 if len(lines[0].numbers) >= 4 else 0.9
        if _ARTEFACT.search(source.text):
            return 0.9
        has_decimal = _LONG_DECIMAL.search(source.text) is not None
        return 0.6 if has_decimal or _INVERSE_OF.search(source.text) else 0.0

    def read(self, source: Source, options: ReadOptions) -> Reading:
        """The graph of the expression chosen by `options.select`.

        `best` is the shortest description of the data (complexity and cumulative error in bits) where the file has
        what that needs, otherwise the least error; `accuracy` the least error; `complexity=N` the one nearest to N
        bits, at most half a bit away; `all` every one, as `y0`, `y1`, ... Raises SymhdlError.
        """
        lines = _lines(source, _MAXIMUM_LINES + 1)
        if len(lines) > _MAXIMUM_LINES and lines[0].numbers:
            raise error(
                "too-large",
                f"more than {_MAXIMUM_LINES:,} lines, which no search finds",
                Span(source, lines[-1].start, lines[-1].end),
            )
        if not lines or not lines[0].numbers:
            return _TEXT_READER.read(source, options)
        chosen = _selected(source, lines, options.select)
        names = ["y"] if len(chosen) == 1 else [f"y{index}" for index in range(len(chosen))]
        excerpts = [Excerpt(name, at.start, at.end) for name, at in zip(names, chosen, strict=True)]
        reading = _TEXT_READER.read(source, options, excerpts=excerpts)
        text = "\n".join(source.text[line.start : line.end] for line in chosen)
        return Reading(reading.parsed, text)


def _lines(source: Source, limit: int) -> list[_Line]:
    """The first lines that are not empty; all have as many numbers as the one that has fewest."""
    rows: list[tuple[list[re.Match[str]], int]] = []
    for line in islice(_LINE.finditer(source.text), limit):
        words = list(islice(_WORD.finditer(source.text, *line.span()), _MAXIMUM_NUMBERS + 1))
        rows.append((words, line.end()))
    count = min((_count_of_numbers(words) for words, _ in rows), default=0)
    return [
        _Line(tuple(float(word[0]) for word in words[:count]), words[count].start(), end)
        for words, end in rows
    ]


def _count_of_numbers(words: Sequence[re.Match[str]]) -> int:
    """How many numbers stand before the expression, which may itself begin with one."""
    leading = sum(1 for _ in takewhile(lambda word: _NUMBER.fullmatch(word[0]), words))
    count = min(leading, len(words) - 1)
    return count - 1 if count and _GOES_ON.match(words[count][0]) else count


def _selected(source: Source, lines: Sequence[_Line], select: str) -> Sequence[_Line]:
    match = _SELECT.fullmatch("".join(select.split()))
    if match is None:
        raise UsageError(
            Diagnostic(
                "select",
                f"`{select[:80]}` does not say which line",
                help="write best, accuracy, all or complexity=N",
            )
        )
    if match[0] == "all":
        return lines
    if match["complexity"] is not None:
        return [_of_complexity(source, lines, float(match["complexity"]))]
    if match[0] == "best" and len(lines[0].numbers) > 3:
        return [min(lines, key=lambda line: line.description)]
    return [min(lines, key=lambda line: line.error)]


def _of_complexity(source: Source, lines: Sequence[_Line], wanted: float) -> _Line:
    nearest = min(lines, key=lambda line: abs(line.complexity - wanted))
    if abs(nearest.complexity - wanted) <= 1 / 2:
        return nearest
    listed = ", ".join(f"{line.complexity:.4g}" for line in lines[:60])
    raise error(
        "select",
        f"no line has the complexity {wanted:g}",
        Span(source, lines[0].start, lines[0].end),
        notes=(f"complexities: {listed}",),
    )


READER = AiFeynmanReader()
