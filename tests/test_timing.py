"""Delays: every kind of cell has a formula, carry chains overlap, wider cells are not faster."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest

import symhdl
from symhdl.cost.timing import CellDelay, Offers, after, cell_delays, cell_offers
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Cell
from symhdl.passes import schedule
from symhdl.targets.target import load_target

ICE40 = load_target("ice40-hx8k")


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
    for kind in ("add", "multiply", "less", "square"):
        previous = 0.0
        for width in (4, 8, 12, 16, 24):
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
