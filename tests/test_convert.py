"""`symhdl convert`: streams, files, exit statuses."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from symhdl.cli import main
from symhdl.printers.printer import GRAPH, LANGUAGES


def invoke(*words: str | Path, input: str | None = None) -> Result:
    return CliRunner().invoke(main, ["convert", *map(str, words)], input=input)


def test_the_result_goes_to_stdout_and_messages_to_stderr() -> None:
    done = invoke("--expr", "Δx^2 + 1", "--to", "c")
    assert done.exit_code == 0
    assert "double y(double delta_x)" in done.stdout
    assert "`Δx` is called `delta_x`" in done.stderr
    assert "warning" not in done.stdout


@pytest.mark.parametrize("language", [*LANGUAGES, GRAPH])
def test_every_language(language: str) -> None:
    done = invoke("--expr", "inv(x)*y", "--define", "inv(u) = 1/u", "--to", language)
    assert done.exit_code == 0
    assert "x" in done.stdout


def test_files_and_standard_input(tmp_path: Path) -> None:
    place = tmp_path / "new" / "f.py"
    done = invoke("-", "--to", "numpy", "-o", place, input="y = sin(x)*x")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "np.sin(x)" in place.read_text(encoding="utf-8")


def test_a_source_through_a_pipe_is_waited_for_aloud(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("symhdl.files.reading.PATIENCE_SECONDS", 0.01)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    told: list[str] = []

    def message(text: str) -> None:
        told.append(text)
        pipe.write_text("x)", encoding="utf-8")

    monkeypatch.setattr("symhdl.commands.chosen.message", message)
    done = invoke(pipe, "--to", "c")
    assert told == [f"waiting for data from {pipe}; Ctrl-C ends it"]
    assert f"--> {pipe}:1:2" in done.stderr, "the text has the name of the pipe"


def test_nothing_is_written_after_a_mistake(tmp_path: Path) -> None:
    place = tmp_path / "f.c"
    done = invoke("--expr", "1e400*x", "--to", "c", "-o", place)
    assert done.exit_code == 1
    assert "beyond double precision" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_all_equations_of_a_table(tmp_path: Path) -> None:
    table = tmp_path / "hall_of_fame.csv"
    rows = [
        "Complexity,Loss,Equation",
        '1,2.0,"x0"',
        '5,0.5,"(x0 * x1) + 2.5"',
        '8,0.1,"sin(x1) / x0"',
    ]
    table.write_text("\n".join(rows), encoding="utf-8")
    best = invoke(tmp_path, "--to", "fpcore", "--select", "5")
    assert best.exit_code == 0
    assert "2.5" in best.stdout
    every = invoke(tmp_path, "--to", "numpy", "--select", "all")
    assert every.exit_code == 0
    assert "sin" in every.stdout
    assert "2.5" in every.stdout


@pytest.mark.parametrize(
    "words, part",
    [
        (("--expr", "x", "--to", "fortran"), "nothing can be written in `fortran`"),
        (("--to", "c"), "there is no source"),
        (("f", "--expr", "x", "--to", "c"), "both given"),
        (("--expr", "x"), "--to"),
        (("--expr", "x", "--to", "c", "--dialect", "nativ"), "did you mean `native`"),
    ],
)
def test_wrong_usage(words: tuple[str, ...], part: str) -> None:
    done = invoke(*words)
    assert done.exit_code == 2
    assert part in done.stderr
