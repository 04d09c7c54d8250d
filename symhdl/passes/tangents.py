"""Writes tangents over poles, which their arguments keep away from, as sines over cosines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from symhdl.design import Design
from symhdl.rewriting.tangents import split_tangents


@dataclass(frozen=True, slots=True)
class Tangents:
    """Splits the tangents whose arguments lie on both sides of a pole, by their ranges."""

    name: ClassVar[str] = "tangents"

    def run(self, design: Design) -> Design:
        """The design in which every tangent stays between two poles."""
        assert design.ranges is not None, "tangents before ranges; please report this"
        return design.with_graph(split_tangents(design.graph, design.ranges))
