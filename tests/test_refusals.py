"""What was refused although it can be proved; each design is held against the truth at its inputs, all or many."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

import symhdl
from symhdl.choices import Undefined
from symhdl.compiler import compile_source
from symhdl.errors import SymhdlError, quotation
from symhdl.numeric.fixed import parse_format
from symhdl.options import choose
from symhdl.request import Request
from tests.errors_of_design import assert_bounds_hold, compiled, diagnostic_ids, request_of

LEVELS: list[object] = [
    1,
    pytest.param(0, marks=pytest.mark.slow),
    pytest.param(2, marks=pytest.mark.slow),
]


def request(
    error: str, *, level: int = 1, undefined: Undefined = "error", **formats: str
) -> Request:
    parsed = [(name, parse_format(text)) for name, text in formats.items()]
    return Request(
        source="test",
        input_formats=tuple((name, found) for name, found in parsed if found is not None),
        error=Fraction(error),
        opt=level,
        frequency_mhz=0,
        undefined=undefined,
    )


def assert_compiles(text: str, wanted: Request, count: int = 5000) -> None:
    graph, design = compiled(text, wanted)
    assert_bounds_hold(graph, design, count=count)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    "text",
    [
        "z = if y > 0 then (if x > 0 then log(x*y) else 0) else 0",
        "z = where(x > 0 and y < 0, 1/(x*y), 2)",
        "z = where(not (x <= 0 or y <= 0), (x*y)^(-0.3), x)",
        "z = where(x > 0 and y > 0, sqrt(x*y) + log10(x*y), 0)",
        "z = where(exp(x) > 1 and y > 0, log2(x*y), 0)",
        "z = where(x > pi/4 and y > pi/4, log((x - pi/4)*(y - pi/4)), 0)",
        "z = where(x > 0, where(sin(x*y) > 0.1, where(y > 0, sqrt(x*y), 2), 3), 1)",
        "z = where(exp(x)*y < 2, x*y, where(y > 1 and x > 0.5, log(x*y), 0))",
        "z = where(x > 0 and y > 0, mod(x, y), 0)",
    ],
)
def test_every_factor_may_have_a_guard_of_its_own(text: str, level: int) -> None:
    assert_compiles(text, request("0.1", level=level, x="fixed<5,3>", y="fixed<5,3>"))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    "text",
    [
        "z = where(x > 0 and y < 0, 1/(x*y), x*y) + sqrt(abs(x*y))",
        "z = where(x*y > 0, log(x*y), x*y)",
        "z = where(x*y < 0.3, x, log(x*y))",
        "z = where(exp(x)*y > 0.5, log(exp(x)*y), -0.69314718056)",
        "z = where(x*y < -1, acosh(-x*y) + 1/(x*y), 0)",
        "z = where(x*y != 0, 1/(x*y), 0)",
        "z = where(abs(x*y) > 0.001, x/(x*y), 1)",
        "z = where(x <= y, 3, sqrt(x - y) + log(x - y))",
        "z = where(x != y, 1/(x - y), 0)",
        "z = where(x == y, 3, 1/(y - x))",
        "z = where(2*x < y, log(y - 2*x), y)",
        "z = where((x - y) + x < 0, log(3*y - 6*x), y)",
        "z = where(x - y < 1.25, sqrt((5 - 4*(x - y))/8) + log(5 + 4*y - 4*x), x)",
        "z = where(3*x == y + 0.5, 3, 1/(6*x - 2*y - 1))",
    ],
)
def test_a_guard_counts_for_the_use_that_it_guards(text: str, level: int) -> None:
    assert_compiles(text, request("0.1", level=level, x="fixed<5,3>", y="fixed<5,3>"))


@pytest.mark.parametrize(
    "text",
    [
        "z = where(x*y >= 0, log(x*y), 0)",
        "z = where(x*y > -1, 1/(x*y), 0)",
        "z = where(x >= y, log(x - y), 0)",
        "z = where(2*x <= y, log(y - 2*x), 0)",
        "z = where(2*x < y, log(2*x - y), 0)",
        "z = where(2*x < y, log(y - x), 0)",
        "z = where(2*x < y, log(y - 2*x - 0.25), 0)",
    ],
)
def test_a_guard_that_lets_the_argument_come_to_a_pole_is_too_weak(text: str) -> None:
    assert diagnostic_ids(text, request("0.1", x="fixed<5,3>", y="fixed<5,3>")) == ["domain"]


@pytest.mark.parametrize(
    "text",
    [
        "z = where(x > 0 and y > 0, log(x*y), 0)",
        "z = where(abs(x*y) > 0.001, x/(x*y), 1)",
        "z = where(x > y, log(x - y), 0)",
    ],
)
def test_guards_of_wide_inputs(text: str) -> None:
    assert_compiles(text, request("0.1", x="fixed<16,3>", y="fixed<16,3>"))


def test_a_guard_that_does_not_hold_everywhere_is_none() -> None:
    """The product is asked for outside of the guard, too."""
    text = "z = where(x > 0, where(y > 0, log(x*y), 0), 0) + log(x*y + 1)"
    ids = diagnostic_ids(text, request("0.1", x="fixed<5,3>", y="fixed<5,3>"))
    assert "domain" in ids


def test_a_guard_that_real_inputs_may_pass_bounds_nothing_for_them() -> None:
    """A real x just below 0 is rounded to it, and takes the other branch."""
    _, design = compiled("z = if x >= 0 then 4 else x*y", request_of({"x": (-1, 1), "y": (0, 1)}))
    assert design.datapath.outputs[0].error_bound_real_inputs is None


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    "text",
    [
        "y = if x > 0 then x else inv(0)",
        "y = where(x > 3, 1/0, x)",
        "y = where(sin(1) > 2, log(-1), x)",
        "y = where(sin(x) > 2, x*log(-1), x)",
        "y = where(x > 3, mod(5, 0) + sqrt(-2) + 0^(-1) + acosh(0) + atan2(0, 0), x)",
        "y = where(x > 1.5 and x < 1.25, 1/0, x)",
        "y = x > 0 or 1/0 > 1",
    ],
)
def test_what_has_no_value_may_stand_where_it_is_never_taken(text: str, level: int) -> None:
    assert_compiles(text, request_of({"x": (1, 2)}, opt=level))


@pytest.mark.parametrize("text", ["y = where(x > 1.5, 1/0, x)", "y = x < 1.5 or 1/0 > 1"])
def test_what_has_no_value_is_told_where_it_may_be_taken(text: str) -> None:
    assert diagnostic_ids(text, request_of({"x": (1, 2)})) == ["domain"]


def test_a_guard_on_another_box_leaves_nothing_to_do() -> None:
    text = "z = where(x > 1 and y > 0 and x < 0, x*log(-1), x*y)"
    assert_compiles(text, request_of({"x": (-1, 2), "y": (-1, 2)}, opt=0))


@pytest.mark.parametrize("width", ["fixed<8,2>", "fixed<16,2>"])
@pytest.mark.parametrize(
    "text",
    [
        "y = if inv(clamp(sinh(x), 0.1, 20)) > 10 then 1 else 0",
        "y = if inv(clamp(sinh(x), 0.1, 20)) >= 10 then 1 else 0",
        "y = if log(max(exp(x), 1)) > 0 then 1 else 2",
        "y = if sqrt(max(sin(x), 0.3)) == sqrt(0.3) then 1 else 2",
        "y = floor(10*min(0.3, exp(x)))",
        "y = floor(inv(max(0.1, sin(x))))",
        "y = mod(inv(if sin(x) < 0.1 then 0.1 else 0.2), 5)",
    ],
)
def test_a_tie_at_the_end_of_a_clamp_is_decided(text: str, width: str) -> None:
    assert_compiles(text, request("0.1", x=width), count=1000)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    "text",
    [
        "z = if x == 1 then log(x) else log(-x - 9)",
        "z = where(x > 1.25, 1/0, x)",
        "z = where(x > 1.25, log(-1), x*y)",
        "z = if y > 1.5 then log(x - 9) else x",
        "z = if x*y > 1.5 then log(x*y - 99) else x",
        "z = if y == 0.5 then 1/(y - 0.5) + x else x",
    ],
)
def test_a_branch_without_any_value_may_be_ignored(text: str, level: int) -> None:
    wanted = request("0.1", level=level, undefined="ignore", x="fixed<5,3>", y="fixed<5,3>")
    assert_compiles(text, wanted)


@pytest.mark.parametrize(
    "text",
    [
        "z = log(x - 9)",
        "z = sqrt(x - 9)",
        "z = log(x) + log(-x)",
        "z = 1/0 + x",
        "z = (2*x + 1049)*sqrt(log(0.232))",
        "z = log(abs((2*x + 1049495232)/sqrt(1 + sqrt(log(0.232))^2)))",
    ],
)
def test_an_output_without_any_value_is_refused(text: str) -> None:
    ids = diagnostic_ids(text, request("0.1", undefined="ignore", x="fixed<5,3>"))
    assert set(ids) == {"domain"}


@pytest.mark.parametrize("error", ["0.1", "2e-5"])
@pytest.mark.parametrize(
    "text",
    [
        "z = mod(exp(x) + y, 1)",
        "z = mod(exp(x)*y, 2)",
        "z = mod(x, exp(y))",
        "z = mod(x*y + pi, 2*pi)",
        "z = mod(x + y, 2*pi)",
    ],
)
def test_remainders_of_irrational_numbers_of_several_inputs(text: str, error: str) -> None:
    assert_compiles(text, request(error, x="fixed<5,3>", y="fixed<5,3>"))


@pytest.mark.parametrize(
    "text",
    [
        "y = x + log(sinc(30) + 0.04)",
        "y = 0.01*x/(sinc(-30) + 0.03)",
        "y = x*sqrt(gelu(-3) + 0.01)",
    ],
)
def test_a_constant_has_the_range_of_its_ball(text: str) -> None:
    """The sinc of anything far out is known to lie between -0.22 and 0.13, that of 30 to be -0.0329..."""
    assert_compiles(text, request_of({"x": (-1, 1)}))


def test_a_choice_is_as_wrong_as_its_branches_are_apart() -> None:
    """The first choice, wrong by 1 at most, is still 0 or 1 when the second one may be wrong by 2."""
    text = "z = argmax(exp(x), exp(y)*x, sin(x*y))"
    wanted = request("2", x="fixed<16,3>", y="fixed<16,3>")
    graph, design = compiled(text, wanted)
    assert_bounds_hold(graph, design, count=2000)


# --- the user's words -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "x", "y", "message", "place"),
    [
        ("z = atan2(y, x)", (-1, 1), (-1, 1), "angle of the origin", "atan2(y, x)"),
        ("z = atan2(y, x)", (0, 0), (0, 0), "angle of the origin", "atan2(y, x)"),
        ("z = 1 + x^y", (-1, 1), (-1, 1), "power outside its domain", "x^y"),
        ("z = 1 + x^y", (0, 1), (-1, 1), "power outside its domain", "x^y"),
        ("z = y + x^-2", (-1, 1), (0, 1), "power outside its domain", "x^-2"),
        ("z = y*(sqrt(x)/x)", (0, 1), (0, 1), "division by zero", "sqrt(x)/x"),
        ("z = y*(sqrt(x)/x)", (-1, 1), (0, 1), "square root of a negative number", "sqrt(x)"),
        ("z = y/(x - 1)", (0, 1), (0, 1), "division by zero", "y/(x - 1)"),
        ("z = if x > 0 then 1/0 else y", (0, 1), (0, 1), "division by zero", "1/0"),
    ],
)
@pytest.mark.parametrize("level", LEVELS)
def test_a_domain_error_names_what_was_written(
    text: str, x: tuple[int, int], y: tuple[int, int], message: str, place: str, level: int
) -> None:
    with pytest.raises(SymhdlError) as raised:
        compiled(text, request_of({"x": x, "y": y}, opt=level))
    told = {(d.message, quotation(d.span).strip("()")) for d in raised.value.diagnostics}
    assert (message, place.strip("()")) in told
    assert not {m for m, _ in told} - {message, "division by zero"}


def test_an_example_in_a_branch_names_the_inputs_that_lead_there() -> None:
    with pytest.raises(SymhdlError) as raised:
        compiled("z = if x > 0 then log(y) else y", request_of({"x": (-1, 1), "y": (-1, 1)}))
    (told,) = raised.value.diagnostics
    assert "x = " in told.notes[1]
    assert "y = " in told.notes[1]


# --- whole numbers --------------------------------------------------------------------------------


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("error", [None, 0.1])
@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("floor(x)", "fixed<3,3>"),
        ("round(x)", "fixed<3,3>"),
        ("floor(x/3)", "fixed<2,2>"),
        ("2*floor(exp(x)) - ceil(x)", "ufixed<6,6>"),
        ("sign(x)", "fixed<2,2>"),
        ("x > 1", "ufixed<1,1>"),
        ("argmax(x, 1, -x, x*x)", "ufixed<2,2>"),
        ("if x > 1 then 3 else -8", "fixed<4,4>"),
        ("floor(x)^3 - 1", "fixed<6,6>"),
        ("7", "ufixed<3,3>"),
    ],
)
def test_a_whole_number_takes_the_bits_that_it_needs(
    text: str, wanted: str, error: float | None, level: int
) -> None:
    inputs = {"x": symhdl.Input("fixed<9,3>", range=(-3, 3))} if "x" in text else {}
    design = symhdl.compile(text, inputs=inputs, error=error, opt=level)
    (port,) = design.datapath.outputs
    assert str(port.format) == wanted
    assert port.error_bound == 0


def test_whole_numbers_beyond_the_default_width_are_rounded_as_others_are() -> None:
    inputs = {name: symhdl.Input("fixed<12,12>") for name in "xy"}
    assert symhdl.compile("x*y", inputs=inputs).datapath.outputs[0].format.width == 16


@pytest.mark.parametrize("options", [{"output_width": 6}, {"output_format": "fixed<6,4>"}])
def test_a_width_or_a_format_that_is_asked_for_is_kept(options: dict[str, object]) -> None:
    design = symhdl.compile("floor(x)", inputs={"x": (-3, 3)}, **options)  # type: ignore[arg-type]
    assert design.datapath.outputs[0].format.width == 6


def test_a_whole_number_is_wrong_by_a_whole_number() -> None:
    """A third of x in few bits: inside it is wrong by less than 1, and the rounded output not at all."""
    inputs = {"x": symhdl.Input("fixed<9,9>")}
    design = symhdl.compile("floor(x/3)", inputs=inputs, output_format="fixed<8,8>")
    found = design.simulate(x=[float(x) for x in range(-256, 256)])
    assert design.error_bound == 0
    assert list(found) == [math.floor(x / 3) for x in range(-256, 256)]


def test_output_formats_beyond_all_numbers() -> None:
    text = "input x : fixed<8,2>; y = x + 1; output y : fixed<64,3000>"
    assert diagnostic_ids(text, Request()) == ["range-too-large"]


@pytest.mark.parametrize(
    ("text", "options", "id"),
    [
        ("x*y", {"ranges": ("2^999", "2^1000"), "width": 1}, "domain"),
        ("x*x*2^-500", {"ranges": ("1e299", "1e300"), "width": 1}, "domain"),
        ("1e300*sin(x)", {"ranges": (0, 1), "error": 1e-40, "width": 4}, "too-wide"),
        ("sqrt(1e-400*x + 1e300)", {"error": "1e-300", "width": 2, "ranges": (-1, 1)}, None),
        ("argmax(x, y)", {"ranges": ("-1e-320", "1e-320"), "width": 2}, None),
        ("sign(x)", {"ranges": (0, "1e-310"), "error": "1e-40", "width": 2}, None),
        ("x*x + 1", {"ranges": (0, "1e-400")}, None),
        ("exp(2^999*x)", {"ranges": ("1e-300", "1e-299"), "width": 4, "output_width": 1}, None),
        ("u=2*t/(1+t); y=(1+u*u)/(2+u*u)", {"ranges": (0, 1), "width": 1}, None),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("error")
def test_numbers_near_the_ends_of_floats(
    text: str, options: dict[str, object], id: str | None
) -> None:
    chosen = choose({**options, "dialect": "native", "undefined": "saturate"})
    try:
        compile_source(text, chosen)
        found = None
    except SymhdlError as problem:
        found = problem.diagnostics[0].id
    assert found == id
