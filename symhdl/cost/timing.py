"""How long the cells of a datapath take on a device: one table, a formula for each kind.

The figures are estimates for scheduling; the truth is what place and route says (`symhdl.flow.synthesis`). The
parameters of the formulas are data of the target.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct

from symhdl.cost.blocks import index_bits, row_inputs, tables_in_adder, trailing_zeros
from symhdl.cost.delays import WIRE, WIRE_ALONE, CellDelay, Offers
from symhdl.cost.products import (
    ROW_INPUTS,
    Factor,
    depth_of_square_in_chains,
    levels_of_way,
    logic_of,
    number_of,
    rows_in_a_run,
    runs_of_choices,
    square_in_chains,
    way_of_product,
)
from symhdl.cost.wires import (
    WITHOUT_LOGIC,
    Driver,
    doublings,
    drivers_of,
    of_size,
    wire_into_block_ns,
    wires_to_blocks_ns,
    wires_to_readers_ns,
    with_wire,
)
from symhdl.ir.bound_cells import ADDERS, chooses_a_sum
from symhdl.ir.chains import FEW_BITS
from symhdl.ir.datapath import Cell, CellKind, is_sign
from symhdl.ir.three_terms import is_three_terms
from symhdl.numeric.digits import INVERTED_OR_NOT
from symhdl.targets.target import Target
from symhdl.targets.units import PRE_ADD, Offer, Unit


class Situation(Struct, frozen=True):
    """A cell with all that its delay depends on.

    `trailing_zeros` are those of the operands: low bits known to be 0.
    """

    cell: Cell
    operands: tuple[Cell, ...]
    trailing_zeros: tuple[int, ...]
    target: Target

    @property
    def constant(self) -> int | None:
        """The value of an operand that is constant, if there is one."""
        values = (o.value for o in self.operands if o.kind is CellKind.CONSTANT)
        return next(values, None)


def _wire(_: Situation) -> CellDelay:
    return WIRE


def _upper_bits(situation: Situation) -> CellDelay:
    """A wire whose lowest bit is a higher one of the operand."""
    return CellDelay(low_delay_ns=situation.cell.shift * situation.target.delays.carry_bit)


def _addition(situation: Situation) -> CellDelay:
    """A carry chain over the bits where both operands have something to say."""
    zeros = situation.trailing_zeros
    first = situation.cell.kind is CellKind.ADD
    passed = max(zeros) if first else zeros[-1]
    bits = max(1, situation.cell.width - passed)
    target = situation.target
    ripple_ns = bits * target.delays.carry_bit
    inverted_ns = _inverted_ns(situation)
    return CellDelay(
        inverted_ns + target.adder_ns(bits), ripple_ns, inverted_ns + target.delays.carry
    )


def _inverted_ns(situation: Situation) -> float:
    """What an operand takes to be inverted in front of a carry chain.

    A constant is inverted already. What is subtracted takes as much of it as of LUTs: most chains do it themselves.
    """
    if situation.cell.kind is CellKind.ADD or _is_constant(situation.operands[-1]):
        return 0.0
    target = situation.target
    is_negation = situation.cell.kind is CellKind.NEGATE
    return target.delays.invert if is_negation else subtracted_ns(target)


def subtracted_ns(target: Target) -> float:
    """What a number takes to be inverted where it is subtracted."""
    return min(1.0, target.costs.invert_bit) * target.delays.invert


def _terms(situation: Situation) -> CellDelay:
    """A row for each one in the weights and the constant, compressed three to two, then an adder."""
    cell = situation.cell
    rows = sum(abs(weight).bit_count() for weight in cell.weights) + (cell.value != 0)
    return CellDelay(_rows_ns(rows, cell.width, situation.target)) if rows > 1 else WIRE


def _rows_ns(rows: int, width: int, target: Target) -> float:
    levels = math.ceil(math.log(rows / 2, 3 / 2)) + 1 if rows > 2 else 0
    return levels * target.delays.lut + target.adder_ns(width)


def _product(situation: Situation) -> CellDelay:
    constant = situation.constant
    if constant is not None:
        return _constant_product(situation, constant)
    first, second = (Factor(operand.minimum, operand.maximum) for operand in situation.operands)
    return CellDelay(product_ns(first, second, situation.target))


def product_ns(first: Factor, second: Factor, target: Target) -> float:
    """The delay of a product in logic: the digits, the rows or chains, and adders whose ripples overlap."""
    is_taken_in = rows_in_a_run(target.resources.lut_inputs) > 1
    return _in_rows_ns(first, second, target, is_taken_in=is_taken_in)


def _in_rows_ns(first: Factor, second: Factor, target: Target, *, is_taken_in: bool) -> float:
    """That of a product whose adders take the rows in, or not."""
    ripple_ns = (first.width + second.width) * target.delays.carry_bit
    logic = logic_of(target)
    way = way_of_product(first, second, logic)
    digits = first if way.is_first_in_digits else second
    levels = levels_of_way(way, digits, target.resources.lut_inputs)
    if way.form == "chains":
        return levels * target.delays.carry + ripple_ns
    if way.form == "choices":
        number = second if way.is_first_in_digits else first
        chosen_ns = choice_ns(number.width + 1, target)
        rows = max(end - start for start, end in runs_of_choices(digits.width))
        # Rows that adders take in wait for no sum.
        fanout_ns = 0.0 if logic.adder else (rows - 1) * (chosen_ns - target.delays.lut)
        inverted_ns = subtracted_ns(target) if digits.signed else 0.0
        added_ns = (levels - 1) * target.delays.carry + ripple_ns
        return chosen_ns + fanout_ns + inverted_ns + added_ns
    # The digits are a sum, and the rows a level of LUTs where no adder takes them in.
    row_ns = 0.0 if is_taken_in else choice_ns(max(first.width, second.width), target)
    return target.adder_ns(digits.width) + row_ns + (levels - 2) * target.delays.carry + ripple_ns


def _constant_product(situation: Situation, constant: int) -> CellDelay:
    """What a synthesiser makes of it: a row for each one in the constant, compressed three to two, then an adder."""
    target = situation.target
    rows = abs(constant).bit_count()
    if rows < 2:
        return CellDelay(low_delay_ns=0.0)
    variable = max(operand.width for operand in situation.operands if not _is_constant(operand))
    levels = math.ceil(math.log(rows / 2, 3 / 2)) + 1
    adder_ns = target.adder_ns(variable + abs(constant).bit_length())
    return CellDelay(levels * target.delays.lut + adder_ns)


def _is_constant(cell: Cell) -> bool:
    return cell.kind is CellKind.CONSTANT


def _square(situation: Situation) -> CellDelay:
    operand = situation.operands[0]
    return CellDelay(square_ns(Factor(operand.minimum, operand.maximum), situation.target))


def square_ns(a: Factor, target: Target) -> float:
    """The delay of a square in logic: chains and adders, or the product of halves and an adder behind it."""
    logic = logic_of(target)
    if square_in_chains(a, logic) is not None:
        adders = depth_of_square_in_chains(a.width, logic.lut_inputs)
        return (1 + adders) * target.delays.carry + 2 * a.width * target.delays.carry_bit
    half = number_of((a.width + 1) // 2, signed=a.signed)
    # Its adders are left to synthesis.
    return _in_rows_ns(half, half, target, is_taken_in=False) + target.adder_ns(a.width)


def _table(situation: Situation) -> CellDelay:
    return CellDelay(table_ns(index_bits(situation.cell), situation.target))


def table_ns(bits: int, target: Target) -> float:
    """The delay of a table with an index of so many bits."""
    beyond = max(0, bits - target.resources.lut_inputs)
    return target.delays.lut + beyond * target.delays.table_bit


def _comparison(situation: Situation) -> CellDelay:
    target = situation.target
    bits = max(operand.width for operand in situation.operands)
    if is_sign(situation.cell, situation.operands):
        return CellDelay()
    if bits <= FEW_BITS:  # Synthesis makes no chain of so few.
        return _equality(situation)
    ripple_ns = bits * target.delays.carry_bit
    delay_ns = _inverted_ns(situation) + comparison_ns(bits, target)
    return CellDelay(delay_ns, ripple_ns)


def comparison_ns(bits: int, target: Target) -> float:
    """The delay of a comparison of so many bits."""
    return target.adder_ns(bits) + target.delays.lut


def _equality(situation: Situation) -> CellDelay:
    """A tree of LUTs over the bits of both operands, or of one if the other is constant."""
    target = situation.target
    bits = max(operand.width for operand in situation.operands)
    inputs = bits if situation.constant is not None else 2 * bits
    levels = 1
    while target.resources.lut_inputs**levels < inputs:
        levels += 1
    return CellDelay(levels * target.delays.lut)


def _logic(situation: Situation) -> CellDelay:
    return CellDelay(situation.target.delays.lut)


def _choice(situation: Situation) -> CellDelay:
    return CellDelay(choice_ns(situation.cell.width, situation.target))


def choice_ns(width: int, target: Target) -> float:
    """The delay of a choice between numbers of so many bits."""
    return target.delays.lut + target.delays.fanout * doublings(width)


def _row(situation: Situation) -> CellDelay:
    """A choice by the bits of the digit, in as many levels of LUTs as its inputs need."""
    target, width = situation.target, situation.cell.width
    levels = 1 if row_inputs(situation.cell) <= target.resources.lut_inputs else 2
    return CellDelay(levels * target.delays.lut + target.delays.fanout * doublings(width))


def _two_rows(situation: Situation) -> CellDelay:
    """Choices, and a carry chain that adds what they choose."""
    target, bits = situation.target, situation.cell.width
    lut_ns = target.delays.lut
    return CellDelay(lut_ns + target.adder_ns(bits), bits * target.delays.carry_bit)


FORMULAS: dict[CellKind, Callable[[Situation], CellDelay]] = {
    **dict.fromkeys(WITHOUT_LOGIC, _wire),
    CellKind.ADD: _addition,
    CellKind.SUBTRACT: _addition,
    CellKind.NEGATE: _addition,
    CellKind.SUM: _terms,
    CellKind.MULTIPLY: _product,
    CellKind.SQUARE: _square,
    CellKind.ROW: _row,
    CellKind.TWO_ROWS: _two_rows,
    CellKind.SHIFT_RIGHT: _upper_bits,
    CellKind.BITS: _upper_bits,
    CellKind.TABLE: _table,
    CellKind.LESS: _comparison,
    CellKind.LESS_EQUAL: _comparison,
    CellKind.EQUAL: _equality,
    CellKind.AND: _logic,
    CellKind.OR: _logic,
    CellKind.SELECT: _choice,
}


def cell_delays(
    cells: Sequence[Cell], target: Target, units: Sequence[Unit] = ()
) -> list[CellDelay]:
    """How long every cell takes with the latency that it has; `units` are those that cells are bound to."""
    return [
        own[0]
        if len(own) == 1
        else next((delay for delay in own if delay.latency == cell.latency), own[0])
        for cell, own in zip(cells, cell_offers(cells, target, units), strict=True)
    ]


def cell_offers(cells: Sequence[Cell], target: Target, units: Sequence[Unit] = ()) -> list[Offers]:
    """What `cell_delays` tells, for each latency that a cell may be given."""
    target = of_size(cells, target)
    zeros, wires_ns = trailing_zeros(cells), wires_to_readers_ns(cells, target)
    drivers = drivers_of(cells, target) if units else [Driver.REGISTER] * len(cells)
    far_ns = wires_to_blocks_ns(cells, target) if units else 0.0
    offered = {driver: _offered(units, target, driver, far_ns) for driver in set(drivers)}
    chains = {unit.name: unit.offer(0).time_out for unit in units if unit.kind == "chain"}
    found = [
        with_wire(
            (_chain(cell, target, chains[cell.unit]),)
            if cell.unit in chains
            else _offers(cells, index, target, zeros, offered[driver]),
            wire_ns,
        )
        for index, (cell, wire_ns, driver) in enumerate(zip(cells, wires_ns, drivers, strict=True))
    ]
    for index, latencies in _after_pre_sums(cells, units):
        found[index] = tuple(delay for delay in found[index] if delay.latency in latencies)
    for index, _ in inside_of_adders(cells, units, target):
        (delay,) = found[index]
        left_ns = max(0.0, delay.delay_ns - target.delays.lut)
        is_choice = cells[index].kind is CellKind.SELECT  # of bits that come one after the other
        found[index] = (CellDelay(left_ns, low_delay_ns=left_ns if is_choice else math.inf),)
    return found


def _after_pre_sums(cells: Sequence[Cell], units: Sequence[Unit]) -> Iterator[tuple[int, set[int]]]:
    """The products with a sum before the multiplier, and their latencies: one register is behind the sum at most."""
    before = {unit.name for unit in units if unit.kind == PRE_ADD}
    if not before:
        return
    latencies = {u.name: {o.latency for o in u.offers if o.operand_registers < 2} for u in units}
    for index, cell in enumerate(cells):
        if cell.unit and any(cells[operand].unit in before for operand in cell.operands):
            yield index, latencies[cell.unit]


def inside_of_adders(
    cells: Sequence[Cell], units: Sequence[Unit], target: Target
) -> Iterator[tuple[int, int]]:
    """What the LUTs of an adder take in, and the adder: rows and tables before its carries, and choices behind it.

    No LUT of their own is on their way, unless there are registers between the two.
    """
    names = {unit.name for unit in units if unit.chain is not None}
    choosing = target.resources.choosing_adders
    is_large = target.resources.lut_inputs > ROW_INPUTS
    if not names and not choosing and not is_large:
        return
    uses = Counter(operand for cell in cells for operand in cell.operands)
    for index, cell in enumerate(cells):
        if cell.kind is CellKind.ADD and (cell.unit in names or (is_large and not cell.unit)):
            rows = (o for o in cell.operands if cells[o].kind is CellKind.ROW and uses[o] == 1)
            if cell.unit in names:
                yield from ((row, index) for row in rows)
            else:
                inverted = (row for row in rows if cells[row].weights == INVERTED_OR_NOT)
                tables = tables_in_adder(cells, cell, uses, target.resources.lut_inputs)
                inside = itertools.islice(itertools.chain(inverted, tables), 1)
                yield from ((each, index) for each in inside)
        elif choosing and chooses_a_sum(cells, cell) and uses[cell.operands[1]] == 1:
            yield index, cell.operands[1]


def _offered(
    units: Sequence[Unit], target: Target, driver: Driver, far_ns: float
) -> dict[str, Offers]:
    """The delays of cells that are bound to units, and of the sums behind products, with operands of a driver."""
    into_ns = wire_into_block_ns(driver, far_ns, target)
    found = {unit.name: unit_offers(unit, target, into_ns, far_ns) for unit in units}
    return found | {
        name_of_sums(unit.name): _unit_offers(unit.sums, target, into_ns, far_ns)
        for unit in units
        if unit.sums
    }


def unit_offers(unit: Unit, target: Target, into_ns: float = 0.0, out_ns: float = 0.0) -> Offers:
    """The delays of a cell that is bound to the unit, with wires into and out of it that take so much longer."""
    return _unit_offers(unit.offers, target, into_ns, out_ns)


def _unit_offers(offers: Sequence[Offer], target: Target, into_ns: float, out_ns: float) -> Offers:
    return tuple(_unit_delay(offer, target, into_ns, out_ns) for offer in offers)


def _offers(
    cells: Sequence[Cell],
    index: int,
    target: Target,
    zeros: Sequence[int],
    offered: Mapping[str, Offers],
) -> Offers:
    """How long a cell takes; one of a unit that is not there is logic in front of the unit's registers."""
    cell = cells[index]
    if cell.unit in offered:
        is_sum = cell.kind in ADDERS and name_of_sums(cell.unit) in offered
        return offered[name_of_sums(cell.unit) if is_sum else cell.unit]
    formula = FORMULAS[cell.kind]
    if formula is _wire:
        return WIRE_ALONE
    operands = tuple([cells[operand] for operand in cell.operands])
    low_zeros = tuple([zeros[operand] for operand in cell.operands])
    delay = formula(Situation(cell, operands, low_zeros, target))
    return (CellDelay(delay.delay_ns, latency=cell.latency),) if cell.latency else (delay,)


def name_of_sums(unit: str) -> str:
    """Where the offers of the adder behind a multiplier are found; no unit has such a name."""
    return f"{unit}+"


def _chain(cell: Cell, target: Target, besides_ns: float) -> CellDelay:
    """A carry chain that is a unit: as an adder, and what the unit says besides.

    Where it adds three numbers, a table tells the carry of these before that of the next bit.
    """
    ripple_ns = cell.width * target.delays.carry_bit
    besides_ns += target.delays.lut * is_three_terms(cell)
    return CellDelay(
        target.adder_ns(cell.width) + besides_ns, ripple_ns, target.delays.carry + besides_ns
    )


def _unit_delay(offer: Offer, target: Target, into_ns: float, out_ns: float) -> CellDelay:
    """What a unit takes. Its longest path inside is told with its registers, which are not those of logic."""
    wire_ns = min(target.delays.wire, offer.time_out)
    out_ns += offer.time_out - wire_ns
    if not offer.latency:
        return CellDelay(into_ns + out_ns, wire_ns=wire_ns)
    inside_ns = max(0.0, offer.longest - target.delays.register)
    return CellDelay(
        offer.time_in + into_ns,
        latency=offer.latency,
        clock_to_output_ns=out_ns,
        inside_ns=inside_ns,
        wire_ns=wire_ns,
    )
