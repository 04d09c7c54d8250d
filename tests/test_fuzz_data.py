"""Mutated files of data: read or refused, and what has a check sum gives the same result or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz_data import KINDS, MEGABYTES, Fuzzer, fuzz
from tests.work import peak_megabytes

SEED = 20_262


def fuzzed(count: int, folder: Path) -> Fuzzer:
    pytest.importorskip("pyarrow")
    fuzzer = fuzz(count, SEED, list(KINDS), folder)
    assert not fuzzer.problems, "\n\n".join(fuzzer.problems)
    return fuzzer


def test_mutated_data(tmp_path: Path) -> None:
    fuzzer = fuzzed(3, tmp_path)
    assert fuzzer.read
    assert fuzzer.refused


@pytest.mark.slow
def test_much_mutated_data(tmp_path: Path) -> None:
    before = peak_megabytes()
    fuzzed(500, tmp_path)
    assert peak_megabytes() <= max(before, MEGABYTES)
