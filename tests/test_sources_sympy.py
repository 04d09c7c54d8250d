"""SymPy expression objects: walked, not printed; equal in value to what SymPy itself computes."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy

from symhdl.errors import SymhdlError
from symhdl.functions.operation import Operation
from symhdl.ir.evaluate import evaluate
from symhdl.sources.source import read_source

X, Y, Z = sympy.symbols("x y z")
VALUES = {"x": 0.75, "y": -1.25, "z": 0.3}

EXPRESSIONS = [
    X + Y + Z + 1,
    X - 2 * Y,
    X * Y / Z,
    X**3 * Y**-2,
    1 / X,
    sympy.sqrt(X) / sympy.sqrt(Z),
    X**2.5,
    X**Y,
    2**X,
    sympy.exp(-(X**2)) * sympy.log(Z + 1),
    sympy.sin(X) + sympy.cos(Y) + sympy.tan(Z),
    sympy.asin(X) + sympy.acos(Z) + sympy.atan(Y) + sympy.atan2(Y, X),
    sympy.sinh(X) + sympy.cosh(Y) + sympy.tanh(Z) + sympy.asinh(Y) + sympy.atanh(Z),
    sympy.erf(X) + sympy.erfc(Y),
    sympy.sec(X) + sympy.csc(X) + sympy.cot(X) + sympy.sech(X) + sympy.csch(X) + sympy.coth(X),
    sympy.Abs(Y) + sympy.sign(Y) + sympy.floor(Y) + sympy.ceiling(X),
    sympy.Max(X, Y, Z) - sympy.Min(X, Y, Z),
    sympy.Mod(X, Z),
    sympy.Rational(1, 3) * X + sympy.Float("0.1") + sympy.Integer(7),
    sympy.pi * X + sympy.E,
    sympy.Piecewise((X, X < Y), (Y, sympy.Eq(X, Z)), (Z, True)),
    sympy.Piecewise(
        (X, sympy.And(X > Y, X >= Z)), (Y, sympy.Or(X <= Y, sympy.Ne(X, Z))), (Z, True)
    ),
    sympy.Heaviside(X) + sympy.Heaviside(Y),
    sympy.ITE(X > Y, X > Z, X < Z),
    sympy.Not(sympy.And(X > Y, Z > X)),
]


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
def test_value(expression: sympy.Basic) -> None:
    parsed, _ = read_source(expression)
    (value,) = evaluate(parsed.graph, VALUES).values()
    expected = expression.subs({symbol: VALUES[symbol.name] for symbol in (X, Y, Z)})
    is_boolean = expected in (sympy.true, sympy.false)
    wanted = float(bool(expected)) if is_boolean else float(expected.evalf())
    assert float(value) == pytest.approx(wanted, rel=1e-9, abs=1e-12)


def test_inputs_stand_in_the_order_of_their_names() -> None:
    x2, x10 = sympy.symbols("x2 x10")
    parsed, _ = read_source(x10 + x2 * Y)
    assert [declaration.name for declaration in parsed.graph.inputs] == ["x2", "x10", "y"]


def test_numbers_are_what_sympy_shows() -> None:
    parsed, _ = read_source(X + sympy.Float(0.1) * Y + sympy.Rational(1, 3))
    values = {node.value for node in parsed.graph.nodes if node.operation is Operation.CONSTANT}
    assert values == {Fraction(1, 10), Fraction(1, 3)}


def test_several_expressions() -> None:
    parsed, _ = read_source([X + 1, X + 2])
    assert [output.name for output in parsed.graph.outputs] == ["y0", "y1"]
    parsed, _ = read_source({"a": X + 1, "b": (X + 1) ** 2})
    assert [output.name for output in parsed.graph.outputs] == ["a", "b"]


def test_an_output_does_not_take_the_name_of_an_input() -> None:
    parsed, _ = read_source(Y + 1)
    assert [output.name for output in parsed.graph.outputs] == ["y_out"]


@pytest.mark.parametrize(
    "expression",
    [
        sympy.gamma(X),
        sympy.I * X,
        sympy.oo * sympy.Symbol("x", positive=True),
        sympy.zoo,
        sympy.nan,
        sympy.Integral(X, X),
        sympy.Function("f")(X),
        sympy.Piecewise((X, X < 1)),
        sympy.Float("1e99999"),
        sympy.Symbol("x\n; nasty"),
        sympy.Symbol("n" * 1000),
        sympy.Matrix([X]),
        sympy.S.EmptySet,
    ],
    ids=lambda expression: str(type(expression).__name__),
)
def test_what_has_no_meaning_is_told(expression: sympy.Basic) -> None:
    with pytest.raises(SymhdlError) as caught:
        read_source(expression)
    assert str(caught.value)


def test_deep_expressions() -> None:
    expression = X
    for _ in range(3000):
        expression = sympy.sin(expression, evaluate=False)
    parsed, _ = read_source(expression)
    assert len(parsed.graph.nodes) == 3001


def test_shared_parts_are_walked_once() -> None:
    expression = X
    for _ in range(60):
        expression = sympy.Add(
            sympy.sin(expression, evaluate=False),
            sympy.cos(expression, evaluate=False),
            evaluate=False,
        )
    parsed, _ = read_source(expression)
    assert len(parsed.graph.nodes) == 181


def test_text_and_object_are_one_graph_in_value() -> None:
    expression = sympy.exp(-(X**2)) * sympy.Max(X, Y) + sympy.Abs(Z) ** sympy.Rational(3, 2)
    from_text, _ = read_source(str(expression), dialect="sympy")
    from_object, _ = read_source(expression)
    (one,) = evaluate(from_text.graph, VALUES).values()
    (other,) = evaluate(from_object.graph, VALUES).values()
    assert float(one) == pytest.approx(float(other), rel=1e-14)
