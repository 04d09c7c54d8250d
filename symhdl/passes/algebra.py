"""Gives sums, products, quotients and roots the form that is worth least on the device."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import ClassVar

from symhdl.analysis.ranges import Ranges
from symhdl.choices import DEFAULT_WIDTH
from symhdl.cost.clock import period_ns
from symhdl.design import Design, Pass
from symhdl.errors import SymhdlError
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, Node
from symhdl.lowering import fabric_for
from symhdl.precision.goals import all_fit, moved_goals
from symhdl.request import Request
from symhdl.rewriting.clusters import Cluster, clusters_of, with_forms
from symhdl.rewriting.polynomials import ROOTS
from symhdl.rewriting.search import cheapest_form
from symhdl.rewriting.tangents import split_tangents
from symhdl.rewriting.worth import Clock, Leaf, surroundings_of
from symhdl.targets.target import Target


@dataclass(frozen=True, slots=True)
class Algebra:
    """Factors and multiplies out, joins quotients and roots, and shares what several terms have, by what it costs.

    Clusters of arithmetic are looked at one by one, with ranges and allowed errors from around them. Over the reals
    every output keeps its value wherever it had one: what is divided by is known not to be 0, since ranges were
    proved. They are proved anew, and where they are no longer as good nothing is changed.
    """

    proof: Pass = field(metadata={"description": "the pass that proves ranges"})
    level: int = field(
        default=1, metadata={"description": "how many forms are looked at: few, or many"}
    )
    trial: tuple[Pass, ...] = field(
        default=(),
        metadata={
            "description": "the passes behind, by whose formats forms with roots are compared"
        },
    )

    name: ClassVar[str] = "algebra"

    def run(self, design: Design) -> Design:
        """The design with the graph that is worth least, its ranges, and the goals that it had."""
        ranges = design.ranges
        assert ranges is not None and design.goals, "algebra before goals; please report this"
        if ranges.violations:
            return design
        clusters = clusters_of(design.graph, ranges)
        if not clusters:
            return design
        forms = self._forms(design, ranges, clusters)
        if not forms:
            return design
        changed = self.proof.run(design.with_graph(with_forms(design.graph, forms)))
        if not _is_as_good(changed, design):
            return design
        changed = replace(changed, goals=moved_goals(changed.graph, changed.inputs, design.goals))
        # What a root of a quotient takes hangs on how that is computed, which is not known before there are formats.
        has_roots = any(
            node.operation in ROOTS for cluster, _ in forms for node in cluster.graph.nodes
        )
        return self._cheaper(changed, design) if has_roots and self.trial else changed

    def _cheaper(self, changed: Design, design: Design) -> Design:
        """The one of two designs that is worth less in the formats that it would get."""
        return changed if self._worth(changed) < self._worth(design) else design

    def _worth(self, design: Design) -> float:
        try:
            for step in self.trial:
                design = step.run(design)
        except SymhdlError:
            return math.inf
        assert design.allocation is not None
        return math.inf if design.allocation.worth is None else design.allocation.worth

    def _forms(
        self, design: Design, ranges: Ranges, clusters: list[Cluster]
    ) -> list[tuple[Cluster, Graph]]:
        graph = design.graph
        hulls = [ranges.hull(index) for index in range(len(graph.nodes))]
        errors = [max(float(goal.budget), float(goal.format.ulp) / 4) for goal in design.goals]
        allowed, late = surroundings_of(graph, hulls, errors)
        fractions = {plan.name: plan.format.fraction for plan in design.inputs}
        fabric = fabric_for(design.request, design.target)
        clock = _clock(design.request, design.target)
        found: list[tuple[Cluster, Graph]] = []
        for cluster in clusters:
            leaves = [
                Leaf(
                    *hulls[index],
                    fractions.get(graph.nodes[index].name),
                    late[index],
                    constant=_is_constant(graph.nodes[index], hulls[index]),
                )
                for index in cluster.inputs
            ]
            own = [allowed[index] for index in cluster.outputs]
            form = cheapest_form(cluster.graph, leaves, own, fabric, self.level, clock)
            if form is not cluster.graph:
                found.append((cluster, form))
        return found


def _is_constant(node: Node, hull: tuple[float, float]) -> bool:
    """Whether a node is one number: pi, say, or an input whose range is one."""
    is_symbol = not node.operands and node.operation is not Operation.INPUT
    return is_symbol or hull[0] == hull[1]


def _clock(request: Request, target: Target) -> Clock | None:
    """The clock; registers stand between whole sums."""
    if not request.known_mhz:
        return None
    room_ns, sum_ns = period_ns(request.known_mhz, target), target.adder_ns(DEFAULT_WIDTH)
    room_ns = max(room_ns, sum_ns)
    return Clock(room_ns, sum_ns * math.floor(room_ns / sum_ns))


def _is_as_good(changed: Design, before: Design) -> bool:
    """Whether outputs are proved to stay in their formats, all inside of domains, and tangents between their poles."""
    ranges = changed.ranges
    assert ranges is not None
    if split_tangents(changed.graph, ranges) is not changed.graph:
        return False
    return all_fit(changed.graph, ranges, before.goals)
