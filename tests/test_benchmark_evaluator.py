"""The benchmark of the evaluator: what is counted, ranked and told."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import symhdl
from benchmarks.evaluator import operators_of, ranks, spearman, within
from benchmarks.function_shares import fitted, own_devices
from symhdl.targets.target import load_target


def test_operators_are_those_of_two_operands_with_every_use() -> None:
    assert operators_of(symhdl.parse("x + y + z")) == 2
    assert operators_of(symhdl.parse("u = sin(x)\ny = u*u + 1")) == 4


def test_equal_numbers_have_the_rank_in_their_middle() -> None:
    assert ranks(np.array([3.0, 1.0, 3.0, 7.0])).tolist() == [2.5, 1.0, 2.5, 4.0]


def test_a_correlation_of_ranks_is_one_for_any_rising_function() -> None:
    values = np.array([1.0, 2.0, 5.0, 9.0])
    assert spearman(values, values**3) == pytest.approx(1)
    assert spearman(values, -values) == pytest.approx(-1)
    assert spearman(values, np.ones(4)) is None


def test_within_one_number_of_operators_the_others_do_not_count() -> None:
    truth = np.array([1.0, 2, 3, 4, 10, 20, 30, 40])
    model = np.array([40.0, 50, 60, 70, 1, 2, 3, 4])
    counts = np.array([5.0] * 4 + [6.0] * 4)
    assert within(truth, model, counts) == pytest.approx(1)
    assert (spearman(truth, model) or 0) < 0


def test_devices_with_figures_of_their_own_have_shares_of_functions() -> None:
    for name in own_devices():
        assert load_target(name).function_shares.functions > 200, name


@pytest.mark.slow
@pytest.mark.parametrize("device", ["ecp5-25k", "xcvu9p"])
def test_shares_of_functions_are_near_those_that_are_fitted(device: str) -> None:
    stored = dataclasses.asdict(load_target(device).function_shares)
    found = dataclasses.asdict(fitted(device)[0])
    assert found.pop("functions") == stored.pop("functions")
    for name, value in found.items():
        assert stored[name] == pytest.approx(value, rel=0.1), name
