"""What operations give exactly on rational numbers, where the result is rational and known to be."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symhdl.functions.definition import computed, steps
from symhdl.functions.operation import Operation
from symhdl.functions.rational import MAXIMUM_BITS, OutsideDomainError, RationalFunction, bits

__all__ = ["EXACT", "MAXIMUM_BITS", "OutsideDomainError", "bits", "exact"]


def _function(operation: Operation) -> RationalFunction | None:
    entry = operation.entry
    if entry.exact is not None or entry.definition is None:
        return entry.exact
    return lambda *operands: computed(steps(operation, len(operands)), operands, Fraction, _apply)


def _apply(operation: Operation, operands: Sequence[Fraction | None]) -> Fraction | None:
    if operation is Operation.SELECT and operands[0] is not None:
        return operands[1] if operands[0] else operands[2]
    known = tuple(operand for operand in operands if operand is not None)
    return exact(operation, known) if len(known) == len(operands) else None


EXACT: dict[Operation, RationalFunction] = {
    operation: function for operation in Operation if (function := _function(operation)) is not None
}
"""Operation -> exact function of rational numbers; None where the value is irrational or not known."""


def exact(operation: Operation, operands: tuple[Fraction, ...]) -> Fraction | None:
    """The value of the operation, or None where it is irrational, not known, or too large to hold.

    Raises `OutsideDomainError` where there is no value.
    """
    function = EXACT.get(operation)
    if function is None:
        return None
    result = function(*operands)
    return result if result is not None and bits(result) <= MAXIMUM_BITS else None
