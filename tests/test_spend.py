"""What functions leave of an error is given to nodes behind them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from symhdl.budget import UNLIMITED, Budget
from symhdl.choices import DspUse
from symhdl.design import Design
from symhdl.ir.datapath import Datapath
from symhdl.lowering import fabric_for, respent_allocation, worth_of_operators
from symhdl.passes.lower import Lower
from symhdl.passes.spend import Spend
from symhdl.pipeline import pipeline, run_passes
from symhdl.request import Request
from symhdl.targets.target import load_target
from symhdl.verify.accuracy import measure_integers
from tests.errors_of_design import read

CASES: tuple[tuple[str, DspUse], ...] = (
    ("max(x0 + 0.2*x1, 0.5*x2 - x3) * 0.75 + min(x0*x1, 0.3) - 0.1*x2", "auto"),
    ("exp(0.4*x0 - 0.2*x1) + exp(0.3*x2 - 0.5*x3) - x0*x2 + 0.7*x1", "none"),
)
ROWS = 200


def lowered(text: str, dsp: DspUse) -> Design:
    """A design of level 2 as it is when what is left is spent."""
    parsed, target = read(text), load_target("ecp5-85k")
    request = Request(
        source=text, range=(Fraction(-1), Fraction(1)), width=12, output_width=10, dsp=dsp, opt=2
    )
    steps = pipeline(2)
    place = [step.name for step in steps].index(Spend.name)
    start = Design(parsed.graph, request, target, mathematics=parsed.graph)
    return run_passes(start, steps[:place])


def operators_of(design: Design) -> Datapath:
    assert design.operators is not None
    return design.operators


@pytest.mark.parametrize(("text", "dsp"), CASES)
def test_what_is_spent_is_proved_and_saves(text: str, dsp: DspUse) -> None:
    design = lowered(text, dsp)
    found = Spend(Lower()).run(design)
    fabric = fabric_for(design.request, design.target)
    before, after = design.allocation, found.allocation
    assert before is not None and after is not None
    assert worth_of_operators(found, fabric) < worth_of_operators(design, fabric)
    assert after.spent is not None and before.asked is not None
    assert (after.spent >= before.asked).all()
    assert (after.spent > before.asked).any()
    assert found.approximations == design.approximations, "functions stay as they are"
    datapath, (goal,) = operators_of(found), found.goals
    drawn = np.random.default_rng(1)
    inputs = {
        port.name: drawn.integers(port.minimum, port.maximum, ROWS, endpoint=True).tolist()
        for port in datapath.inputs
    }
    (measured,) = measure_integers(read(text).graph, datapath, inputs)
    (port,) = datapath.outputs
    assert port.error_bound is not None
    assert measured.worst <= port.error_bound <= goal.error


def test_nothing_is_spent_when_the_time_is_over() -> None:
    design = lowered(*CASES[0])
    assert Spend(Lower(), Budget(1.0, iter([0.0, *[2.0] * 9]).__next__)).run(design) is design


def test_equal_shares_are_not_spent_and_functions_alone_have_none_behind_them() -> None:
    design = lowered("exp(a)", "auto")
    assert respent_allocation(design, UNLIMITED) is None
    allocation = design.allocation
    assert allocation is not None
    equal = replace(design, allocation=replace(allocation, worth=None))
    assert Spend(Lower()).run(equal) is equal
