"""The golden table of quality: estimates, latency and bound of every design, and the estimates against Yosys."""

from __future__ import annotations

import csv
import statistics
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.accuracy import MIDDLE, WORST
from benchmarks.golden import DEVICES, MEASURED, digest, jobs
from benchmarks.golden_compile import Compiled, compiled
from benchmarks.golden_designs import Combination

COLUMNS = ("luts", "ffs", "dsps", "brams", "fmax_mhz", "latency")
HELD = dict.fromkeys(DEVICES, ("auto", "none")) | {"xcvu9p": ("none",)}
"""Where every estimate counts. With DSP blocks of LUT6 devices, which take registers in, it is the middle one."""


@pytest.fixture(scope="module")
def results() -> dict[Combination, Compiled]:
    return {combination: compiled(job) for combination, job in jobs().items()}


def test_the_table_of_estimates(
    results: dict[Combination, Compiled], golden: Callable[[str, str], None]
) -> None:
    lines = ["design,device,dsp," + ",".join(COLUMNS) + ",error_bound"]
    for combination, result in results.items():
        assert not result["refused"], f"{combination}: {result['refused']}"
        figures = ",".join(str(result[column]) for column in COLUMNS)  # type: ignore[literal-required]
        name = f"{combination.design},{combination.device},{combination.dsp}"
        lines.append(f"{name},{figures},{result['error_bound']:.4g}")
    golden("quality/estimates.csv", "\n".join(lines) + "\n")


def test_without_dsp_blocks_there_are_none(results: dict[Combination, Compiled]) -> None:
    for combination, result in results.items():
        assert combination.dsp == "auto" or result["dsps"] == 0, combination
    assert any(result["dsps"] for result in results.values())


def measured() -> dict[Combination, dict[str, str]]:
    with Path(MEASURED).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {Combination(row["design"], row["device"], row["dsp"]): row for row in rows}


def _share_off(estimated: int, found: int) -> float:
    """How far an estimate is off, as a share of what was found."""
    return abs(estimated - found) / max(1, found)


def test_estimates_are_near_what_yosys_finds(results: dict[Combination, Compiled]) -> None:
    """A row whose Verilog has changed since fails: `python -m benchmarks.golden` renews it."""
    errors: dict[str, list[float]] = {}
    for combination, row in measured().items():
        result = results[combination]
        told = f"{combination}: the Verilog has changed, run `python -m benchmarks.golden`"
        assert row["digest"] == digest(result["verilog"]), told
        found = int(row["luts"])
        off = _share_off(result["luts"], found)
        held = combination.dsp in HELD[combination.device]
        told = f"{combination}: {result['luts']} LUTs estimated, {found} found"
        assert off <= WORST or not held, told
        ffs_off = _share_off(result["ffs"], int(row["ffs"]))
        assert ffs_off <= WORST or not held, f"{combination}: flip-flops"
        assert result["dsps"] == int(row["dsps"]), combination
        assert result["brams"] == int(row["brams"]), combination
        errors.setdefault(f"{combination.device} {combination.dsp}", []).append(off)
    for name, found_errors in errors.items():
        assert statistics.median(found_errors) <= MIDDLE, name
