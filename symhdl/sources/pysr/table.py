"""Tables of equations: PySR's `hall_of_fame.csv` in all header styles, and the candidates of symbolfit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from symhdl.errors import Diagnostic, Source, Span, SymhdlError, error
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS
from symhdl.sources.reading.table import Field, Row, read_rows

SEPARATORS = ",|;\t"
_COMPLEXITY = ("complexity",)
_LOSS = ("loss", "mse", "pysr loss", "rmse")
_EQUATION = ("equation", "pysr equation")
_SCORE = ("score",)
_OF_SYMBOLFIT = "parameterized equation"
_BLANKS = "\ufeff \t\r\n"
_MAXIMUM_HEADER = 4096


class Equation(NamedTuple):
    """One row of a table: an equation that the search found.

    `loss` is nan where the table has none; `score` is that of the table, else what PySR would compute; `row` counts
    from 0 in the order of the file, as `model.get_best(index=row)` does. `field` is the equation's place.
    """

    complexity: int
    loss: float
    score: float
    equation: str
    row: int
    field: Field


class Header(NamedTuple):
    """The first line: the separator, how many fields, and where the interesting ones are."""

    separator: str
    width: int
    complexity: int
    loss: int | None
    score: int | None
    equation: int
    is_of_symbolfit: bool


class _Line(NamedTuple):
    """A row as it stands in the file."""

    complexity: int
    loss: float
    score: float | None
    equation: Field
    row: int


def header_of(source: Source) -> Header | None:
    """The header, if the text begins with one that names Complexity and Equation, in whatever case."""
    start = len(source.text) - len(source.text.lstrip(_BLANKS))
    end = source.text.find("\n", start)
    line = source.text[start : len(source.text) if end < 0 else end][:_MAXIMUM_HEADER]
    if "omplexity" not in line and "OMPLEXITY" not in line:
        return None
    for separator in SEPARATORS:
        try:
            rows = list(read_rows(Source(source.name, line), separator))
        except SymhdlError:
            continue
        header = _header(separator, [field.text(Source("", line)).lower() for field in rows[0]])
        if header is not None:
            return header
    return None


def _header(separator: str, names: Sequence[str]) -> Header | None:
    def place(wanted: tuple[str, ...]) -> int | None:
        return next((names.index(name) for name in wanted if name in names), None)

    complexity, equation = place(_COMPLEXITY), place(_EQUATION)
    if complexity is None or equation is None:
        return None
    is_of_symbolfit = _OF_SYMBOLFIT in names
    return Header(
        separator, len(names), complexity, place(_LOSS), place(_SCORE), equation, is_of_symbolfit
    )


def read_candidates(source: Source) -> list[Equation]:
    """All rows of the table, by complexity; rows of equal complexity stay in the order of the file.

    Nothing is said of what stands in the equations. Raises SymhdlError with the places of all fields at fault.
    """
    header = header_of(source)
    if header is None:
        raise error(
            "table",
            "this is not a table of equations",
            whole_line(source),
            notes=("the first line must name the columns, Complexity and Equation among them",),
            help="give PySR's hall_of_fame.csv",
        )
    lines: list[_Line] = []
    mistakes: list[Diagnostic] = []
    for number, row in enumerate(read_rows(source, header.separator)):
        if number == 0:
            continue
        result = _line(source, row, header, number - 1)
        if isinstance(result, Diagnostic):
            mistakes.append(result)
        else:
            lines.append(result)
    if mistakes:
        raise SymhdlError(*mistakes[:MAXIMUM_DIAGNOSTICS])
    if not lines:
        raise error("table", "the table has no equations", whole_line(source))
    lines.sort(key=lambda line: line.complexity)
    return [
        Equation(
            line.complexity, line.loss, score, line.equation.text(source), line.row, line.equation
        )
        for line, score in zip(lines, _scores(lines), strict=True)
    ]


def whole_line(source: Source) -> Span:
    """The first line, for complaints about the table as a whole."""
    end = source.text.find("\n")
    return Span(source, 0, max(1, end if end >= 0 else len(source.text)))


def _line(source: Source, row: Row, header: Header, number: int) -> _Line | Diagnostic:
    """The row, or what is wrong with it."""
    if len(row) > header.width and header.equation == header.width - 1:
        # An equation without quotes may hold commas; it is the last field and takes them all.
        row = (*row[: header.width - 1], Field(row[header.width - 1].start, row[-1].end))
    if len(row) != header.width:
        place = Span(source, row[0].start, max(row[-1].end, row[0].start + 1))
        message = f"the row has {len(row)} fields, the header {header.width}"
        is_cut = len(row) < header.width and row[-1].end >= len(source.text.rstrip())
        help = "the file seems cut short; PySR keeps a copy beside it, hall_of_fame.csv.bak"
        return Diagnostic("table", message, place, help=help if is_cut else None)
    field = row[header.complexity]
    text = field.text(source).removesuffix(".0")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        return Diagnostic("table", "the complexity must be a whole number", field.span(source))
    loss, score = (
        math.nan if place is None else number_of(row[place].text(source))
        for place in (header.loss, header.score)
    )
    if loss is None and header.loss is not None:
        place = row[header.loss].span(source)
        return Diagnostic("table", "the loss must be a number", place)
    if not row[header.equation].text(source):
        place = row[header.equation].span(source)
        return Diagnostic("table", "the equation is missing", place)
    has_score = header.score is not None
    own_score = score if has_score and score is not None else None
    assert loss is not None, "a loss that is none; please report this"
    return _Line(int(text), loss, own_score, row[header.equation], number)


def number_of(text: str) -> float | None:
    """A loss, `4.5f0` and `nan` included; None if it is no number, nan for an empty field."""
    if not text:
        return math.nan
    try:
        return float(text.replace("f", "e") if text[-1].isdigit() else text)
    except ValueError:
        return None


def _scores(lines: Sequence[_Line]) -> list[float]:
    """Those of the table, else the fall of the loss's logarithm per complexity from one row to the next."""
    own = [line.score for line in lines]
    if None not in own:
        return [score for score in own if score is not None]
    scores = [0.0]
    for before, after in pairwise(lines):
        scores.append(_score(before, after))
    return scores


def _score(before: _Line, after: _Line) -> float:
    """PySR's `calculate_scores`, with the values of IEEE arithmetic; nan where two rows are equally complex."""
    growth = after.complexity - before.complexity
    if growth == 0 or math.isnan(before.loss) or math.isnan(after.loss):
        return math.nan
    if after.loss <= 0:
        return math.inf
    if before.loss <= 0:
        return -math.inf if before.loss == 0 else math.nan
    ratio = after.loss / before.loss
    return math.inf if ratio == 0 else -math.log(ratio) / growth
