"""The benchmark of compile time compiles all of its programs, in processes of their own."""

from __future__ import annotations

import sys

import pytest

from benchmarks.speed import least, main, times_of, total
from benchmarks.speed_inputs import EVERYDAY, programs


def test_every_program_compiles() -> None:
    texts = [text for case in programs(2000).values() for text in case]
    times = times_of(sys.executable, [*texts, "y = 1/x0"])
    assert [time is None for time in times] == [False] * len(texts) + [True]


def test_the_least_time_counts_and_a_refusal_is_none() -> None:
    runs: list[list[float | None]] = [[2.0, 1.0, None], [1.0, 3.0, None]]
    assert least(runs) == [1.0, 1.0, None]
    assert total([1.0, 1.0]) == 2.0
    assert total([1.0, None]) is None


def test_two_interpreters_have_a_column_each(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--case", "chain", "--divide", "500", "--runs", "1", "--compare", sys.executable]
    main(words)
    heading, _, line = capsys.readouterr().out.splitlines()
    assert heading == "| case | seconds | other | ratio |"
    assert line.startswith("| chain | ") and line.count("|") == 5


def test_programs_are_of_the_size_asked_for() -> None:
    found = programs(10)
    assert len(found["everyday"]) == len(EVERYDAY)
    assert found["outputs"][0].count("\n") == 99
    assert found["filter"][0].count("x") == 1000
