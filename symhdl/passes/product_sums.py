"""Adds products that stay in logic in one tree with the other terms of their sum."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from symhdl.arithmetic.chain_units import with_unit_of_chains
from symhdl.arithmetic.product_sums import with_product_sums
from symhdl.cost.products import logic_of
from symhdl.design import Design
from symhdl.ir.datapath import Datapath
from symhdl.targets.target import Target


@dataclass(frozen=True, slots=True)
class ProductSums:
    """Builds sums of products, and products that are rounded, as one tree of chains; the integers are unchanged.

    The rows of all products, the other terms and the constant are addends of it. A sum stays as it is where a tree for
    each product takes no more. A product that several sums use is built once, as before.
    """

    name: ClassVar[str] = "product-sums"

    def run(self, design: Design) -> Design:
        """The design with the datapath that is so made; itself on devices without chains that multiply."""
        return design.with_datapath(partial(product_sums, target=design.target))


def product_sums(datapath: Datapath, target: Target) -> Datapath:
    """The datapath, in stage 0, with such trees; their chains are bound to the device's unit."""
    logic = logic_of(target, datapath.primitives)
    found = with_product_sums(datapath, logic)
    return found if found is datapath else with_unit_of_chains(found, target)
