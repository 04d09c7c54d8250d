"""One format for all nodes: every operator as variables of `ap_fixed` compute it, held to a model of its own."""

from __future__ import annotations

import json
import math
import operator
import random
from collections.abc import Callable
from fractions import Fraction
from math import floor
from pathlib import Path

import numpy as np
import pytest

import symhdl
from symhdl.compiled import CompiledDesign
from symhdl.errors import SymhdlError
from symhdl.numeric.assigned import Overflow, Rounding, parse_assigned

ROUNDINGS = tuple(Rounding.__members__)
OVERFLOWS = tuple(Overflow.__members__)


class Variable:
    """The type `ap_fixed<W, I, Q, O>`, from its description in the user guide of Vitis HLS."""

    def __init__(self, text: str) -> None:
        inner = text[text.index("<") + 1 : -1].split(",")
        self.signed = not text.startswith("u")
        self.width, self.whole = int(inner[0]), int(inner[1])
        self.quantisation = inner[2] if len(inner) > 2 else "AP_TRN"
        self.overflow = inner[3] if len(inner) > 3 else "AP_WRAP"

    @property
    def unit(self) -> Fraction:
        return Fraction(2) ** (self.whole - self.width)

    def assign(self, value: Fraction) -> Fraction:
        """The variable after an assignment."""
        return self.overflown(self.quantised(value / self.unit)) * self.unit

    def quantised(self, value: Fraction) -> int:
        down, up = floor(value), -floor(-value)
        if down == up:
            return down
        nearer = down if value - down < up - value else up
        is_tie = value - down == up - value
        if self.quantisation == "AP_TRN":
            return down
        if self.quantisation == "AP_TRN_ZERO":
            return down if value > 0 else up
        if not is_tie:
            return nearer
        return {
            "AP_RND": up,
            "AP_RND_MIN_INF": down,
            "AP_RND_INF": up if value > 0 else down,
            "AP_RND_ZERO": down if value > 0 else up,
            "AP_RND_CONV": down if down % 2 == 0 else up,
        }[self.quantisation]

    def overflown(self, value: int) -> int:
        least = -(2 ** (self.width - 1)) if self.signed else 0
        most = least + 2**self.width - 1
        if self.overflow == "AP_SAT_SYM" and self.signed:
            least = -most
        if least <= value <= most:
            return value
        if self.overflow == "AP_SAT_ZERO":
            return 0
        if self.overflow == "AP_WRAP":
            value %= 2**self.width
            return value - 2**self.width if self.signed and value > most else value
        return least if value < least else most


Expression = Callable[[dict[str, Fraction], Variable], Fraction]
NAMES = "abc"
OPERATORS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul,
}  # fmt: skip


def random_expression(chance: random.Random, depth: int) -> tuple[str, Expression]:
    """A text, and what a program computes of it whose every operator is assigned."""
    if depth == 0 or chance.random() < 0.15:
        if chance.random() < 0.25:
            number = Fraction(chance.randint(-400, 400), 100)
            if number.denominator == 1:
                return f"({number})", lambda v, t: number
            return f"({float(number)})", lambda v, t: t.assign(number)
        name = chance.choice(NAMES)
        return name, lambda v, t: v[name]
    kind = chance.choice("++--***/-nmxis")
    text, inner = random_expression(chance, depth - 1)
    other_text, other = random_expression(chance, depth - 1)
    if kind == "n":
        return f"(-({text}))", lambda v, t: t.assign(-inner(v, t))
    if kind == "s":
        return f"({text})^3", lambda v, t: t.assign(
            t.assign(inner(v, t) * inner(v, t)) * inner(v, t)
        )
    if kind in "mx":
        name, pick = ("min", min) if kind == "m" else ("max", max)
        return f"{name}({text}, {other_text})", lambda v, t: t.assign(
            pick(inner(v, t), other(v, t))
        )
    if kind == "i":
        return (
            f"(if {text} < {other_text} then {text} else {other_text} + 0.3)",
            lambda v, t: t.assign(
                inner(v, t)
                if inner(v, t) < other(v, t)
                else t.assign(other(v, t) + t.assign(Fraction(3, 10)))
            ),
        )
    if kind == "/":
        text = f"({text} / (1.25 + ({other_text}) * 0))"
        one = Fraction(5, 4)
        return text, lambda v, t: t.assign(
            inner(v, t) / t.assign(t.assign(one) + t.assign(other(v, t) * 0))
        )
    apply = OPERATORS[kind]
    return f"({text} {kind} {other_text})", lambda v, t: t.assign(apply(inner(v, t), other(v, t)))


def drawn(variable: Variable, count: int, chance: random.Random) -> dict[str, list[int]]:
    """Integers for the inputs that assignments leave, with the ends."""
    least = -(2 ** (variable.width - 1)) if variable.signed else 0
    most = least + 2**variable.width - 1
    least += variable.overflow == "AP_SAT_SYM" and variable.signed
    return {
        name: [least, most, *(chance.randint(least, most) for _ in range(count - 2))]
        for name in NAMES
    }


def check(text: str, expression: Expression, format: str, chance: random.Random) -> CompiledDesign:
    """Holds a design to the model at some inputs."""
    variable = Variable(format.removeprefix("ap_"))
    design = symhdl.compile(f"y = {text} + 0*(a + b + c)", uniform=format, frequency=0)
    columns = drawn(variable, 40, chance)
    found = design.simulate_integers({name: np.array(values) for name, values in columns.items()})
    for row, integer in enumerate(found["y"]):
        point = {name: column[row] * variable.unit for name, column in columns.items()}
        nothing = variable.assign(point["a"] + point["b"])
        nothing = variable.assign(variable.assign(nothing + point["c"]) * 0)
        expected = variable.assign(expression(point, variable) + nothing)
        assert int(integer) * variable.unit == expected, f"{text} in {format} at {point}"
    return design


@pytest.mark.parametrize("seed", range(24))
def test_operators_are_those_of_ap_fixed(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - test programs, no secret
    kind = chance.choice(("fixed", "ap_fixed", "ufixed"))
    width, whole = chance.randint(6, 14), chance.randint(3, 5)
    modes = f"{chance.choice(ROUNDINGS)},{chance.choice(OVERFLOWS)}"
    text, expression = random_expression(chance, 3)
    check(text, expression, f"{kind}<{width},{min(whole, width - 2)},{modes}>", chance)


@pytest.mark.parametrize("rounding", ROUNDINGS)
@pytest.mark.parametrize("overflow", OVERFLOWS)
def test_numbers_are_assigned_as_the_model_does(rounding: str, overflow: str) -> None:
    for kind, width, whole in (("fixed", 5, 3), ("ufixed", 4, 4), ("fixed", 6, 8), ("fixed", 1, 1)):
        text = f"{kind}<{width},{whole},{rounding},{overflow}>"
        variable, own = Variable(text), parse_assigned(text)
        assert own is not None
        for eighths in range(-600, 600):
            value = Fraction(eighths, 16)
            assert own.integer(value) * variable.unit == variable.assign(value)


def test_sums_are_taken_in_the_order_of_the_text() -> None:
    """Saturation makes the order count: 7 + 7 - 7 is 0, 7 - 7 + 7 is 7 in numbers up to 7."""
    for text, expected in (("a + b - c", 0), ("a - c + b", 7), ("a + (b - c)", 7)):
        design = symhdl.compile(f"y = {text}", uniform="fixed<4,4,AP_TRN,AP_SAT>", frequency=0)
        found = design.simulate(a=7, b=7, c=7)
        assert float(np.asarray(found).item()) == expected, text


@pytest.mark.parametrize(
    "format", ["fixed<9,4>", "fixed<9,4,AP_RND,AP_SAT>", "fixed<7,3,AP_RND_CONV>"]
)
@pytest.mark.parametrize(
    "text", ["sin(a)", "exp(a)", "sqrt(abs(a))", "a^2.5", "log(a + 9)", "1/(a + 20)"]
)
def test_functions_are_the_rounded_real_values(text: str, format: str) -> None:
    variable = Variable(format)
    ranges = {"a": (0, 3)} if "^" in text else {"a": (-4, 3)}
    design = symhdl.compile(f"y = {text}", uniform=format, ranges=ranges, frequency=0)
    (port,) = design.datapath.inputs
    integers = list(range(port.minimum, port.maximum + 1))
    found = design.simulate_integers({"a": np.array(integers)})["y"]
    for integer, result in zip(integers, found, strict=True):
        a = integer * variable.unit
        inner = {
            "log(a + 9)": variable.assign(a + 9), "1/(a + 20)": variable.assign(a + 20),
            "sqrt(abs(a))": variable.assign(abs(a)),
        }.get(text, a)  # fmt: skip
        name = {"log(a + 9)": "log(x)", "1/(a + 20)": "1/x", "sqrt(abs(a))": "sqrt(x)"}.get(
            text, text.replace("a)", "x)").replace("a^", "x^")
        )
        real = exact_value(name, inner)
        if real is not None:
            assert int(result) * variable.unit == variable.assign(real), f"{text} at {a}"


def exact_value(text: str, x: Fraction) -> Fraction | None:
    """The real value with many digits; None where there is none."""
    graph = symhdl.parse(f"y = {text}")
    try:
        value = graph.evaluate(digits=60, x=x)["y"]
    except SymhdlError:
        return None
    if value is None:
        return None
    number = Fraction(str(value))
    near = number.limit_denominator(1 << 20)
    return near if abs(near - number) < Fraction(1, 10**40) else number


def test_a_bound_is_proved_where_nothing_overflows() -> None:
    design = symhdl.compile(
        "y = a*b + 0.3*c", uniform="fixed<16,4>", ranges=(-1, 1), error=None, frequency=0
    )
    assert design.error_bound < 3 * 2.0**-12
    chance = np.random.default_rng(1)
    columns = {name: chance.integers(-4096, 4097, 5000) for name in NAMES}
    found = np.asarray(design.simulate_integers(columns)["y"], dtype=float)
    a, b, c = (columns[name] / 4096 for name in NAMES)
    assert np.abs(found / 4096 - (a * b + 0.3 * c)).max() <= design.error_bound


def test_without_a_bound_that_is_told(tmp_path: Path) -> None:
    design = symhdl.compile("y = a*b", uniform="fixed<8,4>", ranges=(-4, 4))
    assert design.error_bound == float("inf")
    assert [told.id for told in design.design.warnings] == ["no-error-bound"]
    design.write(tmp_path)
    (output,) = json.loads((tmp_path / "top.json").read_text())["outputs"]
    assert output["error_bound"] is None
    assert output["error_bound_real_inputs"] is None


def test_declared_formats_stay() -> None:
    design = symhdl.compile(
        "input a : fixed<10,2>\ny = a * b\noutput y : fixed<6,2>", uniform="fixed<8,4>", frequency=0
    )
    formats = [str(port.format) for port in (*design.datapath.inputs, *design.datapath.outputs)]
    assert formats == ["fixed<10,2>", "fixed<8,4>", "fixed<6,2>"]
    found = design.simulate_integers({"a": np.array([-5]), "b": np.array([24])})["y"]
    # -5/256 becomes -1/16 in fixed<8,4>, and times 24/16 is -2/16, and so in fixed<6,2>.
    assert [int(value) for value in found] == [-2]


@pytest.mark.parametrize("text", ["fixed<16>", "fixed<16,6,AP_ROUND>", "fixed<0,1>", "int"])
def test_what_is_no_format_is_told(text: str) -> None:
    with pytest.raises(SymhdlError, match="format"):
        symhdl.compile("y = a", uniform=text)


def test_other_formats_are_not_asked_for_beside_it() -> None:
    with pytest.raises(SymhdlError, match="uniform gives the format of all nodes, and error"):
        symhdl.compile("y = a", uniform="fixed<8,4>", error=0.1)


@pytest.mark.parametrize("divisor", ["0.3", "sqrt(0.1)", "0.3 + 0.01", "1/3"])
def test_bounds_count_the_rounding_of_a_divisor(divisor: str) -> None:
    """A quarter is divided by, which makes 40 of 10."""
    design = symhdl.compile(
        f"y = x/({divisor})", uniform="fixed<10,7>", ranges={"x": (0, 10)}, frequency=0
    )
    integers = np.arange(81)
    found = np.asarray(design.simulate_integers({"x": integers})["y"], dtype=float)
    graph = symhdl.parse(f"y = x/({divisor})")
    real = np.asarray(graph.evaluate(x=integers / 8)["y"], dtype=float)
    assert np.abs(found / 8 - real).max() <= design.error_bound < math.inf


def test_what_inputs_of_few_bits_have_no_need_to_round_is_exact() -> None:
    text = "input a, b : fixed<5,3>\ny = a*b - 0.5*a + b"
    design = symhdl.compile(text, uniform="fixed<12,7>", frequency=0)
    graph = symhdl.parse(text)
    a, b = (grid.ravel() for grid in np.meshgrid(np.arange(-16, 16), np.arange(-16, 16)))
    found = np.asarray(design.simulate_integers({"a": a, "b": b})["y"], dtype=float) / 32
    real = np.asarray(graph.evaluate(a=a / 4, b=b / 4)["y"], dtype=float)
    assert np.abs(found - real).max() == 0 == design.error_bound


def test_nothing_is_proved_of_quotients_by_what_is_rounded_to_zero() -> None:
    for divisor in ("0.01", "0.125"):
        design = symhdl.compile(
            f"y = x/{divisor}", uniform="fixed<12,10>", ranges={"x": (0, 1)}, frequency=0
        )
        assert design.error_bound == math.inf


def test_a_constant_that_is_hardly_known_has_that_in_its_bound() -> None:
    """1 is what is left of numbers beside which it is less than what 1,024 bits tell."""
    text = "y = x + (exp(385) + exp(-385) - exp(385))*exp(385)"
    design = symhdl.compile(
        text, uniform="fixed<1024,1010>", ranges=(0, 1), input_formats={"x": "fixed<8,2>"}
    )
    assert design.error_bound >= 1


@pytest.mark.parametrize("constant", ["floor({})", "mod({}, 1)", "sqrt(floor({}))", "sign({} - 1)"])
def test_nothing_is_proved_of_constants_that_cannot_be_told(constant: str) -> None:
    """Of what is 1, but not by its digits, the hardware has a number below."""
    text = constant.format("sin(1)^2 + cos(1)^2")
    design = symhdl.compile(f"y = x + {text}", uniform="fixed<16,6>", ranges=(0, 1), frequency=0)
    assert design.datapath.outputs[0].error_bound is None
