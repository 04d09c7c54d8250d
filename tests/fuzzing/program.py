"""A program to be compiled, as the fuzzer makes it: inputs, nodes in topological order, outputs and options."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

from symhdl.choices import DspUse, PrimitiveUse

Undefined = Literal["error", "ignore", "saturate"]


def power_of_two(exponent: int) -> Fraction:
    """2**exponent, exactly."""
    return Fraction(2) ** exponent


def nearest(value: Fraction) -> int:
    """The nearest integer, ties upwards."""
    return math.floor(value + Fraction(1, 2))


@dataclass(frozen=True, slots=True)
class Format:
    """A fixed-point format as README defines it: value = integer * 2**-fraction."""

    signed: bool
    width: int
    fraction: int

    @property
    def minimum(self) -> int:
        return -(1 << self.width - 1) if self.signed else 0

    @property
    def maximum(self) -> int:
        return (1 << self.width - self.signed) - 1

    @property
    def ulp(self) -> Fraction:
        return power_of_two(-self.fraction)

    def holds(self, low: int, high: int) -> bool:
        return self.minimum <= low and high <= self.maximum

    def __str__(self) -> str:
        return f"{'fixed' if self.signed else 'ufixed'}<{self.width},{self.width - self.fraction}>"


def widest_fraction(low: Fraction, high: Fraction, width: int) -> Format:
    """The format of this width with the most fractional bits that holds the rounded ends of a range."""
    fraction = width + 40
    while not Format(low < 0, width, fraction).holds(*rounded(low, high, fraction)):
        fraction -= 1
    return Format(low < 0, width, fraction)


def rounded(low: Fraction, high: Fraction, fraction: int) -> tuple[int, int]:
    """The integers for the ends of a range: to nearest, but an end that is not zero keeps its sign."""
    unit = power_of_two(fraction)
    bottom, top = nearest(low * unit), nearest(high * unit)
    if low > 0:
        bottom, top = max(bottom, 1), max(top, 1)
    if high < 0:
        bottom, top = min(bottom, -1), min(top, -1)
    return bottom, top


@dataclass(frozen=True, slots=True)
class Input:
    """An input: a format, and the integers between which the program sees it.

    `style` says how it is declared: "format" (all that the format holds), "range" (format and range), "width" (the
    range alone; the option `width` gives the bits), "held" (format, and held between quantiles of data).
    """

    name: str
    format: Format
    low: int
    high: int
    style: str

    @property
    def port_range(self) -> tuple[int, int]:
        """The integers that may arrive."""
        return (
            (self.format.minimum, self.format.maximum)
            if self.style == "held"
            else (self.low, self.high)
        )

    @property
    def size(self) -> int:
        """How many integers may arrive."""
        low, high = self.port_range
        return high - low + 1

    def real(self, integer: int) -> Fraction:
        """The number that the program sees for an integer at the port."""
        return min(max(integer, self.low), self.high) * self.format.ulp


@dataclass(frozen=True, slots=True)
class Node:
    """One operation on earlier nodes; `value` is a constant's, `name` an input's.

    `spelling` chooses between the ways to write it, and never changes what it means.
    """

    kind: str
    operands: tuple[int, ...] = ()
    value: Fraction = Fraction(0)
    name: str = ""
    spelling: int = 0


@dataclass(frozen=True, slots=True)
class Output:
    """An output, with the format and the error that are asked of it."""

    name: str
    node: int
    format: Format | None = None
    error: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """What is said beside the text."""

    level: int = 1
    dsp: DspUse = "auto"
    primitives: PrimitiveUse = "auto"
    interface: str = "plain"
    frequency: float = 0.0
    device: str = "generic"
    undefined: Undefined = "error"
    width: int = 16
    output_width: int | None = None


@dataclass(frozen=True, slots=True)
class Assumption:
    """What two inputs meet: the one is less than the other, or at most as large if it is not `strict`."""

    less: str
    greater: str
    strict: bool

    def __str__(self) -> str:
        return f"{self.less} {'<' if self.strict else '<='} {self.greater}"

    def holds(self, point: Mapping[str, Fraction]) -> bool:
        less, greater = point[self.less], point[self.greater]
        return less < greater if self.strict else less <= greater


@dataclass(frozen=True, slots=True)
class Program:
    """All of it. `wrapped` are kinds that the text calls through functions of its own."""

    family: str
    inputs: tuple[Input, ...]
    nodes: tuple[Node, ...]
    outputs: tuple[Output, ...]
    options: Options = field(default=Options())
    wrapped: frozenset[str] = frozenset()
    assumption: Assumption | None = None

    def promises(self, point: Mapping[str, Fraction]) -> bool:
        """Whether something is promised at a point of the inputs."""
        return self.assumption is None or self.assumption.holds(point)

    @property
    def grid(self) -> int:
        """How many different inputs there are."""
        return math.prod(entry.size for entry in self.inputs)


def supports(program: Program) -> list[frozenset[str]]:
    """For each node the names of the inputs on which it depends."""
    found: list[frozenset[str]] = []
    for node in program.nodes:
        own = frozenset({node.name}) if node.kind == "input" else frozenset[str]()
        found.append(own.union(*(found[operand] for operand in node.operands)))
    return found


def without_dead_nodes(program: Program) -> Program:
    """The program without nodes and inputs that no output needs."""
    alive = bytearray(len(program.nodes))
    for output in program.outputs:
        alive[output.node] = 1
    for index in range(len(program.nodes) - 1, -1, -1):
        for operand in program.nodes[index].operands if alive[index] else ():
            alive[operand] = 1
    new: dict[int, int] = {}
    kept: list[Node] = []
    for index, node in enumerate(program.nodes):
        if alive[index]:
            new[index] = len(kept)
            kept.append(replace(node, operands=tuple(new[k] for k in node.operands)))
    used = {node.name for node in kept if node.kind == "input"}
    assumed = program.assumption
    if assumed is not None and not {assumed.less, assumed.greater} <= used:
        assumed = None
    return replace(
        program,
        assumption=assumed,
        nodes=tuple(kept),
        inputs=tuple(entry for entry in program.inputs if entry.name in used),
        outputs=tuple(replace(output, node=new[output.node]) for output in program.outputs),
    )
