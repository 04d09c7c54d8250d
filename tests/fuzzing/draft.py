"""A program in the making: nodes are added one by one, and their values at a few points are known."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Sequence
from fractions import Fraction

from tests.fuzzing.meanings import Arithmetic
from tests.fuzzing.program import Format, Input, Node, power_of_two
from tests.fuzzing.truth import Value, float_of, value_of

SAMPLES = 24
CORNERS = 8
ROOM = 0.85  # of a window that fitted values fill, as proved ranges are wider than values

INFINITE = math.inf
WINDOWS: dict[str, tuple[float, float]] = {
    "sqrt": (0, 100), "log": (0.01, 100), "log2": (0.01, 100), "log10": (0.01, 100), "log1p": (-0.9, 50),
    "asin": (-1, 1), "acos": (-1, 1), "acosh": (1, 50), "atanh": (-0.98, 0.98), "tan": (-1.4, 1.4),
    "exp": (-8, 5), "exp2": (-8, 6), "expm1": (-8, 5), "sinh": (-5, 5), "cosh": (-5, 5), "inv": (0.1, 20),
    "square": (-20, 20), "cube": (-9, 9), "erf": (-6, 6), "erfc": (-6, 6), "gauss": (-4, 4), "sin": (-60, 60),
    "cos": (-60, 60), "sinc": (-30, 30), "gelu": (-9, 9),
    "logit": (0.02, 0.98),
}  # fmt: skip
"""Where the argument of a function is defined and its value moderate."""
ANYWHERE = (-200.0, 200.0)

SMOOTH = (
    "sqrt", "cbrt", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "asin",
    "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "erfc", "sigmoid", "softplus",
    "gelu", "silu", "elu", "mish", "logit", "gauss", "sinc", "inv",
)  # fmt: skip
"""Functions of one argument whose values are irrational."""


def short(value: float, digits: int) -> Fraction:
    """The decimal number of so many digits next to a float."""
    return Fraction(f"{value:.{max(digits, 1) - 1}e}")


class Draft:
    """Inputs and nodes; equal nodes are one, and every operand comes before its users."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.inputs: list[Input] = []
        self.nodes: list[Node] = []
        self.values: list[list[Value]] = []
        self.points: list[dict[str, Fraction]] = []
        self.arithmetic = Arithmetic()
        self._known: dict[Node, int] = {}

    def begin(self, inputs: Sequence[Input]) -> list[int]:
        """Takes the inputs; their nodes."""
        self.inputs = list(inputs)
        ends = [dict.fromkeys((entry.low, entry.high)) for entry in inputs]
        corners = list(itertools.islice(itertools.product(*ends), CORNERS))
        drawn = [
            tuple(self.chance.randint(entry.low, entry.high) for entry in inputs)
            for _ in range(SAMPLES - len(corners))
        ]
        self.points = [
            {e.name: n * e.format.ulp for e, n in zip(inputs, row, strict=True)}
            for row in (*corners, *drawn)
        ]
        return [self._add(Node("input", name=entry.name)) for entry in inputs]

    def _add(self, node: Node) -> int:
        if node not in self._known:
            self._known[node] = len(self.nodes)
            self.nodes.append(node)
            columns = [self.values[operand] for operand in node.operands]
            self.values.append(
                [
                    value_of(self.arithmetic, node, [column[row] for column in columns], point)
                    for row, point in enumerate(self.points)
                ]
            )
        return self._known[node]

    def number(self, value: Fraction | int | str) -> int:
        """A constant."""
        return self._add(Node("constant", value=Fraction(value)))

    def apply(self, kind: str, *operands: int) -> int:
        """An operation, spelled one way or the other."""
        return self._add(Node(kind, operands, spelling=self.chance.randrange(6)))

    def span(self, node: int) -> tuple[float, float] | None:
        """The least and the greatest sample; None if the node has no value somewhere."""
        values = [float_of(value) for value in self.values[node]]
        return None if any(map(math.isnan, values)) else (min(values), max(values))

    def sample(self, node: int) -> float:
        """One of the node's values, 0 if it has none."""
        values = [float_of(value) for value in self.values[node]]
        finite = [value for value in values if math.isfinite(value)]
        return self.chance.choice(finite) if finite else 0.0

    def size(self, node: int) -> float:
        """The largest magnitude among the samples, at least a little."""
        values = [abs(float_of(value)) for value in self.values[node]]
        return max([value for value in values if math.isfinite(value)], default=1.0) or 1.0

    def affine(self, node: int, factor: Fraction, offset: Fraction) -> int:
        """factor * node + offset."""
        moved = node if factor == 1 else self.apply("mul", self.number(factor), node)
        return moved if offset == 0 else self.apply("add", moved, self.number(offset))

    def fitted(self, node: int, low: float, high: float) -> int:
        """The node, or what an affine function makes of it, with its samples in a window; or held there."""
        span = self.span(node)
        if span is None or (low <= span[0] and span[1] <= high):
            return node
        if math.isinf(high):
            high = low + 8 if low > -100 else 8.0
        if self.chance.random() < 0.15:
            ends = [self.number(short(end, 3)) for end in (low, high)]
            return self.apply("clamp", node, *ends)
        width = max(span[1] - span[0], 1e-6)
        factor = short(min(1.0, ROOM * (high - low) / width), 2)
        middle = (low + high) / 2 - float(factor) * (span[0] + span[1]) / 2
        if low >= span[0] * float(factor) or span[1] * float(factor) >= high:
            return self.affine(node, factor, short(middle, 3))
        return self.affine(node, factor, Fraction(0))

    def function(self, kind: str, node: int) -> int:
        """A function of one argument, fitted into its window nearly always."""
        if self.chance.random() < 0.97:
            node = self.fitted(node, *WINDOWS.get(kind, ANYWHERE))
        return self.apply(kind, node)

    def smooth(self, node: int) -> int:
        """Some function with irrational values."""
        return self.function(self.chance.choice(SMOOTH), node)

    def near(self, node: int) -> int:
        """A constant at or near one of the node's values."""
        return self._beside(self.sample(node))

    def value_near(self, node: int, point: dict[str, Fraction]) -> int:
        """A constant at or near the node's value at a point."""
        values: list[Value] = []
        for each in self.nodes[: node + 1]:
            operands = [values[operand] for operand in each.operands]
            values.append(value_of(self.arithmetic, each, operands, point))
        return self._beside(float_of(values[node]))

    def _beside(self, value: float) -> int:
        chance = self.chance
        digits = chance.choice((3, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16))
        constant = short(value, digits) if math.isfinite(value) else Fraction(0)
        if chance.random() < 0.2:
            constant += Fraction(chance.choice((-1, 1)), 10 ** chance.randint(3, 15))
        return self.number(constant)


def small_input(chance: random.Random, name: str, least: int = 3, most: int = 9) -> Input:
    """An input of ordinary size and few bits."""
    width = chance.randint(least, most)
    format = Format(chance.random() < 0.7, width, width - chance.randint(0, 4))
    return _ranged(chance, name, format, 0.3)


def wide_input(chance: random.Random, name: str) -> Input:
    """An input of the default width and more."""
    width = chance.choice((13, 14, 16, 16, 16, 18, 24, 32))
    return _ranged(chance, name, Format(True, width, width - chance.randint(1, 4)), 0.5)


def broad_input(chance: random.Random, name: str) -> Input:
    """An input that no block takes whole."""
    width = chance.choice(
        (17, 19, 20, 25, 27, 28, 33, 36, 37, 48, 53, 64, 65, 72, 100, 128, 150, 199, 200)
    )
    format = Format(chance.random() < 0.6, width, width - chance.randint(-2, 6))
    return _ranged(chance, name, format, 0.2)


def odd_input(chance: random.Random, name: str) -> Input:
    """Formats as nobody writes them: one bit, no integer bits, fractions beyond the width, 64 bits, one value."""
    width, integer_bits = chance.choice(
        ((1, 0), (1, 1), (1, 3), (2, 1), (1, -5), (6, -22), (5, -9), (8, -32), (7, 12), (12, 20), (40, 3), (64, 2),
         (64, 1), (53, 0), (3, 3), (4, 0), (10, -3))
    )  # fmt: skip
    format = Format(chance.random() < 0.5, width, width - integer_bits)
    return _ranged(chance, name, format, 0.4)


def any_input(chance: random.Random, name: str) -> Input:
    """Any of these."""
    kind = chance.choices((small_input, wide_input, odd_input), (6, 2, 2))[0]
    return kind(chance, name)


def _ranged(chance: random.Random, name: str, format: Format, share: float) -> Input:
    """The format with all of its numbers, or (a share) a range, sometimes of one value, or held by quantiles."""
    low, high = format.minimum, format.maximum
    if chance.random() >= share or low == high:
        return Input(name, format, low, high, "format")
    low, high = sorted((chance.randint(low, high), chance.randint(low, high)))
    if chance.random() < 0.12:
        low = high = chance.choice((low, high, min(max(0, low), high)))
    held = low < high and format.width <= 50 and chance.random() < 0.2
    return Input(name, format, low, high, "held" if held else "range")


def scale(chance: random.Random, least: int, most: int) -> Fraction:
    """A power of two, not always exactly."""
    value = power_of_two(chance.randint(least, most))
    return value if chance.random() < 0.6 else value * Fraction(chance.randint(5, 9), 7)
