"""Gives sums, products, quotients and roots the form that is worth least on the device."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from symhdl.analysis.ranges import Ranges
from symhdl.cost.operators import Fabric, fabric_of
from symhdl.design import Design, Pass
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph
from symhdl.precision.goals import goals_of
from symhdl.request import Request
from symhdl.rewriting.parts import Part, parts_of, with_forms
from symhdl.rewriting.search import cheapest_form
from symhdl.rewriting.worth import Leaf, surroundings_of
from symhdl.targets.target import Target


@dataclass(frozen=True, slots=True)
class Algebra:
    """Factors and multiplies out, joins quotients and roots, and shares what several terms have, by what it costs.

    Parts of arithmetic are looked at one by one, with ranges and allowed errors from around them. Over the reals every
    output keeps its value wherever it had one: what is divided by is known not to be 0, since ranges were proved. They
    are proved anew, and where they are no longer as good nothing is changed.
    """

    proof: Pass = field(metadata={"description": "the pass that proves ranges"})
    level: int = field(
        default=1, metadata={"description": "how many forms are looked at: few, or many"}
    )

    name: ClassVar[str] = "algebra"

    def run(self, design: Design) -> Design:
        """The design with the graph that is worth least, and its ranges."""
        ranges = design.ranges
        assert ranges is not None, "algebra before ranges; please report this"
        if self.level == 0 or ranges.violations:
            return design
        parts = parts_of(design.graph, ranges)
        if not parts:
            return design
        forms = self._forms(design, ranges, parts)
        if not forms:
            return design
        changed = self.proof.run(design.with_graph(with_forms(design.graph, forms)))
        return changed if _is_as_good(changed, design) else design

    def _forms(
        self, design: Design, ranges: Ranges, parts: list[Part]
    ) -> list[tuple[Part, Graph]]:
        graph = design.graph
        goals = goals_of(graph, ranges, design.inputs, design.request, design.written)
        hulls = [ranges.hull(index) for index in range(len(graph.nodes))]
        errors = [max(float(goal.budget), float(goal.format.ulp) / 4) for goal in goals]
        allowed, late = surroundings_of(graph, hulls, errors)
        fractions = {plan.name: plan.format.fraction for plan in design.inputs}
        fabric = _fabric(design.request, design.target)
        found: list[tuple[Part, Graph]] = []
        for part in parts:
            leaves = [
                Leaf(
                    *hulls[index],
                    fractions.get(graph.nodes[index].name),
                    late[index],
                    constant=hulls[index][0] == hulls[index][1]
                    or not graph.nodes[index].operands
                    and graph.nodes[index].operation is not Operation.INPUT,
                )
                for index in part.inputs
            ]
            own = [allowed[index] for index in part.outputs]
            form = cheapest_form(part.graph, leaves, own, fabric, self.level)
            if form is not part.graph:
                found.append((part, form))
        return found


def _fabric(request: Request, target: Target) -> Fabric:
    return fabric_of(
        target,
        request.dsp,
        clocked=request.clocked,
        primitives=request.primitives,
        frequency_mhz=request.known_mhz,
    )


def _is_as_good(changed: Design, before: Design) -> bool:
    """Whether every output is proved to stay where it was, and inside of all domains."""
    new, old = changed.ranges, before.ranges
    assert new is not None and old is not None
    if new.violations:
        return False
    for one, other in zip(changed.graph.outputs, before.graph.outputs, strict=True):
        (low, high), (least, most) = new.hull(one.node), old.hull(other.node)
        room = (most - least) * 2.0**-30
        if low < least - room or high > most + room:
            return False
    return True
