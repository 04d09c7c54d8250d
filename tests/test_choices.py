"""Products whose sums choose whether a row is added, on iCE40 and on Gowin: equal integers, at the LUTs told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from symhdl.backends.blocks import rows_taken_in
from symhdl.backends.verilog import verilog_text

import symhdl
from benchmarks.batch import fewest, usages
from symhdl.arithmetic.rows_in_adders import with_rows_in_adders
from symhdl.choices import PrimitiveUse
from symhdl.compiled import CompiledDesign
from symhdl.cost.products import LONGEST_RUN, logic_of, number_of, runs_of_choices, way_of_product
from symhdl.cost.timing import inside_of_adders
from symhdl.flow.running import run_tool
from symhdl.flow.tools import need_tool
from symhdl.ir.bound_cells import unit_problem
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import CellKind, Datapath
from symhdl.targets.target import load_target
from symhdl.verify.cosimulate import Trial, verilog_differences
from tests.test_flow import need
from tests.test_product_chains import product
from tests.tiny_datapaths import port
from tests.units import yosys_file
from tests.verilog_checks import input_vectors

DEVICE = "ice40-hx8k"
IN_UNITS = "gw1nr-9"
needs_icarus = pytest.mark.skipif(shutil.which("iverilog") is None, reason="no iverilog")


def compiled(*formats: str, frequency: float = 0.0, device: str = DEVICE) -> CompiledDesign:
    return symhdl.compile(product(*formats), device=device, dsp="none", frequency=frequency)


def test_runs_are_alike_and_cover_all_bits() -> None:
    for width in range(1, 60):
        runs = runs_of_choices(width)
        assert [bit for start, end in runs for bit in range(start, end)] == list(range(width))
        lengths = {end - start for start, end in runs}
        assert max(lengths) <= LONGEST_RUN and max(lengths) - min(lengths) <= 1


@pytest.mark.parametrize("device", [DEVICE, IN_UNITS])
def test_a_factor_without_sign_chooses_or_a_short_one(device: str) -> None:
    logic = logic_of(load_target(device))
    signed, plain = number_of(10, signed=True), number_of(8, signed=False)
    for a, b in ((plain, plain), (signed, plain), (plain, signed)):
        way = way_of_product(a, b, logic)
        assert way.form == "choices"
        assert not (a if way.is_first_in_digits else b).signed
    assert way_of_product(signed, signed, logic).form == "rows"
    short = number_of(LONGEST_RUN, signed=True)
    assert way_of_product(signed, short, logic)[1:] == ("choices", False)


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
@settings(max_examples=40, deadline=None)
@given(
    widths=st.tuples(st.integers(1, 18), st.integers(2, 20)),
    signed=st.tuples(st.booleans(), st.booleans()),
    frequency=st.sampled_from((0.0, 60.0, 150.0)),
    device=st.sampled_from((DEVICE, IN_UNITS)),
    seed=st.integers(0, 1000),
)
def test_verilog(
    widths: tuple[int, int],
    signed: tuple[bool, bool],
    frequency: float,
    device: str,
    seed: int,
) -> None:
    formats = (f"{'' if s else 'u'}fixed<{w},{w}>" for w, s in zip(widths, signed, strict=True))
    datapath = compiled(*formats, frequency=frequency, device=device).datapath
    trial = Trial(datapath, input_vectors(datapath, 60, seed))
    assert verilog_differences(trial, verilog_text(datapath), "iverilog") == ()


@pytest.mark.parametrize("frequency", [20, 50, 100, 150])
def test_the_clock_is_met(frequency: float) -> None:
    for formats in (("ufixed<8,8>", "ufixed<8,8>"), ("fixed<12,12>", "ufixed<16,16>")):
        design = compiled(*formats, frequency=frequency)
        assert not design.warnings
        assert design.estimate.fmax_mhz >= frequency


def test_units_take_rows_in_and_portable_text_has_none() -> None:
    source = product("ufixed<8,8>", "ufixed<8,8>")
    uses: dict[PrimitiveUse, int] = {"auto": 7, "none": 0}
    for primitives, count in uses.items():
        design = symhdl.compile(
            source, device=IN_UNITS, dsp="none", frequency=0, primitives=primitives
        )
        bound = [cell for cell in design.datapath.cells if cell.unit == "ALU"]
        assert len(bound) == len(rows_taken_in(design.datapath)) == count
        assert all(cell.kind is CellKind.ADD for cell in bound)


def test_a_unit_takes_in_one_row() -> None:
    target = load_target(IN_UNITS)
    builder = DatapathBuilder()
    a, digit = builder.input("a", 0, 15, 0), builder.input("s", 0, 1, 0)
    rows = [builder.row(digit, builder.shift_left(a, k, 0), (0, 1), 0) for k in (0, 1)]
    ports = port(builder, "a", a), port(builder, "s", digit)
    one, both = (builder.add(rows[0], builder.add(a, digit)), builder.add(*rows))
    for read_twice, unit in ((False, "ALU"), (True, "")):
        cells = builder.cells[: both + read_twice]
        path = Datapath("rows", tuple(cells), ports, (port(builder, "y", len(cells) - 1),))
        found = with_rows_in_adders(path, target)
        assert found.cells[one].unit == unit
    operands = [builder.cells[row] for row in rows]
    problem = unit_problem(builder.cells[both], operands, target.unit("ALU"))
    assert problem == "`ALU` takes in one row"


@pytest.mark.slow
@pytest.mark.parametrize("device", [DEVICE, IN_UNITS])
def test_synthesis_makes_the_choices_in_the_luts_of_the_sums(device: str) -> None:
    need("yosys")
    target = load_target(device)
    sizes = {"u8": 72, "u12": 175, "u16": 297, "s8": 81}
    formats = {name: ("u" * (name[0] == "u"), name[1:]) for name in sizes}
    designs = {
        name: compiled(*[f"{sign}fixed<{width},{width}>"] * 2, device=device)
        for name, (sign, width) in formats.items()
    }
    texts = {
        k: d.verilog().replace("\nmodule top (", f"\nmodule {k} (") for k, d in designs.items()
    }
    found = usages(texts, target, use_dsps=False)
    for name, most in sizes.items():
        luts = fewest(found[name]).luts
        assert luts <= most
        assert designs[name].estimate.luts == pytest.approx(luts, rel=0.06)


@needs_icarus
@pytest.mark.slow
@pytest.mark.parametrize(("device", "family"), [(DEVICE, "ice40"), (IN_UNITS, "gowin")])
def test_the_netlist_computes_the_same(device: str, family: str, tmp_path: Path) -> None:
    need("yosys")
    path = yosys_file(f"{family}/cells_sim.v")
    assert path is not None
    library = path.read_text(encoding="utf-8")
    for number, formats in enumerate((("fixed<9,9>", "ufixed<10,10>"), ("fixed<8,8>",) * 2)):
        datapath = compiled(*formats, device=device).datapath
        own, _, _models = verilog_text(datapath).partition("`ifndef SYNTHESIS")
        (tmp_path / "design.v").write_text(own, encoding="ascii")
        command = f"synth_{family} -top top{' -noiopads' * (family == 'gowin')}"
        script = f"read_verilog design.v; {command}; write_verilog -noattr net{number}.v"
        run_tool(need_tool("yosys"), ["-q", "-p", script], tmp_path)
        net = (tmp_path / f"net{number}.v").read_text(encoding="ascii")
        trial = Trial(datapath, input_vectors(datapath, 200, 2))
        text = f"`define NO_ICE40_DEFAULT_ASSIGNMENTS\n{library}{net}"
        assert verilog_differences(trial, text, "iverilog") == ()
