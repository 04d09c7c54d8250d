"""Mutated texts are read or refused, quickly, and never executed: a process of its own watches that."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from tests.fuzz_sources import fuzz_whole, whole_cases
from tests.fuzzing import whole

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


def test_mutated_texts_through_the_whole_compiler() -> None:
    """Of few bits, so that it is cheap."""
    cases = list(islice(whole_cases(SEED, {}), 40))
    few = {"width": 4, "output_width": 5, "ranges": "0.5:2", "frequency": 0}
    outcomes = [
        whole.attempt(replace(case, options={"dialect": case.options.get("dialect"), **few}))
        for case in cases
    ]
    assert [outcome.detail for outcome in outcomes if outcome.problem] == []
    assert sum(outcome.backends for outcome in outcomes) > 9
    assert any(outcome.refused for outcome in outcomes)


def test_what_goes_wrong_in_the_compiler_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(text: str, name: str) -> object:
        return {"source": name + text}

    case = whole.Case(0, "y = x + 1", {"ranges": "0:1", "width": 4})
    assert whole.attempt(case).backends == 4
    monkeypatch.setattr("tests.fuzzing.whole.read_manifest", wrong)
    assert "read back otherwise" in whole.attempt(case).detail


@pytest.mark.slow
def test_many_mutated_texts_through_the_whole_compiler() -> None:
    cases = list(islice(whole_cases(SEED, whole.corpus_texts(ROOT.parent / "shared")), 600))
    found = [
        f"{outcome.detail}\n{case}" for case, outcome in fuzz_whole(cases, 2) if outcome.problem
    ]
    assert not found, "\n\n".join(found[:5])


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_many_mutated_texts(part: int) -> None:
    """Half a million in all."""
    fuzz(50_000, part)
