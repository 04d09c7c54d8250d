"""`--correctly-rounded`: at every input the nearest number of the format, or a refusal that says why."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symhdl
from symhdl.approximation.hardest import hardest
from symhdl.functions.elementary import FUNCTIONS
from symhdl.functions.operation import Operation
from symhdl.ir.datapath import Datapath
from symhdl.numeric.ball import ends, exact_ball, precision
from symhdl.request import Request
from symhdl.simulate import simulate
from tests.errors_of_design import assert_bounds_hold, compiled, diagnostic_ids, request_of
from tests.test_fusion import ROWS

EXACT = 300  # bits


def correctly(
    ranges: dict[str, tuple[str, str]], *, width: int = 8, output_width: int = 8, opt: int = 1
) -> Request:
    return replace(
        request_of(ranges, width=width, output_width=output_width, opt=opt), correctly_rounded=True
    )


def assert_nearest(text: str, datapath: Datapath, found: symhdl.CompiledDesign) -> None:
    """No value is farther than half a unit from what comes out; by the measured error of all inputs."""
    (output,) = datapath.outputs
    graph, design = found.design.written, found
    (measured,) = assert_bounds_hold(graph, design, count=1 << 16)
    assert measured.worst <= float(output.format.ulp / 2), text


@pytest.mark.parametrize("text", [*ROWS, "tanh(x)", "x^2", "exp(x)", "3*x + 0.125*x^2"])
@pytest.mark.parametrize("width", [5, 9])
def test_every_input_gives_the_nearest_number(text: str, width: int) -> None:
    ranges = {"x": ROWS.get(text, ("-1", "1"))}
    request = correctly(ranges, width=width, output_width=width)
    _, found = compiled(f"y = {text}", request)
    assert_nearest(text, found.datapath, found)


@given(
    text=st.sampled_from(sorted(ROWS)), width=st.integers(3, 9), output_width=st.integers(3, 9),
    opt=st.integers(0, 2),
)  # fmt: skip
@settings(derandomize=True, max_examples=20)
def test_random_formats(text: str, width: int, output_width: int, opt: int) -> None:
    request = correctly({"x": ROWS[text]}, width=width, output_width=output_width, opt=opt)
    _, found = compiled(f"y = {text}", request)
    assert_nearest(text, found.datapath, found)


def test_ties_are_told() -> None:
    request = correctly({"x": ("0", "1")}, width=6, output_width=4)
    _, found = compiled("y = 0.75*x^2 + 0.25*x", request)
    assert "ties" in [warning.id for warning in found.warnings]
    assert_nearest("ties", found.datapath, found)


@pytest.mark.parametrize("device", ["generic", "ecp5-85k"])
@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("sin(x)", (-8, 7)), ("-(x)", (-8, 7)), ("exp(x)", (0, 15)), ("0.25*x - 0.5", (0, 15)),
        ("x", (-8, 7)), ("relu(x)", (0, 15)), ("relu(sin(x))", (-8, 7)),
        ("max(exp(x) - 1, 0.5)", (-8, 7)), ("min(max(2*tanh(x), -0.25), 0.75)", (-8, 7)),
    ],
)  # fmt: skip
def test_outputs_that_are_held_are_the_nearest_numbers(
    text: str, ends: tuple[int, int], device: str
) -> None:
    """Against the exact values, of which the design's own measurement does without those beyond the ends."""
    signed = "" if ends[0] < 0 else "u"
    design = symhdl.compile(
        f"input x : fixed<8,3>\ny = {text}\noutput y : {signed}fixed<4,1>",
        undefined="saturate", correctly_rounded=True, device=device,
    )  # fmt: skip
    arguments = np.arange(-128, 128)
    results = simulate(design.datapath, {"x": arguments})["y"]
    functions = {"sin": np.sin, "exp": np.exp, "tanh": np.tanh, "max": max, "min": min}
    functions["relu"] = lambda x: max(x, 0)
    for argument, result in zip(arguments, results, strict=True):
        value = eval(text, {**functions, "x": float(argument) / 32})  # noqa: S307 - our own text
        held = min(max(float(value) * 8, ends[0]), ends[1])
        assert abs(int(result) - held) <= 0.5 + 1e-9


def test_values_beyond_the_ends_are_no_ties() -> None:
    """x^2 is 12.5 units at 5/4, where the output is held at 7, and in the middle of no numbers below."""
    design = symhdl.compile(
        "input x : fixed<6,3> in [0.875, 3.875]\ny = x^2\noutput y : fixed<4,1>",
        undefined="saturate", correctly_rounded=True,
    )  # fmt: skip
    assert "ties" not in [warning.id for warning in design.warnings]


def test_what_cannot_be_is_refused() -> None:
    ranges = {"x": ("0", "1"), "z": ("0", "1")}
    with pytest.raises(symhdl.SymhdlError, match="not-correctly-rounded") as raised:
        compiled("y = sin(x)*z", correctly(ranges, width=8))
    (diagnostic,) = raised.value.diagnostics
    assert "one input" in diagnostic.notes[0]


def test_what_jumps_may_be_correctly_rounded() -> None:
    request = correctly({"x": ("0", "1")}, width=8)
    _, found = compiled("y = floor(3*x) + exp(x)", request)
    assert_nearest("floor(3*x) + exp(x)", found.datapath, found)


def test_a_value_next_to_a_tie_is_proved() -> None:
    """GELU of 7.625 is less than 2e-14 below, where the goal is no float and the bound is next to it."""
    request = request_of({"x": ("-8", "8")}, width=9, output_width=7)
    _, found = compiled("y = gelu(x)", replace(request, correctly_rounded=True))
    assert_nearest("gelu", found.datapath, found)


def test_too_many_inputs_are_refused() -> None:
    with pytest.raises(symhdl.SymhdlError, match="not-correctly-rounded") as raised:
        symhdl.compile("sin(x)", ranges=(0, 1), width=18, correctly_rounded=True)
    assert "`x` has 131,073 values" in raised.value.diagnostics[0].notes[0]


def test_exact_outputs_are_exact() -> None:
    request = correctly({"x": ("0", "1"), "y": ("0", "1")}, width=5, output_width=12)
    graph, found = compiled("z = x*y", request)
    (measured,) = assert_bounds_hold(graph, found)
    assert measured.worst == 0
    assert diagnostic_ids("z = x*y", request) == []


def test_outputs_that_decide_stay_exact() -> None:
    """A function of the input in its place would round before the decision is made."""
    text = "input x, w : fixed<8,1>\ny = x^2 + x\nz = if y < w then 1 else 0\n"
    design = symhdl.compile(
        f"{text}output y : fixed<8,3>\noutput z : ufixed<1,1>", correctly_rounded=True
    )
    assert design.error_bounds["y"] == pytest.approx(2**-6)
    assert design.error_bounds["z"] == 0


def test_the_hardest_value() -> None:
    function = FUNCTIONS[Operation.EXP]
    found = hardest(function, lambda _: None, 1, 255, 8, 7)
    assert found is not None and not found.ties
    worst = 1.0
    with precision(EXACT):
        for n in range(1, 256):
            low, _ = ends(function.ball(exact_ball(n, -8)) * 128)
            worst = min(worst, abs(float(low) % 1 - 0.5))
    assert abs(float(found.distance) - worst) < 1e-12
    at_zero = hardest(function, lambda _: None, 0, 0, 8, -1)
    assert at_zero is not None and at_zero.ties == 1
