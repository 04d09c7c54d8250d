"""Takes sums apart into adders of two operands, or of three."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from symhdl.arithmetic.product_cells import with_unit_of_chains
from symhdl.arithmetic.sums import with_trees
from symhdl.choices import Clock
from symhdl.cost.area import fewest_luts, surroundings_of
from symhdl.cost.blocks import small_tables_of
from symhdl.cost.products import ROW_INPUTS, Logic, logic_of
from symhdl.cost.three_terms import NOWHERE, WHEREVER_LESS, ThreeTerms, widest_chain
from symhdl.design import Design
from symhdl.ir.datapath import CellKind, Datapath
from symhdl.ir.reach import use_counts_of
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
    """The datapath with trees of adders, and of chains of three terms where it takes fewer LUTs and no more time.

    So are tables added where adders look them up for nothing.
    """
    plain = with_trees(datapath, logic, three_terms=NOWHERE)
    if plain is datapath:
        return plain
    best = _with_three_terms(datapath, plain, logic, target, frequency_mhz)
    if not _adds_tables(datapath, logic):
        return best
    limit_ns, most_edges = time_of(plain, target, frequency_mhz)
    limit = limit_ns if frequency_mhz else limit_ns * LONGER_PATH, most_edges
    for heads in HEADS:
        made = with_trees(datapath, logic, three_terms=NOWHERE, heads=heads)
        is_less = _luts(made, target) < _luts(best, target)
        if is_less and time_of(made, target, frequency_mhz) <= limit:
            return made
    return best


HEADS = (1, 2, 4, 8)
"""How many tables at most begin sums to which others are added one by one: few take least, many are faster."""


def _adds_tables(datapath: Datapath, logic: Logic) -> bool:
    """Whether adders of some sum look tables up."""
    cells = datapath.cells
    sums = [cell for cell in cells if cell.kind is CellKind.SUM and not cell.unit]
    if logic.lut_inputs <= ROW_INPUTS or not any(cell.kind is CellKind.TABLE for cell in cells):
        return False
    uses = use_counts_of(cells, (port.cell for port in datapath.outputs))
    return any(small_tables_of(cells, cell, uses, logic.lut_inputs) for cell in sums)


def _with_three_terms(
    datapath: Datapath, plain: Datapath, logic: Logic, target: Target, frequency_mhz: Clock | None
) -> Datapath:
    """The datapath with chains of three terms where these are better than the plain trees of adders."""
    if not logic.slots:
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
