"""Where a program is tried: the whole grid if it is small, else corners, flips and random ones."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.fuzzing.program import Input, Program, power_of_two
from tests.fuzzing.truth import Nothing, Value, float_of, rough

Row = tuple[int, ...]
"""The integers at the ports, in the order of the program's inputs."""

LARGEST_GRID = 512
EVALUATIONS = 16_000  # of nodes, for all points of a program
FEWEST_POINTS = 60
MOST_POINTS = 320
CORNERS = 64
FLIPS = 150
LINES = 6  # along which flips are looked for, for each input
STOPS = 17  # on a line
VANISHED = 1e-4  # of its size beside: what is so small at a flip is zero there
HALVINGS = 36  # between two neighbours, to see whether something jumps there

State = int | tuple[int, ...]


def _sign(x: float) -> int:
    return (x > 0) - (x < 0)


def _difference(a: float, b: float) -> int:
    return _sign(a - b)


def _whole(x: float) -> int:
    return math.floor(x) if math.isfinite(x) else 0


def _largest(*operands: float) -> int:
    return max(range(len(operands)), key=lambda place: (operands[place], -place))


STATES: dict[str, Callable[..., State]] = {
    **dict.fromkeys(
        ("less", "less_equal", "greater", "greater_equal", "equal", "unequal", "max", "min"),
        lambda *operands: _difference(operands[0], operands[-1]),
    ),
    **dict.fromkeys(
        ("between", "within", "clamp"), lambda a, b, c: (_difference(a, b), _difference(b, c))
    ),
    "floor": _whole, "ceil": lambda x: -_whole(-x), "round": lambda x: _whole(x + 0.5),
    "mod": lambda x, y: _whole(x / y) if y else 0,
    "argmax": _largest, "tan": lambda x: _whole(x / math.pi + 0.5),
    **dict.fromkeys(("sqrt", "log", "log2", "log10", "inv", "sign", "abs", "relu"), _sign),
    "div": lambda x, y: _sign(y), "pow": lambda x, y: _sign(x), "atan2": lambda y, x: (_sign(x), _sign(y)),
    **dict.fromkeys(("asin", "acos", "atanh"), lambda x: (_sign(x - 1), _sign(x + 1))),
    "mul": lambda x, y: (_sign(x), _sign(y)), **dict.fromkeys(("square", "cosh", "gauss", "cos"), _sign),
    "acosh": lambda x: _sign(x - 1), "log1p": lambda x: _sign(x + 1),
}  # fmt: skip
"""What a node decides, from its operands: it changes where a condition flips, a domain ends or a value turns."""

CRITICAL = {"div": 1, "mod": 1, "inv": 0, "pow": 0, "log": 0, "log2": 0, "log10": 0}
"""Which operand must not be zero."""


@dataclass(frozen=True, slots=True)
class Flip:
    """Two neighbouring rows between which a node changes its state."""

    node: int
    before: Row
    after: Row


def point_of(program: Program, row: Sequence[int]) -> dict[str, Fraction]:
    """The real numbers that the program sees."""
    return {
        entry.name: entry.real(integer) for entry, integer in zip(program.inputs, row, strict=True)
    }


class Surveyor:
    """Looks for flips by evaluation in double precision."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._rough = rough(program)
        self._watched = [index for index, node in enumerate(program.nodes) if node.kind in STATES]

    def states(self, point: dict[str, Fraction]) -> list[State | None]:
        """The states of the watched nodes; None where an operand has no value."""
        values = self._rough.nodes(point)
        return [self._state(index, values) for index in self._watched]

    def _state(self, index: int, values: Sequence[Value]) -> State | None:
        node = self.program.nodes[index]
        operands = [values[operand] for operand in node.operands]
        if any(isinstance(operand, Nothing) for operand in operands):
            return None
        floats = [float_of(operand) for operand in operands]
        return None if any(map(math.isnan, floats)) else STATES[node.kind](*floats)

    def undefined_row(self, chance: random.Random, count: int) -> Row | None:
        """A row at which an output seems to have no value."""
        choices = [_special(entry) for entry in self.program.inputs]
        for _ in range(count):
            row = tuple(
                chance.choice(special)
                if chance.random() < 0.3
                else chance.randint(*entry.port_range)
                for special, entry in zip(choices, self.program.inputs, strict=True)
            )
            if Nothing.UNDEFINED in self._rough.outputs(point_of(self.program, row)):
                return row
        return None

    def flips(self, chance: random.Random) -> list[Flip]:
        """Neighbours on lines through random rows, along each input."""
        found: list[Flip] = []
        for _ in range(LINES):
            base = tuple(chance.randint(*entry.port_range) for entry in self.program.inputs)
            for place in range(len(base)):
                found += self._on_line(base, place)
                if len(found) >= FLIPS:
                    return found
        return found

    def _on_line(self, base: Row, place: int) -> Iterator[Flip]:
        low, high = self.program.inputs[place].port_range
        stops = sorted({low + (high - low) * step // (STOPS - 1) for step in range(STOPS)})

        def row(integer: int) -> Row:
            return (*base[:place], integer, *base[place + 1 :])

        known = {stop: self.states(point_of(self.program, row(stop))) for stop in stops}
        for start, end in itertools.pairwise(stops):
            for number, node in enumerate(self._watched):
                if known[start][number] == known[end][number]:
                    continue
                left, right = start, end
                while right - left > 1:
                    middle = (left + right) // 2
                    if middle not in known:
                        known[middle] = self.states(point_of(self.program, row(middle)))
                    if known[middle][number] == known[start][number]:
                        left = middle
                    else:
                        right = middle
                yield Flip(node, row(left), row(right))

    def vanishes(self, flip: Flip) -> bool:
        """Whether something that must not be zero is zero at the flip, between two points of the grid."""
        usual = list(map(float_of, self._rough.nodes(point_of(self.program, flip.before))))
        there = list(map(float_of, self._rough.nodes(self.sharpened(flip)[0])))
        critical = (
            node.operands[CRITICAL[node.kind]]
            for node in self.program.nodes
            if node.kind in CRITICAL
        )
        return any(abs(there[operand]) < VANISHED * abs(usual[operand]) for operand in critical)

    def sharpened(self, flip: Flip) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
        """Two real points close together between which the node changes its state."""
        ends = point_of(self.program, flip.before), point_of(self.program, flip.after)
        place = self._watched.index(flip.node)
        before = self.states(ends[0])[place]
        for _ in range(HALVINGS):
            middle = {name: (value + ends[1][name]) / 2 for name, value in ends[0].items()}
            same = self.states(middle)[place] == before
            ends = (middle, ends[1]) if same else (ends[0], middle)
        return ends


def all_rows(program: Program) -> list[Row]:
    """The whole grid."""
    ranges = [range(low, high + 1) for low, high in (e.port_range for e in program.inputs)]
    return list(itertools.product(*ranges))


def chosen_rows(program: Program, chance: random.Random, flips: Sequence[Flip]) -> list[Row]:
    """The rows at which a program is tried."""
    if program.grid <= LARGEST_GRID:
        return all_rows(program)
    budget = EVALUATIONS // max(1, len(program.nodes))
    count = max(FEWEST_POINTS, min(MOST_POINTS, budget))
    corners = _corners(program)
    near = [row for flip in flips for row in (flip.before, flip.after)]
    chance.shuffle(near)
    drawn = [
        tuple(chance.randint(*entry.port_range) for entry in program.inputs) for _ in range(count)
    ]
    rows = dict.fromkeys([*corners[: count // 4], *near[: count // 2], *drawn])
    return list(rows)[:count]


def _corners(program: Program) -> list[Row]:
    choices = [_special(entry) for entry in program.inputs]
    return list(itertools.islice(itertools.product(*choices), CORNERS))


def _special(entry: Input) -> list[int]:
    low, high = entry.port_range
    wanted = (low, high, 0, 1, -1, entry.low, entry.high)
    return list(dict.fromkeys(n for n in wanted if low <= n <= high))


def random_reals(program: Program, chance: random.Random, count: int) -> list[dict[str, Fraction]]:
    """Real numbers in the inputs' ranges, off the grid; half of them beside the ends and zero."""
    return [{e.name: _real(e, chance) * e.format.ulp for e in program.inputs} for _ in range(count)]


def _real(entry: Input, chance: random.Random) -> Fraction:
    """A real number between the input's integers."""
    finer = power_of_two(-20)
    if chance.random() < 0.5:
        return Fraction(chance.randint(entry.low << 20, entry.high << 20)) * finer
    centre = min(max(chance.choice(_special(entry)), entry.low), entry.high)
    found = centre + chance.randint(-(1 << 20), 1 << 20) * finer
    return min(max(found, Fraction(entry.low)), Fraction(entry.high))
