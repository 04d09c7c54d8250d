"""What PySR writes: tables of equations (`hall_of_fame.csv`) in all their header styles, and single equations."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from symhdl.errors import Diagnostic, Source, Span, SymhdlError, UsageError, error
from symhdl.functions.dialect import Dialect
from symhdl.functions.operation import Operation
from symhdl.grammar import parse
from symhdl.ir.parsed import Cell, Parsed
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS
from symhdl.sources.source import Reading, ReadOptions
from symhdl.sources.table import Row, TableCell, read_rows

# Operators that PySR offers by these names; what a user adds comes as a definition.
PYSR = Dialect(
    "pysr",
    (("pi", Operation.PI), ("π", Operation.PI)),
    (("mult", Operation.MULTIPLY), ("plus", Operation.ADD)),
    """
        greater(x, y) = x > y
        logical_or(x, y) = x > 0 or y > 0
        logical_and(x, y) = x > 0 and y > 0
        cond(x, y) = if x > 0 then y else 0
        log_abs(x) = log(abs(x))
        log2_abs(x) = log2(abs(x))
        log10_abs(x) = log10(abs(x))
        log1p_abs(x) = log1p(abs(x))
        sqrt_abs(x) = sqrt(abs(x))
        safe_log(x) = log(x)
        safe_log2(x) = log2(x)
        safe_log10(x) = log10(x)
        safe_log1p(x) = log1p(x)
        safe_sqrt(x) = sqrt(x)
        safe_acosh(x) = acosh(x)
        safe_pow(x, y) = x ^ y
        atanh_clip(x) = atanh(mod(x + 1, 2) - 1)
        sech(x) = 1 / cosh(x)
    """,
    signed_literals=True,
)

BEST_LOSS_FACTOR = (
    1.5  # PySR's `best`: among equations at most this much worse than the most accurate one
)
_COMPLEXITY = ("complexity",)
_LOSS = ("loss", "mse", "rmse")
_EQUATION = ("equation", "pysr equation")
_WORDS = re.compile(r"complexity=(?P<complexity>[0-9]{1,9})|loss<=(?P<loss>\S+)|best|accuracy|all")
_MAXIMUM_HEADER = 4096


class _Columns(NamedTuple):
    """Where in a row the interesting cells are; the loss may be missing."""

    complexity: int
    loss: int | None
    equation: int


class Candidate(NamedTuple):
    """One row of the table."""

    complexity: int
    loss: float
    equation: TableCell


def detect_table(source: Source) -> bool:
    """Whether the first line is the header of a table of equations."""
    header = source.text.lstrip().split("\n", 1)[0][:_MAXIMUM_HEADER].lower()
    return "complexity" in header and "equation" in header and ("," in header or "|" in header)


class PysrReader:
    """Reads a table of equations, or a single equation in PySR's spelling."""

    name = "pysr"

    def detect(self, source: Source) -> float:
        """Sure of a table; a single equation cannot be told from the native language."""
        if detect_table(source):
            return 1.0
        return 0.9 if source.name.lower().endswith(".csv") else 0.2

    def read(self, source: Source, options: ReadOptions) -> Reading:
        """The graph of the equations chosen by `options.select`.

        `best` (PySR's choice), `accuracy`, `complexity=N`, `loss<=L` (the simplest such one), or `all`, which
        makes every equation an output named after its complexity.
        """
        if not detect_table(source) and not source.name.lower().endswith(".csv"):
            parsed: Parsed = parse(source, options.definitions, dialect=PYSR, inputs=options.inputs)
            return Reading(parsed, source.text)
        chosen = _select(source, read_candidates(source), options.select)
        _refuse_templates(source, chosen)
        if len(chosen) == 1:
            cells = [Cell("y", chosen[0].equation.start, chosen[0].equation.end)]
        else:
            cells = [Cell(f"c{c.complexity}", c.equation.start, c.equation.end) for c in chosen]
        parsed = parse(
            source, options.definitions, dialect=PYSR, inputs=options.inputs, cells=cells
        )
        text = "\n".join(
            f"{output.name} = {candidate.equation.text(source)}"
            for output, candidate in zip(parsed.graph.outputs, chosen, strict=True)
        )
        return Reading(parsed, text)


READER = PysrReader()


def read_candidates(source: Source) -> list[Candidate]:
    """The rows of the table, by complexity. Raises SymhdlError with the places of all cells at fault."""
    header = source.text.lstrip().split("\n", 1)[0]
    separator = "|" if "|" in header and "," not in header else ","
    rows = list(read_rows(source, separator))
    columns = _columns(source, rows[0] if rows else ())
    candidates: list[Candidate] = []
    mistakes: list[Diagnostic] = []
    for row in rows[1:]:
        result = _candidate(source, row, columns, len(rows[0]))
        if isinstance(result, Diagnostic):
            mistakes.append(result)
        else:
            candidates.append(result)
    if mistakes:
        raise SymhdlError(*mistakes[:MAXIMUM_DIAGNOSTICS])
    if not candidates:
        raise error("table", "the table has no equations", _whole_line(source))
    return sorted(candidates, key=lambda candidate: candidate.complexity)


def _refuse_templates(source: Source, chosen: Sequence[Candidate]) -> None:
    """Raises SymhdlError for equations in which `#1` stands for an argument: the table lacks how they combine."""
    mistakes = [
        Diagnostic(
            "template",
            "this equation is a template, in which `#1` stands for an argument",
            candidate.equation.span(source),
            ("the table does not hold the expression that its functions belong to",),
            "write the combined expression as text",
        )
        for candidate in chosen
        if "#" in candidate.equation.text(source)
    ]
    if mistakes:
        raise SymhdlError(*mistakes[:MAXIMUM_DIAGNOSTICS])


def _whole_line(source: Source) -> Span:
    """The first line, for complaints about the table as a whole."""
    end = source.text.find("\n")
    return Span(source, 0, max(1, end if end >= 0 else len(source.text)))


def _columns(source: Source, header: Row) -> _Columns:
    names = [cell.text(source).lower() for cell in header]

    def place(wanted: tuple[str, ...]) -> int | None:
        return next((names.index(name) for name in wanted if name in names), None)

    complexity, equation = place(_COMPLEXITY), place(_EQUATION)
    if complexity is None or equation is None:
        raise error(
            "table",
            "this is no table of equations",
            _whole_line(source),
            notes=("the first line must name the columns, Complexity and Equation among them",),
            help="give PySR's hall_of_fame.csv",
        )
    return _Columns(complexity, place(_LOSS), equation)


def _candidate(source: Source, row: Row, columns: _Columns, width: int) -> Candidate | Diagnostic:
    """The row, or what is wrong with it."""
    if len(row) > width and columns.equation == width - 1:
        # An equation without quotes may hold commas; it is the last cell and takes them all.
        row = (*row[: width - 1], TableCell(row[width - 1].start, row[-1].end))
    if len(row) != width:
        place = Span(source, row[0].start, max(row[-1].end, row[0].start + 1))
        return Diagnostic("table", f"the row has {len(row)} cells, the header {width}", place)
    cell = row[columns.complexity]
    text = cell.text(source).removesuffix(".0")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        return Diagnostic("table", "the complexity must be a whole number", cell.span(source))
    loss = math.nan
    if columns.loss is not None:
        found = _number(row[columns.loss].text(source))
        if found is None:
            place = row[columns.loss].span(source)
            return Diagnostic("table", "the loss must be a number", place)
        loss = found
    if not row[columns.equation].text(source):
        place = row[columns.equation].span(source)
        return Diagnostic("table", "the equation is missing", place)
    return Candidate(int(text), loss, row[columns.equation])


def _number(text: str) -> float | None:
    """A loss; a search may have ended with nan or infinity. None if it is no number."""
    try:
        return float(text)
    except ValueError:
        return None


def _select(source: Source, candidates: Sequence[Candidate], select: str) -> Sequence[Candidate]:
    words = select.replace(" ", "")
    match = _WORDS.fullmatch(words)
    if match is None or (match["loss"] is not None and _number(match["loss"]) is None):
        raise UsageError(
            Diagnostic(
                "select",
                f"`{select[:80]}` does not say which equation",
                help="write best, accuracy, all, complexity=N or loss<=L",
            )
        )
    if words == "all":
        return candidates
    if match["complexity"] is not None:
        complexity = int(match["complexity"])
        found = [c for c in candidates if c.complexity == complexity]
        return [found[-1]] if found else _none_such(source, candidates, f"complexity {complexity}")
    with_loss = [c for c in candidates if not math.isnan(c.loss)]
    if not with_loss:
        return [candidates[-1]]
    if match["loss"] is not None:
        limit = float(match["loss"])
        found = [c for c in with_loss if c.loss <= limit]
        return [found[0]] if found else _none_such(source, candidates, f"a loss up to {limit:g}")
    return [_CHOICES[words](with_loss)]


def _none_such(source: Source, candidates: Sequence[Candidate], wanted: str) -> list[Candidate]:
    complexities = ", ".join(str(c) for c in sorted({c.complexity for c in candidates}))
    raise error(
        "select",
        f"the table has no equation of {wanted}",
        _whole_line(source),
        notes=(f"complexities: {complexities}",),
    )


def _most_accurate(candidates: Sequence[Candidate]) -> Candidate:
    return min(candidates, key=lambda candidate: candidate.loss)


def _best(candidates: Sequence[Candidate]) -> Candidate:
    """PySR's `best`: the highest score among the equations that are nearly as accurate as any.

    The score is the fall of the loss's logarithm per complexity from one equation of the front to the next.
    """
    scores = [0.0]
    for before, after in pairwise(candidates):
        scores.append(_score(before, after))
    limit = BEST_LOSS_FACTOR * _most_accurate(candidates).loss
    eligible = [k for k, candidate in enumerate(candidates) if candidate.loss <= limit]
    return candidates[max(eligible, key=lambda k: scores[k])]


def _score(before: Candidate, after: Candidate) -> float:
    growth = after.complexity - before.complexity
    if growth <= 0 or before.loss <= 0 or not math.isfinite(before.loss):
        return 0.0
    return math.inf if after.loss <= 0 else math.log(before.loss / after.loss) / growth


_CHOICES: dict[str, Callable[[Sequence[Candidate]], Candidate]] = {
    "best": _best,
    "accuracy": _most_accurate,
}
