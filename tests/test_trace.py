"""Python functions that are traced: what comes out has the values that the function itself computes."""

from __future__ import annotations

import functools
import math
import random
from collections.abc import Callable
from fractions import Fraction
from typing import Annotated, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import symhdl
from symhdl.errors import SymhdlError, UsageError
from symhdl.ir.graph import Graph
from symhdl.numeric.fixed import FixedFormat
from tests.rows import each_row

from .python_programs import expression

VALUES: dict[str, Any] = {"x": 1.75, "y": -2.5}


def value(function: Callable[..., object], **formats: object) -> float:
    return float(symhdl.trace(function, **formats).evaluate(**VALUES))


def mistake(function: Callable[..., object], **formats: object) -> symhdl.Diagnostic:
    with pytest.raises(SymhdlError) as caught:
        symhdl.trace(function, **formats)
    return caught.value.diagnostics[0]


@each_row(
    "function",
    [
        lambda x, y: x + y - 2 * x / y,
        lambda x, y: 3 - x + 1 / y,
        lambda x, y: 2**x + (-y) ** 1.5 + x**2,
        lambda x, y: x // 0.5 + y % 0.75 + 7 // x + 7 % x,
        lambda x, y: divmod(x, 0.5)[0] + divmod(5, x)[1],
        lambda x, y: abs(y) + +x - -y,
        lambda x, y: round(x) + round(y) + round(x, 1),
        lambda x, y: math.floor(y) + math.ceil(x) + math.trunc(y),
        lambda x, y: np.where((x > 0) & ~(y > 0) | (x == y), x, y),
        lambda x, y: np.where((x > 0) ^ (y != 1), 1, 2) + (x >= y) * 3 + (x <= 1),
        lambda x, y: np.select([x < 0, x > 1], [1, x * y], default=y),
        lambda x, y: np.clip(x, -1, 1) + np.clip(y, None, 0) + np.clip(y, y, 0),
        lambda x, y: np.maximum(x, y) + np.fmin(x, 1) + np.hypot(x, y) + np.arctan2(y, x),
        lambda x, y: np.heaviside(y, 0.5) + np.heaviside(x * 0, 0.5) + np.sinc(x) + np.sign(y),
        lambda x, y: np.sin(x) * np.exp(y) + np.sqrt(x) + np.cbrt(y) + np.log1p(x) + np.square(x),
        lambda x, y: np.sum([x, y, 2]) + np.prod([x, y]) + np.mean([x, y]),
        lambda x, y: np.dot([x, y], [2, 3]) + np.array([x, y]) @ np.array([1, 2]),
        lambda x, y: np.maximum.reduce(np.stack([x, y, 3])) + np.add.reduce([x, y]),
        lambda x, y: np.stack([x, y]).max() + np.where(np.stack([x, y]) > 0, 1, 0).sum(),
        lambda x, y: np.sin(np.array([x, y])).sum() + (np.array([x, y]) * 2)[1],
        lambda x, y: np.polyval([1, 2, 3], x) + np.round(x, 1) + np.rint(y),
        lambda x, y: sum(c * x**i for i, c in enumerate([1, 2, 3])),
        lambda x, y: np.float64(2) * x + np.float32(0.5) + np.int64(3) * y + x * np.array(2.0),
        lambda x, y: Fraction(1, 2) * x + True,
        lambda x, y: np.logical_and(x > 0, y) * 2 + np.logical_or(x, y) * 4 + np.logical_not(y > 0),
        lambda x, y: np.add(x, y) + np.multiply(2, x) + np.power(x, 2) + np.negative(y),
    ],
)
def test_value(function: Callable[..., Any]) -> None:
    assert value(function) == pytest.approx(float(function(**VALUES)), rel=1e-12)


def test_floats_are_the_decimals_that_denote_them() -> None:
    graph = symhdl.trace(lambda x: 0.1 * x + np.float32(0.3) + math.pi)
    constants = {node.value for node in graph.nodes if node.value is not None}
    assert constants == {Fraction(1, 10), Fraction(3, 10)}


def quantised(x: object, y: object) -> object:
    return x * y  # type: ignore[operator] # traced numbers


def defaults(x: float, gain: float = 2.5, z: object = symhdl.Input(range=(0, 1))) -> object:
    return x * gain + z  # type: ignore[operator] # a traced number


def test_formats_of_annotations() -> None:
    # Annotations of this module are texts; those of a function that is built by hand are not.
    quantised.__annotations__ = {
        "x": "fixed<12,3>",
        "y": Annotated[float, symhdl.Input("fixed<10,2>", range=(-1, 0.5))],
    }
    one, two = symhdl.trace(quantised).inputs
    assert str(one.format) == "fixed<12,3>"
    assert (str(two.format), two.range) == ("fixed<10,2>", (Fraction(-1), Fraction(1, 2)))


def test_annotations_that_are_texts_are_not_evaluated() -> None:
    def f(x: float) -> float:
        return x

    f.__annotations__["x"] = "Annotated[float, symhdl.Input('fixed<12,3>')]"
    assert mistake(f).id == "bad-format"
    assert symhdl.trace(f, x="fixed<8,2>").inputs[0].format == FixedFormat(True, 8, 6)


def test_formats_of_the_call_and_of_defaults() -> None:
    given_one = symhdl.trace(defaults, x=symhdl.Input("ufixed<8,4>"))
    assert [(i.name, str(i.format), i.range) for i in given_one.inputs] == [
        ("x", "ufixed<8,4>", None),
        ("z", "None", (Fraction(0), Fraction(1))),
    ]
    assert [i.name for i in symhdl.trace(defaults, gain=None, z=3).inputs] == ["x", "gain"]


def test_defaults_that_say_how_the_function_works() -> None:
    def layer(x: Any, f: Callable[..., Any] = np.tanh, modes: tuple[str, ...] = ("a", "b")) -> Any:
        return f(x) if modes[1] == "b" else x

    graph = symhdl.trace(layer)
    assert [declared.name for declared in graph.inputs] == ["x"]
    assert float(graph.evaluate(x=0.5)) == pytest.approx(math.tanh(0.5))


def test_arrays() -> None:
    def f(x: Any, w: Any) -> object:
        return np.tanh(w @ x + 0.5)

    weights = np.arange(8.0).reshape(2, 4) / 8
    graph = symhdl.trace(f, x=["fixed<12,3>"] * 4, w=weights)
    assert [i.name for i in graph.inputs] == ["x0", "x1", "x2", "x3"]
    point = np.array([0.5, -1.0, 0.25, 2.0])
    found = graph.evaluate(**{f"x{k}": point[k] for k in range(4)})
    assert list(found) == ["f0", "f1"]
    assert list(found.values()) == pytest.approx(f(point, weights))


def in_place(x: Any) -> object:
    total = x[0]
    total += 2
    y = x * 2
    y -= 1
    y[1] *= total
    return y


@each_row(
    "function",
    [
        in_place,
        lambda x: np.cumsum(x) + np.diff(x, prepend=0) + np.roll(x, 1),
        lambda x: np.outer(x, [1, 2]) + np.subtract.outer(x, [3, 4]),
        lambda x: np.einsum("i,i->", x, x) + np.linalg.norm(x) + np.vdot(x, x),
        lambda x: np.convolve(x, [1, 2, 1]),
        lambda x: [x.mean(), x.var(), np.std(x), x.clip(0, 1).prod(), np.sum(x[:0])],
        lambda x: np.concatenate([x, [1.0]]).reshape(2, 2).T,
        lambda x: [np.any(x > 1), (x > 0).all(), np.max(x), x.min()],
        lambda x: np.split(np.pad(x, 1), 5),
        lambda x: [part[0] for part in divmod(x, 0.5)],
    ],
)
def test_functions_of_arrays(function: Callable[..., Any]) -> None:
    point = np.array([0.75, 1.25, -1.75])
    graph = symhdl.trace(function, x=[None] * 3)
    found = list(graph.evaluate(**{f"x{k}": point[k] for k in range(3)}).values())
    assert found == pytest.approx(np.ravel(np.array(function(point), dtype=float)), rel=1e-12)


def test_matrices_and_slices() -> None:
    def f(x: Any) -> object:
        return x[0, 1] * 2 + x[:, 0].sum() + x.T[1].max() + x[1:, :].mean()

    graph = symhdl.trace(f, x=[[None] * 2] * 3)
    assert [i.name for i in graph.inputs] == ["x0_0", "x0_1", "x1_0", "x1_1", "x2_0", "x2_1"]
    point = np.arange(6.0).reshape(3, 2)
    values = {f"x{i}_{j}": point[i, j] for i in range(3) for j in range(2)}
    assert float(graph.evaluate(**values)) == f(point)


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (lambda x: x + 1, ["y"]),
        (lambda y: y + 1, ["z"]),
        (defaults, ["defaults"]),
        (lambda x: (x, 2 * x), ["y0", "y1"]),
        (lambda x: {"s": x * 2, "c": [x, 1]}, ["s", "c0", "c1"]),
        (lambda x: np.stack([x, x + 1]), ["y0", "y1"]),
        (lambda x: {"x": x}, ["x_out"]),
        (functools.partial(defaults, gain=3), ["y"]),
    ],
)
def test_names_of_outputs(function: Callable[..., object], names: list[str]) -> None:
    assert [o.name for o in symhdl.trace(function).outputs] == names


def decides(x: float) -> float:
    if x > 0:
        return x
    return -x


@each_row(
    ("function", "id", "remedy"),
    [
        (decides, "condition", "np.where"),
        (lambda x: max(x, 0), "condition", "np.maximum"),
        (lambda x, y: x > 0 and y > 0, "condition", "&"),
        (lambda x: math.sin(x), "no-number", "np.sin"),
        (lambda x: int(x), "no-number", "np.sin"),
        (lambda x: [1, 2][x], "bad-index", "np.where"),
        (lambda x: x[0], "no-array", "* 16"),
        (lambda x: list(x), "no-array", "* 16"),
        (lambda x: np.interp(x, [0, 1], [0, 1]), "unsupported", "np.where"),
        (lambda x: np.max([x, 1]), "condition", "np.stack"),
        (lambda x: (x > 0) + (x > 1), "ambiguous", "|"),
        (lambda x: x & 3, "bits-of-real", "**"),
        (lambda x: x << 1, "bits-of-real", "x * 2**n"),
        (lambda x: 1 >> x, "bits-of-real", "x / 2**n"),
        (lambda x: np.left_shift([x, 1], 1), "bits-of-real", "x * 2**n"),
        (lambda x: ~x, "bits-of-real", "between comparisons"),
        (lambda x, y: x @ y, "bad-shape", ""),
        (lambda x: np.stack([x, 1]) + np.ones(3), "bad-shape", ""),
        (lambda x: np.concatenate(np.stack([x, 1])), "unsupported", "operators"),
        (lambda x: np.sort([x, 1]), "condition", "np.where"),
        (lambda x: x.astype(np.float32), "unsupported", "np.trunc"),
        (lambda x: np.stack([x, 1]).astype(int), "unsupported", "np.trunc"),
        (lambda x: np.gcd(x, 2), "unknown-function", "functions"),
        (lambda x: None, "no-output", "return"),
        (lambda x: (x, None), "no-output", "return"),
        (lambda x: [], "no-output", "return"),
        (lambda x: x * math.inf, "no-number", ""),
        (lambda x: x + 1j, "no-number", ""),
        (lambda x: x + "1", "no-number", ""),
    ],
)
def test_what_cannot_be_traced(function: Callable[..., object], id: str, remedy: str) -> None:
    found = mistake(function)
    assert found.id == id
    assert remedy in (found.help or "")


def test_messages_point_into_the_function() -> None:
    place = mistake(decides).span
    assert place is not None
    assert place.source.name == __file__
    assert place.source.text[place.start : place.end] == "x > 0"


def test_nodes_know_where_they_come_from() -> None:
    graph = symhdl.trace(lambda x: np.sin(x) + 2)
    span = graph.spans[graph.outputs[0].node]
    assert span is not None
    assert span.source.text[span.start : span.end] == "np.sin(x) + 2"


@pytest.mark.parametrize(
    ("function", "formats"),
    [
        (lambda x: x, {"y": "fixed<8,2>"}),
        (np.sin, {}),
    ],
)
def test_misuse(function: Callable[..., object], formats: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        symhdl.trace(function, **formats)


@pytest.mark.parametrize(
    ("formats", "id"),
    [
        ({"x": "fixed<8>"}, "bad-format"),
        ({"x": ["fixed<8>"]}, "bad-format"),
        ({"x": object()}, "bad-argument"),
        ({"x": "fixed<0,0>"}, "bad-format"),
        ({"x": symhdl.Input(range=(1, 0))}, "empty-range"),
        ({"x": [[None], [None, None]]}, "bad-shape"),
        ({"x": [None], "x0": None}, "name-clash"),
    ],
)
def test_bad_formats(formats: dict[str, object], id: str) -> None:
    function: Callable[..., object] = lambda x, x0=1: x  # noqa: E731
    assert mistake(function, **formats).id == id


def test_errors_of_the_function_are_its_own() -> None:
    def f(x: float) -> float:
        raise ValueError(f"no {x}")

    with pytest.raises(ValueError, match="no"):
        symhdl.trace(f)


def test_functions_and_graphs_are_sources() -> None:
    function = lambda x: np.where(x > 0, x, x / 8)  # noqa: E731
    graph = symhdl.parse(function)
    assert isinstance(graph, Graph)
    assert symhdl.parse(graph) is graph
    design = symhdl.compile(function, inputs={"x": symhdl.Input("fixed<10,3>")}, output_width=12)
    assert design.simulate([1.0, -2.0]) == pytest.approx([1.0, -0.25])


@given(seed=st.integers(0, 10**9))
def test_traced_functions_compute_what_the_functions_compute(seed: int) -> None:
    piece = expression(random.Random(seed), 3)  # noqa: S311
    graph = symhdl.trace(lambda x, y: {"r": piece.function(x, y)})
    points = np.random.default_rng(seed).integers(-40, 41, (2, 20)) / 8
    with np.errstate(all="ignore"):
        wanted = piece.function(*points) + np.zeros(20)
    values = graph.evaluate(x=points[0], y=points[1])["r"]
    assert values == pytest.approx(wanted, rel=1e-9, abs=1e-9), piece.text


@given(seed=st.integers(0, 10**9))
def test_arrays_are_traced_element_by_element(seed: int) -> None:
    piece = expression(random.Random(seed), 2)  # noqa: S311
    graph = symhdl.trace(lambda x, y: piece.function(x, y) + 0 * x, x=[None] * 3, y=[None] * 3)
    points = np.random.default_rng(seed).integers(-40, 41, (2, 3)) / 8
    with np.errstate(all="ignore"):
        wanted = piece.function(*points) + np.zeros(3)
    given_values = {f"{n}{k}": points[i, k] for i, n in enumerate("xy") for k in range(3)}
    values = list(graph.evaluate(**given_values).values())
    assert values == pytest.approx(wanted, rel=1e-9, abs=1e-9), piece.text


def test_a_pair_of_numbers_is_a_range() -> None:
    graph = symhdl.trace(lambda x, y: x * y[1], x=(-1, 1), y=[(0, 2), (0, Fraction(1, 2))])
    assert {i.name: i.range for i in graph.inputs} == {
        "x": (Fraction(-1), Fraction(1)),
        "y0": (Fraction(0), Fraction(2)),
        "y1": (Fraction(0), Fraction(1, 2)),
    }
    constant = symhdl.trace(lambda x, w: x * w[1], x=(-1, 1), w=[3, 4])
    assert float(constant.evaluate(x=2)) == 8
    default = symhdl.trace(lambda x, w=(3, 4): x * w[1])
    assert float(default.evaluate(x=2)) == 8
    with pytest.raises(symhdl.SymhdlError, match="lies above"):
        symhdl.trace(lambda x: x, x=(1, -1))
