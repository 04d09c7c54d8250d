"""Measures the error of a design: its bit-exact model against the real mathematics with 40 digits."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from flint import arb, ctx, fmpq

from benchmarks.problems import ReferencePoint
from symhdl.ir.datapath import Datapath, Port
from symhdl.ir.evaluate import evaluate_exactly, evaluate_points
from symhdl.ir.graph import Graph
from symhdl.numeric.fixed import power_of_two
from symhdl.simulate import simulate

DIGITS = 40
WORKING_BITS = 256
REFERENCE_TOLERANCE = 1e-9
"""Relative, absolute below 1: the references are printed as doubles, at points that are doubles."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The worst error of one output.

    `violations` are points at which the error surely exceeds the proved bound, `undecided` those at which the real
    value could not be found; they count for nothing else.
    """

    output: str
    points: int
    worst: float
    violations: int
    undecided: int


def grid_points(datapath: Datapath, count: int, seed: int) -> dict[str, list[int]]:
    """Integers at the input ports: all at their least, all at their greatest, the others uniform in their ranges."""
    chance = random.Random(seed)  # noqa: S311 - test points, no secret
    columns: dict[str, list[int]] = {port.name: [] for port in datapath.inputs}
    for index in range(count):
        for port in datapath.inputs:
            corner = (port.minimum, port.maximum)
            value = corner[index] if index < 2 else chance.randint(port.minimum, port.maximum)
            columns[port.name].append(value)
    return columns


def measure(graph: Graph, datapath: Datapath, count: int, seed: int) -> tuple[Measured, ...]:
    """The errors of all outputs at `count` points of the inputs' grids.

    `graph` is the mathematics as it was read, before any pass; the inputs are taken as exactly what the grid holds.
    """
    columns = grid_points(datapath, count, seed)
    return measure_at(graph, datapath, columns)


def measure_at(
    graph: Graph, datapath: Datapath, columns: Mapping[str, Sequence[int]]
) -> tuple[Measured, ...]:
    """The errors of all outputs for integers at the input ports."""
    arrays = {name: np.array(column, dtype=object) for name, column in columns.items()}
    results = simulate(datapath, arrays)
    units = {port.name: power_of_two(-port.format.fraction) for port in datapath.inputs}
    reals = {name: [value * units[name] for value in column] for name, column in columns.items()}
    # An input that no output needs in the end is no port; its value cannot matter.
    count = len(next(iter(columns.values()), ()))
    for declaration in graph.inputs:
        reals.setdefault(declaration.name, [Fraction(0)] * count)
    exact = evaluate_points(graph, reals, DIGITS)
    return tuple(
        _worst(port, [int(value) for value in results[port.name]], exact[port.name])
        for port in datapath.outputs
    )


def _worst(port: Port, integers: Sequence[int], exact: Sequence[arb | None]) -> Measured:
    assert port.error_bound is not None, "an output without a proved bound"
    unit = power_of_two(-port.format.fraction)
    worst, violations, undecided = 0.0, 0, 0
    with ctx.workprec(WORKING_BITS):
        bound = arb(port.error_bound)
        for integer, real in zip(integers, exact, strict=True):
            if real is None or not real.is_finite():
                undecided += 1
                continue
            difference = abs(_ball(integer * unit) - real)
            worst = max(worst, float(difference.mid()))
            violations += bool(difference.lower() > bound)
    return Measured(port.name, len(integers), worst, violations, undecided)


def _ball(value: Fraction) -> arb:
    return arb(fmpq(value.numerator, value.denominator))


def agreeing_references(graph: Graph, references: Sequence[ReferencePoint]) -> int:
    """At how many points the graph has the value that an independent reader of the text found.

    An error measured against a graph that was misread would say nothing.
    """
    return sum(_agrees(graph, reference) for reference in references)


def _agrees(graph: Graph, reference: ReferencePoint) -> bool:
    # The other outputs of a design may have inputs of which the reference says nothing.
    values: dict[str, float] = {declaration.name: 0.0 for declaration in graph.inputs}
    values |= dict(reference.inputs)
    output = reference.output or graph.outputs[0].name
    real = evaluate_exactly(graph, values, DIGITS)[output]
    if real is None:
        return False
    tolerance = REFERENCE_TOLERANCE * max(1.0, abs(reference.value))
    return bool(abs(float(real.mid()) - reference.value) <= tolerance)
