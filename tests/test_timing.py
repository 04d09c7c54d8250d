"""Delays: every kind of cell has a formula, carry chains overlap, wider cells are not faster."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest
from msgspec import structs

import symhdl
from symhdl.cost.delays import CellDelay, Offers, after
from symhdl.cost.timing import cell_delays, cell_offers, unit_offers
from symhdl.cost.wires import TYPICAL_BITS, TYPICAL_BLOCKS
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Cell, CellKind
from symhdl.passes import schedule
from symhdl.targets.target import load_target
from tests.test_schedule import built

ECP5, ICE40 = load_target("ecp5-85k"), load_target("ice40-hx8k")


def test_carry_chains_in_a_row_overlap() -> None:
    adder = CellDelay(delay_ns=5.0, ripple_ns=4.0, low_delay_ns=1.0)
    first = after(adder, ())
    second = after(adder, [first])
    assert first == (1.0, 5.0)
    assert second == (2.0, 6.0)
    logic = CellDelay(delay_ns=1.0)
    assert after(logic, [second]) == (7.0, 7.0)
    # What arrives late in all its bits ripples from there.
    assert after(adder, [(7.0, 7.0)])[1] == 12.0


def test_a_chain_of_products_takes_as_long_as_an_adder() -> None:
    target = load_target("ecp5-85k")
    unit = target.unit("CCU2C")
    builder = DatapathBuilder()
    a, digit = builder.input("a", 0, 255, 0), builder.input("d", 0, 3, 0)
    product = builder.multiply(a, digit)
    builder.bind(product, unit.name)
    total = builder.add(product, product)  # of one bit more
    delays = cell_delays(builder.cells, target, (unit,))
    assert delays[product].ripple_ns == pytest.approx(10 * target.delays.carry_bit)
    assert delays[product].delay_ns == pytest.approx(target.adder_ns(10))
    assert delays[product].low_delay_ns == delays[total].low_delay_ns == target.delays.carry
    slower = dataclasses.replace(unit, offers=(dataclasses.replace(unit.offer(0), time_out=0.5),))
    later = cell_delays(builder.cells, target, (slower,))[product]
    assert later.delay_ns == pytest.approx(target.adder_ns(10) + 0.5)


def test_more_bits_are_never_faster() -> None:
    # Of products and squares those that choose rows take fewer LUTs, and longer, than those that add them.
    widths = {"add": (4, 8, 16, 24), "less": (4, 8, 16, 24), "multiply": (9, 12, 16, 24)}
    for kind, grown in (widths | {"square": (4, 8, 12, 16)}).items():
        previous = 0.0
        for width in grown:
            builder = DatapathBuilder()
            x, y = (
                builder.input(name, -(2 ** (width - 1)), 2 ** (width - 1) - 1, 0) for name in "xy"
            )
            cell = builder.square(x) if kind == "square" else getattr(builder, kind)(x, y)
            delay_ns = cell_delays(builder.cells, ICE40)[cell].delay_ns
            assert delay_ns > previous
            previous = delay_ns


def test_what_a_chain_needs_inverted_passes_a_lut_where_the_chain_cannot_invert() -> None:
    costs = dataclasses.replace(ICE40.costs, invert_bit=1.0)
    delays = dataclasses.replace(ICE40.delays, invert=2.0)
    outside = dataclasses.replace(ICE40, costs=costs, delays=delays)
    inside = dataclasses.replace(outside, costs=dataclasses.replace(costs, invert_bit=0.0))
    builder = DatapathBuilder()
    x, y = (builder.input(name, -128, 127, 0) for name in "xy")
    three = builder.constant(3, 0)
    cells = {
        builder.add(x, y): (0.0, 0.0),
        builder.subtract(x, y): (2.0, 0.0),
        builder.subtract(x, three): (0.0, 0.0),
        builder.less(x, y): (2.0, 0.0),
        builder.negate(x): (2.0, 2.0),
    }
    plain, first, second = (
        cell_delays(builder.cells, target)
        for target in (
            dataclasses.replace(ICE40, delays=dataclasses.replace(delays, invert=0.0)),
            outside,
            inside,
        )
    )
    for cell, (by_luts, in_chain) in cells.items():
        for found, more in ((first, by_luts), (second, in_chain)):
            assert found[cell].delay_ns == pytest.approx(plain[cell].delay_ns + more)
            assert found[cell].low_delay_ns == pytest.approx(plain[cell].low_delay_ns + more)


def test_a_compile_takes_the_delays_of_a_datapath_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Sequence[Cell]] = []

    def counted(cells: Sequence[Cell], *rest: object) -> list[Offers]:
        asked.append(cells)
        return cell_offers(cells, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(schedule, "cell_offers", counted)
    design = symhdl.compile("x*y + 0.3*x", inputs={n: symhdl.Input(range=(-1, 1)) for n in "xy"})
    assert design.estimate.luts > 0 and design.files()
    # The schedule and the warning of the clock; the estimate knows which tables became memories.
    assert len(asked) == 1
    assert len(asked[0]) < len(design.datapath.cells)


def test_a_wire_to_many_readers_is_slower_in_front_of_a_chain() -> None:
    """Each doubling beyond the typical fan-out; readers of other bits do not count."""
    found = []
    for readers in (4, 16):
        builder = DatapathBuilder()
        a, b = builder.input("a", 0, 255, 0), builder.input("b", 0, 255, 0)
        sums = [builder.add(a, builder.input(f"c{k}", 0, 255, 0)) for k in range(readers)]
        slices = [builder.bits(b, k % 8, 1) for k in range(40)]
        delays = cell_delays(built(builder, *sums, *slices).cells, ECP5)
        found.append(delays[sums[0]])
    (few, many), spread_ns = found, 2 * ECP5.delays.readers
    assert many.delay_ns - few.delay_ns == pytest.approx(spread_ns)
    assert many.low_delay_ns - few.low_delay_ns == pytest.approx(spread_ns)
    assert many.ripple_ns == few.ripple_ns


def test_wires_are_longer_in_large_designs() -> None:
    """By `growth` for each doubling of the bits of logic."""
    delays = []
    for count in (TYPICAL_BITS // 9, 4 * TYPICAL_BITS // 9):
        builder = DatapathBuilder()
        sums = [
            builder.add(builder.input(f"a{k}", 0, 255, 0), builder.input(f"b{k}", 0, 255, 0))
            for k in range(count)
        ]
        delays.append(cell_delays(built(builder, *sums).cells, ECP5)[sums[0]].delay_ns)
    assert delays[1] - delays[0] == pytest.approx(2 * ECP5.delays.growth, rel=0.05)


def test_many_blocks_are_far_from_each_other() -> None:
    """Times in and out of blocks are those of the unit up to a few of them, and more for each doubling."""
    unit = ECP5.unit("MULT18X18D")
    found = []
    for count in (TYPICAL_BLOCKS, 4 * TYPICAL_BLOCKS):
        builder = DatapathBuilder()
        for k in range(count):
            a, b = (builder.input(f"{name}{k}", -128, 127, 0) for name in "ab")
            builder.bind(builder.multiply(a, b), unit.name)
        cells = tuple(builder.cells)
        found.append(next(own for own in cell_offers(cells, ECP5, (unit,)) if len(own) > 1))
    assert found[0] == unit_offers(unit, ECP5)
    for near, far in zip(*found, strict=True):
        more = 2 * ECP5.delays.blocks
        assert far.delay_ns - near.delay_ns == pytest.approx(more if near.latency else 2 * more)
        assert far.clock_to_output_ns - near.clock_to_output_ns == pytest.approx(
            more if near.latency else 0.0
        )


def test_a_wire_out_of_logic_into_a_block_is_longer() -> None:
    """By `to_block`, over slices too, but not behind a register; that between two blocks is told once."""
    unit, far_ns = ECP5.unit("MULT18X18D"), 2 * ECP5.delays.blocks
    builder = DatapathBuilder()
    a, b = (builder.input(name, -128, 127, 0) for name in "ab")
    total = builder.add(a, b)
    held = structs.replace(builder.cells[total], kind=CellKind.REGISTER, latency=1)
    operands = {
        "input": (a, b),
        "logic": (builder.bits(total, 1, 7), b),
        "register": (builder.copy(held, (total,)), b),
    }
    products = {name: builder.multiply(*own) for name, own in operands.items()}
    products["block"] = builder.multiply(builder.shift_right(products["input"], 8, 0), a)
    products["both"] = builder.multiply(builder.shift_right(products["logic"], 8, 0), total)
    others = range(4 * TYPICAL_BLOCKS - len(products))
    more = [builder.multiply(a, builder.input(f"c{k}", -128, 127, 0)) for k in others]
    for product in (*products.values(), *more):
        builder.bind(product, unit.name)
    offers = cell_offers(builder.cells, ECP5, (unit,))
    into = {name: offers[product][-1].delay_ns for name, product in products.items()}
    time_in = unit.offers[-1].time_in
    assert into["block"] == pytest.approx(time_in)
    assert into["input"] == into["register"] == pytest.approx(time_in + far_ns)
    assert into["logic"] == into["both"]
    assert into["logic"] == pytest.approx(time_in + far_ns + ECP5.delays.to_block)
    behind = {offers[product][-1].clock_to_output_ns for product in products.values()}
    assert len(behind) == 1


def test_a_comparison_of_few_bits_is_no_chain() -> None:
    """One LUT for two numbers of two bits, two levels for four; then a chain and a LUT."""
    for width, levels in ((2, 1), (4, 2)):
        builder = DatapathBuilder()
        a, b = (builder.input(name, 0, (1 << width) - 1, 0) for name in "ab")
        less = builder.less(a, b)
        delay = cell_delays(built(builder, less).cells, ECP5)[less]
        assert delay.delay_ns == pytest.approx(levels * ECP5.delays.lut)
