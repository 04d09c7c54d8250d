"""A function of one variable that is made of operations one after the other, such as what lies between two nodes.

What lies inside is real mathematics, of which nothing is rounded. Balls and power series go through it operation by
operation; where one of them is undefined or not smooth the whole is.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

import numpy as np
from flint import arb, arb_series, ctx
from msgspec import Struct

from symhdl.functions.evaluation import BALL, strict_ball
from symhdl.functions.operation import COMPARISONS, Operation
from symhdl.functions.series import undefined
from symhdl.functions.univariate import REALS, Domain, Scaling, Symmetry, Univariate
from symhdl.numeric.ball import ball_of, lower_float, precision, upper_float
from symhdl.numeric.interval import Floats, Intervals

Value: TypeAlias = arb | arb_series

CELLS = 64  # of a range, each with bounds of the derivative
BITS = 64  # with which these are computed
HALVINGS = 4  # of a cell that is too wide to tell anything

ARITHMETIC: dict[Operation, Callable[..., Value]] = {
    Operation.ADD: lambda *terms: functools.reduce(operator.add, terms),
    Operation.SUBTRACT: operator.sub,
    Operation.MULTIPLY: operator.mul,
    Operation.NEGATE: operator.neg,
    Operation.SQUARE: lambda x: _square(x),
}
EXTREMES = frozenset({Operation.MINIMUM, Operation.MAXIMUM})
PARITY = {Symmetry.EVEN: 0, Symmetry.ODD: 1}
SYMMETRY_OF = {parity: symmetry for symmetry, parity in PARITY.items()}


class Step(Struct, frozen=True):
    """A constant, the variable (without an operation), or an operation on earlier steps."""

    operation: Operation | None = None
    operands: tuple[int, ...] = ()
    value: Fraction | None = None
    function: Univariate | None = None

    @property
    def text(self) -> str:
        """As witnesses tell it: `x`, `3/4`, `multiply %0 %1`, and functions by their names."""
        if self.operation is None:
            return "x" if self.value is None else str(self.value)
        name = self.operation.name.lower() if self.function is None else self.function.name
        return " ".join((name, *(f"%{operand}" for operand in self.operands)))


VARIABLE = Step()


@dataclass(frozen=True, slots=True)
class Composite:
    """The last of some steps as a function of the variable; `name` tells the steps one after the other.

    Its `domain` is all reals: where it has no value, neither balls nor bounds of the derivative are finite.
    """

    name: str
    steps: tuple[Step, ...] = field(compare=False, repr=False)
    symmetry: Symmetry = field(compare=False)
    singular_points: tuple[int | Fraction, ...] = field(compare=False)
    scaling: Scaling | None = field(compare=False, default=None)
    period: None = None
    octave: None = None
    doubling: None = None
    domain: Domain = field(default=REALS, compare=False)
    modulus: None = None
    inverse_modulus: None = None

    def __hash__(self) -> int:
        return hash(self.name)

    def ball(self, x: arb) -> arb:
        """Encloses the function at a ball."""
        found = self._evaluated(x)
        assert isinstance(found, arb)
        return found

    def series(self, x: arb_series) -> arb_series:
        """Composes the function with a power series."""
        found = self._evaluated(x)
        return found if isinstance(found, arb_series) else arb_series([found], prec=x.prec)

    def slope(self, x: Intervals) -> Intervals:
        """Encloses the derivative over intervals, by balls over cells of their hull; infinite where there is none.

        Where the function has a kink the slopes on both sides are enclosed, where it jumps nothing is.
        """
        low, high = x.hull()
        if not (math.isfinite(low) and math.isfinite(high)):
            return Intervals(np.full_like(x.lower, -np.inf), np.full_like(x.upper, np.inf))
        edges = _edges(low, high)
        with precision(BITS, 2):
            cells = [
                self._slope_between(*ends, HALVINGS)
                for ends in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
            ]
        least, greatest = np.array(cells).T
        met = (edges[:-1] <= x.upper[:, np.newaxis]) & (edges[1:] >= x.lower[:, np.newaxis])
        return Intervals(
            np.where(met, least, np.inf).min(axis=1), np.where(met, greatest, -np.inf).max(axis=1)
        )

    def _slope_between(self, low: float, high: float, halvings: int) -> tuple[float, float]:
        ball = arb(low).union(arb(high))
        found = self.series(arb_series([ball, 1], prec=2))
        value, slope = found[0], found[1]
        if value.is_finite() and slope.is_finite():
            return lower_float(slope), upper_float(slope)
        middle = low + (high - low) / 2
        if not halvings or not low < middle < high:
            return -math.inf, math.inf
        below = self._slope_between(low, middle, halvings - 1)
        if math.isinf(below[0]):
            return below
        above = self._slope_between(middle, high, halvings - 1)
        return min(below[0], above[0]), max(below[1], above[1])

    def _evaluated(self, x: Value) -> Value:
        values: list[Value] = []
        for step in self.steps:
            if step.operation is None:
                values.append(x if step.value is None else _constant(step.value, ctx.prec))
            else:
                operands = [values[operand] for operand in step.operands]
                values.append(_applied(step, step.operation, operands, x))
        return values[-1]


def _edges(low: float, high: float) -> Floats:
    """The ends of the cells between two numbers."""
    edges: Floats = np.linspace(low, high, CELLS + 1)
    edges[0], edges[-1] = low, high
    return edges


@functools.lru_cache(maxsize=4096)
def _constant(value: Fraction, _bits: int) -> arb:
    return ball_of(value)


def _applied(step: Step, operation: Operation, operands: Sequence[Value], x: Value) -> Value:
    if step.function is not None:
        (operand,) = operands
        is_number = isinstance(operand, arb)
        return step.function.ball(operand) if is_number else step.function.series(operand)
    if operation in ARITHMETIC:
        return ARITHMETIC[operation](*operands)
    numbers = [operand for operand in operands if isinstance(operand, arb)]
    if len(numbers) == len(operands):
        return strict_ball(operation, numbers)
    assert isinstance(x, arb_series)
    return PIECEWISE[operation](*(_as_series(operand, x.prec) for operand in operands))


def _square(x: Value) -> Value:
    """x^2, never far below 0."""
    if isinstance(x, arb):
        return BALL[Operation.SQUARE](x)
    return arb_series([BALL[Operation.SQUARE](x[0]), *(x * x).coeffs()[1:]], prec=x.prec)


def _as_series(value: Value, terms: int) -> arb_series:
    return value if isinstance(value, arb_series) else arb_series([value], prec=terms)


def _decision(operation: Operation) -> Callable[..., arb_series]:
    """A decision that does not change is a constant; of another one nothing but its two values is known."""

    def apply(*operands: arb_series) -> arb_series:
        terms = operands[0].prec
        truth = BALL[operation](*(operand[0] for operand in operands))
        if truth == 0 or truth == 1:
            return arb_series([truth], prec=terms)
        return arb_series([truth, *[arb.nan()] * (terms - 1)], prec=terms)

    return apply


def _select(condition: arb_series, a: arb_series, b: arb_series) -> arb_series:
    """A branch; where that is open they need not meet, so that nothing is known of a derivative."""
    if condition[0] != 0:
        return a
    if condition[0] == 0:
        return b
    if a.prec > 1:
        return undefined(a)
    return arb_series([BALL[Operation.SELECT](condition[0], a[0], b[0])], prec=1)


def _either(value: arb, a: arb_series, b: arb_series) -> arb_series:
    """What is a or b, and continuous: its slope lies between theirs; of higher derivatives nothing is known."""
    if a.prec == 1:
        return arb_series([value], prec=1)
    return arb_series([value, a[1].union(b[1])], prec=2) if a.prec == 2 else undefined(a)


def _minimum(*operands: arb_series) -> arb_series:
    def of_two(a: arb_series, b: arb_series) -> arb_series:
        if a[0] < b[0]:
            return a
        return b if b[0] < a[0] else _either(a[0].min(b[0]), a, b)

    return functools.reduce(of_two, operands)


def _maximum(*operands: arb_series) -> arb_series:
    return -_minimum(*(-operand for operand in operands))


def _floor(x: arb_series) -> arb_series:
    whole = BALL[Operation.FLOOR](x[0])
    return arb_series([whole], prec=x.prec) if whole.is_finite() else undefined(x)


def _modulo(x: arb_series, y: arb_series) -> arb_series:
    if y[0].contains(0):
        return undefined(x)
    return x - y * _floor(x / y)


PIECEWISE: dict[Operation, Callable[..., arb_series]] = {
    Operation.ABSOLUTE: lambda x: _maximum(x, -x),
    Operation.MINIMUM: _minimum,
    Operation.MAXIMUM: _maximum,
    Operation.FLOOR: _floor,
    Operation.MODULO: _modulo,
    Operation.SELECT: _select,
    **{
        decision: _decision(decision)
        for decision in (*COMPARISONS, Operation.NOT, Operation.AND, Operation.OR)
    },
}
"""Operations that are smooth in parts, on power series."""

OPERATIONS = ARITHMETIC.keys() | PIECEWISE.keys()
"""What composites are made of beside functions of one variable and constants."""


def composite(steps: Sequence[Step]) -> Composite:
    """The function that the last of the steps is."""
    name = "; ".join(step.text for step in steps)
    at_zero = Composite(name, tuple(steps), Symmetry.NONE, ()).series(arb_series([0, 1], prec=4))
    is_smooth = all(coefficient.is_finite() for coefficient in at_zero.coeffs())
    kinks: list[int | Fraction] = [*([] if is_smooth else [0]), *_thresholds(steps)]
    kinks = list(dict.fromkeys(kinks))
    return Composite(name, tuple(steps), _symmetry(steps), tuple(kinks), _scaling(steps))


def _thresholds(steps: Sequence[Step]) -> list[Fraction]:
    """The constants with which the variable itself is compared, or at which it is held."""
    found: list[Fraction] = []
    is_variable: list[bool] = []
    for step in steps:
        is_held = any(is_variable[operand] for operand in step.operands)
        if is_held and step.operation in COMPARISONS | EXTREMES:
            values = (steps[operand].value for operand in step.operands)
            found += [value for value in values if value is not None]
        is_variable.append(step == VARIABLE or (is_held and step.operation in EXTREMES))
    return found


def _symmetry(steps: Sequence[Step]) -> Symmetry:
    """What follows from the symmetries of the steps: even 0, odd 1, neither None."""
    found: list[int | None] = []
    for step in steps:
        own = [found[operand] for operand in step.operands]
        found.append(_parity(step, own))
    parity = found[-1]
    return Symmetry.NONE if parity is None else SYMMETRY_OF[parity]


def _scaling(steps: Sequence[Step]) -> Scaling | None:
    """That of a positive multiple of a power, as far as that follows from the steps; None of a constant, too."""
    found: list[Fraction | None] = []
    for step in steps:
        found.append(_degree(step, [found[operand] for operand in step.operands]))
    degree = found[-1]
    return Scaling(degree.denominator, degree.numerator) if degree else None


def _degree(step: Step, own: Sequence[Fraction | None]) -> Fraction | None:
    """The exponent of a step that is a positive multiple of a power of positive numbers; None for others."""
    if step.operation is None:
        if step.value is None:
            return Fraction(1)
        return Fraction(0) if step.value > 0 else None
    known = [degree for degree in own if degree is not None]
    if len(known) < len(own) or not own:
        return None
    if step.function is not None:
        scaling = step.function.scaling
        if scaling is None:
            return None
        return known[0] * Fraction(scaling.result_bits, scaling.argument_bits)
    if step.operation is Operation.SQUARE:
        return 2 * known[0]
    if step.operation is Operation.MULTIPLY:
        return sum(known, Fraction(0))
    return known[0] if step.operation is Operation.ADD and len(set(known)) == 1 else None


def _parity(step: Step, own: Sequence[int | None]) -> int | None:
    if step.operation is None:
        return 1 if step.value is None else 0
    if not own or all(parity == 0 for parity in own):
        return 0
    if None in own:
        return None
    if step.function is not None:
        return PARITY.get(step.function.symmetry)
    if step.operation in (Operation.MULTIPLY, Operation.SQUARE):
        total = sum(parity for parity in own if parity is not None)
        return 0 if step.operation is Operation.SQUARE else total % 2
    if step.operation is Operation.ABSOLUTE:
        return 0
    return own[0] if step.operation in ARITHMETIC and len(set(own)) == 1 else None
