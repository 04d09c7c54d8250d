"""LaTeX: what formulas are read as, told by their values, their names, and by where a reading comes from."""

from __future__ import annotations

import math
from typing import Any

import pytest

import symhdl
from symhdl.errors import Source
from symhdl.sources.reading.source import read_source
from tests.rows import each_row

VALUES = {"x": 0.8, "y": 1.7, "z": 2.3, "a": 0.6, "b": -1.4, "c": 3.1, "t": 0.35, "w": -0.2}
X, Y, Z, A, B, C, T, W = VALUES.values()


def value(text: str, inputs: tuple[str, ...] = (), define: tuple[str, ...] = ()) -> float:
    """The only output of the text, with single letters as above."""
    graph = symhdl.parse(text, "latex", define, inputs=inputs)
    point: dict[str, Any] = {declared.name: VALUES[declared.name] for declared in graph.inputs}
    (found,) = graph.evaluate(**point).values()
    assert isinstance(found, float)
    return found


def inputs_of(text: str, inputs: tuple[str, ...] = ()) -> list[str]:
    return [declared.name for declared in symhdl.parse(text, "latex", inputs=inputs).inputs]


def warnings_of(text: str) -> list[str]:
    parsed, _ = read_source(Source("formula", text), dialect="latex")
    return [found.id for found in parsed.warnings]


@each_row(
    ("text", "wanted"),
    [
        # products and quotients
        (r"2x", 2 * X),
        (r"xy z", X * Y * Z),
        (r"x(y+1)", X * (Y + 1)),
        (r"(x+1)(y-1)", (X + 1) * (Y - 1)),
        (r"2\left[x + \{y - 1\}\right] c", 2 * (X + Y - 1) * C),
        (r"x \cdot y \times z * c", X * Y * Z * C),
        (r"x / y / z", X / Y / Z),
        (r"x \div y \cdot z", X / Y * Z),
        (r"xy/z", X * Y / Z),
        (r"2/(3x)", 2 / (3 * X)),
        (r"x \, y \; z \quad c ~ t", X * Y * Z * C * T),
        (r"-x^2 + (-x)^2", 0.0),
        (r"x \cdot -y", -X * Y),
        (r"3.5 \cdot 10^{3} x - 2 \times 10^{-2}", 3500 * X - 0.02),
        (r"x \,.\, y", X * Y),
        (r"y \bmod x", math.fmod(Y, X)),
        (r"z \bmod 2x", math.fmod(Z, 2 * X)),
        # fractions, roots, powers
        (r"\frac12 x", X / 2),
        (r"\frac1{4}x + \frac{1}5 + \frac xy", X / 4 + 0.2 + X / Y),
        (r"\dfrac{x}{y} + \tfrac{x}{z}", X / Y + X / Z),
        (r"\frac1234", 17.0),
        (r"\sqrt{x} + \sqrt y + \sqrt2x", math.sqrt(X) + math.sqrt(Y) + math.sqrt(2) * X),
        (r"\sqrt[3]{b}", -(1.4 ** (1 / 3))),
        (r"\sqrt[5]{b}", -(1.4**0.2)),
        (r"\sqrt[4]{c} + \sqrt[2]{x}", C**0.25 + math.sqrt(X)),
        (r"\sqrt[z]{y}", Y ** (1 / Z)),
        (r"x^2y", X**2 * Y),
        (r"x^{y+1} z^\frac{1}{2}", X ** (Y + 1) * math.sqrt(Z)),
        (r"x^{y^z}", X ** (Y**Z)),
        (r"{x^y}^z", (X**Y) ** Z),
        (r"(x+1)^2", (X + 1) ** 2),
        (r"e^{-x} + 2e^x", math.exp(-X) + 2 * math.exp(X)),
        (r"\pi x", math.pi * X),
        # numbers
        (r".5x + 2.", 0.5 * X + 2),
        # functions
        (r"\sin x", math.sin(X)),
        (r"\sin x \cos y", math.sin(X) * math.cos(Y)),
        (r"\sin 2\pi x", math.sin(2 * math.pi * X)),
        (r"\sin xy", math.sin(X * Y)),
        (r"\sin x^2", math.sin(X**2)),
        (r"\sin(x) y", math.sin(X) * Y),
        (r"\sin{x} y", math.sin(X) * Y),
        (r"\sin\left(x + y\right)z", math.sin(X + Y) * Z),
        (r"\sin 2(x+1)", math.sin(2 * (X + 1))),
        (r"\sin \cos x", math.sin(math.cos(X))),
        (r"\cos\frac{x}{2}", math.cos(X / 2)),
        (r"\sin^2 x + \cos^{2}x", 1.0),
        (r"\sin^{-1} x", math.asin(X)),
        (r"\sin^{−1}(x)", math.asin(X)),
        (r"\tanh^{-1}{\left(x \right)}", math.atanh(X)),
        (r"\arctan x + \operatorname{arsinh}(x)", math.atan(X) + math.asinh(X)),
        (r"\sin x / \cos x", math.tan(X)),
        (r"\ln x + \log{\left(y \right)}^{2}", math.log(X) + math.log(Y) ** 2),
        (r"\log_2 x + \log_{10}(y) + \log_z c", math.log2(X) + math.log10(Y) + math.log(C, Z)),
        (r"\lg x + \lb y", math.log10(X) + math.log2(Y)),
        (r"\exp(x) + \exp{-y}", math.exp(X) + math.exp(-Y)),
        (r"\ln|b| + |b|x", math.log(1.4) + 1.4 * X),
        (r"\max(x, y) + \min\left\{x, b\right\}", Y + B),
        (r"\max{\left(x, y, z\right)}", Z),
        (r"\operatorname{erf}(x) + \mathrm{tanh}(y)", math.erf(X) + math.tanh(Y)),
        (r"\text{ReLU}(b) + \operatorname{sgn} b", -1.0),
        (r"\operatorname{atan}_{2}{\left(y,x \right)}", math.atan2(Y, X)),
        (r"\operatorname{asin}^{2}{\left(x \right)}", math.asin(X) ** 2),
        (r"\sec x + \coth y", 1 / math.cos(X) + 1 / math.tanh(Y)),
        (r"tanh(x) + max(x, y)", math.tanh(X) + Y),
        (r"\lfloor z \rfloor + \left\lceil z \right\rceil", 5.0),
        (r"\left|b\right| + \lvert b \rvert + |b|", 4.2),
        (r"||b||", 1.4),
        (r"|x|^2", X**2),
        (r"|x||b|", X * 1.4),
        (r"2|x| + 3|y|", 2 * X + 3 * Y),
        (r"|b||y||x|", 1.4 * Y * X),
        (r"|x-|y|-z|", abs(X - Y - Z)),
        # definitions
        (r"y = x^2", X**2),
        (r"y := x^2.", X**2),
        (r"$y = x^2$", X**2),
        (r"\[ y = x^2, \]", X**2),
        (r"\begin{equation} y = x^2 \label{eq:a} \end{equation}", X**2),
        (r"f(x, y) = x^2 + y", X**2 + Y),
        (r"f(x) = x^2 \\ g = f(2t) + 1", 4 * T**2 + 1),
        (r"\begin{align*} p &= 2x \\ q &= p^2 + 1 \end{align*}", 4 * X**2 + 1),
        (r"\begin{align*} p ={}& x^2 \\ &+ y \end{align*}", X**2 + Y),
        (r"\begin{multline} q = x \\ + y \\ - z \end{multline}", X + Y - Z),
        (r"q = \left( x + y \right. \\ \left. + z \right)", X + Y + Z),
        (r"q = p^2, \quad p = 2x", 4 * X**2),
        (r"q = p^2 \text{ where } p = 2x", 4 * X**2),
        (r"$q = p^2$ and $p = 2x$.", 4 * X**2),
        ("q = p + z\np = 2x", 2 * X + Z),
        ("q = \\frac{x}\n{y}", X / Y),
        (r"x^2 \\ - y", X**2 - Y),
        (r"\sigma(v) = \frac{1}{1 + e^{-v}} \\ q = \sigma(x)", 1 / (1 + math.exp(-X))),
        ("% a remark\nq = x % more", X),
        (r"\mathrm{area} = \pi x^2", math.pi * X**2),
        (r"\mathrm{Loss}(x) = x + 1", X + 1),
        # cases
        (r"\begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}", X),
        (r"\begin{cases} b, & \text{if } b > 0, \\ -b, & \text{otherwise}. \end{cases}", 1.4),
        (r"\begin{cases} 7 & \text{for}\: x > 0 \wedge y < 1 \\- x & \text{otherwise} \end{cases}", -X),
        (r"\left\{ \begin{array}{ll} x & \mbox{if } x \geq 0 \\ 0 & \mbox{else} \end{array} \right.", X),
        (r"(x > 0)y", Y),
        (r"y = z < x", 0.0),
    ],
)  # fmt: skip
def test_values(text: str, wanted: float) -> None:
    assert value(text) == pytest.approx(wanted, rel=1e-12, abs=1e-15)


@each_row(
    ("text", "names"),
    [
        (r"x_0 + x_{1} + x_{max}", ["x_{0}", "x_{1}", "x_{max}"]),
        (r"H_\theta T_{\text{in}}", ["H_{theta}", "T_{in}"]),
        (r"x_{i, j}", ["x_{i,j}"]),
        (r"a' b + y''_1 + y_1''", ["a'", "b", "y_{1}''"]),
        (r"x^\prime", ["x'"]),
        (r"\mathrm{re} + \operatorname{re}{\left(x \right)}", ["re", "x"]),
        (r"\alpha\beta \varepsilon", ["alpha", "beta", "varepsilon"]),
        ("x₁ + θ_2", ["x_{1}", "θ_{2}"]),
        (r"\hat{x} + \bar\theta + \mathbf{w}", ["xhat", "thetabar", "wbold"]),
        (r"\mathrm{gain} \cdot \mathit{two words}", ["gain", "two words"]),
        (r"k_BT", ["k_{B}", "T"]),
    ],
)
def test_names(text: str, names: list[str]) -> None:
    assert inputs_of(text) == names


def test_known_inputs_keep_their_spelling() -> None:
    assert inputs_of(r"x_0 + x_{1}", ("x0", "x_1")) == ["x0", "x_1"]
    assert inputs_of(r"speed \cdot t", ("speed", "t")) == ["speed", "t"]
    assert inputs_of(r"\pi e^x", ("pi", "e", "x")) == ["pi", "e", "x"]
    assert value(r"x(y) + a(b)", ("x", "y", "a", "b")) == pytest.approx(X * Y + A * B)


def test_functions_of_the_user() -> None:
    assert value(r"\operatorname{inv}(x) + inv(y)", define=("inv(u) = 1/u",)) == pytest.approx(
        1 / X + 1 / Y
    )
    assert value(r"f(x) + \ln{y}", define=("f(u) = u + 1",)) == pytest.approx(X + 1 + math.log(Y))


def test_outputs_are_named() -> None:
    graph = symhdl.parse(r"f_\theta(x) = \theta x \\ \hat{y} = 2x", "latex")
    assert [output.name for output in graph.outputs] == ["f_{theta}", "yhat"]
    graph = symhdl.parse(r"\begin{gather} x^2 \\ x^3 \end{gather}", "latex")
    assert [output.name for output in graph.outputs] == ["y0", "y1"]


@each_row(
    ("text", "ids"),
    [
        (r"\log x", ["log-base"]),
        (r"\log x + \log y", ["log-base"]),
        (r"\log_{10} x + \ln x", []),
        (r"\sin xy", ["long-argument"]),
        (r"\sin 2\pi x", []),
        (r"\sin{\left(x \right)}^{2} + \sin^2(x)", []),
        (r"h \nu / k_B T", ["implicit-product-below-slash"]),
        (r"x_12", ["unbraced-subscript"]),
        (r"k_BT", ["unbraced-subscript"]),
        (r"erf(x)", ["word-as-function"]),
        (r"e x", ["constant-e"]),
    ],
)
def test_remarks(text: str, ids: list[str]) -> None:
    assert warnings_of(text) == ids
