"""Takes the assumptions out of the graph: conditions beside it, of which every proof may make use."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

from symhdl.design import Design, Pass
from symhdl.ir.graph import graph_of_assumptions, without_dead_nodes


@dataclass(frozen=True, slots=True)
class Assume:
    """Fills `Design.assumptions`, where the graph as it is written has some, in operations that analyses know.

    The graph itself has none any more: it is the same function whatever is assumed.
    """

    preparation: tuple[Pass, ...] = field(
        metadata={"description": "the passes that write conditions in the operations of analyses"}
    )

    name: ClassVar[str] = "assume"

    def run(self, design: Design) -> Design:
        """The design with its assumptions apart."""
        graph = design.graph
        if not graph.assumptions:
            return design
        prepared = replace(design, graph=graph_of_assumptions(graph))
        for step in self.preparation:
            prepared = step.run(prepared)
        alone = without_dead_nodes(replace(graph, assumptions=()))
        return replace(design.with_graph(alone), assumptions=prepared.graph)
