"""The terms of a sum of products, as they stand in a datapath: through wires, cuts and roundings for this sum alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from symhdl.ir.datapath import PRODUCTS, Cell, CellKind


@dataclass(frozen=True, slots=True)
class Term:
    """A cell times a power of two, or minus one; a product that nothing else reads is the sum's own."""

    cell: int
    place: int = 0
    negative: bool = False
    is_own_product: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """A constant and terms, of whose sum the last `cut` bits are cut; `inner` is the cell that is cut, if one is."""

    terms: tuple[Term, ...]
    value: int = 0
    cut: int = 0
    inner: int | None = None


@dataclass(frozen=True, slots=True)
class Offset:
    """A product x (k + x), or x (k - x) if `negative`, by the cell x and the constant k."""

    cell: int
    value: int
    negative: bool


def is_product_in_logic(cell: Cell) -> bool:
    """Whether the cell is a product that stays in logic."""
    return cell.kind in PRODUCTS and not cell.unit


def shared_products(cells: Sequence[Cell]) -> frozenset[int]:
    """The products in logic that differ in zeros alone from others: what they have in common is built once."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for index, cell in enumerate(cells):
        if is_product_in_logic(cell):
            factors = [_stripped(cells, operand)[0] for operand in cell.operands]
            both = tuple(sorted((*factors, *factors)[:2]))
            groups.setdefault(both, []).append(index)
    return frozenset(index for group in groups.values() if len(group) > 1 for index in group)


def terms_of(cells: Sequence[Cell], uses: Sequence[int], index: int) -> Terms | None:
    """The terms of a sum of which one is a product for it alone; None of other cells.

    The sum of what is cut, and a constant or the first bit that is cut, is the sum of all terms with a larger constant.
    """
    cell = cells[index]
    if cell.kind is not CellKind.SUM or cell.unit:
        return None
    found = _rounded(cells, uses, cell) or _sum(cells, uses, index)
    if found is None:
        return None
    return found if any(term.is_own_product for term in found.terms) else None


def _sum(cells: Sequence[Cell], uses: Sequence[int], index: int) -> Terms | None:
    """The terms of a sum whose weights are powers of two, or of a product."""
    cell = cells[index]
    if is_product_in_logic(cell):
        return Terms((Term(index, is_own_product=True),))
    if cell.kind is not CellKind.SUM or cell.unit:
        return None
    terms: list[Term] = []
    for weight, operand in zip(cell.weights, cell.operands, strict=True):
        size = abs(weight)
        if size & (size - 1):
            return None
        place, source = size.bit_length() - 1, operand
        while cells[source].kind is CellKind.SHIFT_LEFT and uses[source] == 1:
            place, source = place + cells[source].shift, cells[source].operands[0]
        is_own = is_product_in_logic(cells[source]) and uses[source] == 1
        terms.append(Term(source, place, weight < 0, is_own))
    return Terms(tuple(terms), cell.value)


def _rounded(cells: Sequence[Cell], uses: Sequence[int], cell: Cell) -> Terms | None:
    """The terms of a sum that is cut and rounded: by a constant behind the cut, or by the first bit that is cut."""
    if cell.weights == (1,) and cell.value > 0:
        base, cut = _uncut(cells, uses, cell.operands[0])
        value, readers = cell.value << cut, 1
    elif cell.weights == (1, 1) and not cell.value:
        kept, bit = sorted(cell.operands, key=lambda operand: cells[operand].kind is CellKind.BITS)
        if cells[bit].kind is not CellKind.BITS or cells[bit].count != 1 or uses[bit] != 1:
            return None
        base, cut = _uncut(cells, uses, kept)
        source, below = _uncut(cells, uses, cells[bit].operands[0])
        if source != base or below + cells[bit].shift + 1 != cut:
            return None
        value, readers = 1 << (cut - 1), 2
    else:
        return None
    if not cut or uses[base] != readers:
        return None
    found = _sum(cells, uses, base)
    return None if found is None else replace(found, value=found.value + value, cut=cut, inner=base)


def _uncut(cells: Sequence[Cell], uses: Sequence[int], index: int) -> tuple[int, int]:
    """What a cell shows without its lowest bits, for one reader alone, and how many these are."""
    cut = 0
    while cells[index].kind is CellKind.SHIFT_RIGHT and uses[index] == 1:
        cut, index = cut + cells[index].shift, cells[index].operands[0]
    return index, cut


def offset_of(cells: Sequence[Cell], index: int) -> Offset | None:
    """How a product is one of x and k + x or k - x; None if it is not."""
    cell = cells[index]
    if cell.kind is not CellKind.MULTIPLY:
        return None
    for factor, other in (cell.operands, cell.operands[::-1]):
        total = cells[other]
        is_sum = total.kind is CellKind.SUM and total.operands == (factor,) and not total.unit
        if is_sum and total.value and abs(total.weights[0]) == 1:
            return Offset(factor, total.value, total.weights[0] < 0)
    return None


@dataclass(frozen=True, slots=True)
class Common:
    """A factor that several terms have in common, which ones, and what they are without it."""

    factor: int
    members: frozenset[Term]
    others: tuple[Term, ...]
    value: int
    """The weight of the factor itself, where it is one of the terms."""


def common_factor(cells: Sequence[Cell], terms: Terms) -> Common | None:
    """The factor that most of the terms have, own products and the factor itself; None if no two have one."""
    found: dict[int, list[tuple[Term, Term]]] = {}
    for term in terms.terms:
        if not term.is_own_product:
            continue
        factors = [_stripped(cells, operand) for operand in cells[term.cell].operands]
        (a, zeros), (b, more) = (*factors, *factors)[:2]
        place = term.place + zeros + more
        for factor, other in {a: b, b: a}.items():
            found.setdefault(factor, []).append((term, Term(other, place, term.negative)))
    for term in terms.terms:
        source, zeros = _stripped(cells, term.cell)
        if source in found and not term.is_own_product:
            found[source].append((term, Term(-1, term.place + zeros, term.negative)))
    if not found:
        return None
    factor = max(found, key=lambda each: (len(found[each]), -each))
    if len(found[factor]) < 2:
        return None
    others = [other for _, other in found[factor] if other.cell >= 0]
    ones = [other for _, other in found[factor] if other.cell < 0]
    value = sum((-1 if one.negative else 1) << one.place for one in ones)
    members = frozenset(term for term, _ in found[factor])
    return Common(factor, members, tuple(others), value)


def _stripped(cells: Sequence[Cell], index: int) -> tuple[int, int]:
    """A cell without the zeros that were shifted in, and how many these are."""
    zeros = 0
    while cells[index].kind is CellKind.SHIFT_LEFT:
        zeros, index = zeros + cells[index].shift, cells[index].operands[0]
    return index, zeros
