"""The benchmark of bounds: what is tried and measured, how it is told, and that a broken bound fails."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from benchmarks import bounds
from benchmarks.bounds import Refusal, Row, blocks_of, measured, rows_of, summary
from benchmarks.problems import Problem
from benchmarks.runs import Options, compiled, read
from benchmarks.tables import quantile
from symhdl.compiled import CompiledDesign
from symhdl.ir.graph import Graph
from tests.errors_of_design import assert_bounds_hold

SMALL = Options(8, 8, 1, "ecp5-85k", 200.0, "auto", 3000, 1)
ONE = Problem("one", "native", "y = sin(x)*x", (("x", Fraction(-1), Fraction(1)),))
TWO = Problem(
    "two", "native", "z = exp(x)*y",
    (("x", Fraction(-1), Fraction(1)), ("y", Fraction(0), Fraction(3))),
)  # fmt: skip


def design_of(problem: Problem, options: Options = SMALL) -> tuple[Graph, CompiledDesign]:
    graph = read(problem)
    return graph, compiled(problem, graph, options)


def test_all_inputs_are_tried_where_these_are_few() -> None:
    graph, design = design_of(ONE)
    (row,) = rows_of("one", graph, design, 10, 1)
    (port,) = design.datapath.inputs
    assert row.whole and row.points == port.maximum - port.minimum + 1
    (other,) = assert_bounds_hold(graph, design)
    assert row.measured == pytest.approx(other.worst) and row.bound == other.bound
    assert row.ratio is not None and 1 <= row.ratio < 2


def test_others_are_sampled_and_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    graph, design = design_of(TWO)
    everything = rows_of("two", graph, design, 10, 1)[0]
    monkeypatch.setattr(bounds, "ALL_AT_MOST", 100)
    (row,) = rows_of("two", graph, design, 500, 1)
    assert not row.whole and row.points > 500
    assert 0.7 * everything.measured <= row.measured <= everything.measured
    monkeypatch.setattr(bounds, "NEGLIGIBLE", 0.0)  # doubles are never exact enough
    (row,) = rows_of("two", graph, design, 500, 1)
    assert not row.whole and row.points == 500 and not row.violations


def test_points_lie_in_the_ranges_of_the_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    _, design = design_of(TWO)
    monkeypatch.setattr(bounds, "ALL_AT_MOST", 100)
    for columns in blocks_of(design.datapath, 1000, 3):
        for port in design.datapath.inputs:
            column = columns[port.name]
            assert column.min() == port.minimum and column.max() == port.maximum
            assert len(np.unique(column)) > 100


def test_a_broken_bound_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    graph, design = design_of(ONE)
    ports = tuple(replace(port, error_bound=1e-9) for port in design.datapath.outputs)
    wrong = replace(design.datapath, outputs=ports)
    monkeypatch.setattr(CompiledDesign, "datapath", property(lambda _: wrong))
    rows = rows_of("one", graph, design, 10, 1)
    assert rows[0].violations > 0
    assert any(line.startswith("BROKEN: one y") for line in summary(rows, [], 1))


def test_refusals_are_told() -> None:
    pole = Problem("pole", "native", "y = 1/x", (("x", Fraction(-1), Fraction(1)),))
    rows, refusal = measured(pole, SMALL)
    assert not rows and refusal is not None and refusal.id == "domain"
    told = summary([], [refusal], 3)
    assert told[:2] == ["2 of 3 records compile", "- domain: 1"]


def test_ratios_are_summed_up() -> None:
    rows = [Row(f"r{k}", "y", float(k), 1.0, 10, k < 4, 0, 0) for k in range(1, 11)]
    rows.append(Row("exact", "y", 0.0, 0.0, 10, True, 0, 0))
    told = summary(rows, [Refusal("a", "domain", "no")], 12)
    assert "| all | 11 | 1 | 5.5 | 10 |" in told
    assert "| all inputs tried | 4 | 1 | 2 | 3 |" in told
    assert quantile([], 0.95) is None and quantile([3.0, 1.0], 0.5) == 1.0
