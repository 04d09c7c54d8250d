"""Clusters of rows of a matrix whose entries have weights: which rows may become one code."""

from __future__ import annotations

import numpy as np

from symhdl.empirical.samples import Floats, Integers

ROUNDS = 12
TINY = 1e-12


def clusters(
    values: Floats, weights: Floats, count: int, generator: np.random.Generator
) -> Integers:
    """The cluster of each row, so that entries differ little from their column's mean in the cluster.

    Weighted k-means (Lloyd), started as k-means++ does (Arthur and Vassilvitskii 2007). Entries without weight say
    nothing. Clusters are numbered by their means.
    """
    rows = len(values)
    columns = (weights * values).sum(axis=0) / np.maximum(weights.sum(axis=0), TINY)
    weighted = weights * values
    squares = (weighted * values).sum(axis=1)
    totals = weights.sum(axis=1)
    place = int(generator.choice(rows, p=totals / totals.sum()))
    centres, nearest = [], np.full(rows, np.inf)
    for _ in range(min(count, rows)):
        centre = np.where(weights[place] > 0, values[place], columns)
        centres.append(centre)
        distance = squares - 2 * weighted @ centre + weights @ (centre * centre)
        nearest = np.maximum(np.minimum(nearest, distance), 0.0)
        total = nearest.sum()
        if total <= TINY:
            break
        place = int(np.searchsorted(np.cumsum(nearest), generator.random() * total))
        place = min(place, rows - 1)
    means = np.array(centres)
    of_row: Integers = np.zeros(rows, dtype=np.int64)
    for turn in range(ROUNDS):
        distances = squares[:, None] - 2 * weighted @ means.T + weights @ (means * means).T
        chosen = distances.argmin(axis=1)
        if turn and np.array_equal(chosen, of_row):
            break
        of_row = chosen.astype(np.int64)
        is_in = (of_row[None, :] == np.arange(len(means))[:, None]).astype(np.float64)
        amount = is_in @ weights
        means = np.where(amount > TINY, is_in @ weighted / np.maximum(amount, TINY), columns)
    order = np.argsort(means.mean(axis=1), kind="stable")
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(len(order))
    found: Integers = number[of_row]
    return found
