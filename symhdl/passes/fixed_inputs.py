"""Takes inputs of one value as the constants that they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from symhdl.design import Design
from symhdl.functions.operation import Operation
from symhdl.ir.graph import GraphBuilder
from symhdl.rewriting.rewrite import copy_node, finish


@dataclass(frozen=True, slots=True)
class FixedInputs:
    """Puts the number of an input whose range holds only one in its place; its port stays.

    What hangs on such an input and another one hangs on the other one alone. Needs planned inputs.
    """

    name: ClassVar[str] = "fixed-inputs"

    def run(self, design: Design) -> Design:
        """The design without the inputs of one value."""
        fixed = {p.name: p.minimum * p.format.ulp for p in design.inputs if p.minimum == p.maximum}
        if not fixed:
            return design
        graph = design.graph
        builder = GraphBuilder()
        places: list[int] = []
        for node, span in zip(graph.nodes, graph.spans, strict=True):
            operands = tuple(places[operand] for operand in node.operands)
            if node.operation is Operation.INPUT and node.name in fixed:
                places.append(builder.constant(fixed[node.name], span))
            else:
                places.append(copy_node(builder, node, operands, span))
        return design.with_graph(finish(graph, builder, places))
