"""Removing dead cells keeps outputs, input ports and their integers."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import CellKind
from symhdl.ir.live import remove_dead_cells
from symhdl.simulate import simulate
from tests.random_datapath import random_datapath, random_inputs
from tests.test_schedule import built


@given(seed=st.integers(0, 10**6))
def test_outputs_keep_their_integers_and_all_that_is_left_is_needed(seed: int) -> None:
    datapath = random_datapath(seed)
    smaller = remove_dead_cells(datapath)
    inputs = random_inputs(datapath, seed, 12)
    expected, got = simulate(datapath, inputs), simulate(smaller, inputs)
    assert all(np.array_equal(values, got[name]) for name, values in expected.items())
    used = {operand for cell in smaller.cells for operand in cell.operands}
    used |= {port.cell for port in smaller.outputs}
    for index, cell in enumerate(smaller.cells):
        assert index in used or cell.kind is CellKind.INPUT
    assert len(smaller.inputs) == len(datapath.inputs)
    assert remove_dead_cells(smaller) is smaller


def test_an_input_that_nothing_uses_stays_a_port() -> None:
    builder = DatapathBuilder()
    x, y = builder.input("x", 0, 7, 0), builder.input("y", 0, 7, 0)
    builder.multiply(x, y)
    kept = built(builder, builder.add(x, builder.constant(1, 0)))
    smaller = remove_dead_cells(kept)
    assert [cell.kind for cell in smaller.cells] == [
        CellKind.INPUT, CellKind.INPUT, CellKind.CONSTANT, CellKind.ADD,
    ]  # fmt: skip
    assert [port.cell for port in smaller.inputs] == [0, 1]
    assert smaller.outputs[0].cell == 3


@given(st.integers(0, 2**32))
def test_a_moved_cell_is_the_same_in_all_else(seed: int) -> None:
    for cell in random_datapath(seed).cells:
        cell = structs.replace(
            cell,
            origin="x*y",
            shift=3,
            count=5,
            value=7,
            weights=(2, -1),
            latency=2,
            unit="DSP",
            contents=(1, 2),
            name="n",
        )
        moved, expected = cell.moved((7, 8), 4), structs.replace(cell, operands=(7, 8), stage=4)
        assert (moved, moved.origin) == (expected, expected.origin)
