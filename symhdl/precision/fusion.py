"""Which outputs are functions of one input, so that nothing between the two need be computed on its own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from symhdl.analysis.functions import function_of
from symhdl.analysis.ranges import Ranges
from symhdl.analysis.spaces import CONSTANT_SPACE, JOINT_SPACE
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph

MOST_NODES = 64  # of a function


@dataclass(frozen=True, slots=True)
class Fusion:
    """A node that is computed from the input `argument` at once; it depends on `nodes`, in order, itself the last."""

    argument: int
    nodes: tuple[int, ...]

    @property
    def absorbed(self) -> tuple[int, ...]:
        """The nodes of which nothing is built."""
        return tuple(node for node in self.nodes[:-1] if node != self.argument)


def fusions_of(graph: Graph, ranges: Ranges, outputs: Collection[int]) -> Mapping[int, Fusion]:
    """Those of some outputs that are functions of one input and hang on nothing that others use; by node.

    A function that is one operation on an input, or on its multiple by a power of two, which takes no cells, is none of
    them: what is known of the operation serves it best.
    """
    used = {operand for node in graph.nodes for operand in node.operands}
    found: dict[int, Fusion] = {}
    for output in sorted(set(outputs) - used):
        fusion = as_function(graph, ranges, output)
        is_one = function_of(graph, graph.nodes[output]) is not None
        if fusion is not None and not (
            is_one and _unscaled(graph, graph.nodes[output].operands[0]) == fusion.argument
        ):
            found[output] = fusion
    kept = {output.node for output in graph.outputs} - found.keys()
    while True:
        needed = _needed(graph, kept)
        lost = [node for node, each in found.items() if not needed.isdisjoint(each.absorbed)]
        if not lost:
            return found
        kept.update(lost)
        for node in lost:
            del found[node]


def _unscaled(graph: Graph, node: int) -> int:
    """What the node is a multiple of by a power of two, or itself."""
    operands = graph.nodes[node].operands
    if graph.nodes[node].operation is not Operation.MULTIPLY:
        return node
    values = [graph.nodes[each].value for each in operands]
    others = [each for each, value in zip(operands, values, strict=True) if value is None]
    is_scaled = len(others) == 1 and all(
        value > 0 and value.numerator.bit_count() == value.denominator.bit_count() == 1
        for value in values
        if value is not None
    )
    return others[0] if is_scaled else node


def _needed(graph: Graph, outputs: Iterable[int]) -> set[int]:
    """The outputs, and all that they depend on."""
    found, waiting = set(outputs), list(outputs)
    while waiting:
        for operand in graph.nodes[waiting.pop()].operands:
            if operand not in found:
                found.add(operand)
                waiting.append(operand)
    return found


def as_function(graph: Graph, ranges: Ranges, output: int) -> Fusion | None:
    """An output as a function of one input; None where it is an input, or depends on too much.

    Nothing on the way may be undefined anywhere.
    """
    if ranges.space[output] in (CONSTANT_SPACE, JOINT_SPACE):
        return None
    nodes = tuple(sorted(_needed(graph, (output,))))
    arguments = [node for node in nodes if graph.nodes[node].operation is Operation.INPUT]
    if len(arguments) != 1 or len(nodes) > MOST_NODES:
        return None
    own = [node for node in nodes if ranges.space[node] != CONSTANT_SPACE]
    undecided = any(ranges.needed[node] is not None or node in ranges.gapped for node in own)
    return None if undecided or len(own) == 1 else Fusion(arguments[0], nodes)
