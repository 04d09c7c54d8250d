"""Ranges of inputs that preconditions imply: comparisons of inputs, or of their absolute values, with constants."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from symhdl.errors import Span
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Node
from symhdl.sources.fpcore.arithmetic import Arithmetic

_RELATIONS = (Operation.LESS, Operation.LESS_EQUAL, Operation.EQUAL)


class Interval(NamedTuple):
    """The numbers from `low` to `high`; None is infinity on its side."""

    low: Fraction | None = None
    high: Fraction | None = None

    def meet(self, other: Interval) -> Interval:
        """What lies in both."""
        lows = [low for low in (self.low, other.low) if low is not None]
        highs = [high for high in (self.high, other.high) if high is not None]
        return Interval(max(lows, default=None), min(highs, default=None))

    @property
    def is_empty(self) -> bool:
        """Whether no number lies inside."""
        return self.low is not None and self.high is not None and self.low > self.high


EVERYTHING = Interval()


def hull(intervals: Sequence[Interval]) -> Interval:
    """The smallest interval around all."""
    lows = [interval.low for interval in intervals if interval.low is not None]
    highs = [interval.high for interval in intervals if interval.high is not None]
    return Interval(
        min(lows) if len(lows) == len(intervals) else None,
        max(highs) if len(highs) == len(intervals) else None,
    )


@dataclass(slots=True)
class Box:
    """The ranges of nodes, those of inputs among them, outside of which conditions surely do not hold."""

    arithmetic: Arithmetic
    ranges: dict[int, Interval] = field(default_factory=dict)
    is_empty: bool = False

    def narrow(self, conditions: Iterable[tuple[int, Span]]) -> list[Span]:
        """Takes conditions into account that hold all together; the places of those that say more than ranges do."""
        comparisons: list[tuple[int, int, Span]] = []
        beyond: list[Span] = []
        for condition, span in conditions:
            is_box = True
            for node in self._conjuncts(condition):
                decision = self.arithmetic.decided(node, span)
                found = [] if decision is not None else self._comparisons(node)
                comparisons += [(left, right, span) for left, right in found]
                is_range = bool(found) and all(self._is_range(*sides) for sides in found)
                is_box = is_box and (is_range or decision is not None)
                self.is_empty = self.is_empty or decision is False
            if not is_box:
                beyond.append(span)
        # Forwards for lower bounds, backwards for upper ones: (<= 0 x y 1) bounds both.
        for left, right, span in (*comparisons, *reversed(comparisons)):
            low, high = self._reach(left, span).low, self._reach(right, span).high
            self._restrict(left, Interval(None, high))
            self._restrict(right, Interval(low, None))
        self.is_empty = self.is_empty or any(found.is_empty for found in self.ranges.values())
        return beyond

    def _node(self, index: int) -> Node:
        return self.arithmetic.calculator.builder.nodes[index]

    def _conjuncts(self, condition: int) -> list[int]:
        """The conditions that `and` joins."""
        found: list[int] = []
        waiting = [condition]
        while waiting:
            current = waiting.pop()
            if self._node(current).operation is Operation.AND:
                waiting += reversed(self._node(current).operands)
            else:
                found.append(current)
        return found

    def _comparisons(self, condition: int) -> list[tuple[int, int]]:
        """What is at most what where the condition holds."""
        node = self._node(condition)
        if node.operation not in _RELATIONS:
            return []
        left, right = node.operands
        is_equal = node.operation is Operation.EQUAL
        return [(left, right), (right, left)] if is_equal else [(left, right)]

    def _is_range(self, left: int, right: int) -> bool:
        """Whether a range of an input says all that the comparison does."""
        varies = self.arithmetic.calculator.builder.varies
        index = left if varies(left) else right
        node = self._node(index)
        if index == left and node.operation is Operation.ABSOLUTE:
            node = self._node(node.operands[0])
        return node.operation is Operation.INPUT and not (varies(left) and varies(right))

    def _reach(self, index: int, span: Span) -> Interval:
        if index not in self.ranges:
            ends = self.arithmetic.enclosure(index, span)
            self.ranges[index] = EVERYTHING if ends is None else Interval(*ends)
        return self.ranges[index]

    def _restrict(self, index: int, interval: Interval) -> None:
        found = self.ranges.get(index, EVERYTHING).meet(interval)
        self.ranges[index] = found
        node = self._node(index)
        if node.operation is Operation.ABSOLUTE and found.high is not None:
            operand = node.operands[0]
            inside = Interval(-found.high, found.high)
            self.ranges[operand] = self.ranges.get(operand, EVERYTHING).meet(inside)
