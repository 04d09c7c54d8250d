"""A plan that changes node by node agrees with one that is made anew, after every change and when it is taken back."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symhdl
from symhdl.analysis.errors import Slopes
from symhdl.functions.operation import Operation
from symhdl.lowering import prices_for, shares_of
from symhdl.lowering.prices import Prices
from symhdl.numeric.fixed import is_power_of_two
from symhdl.precision import allocation
from symhdl.precision.draft import Draft
from symhdl.precision.linear import LinearModel
from symhdl.precision.shares import Shares

ATOMS = ("x", "y", "0.3", "1.75", "z")
DSPS: st.SearchStrategy[Literal["auto", "none"]] = st.sampled_from(("auto", "none"))
JOINED = (
    "({} + {})", "({} - {})", "({})*({})", "min({}, {})", "({}) / (({})^2 + 1.5)",
    "(if x > 0.25 then {} else {})", "sin({}) + {}", "exp(-({})^2)*({})", "abs({}) - 0.7*{}",
)  # fmt: skip


@st.composite
def programs(draw: st.DrawFn) -> str:
    """One or two outputs that have nodes in common."""
    terms = list(ATOMS)
    for _ in range(draw(st.integers(2, 6))):
        form = draw(st.sampled_from(JOINED))
        terms.append(form.format(draw(st.sampled_from(terms)), draw(st.sampled_from(terms))))
    other = draw(st.sampled_from(terms[len(ATOMS) :]))
    return f"u = {terms[-1]} + 0.1*x\nv = ({other})*y - z"


def parts_of(text: str, dsp: Literal["auto", "none"]) -> tuple[Shares, Prices]:
    """What the shares of a program rest on, and the prices of its nodes."""
    design = symhdl.compile(text, ranges=(-1, 1), width=8, error=2**-6, dsp=dsp).design
    assert design.allocation is not None
    before = design.allocation
    shares = shares_of(design, Slopes(), before.meetings, before.recurrences)
    return shares, prices_for(design, shares)


def assert_agrees(draft: Draft, prices: Prices) -> None:
    """Bit for bit, but for the sums of the model, which are of doubles."""
    made, anew = draft.plan, draft.shares.plan(draft.tolerances)
    assert made.fractions == anew.fractions
    assert made.rounding == anew.rounding
    assert [local.hull() for local in made.local] == [local.hull() for local in anew.local]
    assert draft.worth == prices.worth(anew)
    used = draft.model.used(draft.model.losses(anew))
    assert draft.used == pytest.approx(used, rel=1e-9, abs=1e-12)


@settings(max_examples=25, deadline=None)
@given(programs(), DSPS, st.data())
def test_changes_lead_where_a_new_plan_does(
    text: str, dsp: Literal["auto", "none"], data: st.DataObject
) -> None:
    try:
        shares, prices = parts_of(text, dsp)
    except symhdl.SymhdlError:
        return  # no goal can be proved
    gains = shares.gains()
    model = LinearModel.of(shares, gains)
    draft = Draft(shares, prices, model, shares.shared(gains), exactly=False)
    assert_agrees(draft, prices)
    nodes = st.integers(0, len(shares.graph.nodes) - 1)
    for _ in range(12):
        node, bits = data.draw(nodes), data.draw(st.sampled_from((-2.0, -1.0, 0.25, 1.0, 3.0)))
        before = draft.plan, draft.worth, draft.used.copy(), draft.tolerances.copy()
        change = draft.change(node, draft.tolerances.item(node) * 2.0**bits)
        assert_agrees(draft, prices)
        if data.draw(st.booleans()):
            draft.back(change)
            assert draft.plan.fractions == before[0].fractions
            assert all(a is b for a, b in zip(draft.plan.local, before[0].local, strict=True))
            assert draft.worth == before[1]
            assert draft.used == before[2]
            assert np.array_equal(draft.tolerances, before[3])


def test_a_sign_takes_an_adder_where_bits_are_cut_behind_it() -> None:
    """Else the sum that the number goes to subtracts it for nothing."""
    shares, prices = parts_of("u = sin(y) - 0.5*x\nv = x + 0.3*y", "none")
    index, *_ = sign_changes(shares)
    count = len(shares.graph.nodes)
    whole, cut = (shares.plan(np.full(count, 2.0**-bits)) for bits in (20, 5))
    assert not whole.rounding[index] and cut.rounding[index]
    assert prices.node(index, whole.fractions, whole.local, exactly=False) == 0
    width = prices.factor(index, cut.fractions[index]).width
    assert prices.node(index, cut.fractions, cut.local, exactly=False) >= width


def test_a_sign_rounds_nothing_that_serves_it_alone() -> None:
    shares, prices = parts_of("u = sin(y) - 0.5*x*y", "none")
    (index,) = sign_changes(shares)
    cut = shares.plan(np.full(len(shares.graph.nodes), 2.0**-5))
    assert not cut.rounding[index]
    assert prices.node(index, cut.fractions, cut.local, exactly=False) == 0


def sign_changes(shares: Shares) -> list[int]:
    """The products with the opposite of a power of two."""
    nodes = shares.graph.nodes
    return [
        index
        for index, node in enumerate(nodes)
        if node.operation is Operation.MULTIPLY
        and any(
            (value := nodes[k].value) is not None and is_power_of_two(value) for k in node.operands
        )
    ]


def test_shares_by_price_are_taken_where_they_surely_save(monkeypatch: pytest.MonkeyPatch) -> None:
    """With none that is sure they are equal."""
    text, options = "x*y*exp(-x) + 0.1*y*y", {"ranges": (-2, 2), "width": 12, "error": 2**-9}
    priced = symhdl.compile(text, **options, device="ecp5-85k", dsp="none")  # type: ignore[arg-type]
    monkeypatch.setattr(allocation, "SURELY_CHEAPER", 0.0)
    equal = symhdl.compile(text, **options, device="ecp5-85k", dsp="none")  # type: ignore[arg-type]
    assert priced.estimate.luts < equal.estimate.luts
