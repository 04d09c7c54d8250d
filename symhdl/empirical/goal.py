"""What is asked of a design on rows of data: a measure, and the value that it must reach."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from symhdl.empirical.samples import Floats, Integers, Samples

Score = Callable[[Floats, Samples], float]
"""The measure of computed outputs (rows x outputs, real numbers) at samples."""


def winners(outputs: Floats) -> Integers:
    """The class of each row: the number of the greatest output, the first of equals, or what a single output says."""
    if outputs.shape[1] == 1:
        told: Integers = np.rint(outputs[:, 0]).astype(np.int64)
        return told
    first: Integers = outputs.argmax(axis=1).astype(np.int64)
    return first


def rms(computed: Floats, samples: Samples) -> float:
    """The root of the mean square error, of the worst output."""
    with np.errstate(over="ignore"):
        squares = np.average((computed - samples.exact) ** 2, axis=0, weights=samples.weights)
    return float(np.sqrt(squares.max(initial=0.0)))


DOUBT = 2.0
"""Standard errors: by so many a mean square may well be larger elsewhere than at the rows that choose among designs."""


def doubt_of_rms(computed: Floats, samples: Samples) -> float:
    """By how much the root of the mean square error may well be larger at other rows."""
    weights = samples.weights
    with np.errstate(over="ignore", invalid="ignore"):
        squares = (computed - samples.exact) ** 2
        means = np.average(squares, axis=0, weights=weights)
        variances = np.average((squares - means) ** 2, axis=0, weights=weights)
        deviations = np.sqrt(variances * (weights @ weights)) / weights.sum()
        return float((np.sqrt(means + DOUBT * deviations) - np.sqrt(means)).max(initial=0.0))


def maximum(computed: Floats, samples: Samples) -> float:
    """The largest error of all rows and outputs."""
    return float(np.abs(computed - samples.exact).max(initial=0.0))


def agreement(computed: Floats, samples: Samples) -> float:
    """The share of the rows whose class is that of the real expressions."""
    return float(np.average(winners(computed) == winners(samples.exact), weights=samples.weights))


def accuracy(computed: Floats, samples: Samples) -> float:
    """The share of the rows whose class is that of the labels."""
    return float(np.average(winners(computed) == _labels(samples), weights=samples.weights))


def area_under_curve(computed: Floats, samples: Samples) -> float:
    """The area under the receiver operating characteristic: of a class that lies above the others, their mean.

    That is the share of pairs of a row of the class and another one in which the first has the greater output, of
    equal ones one half. A single output is that of class 1.
    """
    labels = _labels(samples)
    single = computed.shape[1] == 1
    classes = [1] if single else [c for c in range(computed.shape[1]) if (labels == c).any()]
    areas = [_area(computed[:, 0 if single else c], labels == c, samples.weights) for c in classes]
    return float(np.mean(areas)) if areas else math.nan


def _area(scores: Floats, inside: np.ndarray, weights: Floats) -> float:
    _, places = np.unique(scores, return_inverse=True)
    of_class = np.bincount(places, np.where(inside, weights, 0.0))
    others = np.bincount(places, np.where(inside, 0.0, weights))
    below = np.cumsum(others) - others / 2
    pairs = of_class.sum() * others.sum()
    return float(of_class @ below / pairs) if pairs else math.nan


def _labels(samples: Samples) -> Integers:
    assert samples.labels is not None, "a measure of labels without them; please report this"
    return samples.labels


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure: how it is found, and whether less of it is better.

    The `doubt` is by how much it may well be worse at other rows than at those where it is found.
    """

    score: Score
    is_error: bool
    needs_labels: bool = False
    of_classes: bool = False
    doubt: Score | None = None

    def meets(self, score: float, asked: float) -> bool:
        """Whether a score is as good as what is asked."""
        return score <= asked if self.is_error else score >= asked

    def is_better(self, one: float, other: float) -> bool:
        """Whether one score is better than another."""
        return one < other if self.is_error else one > other


MEASURES = {
    "rms": Measure(rms, True, doubt=doubt_of_rms),
    "max": Measure(maximum, True),
    "agreement": Measure(agreement, False, of_classes=True),
    "accuracy": Measure(accuracy, False, needs_labels=True, of_classes=True),
    "auc": Measure(area_under_curve, False, needs_labels=True),
}
"""The measures by the names that users give them."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A measure, and the value that it must reach; `own` is the measure of a user's goal, which no name stands for."""

    name: str
    value: float
    own: Measure | None = None

    @property
    def measure(self) -> Measure:
        """How the goal is measured."""
        return self.own or MEASURES[self.name]

    def is_met(self, computed: Floats, samples: Samples) -> bool:
        """Whether computed outputs reach the goal at samples, and well may at others."""
        measure = self.measure
        score = measure.score(computed, samples)
        if measure.doubt is not None and measure.meets(score, self.value):
            doubt = measure.doubt(computed, samples)
            score += doubt if measure.is_error else -doubt
        return measure.meets(score, self.value)
