"""Sums with products in blocks, built of the adders that stand behind the multipliers there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import PRODUCTS, Cell, CellKind, Datapath
from symhdl.ir.linear import weights_of
from symhdl.ir.reach import use_counts_of
from symhdl.ir.rebuild import rebuilt
from symhdl.numeric.fixed import width_of_range
from symhdl.targets.units import Unit

Range = tuple[int, int]
Terms = tuple[tuple[int, int], ...]

SUMS = frozenset({CellKind.SUM, CellKind.ADD, CellKind.SUBTRACT})
LONGEST = 4
"""Of the products that are added one after the other. Longer sums are parts of so many, added in logic: each product
comes a clock edge after the one before, until when its operands have to be held."""

LEAST_JOINED = 3
"""The fewest numbers that a tree adds: a block with a third number for its adder takes two results of others."""


@dataclass(frozen=True, slots=True)
class _Term:
    """A term of a sum: floor(product / 2**cut) * 2**shift, or minus that."""

    operand: int
    product: int
    cut: int
    shift: int
    is_minus: bool


@dataclass(frozen=True, slots=True)
class Blocks:
    """The unit of products alone, that of a product with its sum, and whether adding constants takes LUTs in logic.

    `inner` is that of sums between the two, where an adder takes a third number.
    """

    alone: Unit
    adding: Unit
    offsets_take_luts: bool = True
    inner: Unit | None = None

    @property
    def parts(self) -> tuple[Unit, ...]:
        """The units of what is in a block beside a product alone."""
        return (self.adding,) if self.inner is None else (self.adding, self.inner)


def with_block_sums(datapath: Datapath, blocks: Blocks) -> Datapath:
    """The datapath, without registers, whose sums are in blocks as far as products are that nothing else reads.

    floor(p / 2**k) + c is floor((p + 2**k c) / 2**k), and c - floor(p / 2**k) is floor((2**k c + 2**k - 1 - p) / 2**k):
    a product that is cut is added to before. What it is shifted by lets the low bits of the other number pass.
    """
    cells = datapath.cells
    if all(cell.unit != blocks.alone.name for cell in cells):
        return datapath
    uses = use_counts_of(cells, (port.cell for port in datapath.outputs))
    found = {
        index: terms
        for index, cell in enumerate(cells)
        if cell.kind in SUMS and not cell.unit and (terms := _terms(cells, uses, cell, blocks))
    }
    if not found:
        return datapath

    def rewrite(builder: DatapathBuilder, index: int, places: Sequence[int]) -> int | None:
        terms = found.get(index)
        return (
            None if terms is None else _Building(builder, places, blocks).built(cells[index], terms)
        )

    made = rebuilt(datapath, rewrite)
    used = {cell.unit for cell in made.cells}
    kept = (unit for unit in datapath.units if unit.name in used)
    return replace(made, units=(*kept, *(u for u in blocks.parts if u.name in used)))


def _terms(cells: Sequence[Cell], uses: Sequence[int], cell: Cell, blocks: Blocks) -> list[_Term]:
    """The terms of a sum that are products in blocks; none where there is nothing to add."""
    if len(cell.operands) + (cell.value != 0) < 2 or len(set(cell.operands)) < len(cell.operands):
        return []
    pairs = zip(weights_of(cell), cell.operands, strict=True)
    found = [_term(cells, uses, weight, operand, blocks) for weight, operand in pairs]
    return [term for term in found if term is not None]


def _term(
    cells: Sequence[Cell], uses: Sequence[int], weight: int, operand: int, blocks: Blocks
) -> _Term | None:
    """The product behind wires of which a term is; None where it is none, or not for this sum alone."""
    if abs(weight) & (abs(weight) - 1):
        return None
    shift, cut, index = abs(weight).bit_length() - 1, 0, operand
    while uses[index] == 1:
        cell = cells[index]
        if cell.kind in PRODUCTS:
            fits = cell.unit == blocks.alone.name and cell.width <= blocks.adding.sum_width
            return _Term(operand, index, cut, shift, weight < 0) if fits else None
        if cell.kind is CellKind.SHIFT_RIGHT:
            cut += cell.shift
        elif cell.kind is CellKind.SHIFT_LEFT:
            shift += max(0, cell.shift - cut)
            cut = max(0, cut - cell.shift)
        else:
            return None
        (index,) = cell.operands
    return None


@dataclass(frozen=True, slots=True)
class _Step:
    """A term that is added, and the range of what the adder computes; None where the term is the first number."""

    term: _Term
    within: Range | None


@dataclass(frozen=True, slots=True)
class _Chain:
    """Terms that are added one after the other, to a sum in logic or to the first, and those that do not fit.

    Those that are `joined` come before, in a tree of blocks, of which the sum has the range `of_joined`.
    """

    start: Terms
    value: int
    steps: tuple[_Step, ...]
    left: tuple[_Term, ...]
    joined: tuple[_Term, ...] = ()
    of_joined: Range = (0, 0)

    @property
    def adders(self) -> int:
        """Those in logic, and one more for all that it consists of."""
        in_start = len(self.start) - 1 + (self.value != 0) if self.start else 0
        is_there = bool(self.start or self.value or self.steps or self.joined)
        return in_start + is_there + len(self.left)


@dataclass(frozen=True, slots=True)
class _Building:
    """Builds a sum; `places` are the new places of the cells before it."""

    builder: DatapathBuilder
    places: Sequence[int]
    blocks: Blocks

    def built(self, cell: Cell, terms: Sequence[_Term]) -> int | None:
        """The sum of all terms, as an integer of the fraction of the old cell; None where no adder is saved."""
        own = [t for t in terms if self._product(t).unit == self.blocks.alone.name]
        inside = {term.operand for term in own}
        rest = tuple(
            (weight, self.places[operand])
            for weight, operand in zip(weights_of(cell), cell.operands, strict=True)
            if operand not in inside
        )
        is_difference = len(own) == 1 and own[0].is_minus and not rest
        if is_difference and not self.blocks.offsets_take_luts:
            return None  # nothing is saved, and synthesis knows less of what comes out of a block
        plans = [(self._plan((), cell.value, own, None), rest)]
        # Numbers that are subtracted alone would take an adder to get another sign.
        if cell.value or any(weight > 0 for weight, _ in rest):
            known = (cell.minimum, cell.maximum)
            plans.insert(0, (self._plan(rest, cell.value, own, known), ()))
        adders = [sum(chain.adders for chain in plan) + len(loose) for plan, loose in plans]
        fewest = min(adders)
        if fewest >= len(cell.operands) + (cell.value != 0):
            return None
        plan, loose = plans[adders.index(fewest)]
        parts = [*loose, *(part for chain in plan for part in self._parts(chain))]
        return self.builder.sum(parts, 0, cell.fraction)

    def _product(self, term: _Term) -> Cell:
        return self.builder.cells[self.places[term.product]]

    def _plan(
        self, start: Terms, value: int, terms: Sequence[_Term], known: Range | None
    ) -> list[_Chain]:
        """Chains of all terms, the first of them from a number on; `known` is the range of all together."""
        # What is cut most comes first: the next ones are added at the places of less.
        joined = self._joined(start, value, terms)
        later = [term for term in terms if term not in joined]
        waiting = sorted(later, key=lambda term: (term.is_minus, -term.cut))
        chains: list[_Chain] = []
        while waiting or not chains:
            own, waiting = waiting[:LONGEST], waiting[LONGEST:]
            whole = known if not chains and not waiting else None
            chains.append(self._chain(start, value, joined, own, whole))
            start, value, joined = (), 0, ()
        return chains

    def _joined(self, start: Terms, value: int, terms: Sequence[_Term]) -> tuple[_Term, ...]:
        """The terms that a tree of blocks adds, if it adds at least three numbers and all of them fit together."""
        own = [term for term in terms if not term.cut and not term.shift]
        starts = bool(start or value)
        if self.blocks.inner is None or len(own) + starts < LEAST_JOINED:
            return ()
        if not starts and all(term.is_minus for term in own):
            return ()
        products = [self._product(term) for term in own]
        ranges = [(product.minimum, product.maximum) for product in products]
        ranges.append(self.builder.range(self.builder.sum(start, value, 0)))
        most = sum(max(abs(low), abs(high)) for low, high in ranges)
        fits = width_of_range(-most, most)[1] <= self.blocks.adding.sum_width
        return tuple(own) if fits else ()

    def _chain(
        self,
        start: Terms,
        value: int,
        joined: tuple[_Term, ...],
        terms: Sequence[_Term],
        known: Range | None,
    ) -> _Chain:
        """The terms that fit one after the other, behind those that are joined."""
        total = self.builder.range(self.builder.sum(start, value, 0))
        for term in joined:
            product = self._product(term)
            low, high = product.minimum, product.maximum
            low, high = (-high, -low) if term.is_minus else (low, high)
            total = total[0] + low, total[1] + high
        if joined and not terms and known is not None:
            total = max(total[0], known[0]), min(total[1], known[1])
        of_joined = total
        steps: list[_Step] = []
        left: list[_Term] = []
        for term in terms:
            is_first = not (steps or start or value or joined)
            if is_first and not term.is_minus:
                steps.append(_Step(term, None))
                total = _of_product(self._product(term), term)
                continue
            is_last = term is terms[-1] and not left
            within = self._within(total, term, known if is_last else None)
            if within is None:
                left.append(term)
            else:
                steps.append(_Step(term, within))
                low, high = (end >> term.cut << term.shift for end in within)
                total = low, high + (1 << term.shift) - 1
        return _Chain(start, value, tuple(steps), tuple(left), joined, of_joined)

    def _within(self, total: Range, term: _Term, known: Range | None) -> Range | None:
        """The range of what the adder computes of a number and the term; None where it is too narrow for them.

        `known` is that of the result, if more is known of it.
        """
        product = self._product(term)
        below = (1 << term.cut) - 1
        low, high = (end >> term.shift << term.cut for end in total)
        addend = (low, high + below) if term.is_minus else (low, high)
        ends = (
            (product.maximum, product.minimum)
            if term.is_minus
            else (product.minimum, product.maximum)
        )
        sign = -1 if term.is_minus else 1
        low, high = addend[0] + sign * ends[0], addend[1] + sign * ends[1]
        if known is not None:
            first, last = (end >> term.shift << term.cut for end in known)
            low, high = max(low, first), min(high, last + below)
        widest = max(width_of_range(*addend)[1], width_of_range(low, high)[1])
        return (low, high) if widest <= self.blocks.adding.sum_width else None

    def _parts(self, chain: _Chain) -> list[tuple[int, int]]:
        """The terms of what the chain is, and of what does not fit in it."""
        parts = [(-1 if term.is_minus else 1, self._alone(term)) for term in chain.left]
        if not (chain.steps or chain.start or chain.value or chain.joined):
            return parts
        total = self.builder.sum(chain.start, chain.value, 0)
        if chain.joined:
            number = total if chain.start or chain.value else None
            total = self._tree_of(number, chain.joined, chain.of_joined)
        for step in chain.steps:
            total = (
                self._added(total, step.term, step.within)
                if step.within
                else self._alone(step.term)
            )
        return [(1, total), *parts]

    def _tree_of(self, number: int | None, terms: Sequence[_Term], within: Range) -> int:
        """The number plus and minus all terms, each block of which adds its product to the results of two others."""
        added = [term for term in terms if not term.is_minus]
        taken = [term for term in terms if term.is_minus]
        total = number
        if added:
            total = self._tree(number, added, None if taken else within)
        assert total is not None, "nothing to subtract from; please report this"
        # From a number that no block computes one term alone is taken.
        if not added and len(taken) > 1:
            first, *taken = taken
            total = self._joint(CellKind.SUBTRACT, total, first, None, None)
        if taken:
            first, *others = taken
            further = self._tree(None, others, None) if others else None
            total = self._joint(CellKind.SUBTRACT, total, first, further, within)
        return total

    def _tree(self, number: int | None, terms: Sequence[_Term], within: Range | None) -> int:
        """The sum of the terms, to the first of which the number comes, at the least depth."""
        root, *others = terms
        if not others:
            alone = self._alone(root)
            if number is None:
                return alone
            return self._joint(CellKind.ADD, number, root, None, within)
        half = (len(others) + 1) // 2
        if number is None and len(others) == 2:  # the first has the register of a sum that way
            number = self.builder.constant(0, 0)
        first = self._tree(number, others[:half], None)
        further = self._tree(None, others[half:], None) if others[half:] else None
        return self._joint(CellKind.ADD, first, root, further, within)

    def _joint(
        self, kind: CellKind, total: int, term: _Term, further: int | None, within: Range | None
    ) -> int:
        """The total and the term in the block of its product, which adds a further number to that."""
        builder, product = self.builder, self.places[term.product]
        fraction = builder.fraction(product)
        builder.bind(product, self.blocks.adding.name)
        own = product
        if further is not None and self.blocks.inner is not None:
            number = builder.shift_left(further, 0, fraction)
            own = self._adder(CellKind.ADD, number, product, self.blocks.inner, None)
        base = builder.shift_left(total, 0, fraction)
        return builder.shift_left(self._adder(kind, base, own, self.blocks.adding, within), 0, 0)

    def _adder(
        self, kind: CellKind, first: int, second: int, unit: Unit, within: Range | None
    ) -> int:
        builder = self.builder
        (low, high), (least, most) = builder.range(first), builder.range(second)
        if kind is CellKind.SUBTRACT:
            least, most = -most, -least
        ends = (low + least, high + most) if within is None else within
        cell = Cell(kind, (first, second), *ends, builder.fraction(second), unit=unit.name)
        return builder.copy(cell, cell.operands)

    def _alone(self, term: _Term) -> int:
        """The term without its sign."""
        builder = self.builder
        product = builder.shift_left(self.places[term.product], 0, 0)
        return builder.shift_left(builder.shift_right(product, term.cut, 0), term.shift, 0)

    def _added(self, total: int, term: _Term, within: Range) -> int:
        """The number plus the term, or minus it, in the block of the product."""
        builder, cut = self.builder, term.cut
        product, unit = self.places[term.product], self.blocks.adding.name
        fraction = builder.fraction(product)
        upper = builder.shift_right(total, term.shift, 0)
        if term.is_minus and cut:
            addend = builder.join(upper, builder.constant((1 << cut) - 1, 0), cut, fraction)
        else:
            addend = builder.shift_left(upper, cut, fraction)
        builder.bind(product, unit)
        kind = CellKind.SUBTRACT if term.is_minus else CellKind.ADD
        added = Cell(kind, (addend, product), *within, fraction, unit=unit)
        result = builder.shift_right(builder.copy(added, added.operands), cut, 0)
        if not term.shift:
            return result
        return builder.join(result, builder.bits(total, 0, term.shift), term.shift, 0)


def _of_product(product: Cell, term: _Term) -> Range:
    low, high = (end >> term.cut << term.shift for end in (product.minimum, product.maximum))
    return low, high
