"""Designs with units: stored, told, and through Yosys."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs
from symhdl.backends.amaranth_module import rtlil_text
from symhdl.backends.backend import EmitOptions
from symhdl.backends.bound_instances import primitives_of
from symhdl.backends.verilog import verilog_text

import symhdl
from symhdl.commands import synth
from symhdl.errors import SymhdlError
from symhdl.flow.netlist import read_module, usage_of
from symhdl.flow.running import run_tool
from symhdl.flow.synthesis import Synthesis
from symhdl.flow.tools import find_tool, need_tool
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Datapath
from symhdl.ir.text import print_datapath, read_datapath
from symhdl.ir.verify import datapath_problems
from symhdl.targets.target import load_target
from tests.made_up_units import MADE_UP, MULT18X18D, one_product
from tests.random_datapath import random_datapath
from tests.rows import each_row
from tests.stored_designs import put
from tests.test_cli import invoke
from tests.tiny_datapaths import at_stage, port, register


def test_a_stored_design_needs_no_device_file(tmp_path: Path) -> None:
    """Its units are none of its device's."""
    datapath = random_datapath(0, cells=40, units=MADE_UP)
    assert primitives_of(datapath)
    put(tmp_path, datapath)
    result = invoke("verify", tmp_path, "--vectors", "50")
    assert result.exit_code == (0 if shutil.which("iverilog") else 4), result.stderr
    document = json.loads((tmp_path / "pipeline.json").read_text())
    assert document["primitives"] == "auto"
    assert document["units"] == {
        unit.name: sum(cell.unit == unit.name for cell in datapath.cells)
        for unit in sorted(datapath.units, key=lambda unit: unit.name)
    }


def test_another_device_gets_portable_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[bool, bool]] = []

    def synthesized(verilog: str, *_: object, use_dsps: bool, **__: object) -> Synthesis:
        given.append(("MULT18X18D a_product_block (" in verilog, use_dsps))
        return Synthesis(1, 1, 1, 0, 0, None, "none")

    monkeypatch.setattr(synth, "synthesize", synthesized)
    put(tmp_path, replace(one_product(MULT18X18D, 2), device="ecp5-25k"))
    for device in ("ecp5-25k", "ecp5-85k", "ice40-up5k"):
        result = invoke("synth", tmp_path, "--device", device)
        assert result.exit_code == 0, result.stderr
        told = "ice40-up5k has no MULT18X18D: portable text is synthesised instead"
        assert (told in result.stderr) == (device == "ice40-up5k")
    assert given == [(True, False), (True, False), (False, True)]


def test_the_choice_goes_from_the_compiler_to_the_manifest() -> None:
    for choice in ("auto", "none"):
        design = symhdl.compile("y = x", ranges=(0, 1), primitives=choice)
        assert design.datapath.primitives == choice
        assert json.loads(design.files()["top.json"])["primitives"] == choice
        assert read_datapath(print_datapath(design.datapath)).primitives == choice


WRONG_UNITS = [
    ('{"name"', '["name"', "a unit as JSON"),
    ('"name": "MULT18X18D"', '"name": NaN', "`name` must be a text"),
    ('"name": "MULT18X18D"', '"name": "a b"', "`name` must be a text: letters"),
    ('"name": "MULT18X18D"', '"name": "other"', "there is no unit `MULT18X18D`"),
    ('"cell": "MULT18X18D"', '"cell": "evil"', "`cell` is `evil`"),
    ('"CLK0": "clock"', '"CLK0": "clk); evil x("', "must be a table of at most"),
    ('"widths": [18, 18]', '"widths": [18]', "`widths` must be two"),
    ('"widths": [18, 18]', '"widths": [16, 16]', "`widths` must be those of its ports"),
    ('"kind": "multiply"', '"kind": "multiply", "kind": "table"', "a table has no `widths`"),
    ('"resource"', f'"x": {"[" * 5000}, "resource"', "this is not JSON"),
    ("= multiply %0 %1", "= less %0 %1", "does not compute less"),
    ('unit "MULT18X18D"', 'unit "evil"', "there is no unit `evil`"),
]


@each_row(("old", "new", "told"), WRONG_UNITS)
def test_wrong_units_are_told(old: str, new: str, told: str) -> None:
    text = print_datapath(one_product(MULT18X18D, 2))
    assert old in text
    with pytest.raises(SymhdlError) as caught:
        read_datapath(text.replace(old, new, 1))
    assert told in str(caught.value)


def test_latencies_that_are_not_on_offer_are_told() -> None:
    (problem,) = datapath_problems(one_product(MULT18X18D, 5))
    assert problem.message == "`MULT18X18D` does not offer a latency of 5"


def test_operands_that_do_not_fit_are_told() -> None:
    for width in (18, 19):
        problems = datapath_problems(one_product(MULT18X18D, 2, width))
        assert [problem.message for problem in problems] == [
            "its operands do not fit in `MULT18X18D`"
        ] * (width - 18)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["verilog", "rtlil"])
@pytest.mark.parametrize(
    ("device", "name", "latency", "width"),
    [
        ("ecp5-25k", "MULT18X18D", 2, 18),
        ("ecp5-25k", "MULT18X18D", 3, 18),
        ("ecp5-25k", "DP16KD", 1, 6),
        ("ecp5-25k", "DP16KD", 2, 6),
        ("ice40-up5k", "SB_MAC16", 2, 16),
        ("xc7a35t", "DSP48E1", 2, 16),
        ("xc7a35t", "DSP48E1", 3, 16),
        ("xc7a35t", "RAMB18E1", 1, 6),
        ("gw1nr-9", "pROM", 1, 9),
    ],
)
def test_a_block_has_all_its_registers(
    device: str, name: str, latency: int, width: int, language: str, tmp_path: Path
) -> None:
    """By the synthesis command alone, as a user runs it."""
    target = load_target(device)
    datapath = one_product(target.unit(name), latency, width)
    options = EmitOptions(clock_enable=True)
    make, read = {"verilog": (verilog_text, "verilog"), "rtlil": (rtlil_text, "rtlil")}[language]
    (tmp_path / "design").write_text(make(datapath, options))
    command = " ".join((target.tools.command, "-top product", *target.tools.options))
    script = f"read_{read} design; {command}; write_json mapped.json"
    run_tool(need_tool("yosys"), ["-q", "-p", script], tmp_path)
    usage = usage_of(read_module((tmp_path / "mapped.json").read_text(), "product"), target)
    assert (usage.luts, usage.ffs, usage.dsps + usage.brams) == (0, 0, 1)


@pytest.mark.slow
def test_a_table_in_logic_stays_there(tmp_path: Path) -> None:
    datapath = one_product(load_target("ecp5-25k").unit("DP16KD"), 1, 10)
    for unit, blocks in (("DP16KD", 1), ("", 0)):
        cells = tuple(
            structs.replace(cell, unit=unit, latency=1 if unit else 0) if cell.unit else cell
            for cell in datapath.cells
        )
        text = verilog_text(replace(datapath, cells=cells))
        (tmp_path / "design.v").write_text(text)
        script = "read_verilog design.v; synth_ecp5 -top product; write_json mapped.json"
        run_tool(need_tool("yosys"), ["-q", "-p", script], tmp_path)
        module = read_module((tmp_path / "mapped.json").read_text(), "product")
        assert usage_of(module, load_target("ecp5-25k")).brams == blocks


def test_registers_stay_before_a_table_in_logic(tmp_path: Path) -> None:
    """Yosys would take those without a value at the start for the memory's, and put them behind what becomes logic."""
    if find_tool("yosys") is None:
        pytest.skip("yosys is not installed")
    builder = DatapathBuilder()
    x = builder.input("x", 0, 63, 0)
    held = register(builder, x, 1)
    upper = at_stage(builder, builder.bits(held, 2, 4), 1)
    entries = tuple(37 * k * k % 1021 for k in range(16))
    y = at_stage(builder, builder.table(upper, entries, 0), 1)
    ports = (port(builder, "x", x),), (port(builder, "y", y, 0.0),)
    text = verilog_text(Datapath("product", tuple(builder.cells), *ports, "y = t(x)", 100.0))
    assert "reg [5:0] x_s1 = 6'd0;" in text
    (tmp_path / "design.v").write_text(text)
    script = "read_verilog design.v; synth_ecp5 -top product; write_json mapped.json"
    run_tool(need_tool("yosys"), ["-q", "-p", script], tmp_path)
    mapped = read_module((tmp_path / "mapped.json").read_text(), "product")
    assert usage_of(mapped, load_target("ecp5-25k")).ffs == 4, "as many as the index has"


def test_other_registers_have_no_value_at_the_start() -> None:
    """Not those of data, nor those of the index of a table in memory."""
    for datapath in (
        one_product(MULT18X18D, 2),
        one_product(load_target("xc7a35t").unit("RAMB18E1"), 1),
    ):
        text = verilog_text(datapath)
        assert not re.search(r"^    reg .* = ", text.partition("endmodule")[0], re.MULTILINE)
