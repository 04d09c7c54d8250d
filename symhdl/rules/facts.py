"""What is known of a node without intervals: its sign, and whether it has a value everywhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from symhdl.functions.definition import computed, steps
from symhdl.functions.entry import Sign
from symhdl.functions.operation import Operation
from symhdl.functions.univariate import Domain
from symhdl.ir.graph import Node

Facts = int
"""A set of facts about a value, one bit each; an absent fact is not known."""


class Fact:
    """The facts. Plain integers, since there are many nodes and `enum` flags are slow."""

    NONE: Final = 0
    TOTAL: Final = 1  # has a value for all inputs in their ranges
    NONNEGATIVE: Final = 2
    NONPOSITIVE: Final = 4
    NONZERO: Final = 8
    BOOLEAN: Final = 16  # 0 or 1


POSITIVE = Fact.NONNEGATIVE | Fact.NONZERO
NEGATIVE = Fact.NONPOSITIVE | Fact.NONZERO
_SIGN = Fact.NONNEGATIVE | Fact.NONPOSITIVE | Fact.NONZERO

_SIGNS: dict[Sign, Facts] = {
    Sign.ANY: Fact.NONE,
    Sign.POSITIVE: POSITIVE,
    Sign.NONNEGATIVE: Fact.NONNEGATIVE,
    Sign.SIZE: Fact.NONNEGATIVE,
    Sign.ARGUMENT: Fact.NONE,
}
_FROM_OPERAND: dict[Sign, Facts] = {Sign.SIZE: Fact.NONZERO, Sign.ARGUMENT: _SIGN}
"""The facts of an operand that are facts of the value, too."""


def of_range(low: Fraction, high: Fraction) -> Facts:
    """The facts of a number in an interval."""
    facts: Facts = Fact.TOTAL
    if low >= 0:
        facts |= Fact.NONNEGATIVE
    if high <= 0:
        facts |= Fact.NONPOSITIVE
    if low > 0 or high < 0:
        facts |= Fact.NONZERO
    if low == high and low in (0, 1):
        facts |= Fact.BOOLEAN
    return facts


def of_number(value: Fraction) -> Facts:
    """The facts of a constant; its sign is that of an integer, which is compared much faster."""
    sign = value.numerator
    facts: Facts = Fact.TOTAL
    if sign >= 0:
        facts |= Fact.NONNEGATIVE
    if sign <= 0:
        facts |= Fact.NONPOSITIVE
    if sign != 0:
        facts |= Fact.NONZERO
    if sign == 0 or sign == value.denominator:
        facts |= Fact.BOOLEAN
    return facts


def of_node(node: Node, operands: Sequence[Facts], nodes: Sequence[Node]) -> Facts:
    """The facts of a node that is no input, from those of its operands."""
    if node.operation is Operation.CONSTANT:
        assert node.value is not None
        return of_number(node.value)
    exponent = nodes[node.operands[1]].value if node.operation is Operation.POWER else None
    return _of_operation(node.operation, operands, exponent)


def _of_operation(
    operation: Operation, operands: Sequence[Facts], exponent: Fraction | None = None
) -> Facts:
    """The facts of the value of an operation; of a power's exponent its value, if it is known."""
    if operation.entry.domain is not None:
        return computed(steps(operation, 1), operands, of_number, _of_operation)
    facts = _SIGNS[operation.entry.sign] | _sign(operation, operands, exponent)
    if operation.boolean:
        facts |= Fact.BOOLEAN | Fact.NONNEGATIVE
    is_total = all(operand & Fact.TOTAL for operand in operands)
    return facts | Fact.TOTAL if is_total and _has_value(operation, operands, exponent) else facts


def _has_value(operation: Operation, operands: Sequence[Facts], exponent: Fraction | None) -> bool:
    """Whether the operation has a value for all values of its operands."""
    if not operation.partial:
        return True
    function = operation.entry.function
    if function is not None:
        needed = _fact_inside(function.domain)
        return needed is not None and holds(operands[0], needed)
    if operation is Operation.ATAN2:
        return any(holds(operand, Fact.NONZERO) for operand in operands)
    if operation is not Operation.POWER:
        return holds(operands[1], Fact.NONZERO)
    is_whole = exponent is not None and exponent >= 0 and exponent.denominator == 1
    return is_whole or holds(operands[0], POSITIVE)


def _fact_inside(domain: Domain) -> Facts | None:
    """A fact of numbers that puts them into a domain, if there is one."""
    if domain.pole_at_zero:
        return Fact.NONZERO
    if not -math.inf < domain.lower <= 0 or domain.upper < math.inf:
        return None
    return Fact.NONNEGATIVE if domain.lower < 0 or domain.closed else POSITIVE


def _sign(operation: Operation, operands: Sequence[Facts], exponent: Fraction | None) -> Facts:
    if operation.entry.sign in _FROM_OPERAND:
        return operands[0] & _FROM_OPERAND[operation.entry.sign]
    if operation is Operation.NEGATE:
        return _opposite(operands[0])
    if operation is Operation.ADD:
        return _sum(operands)
    if operation is Operation.SUBTRACT:
        return _sum((operands[0], _opposite(operands[1])))
    if operation in (Operation.MULTIPLY, Operation.DIVIDE):
        return _product(*operands)
    if operation is Operation.POWER:
        facts = operands[0] & (Fact.NONNEGATIVE | Fact.NONZERO)
        # Only a base that is not negative has powers that are no integers.
        known = exponent is not None and (exponent % 2 == 0 or exponent.denominator > 1)
        return facts | Fact.NONNEGATIVE if known else facts
    if operation in (Operation.MINIMUM, Operation.MAXIMUM):
        return _extremum(operation, operands)
    if operation is Operation.SELECT:
        return operands[1] & operands[2] & (_SIGN | Fact.BOOLEAN)
    return Fact.NONE


def _opposite(operand: Facts) -> Facts:
    facts = operand & Fact.NONZERO
    if operand & Fact.NONNEGATIVE:
        facts |= Fact.NONPOSITIVE
    if operand & Fact.NONPOSITIVE:
        facts |= Fact.NONNEGATIVE
    return facts


def _sum(operands: Sequence[Facts]) -> Facts:
    facts: Facts = Fact.NONE
    for side in (Fact.NONNEGATIVE, Fact.NONPOSITIVE):
        if all(operand & side for operand in operands):
            facts |= side | _any_nonzero(operands)
    return facts


def _any_nonzero(operands: Sequence[Facts]) -> Facts:
    return Fact.NONZERO if any(operand & Fact.NONZERO for operand in operands) else Fact.NONE


def _product(a: Facts, b: Facts) -> Facts:
    facts = a & b & Fact.NONZERO
    for first, second, result in (
        (Fact.NONNEGATIVE, Fact.NONNEGATIVE, Fact.NONNEGATIVE),
        (Fact.NONPOSITIVE, Fact.NONPOSITIVE, Fact.NONNEGATIVE),
        (Fact.NONNEGATIVE, Fact.NONPOSITIVE, Fact.NONPOSITIVE),
        (Fact.NONPOSITIVE, Fact.NONNEGATIVE, Fact.NONPOSITIVE),
    ):
        if a & first and b & second:
            facts |= result
    return facts


def _extremum(operation: Operation, operands: Sequence[Facts]) -> Facts:
    facts: Facts = Fact.NONZERO | Fact.NONNEGATIVE | Fact.NONPOSITIVE | Fact.BOOLEAN
    for operand in operands:
        facts &= operand
    # One operand on the right side of zero is enough for the extremum on that side.
    strong = POSITIVE if operation is Operation.MAXIMUM else NEGATIVE
    for operand in operands:
        facts |= operand & strong & ~Fact.NONZERO
        if holds(operand, strong):
            facts |= strong
    return facts


def holds(facts: Facts, wanted: Facts) -> bool:
    """Whether all of the wanted facts are known."""
    return facts & wanted == wanted
