"""`symhdl costs`: what operators take, as settings that the tools accept."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest
from click.testing import CliRunner

import symhdl
from symhdl.options import choose
from symhdl.search.settings import TOOLS, operator_costs
from symhdl.subcommands.searches import costs_command


def printed(*arguments: str) -> str:
    """What the command prints."""
    done = CliRunner().invoke(costs_command, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


FEW = ("--width", "8", "--device", "ecp5-25k", "--dsp", "none")


def test_settings_of_pysr_are_arguments_of_its_regressor() -> None:
    text = printed("--for", "pysr", *FEW, "--operators", "+ * / ^ exp")
    call = ast.parse(f"PySRRegressor(\n{text}\n)", mode="eval").body
    assert isinstance(call, ast.Call)
    given = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
    costs = given["complexity_of_operators"]
    assert list(costs) == ["*", "+", "/", "^", "exp"]
    assert costs["+"] == 1
    assert costs["+"] < costs["*"] <= costs["/"]
    assert given["complexity_of_constants"] == 1
    assert given["constraints"]["^"] == (-1, 1)
    cheap = printed("--for", "pysr", *FEW, "--operators", "+ neg")
    assert "constraints" not in cheap, "there is nothing to hold back"
    assert cheap.startswith(
        "# in sums, by the LUTs that they take: 8 bits on ecp5-25k at 200 MHz\n"
    )


def test_costs_in_cycles_are_those_of_the_pipeline() -> None:
    found = json.loads(
        printed("--for", "deap", *FEW, "--operators", "add,mul,inv", "--in", "cycles", "--json")
    )
    assert [each["name"] for each in found] == ["add", "inv", "mul"]
    assert all(each["cost"] == max(1, each["cycles"]) for each in found)
    assert [each["operands"] for each in found] == [2, 1, 2]


@pytest.mark.parametrize("tool", ["gplearn", "deap", "operon"])
def test_settings_of_other_tools_are_python(tool: str) -> None:
    text = printed("--for", tool, *FEW, "--operators", "add,mul")
    names: dict[str, object] = {}
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            names[statement.targets[0].id] = ast.literal_eval(statement.value)
    assert names["costs"] == {"add": 1, "mul": names["costs"]["mul"]}  # type: ignore[index]


def test_an_area_is_what_the_compiled_design_is_worth() -> None:
    options: dict[str, Any] = {"device": "xcvu9p", "width": 16}
    words = [each for pair in options.items() for each in (f"--{pair[0]}", str(pair[1]))]
    (found,) = json.loads(printed("--for", "deap", *words, "--operators", "mul", "--json"))
    design = symhdl.compile("a*b", output_width=16, ranges=dict.fromkeys("ab", (-2, 2)), **options)
    taken, worth = design.estimate, design.design.target.worth
    assert taken.dsps == 1
    assert found["area"] == pytest.approx(taken.luts + worth.dsp, abs=0.05)


def test_every_operator_of_a_tool_is_one_that_its_dialect_reads() -> None:
    for tool in TOOLS.values():
        for name, text in tool.operators.items():
            assert tool.reads(text), f"{tool.dialect.name}: {name}"
    assert {"add", "div", "sig"} < TOOLS["gplearn"].operators.keys()
    assert {"+", "^", "exp", "square", "tanh", "erf"} < TOOLS["pysr"].operators.keys()


def test_an_operator_that_a_tool_does_not_have_is_told() -> None:
    done = CliRunner().invoke(costs_command, ["--for", "gplearn", "--operators", "tanhh"])
    assert done.exception is not None
    assert "no operator `tanhh`" in str(done.exception)


def test_options_that_make_no_sense_are_told() -> None:
    words = ["--for", "pysr", "--operators", "+", "--device", "none-such"]
    done = CliRunner().invoke(costs_command, words)
    assert done.exception is not None and "none-such" in str(done.exception)


def test_operators_that_jump_are_priced_by_the_model() -> None:
    """No error of `floor(a/b)` can be proved; its division is still dear."""
    found = json.loads(
        printed("--for", "deap", *FEW, "--operators", "floor_divide add div", "--json")
    )
    areas = {each["name"]: each["area"] for each in found}
    assert areas["floor_divide"] > 3 * areas["add"]


@pytest.mark.parametrize("tool", sorted(TOOLS))
@pytest.mark.slow
def test_every_operator_of_a_tool_has_a_cost(tool: str) -> None:
    found = json.loads(printed("--for", tool, "--width", "12", "--json"))
    assert {each["name"] for each in found} == TOOLS[tool].operators.keys()
    assert all(each["cost"] >= 1 for each in found)


def test_operands_in_degrees_are_whole_turns() -> None:
    found = json.loads(printed("--for", "pysr", *FEW, "--operators", "+ cos cosd", "--json"))
    areas = {each["name"]: each["area"] for each in found}
    assert areas["cosd"] > areas["cos"] / 2, "the cosine of two degrees is 1"


def test_every_operator_has_a_range_in_which_it_has_values() -> None:
    chosen = choose({"width": 6, "dsp": "none", "opt": 0, "frequency": 0})
    found = operator_costs(TOOLS["pysr"], chosen, ["asech", "logit", "acosh", "acoth", "log"])
    assert [each.name for each in found] == ["acosh", "acoth", "asech", "log", "logit"]
