"""Mutated texts are read or refused, quickly, and never executed: a process of its own watches that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SEED = 20_261


def fuzz(count: int, seed: int) -> None:
    command = [
        sys.executable,
        "-m",
        "tests.fuzz_sources",
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


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_many_mutated_texts(part: int) -> None:
    """Half a million in all."""
    fuzz(50_000, part)
