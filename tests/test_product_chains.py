"""Products as carry chains of two partial products a bit: the same integers everywhere, and no more LUTs than rows."""

from __future__ import annotations

import itertools
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs
from symhdl.backends.amaranth_module import rtlil_text
from symhdl.backends.backend import EmitOptions, backend_named
from symhdl.backends.bound_instances import primitives_of
from symhdl.backends.verilog import verilog_text

import symhdl
from symhdl.arithmetic.product_cells import longest_chain, products_in_rows
from symhdl.choices import PrimitiveUse
from symhdl.cost import operators
from symhdl.cost.area import fewest_luts_of, luts_of
from symhdl.cost.estimate import estimate, longest_path_ns
from symhdl.cost.operators import fabric_of
from symhdl.cost.pricing import price
from symhdl.cost.products import (
    Logic,
    logic_of,
    number_of,
    product_in_logic,
    square_in_chains,
    square_in_logic,
    way_of_product,
)
from symhdl.cost.timing import cell_delays, product_ns, square_ns
from symhdl.flow.running import run_tool, work_folder, write_input
from symhdl.flow.synthesis import synthesize
from symhdl.flow.tools import need_tool
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import CellKind, Datapath
from symhdl.ir.text import print_datapath, read_datapath
from symhdl.simulate import simulate
from symhdl.targets.target import load_target
from symhdl.verify.cosimulate import Trial, verilog_differences
from tests.amaranth_checks import simulated
from tests.random_datapath import random_inputs
from tests.rows import each_row
from tests.test_flow import need
from tests.test_schedule import built
from tests.units import yosys_file
from tests.verilog_checks import input_vectors

ECP5 = load_target("ecp5-85k")
CHAINS, ROWS = logic_of(ECP5), logic_of(ECP5, "none")
WIDTHS = (2, 3, 4, 5, 8, 11, 12, 16, 24)
PRIMITIVES = ("CCU2C", "LUT4", "LUT2", "L6MUX21", "PFUMX", "TRELLIS_FF")
MODEL = "SYMHDL_CCU2C"
"""What is defined where there is a model already."""

needs_icarus = pytest.mark.skipif(shutil.which("iverilog") is None, reason="no iverilog")


def datapath_of(
    source: str, frequency: float = 250, primitives: PrimitiveUse = "auto", device: str = "ecp5-85k"
) -> Datapath:
    design = symhdl.compile(
        source, device=device, dsp="none", frequency=frequency, primitives=primitives
    )
    return design.datapath


def product(*formats: str) -> str:
    """An exact product; of one format the square."""
    inputs = "\n".join(f"input {n} : {f}" for n, f in zip("ab", formats, strict=False))
    return f"{inputs}\ny = a*{'ab'[: len(formats)][-1]}\noutput y error <= 2^-40"


PRODUCTS = {
    "unsigned": product("ufixed<8,8>", "ufixed<8,8>"),
    "signed": product("fixed<9,9>", "fixed<7,7>"),
    "mixed": product("fixed<12,4>", "ufixed<5,5>"),
    "two bits": product("fixed<13,13>", "ufixed<2,2>"),
    "two signed bits": product("ufixed<6,6>", "fixed<2,2>"),
    "square": product("ufixed<11,11>"),
    "signed square": product("fixed<12,3>"),
    "sum": "input a, b, c, d : fixed<7,2>\ny = a*b - c*d + a^2\noutput y error <= 2^-40",
}


def test_chains_take_no_more_than_rows() -> None:
    """By the device's prices, and they are what is built."""
    for a, b, *signs in itertools.product(WIDTHS, WIDTHS, (False, True), (False, True)):
        factors = number_of(a, signed=signs[0]), number_of(b, signed=signs[1])
        found, rows = (product_in_logic(*factors, logic) for logic in (CHAINS, ROWS))
        assert fewest_luts_of(found, ECP5) <= 1.03 * fewest_luts_of(rows, ECP5), factors
        assert (way_of_product(*factors, CHAINS).form == "rows") == (found == rows)
        assert way_of_product(*factors, ROWS).form == "rows"
    for width, signed in itertools.product(range(5, 25), (False, True)):
        factor = number_of(width, signed=signed)
        found, rows = (square_in_logic(factor, logic) for logic in (CHAINS, ROWS))
        assert fewest_luts_of(found, ECP5) < fewest_luts_of(rows, ECP5)
        assert square_in_chains(factor, ROWS) is None


def test_without_primitives_no_way_is_chosen_for_its_chains() -> None:
    """A function is computed in the way that is cheapest with the products that there will be."""
    factor = number_of(12, signed=True)
    chains, rows = (
        fabric_of(ECP5, "none", clocked=True, primitives=use) for use in ("auto", "none")
    )
    assert (
        operators.product(chains, factor, factor).luts
        < operators.product(rows, factor, factor).luts
    )
    path = datapath_of(PRODUCTS["sum"], primitives="none")
    squares = symhdl.compile(PRODUCTS["sum"], device="ecp5-85k", dsp="none", frequency=0).operators
    assert price(squares, chains).luts < price(squares, rows).luts
    assert price(path, rows).luts == price(path, chains).luts  # nothing is left to choose


@each_row("width", [6, 8, 9, 12, 16, 24])
def test_the_delay_of_what_is_not_built_yet(width: int) -> None:
    factor = number_of(width, signed=False)
    for is_square in (False, True):
        builder = DatapathBuilder()
        a, b = (builder.input(name, *factor, 0) for name in "ab")
        product = builder.square(a) if is_square else builder.multiply(a, b)
        path = products_in_rows(built(builder, product), ECP5)
        predicted = square_ns(factor, ECP5) if is_square else product_ns(factor, factor, ECP5)
        found = longest_path_ns(path, cell_delays(path.cells, ECP5, path.units))
        assert predicted == pytest.approx(found, rel=0.13)


def test_the_device_and_the_option_decide() -> None:
    assert Logic(4, "CCU2C", 2) == CHAINS
    assert Logic(4, adder="ALU") == logic_of(load_target("gw1nr-9"))
    assert logic_of(load_target("ice40-hx8k")) == Logic(4, choosing=True)
    for source in PRODUCTS.values():
        found = datapath_of(source)
        assert primitives_of(found) == ("CCU2C",)
        assert found.unit("CCU2C") is not None
        for other in (
            datapath_of(source, primitives="none"),
            datapath_of(source, device="ice40-hx8k"),
        ):
            assert not primitives_of(other)
            assert not any(cell.unit for cell in other.cells)


def test_on_a_device_without_chains_they_are_products_of_portable_text() -> None:
    gowin = load_target("gw1nr-9")
    for source in PRODUCTS.values():
        found = replace(datapath_of(source), primitives="none")
        own = estimate(datapath_of(source, primitives="none"), gowin).luts
        assert 0.7 * own <= estimate(found, gowin).luts <= 1.5 * own
        assert "CCU2C #" not in verilog_text(found)


def test_the_heading_counts_the_pieces() -> None:
    text = verilog_text(datapath_of(PRODUCTS["unsigned"]))
    count = text.count("CCU2C #(")
    assert count == 20
    assert f"// Blocks: {count} CCU2C (instanced)." in text


def test_a_number_of_two_bits_makes_one_chain() -> None:
    for name in ("two bits", "two signed bits"):
        cells = datapath_of(PRODUCTS[name]).cells
        assert [cell.kind for cell in cells if cell.unit] == [CellKind.MULTIPLY]
        assert not any(cell.kind is CellKind.ADD for cell in cells)


@each_row("name", PRODUCTS)
def test_as_text_and_back(name: str) -> None:
    datapath = datapath_of(PRODUCTS[name])
    assert read_datapath(print_datapath(datapath)) == datapath


@needs_icarus
@each_row("frequency", [0, 250])
@each_row("name", PRODUCTS)
def test_verilog_with_our_model_and_that_of_yosys(name: str, frequency: float) -> None:
    datapath = datapath_of(PRODUCTS[name], frequency)
    text = verilog_text(datapath)
    trial = Trial(datapath, input_vectors(datapath, 200, 1))
    assert verilog_differences(trial, text, "iverilog") == ()
    library = _library()
    if library is not None:
        assert verilog_differences(trial, f"{library}`define {MODEL}\n{text}", "iverilog") == ()
    broken = text.replace("16'h7888", "16'h7880").replace("16'h8777", "16'h877f")
    assert verilog_differences(trial, broken, "iverilog")


@pytest.mark.skipif(shutil.which("verilator") is None, reason="no verilator")
@each_row("name", PRODUCTS)
def test_verilator_has_nothing_to_say(name: str) -> None:
    with work_folder() as folder:
        write_input(folder, "design.v", verilog_text(datapath_of(PRODUCTS[name])))
        arguments = ["--lint-only", "--top-module", "top", "design.v"]
        run_tool(need_tool("verilator"), arguments, folder)


@each_row("name", PRODUCTS)
def test_amaranth_and_cpp_need_the_kinds_or_the_model(name: str) -> None:
    datapath = datapath_of(PRODUCTS[name])
    inputs = input_vectors(datapath, 20, 3)
    expected = {port: values.tolist() for port, values in simulate(datapath, inputs).items()}
    assert simulated(datapath, inputs) == expected
    plain = replace(datapath, cells=tuple(structs.replace(c, unit="") for c in datapath.cells))
    for target in ("cpp", "hls"):
        emitted = [backend_named(target).emit(each, EmitOptions()) for each in (datapath, plain)]
        assert emitted[0] == emitted[1]
    rtlil = rtlil_text(datapath)
    assert "cell \\CCU2C " in rtlil and "$mul" not in rtlil


def _library() -> str | None:
    """Some primitives of ECP5 as Yosys has them for simulation, in one text."""
    paths = [yosys_file(f"lattice/{name}_sim.vh") for name in ("common", "ccu2c")]
    texts = [path.read_text(encoding="utf-8") for path in paths if path is not None]
    found = re.finditer(r"^module (\w+).*?^endmodule$", "\n".join(texts), re.M | re.S)
    kept = [module[0] for module in found if module[1] in PRIMITIVES]
    return "\n".join([*kept, ""]) if len(kept) == len(PRIMITIVES) else None


@needs_icarus
@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(PRODUCTS))
def test_the_netlist_computes_the_same_and_keeps_every_chain(name: str, tmp_path: Path) -> None:
    need("yosys")
    datapath = datapath_of(PRODUCTS[name])
    text = verilog_text(datapath)
    (tmp_path / "design.v").write_text(text, encoding="ascii")
    script = "read_verilog design.v; synth_ecp5 -nowidelut -top top; write_verilog -noattr net.v"
    run_tool(need_tool("yosys"), ["-q", "-p", script], tmp_path)
    net = (tmp_path / "net.v").read_text(encoding="ascii")
    tables = re.compile("16'h(7888|8777)")
    assert len(tables.findall(net)) >= len(tables.findall(text)) > 0
    library = _library()
    assert library is not None
    trial = Trial(datapath, input_vectors(datapath, 200, 2))
    assert verilog_differences(trial, library + net, "iverilog") == ()


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(PRODUCTS))
def test_the_estimate_is_what_synthesis_finds(name: str) -> None:
    need("yosys", "nextpnr-ecp5")
    design = symhdl.compile(PRODUCTS[name], device="ecp5-85k", dsp="none", frequency=250)
    found = synthesize(design.verilog(), "top", ECP5, 250, use_dsps=False)
    assert design.estimate.luts == pytest.approx(found.luts, rel=0.1, abs=2)
    assert found.dsps == 0
    assert found.fmax_mhz is not None and found.fmax_mhz >= 250


@each_row("width", [(12, 10), (24, 24), (17, 32), (32, 9)])
def test_chains_that_are_too_long_are_those_of_parts(width: tuple[int, int]) -> None:
    """Each is within the period, the integers are equal, and what it takes was told before."""
    for signed in (False, True):
        factors = [number_of(bits, signed=signed) for bits in width]
        builder = DatapathBuilder()
        a, b = (builder.input(n, *f, 0) for n, f in zip("ab", factors, strict=True))
        path = built(builder, builder.multiply(a, b))
        longest = longest_chain(path.cells, ECP5, budget_ns := ECP5.adder_ns(18) + 0.4)
        whole, parts = products_in_rows(path, ECP5), products_in_rows(path, ECP5, budget_ns)
        # Rows may take less than parts.
        assert max((each.width for each in parts.cells if each.unit), default=0) <= longest
        assert max(each.width for each in whole.cells if each.unit) <= max(width) + 3
        inputs = random_inputs(path, 1, 200)
        wanted, found = (simulate(each, inputs) for each in (path, parts))
        assert all(wanted[name].tolist() == found[name].tolist() for name in wanted)
        told = way_of_product(*factors, CHAINS._replace(longest=longest))
        assert luts_of(told.costs, ECP5.costs) == pytest.approx(
            estimate(parts, ECP5).luts, rel=0.05
        )


def test_the_clock_decides_how_long_chains_are() -> None:
    source = "input a, b : ufixed<24,24>\ny = a*b\noutput y : ufixed<48,48>"
    for frequency, most in ((0, 26), (200, 26), (280, 14)):
        design = symhdl.compile(source, device="ecp5-85k", dsp="none", frequency=frequency)
        chains = [cell.width for cell in design.datapath.cells if cell.unit == "CCU2C"]
        assert max(chains) == most and not design.warnings
        assert design.estimate.fmax_mhz >= frequency
