"""How far any datapath is from the mathematics: proved bounds over boxes of the inputs, the worst of which are cut.

Nothing is asked of the datapath: it may be no lowering of the graph. Over each box the integers that its cells can be
(`cells_over_boxes`) stand against the real values there (`boxes`), so that the bound is near to the truth where boxes
are small, and never below it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from symhdl.analysis.boxes import Boxes, Enclosing, Enclosures, Span, bounded, can_be_cut
from symhdl.analysis.cells_over_boxes import CellsOverBoxes, Reached, Whole
from symhdl.analysis.cones import Cone
from symhdl.analysis.spaces import Mask
from symhdl.functions.operation import Operation
from symhdl.ir.datapath import Datapath, Port
from symhdl.ir.graph import Graph, GraphBuilder, Node, OutputDeclaration
from symhdl.numeric.interval import Intervals
from symhdl.request import InputPlan

GOOD_ENOUGH = 1 + 1 / 32  # times what is surely reached
EXACT = 1 << 53  # integers below it are doubles, and no others are rounded to these
ALWAYS = (math.inf, -math.inf)  # within which nothing is
UNSURE = 1 / 16  # of what the hardware changes over a box, told of each of its inputs alike

Meeting = Callable[[Intervals, Sequence[Reached]], Intervals]
"""What is bounded over boxes, of the real values there and of what the hardware can be."""


def proved_bounds(
    graph: Graph, datapath: Datapath, work: int, inputs: Sequence[InputPlan] = ()
) -> tuple[float | None, ...]:
    """For each output a bound of |hardware - real| wherever the inputs are; None where none is found.

    The graph is expanded, with outputs in the order of the ports. The inputs are what `inputs` plan, else whatever
    the ports take. `work` is about how many operations on a box are done, for all outputs together.
    """
    plans = inputs or planned_ports(datapath)
    share = work // max(1, len(datapath.outputs))
    return tuple(
        _deviation(graph, datapath, plans, output.node, port, share)
        for output, port in zip(graph.outputs, datapath.outputs, strict=True)
    )


def proved_lead(
    graph: Graph, datapath: Datapath, work: int, inputs: Sequence[InputPlan] = ()
) -> float | None:
    """By how much the greatest output of the graph must lead so that the hardware surely has it as the winner, too.

    The hardware has either scores, one for each output of the graph, of which the greatest wins, whatever their scale,
    or one output, the number of the winner. No class of the hardware's is ever less by more than that than the best
    one. None where nothing is found out; 0 says that the hardware is always right where there is one winner.
    """
    plans = inputs or planned_ports(datapath)
    scores = [output.node for output in graph.outputs]
    pairs = [(i, j) for i in range(len(scores)) for j in range(len(scores)) if i < j]
    leads: list[float] = []
    for i, j in pairs:
        difference, node = _with_difference(graph, scores[i], scores[j])
        ports = datapath.outputs
        is_index = len(ports) == 1
        targets = [ports[0].cell] if is_index else [ports[i].cell, ports[j].cell]
        meeting = (
            _wrong_index(ports[0], len(scores), i, j)
            if is_index
            else _wrong_scores(ports[i], ports[j])
        )
        found = _bounded(difference, node, datapath, plans, targets, meeting, work // len(pairs))
        if found is None:
            return None
        leads.append(found)
    return max(leads, default=0.0)


def proved_switch(
    graph: Graph, datapath: Datapath, work: int, inputs: Sequence[InputPlan] = ()
) -> float | None:
    """How far above or below 0 the one output of the graph must be so that the hardware's bit surely says which.

    The hardware's output is 1 where the graph's is positive, or not negative, else 0.
    """
    plans = inputs or planned_ports(datapath)
    (port,) = datapath.outputs
    (output,) = graph.outputs
    meeting = _wrong_index(port, 2, 1, 0)
    return _bounded(graph, output.node, datapath, plans, [port.cell], meeting, work)


def planned_ports(datapath: Datapath) -> tuple[InputPlan, ...]:
    """The inputs that a datapath takes: all that may arrive at its ports."""
    return tuple(
        InputPlan(port.name, port.format, port.minimum, port.maximum) for port in datapath.inputs
    )


def _deviation(
    graph: Graph, datapath: Datapath, plans: Sequence[InputPlan], node: int, port: Port, work: int
) -> float | None:
    def meeting(real: Intervals, cells: Sequence[Reached]) -> Intervals:
        return _numbers(cells[0], port.format.fraction) - real

    return _bounded(graph, node, datapath, plans, [port.cell], meeting, work)


def _wrong_index(port: Port, classes: int, first: int, second: int) -> Meeting:
    """How far the one score is above the other where the hardware may say the other one, and the same below.

    It says the whole number next to the port's, and may mean any class with a number that is of none.
    """

    def meeting(real: Intervals, cells: Sequence[Reached]) -> Intervals:
        told = _numbers(cells[0], port.format.fraction)
        low, high = np.ceil(told.lower - 0.5), np.floor(told.upper + 0.5)
        is_none = (low < 0) | (high >= classes)
        may_be_first = is_none | (low <= first) & (first <= high)
        may_be_second = is_none | (low <= second) & (second <= high)
        return _lost(real, may_be_first, may_be_second)

    return meeting


def _wrong_scores(first: Port, second: Port) -> Meeting:
    """The same where the greater of two numbers tells."""

    def meeting(real: Intervals, cells: Sequence[Reached]) -> Intervals:
        a, b = (
            _numbers(x, port.format.fraction)
            for x, port in zip(cells, (first, second), strict=True)
        )
        return _lost(real, a.upper >= b.lower, b.upper >= a.lower)

    return meeting


def _lost(real: Intervals, may_be_first: Mask, may_be_second: Mask) -> Intervals:
    """What is lost by a choice of the first of two, below 0, and by a choice of the second, above."""
    below, above = (
        Intervals(end(real.lower, 0.0), end(real.upper, 0.0)) for end in (np.minimum, np.maximum)
    )
    return Intervals(
        np.where(may_be_first, below.lower, np.where(may_be_second, above.lower, 0.0)),
        np.where(may_be_second, above.upper, np.where(may_be_first, below.upper, 0.0)),
    )


def _with_difference(graph: Graph, first: int, second: int) -> tuple[Graph, int]:
    """The graph with one node more: what the one node is above the other."""
    node = Node(Operation.SUBTRACT, (first, second))
    builder = GraphBuilder()
    for each, span in zip(graph.nodes, graph.spans, strict=True):
        builder.append(each, span)
    index = builder.append(node)
    declared = (OutputDeclaration("difference", index),)
    return Graph(
        tuple(builder.nodes), tuple(builder.spans), tuple(builder.names), graph.inputs, declared
    ), index


def _bounded(
    graph: Graph, node: int, datapath: Datapath, plans: Sequence[InputPlan],
    targets: Sequence[int], meeting: Meeting, work: int,
) -> float | None:  # fmt: skip
    """The largest size of what is met with; None where the numbers of the inputs are no doubles."""
    if not can_be_cut(plans):
        return None
    cells = CellsOverBoxes(datapath, targets)
    cone = Cone.of(graph, node)
    if not cone.inputs:
        real = cone.values({})[node]
        found = meeting(real, cells.over({}, 1))
        return _finite(max(map(abs, found.hull())))
    enclosing = _Meeting(cone, plans, cells, meeting)
    limit, _ = bounded(enclosing, (0.0, 0.0), _aim, max(work, enclosing.work(1)))
    return None if limit is None else _finite(max(abs(limit.lower), abs(limit.upper)))


def _finite(bound: float) -> float | None:
    return bound if math.isfinite(bound) else None


def _aim(seen: Span) -> Span:
    """A bound that is little more than what is reached."""
    size = max(map(abs, seen)) * GOOD_ENOUGH
    return -size, size


def _numbers(reached: Reached, fraction: int) -> Intervals:
    """Integers as the real numbers that they stand for, rounded outward where these are no doubles."""
    low, high = (np.asarray(end, dtype=np.float64) for end in (reached.low, reached.high))
    is_exact = np.maximum(np.abs(low), np.abs(high)) < EXACT
    low = np.where(is_exact, low, np.nextafter(low, -np.inf))
    high = np.where(is_exact, high, np.nextafter(high, np.inf))
    return Intervals(np.ldexp(low, -fraction), np.ldexp(high, -fraction))


class _Meeting(Enclosing):
    """Bounds what hardware and real values are together."""

    def __init__(
        self, cone: Cone, plans: Sequence[InputPlan], cells: CellsOverBoxes, meeting: Meeting
    ) -> None:
        super().__init__(cone, plans)
        self.cells, self.meeting = cells, meeting
        self._each += cells.operations
        self.straight[:] = False  # the hardware is not, whatever the graph is
        self._others = {
            plan.name: (np.array([plan.minimum]), np.array([plan.maximum])) for plan in plans
        }

    def over(self, boxes: Boxes, wanted: Span) -> Enclosures:
        """The bounds over every box, of real values by all methods."""
        del wanted  # by the real values alone nothing is told
        real = super().over(boxes, ALWAYS)
        middles = boxes.low + (boxes.high - boxes.low) // 2
        found = self.meeting(real.bound, self._cells_over(boxes.low, boxes.high))
        changed = np.where(np.isfinite(found.upper - found.lower), found.upper - found.lower, 0.0)
        parts = (boxes.high - boxes.low) / self.spans
        effects = real.effects + UNSURE * changed * parts / parts.sum(axis=0).clip(1e-300)
        return Enclosures(
            found,
            np.where(parts > 0, effects, -1.0),
            self.meeting(real.middle, self._cells_over(middles, middles)),
        )

    def _cells_over(self, low: Whole, high: Whole) -> list[Reached]:
        names = [self.cone.graph.nodes[k].name for k in self.cone.inputs]
        ends: Mapping[str, tuple[Whole, Whole]] = {
            **self._others,
            **{name: (low[row], high[row]) for row, name in enumerate(names)},
        }
        return self.cells.over(ends, low.shape[1])
