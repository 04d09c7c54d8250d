"""Products and squares in logic without their lowest columns: which bits are left out, how wrong that is, what is left.

A product is the sum of multiples of one factor by pairs of bits of the other, and a square that of smaller multiples
and the square of the uppermost bits. Each multiple does without the bits of its factor that lie below a column of the
whole: floor(f / 2^k) d instead of f d / 2^k, which lacks (f mod 2^k) d / 2^k. The greatest sum of those over all
multiples is what numbers of all ones lack.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from symhdl.cost.products import (
    SQUARE_SHIFT,
    Factor,
    Logic,
    added,
    number_of,
    parts_of_square,
    product_in_logic,
    square_in_logic,
)
from symhdl.cost.trees import Leaf, best_tree
from symhdl.ir.cell_ranges import range_of_square
from symhdl.targets.target import Costs
from symhdl.targets.units import DIGIT_BITS

MOST_WAYS = 6
"""How many are priced of those that leave out different columns."""


class Multiple(NamedTuple):
    """A factor without so many `dropped` low bits times a digit, which counts 2**place times.

    The lowest bits of the factor of a square are those of the digit.
    """

    factor: Factor
    digit: Factor
    place: int
    is_own: bool
    dropped: int = 0

    @property
    def left(self) -> Factor:
        """What is multiplied with the digit."""
        return self.factor.above(self.dropped)

    @property
    def low(self) -> int:
        """The first bit of the digit in its number."""
        return self.place // 2 if self.is_own else self.place

    @property
    def bottom(self) -> int:
        """The column in which the multiple begins."""
        return self.place + self.dropped

    @property
    def product(self) -> Factor:
        """The range of the multiple."""
        return self.left.times(self.digit)

    @property
    def error(self) -> tuple[int, int]:
        """Between which numbers lies what the multiple is more than the whole one."""
        lacking = [0, *(digit * self._most_dropped(digit) for digit in self.digits)]
        return -max(lacking) << self.place, -min(lacking) << self.place

    @property
    def most_dropped(self) -> int:
        """How many bits of the factor there are to drop."""
        return self.factor.width - self.factor.signed

    @property
    def digits(self) -> range:
        """All values of the digit."""
        return range(self.digit.minimum, self.digit.maximum + 1)

    def _most_dropped(self, digit: int) -> int:
        """The largest number that the dropped bits are, beside this digit."""
        most = (1 << self.dropped) - 1
        if self.is_own:
            own = (1 << SQUARE_SHIFT) - 1
            return most & digit if self.dropped <= SQUARE_SHIFT else most - own + digit
        is_small = self.factor.minimum >= 0 and self.factor.maximum <= most
        return self.factor.maximum if is_small else most


class Truncated(NamedTuple):
    """The multiples that are left of a product, and what is left of a square: the square of a number at a place.

    With `constant` in the lowest column the computed number is too small by at most `loss`, and never too large.
    `costs` are those of what is built; `is_first_in_digits` says which factor of a product gives the digits.
    """

    multiples: tuple[Multiple, ...]
    rest: tuple[Factor, int] | None
    constant: int
    loss: int
    costs: Costs
    is_first_in_digits: bool = False

    @property
    def bottom(self) -> int:
        """The lowest column that is left."""
        places = [multiple.bottom for multiple in self.multiples]
        return min(places if self.rest is None else [*places, self.rest[1]])

    def lost(self, unread: int) -> int:
        """By how much the number is too small at most when so many columns of the whole are cut."""
        return self.loss + max(0, (1 << unread) - (1 << self.bottom))


@lru_cache(maxsize=1 << 12)
def truncated_product(
    a: Factor, b: Factor, allowed: int, unread: int, logic: Logic
) -> Truncated | None:
    """The smallest product that is too small by no more than allowed; None where the whole one is no larger.

    Of what is left so many low columns are `unread`: their loss is allowed for.
    """
    whole = luts(product_in_logic(a, b, logic))
    ways = []
    for factor, digits, is_first in ((a, b, False), (b, a, True)):
        found = _truncated(_multiples(factor, digits), None, allowed, unread, logic)
        if found is not None:
            ways.append(found._replace(is_first_in_digits=is_first))
    best = min(ways, key=lambda way: luts(way.costs), default=None)
    return best if best is not None and luts(best.costs) < whole else None


@lru_cache(maxsize=1 << 12)
def truncated_square(a: Factor, allowed: int, unread: int, logic: Logic) -> Truncated | None:
    """The smallest square that is too small by no more than allowed; None as for a product."""
    digit = number_of(DIGIT_BITS, signed=False)
    factors, rest = parts_of_square(a, logic.lut_inputs)
    multiples = [
        Multiple(factor, digit, 2 * DIGIT_BITS * number, is_own=True)
        for number, factor in enumerate(factors)
    ]
    rest_of_all = rest, 2 * DIGIT_BITS * len(multiples)
    found = _truncated(multiples, rest_of_all, allowed, unread, logic)
    whole = luts(square_in_logic(a, logic))
    return found if found is not None and luts(found.costs) < whole else None


def luts(costs: Costs) -> float:
    """About how many LUTs quantities are: all of them are of about one."""
    return sum(costs.figures)


def _multiples(factor: Factor, digits: Factor) -> list[Multiple]:
    """A factor times the pairs of bits of another one."""
    return [Multiple(factor, digit, place, is_own=False) for place, digit in digits.digits()]


def _truncated(
    multiples: Sequence[Multiple],
    rest: tuple[Factor, int] | None,
    allowed: int,
    unread: int,
    logic: Logic,
) -> Truncated | None:
    """About as many columns as may be are left out, or one more of the lowest multiples; None if none may be.

    Where multiples without their lowest columns may be too large, a constant is needed, which may take more than that.
    """

    def tried(cut: Sequence[Multiple]) -> Truncated | None:
        """What is left of the multiples, if it is no more too small than allowed."""
        found = _left(cut, rest)
        return found if found is not None and found.lost(unread) <= allowed else None

    ways: list[Truncated] = []
    column = 1
    while found := tried(_cut(multiples, column)):
        ways.append(found)
        column += 1
    for count in range(len(multiples) - 1, 0, -1) if ways else ():
        found = tried([*_cut(multiples[:count], column), *_cut(multiples[count:], column - 1)])
        if found is not None:
            ways.append(found)
            break
    priced = (way._replace(costs=_costs(way, logic)) for way in ways[-MOST_WAYS:])
    return min(reversed(list(priced)), key=lambda way: luts(way.costs), default=None)


def _cut(multiples: Sequence[Multiple], column: int) -> list[Multiple]:
    """The multiples without the bits below a column; those of a negative factor keep its sign."""
    return [
        multiple._replace(dropped=min(max(0, column - multiple.place), multiple.most_dropped))
        for multiple in multiples
    ]


def _left(cut: Sequence[Multiple], rest: tuple[Factor, int] | None) -> Truncated | None:
    """What is left of multiples; None if that is nothing or no less than before."""
    left = tuple(multiple for multiple in cut if multiple.product != (0, 0))
    if not left or all(multiple.dropped == multiple.most_dropped for multiple in cut):
        return None
    errors = [multiple.error for multiple in cut]
    least, most = sum(low for low, _ in errors), sum(high for _, high in errors)
    found = Truncated(left, rest, 0, 0, Costs())
    constant = -most >> found.bottom
    return found._replace(constant=constant, loss=-least - (constant << found.bottom))


def _costs(found: Truncated, logic: Logic) -> Costs:
    """The multiples, and the tree that adds them."""
    total, leaves = Costs(), []
    for multiple in found.multiples:
        total = added(total, product_in_logic(multiple.left, multiple.digit, logic))
        leaves.append(Leaf(*multiple.product, multiple.bottom, depth=1))
    if found.rest is not None:
        number, place = found.rest
        total = added(total, square_in_logic(number, logic))
        leaves.append(Leaf(*range_of_square(*number), place, depth=1))
    if found.constant:
        leaves.append(Leaf(found.constant, found.constant, found.bottom))
    tree = best_tree(leaves, logic.chain_bits)
    return added(total, Costs(adder_bit=tree.adder_bits, chain_bit=tree.chain_bits))
