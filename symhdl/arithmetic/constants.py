"""Products with constants as shifts and adds, from the canonical signed digits of the constant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import CellKind, Datapath
from symhdl.ir.rebuild import rebuilt
from symhdl.numeric.digits import digit_count, odd_part, signed_digits

Terms = list[tuple[int, int]]
"""Weights and cells."""


def with_digits(datapath: Datapath) -> Datapath:
    """The datapath with weights that are powers of two in all sums in logic.

    A product of one cell with one odd number, up to sign and places, that is used more than once is a cell of its own.
    """
    cells = datapath.cells
    uses: Counter[tuple[int, int]] = Counter()
    for cell in cells:
        if cell.kind is CellKind.SUM and not cell.unit:
            uses.update(zip(cell.operands, map(odd_part, cell.weights), strict=True))

    if all(is_digit(weight) for _, weight in uses):
        return datapath

    def rewrite(builder: DatapathBuilder, index: int, places: Sequence[int]) -> int | None:
        cell = cells[index]
        if cell.kind is not CellKind.SUM or cell.unit or all(map(is_digit, cell.weights)):
            return None
        terms: Terms = []
        for weight, operand in zip(cell.weights, cell.operands, strict=True):
            odd, place = odd_part(weight), places[operand]
            if odd > 1 and uses[operand, odd] > 1:
                terms.append((weight // odd, constant_product(builder, place, odd)))
            else:
                terms += [(weight // odd * w, a) for w, a in _digits_of(builder, place, odd)]
        return builder.rows(terms, cell.value, cell.fraction)

    return rebuilt(datapath, rewrite)


def constant_product(builder: DatapathBuilder, a: int, value: int) -> int:
    """The cell times a positive integer, as a sum whose weights are powers of two."""
    return builder.rows(_digits_of(builder, a, value), 0, builder.fraction(a))


def _digits_of(builder: DatapathBuilder, a: int, value: int) -> Terms:
    """Terms of the product with a positive integer, whose weights are powers of two.

    A constant that is (2**k + 1) or (2**k - 1) times one with fewer digits is built in steps when that saves
    adders.
    """
    while (factor := _saving_factor(value)) is not None:
        a, value = constant_product(builder, a, factor), value // factor
    return [(digit << position, a) for position, digit in signed_digits(value)]


def is_digit(weight: int) -> bool:
    """Whether a weight is a power of two, or minus one."""
    return odd_part(weight) == 1


def _saving_factor(odd: int) -> int | None:
    """A divisor of the form 2**k +- 1 whose product form needs fewer adders than the digits, or None."""
    best: int | None = None
    fewest = digit_count(odd) - 1
    for k in range(2, max(3, odd.bit_length())):
        for candidate in ((1 << k) - 1, (1 << k) + 1):
            if odd % candidate or odd == candidate:
                continue
            adders = digit_count(odd // candidate)
            if adders < fewest:
                best, fewest = candidate, adders
    return best
