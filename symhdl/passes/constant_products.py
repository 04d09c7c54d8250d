"""Takes products with constants apart into shifts: the weights of sums become powers of two."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from symhdl.arithmetic.constants import with_digits
from symhdl.arithmetic.shared_constants import with_shared_digits
from symhdl.arithmetic.sums import with_trees
from symhdl.cost.estimate import longest_path_ns
from symhdl.cost.timing import cell_delays
from symhdl.design import Design
from symhdl.ir.datapath import Datapath
from symhdl.passes.products import products_in_rows
from symhdl.passes.schedule import least_latency
from symhdl.targets.target import Target


LONGEST = 1.05
"""Times the longest path may be as long where there is no clock: estimates are off by as much in the median."""


@dataclass(frozen=True, slots=True)
class ConstantProducts:
    """Writes the weights of sums as signed digits; the integers are unchanged.

    A product that several sums use is built once, and in two steps where a weight of the form (2**k +- 1) m saves
    adders so. From level 1 on, what sums have in common is built once, too: pairs of shifted terms, those first that
    save most bits of adders, over all sums that share operands (Hosangadi, Fallah and Kastner 2005), and products are
    made by three adders where three are enough (Dempster and Macleod 1994). That must save LUTs, and the design must
    not become slower: it has no more clock edges, or without a clock a path that is hardly longer.
    A product with a constant that is a MULTIPLY is one of the device's multipliers, and stays.
    """

    level: int
    name: ClassVar[str] = "constant-products"

    def run(self, design: Design) -> Design:
        """The design with the datapath that is so made."""
        operators, target = design.datapath, design.target
        if operators is None:
            return design
        plain = with_digits(operators)
        if plain is operators:
            return design
        shared = with_shared_digits(operators, target, self.level) if self.level else None
        if shared is None:
            return replace(design, datapath=plain)
        mhz = design.request.frequency_mhz
        most = _slowness(plain, target, mhz) * (1 if mhz else LONGEST)
        is_slower = _slowness(shared, target, mhz) > most
        return replace(design, datapath=plain if is_slower else shared)


def _slowness(datapath: Datapath, target: Target, frequency_mhz: float) -> float:
    """The clock edges that the datapath will have, or without a clock the nanoseconds of its longest path."""
    trees = with_trees(datapath, target.resources.lut_inputs)
    cells = products_in_rows(trees, target)
    if frequency_mhz:
        return least_latency(cells, target, frequency_mhz)
    return longest_path_ns(cells, cell_delays(cells.cells, target, cells.units))
