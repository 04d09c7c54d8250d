"""How far something is: on a terminal, after a while, with the time that it takes; nowhere else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from symhdl.commands import terminal
from tests.pseudo_terminal import SOON, on_terminal
from tests.test_cli import store
from tests.test_terminal import HOSTILE

CLEARED = terminal.CLEARED
WORK = """
import time
with terminal.status_line("working") as tell:
    time.sleep(0.1)
    tell({text!r})
    time.sleep(0.15)
    {meanwhile}
    time.sleep(0.1)
terminal.message("the end")
"""


def worked(text: str = "half", meanwhile: str = "pass", **options: str) -> str:
    """What a terminal shows of some work."""
    program = SOON + WORK.format(text=text, meanwhile=meanwhile)
    with on_terminal(program, options) as running:
        return running.read_all()


def test_it_is_told_with_the_time_and_goes_away() -> None:
    shown = worked()
    assert f"{CLEARED}working (0 s)" in shown
    assert f"{CLEARED}working: half (0 s)" in shown
    assert shown.endswith(f"{CLEARED}the end\r\n")


def test_it_is_not_there_before_its_time() -> None:
    assert terminal.SHOWN_AFTER_S == 2
    program = "from symhdl.commands import terminal\n" + WORK.format(text="half", meanwhile="pass")
    with on_terminal(program) as running:
        assert running.read_all() == "the end\r\n"


PRINTED = (
    "terminal.message('a line')",
    "terminal.out('a line')",
    "terminal.write(['a line\\n'])",
    "terminal.heading('a line')",
    "click.echo('a line', err=True)",
)


def test_what_is_printed_stands_above_it() -> None:
    meanwhile = "; time.sleep(0.1); ".join(("import click", *PRINTED))
    shown = re.sub(r"\x1b\[[01]m", "", worked(meanwhile=meanwhile))
    above = f"working: half (0 s){CLEARED}a line\r\n{CLEARED}"
    assert shown.count(above) == len(PRINTED)


def test_half_a_line_is_left_alone() -> None:
    shown = worked(meanwhile="terminal.write(['a ']); time.sleep(0.1); terminal.write(['line\\n'])")
    assert "a line\r\n" in shown


def test_it_fits_into_a_line_and_nothing_in_it_is_obeyed() -> None:
    shown = worked(HOSTILE + "x" * 300, COLUMNS="80")
    lines = [line for line in shown.split(CLEARED) if line.startswith("working")]
    assert all(len(line) < 80 and line.endswith(" s)") for line in lines)
    assert all(line.isprintable() for line in lines)


def test_a_terminal_that_cannot_erase_shows_nothing() -> None:
    assert worked(TERM="dumb") == "the end\r\n"


def test_it_goes_away_where_something_fails() -> None:
    assert worked(meanwhile="raise SystemExit(3)").endswith(CLEARED)


def test_times_are_for_people() -> None:
    assert [terminal._duration(each) for each in (0.9, 59, 61, 3725)] == [
        "0 s", "59 s", "1 min 01 s", "62 min 05 s",
    ]  # fmt: skip


def test_streams_that_are_no_terminal_are_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with terminal.status_line("working") as tell:
        tell("half")
        terminal.out("a line")
    assert capsys.readouterr() == ("a line\n", "")


PROGRAM = (
    SOON
    + """
from symhdl import trials
from symhdl.cli import main
trials.MOST_WORK = 30
main({words!r}, standalone_mode=False)
"""
)


def test_a_command_tells_how_far_it_is() -> None:
    words = ("compile", "--expr", "x*x + x", "--range", "x=-1:1", "--opt", "2", "--no-cache")
    with on_terminal(PROGRAM.format(words=words)) as running:
        shown = running.read_all()
    assert re.search(r"compiling: \d+ designs tried, .* \d+ % of the work \(\d s\)", shown)
    assert re.search(r"compiling: pass [\w-]+ is done \(\d s\)", shown)


def test_files_and_pipes_have_nothing_of_it(tmp_path: Path) -> None:
    folder = store(tmp_path / "design")
    rows = tmp_path / "rows.csv"
    rows.write_text("a,b\n" + "0.5,0.25\n" * 20_000, encoding="utf-8")
    words = ("simulate", str(folder), "--input", str(rows))
    program = PROGRAM.format(words=words)
    with on_terminal(program, only_messages=True) as running:
        assert running.process.stdout is not None
        found = running.process.stdout.read().decode()
        shown = running.read_all()
    assert "working" not in found and CLEARED not in found
    assert re.search(r"simulating product(: [\d,]+ rows)? \(\d s\)", shown)
