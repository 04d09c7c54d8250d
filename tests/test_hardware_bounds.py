"""Bounds of any datapath against the mathematics: never below what is reached, and near it with work enough."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import numpy as np
import pytest

from symhdl.analysis.cells_over_boxes import CellsOverBoxes
from symhdl.analysis.hardware_bounds import (
    EXACT,
    proved_bounds,
    proved_lead,
    proved_switch,
)
from symhdl.evaluate import evaluate_points
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Datapath, Port
from symhdl.ir.graph import Graph
from symhdl.numeric.ball import midpoint
from symhdl.numeric.fixed import FixedFormat
from symhdl.simulate.blocks import simulate_blocks
from tests.random_datapath import random_datapath
from tests.test_ranges import expanded

FRACTION = 3
BITS = 4
NAMES = ("x", "y")


@pytest.mark.parametrize("seed", range(60))
def test_cells_are_within_what_they_can_be(seed: int) -> None:
    """Every kind of cell, at random points of random boxes."""
    width = 16 if seed % 3 else 40
    datapath = random_datapath(seed, stages=seed % 2, width=width)
    chance = random.Random(seed)  # noqa: S311
    cells = CellsOverBoxes(datapath, [port.cell for port in datapath.outputs])
    boxes, points = 20, 15
    ends: dict[str, list[tuple[int, int]]] = {}
    for port in datapath.inputs:
        ends[port.name] = []
        for _ in range(boxes):
            near = chance.choice((1, 5, 100, 1 << 60))
            low = chance.randint(port.minimum, port.maximum)
            ends[port.name].append((low, min(port.maximum, low + chance.randint(0, near))))
    kind = object if cells._type is object else np.int64
    found = cells.over(
        {
            name: (np.array([a for a, _ in own], dtype=kind), np.array([b for _, b in own], dtype=kind))
            for name, own in ends.items()
        },
        boxes,
    )  # fmt: skip
    for box in range(boxes):
        drawn = {
            name: np.array([chance.randint(*own[box]) for _ in range(points)], dtype=kind)
            for name, own in ends.items()
        }
        values = simulate_blocks(datapath, drawn)
        for port, reached in zip(datapath.outputs, found, strict=True):
            for value in values[port.name].tolist():
                assert reached.low[box] <= value <= reached.high[box]
                assert reached.flags(value, value)[box, 0]


def _chain(seed: int, outputs: int, *, index: bool = False) -> Datapath:
    """Codes of pieces of the inputs, looked up with other pieces: no lowering of anything."""
    chance = random.Random(seed)  # noqa: S311
    builder = DatapathBuilder()
    least, most = -(1 << (BITS - 1)), (1 << (BITS - 1)) - 1
    inputs = [builder.input(name, least, most, FRACTION) for name in NAMES]
    ports = tuple(
        Port(name, name, cell, FixedFormat(True, BITS, FRACTION), least, most)
        for name, cell in zip(NAMES, inputs, strict=True)
    )
    found: list[Port] = []
    for number in range(outputs):
        bits = chance.randint(2, BITS)
        upper = builder.bits(inputs[0], BITS - bits, bits)
        code = builder.table(upper, tuple(chance.randrange(6) for _ in range(1 << bits)), 0)
        low = builder.bits(inputs[1], BITS - 3, 3)
        together = builder.join(code, low, 3, 0)
        size = builder.range(together)[1] + 1
        entries = tuple(
            chance.randrange(outputs + 1) if index else chance.randrange(-9, 10)
            for _ in range(size)
        )
        cell = builder.table(together, entries, 0 if index else 2)
        lowest, highest = builder.range(cell)
        name = f"z{number}"
        found.append(
            Port(name, name, cell, builder.cells[cell].format, lowest, highest)
        )  # fmt: skip
    return Datapath("chain", tuple(builder.cells), ports, tuple(found))


def _everywhere(graph: Graph, datapath: Datapath) -> list[tuple[list[Fraction], list[Fraction]]]:
    """Hardware and real values at all inputs."""
    span = range(-(1 << (BITS - 1)), 1 << (BITS - 1))
    points = list(itertools.product(span, repeat=2))
    columns = {name: np.array([p[k] for p in points]) for k, name in enumerate(NAMES)}
    integers = simulate_blocks(datapath, columns)
    unit = Fraction(1, 1 << FRACTION)
    exact = evaluate_points(
        graph, {name: [unit * int(each) for each in column] for name, column in columns.items()}
    )
    found: list[tuple[list[Fraction], list[Fraction]]] = []
    for row in range(len(points)):
        hardware = [int(integers[port.name][row]) * port.format.ulp for port in datapath.outputs]
        balls = [column[row] for column in exact.values()]
        found.append((hardware, [midpoint(ball) for ball in balls if ball is not None]))
    return found


TEXTS = (
    "z = x*y + x^2",
    "z = x*y - y",
    "z = sin(3*x)*y - x",
    "z = exp(x) - x*y*y",
    "z = max(x, y)*x",
)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("seed", range(4))
def test_the_bound_is_what_is_reached(text: str, seed: int) -> None:
    graph, datapath = expanded(text), _chain(seed, 1)
    reached = max(abs(h[0] - r[0]) for h, r in _everywhere(graph, datapath))
    (coarse,) = proved_bounds(graph, datapath, 1)
    (fine,) = proved_bounds(graph, datapath, 3_000_000)
    assert coarse is not None and fine is not None
    assert reached <= Fraction(fine) <= Fraction(coarse)
    assert fine <= 1.04 * float(reached)


SCORES = "a = x*y + x^2\nb = y - x\nc = sin(x + 2*y)"


@pytest.mark.parametrize("seed", range(6))
def test_no_wrong_winner_loses_more_than_the_lead(seed: int) -> None:
    graph = expanded(SCORES)
    for index in (False, True):
        datapath = _chain(seed, 1 if index else 3, index=index)
        if index:
            datapath = _chain(seed + 50, 2, index=True)
            datapath = Datapath("chain", datapath.cells, datapath.inputs, datapath.outputs[:1])
        lost = Fraction(0)
        for hardware, real in _everywhere(graph, datapath):
            said = int(hardware[0]) if index else hardware.index(max(hardware))
            lost = max(lost, max(real) - real[said])
        fine = proved_lead(graph, datapath, 20_000_000)
        coarse = proved_lead(graph, datapath, 1)
        assert fine is not None and coarse is not None
        assert lost <= Fraction(fine) <= Fraction(coarse)
        if index:  # scores that are equal are doubts
            assert fine <= 1.04 * float(lost)


def test_a_switch_is_sure_beyond_its_margin() -> None:
    graph = expanded("z = x*y + x - 0.3")
    datapath = _chain(3, 1, index=True)
    wrong = [abs(r[0]) for h, r in _everywhere(graph, datapath) if (h[0] == 1) != (r[0] > 0)]
    fine = proved_switch(graph, datapath, 3_000_000)
    assert fine is not None
    assert max(wrong) <= Fraction(fine) <= Fraction(26, 25) * max(wrong)


@pytest.mark.parametrize(("shift", "fraction"), [(3, 3), (2, 0)])
def test_classes_are_what_ports_stand_for(shift: int, fraction: int) -> None:
    """Of a port with three fractional bits 8 is class 1; four times a class is none, which may mean any."""
    graph = expanded(SCORES)
    plain = _chain(52, 1, index=True)
    builder = DatapathBuilder(list(plain.cells))
    cell = builder.shift_left(plain.outputs[0].cell, shift, fraction)
    low, high = builder.range(cell)
    port = Port("z", "z", cell, builder.cells[cell].format, low, high)
    datapath = Datapath("chain", tuple(builder.cells), plain.inputs, (port,))
    lost = Fraction(0)
    for hardware, real in _everywhere(graph, datapath):
        said = int(hardware[0])
        lost = max(lost, max(real) - (real[said] if said < len(real) else min(real)))
    found = proved_lead(graph, datapath, 20_000_000)
    assert found is not None and lost > 0
    assert lost <= Fraction(found)


def test_what_hangs_on_no_input_is_bounded() -> None:
    builder = DatapathBuilder()
    cell = builder.constant(3, 1)
    port = Port("z", "z", cell, FixedFormat(False, 2, 1), 3, 3)
    datapath = Datapath("constant", tuple(builder.cells), (), (port,))
    (bound,) = proved_bounds(expanded("z = sqrt(2)"), datapath, 100)
    assert bound == pytest.approx(1.5 - 2**0.5, abs=1e-9)


def test_integers_that_are_no_doubles_are_rounded_outward() -> None:
    """The first one is rounded to an integer that is a double."""
    for value in (EXACT + 1, -EXACT - 1, (1 << 70) + 1):
        builder = DatapathBuilder()
        cell = builder.constant(value, 0)
        low, high = builder.range(cell)
        port = Port("z", "z", cell, builder.cells[cell].format, low, high)
        datapath = Datapath("constant", tuple(builder.cells), (), (port,))
        (bound,) = proved_bounds(expanded("z = 1/4"), datapath, 100)
        assert bound is not None and abs(value - Fraction(1, 4)) <= Fraction(bound)
