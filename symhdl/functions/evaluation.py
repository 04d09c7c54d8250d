"""What every operation computes: in double precision (`FLOATING`) and rigorously on balls (`BALL`).

For points and thin balls: no care is taken to keep wide balls tight. Three answers are possible for finite balls:
a finite ball that holds the value; nan where the point is outside the domain for sure; `UNDECIDED`, a ball of
infinite radius, where the ball is too wide to tell (a floor across an integer, a square root of a ball that
reaches below zero). A comparison that cannot be told is the ball [0, 1]. `SELECT` takes a branch, and the
other may be anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
from flint import arb

from symhdl.functions.balls import MAYBE, NAN, UNDECIDED, Ball, everywhere
from symhdl.functions.definition import computed, steps
from symhdl.functions.floating import Array
from symhdl.functions.operation import Operation
from symhdl.functions.univariate import REALS, Univariate
from symhdl.numeric.ball import ball_of

__all__ = ["BALL", "FLOATING", "MAYBE", "NAN", "UNDECIDED", "strict_ball"]


def strict_ball(operation: Operation, operands: Sequence[arb]) -> arb:
    """The operation on balls; what is outside or undecided stays so, except for a branch not taken."""
    if operation is not Operation.SELECT:
        if any(operand.is_nan() for operand in operands):
            return NAN
        if not all(operand.is_finite() for operand in operands):
            return UNDECIDED
    return BALL[operation](*operands)


def _ball(operation: Operation) -> Ball:
    entry = operation.entry
    if entry.ball is not None:
        return entry.ball
    if entry.function is not None:
        return _inside(entry.function)
    return lambda *operands: computed(
        steps(operation, len(operands)), operands, ball_of, strict_ball
    )


def _inside(function: Univariate) -> Ball:
    """A function on the balls of its domain; what flint cannot bound is undecided, not outside."""
    bounded, domain = everywhere(function.ball), function.domain

    def apply(x: arb) -> arb:
        if domain.surely_holds(x):
            return bounded(x)
        return NAN if domain.surely_leaves_out(x) else UNDECIDED

    return bounded if domain is REALS else apply


def _floating(operation: Operation) -> Callable[..., Array]:
    entry = operation.entry
    if entry.floating is not None:
        return entry.floating
    return lambda *operands: computed(
        steps(operation, len(operands), accurate=True), operands, _float, _on_floats
    )


def _float(value: Fraction) -> Array:
    return np.asarray(float(value))


def _on_floats(operation: Operation, operands: Sequence[Array]) -> Array:
    return FLOATING[operation](*operands)


_COMPUTING = [o for o in Operation if o not in (Operation.INPUT, Operation.CONSTANT)]

BALL: dict[Operation, Ball] = {operation: _ball(operation) for operation in _COMPUTING}
"""Operation -> rigorous function of balls."""

FLOATING: dict[Operation, Callable[..., Array]] = {o: _floating(o) for o in _COMPUTING}
"""Operation -> function of float64 arrays: nan or infinite outside the domain; the caller silences NumPy's warnings."""
