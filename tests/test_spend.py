"""What functions leave of an error is given to nodes behind them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from symhdl.budget import UNLIMITED, Budget
from symhdl.design import Design
from symhdl.ir.datapath import Datapath
from symhdl.lowering import fabric_for, respent_allocation
from symhdl.passes.lower import worth_of_operators
from symhdl.passes.spend import Spend
from symhdl.pipeline import pipeline, run_passes
from symhdl.request import Request
from symhdl.simulate import simulate
from symhdl.targets.target import load_target
from symhdl.verify.accuracy import measure_integers
from symhdl.verify.vectors import all_inputs
from tests.errors_of_design import read

TEXTS = (
    "y = exp(-a)*b*c + sin(a)*c",
    "y = tanh(2*a)*b + cos(b)*a*c",
    "y = 0.7*exp(a) + 0.33*sin(b)*c + a*b",
)
LIMIT = Fraction(1, 2**7)


def lowered(text: str, budget: Budget = UNLIMITED) -> Design:
    """A design of level 2 as it is when what is left is spent."""
    parsed, target = read(text), load_target("ecp5-25k")
    request = Request(
        source=text, range=(Fraction(-1), Fraction(1)), width=5, error=LIMIT, dsp="none", opt=2
    )
    steps = pipeline(2, budget)
    place = [step.name for step in steps].index(Spend.name)
    start = Design(parsed.graph, request, target, mathematics=parsed.graph)
    return run_passes(start, steps[:place])


def operators_of(design: Design) -> Datapath:
    assert design.operators is not None
    return design.operators


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_spent_is_proved_and_saves(text: str) -> None:
    design = lowered(text)
    found = Spend().run(design)
    fabric = fabric_for(design.request, design.target)
    before, after = design.allocation, found.allocation
    assert before is not None and after is not None
    if found is not design:
        assert worth_of_operators(found, fabric) < worth_of_operators(design, fabric)
        assert after.spent is not None and before.asked is not None
        assert (after.spent >= before.asked).all()
        assert (after.spent > before.asked).any()
        assert found.approximations == design.approximations, "functions stay as they are"
    datapath = operators_of(found)
    inputs = {name: column.tolist() for name, column in all_inputs(datapath, 1).inputs.items()}
    (measured,) = measure_integers(read(text).graph, datapath, inputs)
    (port,) = datapath.outputs
    assert port.error_bound is not None
    assert measured.worst <= port.error_bound <= LIMIT


def test_some_of_them_have_something_left() -> None:
    assert any(Spend().run(design) is not design for design in map(lowered, TEXTS))


def test_nothing_is_spent_when_the_time_is_over() -> None:
    design = lowered(TEXTS[0])
    assert Spend(Budget(1.0, iter([0.0, *[2.0] * 9]).__next__)).run(design) is design


def test_equal_shares_are_not_spent_and_functions_alone_have_none_behind_them() -> None:
    design = lowered("y = exp(a)")
    assert respent_allocation(design, UNLIMITED) is None
    allocation = design.allocation
    assert allocation is not None
    equal = replace(design, allocation=replace(allocation, worth=None))
    assert Spend().run(equal) is equal


def test_the_same_inputs_are_read() -> None:
    design = lowered(TEXTS[0])
    found = Spend().run(design)
    zeros = {port.name: [0] for port in operators_of(design).inputs}
    assert (
        simulate(operators_of(found), zeros).keys() == simulate(operators_of(design), zeros).keys()
    )
