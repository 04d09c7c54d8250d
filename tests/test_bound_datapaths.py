"""Datapaths whose cells are bound to units: equal integers at the right clock edge in every engine."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from amaranth.back import rtlil
from msgspec import structs
from symhdl.backends.amaranth_module import elaboratable, rtlil_text
from symhdl.backends.backend import EmitOptions, backend_named
from symhdl.backends.bound_instances import primitives_of
from symhdl.backends.heading import heading
from symhdl.backends.inner_registers import written_out
from symhdl.backends.models import model_lines
from symhdl.backends.verilog import verilog_text

from symhdl.flow.running import run_tool
from symhdl.flow.tools import need_tool
from symhdl.ir.datapath import CellKind, Datapath
from symhdl.ir.text import print_datapath, read_datapath
from symhdl.ir.verify import assert_valid_datapath
from symhdl.simulate import simulate
from symhdl.verify.cosimulate import Trial, verilog_differences
from symhdl.verify.timeline import Handshake
from tests.amaranth_checks import simulated, verilog_through_yosys
from tests.made_up_units import MADE_UP, MEMORY, MULT18X18D, SB_MAC16, one_product
from tests.random_datapath import random_datapath
from tests.verilog_checks import input_vectors

VECTORS = 60
needs_icarus = pytest.mark.skipif(shutil.which("iverilog") is None, reason="no iverilog")
needs_verilator = pytest.mark.skipif(shutil.which("verilator") is None, reason="no verilator")


def bound_datapath(seed: int, primitives: str = "auto", cells: int = 40) -> Datapath:
    units = (MADE_UP, MADE_UP[:1], MADE_UP[1:2])[seed % 3]
    datapath = random_datapath(seed, cells=cells, stages=3 * (seed % 2), units=units)
    return replace(datapath, primitives="none" if primitives == "none" else "auto")


def test_they_are_valid_and_of_all_kinds() -> None:
    found: set[tuple[str, int, CellKind]] = set()
    for seed in range(120):
        datapath = bound_datapath(seed)
        assert_valid_datapath(datapath)
        found |= {(cell.unit, cell.latency, cell.kind) for cell in datapath.cells if cell.unit}
    for unit in MADE_UP:
        assert {latency for name, latency, _ in found if name == unit.name} == {
            offer.latency for offer in unit.offers
        }
    kinds = {kind for name, _, kind in found if name == "MULT18X18D"}
    assert kinds == {CellKind.MULTIPLY, CellKind.SQUARE, CellKind.SUM}
    assert {CellKind.TWO_ROWS, CellKind.MULTIPLY} <= {
        kind for name, _, kind in found if name == "CCU2C"
    }


def test_equal_registers_are_written_once() -> None:
    """Those of a unit, and those of the datapath that hold the same; two of one stage differ in what they hold."""
    found = 0
    for seed in range(12):
        written = written_out(bound_datapath(seed, "none"))
        registers = [cell for cell in written.cells if cell.kind is CellKind.REGISTER]
        assert len(set(registers)) == len(registers)
        found += len(registers)
    assert found


@pytest.mark.parametrize("seed", range(6))
def test_as_text_and_back(seed: int) -> None:
    datapath = bound_datapath(seed)
    text = print_datapath(datapath)
    again = read_datapath(text)
    assert again == datapath
    assert again.units == datapath.units
    assert print_datapath(again) == text


def test_registers_that_are_written_out_compute_the_same() -> None:
    for seed in range(12):
        datapath = bound_datapath(seed, "none")
        written = written_out(datapath)
        assert written.latency == datapath.latency
        assert all(cell.kind is CellKind.REGISTER or not cell.latency for cell in written.cells)
        assert_valid_datapath(
            replace(written, cells=tuple(structs.replace(c, unit="") for c in written.cells))
        )
        inputs = input_vectors(datapath, VECTORS, seed)
        found, wanted = simulate(written, inputs), simulate(datapath, inputs)
        assert {n: v.tolist() for n, v in found.items()} == {
            n: v.tolist() for n, v in wanted.items()
        }


@needs_icarus
@pytest.mark.parametrize("primitives", ["auto", "none"])
@pytest.mark.parametrize("seed", range(30))
def test_verilog_in_icarus(seed: int, primitives: str) -> None:
    datapath = bound_datapath(seed, primitives)
    text = verilog_text(datapath)
    assert ("`ifndef SYNTHESIS" in text) == bool(primitives_of(datapath))
    assert not (primitives == "none" and primitives_of(datapath))
    trial = Trial(datapath, input_vectors(datapath, VECTORS, seed))
    assert verilog_differences(trial, text, "iverilog") == ()


@needs_icarus
@pytest.mark.parametrize("primitives", ["auto", "none"])
@pytest.mark.parametrize("seed", range(9))
def test_verilog_with_the_clock_enable_on_and_off(seed: int, primitives: str) -> None:
    datapath = bound_datapath(seed, primitives)
    handshake = Handshake(valid=seed % 2 == 0, clock_enable=True)
    options = EmitOptions("valid" if handshake.valid else "plain", clock_enable=True)
    trial = Trial(datapath, input_vectors(datapath, VECTORS, seed), handshake, seed)
    assert verilog_differences(trial, verilog_text(datapath, options), "iverilog") == ()


@needs_verilator
@pytest.mark.slow
@pytest.mark.parametrize(("seed", "primitives"), [(0, "auto"), (3, "none")])
def test_verilog_in_verilator(seed: int, primitives: str) -> None:
    datapath = bound_datapath(seed, primitives)
    trial = Trial(datapath, input_vectors(datapath, 1000, seed))
    assert verilog_differences(trial, verilog_text(datapath), "verilator") == ()


@pytest.mark.parametrize("enables", [None, (1, 0, 1, 1, 0, 0, 1)])
@pytest.mark.parametrize("seed", range(12))
def test_amaranth(seed: int, enables: tuple[int, ...] | None) -> None:
    datapath = bound_datapath(seed, ("auto", "none")[seed // 3 % 2])
    inputs = input_vectors(datapath, 10, seed)
    expected = {name: values.tolist() for name, values in simulate(datapath, inputs).items()}
    assert simulated(datapath, inputs, enables) == expected


@needs_icarus
@pytest.mark.parametrize("primitives", ["auto", "none"])
@pytest.mark.parametrize("seed", range(3))
def test_rtlil_through_yosys(seed: int, primitives: str) -> None:
    datapath = bound_datapath(seed, primitives)
    handshake = Handshake(clock_enable=True)
    rtlil = rtlil_text(datapath, EmitOptions(clock_enable=True))
    models = [line for name in primitives_of(datapath) for line in model_lines(name)]
    assert all(f"cell \\{name} " in rtlil for name in primitives_of(datapath))
    text = "\n".join([verilog_through_yosys(rtlil), *models, ""])
    trial = Trial(datapath, input_vectors(datapath, VECTORS, seed), handshake, seed)
    assert verilog_differences(trial, text, "iverilog") == ()


def test_a_platform_has_instances_and_a_simulation_models() -> None:
    datapath = one_product(MULT18X18D, 2)
    options = EmitOptions()
    found = {
        bool(platform): rtlil.convert(elaboratable(datapath, options), platform=platform)
        for platform in (None, "a platform")
    }
    assert "cell \\MULT18X18D " in found[True] and "$mul" not in found[True]
    assert "MULT18X18D" not in found[False] and "$mul" in found[False]


def test_without_primitives_the_text_is_portable() -> None:
    datapath = replace(one_product(MULT18X18D, 3), primitives="none")
    texts = verilog_text(datapath), rtlil_text(datapath)
    assert all("MULT18X18D" not in text.replace("1 MULT18X18D (inferred)", "") for text in texts)


def test_the_heading_tells_the_blocks() -> None:
    datapath = one_product(MULT18X18D, 2)
    told = "\n".join(heading(datapath))
    assert "Blocks: 1 MULT18X18D (instanced)." in told and "data sheets; no proof" in told
    told = "\n".join(heading(replace(datapath, primitives="none")))
    assert "Blocks: 1 MULT18X18D (inferred)." in told and "data sheets" not in told
    assert "MULT18X18D" not in "\n".join(heading(datapath, scheduled=False))


@needs_icarus
def test_two_designs_with_models_are_simulated_together(tmp_path: Path) -> None:
    texts = [verilog_text(replace(one_product(MULT18X18D, 2), top=top)) for top in ("one", "two")]
    (tmp_path / "both.v").write_text("".join(texts))
    run_tool(need_tool("iverilog"), ["-g2001", "-Wall", "-o", "both", "both.v"], tmp_path)


@needs_verilator
def test_verilator_has_nothing_to_say(tmp_path: Path) -> None:
    for unit, latency in ((MULT18X18D, 2), (SB_MAC16, 2), (MEMORY, 2)):
        (tmp_path / "design.v").write_text(verilog_text(one_product(unit, latency)))
        arguments = ["--lint-only", "--top-module", "product", "design.v"]
        run_tool(need_tool("verilator"), arguments, tmp_path)


def test_hls_takes_the_kinds_alone() -> None:
    for seed in range(6):
        datapath = bound_datapath(seed)
        plain = replace(datapath, cells=tuple(structs.replace(c, unit="") for c in datapath.cells))
        hls = backend_named("hls")
        assert hls.emit(datapath, EmitOptions()) == hls.emit(plain, EmitOptions())
