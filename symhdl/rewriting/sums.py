"""Nodes as sums of others, each times a number: what tells that one is so many times another, and a constant."""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction

from symhdl.functions.operation import COMPARISONS, Operation
from symhdl.ir.graph import Graph, Node

Sum = tuple[dict[int, Fraction], Fraction]
"""The weights of nodes that are no sums themselves, and a constant."""

ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums that the nodes of a graph are, each worked out once."""

    graph: Graph
    known: dict[int, Sum] = field(default_factory=dict)

    def of(self, index: int) -> Sum:
        """The node as a sum; of a comparison of p with q, p - q."""
        if index not in self.known:
            node = self.graph.nodes[index]
            if node.operation in COMPARISONS:
                shares = list(zip(node.operands, (ONE, -ONE), strict=True))
            else:
                shares = [(index, ONE)]
            self.known[index] = self._spread(shares)
        return self.known[index]

    def _spread(self, shares: list[tuple[int, Fraction]]) -> Sum:
        """Users come before their operands, so that each node is looked at once."""
        weights: defaultdict[int, Fraction] = defaultdict(Fraction)
        waiting: list[int] = []
        addends: dict[int, Fraction] = {}
        constant = Fraction(0)
        while True:
            for operand, weight in shares:
                if operand not in weights:
                    heapq.heappush(waiting, -operand)
                weights[operand] += weight
            if not waiting:
                return addends, constant
            index = -heapq.heappop(waiting)
            weight, node = weights[index], self.graph.nodes[index]
            shares = [(operand, weight * share) for operand, share in self._shares(node)]
            if node.value is not None:
                constant += weight * node.value
            elif not shares and weight:
                addends[index] = weight

    def _shares(self, node: Node) -> list[tuple[int, Fraction]]:
        """The operands of a sum with their weights; nothing if the node is none."""
        values = [self.graph.nodes[operand].value for operand in node.operands]
        if node.operation is Operation.ADD:
            return [(operand, ONE) for operand in node.operands]
        if node.operation is Operation.SUBTRACT:
            return [(node.operands[0], ONE), (node.operands[1], -ONE)]
        if node.operation is Operation.NEGATE:
            return [(node.operands[0], -ONE)]
        if node.operation is Operation.MULTIPLY:
            for factor, operand in zip(values, reversed(node.operands), strict=True):
                if factor is not None:
                    return [(operand, factor)]
        if node.operation is Operation.DIVIDE and values[1]:
            return [(node.operands[0], 1 / values[1])]
        return []
