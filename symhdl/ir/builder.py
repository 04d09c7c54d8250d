"""Builds Datapaths: equal cells are one cell, integer ranges are computed exactly as cells are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from msgspec import structs

from symhdl.ir.cell_ranges import RULES
from symhdl.ir.datapath import PRODUCTS, WIRES, Cell, CellKind
from symhdl.ir.size import Size
from symhdl.names.wires import name_of_part


class Rank(IntEnum):
    """Where the name of a cell comes from; one of a higher rank takes its place."""

    KIND = 0
    PART = 1
    VALUE = 2
    USER = 3


BOUND = PRODUCTS | {CellKind.TABLE, CellKind.TWO_ROWS}
"""The kinds that units of a device compute."""


@dataclass(slots=True)
class DatapathBuilder:
    """Appends cells and returns their indices.

    Fractions are kept by the rules of arithmetic: sums need equal fractions, products add them.
    Operations on constants are folded. New cells but constants and inputs get `origin` as theirs, and names that say
    which parts of `scope` they are, such as `scope_product`.
    Raises `GoalError` where the cells go beyond the limits on their size.
    """

    cells: list[Cell] = field(default_factory=list)
    _known: dict[Cell, int] = field(default_factory=dict)
    origin: str = ""
    scope: str = ""
    size: Size = field(default_factory=Size)
    _ranks: dict[int, Rank] = field(default_factory=dict)  # of names that are not the user's
    _first: int = 0  # of the cells that are built for the scope

    def _append(self, cell: Cell, rank: Rank = Rank.KIND) -> int:
        count = len(self.cells)
        index = self._known.setdefault(cell, count)
        if index == count:
            if cell.operands:
                name = cell.name or (self._name_of(cell) if self.scope else "")
                origin = cell.origin or self.origin
                if name != cell.name or origin != cell.origin:
                    cell = cell.labelled(name, origin)
                if rank is not Rank.USER:
                    self._ranks[index] = rank
            self.size.add(cell)
            self.cells.append(cell)
        return index

    def _name_of(self, cell: Cell) -> str:
        """What a new cell is within the scope; wires are called after what they are wires of, where need is."""
        return "" if cell.kind in WIRES else name_of_part(self.scope, cell.role)

    def within(self, scope: str, origin: str) -> None:
        """From now on cells are built for this value, and for this text of the source."""
        self.scope, self.origin, self._first = scope, origin, len(self.cells)

    def call(self, a: int, name: str, rank: Rank = Rank.VALUE) -> None:
        """What the value of the cell is called; it keeps a name of this rank or a higher one.

        What only moves the binary point of a cell of the scope hands the name on to that.
        """
        if self._ranks.get(a, Rank.USER) < rank:
            cell, source = self.cells[a], self._same_bits(a)
            if source >= self._first and self._ranks.get(source, Rank.USER) < rank:
                self.call(source, name, rank)
                name = ""
            self.cells[a] = cell.labelled(name, cell.origin)
            self._ranks[a] = rank

    def _same_bits(self, a: int) -> int:
        """The cell of which this one is but another reading, with all its bits; -1 if there is none."""
        cell = self.cells[a]
        if cell.kind is not CellKind.SHIFT_LEFT or cell.shift:
            return -1
        source = self.cells[cell.operands[0]]
        is_equal = (source.signed, source.width) == (cell.signed, cell.width)
        return cell.operands[0] if is_equal else -1

    def part(self, a: int, role: str) -> int:
        """The cell, which from now on bears the name of this part of the scope if it was built for that."""
        if self.scope and a >= self._first:
            self.call(a, name_of_part(self.scope, role), Rank.PART)
        return a

    def _operation(
        self, kind: CellKind, operands: tuple[int, ...], fraction: int, *,
        value: int = 0, shift: int = 0, count: int = 0,
        weights: tuple[int, ...] = (), contents: tuple[int, ...] = (),
    ) -> int:  # fmt: skip
        """Appends the cell, or the constant that it must be."""
        draft = Cell(
            kind, operands, 0, 0, fraction,
            value=value, shift=shift, count=count, weights=weights, contents=contents,
        )  # fmt: skip
        minimum, maximum = RULES[kind](draft, [self.cells[operand] for operand in operands])
        if minimum == maximum:
            return self.constant(minimum, fraction)
        return self._append(draft.ranged(minimum, maximum))

    def copy(self, cell: Cell, operands: tuple[int, ...]) -> int:
        """A cell of another datapath, with operands of this one; a constant where these are constant."""
        cells = self.cells
        if (
            operands
            and cells[operands[0]].kind is CellKind.CONSTANT
            and all(cells[a].kind is CellKind.CONSTANT for a in operands)
        ):
            return self._of_constants(cell, operands)
        same = operands == cell.operands
        return self._append(cell if same else cell.moved(operands, cell.stage), Rank.USER)

    def _of_constants(self, cell: Cell, operands: tuple[int, ...]) -> int:
        """What a cell of constants is."""
        if cell.kind is CellKind.BITS:
            return self.bits(operands[0], cell.shift, cell.count, cell.fraction)
        if cell.kind is CellKind.SELECT:
            return self.select(*operands)
        value, _ = RULES[cell.kind](cell, [self.cells[a] for a in operands])
        return self.constant(value, cell.fraction)

    def bind(self, a: int, unit: str) -> None:
        """Gives a cell a unit of the device; one that is no product or table any more has none."""
        if self.cells[a].kind in BOUND:
            self.cells[a] = structs.replace(self.cells[a], unit=unit)

    def bind_sum(self, a: int, unit: str) -> None:
        """Gives a sum of two cells, or of more, a unit of the device; a cell that is no such sum has none."""
        if self.cells[a].kind in (CellKind.ADD, CellKind.SUM):
            self.cells[a] = structs.replace(self.cells[a], unit=unit)

    def fraction(self, a: int) -> int:
        """The fractional bits of a cell."""
        return self.cells[a].fraction

    def range(self, a: int) -> tuple[int, int]:
        """The proved integer range of a cell."""
        return self.cells[a].minimum, self.cells[a].maximum

    def input(self, name: str, minimum: int, maximum: int, fraction: int) -> int:
        """The input port `name`."""
        return self._append(Cell(CellKind.INPUT, (), minimum, maximum, fraction, name=name))

    def constant(self, value: int, fraction: int) -> int:
        """An integer that never changes."""
        return self._append(Cell(CellKind.CONSTANT, (), value, value, fraction, value=value))

    def constant_value(self, a: int) -> int | None:
        """The integer of a constant cell; None for every other."""
        return self.cells[a].value if self.cells[a].kind is CellKind.CONSTANT else None

    def add(self, a: int, b: int) -> int:
        """a + b; the fractions must be equal."""
        self._same_fraction(a, b)
        if self.constant_value(a) == 0:
            return b
        if self.constant_value(b) == 0:
            return a
        return self._operation(CellKind.ADD, (min(a, b), max(a, b)), self.fraction(a))

    def subtract(self, a: int, b: int) -> int:
        """a - b; the fractions must be equal."""
        self._same_fraction(a, b)
        if self.constant_value(b) == 0:
            return a
        if a == b:
            return self.constant(0, self.fraction(a))
        if self.constant_value(a) == 0:
            return self.negate(b)
        return self._operation(CellKind.SUBTRACT, (a, b), self.fraction(a))

    def negate(self, a: int) -> int:
        """-a; a change of sign before it, shifted or not, is taken back, unless more is known of its range."""
        cell = self.cells[a]
        shift = cell.shift if cell.kind is CellKind.SHIFT_LEFT else 0
        source = self.cells[cell.operands[0]] if cell.kind is CellKind.SHIFT_LEFT else cell
        if source.kind is CellKind.NEGATE:
            positive = self.shift_left(source.operands[0], shift, cell.fraction)
            if self.range(positive) == (-cell.maximum, -cell.minimum):
                return positive
        return self._operation(CellKind.NEGATE, (a,), self.fraction(a))

    def multiply(self, a: int, b: int) -> int:
        """a * b; the fractions add. The product with a constant is a sum of one term."""
        for factor, other in ((a, b), (b, a)):
            value = self.constant_value(factor)
            if value is not None:
                return self.sum([(value, other)], 0, self.fraction(a) + self.fraction(b))
        return self.multiplier(a, b)

    def multiplier(self, a: int, b: int) -> int:
        """a * b as a MULTIPLY, of a constant too if it is no power of two.

        Equal operands are a square, single bits a choice.
        """
        fraction = self.fraction(a) + self.fraction(b)
        if a == b:
            return self.square(a)
        for factor in (a, b):
            value = self.constant_value(factor)
            if value is not None and abs(value).bit_count() <= 1:
                return self.multiply(a, b)
        for bit, other in ((a, b), (b, a)):
            if self.range(bit) == (0, 1):
                chosen = self.select(bit, other, self.constant(0, self.fraction(other)))
                return self.shift_left(chosen, 0, fraction)
        return self._operation(CellKind.MULTIPLY, (min(a, b), max(a, b)), fraction)

    def square(self, a: int) -> int:
        """a * a."""
        return self._operation(CellKind.SQUARE, (a,), 2 * self.fraction(a))

    def sum(self, terms: Sequence[tuple[int, int]], value: int, fraction: int) -> int:
        """value + the sum of weight * cell over the terms (weight, cell), read with `fraction` fractional bits.

        Terms of one cell are gathered, constants are added to `value`.
        """
        weights: dict[int, int] = {}
        for weight, a in terms:
            constant = self.constant_value(a)
            if constant is None:
                weights[a] = weights.get(a, 0) + weight
            else:
                value += weight * constant
        kept = [(weight, a) for a, weight in sorted(weights.items()) if weight]
        return self.rows(kept, value, fraction)

    def rows(self, terms: Sequence[tuple[int, int]], value: int, fraction: int) -> int:
        """The same sum of terms that are taken as they are: none is constant, and a cell may have several."""
        if not terms:
            return self.constant(value, fraction)
        if value == 0 and len(terms) == 1:
            weight, a = terms[0]
            shift = abs(weight).bit_length() - 1
            if weight == 1 << shift:
                return self.shift_left(a, shift, fraction)
            if weight == -1 << shift:
                return self.negate(self.shift_left(a, shift, fraction))
        weights, operands = zip(*terms, strict=True)
        return self._operation(CellKind.SUM, operands, fraction, weights=weights, value=value)

    def row(self, digit: int, a: int, weights: tuple[int, ...], fraction: int) -> int:
        """weights[digit] * a, less 1 where the weight is negative; the weights are 0 or powers of two, or negative."""
        low, high = self.range(digit)
        assert 0 <= low <= high < len(weights), "a digit without a weight; please report this"
        if low == high:
            weight = weights[low]
            return self.sum([(weight, a)], -int(weight < 0), fraction)
        return self._operation(CellKind.ROW, (digit, a), fraction, weights=weights[: high + 1])

    def two_rows(
        self, lower: tuple[int, int], upper: tuple[int, int], weights: tuple[int, int], value: int
    ) -> int:
        """The products of two pairs of a bit and a number, times 1 or -1 each, and a value, all as integers."""
        return self._operation(CellKind.TWO_ROWS, (*lower, *upper), 0, weights=weights, value=value)

    def join(self, a: int, b: int, shift: int, fraction: int) -> int:
        """a * 2**shift + b, where b has no more than `shift` bits and no sign."""
        low, high = self.range(b)
        assert 0 <= low <= high < 1 << shift, "parts that overlap; please report this"
        if shift == 0 or self.constant_value(b) == 0:
            return self.shift_left(a, shift, fraction)
        if self.constant_value(a) == 0:
            return self.shift_left(b, 0, fraction)
        return self._operation(CellKind.JOIN, (a, b), fraction, shift=shift)

    def shift_left(self, a: int, amount: int, fraction: int) -> int:
        """The integer a * 2**amount, read with `fraction` fractional bits."""
        cell = self.cells[a]
        if cell.kind is CellKind.SHIFT_LEFT:
            merged = self.shift_left(cell.operands[0], cell.shift + amount, fraction)
            return self.narrow(merged, cell.minimum << amount, cell.maximum << amount)
        if amount == 0 and cell.fraction == fraction:
            return a
        return self._operation(CellKind.SHIFT_LEFT, (a,), fraction, shift=amount)

    def shift_right(self, a: int, amount: int, fraction: int) -> int:
        """The integer floor(a / 2**amount), read with `fraction` fractional bits."""
        cell = self.cells[a]
        if amount == 0:
            return self.shift_left(a, 0, fraction)
        if cell.kind is CellKind.SHIFT_RIGHT:
            merged = self.shift_right(cell.operands[0], cell.shift + amount, fraction)
            return self.narrow(merged, cell.minimum >> amount, cell.maximum >> amount)
        return self._operation(CellKind.SHIFT_RIGHT, (a,), fraction, shift=amount)

    def align(self, a: int, fraction: int) -> int:
        """The same number with `fraction` fractional bits; bits that go are truncated (floor)."""
        amount = fraction - self.fraction(a)
        if amount >= 0:
            return self.shift_left(a, amount, fraction)
        return self.shift_right(a, -amount, fraction)

    def bits(self, a: int, low: int, count: int, fraction: int = 0) -> int:
        """`count` bits from bit `low` on, as a number without sign."""
        cell = self.cells[a]
        if cell.minimum >= 0 and cell.maximum < 1 << (low + count):
            return self.shift_right(a, low, fraction)
        value = self.constant_value(a)
        if value is not None:
            return self.constant((value >> low) & ((1 << count) - 1), fraction)
        if cell.kind is CellKind.SHIFT_LEFT and low + count <= cell.shift:
            return self.constant(0, fraction)
        return self._operation(CellKind.BITS, (a,), fraction, shift=low, count=count)

    def table(self, index: int, contents: tuple[int, ...], fraction: int) -> int:
        """contents[index]; only the entries that the index reaches count for the range."""
        low, high = self.range(index)
        assert 0 <= low <= high < len(contents), "a table index out of range; please report this"
        return self._operation(CellKind.TABLE, (index,), fraction, contents=contents[: high + 1])

    def less(self, a: int, b: int) -> int:
        """1 if a < b; the fractions must be equal."""
        self._same_fraction(a, b)
        return self._operation(CellKind.LESS, (a, b), 0)

    def less_equal(self, a: int, b: int) -> int:
        """1 if a <= b; the fractions must be equal."""
        self._same_fraction(a, b)
        return self._operation(CellKind.LESS_EQUAL, (a, b), 0)

    def equal(self, a: int, b: int) -> int:
        """1 if a == b; the fractions must be equal."""
        self._same_fraction(a, b)
        if a == b:
            return self.constant(1, 0)
        return self._operation(CellKind.EQUAL, (min(a, b), max(a, b)), 0)

    def logical_not(self, a: int) -> int:
        """1 - a."""
        return self._operation(CellKind.NOT, (a,), 0)

    def logical_and(self, a: int, b: int) -> int:
        """a and b."""
        if self.range(a)[0] == 1:
            return b
        if self.range(b)[0] == 1 or a == b:
            return a
        return self._operation(CellKind.AND, (min(a, b), max(a, b)), 0)

    def logical_or(self, a: int, b: int) -> int:
        """a or b."""
        if self.range(a)[1] == 0:
            return b
        if self.range(b)[1] == 0 or a == b:
            return a
        return self._operation(CellKind.OR, (min(a, b), max(a, b)), 0)

    def select(self, condition: int, if_true: int, if_false: int) -> int:
        """if_true where the condition is 1, else if_false; the fractions must be equal."""
        self._same_fraction(if_true, if_false)
        low, high = self.range(condition)
        if low == 1 or if_true == if_false:
            return if_true
        if high == 0:
            return if_false
        operands = (condition, if_true, if_false)
        return self._operation(CellKind.SELECT, operands, self.fraction(if_true))

    def minimum(self, a: int, b: int) -> int:
        """The smaller of two numbers with equal fractions."""
        (la, ha), (lb, hb) = self.range(a), self.range(b)
        chosen = self.select(self.less(a, b), a, b)
        return self.narrow(chosen, min(la, lb), min(ha, hb))

    def maximum(self, a: int, b: int) -> int:
        """The larger of two numbers with equal fractions."""
        (la, ha), (lb, hb) = self.range(a), self.range(b)
        chosen = self.select(self.less(a, b), b, a)
        return self.narrow(chosen, max(la, lb), max(ha, hb))

    def clamp(self, a: int, minimum: int, maximum: int) -> int:
        """The number held between two integers; nothing is built for a bound that it cannot cross."""
        low, high = self.range(a)
        if low < minimum:
            a = self.maximum(a, self.constant(minimum, self.fraction(a)))
        if high > maximum:
            a = self.minimum(a, self.constant(maximum, self.fraction(a)))
        return a

    def narrow(self, a: int, minimum: int, maximum: int) -> int:
        """The same cell with a range that is proved elsewhere; only what tightens it has an effect."""
        cell = self.cells[a]
        minimum, maximum = max(cell.minimum, minimum), min(cell.maximum, maximum)
        assert minimum <= maximum, "two proved ranges without a common point; please report this"
        if (minimum, maximum) == (cell.minimum, cell.maximum):
            return a
        if minimum == maximum:
            return self.constant(minimum, cell.fraction)
        if cell.kind is CellKind.INPUT:
            # An input is one cell, so its tighter view is a wire of its own.
            narrowed = Cell(CellKind.SHIFT_LEFT, (a,), minimum, maximum, cell.fraction)
            return self._append(narrowed)
        return self._append(cell.ranged(minimum, maximum), self._ranks.get(a, Rank.USER))

    def _same_fraction(self, a: int, b: int) -> None:
        assert self.fraction(a) == self.fraction(b), "operands are not aligned; please report this"
