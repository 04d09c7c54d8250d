"""Costs: every kind of cell has a formula, constants are cheap, blocks are shared out, estimates are monotone."""

from __future__ import annotations

import pytest

from symhdl.analysis.blocks import blocks_of_product, dsp_cells, memory_cells
from symhdl.analysis.cost import FORMULAS, Arrival, CellCost, after, cell_costs, trailing_zeros
from symhdl.analysis.estimate import estimate
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Cell, CellKind, Datapath, DspUse
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
    ("width", "other", "blocks"),
    [
        (18, 18, 1),
        (8, 8, 1),
        (19, 18, 1),
        (20, 18, 2),
        (24, 24, 4),
        (36, 36, 4),
        (37, 36, 4),
        (1, 9, 0),
    ],
)
def test_a_wide_product_takes_several_blocks(width: int, other: int, blocks: int) -> None:
    assert blocks_of_product((width, other), width + other, True, ECP5.dsp) == blocks
    assert blocks_of_product((other, width), width + other, True, ECP5.dsp) == blocks


def test_unequal_operand_widths_and_signs_of_a_block_are_used() -> None:
    dsp = load_target("xc7a35t").dsp
    for widths in ((25, 18), (18, 25)):
        assert blocks_of_product(widths, 43, True, dsp) == 1
        assert blocks_of_product(widths, 43, False, dsp) == 4, "an unsigned one takes a bit more"
    assert blocks_of_product((24, 17), 41, False, dsp) == 1
    assert blocks_of_product((4, 4), 8, True, dsp) == 0
    assert blocks_of_product((2, 7), 9, True, dsp) == 1


def blocks_of(builder: DatapathBuilder, device: str, dsp: DspUse = "auto") -> dict[int, int]:
    return dsp_cells(builder.cells, trailing_zeros(builder.cells), load_target(device), dsp)


def test_products_go_into_blocks_unless_none_may_be_used() -> None:
    builder = DatapathBuilder()
    small = [builder.input(f"s{i}", -(2**9), 2**9 - 1, 0) for i in range(2)]
    large = [builder.input(f"l{i}", -(2**15), 2**15 - 1, 0) for i in range(2)]
    narrow, wide = builder.multiply(*small), builder.multiply(*large)
    square = builder.square(small[0])
    assert blocks_of(builder, "ecp5-85k") == {narrow: 1, wide: 1, square: 1}
    assert blocks_of(builder, "ecp5-85k", "none") == {}
    assert blocks_of(builder, "ice40-hx8k") == {}


def test_low_zeros_and_missing_signs_count_for_the_blocks() -> None:
    builder = DatapathBuilder()
    x = builder.input("x", -(2**17), 2**17 - 1, 0)
    y = builder.input("y", 0, 2**18 - 1, 0)
    shifted = builder.multiply(builder.shift_left(x, 5, 0), x)
    mixed = builder.multiply(x, y)
    assert blocks_of(builder, "ecp5-85k")[shifted] == 1
    assert mixed in blocks_of(builder, "ecp5-85k"), "19 bits with the zero on top of y"
    assert cell_costs(builder.cells, ECP5)[mixed].dsps == 1


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


def test_a_memory_block_is_as_slow_as_it_is_in_the_stage_behind_it() -> None:
    builder = DatapathBuilder()
    x, y = builder.input("x", 0, 1023, 0), builder.input("y", -511, 511, 0)
    table = builder.table(x, tuple(range(5, 1029)), 0)
    plain = built(builder, builder.multiply(table, y))
    pipelined = schedule(plain, ECP5, 50)
    (read,) = [i for i, cell in enumerate(pipelined.cells) if cell.kind is CellKind.TABLE]
    users = [cell for cell in pipelined.cells if read in cell.operands]
    assert [cell.kind for cell in users] == [CellKind.REGISTER]
    period_ns = ECP5.delays.register + ECP5.delays.bram + ECP5.delays.dsp
    assert estimate(pipelined, ECP5).fmax_mhz == pytest.approx(1000 / period_ns, abs=0.1)
    assert schedule(plain, ECP5, 100).latency == pipelined.latency + 1, "a register for the product"


def test_a_table_between_logic_is_in_logic_and_one_behind_a_register_reads_at_once() -> None:
    def read(*, registered: bool) -> Datapath:
        builder = DatapathBuilder()
        index = builder.input("x", 0, 1022, 0)
        if registered:
            builder.cells.append(Cell(CellKind.REGISTER, (index,), 0, 1022, 0, 1))
            index = len(builder.cells) - 1
        one = builder.constant(1, 0)
        place = builder.shift_left(index, 0, 1) if registered else builder.add(index, one)
        table = builder.table(place, tuple(range(5, 1029)), 0)
        total = builder.add(table, one)
        cell = builder.cells[total]
        builder.cells.append(Cell(CellKind.REGISTER, (total,), cell.minimum, cell.maximum, 0, 1))
        return built(builder, len(builder.cells) - 1)

    assert estimate(read(registered=False), ECP5).brams == 0
    behind = estimate(read(registered=True), ECP5)
    assert behind.brams == 1
    slowest_ns = ECP5.delays.register + ECP5.delays.bram + ECP5.adder_ns(11)
    assert behind.fmax_mhz == pytest.approx(1000 / slowest_ns, abs=1)
