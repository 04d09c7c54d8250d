"""`symhdl functions EXPRESSION`: alternatives keep their bounds, and the choice is that of `compile`."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from click.testing import CliRunner, Result

import symhdl
from symhdl.alternatives import Alternative, alternatives_of
from symhdl.cli import main
from symhdl.ir.verify import assert_valid_datapath
from tests.rows import each_row

SHORT = ("--range", "-1:1", "--width", "7", "--output-width", "7", "--device", "ecp5-25k")


def invoke(*words: str) -> Result:
    return CliRunner(env={"NO_COLOR": "1"}).invoke(main, ["functions", *words])


def is_sound(found: Alternative) -> bool:
    """Whether it is a design that keeps its bound."""
    assert_valid_datapath(found.datapath)
    bound = found.port.error_bound
    return bound is not None and found.measured.violations == 0 and found.measured.worst <= bound


@each_row(
    ("text", "options"),
    [
        ("y = tanh(x)", {}),
        ("y = sin(pi*x) + exp(x)", {"opt": 2}),
        ("y = inv(x)", {"undefined": "ignore"}),
        ("y = x^2", {}),
        ("y = sqrt(abs(x))", {"dsp": "none", "frequency": 0}),
    ],
)
def test_every_alternative_keeps_its_bound(text: str, options: dict[str, object]) -> None:
    design = symhdl.compile(text, ranges=(-1, 1), width=7, output_width=7, **options)  # type: ignore[arg-type]
    told: list[str] = []
    every, estimates = alternatives_of(design, told.append)
    assert all(map(is_sound, every))
    assert not design.design.approximations or any(" of " in line for line in told)
    functions = {each.function for each in every}
    assert sum(each.is_chosen for each in every) == len(functions)
    for name in functions - {""}:
        own = [each for each in every if each.function == name]
        assert own[0].is_chosen and own[0].datapath == design.datapath
        assert len({(each.method, each.made_of) for each in own}) == len(own) > 1
        assert {each.method for each in estimates if each.function == name}


def test_the_choice_is_marked_and_its_figures_are_those_of_the_design() -> None:
    design = symhdl.compile(
        "y = exp(x)", ranges=(-1, 1), width=7, output_width=7, device="ecp5-25k"
    )
    document = json.loads(invoke("exp", *SHORT, "--json").stdout)
    (chosen,) = [each for each in document["candidates"] if each["chosen"]]
    assert chosen["luts"] == design.estimate.luts
    assert chosen["latency_cycles"] == design.latency
    unit = float(design.datapath.outputs[0].format.ulp)
    assert chosen["proved_ulp"] == design.error_bound / unit >= chosen["measured_ulp"] > 0
    shown = invoke("exp", *SHORT).stdout.splitlines()
    (marked,) = [line for line in shown if line.startswith("*")]
    assert chosen["method"] in marked and f"{chosen['luts']}" in marked.split()
    assert {each["method"] for each in document["estimates"]} >= {"table", "polynomials"}


@each_row(
    ("words", "told"),
    [
        (("sigmoyd",), "did you mean `sigmoid`?"),
        (("atan2",), "not a function of one variable"),
        (("x*y", *SHORT), "2 variables"),
        (("a = x\nb = -x", *SHORT), "2 outputs"),
        (("--width", "8"), "no expression"),
        (("--plot", "error.svg"), "no expression"),
    ],
)
def test_what_is_no_function_of_one_variable_is_told(words: tuple[str, ...], told: str) -> None:
    result = invoke(*words)
    assert result.exit_code == 2
    assert told in result.stderr
    assert not result.stdout


def test_the_picture_shows_the_errors_within_the_bound(tmp_path: Path) -> None:
    place = tmp_path / "error.svg"
    assert invoke("sin(pi/4*x)", *SHORT, "--plot", str(place)).exit_code == 0
    picture = ElementTree.fromstring(place.read_text(encoding="utf-8"))  # noqa: S314 - our own
    (path,) = [each for each in picture if each.tag.endswith("path")]
    heights = [float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", path.attrib["d"])]
    bounds = [float(e.attrib["y1"]) for e in picture if "stroke-dasharray" in e.attrib]
    assert len(bounds) == 2 and len(set(heights)) > 10
    assert min(bounds) <= min(heights) < max(heights) <= max(bounds)
