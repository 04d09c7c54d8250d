"""Judges a design on rows that chose nothing: the goal's measure and others, with intervals, at strengths of noise."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from symhdl.empirical.folding import noisy_copy
from symhdl.empirical.goal import MEASURES, Goal, Measure
from symhdl.empirical.samples import Floats, Folds, Samples
from symhdl.empirical.simulated import outputs_at
from symhdl.errors import Diagnostic, error, warning
from symhdl.ir.datapath import Datapath
from symhdl.ir.graph import Graph
from symhdl.judgement import Figure, Judgement

STRENGTHS = (0.0, 0.1, 0.3)
"""The noise on the inputs at which designs are judged, in standard deviations of each."""

SEED = 2
NORMAL = 1.959964  # standard deviations that hold 95 %
MOST_DRAWS, FEWEST_DRAWS = 400, 40
REPEATED = 0.01
"""The share of the rows that judge which may have the inputs of others without a warning."""

DRAWN = 20_000_000
"""Bootstrap samples of the rows, by how many rows they are."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What is judged: the model of a design, whether its outputs are `values`, and whether they tell classes."""

    datapath: Datapath
    values: bool
    classes: bool
    made: str = ""


def judged(design: Judged, graph: Graph, goal: Goal, folds: Folds, robust: float) -> Judgement:
    """What the rows that judge say of a design."""
    measures = _measures(design, goal, folds.judging)
    noise: dict[float, dict[str, Figure]] = {}
    beyond: dict[float, float] = {}
    for strength in sorted({*STRENGTHS, robust}):
        chance = np.random.default_rng(SEED)
        rows = folds.judging
        if strength:
            rows = noisy_copy(rows, graph, strength, folds.tuning, chance)
            if not rows.rows:  # as where one input is assumed to be what others make it
                continue
        computed = outputs_at(design.datapath, rows.inputs)
        noise[strength] = {
            name: figure_of(measure, computed, rows) for name, measure in measures.items()
        }
        beyond[strength] = outside(design.datapath, rows)
    chosen = goal.measure.score(outputs_at(design.datapath, folds.choosing.inputs), folds.choosing)
    labelled = folds.judging.labels is not None and design.classes
    return Judgement(
        goal.name,
        goal.value,
        goal.measure.is_error,
        robust,
        chosen,
        {
            "tuning": folds.tuning.rows,
            "choosing": folds.choosing_rows,
            "judging": folds.judging.rows,
        },
        noise,
        beyond,
        MEASURES["accuracy"].score(folds.judging.exact, folds.judging) if labelled else None,
        made=design.made,
    )


def _measures(design: Judged, goal: Goal, samples: Samples) -> dict[str, Measure]:
    """The goal's measure, and all others that say something of the design."""
    found = {goal.name: goal.measure}
    for name, measure in MEASURES.items():
        has_labels = samples.labels is not None or not measure.needs_labels
        if (
            design.classes and has_labels
            if measure.of_classes
            else design.values and not measure.needs_labels
        ):
            found.setdefault(name, measure)
    return found


def figure_of(measure: Measure, computed: Floats, samples: Samples) -> Figure:
    """A measure with its interval: by Wilson (1927) for shares of rows, else by the bootstrap (Efron 1979)."""
    value = _scored(measure, computed, samples)
    if measure.of_classes:
        weights = samples.weights / samples.weights.max()
        return Figure(value, *wilson(value, float(weights.sum() ** 2 / (weights**2).sum())))
    chance = np.random.default_rng(SEED)
    draws = max(FEWEST_DRAWS, min(MOST_DRAWS, DRAWN // max(1, samples.rows)))
    scores = []
    for _ in range(draws):
        some = chance.integers(0, samples.rows, samples.rows)
        scores.append(measure.score(computed[some], samples.taken(some)))
    finite = [score for score in scores if math.isfinite(score)] or [value]
    low, high = (float(end) for end in np.quantile(finite, (0.025, 0.975)))
    return Figure(value, min(low, value), max(high, value))


def _scored(measure: Measure, computed: Floats, samples: Samples) -> float:
    value = measure.score(computed, samples)
    if not math.isfinite(value):
        text = "the goal's measure has no finite value on the rows that judge"
        raise error("bad-goal", text, help="give more rows, or rows of all classes")
    return value


def wilson(share: float, rows: float) -> tuple[float, float]:
    """The interval in which a share that was found on so many rows lies with a probability of 95 %."""
    square = NORMAL**2
    centre = (share + square / (2 * rows)) / (1 + square / rows)
    half = (
        NORMAL
        / (1 + square / rows)
        * math.sqrt(share * (1 - share) / rows + square / (4 * rows**2))
    )
    return max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))


def outside(datapath: Datapath, samples: Samples) -> float:
    """The share of the rows in which an input lies beyond the range of its port, by more than rounding."""
    beyond = np.zeros(samples.rows, dtype=np.bool_)
    for port in datapath.inputs:
        low, high = (float(end) for end in port.range)
        ulp = float(port.format.ulp)
        column = samples.inputs[port.name]
        beyond |= (column < low - ulp) | (column > high + ulp)
    return float(np.average(beyond, weights=samples.weights))


def warnings_of_rows(folds: Folds, classes: bool) -> Iterator[Diagnostic]:
    """What makes the rows that judge say little: they were seen before, or labels that the expressions do not tell.

    `classes` says that the outputs tell classes.
    """
    judging = folds.judging
    choosing = folds.choosing.taken(np.arange(folds.choosing_rows))
    known = np.concatenate([_points(folds.tuning), _points(choosing)])
    repeated = float(np.average(np.isin(_points(judging), known), weights=judging.weights))
    if repeated > REPEATED:
        yield warning(
            "repeated-rows",
            f"{100 * repeated:.1f} % of the rows that judge have the inputs of a row that tunes or chooses",
            help="the figures hold for rows that come again, and may be too good for others",
        )
    if judging.labels is None or not classes:
        return
    reached = figure_of(MEASURES["accuracy"], judging.exact, judging)
    counts = np.bincount(judging.labels, judging.weights)
    most = float(counts.max() / counts.sum())
    if reached.low <= most:
        yield warning(
            "unrelated-labels",
            f"the real expressions tell {reached.value:.4g} of the labels ({reached.low:.4g} to {reached.high:.4g}), "
            f"and the most frequent label is {most:.4g} of them",
            help="see whether labels belong to the outputs as they should",
        )


def _points(samples: Samples) -> np.ndarray:
    """The inputs of each row as one value that can be compared."""
    columns = np.stack([column + 0.0 for column in samples.inputs.values()], axis=1)
    return columns.view(np.dtype((np.void, columns.itemsize * columns.shape[1])))[:, 0]


def warnings_of(judgement: Judgement) -> tuple[Diagnostic, ...]:
    """What the user should know of a design that is not as good where it was not chosen."""
    found = []
    reached, name = judgement.reached, judgement.measure
    if judgement.is_missed:
        found.append(
            warning(
                "goal-missed",
                f"on rows that chose nothing {name} is {reached.value:.4g} "
                f"({reached.low:.4g} to {reached.high:.4g}), and {judgement.asked:.4g} was asked",
                notes=(f"on the rows that chose it is {judgement.chosen:.4g}",),
                help="give more rows, or ask for more than is needed",
            )
        )
    if judgement.is_narrow:
        strength, figures = list(judgement.noise.items())[1]
        found.append(
            warning(
                "only-near-rows",
                f"with noise of {strength:g} standard deviations on the inputs {name} is {figures[name].value:.4g}, "
                f"and {reached.value:.4g} without: the design is right where rows are, and less elsewhere",
                help=f"ask for more with --robust {strength:g} if inputs differ from the rows",
            )
        )
    return tuple(found)
