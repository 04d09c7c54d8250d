"""Brings together what sums and products have of one variable, so that it can be one function of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from symhdl.design import Design
from symhdl.errors import Span
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, GraphBuilder, count_uses
from symhdl.numeric.fixed import is_power_of_two
from symhdl.rewriting.rewrite import copy_node, finish

GROUPED = frozenset({Operation.ADD, Operation.MULTIPLY})
SCALED = frozenset({Operation.MULTIPLY, Operation.NEGATE})
CONSTANT = -1


@dataclass(frozen=True, slots=True)
class Regroup:
    """Terms and factors that depend on the same single node are added and multiplied first.

    `0.54*sin(x) + y - 0.27*x` becomes `(0.54*sin(x) - 0.27*x) + y`, and `2*x*y*exp(x)` becomes `(2*x*exp(x))*y`. A
    group has something in it that is more than a multiple of its variable, and takes a constant with it, but none that
    only moves the point. Products that serve nothing else are taken apart for that. Values over the reals stay.
    """

    name: ClassVar[str] = "regroup"

    def run(self, design: Design) -> Design:
        """The design with the regrouped graph."""
        return design.with_graph(_Regrouping(design.graph).run())


@dataclass(slots=True)
class _Regrouping:
    graph: Graph
    builder: GraphBuilder = field(default_factory=GraphBuilder)
    places: list[int] = field(default_factory=list)
    bases: list[int] = field(default_factory=list)
    multiples: list[bool] = field(default_factory=list)
    uses: list[int] = field(default_factory=list)

    def run(self) -> Graph:
        self._find_bases()
        self.uses = count_uses(self.graph)
        for index, (node, span) in enumerate(zip(self.graph.nodes, self.graph.spans, strict=True)):
            groups = self._groups(index) if node.operation in GROUPED else []
            if groups:
                parts = [self._joined(node.operation, group, span) for group in groups]
                self.places.append(self._joined_places(node.operation, parts, span))
            else:
                operands = tuple(self.places[operand] for operand in node.operands)
                self.places.append(copy_node(self.builder, node, operands, span))
        return finish(self.graph, self.builder, self.places)

    def _find_bases(self) -> None:
        """For every node the one on which alone it depends, and whether it is a multiple of that."""
        for index, node in enumerate(self.graph.nodes):
            found = {self.bases[operand] for operand in node.operands} - {CONSTANT}
            if node.operation is not Operation.INPUT and not found:
                self.bases.append(CONSTANT)
                self.multiples.append(True)
                continue
            is_one = len(found) == 1
            self.bases.append(found.pop() if is_one else index)
            varying = [operand for operand in node.operands if self.bases[operand] != CONSTANT]
            is_scaled = node.operation in SCALED and len(varying) == 1
            self.multiples.append(not is_one or (is_scaled and self.multiples[varying[0]]))

    def _groups(self, index: int) -> list[list[int]]:
        """The terms or factors of a node, those of one variable together; none where nothing is gained."""
        operation = self.graph.nodes[index].operation
        if not self._is_of_several(index) and not self._scales_product(index):
            return []
        leaves = self._leaves(index, operation)
        groups: dict[int, list[int]] = {}
        for leaf in leaves:
            groups.setdefault(self.bases[leaf], []).append(leaf)
        constants = groups.pop(CONSTANT, [])
        curved = [
            base
            for base, group in groups.items()
            if not all(self.multiples[leaf] for leaf in group)
            or (operation is Operation.MULTIPLY and len(group) > 1)
        ]
        gaining = [base for base in curved if len(groups[base]) > 1]
        curved = [base for base in curved if not self._is_reciprocal(groups[base])]
        if constants and curved and (gaining or self._takes_cells(operation, constants)):
            groups[(gaining or curved)[0]] += constants
        elif gaining:
            groups[CONSTANT] = constants
        else:
            return []
        return [group for group in groups.values() if group]

    def _is_reciprocal(self, group: Sequence[int]) -> bool:
        """Whether it is a divisor, which may do without a function."""
        return [self.graph.nodes[leaf].operation for leaf in group] == [Operation.INVERSE]

    def _takes_cells(self, operation: Operation, constants: Sequence[int]) -> bool:
        """Whether it takes more than wires to multiply by the constants."""
        values = [self.graph.nodes[constant].value for constant in constants]
        return operation is Operation.MULTIPLY and not all(
            value is not None and is_power_of_two(value) for value in values
        )

    def _is_of_several(self, index: int) -> bool:
        """Whether the node depends on several others."""
        return self.bases[index] == index

    def _scales_product(self, index: int) -> bool:
        """Whether the node is a multiple of a product of several that serves nothing else."""
        node = self.graph.nodes[index]
        return node.operation is Operation.MULTIPLY and any(
            self._is_taken_apart(operand, Operation.MULTIPLY) for operand in node.operands
        )

    def _is_taken_apart(self, index: int, operation: Operation) -> bool:
        is_same = self.graph.nodes[index].operation is operation
        return is_same and self.uses[index] == 1 and self._is_of_several(index)

    def _leaves(self, index: int, operation: Operation) -> list[int]:
        """The terms or factors, in order; what is taken apart serves nothing else and depends on several nodes."""
        found: list[int] = []
        waiting = [index]
        while waiting:
            here = waiting.pop()
            if here == index or self._is_taken_apart(here, operation):
                waiting.extend(reversed(self.graph.nodes[here].operands))
            else:
                found.append(here)
        return found

    def _joined(self, operation: Operation, group: Sequence[int], span: Span | None) -> int:
        return self._joined_places(operation, [self.places[leaf] for leaf in group], span)

    def _joined_places(self, operation: Operation, parts: Sequence[int], span: Span | None) -> int:
        """One sum, or a product as a tree of least depth."""
        level = list(parts)
        if operation is Operation.ADD and len(level) > 1:
            return self.builder.apply(operation, *level, span=span)
        while len(level) > 1:
            pairs = [
                self.builder.apply(operation, *level[k : k + 2], span=span)
                for k in range(0, len(level) - 1, 2)
            ]
            level = pairs + level[len(pairs) * 2 :]
        return level[0]
