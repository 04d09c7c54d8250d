"""The pass that applies the algebraic identities of the table until nothing changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import ClassVar

from symhdl.design import Design
from symhdl.rewriting.rewrite import Rewriter, RuleTable, facts_of_inputs
from symhdl.rules.table import rules_of_level

MAXIMUM_SWEEPS = 12


@cache
def _table(level: int, removable: bool) -> RuleTable:
    """The rules of a level, prepared once for all designs."""
    return RuleTable(rules_of_level(level, removable))


@dataclass(frozen=True, slots=True)
class Simplify:
    """Applies the rules of a level, from the inputs to the outputs, sweep after sweep.

    The value of every output stays the same real number wherever it had one. A sweep is linear in the number of nodes;
    there are at most `MAXIMUM_SWEEPS`.
    """

    level: int = field(
        default=1, metadata={"description": "the rules of this level and of those below it"}
    )
    removable: bool = field(
        default=False, metadata={"description": "whether holes of the domain get the limit there"}
    )

    name: ClassVar[str] = "simplify"

    def run(self, design: Design) -> Design:
        """The design with the simplified graph."""
        table = _table(self.level, self.removable)
        facts = facts_of_inputs(design)
        graph, active = design.graph, None
        for _sweep in range(MAXIMUM_SWEEPS):
            rewriter = Rewriter(table, facts)
            graph = rewriter.sweep(graph, active)
            if not rewriter.applied:
                break
            active = rewriter.active
        return design.with_graph(graph)
