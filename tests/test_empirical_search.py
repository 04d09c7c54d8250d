"""The search for a goal on data: the least proposal that reaches it, checked bit by bit, judged on other rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import count

import numpy as np
import pytest

import symhdl
from symhdl.budget import UNLIMITED, Budget
from symhdl.choices import Minimise
from symhdl.data.opening import tables_of
from symhdl.design import Design
from symhdl.empirical.asked import Asked, problem_of
from symhdl.empirical.goal import Goal
from symhdl.empirical.looser_errors import looser_errors
from symhdl.empirical.proposal import Family, Problem, Proposal
from symhdl.empirical.reading import Columns
from symhdl.empirical.samples import Floats, Samples
from symhdl.empirical.search import own_measure, search, tells_classes
from symhdl.empirical.simulated import outputs_at
from symhdl.errors import Diagnostic, GoalError, SymhdlError
from symhdl.request import Request
from symhdl.targets.target import load_target
from symhdl.variants import Variants
from tests.errors_of_design import read
from tests.rows import each_row

TEXT = "a = x*y\nb = x - y"


def problem(
    goal: Goal, text: str = TEXT, budget: Budget = UNLIMITED, count: int = 400, **asked: object
) -> Problem:
    chance = np.random.default_rng(7)
    data = {"x": chance.uniform(-1, 1, count), "y": chance.uniform(-1, 1, count)}
    graph = read(text).graph
    variants = Variants(graph, budget=budget)
    request = Request(opt=0, range=(Fraction(-1), Fraction(1)), top="least", source=text)
    tables = tables_of(data)
    found, _ = problem_of(
        variants,
        request,
        load_target("ecp5-25k"),
        Asked(goal, tables, (), Columns(), **asked),  # type: ignore[arg-type]
    )
    return found


def proposals(problem: Problem, *errors: str) -> list[Proposal]:
    """The pipeline's designs of some errors."""
    made = []
    for error in errors:
        request = replace(problem.request, width=8, error=Fraction(error))
        design = problem.variants.operators(request, problem.target)
        assert design.operators is not None
        chosen = outputs_at(design.operators, problem.folds.choosing.inputs)

        def build(request: Request = request) -> object:
            return problem.variants.design(request, problem.target)

        made.append(Proposal(1 / float(Fraction(error)), chosen, build, f"error {error}"))  # type: ignore[arg-type]
    return made


def family(*made: Proposal, then: type[BaseException] | None = None) -> Family:
    def propose(_: Problem) -> Iterator[Proposal]:
        yield from made
        if then is not None:
            raise then

    return propose


def test_the_least_proposal_that_reaches_the_goal_is_taken() -> None:
    asked = problem(Goal("max", 0.06))
    loose, fit, tight = proposals(asked, "1/4", "1/32", "1/256")
    told: list[str] = []
    found = search(asked, {"one": family(tight), "other": family(loose, fit)}, told.append)
    assert found.judgement.made == "other: error 1/32"
    assert found.design.request == asked.request
    assert found.design.request.goal is not None
    assert (
        found.judgement.chosen
        <= 0.06
        < asked.goal.measure.score(loose.chosen, asked.folds.choosing)
    )
    assert found.judgement.rows == {"tuning": 200, "choosing": 80, "judging": 120}
    assert any("other: 2 designs" in text for text in told)


@pytest.mark.parametrize(("minimise", "error"), [("auto", "1/32"), ("latency", "1/4096")])
def test_of_designs_that_are_built_the_one_is_taken_that_takes_least_of_what_is_to_be_least(
    minimise: Minimise, error: str
) -> None:
    asked = problem(Goal("max", 0.06))
    asked = replace(asked, request=replace(asked.request, opt=1, minimise=minimise, dsp="none"))
    made = []
    for each, clock in (("1/32", 400.0), ("1/4096", 20.0)):
        request = replace(asked.request, frequency_mhz=clock)
        made += proposals(replace(asked, request=request), each)
    assert search(asked, {"one": family(*made)}).judgement.made == f"one: error {error}"


def test_a_proposal_that_is_built_as_something_else_is_passed_over() -> None:
    asked = problem(Goal("max", 0.06))
    fit, tight = proposals(asked, "1/32", "1/256")
    liar = replace(fit, worth=0.1, chosen=tight.chosen)
    found = search(asked, {"one": family(liar, fit)})
    assert found.judgement.made == "one: error 1/32"
    with pytest.raises(GoalError):
        search(asked, {"one": family(liar)})


def test_a_goal_that_nothing_reaches_is_told_with_the_best() -> None:
    asked = problem(Goal("max", 1e-9))
    loose, fit = proposals(asked, "1/4", "1/32")
    with pytest.raises(
        GoalError, match=r"(?s)no design reaches max <= 1e-09.*the best that was found.*0\.0"
    ):
        search(asked, {"one": family(loose, fit)})


def test_the_reason_why_nothing_can_be_built_is_told() -> None:
    asked = problem(Goal("max", 0.06))
    (fit,) = proposals(asked, "1/32")

    def too_slow() -> Design:
        raise GoalError(Diagnostic("latency-impossible", "it takes 2 cycles"))

    slow = replace(fit, build=too_slow, worth=0.1)
    with pytest.raises(GoalError, match="it takes 2 cycles"):
        search(asked, {"one": family(slow)})
    assert search(asked, {"one": family(slow, fit)}).judgement.chosen <= 0.06


def test_ctrl_c_while_designs_are_built_keeps_what_is_built() -> None:
    asked = problem(Goal("max", 0.06))
    asked = replace(asked, request=replace(asked.request, opt=1))
    fit, tight = proposals(asked, "1/32", "1/256")

    def interrupted() -> Design:
        raise KeyboardInterrupt

    found = search(asked, {"one": family(fit, replace(tight, build=interrupted))})
    assert found.judgement.made == "one: error 1/32" and found.design.cut
    with pytest.raises(KeyboardInterrupt):
        search(asked, {"one": family(replace(fit, build=interrupted), tight)})


def test_ctrl_c_keeps_the_best() -> None:
    asked = problem(Goal("max", 0.06))
    (fit,) = proposals(asked, "1/32")
    found = search(
        asked, {"one": family(fit, then=KeyboardInterrupt), "two": family(then=AssertionError)}
    )
    assert found.design.cut
    assert found.design.digest() is None
    assert [each.message for each in found.design.warnings] == [
        "the search was interrupted: the design is the best until then"
    ]
    with pytest.raises(KeyboardInterrupt):
        search(asked, {"one": family(then=KeyboardInterrupt)})


def test_a_limit_in_time_keeps_the_best() -> None:
    budget = Budget(1.0, lambda: 0.0)
    asked = problem(Goal("max", 0.06), budget=budget)
    (fit,) = proposals(asked, "1/32")

    def slow(_: Problem) -> Iterator[Proposal]:
        yield fit
        budget.clock = lambda: 2.0

    found = search(asked, {"one": slow, "two": family(then=AssertionError)})
    assert found.design.cut


def test_a_limit_in_time_holds_for_what_is_asked_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symhdl.empirical.search.FAMILIES", ())
    moments = count(0.0, 0.05)
    with pytest.raises(GoalError, match="the search was cut short after 1 s"):
        search(problem(Goal("max", 1e-9), budget=Budget(1.0, lambda: next(moments))))


def test_the_search_is_the_same_each_time() -> None:
    one, other = (search(problem(Goal("rms", 0.02)), {"errors": looser_errors}) for _ in range(2))
    assert one.design.datapath == other.design.datapath
    assert one.judgement == other.judgement


@each_row(
    "text, classes",
    [
        (TEXT, True),
        ("c = argmax(x, y, x*y)", True),
        ("c = x > y", True),
        ("c = if x > y then 1 else 0", True),
        ("y = x*x", False),
        ("y = floor(x)*0.5", False),
    ],
)
def test_what_tells_classes(text: str, classes: bool) -> None:
    assert tells_classes(read(text).graph) == classes


def test_agreement_of_one_output_that_is_no_class_is_refused() -> None:
    with pytest.raises(SymhdlError, match="compares classes, and the only output `z` is none"):
        problem(Goal("agreement", 0.9), "z = x*y")


def test_argmax_is_a_class() -> None:
    asked = problem(Goal("agreement", 0.95), "c = argmax(x*y, x - y, y)")
    found = search(asked, {"errors": looser_errors})
    assert set(found.judgement.noise[0.0]) >= {"agreement"}
    assert found.judgement.chosen >= 0.95


def test_goals_under_noise_are_chosen_under_noise() -> None:
    calm, rough = problem(Goal("rms", 0.03)), problem(Goal("rms", 0.03), robust=0.2)
    assert rough.folds.choosing.rows == 5 * calm.folds.choosing.rows
    found = search(rough, {"errors": looser_errors})
    assert list(found.judgement.noise) == [0.0, 0.1, 0.2, 0.3]
    assert found.judgement.robust == 0.2
    assert rough.request.goal is not None and calm.request.goal is not None
    assert rough.request.goal != calm.request.goal


def test_noise_that_breaks_an_assumption_in_all_rows_says_nothing() -> None:
    x = np.arange(200) / 256
    text = f"assume x + y == 1\n{TEXT}"
    found = symhdl.compile(text, data={"x": x, "y": 1 - x}, goal="max=0.1", opt=0)
    assert found.judgement is not None
    assert list(found.judgement.noise) == [0.0]
    assert found.judgement.reached.value <= 0.1


def test_a_goal_of_the_users_own_sees_labels_and_changes_nothing() -> None:
    chance = np.random.default_rng(4)
    x, y = chance.uniform(-1, 1, (2, 200))
    labels = np.where(x * y >= x - y, "a", "b")

    def right(computed: Floats, samples: Samples) -> float:
        assert samples.labels is not None
        return float(np.mean(computed.argmax(axis=1) == samples.labels))

    def meddling(computed: Floats, samples: Samples) -> float:
        computed[:] = samples.exact
        return 1.0

    data = {"x": x, "y": y, "c": labels}
    found = symhdl.compile(
        TEXT, data=data, goal=symhdl.Goal(right, at_least=0.8), labels="c", opt=0
    )
    assert found.judgement is not None
    assert found.judgement.chosen >= 0.8
    with pytest.raises(ValueError, match="read-only"):
        symhdl.compile(TEXT, data=data, goal=symhdl.Goal(meddling, at_least=0.8), opt=0)


def test_a_goal_of_the_users_own() -> None:
    def worst_of_first(computed: object, samples: object) -> float:
        return float(np.abs(computed[:, 0] - samples.exact[:, 0]).max())  # type: ignore[index,attr-defined]

    own = own_measure(worst_of_first, "worst_of_first", is_error=True)
    asked = problem(Goal("worst_of_first", 0.01, own))
    found = search(asked, {"errors": looser_errors})
    assert found.judgement.measure == "worst_of_first"
    assert found.judgement.chosen <= 0.01
    assert found.design.digest() is None  # nobody knows what the function does
    odd = own_measure(lambda _, __: "good", "odd", is_error=True)
    with pytest.raises(SymhdlError, match="gives an object of the type str"):
        search(problem(Goal("odd", 1.0, odd)), {"errors": looser_errors})
