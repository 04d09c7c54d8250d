"""`symhdl explore` from the command line to its files, and what is told."""

from __future__ import annotations

import csv
import html
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from symhdl.cli import main
from symhdl.commands.explore import summary
from symhdl.commands.rows_table import _picture
from symhdl.explore.exploration import Exploration
from symhdl.explore.row import COLUMNS, Row
from symhdl.explore.store import STORE, ExploreStore
from symhdl.files.writing import write_file
from symhdl.flow.tools import find_tool
from tests.explore_files import explore, front_file, table_file


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "rows.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_sweep_goes_to_a_table_and_to_files(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    result = explore(table_file(tmp_path), "--error", "2^-2,2^-3", "-o", folder)
    assert result.exit_code == 0, result.output
    assert "8 designs, 2 failed; * is the front of loss, luts, ns" in result.stdout
    reason = "unknown-function: there is no function `undefined` (2 times)\n  = help: define it as your script does"
    assert reason in result.stdout
    header, *lines = result.stdout.splitlines()
    assert header.split()[:3] == ["complexity", "loss", "status"]
    assert sum(line.startswith("* ") for line in lines) >= 2
    rows = rows_of(folder)
    assert tuple(rows[0])[: len(COLUMNS)] == COLUMNS
    assert [row["error"] for row in rows[:2]] == ["2^-2", "2^-3"]
    assert [row["status"] for row in rows].count("failed") == 2
    assert all(float(row["error_bound"]) <= 0.25 for row in rows if row["status"] == "done")
    assert "width" not in rows[0], "what is the same everywhere is no column"
    assert "x0 + 1.5" in (folder / "report.html").read_text(encoding="utf-8")
    assert {path.name for path in folder.iterdir()} == {"rows.csv", "report.html", STORE}
    before = (folder / "rows.csv").read_bytes()
    again = explore(table_file(tmp_path), "--error", "2^-2,2^-3", "-o", folder)
    assert "8 designs, 2 failed, 8 known from before" in again.stdout
    assert (folder / "rows.csv").read_bytes() == before


def test_what_was_interrupted_tells_how_many_designs_there_are() -> None:
    assert summary(Exploration((), interrupted=True), 4, ("loss",)).startswith("0 of 4 designs;")
    assert summary(Exploration((), interrupted=True), 1, ("loss",)).startswith("0 of 1 design;")


def test_classes_and_json(tmp_path: Path) -> None:
    result = explore(front_file(tmp_path), f"--class=t={table_file(tmp_path)}", "--json")
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)
    assert [row["class"] for row in rows] == ["g", "q", "t", "t", "t", "t"]
    assert rows[-1]["diagnostic"] == "unknown-function"
    assert "undefined(x0)" in rows[-1]["message"], "the whole diagnostic"
    assert [row["loss"] for row in rows[:2]] == [0.5, None]


def test_no_equation_has_to_know_the_ranges_of_others(tmp_path: Path) -> None:
    path = table_file(tmp_path, "Complexity,Loss,Equation\n1,0.5,x0\n3,0.3,x0 + x1\n")
    words = ["explore", str(path), "--opt", "0", "--range", "x0=-1:1"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    assert re.search(r"missing-range: input `x1`", result.stdout)
    assert result.stdout.count("done") == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "there is no source"),
        (["-"], "reads no standard input"),
        (["--class", "g"], "write --class NAME=FILE"),
        (["TABLE", "--axes", "loss,beauty"], "there is no axis `beauty`"),
        (["TABLE", "--labels", "c"], "there are no rows of data"),
        (["TABLE", "--error", "2^-4,,"], "a value is missing"),
        (["TABLE", "--error", "2^-4,-1"], "not a number above 0"),
        (["TABLE", "--range", "x9=0:1"], "no equation has an input `x9`"),
        (["TABLE", "--device", "ecp5-25k,nowhere"], "nowhere"),
        (["missing.csv"], "there is no file"),
        (["TABLE", "--data", "missing.csv"], "there is no file"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_done(
    tmp_path: Path, words: list[str], told: str
) -> None:
    path = table_file(tmp_path)
    result = explore(
        *(str(path) if word == "TABLE" else word for word in words), "-o", tmp_path / "out"
    )
    assert result.exit_code in (1, 2), result.output
    assert told in result.stderr
    assert not (tmp_path / "out").exists()


def test_designs_on_the_front_have_pages(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    table = table_file(tmp_path)
    assert explore(table, "-o", folder).exit_code == 0
    result = explore(table, "-o", folder, "--pages")
    best = [row for row in rows_of(folder) if row["front"] == "true"]
    assert 0 < len(best) < len(rows_of(folder))
    assert f"pages of {len(best)} designs" in result.stdout
    linked = (folder / "report.html").read_text(encoding="utf-8")
    for row in best:
        name = f"design-{row['digest'][:16]}.html"
        assert name in linked
        page = (folder / name).read_text(encoding="utf-8")
        assert page.lower().startswith("<!doctype html>")
        assert row["equation"] in html.unescape(page)
    for words in (["--pages"], ["--pages", "-o", tmp_path / "jobs", "--emit", "slurm"]):
        refused = explore(table, *words)
        assert refused.exit_code == 2
        assert "no folder for pages" in refused.stderr
    (folder / name).write_text("mine", encoding="utf-8")
    assert "was changed since" in explore(table, "-o", folder, "--pages").stderr


def test_files_of_others_stay(tmp_path: Path) -> None:
    table, folder = table_file(tmp_path), tmp_path / "out"
    folder.mkdir()
    (folder / "rows.csv").write_text("mine", encoding="utf-8")
    result = explore(table, "-o", folder)
    assert result.exit_code == 1
    assert "symhdl did not write it" in result.stderr
    assert (folder / "rows.csv").read_text(encoding="utf-8") == "mine"
    assert explore(table, "-o", folder, "--force").exit_code == 0
    with (folder / "rows.csv").open("a", encoding="utf-8") as file:
        file.write("a note\n")
    assert "was changed since" in explore(table, "-o", folder).stderr
    (folder / STORE).write_bytes(b"mine, and by no means a database" * 99)
    assert "cannot use" in explore(table, "-o", folder, "--force").stderr
    (tmp_path / "file").touch()
    assert "not a folder" in explore(table, "-o", tmp_path / "file").stderr


@pytest.mark.parametrize("name", ["rows.csv", "report.html"])
def test_a_run_that_ends_just_after_a_file_is_written_is_in_nobodys_way(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    table = table_file(tmp_path, "Complexity,Loss,Equation\n1,0.5,x0\n")
    assert explore(table, "-o", folder).exit_code == 0

    def killed(path: Path, text: str) -> None:
        write_file(path, text)
        if path.name == name:
            raise KeyboardInterrupt

    table_file(tmp_path, "Complexity,Loss,Equation\n1,0.5,x0\n3,0.25,x0 + 1.5\n")
    with monkeypatch.context() as patched:
        patched.setattr("symhdl.explore.results.write_file", killed)
        assert explore(table, "-o", folder).exit_code != 0
    result = explore(table, "-o", folder)
    assert result.exit_code == 0, result.output
    assert "2 known from before" in result.stdout


def test_processes_that_cannot_be_started_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr("symhdl.explore.runners.local.run_local", refused)
    for more in ((), ("-o", tmp_path / "out")):
        result = explore(table_file(tmp_path), "--jobs", "2", *more)
        assert result.exit_code == 1
        assert "cannot start a process: Too many open files" in result.stderr


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_data_that_can_be_read_only_once_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    result = explore(table_file(tmp_path), "--data", tmp_path / "pipe")
    assert result.exit_code == 1
    assert "is not a regular file" in result.stderr


def test_no_spreadsheet_computes_a_cell(tmp_path: Path) -> None:
    front = [{"class": "@class", "complexity": 1, "equation": "=cmd|' /C calc'!A0"},
             {"class": "g", "complexity": 2, "equation": "-x0"}]  # fmt: skip
    folder = tmp_path / "out"
    assert explore(front_file(tmp_path, front), "-o", folder).exit_code == 0
    rows = rows_of(folder)
    assert [row["class"] for row in rows] == ["'@class", "g"]
    assert [row["equation"] for row in rows] == ["'=cmd|' /C calc'!A0", "-x0"]


HOSTILE = "\x1b[31m</script><b>[red]\u202e=1+1"


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    front = [{"class": HOSTILE, "complexity": 1, "equation": f"x0 + {HOSTILE}"},
             {"class": HOSTILE, "complexity": 2, "equation": "x0"}]  # fmt: skip
    result = explore(front_file(tmp_path, front), "-o", folder)
    assert result.exit_code == 0, result.output
    assert "\x1b" not in result.output
    assert "\u202e" not in result.output
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "<b>[red]" not in page
    assert [row["class"] for row in rows_of(folder)] == [HOSTILE, HOSTILE]


def test_ctrl_c_leaves_the_files_of_what_is_there(tmp_path: Path) -> None:
    equations = "".join(f"{k},{1 / k},sin({k / 7}*x0) + x1*{k / 9}\n" for k in range(2, 60))
    table = table_file(tmp_path, f"Complexity,Loss,Equation\n{equations}")
    folder = tmp_path / "out"
    words = [
        "explore",
        str(table),
        "--range",
        "-1:1",
        "--width",
        "6",
        "--opt",
        "0",
        "-o",
        str(folder),
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "symhdl", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )  # fmt: skip
    try:
        end = time.monotonic() + 60
        while not _count(folder / STORE) and time.monotonic() < end:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, told = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130, told
    assert "the next run has not to do again" in told
    done = len(rows_of(folder))
    assert 1 <= done < 58
    assert "58 designs; *" in out and "known" not in out
    assert _count(folder / STORE) == done


def _count(path: Path) -> int:
    if not path.exists() or not path.stat().st_size:
        return 0
    with ExploreStore(path) as store:
        return len(store.rows())


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no pseudo-terminals here")
def test_a_terminal_sees_how_far_it_is(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    command = [
        sys.executable, "-m", "symhdl", "explore", str(table_file(tmp_path)), "--range", "-1:1", "--opt", "0",
    ]  # fmt: skip
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    environment.pop("NO_COLOR", None)
    process = subprocess.Popen(command, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    seen = b""
    with suppress(OSError):  # how a terminal ends that nobody writes to any more
        while piece := os.read(ours, 65536):
            seen += piece
    os.close(ours)
    assert process.wait(60) == 0
    assert b"of 4 designs" in seen
    assert b"\x1b[2m" in seen, "a row that does not pay is dim"


def test_narrow_terminals_cut_the_equation_alone() -> None:
    from rich.console import Console

    row = Row("", "g", 20, 0.3497, "done", "x0 + " * 30, error_bound=0.01422, luts=225)
    console = Console(width=80, file=io.StringIO())
    with console.capture() as shown:
        console.print(_picture([row], {"done": 1, "failed": 0}, 1, 0.0))
    header, line, _ = shown.get().splitlines()
    assert " ".join(header.split()) == "class complexity loss error bound LUTs cycles ns equation"
    assert line.split()[:5] == ["g", "20", "0.3497", "0.01422", "225"]
    assert line.rstrip().endswith("…") and "x0 + x0" in line


@pytest.mark.slow
@pytest.mark.skipif(find_tool("yosys") is None, reason="yosys is missing")
@pytest.mark.skipif(find_tool("nextpnr-ecp5") is None, reason="nextpnr-ecp5 is missing")
def test_what_tools_find_takes_the_place_of_estimates(tmp_path: Path) -> None:
    path = table_file(tmp_path, "Complexity,Loss,Equation\n3,0.5,x0 + x1\n")
    words = (path, "--device", "ecp5-25k", "--json")
    guess, synth, routed = (
        json.loads(explore(*words, *more).stdout)[0] for more in ((), ("--synth",), ("--pnr",))
    )
    assert guess["measured"] == "estimate"
    assert "Yosys" in synth["measured"] and "nextpnr" not in synth["measured"]
    assert "nextpnr" in routed["measured"]
    assert (synth["luts"], synth["ffs"]) == (routed["luts"], routed["ffs"])
    assert len({row["digest"] for row in (guess, synth, routed)}) == 3


def test_an_equation_that_is_there_twice_is_one_design(tmp_path: Path) -> None:
    path = table_file(tmp_path, "Complexity,Loss,Equation\n1,0.5,x0\n1,0.5,x0\n1,0.4,x0\n")
    result = explore(path)
    assert "2 designs" in result.stdout, "another loss is another row"
