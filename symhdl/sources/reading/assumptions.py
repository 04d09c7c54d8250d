"""Assumptions that come beside the source: conditions in the native language over the inputs of a graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symhdl.errors import Diagnostic, Source, SymhdlError
from symhdl.functions.operation import Operation
from symhdl.grammar.program import parse_condition
from symhdl.ir.graph import Graph, OutputDeclaration
from symhdl.names.spelling import similar
from symhdl.parsed import Parsed
from symhdl.sources.reading.merge import merged


def with_assumptions(parsed: Parsed, texts: Sequence[str], place: str) -> Parsed:
    """The graph with further assumptions; `place` is what messages call where they come from.

    Raises SymhdlError for what is no condition, and for names that are no inputs of the graph.
    """
    if not texts:
        return parsed
    graph = parsed.graph
    known = [declared.name for declared in graph.inputs]
    conditions = [parse_condition(Source(place, text), known) for text in texts]
    strangers = [told for condition in conditions for told in _strangers(condition, known)]
    if strangers:
        raise SymhdlError(*strangers)
    names = [output.name for output in graph.outputs]
    return merged([(parsed, names), *((Parsed(condition), ()) for condition in conditions)])


def conditions_of(texts: Sequence[str], inputs: Sequence[str]) -> Graph | None:
    """The assumptions of a design that was compiled, as outputs of one graph.

    They are called by their numbers from 0 on. Those with names that a language could not have are left out; None where
    none is left.
    """
    found = [parse_condition(Source("the assumptions", text), inputs) for text in texts]
    known = {k: each for k, each in enumerate(found) if not _strangers(each, inputs)}
    if not known:
        return None
    graph = merged([(Parsed(condition), ()) for condition in known.values()]).graph
    outputs = tuple(
        OutputDeclaration(str(number), assumption.node)
        for number, assumption in zip(known, graph.assumptions, strict=True)
    )
    return replace(graph, outputs=outputs, assumptions=())


def _strangers(condition: Graph, known: Sequence[str]) -> list[Diagnostic]:
    """Complaints about names that are no inputs."""
    found: list[Diagnostic] = []
    for node, span in zip(condition.nodes, condition.spans, strict=True):
        if node.operation is Operation.INPUT and node.name not in known:
            guess = similar(node.name, known)
            help = f"did you mean `{guess}`?" if guess else f"the inputs are: {', '.join(known)}"
            message = f"there is no input `{node.name}`"
            found.append(Diagnostic("unknown-input", message, span, help=help))
    return found
