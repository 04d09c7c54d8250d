"""What an error of an operand makes of a result, as an interval of derivatives between real and computed operands.

For each input there are numbers within these intervals such that the errors of the operands, each times its number, add
up to the error of the result but for its own rounding (the mean value theorem).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from symhdl.analysis.errors import Operand, Slopes
from symhdl.analysis.regions import Function
from symhdl.analysis.spaces import Mask
from symhdl.functions.operation import COMPARISONS, Operation
from symhdl.numeric.interval import Intervals

JUMPING = COMPARISONS | {
    Operation.NOT, Operation.AND, Operation.OR, Operation.FLOOR, Operation.MODULO,
}  # fmt: skip
"""Operations without a derivative."""

NONE, ONE, HALF = (Intervals.between(x, x) for x in (0.0, 1.0, 0.5))
NOWHERE: Mask = np.zeros(1, dtype=bool)


@dataclass(frozen=True, slots=True, eq=False)
class Derivatives:
    """The derivatives by each operand, and the pieces on which there are none.

    On those that are `open` it is not known which operand the result is: its error is at most that of one of them,
    while the derivatives let both count.
    """

    by_operand: tuple[Intervals, ...]
    missing: Mask
    open: Mask = field(default_factory=lambda: NOWHERE)


def derivatives_of(
    index: int,
    operation: Operation,
    function: Function | None,
    operands: Sequence[Operand],
    value: Intervals,
    slopes: Slopes,
    *,
    meets: bool = False,
) -> Derivatives:
    """The derivatives of node `index`, whose real range is `value`.

    A node that `meets` is a choice whose error is proved by its branches' meeting where it may be made wrongly.
    """
    rest = len(operands) - 1
    if function is not None:
        slope = NONE if operands[0].exact else slopes.over(index, function, operands[0])
        return Derivatives((slope, *[NONE] * rest), ~(value.finite & slope.finite))
    found, is_open = _by_operand(operation, operands)
    missing = ~value.finite
    for derivative in found:
        missing = missing | ~derivative.finite
    jumps = operation in JUMPING or meets
    if operation is Operation.SELECT and not operands[0].exact:
        jumps = True
    return Derivatives(tuple(found), missing | jumps, is_open)


def _by_operand(
    operation: Operation, operands: Sequence[Operand]
) -> tuple[Sequence[Intervals], Mask]:
    match operation:
        case Operation.MULTIPLY:
            a, b = operands
            return (_middle(b), _middle(a)), NOWHERE
        case Operation.SQUARE:
            (a,) = operands
            return (a.value + a.computed,), NOWHERE
        case Operation.SUBTRACT:
            return (ONE, -ONE), NOWHERE
        case Operation.NEGATE:
            return (-ONE,), NOWHERE
        case Operation.ABSOLUTE:
            (a,) = operands
            return (a.value.union(a.computed).slope_of_absolute(),), NOWHERE
        case Operation.SELECT:
            return _chosen(operands)
        case Operation.MINIMUM:
            a, b = operands
            return _one_of(below=a, above=b)
        case Operation.MAXIMUM:
            a, b = operands
            return _one_of(below=b, above=a)
    return [ONE] * len(operands), NOWHERE


def _middle(x: Operand) -> Intervals:
    """Half of the real and the computed value: x y - u v = (x - u)(y + v)/2 + (y - v)(x + u)/2."""
    return x.value if x.exact else (x.value + x.computed) * HALF


def _between(surely: Mask, never: Mask) -> Intervals:
    """1 where something surely holds, 0 where it never does, else either or between."""
    return Intervals(np.where(surely, 1.0, 0.0), np.where(never, 0.0, 1.0))


def _chosen(operands: Sequence[Operand]) -> tuple[Sequence[Intervals], Mask]:
    truth = operands[0].value
    surely, never = truth.lower == 1, truth.upper == 0
    return (NONE, _between(surely, never), _between(never, surely)), ~(surely | never)


def _one_of(*, below: Operand, above: Operand) -> tuple[Sequence[Intervals], Mask]:
    """The first of two where the one is not above the other, the second where it is."""
    surely = (below.value.upper <= above.value.lower) & (
        below.computed.upper <= above.computed.lower
    )
    never = (above.value.upper <= below.value.lower) & (
        above.computed.upper <= below.computed.lower
    )
    never &= ~surely
    return (_between(surely, never), _between(never, surely)), ~(surely | never)
