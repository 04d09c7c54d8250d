"""Cells as polynomials of cells before them: identities of integers, from which ranges follow that no operand tells.

The numbers of which polynomials are made are atoms: floor(cell / 2**shift). Bits of a cell are the difference of two of
them, so that the parts of a number add up to it again, however it was cut: products of parts, or of digits, are seen to
be the product that they were made of.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from symhdl.ir.datapath import Cell, CellKind
from symhdl.ir.linear import weights_of

FLAG = -1
"""In place of an atom's shift: it is 1 where the weight that the row chooses is negative, and else 0. Below it, by as
much as the shift, what remains of the cell."""
MOST_TERMS = 500
MOST_STEPS = 500
FLOOR_STEPS = 50
LARGEST_TABLE = 1 << 6

Atom = tuple[int, int]
Monomial = tuple[Atom, ...]
"""The atoms of a product, in order; none for the constant term."""
Polynomial = Mapping[Monomial, int]
Range = tuple[int, int]


@dataclass(slots=True)
class Forms:
    """What the cells of a datapath are as polynomials; ranges of the cells before one are relied on."""

    cells: Sequence[Cell]
    ranges: dict[Atom, Range] = field(default_factory=dict)
    factors: set[int] = field(default_factory=set)
    """Cells that are multiplied, in parts or whole: they are taken apart last."""
    _known: dict[Atom, Polynomial | None] = field(default_factory=dict)

    def value(self, index: int, shift: int = 0) -> Polynomial:
        """The number floor(cell / 2**shift)."""
        limits: list[Range] = []
        while True:
            cell = self.cells[index]
            limits.append((cell.minimum >> shift, cell.maximum >> shift))
            if cell.kind is CellKind.CONSTANT:
                return {(): cell.value >> shift}
            if cell.kind is CellKind.BITS and shift:
                return self.bits(cell, shift)
            if cell.kind is CellKind.SHIFT_RIGHT:
                shift += cell.shift
            elif cell.kind is CellKind.SHIFT_LEFT and cell.shift <= shift:
                shift -= cell.shift
            elif cell.kind is not CellKind.REGISTER:
                break
            index = cell.operands[0]
        if cell.minimum < 0:  # beyond all its bits a number is its sign
            shift = min(shift, cell.width - 1)
        atom = index, shift
        limits.append(self.ranges.get(atom, limits[0]))
        self.ranges[atom] = max(low for low, _ in limits), min(high for _, high in limits)
        return {(atom,): 1}

    def bits(self, cell: Cell, shift: int) -> Polynomial:
        """The bits of a BITS cell from bit `shift` of it on."""
        if shift >= cell.count:
            return {}
        lower = self.value(cell.operands[0], cell.shift + shift)
        upper = self.value(cell.operands[0], cell.shift + cell.count)
        return _sum([(1, lower), (-1 << (cell.count - shift), upper)])

    def definition(self, index: int) -> Polynomial | None:
        """What a cell computes of its operands; None if that is no polynomial."""
        cell = self.cells[index]
        if weights_of(cell):
            values = map(self.value, cell.operands)
            return _sum([*zip(weights_of(cell), values, strict=True), (cell.value, ONE)])
        rule = RULES.get(cell.kind)
        return None if rule is None else rule(self, index, cell)

    def expansion(self, atom: Atom) -> Polynomial | None:
        """The atom by atoms of cells before its own; None if there is none."""
        if atom not in self._known:
            index, shift = atom
            self._known[atom] = (
                None
                if shift < 0
                else self.definition(index)
                if shift == 0
                else self._floor(index, shift)
            )
        return self._known[atom]

    def _floor(self, index: int, shift: int) -> Polynomial | None:
        """The quotient, if what remains of the cell's polynomial is seen to lie between multiples of the divisor."""
        found = self.definition(index)
        for _ in range(FLOOR_STEPS):
            if found is None:
                return None
            rest = {terms: weight for terms, weight in found.items() if weight % (1 << shift)}
            ends = [_multiple(weight, self.range(terms)) for terms, weight in rest.items()]
            low, high = (sum(each) >> shift for each in zip((0, 0), *ends, strict=True))
            if low == high:
                whole = {m: weight >> shift for m, weight in found.items() if m not in rest}
                return _sum([(1, whole), (low, ONE)])
            last = max((atom for terms in rest for atom in terms if not atom[1]), default=None)
            if last is None:
                return None
            inner = self.expansion(last)
            found = None if inner is None else _replaced(found, last, inner)
        return None

    def range(self, terms: Monomial) -> Range:
        """The range of a product of atoms."""
        low = high = 1
        for atom, power in Counter(terms).items():
            ends = [end**power for end in self.ranges[atom]]
            if power % 2 == 0 and self.ranges[atom][0] <= 0 <= self.ranges[atom][1]:
                ends.append(0)
            corners = [a * b for a in (low, high) for b in ends]
            low, high = min(corners), max(corners)
        return low, high

    def factor(self, index: int) -> Polynomial:
        """The value of a cell that is multiplied."""
        value = self.value(index)
        place = index
        while self.cells[place].kind in PARTS:
            place = self.cells[place].operands[0]
        self.factors.add(place)
        return value

    def product(self, a: int, b: int) -> Polynomial:
        """The product of two cells."""
        return _product(self.factor(a), self.factor(b))


ONE: Polynomial = {(): 1}
PARTS = frozenset({CellKind.REGISTER, CellKind.BITS, CellKind.SHIFT_LEFT, CellKind.SHIFT_RIGHT})


def _multiple(weight: int, ends: Range) -> Range:
    low, high = weight * ends[0], weight * ends[1]
    return (low, high) if weight >= 0 else (high, low)


def _sum(parts: Iterable[tuple[int, Polynomial]]) -> Polynomial:
    """The sum of multiples of polynomials."""
    total: dict[Monomial, int] = {}
    for factor, part in parts:
        for terms, weight in part.items():
            total[terms] = total.get(terms, 0) + factor * weight
    return {terms: weight for terms, weight in total.items() if weight}


def _product(first: Polynomial, second: Polynomial) -> Polynomial:
    return _sum(
        (weight, {tuple(sorted(terms + others)): other for others, other in second.items()})
        for terms, weight in first.items()
    )


def _replaced(polynomial: Polynomial, atom: Atom, by: Polynomial) -> Polynomial:
    """The polynomial with another one in the place of an atom."""
    parts: list[tuple[int, Polynomial]] = []
    for terms, weight in polynomial.items():
        part: Polynomial = {tuple(each for each in terms if each != atom): 1}
        for _ in range(terms.count(atom)):
            part = _product(part, by)
        parts.append((weight, part))
    return _sum(parts)


# --- kinds ----------------------------------------------------------------------------------------


def _row(forms: Forms, index: int, cell: Cell) -> Polynomial | None:
    """A row whose weights are equally far apart is a product with its digit, less what negative ones lack."""
    weights = cell.weights
    steps = {after - before for before, after in pairwise(weights)}
    if len(steps) != 1:
        return None
    (step,) = steps
    digit, other = forms.value(cell.operands[0]), forms.factor(cell.operands[1])
    flag = index, FLAG
    forms.ranges[flag] = 0, int(min(weights) < 0)
    lacking: Polynomial = {(flag,): 1} if min(weights) < 0 else {}
    return _sum([(step, _product(digit, other)), (weights[0], other), (-1, lacking)])


def _two_rows(forms: Forms, _: int, cell: Cell) -> Polynomial:
    """Of a number that is always added nothing is known as of a factor: it may be taken apart at any time."""
    pairs = zip(cell.operands[::2], cell.operands[1::2], strict=True)
    rows = [
        _product(forms.value(bit), forms.value(number))
        if forms.cells[bit].kind is CellKind.CONSTANT
        else forms.product(bit, number)
        for bit, number in pairs
    ]
    return _sum([*zip(cell.weights, rows, strict=True), (cell.value, ONE)])


def _join(forms: Forms, _: int, cell: Cell) -> Polynomial:
    upper, lower = map(forms.value, cell.operands)
    return _sum([(1 << cell.shift, upper), (1, lower)])


def _table(forms: Forms, _: int, cell: Cell) -> Polynomial | None:
    """A small table of squares, by a number or, if it can be negative, by its bits as they stand."""
    place, contents = cell.operands[0], cell.contents
    if len(contents) > LARGEST_TABLE:
        return None
    while forms.cells[place].kind is CellKind.REGISTER:
        place = forms.cells[place].operands[0]
    index = forms.cells[place]
    mask = -1
    if index.kind is CellKind.BITS and index.shift == 0:
        half = 1 << (index.count - 1)
        inner = forms.cells[index.operands[0]]
        if -half <= inner.minimum and inner.maximum < half:
            place, index, mask = index.operands[0], inner, 2 * half - 1
    numbers = range(index.minimum, index.maximum + 1)
    reached = {number & mask for number in numbers}
    if not all(0 <= each < len(contents) for each in reached):
        return None
    if any(contents[number & mask] != number * number for number in numbers):
        return None
    return forms.product(place, place)


RULES: Mapping[CellKind, Callable[[Forms, int, Cell], Polynomial | None]] = {
    CellKind.MULTIPLY: lambda forms, _, cell: forms.product(*cell.operands),
    CellKind.SQUARE: lambda forms, _, cell: forms.product(cell.operands[0], cell.operands[0]),
    CellKind.ROW: _row,
    CellKind.TWO_ROWS: _two_rows,
    CellKind.SHIFT_RIGHT: lambda forms, _, cell: forms.value(cell.operands[0], cell.shift),
    CellKind.BITS: lambda forms, _, cell: forms.bits(cell, 0),
    CellKind.JOIN: _join,
    CellKind.TABLE: _table,
}
"""The kinds that are polynomials of their operands, or of parts of them, beside sums."""


# --- proofs ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Expanded:
    """A polynomial times a `scale`, and its range as the ranges of its terms tell, while atoms are replaced."""

    forms: Forms
    scale: int = 1
    terms: dict[Monomial, int] = field(default_factory=dict)
    waiting: list[tuple[bool, int, int]] = field(default_factory=list)
    low: int = 0
    high: int = 0
    _ends: dict[Monomial, Range] = field(default_factory=dict)
    _places: dict[Atom, dict[Monomial, None]] = field(default_factory=dict)

    def add(self, polynomial: Polynomial) -> None:
        """Adds the terms of another polynomial."""
        for terms, weight in polynomial.items():
            self._change(terms, self.terms.get(terms, 0) + weight)

    def _change(self, terms: Monomial, weight: int) -> None:
        """Gives a term another weight."""
        low, high = self._ends.pop(terms, (0, 0))
        self.low, self.high = self.low - low, self.high - high
        self.terms.pop(terms, None)
        if not weight:
            for atom in terms:
                self._places.get(atom, {}).pop(terms, None)
            return
        self.terms[terms] = weight
        self._ends[terms] = low, high = _multiple(weight, self.forms.range(terms))
        self.low, self.high = self.low + low, self.high + high
        for atom in terms:
            if atom not in self._places:
                self._places[atom] = {}
                heapq.heappush(self.waiting, self._order(atom))
            self._places[atom][terms] = None

    def _order(self, atom: Atom) -> tuple[bool, int, int]:
        return atom[0] in self.forms.factors, -atom[0], -atom[1]

    def replace_last(self) -> None:
        """Replaces the last of the atoms, factors after all others, by what it is made of."""
        key = heapq.heappop(self.waiting)
        atom = -key[1], -key[2]
        if key != self._order(atom):
            heapq.heappush(self.waiting, self._order(atom))
            return
        if not self._places[atom]:
            del self._places[atom]
            return
        expansion = self.forms.expansion(atom)
        if expansion is None:
            if atom[1] > 0 and all(terms.count(atom) == 1 for terms in self._places[atom]):
                self._split(atom)
            return
        gone = {terms: self.terms[terms] for terms in self._places[atom]}
        for terms in gone:
            self._change(terms, 0)
        del self._places[atom]
        self.add(_replaced(gone, atom, expansion))

    def _split(self, atom: Atom) -> None:
        """Puts the cell less what remains in the place of the quotient, and multiplies all else by the divisor."""
        index, shift = atom
        remainder = index, FLAG - shift
        self.forms.ranges[remainder] = 0, (1 << shift) - 1
        gone = {terms: self.terms[terms] for terms in self._places[atom]}
        for terms, weight in [*self.terms.items()]:
            self._change(terms, 0 if terms in gone else weight << shift)
        del self._places[atom]
        self.scale <<= shift
        whole = _sum([(1, self.forms.value(index)), (-1, {(remainder,): 1})])
        self.add(_replaced(gone, atom, whole))

    @property
    def range(self) -> Range:
        """The range of the polynomial, which is an integer."""
        return -(-self.low // self.scale), self.high // self.scale


def holds_as_polynomial(forms: Forms, index: int) -> bool:
    """Whether a cell's range follows if the cell is a polynomial of cells before it, of which each counts once.

    The last cell of the polynomial is replaced by what it is made of, again and again.
    """
    claim, start = forms.cells[index], forms.definition(index)
    if start is None:
        return False
    expanded = _Expanded(forms)
    expanded.add(start)
    for _ in range(MOST_STEPS):
        low, high = expanded.range
        if claim.minimum <= low and high <= claim.maximum:
            return True
        if not expanded.waiting or len(expanded.terms) > MOST_TERMS:
            return False
        expanded.replace_last()
    return False
