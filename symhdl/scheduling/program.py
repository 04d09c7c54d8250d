"""Linear programs over differences of whole numbers."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class DifferenceProgram:
    """The least sum of costs of numbers that lie between bounds and are at least so far apart.

    The matrix is that of a network, so that the corners of what is allowed, of which one is the optimum, are whole. Of
    all optima the one is taken in which every number that has `late` set is as large as it is in any of them, so that
    the answer is the same on every machine.
    """

    lows: list[int] = field(default_factory=list)
    highs: list[int] = field(default_factory=list)
    costs: list[int] = field(default_factory=list)
    late: list[bool] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    second: list[int] = field(default_factory=list)
    least: list[int] = field(default_factory=list)

    def number(self, low: int, high: int, *, late: bool = False) -> int:
        """Another number, whose index this is."""
        self.lows.append(low)
        self.highs.append(high)
        self.costs.append(0)
        self.late.append(late)
        return len(self.lows) - 1

    def keep_apart(self, first: int, second: int, least: int) -> None:
        """The second number minus the first one is at least so much."""
        self.first.append(first)
        self.second.append(second)
        self.least.append(least)

    def solved(self) -> list[int] | None:
        """The numbers; None if HiGHS gives up."""
        from symhdl.scheduling.highs import solution

        reach = sum(high - low for low, high in zip(self.lows, self.highs, strict=True)) + 1
        costs = [cost * reach - late for cost, late in zip(self.costs, self.late, strict=True)]
        pairs = [self.first, self.second]
        return solution(costs, self.lows, self.highs, pairs, self.least)
