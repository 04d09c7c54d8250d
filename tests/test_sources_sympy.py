"""SymPy expression objects: walked, not printed; equal in value to what SymPy itself computes."""

from __future__ import annotations

import math
import random
from decimal import Decimal
from fractions import Fraction

import pytest
import sympy

import symhdl
from symhdl.errors import Source, SymhdlError
from symhdl.evaluate import evaluate
from symhdl.functions.operation import Operation
from symhdl.sources.reading.detection import claims
from symhdl.sources.reading.source import read_source
from tests.rows import each_row

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
    sympy.Xor(X > Y, Y > Z, Z > X),
    sympy.Implies(X > Y, Z > X),
    sympy.Equivalent(X > Y, Z > X, Y < X),
    sympy.Contains(X, sympy.Interval(0, sympy.Rational(3, 4), False, True)),
    sympy.Piecewise((X, (-sympy.oo < Y) & (Y < 0)), (Z, True)),
    sympy.frac(Y) + sympy.frac(X),
    sympy.asec(1 / X) + sympy.acsc(2 / X) + sympy.asech(X) + sympy.acsch(Y) + sympy.acoth(2 / X),
    sympy.acot(X) + sympy.acot(Y),
    sympy.cbrt(X) + sympy.root(Z, 5) + sympy.real_root(X - 1, 3),
    sympy.log(X, 2) + sympy.erf2(X, Y) + sympy.sinc(Y),
    sympy.log(X, 2, evaluate=False),
    sympy.re(X) + sympy.im(Y) + sympy.conjugate(X),
    sympy.GoldenRatio * X + sympy.KroneckerDelta(X, Y),
    sympy.UnevaluatedExpr(X + 1) * 2,
    sympy.Poly(X**2 + Y, X, Y),
    sympy.Sum(Y * X**Z, (Z, 1, 4)),
    sympy.Product(X + Z, (Z, 1, 3)),
    sympy.Subs(sympy.exp(X) * Y, X, Z),
]


@each_row("expression", EXPRESSIONS, ids=str)
def test_value(expression: sympy.Basic) -> None:
    parsed, _ = read_source(expression)
    (value,) = evaluate(parsed.graph, VALUES).values()
    if isinstance(expression, sympy.Poly):
        expression = expression.as_expr()
    expected = expression.doit().subs({symbol: VALUES[symbol.name] for symbol in (X, Y, Z)})
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


@each_row(
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
        sympy.Matrix(0, 0, []),
        sympy.MatrixSymbol("A", 2, 2),
        sympy.EulerGamma * X,
        sympy.Derivative(sympy.Function("f")(X), X),
        X + sympy.Order(X**2),
        sympy.Sum(X, (Y, 1, Z)),
        sympy.Sum(X, (Y, 1, 10**9)),
        sympy.Sum(sympy.Sum(Y * X, (Y, 1, 2)) * Y, (Y, 1, 3)),
        sympy.IndexedBase("x")[Y],
        sympy.Dummy("x") + X,
        sympy.besselj(0, X),
        [sympy.Eq(X, Y), sympy.Eq(Y, X)],
        [sympy.Eq(X, Y), sympy.Eq(X, Z)],
        sympy.S.EmptySet,
    ],
    ids=lambda expression: str(type(expression).__name__),
)
def test_what_has_no_meaning_is_told(expression: object) -> None:
    with pytest.raises(SymhdlError) as caught:
        read_source(expression)
    assert str(caught.value)


@each_row("expression", EXPRESSIONS, ids=str)
def test_srepr_has_the_same_values(expression: sympy.Basic) -> None:
    text = sympy.srepr(expression)
    assert claims(Source("<text>", text))[0].reader.name == "srepr"
    for dialect in ("srepr", "sympy"):
        parsed, _ = read_source(text, dialect=dialect)
        graph = read_source(expression)[0].graph
        for one, other in zip(
            evaluate(parsed.graph, VALUES).values(), evaluate(graph, VALUES).values(), strict=True
        ):
            assert float(one) == pytest.approx(float(other), rel=1e-13)
        assert [i.name for i in parsed.graph.inputs] == [i.name for i in graph.inputs]


def outputs(source: object, **values: float) -> dict[str, float]:
    found = evaluate(symhdl.parse(source), values)
    return {name: float(value) for name, value in found.items()}


F = sympy.Function("f")
SEVERAL = [
    (sympy.Matrix([[X, 1], [Y, X * Y]]), {"y0": 2, "y1": 1, "y2": 3, "y3": 6}),
    (sympy.ImmutableMatrix([X]), {"y": 2}),
    (sympy.SparseMatrix([[0, X]]), {"y0": 0, "y1": 2}),
    (sympy.Array([X, Y]), {"y0": 2, "y1": 3}),
    (sympy.Tuple(X, Y + 1), {"y0": 2, "y1": 4}),
    ({Z: Y + 1, "b": [X, Y]}, {"z": 4, "b0": 2, "b1": 3}),
    ([X, 2, 0.5], {"y0": 2, "y1": 2, "y2": 0.5}),
    (sympy.Eq(Z, X + 1), {"z": 3}),
    ([sympy.Eq(Z, X + 1), sympy.Eq(sympy.Symbol("w"), Z * Y)], {"w": 9}),
    (sympy.cse([X * Y + sympy.sin(X * Y) * 0, X * Y]), {"y0": 6, "y1": 6}),
    (sympy.IndexedBase("x")[3] * sympy.MatrixSymbol("A", 2, 2)[0, 1], {"y": 35}),
    (sympy.Sum(sympy.IndexedBase("x")[Y + 2] * Y, (Y, 0, 1)), {"y": 5}),
]


@each_row(("source", "wanted"), SEVERAL, ids=str)
def test_several_values(source: object, wanted: dict[str, float]) -> None:
    values = {"x": 2, "y": 3, "x3": 5, "x2": 4, "A0_1": 7}
    assert outputs(source, **values) == wanted
    assert outputs(sympy.srepr(source), **values) == wanted


def test_a_lambda_puts_its_inputs_in_order() -> None:
    for source in (sympy.Lambda((Y, X, Z), X - 2 * Y), "Lambda((y, x), x - 2*y)"):
        graph = symhdl.parse(source, "sympy" if isinstance(source, str) else None)
        assert float(graph.evaluate(x=5, y=1, z=0)) == 3
        if not isinstance(source, str):
            assert [declared.name for declared in graph.inputs] == ["y", "x", "z"]


def test_functions_that_sympy_does_not_know() -> None:
    expression = F(X, 2) + sympy.Function("relu")(-X)
    for source in (expression, sympy.srepr(expression)):
        with pytest.raises(SymhdlError, match="there is no function `f`"):
            symhdl.parse(source)
        graph = symhdl.parse(source, define=["f(a, b) = a * b + offset"])
        assert [declared.name for declared in graph.inputs] == ["offset", "x"]
        assert float(graph.evaluate(x=3, offset=1)) == 7


def test_what_the_user_defines_replaces_sympys_functions() -> None:
    limited = "exp(x) = if abs(x) < 50 then exp(x) else 0"
    assert float(symhdl.parse(sympy.exp(X), define=[limited]).evaluate(x=60)) == 0


def test_a_mistake_in_a_definition_is_told_there() -> None:
    with pytest.raises(SymhdlError) as caught:
        symhdl.parse(F(X), define=["f(a) = a *"])
    span = caught.value.diagnostics[0].span
    assert span is not None
    assert span.source.text == "f(a) = a *"


def test_symbols_of_one_name_are_told() -> None:
    expression = X + 2 * sympy.Symbol("x", positive=True)
    for source in (expression, sympy.srepr(expression)):
        parsed, _ = read_source(source)
        assert [told.id for told in parsed.warnings] == ["same-name"]
    with pytest.raises(SymhdlError, match="two different symbols"):
        read_source(sympy.srepr(X + sympy.Dummy("x")))


def test_booleans() -> None:
    a, b = sympy.symbols("a b")
    graph = symhdl.parse(sympy.ITE(a, ~b, a | b))
    assert [float(graph.evaluate(a=p, b=q)) for p in (0, 1) for q in (0, 1)] == [0, 1, 1, 0]
    with pytest.raises(SymhdlError, match="a condition is wanted"):
        symhdl.parse("And(Symbol('a'), Add(Symbol('b'), Integer(1)))")


@pytest.mark.parametrize(
    "number",
    ["0.1", "0.30000000000000004", "1e-20", "123456789.125", "-2.5e300", "5e-324", "1e400"],
)
def test_floats_are_the_shortest_decimal_number_that_means_them(number: str) -> None:
    is_double = abs(float(number)) < math.inf
    value = sympy.Float(float(number)) if is_double else sympy.Float(number)
    for source in (value, sympy.srepr(value)):
        (node,) = symhdl.parse(source).nodes
        assert node.value == Fraction(number)


@each_row(
    ("text", "start", "message"),
    [
        ("Add(Symbol('x'), Integer(1)", 3, "never closed"),
        ("Add(Symbol('x'), Integer(1)))", 28, "unmatched"),
        ("Add(Symbol('x'], Integer(1))", 14, "does not match"),
        ("Add(Symbol('x') * Integer(1))", 4, "srepr writes calls alone"),
        ("Add(Symbol('x'), y)", 17, "has no constant `y`"),
        ("Add(Symbol(x), Integer(1))", 11, "has no constant `x`"),
        ("Add(Symbol('x'),, Integer(1))", 16, "does not fit here"),
        ("Add(Integer('a'), Symbol('x'))", 4, "not how srepr writes a Integer"),
        ("Add(Rational(1, 0), Symbol('x'))", 4, "not how srepr writes a Rational"),
        ("Pow(Symbol('x'))", 0, "not how SymPy writes a Pow"),
        ("Add(gamma(Symbol('x')), oo)", 24, "is not a finite number"),
        ("Add(gamma(Symbol('x')), Integer(2))", 4, "gamma has no meaning"),
        ("Piecewise(Symbol('x'), Integer(1))", 0, "not how SymPy writes a Piecewise"),
        ("Symbol('x')(Integer(1))", 0, "cannot be called"),
        ("Mul(Float('1e9999', precision=53), Symbol('x'))", 4, "not how srepr writes a Float"),
        ("Mul(Tuple(Symbol('x')), Integer(2))", 4, "several values"),
        ("__import__('os').system('true')", 0, "has no meaning here"),
        ("", 0, "a value is missing"),
        ("Add(prec=", 3, "never closed"),
    ],
)
def test_mistakes_in_srepr(text: str, start: int, message: str) -> None:
    with pytest.raises(SymhdlError, match=message) as caught:
        symhdl.parse(text, "srepr")
    span = caught.value.diagnostics[0].span
    assert span is not None
    assert span.start == start


def test_old_srepr() -> None:
    text = "Add(Float('0.5', prec=15), Rational(1, 3), Mul(Rational(1, 2), Symbol('x')))"
    assert symhdl.parse(text).evaluate(x=1, digits=10)["y"] == Decimal("1.333333333")


def test_deep_srepr_is_read_or_refused() -> None:
    text = "sin(" * 140 + "Symbol('x')" + ")" * 140
    assert len(symhdl.parse(text, "srepr").nodes) == 141
    with pytest.raises(SymhdlError, match="SymPy's object itself"):
        symhdl.parse("sin(" * 10_000 + "Symbol('x')" + ")" * 10_000, "srepr")


def test_long_srepr_takes_linear_time() -> None:
    terms = ", ".join(f"Mul(Integer({index}), Symbol('x'))" for index in range(1, 1_500))
    count = len(symhdl.parse(f"Add({terms})", "srepr").nodes)
    assert count == 3_000


@each_row(
    ("text", "wanted"),
    [
        ("1*(-0.0265)*x**108", -0.0265 * 2.0**108),
        ("x**(1/4) + Abs(-x) + sign(-x) + re(x)", 2**0.25 + 3),
        ("Piecewise((x, (x < 3) & (y > 2)), (y, True))", 2),
        ("Piecewise((x, ~(x < 3) | Ne(y, 3)), (y, True))", 3),
        ("Piecewise((1, And(Lt(x, 3), Gt(y, 2), Le(x, 2))), (0, True))", 1),
        ("Xor(x < 3, y < 2)*5", 5),
        ("log(y, 2) + x**-2", 1.584962500721156 + 0.25),
        ("Max(x, y, E) + pi", 3 + 3.141592653589793),
        ("ceiling(x/3) + floor(y/2) + frac(y/2) + Mod(y, x)", 3.5),
        ("Poly(x**2 + y, x, y, domain='ZZ')", 7),
        ("(x + y)*(x - y)", -5),
    ],
)
def test_text(text: str, wanted: float) -> None:
    assert float(symhdl.parse(text, "sympy").evaluate(x=2, y=3)) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[x + 1, x*y]", {"y0": 3, "y1": 6}),
        ("(x, y + 1)", {"y0": 2, "y1": 4}),
        ("Matrix([[x, 1], [y, x[3]]])", {"y0": 2, "y1": 1, "y2": 3, "y3": 5}),
        ("{a: x + 1, 'b': [x, y]}", {"a": 3, "b0": 2, "b1": 3}),
        ("Eq(w, Max(x, y))", {"w": 3}),
        ("[Eq(v, x), Eq(w, y)]", {"v": 2, "w": 3}),
        ("Eq(x, 3)*2 + Eq(y, 3)", {"z": 1}),
    ],
)
def test_texts_with_several_expressions(text: str, wanted: dict[str, float]) -> None:
    graph = symhdl.parse(text, "sympy")
    assert dict(graph.evaluate(x=2, y=3, x3=5)) == wanted


@each_row(
    ("text", "start", "message"),
    [
        ("x + oo", 4, "is not a finite number"),
        ("zoo*x", 0, "is not a finite number"),
        ("nan + x", 0, "not a number"),
        ("exp(I*x)", 4, "imaginary unit"),
        ("GoldenRatio*x", 0, r"write \(1 \+ sqrt"),
        ("1 + Sum(x, (k, 1, 3))", 4, "is not a function of numbers"),
        ("Integral(x, x)", 0, "is not a function of numbers"),
        ("(x < 1) ^ (y < 2)", 0, "exclusive or"),
        ("[Eq(v, x), Eq(w, v*2)]", 17, "defined in this text and used in it"),
        ("([(x0, x*y)], [x0 + 1])", 2, "pair"),
        ("Piecewise((x, x < 1))", 0, "every case"),
    ],
)
def test_mistakes_in_text(text: str, start: int, message: str) -> None:
    with pytest.raises(SymhdlError, match=message) as caught:
        symhdl.parse(text, "sympy")
    span = caught.value.diagnostics[0].span
    assert span is not None
    assert span.start == start


def test_names_that_mean_something_else_may_be_inputs() -> None:
    graph = symhdl.parse("I*E", "sympy", inputs=["I", "E"])
    assert float(graph.evaluate(I=2, E=3)) == 6


PIECES = [
    "Add(", "Mul(", "Pow(", "Symbol('x'", "Integer(", "Float('1.5', precision=53", "Rational(1, 2",
    "Piecewise(", "ExprCondPair(", "Sum(", "Tuple(", "Lambda(", "Function('f')(", "Dict(", "Poly(",
    "Indexed(", "IndexedBase(", "Subs(", "Matrix([", "Xor(", "Heaviside(", "Equality(", "ITE(",
    "Contains(", "Interval(", ")", ")", ")", ")", ")", "]", "[", "{", "}", ", ", ", ", ", ", "=",
    ":", "-", "'", "3", "0", "oo", "true", "pi", "Symbol('k')", "Symbol('k')", "Integer(2)", "x =",
    "Integer(2)", "StrictLessThan(", "MatrixElement(", "Str('A')", "Max(", "log(", "Idx(",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_no_srepr_brings_it_down(seed: int) -> None:
    """Texts put together at random are read or refused; half of them with their brackets closed."""
    shuffled = random.Random(seed)  # noqa: S311
    for _ in range(300):
        text = "".join(shuffled.choices(PIECES, k=shuffled.randrange(1, 12)))
        if shuffled.random() < 0.8:
            text += ")" * (text.count("(") - text.count(")"))
        try:
            symhdl.parse(text, "srepr")
        except SymhdlError as problem:
            assert str(problem)


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
