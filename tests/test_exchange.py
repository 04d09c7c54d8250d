"""Products of functions become functions of sums and back where that is worth less, and equal sums are built once."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest

import symhdl
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph
from symhdl.passes.flatten import Flatten
from symhdl.passes.share_sums import ShareSums
from symhdl.printers.native import NATIVE
from symhdl.printers.printer import program_of
from tests.errors_of_design import assert_bounds_hold, read
from tests.graph_checks import assert_equal_values, operations, run


def made(text: str, device: str = "ecp5-25k") -> symhdl.CompiledDesign:
    """The design of a text over 10 bits for each input, without DSP blocks."""
    inputs = {name: symhdl.Input("fixed<10,2>") for name in "xyz" if name in text}
    return symhdl.compile(text, inputs=inputs, output_width=10, device=device, dsp="none")


def forms(text: str) -> list[str]:
    """What the outputs of a text are made of, in the words of the language; names stand for shared parts."""
    design = made(text)
    assert_bounds_hold(read(text, ("x", "y")).graph, design)
    program = program_of(design.design.graph, NATIVE)
    return ["".join(assignment.pieces) for assignment in program.assignments]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("r = sin(x)*cos(y)", ["0.5*(sin(x + y) + sin(x - y))"]),
        (
            "r = sin(x)*cos(y)\ns = cos(x)*sin(y)",
            ["sin(x + y)", "sin(x - y)", "0.5*(t1 + t2)", "0.5*(t1 - t2)"],
        ),
        ("r = 0.5*sin(x)*cos(y) + 0.5*cos(x)*sin(y) + 0.3*x", ["0.3*x + 0.5*sin(x + y)"]),
        ("r = log((x + 4)*(y + 4))", ["log(x + 4) + log(y + 4)"]),
        ("r = x*exp(2*sin(x) + sin(y))", ["x*exp(2*sin(x))*exp(sin(y))"]),
        ("r = (sin(x)*cos(y))^2", ["sin(x)^2*cos(y)^2"]),
        ("r = exp(x + y)", ["exp(x + y)"]),
        ("r = exp(x + sin(y))", ["exp(x + sin(y))"]),
        ("r = (tanh(x) + tanh(y))/(1 + tanh(x)*tanh(y))", ["tanh(x + y)"]),
    ],
)
def test_forms_that_are_found(text: str, expected: Sequence[str]) -> None:
    assert forms(text) == list(expected)


def test_a_root_of_a_quotient_is_as_it_takes_less() -> None:
    """Digit by digit the quotient takes less than a product of two functions."""
    inputs = {name: symhdl.Input("ufixed<10,2>", range=(0.5, 3.9)) for name in "xy"}
    design = symhdl.compile(
        "r = sqrt(x/y)", inputs=inputs, output_width=10, device="ecp5-25k", dsp="none"
    )
    assert operations(design.design.graph)[Operation.SQUARE_ROOT] == 1
    assert design.estimate.luts < 350


@pytest.mark.parametrize("device", ["ecp5-25k", "xcvu9p"])
def test_less_is_taken(device: str) -> None:
    """What is written with products takes no more than what is written with sums."""

    def luts(text: str) -> int:
        return made(text, device).estimate.luts

    product, total = luts("r = sin(x)*cos(y)"), luts("r = (sin(x + y) + sin(x - y))/2")
    assert product <= total
    product, total = luts("r = log((x + 4)/(y + 4))"), luts("r = log(x + 4) - log(y + 4)")
    assert product <= total


def shared(text: str) -> tuple[Graph, Graph]:
    """A text's graph before and after sums are shared."""
    graph = run(read(text, ("x", "y", "z")).graph, Flatten())
    return graph, run(graph, ShareSums())


COLUMNS = {
    "x": [Fraction(3, 4), Fraction(-1)],
    "y": [Fraction(1, 2), Fraction(2)],
    "z": [Fraction(5), Fraction(-3)],
}


@pytest.mark.parametrize(
    ("text", "sums"),
    [
        ("r = sin(x - y) + z*sin(y - x)", 2),
        ("r = exp(2*x - 2*y)\ns = exp(x - y)\nt = cos(y - x)", 1),
        ("r = (x + 3)*(2*x + 6)", 1),
        ("r = abs(x - y + 1)\ns = (4*y - 4*x - 4)^2", 1),
        ("r = x - y\ns = y - x", 2),
        ("r = z*(x - y)\ns = exp(y - x)", 1),
        ("r = exp(y - x)\ns = z*(x - y)", 2),
        ("r = sin(x - 3*y)\ns = sin(3*x - y)", 2),
        ("r = sin(3*x - 3*y)\ns = sin(x - y)", 2),
        ("r = max(x - y, z)\ns = max(y - x, z)", 2),
    ],
)
def test_sums_that_are_shared(text: str, sums: int) -> None:
    """Multiples by powers of two always, opposites where nothing is built for a sign."""
    before, after = shared(text)
    count = operations(after)
    assert count[Operation.ADD] + count[Operation.SUBTRACT] == sums
    assert_equal_values(before, after, COLUMNS, same_domain=True)


def test_nothing_is_shared_of_one_sum() -> None:
    before, after = shared("r = x + y + z*sin(x)")
    assert after is before
