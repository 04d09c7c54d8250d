"""Which inputs a design is verified with: all, or those that reach its tables and their seams; when they are fed."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest

from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import CellKind, Datapath
from symhdl.verify.table_entries import entry_rows, seam_rows
from symhdl.verify.timeline import NONE, PLAIN, Handshake, timeline
from symhdl.verify.vectors import all_inputs, chosen_inputs, combinations
from tests.cells import simulate_cells
from tests.random_datapath import random_datapath
from tests.rows import each_row
from tests.tiny_datapaths import TINY, port, register

Row = tuple[int, ...]


def generator() -> random.Random:
    return random.Random(1)  # noqa: S311 - test vectors, no secrets


def indices(datapath: Datapath, rows: Sequence[Row]) -> list[list[int]]:
    """The index of every table of the datapath for every row."""
    columns = {
        p.name: np.array([row[place] for row in rows], dtype=object)
        for place, p in enumerate(datapath.inputs)
    }
    values = simulate_cells(datapath, columns)
    tables = [cell for cell in datapath.cells if cell.kind is CellKind.TABLE]
    return [[int(value) for value in values[cell.operands[0]]] for cell in tables]


def with_table(builder: DatapathBuilder, index: int, *inputs: int) -> Datapath:
    low, high = builder.range(index)
    assert low >= 0
    entry = builder.table(index, tuple(n * n for n in range(high + 1)), 0)
    ports = tuple(port(builder, builder.cells[cell].name, cell) for cell in inputs)
    return Datapath("t", tuple(builder.cells), ports, (port(builder, "y", entry),))


def upper_bits(bits: int, kept: int) -> Datapath:
    builder = DatapathBuilder()
    x = builder.input("x", -(1 << (bits - 1)), (1 << (bits - 1)) - 1, 0)
    moved = register(builder, builder.add(x, builder.constant(1 << (bits - 1), 0)), 1)
    return with_table(builder, builder.bits(moved, bits - kept, kept), x)


@pytest.mark.parametrize("bits", [12, 16, 24, 40, 63, 64, 100])
def test_both_ends_of_every_entry_are_found(bits: int) -> None:
    datapath = upper_bits(bits, 9)
    rows = list(entry_rows(datapath, generator()))
    step = 1 << (bits - 9)
    low = -(1 << (bits - 1))
    ends = {low + n * step - side for n in range(512) for side in (0, 1)} - {low - 1}
    assert ends <= {x for (x,) in rows}
    assert len(rows) <= 3 * 512


@pytest.mark.parametrize("bits", [14, 20, 33])
def test_entries_by_lower_bits_are_all_reached(bits: int) -> None:
    builder = DatapathBuilder()
    x = builder.input("x", 0, (1 << bits) - 1, 0)
    a = builder.input("a", 0, 9, 0)
    folded = builder.subtract(builder.shift_left(x, 1, 0), builder.constant(77, 0))
    datapath = with_table(builder, builder.bits(folded, 3, 10), x, a)
    (found,) = indices(datapath, list(entry_rows(datapath, generator())))
    assert set(found) == set(range(1024))


def test_one_vector_serves_the_tables_of_several_inputs() -> None:
    builder = DatapathBuilder()
    inputs = [builder.input(name, 0, (1 << 20) - 1, 0) for name in "abc"]
    for cell in inputs[:2]:
        builder.table(builder.bits(cell, 10, 10), tuple(range(1024)), 0)
    datapath = with_table(builder, builder.bits(inputs[2], 18, 2), *inputs)
    rows = list(entry_rows(datapath, generator()))
    assert [len(set(found)) for found in indices(datapath, rows)] == [1024, 1024, 4]
    assert len(rows) <= 3 * 1024 + 2


def test_only_reachable_entries_are_claimed() -> None:
    builder = DatapathBuilder()
    x = builder.input("x", 0, 255, 0)
    even = builder.bits(builder.shift_left(x, 1, 0), 0, 9)
    datapath = with_table(builder, even, x)
    (found,) = indices(datapath, list(entry_rows(datapath, generator())))
    assert sorted(found) == list(range(0, 512, 2))


def test_seams_of_tables_of_several_inputs() -> None:
    builder = DatapathBuilder()
    x, z = (builder.input(name, 0, (1 << 16) - 1, 0) for name in "xz")
    total = builder.add(x, z)
    datapath = with_table(builder, builder.bits(total, 12, 5), x, z)
    assert list(entry_rows(datapath, generator())) == []
    rows = list(seam_rows(datapath, generator()))
    totals = {x + z for x, z in rows}
    # The first and the last entry are reached in corners of the inputs only.
    assert {n * 4096 - side for n in range(2, 31) for side in (0, 1)} <= totals
    assert len(rows) <= 3 * 32


def test_a_design_without_tables_has_none() -> None:
    stimulus = chosen_inputs(TINY["mixed"](), 20, 1)
    assert dict(stimulus.kinds)["at table entries"] == 0
    assert stimulus.description == "20 random, 28 corners"


@pytest.mark.parametrize("seed", range(20))
def test_chosen_inputs_stay_in_range_and_are_reproducible(seed: int) -> None:
    datapath = random_datapath(seed, width=(8, 20, 70)[seed % 3])
    stimulus = chosen_inputs(datapath, 30, seed)
    again = chosen_inputs(datapath, 30, seed)
    for p in datapath.inputs:
        values = stimulus.inputs[p.name].tolist()
        assert len(values) == stimulus.count
        assert all(p.minimum <= value <= p.maximum for value in values)
        assert values == again.inputs[p.name].tolist()


def test_all_inputs_are_all_of_them_once() -> None:
    datapath = TINY["mixed"]()
    stimulus = all_inputs(datapath, 1)
    columns: list[list[int]] = [stimulus.inputs[p.name].tolist() for p in datapath.inputs]
    rows = [(a, b) for a, b in zip(*columns, strict=True)]
    assert len(rows) == stimulus.count == combinations(datapath) == 256
    assert sorted(rows) == [(a, b) for a in range(-8, 8) for b in range(16)] != rows


@each_row("latency", [0, 1, 5])
@each_row("handshake", [PLAIN, Handshake(True), Handshake(True, True)])
@each_row("count", [1, 500])
def test_every_vector_has_its_result(latency: int, handshake: Handshake, count: int) -> None:
    times = timeline(count, latency, handshake, 3)
    due = times.due[times.enable]
    assert set(due.tolist()) - {NONE} == set(range(count))
    gaps = int(np.count_nonzero(times.given == NONE))
    if not handshake.valid:
        assert (times.cycles, gaps) == (count + latency, latency)
        return
    assert times.due[-1] == NONE
    if count > 1:
        assert 20 < gaps < 2 * count
    if latency > 0:
        assert np.count_nonzero(times.reset & times.enable) == 3
        # Vectors that a reset took out of the pipeline are fed again.
        assert np.count_nonzero(times.given[times.enable] != NONE) > np.count_nonzero(due != NONE)
