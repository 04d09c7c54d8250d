"""What an operator that is not built yet will take of a device: LUTs, blocks, delay and latency, by kind and widths.

A price per bit is that of the device's file. Every question is answered once and kept.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from symhdl.choices import DspUse
from symhdl.cost.area import NAMES, luts_of
from symhdl.cost.blocks import blocks_of_words, most_blocks
from symhdl.cost.parts import division_of
from symhdl.cost.products import Factor, number_of, product_in_logic, square_in_logic
from symhdl.cost.timing import comparison_ns, product_ns, table_ns
from symhdl.ir.datapath import Cell, CellKind
from symhdl.numeric.digits import digit_count, odd_part
from symhdl.targets.target import Costs, Target
from symhdl.targets.units import Unit

LEAST_ADDERS = 3
"""Of a product with a constant that is worth a block; one of fewer adders is as soon there without."""
CHANGE = 0.2
"""LUTs for each change in a column of a table and each bit of its index, but for the first LUT's."""
KEPT = 1 << 14


class Cost(NamedTuple):
    """What something takes: `latency` are clock edges inside of blocks, `delay_ns` is without registers."""

    luts: float = 0.0
    dsps: int = 0
    brams: int = 0
    delay_ns: float = 0.0
    latency: int = 0


@dataclass(frozen=True, slots=True)
class Fabric:
    """What operators are made of: a device, how many of its DSP blocks may be used, and whether there is a clock.

    Equal ones have equal devices, however they were read.
    """

    target: Target = field(compare=False)
    blocks: int
    clocked: bool
    device: str
    """The digest of the device."""

    @property
    def multiplier(self) -> Unit | None:
        """The unit that products become, if they may."""
        return next(iter(self.target.units_for("multiply")), None) if self.blocks else None

    @property
    def memory(self) -> Unit | None:
        """The unit that large tables become, if there is a clock."""
        units = self.target.units_for("table") if self.clocked else ()
        return next(iter(units), None) if self.target.resources.brams else None

    def worth(self, cost: Cost) -> float:
        """A cost as one number: LUTs, and for each block as many as it saves."""
        worth = self.target.worth
        return cost.luts + cost.dsps * worth.dsp + cost.brams * worth.bram


def fabric_of(target: Target, dsp: DspUse, *, clocked: bool) -> Fabric:
    """What a design is made of."""
    return Fabric(target, most_blocks(target, dsp), clocked, target.digest)


@lru_cache(maxsize=64)
def prices(fabric: Fabric) -> Costs:
    """The price of each quantity by the better way of synthesis for it."""
    target = fabric.target
    ways = (target.costs, target.alternative_costs)
    return Costs(*(min(getattr(way, name) for way in ways) for name in NAMES))


@lru_cache(maxsize=KEPT)
def addition(fabric: Fabric, width: int) -> Cost:
    """A sum or a difference."""
    return Cost(width * prices(fabric).adder_bit, delay_ns=fabric.target.adder_ns(width))


@lru_cache(maxsize=KEPT)
def offset(fabric: Fabric, width: int) -> Cost:
    """A sum with a constant, or a difference."""
    return Cost(width * prices(fabric).offset_bit, delay_ns=fabric.target.adder_ns(width))


@lru_cache(maxsize=KEPT)
def negation(fabric: Fabric, width: int) -> Cost:
    """A change of sign with the choice that takes it or not, which is one chain."""
    return Cost(width * prices(fabric).negate_bit, delay_ns=fabric.target.adder_ns(width))


@lru_cache(maxsize=KEPT)
def choice(fabric: Fabric, width: int) -> Cost:
    """A choice between two numbers."""
    return Cost(width * prices(fabric).select_bit, delay_ns=fabric.target.delays.lut)


@lru_cache(maxsize=KEPT)
def comparison(fabric: Fabric, width: int) -> Cost:
    """A comparison of two numbers, or with a constant."""
    luts = max(1.0, width * prices(fabric).compare_bit)
    return Cost(luts, delay_ns=comparison_ns(width, fabric.target))


@lru_cache(maxsize=KEPT)
def all_zero(fabric: Fabric, width: int) -> Cost:
    """Whether so many bits are all 0."""
    inputs = fabric.target.resources.lut_inputs
    levels = max(1, math.ceil(math.log(max(2, width), inputs)))
    luts = math.ceil((width - 1) / (inputs - 1)) * prices(fabric).gate
    return Cost(luts, delay_ns=levels * fabric.target.delays.lut)


@lru_cache(maxsize=KEPT)
def product(fabric: Fabric, a: Factor, b: Factor) -> Cost:
    """A product, in blocks where it is worth them."""
    in_blocks = product_in_blocks(fabric, CellKind.MULTIPLY, (a, b))
    if in_blocks is not None:
        return in_blocks
    luts = _luts(fabric, product_in_logic(a, b, fabric.target.resources.lut_inputs))
    return Cost(luts, delay_ns=product_ns(a, b, fabric.target))


@lru_cache(maxsize=KEPT)
def square(fabric: Fabric, a: Factor) -> Cost:
    """A square, in blocks where it is worth them."""
    in_blocks = product_in_blocks(fabric, CellKind.SQUARE, (a,))
    if in_blocks is not None:
        return in_blocks
    half = number_of((a.width + 1) // 2, signed=a.signed)
    delay_ns = product_ns(half, half, fabric.target) + fabric.target.adder_ns(a.width)
    luts = _luts(fabric, square_in_logic(a, fabric.target.resources.lut_inputs))
    return Cost(luts, delay_ns=delay_ns)


@lru_cache(maxsize=KEPT)
def constant_product(fabric: Fabric, a: Factor, constant: int) -> Cost:
    """A product with a constant: an adder for each of its signed digits but one, or blocks where there are many."""
    adders = digit_count(constant) - 1
    if adders >= LEAST_ADDERS:
        factors = a, number_of(odd_part(constant).bit_length(), signed=False)
        in_blocks = product_in_blocks(fabric, CellKind.MULTIPLY, factors)
        if in_blocks is not None:
            return in_blocks
    width = a.width + odd_part(constant).bit_length() // 2 if adders > 0 else a.width
    levels = max(0, adders).bit_length()
    delay_ns = levels * fabric.target.delays.carry + width * fabric.target.delays.carry_bit
    return Cost(max(0, adders) * addition(fabric, width).luts, delay_ns=delay_ns)


@lru_cache(maxsize=KEPT)
def product_in_blocks(
    fabric: Fabric, kind: CellKind, factors: tuple[Factor, ...]
) -> Cost | None:  # fmt: skip
    """A product or square with its widest parts in blocks; None where it stays in logic."""
    unit = fabric.multiplier
    if unit is None:
        return None
    dsp = fabric.target.dsp
    division = division_of(kind, [_operand(factor) for factor in factors], unit, dsp)
    blocks = division.blocks(dsp)
    if not blocks or blocks * unit.amount > fabric.blocks:
        return None
    offers = unit.offers if fabric.clocked else [o for o in unit.offers if not o.latency]
    first = (list(offers) or list(unit.offers))[0]
    luts = (len(division.products) - 1) * addition(fabric, division.width // 2).luts
    for i, j, _ in division.products:
        if not division.is_worth_a_block(i, j, dsp):
            parts = division.first[i], division.second[j]
            small = [number_of(part.width, signed=part.signed) for part in parts]
            luts += _luts(fabric, product_in_logic(*small, fabric.target.resources.lut_inputs))
    delay_ns = max(first.time_in, first.time_out)
    return Cost(luts, blocks * unit.amount, 0, delay_ns, first.latency)


def _operand(factor: Factor) -> Cell:
    return Cell(CellKind.INPUT, (), factor.minimum, factor.maximum)


@lru_cache(maxsize=KEPT)
def table(fabric: Fabric, index_bits: int, width: int) -> Cost:
    """A table of values of a smooth function, of which the upper columns seldom change."""
    blocks = memory_blocks(fabric, index_bits, width)
    resources = fabric.target.resources
    delay_ns = table_ns(index_bits, fabric.target)
    if blocks:
        unit = fabric.memory
        assert unit is not None, "a table in a memory that is not there; please report this"
        return Cost(0.0, 0, blocks, unit.offers[0].time_out, unit.offers[0].latency)
    tree = _tree(fabric, index_bits)
    # The uppermost column changes about once, each one below it twice as often, up to any number of times.
    columns = (
        min(tree, CHANGE * (1 << place) * index_bits / (resources.lut_inputs - 1))
        for place in range(min(width, index_bits + 1))
    )
    luts = sum(columns) + max(0, width - index_bits - 1) * tree
    return Cost(luts, delay_ns=delay_ns)


def _tree(fabric: Fabric, index_bits: int) -> float:
    """The LUTs and multiplexers of a column that may change anywhere."""
    resources, price = fabric.target.resources, prices(fabric)
    beyond = max(0, index_bits - resources.lut_inputs)
    dear = max(0, beyond - resources.mux_levels)
    nodes = sum(1 << level for level in range(beyond - dear, beyond + 1))
    muxes = (1 << (beyond - dear)) - 1
    return nodes * price.table_lut + muxes * price.table_mux


def memory_blocks(fabric: Fabric, index_bits: int, width: int) -> int:
    """How many memory blocks a table takes; 0 where it stays in logic."""
    bram = fabric.target.bram
    unit = fabric.memory
    if unit is None or (width << index_bits) < bram.minimum_bits:
        return 0
    return blocks_of_words(1 << index_bits, width, bram, unit.memory)


def _luts(fabric: Fabric, quantities: Costs) -> float:
    return luts_of(quantities, prices(fabric))
