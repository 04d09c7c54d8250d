"""Takes products and squares that stay in logic apart into multiples and adders, none of which is a DSP block."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from symhdl.arithmetic.product_cells import products_in_rows
from symhdl.design import Design


@dataclass(frozen=True, slots=True)
class Products:
    """Builds the products and squares without a unit of rows or carry chains; the integers are unchanged."""

    name: ClassVar[str] = "products"

    def run(self, design: Design) -> Design:
        """The design without products in logic, itself if it has none."""
        return design.with_datapath(partial(products_in_rows, target=design.target))
