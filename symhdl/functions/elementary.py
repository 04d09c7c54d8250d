"""The functions of one variable: for each, the mathematics that proofs and approximations need."""

from __future__ import annotations

from fractions import Fraction

from symhdl.functions.derived import derived
from symhdl.functions.operation import Operation
from symhdl.functions.powers import rational_power
from symhdl.functions.univariate import Univariate

__all__ = ["FUNCTIONS", "rational_power", "univariate"]

FUNCTIONS: dict[Operation, Univariate] = {
    operation: operation.entry.function
    for operation in Operation
    if operation.entry.function is not None
}
"""Every operation of one operand that becomes hardware through tables and polynomials."""

FUNCTIONS.update(
    (operation, derived(operation, FUNCTIONS))
    for operation in Operation
    if operation.entry.domain is not None
)


def univariate(operation: Operation, exponent: Fraction | None = None) -> Univariate | None:
    """The function of one variable that an operation is; for POWER with a constant exponent, that power."""
    if operation is Operation.POWER:
        assert exponent is not None
        return rational_power(exponent)
    return FUNCTIONS.get(operation)
