"""The benchmark of ranges: finds extrema, counts bits, tells what is too narrow, and bounds a large graph."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from benchmarks import ranges
from benchmarks.problems import Problem

PROBLEM = Problem(
    "t", "native", "y = (x - 0.3)^2 - x*z", (("x", Fraction(-1), Fraction(1)), ("z", Fraction(0), Fraction(1)))
)  # fmt: skip


def test_a_search_finds_the_ends_of_a_range() -> None:
    design = ranges.proved(PROBLEM, 12, 10, 1)
    (found,) = ranges.held(design, "t", 1)
    low, high = found.found
    assert -0.551 < low < -0.549 and 2.689 < high < 2.691
    assert found.name == "t y" and not found.is_wrong
    assert 1 <= found.ratio < 1.01


def test_bits_and_what_is_too_narrow_are_told() -> None:
    held = ranges.Held("y", "operation", (-0.5, 4.0), (0.0, 3.5), 10)
    assert held.bits == 2 and held.is_coarser and not held.is_wrong
    rounded = ranges.Held("y", "operation", (-1.0, 1.0), (-0.9999, 0.9999), 10)
    assert rounded.bits == 1 and not rounded.is_coarser
    narrow = replace(held, proved=(0.0, 3.4))
    assert narrow.is_wrong
    told = "\n".join(ranges.lines([held, narrow], 5))
    assert "WRONG: y reaches (0.0, 3.5), proved (0.0, 3.4)" in told
    assert "median 1.129" in told and "1 take more integer bits, 1 get a coarser format" in told


def test_large_graphs_are_bounded(capsys: pytest.CaptureFixture[str]) -> None:
    assert ranges.main(["--large", "3000"]) == 0
    assert "nodes bounded in" in capsys.readouterr().out
    assert ranges.large_graph(500, 3, 1) == ranges.large_graph(500, 3, 1)
