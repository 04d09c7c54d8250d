"""Takes sums apart into adders of two operands, or of three."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from symhdl.arithmetic.product_cells import with_unit_of_chains
from symhdl.arithmetic.sums import with_trees
from symhdl.choices import Clock
from symhdl.cost.area import fewest_luts, surroundings_of
from symhdl.cost.products import Logic, logic_of
from symhdl.cost.three_terms import NOWHERE, WHEREVER_LESS, ThreeTerms, widest_chain
from symhdl.design import Design
from symhdl.ir.datapath import Datapath
from symhdl.scheduling.times import LONGER_PATH, time_of
from symhdl.targets.target import Target


@dataclass(frozen=True, slots=True)
class Sums:
    """Builds a balanced tree of ADD and SUBTRACT for every SUM of weights +-2**k; the integers are unchanged.

    Where carry chains have tables beside them, those that take less become a SUM of three terms, which is one chain:
    all of them, unless the design has more clock edges then, or a lower clock; else those that are no slower in their
    tree. Products with constants stand in it as trees of their own, whose ranges are those of multiples of one number.
    """

    name: ClassVar[str] = "sums"

    def run(self, design: Design) -> Design:
        """The design with the datapath that is so made."""
        request = design.request
        logic = logic_of(design.target, request.primitives)
        frequency = request.frequency_mhz if request.clocked else None
        return design.with_datapath(
            partial(with_cheapest_trees, logic=logic, target=design.target, frequency_mhz=frequency)
        )


def with_cheapest_trees(
    datapath: Datapath, logic: Logic, target: Target, frequency_mhz: Clock | None
) -> Datapath:
    """The datapath with trees of adders, and of chains of three terms where it takes fewer LUTs and no more time."""
    plain = with_trees(datapath, logic, three_terms=NOWHERE)
    if not logic.slots or plain is datapath:
        return plain
    most_ns, most_edges = time_of(plain, target, frequency_mhz)
    widest = WHEREVER_LESS.widest
    if frequency_mhz:
        widest = widest_chain(target, target.unit(logic.chain), most_ns)
    else:
        most_ns *= LONGER_PATH
    for three_terms in (ThreeTerms(widest), ThreeTerms(widest, fast=True)):
        made = with_trees(datapath, logic, three_terms=three_terms)
        found = with_unit_of_chains(made, target)
        if found.cells == plain.cells:
            break
        is_in_time = time_of(found, target, frequency_mhz) <= (most_ns, most_edges)
        if is_in_time and _luts(found, target) < _luts(plain, target):
            return found
    return plain


def _luts(datapath: Datapath, target: Target) -> int:
    return fewest_luts(surroundings_of(datapath, target))
