"""Delays as shift registers in LUTs: what the estimate counts, what synthesis makes, and how registers are priced."""

from __future__ import annotations

from dataclasses import replace

import pytest

import symhdl
from symhdl.cost.clock import period_ns
from symhdl.cost.estimate import estimate
from symhdl.cost.shift_registers import price_of_holding, shifted
from symhdl.cost.timing import cell_offers
from symhdl.errors import SymhdlError
from symhdl.flow.synthesis import synthesize
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.live import remove_dead_cells
from symhdl.passes.schedule import schedule
from symhdl.scheduling.earliest import earliest
from symhdl.scheduling.registers import with_retiming
from symhdl.scheduling.shift_registers import price_of, taps_of, with_cheapest_registers
from symhdl.scheduling.wiring import wiring_of
from symhdl.targets.target import ShiftRegister, load_target, parse_target
from tests.random_datapath import random_datapath
from tests.rows import each_row
from tests.test_flow import need
from tests.test_schedule import built

XILINX, ECP5 = load_target("xc7a35t"), load_target("ecp5-85k")
SRL = XILINX.shift_register


@each_row("edges, luts", [(0, 0), (1, 0), (2, 0), (3, 1), (32, 1), (33, 2), (65, 3)])
def test_a_run_of_registers_is_a_lut_for_each_bit(edges: int, luts: int) -> None:
    builder = DatapathBuilder()
    a = builder.input("a", -128, 127, 0)
    kept = schedule(built(builder, a), XILINX, 50, latency=max(1, edges))
    found = shifted(kept, XILINX)
    if edges:
        assert found.luts == luts * 8
        assert estimate(kept, XILINX).ffs == (0 if luts else edges * 8)
    assert shifted(kept, ECP5).luts == 0
    assert price_of_holding(edges, SRL) == (2 * luts or edges)


def test_a_value_that_is_read_ends_a_shift_register() -> None:
    """Four clock edges for one reader, six for another: a run of four, and two registers."""
    builder = DatapathBuilder()
    a = builder.input("a", -128, 127, 0)
    kept = schedule(built(builder, a), XILINX, 50, latency=6)
    outputs = (*kept.outputs, replace(kept.outputs[0], name="z", port="z", cell=4))
    read = replace(kept, outputs=outputs)
    assert [cell.stage for cell in read.cells] == list(range(7))
    found = shifted(read, XILINX)
    assert (found.luts, sorted(found.cells)) == (8, [1, 2, 3, 4])


def test_registers_become_cheaper_where_they_are_shift_registers() -> None:
    """Never dearer than with the fewest bits, and cheaper somewhere; without shift registers the same."""
    cheaper = 0
    for seed in range(80):
        plain = remove_dead_cells(random_datapath(seed, stages=0, cells=60))
        wiring, offers = wiring_of(plain), cell_offers(plain.cells, XILINX)
        budget_ns = period_ns(400, XILINX)
        first = earliest(wiring, offers, budget_ns)
        assert first is not None
        fewest, _ = with_retiming(wiring, first, offers, budget_ns)
        cheapest = with_cheapest_registers(wiring, first, offers, budget_ns, SRL)
        assert cheapest.latency == first.latency
        prices = [
            price_of(wiring.widths, taps_of(wiring, table), SRL) for table in (fewest, cheapest)
        ]
        assert prices[1] <= prices[0]
        cheaper += prices[1] < prices[0]
        without = with_cheapest_registers(wiring, first, offers, budget_ns, ShiftRegister())
        assert without.stages == fewest.stages
    assert cheaper


def test_shift_registers_that_cannot_be_are_told() -> None:
    text = 'name = "t"\nextends = "xc7a35t"\n[shift_register]\nleast = 9\nmost = 4\n'
    with pytest.raises(SymhdlError, match="not above `most`"):
        parse_target(text, "t.toml")


@pytest.mark.slow
def test_synthesis_makes_them_of_our_verilog() -> None:
    """About as many LUTs and flip-flops as the estimate says, which without them is far off."""
    need("yosys")
    source = "input a, b, c, d : fixed<12,4>\ny = a*b*c + d\noutput y : fixed<16,12>"
    design = symhdl.compile(source, device="xc7a35t", frequency=300, dsp="none")
    found = synthesize(design.verilog(), "top", XILINX, 300, use_dsps=False)
    assert design.estimate.ffs == pytest.approx(found.ffs, rel=0.15)
    assert design.estimate.luts == pytest.approx(found.luts, rel=0.15)
