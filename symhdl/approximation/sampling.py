"""Taylor coefficients at sample points in floats: the quick look that tells which segmentations are worth a proof."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
from flint import arb

from symhdl.approximation.approximation import Specification
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.cost.tables import PARTS, in_parts
from symhdl.functions.univariate import Symmetry
from symhdl.numeric.ball import Dyadic, dyadic, exact_ball, precision, taylor_coefficients

Floats = npt.NDArray[np.float64]

SCALES = 8
"""Coefficients are looked at for a unit of that many bits, or a multiple of them, which many ranges share."""

BEYOND = 2  # terms of the series beyond the highest degree that are looked at


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Sizes |a_k| of the Taylor coefficients for a half segment of `unit` steps, by power and sample point.

    Points (integers of the argument's grid) where f is not smooth are left out.
    """

    unit: float
    points: Floats
    sizes: Floats

    def rescaled(self, half_segments: Floats | float) -> Floats:
        """The sizes for half segments of another length, one for each point or the same for all."""
        powers = np.arange(len(self.sizes))[:, None]
        with np.errstate(over="ignore", under="ignore"):
            result: Floats = self.sizes * (half_segments / self.unit) ** powers
        return result

    def among(self, chosen: npt.NDArray[np.bool_]) -> Samples:
        """Some of the samples."""
        return Samples(self.unit, self.points[chosen], self.sizes[:, chosen])

    def variations(self, half_segments: Floats | float, places: Floats) -> Floats:
        """By how much the coefficients vary `in_parts` of a table's index, by power, up to the last but one.

        The points are at `places` from 0 to 1 of the index, in ascending order, as are the points or their negatives.
        """
        if self.points.size < 2:
            return np.zeros((len(self.sizes) - 1, 2 * PARTS - 1))
        powers = np.arange(1, len(self.sizes))[:, None]
        with np.errstate(over="ignore"):
            slopes = powers * self.rescaled(half_segments)[1:] / half_segments
            slopes = np.minimum(slopes, STEEPEST)
            between = (slopes[:, 1:] + slopes[:, :-1]) / 2 * np.abs(np.diff(self.points))
        between = np.minimum(between, STEEPEST)
        starts, ends = places[:-1, None], places[1:, None]
        shared = np.minimum(ends, EDGES[1:]) - np.maximum(starts, EDGES[:-1])
        # Points of very fine grids may be one in floats.
        lengths = np.maximum(ends - starts, np.finfo(float).tiny)
        return in_parts(between @ (np.maximum(shared, 0.0) / lengths))

    @property
    def evenness(self) -> float:
        """How long the segments may be where they are shortest, as a share of where they are longest; 0 if unknown.

        That is so for any degree from 1 on: the next coefficients tell what a polynomial misses.
        """
        reach = self.sizes[2:-1] + self.sizes[3:]
        if self.points.size < 2 or not (reach > 0).all():
            return 0.0
        powers = np.arange(2, len(self.sizes) - 1)
        return float(((reach.min(axis=1) / reach.max(axis=1)) ** (1 / powers)).min())

    def least_sizes(self) -> Floats:
        """By power, what the largest size surely is for half segments of `unit`, however near to an end they are.

        See `softened`. A little less, since powers are rounded.
        """
        powers = np.arange(len(self.sizes))
        least: Floats = self.sizes.max(axis=1, initial=0.0) / 2.0 ** (powers + 1)
        return least * (1 - 2.0**-40)


STEEPEST = 1e200  # what is beyond counts as that
EDGES = np.arange(PARTS + 1) / PARTS
CLOSEST = 0.9  # of half a segment: what is closer to an end is not the middle of a segment


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """Sizes of Taylor coefficients by point; specifications of other fractions ask for the same ones."""

    function: SmoothFunction
    scale: arb
    terms: int
    known: dict[Dyadic, tuple[float, ...]]

    def sizes_at(self, centre: Dyadic) -> tuple[float, ...]:
        """To be called inside `precision`."""
        if self.function.symmetry is not Symmetry.NONE:
            centre = abs(centre[0]), centre[1]  # where sizes are the same
        sizes = self.known.get(centre)
        if sizes is None:
            series, ball = self.function.series, exact_ball(*centre)
            found = taylor_coefficients(series, ball, self.scale, self.terms)
            sizes = self.known[centre] = tuple(abs(float(coefficient)) for coefficient in found)
        return sizes


@lru_cache(maxsize=256)
def _look(function: SmoothFunction, scale: Dyadic, terms: int, bits: int) -> _Look:
    with precision(bits, terms):
        return _Look(function, exact_ball(*scale), terms, {})


def sample(
    function: SmoothFunction, specification: Specification, points: tuple[int, ...], unit: int
) -> Samples:
    """Looks at the points, which are integers of the argument's grid."""
    terms = specification.highest_degree + BEYOND
    columns: list[tuple[float, ...]] = []
    smooth: list[float] = []
    exponent, bits = -specification.fraction, specification.precision
    scale = -(-(unit.bit_length() + exponent) // SCALES) * SCALES
    look = _look(function, dyadic(1, scale), terms, bits)
    with precision(bits, terms):
        for point in points:
            sizes = look.sizes_at(dyadic(point, exponent))
            if all(map(math.isfinite, sizes)):
                columns.append(sizes)
                smooth.append(float(point))
    if not columns:
        return Samples(float(unit), np.array(smooth), np.zeros((terms, 0)))
    as_looked = Samples(math.ldexp(1.0, scale - exponent), np.array(smooth), np.array(columns).T)
    return Samples(float(unit), as_looked.points, as_looked.rescaled(float(unit)))


SAMPLE_STEPS = 32


@lru_cache(maxsize=256)
def sample_range(function: SmoothFunction, specification: Specification) -> Samples:
    """Looks at points spread evenly over the range and closer and closer to its ends."""
    points = {
        specification.minimum + specification.span * i // SAMPLE_STEPS
        for i in range(1, SAMPLE_STEPS)
    }
    for bits in range(1, (specification.span // SAMPLE_STEPS).bit_length() + 1):
        points |= {specification.minimum + (1 << bits), specification.maximum - (1 << bits)}
    return sample(function, specification, tuple(sorted(points)), max(1, specification.span // 2))


@lru_cache(maxsize=256)
def variations_of_range(function: SmoothFunction, specification: Specification) -> Floats:
    """How the values and coefficients vary over a table of all arguments, in the units of `sample_range`."""
    samples = sample_range(function, specification)
    places = (samples.points - specification.minimum) / 2.0 ** specification.span.bit_length()
    return samples.variations(samples.unit, places)


class UniformSizes:
    """The sizes on segments of one length, for some lengths, which take little more time together."""

    def __init__(
        self, samples: Samples, specification: Specification, half_segments: tuple[float, ...]
    ) -> None:
        self._samples, self._specification = samples, specification
        self._halves = np.array(half_segments)[:, None, None]

    def of(self, place: int) -> Sizes:
        """Those of a length, by its place."""
        return Sizes(lambda: self._by_length[place], lambda: self._distances[place])

    @cached_property
    def _distances(self) -> Floats:
        return distances_of(self._by_length)

    @cached_property
    def _by_length(self) -> Floats:
        """By length of segments, power and sample point."""
        samples, specification = self._samples, self._specification
        margins = np.minimum(
            samples.points - specification.minimum, specification.maximum - samples.points
        )
        return softened(samples.rescaled(self._halves), margins < CLOSEST * self._halves)


def softened(sizes: Floats, near: npt.NDArray[np.bool_]) -> Floats:
    """The sizes with those of points near to an end reduced.

    The middle of the segment at an end is half a segment away from it. If f is singular beyond the end, coefficient k
    may be smaller there by up to 2**-(k+1). What is still large then is a feature that the segment would hide.
    """
    powers = np.arange(sizes.shape[-2])[:, None]
    result: Floats = np.where(near, np.ldexp(sizes, -(powers + 1)), sizes)
    return result


def distances_of(sizes: Floats) -> Floats:
    """By degree from 0 on, the estimated largest distance of a polynomial of that degree: |a_(d+1)| / 2**d."""
    degrees = np.arange(sizes.shape[-2] - 1)
    found: Floats = sizes[..., 1:, :].max(axis=-1, initial=0.0) / 2.0**degrees
    # The second term may rule where the first vanishes, as for odd functions about zero.
    found[..., :-1] += 0.25 * found[..., 1:]
    return found


class Sizes:
    """What follows from the sizes of coefficients on the segments of a cut, by power and sample point."""

    def __init__(
        self, made: Callable[[], Floats], distances: Callable[[], Floats] | None = None
    ) -> None:
        self._made, self._distances = made, distances
        self._tails: dict[int, tuple[float, ...]] = {}

    @cached_property
    def distances(self) -> list[float]:
        """Those of polynomials, by degree; none where there are no points."""
        sizes = self._made()
        if not sizes.size:
            return []
        found = distances_of(sizes) if self._distances is None else self._distances()
        distances: list[float] = found.tolist()
        return distances

    def tails(self, degree: int) -> tuple[float, ...]:
        """Estimates of the largest |p_i| by power, for a polynomial of that degree."""
        if degree not in self._tails:
            sums = self._made()[degree::-1].cumsum(axis=0)[::-1]
            self._tails[degree] = tuple(float(size) for size in sums.max(axis=1, initial=0.0))
        return self._tails[degree]
