"""How much each node's own rounding may add to the error of each output: proved, for all outputs in one backward sweep.

An error e of an operand changes a result by the derivative, somewhere between the real and the computed operand, times
e (the mean value theorem). From the outputs backwards these bounds multiply, so that the error of an output is at most
the sum, over all nodes, of a node's own error times what the ways from it to the output make of it. What jumps passes
no error on: its whole error, as it was proved forwards, counts as its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from symhdl.analysis.backward import Acting, Rules, swept
from symhdl.analysis.derivatives import derivatives_of
from symhdl.analysis.errors import Slopes
from symhdl.analysis.propagation import Errors, Meetings, operands_of
from symhdl.analysis.ranges import Ranges
from symhdl.analysis.regions import NO_REGIONS, Regions
from symhdl.analysis.spaces import CONSTANT_SPACE, Indices, Mask
from symhdl.ir.graph import Graph
from symhdl.numeric.interval import Floats, Intervals

LEAST = 5e-324
"""The least double above 0: a bound of what is rounded to 0."""
ROUNDED = 1 + 2.0**-30
"""More than all roundings of products and sums of doubles can take from a bound, in a graph of up to 2**20 nodes."""


def contributions(
    graph: Graph,
    ranges: Ranges,
    local: Sequence[Intervals],
    errors: Errors,
    slopes: Slopes,
    meetings: Meetings,
    regions: Regions = NO_REGIONS,
) -> tuple[Acting, ...]:
    """For each output the nodes that add to its error, and how much each adds at most; the sum bounds the error.

    `local` is what each node adds of its own, `errors` what was proved of that forwards.
    """
    seen = regions.seen(graph)
    sweep = _Backward(seen, ranges, local, errors, slopes, meetings, regions)
    rules = Rules(sweep.passed, sweep.amount, errors.reached)
    outputs = [output.node for output in graph.outputs]
    return tuple((nodes, most * ROUNDED) for nodes, most in swept(seen, ranges, outputs, rules))


def _product(gain: Floats, other: Floats) -> Floats:
    """The product of bounds, 0 only where one of them is."""
    product: Floats = np.where((gain == 0) | (other == 0), 0.0, np.maximum(gain * other, LEAST))
    return product


class _Backward:
    """What the sweep asks of the nodes; what is found out of one is kept for its other operand, and other outputs."""

    def __init__(
        self, graph: Graph, ranges: Ranges, local: Sequence[Intervals], errors: Errors,
        slopes: Slopes, meetings: Meetings, regions: Regions,
    ) -> None:  # fmt: skip
        self.graph, self.ranges, self.local, self.errors = graph, ranges, local, errors
        self.slopes, self.meetings, self.regions = slopes, meetings, regions
        self._known: dict[int, tuple[list[Floats], Mask]] = {}

    def passed(self, index: int, position: int, gain: Floats, _places: Indices) -> Floats:
        """The part of a node's gain that goes to one operand."""
        derivatives, jumps = self._derivatives(index)
        return np.where(jumps, 0.0, _product(gain, derivatives[position]))

    def amount(self, index: int, gain: Floats) -> Floats:
        """What a node of its own adds to the outputs."""
        own = self.local[index].magnitude
        if self.graph.nodes[index].operands and self.ranges.space[index] != CONSTANT_SPACE:
            _, jumps = self._derivatives(index)
            own = np.where(jumps, self.errors.values[index].magnitude, own)
        most: Floats = _product(gain, own).max(axis=1)
        return np.nan_to_num(most, nan=np.inf, posinf=np.inf)

    def _derivatives(self, index: int) -> tuple[list[Floats], Mask]:
        """The largest derivative by each operand, and the pieces on which there is none."""
        found = self._known.get(index)
        if found is None:
            node = self.graph.nodes[index]
            operands = operands_of(self.graph, self.ranges, self.errors, node, index)
            told = derivatives_of(
                index, node.operation, self.regions.function_at(self.graph, index), operands,
                self.ranges.values[index], self.slopes, meets=index in self.meetings,
            )  # fmt: skip
            found = [each.magnitude for each in told.by_operand], told.missing
            self._known[index] = found
        return found
