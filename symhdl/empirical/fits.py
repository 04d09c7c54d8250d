"""Puts functions fitted to rows in the place of those within an error, where that takes less for what it misses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from symhdl.approximation import Approximation, SmoothFunction, Specification
from symhdl.approximation.built import worth_of
from symhdl.cost.operators import Fabric
from symhdl.empirical.fitted_functions import Fitted, front, measured, weights_of
from symhdl.empirical.gains import acting_on
from symhdl.empirical.samples import Floats, Samples
from symhdl.evaluate import evaluate_nodes
from symhdl.ir.graph import Graph
from symhdl.lowering import NoFunctionError
from symhdl.precision.shares import Shares


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """Of a graph the values of its nodes at the rows, and what the square of an error of each counts there."""

    graph: Graph
    values: Sequence[Floats]
    counts: Sequence[Floats]


@dataclass(slots=True)
class Fits:
    """All functions that were fitted: their fronts. Squares are parts of the mean square that is `wanted`."""

    rows: Samples
    directions: Sequence[Floats]
    wanted: float
    fabric: Fabric
    _seen: list[_Seen] = field(default_factory=list)
    _fronts: dict[tuple[int, int, Specification], tuple[Fitted, ...]] = field(default_factory=dict)
    _found: dict[tuple[int, int, Specification, str, float], Fitted | None] = field(
        default_factory=dict
    )

    def seen(self, graph: Graph) -> int:
        """The number of a graph of which the rows are known."""
        for number, each in enumerate(self._seen):
            if each.graph == graph:
                return number
        rows = self.rows.rows
        values = [np.broadcast_to(v, rows) for v in evaluate_nodes(graph, self.rows.inputs)]
        counts = [np.zeros(rows)] * len(graph.nodes)
        for index, gain in acting_on(graph, self.rows.inputs, self.directions):
            counts[index] = (gain * gain).max(axis=0) / self.wanted
        self._seen.append(_Seen(graph, values, counts))
        return len(self._seen) - 1

    def weights(
        self, number: int, node: int, argument: int, specification: Specification
    ) -> Floats:
        """What each argument of a function counts."""
        seen = self._seen[number]
        return weights_of(seen.values[argument], seen.counts[node], specification)

    def cheapest(
        self, number: int, node: int, argument: int, function: SmoothFunction,
        specification: Specification, found: Approximation, price: float,
    ) -> Approximation:  # fmt: skip
        """What is worth least with the price of its square, of what is fitted and what was found."""
        wide = _without_error(specification)
        key = number, node, wide
        weights: Floats | None = None
        if key not in self._fronts:
            weights = self.weights(number, node, argument, specification)
            self._fronts[key] = front(function, wide, weights, self.fabric)
        ways = self._fronts[key]
        if not ways:
            return found
        own = (*key, found.method, found.error)
        if own not in self._found:
            if weights is None:
                weights = self.weights(number, node, argument, specification)
            square = measured(function, found, weights)
            self._found[own] = (
                None if square is None else Fitted(worth_of(found, self.fabric), square, found)
            )
        known = self._found[own]
        tried = ways if known is None else (*ways, known)
        return min(tried, key=lambda way: way.worth + price * way.square).approximation


def _without_error(specification: Specification) -> Specification:
    """The same for all errors of one order of magnitude: the error says how precisely is computed."""
    return Specification(
        specification.minimum, specification.maximum, specification.fraction,
        math.ldexp(1.0, math.frexp(specification.error)[1] // 8 * 8), result=specification.result,
    )  # fmt: skip


@dataclass(slots=True)
class FitterOfDesign:
    """Fits the functions of one design at a price of squares, in LUTs for all of the mean square that is wanted.

    What an approximation is beyond the tolerance of its node is in `errors`.
    """

    fits: Fits
    shares: Shares
    tolerances: Floats
    price: float
    errors: dict[int, float] = field(default_factory=dict)

    def __call__(
        self, node: int, function: SmoothFunction, specification: Specification, found: Approximation
    ) -> Approximation:  # fmt: skip
        """The approximation that is built."""
        graph, regions = self.shares.graph, self.shares.regions
        argument = regions.arguments.get(node, graph.nodes[node].operands[0])
        number = self.fits.seen(graph)
        best = self.fits.cheapest(
            number, node, argument, function, specification, found, self.price
        )
        if best.error > self.tolerances[node]:
            self.errors[node] = best.error
            raise NoFunctionError(node)
        return best
