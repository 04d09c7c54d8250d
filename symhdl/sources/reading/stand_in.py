"""Texts that are read in place of what the user wrote, and the way back to the places and names in the original."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from symhdl.errors import Diagnostic, Source, Span, SymhdlError
from symhdl.ir.graph import Graph
from symhdl.parsed import Parsed

MARK = "\ua015"  # a letter that nobody uses; it stands for a character that no name may hold
MARKED = "#"


@dataclass(frozen=True, slots=True, eq=False)
class StandIn:
    """A text whose characters from `start` on stand for those of the original that are `shift` characters further."""

    source: Source
    original: Source
    shift: int = 0
    start: int = 0

    def place(self, span: Span) -> Span:
        """The same place in the original; what was added before `start` stands for its first character."""
        length = len(self.original.text)
        first = min(max(span.start, self.start) + self.shift, length)
        return Span(self.original, first, max(first + 1, min(span.end + self.shift, length)))


def altered(original: Source, text: str) -> StandIn:
    """A copy of the same length with other characters."""
    assert len(text) == len(original.text), "a copy of another length; please report this"
    return StandIn(original if text == original.text else replace(original, text=text), original)


@contextmanager
def restored_errors(stand_ins: Iterable[StandIn]) -> Iterator[None]:
    """Errors that come up inside speak of the originals."""
    known = _known(stand_ins)
    try:
        yield
    except SymhdlError as problem:
        raise type(problem)(*_diagnostics(known, problem.diagnostics)) from None


def restored(stand_ins: Iterable[StandIn], parsed: Parsed) -> Parsed:
    """What was read, with the places and names of the originals."""
    known = _known(stand_ins)
    if not known:
        return parsed
    warnings = _diagnostics(known, parsed.warnings)
    return Parsed(_graph(known, parsed.graph), tuple(warnings))


_Known = dict[int, StandIn]


def _known(stand_ins: Iterable[StandIn]) -> _Known:
    """Those that differ from their originals, by the identity of what was read."""
    return {id(one.source): one for one in stand_ins if one.source is not one.original}


def _span(known: _Known, span: Span | None) -> Span | None:
    stand_in = None if span is None else known.get(id(span.source))
    return span if span is None or stand_in is None else stand_in.place(span)


def _diagnostics(known: _Known, diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
    return [
        replace(
            diagnostic,
            message=_name(diagnostic.message),
            span=_span(known, diagnostic.span),
            notes=tuple(map(_name, diagnostic.notes)),
            help=None if diagnostic.help is None else _name(diagnostic.help),
        )
        for diagnostic in diagnostics
    ]


def _graph(known: _Known, graph: Graph) -> Graph:
    nodes = graph.nodes
    if any(MARK in node.name for node in nodes):
        nodes = tuple(replace(n, name=_name(n.name)) if n.name else n for n in nodes)
    return Graph(
        nodes,
        tuple(_span(known, span) for span in graph.spans),
        tuple(
            replace(declared, name=_name(declared.name), span=_span(known, declared.span))
            for declared in graph.inputs
        ),
        tuple(
            replace(declared, name=_name(declared.name), span=_span(known, declared.span))
            for declared in graph.outputs
        ),
    )


def _name(text: str) -> str:
    return text.replace(MARK, MARKED)
