"""Goals on rows of data as users give them: read alike by library and command line, and what makes no sense is told."""

from __future__ import annotations

from fractions import Fraction

import pytest

import symhdl
from symhdl.choices import ERRORS_ON_DATA, OF_LABELS, SHARES_ON_DATA
from symhdl.data_goals import Goal, goal_of
from symhdl.empirical.goal import MEASURES
from symhdl.errors import SymhdlError
from symhdl.options import choose
from tests.rows import each_row


def score(computed: object, samples: object) -> float:
    return 0.5 if computed is samples else 1.0


@each_row(
    "given, measure, value",
    [
        ("rms=1e-3", "rms", Fraction(1, 1000)),
        ("max = 2^-10", "max", Fraction(1, 1024)),
        ("agreement=97%", "agreement", Fraction(97, 100)),
        ("agreement=0.97", "agreement", Fraction(97, 100)),
        ({"accuracy": 0.75}, "accuracy", Fraction(3, 4)),
        (Goal("auc", at_least="0.9"), "auc", Fraction(9, 10)),
        (Goal("rms", at_most=1), "rms", Fraction(1)),
        (Goal(score, at_least=0.5), score, Fraction(1, 2)),
    ],
)
def test_a_goal_is_read(given: object, measure: object, value: Fraction) -> None:
    found = goal_of("goal", given)
    assert (found.measure, found.value) == (measure, value)
    assert (found.at_least is None) == (measure in ERRORS_ON_DATA)


@each_row(
    "given, message",
    [
        ("agreement", "NAME=VALUE"),
        ("agreement=97", "at most 1"),
        ("agreement=-1", "0 or more"),
        ("agreement=0", "above 0"),
        ("rms=0", "above 0"),
        ("rms=", "expected a constant"),
        ("rms=nan", "nan"),
        ("rms=1e300", "between"),
        ("max=1e-400", "between"),
        ("max=1e400", "between"),
        ("precision=1", "one of rms, max, agreement"),
        ({}, "0 entries"),
        ({"rms": 1, "max": 1}, "2 entries"),
        ({3: 1}, "one of rms"),
        (7, "a symhdl.Goal"),
        (Goal("rms"), "one of at_least and at_most"),
        (Goal("rms", 1, 1), "one of at_least and at_most"),
        (Goal("rms", at_least=1), "rms is a goal with at_most"),
        (Goal("auc", at_most=1), "auc is a goal with at_least"),
        (Goal(score, at_least="much"), "much"),
    ],
)
def test_what_is_no_goal_is_told(given: object, message: str) -> None:
    with pytest.raises(SymhdlError, match=message):
        choose({"goal": given, "data": [[1.0]], "labels": "c"})


@each_row(
    "given, message",
    [
        ({"goal": "rms=1"}, "rows of data, and there are none"),
        ({"goal": "accuracy=1", "data": "x.csv"}, "measured against labels"),
        ({"goal": "rms=1", "data": "x.csv", "error": 1}, "says otherwise"),
        ({"goal": "rms=1", "data": "x.csv", "uniform": "fixed<8,2>"}, "says otherwise"),
        ({"labels": "c", "data": "x.csv"}, "belongs to a goal"),
        ({"robust": "0.1"}, "belongs to a goal"),
        ({"judge": "x.csv"}, "belongs to a goal"),
        ({"dont_care": "data"}, "belongs to a goal"),
        ({"goal": "rms=1", "data": "x.csv", "dont_care": "all"}, '"none" or "data"'),
    ],
)
def test_what_does_not_go_together_is_told(given: dict[str, object], message: str) -> None:
    for flags in (False, True):
        with pytest.raises(SymhdlError, match=message):
            choose(given, flags=flags)


def test_the_names_of_measures_stand_once() -> None:
    assert [*MEASURES] == [*ERRORS_ON_DATA, *SHARES_ON_DATA]
    for name, measure in MEASURES.items():
        assert measure.is_error == (name in ERRORS_ON_DATA)
        assert measure.needs_labels == (name in OF_LABELS)
    assert symhdl.Goal is Goal
