"""Functions of one variable fitted to rows: a few ways to build each, by what it takes and by its mean square error.

The mean square counts; the largest error, of which proofs are made, is what comes out, by comparison at every argument.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from operator import attrgetter
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
from symhdl.empirical.fitted_turns import Turn, Turned, folds_of
from symhdl.empirical.samples import Floats, Integers
from symhdl.functions.univariate import Symmetry
from symhdl.ir.builder import DatapathBuilder
from symhdl.numeric.ball import precision
from symhdl.numeric.digits import of_few_digits
from symhdl.numeric.fixed import power_of_two
from symhdl.simulate.blocks import simulate_blocks

MOST_BITS = 14  # of an argument: all of its values are looked at
MOST_FRACTIONS = 7  # of results that are tried
SMOOTH = 5  # bits: over the 2**-SMOOTH-th part of the range what rows count is spread
UNSEEN = 2.0**-16  # of what all rows count is spread over the whole range
UNREACHED = 2.0**-40  # of it is what addresses count that no argument has
DEAREST = 1.3  # times the estimate of the least that misses no more: what is built to be priced
BUILT = 3  # of those that miss about the same
NAME = "fitted tables"
MOST = 4.0  # times the mean square that is wanted
FINEST = 2.0**-8  # of the mean square that is wanted: a function that is wrong by less is no use
PHASE_BITS = range(7, 12)
LEAST_TURN = Fraction(3, 4)
OFF = Fraction(1, 2)  # steps of the phase by which a multiplier may be wrong at most


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
    """A sum of tables inside: what it is to be, and the cells around it.

    By argument there are addresses and signs; `lost` is the square of what arguments with one address differ by.
    """

    wanted: Wanted
    specification: Specification
    around: Callable[[TableSum], Builds]
    addresses: Integers
    signs: Integers | int
    lost: float


def weights_of(arguments: Floats, counts: Floats, specification: Specification) -> Floats:
    """What each argument of a range counts, from what rows do at which it has a value, spread a little around these."""
    counts = np.where(np.isfinite(arguments), counts, 0.0)
    arguments = np.nan_to_num(arguments, posinf=0.0, neginf=0.0)
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
    promising: list[_Promising] = []
    for inner in _inners(whole):
        promising += _promising(whole, inner, fractions, total)
    built = [_built(whole, each) for each in _thinned(promising)]
    return tuple(each.fitted for each in _undominated(built))


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


class _Promising(NamedTuple):
    """A sum of tables that is not built: about how wrong it is, and what it takes with the cells around it."""

    square: float
    luts: float
    inner: _Inner
    fit: Fit
    fraction: int
    guard: int


class _Built(NamedTuple):
    """One that is, with its result for each argument."""

    worth: float
    square: float
    approximation: Tabulated
    integers: Integers

    @property
    def fitted(self) -> Fitted:
        """The way that it is."""
        whole = replace(self.approximation, integers=tuple(self.integers.tolist()))
        return Fitted(self.worth, self.square, whole)


def _undominated(found: Sequence[_Built]) -> Iterator[_Built]:
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


def _promising(whole: _Whole, inner: _Inner, fractions: range, total: float) -> list[_Promising]:
    """The sums of tables inside: what is around them takes as much as around the one that takes least."""
    lut_inputs = whole.fabric.target.resources.lut_inputs
    found: list[_Promising] = []
    for fit in fits_of(inner.wanted, MOST - inner.lost):
        for fraction in fractions:
            for guard in GUARDS if fit.offsets is not None else GUARDS[:1]:
                square = inner.lost + fit.square
                square += square_of_rounding(fit, fraction, guard, total)
                luts = luts_of(fit, fraction, guard, lut_inputs)
                if FINEST <= square <= MOST:
                    found.append(_Promising(square, luts, inner, fit, fraction, guard))
    if not found:
        return []
    least = min(found, key=attrgetter("luts"))
    around = _built(whole, least).worth - least.luts
    return [each._replace(luts=each.luts + around) for each in found]


def _thinned(promising: Sequence[_Promising]) -> Iterator[_Promising]:
    """Those of which none is much better; of those in half an octave of squares the ones that take least."""
    least = math.inf
    parts: dict[int, list[_Promising]] = {}
    for each in sorted(promising, key=lambda one: one[:2]):
        if each.luts < least * DEAREST:
            parts.setdefault(math.floor(2 * math.log2(each.square)), []).append(each)
        least = min(least, each.luts)
    for part in parts.values():
        yield from sorted(part, key=attrgetter("luts", "square"))[:BUILT]


def _built(whole: _Whole, promising: _Promising) -> _Built:
    inner, fraction = promising.inner, promising.fraction
    shape, contents = rounded(promising.fit, fraction, promising.guard)
    by_address = integers_of(shape, contents)
    of_inner = by_address[np.unique(inner.addresses)]
    entries = tuple(tuple(table.tolist()) for table in contents)
    table = TableSum(
        inner.specification, NAME, fraction, int(of_inner.min()), int(of_inner.max()), math.inf,
        shape, entries,
    )  # fmt: skip
    integers = by_address[inner.addresses] * inner.signs
    missed = np.ldexp(integers.astype(np.float64), -fraction) - whole.exact
    error = whole.values.error_of(integers << (whole.values.fraction - fraction))
    approximation = Tabulated(
        whole.specification, NAME, fraction, int(integers.min()), int(integers.max()), error,
        inner.around(table), (),
    )  # fmt: skip
    square = float(whole.weights @ (missed * missed))
    return _Built(worth_of(approximation, whole.fabric), square, approximation, integers)


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
    missed = whole.exact - values[addresses] * signs
    lost = float(whole.weights @ (missed * missed))
    return _Inner(Wanted(values, counts), specification, around, addresses, signs, lost)


def _phases(whole: _Whole, arguments: Integers) -> Iterator[_Inner]:
    """Phases of some bits, by multipliers of few digits."""
    function, specification = whole.function, whole.specification
    assert function.period is not None
    with precision(specification.precision):
        period = Fraction(float(function.period()))
    largest = max(abs(specification.minimum), abs(specification.maximum), 1)
    if specification.span * power_of_two(-specification.fraction) < LEAST_TURN * period:
        return
    folds = folds_of(function)
    for bits in PHASE_BITS:
        per_step = power_of_two(bits - specification.fraction) / period
        factor = of_few_digits(per_step, OFF / largest)
        finer = max(0, factor.denominator.bit_length() - 1)
        multiplier = int(factor * (1 << finer))
        if multiplier:
            yield _phase(whole, Turn(multiplier, bits + finer, bits, folds), arguments)


def _phase(whole: _Whole, turn: Turn, arguments: Integers) -> _Inner:
    phases, signs = turn.phases(arguments)
    inner = structs.replace(
        whole.specification, minimum=0, maximum=(1 << turn.left) - 1, fraction=turn.phase_bits,
        result=None, ends=None,
    )  # fmt: skip
    return _inner(whole, inner, phases, signs, partial(Turned, turn=turn))
