"""Makes one sum of a sum and of what is added, shifted or multiplied by a constant for it alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from symhdl.arithmetic.merging import with_merged_sums
from symhdl.design import Design


@dataclass(frozen=True, slots=True)
class MergeSums:
    """Merges sums on the operator level; the integers of all cells that stay are unchanged.

    With s = v + sum w_i a_i and t = u + w s, where nothing else uses s, t is u + w v + sum w w_i a_i. A term stays
    apart where that takes fewer signed digits, or where more is known of its range than its own terms tell.
    """

    name: ClassVar[str] = "merge-sums"

    def run(self, design: Design) -> Design:
        """The design with the datapath that is so made."""
        return design.with_datapath(with_merged_sums)
