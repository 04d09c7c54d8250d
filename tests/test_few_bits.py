"""Parts that a few bits tell together: equal integers, what becomes a table, and what does not."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import symhdl
from symhdl.arithmetic.few_bits import (
    bits_of,
    joint_table,
    leaves_of,
    part_of,
    turned,
    with_joint_tables,
)
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import CellKind, Datapath
from symhdl.simulate import simulate
from tests.random_datapath import random_datapath, random_inputs
from tests.rows import each_row
from tests.test_schedule import built

PRODUCTS = frozenset({CellKind.MULTIPLY, CellKind.SQUARE})


def assert_equal(a: Datapath, b: Datapath, seed: int) -> None:
    inputs = random_inputs(a, seed, 64)
    expected, got = simulate(a, inputs), simulate(b, inputs)
    assert all(np.array_equal(values, got[name]) for name, values in expected.items())


@given(seed=st.integers(0, 10**6))
def test_every_part_as_a_table_has_its_integers(seed: int) -> None:
    datapath = random_datapath(seed, width=4, cells=25, stages=0)
    cells = datapath.cells
    for root, sets in enumerate(leaves_of(cells, 8)):
        for leaves in sets:
            assert sum(bits_of(cells[leaf]) for leaf in leaves) <= 8
            if leaves and root not in leaves:
                table = joint_table(cells, part_of(cells, root, leaves))
                for each in (table, turned(cells, table)):
                    assert_equal(datapath, with_joint_tables(datapath, {root: each}), seed)


@given(seed=st.integers(0, 10**6))
def test_all_parts_at_once(seed: int) -> None:
    datapath = random_datapath(seed, width=5, cells=40, stages=0)
    cells = datapath.cells
    tables = {
        root: joint_table(cells, part_of(cells, root, sets[-1]))
        for root, sets in enumerate(leaves_of(cells, 9))
        if sets and sets[-1] and root not in sets[-1]
    }
    assert_equal(datapath, with_joint_tables(datapath, tables), seed)


def test_where_leaves_do_not_meet_the_table_has_what_is_next_to_it() -> None:
    """x and its square: the difference that is proved never negative is not, at any entry."""
    builder = DatapathBuilder()
    x = builder.input("x", 0, 3, 0)
    square = builder.square(x)
    difference = builder.narrow(builder.subtract(square, x), 0, 6)
    datapath = built(builder, difference)
    table = joint_table(datapath.cells, part_of(datapath.cells, difference, frozenset({x, square})))
    assert all(0 <= entry <= 6 for entry in table.contents)
    made = with_joint_tables(datapath, {difference: table})
    values = simulate(made, {"x": np.arange(4)})["y0"]
    assert values.tolist() == [0, 0, 2, 6]


def of_kinds(source: str, device: str, level: int = 1) -> dict[CellKind, int]:
    design = symhdl.compile(source, device=device, dsp="none", frequency=0, opt=level)
    assert design.datapath is not None
    kinds = [cell.kind for cell in design.datapath.cells]
    return {kind: kinds.count(kind) for kind in kinds}


def test_a_product_of_three_bits_each_is_six_luts() -> None:
    source = "input a, b : ufixed<3,3>\ny = a*b\noutput y : ufixed<6,6>"
    design = symhdl.compile(source, device="xcvu9p", dsp="none", frequency=0)
    assert design.estimate.luts <= 6
    a, b = (each.ravel() for each in np.meshgrid(np.arange(8), np.arange(8)))
    assert np.array_equal(np.asarray(design.simulate(a, b)), a * b)


@each_row(
    "text",
    [
        "min(max(a*b - 3, 0), 5)",
        "if a*b > 7 and a < b then a - b else a + b",
        "abs(a - 3)*(b + 1)",
        "sin(a)*b - exp(-b)",
    ],
)
def test_what_hangs_on_two_small_inputs_is_one_table(text: str) -> None:
    source = f"input a, b : ufixed<3,3>\ny = {text}\noutput y : fixed<9,7>"
    kinds = of_kinds(source, "xcvu9p")
    assert kinds[CellKind.TABLE] == 1
    assert kinds.keys() <= {
        CellKind.INPUT, CellKind.JOIN, CellKind.TABLE, CellKind.SHIFT_LEFT, CellKind.SHIFT_RIGHT,
        CellKind.BITS,
    }  # fmt: skip
    without = of_kinds(source, "xcvu9p", level=0)
    assert len(without) > len(kinds)


def test_products_of_many_bits_stay() -> None:
    source = "input a, b : ufixed<12,12>\ny = a*b\noutput y : ufixed<24,24>"
    assert CellKind.TABLE not in of_kinds(source, "xcvu9p")


def test_a_function_of_few_numbers_with_a_long_operand_is_a_region() -> None:
    """x - 0.7283 has as many values as x, but many more bits."""
    source = "input x, z : fixed<7,2> in [-1, 1]\ny = sin(2*x - 0.7283)*z\noutput y : fixed<10,2>"
    design = symhdl.compile(source, device="xcvu9p", dsp="none").design
    assert len(design.regions) == 1
