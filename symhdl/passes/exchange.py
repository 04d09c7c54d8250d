"""Trades products for functions, or functions for products, where the design is worth less then."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from typing import ClassVar

from symhdl.analysis.functions import function_of
from symhdl.analysis.ranges import Ranges
from symhdl.analysis.regions import bases_of, candidates
from symhdl.analysis.spaces import CONSTANT_SPACE
from symhdl.budget import UNLIMITED, Budget
from symhdl.design import Design, Pass
from symhdl.errors import SymhdlError
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph
from symhdl.lowering import worth_of_nodes
from symhdl.precision.goals import all_fit, moved_goals
from symhdl.rewriting.nested_choices import with_nested_choices
from symhdl.rewriting.rewrite import Rewriter, RuleTable, facts_of_inputs
from symhdl.rules.exchanges import EXCHANGES
from symhdl.rules.facts import Facts, of_range

LEAST_GAIN = 0.12
"""Of what a design is worth: what another one must save to be taken, since formats are not all that decides."""

PRODUCTS = frozenset({Operation.MULTIPLY, Operation.SQUARE})
MOST_NODES = 200  # of a graph that is looked at: others are allotted several times


@cache
def _tables() -> tuple[RuleTable, ...]:
    """The groups of identities, prepared once for all designs."""
    return tuple(RuleTable(rules) for rules in EXCHANGES)


@dataclass(frozen=True, slots=True)
class Exchange:
    """Applies a group of identities at once wherever several variables are met, if the design is worth less so.

    `sin(x)*cos(y)` is half of `sin(x + y) + sin(x - y)`: adders in place of a product. Before that it tries choices by
    several comparisons as choices by one each, which may have formats where others have none. Over the reals every
    output keeps its value; ranges are proved anew, and where they are no longer as good nothing is changed. Both
    designs are allotted, and what their nodes are estimated at in the formats found decides.
    """

    sums: tuple[Pass, ...] = field(
        metadata={"description": "the passes that gather what sums have"}
    )
    simplification: tuple[Pass, ...] = field(
        metadata={"description": "the passes that show of two graphs that they are the same"}
    )
    proof: Pass = field(metadata={"description": "the pass that proves ranges"})
    trial: tuple[Pass, ...] = field(
        metadata={"description": "the passes behind, by whose formats designs are compared"}
    )
    budget: Budget = field(
        default=UNLIMITED, metadata={"description": "nothing more is tried when it is over"}
    )

    name: ClassVar[str] = "exchange"

    def run(self, design: Design) -> Design:
        """The design that is worth least; where several were compared it has the formats that it got then."""
        assert design.ranges is not None and design.goals, (
            "an exchange before goals; please report this"
        )
        if (
            design.ranges.violations
            or design.request.correctly_rounded
            or len(design.graph.nodes) > MOST_NODES
        ):
            return design
        allotted, worth = None, math.inf
        for table in (None, *_tables()):
            graph = self._nested(design) if table is None else _exchanged(design, table)
            other = None if graph is None else self._proved(design, graph)
            if other is None or self.budget.is_over():
                continue
            if table is not None and not _has_less(other, design):
                continue
            if allotted is None:
                allotted, worth = self._allotted(design)
            found, less = self._allotted(other)
            if less < (1 - LEAST_GAIN) * worth:
                design, allotted, worth = other, found, less
        return design if allotted is None else allotted

    def _nested(self, design: Design) -> Graph | None:
        return with_nested_choices(design, self.simplification)

    def _proved(self, design: Design, graph: Graph) -> Design | None:
        """The design with another graph, its ranges and the goals that it had; None where ranges are worse."""
        other = design.with_graph(graph)
        try:
            for step in (*self.sums, self.proof):
                other = step.run(other)
        except SymhdlError:
            return None
        if other.ranges is None or not all_fit(other.graph, other.ranges, design.goals):
            return None
        return replace(other, goals=moved_goals(other.graph, other.inputs, design.goals))

    def _allotted(self, design: Design) -> tuple[Design, float]:
        """The design with formats, and what it is worth in these; infinite where there are none."""
        found = design
        try:
            for step in self.trial:
                found = step.run(found)
        except SymhdlError:
            return design, math.inf
        return found, worth_of_nodes(found)


def _exchanged(design: Design, table: RuleTable) -> Graph | None:
    """The graph after a group of identities; None where none applies."""
    graph, ranges = design.graph, design.ranges
    roots = {rule.pattern.operation for rule in table.rules}
    if all(node.operation not in roots for node in graph.nodes):
        return None
    assert ranges is not None
    rewriter = Rewriter(table, facts_of_inputs(design), _facts(graph, ranges))
    changed = rewriter.sweep(graph, _of_several_inputs(graph, ranges))
    return changed if rewriter.applied else None


def _has_less(other: Design, design: Design) -> bool:
    """Whether there are fewer functions, or fewer products, where what hangs on one node is one function."""
    pairs = zip(_counts(other), _counts(design), strict=True)
    return any(count < before for count, before in pairs)


def _counts(design: Design) -> tuple[int, int]:
    """How many functions and how many products there are."""
    graph, ranges = design.graph, design.ranges
    assert ranges is not None
    regions = candidates(graph, ranges)
    inside = {node for region in regions for node in region.nodes if node != region.argument}
    functions, products = len(regions), 0
    for index, node in enumerate(graph.nodes):
        if index in inside:
            continue
        varying = [each for each in node.operands if ranges.space[each] != CONSTANT_SPACE]
        if node.operation is Operation.SQUARE or len(varying) > 1:
            products += node.operation in PRODUCTS
        functions += bool(varying) and function_of(graph, node) is not None
    return functions, products


def _of_several_inputs(graph: Graph, ranges: Ranges) -> bytes:
    """The flags of the nodes that hang on several inputs; what hangs on one may be one function whatever it is."""
    bases = bases_of(graph, ranges)
    return bytes(base >= 0 and graph.nodes[base].operation is not Operation.INPUT for base in bases)


def _facts(graph: Graph, ranges: Ranges) -> Sequence[Facts]:
    """What the proved ranges of the nodes tell."""
    return [_facts_of(*ranges.hull(index)) for index in range(len(graph.nodes))]


def _facts_of(low: float, high: float) -> Facts:
    is_finite = math.isfinite(low) and math.isfinite(high)
    return of_range(Fraction(low), Fraction(high)) if is_finite else 0
