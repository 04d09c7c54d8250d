"""Sums of many terms as balanced trees of adders, narrow terms first.

Where carry chains have tables beside them, three terms are added in one chain if that is less than two adders.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from symhdl.arithmetic.levels import Depths
from symhdl.cost.blocks import small_tables_of
from symhdl.cost.products import Logic
from symhdl.cost.three_terms import (
    NOWHERE,
    WHEREVER_LESS,
    Number,
    ThreeTerms,
    bits_of_three,
    bits_of_two,
    is_less_in_one,
    sum_of_three,
    width_of_three,
)
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Cell, CellKind, Datapath
from symhdl.ir.reach import use_counts_of
from symhdl.ir.rebuild import rebuilt
from symhdl.ir.three_terms import TERMS
from symhdl.numeric.digits import low_zeros
from symhdl.numeric.fixed import width_of_range

Range = tuple[int, int]


Form = dict[int, int]
"""A sum of other cells: how often each counts. Its range is known better than a tree of adders tells."""
LONGEST_FORM = 64
"""Of a sum whose form is kept for those that it is a term of."""


@dataclass(frozen=True, slots=True, order=True)
class _Part:
    """A cell that is added, or subtracted if `negative`, in the order in which parts are joined.

    `form` is that of the cell, empty where the adders tell as much of its range.
    """

    depth: int
    width: int
    order: int
    cell: int
    negative: bool = False
    form: Form = field(default_factory=dict, compare=False)
    is_table: bool = field(default=False, compare=False)


class Around(NamedTuple):
    """What is known of a sum beside its terms: its proved range, and what is read of it.

    Of `low_bits` no more is read, if there are any. The terms with numbers in `tables` are tables that the LUTs of an
    adder have room for.
    """

    proved: Range | None = None
    low_bits: int = 0
    tables: Collection[int] = ()


NOTHING_KNOWN = Around()


@dataclass(slots=True)
class Adders:
    """Builds trees of adders, the cells that are ready first joined first.

    With `heads` small tables are added one at a time, each to what is no table, or to one of so many tables that begin:
    such an adder looks its table up for nothing.
    """

    builder: DatapathBuilder
    depths: Depths
    three_terms: ThreeTerms = WHEREVER_LESS
    heads: int = 0
    forms: dict[int, Form] = field(default_factory=dict)

    def tree(
        self,
        terms: Sequence[tuple[int, int]],
        value: int,
        fraction: int,
        around: Around = NOTHING_KNOWN,
    ) -> int:
        """The constant plus the terms (weight, cell), whose weights are powers of two.

        It is read with `fraction` fractional bits. The two least deep, then narrowest, partial sums are added first, so
        the tree is as shallow as can be and its adders are narrow. Where a cell counts more than once, in terms that
        are sums themselves too, partial sums have the ranges of their forms. Where low bits alone are read the sum is
        right in these, and of partial sums there are no others.
        """
        builder = self.builder
        forms = [self._form(weight, cell) for weight, cell in terms]
        total: Form = {}
        for form in forms:
            _add(total, form, 1)
        is_repeated = len(total) < sum(map(len, forms)) and not around.low_bits
        parts = []
        for order, (weight, cell) in enumerate(terms):
            size = abs(weight)
            assert size.bit_count() == 1, "a weight is no power of two; please report this"
            shifted = builder.shift_left(cell, size.bit_length() - 1, fraction)
            form = forms[order] if is_repeated else {}
            if weight < 0:
                form = {leaf: -count for leaf, count in form.items()}
            part = self._part(order, shifted, weight < 0, form)
            parts.append(replace(part, is_table=True) if order in around.tables else part)
        if value or not parts:
            constant = builder.constant(value, fraction)
            form = {constant: 1} if is_repeated else {}
            parts.append(_Part(0, value.bit_length(), len(parts), constant, form=form))
        if self.heads:
            parts = self._with_tables(parts, around.low_bits)
        joined = self._best(parts, around.low_bits)
        result = builder.negate(joined.cell) if joined.negative else joined.cell
        if around.low_bits:
            return result
        result = result if around.proved is None else builder.narrow(result, *around.proved)
        if not value and len(total) <= LONGEST_FORM:
            self.forms[result] = total
        return result

    def _form(self, weight: int, cell: int) -> Form:
        """A term as a sum of cells."""
        known = self.forms.get(cell)
        if known is None:
            return {cell: weight}
        return {leaf: weight * count for leaf, count in known.items()}

    def _with_tables(self, parts: Sequence[_Part], low_bits: int) -> list[_Part]:
        """The parts, tables added to the others as they are ready first, the narrowest tables first."""
        tables = sorted((p for p in parts if p.is_table), key=lambda p: (p.width, p.order))
        others = [p for p in parts if not p.is_table]
        heads = [p for p in others if self.builder.constant_value(p.cell) is None]
        beginning = max(0, min(len(tables), self.heads - len(heads)))
        apart = [p for p in others if p not in heads]
        heads += tables[:beginning]
        heapq.heapify(heads)
        order = len(parts)
        for table in tables[beginning:]:
            head = heapq.heappop(heads)
            is_read_on = len(parts) > TERMS - 1
            heapq.heappush(heads, self._pair(order, head, table, low_bits, is_read_on=is_read_on))
            order += 1
        return [replace(p, order=k) for k, p in enumerate([*apart, *sorted(heads)])]

    def _best(self, parts: Sequence[_Part], low_bits: int) -> _Part:
        """The sum of parts, with chains of three terms if that takes less."""
        if not self.three_terms.widest or not self.depths.logic.slots or len(parts) < TERMS:
            return self._joined(parts, NOWHERE, low_bits)[0]
        with_three = self._joined(parts, self.three_terms, low_bits)
        adders = self._joined(parts, NOWHERE, low_bits)
        return min(with_three, adders, key=lambda way: way[1])[0]

    def _joined(
        self, unjoined: Sequence[_Part], three_terms: ThreeTerms, low_bits: int
    ) -> tuple[_Part, int]:
        """The sum of parts, and of how many bits its chains are."""
        parts, bits = list(unjoined), 0
        heapq.heapify(parts)
        order = len(parts)
        load = sum(1 << part.depth for part in parts)
        deepest = _depth(load)
        while len(parts) > 1:
            a, b = heapq.heappop(parts), heapq.heappop(parts)
            load -= (1 << a.depth) + (1 << b.depth)
            together = (a, b, *parts[:1])
            if len(together) == TERMS and self._are_one_chain(together, parts, three_terms):
                chain = self._of_three(order, together)
                left = load - (1 << parts[0].depth) + (1 << chain.depth)
                if not three_terms.fast or _depth(left) <= deepest:
                    bits += bits_of_three(self._numbers(together))
                    load, order = left, order + 1
                    heapq.heapreplace(parts, chain)
                    continue
            bits += self._bits_of_adder(a, b)
            if parts:
                a, b = self._alike(a, b, parts), self._alike(b, a, parts)
            both = self._pair(order, a, b, low_bits, is_read_on=bool(parts))
            heapq.heappush(parts, both)
            load += 1 << both.depth
            order += 1
        return parts[0], bits

    def _pair(self, order: int, a: _Part, b: _Part, low_bits: int, *, is_read_on: bool) -> _Part:
        """The sum of two parts; where another adder reads it, of the low bits alone if no others count."""
        builder = self.builder
        if a.negative != b.negative and a.negative:
            a, b = b, a
        # Sums that are equal but for their zeros are one.
        zeros = min(_shift(builder, a.cell), _shift(builder, b.cell))
        first, second = (_without_zeros(builder, part.cell, zeros) for part in (a, b))
        form, known = dict(a.form), None
        if b.form:
            _add(form, b.form, 1 if a.negative == b.negative else -1)
            known = self._range_of(form, zeros) if a.form else None
        if a.negative == b.negative:
            cell = _sum_above_zeros(builder, first, second, known, is_read_on=is_read_on)
        else:
            cell = _difference_above_zeros(builder, first, second, known)
        cell = builder.shift_left(cell, zeros, builder.fraction(a.cell))
        if is_read_on and 0 < low_bits < builder.cells[cell].width:
            cell = builder.bits(cell, 0, low_bits, builder.fraction(cell))
        return self._part(order, cell, a.negative and b.negative, form)

    def _are_one_chain(
        self, together: Sequence[_Part], rest: Sequence[_Part], three_terms: ThreeTerms
    ) -> bool:
        """Whether parts, the last of which is the first of the rest, are less in one chain than in two adders.

        A constant takes no LUTs by itself. Where one adder of two is needed, it is that of the narrowest parts.
        """
        if not three_terms.widest or (not three_terms.fast and len(rest) % 2 == 0):
            return False
        if any(self.builder.constant_value(part.cell) is not None for part in together):
            return False
        numbers = self._numbers(together)
        return width_of_three(numbers) <= three_terms.widest and is_less_in_one(numbers)

    def _bits_of_adder(self, a: _Part, b: _Part) -> int:
        """Those of two parts; none where one is a constant, which takes no LUTs by itself."""
        if any(self.builder.constant_value(part.cell) is not None for part in (a, b)):
            return 0
        return bits_of_two(*self._numbers((a, b)))

    def _numbers(self, parts: Sequence[_Part]) -> list[Number]:
        """The terms of the sum of parts, or of minus that where all are subtracted."""
        builder, negative = self.builder, all(part.negative for part in parts)
        return [
            Number(
                part.cell,
                *builder.range(part.cell),
                _shift(builder, part.cell),
                part.negative and not negative,
            )
            for part in parts
        ]

    def _of_three(self, order: int, parts: Sequence[_Part]) -> _Part:
        """The sum of three parts in one chain."""
        numbers, form = self._numbers(parts), dict[int, int]()
        for part, number in zip(parts, numbers, strict=True):
            _add(form, part.form, -1 if number.negative else 1)
        zeros = min(number.zeros for number in numbers)
        known = self._range_of(form, zeros) if all(part.form for part in parts) else None
        cell = sum_of_three(self.builder, numbers, known, self.depths.logic.chain)
        return self._part(order, cell, all(part.negative for part in parts), form)

    def _range_of(self, form: Form, zeros: int) -> Range:
        """The range of a sum without so many zeros, by its form."""
        low = high = 0
        for leaf, count in form.items():
            least, most = self.builder.range(leaf)
            low += count * (least if count > 0 else most)
            high += count * (most if count > 0 else least)
        return -(-low >> zeros), high >> zeros  # the leaves may have zeros of their own

    def _alike(self, part: _Part, other: _Part, rest: Sequence[_Part]) -> _Part:
        """A constant with the sign of the other part, if that is subtracted from something else later."""
        value = self.builder.constant_value(part.cell)
        if value is None or part.negative == other.negative:
            return part
        if all(each.negative == other.negative for each in rest):
            return part
        cell = self.builder.constant(-value, self.builder.fraction(part.cell))
        form = {cell: 1} if part.form else {}
        return replace(part, cell=cell, negative=other.negative, form=form)

    def _part(self, order: int, cell: int, negative: bool, form: Form) -> _Part:
        width = self.builder.cells[cell].width
        return _Part(self.depths.of(cell), width, order, cell, negative, form)


def _depth(load: int) -> int:
    """That of the shallowest tree of parts whose depths d have this sum of 2**d."""
    return max(0, load - 1).bit_length()


def _add(form: Form, other: Form, sign: int) -> None:
    """Adds another form, or subtracts it."""
    for leaf, count in other.items():
        total = form.get(leaf, 0) + sign * count
        if total:
            form[leaf] = total
        else:
            del form[leaf]


def _sum_above_zeros(
    builder: DatapathBuilder, a: int, b: int, known: Range | None, *, is_read_on: bool
) -> int:
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
    return _above_zeros(builder, a, b, zeros, builder.add, known or (low + least, high + most))


def _difference_above_zeros(builder: DatapathBuilder, a: int, b: int, known: Range | None) -> int:
    """a - b, where low bits of a that stand beside zeros pass by the adder."""
    (low, high), (least, most) = builder.range(a), builder.range(b)
    zeros = _shift(builder, b)
    result = known or (low - most, high - least)
    return _above_zeros(builder, a, b, zeros, builder.subtract, result)


def _above_zeros(
    builder: DatapathBuilder, a: int, b: int, zeros: int,
    operation: Callable[[int, int], int], result: Range,
) -> int:  # fmt: skip
    """The operation on a and b, of which so many low bits are 0, in an adder of the bits that both have.

    The result is in a range that is known.
    """
    fraction = builder.fraction(b)
    if not zeros or builder.constant_value(a) == 0:
        return _narrowed(builder, operation(a, b), result)
    upper = builder.shift_right(a, zeros, fraction)
    total = operation(upper, _without_zeros(builder, b, zeros))
    total = _narrowed(builder, total, (result[0] >> zeros, result[1] >> zeros))
    joined = builder.join(total, builder.bits(a, 0, zeros, fraction), zeros, fraction)
    return _narrowed(builder, joined, result)


def _narrowed(builder: DatapathBuilder, cell: int, result: Range) -> int:
    """The cell in a range that is known, where that saves bits."""
    if width_of_range(*result) == width_of_range(*builder.range(cell)):
        return cell
    return builder.narrow(cell, *result)


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


def with_trees(
    datapath: Datapath,
    logic: Logic,
    depths: Sequence[int] = (),
    three_terms: ThreeTerms = WHEREVER_LESS,
    heads: int = 0,
) -> Datapath:
    """The datapath with trees of adders for all sums in logic, whose weights are powers of two.

    `logic` is what products without a unit are to be built of. `depths` are those of the first cells, where the cells
    themselves do not tell. `heads` is that of `Adders`.
    """
    if all(cell.kind is not CellKind.SUM for cell in datapath.cells):
        return datapath
    trees: list[Adders] = []
    uses = use_counts_of(datapath.cells, (port.cell for port in datapath.outputs))
    low_bits = _low_bits_of_sums(datapath.cells, uses)

    def rewrite(builder: DatapathBuilder, index: int, places: Sequence[int]) -> int | None:
        cell = datapath.cells[index]
        number = cell.operands[0] if cell.kind is CellKind.BITS else index
        # A sum of which low bits are read is built where they are: the sum itself is not.
        if (number == index) is (number in low_bits):
            return None
        total = datapath.cells[number]
        if total.kind is not CellKind.SUM or total.unit:
            return None
        if not trees:
            trees.append(Adders(builder, Depths(builder, logic, list(depths)), three_terms, heads))
        terms = list(zip(total.weights, (places[a] for a in total.operands), strict=True))
        tables = small_tables_of(datapath.cells, total, uses, logic.lut_inputs) if heads else ()
        around = Around((total.minimum, total.maximum), low_bits.get(number, 0), tables)
        found = trees[0].tree(terms, total.value, total.fraction, around)
        return found if number == index else builder.bits(found, 0, cell.count, cell.fraction)

    return rebuilt(datapath, rewrite)


def _low_bits_of_sums(cells: Sequence[Cell], uses: Sequence[int]) -> dict[int, int]:
    """The sums of which cells read no more than low bits, and how many of these."""
    found: dict[int, list[int]] = {}
    for cell in cells:
        if cell.kind is CellKind.BITS and not cell.shift:
            (total,) = cell.operands
            if cells[total].kind is CellKind.SUM and not cells[total].unit:
                found.setdefault(total, []).append(cell.count)
    return {total: max(read) for total, read in found.items() if len(read) == uses[total]}
