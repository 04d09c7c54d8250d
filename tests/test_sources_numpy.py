"""Python and NumPy as text: what it means is compared with what NumPy computes."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symhdl.errors import SymhdlError
from symhdl.ir.graph import Graph
from symhdl.parsed import Parsed
from tests.rows import each_row

from . import imperative_texts
from .python_programs import expression

VALUES: dict[str, Any] = {
    "x": 1.75,
    "y": -2.5,
    "a": 3.0,
    "b": -4.0,
    "x0": 2.0,
    "x1": 0.5,
    "x2": -1.0,
}


def parsed(text: str) -> Parsed:
    return imperative_texts.parsed(text, "numpy")


def graph(text: str) -> Graph:
    return parsed(text).graph


@each_row(
    ("text", "value"),
    [
        ("2**-1 + 2**3**2", 512.5),
        ("r = a % -2 + b % 3 + (-7) // 2", -3),
        ("x if a > 0 > b else y", 1.75),
        ("0 < x < 2 and y < 0", 1),
        ("(0 and 5) + (0 or x) + (not x)", 1.75),
        ("(x > 0) & (y > 0) | ~(x == y)", 1),
        ("np.maximum(a, b) + np.minimum(a, b) + max(a, b, 7) + min(x, y)", 3.5),
        ("np.clip(a, -1, 1) + np.clip(b, None, 0) + np.clip(a, a_min=5, a_max=6)", 2),
        ("torch.clamp(x, min=2) + torch.relu(y)", 2),
        ("np.select([x < 0, x < 2], [1, 2], 3)", 2),
        ("np.heaviside(0, 0.25) + np.heaviside(x, 0) + np.heaviside(y, 1)", 1.25),
        ("round(2.5) + round(3.5) + round(-0.5) + np.round(x, 1)", 7.8),
        ("int(y) + math.trunc(1.9) + np.fix(-1.5) + math.floor(y) + math.ceil(y)", -7),
        ("np.pi/math.pi + math.tau/pi + np.log(np.e) + math.log(8, 2)", 7),
        ("numpy.hypot(3, 4) + jnp.cbrt(8) + np.deg2rad(180)/np.pi", 8),
        ("1_000 + 0x1F + 0b11 + 0o17 + 1e-3 + .5 + 5.", 1054.501),
        ("x[0] + x[1]*x[2]", 1.5),
        ("x[:, 0] - x[..., 1]", 1.5),
        ("r = s = a + 1", 4),
        ("r: float = +a", 3),
        ("r = (x > 0 and y < 0 and a > 9) + 2*((x > 0) ^ (y > 0))", 2),
        ("t = a\nt += b\nr = t*2", -2),
        ("a, b = b, a\nr = a - b", -7),
        ("r = 0\nfor i in range(4):\n    r += i*a", 18),
        ("r = 0\nfor c in (1, 2.5):\n    r = r*x + c", 4.25),
        ("r = 0\nfor i, c in enumerate([a, b]):\n    r += i*c", -4),
        ("r = 0\nfor p, q in zip([a, b], (1, 2)):\n    r += p*q", -5),
        ("r = 0\nwhile r < 3:\n    r += 2", 4),
        ("r = sum(c*x**i for i, c in enumerate((1, 2, 4)))", 16.75),
        ("r = sum([v*v for v in [a, b]]) + np.prod([a, 2])", 31),
        ("w = np.array([1, a])\nr = w[1] + max(w) + numpy.amax((a, b), axis=0)", 9),
        ("r = any([x > 9, y < 0]) + 2*all([x > 9])", 1),
        ("i = 5\nt = sum(i*2 for i in range(3))\nr = i + t", 11),
        ("k = 2\ndef g(v, c=k): return v*c\nk = 9\nr = g(a)", 6),
        ("r = x if x > a else (\n    y\n    + 1)", -1.5),
        ("r = a + \\\n    b", -1),
        ("return x*2", 3.5),
        ("'''a note'''\n# another\nimport numpy as np\nr = np.sin(0)", 0),
        ("from math import sqrt as root, pi\nr = root(4) + pi/pi", 3),
        ("import torch.nn.functional as G\nr = G.relu(y)", 0),
        ("    t = a\n    r = t + 1", 4),
        ("def f(x, y):\n    t = x*y\n    if t > 0:\n        return t\n    return -t", 4.375),
        ("def f(x):\n  if x < 0: return 0\n  elif x < 1: r = 1\n  else:\n    r = 2\n  return r + x", 3.75),
        ("def relu(v): return v if v > 0 else 0\ndef f(x, y): return relu(x) + relu(y)", 1.75),
        ("def f(x):\n  '''A note.'''\n  def inner(v): return v*x\n  return inner(2) + inner(3)", 8.75),
        ("K = 2\ndef f(x): return K*x", 3.5),
        ("f = lambda x, y: x*y", -4.375),
        ("def f(x, gain=2): return gain*x", 3.5),
        ("def g(v, k=1, m=0): return v*k + m\ndef f(x): return g(x, m=1) + g(x, 2)", 6.25),
        ("def f(x):\n    x0, x1 = x\n    return x0 - x1", 1.5),
        ("@njit\ndef f(x: float, y: float = 2.0) -> float:\n    return x", 1.75),
        ("def f(x):\n  for i in range(3):\n    if x > 3: return i\n    x = x*2\n  return -1", 1),
        ("def f(self, x): return x", 1.75),
    ],
)  # fmt: skip
def test_value(text: str, value: float) -> None:
    values = graph(text).evaluate(**VALUES)
    found = values["r"] if "r" in values else float(values)
    assert found == pytest.approx(value, rel=1e-12)


@each_row(
    ("text", "inputs", "outputs"),
    [
        ("np.sin(b)*a", ["b", "a"], ["y"]),
        ("lambda y, x: x", ["y", "x"], ["z"]),
        ("t = a*b\ny = t + 1\nz = t - 1", ["a", "b"], ["y", "z"]),
        ("def f(q, p):\n    s = p + q\n    d = p - q\n    return s, d", ["q", "p"], ["s", "d"]),
        ("def f(q, p):\n    return p + q, p - q", ["q", "p"], ["f0", "f1"]),
        ("def f(p): return p\ndef g(p, q): return p*q", ["p", "q"], ["f", "g"]),
        ("X[:, 3] + X[:, 1]", ["X1", "X3"], ["y"]),
        ("y = x[1][2] + x[0][0]", ["x0_0", "x1_2"], ["y"]),
        ("def f(x): return x[1] + x[0]", ["x0", "x1"], ["f"]),
        ("a + b\na - b", ["a", "b"], ["y0", "y1"]),
        ("r = a*2\nr", ["a"], ["r"]),
    ],
)
def test_ports(text: str, inputs: list[str], outputs: list[str]) -> None:
    found = graph(text)
    assert [declared.name for declared in found.inputs] == inputs
    assert [declared.name for declared in found.outputs] == outputs


def test_annotations_give_formats() -> None:
    found = graph('def f(x: "fixed<12,3>", y: float): return x*y')
    assert [str(declared.format) for declared in found.inputs] == ["fixed<12,3>", "None"]


@each_row(
    ("text", "id", "place"),
    [
        ("x ^ 2", "bits-of-real", "x ^ 2"),
        ("(x > 0) + (y > 0)", "ambiguous", "(x > 0) + (y > 0)"),
        ("x & 3", "bits-of-real", "x & 3"),
        (
            "r = foo(x)\nq = np.sinn(x)",
            "unknown-function",
            "foo",
        ),
        ("np.random.rand()", "unknown-function", "np.random.rand"),
        ("np.inf*x", "no-number", "np.inf"),
        ("x = 3 4\nz = 1", "syntax", "4"),
        ("y = 2 +\nz = 1", "syntax", "\n"),
        ("é = (α, 3 β)", "syntax", "3 β"),
        ("é = ü + foo(x)", "unknown-function", "foo"),
        ("y = 2x", "bad-number", "2x"),
        ("y = x²", "syntax", "²"),
        ("y = x # \0", "syntax", "\0"),
        ("y = x # \ud800", "not-text", "\ud800"),
        ("y = 'abc", "syntax", "'"),
        ("3 = x", "bad-target", "3"),
        ("r = a)", "unmatched-bracket", ")"),
        ("r = (a]", "unmatched-bracket", "]"),
        ("r = (a = 2)", "syntax", "a = 2"),
        ("r = (a", "unmatched-bracket", "("),
        ("if x > 0\n    y = 1", "syntax", "\n"),
        ("def f(x):\nreturn x", "syntax", "return"),
        ("x = 1\n    y = 2", "syntax", "y"),
        ("if x:\n        y = 1\n    z = 2", "syntax", "z"),
        ("for i in range(n): y = i", "bad-index", "range(n)"),
        ("for v in x: y = v", "loop-bound", "x"),
        ("while x > 0: x = x - 1", "loop-bound", "x > 0"),
        ("def f(x): return f(x - 1)", "recursion", "f(x - 1)"),
        ("def f(x):\n    if x > 0:\n        t = 1\n    return t", "unset", "t"),
        ("def f(x):\n    if x > 0:\n        return 1", "no-return", "f"),
        ("def f(x): pass", "no-output", "f"),
        ("x[a]", "bad-index", "a"),
        ("np.clip(a)", "wrong-arity", "np.clip(a)"),
        ("np.max([])", "no-number", "np.max([])"),
        ("np.sin(a, out=b)", "unsupported", "np.sin(a, out=b)"),
        ("for i in range(0, 9, 0): y = i", "bad-index", "range(0, 9, 0)"),
        ("def f(x: 'fixed<0,0>'): return x", "bad-format", "x"),
        ("y = 012", "bad-number", "012"),
        ("x + x[0]", "bad-shape", "x[0]"),
        ("def f(x, y): return x\nr = f(1)", "wrong-arity", "f(1)"),
    ],
)
def test_mistakes(text: str, id: str, place: str) -> None:
    told, pointed = imperative_texts.mistake(text, "numpy")
    assert (told.id, pointed) == (id, place)


@each_row(
    ("text", "place", "help"),
    [
        ("class A: pass", "class A: pass", "plain functions"),
        ("y = x is None", "x is None", "=="),
        ("y = 2j*x", "2j", "real number"),
        ("y = f'{x}'", "f'{x}'", "numbers"),
        ("(y := x)", "y := x", "statement of its own"),
        ("def f(*x): return x", "def f(*x): return x", "parameter"),
        ("def f(x): return max(*x)", "*x", "write the values out"),
        ("y = [v for v in (1, 2) if v]", "[v for v in (1, 2) if v]", "no `if`"),
        ("for i in range(3):\n    break", "break", "`if` around"),
        ("y = np.dot(a, b)", "np.dot(a, b)", "symhdl.trace"),
        ("y = np.array([1, 2])*x", "np.array([1, 2])*x", "symhdl.trace"),
        ("y = a > 0 && b > 0", "&", "`and`"),
        ("y = a > 0 ? a : b", "?", "a if condition else b"),
        ("y = 2 +", "", "write a value"),
        ("y = x.clip(0, 1)", "x.clip", "np.clip"),
        ("y = x[1:3]", "1:3", "single elements"),
        ("y = table['speed']", "'speed'", "table_speed"),
    ],
)
def test_what_is_not_read_is_told_with_what_to_write(text: str, place: str, help: str) -> None:
    told, pointed = imperative_texts.mistake(text, "numpy")
    assert pointed == place
    assert told.help is not None
    assert help in told.help


@pytest.mark.parametrize(
    "text",
    [
        "y = " + "(" * 200 + "x" + ")" * 200,
        "y = " + "x + " * 3000 + "x",
        "y = " + "x if x else " * 3000 + "x",
        "if x: y = 1\n" + "elif x: y = 2\n" * 3000,
    ],
)
def test_what_is_too_much_for_python_is_told_to_use_the_native_reader(text: str) -> None:
    told, _ = imperative_texts.mistake(text, "numpy")
    assert told.id in ("too-deep", "too-large")
    assert "--dialect native" in str(told.help)


@pytest.mark.parametrize("failure", [RecursionError, MemoryError])
def test_what_the_parser_of_python_gives_up_is_told(
    failure: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr("symhdl.sources.python.parsing.ast.parse", fail)
    told, _ = imperative_texts.mistake("y = x", "numpy")
    assert told.id == "too-deep"
    assert "--dialect native" in str(told.help)


@pytest.mark.parametrize("text", ['y = x\n"x" is 1', "y = 1if x else 2", "y = x\n'\\d'"])
def test_python_does_not_warn_of_a_text(text: str) -> None:
    """Warnings are errors in these tests."""
    with contextlib.suppress(SymhdlError):
        parsed(text)


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("def f(x, k=2): return k*x", "default-value"),
    ],
)
def test_warning(text: str, id: str) -> None:
    assert [warning.id for warning in parsed(text).warnings] == [id]


def test_messages(golden: Callable[[str, str], None]) -> None:
    texts = [
        "y = x ^ 2",
        "y = np.sinn(x)\nz = foo(x)",
        "def f(x):\n    if x > 0:\n        return x",
        "y = 2 x",
        "y = x\n    z = 2",
        "def f(x, k=2): return k*x",
        "for i in range(n):\n    y = i",
    ]
    golden("sources_numpy.txt", imperative_texts.shown(texts, "numpy"))


@pytest.mark.parametrize(
    "text",
    [
        "y = " + "(" * 150 + "a" + ")" * 150,
        "y = " + "+".join(f"x{index}" for index in range(1500)),
        "y = " + "-" * 1500 + "a",
        "y = " + "a if b else " * 900 + "c",
        "\n".join(f"x{index + 1} = x{index}*2" for index in range(1000)),
        "if a < 0: y = 0\n"
        + "".join(f"elif a < {k}: y = {k}\n" for k in range(500))
        + "else: y = 1",
    ],
)
def test_deep_and_long_texts(text: str) -> None:
    assert graph(text).outputs


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("(" * 100_000, "too-deep"),
        ("y = x" + "[0]" * 100, "too-deep"),
        ("\n".join("  " * depth + "if x:" for depth in range(900)), "too-deep"),
        ("while True: pass", "too-large"),
        ("y = " + "9" * 2000, "bad-number"),
        ("y = " + "x" * 2000, "name-too-long"),
        ('"""' * 5001, "syntax"),
    ],
)
def test_limits(text: str, id: str) -> None:
    assert imperative_texts.mistake(text, "numpy")[0].id == id


def test_so_many_words_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symhdl.sources.python.parsing.MOST_TOKENS", 100)
    assert imperative_texts.mistake("y = x\n" * 30, "numpy")[0].id == "too-large"


@given(seed=st.integers(0, 10**9))
def test_expressions_mean_what_numpy_computes(seed: int) -> None:
    chooser = random.Random(seed)  # noqa: S311
    piece = expression(chooser, 3)
    found = graph(f"r = {piece.text}")
    points = np.random.default_rng(seed).integers(-40, 41, (2, 20)) / 8
    with np.errstate(all="ignore"):
        wanted = piece.function(*points) + np.zeros(20)
    values = found.evaluate(x=points[0], y=points[1])["r"]
    assert values == pytest.approx(wanted, rel=1e-9, abs=1e-9), piece.text
