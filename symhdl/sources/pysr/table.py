"""Tables of equations: PySR's `hall_of_fame.csv` in all header styles, and the candidates of symbolfit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

from symhdl.errors import Diagnostic, Source, Span, SymhdlError, error
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS
from symhdl.sources.pysr.front import Found, equations_in, is_front
from symhdl.sources.reading.table import Field, Row, read_rows

SEPARATORS = ",|;\t"
_COMPLEXITY = ("complexity",)
_LOSS = ("loss", "mse", "pysr loss", "rmse")
_EQUATION = ("equation", "pysr equation")
_SCORE = ("score",)
_CLASS = ("class", "output", "target")
_OF_SYMBOLFIT = "parameterized equation"
_BLANKS = "\ufeff \t\r\n"
_MAXIMUM_HEADER = 4096


class Equation(NamedTuple):
    """One row of a table: an equation that the search found.

    `loss` is nan where the table has none; `score` is that of the table, else what PySR would compute; `row` counts
    from 0 in the order of the file, as `model.get_best(index=row)` does. `field` is the equation's place. A table may
    have equations of several classes.
    """

    complexity: int
    loss: float
    score: float
    equation: str
    row: int
    field: Field
    class_name: str = ""


class Header(NamedTuple):
    """The first line: the separator, how many fields, and where the interesting ones are."""

    separator: str
    width: int
    complexity: int
    loss: int | None
    score: int | None
    equation: int
    is_of_symbolfit: bool
    class_name: int | None = None


class _Line(NamedTuple):
    """A row as it stands in the file."""

    complexity: int
    loss: float
    score: float | None
    equation: Field
    row: int
    text: str
    class_name: str = ""


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
        separator, len(names), complexity, place(_LOSS), place(_SCORE), equation, is_of_symbolfit,
        place(_CLASS),
    )  # fmt: skip


def is_table(source: Source) -> bool:
    """Whether the text is a table of equations, or a front of them as JSON."""
    return header_of(source) is not None or is_front(source)


def read_candidates(source: Source) -> list[Equation]:
    """All rows of the table, or of a front as JSON, class by class in the order in which these occur, by complexity.

    Rows of equal complexity stay in the order of the file. Nothing is said of what stands in the equations. Raises
    SymhdlError with the places of all fields at fault.
    """
    if is_front(source):
        return _candidates(
            source, [_object(source, *each) for each in enumerate(equations_in(source))]
        )
    header = header_of(source)
    if header is None:
        raise error(
            "table",
            "this is not a table of equations",
            whole_line(source),
            notes=("the first line must name the columns, Complexity and Equation among them",),
            help="give PySR's hall_of_fame.csv",
        )
    rows = islice(enumerate(read_rows(source, header.separator)), 1, None)
    return _candidates(source, [_line(source, row, header, number - 1) for number, row in rows])


def _candidates(source: Source, found: Sequence[_Line | Diagnostic]) -> list[Equation]:
    """The equations, if all rows are well."""
    mistakes = [each for each in found if isinstance(each, Diagnostic)]
    if mistakes:
        raise SymhdlError(*mistakes[:MAXIMUM_DIAGNOSTICS])
    classes: dict[str, list[_Line]] = {}
    for line in found:
        if isinstance(line, _Line):
            classes.setdefault(line.class_name, []).append(line)
    if not classes:
        raise error("table", "the table has no equations", whole_line(source))
    for lines in classes.values():
        lines.sort(key=lambda line: line.complexity)
    return [
        Equation(line.complexity, line.loss, score, line.text, line.row, line.equation, name)
        for name, lines in classes.items()
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
    fields = {
        name: row[place]
        for name in ("complexity", "loss", "score", "equation", "class_name")
        if (place := getattr(header, name)) is not None
    }
    texts = {name: field.text(source) for name, field in fields.items()}
    return _line_of(source, fields, texts, number)


def _object(source: Source, number: int, found: Found) -> _Line | Diagnostic:
    """What an object of a front says, or what is wrong with it."""
    scalars = found.scalars
    loss = next((name for name in _LOSS if name in scalars), "loss")
    names = {"complexity": "complexity", "loss": loss, "score": "score", "equation": "equation"}
    fields = {name: scalars[key].place for name, key in names.items() if key in scalars}
    texts = {name: scalars[key].text for name, key in names.items() if key in scalars}
    texts |= {name: "" for name in ("loss", "score") if texts.get(name) == "null"}
    return _line_of(source, fields, {**texts, "class_name": found.class_name}, number)


def _line_of(
    source: Source, fields: Mapping[str, Field], texts: Mapping[str, str], number: int
) -> _Line | Diagnostic:
    """A line of what stands in its fields, as texts; what is not there has none."""
    complexity = texts["complexity"].removesuffix(".0")
    if not (complexity.isascii() and complexity.isdigit() and len(complexity) < 10):
        place = fields["complexity"].span(source)
        return Diagnostic("table", "the complexity must be a whole number", place)
    loss = number_of(texts.get("loss", ""))
    if loss is None:
        return Diagnostic("table", "the loss must be a number", fields["loss"].span(source))
    equation = texts["equation"].strip()
    if not equation:
        return Diagnostic("table", "the equation is missing", fields["equation"].span(source))
    score = number_of(texts["score"]) if "score" in texts else None
    class_name = texts.get("class_name", "")
    return _Line(int(complexity), loss, score, fields["equation"], number, equation, class_name)


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
