"""Simulator: against a slow interpreter in Python's own integers, over random datapaths with wide values."""

from __future__ import annotations

import operator
import tracemalloc
from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Cell, CellKind, Datapath, Port
from symhdl.ir.verify import assert_valid_datapath
from symhdl.numeric.fixed import format_of_range
from symhdl.simulate import simulate
from symhdl.simulate.definition import LARGEST_BLOCK
from tests.cells import simulate_cells
from tests.random_datapath import random_datapath, random_inputs
from tests.rows import each_row

MEANING: dict[CellKind, Callable[..., int]] = {
    CellKind.ADD: lambda cell, a, b: a + b,
    CellKind.SUBTRACT: lambda cell, a, b: a - b,
    CellKind.NEGATE: lambda cell, a: -a,
    CellKind.SUM: lambda cell, *a: cell.value + sum(map(operator.mul, cell.weights, a)),
    CellKind.MULTIPLY: lambda cell, a, b: a * b,
    CellKind.SQUARE: lambda cell, a: a**2,
    CellKind.ROW: lambda cell, d, a: (
        cell.weights[d] * a if cell.weights[d] >= 0 else ~(-cell.weights[d] * a)
    ),
    CellKind.TWO_ROWS: lambda cell, a, b, c, d: (
        cell.weights[0] * (b if a else 0) + cell.weights[1] * (d if c else 0) + cell.value
    ),
    CellKind.SHIFT_LEFT: lambda cell, a: a * 2**cell.shift,
    CellKind.SHIFT_RIGHT: lambda cell, a: a // 2**cell.shift,
    CellKind.BITS: lambda cell, a: a // 2**cell.shift % 2**cell.count,
    CellKind.JOIN: lambda cell, a, b: a * 2**cell.shift + b,
    CellKind.TABLE: lambda cell, a: cell.contents[a],
    CellKind.LESS: lambda cell, a, b: 1 if a < b else 0,
    CellKind.LESS_EQUAL: lambda cell, a, b: 1 if a <= b else 0,
    CellKind.EQUAL: lambda cell, a, b: 1 if a == b else 0,
    CellKind.NOT: lambda cell, a: 1 if a == 0 else 0,
    CellKind.AND: lambda cell, a, b: 1 if a == 1 and b == 1 else 0,
    CellKind.OR: lambda cell, a, b: 1 if a == 1 or b == 1 else 0,
    CellKind.SELECT: lambda cell, a, b, c: b if a == 1 else c,
    CellKind.REGISTER: lambda cell, a: a,
}


def interpreted(datapath: Datapath, inputs: dict[str, int]) -> list[int]:
    """Every cell's integer for one vector, straight from the words of CellKind."""
    values: list[int] = []
    for cell in datapath.cells:
        if cell.kind is CellKind.INPUT:
            values.append(inputs[cell.name])
        elif cell.kind is CellKind.CONSTANT:
            values.append(cell.value)
        else:
            values.append(MEANING[cell.kind](cell, *(values[o] for o in cell.operands)))
    return values


@each_row("width", [4, 16, 62, 63, 64, 100])
@each_row("seed", range(8))
def test_cells_equal_the_interpreter(seed: int, width: int) -> None:
    datapath = random_datapath(seed, width=width, cells=40)
    inputs = random_inputs(datapath, seed, 12)
    cells = simulate_cells(datapath, inputs)
    outputs = simulate(datapath, inputs)
    for row in range(12):
        expected = interpreted(datapath, {name: int(v[row]) for name, v in inputs.items()})
        assert [int(values[row]) for values in cells] == expected
        for port in datapath.outputs:
            assert int(outputs[port.name][row]) == expected[port.cell]
    for cell, values in zip(datapath.cells, cells, strict=True):
        assert all(cell.minimum <= int(value) <= cell.maximum for value in values)
        assert values.dtype == (object if cell.width > 63 else np.int64)


def _square_of_sum(width: int) -> Datapath:
    builder = DatapathBuilder()
    x = builder.input("x", -(1 << (width - 1)), (1 << (width - 1)) - 1, 0)
    y = builder.square(builder.add(x, builder.constant(3, 0)))
    cell = builder.cells[y]
    ports = [
        Port(name, name, index, builder.cells[index].format, *builder.range(index))
        for name, index in (("x", x), ("y", y))
    ]
    assert cell.kind is CellKind.SQUARE
    return Datapath("square", tuple(builder.cells), (ports[0],), (ports[1],))


@given(st.lists(st.integers(-(1 << 89), (1 << 89) - 1), min_size=1, max_size=5))
def test_wide_values_are_exact(values: list[int]) -> None:
    result = simulate(_square_of_sum(90), {"x": np.array(values, dtype=object)})
    assert result["y"].tolist() == [(value + 3) ** 2 for value in values]


def test_integers_of_numpy_in_an_object_array_do_not_wrap() -> None:
    values = np.array([np.int64(1 << 62), np.int64(5)], dtype=object)
    result = simulate(_square_of_sum(90), {"x": values})
    assert result["y"].tolist() == [((1 << 62) + 3) ** 2, 64]


def test_blocks_join_without_a_seam() -> None:
    values = np.arange(2 * LARGEST_BLOCK + 5, dtype=np.int64)
    result = simulate(_square_of_sum(20), {"x": values})
    assert np.array_equal(result["y"], (values + 3) ** 2)


def test_constants_alone_give_one_vector() -> None:
    constant = Cell(CellKind.CONSTANT, (), 5, 5, 2, value=5)
    port = Port("y", "y", 0, format_of_range(5, 5, 2), 5, 5)
    assert simulate(Datapath("five", (constant,), (), (port,)), {})["y"].tolist() == [5]


def test_constant_output_has_a_value_for_every_vector() -> None:
    builder = DatapathBuilder()
    x = builder.input("x", 0, 7, 0)
    five = builder.constant(5, 0)
    ports = [
        Port(name, name, index, builder.cells[index].format, *builder.range(index))
        for name, index in (("x", x), ("y", five))
    ]
    datapath = Datapath("top", tuple(builder.cells), (ports[0],), (ports[1],))
    assert simulate(datapath, {"x": np.arange(4)})["y"].tolist() == [5, 5, 5, 5]


def test_memory_does_not_grow_with_the_cells() -> None:
    builder = DatapathBuilder()
    x = value = builder.input("x", -8, 7, 0)
    for index in range(20_000):
        step = builder.add(value, x) if index % 2 else builder.subtract(value, x)
        value = builder.narrow(step, -40, 40)
    ports = [
        Port(name, name, index, builder.cells[index].format, *builder.range(index))
        for name, index in (("x", x), ("y", value))
    ]
    datapath = Datapath("chain", tuple(builder.cells), (ports[0],), (ports[1],))
    assert_valid_datapath(datapath)
    inputs = {"x": np.array([1, -2, 3] * 4000)}
    tracemalloc.start()
    try:
        simulate(datapath, inputs)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # 20,000 values of 12,000 vectors would be 1.9 gigabytes.
    assert peak_bytes < 60e6
