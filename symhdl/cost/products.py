"""What products in plain logic take: rows of one factor, chosen by digits of the other, and the adders between them.

The counts are those of the cells that `symhdl.arithmetic.products` and `symhdl.arithmetic.squares` build.
"""

from __future__ import annotations

import dataclasses
import math
import operator
from functools import lru_cache
from typing import NamedTuple

from symhdl.numeric.digits import Recoding, recoding_of
from symhdl.numeric.fixed import width_of_range
from symhdl.targets.target import Costs

ROW_INPUTS = 4
"""On how many bits a bit of a row depends."""


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
        return width_of_range(self.minimum, self.maximum)[1]


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


def rows_of(chooser: Factor) -> int:
    """How many rows a product has: one for the lowest bit, one for each digit, one for the uppermost."""
    return recoding_of(chooser.minimum >> 1, chooser.maximum >> 1).digits + 2


def depth_of(rows: int, lut_inputs: int) -> int:
    """How many adders lie one after the other behind the rows."""
    run = rows_in_a_run(lut_inputs)
    return min(rows, run) - 1 + (-(-rows // run) - 1).bit_length()


@lru_cache(maxsize=1 << 14)
def product_in_logic(a: Factor, b: Factor, lut_inputs: int) -> Costs:
    """The factor chooses whose rows and adders have fewer bits together, as the product is built."""
    return _rows(a, b, lut_inputs) if _size(a, b) <= _size(b, a) else _rows(b, a, lut_inputs)


def _size(a: Factor, chooser: Factor) -> int:
    return (2 * rows_of(chooser) - 1) * (a.width + 2) + chooser.width


def _rows(a: Factor, chooser: Factor, lut_inputs: int) -> Costs:
    """The recoding of the chooser, the rows, but for those that an adder takes in, and the adders."""
    rows, run = rows_of(chooser), rows_in_a_run(lut_inputs)
    top = recoding_of(chooser.minimum >> 1, chooser.maximum >> 1)
    sign = not a.signed  # that of a negative digit
    widths = [a.width] + [a.width + 2 + sign] * (rows - 2)
    widths.append(a.width + (max(top.most, -top.least) > 1) + (top.least < 0) * (1 + sign))
    if run > 1:
        widths = [widths[start] for start in range(0, rows, run) if rows - start > 1]
    else:
        widths[-1] *= _tables_of_top(top, lut_inputs)
    joints = _joints(rows, run)
    adders = sum(a.width + 2 * upper + sign for upper in joints)
    recoded = chooser.width if rows > 2 else 1
    # The uppermost bit of a sum has nothing to add.
    return Costs(adder_bit=adders, offset_bit=recoded + len(joints), select_bit=sum(widths))


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
def square_in_logic(a: Factor, lut_inputs: int) -> Costs:
    """The squares of halves and their product, down to what a table of LUTs holds."""
    total, waiting = Costs(), [a]
    while waiting:
        half = waiting.pop()
        if half.width <= lut_inputs:
            total = added(total, Costs(table_lut=max(0, 2 * half.width - 2)))
            continue
        place = half.width // 2
        lower = number_of(place, signed=False)
        upper = Factor(half.minimum >> place, half.maximum >> place)
        total = added(total, product_in_logic(upper, lower, lut_inputs))
        total = added(total, Costs(adder_bit=2 * half.width - place - 1))
        waiting += [lower, upper]
    return total


def added(a: Costs, b: Costs) -> Costs:
    """The quantities of both together."""
    return Costs(*map(operator.add, dataclasses.astuple(a), dataclasses.astuple(b)))
