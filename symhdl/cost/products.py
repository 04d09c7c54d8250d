"""What products in plain logic take: multiples of one factor by digits of the other, and the adders between them.

The counts are those of the cells that `symhdl.arithmetic.products` and `symhdl.arithmetic.squares` build.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

from symhdl.choices import PrimitiveUse
from symhdl.cost.trees import Leaf, best_tree
from symhdl.ir.cell_ranges import range_of_square
from symhdl.numeric.digits import Recoding, recoding_of
from symhdl.targets.target import Costs, Target
from symhdl.targets.units import DIGIT_BITS

ROW_INPUTS = 4
"""On how many bits a bit of a row depends."""
LEAST_PART = 6
"""Chains of parts with fewer bits are mostly what each has besides: two bits of its own, and an adder behind it."""
SQUARE_SHIFT = 3
"""How far the bits above a digit are moved for the digit's part of a square: by the digit, and once for 2 r d."""


class Logic(NamedTuple):
    """What products are made of: LUTs of so many inputs, and carry chains that multiply with two bits.

    `chain` is the unit of such chains, empty where the device has none, and `bits_at_once` how many bits of one are a
    primitive. With `slots` the tables of the bits are LUTs beside it, which is what is counted. `free_offsets` says
    whether a bit of a sum with a constant takes no LUT, `choosing` whether the LUTs of a sum may choose it or a term.
    `adder` is the unit of sums that take in a row instead, which a bit chooses or not. Chains of products have no more
    bits than `longest`; 0 is any number.
    """

    lut_inputs: int
    chain: str = ""
    bits_at_once: int = 1
    slots: bool = False
    free_offsets: bool = False
    choosing: bool = False
    adder: str = ""
    longest: int = 0

    @property
    def inverts(self) -> bool:
        """Whether adders take in a number that a digit inverts or not, in large LUTs or in tables of their own."""
        return self.lut_inputs > ROW_INPUTS or bool(self.chain)

    def parts(self, width: int) -> list[tuple[int, int]]:
        """The bits of a number, from and up to which, whose multiples are each a chain that is short enough.

        There is one part where none would be, or where a part would have few bits.
        """
        most = self.longest - DIGIT_BITS
        count = -(-width // most) if most >= LEAST_PART else 1
        ends = [width * number // count for number in range(count + 1)]
        return list(pairwise(ends))

    def chain_bits(self, width: int) -> int:
        """The bits of a chain in whole primitives."""
        return -(-width // self.bits_at_once) * self.bits_at_once

    def multiple_bits(self, width: int, *, signed: bool) -> int:
        """Those of a multiple of so many bits; the uppermost one is a carry alone where the factor is not `signed`."""
        return self.chain_bits(width - (self.slots and not signed))


@lru_cache(maxsize=64)
def logic_of(target: Target, primitives: PrimitiveUse = "auto") -> Logic:
    """What products are made of on a device; portable text has no chains but those of adders."""
    unit = target.first_unit("chain") if primitives == "auto" else None
    if unit is None or unit.chain is None:
        return Logic(target.resources.lut_inputs, choosing=target.resources.choosing_adders)
    if unit.chain.has_fixed_tables:
        return Logic(target.resources.lut_inputs, adder=unit.name)
    slots = unit.chain.has_slots
    free_offsets = max(target.costs.offset_bit, target.alternative_costs.offset_bit) < 1 / 2
    bits_at_once = 1 if slots else unit.piece_bits
    return Logic(target.resources.lut_inputs, unit.name, bits_at_once, slots, free_offsets)


class Factor(NamedTuple):
    """A factor of a product: any number of a range."""

    minimum: int
    maximum: int

    @property
    def signed(self) -> bool:
        """Whether it may be negative."""
        return self.minimum < 0

    @property
    def width(self) -> int:
        """Its bits."""
        low, high = self  # as `width_of_range`, which would take twice as long
        return max(~low, high).bit_length() + 1 if low < 0 else high.bit_length() or 1

    def above(self, place: int) -> Factor:
        """Its bits from a place on, as a number."""
        return Factor(self.minimum >> place, self.maximum >> place)

    def times(self, other: Factor) -> Factor:
        """The range of the product."""
        corners = [x * y for x in self for y in other]
        return Factor(min(corners), max(corners))

    def parts(self, logic: Logic) -> Iterator[tuple[int, Factor]]:
        """Its parts whose multiples are each a chain, and their places; the last one has the sign."""
        for low, end in logic.parts(self.width):
            is_last = end == self.width
            yield low, self.above(low) if is_last else number_of(end - low, signed=False)

    def digits(self) -> Iterator[tuple[int, Factor]]:
        """Its pairs of bits and their places, the lowest first; the last one is what is left, with the sign."""
        pair = number_of(DIGIT_BITS, signed=False)
        for place in range(0, self.width, DIGIT_BITS):
            is_last = place + DIGIT_BITS >= self.width
            yield place, self.above(place) if is_last else pair


@lru_cache(maxsize=1024)
def number_of(width: int, *, signed: bool) -> Factor:
    """Any number of so many bits."""
    size = 1 << (width - signed)
    return Factor(-size if signed else 0, size - 1)


def rows_in_a_run(lut_inputs: int) -> int:
    """How many rows are best added one after the other.

    Where an adder's table has room for the four inputs of a row besides the sum so far, the row costs nothing of its
    own. Runs of four leave most of that, and the tree behind them shallow.
    """
    return 4 if lut_inputs > ROW_INPUTS else 1


def rows_of(chooser: Factor, lowest_bits: int = 1) -> int:
    """How many rows a product has: one for the lowest bits, one for each digit, one for the uppermost."""
    return recoding_of(chooser.minimum >> lowest_bits, chooser.maximum >> lowest_bits).digits + 2


def depth_of(rows: int, lut_inputs: int) -> int:
    """How many adders lie one after the other behind the rows."""
    run = rows_in_a_run(lut_inputs)
    return min(rows, run) - 1 + (-(-rows // run) - 1).bit_length()


LONGEST_RUN = 8
"""Of rows that are added one after the other where the LUTs of a sum choose whether a row is added."""


def runs_of_choices(width: int) -> list[tuple[int, int]]:
    """The bits of a number, from and up to which, whose rows are added one after the other, in runs alike in length."""
    count = -(-width // LONGEST_RUN)
    ends = [width * number // count for number in range(count + 1)]
    return list(pairwise(ends))


def levels_of_way(way: Way, chooser: Factor, lut_inputs: int) -> int:
    """How many adders lie one after the other; the digits and the rows count as one each, and so do the chains."""
    if way.form == "chains":
        return 1 + depth_of_chains(chooser.width)
    if way.form == "choices":
        runs = runs_of_choices(chooser.width)
        return max(end - start for start, end in runs) + (len(runs) - 1).bit_length()
    return 2 + depth_of(rows_of(chooser, way.lowest_bits), lut_inputs)


def depth_of_chains(width: int) -> int:
    """How many adders lie one after the other behind the chains of a number of so many bits in digits."""
    return (-(-width // DIGIT_BITS) - 1).bit_length()


def depth_of_square_in_chains(width: int, lut_inputs: int) -> int:
    """How many adders lie one after the other behind the chains of a square and the table of what is left of it."""
    return (-(-(width - lut_inputs) // DIGIT_BITS)).bit_length()


Form = Literal["rows", "rows on a chain", "chains", "choices"]
"""What a product is made of; the lowest one of rows on a chain is a chain of two bits of the chooser, and with choices
there is a row for each bit, in the LUTs of the adders that may add it."""


class Way(NamedTuple):
    """A way to build a product: what it takes, and whether its first factor gives the digits."""

    costs: Costs
    form: Form
    is_first_in_digits: bool

    @property
    def lowest_bits(self) -> int:
        """How many bits of the chooser the lowest row takes."""
        return DIGIT_BITS if self.form == "rows on a chain" else 1


def product_in_logic(a: Factor, b: Factor, logic: Logic) -> Costs:
    """What the smallest of the ways takes."""
    return way_of_product(a, b, logic).costs


@lru_cache(maxsize=1 << 14)
def way_of_product(a: Factor, b: Factor, logic: Logic) -> Way:
    """The smallest of the ways in which the product may be built.

    Of plain rows that factor chooses whose rows and adders have fewer bits together.
    """
    ways: list[Way] = []
    both = ((a, b, False), (b, a, True))
    if logic.chain:
        ways += [Way(_chains(n, chooser, logic), "chains", first) for n, chooser, first in both]
        if rows_in_a_run(logic.lut_inputs) > 1:
            ways += [
                Way(_rows(number, chooser, logic, on_a_chain=True), "rows on a chain", first)
                for number, chooser, first in both
                if chooser.width > DIGIT_BITS
            ]
    if logic.choosing or logic.adder:
        ways += [
            Way(_choices(number, chooser, logic), "choices", first)
            # As many LUTs are better with fewer adders one after the other.
            for number, chooser, first in sorted(both, key=lambda each: each[1].width)
            # Longer runs of a signed one take no less than rows once registers part choices from their sums.
            if not chooser.signed or 1 < chooser.width <= LONGEST_RUN
        ]
    number, chooser, first = both[_size(a, b) > _size(b, a)]
    ways.append(Way(_rows(number, chooser, logic), "rows", first))
    return min(ways, key=lambda way: _luts(way.costs, logic))


def _luts(costs: Costs, logic: Logic) -> float:
    """About how many LUTs quantities are: all of them are of about one, but for those that are free."""
    free = costs.offset_bit if logic.free_offsets else 0.0
    return sum(costs.figures) - free


def _chains(a: Factor, digits: Factor, logic: Logic) -> Costs:
    """The multiples of a factor by the digits of the other, each two partial products in a chain, and the adders."""
    leaves: list[Leaf] = []
    chained = 0
    parts = list(a.parts(logic))
    for place, digit in digits.digits():
        # A row, for which the adder has room.
        if place and place + 1 == digits.width and len(parts) == 1:
            leaves.append(Leaf(*a, place, negative=digits.signed, is_row=True))
            continue
        for low, part in parts:
            product = part.times(digit)
            leaves.append(Leaf(*product, place + low, depth=1))
            chained += logic.multiple_bits(product.width, signed=part.signed)
    tree = best_tree(leaves, logic.chain_bits)
    if digits.width == 1 and not digits.signed:
        return Costs(select_bit=a.width)
    return Costs(adder_bit=tree.adder_bits, chain_bit=chained + tree.chain_bits)


def _choices(a: Factor, chooser: Factor, logic: Logic) -> Costs:
    """A row for the lowest bit of each run, an adder with a choice for each of the others, and those between runs.

    What is subtracted is inverted before the carries, which no choice is: that of the sign, or its row, takes LUTs.
    """
    runs = runs_of_choices(chooser.width)
    adders = sum((end - start - 1) * (a.width + 1) for start, end in runs)
    numbers = [
        (start, number_of(end - start, signed=chooser.signed and end == chooser.width))
        for start, end in runs
    ]
    leaves = [Leaf(*a.times(number), start) for start, number in numbers]
    subtracted = a.width * chooser.signed
    return Costs(
        adder_bit=adders + best_tree(leaves, _by_bits).bits,
        select_bit=a.width * len(runs) + subtracted * bool(logic.adder),
        invert_bit=subtracted * logic.choosing,
    )


def _by_bits(width: int) -> int:
    return width


def _size(a: Factor, chooser: Factor) -> int:
    return (2 * rows_of(chooser) - 1) * (a.width + 2) + chooser.width


def _rows(a: Factor, chooser: Factor, logic: Logic, *, on_a_chain: bool = False) -> Costs:
    """The recoding of the chooser, the rows, but for those that an adder takes in, and the adders."""
    lowest_bits = DIGIT_BITS if on_a_chain else 1
    rows, run = rows_of(chooser, lowest_bits), rows_in_a_run(logic.lut_inputs)
    top = recoding_of(chooser.minimum >> lowest_bits, chooser.maximum >> lowest_bits)
    sign = not a.signed  # that of a negative digit
    widths = [a.width] + [a.width + 2 + sign] * (rows - 2)
    widths.append(a.width + (max(top.most, -top.least) > 1) + (top.least < 0) * (1 + sign))
    if run > 1:
        widths = [widths[start] for start in range(0, rows, run) if rows - start > 1]
    else:
        widths[-1] *= _tables_of_top(top, logic.lut_inputs)
    chained = logic.multiple_bits(a.width + DIGIT_BITS, signed=a.signed) if on_a_chain else 0
    joints = _joints(rows, run)
    adders = sum(a.width + 2 * upper + sign for upper in joints)
    recoded = chooser.width if rows > 2 else 1
    # The uppermost bit of a sum has nothing to add.
    return Costs(
        adder_bit=adders,
        offset_bit=recoded + len(joints),
        select_bit=sum(widths[on_a_chain:]),
        chain_bit=chained,
    )


def _tables_of_top(top: Recoding, lut_inputs: int) -> int:
    """How many tables a bit of the uppermost row takes; none where an adder takes it in."""
    values = range(top.least, top.most + 1)
    inputs = (len(values) - 1).bit_length() + len({abs(value) for value in values if value})
    return 0 if inputs < lut_inputs else math.ceil((inputs - 1) / (lut_inputs - 1))


def _joints(rows: int, run: int) -> list[int]:
    """For every adder between rows, how many of them lie above it."""
    groups = [min(run, rows - start) for start in range(0, rows, run)]
    upper = [1 for group in groups for _ in range(group - 1)]
    while len(groups) > 1:
        pairs = [groups[place : place + 2] for place in range(0, len(groups), 2)]
        upper += [pair[1] for pair in pairs if len(pair) == 2]
        groups = [sum(pair) for pair in pairs]
    return upper


@lru_cache(maxsize=1 << 10)
def square_in_logic(a: Factor, logic: Logic) -> Costs:
    """The smaller of the ways in which the square may be built."""
    found = square_in_chains(a, logic)
    return _square_of_halves(a, logic) if found is None else found


def parts_of_square(a: Factor, lut_inputs: int) -> tuple[list[Factor], Factor]:
    """What the digits of a square are multiplied with, the lowest digit first, and what is left above all of them.

    With a = 4 r + d, 0 <= d < 4, the square is 16 r**2 + (8 r + d) d. What is left is looked up as soon as a table of
    LUTs takes it.
    """
    most = number_of(DIGIT_BITS, signed=False).maximum
    factors: list[Factor] = []
    while a.width > lut_inputs:
        a = a.above(DIGIT_BITS)
        factors.append(Factor(a.minimum << SQUARE_SHIFT, (a.maximum << SQUARE_SHIFT) + most))
    return factors, a


@lru_cache(maxsize=1 << 10)
def square_in_chains(a: Factor, logic: Logic) -> Costs | None:
    """The parts of a square of all digits, as chains, and the adders; None where none are, or halves are smaller."""
    if not logic.chain or a.width <= logic.lut_inputs:
        return None
    digit = number_of(DIGIT_BITS, signed=False)
    factors, rest = parts_of_square(a, logic.lut_inputs)
    parts = [factor.times(digit) for factor in factors]
    chained = sum(logic.multiple_bits(part.width, signed=a.signed) for part in parts)
    ranges = (*parts, range_of_square(*rest))
    leaves = [Leaf(*each, 2 * DIGIT_BITS * number, depth=1) for number, each in enumerate(ranges)]
    adders, looked_up = best_tree(leaves, logic.chain_bits).bits, max(0, 2 * rest.width - 2)
    found = Costs(adder_bit=adders, table_lut=looked_up, chain_bit=chained)
    return found if _luts(found, logic) <= _luts(_square_of_halves(a, logic), logic) else None


def _square_of_halves(a: Factor, logic: Logic) -> Costs:
    """The squares of halves and their product, down to what a table of LUTs holds."""
    lut_inputs = logic.lut_inputs
    total, waiting = Costs(), [a]
    while waiting:
        half = waiting.pop()
        if half.width <= lut_inputs:
            total = added(total, Costs(table_lut=max(0, 2 * half.width - 2)))
            continue
        place = half.width // 2
        lower = number_of(place, signed=False)
        upper = half.above(place)
        total = added(total, product_in_logic(upper, lower, logic))
        total = added(total, Costs(adder_bit=2 * half.width - place - 1))
        waiting += [lower, upper]
    return total


def added(a: Costs, b: Costs) -> Costs:
    """The quantities of both together."""
    return Costs(*map(operator.add, a.figures, b.figures))
