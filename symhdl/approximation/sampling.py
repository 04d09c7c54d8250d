"""Taylor coefficients at sample points in floats: the quick look that tells which segmentations are worth a proof."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from symhdl.approximation.approximation import Problem
from symhdl.approximation.univariate import Univariate
from symhdl.numeric.ball import exact_ball, precision, taylor_coefficients

Floats = npt.NDArray[np.float64]

MAXIMUM_DEGREE = 6
TERMS = MAXIMUM_DEGREE + 2


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Sizes |a_k| of the Taylor coefficients for a half segment of `unit` steps, by power and sample point.

    Points where f is not smooth are left out.
    """

    unit: float
    sizes: Floats

    def scaled(self, half_segment: float) -> Floats:
        """The sizes for half segments of another length."""
        powers = np.arange(TERMS)[:, None]
        with np.errstate(over="ignore", under="ignore"):
            result: Floats = self.sizes * (half_segment / self.unit) ** powers
        return result


def sample(function: Univariate, problem: Problem, points: tuple[int, ...], unit: int) -> Samples:
    """Looks at the points, which are integers of the argument's grid."""
    columns: list[list[float]] = []
    with precision(problem.precision, TERMS):
        scale = exact_ball(unit, -problem.fraction)
        for point in points:
            centre = exact_ball(point, -problem.fraction)
            found = taylor_coefficients(function.series, centre, scale, TERMS)
            if all(coefficient.is_finite() for coefficient in found):
                columns.append([abs(float(coefficient)) for coefficient in found])
    sizes = np.array(columns).T if columns else np.zeros((TERMS, 0))
    return Samples(float(unit), sizes)


SAMPLE_POINTS = 33


@lru_cache(maxsize=256)
def sample_range(function: Univariate, problem: Problem) -> Samples:
    """Looks at points spread evenly over the range; the unit is half of the range."""
    steps = SAMPLE_POINTS - 1
    points = {problem.minimum + problem.span * i // steps for i in range(SAMPLE_POINTS)}
    return sample(function, problem, tuple(sorted(points)), max(1, problem.span // 2))


def distances(sizes: Floats) -> Floats:
    """By degree from 0 on, the estimated largest distance of a polynomial of that degree: |a_(d+1)| / 2**d."""
    degrees = np.arange(MAXIMUM_DEGREE + 1)
    result: Floats = sizes[1:].max(axis=1, initial=0.0) / 2.0**degrees
    # The second term may rule where the first vanishes, as for odd functions about zero.
    result[:-1] += 0.25 * result[1:]
    return result


def tails(sizes: Floats, degree: int) -> tuple[float, ...]:
    """Estimates of the largest |p_i| by power, for a polynomial of that degree."""
    sums = sizes[degree::-1].cumsum(axis=0)[::-1]
    return tuple(float(size) for size in sums.max(axis=1, initial=0.0))
