"""Functions of one variable fitted to rows: a few ways to build each, by what it takes and by its mean square error.

The mean square counts; the largest error, of which proofs are made, is what comes out, by comparison at every argument.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial
from typing import NamedTuple, Protocol

import numpy as np
from msgspec import structs

from symhdl.approximation import Approximation, SmoothFunction, Specification
from symhdl.approximation.built import built, worth_of
from symhdl.approximation.every_value import FINER, Values, every_value
from symhdl.approximation.multipartite import place_of
from symhdl.approximation.symmetric import folded, mirrored
from symhdl.approximation.table_sum import TableSum
from symhdl.approximation.witness import ApproximationWitness, Way
from symhdl.cost.operators import Fabric
from symhdl.empirical.fitted_sums import (
    GUARDS,
    Fit,
    Wanted,
    fits_of,
    integers_of,
    luts_of,
    rounded,
    square_of_rounding,
)
from symhdl.empirical.samples import Floats, Integers
from symhdl.functions.univariate import Symmetry
from symhdl.ir.builder import DatapathBuilder
from symhdl.numeric.ball import exact_ball, precision
from symhdl.numeric.digits import INVERTED_OR_NOT, of_few_digits
from symhdl.numeric.fixed import power_of_two
from symhdl.simulate.blocks import simulate_blocks

MOST_BITS = 14  # of an argument: all of its values are looked at
MOST_FRACTIONS = 7  # of results that are tried
SMOOTH = 5  # bits: over the 2**-SMOOTH-th part of the range what rows count is spread
UNSEEN = 2.0**-16  # of what all rows count is spread over the whole range
UNREACHED = 2.0**-40  # of it is what addresses count that no argument has
DEAREST = 1.3  # times the estimate of the least for its square: what is built to be priced
MOST = 2.0  # times the mean square that is wanted
FINEST = 2.0**-7  # of the mean square that is wanted: a function that is wrong by less is no use
PHASE_BITS = range(7, 12)
TRIED_BITS, MOST_FOLDS, SAME = 6, 2, 1e-12
LEAST_TURN = Fraction(3, 4)
OFF = (Fraction(1, 2),)  # steps of the phase by which a multiplier may be wrong at most


class Builds(Protocol):
    """What builds cells of the result for the cell of an argument."""

    def build(self, builder: DatapathBuilder, argument: int) -> int:
        """The cell of the result."""
        ...


@dataclass(frozen=True, slots=True)
class Tabulated(Approximation):
    """Any cells of which the result for each argument is known, from the least on."""

    cells: Builds
    integers: tuple[int, ...]

    def build(self, builder: DatapathBuilder, argument: int) -> int:
        """Those cells."""
        return builder.narrow(self.cells.build(builder, argument), self.minimum, self.maximum)

    def witness(self, function: SmoothFunction) -> ApproximationWitness:
        """The integer for every argument."""
        return ApproximationWitness(
            self.error, Way.TABLE, function.name, self.specification.argument, self.fraction,
            self.integers,
        )  # fmt: skip


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


class Fitted(NamedTuple):
    """A way to build a function: what it is worth, in LUTs, and the square of its error as rows count it."""

    worth: float
    square: float
    approximation: Approximation


class _Whole(NamedTuple):
    """A function that is to be built: its values from the least argument on, what each counts, and how it is judged."""

    function: SmoothFunction
    specification: Specification
    values: Values
    exact: Floats
    weights: Floats
    fabric: Fabric


class _Inner(NamedTuple):
    """A sum of tables inside: what it is to be, and the cells around it; `of_arguments` are addresses and signs."""

    wanted: Wanted
    specification: Specification
    around: Callable[[TableSum], Builds]
    addresses: Integers
    signs: Integers | int


def weights_of(arguments: Floats, counts: Floats, specification: Specification) -> Floats:
    """What each argument of a range counts, from what rows do, spread a little around these."""
    least, most = specification.minimum, specification.maximum
    if least >= 0:  # of a function whose sign is put back
        arguments = np.abs(arguments)
    places = np.floor(np.ldexp(arguments, specification.fraction)).clip(least, most) - least
    size = specification.span + 1
    found = np.bincount(places.astype(np.int64), counts, size)
    total = float(counts.sum()) or 1.0
    width = max(1, size >> SMOOTH)
    around = np.convolve(found, np.hanning(width + 2)[1:-1])
    inside = around[(width - 1) // 2 :][:size]
    inside = inside * (total / (float(inside.sum()) or 1.0))
    smooth: Floats = (1 - UNSEEN) * inside + UNSEEN * total / size
    return smooth


def front(
    function: SmoothFunction, specification: Specification, weights: Floats, fabric: Fabric
) -> tuple[Fitted, ...]:
    """Ways to build a function, none of which is both dearer and worse than another, the cheapest first.

    `weights` are of the arguments from the least on, so that a square of 1 is all that is wanted. None where there are
    too many arguments, or where the function is not finite.
    """
    if specification.span == 0 or specification.span.bit_length() > MOST_BITS:
        return ()
    total = float(weights.sum())
    if total <= 0:
        return ()
    fractions = _fractions(specification, total)
    argument = specification.minimum, specification.maximum, specification.fraction
    values = every_value(function, argument, specification.precision, max(fractions))
    if values is None:
        return ()
    exact = np.ldexp(values.middles.astype(np.float64), -values.fraction - FINER)
    whole = _Whole(function, specification, values, exact, weights, fabric)
    found: list[Fitted] = []
    for inner in _inners(whole):
        found += _ways(whole, inner, fractions, total)
    return tuple(_undominated(found))


def measured(
    function: SmoothFunction, approximation: Approximation, weights: Floats
) -> float | None:
    """The square of what an approximation misses, by the weights of arguments; None where they are too many."""
    specification = approximation.specification
    if specification.span.bit_length() > MOST_BITS or len(weights) != specification.span + 1:
        return None
    argument = specification.minimum, specification.maximum, specification.fraction
    fraction = max(0, approximation.fraction)
    values = every_value(function, argument, specification.precision, fraction)
    if values is None:
        return None
    exact = np.ldexp(values.middles.astype(np.float64), -fraction - FINER)
    arguments = np.arange(specification.minimum, specification.maximum + 1)
    made = simulate_blocks(built(approximation, specification), {"x": arguments})["y"]
    missed = np.ldexp(made.astype(np.float64), -approximation.fraction) - exact
    return float(weights @ (missed * missed))


def _undominated(found: list[Fitted]) -> Iterator[Fitted]:
    least = math.inf
    for each in sorted(found, key=lambda one: one[:2]):
        if each.square < least:
            least = each.square
            yield each


def _fractions(specification: Specification, total: float) -> range:
    """The fractional bits of results, from where rounding alone takes all that is wanted."""
    if specification.result is not None:
        return range(specification.result, specification.result + 1)
    first = math.floor(math.log2(total / 12) / 2)
    return range(first, first + MOST_FRACTIONS)


def _ways(whole: _Whole, inner: _Inner, fractions: range, total: float) -> Iterator[Fitted]:
    """The sums of tables that are promising, built, with what they are worth and how wrong they are."""
    lut_inputs = whole.fabric.target.resources.lut_inputs
    promising: list[tuple[float, float, Fit, int, int]] = []
    for fit in fits_of(inner.wanted, MOST):
        for fraction in fractions:
            for guard in GUARDS if fit.offsets is not None else (0,):
                square = fit.square + square_of_rounding(fit, fraction, guard, total)
                luts = luts_of(fit, fraction, guard, lut_inputs)
                promising.append((square, luts, fit, fraction, guard))
    promising.sort(key=lambda one: one[:2])
    least = math.inf
    kept = []
    for each in promising:
        if each[1] < least * DEAREST and each[0] < 4.0:
            kept.append(each)
        least = min(least, each[1])
    for _, _, fit, fraction, guard in _thinned(kept):
        made = _built(whole, inner, fit, fraction, guard)
        if made is not None:
            yield made


def _thinned(
    promising: list[tuple[float, float, Fit, int, int]],
) -> Iterator[tuple[float, float, Fit, int, int]]:
    """Of those in one octave of squares the two that take least."""
    by_octave: dict[int, list[tuple[float, float, Fit, int, int]]] = {}
    for each in promising:
        if each[0] >= FINEST / 4:
            by_octave.setdefault(math.floor(2 * math.log2(each[0])), []).append(each)
    for octave in sorted(by_octave):
        yield from sorted(by_octave[octave], key=lambda one: one[1::-1])[:3]


def _built(whole: _Whole, inner: _Inner, fit: Fit, fraction: int, guard: int) -> Fitted | None:
    found = rounded(fit, fraction, guard)
    if found is None:
        return None
    shape, contents = found
    by_address = integers_of(shape, contents)
    of_inner = by_address[np.unique(inner.addresses)]
    entries = tuple(tuple(table.tolist()) for table in contents)
    table = TableSum(
        inner.specification, "fitted tables", fraction, int(of_inner.min()), int(of_inner.max()),
        math.inf, shape, entries,
    )  # fmt: skip
    integers = by_address[inner.addresses] * inner.signs
    missed = np.ldexp(integers.astype(np.float64), -fraction) - whole.exact
    error = whole.values.error_of(integers << (whole.values.fraction - fraction))
    approximation = Tabulated(
        whole.specification, "fitted tables", fraction, int(integers.min()), int(integers.max()),
        error, inner.around(table), tuple(integers.tolist()),
    )  # fmt: skip
    worth = worth_of(approximation, whole.fabric)
    return Fitted(worth, float(whole.weights @ (missed * missed)), approximation)


# What sums of tables may be of


def _inners(whole: _Whole) -> Iterator[_Inner]:
    """The function of the argument itself, of its size, and of its phase."""
    specification = whole.specification
    arguments = np.arange(specification.minimum, specification.maximum + 1)
    yield _inner(whole, specification, arguments, 1, lambda table: table)
    symmetry = whole.function.symmetry
    if symmetry is not Symmetry.NONE and specification.minimum < 0 < specification.maximum:
        signs = np.where(arguments < 0, -1, 1) if symmetry is Symmetry.ODD else 1

        def sized(table: TableSum) -> Builds:
            return mirrored(symmetry, specification, table)

        yield _inner(whole, folded(specification), np.abs(arguments), signs, sized)
    if whole.function.period is not None:
        yield from _phases(whole, arguments)


def _inner(
    whole: _Whole, specification: Specification, arguments: Integers, signs: Integers | int,
    around: Callable[[TableSum], Builds],
) -> _Inner:  # fmt: skip
    """What is wanted of the arguments inside: means of the values by what these count."""
    bits, _ = place_of(specification)
    size = 1 << bits
    addresses = arguments % size
    counts = np.asarray(np.bincount(addresses, whole.weights, size), dtype=np.float64)
    sums = np.bincount(addresses, whole.weights * whole.exact * signs, size)
    reached = counts > 0
    values = np.interp(np.arange(size), np.flatnonzero(reached), (sums[reached] / counts[reached]))
    counts[~reached] = UNREACHED * float(whole.weights.sum()) / size
    return _Inner(Wanted(values, counts), specification, around, addresses, signs)


def _phases(whole: _Whole, arguments: Integers) -> Iterator[_Inner]:
    """Phases of some bits, by multipliers of few digits."""
    function, specification = whole.function, whole.specification
    assert function.period is not None
    with precision(specification.precision):
        period = Fraction(float(function.period()))
    largest = max(abs(specification.minimum), abs(specification.maximum), 1)
    if specification.span * power_of_two(-specification.fraction) < LEAST_TURN * period:
        return
    folds = folds_of(whole.function)
    tried: set[tuple[int, int]] = set()
    for bits in PHASE_BITS:
        per_step = power_of_two(bits - specification.fraction) / period
        for off in OFF:
            factor = of_few_digits(per_step, off / largest)
            finer = max(0, factor.denominator.bit_length() - 1)
            multiplier = int(factor * (1 << finer))
            if multiplier and (multiplier, bits) not in tried:
                tried.add((multiplier, bits))
                yield _phase(whole, Turn(multiplier, bits + finer, bits, folds), arguments)


def _phase(whole: _Whole, turn: Turn, arguments: Integers) -> _Inner:
    phases, signs = turn.phases(arguments)
    inner = structs.replace(
        whole.specification, minimum=0, maximum=(1 << turn.left) - 1, fraction=turn.phase_bits,
        result=None, ends=None,
    )  # fmt: skip
    return _inner(whole, inner, phases, signs, partial(Turned, turn=turn))
