"""What the cells of a datapath take of a device, and how long they take: one table, a formula for each kind.

The figures are estimates for choosing and for scheduling; the truth is what place and route says
(`symhdl.flow.synthesis`). The parameters of the formulas are data of the target.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from symhdl.ir.datapath import Cell, CellKind, Datapath
from symhdl.targets.target import Target

MULTIPLICATIONS = frozenset({CellKind.MULTIPLY, CellKind.SQUARE})
# The fan-out from which a wire is slower than the typical one that the delays contain.
TYPICAL_FANOUT = 4
# `Delays.multiply` is the delay of a product whose operands have so many bits together.
REFERENCE_PRODUCT_BITS = 8


@dataclass(frozen=True, slots=True)
class CellCost:
    """How long a cell takes, in nanoseconds, and what it takes of the device.

    A carry chain needs its lowest bits first and gives them first, so that the ripple of a chain overlaps
    with that of the chain before it: `ripple_ns` is the part of `delay_ns` that does, `low_delay_ns` the delay of the
    lowest bit (infinite: not before the others).
    """

    delay_ns: float = 0.0
    ripple_ns: float = 0.0
    low_delay_ns: float = math.inf
    luts: float = 0.0
    ffs: int = 0
    dsps: int = 0
    brams: int = 0


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a whole datapath takes, and the clock it reaches with registers around it."""

    luts: int
    ffs: int
    dsps: int
    brams: int
    fmax_mhz: float


@dataclass(frozen=True, slots=True)
class Situation:
    """A cell with all that its cost depends on.

    `trailing_zeros` are those of the operands: low bits known to be 0. `in_block` says whether the cell goes into DSP
    blocks or memory blocks instead of LUTs.
    """

    cell: Cell
    operands: tuple[Cell, ...]
    trailing_zeros: tuple[int, ...]
    in_block: bool
    target: Target

    @property
    def constant(self) -> int | None:
        """The value of an operand that is constant, if there is one."""
        values = (o.parameter for o in self.operands if o.kind is CellKind.CONSTANT)
        return next(values, None)


def blocks_of_product(width: int, other: int, target: Target) -> int:
    """DSP blocks of a signed product: the operands are cut into pieces of the block's widths."""

    def pieces(bits: int, block: int) -> int:
        return 1 if bits <= block else math.ceil((bits - 1) / (block - 1))

    wide, narrow = max(width, other), min(width, other)
    dsp = target.dsp
    return pieces(wide, dsp.width) * pieces(narrow, dsp.second_width)


def _wire(_: Situation) -> CellCost:
    return CellCost(low_delay_ns=0.0)


def _upper_bits(situation: Situation) -> CellCost:
    """A wire whose lowest bit is a higher one of the operand."""
    return CellCost(low_delay_ns=situation.cell.parameter * situation.target.delays.carry_bit)


def _addition(situation: Situation) -> CellCost:
    """A carry chain over the bits where both operands have something to say."""
    zeros = situation.trailing_zeros
    first = situation.cell.kind is CellKind.ADD
    passed = max(zeros) if first else zeros[-1]
    bits = max(1, situation.cell.width - passed)
    target = situation.target
    ripple_ns = bits * target.delays.carry_bit
    return CellCost(
        target.adder_ns(bits), ripple_ns, target.delays.carry, bits * target.costs.adder_bit
    )


def _product(situation: Situation) -> CellCost:
    constant = situation.constant
    if situation.in_block:
        return _block_product(situation)
    if constant is not None:
        return _constant_product(situation, constant)
    first, second = (operand.width for operand in situation.operands)
    target = situation.target
    return CellCost(
        _product_ns(first + second, target), luts=first * second * target.costs.multiply_bit
    )


def _product_ns(bits: int, target: Target) -> float:
    """The delay of a product in logic: a compressor tree and an adder, for so many bits of both operands."""
    delays = target.delays
    tree = delays.multiply + delays.multiply_doubling * math.log2(bits / REFERENCE_PRODUCT_BITS)
    return max(delays.lut, tree) + bits * delays.carry_bit


def _block_product(situation: Situation) -> CellCost:
    widths = [operand.width for operand in situation.operands] * 2
    target = situation.target
    blocks = blocks_of_product(widths[0], widths[1], target)
    joins = math.ceil(math.log2(blocks))
    adders = (blocks - 1) * (widths[0] + widths[1]) / 2 * target.costs.adder_bit
    delay_ns = target.delays.dsp + joins * target.delays.dsp_join
    return CellCost(delay_ns, luts=adders, dsps=blocks)


def _constant_product(situation: Situation, constant: int) -> CellCost:
    """What a synthesiser makes of it: a row for each one in the constant, compressed three to two, then an adder."""
    target = situation.target
    rows = abs(constant).bit_count()
    if rows < 2:
        return CellCost(low_delay_ns=0.0)
    variable = max(operand.width for operand in situation.operands if not _is_constant(operand))
    levels = math.ceil(math.log(rows / 2, 3 / 2)) + 1
    adder_ns = target.adder_ns(variable + abs(constant).bit_length())
    luts = (rows - 1) * (variable + 2) * target.costs.constant_bit
    return CellCost(levels * target.delays.lut + adder_ns, luts=luts)


def _is_constant(cell: Cell) -> bool:
    return cell.kind is CellKind.CONSTANT


def _square(situation: Situation) -> CellCost:
    if situation.in_block:
        return _block_product(situation)
    width = situation.operands[0].width
    target = situation.target
    return CellCost(_product_ns(2 * width, target), luts=width * width * target.costs.square_bit)


def index_bits(cell: Cell) -> int:
    """The bits of the index of a table."""
    return max(1, (len(cell.contents) - 1).bit_length())


def _table(situation: Situation) -> CellCost:
    target, cell = situation.target, situation.cell
    bits = index_bits(cell)
    if situation.in_block:
        words = 1 << bits
        width = min(cell.width, target.bram.width)
        per_word = math.ceil(cell.width / max(1, width))
        blocks = per_word * math.ceil(words * width / max(1, target.bram.bits))
        return CellCost(target.delays.bram, brams=max(1, blocks))
    beyond = max(0, bits - target.resources.lut_inputs)
    luts = cell.width if beyond == 0 else len(cell.contents) * cell.width * target.costs.table_bit
    return CellCost(target.delays.lut + beyond * target.delays.table_bit, luts=luts)


def _comparison(situation: Situation) -> CellCost:
    target = situation.target
    bits = max(operand.width for operand in situation.operands)
    last = situation.operands[-1]
    if _is_constant(last) and last.parameter == 0 and situation.cell.kind is CellKind.LESS:
        return CellCost()  # the sign bit
    ripple_ns = bits * target.delays.carry_bit
    delay_ns = target.adder_ns(bits) + target.delays.lut
    return CellCost(delay_ns, ripple_ns, luts=bits * target.costs.compare_bit)


def _equality(situation: Situation) -> CellCost:
    """A tree of LUTs over the bits of both operands, or of one if the other is constant."""
    target = situation.target
    bits = max(operand.width for operand in situation.operands)
    inputs = bits if situation.constant is not None else 2 * bits
    size = target.resources.lut_inputs
    levels = max(1, math.ceil(math.log(inputs, size)))
    return CellCost(levels * target.delays.lut, luts=math.ceil((inputs - 1) / (size - 1)))


def _logic(situation: Situation) -> CellCost:
    return CellCost(situation.target.delays.lut, luts=1.0)


def _choice(situation: Situation) -> CellCost:
    target, width = situation.target, situation.cell.width
    spread = target.delays.fanout * math.log2(max(1.0, width / TYPICAL_FANOUT))
    return CellCost(target.delays.lut + spread, luts=width * target.costs.select_bit)


def _register(situation: Situation) -> CellCost:
    return CellCost(ffs=situation.cell.width)


FORMULAS: dict[CellKind, Callable[[Situation], CellCost]] = {
    CellKind.INPUT: _wire,
    CellKind.CONSTANT: _wire,
    CellKind.ADD: _addition,
    CellKind.SUBTRACT: _addition,
    CellKind.NEGATE: _addition,
    CellKind.MULTIPLY: _product,
    CellKind.SQUARE: _square,
    CellKind.SHIFT_LEFT: _wire,
    CellKind.SHIFT_RIGHT: _upper_bits,
    CellKind.BITS: _upper_bits,
    CellKind.TABLE: _table,
    CellKind.LESS: _comparison,
    CellKind.LESS_EQUAL: _comparison,
    CellKind.EQUAL: _equality,
    CellKind.NOT: _wire,  # the next LUT takes the inverted input
    CellKind.AND: _logic,
    CellKind.OR: _logic,
    CellKind.SELECT: _choice,
    CellKind.REGISTER: _register,
}


def _trailing_zeros(cells: Sequence[Cell]) -> list[int]:
    """For every cell, how many of its low bits are always 0 because it was shifted left."""
    zeros: list[int] = []
    for cell in cells:
        if cell.kind is CellKind.CONSTANT:
            value = cell.parameter
            zeros.append((value & -value).bit_length() - 1 if value else cell.width)
        elif cell.kind is CellKind.SHIFT_LEFT:
            zeros.append(zeros[cell.operands[0]] + cell.parameter)
        elif cell.kind is CellKind.SHIFT_RIGHT:
            zeros.append(max(0, zeros[cell.operands[0]] - cell.parameter))
        elif cell.kind is CellKind.REGISTER:
            zeros.append(zeros[cell.operands[0]])
        elif cell.kind is CellKind.MULTIPLY:
            zeros.append(sum(zeros[operand] for operand in cell.operands))
        else:
            zeros.append(0)
    return zeros


def _wants_dsp(cell: Cell, cells: Sequence[Cell], minimum_width: int) -> bool:
    if cell.kind not in MULTIPLICATIONS:
        return False
    return all(cells[operand].width >= minimum_width for operand in cell.operands)


def dsp_cells(cells: Sequence[Cell], target: Target, dsp: int | None = None) -> frozenset[int]:
    """Which multiplications go into DSP blocks.

    With `dsp` None all that are wide enough for the target, while it has blocks; with a number at most so many
    blocks. The largest products go first.
    """
    if not target.has_dsp:
        return frozenset()
    left = target.resources.dsps if dsp is None else min(dsp, target.resources.dsps)
    sizes: list[tuple[int, int, int]] = []
    for index, cell in enumerate(cells):
        if _wants_dsp(cell, cells, target.dsp.minimum_width):
            widths = [cells[operand].width for operand in cell.operands] * 2
            blocks = blocks_of_product(widths[0], widths[1], target)
            sizes.append((-widths[0] * widths[1], index, blocks))
    chosen: set[int] = set()
    for _, index, blocks in sorted(sizes):
        if blocks <= left:
            left -= blocks
            chosen.add(index)
    return frozenset(chosen)


def memory_cells(cells: Sequence[Cell], target: Target) -> frozenset[int]:
    """Which tables go into memory blocks: those large enough, as a register can always be put beside them."""
    bits = target.bram.minimum_bits
    if not target.resources.brams or not bits:
        return frozenset()
    return frozenset(
        index
        for index, cell in enumerate(cells)
        if cell.kind is CellKind.TABLE and (1 << index_bits(cell)) * cell.width >= bits
    )


def cell_costs(
    cells: Sequence[Cell], target: Target, dsp: int | None = None, *, memories: bool = True
) -> list[CellCost]:
    """The cost of every cell; `dsp` as in `dsp_cells`, `memories` whether tables may use memory blocks."""
    blocks = dsp_cells(cells, target, dsp)
    if memories:
        blocks |= memory_cells(cells, target)
    zeros = _trailing_zeros(cells)
    return [
        FORMULAS[cell.kind](
            Situation(
                cell,
                tuple(cells[operand] for operand in cell.operands),
                tuple(zeros[operand] for operand in cell.operands),
                index in blocks,
                target,
            )
        )
        for index, cell in enumerate(cells)
    ]


@dataclass(frozen=True, slots=True)
class Arrival:
    """When a value is ready within its stage, in nanoseconds: its lowest bit, and all of it.

    Bit i is there at `low_ns` plus i times the device's carry delay of a bit, or at `full_ns` if that is sooner.
    """

    low_ns: float = 0.0
    full_ns: float = 0.0


AT_ONCE = Arrival()


def after(cost: CellCost, operands: Iterable[Arrival]) -> Arrival:
    """When a cell's value is ready that starts from the operands of its own stage."""
    low_ns = full_ns = 0.0
    for operand in operands:
        low_ns, full_ns = max(low_ns, operand.low_ns), max(full_ns, operand.full_ns)
    ready_ns = max(low_ns + cost.delay_ns, full_ns + cost.delay_ns - cost.ripple_ns)
    return Arrival(min(ready_ns, low_ns + cost.low_delay_ns), ready_ns)


def arrival_times(cells: Sequence[Cell], costs: Iterable[CellCost]) -> list[Arrival]:
    """When each cell's value is ready after the registers before it."""
    arrivals: list[Arrival] = []
    for cell, cost in zip(cells, costs, strict=True):
        if cell.kind is CellKind.REGISTER:
            arrivals.append(AT_ONCE)
        else:
            arrivals.append(after(cost, (arrivals[operand] for operand in cell.operands)))
    return arrivals


def estimate(datapath: Datapath, target: Target, dsp: int | None = None) -> Estimate:
    """What the datapath takes and which clock it reaches, with registers around the module.

    A datapath without registers keeps its tables out of memory blocks, which have a clock.
    """
    pipelined = any(cell.kind is CellKind.REGISTER for cell in datapath.cells)
    costs = cell_costs(datapath.cells, target, dsp, memories=pipelined)
    arrivals = arrival_times(datapath.cells, costs)
    longest_ns = max((arrival.full_ns for arrival in arrivals), default=0.0)
    period_ns = target.delays.register + longest_ns
    return Estimate(
        math.ceil(sum(cost.luts for cost in costs)),
        sum(cost.ffs for cost in costs),
        sum(cost.dsps for cost in costs),
        sum(cost.brams for cost in costs),
        round(1000.0 / period_ns, 1),
    )
