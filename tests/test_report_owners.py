"""Every cell that a report takes for the value of a node has its value, also of a function that is called twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import symhdl
from symhdl.evaluate import evaluate_nodes
from symhdl.ir.datapath import Port
from symhdl.simulate.definition import simulate
from tests.errors_of_design import compiled, request_of
from tests.test_compile_levels import DESIGNS

POINTS = 40
CALLED_TWICE = {
    "in_part": (
        "sc(u) = sin(u)*cos(u)\ny = sin(x - 3*z) - sc(x - z)*0.138\n"
        "w = ((sc(x*4.2866826 + 0.58266217) - 0.22)*((sc(0.94 - x)*4.5 - z + 1.79) + 0.138) - 2.27)*0.376"
    ),
    "nested": "f(u) = u*u + u\ny = f(f(x)) + f(z)",
    "of_two": "h(a, b) = atan2(a, b + 17)\ny = h(x, z)*h(z, x)",
}


def values_are_right(design: symhdl.CompiledDesign) -> int:
    """Holds the cells at some points against the nodes in double precision; returns how many there are."""
    path, report = design.operators, design.report()
    values = report.owners.values_of(path.cells)
    ports = tuple(
        Port(f"n{node}", f"n{node}", index, cell.format, cell.minimum, cell.maximum)
        for node, index in values.items()
        for cell in [path.cells[index]]
    )
    chance = np.random.default_rng(1)
    inputs = {p.name: chance.integers(p.minimum, p.maximum + 1, POINTS) for p in path.inputs}
    found = simulate(replace(path, outputs=ports), inputs)
    reals = {
        port.name: inputs[port.name].astype(np.float64) * float(port.format.ulp)
        for port in path.inputs
    }
    wanted = list(evaluate_nodes(design.design.graph, reals))
    for port, (node, index) in zip(ports, values.items(), strict=True):
        reached = found[port.name].astype(float) * 2.0 ** -path.cells[index].fraction
        size = np.nanmax(np.abs(wanted[node]))
        off = np.nanmax(np.abs(reached - wanted[node]))
        assert off <= 0.05 * size + 2.0**-6, report.labels[node]
    return len(values)


@pytest.mark.parametrize("name", ["argument", "decision", "product", "roots"])
def test_the_values_are_those_of_the_nodes(name: str) -> None:
    text, ranges = DESIGNS[name]
    _, design = compiled(text, request_of(ranges, width=9, output_width=10))
    values_are_right(design)


@pytest.mark.parametrize("name", sorted(CALLED_TWICE))
def test_a_function_that_is_called_twice_has_two_values(name: str) -> None:
    text, device = CALLED_TWICE[name], "xcvu9p"
    design = symhdl.compile(text, input_formats="fixed<12,5>", output_width=12, device=device)
    assert values_are_right(design) > 2
    names = [node.name for node in design.report().breakdown.nodes]
    assert name != "in_part" or len(names) > len({*names}), "nodes of one name"
