"""Values that nodes are known to reach, found in double precision at some inputs: what bounds can be at best."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from symhdl.evaluate import evaluate_nodes
from symhdl.ir.graph import Graph
from symhdl.numeric.interval import Floats
from symhdl.request import InputPlan

POINTS = 512
MOST_NUMBERS = 1 << 21  # of all nodes together
CORNERS = 7  # inputs of which all corners are tried


def seen_ranges(graph: Graph, plans: Sequence[InputPlan]) -> list[tuple[float, float]]:
    """The least and the greatest value of every node that was found; infinite the other way round where none was.

    Doubles are rounded: this is no bound of anything.
    """
    points = max(8, min(POINTS, MOST_NUMBERS // max(1, len(graph.nodes))))
    by_name = {
        plan.name: column for plan, column in zip(plans, _points(plans, points), strict=True)
    }
    found: list[tuple[float, float]] = []
    for value in evaluate_nodes(graph, by_name):
        least = np.fmin.reduce(np.where(np.isfinite(value), value, np.inf), axis=None)
        greatest = np.fmax.reduce(np.where(np.isfinite(value), value, -np.inf), axis=None)
        found.append((float(least), float(greatest)))
    return found


def _points(plans: Sequence[InputPlan], count: int) -> list[Floats]:
    """Numbers of every input: corners first, the others spread by an additive recurrence (Roberts 2018)."""
    columns: list[Floats] = []
    place = np.arange(count)
    base = _base(len(plans))
    for number, plan in enumerate(plans):
        share = (0.5 + place * base ** -(number + 1.0)) % 1.0
        # Many an extremum lies at ends of the inputs: in a half of the points about every second number is one.
        corner = place >> number % CORNERS & 1
        bent = np.where(share < 0.25, 0.0, np.where(share > 0.75, 1.0, 2 * share - 0.5))
        share = np.where(place < 1 << CORNERS, corner, np.where(place % 2 == 0, share, bent))
        span = plan.maximum - plan.minimum
        columns.append((plan.minimum + np.rint(share * span)) * 2.0**-plan.format.fraction)
    return columns


def _base(dimensions: int) -> float:
    """The root above 1 of x**(d + 1) = x + 1, which spreads points evenly."""
    x = 2.0
    for _ in range(32):
        x = (1 + x) ** (1 / (dimensions + 1))
    return x
