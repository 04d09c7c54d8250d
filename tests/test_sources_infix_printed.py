"""Random formulas, printed as each tool would, are read with the values that Python finds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

import symhdl

X, Y = 0.75, -2.5


def quotient(a: float, b: float) -> float:
    return a / math.sqrt(1 + b * b)


# A formula as nested tuples, printed as each tool would and evaluated by Python.
Formula = float | str | tuple[object, ...]


def formulas() -> st.SearchStrategy[Formula]:
    numbers = st.integers(-400, 400).map(lambda n: n / 8)
    leaves: st.SearchStrategy[Formula] = st.one_of(numbers, st.sampled_from(["x", "y"]))
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.tuples(st.sampled_from(["+", "-", "*", "aq"]), inner, inner),
            st.tuples(st.sampled_from(["sin", "cos", "sqrt", "square"]), inner),
        ),
        max_leaves=20,
    )


def value(formula: object) -> float:
    match formula:
        case (str(name), inner):
            x = value(inner)
            if name == "sqrt":
                return math.sqrt(abs(x))
            return x * x if name == "square" else float(getattr(math, str(name))(x))
        case (str(name), left, right):
            a, b = value(left), value(right)
            return {"+": a + b, "-": a - b, "*": a * b, "aq": quotient(a, b)}[name]
        case str(name):
            return {"x": X, "y": Y}[name]
        case float(number):
            return number
    raise AssertionError(formula)


def as_bingo(formula: object) -> str:
    match formula:
        case ("square", inner):
            return f"({as_bingo(inner)})^(2)"
        case (str(name), inner):
            return f"{name}({as_bingo(inner)})"
        case ("aq", left, right):
            return f"({as_bingo(left)})/(sqrt(1 + ({as_bingo(right)})^(2)))"
        case ("*", left, right):
            return f"({as_bingo(left)})({as_bingo(right)})"
        case ("-", left, right):
            return f"{as_bingo(left)} - ({as_bingo(right)})"
        case (_, left, right):
            return f"{as_bingo(left)} + {as_bingo(right)}"
    return {"x": "X_0", "y": "X_1"}.get(str(formula), str(formula))


def as_gomea(formula: object) -> str:
    match formula:
        case ("square", inner):
            return f"({as_gomea(inner)})^2"
        case (str(name), inner):
            return f"{name}({as_gomea(inner)})"
        case (str(name), left, right):
            return f"({as_gomea(left)}{name}{as_gomea(right)})"
        case float(number):
            return f"{number:.6f}"
    return {"x": "x0", "y": "x1"}[str(formula)]


def as_heuristiclab(formula: object) -> str:
    match formula:
        case (str(name), inner):
            return f"{ {'square': 'SQR', 'sqrt': 'SQRTABS'}.get(name, name.upper()) }({as_heuristiclab(inner)})"
        case ("aq", left, right):
            return f"AQ({as_heuristiclab(left)}, {as_heuristiclab(right)})"
        case (str(name), left, right):
            return f"({as_heuristiclab(left)} {name} {as_heuristiclab(right)})"
        case float(number):
            mantissa, _, exponent = f"{number:.15e}".partition("e")
            return f"{mantissa}e{exponent[0]}{int(exponent[1:]):03d}"
    return {"x": "'speed 1'", "y": '"it\'s"'}[str(formula)]


PRINTERS: Mapping[str, tuple[Callable[[object], str], tuple[str, str]]] = {
    "bingo": (as_bingo, ("X_0", "X_1")),
    "gomea": (as_gomea, ("x0", "x1")),
    "heuristiclab": (as_heuristiclab, ("speed 1", "it's")),
}


@pytest.mark.parametrize("dialect", PRINTERS)
@given(formula=formulas())
def test_what_is_printed_is_read(dialect: str, formula: Formula) -> None:
    printer, (x, y) = PRINTERS[dialect]
    graph = symhdl.parse(printer(formula), dialect)
    found = float(graph.evaluate(digits=None, **{x: X, y: Y}))
    assert found == pytest.approx(value(formula), rel=1e-9, abs=1e-9)
