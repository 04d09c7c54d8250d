"""Reading many expressions: objects of a tool together as one text, texts each once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from symhdl.arguments import Definitions
from symhdl.errors import Source, SymhdlError, error
from symhdl.ir.graph import Graph
from symhdl.sources.reading.source import read_source

MOST_TEXTS = 1 << 16  # that are kept


@dataclass(slots=True)
class Expressions:
    """What reads expressions; `inputs` are the names that are known."""

    inputs: tuple[str, ...]
    dialect: str | None = None
    define: Definitions = ()
    _texts: dict[str, Graph] = field(default_factory=dict)

    def graphs(self, expressions: Sequence[object]) -> Iterator[Graph]:
        """Graphs that have, one after the other, as many outputs as there are expressions.

        Raises SymhdlError for what cannot be read, or has another number of outputs than one.
        """
        start = 0
        while start < len(expressions):
            first = expressions[start]
            end = start + 1
            if isinstance(first, str):
                yield self._text(first)
            else:
                while end < len(expressions) and type(expressions[end]) is type(first):
                    end += 1
                yield from self._objects(expressions[start:end])
            start = end

    def _text(self, text: str) -> Graph:
        known = self._texts.get(text)
        if known is None:
            if len(self._texts) >= MOST_TEXTS:
                self._texts.clear()
            # As a source, for the text of an expression is that of no path.
            known = self._texts[text] = self._read(Source("<text>", text))
        return known

    def _objects(self, objects: Sequence[object]) -> Iterator[Graph]:
        """All in one, or, where something is wrong with one of them, each by itself."""
        if len(objects) > 1:
            try:
                parsed, _ = read_source(
                    list(objects), dialect=self.dialect, define=self.define, inputs=self.inputs
                )
            except SymhdlError:
                pass
            else:
                if len(parsed.graph.outputs) == len(objects):
                    yield parsed.graph
                    return
        for each in objects:
            yield self._read(each)

    def _read(self, source: object) -> Graph:
        parsed, _ = read_source(
            source, dialect=self.dialect, define=self.define, inputs=self.inputs
        )
        graph = parsed.graph
        if len(graph.outputs) != 1:
            text = f"an expression has {len(graph.outputs)} outputs, and not one"
            raise error("bad-argument", text, help="give each expression by itself")
        output = graph.outputs[0]
        is_declared = output.format is not None or output.error is not None
        if is_declared or any(each.format or each.range for each in graph.inputs):
            text = "an expression declares formats, ranges or errors of its own"
            raise error("bad-argument", text, help="give them to the Evaluator")
        return replace(graph, assumptions=()) if graph.assumptions else graph
