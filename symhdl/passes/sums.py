"""Takes sums apart into two-operand adders."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from symhdl.arithmetic.sums import with_trees
from symhdl.cost.products import logic_of
from symhdl.design import Design


@dataclass(frozen=True, slots=True)
class Sums:
    """Builds a balanced tree of ADD and SUBTRACT for every SUM of weights +-2**k; the integers are unchanged.

    Products with constants stand in it as trees of their own, whose ranges are those of multiples of one number.
    """

    name: ClassVar[str] = "sums"

    def run(self, design: Design) -> Design:
        """The design with the datapath that is so made."""
        logic = logic_of(design.target, design.request.primitives)
        return design.with_datapath(partial(with_trees, logic=logic))
