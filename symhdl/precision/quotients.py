"""Which products with reciprocals may be quotients of two numbers, and what rounding one to a format costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from symhdl.analysis.ranges import Ranges
from symhdl.analysis.spaces import CONSTANT_SPACE
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph
from symhdl.numeric.fixed import power_of_two

ROUNDED_OUTWARD = Fraction(1, 16)
"""Of a divisor: by no more is one that is computed beyond the real ones, or is refused."""
LARGEST_DIRECT_RATIO = 4
"""Of the largest divisor to the least: beyond, a quotient of inexact numbers leaves too little of a unit to these."""


@dataclass(frozen=True, slots=True)
class Quotient:
    """A product that is computed as the quotient of two nodes; of its factor `inverse`, a reciprocal, nothing is built.

    `ratio` is that of the largest divisor to the least, `is_exact` says whether both nodes are inputs.
    """

    dividend: int
    divisor: int
    inverse: int
    ratio: Fraction
    is_exact: bool

    @property
    def operands(self) -> tuple[int, ...]:
        """What it is computed of."""
        return self.dividend, self.divisor

    @property
    def absorbed(self) -> tuple[int, ...]:
        """The nodes of which nothing is built."""
        return (self.inverse,)

    @property
    def is_direct(self) -> bool:
        """Whether it can be cut to an output's format as it is."""
        return self.is_exact or self.ratio <= LARGEST_DIRECT_RATIO

    def share(self, fraction: int) -> Fraction:
        """By how much a quotient is wrong that is cut to so many bits, with a constant in the dividend.

        The cut takes a unit at most and the constant gives back a part of it, more for small divisors.
        """
        return power_of_two(-fraction) * self.ratio / (1 + self.ratio)


def quotients_of(graph: Graph, ranges: Ranges) -> Mapping[int, Quotient]:
    """All products with a reciprocal of a positive number that nothing but such products uses; by node.

    They are needed, and defined, for all inputs.
    """
    found: dict[int, Quotient] = {}
    for index, node in enumerate(graph.nodes):
        if node.operation is Operation.MULTIPLY and ranges.space[index] != CONSTANT_SPACE:
            quotient = _quotient(graph, ranges, index)
            if quotient is not None:
                found[index] = quotient
    inverses = {quotient.inverse for quotient in found.values()}
    kept = {output.node for output in graph.outputs}
    for index, node in enumerate(graph.nodes):
        if index not in found or found[index].inverse not in node.operands:
            kept.update(inverses.intersection(node.operands))
    return {index: each for index, each in found.items() if each.inverse not in kept}


def _quotient(graph: Graph, ranges: Ranges, index: int) -> Quotient | None:
    a, b = graph.nodes[index].operands
    inverses = [k for k in (a, b) if graph.nodes[k].operation is Operation.INVERSE]
    if len(inverses) != 1 or ranges.space[inverses[0]] == CONSTANT_SPACE:
        return None
    (inverse,) = inverses
    dividend, (divisor,) = a + b - inverse, graph.nodes[inverse].operands
    nodes = index, inverse, dividend, divisor
    low, high = (Fraction(end) for end in ranges.hull(divisor))
    if low <= 0 or any(ranges.needed[k] is not None or k in ranges.gapped for k in nodes):
        return None
    ratio = high * (1 + ROUNDED_OUTWARD) / (low * (1 - ROUNDED_OUTWARD))
    given = (graph.nodes[k].operation is Operation.INPUT for k in (dividend, divisor))
    return Quotient(dividend, divisor, inverse, ratio, all(given))
