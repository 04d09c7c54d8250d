"""What an operator that is not built yet will take of a device: LUTs, blocks, delay and latency, by kind and widths.

A price per bit is that of the device's file. Every question is answered once and kept.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from symhdl.choices import DspUse, Minimise, PrimitiveUse
from symhdl.cost.area import luts_of, surroundings_of, total_quantities
from symhdl.cost.blocks import blocks_of_words, most_blocks
from symhdl.cost.clock import MemoryUse, memory_use, period_ns
from symhdl.cost.constants import adders_of
from symhdl.cost.estimate import longest_path_ns
from symhdl.cost.minimised import PRICES, priced_for
from symhdl.cost.parts import division_of
from symhdl.cost.products import (
    Factor,
    Logic,
    logic_of,
    number_of,
    product_in_logic,
    square_in_logic,
)
from symhdl.cost.tables import Floats, Integers, nodes_of_smooth
from symhdl.cost.timing import (
    cell_delays,
    choice_ns,
    comparison_ns,
    product_ns,
    square_ns,
    subtracted_ns,
    table_ns,
)
from symhdl.ir.datapath import Cell, CellKind
from symhdl.numeric.digits import digit_count, odd_part
from symhdl.targets.target import Costs, Target
from symhdl.targets.units import Unit

LEAST_ADDERS = 3
"""Of a product with a constant that is worth a block; one of fewer adders is as soon there without."""
KEPT = 1 << 14
MOST_INDEX_BITS = 24  # more than any table has that is thought of


class Cost(NamedTuple):
    """What something takes: `latency` are clock edges inside of blocks, `delay_ns` is without registers.

    `registers` are those that its stages need and that no LUT stands beside, as LUTs.
    """

    luts: float = 0.0
    dsps: int = 0
    brams: int = 0
    delay_ns: float = 0.0
    latency: int = 0
    registers: float = 0.0


@dataclass(frozen=True, slots=True)
class Fabric:
    """What operators are made of: a device, how many of its DSP blocks may be used, and whether there is a clock.

    `primitives` says whether products in logic may be instances. Equal ones have equal devices, however they were read.
    """

    target: Target = field(compare=False)
    blocks: int
    clocked: bool
    device: str
    """The digest of the device."""
    primitives: PrimitiveUse = "auto"
    memories: MemoryUse | None = None
    """Which tables are memories; None where there are none, or no clock."""
    period_ns: float = 0.0
    """What the clock leaves to the logic between two registers; 0 where there is none, or it is not known."""
    luts_of_ns: float = 0.0
    """What a nanosecond is worth where the time is to be least; 0 elsewhere."""

    @property
    def logic(self) -> Logic:
        """What products in logic are made of."""
        return logic_of(self.target, self.primitives)

    def __hash__(self) -> int:
        """That of the device, which is kept: what is known of operators is looked up by fabric."""
        return hash(self.device)

    @property
    def multiplier(self) -> Unit | None:
        """The unit that products become, if they may."""
        return self.target.first_unit("multiply") if self.blocks else None

    @property
    def memory(self) -> Unit | None:
        """The unit that large tables become, if there is a clock."""
        return _memory_of(self)

    @property
    def truncates(self) -> bool:
        """Whether products are built without columns that need not be: a block computes them whole for nothing.

        What is left is multiples by pairs of bits, of which others than carry chains make too much. Where chains have
        their tables beside them, whole products have fewer rows, and the bits in reserve cost as much as is saved.
        """
        logic = self.logic
        return not self.multiplies_in_blocks and bool(logic.chain) and not logic.slots

    @property
    def multiplies_in_blocks(self) -> bool:
        """Whether blocks are worth it at least for the widest product that fits in one."""
        return _multiplies_in_blocks(self)

    def worth(self, cost: Cost) -> float:
        """A cost as one number: LUTs, those of registers too, and for each block as many as it saves.

        Where the time is to be least it counts, too.
        """
        area = self.area(cost)
        return area + self.worth_of_ns(self.time_ns(cost)) if self.luts_of_ns else area

    def area(self, cost: Cost) -> float:
        """The same without the time."""
        worth = self.target.worth
        blocks = cost.dsps * worth.dsp + cost.brams * worth.bram
        return cost.luts + cost.registers + blocks

    def time_ns(self, cost: Cost) -> float:
        """How long it takes, with the cycles inside of blocks."""
        return cost.delay_ns + cost.latency * self.period_ns

    def worth_of_ns(self, time_ns: float) -> float:
        """What a time is worth in LUTs."""
        return self.luts_of_ns * time_ns


@lru_cache(maxsize=64)
def _memory_of(fabric: Fabric) -> Unit | None:
    has_memories = fabric.clocked and fabric.target.resources.brams > 0
    return fabric.target.first_unit("table") if has_memories else None


@lru_cache(maxsize=64)
def _multiplies_in_blocks(fabric: Fabric) -> bool:
    unit = fabric.multiplier
    if unit is None:
        return False
    first, second, *_ = (number_of(width, signed=True) for width in unit.widths)
    return product_in_blocks(fabric, CellKind.MULTIPLY, (first, second)) is not None


@lru_cache(maxsize=64)
def fabric_of(
    target: Target, dsp: DspUse, *, clocked: bool, primitives: PrimitiveUse = "auto",
    frequency_mhz: float = 0.0, minimise: Minimise = "auto",
) -> Fabric:  # fmt: skip
    """What a design is made of; `frequency_mhz` is 0 where it is not known.

    Kept, since what is known of operators is found sooner by the same fabric than by an equal one.
    """
    target = priced_for(target, minimise)
    fabric = Fabric(
        target, most_blocks(target, dsp), clocked, target.digest, primitives,
        luts_of_ns=PRICES[minimise].luts_of_ns,
    )  # fmt: skip
    if frequency_mhz:
        fabric = replace(fabric, period_ns=period_ns(frequency_mhz, target))
    if fabric.memory is None:
        return fabric
    use = memory_use(target, primitives, frequency_mhz, multiplies_in_blocks=fabric.blocks > 0)
    return replace(fabric, memories=use)


@lru_cache(maxsize=64)
def prices(fabric: Fabric) -> Costs:
    """The price of each quantity, in the middle of both ways of synthesis.

    Which way takes less is known only afterwards. The lesser estimate is too low where one of them is off, as that of
    tables with wide multiplexers is, into which other logic is drawn: what is cheap by it is taken too often.
    """
    target = fabric.target
    ways = target.costs.figures, target.alternative_costs.figures
    return Costs(*(sum(prices) / len(ways) for prices in zip(*ways, strict=True)))


@lru_cache(maxsize=KEPT)
def addition(fabric: Fabric, width: int) -> Cost:
    """A sum or a difference."""
    return Cost(width * prices(fabric).adder_bit, delay_ns=fabric.target.adder_ns(width))


@lru_cache(maxsize=KEPT)
def inverting_addition(fabric: Fabric, width: int) -> Cost:
    """A sum with a number that a digit inverts or not."""
    price = prices(fabric)
    bit = price.adder_bit + (0.0 if fabric.logic.inverts else price.select_bit)
    return Cost(width * bit, delay_ns=fabric.target.adder_ns(width))


@lru_cache(maxsize=KEPT)
def offset(fabric: Fabric, width: int) -> Cost:
    """A sum with a constant, or a difference."""
    return Cost(width * prices(fabric).offset_bit, delay_ns=fabric.target.adder_ns(width))


@lru_cache(maxsize=KEPT)
def negation(fabric: Fabric, width: int) -> Cost:
    """A change of sign with the choice that takes it or not."""
    price = prices(fabric)
    return Cost(
        width * (price.negate_bit + price.select_bit), delay_ns=fabric.target.adder_ns(width)
    )


@lru_cache(maxsize=KEPT)
def choice(fabric: Fabric, width: int) -> Cost:
    """A choice between two numbers."""
    return Cost(width * prices(fabric).select_bit, delay_ns=choice_ns(width, fabric.target))


@lru_cache(maxsize=KEPT)
def comparison(fabric: Fabric, width: int) -> Cost:
    """A comparison of two numbers, or with a constant."""
    luts = max(1.0, width * prices(fabric).compare_bit)
    inverted_ns = subtracted_ns(fabric.target)
    return Cost(luts, delay_ns=inverted_ns + comparison_ns(width, fabric.target))


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
    luts = _luts(fabric, product_in_logic(a, b, fabric.logic))
    return Cost(luts, delay_ns=product_ns(a, b, fabric.target))


@lru_cache(maxsize=KEPT)
def square(fabric: Fabric, a: Factor) -> Cost:
    """A square, in blocks where it is worth them."""
    in_blocks = product_in_blocks(fabric, CellKind.SQUARE, (a,))
    if in_blocks is not None:
        return in_blocks
    luts = _luts(fabric, square_in_logic(a, fabric.logic))
    return Cost(luts, delay_ns=square_ns(a, fabric.target))


@lru_cache(maxsize=KEPT)
def constant_product(fabric: Fabric, a: Factor, constant: int) -> Cost:
    """A product with a constant: the adders of its graph, or those of its signed digits, or blocks for many of them."""
    adders = digit_count(constant) - 1
    odd = odd_part(constant)
    if adders >= LEAST_ADDERS:
        factors = a, number_of(odd.bit_length(), signed=False)
        in_blocks = product_in_blocks(fabric, CellKind.MULTIPLY, factors)
        if in_blocks is not None:
            return in_blocks
    logic, target = fabric.logic, fabric.target
    path = adders_of(a, odd, logic.chain if logic.slots else "")
    luts = _luts(fabric, total_quantities(surroundings_of(path, target)))
    delays = cell_delays(path.cells, target, target.units_for("chain"))
    return Cost(luts, delay_ns=longest_path_ns(path, delays))


@lru_cache(maxsize=KEPT)
def product_in_blocks(
    fabric: Fabric, kind: CellKind, factors: tuple[Factor, ...]
) -> Cost | None:  # fmt: skip
    """A product or square with its widest parts in blocks; None where it stays in logic."""
    unit = fabric.multiplier
    if unit is None:
        return None
    operands = [_operand(factor) for factor in factors]
    division = division_of(kind, operands, unit, fabric.target, fabric.primitives)
    blocks = division.blocks
    if not blocks or blocks * unit.amount > fabric.blocks:
        return None
    offers = unit.offers if fabric.clocked else [o for o in unit.offers if not o.latency]
    first = (list(offers) or list(unit.offers))[0]
    width = sum(factor.width for factor in (factors * 2)[:2])
    luts = (len(division.pieces) - 1) * addition(fabric, width // 2).luts + division.luts
    delay_ns = max(first.time_in, first.time_out)
    return Cost(luts, blocks * unit.amount, 0, delay_ns, first.latency)


def _operand(factor: Factor) -> Cell:
    return Cell(CellKind.INPUT, (), factor.minimum, factor.maximum)


def worth_of_tables(
    fabric: Fabric, index_bits: Integers, widths: Integers, variations: Floats
) -> Floats:
    """What tables (rows) of the values of smooth functions are worth, which vary `in_parts` by so many units."""
    levels = _levels(fabric, int(index_bits.max()))
    price = prices_of_levels(fabric)[index_bits, :levels]
    found: Floats = (nodes_of_smooth(variations, widths, index_bits, levels) * price).sum(axis=1)
    if fabric.memories is not None:
        is_large = np.ldexp(widths, index_bits) >= fabric.memories.bits
        for row in np.flatnonzero(is_large | (index_bits >= fabric.memories.index_bits)).tolist():
            blocks = memory_blocks(fabric, int(index_bits[row]), int(widths[row]))
            if blocks:
                found[row] = fabric.worth(Cost(brams=blocks))
    return found


def worth_of_waiting(fabric: Fabric, index_bits: Integers, widths: Integers) -> Floats:
    """What the time of tables (rows) is worth, where it counts."""
    found: Floats = np.zeros(len(index_bits))
    if not fabric.luts_of_ns:
        return found
    for row, (bits, width) in enumerate(zip(index_bits.tolist(), widths.tolist(), strict=True)):
        is_memory = memory_blocks(fabric, bits, width)
        time_ns = fabric.period_ns if is_memory else table_ns(bits, fabric.target)
        found[row] = fabric.worth_of_ns(time_ns)
    return found


# The share of the choices in tables of smooth functions of which one side is constant; a test counts them.
GATES = 0.24


@lru_cache(maxsize=64)
def prices_of_levels(fabric: Fabric) -> Floats:
    """What a node of a table takes, by the bits of its index and by its level from the uppermost on."""
    price = prices(fabric)
    found = np.zeros((MOST_INDEX_BITS + 1, _levels(fabric, MOST_INDEX_BITS)))
    for bits, row in enumerate(found):
        levels = _levels(fabric, bits)
        muxes = min(levels - 1, fabric.target.resources.mux_levels)
        row[:muxes], row[muxes:levels] = price.table_mux, price.table_lut
        row[: levels - 1] += GATES * (price.table_gate - row[: levels - 1])
    return found


def _levels(fabric: Fabric, index_bits: int) -> int:
    return max(0, index_bits - fabric.target.resources.lut_inputs) + 1


@lru_cache(maxsize=KEPT)
def memory_blocks(fabric: Fabric, index_bits: int, width: int) -> int:
    """How many memory blocks a table takes; 0 where it stays in logic."""
    unit, use = fabric.memory, fabric.memories
    if unit is None or use is None:
        return 0
    if width << index_bits < use.bits and index_bits < use.index_bits:
        return 0
    return blocks_of_words(1 << index_bits, width, fabric.target.bram, unit.memory)


def _luts(fabric: Fabric, quantities: Costs) -> float:
    return luts_of(quantities, prices(fabric))
