"""`input` and `output`: formats, ranges and error bounds, exact or enclosed."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from symhdl.grammar import parse

from symhdl.errors import Source
from symhdl.ir.graph import Graph, InputDeclaration, OutputDeclaration
from symhdl.numeric.fixed import FixedFormat


def graph_of(text: str) -> Graph:
    graph: Graph = parse(Source("test", text)).graph
    return graph


def input_of(text: str) -> InputDeclaration:
    return graph_of(f"{text}\nx + 1").inputs[0]


def output_of(text: str) -> OutputDeclaration:
    return graph_of(text).outputs[0]


@pytest.mark.parametrize(
    ("text", "format"),
    [
        ("fixed<12,3>", FixedFormat(True, 12, 9)),
        ("ufixed<10,0>", FixedFormat(False, 10, 10)),
        ("fixed< 8 , -2 >", FixedFormat(True, 8, 10)),
        ("fixed <8,12>", FixedFormat(True, 8, -4)),
        ("SQ(3,4)", FixedFormat(True, 7, 4)),
        ("UQ(0, 6)", FixedFormat(False, 6, 6)),
    ],
)
def test_formats(text: str, format: FixedFormat) -> None:
    assert input_of(f"input x : {text}").format == format
    assert output_of(f"output z = 1 + x :{text}").format == format


def test_ranges() -> None:
    assert input_of("input x in [-3, 3]").range == (Fraction(-3), Fraction(3))
    assert input_of("input x : fixed<12,3> in [-1/3, 2^-2]").range == (
        Fraction(-1, 3),
        Fraction(1, 4),
    )
    assert input_of("input x").range is None


def test_ranges_may_use_names_and_functions_of_the_text() -> None:
    assert input_of("k = 3\nhalf(u) = u/2\ninput x in [-k, half(k)]").range == (
        Fraction(-3),
        Fraction(3, 2),
    )


def test_irrational_ranges_lie_outside() -> None:
    bounds = input_of("input x in [-pi, 2*pi]").range
    assert bounds is not None
    pi = Fraction("3.14159265358979323846264338327950288419716939937510582")
    assert bounds[0] < -pi
    assert bounds[1] > 2 * pi
    assert bounds[1] - 2 * pi < Fraction(1, 10**45)


def test_several_names_in_one_declaration() -> None:
    graph = graph_of(
        "input x, y : fixed<12,3> in [-3, 3]\noutput a, b : fixed<14,2>\na = x*y\nb = a + x"
    )
    assert [d.name for d in graph.inputs] == ["x", "y"]
    assert {str(d.format) for d in graph.inputs} == {"fixed<12,3>"}
    assert {d.range for d in graph.inputs} == {(Fraction(-3), Fraction(3))}
    assert [(o.name, str(o.format)) for o in graph.outputs] == [
        ("a", "fixed<14,2>"),
        ("b", "fixed<14,2>"),
    ]


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("output z = x error <= 2^-10", Fraction(1, 1024)),
        ("output z error <= 1e-3\nz = x", Fraction(1, 1000)),
        ("output z : fixed<14,2> error ≤ 1/7\nz = x", Fraction(1, 7)),
    ],
)
def test_error_bounds(text: str, bound: Fraction) -> None:
    assert output_of(text).error == bound


def test_irrational_error_bounds_are_taken_strictly() -> None:
    bound = output_of("output z = x error <= pi/1000").error
    assert bound is not None
    assert bound <= Fraction("0.00314159265358979323846264338327950288419716939937510583")


def test_the_program_of_the_handbook() -> None:
    graph = graph_of(
        """
        input x, y : fixed<12,3> in [-3, 3]
        input t    : ufixed<10,0>
        gauss(u) = exp(-u^2)                  # functions
        r = sqrt(x^2 + y^2)                   # names
        z = gauss(r) * sin(3*t) + 0.25*x*y
        output z : fixed<14,2> error <= 2^-10
        """
    )
    assert [declaration.name for declaration in graph.inputs] == ["x", "y", "t"]
    (output,) = graph.outputs
    assert (output.name, str(output.format), output.error) == (
        "z",
        "fixed<14,2>",
        Fraction(1, 1024),
    )


def test_a_range_may_be_one_value_or_end_anywhere() -> None:
    assert input_of("input x in [2, 2]").range == (Fraction(2), Fraction(2))
    low, high = input_of("input x in [-pi/2, exp(1)]").range or (0, 0)
    assert (float(low), float(high)) == (-math.pi / 2, math.e)
