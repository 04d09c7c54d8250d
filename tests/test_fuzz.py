"""Mutated texts and data are read or refused, quickly, and never executed: a process of its own watches that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests import fuzz_data

ROOT = Path(__file__).parents[1]
SEED = 20_261


def fuzz(count: int, seed: int, program: str = "tests.fuzz_sources") -> None:
    command = [
        sys.executable,
        "-m",
        program,
        "--count",
        str(count),
        "--seed",
        str(seed),
    ]
    result = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=3600, check=False
    )
    print(result.stdout)
    assert result.returncode == 0, result.stdout + result.stderr
    assert not (ROOT / "fuzzed").exists()


def test_mutated_texts() -> None:
    fuzz(800, SEED)


def test_mutated_data(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    fuzzer = fuzz_data.fuzz(3, SEED, list(fuzz_data.KINDS), tmp_path)
    assert not fuzzer.problems, "\n\n".join(fuzzer.problems)
    assert fuzzer.read and fuzzer.refused


@pytest.mark.slow
def test_much_mutated_data() -> None:
    pytest.importorskip("pyarrow")
    fuzz(500, SEED, "tests.fuzz_data")


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_many_mutated_texts(part: int) -> None:
    """Half a million in all."""
    fuzz(50_000, part)
