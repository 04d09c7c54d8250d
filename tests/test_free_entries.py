"""Entries that no row reaches: what rows see stays, and logic falls."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from symhdl.data.opening import tables_of
from symhdl.empirical import chain_search
from symhdl.empirical import chains as family
from symhdl.empirical.asked import Asked, problem_of
from symhdl.empirical.chains import chains
from symhdl.empirical.free_entries import FreeEntries, simple_contents, without_idle_reads
from symhdl.empirical.goal import Goal
from symhdl.empirical.networks import Network, Prices, Read, Source, Sum, Table, Term
from symhdl.empirical.proposal import Problem
from symhdl.empirical.reading import Columns
from symhdl.empirical.simulated import outputs_at
from symhdl.request import Request
from symhdl.targets.target import load_target
from symhdl.variants import Variants
from tests.engine_checks import compiled_of
from tests.errors_of_design import read

PRICES = Prices(6, 3)
SCORES = "a = sin(x + y*z)\nb = x*y - 0.2\nc = 0.5*sin(2*x - y) + 0.1*z"


def table(chance: np.random.Generator, bits: int, width: int) -> Table:
    contents = tuple(chance.integers(0, 1 << width, 1 << bits).tolist())
    return Table((Read(0, 0, bits),), contents, width)


@pytest.mark.parametrize("seed", range(20))
def test_entries_that_rows_reach_stay(seed: int) -> None:
    chance = np.random.default_rng(seed)
    made = table(chance, int(chance.integers(1, 10)), int(chance.integers(1, 5)))
    reached = chance.random(len(made.contents)) < chance.choice([0.0, 0.1, 0.5, 1.0])
    for contents in simple_contents(made, reached, int(chance.choice([4, 6]))):
        assert len(contents) == len(made.contents)
        assert max(contents) < 1 << made.bits
        assert np.array_equal(np.array(contents)[reached], np.array(made.contents)[reached])


def test_inputs_fall_away() -> None:
    """Where only the upper half of an index occurs, and every other entry, two of its bits say nothing."""
    made = table(np.random.default_rng(0), 8, 1)
    reached = (np.arange(256) >= 128) & (np.arange(256) % 2 == 0)
    before = PRICES.of_table(made)
    assert min(PRICES.of_contents(c, 1) for c in simple_contents(made, reached, 6)) == 1 < before


def test_functions_become_one() -> None:
    """Of two columns of one LUT each, which differ and are not complements but where no row is."""
    contents = tuple((k * k % 7 & 1) * 3 ^ (k >= 48) for k in range(64))
    made = Table((Read(0, 0, 6),), contents, 2)
    assert PRICES.of_table(made) == 2
    reached = np.arange(64) < 48
    assert min(PRICES.of_contents(c, 2) for c in simple_contents(made, reached, 6)) == 1


def test_codes_that_say_nothing_are_not_read() -> None:
    contents = tuple(x for x in (0, 3, 1, 2) for _ in range(8))
    made = Table((Read(0, 0, 2), Read(1, 0, 3)), contents, 2)
    assert without_idle_reads(made) == Table((Read(0, 0, 2),), (0, 3, 1, 2), 2)
    assert len(without_idle_reads(Table(made.reads, (1,) * 32, 2)).reads) == 1


@pytest.mark.parametrize("seed", range(5))
def test_networks_have_the_same_codes_at_rows(seed: int) -> None:
    chance = np.random.default_rng(seed)
    inner, outer = table(chance, 7, 3), table(chance, 8, 3)
    network = Network(
        (
            Source("x", 7),
            Source("y", 5),
            inner,
            outer._replace(reads=(Read(2, 0, 3), Read(1, 0, 5))),
            Sum((Term(Read(3, 0, 3), 1), Term(Read(1, 1, 4), 2)), 5),
        ),
        (3, 4),
    )
    rows = {name: chance.integers(0, 1 << bits, 30) for name, bits in (("x", 7), ("y", 5))}
    free = FreeEntries(PRICES)
    made = free.chosen(network, rows)
    assert np.array_equal(made.codes(rows), network.codes(rows))
    assert free.saved(network, made) > 5
    assert free.chosen(network, rows) == made


def problem(*, free_entries: bool) -> Problem:
    """Inputs that depend on each other, so that tables of several have entries that nothing reaches."""
    chance = np.random.default_rng(3)
    x = chance.normal(0, 0.8, 300)
    y, z = 0.8 * x + chance.normal(0, 0.1, 300), 0.3 - x * x / 2 + chance.normal(0, 0.1, 300)
    request = Request(top="few", source=SCORES, range=(Fraction(-4), Fraction(4)))
    asked = Asked(
        Goal("agreement", 0.98), tables_of({"x": x, "y": y, "z": z}), (), Columns(),
        free_entries=free_entries,
    )  # fmt: skip
    variants = Variants(read(SCORES).graph, verified=True)
    return problem_of(variants, request, load_target("xcvu9p"), asked)[0]


def test_designs_of_free_entries_are_less_and_the_same_at_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(family, "FRAMES", (2, 2, 2))
    monkeypatch.setattr(family, "ROUNDS", (1, 1, 1))
    monkeypatch.setattr(chain_search, "FIRST_MOVES", 20)
    monkeypatch.setattr(chain_search, "MOVES", 50)
    asked = problem(free_entries=True)
    plain = list(chains(problem(free_entries=False)))
    waiting = [(made.worth, made.chosen.tobytes()) for made in plain]
    pairs = []
    before = None
    for made in chains(asked):
        if waiting and (made.worth, made.chosen.tobytes()) == waiting[0]:
            del waiting[0]
            before = made
        else:
            assert before is not None
            pairs.append((before, made))
    assert not waiting, (
        "designs with entries as they are stand among those with the option, in order"
    )
    assert pairs
    saved = 0.0
    assert all(other.worth < one.worth for one, other in pairs)
    for one, other in sorted(pairs, key=lambda pair: pair[1].worth - pair[0].worth)[:2]:
        first, second = compiled_of(one.build()), compiled_of(other.build())
        for rows in (asked.folds.tuning, asked.folds.smoothed):
            expected = outputs_at(first.operators, rows.inputs)
            assert np.array_equal(outputs_at(second.operators, rows.inputs), expected)
        assert np.array_equal(
            outputs_at(second.datapath, asked.folds.choosing.inputs), other.chosen
        )
        saved += first.estimate.luts - second.estimate.luts
    assert saved > 0
