"""A form: an operation on earlier forms, what it is at samples of their values, and its slopes there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from symhdl.functions.evaluation import FLOATING
from symhdl.functions.operation import COMPARISONS, Operation
from symhdl.search.samples import LARGEST, Floats

STEP = 1e-6  # of an argument, relative, by which slopes are taken
STEEP = COMPARISONS | {
    Operation.ABSOLUTE, Operation.MINIMUM, Operation.MAXIMUM, Operation.SELECT, Operation.MODULO, Operation.FLOOR,
    Operation.NOT, Operation.AND, Operation.OR,
}  # fmt: skip
"""Operations whose errors are as large as those of their operands, or that jump: next to that no less will do."""


class Form(NamedTuple):
    """An operation on earlier forms.

    Of an ADD the operands are terms with their `factors`, to which `constant` is added; a constant is an ADD of
    nothing. A POWER has its exponent as `constant`.
    """

    operation: Operation
    operands: tuple[int, ...] = ()
    factors: tuple[float, ...] = ()
    constant: float = 0.0
    name: str = ""

    def values(self, operands: Sequence[Floats], count: int) -> Floats:
        """The form at so many samples."""
        if self.operation is Operation.ADD:
            found = np.full(count, self.constant)
            for factor, operand in zip(self.factors, operands, strict=True):
                found += factor * operand
            return found
        if self.operation is Operation.MULTIPLY:
            return operands[0] * operands[1]
        if self.operation is Operation.POWER:
            return np.power(operands[0], self.constant)
        values = FLOATING[self.operation](*operands)
        return values if values.dtype == np.float64 else values.astype(np.float64)

    def slopes(self, operands: Sequence[Floats]) -> tuple[Floats | float, ...]:
        """By its operands the derivatives of the form at samples."""
        if self.operation is Operation.ADD:
            return self.factors
        if not operands:
            return ()
        if self.operation is Operation.MULTIPLY:
            return operands[1], operands[0]
        if self.operation is Operation.SQUARE:
            return (2 * operands[0],)
        if self.operation in STEEP:
            return tuple(1.0 for _ in operands)
        step = STEP * np.maximum(np.abs(operands[0]), 2.0**-10)
        above = self.values([operands[0] + step], len(step))
        below = self.values([operands[0] - step], len(step))
        slope = (above - below) / (2 * step)
        return (np.where(np.abs(slope) < LARGEST, slope, 0.0),)
