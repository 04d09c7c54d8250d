"""FPCore: operators and constants against other implementations, forms, loops and arrays."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import pytest

import symhdl
from symhdl.errors import SymhdlError
from symhdl.sources.fpcore.operators import CONSTANTS, OPERATORS, RELATIONS
from tests.rows import each_row


def value(expression: str, **values: float) -> float:
    """The expression where its variables have these values."""
    graph = symhdl.parse(f"(FPCore ({' '.join(values)}) {expression})", "fpcore")
    return float(graph.evaluate(digits=30, **{n: Fraction(v) for n, v in values.items()}))


def nodes(text: str) -> int:
    return len(symhdl.parse(text, "fpcore").nodes)


def _nearest_away(x: float) -> float:
    return math.copysign(math.floor(abs(x) + 0.5), x)


POINTS = (-7.5, -3, -2.5, -1.5, -1, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1, 1.5, 2.5, 3.5, 6)
ONE: dict[str, Callable[[float], float]] = {
    "+": lambda x: x, "-": lambda x: -x, "neg": lambda x: -x, "*": lambda x: x, "/": lambda x: 1 / x,
    "fabs": abs, "exp": math.exp, "exp2": lambda x: 2.0**x, "exp10": lambda x: 10.0**x,
    "expm1": math.expm1, "log": math.log, "log10": math.log10, "log2": math.log2,
    "log1p": math.log1p, "sqrt": math.sqrt,
    "cbrt": lambda x: math.copysign(abs(x) ** (1 / 3), x), "sin": math.sin, "cos": math.cos,
    "tan": math.tan, "asin": math.asin, "acos": math.acos, "atan": math.atan, "sinh": math.sinh,
    "cosh": math.cosh, "tanh": math.tanh, "asinh": math.asinh, "acosh": math.acosh,
    "atanh": math.atanh, "erf": math.erf, "erfc": math.erfc, "ceil": math.ceil,
    "floor": math.floor, "trunc": math.trunc, "round": _nearest_away, "nearbyint": round,
    "rint": round, "not": lambda x: not x, "and": bool, "or": bool,
    "isnan": math.isnan, "isinf": math.isinf, "isfinite": math.isfinite,
    "isnormal": lambda x: x != 0, "signbit": lambda x: x < 0,
}  # fmt: skip
TWO: dict[str, Callable[[float, float], float]] = {
    "+": lambda x, y: x + y, "-": lambda x, y: x - y, "*": lambda x, y: x * y,
    "/": lambda x, y: x / y, "hypot": math.hypot, "atan2": math.atan2, "fmod": math.fmod,
    "remainder": math.remainder, "fmax": max, "fmin": min, "fdim": lambda x, y: max(x - y, 0),
    "copysign": math.copysign, "pow": math.pow,
}  # fmt: skip
CONDITIONS = ("and", "or", "not")


@each_row("operator", [name for name in ONE if name not in CONDITIONS])
def test_operators_of_one(operator: str) -> None:
    graph = symhdl.parse(f"(FPCore (x) ({operator} x))", "fpcore")
    count = 0
    for x in POINTS:
        try:
            wanted = float(ONE[operator](x))
        except (ValueError, ZeroDivisionError):
            assert graph.evaluate(digits=20, x=Fraction(x))["y"] is None
            continue
        count += 1
        assert float(graph.evaluate(digits=20, x=Fraction(x))) == pytest.approx(wanted, rel=1e-14)
        assert float(graph.evaluate(x=x)) == pytest.approx(wanted, rel=1e-14)
    assert count >= 3


@pytest.mark.parametrize("operator", TWO)
def test_operators_of_two(operator: str) -> None:
    graph = symhdl.parse(f"(FPCore (x y) ({operator} x y))", "fpcore")
    count = 0
    for x in POINTS:
        for y in (-2, -1, -0.75, 0.5, 1, 1.5, 3):
            try:
                wanted = TWO[operator](x, y)
            except (ValueError, ZeroDivisionError):
                continue
            count += 1
            found = graph.evaluate(digits=20, x=Fraction(x), y=Fraction(y))
            assert float(found) == pytest.approx(wanted, rel=1e-14, abs=1e-300), (x, y)
            assert float(graph.evaluate(x=x, y=y)) == pytest.approx(wanted, rel=1e-14, abs=1e-300)
    assert count > 50


def test_every_operator_is_tested() -> None:
    assert set(OPERATORS) == {*ONE, *TWO, *RELATIONS, "fma", "cast", "array", "ref"}


@each_row(
    ("expression", "wanted"),
    [
        ("(fma x 3 1)", 8.5),
        ("(+ x 1 2 3)", 8.5),
        ("(- x 1 2)", -0.5),
        ("(* x 2 2)", 10),
        ("(/ x 5 2)", 0.25),
        ("(cast x)", 2.5),
        ("(! :precision binary32 :round toZero (* x x))", 6.25),
        ("(if (and (< x 3) (not (> x 3)) (or FALSE TRUE)) 1 0)", 1),
        ("(if (and) 1 (or))", 1),
        ("(let ([x 1] [z x]) (+ x z))", 3.5),
        ("(let* ([x 1] [z x]) (+ x z))", 2),
        ("(let* ([x 1] [x (+ x 1)]) x)", 2),
        ("(let () x)", 2.5),
        ("{+ [- x] 0x1.8p1}", 0.5),
        ("(+ -.5 ; a half )\n +1/4 1e1 x)", 12.25),
    ],
)  # fmt: skip
def test_forms(expression: str, wanted: float) -> None:
    assert value(expression, x=2.5) == wanted


REALS = {
    "E": math.e, "LOG2E": math.log2(math.e), "LOG10E": math.log10(math.e), "LN2": math.log(2),
    "LN10": math.log(10), "PI": math.pi, "PI_2": math.pi / 2, "PI_4": math.pi / 4,
    "M_1_PI": 1 / math.pi, "M_2_PI": 2 / math.pi, "M_2_SQRTPI": 2 / math.sqrt(math.pi),
    "SQRT2": math.sqrt(2), "SQRT1_2": math.sqrt(0.5), "MAXFLOAT": (2 - 2**-23) * 2.0**127,
}  # fmt: skip


@each_row(("name", "wanted"), REALS.items())
def test_constants(name: str, wanted: float) -> None:
    assert value(name) == pytest.approx(wanted, rel=1e-15)


def test_every_constant_is_tested() -> None:
    assert {"E", "PI", *CONSTANTS} == set(REALS)


@pytest.mark.parametrize("operator", RELATIONS)
def test_relations_hold_between_all(operator: str) -> None:
    pairs: dict[str, Callable[[int, int], bool]] = {
        "<": lambda a, b: a < b, ">": lambda a, b: a > b, "<=": lambda a, b: a <= b,
        ">=": lambda a, b: a >= b, "==": lambda a, b: a == b, "=": lambda a, b: a == b,
        "!=": lambda a, b: a != b,
    }  # fmt: skip
    graph = symhdl.parse(f"(FPCore (x y z) ({operator} x y z))", "fpcore")
    holds = pairs[operator]
    for x in (1, 2, 3):
        for y in (1, 2, 3):
            for z in (1, 2, 3):
                wanted = holds(x, y) and holds(y, z) and holds(x, z)
                assert float(graph.evaluate(x=x, y=y, z=z)) == wanted
    assert value(f"(if ({operator} x) 1 0)", x=4) == 1


# --- Loops ----------------------------------------------------------------------------------------


@each_row(
    ("expression", "wanted"),
    [
        ("(while (< i 3) ([i 0 (+ i 1)] [b x (* b 2)]) b)", 20),
        ("(while (<= i 3) ([i 0 (+ i 1)] [s 0 (- s i)]) s)", -6),
        ("(while* (<= i 3) ([i 0 (+ i 1)] [s 0 (- s i)]) s)", -10),
        ("(while (< i 3) ([i 0 (+ i 1)] [a 0 b] [b 1 a]) a)", 1),
        ("(while FALSE ([a x (+ a 1)]) a)", 2.5),
        ("(while* (> e 1/100) ([e 1 (/ e 3)] [n 0 (+ n 1)]) (* n x))", 12.5),
        ("(while (< t PI) ([t 0 (+ t (/ PI 3.5))] [n 0 (+ n 1)]) n)", 4),
        ("(while (> (exp t) 1) ([t 2 (- t 1/2)] [n 0 (+ n 1)]) n)", 4),
        ("(for ([i 3] [j 2]) ([s 0 (+ s (* (+ i 1) (+ j x)))]) s)", 36),
        ("(for ([i 5]) ([a 0 b] [b 1 (+ a b)]) a)", 5),
        ("(for* ([i 3]) ([a 1 (* a 2)] [s 0 (+ s a)]) s)", 14),
        ("(for ([i 4]) ([s 0 (+ s i)]) (* i s))", 24),
        ("(for () ([s x (* s s)]) s)", 6.25),
        ("(let ([n 4]) (for ([i (* 2 n)]) ([s 0 (+ s x)]) s))", 20),
        ("(let ([v (array (array 1 2) (array 3 4))]) (+ (ref (ref v 1) 0) (ref v 0 1)))", 5),
        ("(for ([i 3]) ([s 0 (+ s (* i (ref (array 1 2 3) i)))]) s)", 8),
    ],
)  # fmt: skip
def test_loops_and_arrays(expression: str, wanted: float) -> None:
    assert value(expression, x=2.5) == pytest.approx(wanted, rel=1e-15)


def test_indices_are_known_only_inside() -> None:
    with pytest.raises(SymhdlError, match="`i` is bound nowhere"):
        value("(for ([i 2] [j 2]) ([s 0 (+ s x)]) (+ i s))", x=1)
    with pytest.raises(SymhdlError, match="`i` is bound nowhere"):
        value("(for ([i 2]) ([s i (+ s x)]) s)", x=1)


def test_a_shared_value_is_one_node() -> None:
    assert nodes("(FPCore (x) (let ([a (sin x)]) (* a (+ a (sin x)))))") == 4
    text = "(FPCore (x) (let* (" + "[x (+ x x)]" * 200 + ") x))"
    assert nodes(text) == 201
