"""Between which numbers of its format the value of an output may lie, for all numbers of the few inputs that it has."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from symhdl.analysis.node_ranges import node_range
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, reachable
from symhdl.numeric.fixed import FixedFormat
from symhdl.numeric.interval import Floats, Intervals
from symhdl.precision.goals import OutputGoal
from symhdl.request import InputPlan

Integers = NDArray[np.int64]

LARGEST = 1 << 50  # units of a value: what is added to it is exact in doubles
ROUNDINGS = 4 * 2.0**-52  # of a value: what sums of doubles are wrong by


@dataclass(frozen=True, slots=True)
class Windows:
    """For all integers at the ports of some inputs those that an output may have: from `low` to `high`.

    The inputs are places among the plans; the first of them changes fastest. `least` and `greatest` are the ends
    between which the real value lies, in units of the output's last bit.
    """

    inputs: tuple[int, ...]
    low: Integers
    high: Integers
    least: Floats
    greatest: Floats

    def error_of(self, entries: Integers) -> float:
        """The largest distance of one of some integers from the real value, in units."""
        distance = np.maximum(np.abs(entries - self.least), np.abs(entries - self.greatest))
        return float(distance.max() * (1 + ROUNDINGS))


def inputs_of(graph: Graph, inputs: Sequence[InputPlan], goal: OutputGoal) -> tuple[int, ...]:
    """The places of the inputs that an output hangs on, in order."""
    cone = reachable(graph.nodes, [goal.node])
    names = {graph.nodes[k].name for k in cone if graph.nodes[k].operation is Operation.INPUT}
    return tuple(place for place, plan in enumerate(inputs) if plan.name in names)


def address_bits(plan: InputPlan) -> int:
    """How many of its lowest bits tell all integers at the port of an input apart."""
    least, greatest = plan.port_range
    return (greatest - least).bit_length()


def windows_of(
    graph: Graph, inputs: Sequence[InputPlan], goal: OutputGoal, places: Sequence[int]
) -> Windows | None:
    """The windows of an output that hangs on the inputs at these places.

    Proved by intervals at every point: inputs are numbers, what is beyond a range is held at its ends. None where a
    value is not known well enough, such as next to a tie, or a window is empty.
    """
    value = _values(graph, inputs, goal.node, places)
    if value is None:
        return None
    least, greatest = (np.ldexp(end, goal.format.fraction) for end in (value.lower, value.upper))
    if not (np.abs(least) < LARGEST).all() or not (np.abs(greatest) < LARGEST).all():
        return None
    allowed = math.nextafter(float(goal.error / goal.format.ulp), 0.0)
    lost = ROUNDINGS * (np.maximum(np.abs(least), np.abs(greatest)) + allowed + 1)
    low = np.ceil(greatest - allowed + lost).astype(np.int64)
    high = np.floor(least + allowed - lost).astype(np.int64)
    low, high = _held(goal.format, low, high)
    return None if (low > high).any() else Windows(tuple(places), low, high, least, greatest)


def _held(format: FixedFormat, low: Integers, high: Integers) -> tuple[Integers, Integers]:
    return np.maximum(low, format.minimum), np.minimum(high, format.maximum)


def _values(
    graph: Graph, inputs: Sequence[InputPlan], output: int, places: Sequence[int]
) -> Intervals | None:
    """The value of a node at all integers; None where it has none somewhere."""
    counts = [plan.port_range[1] - plan.port_range[0] + 1 for plan in inputs]
    shape = [counts[place] for place in reversed(places)]
    axis_of = {inputs[place].name: axis for axis, place in enumerate(reversed(places))}
    plan_of = {plan.name: plan for plan in inputs}
    values: dict[int, Intervals] = {}
    for index in reachable(graph.nodes, [output]):
        node = graph.nodes[index]
        if node.operation is Operation.INPUT:
            plan = plan_of[node.name]
            least, greatest = plan.port_range
            own = np.clip(np.arange(least, greatest + 1), plan.minimum, plan.maximum)
            along = np.ldexp(own.astype(np.float64), -plan.format.fraction).reshape(
                [-1 if axis == axis_of[node.name] else 1 for axis in range(len(shape))]
            )
            numbers = np.ascontiguousarray(np.broadcast_to(along, shape)).ravel()
            values[index] = Intervals(numbers, numbers)
        elif node.value is not None:
            values[index] = Intervals.of(node.value, node.value)
        else:
            values[index] = node_range(graph, node, [values[k] for k in node.operands], 0)
    found = values[output]
    return found if found.finite.all() else None
