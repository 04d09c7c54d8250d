"""The phase of an argument for functions that repeat: a product that wraps, of whose turn a half or a quarter is left.

As in `symhdl.approximation.periodic`, but for the multiplier, which has few digits, and the folds, which invert bits.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from symhdl.approximation import SmoothFunction
from symhdl.approximation.table_sum import TableSum
from symhdl.empirical.samples import Integers
from symhdl.ir.builder import DatapathBuilder
from symhdl.numeric.ball import exact_ball, precision
from symhdl.numeric.digits import INVERTED_OR_NOT

TRIED_BITS, MOST_FOLDS, SAME = 6, 2, 1e-12


class Turn(NamedTuple):
    """The phase of an argument: the uppermost `phase_bits` of the lowest `product_bits` of a multiple.

    What the function is in the second half of a turn it is in the first one backwards, with the sign of the first of
    the `folds`, and in this half alike.
    """

    multiplier: int
    product_bits: int
    phase_bits: int
    folds: tuple[int, ...]

    @property
    def left(self) -> int:
        """The bits of what is left of the phase."""
        return self.phase_bits - len(self.folds)

    @property
    def low_bit(self) -> int:
        """The lowest bit of the phase in the product."""
        return self.product_bits - self.phase_bits

    def phases(self, arguments: Integers) -> tuple[Integers, Integers]:
        """What is left of the phase of each argument, and the sign."""
        phases = (arguments * self.multiplier >> self.low_bit) & ((1 << self.phase_bits) - 1)
        signs = np.ones_like(phases)
        for place, fold in enumerate(self.folds, 1):
            ones = (1 << self.phase_bits - place) - 1
            is_second = phases > ones
            phases = np.where(is_second, ones - (phases & ones), phases)
            signs = np.where(is_second, signs * fold, signs)
        return phases, signs


class Turned(NamedTuple):
    """The cells of a sum of tables of what is left of a phase."""

    table: TableSum
    turn: Turn

    def build(self, builder: DatapathBuilder, argument: int) -> int:
        """The product, the folded phase, the tables, the sign."""
        turn = self.turn
        integer = builder.shift_left(argument, 0, 0)
        product = builder.multiply(integer, builder.constant(turn.multiplier, 0))
        builder.part(product, "turns")
        inverting: int | None = None
        sign: int | None = None
        for place, fold in enumerate(turn.folds, 1):
            bit = builder.bits(product, turn.product_bits - place, 1)
            is_second = bit if inverting is None else _inverted(builder, inverting, bit, 1)
            if fold < 0:
                sign = is_second if sign is None else _inverted(builder, sign, is_second, 1)
            inverting = bit
        phase = builder.bits(product, turn.low_bit, turn.left)
        if inverting is not None:
            phase = _inverted(builder, inverting, phase, turn.left)
        phase = builder.part(phase, "phase")
        result = self.table.build(builder, builder.shift_left(phase, 0, turn.phase_bits))
        if sign is None:
            return result
        fraction = self.table.fraction
        opposite = builder.row(sign, result, INVERTED_OR_NOT, fraction)
        return builder.sum([(1, opposite), (1, builder.shift_left(sign, 0, fraction))], 0, fraction)


def _inverted(builder: DatapathBuilder, digit: int, a: int, count: int) -> int:
    """So many bits of a cell, inverted where the digit is set."""
    return builder.bits(builder.row(digit, a, INVERTED_OR_NOT, 0), 0, count)


@lru_cache(maxsize=64)
def folds_of(function: SmoothFunction) -> tuple[int, ...]:
    """The signs with which halves of a turn, and halves of these, are like what is left of it backwards."""
    assert function.period is not None
    with precision(64):
        period = function.period()
        places = (exact_ball(2 * k + 1, -TRIED_BITS - 1) for k in range(1 << TRIED_BITS))
        left = np.array([float(function.ball(period * place)) for place in places])
    found: list[int] = []
    while len(found) < MOST_FOLDS:
        first, second = np.split(left, 2)
        scale = SAME * float(np.abs(left).max())
        fold = next((s for s in (1, -1) if np.abs(first - s * second[::-1]).max() <= scale), None)
        if fold is None:
            break
        found.append(fold)
        left = first
    return tuple(found)
