"""Products in plain logic: rows of one factor, chosen by the digits of the other, and the tree that adds them.

The chooser x is its lowest bit plus twice a number that is written in the digits -1, 0, 1, 2 of base 4. With
y = x + ...010101 a digit is a pair of bits of y less 1, so that no carry runs from digit to digit (Booth's recoding,
1951, without overlapping digits). A bit of a row depends on two bits of the chooser and two of the other factor: one
4-input table. The row of a negative digit is inverted and lacks 1, which enters the chain that adds it as its carry.
Of a chooser x + c the constant c becomes part of that of the digits; where it is odd, the lowest digit is 1 or 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial, reduce

from symhdl.cost.products import depth_of, rows_in_a_run
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import CellKind
from symhdl.numeric.digits import recoding_of

DIGITS = (-1, 0, 1, 2)
"""What the pairs of bits 00, 01, 10, 11 stand for."""


@dataclass(frozen=True, slots=True)
class Addend:
    """A number within a sum: the cell's bits from bit `place` of the sum on.

    With `lacking` the cell has one bit more below these: whether the number lacks 1.
    """

    cell: int
    place: int
    lacking: bool = False

    @property
    def bottom(self) -> int:
        """The bit of the sum at which the cell begins."""
        return self.place - self.lacking


def multiply_in_logic(builder: DatapathBuilder, a: int, b: int, lut_inputs: int) -> int:
    """The product of two cells as an integer: the factor with fewer digits chooses, if that is the cheaper way."""
    (a, shift_a), (b, shift_b) = without_zeros(builder, a), without_zeros(builder, b)
    a, b = (a, b) if _cost(builder, a, b) <= _cost(builder, b, a) else (b, a)
    total = added(builder, _rows(builder, a, b), rows_in_a_run(lut_inputs))
    return builder.shift_left(total, shift_a + shift_b, 0)


def levels_of_product(low: int, high: int, lut_inputs: int) -> int:
    """How many adders one after the other a product takes whose chooser lies from `low` to `high`.

    The digits and the rows count as one each.
    """
    return 2 + depth_of(recoding_of(low >> 1, high >> 1).digits + 2, lut_inputs)


def without_zeros(builder: DatapathBuilder, a: int) -> tuple[int, int]:
    """A cell, its fraction left out of account, without the low zeros of a shift, and how many they were."""
    cell = builder.cells[a]
    if cell.kind is not CellKind.SHIFT_LEFT:
        return builder.shift_left(a, 0, 0), 0
    inner = builder.shift_left(cell.operands[0], 0, 0)
    low, high = -(-cell.minimum >> cell.shift), cell.maximum >> cell.shift
    return builder.narrow(inner, low, high), cell.shift


def _cost(builder: DatapathBuilder, a: int, chooser: int) -> int:
    """How many bits the rows of a product, the adders between them and the digits have."""
    low, high = builder.range(chooser)
    rows = recoding_of(low >> 1, high >> 1).digits + 2
    return (2 * rows - 1) * (builder.cells[a].width + 2) + builder.cells[chooser].width


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


def _rows(builder: DatapathBuilder, a: int, chooser: int) -> list[Addend]:
    """The multiples of one factor that add up to the product, from the lowest place on."""
    low, high = builder.range(chooser)
    chooser, constant = _without_constant(builder, chooser)
    odd, half = constant & 1, constant >> 1
    lowest = builder.bits(chooser, 0, 1)
    low, high = (low - odd) >> 1, (high - odd) >> 1
    recoding = recoding_of(low, high)
    offset = builder.constant(half + recoding.offset, 0)
    digits = builder.add(builder.shift_right(chooser, 1, 0), offset)
    digits = builder.narrow(digits, low + recoding.offset, high + recoding.offset)
    parts = [Addend(builder.row(lowest, a, (odd, 1 + odd), 0), 0)]
    # Twice the multiples: the bit below tells what a negative one lacks.
    weights = tuple(2 * digit for digit in DIGITS)
    for number in range(recoding.digits):
        digit = builder.bits(digits, 2 * number, 2)
        parts.append(Addend(builder.row(digit, a, weights, 0), 2 * number + 1, lacking=True))
    top = builder.shift_right(digits, 2 * recoding.digits, 0)
    scale = 2 if recoding.least < 0 else 1
    values = range(recoding.least, recoding.most + 1)
    row = builder.row(top, a, tuple(scale * value for value in values), 0)
    return [*parts, Addend(row, 2 * recoding.digits + 1, lacking=recoding.least < 0)]


def added(builder: DatapathBuilder, parts: list[Addend], run: int = 1) -> int:
    """The sum of parts in the order of their places, of which the first lacks nothing.

    Runs of so many parts are added one after the other, then their sums by a balanced tree of adders.
    """
    runs = [parts[place : place + run] for place in range(0, len(parts), run)]
    parts = [reduce(partial(_joined, builder), each) for each in runs]
    while len(parts) > 1:
        pairs = [parts[place : place + 2] for place in range(0, len(parts), 2)]
        parts = [_joined(builder, *pair) if len(pair) == 2 else pair[0] for pair in pairs]
    return parts[0].cell


def _joined(builder: DatapathBuilder, lower: Addend, upper: Addend) -> Addend:
    """Two parts as one; the bits of the lower part below the upper one pass by the adder."""
    passing = upper.place - lower.bottom
    high = builder.shift_right(lower.cell, passing, 0)
    low = builder.bits(lower.cell, 0, passing)
    if upper.lacking:
        # The 1 below the lower number and what the upper one lacks make the carry into the chain above them.
        ready = builder.join(high, builder.constant(1, 0), 1, 0)
        total = builder.shift_right(builder.add(ready, upper.cell), 1, 0)
    else:
        total = builder.add(high, upper.cell)
    return Addend(builder.join(total, low, passing, 0), lower.place, lower.lacking)
