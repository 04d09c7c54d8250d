"""Products in plain logic: rows of one factor, chosen by the digits of the other, and the tree that adds them.

The chooser x is its lowest bit plus twice a number that is written in the digits -1, 0, 1, 2 of base 4. With
y = x + ...010101 a digit is a pair of bits of y less 1, so that no carry runs from digit to digit (Booth's recoding,
1951, without overlapping digits). A bit of a row depends on two bits of the chooser and two of the other factor: one
4-input table. The row of a negative digit is inverted and lacks 1, which enters the chain that adds it as its carry.
Of a chooser x + c the constant c becomes part of that of the digits; where it is odd, the lowest digit is 1 or 2.

Where the device has carry chains of which each bit adds two partial products, the digits are pairs of bits as they are,
0 to 3, the uppermost with its sign, and each multiple is one chain. Where the table of an adder has room for a row, a
chain of the two lowest bits takes the place of the lowest row. Where the LUTs of a sum choose between it and one of its
terms, or take in a row that a bit chooses, a row for each bit of the chooser is added or not, without digits.
"""

from __future__ import annotations

from collections.abc import Sequence

from symhdl.arithmetic.addends import Addend, added, leaf_of, sum_of_tree
from symhdl.cost.products import (
    Factor,
    Logic,
    levels_of_way,
    rows_in_a_run,
    runs_of_choices,
    way_of_product,
)
from symhdl.cost.trees import best_tree
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import CellKind
from symhdl.numeric.digits import CHOSEN_OR_NOT, recoding_of
from symhdl.targets.units import DIGIT_BITS

DIGITS = (-1, 0, 1, 2)
"""What the pairs of bits 00, 01, 10, 11 stand for."""


def multiply_in_logic(
    builder: DatapathBuilder, a: int, b: int, logic: Logic, *, bound: bool = True
) -> int:
    """The product of two cells as an integer, in chains or rows; that factor gives the digits which is better.

    With `bound` the adders that take a row in are instances where the device has such; of others synthesis leaves out
    the upper bits that nobody reads.
    """
    (a, shift_a), (b, shift_b) = without_zeros(builder, a), without_zeros(builder, b)
    way = way_of_product(Factor(*builder.range(a)), Factor(*builder.range(b)), logic)
    a, b = (b, a) if way.is_first_in_digits else (a, b)
    if way.form in ("chains", "choices"):
        parts = (
            _choices(builder, a, b, logic.adder)
            if way.form == "choices"
            else _chains(builder, a, b, logic)
        )
        total = sum_of_addends(builder, parts, logic)
    else:
        chain = logic.chain if way.form == "rows on a chain" else ""
        adder = logic.chain if logic.slots and bound else ""
        total = added(builder, _rows(builder, a, b, chain), rows_in_a_run(logic.lut_inputs), adder)
    return builder.shift_left(total, shift_a + shift_b, 0)


def addends_of_product(builder: DatapathBuilder, a: int, b: int, logic: Logic) -> list[Addend]:
    """Chains and rows that add up to a product; none where it is no smaller with them."""
    way = way_of_product(Factor(*builder.range(a)), Factor(*builder.range(b)), logic)
    if way.form != "chains":
        return []
    a, b = (b, a) if way.is_first_in_digits else (a, b)
    return _chains(builder, a, b, logic)


def sum_of_addends(builder: DatapathBuilder, addends: Sequence[Addend], logic: Logic) -> int:
    """The sum of the addends of one product, whose lowest place is 0, in the best tree."""
    depths = [int(addend.bit is None) for addend in addends]
    leaves = [
        leaf_of(builder, addend, depth) for addend, depth in zip(addends, depths, strict=True)
    ]
    tree = best_tree(leaves, logic.chain_bits)
    return sum_of_tree(builder, addends, tree, logic).cell


def levels_of_product(low: int, high: int, logic: Logic) -> int:
    """How many adders one after the other a product takes whose chooser lies from `low` to `high`."""
    chooser = Factor(low, high)
    return levels_of_way(way_of_product(chooser, chooser, logic), chooser, logic.lut_inputs)


def without_zeros(builder: DatapathBuilder, a: int) -> tuple[int, int]:
    """A cell, its fraction left out of account, without the low zeros of a shift, and how many they were."""
    cell = builder.cells[a]
    if cell.kind is not CellKind.SHIFT_LEFT:
        return builder.shift_left(a, 0, 0), 0
    inner = builder.shift_left(cell.operands[0], 0, 0)
    low, high = -(-cell.minimum >> cell.shift), cell.maximum >> cell.shift
    return builder.narrow(inner, low, high), cell.shift


def _without_constant(builder: DatapathBuilder, chooser: int) -> tuple[int, int]:
    """A sum without its constant term, and that; no adder of its own need make the sum for the digits."""
    cell = builder.cells[chooser]
    if cell.kind is CellKind.SHIFT_LEFT and not cell.shift:
        cell = builder.cells[cell.operands[0]]
    if cell.kind is CellKind.ADD:
        for term, constant in (cell.operands, cell.operands[::-1]):
            value = builder.constant_value(constant)
            if value is not None:
                return builder.shift_left(term, 0, 0), value
    return chooser, 0


def _chains(builder: DatapathBuilder, a: int, digits: int, logic: Logic) -> list[Addend]:
    """The multiples of one factor by the pairs of bits of the other, and a row for a single bit, from place 0 on.

    A factor whose chains would be too long is multiplied in parts.
    """
    width = builder.cells[digits].width
    whole = builder.cells[a].width
    numbers = [
        (low, builder.bits(a, low, end - low) if end < whole else builder.shift_right(a, low, 0))
        for low, end in logic.parts(whole)
    ]
    parts: list[Addend] = []
    for place in range(0, width, DIGIT_BITS):
        digit = digit_at(builder, digits, place)
        if place and place + 1 == width and len(numbers) == 1:
            bit = builder.bits(digits, place, 1)
            parts.append(Addend(a, place, bit=bit, negative=builder.cells[digits].signed))
            continue
        for low, number in numbers:
            multiple = multiple_in_chain(builder, number, digit, logic.chain)
            parts.append(Addend(multiple, place + low))
    return parts


def _choices(builder: DatapathBuilder, a: int, chooser: int, adder: str) -> list[Addend]:
    """Multiples of one factor by runs of bits of the other; a row is added where its bit is 1.

    That of a sign is subtracted. With `adder` adders of that unit take the rows in, else synthesis finds the choices
    between a sum and a term.
    """
    width, signed = builder.cells[chooser].width, builder.cells[chooser].signed
    parts: list[Addend] = []
    for start, end in runs_of_choices(width):
        high = builder.select(builder.bits(chooser, start, 1), a, builder.constant(0, 0))
        low = builder.constant(0, 0)
        for place in range(1, end - start):
            low = builder.join(builder.bits(high, 0, 1), low, place - 1, 0)
            rest = builder.shift_right(high, 1, 0)
            bit = builder.bits(chooser, start + place, 1)
            combine = builder.subtract if signed and start + place + 1 == width else builder.add
            if adder:
                high = combine(rest, builder.row(bit, a, CHOSEN_OR_NOT, 0))
                builder.bind_sum(high, adder)
            else:
                high = builder.select(bit, combine(rest, a), rest)
        parts.append(Addend(builder.join(high, low, end - start - 1, 0), start))
    return parts


def digit_at(builder: DatapathBuilder, digits: int, place: int) -> int:
    """The pair of bits of a number from a place on; the uppermost ones with its sign, or a single one."""
    if place + DIGIT_BITS >= builder.cells[digits].width:
        return builder.shift_right(digits, place, 0)
    return builder.bits(digits, place, DIGIT_BITS)


def multiple_in_chain(builder: DatapathBuilder, a: int, digit: int, unit: str) -> int:
    """The product with a number of two bits as a chain; with a single bit it is a choice."""
    product = builder.multiplier(a, digit)
    builder.bind(product, unit)
    return product


def _rows(builder: DatapathBuilder, a: int, chooser: int, chain: str) -> list[Addend]:
    """The multiples of one factor that add up to the product, from the lowest place on.

    The lowest one is a chain of that unit, if it is named and no constant is in the way.
    """
    low, high = builder.range(chooser)
    chooser, constant = _without_constant(builder, chooser)
    is_chain = chain != "" and constant % (1 << DIGIT_BITS) == 0
    start = DIGIT_BITS if is_chain else 1
    below = constant % (1 << start)
    lowest = builder.bits(chooser, 0, start)
    low, high = (low - below) >> start, (high - below) >> start
    recoding = recoding_of(low, high)
    offset = builder.constant((constant >> start) + recoding.offset, 0)
    digits = builder.add(builder.shift_right(chooser, start, 0), offset)
    digits = builder.narrow(digits, low + recoding.offset, high + recoding.offset)
    first = (
        multiple_in_chain(builder, a, lowest, chain)
        if is_chain
        else builder.row(lowest, a, (below, 1 + below), 0)
    )
    parts = [Addend(first, 0)]
    # Twice the multiples: the bit below tells what a negative one lacks.
    weights = tuple(2 * digit for digit in DIGITS)
    for number in range(recoding.digits):
        digit, place = builder.bits(digits, 2 * number, 2), 2 * number + start
        parts.append(Addend(builder.row(digit, a, weights, 0), place, lacking=True))
    top = builder.shift_right(digits, 2 * recoding.digits, 0)
    scale = 2 if recoding.least < 0 else 1
    values = range(recoding.least, recoding.most + 1)
    row = builder.row(top, a, tuple(scale * value for value in values), 0)
    return [*parts, Addend(row, 2 * recoding.digits + start, lacking=recoding.least < 0)]
