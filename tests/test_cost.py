"""Costs: every kind of cell has a formula, constants are cheap, blocks are shared out, estimates are monotone."""

from __future__ import annotations

import pytest

from symhdl.analysis.cost import (
    FORMULAS,
    Arrival,
    CellCost,
    after,
    blocks_of_product,
    cell_costs,
    dsp_cells,
    estimate,
    memory_cells,
)
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import CellKind
from symhdl.passes.schedule import schedule
from symhdl.targets.target import load_target
from tests.test_schedule import built

ECP5 = load_target("ecp5-85k")
ICE40 = load_target("ice40-hx8k")


def test_every_kind_of_cell_has_a_formula() -> None:
    assert set(FORMULAS) == set(CellKind)


def luts_of(builder: DatapathBuilder, cell: int) -> float:
    return cell_costs(builder.cells, ICE40)[cell].luts


def test_a_constant_factor_costs_by_its_ones() -> None:
    builder = DatapathBuilder()
    x, y = (builder.input(name, -(2**15), 2**15 - 1, 0) for name in "xy")
    full = luts_of(builder, builder.multiply(x, y))
    dense = luts_of(builder, builder.multiply(x, builder.constant(0b10101011, 0)))
    sparse = luts_of(builder, builder.multiply(x, builder.constant(0b10000001, 0)))
    assert 0 < sparse < dense < full


def test_low_zeros_of_an_addend_need_no_adder() -> None:
    builder = DatapathBuilder()
    x, y = (builder.input(name, 0, 2**16 - 1, 0) for name in "xy")
    plain = builder.add(x, y)
    shifted = builder.add(x, builder.shift_left(y, 8, 0))
    taken = builder.subtract(builder.shift_left(y, 8, 0), x)
    assert luts_of(builder, plain) == 17
    assert luts_of(builder, shifted) == 25 - 8
    assert luts_of(builder, taken) == 25


def test_carry_chains_in_a_row_overlap() -> None:
    adder = CellCost(delay_ns=5.0, ripple_ns=4.0, low_delay_ns=1.0)
    first = after(adder, ())
    second = after(adder, [first])
    assert first == Arrival(1.0, 5.0)
    assert second == Arrival(2.0, 6.0)
    logic = CellCost(delay_ns=1.0)
    assert after(logic, [second]) == Arrival(7.0, 7.0)
    # What arrives late in all its bits ripples from there.
    assert after(adder, [Arrival(7.0, 7.0)]).full_ns == 12.0


@pytest.mark.parametrize(
    ("width", "other", "blocks"), [(18, 18, 1), (8, 8, 1), (19, 18, 2), (24, 24, 4), (32, 32, 4)]
)
def test_a_wide_product_takes_several_blocks(width: int, other: int, blocks: int) -> None:
    assert blocks_of_product(width, other, ECP5) == blocks
    assert blocks_of_product(other, width, ECP5) == blocks


def test_unequal_operand_widths_of_a_block_are_used() -> None:
    series7 = load_target("xc7a35t")
    assert blocks_of_product(25, 18, series7) == blocks_of_product(18, 25, series7) == 1
    assert blocks_of_product(19, 19, series7) == 2


def test_the_policy_bounds_the_blocks_and_the_widest_products_go_first() -> None:
    builder = DatapathBuilder()
    small = [builder.input(f"s{i}", -(2**9), 2**9 - 1, 0) for i in range(2)]
    large = [builder.input(f"l{i}", -(2**15), 2**15 - 1, 0) for i in range(2)]
    narrow, wide = builder.multiply(*small), builder.multiply(*large)
    square = builder.square(small[0])
    assert dsp_cells(builder.cells, ECP5) == {narrow, wide, square}
    assert dsp_cells(builder.cells, ECP5, 1) == {wide}
    assert dsp_cells(builder.cells, ECP5, 0) == frozenset()
    assert dsp_cells(builder.cells, ICE40) == frozenset()


def test_narrow_products_stay_in_logic_where_the_target_says_so() -> None:
    builder = DatapathBuilder()
    x, y = builder.input("x", 0, 31, 0), builder.input("y", 0, 2**16 - 1, 0)
    product = builder.multiply(x, y)
    assert product not in dsp_cells(builder.cells, load_target("xc7a35t"))


def test_large_tables_go_into_memory_blocks_only_where_there_is_a_clock() -> None:
    builder = DatapathBuilder()
    x = builder.input("x", 0, 1023, 0)
    table = builder.table(x, tuple(range(5, 1029)), 0)
    plain = built(builder, table)
    assert memory_cells(plain.cells, ECP5) == {table}
    without = estimate(plain, ECP5)
    assert without.brams == 0
    assert without.luts > 100
    pipelined = estimate(schedule(plain, ECP5, 100), ECP5)
    assert (pipelined.luts, pipelined.brams) == (0, 1)
    assert pipelined.ffs > 0


def test_more_bits_never_cost_less() -> None:
    for kind in ("add", "multiply", "less", "square"):
        previous = (0.0, 0.0)
        for width in (4, 8, 12, 16, 24):
            builder = DatapathBuilder()
            x, y = (
                builder.input(name, -(2 ** (width - 1)), 2 ** (width - 1) - 1, 0) for name in "xy"
            )
            cell = builder.square(x) if kind == "square" else getattr(builder, kind)(x, y)
            cost = cell_costs(builder.cells, ICE40)[cell]
            assert (cost.delay_ns, cost.luts) > previous
            assert cost.luts >= previous[1]
            previous = (cost.delay_ns, cost.luts)


def test_an_empty_datapath_runs_at_the_speed_of_registers() -> None:
    builder = DatapathBuilder()
    x = builder.input("x", 0, 7, 0)
    result = estimate(built(builder, x), ECP5)
    assert (result.luts, result.ffs, result.dsps, result.brams) == (0, 0, 0, 0)
    assert result.fmax_mhz == pytest.approx(1000 / ECP5.delays.register, abs=0.1)
