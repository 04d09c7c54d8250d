"""Sums, constant products and remainders give the integers of Python, with ranges that hold."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symhdl.arithmetic.constants import multiply_by_constant, signed_digits
from symhdl.arithmetic.remainders import remainder
from symhdl.arithmetic.sums import Addend, sum_of
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Cell, CellKind, Datapath, Port
from tests.cells import simulate_cells
from tests.rows import each_row


def run(builder: DatapathBuilder, inputs: dict[str, list[int]]) -> list[np.ndarray]:
    """The integers of all cells; every cell must stay in its range."""
    ports = tuple(
        Port(c.name, c.name, k, c.format, c.minimum, c.maximum)
        for k, c in enumerate(builder.cells)
        if c.kind is CellKind.INPUT
    )
    datapath = Datapath("t", tuple(builder.cells), ports, ())
    arrays = {name: np.array(column, dtype=object) for name, column in inputs.items()}
    values = simulate_cells(datapath, arrays)
    for cell, value in zip(builder.cells, values, strict=True):
        assert_in_range(cell, value)
    return values


def assert_in_range(cell: Cell, value: np.ndarray) -> None:
    assert int(value.min()) >= cell.minimum, cell
    assert int(value.max()) <= cell.maximum, cell


@given(st.integers(-(10**12), 10**12))
def test_signed_digits_add_up_and_are_canonical(value: int) -> None:
    digits = signed_digits(value)
    assert sum(digit << position for position, digit in digits) == value
    positions = [position for position, _ in digits]
    assert all(b - a >= 2 for a, b in itertools.pairwise(positions))


@given(st.integers(-(2**40), 2**40), st.integers(-300, 0), st.integers(1, 300))
def test_multiply_by_constant(value: int, low: int, high: int) -> None:
    builder = DatapathBuilder()
    a = builder.input("a", low, high, 3)
    product = multiply_by_constant(builder, a, value, 5)
    column = list(range(low, high + 1))
    result = np.broadcast_to(run(builder, {"a": column})[product], len(column))
    assert [int(v) for v in result] == [value * n for n in column]
    assert builder.fraction(product) == 5


def test_a_factor_saves_adders() -> None:
    builder = DatapathBuilder()
    multiply_by_constant(builder, builder.input("a", 0, 255, 0), 85, 0)
    adders = [c for c in builder.cells if c.kind in (CellKind.ADD, CellKind.SUBTRACT)]
    assert len(adders) == 2  # (a + 4 a) * 17 instead of three additions


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.booleans(), st.integers(-50, 50)), min_size=1, max_size=12
    )
)
def test_sums_of_signed_terms(parts: list[tuple[int, bool, int]]) -> None:
    builder = DatapathBuilder()
    terms, columns, expected = [], {}, 0
    for number, (fraction, negative, value) in enumerate(parts):
        name = f"x{number}"
        terms.append(Addend(builder.input(name, -50, 50, fraction), negative))
        columns[name] = [value]
        expected += (-value if negative else value) << (5 - fraction)
    total = sum_of(builder, terms, 5)
    assert int(run(builder, columns)[total][0]) == expected


def test_a_sum_of_many_terms_is_shallow() -> None:
    builder = DatapathBuilder()
    terms = [Addend(builder.input(f"x{k}", -8, 7, 0)) for k in range(1000)]
    sum_of(builder, terms, 0)
    depth: list[int] = []
    for cell in builder.cells:
        depth.append(1 + max((depth[k] for k in cell.operands), default=-1))
    assert max(depth) == 10


@each_row("divisor", [1, 2, 3, 7, 8, 100, 255, -5, -8])
@each_row(("low", "high"), [(0, 1000), (-1000, 1000), (-77, -3), (0, 4)])
def test_remainders_by_constants(divisor: int, low: int, high: int) -> None:
    builder = DatapathBuilder()
    a = builder.input("a", low, high, 0)
    rest = remainder(builder, a, builder.constant(divisor, 0))
    column = list(range(low, high + 1))
    result = np.broadcast_to(run(builder, {"a": column})[rest], len(column))
    assert [int(v) for v in result] == [n % divisor for n in column]


@pytest.mark.parametrize(("low", "high"), [(1, 20), (-20, -1), (5, 9)])
def test_remainders_by_variables(low: int, high: int) -> None:
    builder = DatapathBuilder()
    a, b = builder.input("a", -60, 50, 0), builder.input("b", low, high, 0)
    rest = remainder(builder, a, b)
    pairs = [(n, d) for n in range(-60, 51) for d in range(low, high + 1)]
    result = run(builder, {"a": [n for n, _ in pairs], "b": [d for _, d in pairs]})[rest]
    assert [int(v) for v in result] == [n % d for n, d in pairs]
