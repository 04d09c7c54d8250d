"""Several graphs as one: their inputs are those of the same name, their outputs stand side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from msgspec import structs

from symhdl.ir.graph import (
    Assumption,
    Graph,
    GraphBuilder,
    InputDeclaration,
    OutputDeclaration,
)
from symhdl.parsed import Parsed, Taken


def merged(parts: Sequence[tuple[Parsed, Sequence[str]]]) -> Parsed:
    """One graph with all outputs, which get the names given; an input of the same name sends one on to `name_out`."""
    builder = GraphBuilder()
    inputs: dict[str, InputDeclaration] = {}
    outputs: list[OutputDeclaration] = []
    assumptions: list[Assumption] = []
    equations: list[tuple[Taken, int | None]] = []
    for parsed, names in parts:
        places = {output.name: len(outputs) + k for k, output in enumerate(parsed.graph.outputs)}
        equations += [(taken, places.get(taken.output)) for taken in parsed.taken]
        indices = _append(builder, parsed.graph)
        for declared in parsed.graph.inputs:
            inputs.setdefault(declared.name, declared)
        outputs += [
            replace(output, name=name, node=indices[output.node])
            for output, name in zip(parsed.graph.outputs, names, strict=True)
        ]
        assumptions += [replace(a, node=indices[a.node]) for a in parsed.graph.assumptions]
    used = dict.fromkeys(inputs, 0)
    outputs = [replace(output, name=free_name(output.name, used)) for output in outputs]
    taken = [
        one if place is None else replace(one, output=outputs[place].name)
        for one, place in equations
    ]
    warnings = dict.fromkeys(told for parsed, _ in parts for told in parsed.warnings)
    graph = builder.build(tuple(inputs.values()), tuple(outputs), tuple(assumptions))
    return Parsed(graph, tuple(warnings), tuple(taken))


def free_name(name: str, taken: dict[str, int]) -> str:
    """The name, or with `_out`, `_out2`, ... behind it, and from now on taken.

    `taken` counts how often each name was asked for in vain.
    """
    free = name
    while free in taken:
        taken[name] += 1
        free = f"{name}_out" if taken[name] == 1 else f"{name}_out{taken[name]}"
    taken[free] = 0
    return free


def _append(builder: GraphBuilder, graph: Graph) -> list[int]:
    """The indices that the nodes of the graph have in the builder."""
    indices: list[int] = []
    for node, span in zip(graph.nodes, graph.spans, strict=True):
        operands = tuple(indices[operand] for operand in node.operands)
        indices.append(builder.append(structs.replace(node, operands=operands), span))
    outputs = {output.node: output.name for output in graph.outputs}
    for index, name in enumerate(graph.names):
        if name and name != outputs.get(index):  # outputs get other names
            builder.name(indices[index], name)
    return indices
