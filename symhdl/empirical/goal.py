"""What is asked of a design on rows of data: a measure, and the value that it must reach."""

from __future__ import annotations

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
    squares = np.average((computed - samples.exact) ** 2, axis=0, weights=samples.weights)
    return float(np.sqrt(squares.max(initial=0.0)))


def maximum(computed: Floats, samples: Samples) -> float:
    """The largest error of all rows and outputs."""
    return float(np.abs(computed - samples.exact).max(initial=0.0))


def agreement(computed: Floats, samples: Samples) -> float:
    """The share of the rows whose class is that of the real expressions."""
    return float(np.average(winners(computed) == winners(samples.exact), weights=samples.weights))


def accuracy(computed: Floats, samples: Samples) -> float:
    """The share of the rows whose class is that of the labels."""
    assert samples.labels is not None, "accuracy without labels; please report this"
    return float(np.average(winners(computed) == samples.labels, weights=samples.weights))


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure: how it is found, and whether less of it is better."""

    score: Score
    is_error: bool
    needs_labels: bool = False

    def meets(self, score: float, asked: float) -> bool:
        """Whether a score is as good as what is asked."""
        return score <= asked if self.is_error else score >= asked


MEASURES = {
    "rms": Measure(rms, True),
    "max": Measure(maximum, True),
    "agreement": Measure(agreement, False),
    "accuracy": Measure(accuracy, False, needs_labels=True),
}
"""The measures by the names that users give them."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A measure by its name, and the value that it must reach."""

    name: str
    value: float

    @property
    def measure(self) -> Measure:
        """How the goal is measured."""
        return MEASURES[self.name]

    def is_met(self, computed: Floats, samples: Samples) -> bool:
        """Whether computed outputs reach the goal at samples."""
        return self.measure.meets(self.measure.score(computed, samples), self.value)
