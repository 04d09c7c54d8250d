"""Takes products with constants apart into shifts: the weights of sums become powers of two."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from symhdl.arithmetic.constants import with_digits, with_shared_digits
from symhdl.design import Design


@dataclass(frozen=True, slots=True)
class ConstantProducts:
    """Writes the weights of sums as signed digits; the integers are unchanged.

    A product that several sums use is built once, and in two steps where a weight of the form (2**k +- 1) m saves
    adders so. From level 1 on, what sums of products with constants have in common is built once: pairs of shifted
    terms, those first that save most bits of adders, of all sums that share operands (Hosangadi, Fallah and Kastner
    2005); and products are made by three adders where three are enough (Dempster and Macleod 1994). It is done where
    that takes fewer LUTs and no sum becomes deeper for it. A product with a constant that is a MULTIPLY is one of the
    device's multipliers, and stays.
    """

    level: int
    name: ClassVar[str] = "constant-products"

    def run(self, design: Design) -> Design:
        """The design with the datapath that is so made."""
        if not self.level:
            return design.with_datapath(with_digits)
        return design.with_datapath(
            partial(with_shared_digits, target=design.target, level=self.level)
        )
