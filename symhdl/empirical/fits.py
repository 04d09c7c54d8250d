"""Puts functions fitted to rows in the place of those within an error, where that takes less for what it misses."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
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
from symhdl.precision.shares import Shares

CUT = 5  # bits: ranges begin and end at multiples of the 2**-CUT-th part


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
    _ways: dict[tuple[int, int, Specification], tuple[Fitted, ...]] = field(default_factory=dict)

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

    def ways(
        self, number: int, node: int, argument: int, function: SmoothFunction,
        specification: Specification, find: Callable[[], Approximation],
    ) -> Sequence[Fitted]:  # fmt: skip
        """What is fitted, and what is found within the error of the specification where it is first asked for."""
        wide = _wide(specification)
        key = number, node, wide
        if key not in self._ways:
            weights = self.weights(number, node, argument, wide)
            ways = front(function, wide, weights, self.fabric)
            if ways:
                ordinary = find()
                weights = self.weights(number, node, argument, ordinary.specification)
                square = measured(function, ordinary, weights)
                if square is not None:
                    ways += (Fitted(worth_of(ordinary, self.fabric), square, ordinary),)
            self._ways[key] = ways
        return [each for each in self._ways[key] if _is_for(each.approximation, specification)]


def _is_for(approximation: Approximation, specification: Specification) -> bool:
    """Whether an approximation is for all arguments of a specification."""
    own = approximation.specification
    return own.minimum <= specification.minimum and specification.maximum <= own.maximum


def _wide(specification: Specification) -> Specification:
    """The same for all errors of one order of magnitude, which say how precisely is computed, and a range that is cut.

    Ranges that differ a little, as what stands before is a little more or less wrong, have their fits in common.
    """
    part = 1 << max(0, specification.span.bit_length() - CUT)
    return Specification(
        specification.minimum // part * part, (specification.maximum // part + 1) * part - 1,
        specification.fraction, math.ldexp(1.0, math.frexp(specification.error)[1] // 8 * 8),
        result=specification.result,
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
        self, node: int, function: SmoothFunction, specification: Specification,
        find: Callable[[], Approximation],
    ) -> Approximation:  # fmt: skip
        """The one that is worth least with the price of its square, or what is found where that is out of tolerance."""
        graph, regions = self.shares.graph, self.shares.regions
        argument = regions.arguments.get(node, graph.nodes[node].operands[0])
        number = self.fits.seen(graph)
        ways = self.fits.ways(number, node, argument, function, specification, find)
        if not ways:
            return find()
        best = min(ways, key=lambda way: way.worth + self.price * way.square).approximation
        if best.error > self.tolerances[node]:
            self.errors[node] = best.error
            return find()
        return best
