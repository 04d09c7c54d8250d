"""Sums of products as one: chains and rows of all products, the other terms and the constant in one tree.

So rows of different products share chains, and the constant, that of a rounding above all, comes in as carries. Each
sum is built in both ways by itself, and has the tree where that takes less and is no slower.

A product x (k + x) becomes x**2 + k x, and x (k - x) becomes k x - x**2, where the half of a square is less, and
x y + x z becomes x (y + z).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from symhdl.arithmetic.addends import Addend, leaf_of, sum_of_tree
from symhdl.arithmetic.levels import Depths, depths_of
from symhdl.arithmetic.product_cells import products_in_rows, with_unit_of_chains
from symhdl.arithmetic.products import addends_of_product, without_zeros
from symhdl.arithmetic.squares import addends_of_square
from symhdl.arithmetic.sums import with_trees
from symhdl.arithmetic.terms import (
    Common,
    Offset,
    Term,
    Terms,
    common_factor,
    is_product_in_logic,
    offset_of,
    shared_products,
    terms_of,
)
from symhdl.arithmetic.trials import Operators, Taken, own_operators, taken_by
from symhdl.cost.products import Factor, Logic, logic_of, square_in_chains
from symhdl.cost.trees import Leaf, Tree, best_tree, with_constant, with_term
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Cell, CellKind, Datapath
from symhdl.ir.reach import use_counts_of
from symhdl.ir.rebuild import rebuilt
from symhdl.numeric.digits import low_zeros, signed_digits
from symhdl.targets.target import Target

SLOWER = 1.02
"""Times the path of what is smaller may be as long: less than the model tells."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How a sum is built: in one tree, and whether products are other ones in it.

    `with_squares`: those x (k + x) are squares and multiples. `factored`: several with a common factor are one.
    """

    with_squares: bool = False
    factored: bool = False


@dataclass(frozen=True, slots=True)
class _Device:
    """The device that sums are made for; equal ones are equal, however they were read."""

    target: Target = field(compare=False)
    digest: str
    logic: Logic

    def taken_by(self, operators: Operators) -> Taken:
        """What the cells take that become of the operators."""
        datapath, depths = operators
        found = products_in_rows(with_trees(datapath, self.logic, depths), self.target)
        return taken_by(with_unit_of_chains(found, self.target), depths, self.target)


def with_product_sums(datapath: Datapath, target: Target) -> Datapath:
    """The datapath, without registers, with one tree for each sum of products in logic, where that is less."""
    cells, logic = datapath.cells, logic_of(target, datapath.primitives)
    if not logic.chain or not any(map(is_product_in_logic, cells)):
        return datapath
    uses = use_counts_of(cells, (port.cell for port in datapath.outputs))
    for index in shared_products(cells):
        uses[index] += 1
    device = _Device(target, target.digest, logic)
    found: dict[int, tuple[Terms, Arrangement]] = {}
    depths: list[int] = []
    done: set[int | None] = set()
    for index in range(len(cells) - 1, -1, -1):
        terms = None if index in done else _candidate(cells, uses, index)
        if terms is None:
            continue
        depths = depths or depths_of(cells, logic)
        arrangement = _best_arrangement(own_operators(cells, uses, depths, index), device)
        if arrangement is not None:
            found[index] = terms, arrangement
            done.add(terms.inner)
    if not found:
        return datapath
    together = with_unit_of_chains(_rewritten(datapath, found, logic), target)
    # What a tree takes by itself is not all: sums that use its result may be one with it, or with what it stood for.
    whole, apart = (device.taken_by(Operators(each, ())) for each in (together, datapath))
    return together if whole.luts <= apart.luts else datapath


def _candidate(cells: Sequence[Cell], uses: Sequence[int], index: int) -> Terms | None:
    """The terms of a sum with products, or of a product that may be a square and a multiple; None of other cells."""
    if is_product_in_logic(cells[index]):
        whole = Terms((Term(index, is_own_product=True),))
        return None if offset_of(cells, index) is None else whole
    return terms_of(cells, uses, index)


@lru_cache(maxsize=1 << 10)
def _best_arrangement(operators: Operators, device: _Device) -> Arrangement | None:
    """How the output of operators is best built; None if that is with a tree for each product."""
    cells, root = operators.datapath.cells, operators.datapath.outputs[0].cell
    uses = use_counts_of(cells, (root,))
    terms = _candidate(cells, uses, root)
    if terms is None:
        return None
    best, least = None, device.taken_by(operators)
    most_ns = SLOWER * least.delay_ns
    for arrangement in _arrangements(cells, terms, root):
        found = {root: (terms, arrangement)}
        together = _rewritten(operators.datapath, found, device.logic, operators.depths)
        taken = device.taken_by(operators._replace(datapath=together))
        if taken < least and taken.delay_ns <= most_ns:
            best, least = arrangement, taken
    return best


def _arrangements(cells: Sequence[Cell], terms: Terms, root: int) -> list[Arrangement]:
    """How the root may be built."""
    arrangements = [] if is_product_in_logic(cells[root]) else [Arrangement()]
    own = (term.cell for term in terms.terms if term.is_own_product)
    if any(offset_of(cells, index) is not None for index in own):
        arrangements.append(Arrangement(with_squares=True))
    if common_factor(cells, terms) is not None:
        arrangements.append(Arrangement(factored=True))
    return arrangements


def _rewritten(
    datapath: Datapath,
    found: dict[int, tuple[Terms, Arrangement]],
    logic: Logic,
    depths: Sequence[int] = (),
) -> Datapath:
    """The datapath with the trees of sums; `depths` are those of the first cells."""
    trees: list[Depths] = []

    def rewrite(builder: DatapathBuilder, index: int, places: Sequence[int]) -> int | None:
        if index not in found:
            return None
        if not trees:
            trees.append(Depths(builder, logic, list(depths)))
        terms, arrangement = found[index]
        return _Sum(datapath.cells, places, trees[0], arrangement).built(
            terms, datapath.cells[index]
        )

    return rebuilt(datapath, rewrite)


@dataclass(slots=True)
class _Sum:
    """Gathers the addends of one sum in the builder, with what a tree must know of them."""

    cells: Sequence[Cell]
    places: Sequence[int]
    depths: Depths
    arrangement: Arrangement
    addends: list[Addend] = field(default_factory=list)
    leaves: list[Leaf] = field(default_factory=list)

    def built(self, terms: Terms, cell: Cell) -> int:
        """The sum as one tree."""
        common = common_factor(self.cells, terms) if self.arrangement.factored else None
        members = () if common is None else common.members
        for group, term in enumerate(terms.terms):
            if term not in members:
                self._add_term(term, group)
        if common is not None:
            self._add_common(common, len(terms.terms))
        builder = self.depths.builder
        total = sum_of_tree(builder, self.addends, self._tree(terms.value), self.depths.logic)
        place = builder.shift_left(total.cell, total.place, 0)
        place = builder.negate(place) if total.negative else place
        return builder.shift_right(place, terms.cut, cell.fraction)

    def _tree(self, value: int) -> Tree:
        """The tree of the addends and a constant, which comes in as carries, or is one of them where that is better."""
        whole = self.depths.logic.chain_bits
        tree = best_tree(self.leaves, whole)
        if not value:
            return tree
        carried = with_constant(self.leaves, tree, value, whole) if value > 0 else None
        zeros = low_zeros(value)
        constant = self.depths.builder.constant(value >> zeros, 0)
        self._add(Addend(constant, zeros), len(self.leaves))
        added = with_term(self.leaves, whole)
        if carried is None or (added.depth, added.bits) < (carried.depth, carried.bits):
            return added
        self.addends.pop()
        return carried

    def _add(self, addend: Addend, group: int) -> None:
        builder, depths = self.depths.builder, self.depths
        depth = depths.of(addend.cell)
        if addend.bit is not None:
            depth = max(depth, depths.of(addend.bit))
        self.addends.append(addend)
        self.leaves.append(leaf_of(builder, addend, depth, group))

    def _add_term(self, term: Term, group: int) -> None:
        """Adds what a term is made of."""
        addends = self._of_product(term.cell) if term.is_own_product else []
        if not addends:
            builder, source = self.depths.builder, self.cells[term.cell]
            if term.is_own_product:  # which may be the root, of which there is no place yet
                whole = builder.copy(source, tuple([self.places[a] for a in source.operands]))
            else:
                whole = self.places[term.cell]
            cell, zeros = without_zeros(builder, whole)
            addends = [Addend(builder.shift_left(cell, 0, 0), zeros)]
        for addend in addends:
            place, negative = addend.place + term.place, addend.negative != term.negative
            self._add(replace(addend, place=place, negative=negative), group)

    def _add_common(self, common: Common, group: int) -> None:
        """Adds the product of a factor and the sum of what it is multiplied by."""
        builder, logic = self.depths.builder, self.depths.logic
        others = [
            ((-1 if term.negative else 1) << term.place, self.places[term.cell])
            for term in common.others
        ]
        total = builder.rows(others, common.value, 0)
        factor = builder.shift_left(self.places[common.factor], 0, 0)
        total, zeros = without_zeros(builder, builder.shift_left(total, 0, 0))
        addends = addends_of_product(builder, factor, total, logic)
        for addend in addends or [Addend(builder.multiply(factor, total), 0)]:
            self._add(replace(addend, place=addend.place + zeros), group)

    def _of_product(self, index: int) -> list[Addend]:
        """The addends of a product or square; none where it is better built in another way."""
        builder, logic = self.depths.builder, self.depths.logic
        cell = self.cells[index]
        offset = offset_of(self.cells, index) if self.arrangement.with_squares else None
        if offset is not None and (found := self._of_offset(offset)):
            return found
        factors = [without_zeros(builder, self.places[operand]) for operand in cell.operands]
        (a, zeros), (b, more) = (*factors, *factors)[:2]
        is_square = cell.kind is CellKind.SQUARE
        found = self._of_square(a) if is_square else addends_of_product(builder, a, b, logic)
        return [replace(addend, place=addend.place + zeros + more) for addend in found]

    def _of_square(self, a: int) -> list[Addend]:
        builder, logic = self.depths.builder, self.depths.logic
        in_chains = square_in_chains(Factor(*builder.range(a)), logic)
        return [] if in_chains is None else addends_of_square(builder, a, logic)

    def _of_offset(self, offset: Offset) -> list[Addend]:
        """The square and the multiple of x in x (k + x) or x (k - x); none where the square is not of chains."""
        a, zeros = without_zeros(self.depths.builder, self.places[offset.cell])
        square = [
            replace(addend, place=addend.place + 2 * zeros, negative=offset.negative)
            for addend in self._of_square(a)
        ]
        multiple = [
            Addend(a, zeros + place, negative=digit < 0)
            for place, digit in signed_digits(offset.value)
        ]
        return [*square, *multiple] if square else []
