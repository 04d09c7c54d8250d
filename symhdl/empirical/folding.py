"""Rows kept apart for tuning, choosing and judging, and smoothed copies of them.

A search that is judged on rows which it has seen is judged too well: 250 rows overfit by 2 to 4 points of agreement.
So each row does one thing, drawn by a fixed seed. Where rows are few, copies that lie between neighbours, which the
expressions label, make up for it (a smoothed bootstrap; Silverman and Young 1987, Chawla et al. 2002).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from symhdl.empirical.exact import exact_at
from symhdl.empirical.samples import Floats, Folds, Integers, Samples
from symhdl.errors import error
from symhdl.ir.graph import Graph

SEED = 1
FEWEST_ROWS = 100
FEWEST_JUDGING = 20

TUNING, CHOOSING = 0.5, 0.2
"""The shares of the rows that shape candidates and that choose among them; the others judge."""

MOST_TUNING, MOST_CHOOSING = 50_000, 10_000
"""Rows that are enough for each; further ones judge."""

SMOOTHED, CLASS_SMOOTHED = 8_000, 16_000
"""Copies that shape candidates, for goals of errors, and for those of classes, of which each copy says less."""
DECIDING_COPIES = 48_000
"""Further ones for entries that are settled on decisions, where classes count: of fewer some are right by luck."""
CHOOSING_COPIES = 4_000
COPIES_WORTH = 500
"""So many rows all copies count as where classes count: what they say of a share of 95 % is wrong by about a hundredth
(`benchmarks.jets`, four halves), as what 500 rows say is. Of errors, which few rows tell well, they say half."""

NEIGHBOURS = 4
MOST_NEIGHBOURED = 2_000  # rows among which neighbours are looked for
BEYOND = 0.15
"""By how much of their distance a copy may lie on the other side of its row."""

JITTER, CLASS_JITTER = 0.1, 0.15
"""Noise on copies, in standard deviations of each input: of goals of errors, and of classes. Designs tell classes as
often rightly at such copies as at other rows (`benchmarks.jets`); at copies with 0.1 by about one hundredth more often,
with 0.2 less often."""

NOISY_COPIES = 4
"""How often each row that chooses stands among them with noise, where the goal is to hold under noise."""


@dataclass(frozen=True, slots=True)
class Folding:
    """What rows are wanted for: if labels, classes or errors count, and the noise under which the goal is to hold."""

    needs_labels: bool = False
    robust: float = 0.0
    of_classes: bool = False
    of_errors: bool = False


def folds_of(samples: Samples, judging: Samples | None, graph: Graph, wanted: Folding) -> Folds:
    """The rows kept apart; those of `judging` judge if there are any. Raises SymhdlError for too few rows."""
    rows = samples.rows
    if rows < FEWEST_ROWS:
        text = f"the data have {rows} rows that can be used; a goal on data needs {FEWEST_ROWS}"
        raise error("too-few-rows", text, help="give more rows")
    if judging is not None and judging.rows < FEWEST_JUDGING:
        text = f"{judging.rows} rows judge; {FEWEST_JUDGING} are needed"
        raise error("too-few-rows", text, help="give more rows")
    chance = np.random.default_rng(SEED)
    order = chance.permutation(rows)
    share = TUNING if judging is None else TUNING / (TUNING + CHOOSING)
    tuning_rows = min(int(share * rows), MOST_TUNING)
    rest = rows - tuning_rows
    choosing_rows = min(int(CHOOSING * rows) if judging is None else rest, MOST_CHOOSING)
    tuning = samples.taken(np.sort(order[:tuning_rows]))
    choosing = samples.taken(np.sort(order[tuning_rows : tuning_rows + choosing_rows]))
    if judging is None:
        judging = samples.taken(np.sort(order[tuning_rows + choosing_rows :]))
    whole = whole_columns(samples)
    is_copied = not wanted.needs_labels and choosing.rows < CHOOSING_COPIES
    jitter, shaping, copied, worth = JITTER, tuning, choosing, choosing.rows
    count = CLASS_SMOOTHED if wanted.of_classes else SMOOTHED
    if wanted.of_classes:
        jitter, copied, worth = CLASS_JITTER, joined(tuning, choosing), COPIES_WORTH
        shaping = copied if is_copied else tuning
    smoothed = smoothed_copies(shaping, graph, count, chance, whole, jitter)
    if is_copied:
        copies = smoothed_copies(copied, graph, CHOOSING_COPIES, chance, whole, jitter)
        copies = _weighing(copies, worth * choosing.weights.mean())
        # A few rows decide a mean square, and hardly any of what rows tune is theirs.
        others = (tuning,) if wanted.of_errors else ()
        choosing = joined(choosing, copies, *others)
    if wanted.robust:
        noisy = [
            noisy_copy(choosing, graph, wanted.robust, tuning, chance) for _ in range(NOISY_COPIES)
        ]
        choosing = joined(choosing, *noisy)
    deciding = smoothed
    if wanted.of_classes:
        more = smoothed_copies(shaping, graph, DECIDING_COPIES, chance, whole, jitter)
        deciding = joined(smoothed, more)
    return Folds(tuning, smoothed, choosing, judging, choosing_rows, deciding)


def smoothed_copies(
    samples: Samples,
    graph: Graph,
    count: int,
    chance: np.random.Generator,
    whole: frozenset[str] = frozenset(),
    jitter: float = JITTER,
) -> Samples:
    """About `count` rows between rows and their nearest neighbours, within the range of each input.

    Rows are drawn by their weights. Copies at which the expressions have no value are left out, and inputs in `whole`
    stay whole numbers. They have no labels, and count alike.
    """
    names = list(samples.inputs)
    base = np.stack([samples.inputs[name] for name in names], axis=1)
    weights = samples.weights
    if samples.rows > MOST_NEIGHBOURED:
        some = chance.permutation(samples.rows)[:MOST_NEIGHBOURED]
        base, weights = base[some], weights[some]
    deviations = _safe_deviations(base)
    near = _neighbours(base / deviations)
    total = weights.sum()
    shares = weights / total if total > 0 else None
    rows = chance.choice(len(base), count, p=shares)
    other = near[rows, chance.integers(0, near.shape[1], count)]
    step = chance.uniform(-BEYOND, 1.0, (count, 1))
    moved = base[rows] * (1 - step) + base[other] * step
    moved += jitter * base.std(axis=0) * chance.standard_normal(moved.shape)
    moved = np.clip(moved, base.min(axis=0), base.max(axis=0))
    columns = {
        name: np.rint(moved[:, k]) if name in whole else moved[:, k] for k, name in enumerate(names)
    }
    return _told(columns, graph, None, np.ones(count))


def noisy_copy(
    samples: Samples,
    graph: Graph,
    strength: float,
    like: Samples,
    chance: np.random.Generator,
) -> Samples:
    """The rows with normal noise of so many standard deviations on each input; labels stay what they are.

    Standard deviations are those of the rows `like` it; what are whole numbers there stay whole. Rows at which the
    expressions have no value any more are left out.
    """
    moved = with_noise(samples.inputs, strength, like, chance)
    whole = whole_columns(like)
    columns = {name: np.rint(column) if name in whole else column for name, column in moved.items()}
    return _told(columns, graph, samples.labels, samples.weights)


def with_noise(
    inputs: Mapping[str, Floats], strength: float, like: Samples, chance: np.random.Generator
) -> dict[str, Floats]:
    """Inputs with normal noise on each, of so many standard deviations of the rows `like` them."""
    return {
        name: column + strength * like.inputs[name].std() * chance.standard_normal(len(column))
        for name, column in inputs.items()
    }


def joined(*parts: Samples) -> Samples:
    """The rows of all parts; without labels unless all have some."""
    labels = [part.labels for part in parts]
    known = [each for each in labels if each is not None]
    return Samples(
        {name: np.concatenate([p.inputs[name] for p in parts]) for name in parts[0].inputs},
        np.concatenate([part.exact for part in parts]),
        np.concatenate(known) if len(known) == len(parts) else None,
        np.concatenate([part.weights for part in parts]),
    )


def _told(
    columns: dict[str, Floats], graph: Graph, labels: Integers | None, weights: Floats
) -> Samples:
    """Rows with what the expressions are there, without those where they have no value, or must have none."""
    exact = exact_at(graph, columns)
    samples = Samples(columns, exact.outputs, labels, weights)
    return samples if exact.usable.all() else samples.taken(exact.usable)


def _weighing(samples: Samples, total: float) -> Samples:
    """The samples with weights of that sum."""
    return replace(samples, weights=np.full(samples.rows, total / max(1, samples.rows)))


def _safe_deviations(base: Floats) -> Floats:
    deviations: Floats = base.std(axis=0)
    deviations[deviations == 0] = 1.0
    return deviations


def _neighbours(points: Floats) -> Integers:
    """The nearest others of each point."""
    near = np.empty((len(points), min(NEIGHBOURS, len(points) - 1)), dtype=np.int64)
    for row, point in enumerate(points):
        distance = ((points - point) ** 2).sum(axis=1)
        distance[row] = np.inf
        near[row] = np.argsort(distance, kind="stable")[: near.shape[1]]
    return near


def whole_columns(samples: Samples) -> frozenset[str]:
    """The inputs that are whole numbers in all rows."""
    return frozenset(
        name for name, column in samples.inputs.items() if (column == np.rint(column)).all()
    )
