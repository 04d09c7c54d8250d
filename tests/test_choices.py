"""Products on iCE40, where the LUTs of a sum choose whether a row is added: equal integers, at the LUTs told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from symhdl.backends.verilog import verilog_text

import symhdl
from benchmarks.batch import fewest, usages
from symhdl.compiled import CompiledDesign
from symhdl.cost.products import LONGEST_RUN, logic_of, number_of, runs_of_choices, way_of_product
from symhdl.cost.timing import inside_of_adders
from symhdl.flow.running import run_tool
from symhdl.flow.tools import need_tool
from symhdl.ir.datapath import CellKind
from symhdl.targets.target import load_target
from symhdl.verify.cosimulate import Trial, verilog_differences
from tests.test_flow import need
from tests.test_product_chains import product
from tests.units import yosys_file
from tests.verilog_checks import input_vectors

DEVICE = "ice40-hx8k"
needs_icarus = pytest.mark.skipif(shutil.which("iverilog") is None, reason="no iverilog")


def compiled(*formats: str, frequency: float = 0.0) -> CompiledDesign:
    return symhdl.compile(product(*formats), device=DEVICE, dsp="none", frequency=frequency)


def test_runs_are_alike_and_cover_all_bits() -> None:
    for width in range(1, 60):
        runs = runs_of_choices(width)
        assert [bit for start, end in runs for bit in range(start, end)] == list(range(width))
        lengths = {end - start for start, end in runs}
        assert max(lengths) <= LONGEST_RUN and max(lengths) - min(lengths) <= 1


def test_a_factor_without_sign_chooses() -> None:
    logic = logic_of(load_target(DEVICE))
    signed, plain = number_of(10, signed=True), number_of(8, signed=False)
    for a, b in ((plain, plain), (signed, plain), (plain, signed)):
        way = way_of_product(a, b, logic)
        assert way.form == "choices"
        assert not (a if way.is_first_in_digits else b).signed
    assert way_of_product(signed, signed, logic).form == "rows"


def test_a_choice_is_inside_of_its_adder_unless_there_is_a_register() -> None:
    target = load_target(DEVICE)
    for frequency, inside in ((0, 7), (50, 7), (200, 5)):
        cells = compiled("ufixed<8,8>", "ufixed<8,8>", frequency=frequency).datapath.cells
        found = list(inside_of_adders(cells, (), target))
        assert len(found) == inside
        assert all(cells[choice].kind is CellKind.SELECT for choice, _ in found)
    other = load_target("gw1nr-9")
    assert not list(inside_of_adders(cells, (), other))


@needs_icarus
@settings(max_examples=25, deadline=None)
@given(
    widths=st.tuples(st.integers(1, 18), st.integers(2, 20)),
    signed=st.booleans(),
    frequency=st.sampled_from((0.0, 60.0, 150.0)),
    seed=st.integers(0, 1000),
)
def test_verilog(widths: tuple[int, int], signed: bool, frequency: float, seed: int) -> None:
    a, b = widths
    first = f"{'' if signed else 'u'}fixed<{a},{a}>"
    datapath = compiled(first, f"ufixed<{b},{b}>", frequency=frequency).datapath
    trial = Trial(datapath, input_vectors(datapath, 60, seed))
    assert verilog_differences(trial, verilog_text(datapath), "iverilog") == ()


@pytest.mark.parametrize("frequency", [20, 50, 100, 150])
def test_the_clock_is_met(frequency: float) -> None:
    for formats in (("ufixed<8,8>", "ufixed<8,8>"), ("fixed<12,12>", "ufixed<16,16>")):
        design = compiled(*formats, frequency=frequency)
        assert not design.warnings
        assert design.estimate.fmax_mhz >= frequency


@pytest.mark.slow
def test_synthesis_makes_the_choices_in_the_luts_of_the_sums() -> None:
    need("yosys")
    target = load_target(DEVICE)
    sizes = {8: 72, 12: 172, 16: 295}
    designs = {f"p{n}": compiled(f"ufixed<{n},{n}>", f"ufixed<{n},{n}>") for n in sizes}
    texts = {
        k: d.verilog().replace("\nmodule top (", f"\nmodule {k} (") for k, d in designs.items()
    }
    found = usages(texts, target, use_dsps=False)
    for n, most in sizes.items():
        luts = fewest(found[f"p{n}"]).luts
        assert luts <= most
        assert designs[f"p{n}"].estimate.luts == pytest.approx(luts, rel=0.05)


@needs_icarus
@pytest.mark.slow
def test_the_netlist_computes_the_same(tmp_path: Path) -> None:
    need("yosys")
    path = yosys_file("ice40/cells_sim.v")
    assert path is not None
    library = path.read_text(encoding="utf-8")
    datapath = compiled("fixed<9,9>", "ufixed<10,10>").datapath
    (tmp_path / "design.v").write_text(verilog_text(datapath), encoding="ascii")
    script = "read_verilog design.v; synth_ice40 -top top; write_verilog -noattr net.v"
    run_tool(need_tool("yosys"), ["-q", "-p", script], tmp_path)
    net = (tmp_path / "net.v").read_text(encoding="ascii")
    trial = Trial(datapath, input_vectors(datapath, 200, 2))
    text = f"`define NO_ICE40_DEFAULT_ASSIGNMENTS\n{library}{net}"
    assert verilog_differences(trial, text, "iverilog") == ()
