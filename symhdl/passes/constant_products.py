"""Takes products with constants apart into shifts: the weights of sums become powers of two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from symhdl.arithmetic.constants import with_digits
from symhdl.design import Design


@dataclass(frozen=True, slots=True)
class ConstantProducts:
    """Writes the weights of sums as signed digits; the integers are unchanged.

    A weight of the form (2**k +- 1) m is built in two steps where that saves adders, and a product that several sums
    use is built once. A product with a constant that is a MULTIPLY is one of the device's multipliers, and stays.
    """

    name: ClassVar[str] = "constant-products"

    def run(self, design: Design) -> Design:
        """The design with the datapath that is so made."""
        return design.with_datapath(with_digits)
