"""Linear programs over differences of whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from symhdl.scheduling.highs import Differences

# So many numbers are solved at once; the time of the simplex method grows faster than they do.
LARGEST_PART = 8_000
# So often bounds are passed on; a few times are enough but where there are long ways through the differences.
SWEEPS = 16


@dataclass(frozen=True, slots=True)
class _Open:
    """What bounds and differences alone do not tell of a program: the numbers that are open, and the solver for these.

    `lows` are the least values of all numbers, which those that are not open have. Without open ones there is nothing
    to solve.
    """

    lows: Sequence[int]
    numbers: Sequence[int]
    solver: Differences | None


@dataclass(slots=True)
class DifferenceProgram:
    """The least sum of costs of numbers that lie between bounds and are at least so far apart.

    The matrix is that of a network, so that the corners of what is allowed, of which one is the optimum, are whole. Of
    all optima the one is taken in which every number that has `late` set is as large as it is in any of them, so that
    the answer is the same on every machine. A program of more numbers than are solved at once is divided, which may
    miss the optimum.
    """

    lows: list[int] = field(default_factory=list)
    highs: list[int] = field(default_factory=list)
    costs: list[int] = field(default_factory=list)
    late: list[bool] = field(default_factory=list)
    known: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    second: list[int] = field(default_factory=list)
    least: list[int] = field(default_factory=list)
    _open: _Open | None = None

    def number(self, low: int, high: int, *, known: int, place: int, late: bool = False) -> int:
        """Another number, whose index this is.

        `known` is what it is in an answer that need not be good, and `place` is near to those of the numbers that bear
        on it.
        """
        self.lows.append(low)
        self.highs.append(high)
        self.costs.append(0)
        self.late.append(late)
        self.known.append(known)
        self.places.append(place)
        return len(self.lows) - 1

    def keep_apart(self, first: int, second: int, least: int) -> None:
        """The second number minus the first one is at least so much."""
        self.first.append(first)
        self.second.append(second)
        self.least.append(least)

    def solved(self) -> list[int] | None:
        """The numbers; None if HiGHS gives up. With other costs, but for them the same, it is soon solved again.

        Where there are too many, runs of them in the order of their places are solved one after the other, from the
        last one on, while all others stay as they are.
        """
        if len(self.known) <= LARGEST_PART:
            return self._solved_at_once()
        numbers = list(self.known)
        order = sorted(range(len(numbers)), key=self.places.__getitem__)
        runs = [order[k : k + LARGEST_PART] for k in range(0, len(order), LARGEST_PART)]
        run_of = [0] * len(order)
        for place, run in enumerate(runs):
            for number in run:
                run_of[number] = place
        touching: list[list[int]] = [[] for _ in runs]
        for row, ends in enumerate(zip(self.first, self.second, strict=True)):
            for place in {run_of[number] for number in ends}:
                touching[place].append(row)
        for run, rows in zip(reversed(runs), reversed(touching), strict=True):
            found = self._part(run, rows, numbers)._solved_at_once()
            if found is None:
                return None
            for number, value in zip(run, found, strict=True):
                numbers[number] = value
        return numbers

    def _part(
        self, run: Sequence[int], rows: Sequence[int], numbers: Sequence[int]
    ) -> DifferenceProgram:
        """The program for some numbers, and the differences that touch them, while all others stay as they are."""
        part = DifferenceProgram()
        inside: dict[int, int] = {}
        for number in run:
            inside[number] = part.number(
                self.lows[number],
                self.highs[number],
                known=numbers[number],
                place=0,
                late=self.late[number],
            )
            part.costs[-1] = self.costs[number]
        for row in rows:
            first, second, least = self.first[row], self.second[row], self.least[row]
            a, b = inside.get(first), inside.get(second)
            if a is not None and b is not None:
                part.keep_apart(a, b, least)
            elif a is not None:
                part.highs[a] = min(part.highs[a], numbers[second] - least)
            elif b is not None:
                part.lows[b] = max(part.lows[b], numbers[first] + least)
        return part

    def _solved_at_once(self) -> list[int] | None:
        if self._open is None:
            self._open = self._what_is_open()
        if self._open is None or self._open.solver is None:
            return None if self._open is None else list(self._open.lows)
        reach = sum(self.highs) - sum(self.lows) + 1
        costs = [self.costs[k] * reach - self.late[k] for k in self._open.numbers]
        found = self._open.solver.cheapest(costs)
        if found is None:
            return None
        numbers = list(self._open.lows)
        for number, value in zip(self._open.numbers, found, strict=True):
            numbers[number] = value
        return numbers

    def _what_is_open(self) -> _Open | None:
        """The program without what follows from its bounds and differences; None if nothing fulfils it."""
        lows, highs, is_final = self._passed_on()
        if any(low > high for low, high in zip(lows, highs, strict=True)):
            return None
        numbers = [k for k in range(len(lows)) if lows[k] < highs[k] or not is_final]
        if not numbers:
            return _Open(lows, (), None)
        from symhdl.scheduling.highs import Differences

        places = {number: place for place, number in enumerate(numbers)}
        rows = [
            (places[a], places[b], least)
            for a, b, least in zip(self.first, self.second, self.least, strict=True)
            if a in places and b in places and (lows[b] < highs[a] + least or not is_final)
        ]
        first, second, least = zip(*rows, strict=True) if rows else ((), (), ())
        least_values, most_values = ([ends[k] for k in numbers] for ends in (lows, highs))
        solver = Differences(least_values, most_values, (first, second), least)
        return _Open(lows, numbers, solver)

    def _passed_on(self) -> tuple[list[int], list[int], bool]:
        """The bounds that follow from those of other numbers, and whether there is nothing left to pass on."""
        lows, highs = list(self.lows), list(self.highs)
        # In the order in which they are mostly given, from the ends to the beginnings of ways.
        rows = list(zip(self.first, self.second, self.least, strict=True))
        for _ in range(SWEEPS):
            before = lows.copy(), highs.copy()
            for first, second, least in rows:
                if highs[second] - least < highs[first]:
                    highs[first] = highs[second] - least
            for first, second, least in reversed(rows):
                if lows[first] + least > lows[second]:
                    lows[second] = lows[first] + least
            if (lows, highs) == before:
                return lows, highs, True
        return lows, highs, False
