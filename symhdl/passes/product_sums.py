"""Adds products that stay in logic in one tree with the other terms of their sum."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from symhdl.arithmetic.product_sums import with_product_sums
from symhdl.design import Design


@dataclass(frozen=True, slots=True)
class ProductSums:
    """Builds sums of products, and products that are rounded, as one tree of chains; the integers are unchanged.

    The rows of all products, the other terms and the constant are addends of it. A sum stays as it is where a tree for
    each product takes no more. A product that several sums use is built once, by itself.
    """

    name: ClassVar[str] = "product-sums"

    def run(self, design: Design) -> Design:
        """The design with the datapath that is so made; itself on devices without chains that multiply."""
        return design.with_datapath(partial(with_product_sums, target=design.target))
