"""Limits of searches: they end with the best that they have, the design says so, and nothing else changes."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from fractions import Fraction

import pytest
from click.testing import CliRunner

from benchmarks.speed_inputs import EVERYDAY
from symhdl.budget import Budget
from symhdl.cli import main
from symhdl.compiled import CompiledDesign
from symhdl.compiler import compile_graph
from symhdl.errors import GoalError
from symhdl.request import Request
from tests.errors_of_design import assert_bounds_hold, read

TEXT = "y = x*sin(3*x) + tanh(x)"
REQUEST = Request(source=TEXT, range=(Fraction(-2), Fraction(2)), error=Fraction(1, 2**14))


def made(budget: Budget | None = None) -> CompiledDesign:
    parsed = read(TEXT)
    if budget is None:
        return compile_graph(parsed, REQUEST)
    return compile_graph(parsed, REQUEST, budget=budget)


def over_at(asked: int) -> Budget:
    """A budget that is over when it is asked for that time."""
    seconds = itertools.chain([0.0] * asked, itertools.repeat(10.0))
    return Budget(5.0, lambda: next(seconds))


def test_without_a_limit_no_clock_is_read() -> None:
    def clock() -> float:
        raise AssertionError

    assert not made(Budget(None, clock)).design.cut


def test_a_limit_that_is_not_reached_changes_nothing() -> None:
    assert made(Budget(5.0, lambda: 0.0)).files() == made().files()


def test_a_search_that_ends_early_gives_a_design_that_is_marked() -> None:
    whole = made().files()
    design = next(
        found
        for asked in range(15, 60)
        if (found := attempt(asked)) is not None and found.design.cut
    )
    assert [warning.id for warning in design.warnings if warning.id == "cut"] == ["cut"]
    files = design.files()
    assert json.loads(files["top.json"])["cut"] is True
    assert "cut" not in json.loads(whole["top.json"])
    assert design.error_bound <= 2.0**-14
    assert_bounds_hold(read(TEXT).graph, design)
    assert made().files() == whole, "what was cut short must not be remembered"


def attempt(asked: int) -> CompiledDesign | None:
    try:
        return made(over_at(asked))
    except GoalError:
        return None


def test_no_design_yet_is_told() -> None:
    with pytest.raises(GoalError) as caught:
        made(over_at(3))
    (told,) = caught.value.diagnostics
    assert told.id == "time-limit"
    assert told.help is not None
    assert "--time-limit" in told.help


@pytest.mark.parametrize("steps", [1, 8])
def test_a_limit_of_steps_gives_the_same_design_whatever_was_compiled_before(steps: int) -> None:
    words = [
        "--range",
        "-2:2",
        "--error",
        "2^-14",
        "--step-limit",
        str(steps),
        "--target",
        "verilog",
        "-o",
        "-",
    ]
    command = [sys.executable, "-m", "symhdl", "compile", "--expr", TEXT, *words]
    alone = subprocess.run(command, capture_output=True, text=True, check=True)
    made()
    again = CliRunner().invoke(main, command[3:])
    assert again.stdout == alone.stdout
    assert f"cut short after {steps} step" in again.stderr
    assert "another run" not in again.stderr


def test_a_limit_of_steps_that_is_not_reached_changes_nothing() -> None:
    assert made(Budget(steps=10**6)).files() == made().files()


@pytest.mark.parametrize(("opt", "least", "most"), [(0, 1, 19), (1, 20, 200)])
def test_everyday_expressions_take_as_many_steps_as_users_are_told(
    opt: int, least: int, most: int
) -> None:
    for text in EVERYDAY[:6]:
        request = Request(
            source=text, range=(Fraction(-1), Fraction(1)), width=12, output_width=10, opt=opt
        )
        budget = Budget(steps=10**6)
        compile_graph(read(text), request, budget=budget)
        assert least <= budget.asked <= most


@pytest.mark.parametrize(("text", "status"), [("1e-9", 3), ("0", 2), ("soon", 2), ("nan", 2)])
def test_the_command_line(text: str, status: int) -> None:
    words = ["compile", "--expr", "sin(x)", "--range", "0:1", "--time-limit", text]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == status
    assert "time-limit" in result.stderr
