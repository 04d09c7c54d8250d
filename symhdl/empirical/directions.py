"""What of the outputs' errors a goal measures: what a change of each output counts at each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from symhdl.empirical.goal import Goal
from symhdl.empirical.samples import Floats, Samples

NEAR = 0.2
"""Of the rows: those at which the two greatest outputs are nearest to each other decide what errors change."""

PEAKS: Mapping[str, float] = {"rms": 1.0, "max": 3.0}
"""Of measures of errors: times the root mean square that they are about, for sums of many roundings."""


@dataclass(frozen=True, slots=True)
class Directions:
    """Changes of outputs that count (each rows x outputs), and the mean square that each may have, if that is known.

    Squares of what the directions make of an error at all rows add up to its mean square. `size` is what the outputs
    are like, where errors are to be compared with something. By output `weights` are those of the rows at which its
    mean error counts.
    """

    lines: Sequence[Floats]
    weights: Sequence[Floats]
    wanted: float | None
    size: float


def directions_of(goal: Goal, samples: Samples) -> Directions:
    """The directions of a goal: each output by itself, or the lead of the greatest where that alone counts."""
    share = np.sqrt(samples.weights / samples.weights.sum())
    exact = samples.exact
    outputs = exact.shape[1]
    if goal.measure.of_classes and outputs > 1:
        order = np.argsort(exact, axis=1)
        rows = np.arange(len(exact))
        first, second = order[:, -1], order[:, -2]
        lead = exact[rows, first] - exact[rows, second]
        size = float(np.quantile(lead, NEAR)) or 1.0
        near = np.where(lead <= size, share, 0.0)
        near /= np.sqrt((near**2).sum())
        line = np.zeros_like(exact)
        line[rows, first] = near
        line[rows, second] = -near
        weights = [np.abs(line[:, place]) for place in range(outputs)]
        return Directions([line], [_normal(weight**2) for weight in weights], None, size)
    lines = []
    for place in range(outputs):
        line = np.zeros_like(exact)
        line[:, place] = share
        lines.append(line)
    weights = [_normal(samples.weights)] * outputs
    if goal.name in PEAKS:
        size = goal.value / PEAKS[goal.name]
        return Directions(lines, weights, size**2, size)
    size = float(np.std(exact, axis=0).max()) or 1.0
    return Directions(lines, weights, None, size)


def _normal(weights: Floats) -> Floats:
    """Weights whose sum is 1, or nothing."""
    total = weights.sum()
    return weights / total if total else weights
