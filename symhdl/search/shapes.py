"""In which shapes a form may be approximated: over all of its range, or over a quarter of its period."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from symhdl.cost.operators import Cost, Fabric, negation
from symhdl.cost.products import number_of
from symhdl.functions.elementary import FUNCTIONS
from symhdl.functions.operation import Operation
from symhdl.numeric.digits import odd_part
from symhdl.search.constants import constant_multiple, integer_of
from symhdl.search.forms import Forms
from symhdl.search.functions import Curve, added, curve_of, function_cost, grid

QUARTER_BITS = 2  # of an argument that is counted in periods
TURN_BITS = 5  # more than places, so that the error of a turn takes a quarter of the allowed one
MOST_QUARTERS = 64  # of a period, beyond which all of a range is not sampled densely enough
MIRRORED = 64  # a range whose ends are as far from zero but for such a part of it


class Shape(NamedTuple):
    """A function as it is approximated: its curve on what is left of the range after so many folds.

    With a `period` the argument, of numbers up to `size`, is counted in periods before.
    """

    curve: Curve
    folds: int
    period: float = 0.0
    size: float = 0.0

    def cost(self, fabric: Fabric, bits: int, places: int) -> Cost:
        """What it takes for an argument of so many bits and an error of 2**-places."""
        left = max(1, bits - self.folds)
        before = Cost()
        if self.period:
            turns = max(QUARTER_BITS + 1, places + TURN_BITS)
            odd = odd_part(integer_of(1 / self.period, turns + math.frexp(self.size)[1]))
            if odd > 1:
                before = constant_multiple(fabric, number_of(bits, signed=True), odd)
                left = turns - QUARTER_BITS
        if self.folds:
            before = added(before, negation(fabric, left))
        return added(before, function_cost(fabric, self.curve, left, 2.0**-places))


def shapes_of(forms: Forms, index: int, base: int) -> Iterator[Shape]:
    """All shapes of a form as a function of its base."""
    low, high = forms.low[base], forms.high[base]
    turned = _turned(forms, index, base)
    quarters = 0.0
    if turned is not None and high > low:
        operand, factor, quarter = turned
        quarters = (high - low) * abs(factor) / quarter
        if quarters > 1:
            curve = curve_of(forms.evaluated(index, operand, grid(0.0, quarter)))
            folds = math.ceil(math.log2(quarters))
            yield Shape(curve, folds, 4 * quarter / abs(factor), max(abs(low), abs(high)))
    if quarters > MOST_QUARTERS:
        return
    values, folds = forms.evaluated(index, base, grid(low, high)), 0
    if low < 0 and abs(low + high) < (high - low) / MIRRORED:
        sign = 1.0 if np.allclose(values, values[::-1]) else -1.0
        if np.allclose(values, sign * values[::-1]):
            folds, values = 1, forms.evaluated(index, base, grid(0.0, high))
    yield Shape(curve_of(values), folds)


def _turned(forms: Forms, index: int, base: int) -> tuple[int, float, float] | None:
    """Of a periodic function its operand, by which factor that goes with the base, and a quarter of the period."""
    form = forms.forms[index]
    function = FUNCTIONS.get(form.operation)
    if function is None or function.period is None:
        return None
    (operand,) = form.operands
    quarter = float(function.period()) / 4
    if operand == base:
        return operand, 1.0, quarter
    below = forms.forms[operand]
    is_linear = below.operation is Operation.ADD and below.operands == (base,)
    return (operand, below.factors[0], quarter) if is_linear else None
