"""The equations that sources hold: one for each row of a table or front of a search, else one for each output."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from symhdl.errors import Source, Span, SymhdlError, error
from symhdl.options import Chosen
from symhdl.sources.pysr.table import is_table
from symhdl.sources.reading.paths import load

EQUATION = "<equation>"  # no name of a table


@dataclass(frozen=True, slots=True)
class Equation:
    """An equation of a class ("" where there is but one), with what the search says of it, None where that is nothing.

    `text` is of that `dialect`, or of the one that it shows where that is None; `definitions` are what the table means
    by names of functions. Of a text with several outputs `output` is meant, and `shown` is what stands for it there. It
    stands in the text of the name `place` at a line and a column counted from 1.
    """

    text: str
    class_name: str = ""
    complexity: int | None = None
    loss: float | None = None
    dialect: str | None = None
    definitions: tuple[str, ...] = ()
    output: str = ""
    place: str = ""
    line: int = 1
    column: int = 1
    shown: str = ""

    @property
    def source(self) -> Source:
        """The text, whose places are those in what the user gave."""
        shift = self.column - 1
        written = Source(self.place, " " * shift + self.text, self.line)
        return Source(EQUATION, self.text, self.line, written, shift=shift) if shift else written


@dataclass(frozen=True, slots=True)
class Given:
    """A source of equations as the user names it, and the class of all of them if he says so."""

    source: Path | Source
    class_name: str | None = None


def equations_of(given: Sequence[Given], chosen: Chosen) -> tuple[Equation, ...]:
    """All equations of the sources, in their order. `chosen` says how texts are read.

    A class is called what the user calls it, or its table, or else after its file where there are several sources, and
    after its output where a source has several. Raises SymhdlError for what cannot be read.
    """
    found: list[Equation] = []
    for each, name in zip(given, _names(given), strict=True):
        texts = (each.source,) if isinstance(each.source, Source) else _loaded(each.source)
        for number, text in enumerate(texts, 1):
            called = name if len(texts) == 1 else "_".join(filter(None, (name, f"y{number}")))
            found += _equations(text, called, chosen, is_named=each.class_name is not None)
    if not found:
        raise error("no-equations", "the sources hold no equations")
    for equation in found:
        if any("\ud800" <= mark <= "\udfff" for mark in equation.class_name + equation.text):
            message = f"{equation.place}:{equation.line}: a class or an equation that is no text"
            raise error("not-text", message, help="name the class with --class NAME=FILE")
    return tuple(found)


def _loaded(path: Path) -> tuple[Source, ...]:
    try:
        return load(path)
    except SymhdlError as problem:
        first = problem.diagnostics[0]
        if first.id != "file-missing" or first.span is not None:
            raise
        help = "check the path; equations stand in a table, or in a file as `name = formula`, one a line"
        raise error(first.id, first.message, help=help) from None


def _equations(source: Source, name: str, chosen: Chosen, *, is_named: bool) -> Iterator[Equation]:
    if chosen.dialect in (None, "pysr") and is_table(source):
        yield from _of_table(source, name, is_named=is_named)
    else:
        yield from _of_text(source, name, chosen)


def _of_table(source: Source, name: str, *, is_named: bool) -> Iterator[Equation]:
    from symhdl.sources.pysr.equations import definitions_of_table
    from symhdl.sources.pysr.table import read_candidates

    candidates = read_candidates(source)
    defined = definitions_of_table(source, candidates)
    for candidate in candidates:
        start = Span(source, candidate.field.start, candidate.field.end)
        yield Equation(
            candidate.equation,
            name if is_named or not candidate.class_name else candidate.class_name,
            candidate.complexity,
            candidate.loss if math.isfinite(candidate.loss) else None,
            "pysr",
            tuple(text for name, text in defined.items() if name in candidate.equation),
            place=source.name,
            line=start.line,
            column=start.column,
        )


def _of_text(source: Source, name: str, chosen: Chosen) -> Iterator[Equation]:
    from symhdl.compiler import read_chosen

    graph = read_chosen(source, chosen).parsed.graph
    for output in graph.outputs:
        several = len(graph.outputs) > 1
        span = graph.spans[output.node]
        yield Equation(
            source.text,
            "_".join(filter(None, (name, output.name))) if several else name,
            dialect=chosen.dialect,
            output=output.name if several else "",
            place=source.name,
            line=source.first_line,
            shown=_written(span, source) if several else "",
        )


def _written(span: Span | None, source: Source) -> str:
    return source.text[span.start : span.end] if span is not None and span.source == source else ""


def _names(given: Sequence[Given]) -> list[str]:
    """What sources are called by: nothing where there is one, else as little of their paths as tells them apart."""
    if len(given) == 1:
        return [given[0].class_name or ""]
    paths = [Path(g.source.name) if isinstance(g.source, Source) else g.source for g in given]
    ways: tuple[Callable[[Path], str], ...] = (
        lambda path: path.stem,
        lambda path: path.name,
        lambda path: path.parent.name,
        lambda path: f"{path.parent.name}/{path.name}",
        str,
    )
    *_, names = _until_distinct([*map(way, paths)] for way in ways)
    return [
        name if each.class_name is None else each.class_name
        for each, name in zip(given, names, strict=True)
    ]


def _until_distinct(ways: Iterable[list[str]]) -> Iterator[list[str]]:
    for names in ways:
        yield names
        if max(Counter(names).values()) == 1:
            return
