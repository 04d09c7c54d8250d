"""What a region computes, in the words of the language: a function of its argument."""

from __future__ import annotations

from collections.abc import Sequence

from symhdl.analysis.regions import Region
from symhdl.errors import shortened
from symhdl.ir.graph import Graph, GraphBuilder, InputDeclaration, OutputDeclaration
from symhdl.printers.native import NATIVE
from symhdl.printers.printer import program_of

MOST_NODES = 30  # of a region that is written out
RESULT = "result"


def formula_of(graph: Graph, region: Region, names: Sequence[str]) -> str:
    """The region as one expression, in which the argument bears its name; empty where that would be long."""
    if len(region.nodes) > MOST_NODES:
        return ""
    builder, places = GraphBuilder(), dict[int, int]()
    argument = names[region.argument]
    for index in region.nodes:
        node = graph.nodes[index]
        if index == region.argument:
            places[index] = builder.input(argument)
        elif node.value is not None:
            places[index] = builder.constant(node.value)
        else:
            operands = (places[operand] for operand in node.operands)
            places[index] = builder.apply(node.operation, *operands)
    output = OutputDeclaration(RESULT, places[region.node])
    program = program_of(builder.build((InputDeclaration(argument),), (output,)), NATIVE)
    return (
        shortened("".join(program.assignments[0].pieces)) if len(program.assignments) == 1 else ""
    )
