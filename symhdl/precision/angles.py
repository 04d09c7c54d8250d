"""Which arctangents may be angles of two numbers, that are computed from these digit by digit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from symhdl.analysis.ranges import Ranges
from symhdl.analysis.spaces import CONSTANT_SPACE
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph
from symhdl.numeric.fixed import power_of_two


@dataclass(frozen=True, slots=True)
class Angle:
    """An arctangent of a quotient that is computed from two nodes; nothing of what is `absorbed` is built.

    If it `is_in_octant`, the dividend is the minimum, and the divisor the maximum, of the same numbers from 0 on.
    """

    dividend: int
    divisor: int
    absorbed: tuple[int, ...]
    is_in_octant: bool

    is_direct: ClassVar[bool] = True
    """It can be rounded to an output's format as it is."""
    adders_of_digits: ClassVar[float] = 4 / 3
    """How many a digit takes: one, and one more in the first third."""

    @property
    def operands(self) -> tuple[int, ...]:
        """What it is computed of; adders are as long as the last one."""
        return self.dividend, self.divisor

    def share(self, fraction: int) -> Fraction:
        """By how much an angle is wrong that is rounded to so many bits."""
        return power_of_two(-fraction) / 2


def angles_of(graph: Graph, ranges: Ranges) -> Mapping[int, Angle]:
    """All arctangents of quotients of which nothing else uses any part, by node; divisors are never negative."""
    found: dict[int, Angle] = {}
    for index, node in enumerate(graph.nodes):
        if node.operation is Operation.ATAN and ranges.space[index] != CONSTANT_SPACE:
            angle = _angle(graph, ranges, node.operands[0])
            if angle is not None:
                found[index] = angle
    if not found:
        return {}
    uses = Counter(operand for node in graph.nodes for operand in node.operands)
    uses.update(output.node for output in graph.outputs)
    return {
        index: angle
        for index, angle in found.items()
        if all(uses[node] == 1 for node in angle.absorbed)
    }


def _angle(graph: Graph, ranges: Ranges, argument: int) -> Angle | None:
    """That of an arctangent's argument: a quotient, or of numbers that are sorted the minimum of theirs and 1."""
    nodes, product = graph.nodes, argument
    is_bounded = nodes[argument].operation is Operation.MINIMUM
    if is_bounded:
        product, bound = nodes[argument].operands
        if nodes[product].value == 1:
            product, bound = bound, product
        if nodes[bound].value != 1:
            return None
    if nodes[product].operation is not Operation.MULTIPLY:
        return None
    inverses = [k for k in nodes[product].operands if nodes[k].operation is Operation.INVERSE]
    if len(inverses) != 1 or ranges.space[inverses[0]] == CONSTANT_SPACE:
        return None
    (inverse,) = inverses
    dividend, (divisor,) = sum(nodes[product].operands) - inverse, nodes[inverse].operands
    if ranges.hull(divisor)[0] < 0 or ranges.space[dividend] == CONSTANT_SPACE:
        return None
    if is_bounded and not _are_sorted(graph, ranges, dividend, divisor):
        return None
    absorbed = (argument, product, inverse) if is_bounded else (product, inverse)
    return Angle(dividend, divisor, absorbed, is_bounded)


def bound_of(graph: Graph, largest: int) -> int | None:
    """The constant at which a maximum of two numbers is held from below; None where there is none."""
    node = graph.nodes[largest]
    if node.operation is Operation.MAXIMUM:
        for held, bound in (node.operands, node.operands[::-1]):
            if graph.nodes[held].operation is Operation.MAXIMUM and graph.nodes[bound].value:
                return bound
    return None


def _are_sorted(graph: Graph, ranges: Ranges, least: int, largest: int) -> bool:
    """Whether two nodes are the minimum, and the maximum, of the same numbers from 0 on, or this held from below."""
    bound = bound_of(graph, largest)
    if bound is not None:
        largest = sum(graph.nodes[largest].operands) - bound
    a, b = graph.nodes[least], graph.nodes[largest]
    return (
        a.operation is Operation.MINIMUM
        and b.operation is Operation.MAXIMUM
        and set(a.operands) == set(b.operands)
        and ranges.hull(least)[0] >= 0
    )
