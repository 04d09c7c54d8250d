"""Which rows are worth what they cost: those that no other of their class and device beats or equals on all axes."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from symhdl.choices import SHARES_ON_DATA
from symhdl.explore.row import Row

GREATEST = sys.float_info.max


def on_front(rows: Sequence[Row], axes: Sequence[str]) -> list[bool]:
    """Whether each row is on the front of its class and device: none is better on one axis, and no worse on all.

    Rows that are equal on all axes are on it together. What is not known of a row is worse than all that is; a row
    that failed is never on a front.
    """
    groups: dict[tuple[str, str], list[int]] = {}
    for place, row in enumerate(rows):
        if row.status != "failed":
            group = row.class_name, dict(row.options).get("device", "")
            groups.setdefault(group, []).append(place)
    flags = [False] * len(rows)
    for places in groups.values():
        values = np.array([_costs(rows[place], axes) for place in places], dtype=np.float64)
        for place in np.flatnonzero(front_of(values)).tolist():
            flags[places[place]] = True
    return flags


def _costs(row: Row, axes: Sequence[str]) -> list[float]:
    values = row.values()
    return [_cost(values.get(axis), axis) for axis in axes]


def _cost(value: object, axis: str) -> float:
    """The value as what is to be small, which shares are not."""
    if isinstance(value, int):  # of as many digits as somebody wrote
        value = max(-GREATEST, min(value, GREATEST))
    if not isinstance(value, int | float) or math.isnan(value):
        return math.inf
    return -float(value) if axis in SHARES_ON_DATA else float(value)


def front_of(costs: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The rows (points x axes) that no other dominates, equal ones among them; less is better, infinite is unknown.

    Two axes take the time of sorting (Kung, Luccio and Preparata 1975), others that and once the front for each row.
    """
    if not costs.size:
        return np.zeros(len(costs), dtype=np.bool_)
    points, place = np.unique(costs, axis=0, return_inverse=True)
    if points.shape[1] == 2:
        before = np.minimum.accumulate(points[:-1, 1])
        kept = np.concatenate([[True], points[1:, 1] < before])
    else:
        kept = _undominated(points)
    kept &= np.isfinite(points).any(axis=1)
    flags: NDArray[np.bool_] = kept[place.reshape(-1)]
    return flags


def _undominated(points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Of different points in lexical order those that none before them dominates."""
    kept = np.zeros(len(points), dtype=np.bool_)
    front = np.empty_like(points)
    size = 0
    for number, point in enumerate(points):
        if not (front[:size] <= point).all(axis=1).any():
            front[size] = point
            size += 1
            kept[number] = True
    return kept
