"""FPCore's preconditions: the ranges that they imply, and that every point which meets them lies inside."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from symhdl.sources.reading.reader import ReadOptions

import symhdl
from symhdl.errors import Source, SymhdlError
from symhdl.functions.operation import Operation
from symhdl.sources.fpcore.intervals import RISING, Interval, cofactor, inverse, product, trimmed
from symhdl.sources.fpcore.reader import READER

NAMES = ("x", "y", "z")
Point: TypeAlias = tuple[Fraction, Fraction, Fraction]


def read(precondition: str, names: tuple[str, ...] = NAMES) -> tuple[dict[str, str], list[str]]:
    """The ranges by input, and what is warned of."""
    text = f"(FPCore ({' '.join(names)}) :pre {precondition} (+ {' '.join(names)}))"
    parsed = READER.read(Source("<text>", text), ReadOptions()).parsed
    ranges = {
        declared.name: " .. ".join(str(end) for end in declared.range)
        for declared in parsed.graph.inputs
        if declared.range is not None
    }
    return ranges, [told.id for told in parsed.warnings]


@pytest.mark.parametrize(
    ("precondition", "wanted"),
    [
        ("(<= 0 x 1)", "0 .. 1"),
        ("(< 1e-3 x 1e3)", "1/1000 .. 1000"),
        ("(> 3/4 x -0x1p-2)", "-1/4 .. 3/4"),
        ("(and (<= -1 x) (< x (+ 1 (* 2 3))))", "-1 .. 7"),
        ("(<= -1 (* 2 x) 1)", "-1/2 .. 1/2"),
        ("(<= (- 1 x) (* 3 (- x 5)) (/ x 2))", "4 .. 6"),
        ("(<= (fabs x) 3)", "-3 .. 3"),
        ("(< (fabs (- x 5)) 1/2)", "9/2 .. 11/2"),
        ("(and (<= 1 (fabs x) 3) (> x 0))", "1 .. 3"),
        ("(== x 16)", "16 .. 16"),
        ("(not (or (< x -2) (> x 5)))", "-2 .. 5"),
        ("(not (not (<= 0 x 1)))", "0 .. 1"),
        ("(let ([a 3] [b (* 2 x)]) (<= (- a) b a))", "-3/2 .. 3/2"),
        ("(if TRUE (<= 0 x 1) FALSE)", "0 .. 1"),
        ("(and TRUE (< (- INFINITY) x INFINITY) (<= 0 x 1) (isfinite x) (not (isnan x)))", "0 .. 1"),
        ("(and (< 0 x) (and) (and (and (< x 9) (< x 8))))", "0 .. 8"),
        ("(<= 1 (* x x) 4)", "-2 .. 2"),
        ("(and (<= 1 (* x x) 4) (< x 0))", "-2 .. -1"),
        ("(and (<= 1 (sqrt x) 3))", "1 .. 9"),
        ("(<= -1 (cbrt x) 3)", "-1 .. 27"),
        ("(<= 1/4 (/ 1 x) 1/2)", "2 .. 4"),
        ("(and (<= (fmax x 0) 2) (<= -3 (fmin x 1)))", "-3 .. 2"),
        ("(<= 1 (exp2 x) 16)", "0 .. 4"),
        ("(or (<= 1 x 2) (and (<= 5 x 6) (< x 0)))", "1 .. 2"),
    ],
)  # fmt: skip
def test_ranges_of_one_input(precondition: str, wanted: str) -> None:
    ranges, warnings = read(precondition)
    assert ranges == {"x": wanted}
    assert [w for w in warnings if w != "assumption"] == []


@pytest.mark.parametrize(
    ("precondition", "low", "high"),
    [
        ("(< 0 x PI)", 0, math.pi),
        ("(<= (- E) (* PI x) E)", -math.e / math.pi, math.e / math.pi),
        ("(<= 2 (exp x) 3)", math.log(2), math.log(3)),
        ("(<= -1 (log x) 1)", 1 / math.e, math.e),
        ("(<= -1 (sinh x) 1)", -math.asinh(1), math.asinh(1)),
        ("(<= (* x x) 2)", -math.sqrt(2), math.sqrt(2)),
    ],
)
def test_ends_that_are_not_rational(precondition: str, low: float, high: float) -> None:
    text = f"(FPCore (x) :pre {precondition} x)"
    parsed = READER.read(Source("<text>", text), ReadOptions()).parsed
    (declared,) = parsed.graph.inputs
    assert declared.range is not None
    assert [float(end) for end in declared.range] == pytest.approx([low, high], rel=1e-15)
    assert parsed.warnings == ()


@pytest.mark.parametrize(
    ("precondition", "ranges", "warnings"),
    [
        ("(<= 0 x y 1)", {"x": "0 .. 1", "y": "0 .. 1"}, ["assumption"]),
        ("(and (<= 0 x 5) (<= 3 y 4) (< x y))", {"x": "0 .. 4", "y": "3 .. 4"}, ["assumption"]),
        ("(and (<= 0 x 1) (<= 2 y 4) (< x y))", {"x": "0 .. 1", "y": "2 .. 4"}, []),
        ("(and (<= 1 x 2) (== (+ x y) 3))", {"x": "1 .. 2", "y": "1 .. 2"}, ["assumption"]),
        ("(and (<= 1 x 2) (<= 0 (* x y) 8))", {"x": "1 .. 2", "y": "0 .. 8"}, ["assumption"]),
        ("(and (<= 1 x 2) (<= 1 y 3) (<= 4 (/ z (* x y)) 5))",
         {"x": "1 .. 2", "y": "1 .. 3", "z": "4 .. 30"}, ["assumption"]),
        ("(or (and (== x 1) (== y 2)) (and (== x 4) (== y 0)))",
         {"x": "1 .. 4", "y": "0 .. 2"}, ["assumption"]),
        ("(or (<= 0 x 1) (<= 0 y 1))", {}, ["assumption"]),
        ("(or (<= 0 x 1) (<= 1 x 3))", {"x": "0 .. 3"}, ["assumption"]),
        ("(and (<= 0 x 1) (!= x 0))", {"x": "0 .. 1"}, ["assumption"]),
        ("(> x 0)", {}, ["open-range"]),
        ("(and (> x 0) (< y 3))", {}, ["open-range", "open-range"]),
        ("(< x y)", {}, ["assumption"]),
        ("(and (<= 0 x 1) (< (tan y) 1))", {"x": "0 .. 1"}, ["assumption"]),
        ("(and (<= 0 x 1) (< (lgamma x) 5))", {"x": "0 .. 1"}, ["assumption"]),
        ("TRUE", {}, []),
        ("(< (sin x) 2)", {}, []),
        ("(and (<= 0 x 1) (< (+ x INFINITY) 1))", {"x": "0 .. 1"}, ["assumption"]),
    ],
)  # fmt: skip
def test_several_inputs(precondition: str, ranges: dict[str, str], warnings: list[str]) -> None:
    assert read(precondition) == (ranges, warnings)


@pytest.mark.parametrize(
    "precondition",
    [
        "(< 2 x 1)",
        "FALSE",
        "(and (<= 0 x 1) (<= 2 y 3) (> x y))",
        "(or (< 1 x 0) (== y 1 2))",
        "(< (fabs x) -1)",
        "(< (* x x) -1)",
        "(> (sin x) 2)",
        "(< (sqrt x) -1)",
        "(== (exp x) 0 -1)",
    ],
)
def test_contradictions(precondition: str) -> None:
    with pytest.raises(SymhdlError, match="no values of the arguments"):
        read(precondition)


def test_cores_that_share_an_input() -> None:
    text = "(FPCore (x) :pre (<= 0 x 1) x) (FPCore (x) :pre (<= 4 x 5) (* x x))"
    parsed = READER.read(Source("<text>", text), ReadOptions()).parsed
    assert parsed.graph.inputs[0].range == (Fraction(0), Fraction(5))
    assert [told.id for told in parsed.warnings] == ["shared-input"]


def test_a_warning_shows_the_precondition() -> None:
    text = "(FPCore (a b) :pre (and (<= 0 a 1) (< a b)) (* a b))"
    parsed = READER.read(Source("<text>", text), ReadOptions()).parsed
    assert [told.message for told in parsed.warnings] == [
        "the precondition (< a b) is not used beyond the ranges of single inputs",
        "the precondition bounds `b` on one side only: at least 0",
    ]
    span = parsed.warnings[0].span
    assert span is not None and text[span.start : span.end] == "(< a b)"


def test_large_preconditions_end_in_time() -> None:
    steps = " ".join("[a (* a (+ a y))]" for _ in range(200))
    conditions = " ".join(f"(< a {index})" for index in range(1, 200))
    ranges, _ = read(f"(let* ([a (* x y)] {steps}) (and (<= 1/9 x 1/8) (<= 0 y 1/8) {conditions}))")
    assert ranges["x"] == "1/9 .. 1/8"


# --- Properties -----------------------------------------------------------------------------------

CONSTANT = st.sampled_from(("-3", "-1", "-1/2", "0", "0.25", "1", "3/2", "2", "5", "PI", "SQRT2"))
LEAF = st.one_of(CONSTANT, st.sampled_from(NAMES), st.sampled_from(NAMES))
TERM = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, st.sampled_from(("+", "-", "*", "/", "fmin", "fmax")), inner, inner),
        st.builds("({} {})".format,
                  st.sampled_from(("fabs", "-", "sqrt", "exp", "log", "cbrt", "sin", "floor")), inner),
        st.builds("(let ([t {}]) (* t t))".format, inner),
    ),
    max_leaves=5,
)  # fmt: skip
RELATION = st.one_of(
    st.builds("({} {} {})".format, st.sampled_from(("<", "<=", ">", ">=", "==", "!=")), TERM, TERM),
    st.builds("(<= {} {} {})".format, CONSTANT, TERM, CONSTANT),
)
CONDITION = st.recursive(
    RELATION,
    lambda inner: st.one_of(
        st.builds("(and {} {})".format, inner, inner),
        st.builds("(and {} {})".format, inner, inner),
        st.builds("(or {} {})".format, inner, inner),
        st.builds("(not {})".format, inner),
        st.builds("(if {} {} {})".format, inner, inner, inner),
    ),
    max_leaves=6,
)
COORDINATE = st.sampled_from([Fraction(n, 4) for n in range(-24, 25)])


@settings(max_examples=150, deadline=None)
@given(CONDITION, st.lists(st.tuples(COORDINATE, COORDINATE, COORDINATE), min_size=30, max_size=30))
def test_points_that_meet_a_precondition_lie_in_the_ranges(
    condition: str, points: list[Point]
) -> None:
    question = symhdl.parse(f"(FPCore answer (x y z) (if {condition} 1 0))", "fpcore")

    def meets(point: Point) -> bool:
        return question.evaluate(digits=15, **dict(zip(NAMES, point, strict=True)))["answer"] == 1

    x, y, z = (np.array([float(point[axis]) for point in points]) for axis in range(3))
    answers = np.asarray(question.evaluate(x=x, y=y, z=z)["answer"], dtype=np.float64)
    likely = [point for point, answer in zip(points, answers, strict=True) if answer == 1]
    text = f"(FPCore (x y z) :pre {condition} (+ x y z))"
    try:
        graph = symhdl.parse(text, "fpcore")
    except SymhdlError as problem:
        assert problem.diagnostics[0].id == "contradiction"
        assert not any(map(meets, likely))
        return
    bounds = [declared.range for declared in graph.inputs]
    for point in likely:
        is_inside = all(b is None or b[0] <= n <= b[1] for b, n in zip(bounds, point, strict=True))
        # Only in exact arithmetic is it sure that the point meets the precondition.
        assert is_inside or not meets(point), (bounds, point)


END = st.one_of(st.none(), st.fractions(-4, 4, max_denominator=4))
INTERVAL = st.builds(
    lambda a, b: Interval(a, b) if a is None or b is None else Interval(min(a, b), max(a, b)), END, END
)  # fmt: skip
NUMBER = st.fractions(-6, 6, max_denominator=8)


def inside(interval: Interval, number: Fraction) -> Fraction:
    """The number, moved into the interval."""
    if interval.low is not None and number < interval.low:
        return interval.low
    if interval.high is not None and number > interval.high:
        return interval.high
    return number


@given(INTERVAL, INTERVAL, NUMBER, NUMBER)
def test_products_and_inverses_enclose(a: Interval, b: Interval, m: Fraction, n: Fraction) -> None:
    x, y = inside(a, m), inside(b, n)
    assert product(a, b).holds(x * y)
    if y:
        assert inverse(b).holds(1 / y)
    assert cofactor(product(a, b), b).holds(x)
    assert trimmed(Interval(x / 3**400, x / 3**400)).holds(x / 3**400)


@pytest.mark.parametrize("operation", RISING)
@given(low=NUMBER, width=st.fractions(0, 3, max_denominator=8), share=st.fractions(0, 1))
def test_rising_functions_enclose_and_return(
    operation: Operation, low: Fraction, width: Fraction, share: Fraction
) -> None:
    rising = RISING[operation]
    interval = Interval(low, low + width)
    x = low + share * width
    values = rising.forwards(interval)
    if rising.domain.holds(x) and not (x == rising.domain.low and operation.name.startswith("LOG")):
        assert values is not None
        back = rising.backwards(values)
        assert back is not None and back.holds(x)
