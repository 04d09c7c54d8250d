"""Functions that are much alike: which of them are estimated as one, and that designs of very many ask for few."""

from __future__ import annotations

from fractions import Fraction

import pytest

import symhdl
from symhdl.approximation import SmoothFunction, Specification
from symhdl.approximation.effort import Depth
from symhdl.cost.operators import Fabric
from symhdl.functions.composite import VARIABLE, Step, composite
from symhdl.functions.elementary import FUNCTIONS
from symhdl.functions.operation import Operation
from symhdl.lowering import estimates, prices
from symhdl.lowering.alike import Alike

SINE, COSINE = FUNCTIONS[Operation.SIN], FUNCTIONS[Operation.COS]
HERE = Specification(-100, 100, 7, 0.012)


def scaled(factor: Fraction) -> SmoothFunction:
    """sin(factor * x)."""
    return composite(
        (
            Step(value=factor),
            VARIABLE,
            Step(Operation.MULTIPLY, (0, 1)),
            Step(Operation.SIN, (2,), function=SINE),
        )
    )


@pytest.mark.parametrize(
    ("function", "specification", "alike"),
    [
        (scaled(Fraction(3, 5)), HERE, True),
        (scaled(Fraction(1, 2)), Specification(-90, 120, 7, 0.015), True),
        (scaled(Fraction(6, 5)), HERE, False),
        (scaled(Fraction(-3, 5)), HERE, False),
        (SINE, HERE, False),
        (scaled(Fraction(3, 5)), Specification(-100, 100, 7, 0.007), False),
        (scaled(Fraction(3, 5)), Specification(-200, 200, 7, 0.012), False),
        (scaled(Fraction(3, 5)), Specification(-100, 100, 7, 0.012, result=6), False),
    ],
)
def test_alike_are_functions_of_the_same_steps_whose_numbers_have_the_same_bits(
    function: SmoothFunction, specification: Specification, alike: bool
) -> None:
    estimates = iter((10.0, 20.0))
    found = Alike(lambda _function, _specification: next(estimates))
    assert found.worth(scaled(Fraction(7, 10)), HERE) == 10
    assert found.worth(function, specification) == (10 if alike else 20)


def test_functions_of_one_variable_are_told_apart_by_name() -> None:
    found = Alike(lambda function, _: float(len(function.name)))
    assert found.worth(SINE, HERE) == found.worth(SINE, HERE)
    assert len(found.known) == 1
    found.worth(COSINE, HERE)
    assert len(found.known) == 2


@pytest.mark.parametrize("many", [3, 100])
def test_of_very_many_functions_one_of_each_kind_is_estimated(
    monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    asked: list[Specification] = []

    def estimated(
        _function: SmoothFunction, specification: Specification, _fabric: Fabric, *, depth: Depth
    ) -> float:
        assert depth is Depth.ORDINARY
        asked.append(specification)
        return 50.0

    for module in (estimates, prices):
        monkeypatch.setattr(module, "MANY_FUNCTIONS", many)
        monkeypatch.setattr(module, "rough_worth", estimated)
    lines = (f"y{k} = sin(0.5{k}*x)*y + 0.1*x" for k in range(5))
    symhdl.compile("\n".join(lines), ranges=(-1, 1), width=7, output_width=7)
    assert (len(asked) < 10) is (many == 3)
