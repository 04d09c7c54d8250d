"""How much of each kind of logic a datapath takes: quantities that a device's costs turn into LUTs.

The quantities are what synthesis makes of the cells: every sum is a carry chain (`symhdl.ir.chains`), and tables share
what their columns have in common. The costs are fitted to Yosys by `python -m benchmarks.calibrate`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import mul

from symhdl.cost.blocks import row_inputs, small_tables_of, tables_in_adder, trailing_zeros
from symhdl.cost.products import (
    ROW_INPUTS,
    Factor,
    Logic,
    logic_of,
    product_in_logic,
    square_in_logic,
)
from symhdl.cost.reading import Bits, bits_read
from symhdl.cost.tables import nodes_of
from symhdl.cost.trees import Leaf, best_tree
from symhdl.ir.bound_cells import ADDERS, chooses_a_sum
from symhdl.ir.chains import compressed_sums
from symhdl.ir.datapath import WIRES, Cell, CellKind, Datapath, is_sign
from symhdl.ir.reach import use_counts_of
from symhdl.ir.three_terms import tables_of
from symhdl.numeric.digits import INVERTED_OR_NOT, digit_count, odd_part
from symhdl.targets.target import Costs, Target
from symhdl.targets.units import Unit

NOTHING = Costs()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The cells with what is known about them: low zeros, blocks, and which rows go into the adder that uses them.

    `read` are for every cell the bits that are read, beside by the carries of its own bits; `uses` tell how many cells
    and outputs read it.
    """

    cells: Sequence[Cell]
    zeros: Sequence[int]
    read: Sequence[Bits]
    uses: Sequence[int]
    taken_in: Collection[int]
    compressed: Collection[int]
    target: Target
    units: Mapping[str, Unit]
    logic: Logic

    def operands(self, index: int) -> list[Cell]:
        """The operands of a cell."""
        return [self.cells[operand] for operand in self.cells[index].operands]


def surroundings_of(datapath: Datapath, target: Target) -> Surroundings:
    """What is known about the cells of a datapath on a device."""
    cells = datapath.cells
    zeros = trailing_zeros(cells)
    uses = use_counts_of(cells, (port.cell for port in datapath.outputs))
    logic = logic_of(target, datapath.primitives)
    taken_in = _taken_in(cells, uses, target, logic)
    units = {unit.name: unit for unit in datapath.units}
    read, compressed = bits_read(datapath), compressed_sums(datapath)
    return Surroundings(cells, zeros, read, uses, taken_in, compressed, target, units, logic)


def total_quantities(around: Surroundings, left_out: Collection[int] = ()) -> Costs:
    """How much the cells take of each quantity, all together but those that are left out."""
    totals = list(NOTHING.figures)
    for index, cell in enumerate(around.cells):
        if cell.kind in FORMULAS and index not in left_out and not _is_in_unit(around, index):
            found = FORMULAS[cell.kind](around, index)
            if found is NOTHING:
                continue
            totals = [t + q for t, q in zip(totals, found.figures, strict=True)]
    return Costs(*totals)


def quantities_of_cell(around: Surroundings, index: int) -> Costs:
    """How much a cell takes of each quantity."""
    kind = around.cells[index].kind
    if kind not in FORMULAS or _is_in_unit(around, index):
        return NOTHING
    return FORMULAS[kind](around, index)


def _is_in_unit(around: Surroundings, index: int) -> bool:
    """Whether the cell is bound to a unit of the device, which does it all; a chain is LUTs."""
    unit = around.units.get(around.cells[index].unit)
    return unit is not None and unit.kind != "chain"


def fewest_luts(around: Surroundings) -> int:
    """The LUTs of all quantities together, by the better way of synthesis for the whole."""
    return math.ceil(fewest_luts_of(total_quantities(around), around.target))


def fewest_luts_of(taken: Costs, target: Target) -> float:
    """The LUTs of quantities by the better way of synthesis for the whole."""
    return max(0.0, luts_of(taken, better_costs(taken, target)))


def better_costs(taken: Costs, target: Target) -> Costs:
    """What each quantity costs by the better way of synthesis for the whole."""
    return min((target.costs, target.alternative_costs), key=partial(luts_of, taken))


def luts_of(taken: Costs, costs: Costs) -> float:
    """The LUTs of quantities at these costs."""
    return sum(map(mul, taken.figures, costs.figures), 0.0)


def _taken_in(
    cells: Sequence[Cell], uses: Sequence[int], target: Target, logic: Logic
) -> frozenset[int]:
    """What the cell behind it has room for.

    That is a choice between a sum and a term of it, where LUTs of adders choose; a row or a small table whose only user
    is an adder, beside its other operand, one for each adder; a choice between a number and a constant that registers
    alone read, which is their set or reset; and the first end of a clamp whose second is one, or that LUTs are large
    enough for.
    """
    found: set[int] = set()
    lut_inputs, choosing = target.resources.lut_inputs, target.resources.choosing_adders
    registered = Counter(cell.operands[0] for cell in cells if cell.kind is CellKind.REGISTER)
    for index, cell in enumerate(cells):
        if cell.kind in ADDERS:
            # Tables of four inputs take in what instances add, which subtract nothing and have no carry.
            is_left = cell.kind is not CellKind.ADD or any(
                _is_sign(cells[o], cell) for o in cell.operands
            )
            if lut_inputs <= ROW_INPUTS and is_left:
                continue
            rows = (o for o in cell.operands if cells[o].kind is CellKind.ROW and uses[o] == 1)
            inside = [o for o in rows if _has_room(cells, cells[o], logic)]
            found.update((inside or list(tables_in_adder(cells, cell, uses, lut_inputs)))[:1])
        elif cell.kind is CellKind.SUM and not cell.unit:
            found.update(_tables_in_sum(cells, cell, uses, lut_inputs))
        elif choosing and chooses_a_sum(cells, cell) and uses[cell.operands[1]] == 1:
            found.add(index)
        elif _is_end(cells, cell):
            is_reset = 0 < registered[index] == uses[index]
            found.update([index] * is_reset)
            if is_reset or lut_inputs > ROW_INPUTS:
                found.update(o for o in cell.operands if _is_end(cells, cells[o]))
    return frozenset(found)


def _tables_in_sum(
    cells: Sequence[Cell], total: Cell, uses: Sequence[int], lut_inputs: int
) -> Iterator[int]:
    """The tables among the terms of a sum that its adders look up: all, but for the one with which it begins."""
    if not (tables := small_tables_of(cells, total, uses, lut_inputs)):
        return
    inside = sorted(tables, key=lambda number: -cells[total.operands[number]].width)
    for number in inside if len(tables) < len(total.operands) else inside[:-1]:
        yield tables[number]


def _has_room(cells: Sequence[Cell], row: Cell, logic: Logic) -> bool:
    """Whether an adder takes in a row. One that is inverted or not may be part of the table of its entries, too."""
    return row_inputs(row) < logic.lut_inputs and (
        logic.inverts
        or row.weights != INVERTED_OR_NOT
        or cells[row.operands[1]].kind is CellKind.TABLE
    )


def _is_sign(row: Cell, adder: Cell) -> bool:
    """Whether a row is that of a change of sign: the adder adds its digit, which is what its negative lacks."""
    return row.kind is CellKind.ROW and row.operands[0] in adder.operands


def _is_end(cells: Sequence[Cell], cell: Cell) -> bool:
    """Whether the cell chooses between a number and a constant."""
    return cell.kind is CellKind.SELECT and any(
        cells[operand].kind is CellKind.CONSTANT for operand in cell.operands[1:]
    )


def _adder(around: Surroundings, index: int) -> Costs:
    """A carry chain up to the last bit that is read, from the first one where no operand is 0 alone.

    Bits that only one operand has are those of a sum with a constant. A chain that synthesis joins with the adder
    behind it is a row of compressors instead, the sums and the carries of each bit, of which large LUTs of that adder
    take one in.
    """
    cell, operands, read = around.cells[index], around.operands(index), around.read[index]
    zeros = [around.zeros[operand] for operand in cell.operands]
    first = max(zeros) if cell.kind is CellKind.ADD else zeros[-1]
    bits = max(0, read.high - first)
    if index in around.compressed:
        return Costs(
            select_bit=bits * (1 if around.target.resources.lut_inputs > ROW_INPUTS else 2)
        )
    last = min(read.high, *(_last_bit(operand, operands) for operand in operands))
    both = max(0, last - max(zeros))
    if any(
        operand in around.taken_in and around.cells[operand].width >= bits
        for operand in cell.operands
    ):
        both = bits  # what is taken in is in LUTs, whether another number is added to it or none
    carried_both = min(both, max(0, read.low - max(zeros)))
    carried_one = min(bits - both, max(0, read.low - first - carried_both))
    inverted = _inverted(around, index, zeros[-1]) if cell.kind is CellKind.SUBTRACT else 0
    return Costs(
        adder_bit=both - carried_both + _unused(bits, around.target),
        offset_bit=bits - both - carried_one,
        carried_bit=carried_both,
        carried_offset_bit=carried_one,
        invert_bit=inverted,
    )


def _last_bit(operand: Cell, operands: Sequence[Cell]) -> int:
    """Up to which bit an operand has something to say; above all operands there are but two signs, again and again."""
    if operand.kind is CellKind.CONSTANT:
        return 0
    return max(each.width for each in operands) if operand.signed else operand.width


def _inverted(around: Surroundings, index: int, zeros: int) -> int:
    """The bits that are inverted before they enter a carry chain.

    A constant is inverted already, and what only this adder reads of the LUTs of another one by these.
    """
    operand, high = around.cells[index].operands[-1], around.read[index].high
    if around.cells[operand].kind is CellKind.CONSTANT or operand in around.taken_in:
        return 0
    bits = min(around.cells[operand].width, high) - zeros
    return max(0, bits - _made_for_one(around, operand))


def _made_for_one(around: Surroundings, index: int) -> int:
    """How many bits of a cell are those of an adder that nothing reads but what reads the cell."""
    below = 0
    while around.uses[index] == 1:
        cell = around.cells[index]
        if cell.kind in ADDERS:
            return max(0, cell.width - below)
        if cell.kind is CellKind.SHIFT_RIGHT:
            below += cell.shift
        elif cell.kind not in WIRES and cell.kind is not CellKind.JOIN:
            return 0
        index = cell.operands[0]
    return 0


def _unused(bits: int, target: Target) -> int:
    """The bits of the last cell of a carry chain that stand there for nothing."""
    return -bits % target.resources.chain_bits


def _negation(around: Surroundings, index: int) -> Costs:
    bits = around.read[index].high
    return Costs(adder_bit=_unused(bits, around.target), negate_bit=bits)


def _terms(around: Surroundings, index: int) -> Costs:
    """An adder for each digit of the weights but one, and one for the constant; one chain where it is bound to that."""
    cell = around.cells[index]
    if cell.unit and cell.unit == around.logic.chain:
        return Costs(chain_bit=tables_of(cell.width, cell.weights, around.operands(index)))
    if all(weight.bit_count() == 1 for weight in cell.weights) and len(cell.weights) > 1:
        return _tree(around, index)
    bits = sum(
        _multiple_bits(operand.width, weight)
        for operand, weight in zip(around.operands(index), cell.weights, strict=True)
    )
    between = (len(cell.weights) - 1) * cell.width
    return Costs(adder_bit=bits + between, offset_bit=cell.width * (cell.value != 0))


def _tree(around: Surroundings, index: int) -> Costs:
    """The adders of numbers at places of a sum, in the tree that is built of them."""
    cell = around.cells[index]
    leaves = tuple(
        Leaf(operand.minimum, operand.maximum, weight.bit_length() - 1, negative=weight < 0)
        for operand, weight in zip(around.operands(index), cell.weights, strict=True)
    )
    tree = best_tree(leaves, around.logic.chain_bits)
    return Costs(
        adder_bit=tree.adder_bits, chain_bit=tree.chain_bits,
        offset_bit=cell.width * (cell.value != 0),
    )  # fmt: skip


def _multiple_bits(width: int, weight: int) -> int:
    """The bits of the adders of a product with a constant."""
    return (digit_count(weight) - 1) * (width + odd_part(weight).bit_length() // 2)


def _product(around: Surroundings, index: int) -> Costs:
    """Rows or chains and adders, without the low zeros of the operands; one chain where it is bound to that."""
    cell = around.cells[index]
    if cell.unit and cell.unit == around.logic.chain:
        return Costs(chain_bit=_multiple_bits_of_chain(around, index))
    factors = [
        Factor(operand.minimum >> around.zeros[place], operand.maximum >> around.zeros[place])
        for operand, place in zip(around.operands(index), cell.operands, strict=True)
    ]
    if cell.kind is CellKind.SQUARE:
        return square_in_logic(factors[0], around.logic)
    constants = [o.value for o in around.operands(index) if o.kind is CellKind.CONSTANT]
    if constants:
        width = max(o.width for o in around.operands(index) if o.kind is not CellKind.CONSTANT)
        return Costs(adder_bit=_multiple_bits(width, constants[0]))
    return product_in_logic(factors[0], factors[1], around.logic)


def _multiple_bits_of_chain(around: Surroundings, index: int) -> int:
    """The bits of a chain that are read; the uppermost one is a carry alone where no operand is negative."""
    cell, high = around.cells[index], around.read[index].high
    signed = high < cell.width or any(operand.signed for operand in around.operands(index))
    return around.logic.multiple_bits(high, signed=signed)


def _two_rows(around: Surroundings, index: int) -> Costs:
    """One chain where it is bound to that, else a choice for each row and an adder."""
    cell, high = around.cells[index], around.read[index].high
    if cell.unit and cell.unit == around.logic.chain:
        return Costs(chain_bit=_multiple_bits_of_chain(around, index))
    bits = around.cells[index].operands
    chosen = sum(
        around.cells[number].width
        for bit, number in zip(bits[::2], bits[1::2], strict=True)
        if around.cells[bit].kind is not CellKind.CONSTANT
    )
    return Costs(adder_bit=high, select_bit=chosen)


def table_quantities(contents: tuple[int, ...], width: int, target: Target) -> Costs:
    """Shared nodes of the decision diagrams of all columns; the multiplexers at their tops may come with the LUTs."""
    levels, gates = nodes_of(contents, width, target.resources.lut_inputs)
    first = max(1, len(levels) - target.resources.mux_levels)
    return Costs(table_lut=sum(levels[:first]), table_mux=sum(levels[first:]), table_gate=gates)


def _table(around: Surroundings, index: int) -> Costs:
    cell, place, read = around.cells[index], around.operands(index)[0], around.read[index]
    if not _bits(read) or index in around.taken_in:
        return NOTHING
    # What is never read below the first entry keeps the others at their addresses.
    reached = cell.contents[place.minimum : place.maximum + 1]
    contents = reached[:1] * place.minimum + reached
    if read.low:
        contents = tuple(entry >> read.low for entry in contents)
    return table_quantities(contents, _bits(read), around.target)


def _comparison(around: Surroundings, index: int) -> Costs:
    """A carry chain that subtracts; with a constant much of it is less than a chain."""
    operands = around.operands(index)
    if is_sign(around.cells[index], operands):
        return NOTHING
    last = operands[-1]
    if last.kind is CellKind.CONSTANT and last.value == 0:
        return Costs(gate=1)
    bits = max(operand.width for operand in operands)
    if all(operand.kind is not CellKind.CONSTANT for operand in operands):
        return Costs(adder_bit=_unused(bits, around.target), compare_bit=bits)
    return _bound(around, index)


def _bound(around: Surroundings, index: int) -> Costs:
    """A comparison with a constant, of the bits that decide: a chain, or a tree where any 1 among them does."""
    cell, operands = around.cells[index], around.operands(index)
    is_first = operands[0].kind is CellKind.CONSTANT
    constant, variable = operands if is_first else reversed(operands)
    width = max(constant.width, variable.width)
    # Whether x < c, or not, is told by the bits of x from the lowest 1 of c on.
    if is_first is not (cell.kind is CellKind.LESS_EQUAL):
        return Costs(bound_bit=width)
    zeros = around.zeros[cell.operands[not is_first]]
    if variable.minimum >= 0 and constant.value >> zeros == 1:
        return _any_of(variable.width - zeros, around.target)
    return Costs(bound_bit=max(1, width - zeros))


def _equality(around: Surroundings, index: int) -> Costs:
    """A tree of LUTs over the bits of both operands, or of one if the other is constant."""
    operands = around.operands(index)
    variable = [operand.width for operand in operands if operand.kind is not CellKind.CONSTANT]
    return _any_of(max(variable, default=1) * len(variable), around.target)


def _any_of(bits: int, target: Target) -> Costs:
    """A tree of LUTs over so many bits."""
    return Costs(gate=math.ceil((bits - 1) / (target.resources.lut_inputs - 1)))


def _gate(_: Surroundings, __: int) -> Costs:
    return Costs(gate=1)


def _choice(around: Surroundings, index: int) -> Costs:
    return NOTHING if index in around.taken_in else Costs(select_bit=_bits(around.read[index]))


def _bits(read: Bits) -> int:
    return max(0, read.high - read.low)


def _row(around: Surroundings, index: int) -> Costs:
    """A table for each bit, or for more than one where the digit has more bits; nothing where an adder takes it in."""
    if index in around.taken_in:
        return NOTHING
    cell = around.cells[index]
    tables = math.ceil((row_inputs(cell) - 1) / (around.target.resources.lut_inputs - 1))
    return Costs(select_bit=tables * _bits(around.read[index]))


FORMULAS: dict[CellKind, Callable[[Surroundings, int], Costs]] = {
    CellKind.ADD: _adder,
    CellKind.SUBTRACT: _adder,
    CellKind.NEGATE: _negation,
    CellKind.SUM: _terms,
    CellKind.MULTIPLY: _product,
    CellKind.SQUARE: _product,
    CellKind.ROW: _row,
    CellKind.TWO_ROWS: _two_rows,
    CellKind.TABLE: _table,
    CellKind.LESS: _comparison,
    CellKind.LESS_EQUAL: _comparison,
    CellKind.EQUAL: _equality,
    CellKind.AND: _gate,
    CellKind.OR: _gate,
    CellKind.SELECT: _choice,
}
"""What takes logic; the other kinds are wires and registers."""
