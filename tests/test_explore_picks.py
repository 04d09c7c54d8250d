"""The best combinations of candidates, against the plainest search for them."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from symhdl.explore import picks
from symhdl.explore.picks import Pool, best_picks, keys_of


def made(sizes: list[int], rows: int, seed: int) -> tuple[list[Pool], np.ndarray]:
    chance = np.random.default_rng(seed)
    pools = [
        Pool(
            chance.integers(-4, 5, (size, rows)),
            np.stack([chance.integers(1, 30, size), chance.integers(0, 4, size)], axis=1).astype(
                np.float64
            ),
            chance.integers(0, 8, size) / 8,
        )
        for size in sizes
    ]
    return pools, chance.integers(0, len(sizes), rows)


def plain(
    pools: list[Pool], right: np.ndarray, weights: np.ndarray, limits: list[float]
) -> list[tuple[float, float, float, tuple[int, ...]]]:
    """All combinations one by one, the best first."""
    found = []
    for places in product(*(range(len(pool.values)) for pool in pools)):
        costs = sum(pool.costs[k] for pool, k in zip(pools, places, strict=True))
        if (costs > limits).any():
            continue
        told = np.argmax([p.values[k] for p, k in zip(pools, places, strict=True)], axis=0)
        score = (weights * (told == right)).sum() / weights.sum()
        loss = sum(pool.losses[k] for pool, k in zip(pools, places, strict=True))
        found.append((-round(float(score), 9), float(costs[0]), float(loss), places))
    return sorted(found)


@pytest.mark.parametrize("sizes", [[3, 4], [2, 3, 4], [3, 1, 2, 3, 4]])
def test_the_best_are_those_of_all_combinations(sizes: list[int]) -> None:
    for seed in range(4):
        pools, right = made(sizes, 50, seed)
        limits = [17.0 * len(sizes), 2.0 * len(sizes)]
        expected = plain(pools, right, np.ones(50), limits)
        found = best_picks(pools, right, np.ones(50), limits, 20)
        assert [pick.candidates for pick in found] == [each[3] for each in expected[:20]]
        assert [-pick.score for pick in found] == pytest.approx([e[0] for e in expected[:20]])
        assert [pick.costs[0] for pick in found] == [each[1] for each in expected[:20]]


def test_rows_count_by_their_weights() -> None:
    pools, right = made([4, 4, 4], 40, 5)
    weights = np.random.default_rng(6).integers(1, 5, 40) / 4
    weights[0] = 1.0
    expected = plain(pools, right, weights, [99.0, 99.0])
    (best,) = best_picks(pools, right, weights, [99.0, 99.0], 1)
    assert best.candidates == expected[0][3]


def test_equal_values_go_to_the_first_class() -> None:
    values = [np.array([[5, 1]]), np.array([[5, 7]])]
    greatest = np.maximum(*(keys[0] for keys in keys_of(values, np.array([0, 0]))))
    assert (greatest & 1).tolist() == [1, 0]


def test_integers_of_any_size_are_compared() -> None:
    large = 1 << 90
    values = [np.array([[large, 0]], dtype=object), np.array([[large + 1, -large]], dtype=object)]
    greatest = np.maximum(*(keys[0] for keys in keys_of(values, np.array([1, 0]))))
    assert (greatest & 1).tolist() == [1, 1]


def test_nothing_is_found_where_nothing_fits() -> None:
    pools, right = made([3, 3], 10, 1)
    assert best_picks(pools, right, np.ones(10), [1.0, 9.0], 5) == []


def test_few_rows_choose_what_all_rows_rank(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is too much to look at, and the best of few rows are the best of all here."""
    pools, right = made([3, 3, 3], 400, 2)
    whole = best_picks(pools, right, np.ones(400), [99.0, 99.0], 3)
    monkeypatch.setattr(picks, "WORK", 100)
    found = best_picks(pools, right, np.ones(400), [99.0, 99.0], 3)
    assert found == whole


def test_candidates_are_left_out_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picks, "MOST_COMBINATIONS", 30)
    pools, right = made([5, 6, 4], 50, 3)
    found = best_picks(pools, right, np.ones(50), [99.0, 99.0], 1000)
    assert len(found) == 27
    least = [int(np.lexsort((pool.losses, pool.costs[:, 0]))[0]) for pool in pools]
    assert tuple(least) in {pick.candidates for pick in found}
