"""From operators to the cells of a device: every pass leaves the integers equal, and so does every engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from symhdl.backends.amaranth_module import rtlil_text

from symhdl.arithmetic.absorbing import with_absorbed_constants
from symhdl.arithmetic.comparisons import with_narrow_comparisons
from symhdl.arithmetic.constants import is_digit, with_digits
from symhdl.arithmetic.merging import with_merged_sums
from symhdl.arithmetic.product_cells import products_in_rows
from symhdl.arithmetic.rounding import with_short_roundings
from symhdl.arithmetic.signs import with_signs_in_chains
from symhdl.arithmetic.sums import with_trees
from symhdl.choices import DspUse
from symhdl.compiler import compile
from symhdl.cost.products import logic_of
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import CellKind, Datapath, Port
from symhdl.ir.verify import assert_valid_datapath
from symhdl.passes.bind_units import bind_units
from symhdl.simulate import simulate
from symhdl.targets.target import load_target
from tests.amaranth_checks import verilog_through_yosys
from tests.errors_of_design import Ranges, datapaths_of, request_of
from tests.random_datapath import random_datapath, random_inputs
from tests.rows import each_row
from tests.test_amaranth import assert_equal as assert_amaranth_equal
from tests.test_compile_levels import (
    DESIGNS,
    LEVELS,
    assert_verilog_equal,
    inputs_of,
    needs_icarus,
)
from tests.test_hls import Headers
from tests.test_hls import assert_equal as assert_hls_equal
from tests.test_hls import headers as headers  # a fixture
from tests.verilog_checks import check_verilog

FAST = load_target("ecp5-85k")
OPERATORS = "rounding"
"""The last pass that leaves the datapath on the operator level."""

STEPS: dict[str, Callable[[Datapath], Datapath]] = {
    "absorb-constants": lambda datapath: with_absorbed_constants(datapath, lambda *_: True),
    "comparisons": with_narrow_comparisons,
    "bind-units": lambda datapath: bind_units(datapath, FAST, "auto", clocked=True),
    "merge-sums": with_merged_sums,
    "rounding": with_short_roundings,
    "constant-products": with_digits,
    "signs": with_signs_in_chains,
    "sums": lambda datapath: with_trees(datapath, logic_of(FAST)),
    "products": lambda datapath: products_in_rows(datapath, FAST),
}


def outputs_of(datapath: Datapath, seed: int) -> dict[str, list[int]]:
    inputs = random_inputs(datapath, seed, 30)
    found = simulate(datapath, inputs)
    return {name: np.broadcast_to(value, 30).tolist() for name, value in found.items()}


@given(st.integers(0, 10**6), st.sampled_from((4, 9, 16, 40, 70)), st.sampled_from((20, 60)))
def test_every_step_keeps_the_integers(seed: int, width: int, cells: int) -> None:
    datapath = random_datapath(seed, width=width, cells=cells, stages=0)
    expected = outputs_of(datapath, seed)
    for name, step in STEPS.items():
        before = random_datapath(seed, width=width, cells=cells, stages=0)
        alone = step(with_digits(before) if name == "sums" else before)
        datapath = step(datapath)
        for made in (alone, datapath):
            assert_valid_datapath(made)
            assert outputs_of(made, seed) == expected, name
    assert all(cell.kind is not CellKind.SUM for cell in datapath.cells)


@given(st.integers(0, 10**6))
def test_weights_become_digits(seed: int) -> None:
    for cell in with_digits(random_datapath(seed, cells=60, stages=0)).cells:
        assert cell.kind is not CellKind.SUM or all(map(is_digit, cell.weights))


@each_row("level", LEVELS)
@each_row("name", sorted(DESIGNS))
def test_the_simulator_gives_the_same_on_every_level(name: str, level: int) -> None:
    text, ranges = DESIGNS[name]
    found = datapaths_of(text, request_of(ranges, width=9, output_width=10, opt=level))
    assert (next(iter(found)), next(reversed(found))) == ("lower", "schedule")
    if "spending" in found:  # formats are changed once more
        del found["lower"]
    expected = outputs_of(next(iter(found.values())), 1)
    for step, datapath in found.items():
        assert outputs_of(datapath, 1) == expected, step


LINEAR: tuple[str, Ranges] = (
    "p = 0.3*x - 1.7*y + 0.25\nq = 0.3*x*y - pi/4*p\nr = mod(p, 0.3) + sin(9*x)\noutput p, q, r",
    {"x": ("0", "2"), "y": ("-1", "1")},
)


def operators(text: str, ranges: Ranges, level: int) -> Datapath:
    datapath = datapaths_of(text, request_of(ranges, width=9, output_width=10, opt=level))[
        OPERATORS
    ]
    assert any(cell.kind is CellKind.SUM for cell in datapath.cells)
    return replace(datapath, frequency_mhz=0.0)


def assert_rtlil_equal(datapath: Datapath, seed: int) -> None:
    """By way of Yosys, which writes Verilog of it."""
    text = verilog_through_yosys(rtlil_text(datapath))
    assert check_verilog(datapath, text, inputs_of(datapath, 60, seed)) == ()


@pytest.mark.parametrize("level", LEVELS)
def test_engines_take_operators(level: int, headers: Headers, tmp_path: Path) -> None:
    needs_icarus()
    datapath = operators(*LINEAR, level)
    assert_verilog_equal(datapath, 200, seed=level)
    assert_amaranth_equal(datapath, level)
    assert_rtlil_equal(datapath, level)
    assert_hls_equal([datapath], headers, tmp_path)


@pytest.mark.parametrize("level", LEVELS)
def test_engines_take_adders(level: int, headers: Headers, tmp_path: Path) -> None:
    needs_icarus()
    text, ranges = LINEAR
    found = datapaths_of(text, request_of(ranges, width=9, output_width=10, opt=level))
    assert_verilog_equal(found["schedule"], 200, seed=level)
    assert_amaranth_equal(found["schedule"], level)
    assert_rtlil_equal(found["schedule"], level)
    assert_hls_equal([found["sums"]], headers, tmp_path)


# --- what is merged -------------------------------------------------------------------------------


def design_with(build: Callable[[DatapathBuilder, int, int], list[int]]) -> Datapath:
    """Outputs of two inputs of eight bits."""
    builder = DatapathBuilder()
    x, y = builder.input("x", 0, 255, 4), builder.input("y", -128, 127, 4)
    ports = tuple(
        Port(name, name, k, builder.cells[k].format, *builder.range(k))
        for name, k in (("x", x), ("y", y))
    )
    results = build(builder, x, y)
    outputs = tuple(
        Port(f"z{n}", f"z{n}", k, builder.cells[k].format, *builder.range(k))
        for n, k in enumerate(results)
    )
    return Datapath("t", tuple(builder.cells), ports, outputs)


def sums(datapath: Datapath) -> list[tuple[tuple[int, ...], int]]:
    """The weights and the constant of every sum."""
    return [(c.weights, c.value) for c in datapath.cells if c.kind is CellKind.SUM]


def test_a_constant_product_becomes_a_weight() -> None:
    def build(b: DatapathBuilder, x: int, y: int) -> list[int]:
        return [b.sum([(1, b.sum([(77, x)], 0, 4)), (-1, b.shift_left(y, 2, 4))], 5, 4)]

    assert sums(with_merged_sums(design_with(build))) == [((77, -4), 5)]


def test_sums_and_negations_of_one_user_are_merged() -> None:
    def build(b: DatapathBuilder, x: int, y: int) -> list[int]:
        inner = b.sum([(1, x), (1, y)], -2, 4)
        return [b.sum([(-1, b.negate(b.shift_left(inner, 3, 4)))], 9, 4)]

    assert sums(with_merged_sums(design_with(build))) == [((8, 8), -7)]


def test_what_others_use_stays() -> None:
    def build(b: DatapathBuilder, x: int, y: int) -> list[int]:
        product = b.sum([(77, x)], 0, 4)
        return [b.sum([(1, product), (1, y)], 0, 4), b.sum([(1, product), (3, y)], 0, 4)]

    assert sums(with_merged_sums(design_with(build))) == [((77,), 0), ((1, 1), 0), ((3, 1), 0)]


def test_a_factor_of_a_sum_is_not_given_to_all_its_terms() -> None:
    """77 (x + y) costs an adder and the digits of 77 once."""

    def build(b: DatapathBuilder, x: int, y: int) -> list[int]:
        return [b.sum([(77, b.sum([(1, x), (1, y)], 0, 4))], 1, 4)]

    assert sums(with_merged_sums(design_with(build))) == [((1, 1), 0), ((77,), 1)]


def test_a_range_that_is_better_known_is_kept() -> None:
    """The rest of a division is narrow although its terms are wide."""

    def build(b: DatapathBuilder, x: int, y: int) -> list[int]:
        rest = b.narrow(b.sum([(1, x), (-7, b.shift_right(x, 3, 4))], 0, 4), 0, 6)
        return [b.sum([(1, rest), (1, y)], 0, 4)]

    datapath = design_with(build)
    assert with_merged_sums(datapath) == datapath


def test_a_chain_of_sums_becomes_one_in_linear_work() -> None:
    def build(b: DatapathBuilder, x: int, y: int) -> list[int]:
        total = x
        for position in range(3000):
            total = b.sum([(1, y), (-1, total)], position, 4)
        return [total]

    assert len(sums(with_merged_sums(design_with(build)))) == 1


# --- multipliers by constants ---------------------------------------------------------------------


@each_row("frequency", [0, 200])
def test_a_multiplier_by_a_constant_stays_where_it_is_a_block(frequency: int) -> None:
    """The sine of many periods has a factor of many digits, which is adders where there are no blocks."""

    def units(dsp: DspUse) -> list[str]:
        design = compile(
            "y = cos(1000*x)", ranges={"x": (-1, 1)}, width=16, output_width=12,
            device="ecp5-85k", dsp=dsp, frequency=frequency,
        )  # fmt: skip
        cells = design.datapath.cells
        return [
            cell.unit
            for cell in cells
            if cell.kind is CellKind.MULTIPLY
            and any(cells[operand].kind is CellKind.CONSTANT for operand in cell.operands)
        ]

    assert units("auto") and all(units("auto"))
    assert units("none") == []
