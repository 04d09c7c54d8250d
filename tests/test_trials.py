"""Level 2: designs are made whole, the best is kept, and a search that is ended early has the best until then."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from symhdl import trials
from symhdl.budget import Budget
from symhdl.compiled import CompiledDesign
from symhdl.compiler import compile_graph
from symhdl.design import Design, Pass
from symhdl.estimated import Estimated
from symhdl.pipeline import Observer
from symhdl.recipe import Recipe
from symhdl.request import Request
from tests.errors_of_design import assert_bounds_hold, read
from tests.pseudo_terminal import SOON, on_terminal

DEVICE = "ecp5-25k"
TEXTS = (
    "y = x*sin(3*x) + tanh(x)",
    "y = a*b*c + 0.37*a*a - exp(-b)",
    "y = a*b + a*c\nz = sqrt(1 + a*a)*c",
)


def asked(text: str, **options: object) -> Request:
    request = Request(
        source=text, range=(Fraction(-1), Fraction(1)), width=9, output_width=9, opt=2, dsp="none"
    )
    return replace(request, **options)  # type: ignore[arg-type]


def made(request: Request, observer: Observer | None = None, **more: object) -> CompiledDesign:
    parsed = read(request.source)
    return compile_graph(parsed, request, DEVICE, observer, **more)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def few_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "MOST_WORK", 600)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("frequency_mhz", [0.0, 200.0])
def test_level_2_is_no_worse_than_level_1(text: str, frequency_mhz: float) -> None:
    first, found = (made(asked(text, opt=level, frequency_mhz=frequency_mhz)) for level in (1, 2))
    before, after = (Estimated(each.design, each.estimate) for each in (first, found))
    assert after.figures <= before.figures
    assert after.latency <= before.latency or after.area <= trials.MORE_CYCLES * before.area
    assert found.design.request.opt == 2
    assert not found.design.cut
    assert_bounds_hold(read(text).graph, found)


def test_what_is_tried_is_the_same_in_every_run_and_told() -> None:
    told: list[str] = []
    request = asked(TEXTS[1])
    found = made(request, progress=told.append)
    assert found.files() == made(request).files()
    assert any("designs tried, the best takes" in line for line in told)


def test_a_design_for_a_tighter_goal_has_the_goal_that_was_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only those of tighter goals are tried here, and any of them counts as better."""
    tried: list[int] = []

    def changes(_search: trials.Trials) -> list[Recipe]:
        return [Recipe(tighter=1)]

    def keep(search: trials.Trials, found: Estimated) -> bool:
        tried.append(1)
        search.best = found
        return True

    monkeypatch.setattr(trials.Trials, "_changes", changes)
    monkeypatch.setattr(trials.Trials, "_keep", keep)
    monkeypatch.setattr(trials.Trials, "_move", lambda _: False)
    error = Fraction(3, 2**10)
    found = made(asked(TEXTS[0], output_width=None, error=error))
    assert tried == [1, 1]
    (goal,) = found.design.goals
    assert goal.error == error
    assert found.error_bound <= 2.0**-8.5, "the place of the grid below"
    assert_bounds_hold(read(TEXTS[0]).graph, found)


class Interruption:
    """Interrupts a search at the n-th schedule, each of which is a design's, or after another pass."""

    def __init__(self, number: int, problem: BaseException, name: str = "schedule") -> None:
        self.left, self.problem, self.name = number, problem, name

    def __call__(self, step: Pass, _design: Design, _seconds: float) -> None:
        self.left -= step.name == self.name
        if self.left == 0:
            raise self.problem


@pytest.mark.parametrize("number", [2, 4])
def test_a_search_that_is_interrupted_has_the_best_until_then(number: int) -> None:
    found = made(asked(TEXTS[0]), Interruption(number, KeyboardInterrupt()))
    assert found.design.cut
    assert [each.id for each in found.warnings] == ["interrupted"]
    assert found.digest() is None
    assert_bounds_hold(read(TEXTS[0]).graph, found)


def test_an_interruption_of_the_search_without_assumptions_keeps_the_design_with_them() -> None:
    """What is assumed is looked at once for each level, and then again without it."""
    text = "assume a <= b\ny = max(b - a, 0)*a"
    found = made(asked(text), Interruption(3, KeyboardInterrupt(), "assume"))
    assert found.design.cut
    assert [each.id for each in found.warnings] == ["interrupted"]
    assert found.digest() is None


def test_before_there_is_a_design_an_interruption_is_the_end() -> None:
    with pytest.raises(KeyboardInterrupt):
        made(asked(TEXTS[0]), Interruption(1, KeyboardInterrupt()))


def test_a_limit_in_time_ends_the_search_with_the_best() -> None:
    seen: list[str] = []

    def observer(step: Pass, _design: Design, _seconds: float) -> None:
        seen.append(step.name)

    budget = Budget(1.0, lambda: 2.0 if seen.count("schedule") > 2 else 0.0)
    found = made(asked(TEXTS[0]), observer, budget=budget)
    assert found.design.cut
    assert seen.count("schedule") <= 4
    assert_bounds_hold(read(TEXTS[0]).graph, found)


@pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")
def test_a_key_ends_the_search_of_the_command_and_the_best_is_written(tmp_path: Path) -> None:
    """The program runs until it tells of a better design, and gets the signal of Ctrl-C then."""
    words = (
        "compile", "--expr", TEXTS[1], "--range", "*=-1:1", "--width", "10", "--opt", "2", "--dsp", "none",
        "--no-cache", "-o", str(tmp_path / "out"),
    )  # fmt: skip
    program = (
        f"{SOON}import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from symhdl import trials; trials.MOST_WORK = 10**9\n"
        "trials.FACTORS = tuple(0.5 + k / 1000 for k in range(1000))\n"
        f"from symhdl.cli import main; main({list(words)!r})"
    )
    with on_terminal(program) as running:
        running.read_until("designs tried")
        running.process.send_signal(signal.SIGINT)
        rest = running.read_all()
        status = running.process.wait(timeout=300)
    assert status == 0, rest
    assert "the search was interrupted" in rest
    assert json.loads((tmp_path / "out" / "top.json").read_text(encoding="utf-8"))["cut"] is True
