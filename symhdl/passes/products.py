"""Takes products and squares that stay in logic apart into multiples and adders, none of which is a DSP block."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from symhdl.arithmetic.product_cells import products_in_rows
from symhdl.cost.clock import period_ns
from symhdl.design import Design


@dataclass(frozen=True, slots=True)
class Products:
    """Builds the products and squares without a unit of rows or carry chains; the integers are unchanged.

    Chains of products that take longer than the request's period are made of parts.
    """

    name: ClassVar[str] = "products"

    def run(self, design: Design) -> Design:
        """The design without products in logic, itself if it has none."""
        frequency_mhz, target = design.request.known_mhz, design.target
        budget_ns = period_ns(frequency_mhz, target) if frequency_mhz else 0.0
        built = partial(products_in_rows, target=target, budget_ns=budget_ns)
        return design.with_datapath(built)
