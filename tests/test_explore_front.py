"""Which rows are on a front: ties, unknown values, several axes, and how the time grows."""

from __future__ import annotations

import numpy as np
import pytest

from symhdl.explore.front import front_of, on_front
from symhdl.explore.row import Row, Status

INFINITE = np.inf


def dominated(costs: np.ndarray) -> np.ndarray:
    """The definition."""
    return np.array(
        [
            any((other <= point).all() and (other < point).any() for other in costs)
            for point in costs
        ]
    )


@pytest.mark.parametrize("axes", [1, 2, 3, 4])
def test_a_front_is_what_nothing_dominates(axes: int) -> None:
    chance = np.random.default_rng(axes)
    for size in (1, 2, 7, 60):
        for _ in range(20):
            costs = chance.integers(0, 6, (size, axes)).astype(np.float64)
            costs[chance.random(costs.shape) < 0.1] = INFINITE
            known = np.isfinite(costs).any(axis=1)
            assert (front_of(costs) == (~dominated(costs) & known)).all()


def test_equal_points_are_on_the_front_together() -> None:
    costs = np.array([[1.0, 2.0], [1.0, 2.0], [2.0, 1.0], [2.0, 2.0], [1.0, 3.0]])
    assert front_of(costs).tolist() == [True, True, True, False, False]


def test_nothing_is_on_the_front_of_nothing() -> None:
    assert front_of(np.empty((0, 2))).tolist() == []
    assert front_of(np.full((2, 2), INFINITE)).tolist() == [False, False]


def test_two_axes_take_the_time_of_sorting() -> None:
    """A front as long as there are points would take hours to compare with each of them."""
    first = np.arange(100_000, dtype=np.float64)
    assert front_of(np.stack([first, -first], axis=1)).all()


def row(name: str, loss: float | None, luts: int | None, **more: object) -> Row:
    options = tuple((k, str(v)) for k, v in more.items() if k == "device")
    figures = tuple((k, float(str(v))) for k, v in more.items() if k == "accuracy")
    status: Status = "failed" if more.get("failed") else "done"
    return Row("", name, 1, loss, status, "x", luts=luts, options=options, figures=figures)


def test_each_class_and_device_has_a_front_of_its_own() -> None:
    rows = [
        row("g", 0.5, 10), row("g", 0.4, 10), row("q", 0.9, 99), row("q", None, 5), row("q", None, 6),
        row("g", 0.9, 80, device="a"), row("g", 0.1, 1, device="b"), row("g", 0.0, 0, failed=True),
    ]  # fmt: skip
    flags = on_front(rows, ("loss", "luts"))
    assert flags == [False, True, True, True, False, True, True, False]


def test_numbers_of_any_length_have_an_order() -> None:
    rows = [row("g", 0.5, 10**400), row("g", 0.4, 10**400), row("g", 0.6, 5)]
    assert on_front(rows, ("loss", "luts")) == [False, True, True]


def test_more_accuracy_is_better() -> None:
    rows = [
        row("g", 1, 9, accuracy=0.5),
        row("g", 1, 9, accuracy=0.7),
        row("g", 1, 5, accuracy=0.6),
    ]
    assert on_front(rows, ("accuracy", "luts")) == [False, True, True]
    assert on_front(rows, ("auc",)) == [False, False, False]
