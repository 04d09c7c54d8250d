"""FPCore's preconditions: the ranges that they imply, and that every point which meets them lies inside."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import symhdl
from symhdl.errors import Source, SymhdlError
from symhdl.parsed import Parsed
from symhdl.sources.fpcore.reader import READER
from symhdl.sources.reading.reader import ReadOptions
from tests.rows import each_row

NAMES = ("x", "y", "z")


def read(text: str) -> Parsed:
    return READER.read(Source("<text>", text), ReadOptions()).parsed


def ranges_and_warnings(precondition: str) -> tuple[dict[str, str], list[str]]:
    """The ranges by input, and what is warned of, `assumed` for everything that is an assumption."""
    parsed = read(f"(FPCore (x y z) :pre {precondition} (+ x y z))")
    ranges = {
        declared.name: " .. ".join(str(end) for end in declared.range)
        for declared in parsed.graph.inputs
        if declared.range is not None
    }
    assumed = ["assumed"] * len(parsed.graph.assumptions)
    return ranges, [*assumed, *(told.id for told in parsed.warnings)]


@each_row(
    ("precondition", "ranges", "warnings"),
    [
        ("(<= 0 x 1)", {"x": "0 .. 1"}, []),
        ("(> 3/4 x -0x1p-2)", {"x": "-1/4 .. 3/4"}, []),
        ("(and (<= -1 x) (< x (+ 1 (* 2 3))))", {"x": "-1 .. 7"}, []),
        ("(and (< 0 x) (and) (and (and (< x 9) (<= x 8))))", {"x": "0 .. 8"}, []),
        ("(== x 16)", {"x": "16 .. 16"}, []),
        ("(<= (fabs x) 3)", {"x": "-3 .. 3"}, []),
        ("(and (<= 1 (fabs x) 3) (> x 0))", {"x": "0 .. 3"}, ["assumed"]),
        ("(let ([a 3]) (and (<= (- a) x a) (<= 0 y a)))", {"x": "-3 .. 3", "y": "0 .. 3"}, []),
        ("(if TRUE (<= 0 x 1) FALSE)", {"x": "0 .. 1"}, []),
        ("(and TRUE (<= 0 x 1) (isfinite x) (not (isnan x)) (< 3 PI))", {"x": "0 .. 1"}, []),
        ("TRUE", {}, []),
        # Chains bound what stands between, and say more.
        ("(<= 0 x y 1)", {"x": "0 .. 1", "y": "0 .. 1"}, ["assumed"]),
        ("(and (<= 3 y 4) (< x y) (<= 0 x 5))", {"x": "0 .. 4", "y": "3 .. 4"}, ["assumed"]),
        # What is no range is assumed, or told.
        ("(> x 0)", {}, ["open-range"]),
        ("(and (> x 0) (< y 3))", {}, ["open-range", "open-range"]),
        ("(< x y)", {}, ["assumed"]),
        ("(and (<= 0 x 1) (!= x 0))", {"x": "0 .. 1"}, ["assumed"]),
        ("(and (<= 0 x 1) (<= (+ x y) 3))", {"x": "0 .. 1"}, ["assumed"]),
        ("(or (<= 0 x 1) (<= 1 x 3))", {}, ["assumed"]),
        ("(and (<= 0 x 1) (< (lgamma x) 5))", {"x": "0 .. 1"}, ["assumption"]),
        ("(and (<= 0 x 1) (< y INFINITY))", {"x": "0 .. 1"}, ["assumption"]),
    ],
)  # fmt: skip
def test_ranges(precondition: str, ranges: dict[str, str], warnings: list[str]) -> None:
    assert ranges_and_warnings(precondition) == (ranges, warnings)


def test_ends_that_are_not_rational() -> None:
    (declared,) = read("(FPCore (x) :pre (<= (- E) x (* 2 PI)) x)").graph.inputs
    assert declared.range is not None
    assert [float(end) for end in declared.range] == pytest.approx(
        [-math.e, 2 * math.pi], rel=1e-15
    )


@pytest.mark.parametrize(
    "precondition",
    ["(< 2 x 1)", "FALSE", "(and (<= 0 x 1) (<= 2 y 3) (> x y))", "(< (fabs x) -1)", "(< PI x E)"],
)
def test_contradictions(precondition: str) -> None:
    with pytest.raises(SymhdlError, match="no values of the arguments"):
        ranges_and_warnings(precondition)


def test_cores_that_share_an_input() -> None:
    parsed = read("(FPCore (x) :pre (<= 0 x 1) x) (FPCore (x) :pre (<= 4 x 5) (* x x))")
    assert parsed.graph.inputs[0].range == (Fraction(0), Fraction(5))
    assert [told.id for told in parsed.warnings] == ["shared-input"]


def test_a_warning_shows_the_precondition_and_the_remedy() -> None:
    text = "(FPCore (a b) :pre (and (<= 0 a 1) (<= 0 b) (< a (lgamma b))) (* a b))"
    assumption, open_range = read(text).warnings
    assert assumption.message == "the precondition (< a (lgamma b)) is not used"
    assert open_range.message == "the precondition bounds `b` on one side only"
    assert assumption.span is not None
    assert text[assumption.span.start : assumption.span.end] == "(< a (lgamma b))"
    assert "--range" in (assumption.help or "") and "--range b=LO:HI" in (open_range.help or "")


def test_assumptions_are_those_of_all_cores() -> None:
    first, other = ("(FPCore f (x y) :pre {} (- x y))", "(FPCore g (x y) :pre {} (+ x y))")
    both = "(and (<= 0 x 1) (<= 0 y 1) (< x y))"
    parsed = read(first.format(both) + other.format(both))
    assert len(parsed.graph.assumptions) == 1 and not parsed.warnings
    parsed = read(first.format(both) + other.format("(and (<= 0 x 1) (<= 0 y 1))"))
    (told,) = parsed.warnings
    assert not parsed.graph.assumptions and told.id == "assumption"


def test_what_one_core_says_twice_is_not_what_two_say() -> None:
    ranges = "(<= 0 x 1) (<= 0 y 1)"
    parsed = read(
        f"(FPCore f (x y) :pre (and {ranges} (< x y) (> y x)) (- y x))"
        f"(FPCore g (x y) :pre (and {ranges}) (* y x))"
    )
    (told,) = parsed.warnings
    assert not parsed.graph.assumptions and told.id == "assumption"


CONSTANT = st.sampled_from(("-3", "-1", "-1/2", "0", "0.25", "1", "3/2", "2", "PI", "SQRT2"))
TERM = st.one_of(
    CONSTANT,
    st.sampled_from(NAMES),
    st.builds("(fabs {})".format, st.sampled_from(NAMES)),
    st.builds("(* 2 {})".format, st.sampled_from(NAMES)),
)
RELATION = st.one_of(
    st.builds("({} {} {})".format, st.sampled_from(("<", "<=", ">", ">=", "==", "!=")), TERM, TERM),
    st.builds("({} {} {} {})".format, st.sampled_from(("<=", ">")), TERM, TERM, TERM),
)
CONDITION = st.recursive(
    RELATION,
    lambda inner: st.one_of(
        st.builds("(and {} {})".format, inner, inner),
        st.builds("(or {} {})".format, inner, inner),
        st.builds("(not {})".format, inner),
    ),
    max_leaves=5,
)
POINTS = np.array(list(itertools.product(np.arange(-3.5, 3.6, 0.5), repeat=3))).T


@given(CONDITION)
def test_points_that_meet_a_precondition_lie_in_the_ranges(condition: str) -> None:
    question = symhdl.parse(f"(FPCore answer (x y z) (if {condition} 1 0))", "fpcore")
    answers = question.evaluate(**dict(zip(NAMES, POINTS, strict=True)))["answer"]
    meeting = POINTS[:, np.broadcast_to(np.asarray(answers), POINTS[0].shape) == 1]
    try:
        graph = read(f"(FPCore (x y z) :pre {condition} (+ x y z))").graph
    except SymhdlError as problem:
        assert problem.diagnostics[0].id == "contradiction"
        assert meeting.size == 0
        return
    for declared, values in zip(graph.inputs, meeting, strict=True):
        if declared.range is not None:
            low, high = map(float, declared.range)
            assert np.all((low <= values) & (values <= high)), declared
