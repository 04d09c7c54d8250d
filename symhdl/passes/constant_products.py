"""Takes products with constants apart into shifts: the weights of sums become powers of two."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar

from symhdl.arithmetic.constants import with_digits
from symhdl.arithmetic.shared_constants import with_shared_digits
from symhdl.cost.area import fewest_luts, surroundings_of
from symhdl.cost.clock import period_ns
from symhdl.design import Design, Pass
from symhdl.scheduling.times import LONGER_PATH, time_of


@dataclass(frozen=True, slots=True)
class ConstantProducts:
    """Writes the weights of sums as signed digits; the integers are unchanged.

    A product that several sums use is built once, and in two steps where a weight of the form (2**k +- 1) m saves
    adders so. From level 1 on, what sums have in common is built once, too: pairs of shifted terms, those first that
    save most bits of adders, over all sums that share operands (Hosangadi, Fallah and Kastner 2005), and products are
    made by up to four adders where these are enough (Dempster and Macleod 1994). That must save LUTs, and the design
    must not become slower: without a clock, and where the plain design has cells that are too slow for the clock as
    well, its path is hardly longer. It has no more clock edges, or as many more as it has fewer LUTs, unless cycles are
    to be least. What was built to be compared is returned with the adders made, so that the passes that follow find
    nothing left to do.
    A product with a constant that is a MULTIPLY is one of the device's multipliers, and stays.
    """

    level: int = field(
        metadata={"description": "0 shares equal products alone, 2 tries more than 1 does"}
    )
    following: tuple[Pass, ...] = field(
        metadata={"description": "the passes that make cells of the device of the sums"}
    )
    name: ClassVar[str] = "constant-products"

    def run(self, design: Design) -> Design:
        """The design with the datapath that is so made."""
        plain = design.with_datapath(with_digits)
        if plain is design or not self.level:
            return plain
        shared = design.with_datapath(
            partial(with_shared_digits, target=design.target, level=self.level)
        )
        if shared is design:
            return plain
        plain, shared = self._followed(plain), self._followed(shared)
        plain_ns, plain_latency = self._time(plain)
        shared_ns, shared_latency = self._time(shared)
        most = LONGER_PATH if _is_uncut(plain, plain_ns) else 1.0
        if shared_ns > most * plain_ns:
            return plain
        if shared_ns < plain_ns or shared_latency <= plain_latency:
            return shared
        pays = shared_latency * _luts_of(shared) <= plain_latency * _luts_of(plain)
        return shared if pays and design.request.minimise != "latency" else plain

    def _followed(self, design: Design) -> Design:
        for step in self.following:
            design = step.run(design)
        return design

    def _time(self, design: Design) -> tuple[float, int]:
        """The least nanoseconds between clock edges that the request allows, and how many of these there will be."""
        datapath, target = design.datapath, design.target
        assert datapath is not None, "a pass that takes the datapath away; please report this"
        return time_of(datapath, target, design.request.frequency_mhz)


def _is_uncut(design: Design, longest_ns: float) -> bool:
    """Whether no clock bounds the longest path, or one that some cells do not keep: they will be cut for it."""
    if not design.request.clocked:
        return True
    mhz = design.request.known_mhz
    return mhz > 0 and longest_ns > period_ns(mhz, design.target)


def _luts_of(design: Design) -> int:
    """What the design's cells take."""
    assert design.datapath is not None, "a pass that takes the datapath away; please report this"
    return fewest_luts(surroundings_of(design.datapath, design.target))
