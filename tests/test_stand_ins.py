"""Tools that misbehave, as small programs in the tools' places: each is bounded and told with its name."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import Result

from symhdl.errors import SymhdlError, ToolMissingError
from symhdl.flow import processes, signals, tools
from symhdl.flow.doctor import examine
from symhdl.flow.netlist import read_module
from symhdl.flow.nextpnr import REPORT, highest_frequency, place_and_route, slowest_path
from symhdl.flow.processes import RUN_VARIABLE
from symhdl.flow.running import read_result, run_tool, work_folder, write_input
from symhdl.flow.tools import TOOLS, Tool, find_tool, need_tool, tool_version
from symhdl.flow.yosys import mapped_netlists
from symhdl.targets.target import load_target
from tests.test_cli import invoke, store
from tests.test_flow import ADDER, fake_tool

pytestmark = pytest.mark.skipif(not Path("/bin/sh").exists(), reason="no shell here")

VERSIONS = {"yosys": "Yosys 0.70", "nextpnr-ecp5": "nextpnr-0.7", "iverilog": "Icarus version 11.0"}
BODIES = {
    "silent": "exit 0",
    "failing": "echo 'error: what it lacks'; exit 3",
    "killed": "kill -SEGV $$",
    "garbled": r"printf 'error: \377\033[2J\302\233\342\200\256no end'; exit 1",
    "gone": '/bin/rm -rf "$PWD"',
    "lingering": "/bin/sleep 60 & exit 0",
}
STAND_INS = {
    "yosys": "synth",
    "nextpnr-ecp5": "route",
    "iverilog": "verify",
    "vvp": "verify",
    "verilator": "verilator",
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH, and short limits."""
    place = tmp_path / "bin"
    place.mkdir()
    monkeypatch.setenv("PATH", str(place))
    for description in TOOLS.values():
        monkeypatch.delenv(description.variable, raising=False)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.setattr(processes, "LETS_GO_WITHIN_S", 0.05)
    return place


def stand_in(place: Path, name: str, body: str) -> Path:
    """A script in the tool's place, which tells its version like the tool and does as it likes otherwise."""
    path = place / name
    version = f"case \"$1\" in -V|--version) echo '{VERSIONS.get(name, '')}'; exit 0;; esac"
    path.write_text(f"#!/bin/sh\n{version}\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def run(way: str, folder: Path) -> Result:
    if way == "verilator":
        return invoke("verify", folder, "--simulator", "verilator")
    return invoke(way, folder, *(["--device", "ecp5-25k"] if way == "synth" else []))


def route(folder: Path) -> str:
    with pytest.raises(SymhdlError) as caught:
        place_and_route("{}", load_target("ecp5-25k"), 100.0, folder)
    return str(caught.value)


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("name", STAND_INS)
def test_a_tool_that_misbehaves_is_told(name: str, body: str, place: Path, tmp_path: Path) -> None:
    way = STAND_INS[name]
    stand_in(place, "iverilog", "exit 0")
    stand_in(place, name, BODIES[body])
    if way == "route":
        (tmp_path / "work").mkdir()
        told = route(tmp_path / "work")
    else:
        result = run(way, store(tmp_path / "design"))
        assert result.exit_code in (1, 4), result.stderr
        told = result.stderr
    assert name in told or "the simulation ended after 0 of" in told
    assert all(character.isprintable() or character == "\n" for character in told)
    if body == "failing":
        assert f"{name} failed with status 3" in told
        assert "error: what it lacks" in told
    if body == "killed":
        assert f"{name} was ended by SIGSEGV" in told
    if body == "garbled":
        assert r"\x1b[2J\x9b\u202eno end" in told


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("exit 0", "bench cannot be started: No such file or directory"),
        ("echo 'main.cpp: error: no'; exit 1", "main.cpp: error: no"),
        ("echo '#!/bin/sh' > bench; echo 'kill -ABRT $$' >> bench; /bin/chmod +x bench", "SIGABRT"),
        ("/bin/mkdir bench", "bench cannot be started: Permission denied"),
    ],
)
def test_a_compiler_that_misbehaves_is_told(
    body: str, told: str, place: Path, tmp_path: Path
) -> None:
    stand_in(place, "g++", body)
    (tmp_path / "ap_fixed.h").touch()
    design = ("--expr", "y = x", "--range", "x=0:1", "--target", "hls", "-o", tmp_path / "design")
    assert invoke("compile", *design).exit_code == 0
    result = invoke("verify", tmp_path / "design", "--include", tmp_path)
    assert result.exit_code == 1
    assert told in result.stderr


@pytest.mark.parametrize("body", ["while :; do printf aaaaaaaa; done", "exec /bin/cat /dev/zero"])
def test_output_without_an_end_is_bounded(body: str, tmp_path: Path) -> None:
    tool = Tool("vvp", (str(stand_in(tmp_path, "vvp", body)),))
    with pytest.raises(SymhdlError, match="vvp was stopped: it printed more than 50,000 bytes"):
        run_tool(tool, [], tmp_path, output_limit=50_000)


@pytest.mark.skipif(sys.platform != "linux", reason="no limit on files of others here")
def test_a_file_without_an_end_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "MAXIMUM_WRITTEN_BYTES", 50_000)
    body = "/bin/sleep 0.05; while :; do printf aaaaaaaa; done > endless"
    tool = Tool("vvp", (str(stand_in(tmp_path, "vvp", body)),))
    with pytest.raises(SymhdlError, match="vvp was ended by SIGXFSZ: a file grew too long"):
        run_tool(tool, [], tmp_path)
    assert (tmp_path / "endless").stat().st_size == 50_000


def strays(run: str) -> list[str]:
    """The processes with this in their environment."""
    found = []
    for place in Path("/proc").glob("[0-9]*/environ"):
        try:
            found += [place.parent.name] if run.encode() in place.read_bytes() else []
        except OSError:
            continue
    return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no processes to look at here")
@pytest.mark.parametrize("how", ["hanging", "over"])
def test_what_leaves_the_process_group_is_ended_too(how: str, place: Path, tmp_path: Path) -> None:
    program = f"""
import os, subprocess, sys, time
open("run", "w").write(os.environ["{RUN_VARIABLE}"])
subprocess.Popen(["/bin/sleep", "60"], start_new_session=True)
time.sleep({60 if how == "hanging" else 0})
"""
    tool = Tool("vvp", (str(fake_tool(place, "vvp", program)),))
    if how == "hanging":
        with pytest.raises(SymhdlError, match="vvp was stopped after 1 s"):
            run_tool(tool, [], tmp_path, time_limit_s=1.0)
    else:
        run_tool(tool, [], tmp_path)
    run = (tmp_path / "run").read_text()
    for _ in range(100):
        if not strays(run):
            break
        time.sleep(0.01)
    assert not strays(run)


def test_a_tool_that_hangs_on_its_version_is_passed_over(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tools, "VERSION_TIME_LIMIT_S", 0.1)
    path = fake_tool(place, "yosys", "import time; time.sleep(60)")
    assert find_tool("yosys") is None
    checks = {check.name: check for check in examine()}
    assert f"{path} tells no version, and 0.40 is needed" in checks["yosys"].help
    fake_tool(place, "verilator", "print('no numbers, ' * 100_000)")
    assert tool_version(need_tool("verilator")) == ""


def test_doctor_shows_what_does_not_answer(place: Path) -> None:
    for name in ("iverilog", "verilator", "nextpnr-ecp5", "g++"):
        fake_tool(place, name, "print('\\x1b[2J 1.0\\x9b', end='')" if name == "g++" else "")
    result = invoke("doctor")
    assert result.exit_code == 0, result.stderr
    lines = {line.split()[0]: line for line in result.stdout.splitlines()}
    assert "no answer" in lines["verilator"]
    assert "\x1b" not in result.stdout
    documents = {one["name"]: one for one in json.loads(invoke("doctor", "--json").stdout)}
    assert documents["verilator"]["version"] == ""


@pytest.mark.parametrize("kind", ["folder", "no program", "nothing", "no interpreter", "old"])
def test_a_variable_that_names_no_tool_is_told(
    kind: str, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(place, "yosys", "exit 0")
    path = tmp_path / "mine"
    if kind == "folder":
        path.mkdir()
    elif kind == "old":
        fake_tool(tmp_path, "mine", "print('Yosys 0.23')")
    elif kind != "nothing":
        path.write_text("#!/no/such/interpreter\n")
        path.chmod(0o755 if kind == "no interpreter" else 0o644)
    monkeypatch.setenv("YOSYS", str(path))
    result = run("synth", store(tmp_path / "design"))
    assert result.exit_code == 4
    assert f"the environment variable YOSYS names `{path}`" in result.stderr
    reasons = {"old": "is version 0.23, and 0.40 is needed", "no interpreter": "tells no version"}
    assert f"which {reasons.get(kind, 'cannot be run')}" in result.stderr


def test_a_variable_may_hold_arguments(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = stand_in(place, "cache", "exit 0")
    monkeypatch.setenv("CXX", "cache g++ 'a b'")
    assert need_tool("g++").command == (str(path), "g++", "a b")
    spaced = tmp_path / "my tools"
    spaced.mkdir()
    monkeypatch.setenv("CXX", str(stand_in(spaced, "g++", "exit 0")))
    assert need_tool("g++").command == (str(spaced / "g++"),)


def test_only_absolute_folders_of_path_count(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    stand_in(place, "iverilog", "exit 0")
    for path in ("", ".", "bin", ":", f".:{tmp_path}"):
        monkeypatch.setenv("PATH", path)
        assert find_tool("iverilog") is None
    with pytest.raises(ToolMissingError, match=r"\./iverilog is in a relative folder of PATH"):
        need_tool("iverilog")
    monkeypatch.setenv("IVERILOG", "./iverilog")
    found = need_tool("iverilog")
    assert found.command == (str(place / "iverilog"),), "the user named it"
    assert tool_version(found) == "11.0"


# --- what tools write -------------------------------------------------------------------------------


def module(**changed: object) -> dict[str, object]:
    cell = {"type": "LUT4", "connections": {"A": [2]}, "port_directions": {"A": "input"}}
    entry = {
        "ports": {"a": {"direction": "input", "bits": [2]}},
        "cells": {"c": cell},
        "netnames": {},
    }
    return {"modules": {"t": {**entry, **changed}}}


NETLISTS: tuple[object, ...] = (
    "", "{", "null", "[]", "{}", "[" * 100_000, "9" * 5_000, "\x00\x1b", '{"modules": NaN}',
    {"modules": {}}, {"modules": []}, {"modules": {"t": None}}, {"modules": {"t": {}}},
    module(ports=None), module(ports={"a": {}}), module(ports={"a": {"direction": "away", "bits": [2]}}),
    *(
        module(ports={"a": {"direction": "input", "bits": bits}})
        for bits in json.loads(f'[[], [-1], [true], [1.5], ["?"], [{2**70}], "01", {{}}]')
    ),
    module(cells=[]), module(cells={"c": 1}), module(cells={"c": {"type": 3, "connections": {}}}),
    module(cells={"c": {"type": "LUT4"}}), module(cells={"c": {"type": "LUT4", "connections": {"A": 2}}}),
    module(cells={"c": {"type": "LUT4", "connections": {}, "port_directions": 1}}),
    module(netnames={"n": {"bits": "x"}}),
)  # fmt: skip


def test_a_netlist_is_checked() -> None:
    assert read_module(json.dumps(module()), "t")["cells"]
    for netlist in NETLISTS:
        text = netlist if isinstance(netlist, str) else json.dumps(netlist)
        with pytest.raises(SymhdlError, match="yosys wrote") as caught:
            read_module(text, "t")
        assert caught.value.diagnostics[0].id == "tool-output"


REPORTS: tuple[object, ...] = (
    "", "null", "[]", "[" * 100_000, '{"fmax": {"c": {"achieved": NaN}}}', '{"fmax": {"c": {"achieved": -Infinity}}}',
    *({"fmax": {"c": {"achieved": mhz}}} for mhz in (-1, 0, 1e9, 1e300, 10**400, None, "1", True, [1])),
    {"fmax": 1}, {"fmax": {"c": 1}}, {"fmax": {"c": {}}}, {"critical_paths": 1}, {"critical_paths": [1]},
    {"critical_paths": [{}]}, {"critical_paths": [{"path": 1}]}, {"critical_paths": [{"path": [1]}]},
    {"critical_paths": [{"path": [{"type": "clk-to-q"}, {"type": "setup", "delay": "1"}]}]},
    {"critical_paths": [{"path": [{"type": "clk-to-q", "delay": 1}, {"type": "setup", "delay": 1, "to": 1}]}]},
)  # fmt: skip


def test_a_report_is_checked() -> None:
    for report in REPORTS:
        text = report if isinstance(report, str) else json.dumps(report)
        with pytest.raises(SymhdlError, match=rf"nextpnr wrote (a )?{REPORT}"):
            print(highest_frequency(text), slowest_path(text))
    assert slowest_path('{"critical_paths": [{"path": []}]}') == ()


RESULTS = {
    "short": r"echo 000000",
    "garbage": r"for i in 1 2 3 4 5 6 7 8; do echo 'no digits at all, none'; done",
    "binary": r"printf '\377\376\000'",
    "endless": r"/usr/bin/head -c 3000000 /dev/zero",
}


@pytest.mark.parametrize("kind", [*RESULTS, "pipe", "folder"])
def test_the_results_of_a_simulation_are_checked(kind: str, place: Path, tmp_path: Path) -> None:
    make = {"pipe": "/usr/bin/mkfifo results.txt", "folder": "/bin/mkdir results.txt"}
    stand_in(place, "iverilog", "exit 0")
    stand_in(place, "vvp", make.get(kind) or f"{RESULTS[kind]} > results.txt")
    result = run("verify", store(tmp_path / "design"))
    assert result.exit_code == 1
    assert (
        "error[tool-output]: vvp wrote" in result.stderr
        or "the simulation ended after" in result.stderr
    )


@pytest.mark.parametrize("kind", ["missing", "long", "bytes", "pipe", "folder"])
def test_what_is_read_is_bounded_and_text(kind: str, tmp_path: Path) -> None:
    tool = Tool("vvp", ("/usr/bin/vvp",))
    path = tmp_path / "out.txt"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind != "missing":
        path.write_bytes(b"a" * 101 if kind == "long" else b"\xff")
    with pytest.raises(SymhdlError, match=r"vvp wrote (no )?out\.txt") as caught:
        read_result(tool, path, 100)
    assert "/usr/bin/vvp" in str(caught.value)


def test_no_word_of_a_script_comes_from_outside(place: Path) -> None:
    stand_in(
        place, "yosys", "echo {} > mapped0.json; echo {} > mapped1.json; /bin/cp run.ys ../kept.ys"
    )
    with work_folder() as folder:
        (folder / "in").mkdir()
        mapped_netlists(ADDER, "adder", load_target("ecp5-25k"), folder / "in")
        script = (folder / "kept.ys").read_text()
    assert script.count("synth_ecp5 -top adder") == 2
    assert not set(script) & set("!#;\"'\\$`")


# --- folders ----------------------------------------------------------------------------------------


def test_a_place_for_temporary_files_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "nowhere"))
    with (
        pytest.raises(SymhdlError, match=r"cannot make a temporary folder in .*nowhere"),
        work_folder(),
    ):
        pass
    monkeypatch.setenv("TMPDIR", ".")
    monkeypatch.chdir(tmp_path)
    with work_folder() as folder:
        assert folder.is_absolute()
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    (tmp_path / "design.v").symlink_to("/dev/full")
    with pytest.raises(SymhdlError, match=r"cannot write .*: No space left"):
        write_input(tmp_path, "design.v", ADDER)


def test_a_signal_while_the_folder_is_removed_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    with pytest.raises(signals.Interrupted), signals.interruptible(), work_folder() as folder:
        remove = TemporaryDirectory.cleanup

        def cleanup(temporary: TemporaryDirectory[str]) -> None:
            signal.raise_signal(signal.SIGTERM)
            remove(temporary)
            seen.append(folder.exists())

        monkeypatch.setattr(TemporaryDirectory, "cleanup", cleanup)
    assert seen == [False]
