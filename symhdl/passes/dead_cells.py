"""Removes the cells that no output needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from symhdl.design import Design
from symhdl.ir.live import remove_dead_cells


@dataclass(frozen=True, slots=True)
class DeadCells:
    """The pass that keeps of a datapath what its outputs need. The outputs' integers are unchanged."""

    name: ClassVar[str] = "dead-cells"

    def run(self, design: Design) -> Design:
        """The design with the smaller datapath."""
        return design.with_datapath(remove_dead_cells)
