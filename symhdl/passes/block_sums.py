"""Adds to products in the blocks that compute them, where blocks have an adder behind the multiplier."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from symhdl.arithmetic.block_sums import Blocks, with_block_sums
from symhdl.design import Design
from symhdl.targets.target import Target
from symhdl.targets.units import INNER_ADD


@dataclass(frozen=True, slots=True)
class BlockSums:
    """Gives sums of products the adders behind the multipliers, one product after the other; integers are unchanged.

    The blocks are those that products are bound to already, so that there are no more of them. What is left of a sum,
    and what joins the parts of a long one, stays in logic.
    """

    name: ClassVar[str] = "block-sums"

    def run(self, design: Design) -> Design:
        """The design with sums in blocks, where the device has such blocks and primitives may be used."""
        blocks = blocks_of(design.target)
        if blocks is None or design.request.primitives == "none":
            return design
        return design.with_datapath(partial(with_block_sums, blocks=blocks))


def blocks_of(target: Target) -> Blocks | None:
    """The units of products with and without a sum; None where there is one of them at most."""
    alone = target.first_unit("multiply")
    adding = target.first_unit("multiply-add")
    if alone is None or adding is None:
        return None
    return Blocks(
        alone,
        adding,
        offsets_take_luts=2 * target.costs.offset_bit >= target.costs.adder_bit,
        inner=target.first_unit(INNER_ADD),
    )
