"""What rows say of a design: measures against plain definitions, intervals that hold, warnings, and the document."""

from __future__ import annotations

import math

import numpy as np
import pytest

from symhdl.empirical.goal import MEASURES
from symhdl.empirical.judge import figure_of, warnings_of, warnings_of_rows, wilson
from symhdl.empirical.samples import Floats, Folds, Integers, Samples
from symhdl.judgement import Figure, Judgement, ProvedDecisions, judgement_of
from symhdl.manifest_reading import KEYS
from symhdl.report.judged import noise_table, sentences
from tests.documents import told
from tests.rows import each_row


def samples(
    exact: Floats, labels: list[int] | None = None, weights: Floats | None = None
) -> Samples:
    rows = len(exact)
    classes = None if labels is None else np.array(labels)
    return Samples({}, exact, classes, np.ones(rows) if weights is None else weights)


def test_measures_are_what_they_say() -> None:
    exact = np.array([[0.0, 1.0], [2.0, 1.0], [0.0, 0.0], [5.0, 6.0]])
    computed = np.array([[0.5, 1.0], [2.0, 3.0], [0.0, 0.0], [5.0, 6.0]])
    rows = samples(exact, [1, 1, 0, 0], np.array([1.0, 2.0, 1.0, 4.0]))
    assert MEASURES["rms"].score(computed, rows) == math.sqrt(2 * 4 / 8)
    assert MEASURES["max"].score(computed, rows) == 2
    assert MEASURES["agreement"].score(computed, rows) == 6 / 8  # of equals the first
    assert MEASURES["accuracy"].score(computed, rows) == 4 / 8


def test_auc_counts_pairs() -> None:
    chance = np.random.default_rng(3)
    scores = np.round(chance.normal(size=(60, 1)), 1)
    labels, weights = chance.integers(0, 2, 60), chance.uniform(0.1, 1, 60)
    pairs = won = 0.0
    for i in np.flatnonzero(labels == 1):
        for j in np.flatnonzero(labels == 0):
            pair = weights[i] * weights[j]
            pairs += pair
            won += pair * (
                1.0 if scores[i, 0] > scores[j, 0] else 0.5 * (scores[i, 0] == scores[j, 0])
            )
    rows = samples(scores, labels.tolist(), weights)
    assert math.isclose(MEASURES["auc"].score(scores, rows), won / pairs)
    both = np.concatenate([-scores, scores], axis=1)
    assert math.isclose(MEASURES["auc"].score(both, rows), won / pairs)


@each_row("share, rows", [(0.0, 20), (0.5, 20), (0.96, 150), (1.0, 30)])
def test_wilson_holds_the_shares_that_fit(share: float, rows: int) -> None:
    """The ends solve |share - p| = z sqrt(p (1 - p) / n), but for those that are at the ends of all shares."""
    low, high = wilson(share, rows)
    assert 0 <= low <= share <= high <= 1
    for end in (low, high):
        if 0 < end < 1:
            assert math.isclose(
                abs(share - end), 1.959964 * math.sqrt(end * (1 - end) / rows), rel_tol=1e-9
            )


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    chance = np.random.default_rng(5)
    held = 0
    for _ in range(200):
        errors = chance.normal(size=(150, 1))
        figure = figure_of(MEASURES["rms"], errors, samples(np.zeros((150, 1))))
        held += figure.low <= 1.0 <= figure.high
    assert held >= 180


def test_rows_that_count_very_little_have_an_interval_all_the_same() -> None:
    exact = np.array([[0.0, 1.0]] * 30)
    found = figure_of(MEASURES["agreement"], exact, samples(exact, weights=np.full(30, 1e-300)))
    assert (found.low, found.high) == wilson(1.0, 30)


def test_labels_that_the_expressions_do_not_tell_are_told() -> None:
    chance = np.random.default_rng(6)
    exact = chance.normal(size=(200, 3))
    told = exact.argmax(axis=1)
    for labels, ids in (
        (told, []),
        (chance.permutation(told), ["unrelated-labels"]),
        (None, []),
    ):
        rows = rows_with(exact[:, :1], exact, labels)
        other = rows_with(exact[:, :1] + 1, exact, labels)
        found = warnings_of_rows(Folds(other, other, other, rows), classes=True)
        assert [each.id for each in found] == ids
        assert [*warnings_of_rows(Folds(other, other, other, rows), classes=False)] == []


def test_rows_that_come_again_are_told() -> None:
    x = np.arange(100.0)[:, None]
    seen, new = rows_with(x, x, None), rows_with(x + 1000, x, None)
    for folds in (Folds(seen, new, new, seen, 100), Folds(new, new, seen, seen, 100)):
        (told,) = warnings_of_rows(folds, classes=False)
        assert told.id == "repeated-rows" and "100.0 %" in told.message
    assert [*warnings_of_rows(Folds(seen, seen, seen, new, 100), classes=False)] == []
    for count, ids in ((1, []), (2, ["repeated-rows"])):
        some = rows_with(np.where(x < count, -0.0, x + 2000), x, None)
        found = [*warnings_of_rows(Folds(new, new, seen, some, 100), classes=False)]
        assert [each.id for each in found] == ids


def rows_with(x: Floats, exact: Floats, labels: Integers | None) -> Samples:
    return Samples({"x": x[:, 0]}, exact, labels, np.ones(len(x)))


def judgement(**changes: object) -> Judgement:
    noise = {
        0.0: {"agreement": Figure(0.96, 0.95, 0.97), "accuracy": Figure(0.7, 0.6, 0.8)},
        0.1: {"agreement": Figure(0.955, 0.945, 0.965), "accuracy": Figure(0.7, 0.6, 0.8)},
    }
    fields: dict[str, object] = {
        "measure": "agreement", "asked": 0.95, "is_error": False, "robust": 0.0, "chosen": 0.96,
        "rows": {"tuning": 10, "choosing": 5, "judging": 8}, "noise": noise, "outside": {0.0: 0.01, 0.1: 0.125},
        "expressions": 0.72, "made": "grid: 6 bits",
    }  # fmt: skip
    return Judgement(**{**fields, **changes})  # type: ignore[arg-type]


def test_a_judgement_comes_back_from_its_document() -> None:
    for found in (
        judgement(),
        judgement(expressions=None, proved=ProvedDecisions(0.1, 0.5), is_error=True),
    ):
        assert judgement_of(found.document()) == found
        fits, _ = KEYS["data_goal"]
        assert fits(found.document())


def test_the_manifest_s_page_tells_all_that_a_document_has() -> None:
    (row,) = (line for line in told().splitlines() if line.startswith("| `data_goal` |"))
    keys = judgement(proved=ProvedDecisions(0.1, 0.5)).document().keys()
    assert [key for key in keys if f"`{key}`" not in row] == []


@each_row(
    "changes",
    [
        {"asked": "much"}, {"asked": True}, {"rows": []}, {"rows": {"a": 1.5}}, {"noise": []}, {"noise": {}},
        {"noise": [{"sigma": 0.1, "outside": 0, "agreement": {"value": 1, "low": 1, "high": 1}}]},
        {"noise": [{"sigma": 0.0, "agreement": {"value": 1, "low": 1, "high": 1}}]},
        {"noise": [{"sigma": 0.0, "outside": 0}]}, {"noise": [{"sigma": 0.0, "outside": 0, "agreement": 1}]},
        {"noise": [{"sigma": 0.0, "outside": 0, "agreement": {"value": 1, "low": None, "high": 1}}]},
        {"measure": 3}, {"made": None}, {"is_error": 0}, {"expressions": "x"},
        {"proved_decisions": 3}, {"proved_decisions": {"lead": 1}},
    ],
)  # fmt: skip
def test_documents_that_are_none_are_refused(changes: dict[str, object]) -> None:
    assert judgement_of({**judgement().document(), **changes}) is None  # type: ignore[dict-item]
    assert judgement_of([]) is None


def test_a_design_that_is_worse_on_other_rows_says_so() -> None:
    assert warnings_of(judgement()) == ()
    assert [each.id for each in warnings_of(judgement(asked=0.98))] == ["goal-missed"]
    narrow = {**judgement().noise, 0.1: {"agreement": Figure(0.9, 0.88, 0.92)}}
    assert [each.id for each in warnings_of(judgement(noise=narrow))] == ["only-near-rows"]
    errors = {0.0: {"rms": Figure(1.0, 0.9, 1.1)}, 0.1: {"rms": Figure(2.0, 1.2, 2.1)}}
    worse = judgement(measure="rms", is_error=True, asked=0.5, noise=errors)
    assert [each.id for each in warnings_of(worse)] == ["goal-missed", "only-near-rows"]


def test_people_read_shares_in_percent() -> None:
    text = "\n".join(sentences(judgement()))
    assert "agreement >= 95.0 %; on the rows that chose 96.0 %" in text
    assert "10 tuning, 5 choosing, 8 judging" in text
    header, rows = noise_table(judgement())
    assert header == ("noise, sigma", "agreement", "accuracy", "beyond ranges")
    assert rows[1] == ("0.1", "95.5 % (94.5 % to 96.5 %)", "70.0 % (60.0 % to 80.0 %)", "12.5 %")


@each_row(
    "inside, told",
    [(0.317, "31.7 % of the rows are not so clear"), (1.0, "no row is so clear")],
)
def test_people_read_where_decisions_are_proved(inside: float, told: str) -> None:
    found = judgement(proved=ProvedDecisions(0.2745, inside), robust=0.1)
    text = "\n".join(sentences(found))
    where = "for inputs as the hardware holds them it decides as the real expressions do where"
    assert f"{where} the winner leads by more than 0.2745; {told}" in text
    assert "agreement >= 95.0 % under noise of 0.1 sigma;" in text


def test_noise_without_a_value_is_told() -> None:
    from symhdl.errors import SymhdlError

    rows = samples(np.zeros((5, 1)), [0] * 5)  # no pair to compare
    with pytest.raises(SymhdlError, match="no finite value"):
        figure_of(MEASURES["auc"], np.zeros((5, 1)), rows)
