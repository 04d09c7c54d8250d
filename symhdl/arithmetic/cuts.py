"""Cells that take longer than a period, as several that do not: parts of sums, comparisons, tables and selections.

Between the parts of a sum runs a carry, which a register may hold; what reads a part of the sum's bits waits for no
other. A carry enters a part as its lowest bit: 2 x + 1 and 2 y + c add up to 2 (x + y + c) and one bit that is dropped.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from symhdl.cost.blocks import index_bits
from symhdl.cost.delays import TOLERANCE_NS, CellDelay, fastest
from symhdl.cost.timing import cell_offers, table_ns
from symhdl.cost.wires import of_size
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import WIRES, Cell, CellKind, Datapath
from symhdl.ir.rebuild import rebuilt
from symhdl.targets.target import Target

LEAST_BITS = 4
"""Parts of fewer bits help nobody: a carry costs as much."""

SPARED_BITS = 2
"""Of a chain, for the carries into it and out of it."""

MOST_DOUBLINGS = 4
"""Of the readers of a wire, for which a cell that is fast enough has time in any case."""

ROUNDS = 8
"""In which parts become shorter, as long as some are too slow for what else has come."""

Seam = tuple[tuple[int, ...], int]
"""The operands of a cell that joins two parts of a sum, and its shift."""

Parts = Callable[["_Cutter", Cell, Sequence[int], CellDelay], int | None]


def with_cuts(
    datapath: Datapath, target: Target, budget_ns: float, *, following: bool = False
) -> Datapath:
    """The datapath, without registers, in which cells are cut that take longer than the budget, as far as that helps.

    All outputs keep their integers. A datapath of which every cell is fast enough is that datapath. With `following`
    sums of sums that are cut are cut where these are, fast or not, so that their lower parts wait for no upper part.
    """
    sized = of_size(datapath.cells, target)
    if all(_is_fast(datapath.cells, cell, sized, budget_ns) for cell in datapath.cells):
        return datapath
    slow = _slow(datapath, target, budget_ns)
    best, fewest, aim_ns = datapath, len(slow), budget_ns
    for _ in range(ROUNDS if slow else 0):
        found = _cut(datapath, slow, target, aim_ns, following=following)
        # What is cut has more readers, and the wires of a larger design.
        left = _slow(found, target, budget_ns)
        if len(left) < fewest:
            best, fewest = found, len(left)
        if not left:
            break
        over_ns = max(delay.longest_ns for delay in left.values()) - budget_ns
        aim_ns -= max(over_ns, target.delays.carry_bit)
    return best


def _slow(datapath: Datapath, target: Target, budget_ns: float) -> dict[int, CellDelay]:
    """The cells that take longer than the budget, of those that may be cut."""
    offers = cell_offers(datapath.cells, target, datapath.units)
    return {
        index: delay
        for index, (cell, own) in enumerate(zip(datapath.cells, offers, strict=True))
        if cell.kind in PARTS and not cell.unit
        for delay in (fastest(own),)
        if delay.longest_ns > budget_ns + TOLERANCE_NS
    }


def _cut(
    datapath: Datapath,
    slow: Mapping[int, CellDelay],
    target: Target,
    budget_ns: float,
    *,
    following: bool,
) -> Datapath:
    """The datapath with parts for the slow cells that are as fast as the budget says where they stand alone."""
    cells = datapath.cells
    seams: set[Seam] = set()

    def rewrite(builder: DatapathBuilder, index: int, places: Sequence[int]) -> int | None:
        cell = cells[index]
        cutter = _Cutter(builder, target, budget_ns, seams)
        if cell.kind in WIRES and cell.kind is not CellKind.SHIFT_LEFT:
            return cutter.wire(cell, places[cell.operands[0]])
        operands = [places[operand] for operand in cell.operands]
        if following and cell.kind in SUMS and not cell.unit:
            found = cutter.followed(cell, operands, slow.get(index))
            if found is not None:
                return found
        if index not in slow:
            return None
        return PARTS[cell.kind](cutter, cell, operands, slow[index])

    return rebuilt(datapath, rewrite)


def _is_fast(cells: Sequence[Cell], cell: Cell, target: Target, budget_ns: float) -> bool:
    """Whether a cell cannot take longer than the budget; asked of every cell of every design."""
    if cell.kind not in PARTS:
        return True
    delays = target.delays
    if cell.kind is CellKind.TABLE:
        return table_ns(index_bits(cell), target) <= budget_ns
    bits = max([cells[operand].width for operand in cell.operands])
    longest_ns = target.adder_ns(max(bits, cell.width)) + MOST_DOUBLINGS * delays.readers
    return longest_ns + (delays.lut if cell.width == 1 else delays.invert) <= budget_ns


@dataclass(frozen=True, slots=True)
class _Cutter:
    """Builds parts of cells; `seams` are where those of sums are joined that are built already."""

    builder: DatapathBuilder
    target: Target
    budget_ns: float
    seams: set[Seam]

    def wire(self, cell: Cell, operand: int) -> int:
        """Bits of a cell, taken from those of its parts that have them."""
        if cell.kind is CellKind.BITS:
            found = self.low_bits(operand, cell.shift, cell.count)
        else:
            found = self.upper_bits(operand, cell.shift)
        return self.builder.shift_left(found, 0, cell.fraction)

    def upper_bits(self, a: int, low: int) -> int:
        """floor(a / 2**low), of nothing but the parts that have these bits."""
        builder = self.builder
        while low:
            cell = builder.cells[a]
            is_moved = cell.kind is CellKind.JOIN or (
                cell.kind is CellKind.SHIFT_LEFT and self._is_whole(a)
            )
            if not is_moved or low < cell.shift:
                break
            a, low = cell.operands[0], low - cell.shift
        return builder.shift_right(builder.shift_left(a, 0, 0), low, 0)

    def low_bits(self, a: int, low: int, count: int) -> int:
        """`count` bits from bit `low` on, of nothing but the parts that have them."""
        builder = self.builder
        while builder.constant_value(a) is None:
            cell = builder.cells[a]
            if cell.kind is CellKind.JOIN:
                upper, lower = cell.operands
            elif cell.kind is CellKind.SHIFT_LEFT and self._is_whole(a):
                upper, lower = cell.operands[0], builder.constant(0, 0)
            elif cell.kind is CellKind.SHIFT_RIGHT:
                a, low = cell.operands[0], low + cell.shift
                continue
            else:
                break
            if low + count <= cell.shift:
                a = lower
            elif low >= cell.shift:
                a, low = upper, low - cell.shift
            else:
                above = self.low_bits(upper, 0, low + count - cell.shift)
                below = self.low_bits(lower, low, cell.shift - low)
                return builder.join(above, below, cell.shift - low, 0)
        return builder.bits(a, low, count)

    def _is_whole(self, a: int) -> bool:
        """Whether all bits of what is moved are there; a tighter range may have cut some off."""
        cell = self.builder.cells[a]
        low, high = self.builder.range(cell.operands[0])
        return (low << cell.shift, high << cell.shift) == (cell.minimum, cell.maximum)

    def sum(self, cell: Cell, operands: Sequence[int], delay: CellDelay) -> int | None:
        """A sum or a difference of parts, from the lowest on."""
        cuts = self._cuts(cell.width, delay)
        return self._in_parts(cell, operands, cuts) if cuts else None

    def followed(self, cell: Cell, operands: Sequence[int], delay: CellDelay | None) -> int | None:
        """A sum that is cut where its operands are; None where they are not, or the parts are too long."""
        found = [seams for seams in map(self._seams_of, operands) if seams]
        # A part waits for that of an operand in which its uppermost bit is.
        cuts = [0]
        for seam in map(min, zip(*found, strict=False)):
            if cuts[-1] + LEAST_BITS <= seam <= cell.width - LEAST_BITS:
                cuts.append(seam)
        if len(cuts) < 2:
            return None
        if delay is not None:
            lengths = [end - low for low, end in zip(cuts, [*cuts[1:], cell.width], strict=True)]
            if max(lengths) > self._most_bits(delay):
                return None
        return self._in_parts(cell, operands, cuts)

    def _seams_of(self, a: int) -> list[int]:
        """The bits at which a number is cut, from the lowest on."""
        cell = self.builder.cells[a]
        if cell.kind is CellKind.SHIFT_LEFT:
            return [seam + cell.shift for seam in self._seams_of(cell.operands[0])]
        if cell.kind is CellKind.SHIFT_RIGHT:
            below = self._seams_of(cell.operands[0])
            return [seam - cell.shift for seam in below if seam > cell.shift]
        if cell.kind is not CellKind.JOIN:
            return []
        upper, lower = map(self._seams_of, cell.operands)
        own = [cell.shift] * ((cell.operands, cell.shift) in self.seams)
        return [*lower, *own, *(seam + cell.shift for seam in upper)]

    def _in_parts(self, cell: Cell, operands: Sequence[int], cuts: Sequence[int]) -> int:
        """A sum or a difference of parts that begin at these bits."""
        builder = self.builder
        a, b = operands
        is_sum = cell.kind is CellKind.ADD
        carry = builder.constant(0, 0)
        ends = [*cuts[1:], None]
        parts: list[int] = []
        for low, end in zip(cuts, ends, strict=True):
            if end is None:
                x, y = self.upper_bits(a, low), self.upper_bits(b, low)
            else:
                x, y = (self.low_bits(each, low, end - low) for each in operands)
            total = self._carried(x, y, carry, is_sum=is_sum)
            if end is None:
                parts.append(builder.narrow(total, cell.minimum >> low, cell.maximum >> low))
                break
            carry = builder.bits(total, end - low, 1)
            parts.append(builder.bits(total, 0, end - low))
        whole = parts[-1]
        for low, end, part in reversed(list(zip(cuts, cuts[1:], parts, strict=False))):
            whole = builder.join(whole, part, end - low, 0)
            joined = builder.cells[whole]
            self.seams.add((joined.operands, joined.shift))
        return builder.shift_left(whole, 0, cell.fraction)

    def _carried(self, x: int, y: int, carry: int, *, is_sum: bool) -> int:
        """x + y + carry, or x - y - carry."""
        builder = self.builder
        value = builder.constant_value(carry)
        if value == 0:
            return builder.add(x, y) if is_sum else builder.subtract(x, y)
        joined = builder.join(x, builder.constant(int(is_sum), 0), 1, 0)
        with_carry = builder.join(y, carry, 1, 0)
        total = builder.add(joined, with_carry) if is_sum else builder.subtract(joined, with_carry)
        return builder.shift_right(total, 1, 0)

    def negative(self, cell: Cell, operands: Sequence[int], delay: CellDelay) -> int | None:
        """0 - x in parts."""
        zero = self.builder.constant(0, self.builder.fraction(operands[0]))
        return self.sum(cell, [zero, operands[0]], delay)

    def _cuts(self, width: int, delay: CellDelay) -> list[int]:
        """The bits at which parts begin, the first at 0; none where the chain cannot be made short enough."""
        bit_ns = self.target.delays.carry_bit
        if not bit_ns or not delay.ripple_ns:
            return []
        most = self._most_bits(delay)
        if not LEAST_BITS <= most < math.inf:  # too few, or more than there may be
            return []
        bits = round(delay.ripple_ns / bit_ns)
        parts = math.ceil(bits / math.floor(most))
        if parts < 2:
            return []
        # Bits below pass by the chain.
        first, length = max(0, width - bits), math.ceil(bits / parts)
        return [0, *(first + length * part for part in range(1, parts))]

    def _most_bits(self, delay: CellDelay) -> float:
        """The bits of a part for which the budget is enough."""
        besides_ns = delay.before_ns - delay.ripple_ns
        return (self.budget_ns - besides_ns) / self.target.delays.carry_bit - SPARED_BITS

    def comparison(self, cell: Cell, operands: Sequence[int], delay: CellDelay) -> int | None:
        """Of two numbers by the sign of their difference, in parts; with a constant by upper and lower bits."""
        builder = self.builder
        a, b = operands
        is_strict = cell.kind is CellKind.LESS
        constants = [builder.constant_value(operand) for operand in operands]
        if 0 in constants:
            return None
        first, second = (a, b) if is_strict else (b, a)
        widths = [builder.cells[operand].width for operand in operands]
        low, high = builder.range(first)
        least, most = builder.range(second)
        drafted = Cell(CellKind.SUBTRACT, (first, second), low - most, high - least)
        spared = CellDelay(delay.delay_ns - self.target.delays.lut, delay.ripple_ns)
        difference = self.sum(drafted, [first, second], spared)
        if difference is None:
            if max(widths) < LEAST_BITS or spared.before_ns > self.budget_ns:
                return None
            difference = builder.subtract(first, second)
        negative = builder.less(difference, builder.constant(0, builder.fraction(difference)))
        return negative if is_strict else builder.logical_not(negative)

    def equality(self, _: Cell, operands: Sequence[int], __: CellDelay) -> int | None:
        """Whether all parts of both numbers are equal, each of as many bits as the budget has levels of LUTs for."""
        builder = self.builder
        width = max(builder.cells[operand].width for operand in operands)
        each = 1 if any(builder.constant_value(a) is not None for a in operands) else 2
        inputs = self.target.resources.lut_inputs
        levels = math.floor(self.budget_ns / self.target.delays.lut)
        most = max(1, inputs**levels // each)
        if not levels or most >= width:
            return None
        equal: list[int] = []
        for low in range(0, width, most):
            if low + most < width:
                x, y = (self.low_bits(operand, low, most) for operand in operands)
            else:
                x, y = (self.upper_bits(operand, low) for operand in operands)
            equal.append(builder.equal(x, y))
        while len(equal) > 1:
            pairs = (equal[k : k + 2] for k in range(0, len(equal), 2))
            equal = [builder.logical_and(*pair) if len(pair) == 2 else pair[0] for pair in pairs]
        return equal[0]

    def table(self, cell: Cell, operands: Sequence[int], delay: CellDelay) -> int | None:
        """Tables of the lower bits of the index, of which the upper bits choose."""
        bits, bit_ns = index_bits(cell), self.target.delays.table_bit
        over_ns = delay.before_ns - self.budget_ns
        upper = math.ceil(over_ns / bit_ns - TOLERANCE_NS) if bit_ns else bits
        low = bits - upper
        if low < self.target.resources.lut_inputs:
            return None
        builder, (index,) = self.builder, operands
        address = self.low_bits(index, 0, low)
        entries = [
            self._part_of_table(address, cell.contents[start : start + (1 << low)], cell.fraction)
            for start in range(0, len(cell.contents), 1 << low)
        ]
        for place in range(low, bits):
            choice = self.low_bits(index, place, 1)
            entries = [
                builder.select(choice, pair[1], pair[0]) if len(pair) == 2 else pair[0]
                for pair in (entries[k : k + 2] for k in range(0, len(entries), 2))
            ]
        return entries[0]

    def _part_of_table(self, address: int, contents: tuple[int, ...], fraction: int) -> int:
        """A table; one that the index does not reach to its end is filled up with its last entry."""
        missing = self.builder.range(address)[1] + 1 - len(contents)
        return self.builder.table(address, contents + contents[-1:] * missing, fraction)


SUMS = frozenset({CellKind.ADD, CellKind.SUBTRACT})
"""What may be cut where its operands are."""

PARTS: Mapping[CellKind, Parts] = {
    CellKind.ADD: _Cutter.sum,
    CellKind.SUBTRACT: _Cutter.sum,
    CellKind.NEGATE: _Cutter.negative,
    CellKind.LESS: _Cutter.comparison,
    CellKind.LESS_EQUAL: _Cutter.comparison,
    CellKind.EQUAL: _Cutter.equality,
    CellKind.TABLE: _Cutter.table,
}
"""How each kind is cut that may be."""
