"""Measures the error of a design: its bit-exact model against the real mathematics with 40 digits."""

from __future__ import annotations

import random
from collections.abc import Sequence

from benchmarks.problems import ReferencePoint
from symhdl.evaluate import evaluate_exactly
from symhdl.ir.datapath import Datapath
from symhdl.ir.graph import Graph
from symhdl.verify.accuracy import DIGITS, Measured, measure_integers

REFERENCE_TOLERANCE = 1e-9
"""Relative, absolute below 1: the references are printed as doubles, at points that are doubles."""


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
    return measure_integers(graph, datapath, grid_points(datapath, count, seed))


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
