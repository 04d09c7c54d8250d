"""What of a graph is built already: the cells of its nodes, and what their rounding loses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from symhdl.analysis.ranges import Ranges
from symhdl.cost.operators import Fabric
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.graph import Graph, Node
from symhdl.numeric.interval import Intervals
from symhdl.precision.allocation import Allocation
from symhdl.request import InputPlan


@dataclass(slots=True)
class Built:
    """The cell of each node up to now, and the error that its rounding added."""

    graph: Graph
    ranges: Ranges
    inputs: Sequence[InputPlan]
    allocation: Allocation
    fabric: Fabric
    builder: DatapathBuilder = field(default_factory=DatapathBuilder, init=False)
    cells: list[int] = field(default_factory=list, init=False)
    local: list[Intervals] = field(default_factory=list, init=False)

    def operand(self, node: Node, position: int) -> int:
        """The cell of an operand."""
        return self.cells[node.operands[position]]

    def aligned(self, *cells: int) -> list[int]:
        """The cells with the most fractional bits of any."""
        fraction = max(self.builder.fraction(cell) for cell in cells)
        return [self.builder.align(cell, fraction) for cell in cells]
