"""The benchmark of the simulation runs every engine, beside another interpreter, and skips without the corpus."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from benchmarks.simulation import Making, main, making_row, row_of


def test_every_engine_is_measured(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert shared.is_dir()
    main(["--width", "6", "--rows", "500", "--rounds", "1", "--compare", sys.executable])
    heading, _, line, _, making, _, costs = capsys.readouterr().out.splitlines()
    assert heading.startswith("| inputs, outputs | rows | compiled | blocks | definition |")
    assert making.startswith("| inputs, outputs | cells | plan, ms | compile, s |")
    figures = [cell.strip() for cell in line.strip("|").split("|")]
    assert figures[:2] == ["6 bits", "500"]
    has_compiler = shutil.which("g++") is not None
    assert ("-" not in figures) == has_compiler
    assert costs.startswith("| 6 bits | ")


def test_without_the_corpus_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--corpus", str(tmp_path / "corpora")])
    assert capsys.readouterr().out.startswith("skipped: ")


def test_ratios_are_of_times() -> None:
    seconds = {"compiled": 0.1, "blocks": 0.5, "other": 2.0}
    row = row_of(8, 1_000_000, seconds)
    assert row[:4] == ("8 bits", "1,000,000", "10.00", "2.00")
    assert row[-2:] == ("20.0", "4.0")
    costs = making_row(Making(8, 100, 0.01, 0.4), seconds, 1_000_000)
    assert costs == ("8 bits", "100", "10.0", "0.40", "1,000,000", "210,526")
