"""Sums of many terms as balanced trees of adders, narrow terms first."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from symhdl.arithmetic.products import levels_of_product
from symhdl.arithmetic.squares import levels_of_square
from symhdl.cost.products import Logic
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import PRODUCTS, Cell, CellKind, Datapath
from symhdl.ir.rebuild import rebuilt
from symhdl.numeric.digits import low_zeros
from symhdl.numeric.fixed import width_of_range

Range = tuple[int, int]


LEVELS: dict[CellKind, int] = {
    CellKind.ADD: 1,
    CellKind.SUBTRACT: 1,
    CellKind.NEGATE: 1,
    CellKind.SUM: 2,
    CellKind.ROW: 1,
    CellKind.TABLE: 2,
    CellKind.LESS: 1,
    CellKind.LESS_EQUAL: 1,
    CellKind.EQUAL: 1,
    CellKind.SELECT: 1,
}
"""About how many adders one after the other take as long as a cell; the other kinds are wires or a gate."""
LEVELS_OF_A_BLOCK = 3
"""Those of a product in a DSP block."""


@dataclass(frozen=True, slots=True, order=True)
class _Part:
    """A cell that is added, or subtracted if `negative`, in the order in which parts are joined.

    `weight` is how many times the one operand of a product with a constant the cell is, 0 in other sums.
    """

    depth: int
    width: int
    order: int
    cell: int
    negative: bool = False
    weight: int = 0


@dataclass(slots=True)
class Adders:
    """Builds trees of adders, the cells that are ready first joined first."""

    builder: DatapathBuilder
    logic: Logic
    depths: list[int] = field(default_factory=list)

    def tree(self, terms: Sequence[tuple[int, int]], value: int, fraction: int) -> int:
        """The constant plus the terms (weight, cell), read with `fraction` fractional bits; weights are powers of two.

        The two least deep, then narrowest, partial sums are added first, so the tree is as shallow as can be and its
        adders are narrow. The terms of one cell are joined among themselves first, because the range of their sum is
        known better than those of its parts tell.
        """
        builder = self.builder
        groups: dict[int, list[int]] = {}
        for weight, cell in terms:
            groups.setdefault(cell, []).append(weight)
        parts = [
            self._multiple(cell, weights, fraction, order)
            for order, (cell, weights) in enumerate(groups.items())
        ]
        if value or not parts:
            constant = builder.constant(value, fraction)
            parts.append(_Part(0, value.bit_length(), len(parts), constant))
        total = self._joined(parts, None)
        return builder.negate(total.cell) if total.negative else total.cell

    def _multiple(self, cell: int, weights: Sequence[int], fraction: int, order: int) -> _Part:
        """The sum of all multiples of a cell."""
        parts: list[_Part] = []
        for weight in weights:
            size = abs(weight)
            assert size.bit_count() == 1, "a weight is no power of two; please report this"
            shifted = self.builder.shift_left(cell, size.bit_length() - 1, fraction)
            parts.append(self._part(len(parts), shifted, weight < 0, size))
        total = self._joined(parts, self.builder.range(cell))
        return self._part(order, total.cell, total.negative, 0)

    def _joined(self, parts: list[_Part], operand: Range | None) -> _Part:
        """The sum of parts; of multiples of an operand, if its range is given."""
        builder = self.builder
        heapq.heapify(parts)
        order = len(parts)
        while len(parts) > 1:
            a, b = heapq.heappop(parts), heapq.heappop(parts)
            if parts:
                a, b = self._alike(a, b, parts), self._alike(b, a, parts)
            if a.negative != b.negative and a.negative:
                a, b = b, a
            # Sums that are equal but for their zeros are one.
            zeros = min(_shift(builder, a.cell), _shift(builder, b.cell))
            first, second = (_without_zeros(builder, part.cell, zeros) for part in (a, b))
            if a.negative == b.negative:
                cell = _sum_above_zeros(builder, first, second, is_read_on=bool(parts))
                weight = a.weight + b.weight
            else:
                cell = _difference_above_zeros(builder, first, second)
                weight = a.weight - b.weight
            if operand is not None:
                cell = _narrowed(builder, cell, weight, operand, zeros)
            cell = builder.shift_left(cell, zeros, builder.fraction(a.cell))
            heapq.heappush(parts, self._part(order, cell, a.negative and b.negative, weight))
            order += 1
        return parts[0]

    def _alike(self, part: _Part, other: _Part, rest: Sequence[_Part]) -> _Part:
        """A constant with the sign of the other part, if that is subtracted from something else later."""
        value = self.builder.constant_value(part.cell)
        if value is None or part.negative == other.negative:
            return part
        if all(each.negative == other.negative for each in rest):
            return part
        cell = self.builder.constant(-value, self.builder.fraction(part.cell))
        return replace(part, cell=cell, negative=other.negative)

    def _part(self, order: int, cell: int, negative: bool, weight: int) -> _Part:
        width = self.builder.cells[cell].width
        return _Part(self._depth(cell), width, order, cell, negative, weight)

    def _depth(self, cell: int) -> int:
        """About how many adders lie one after the other on the longest way to a cell."""
        cells = self.builder.cells
        for new in cells[len(self.depths) :]:
            depth = max((self.depths[operand] for operand in new.operands), default=0)
            self.depths.append(depth + self._levels(new))
        return self.depths[cell]

    def _levels(self, cell: Cell) -> int:
        if cell.kind not in PRODUCTS:
            return LEVELS.get(cell.kind, 0)
        if cell.unit:
            return LEVELS_OF_A_BLOCK
        if cell.kind is CellKind.SQUARE:
            return levels_of_square(self.builder.cells[cell.operands[0]].width, self.logic)
        ranges = (self.builder.range(operand) for operand in cell.operands)
        return min(levels_of_product(*each, self.logic) for each in ranges)


def _sum_above_zeros(builder: DatapathBuilder, a: int, b: int, *, is_read_on: bool) -> int:
    """a + b; where one of them has zeros below, the low bits of the other one pass by the adder.

    Those beside the zeros of a constant do where another adder reads the sum: synthesis keeps the two apart only if all
    bits of the sum are those of an adder (`symhdl.ir.chains`).
    """
    if _shift(builder, a) or builder.constant_value(a) is not None:
        a, b = b, a
    zeros = _shift(builder, b)
    value = builder.constant_value(b)
    if value and is_read_on:
        zeros = low_zeros(value)
    (low, high), (least, most) = builder.range(a), builder.range(b)
    return _above_zeros(builder, a, b, zeros, builder.add, (low + least, high + most))


def _difference_above_zeros(builder: DatapathBuilder, a: int, b: int) -> int:
    """a - b, where low bits of a that stand beside zeros pass by the adder."""
    (low, high), (least, most) = builder.range(a), builder.range(b)
    zeros = _shift(builder, b)
    return _above_zeros(builder, a, b, zeros, builder.subtract, (low - most, high - least))


def _above_zeros(
    builder: DatapathBuilder, a: int, b: int, zeros: int,
    operation: Callable[[int, int], int], result: Range,
) -> int:  # fmt: skip
    """The operation on a and b, of which so many low bits are 0, in an adder of the bits that both have."""
    fraction = builder.fraction(b)
    if not zeros or builder.constant_value(a) == 0:
        return operation(a, b)
    upper = builder.shift_right(a, zeros, fraction)
    total = operation(upper, _without_zeros(builder, b, zeros))
    joined = builder.join(total, builder.bits(a, 0, zeros, fraction), zeros, fraction)
    if width_of_range(*result) == width_of_range(*builder.range(joined)):
        return joined
    return builder.narrow(joined, *result)


def _shift(builder: DatapathBuilder, cell: int) -> int:
    """The zeros that a cell has for being shifted."""
    return builder.cells[cell].shift if builder.cells[cell].kind is CellKind.SHIFT_LEFT else 0


def _without_zeros(builder: DatapathBuilder, cell: int, count: int) -> int:
    """The cell shifted to the left by so much less."""
    if not count:
        return cell
    shifted = builder.cells[cell]
    if shifted.kind is CellKind.CONSTANT:
        return builder.constant(shifted.value >> count, shifted.fraction)
    return builder.shift_left(shifted.operands[0], shifted.shift - count, shifted.fraction)


def _narrowed(builder: DatapathBuilder, cell: int, weight: int, operand: Range, zeros: int) -> int:
    """The cell in the range of so many times the operand, without so many zeros, where that saves bits."""
    low, high = sorted(weight * end for end in operand)
    low, high = -(-low >> zeros), high >> zeros  # the operand may have zeros of its own
    if width_of_range(low, high) == width_of_range(*builder.range(cell)):
        return cell
    return builder.narrow(cell, low, high)


def with_trees(datapath: Datapath, logic: Logic) -> Datapath:
    """The datapath with trees of two-operand adders for all sums in logic, whose weights are powers of two.

    `logic` is what products without a unit are to be built of.
    """
    if all(cell.kind is not CellKind.SUM for cell in datapath.cells):
        return datapath
    trees: list[Adders] = []

    def rewrite(builder: DatapathBuilder, index: int, places: Sequence[int]) -> int | None:
        cell = datapath.cells[index]
        if cell.kind is not CellKind.SUM or cell.unit:
            return None
        if not trees:
            trees.append(Adders(builder, logic))
        terms = list(zip(cell.weights, (places[a] for a in cell.operands), strict=True))
        return trees[0].tree(terms, cell.value, cell.fraction)

    return rebuilt(datapath, rewrite)
