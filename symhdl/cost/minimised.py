"""What a design is to take least of: blocks and time at other prices than those of the device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from symhdl.choices import Minimise
from symhdl.targets.target import Target, Worth


@dataclass(frozen=True, slots=True)
class Prices:
    """How often what the device's file has for a block counts, and the LUTs that a nanosecond is worth."""

    dsp: float = 1.0
    bram: float = 1.0
    luts_of_ns: float = 0.0


PRICES: Mapping[Minimise, Prices] = {
    "auto": Prices(),
    "luts": Prices(dsp=0.05, bram=0.05),
    "dsps": Prices(dsp=50.0),
    "latency": Prices(luts_of_ns=50.0),
}
"""Blocks cost next to nothing, but none is taken for nothing; or they are dearer than any product that fits in one; or
a cycle at 200 MHz is worth about as much as a function of 12 bits."""


@lru_cache(maxsize=64)
def priced_for(target: Target, minimise: Minimise) -> Target:
    """The device with the prices of blocks that follow from what is to be least; itself where they are its own."""
    chosen, worth = PRICES[minimise], target.worth
    found = Worth(worth.dsp * chosen.dsp, worth.bram * chosen.bram)
    return target if found == worth else replace(target, worth=found)
