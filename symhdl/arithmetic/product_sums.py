"""Sums of products as one: chains and rows of all products, the other terms and the constant in one tree.

So rows of different products share chains, and the constant, that of a rounding above all, comes in as carries. It is
done where the plan of the tree says that it takes less than a tree for each product, and is no deeper.

A product x (k + x) becomes x**2 + k x, and x (k - x) becomes k x - x**2, where the half of a square is less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from symhdl.arithmetic.addends import Addend, leaf_of, sum_of_tree
from symhdl.arithmetic.levels import Depths
from symhdl.arithmetic.products import addends_of_product, without_zeros
from symhdl.arithmetic.squares import addends_of_square
from symhdl.arithmetic.terms import Offset, Term, Terms, is_product, offset_of, terms_of
from symhdl.cost.products import Factor, Logic, square_in_chains
from symhdl.cost.trees import Leaf, Tree, best_tree, separate_tree, with_constant
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Cell, CellKind, Datapath
from symhdl.ir.reach import use_counts_of
from symhdl.ir.rebuild import rebuilt
from symhdl.numeric.digits import low_zeros, signed_digits


def with_product_sums(datapath: Datapath, logic: Logic) -> Datapath:
    """The datapath, without registers, with one tree for each sum of products that stay in logic, where that is less.

    Its chains have their unit, which the datapath may lack.
    """
    cells = datapath.cells
    if not logic.chain or not any(map(is_product, cells)):
        return datapath
    uses = use_counts_of(cells, (port.cell for port in datapath.outputs))
    found = {
        index: terms
        for index in range(len(cells))
        if (terms := _candidate(cells, uses, index)) is not None
    }
    if not found:
        return datapath
    changed: list[int] = []
    trees: list[Depths] = []

    def rewrite(builder: DatapathBuilder, index: int, places: Sequence[int]) -> int | None:
        if index not in found:
            return None
        if not trees:
            trees.append(Depths(builder, logic))
        place = _Sum(cells, places, trees[0]).built(found[index], cells[index])
        if place is not None:
            changed.append(index)
        return place

    made = rebuilt(datapath, rewrite)
    return made if changed else datapath


def _candidate(cells: Sequence[Cell], uses: Sequence[int], index: int) -> Terms | None:
    """The terms of a sum with products, or of a product that may be a square and a multiple; None of other cells."""
    if is_product(cells[index]):
        whole = Terms((Term(index, is_own_product=True),))
        return None if offset_of(cells, index) is None else whole
    return terms_of(cells, uses, index)


@dataclass(slots=True)
class _Sum:
    """Gathers the addends of one sum in the builder, with what a tree must know of them."""

    cells: Sequence[Cell]
    places: Sequence[int]
    depths: Depths
    addends: list[Addend] = field(default_factory=list)
    leaves: list[Leaf] = field(default_factory=list)
    is_changed: bool = False
    """Whether a product is made of other addends than its own."""

    def built(self, terms: Terms, cell: Cell) -> int | None:
        """The sum as one tree; None where it is as well as it is."""
        for group, term in enumerate(terms.terms):
            self._add_term(term, group)
        tree = self._best(terms, cell)
        if tree is None:
            return None
        builder = self.depths.builder
        total = sum_of_tree(builder, self.addends, tree, self.depths.logic)
        place = builder.shift_left(total.cell, total.place, 0)
        place = builder.negate(place) if total.negative else place
        return builder.shift_right(place, terms.cut, cell.fraction)

    def _best(self, terms: Terms, cell: Cell) -> Tree | None:
        """The best tree of the addends and the constant; None if a tree for each product is as good."""
        whole, value = self.depths.logic.chain_bits, terms.value
        joint = best_tree(self.leaves, whole)
        carried = with_constant(self.leaves, joint, value, whole) if value > 0 else None
        apart = separate_tree(self.leaves, whole)
        if terms.cut:
            behind = whole(cell.width)
            apart = apart._replace(adder_bits=apart.adder_bits + behind, depth=apart.depth + 1)
        elif value:
            zeros = low_zeros(value)
            constant = self.depths.builder.constant(value >> zeros, 0)
            if carried is None:
                self._add(Addend(constant, zeros), len(terms.terms))
                joint = best_tree(self.leaves, whole)
                apart = separate_tree(self.leaves, whole)
            else:
                leaf = Leaf(value >> zeros, value >> zeros, zeros, group=len(terms.terms))
                apart = separate_tree([*self.leaves, leaf], whole)
        found = joint if carried is None else carried
        if value and terms.cut and carried is None:
            return None
        if found.depth <= apart.depth and (found.bits, found.depth) < (apart.bits, apart.depth):
            return found
        return found if self.is_changed else None

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
            cell, zeros = without_zeros(self.depths.builder, self.places[term.cell])
            addends = [Addend(self.depths.builder.shift_left(cell, 0, 0), zeros)]
        for addend in addends:
            place, negative = addend.place + term.place, addend.negative != term.negative
            self._add(replace(addend, place=place, negative=negative), group)

    def _of_product(self, index: int) -> list[Addend]:
        """The addends of a product or square; none where it is better built in another way."""
        builder, logic = self.depths.builder, self.depths.logic
        cell = self.cells[index]
        factors = [without_zeros(builder, self.places[operand]) for operand in cell.operands]
        (a, zeros), (b, more) = (*factors, *factors)[:2]
        is_square = cell.kind is CellKind.SQUARE
        found = self._of_square(a) if is_square else addends_of_product(builder, a, b, logic)
        found = [replace(addend, place=addend.place + zeros + more) for addend in found]
        offset = offset_of(self.cells, index)
        other = [] if offset is None or not found else self._of_offset(offset)
        if other and self._size(other) < self._size(found):
            self.is_changed = True
            return other
        return found

    def _of_square(self, a: int) -> list[Addend]:
        builder, logic = self.depths.builder, self.depths.logic
        in_chains = square_in_chains(Factor(*builder.range(a)), logic)
        return [] if in_chains is None else addends_of_square(builder, a, logic)

    def _of_offset(self, offset: Offset) -> list[Addend]:
        """The square and the multiple of x in x (k + x) or x (k - x)."""
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

    def _size(self, addends: Sequence[Addend]) -> tuple[int, int]:
        """What addends take by themselves: LUTs and adders one after the other."""
        builder, depths, logic = self.depths.builder, self.depths, self.depths.logic
        leaves = [leaf_of(builder, addend, depths.of(addend.cell)) for addend in addends]
        tree = best_tree(leaves, logic.chain_bits)
        cells = [builder.cells[addend.cell] for addend in addends]
        chains = sum(logic.chain_bits(cell.width) for cell in cells if cell.unit == logic.chain)
        tables = sum(2 * cell.width for cell in cells if cell.kind is CellKind.TABLE)
        return tree.bits + chains + tables, tree.depth
