"""What is known of a node without intervals: its sign, and whether it has a value everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from symhdl.functions.operation import Operation
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

_ALWAYS: dict[Operation, Facts] = {
    Operation.PI: POSITIVE,
    Operation.E: POSITIVE,
    Operation.SQUARE: Fact.NONNEGATIVE,
    Operation.SQUARE_ROOT: Fact.NONNEGATIVE,
    Operation.HYPOTENUSE: Fact.NONNEGATIVE,
    Operation.EXP: POSITIVE,
    Operation.EXP2: POSITIVE,
    Operation.ACOS: Fact.NONNEGATIVE,
    Operation.COSH: POSITIVE,
    Operation.ACOSH: Fact.NONNEGATIVE,
    Operation.ERFC: POSITIVE,
    Operation.SIGMOID: POSITIVE,
    Operation.RELU: Fact.NONNEGATIVE,
    Operation.SOFTPLUS: POSITIVE,
    Operation.GAUSS: POSITIVE,
    Operation.ABSOLUTE: Fact.NONNEGATIVE,
    Operation.ARGMAX: Fact.NONNEGATIVE,
    **{o: Fact.BOOLEAN | Fact.NONNEGATIVE for o in Operation if o.boolean and o.arity < 3},
}
"""The sign of the values that an operation can have."""

_KEEPS_SIGN = frozenset(
    {
        Operation.CUBE,
        Operation.CUBE_ROOT,
        Operation.ASIN,
        Operation.ATAN,
        Operation.SINH,
        Operation.TANH,
        Operation.ASINH,
        Operation.ATANH,
        Operation.ERF,
        Operation.SIGN,
        Operation.EXPM1,
        Operation.LOG1P,
        Operation.INVERSE,
        Operation.GELU,
    }
)
"""Their value has the sign of the operand, and is zero exactly where the operand is."""

_KEEPS_ZERO = frozenset({Operation.SQUARE, Operation.ABSOLUTE, Operation.SQUARE_ROOT})
"""Their value is zero only where the operand is."""

_NEEDS: dict[Operation, Facts] = {
    Operation.INVERSE: Fact.NONZERO,
    Operation.SQUARE_ROOT: Fact.NONNEGATIVE,
    Operation.LOG: POSITIVE,
    Operation.LOG2: POSITIVE,
    Operation.LOG10: POSITIVE,
    Operation.LOG1P: Fact.NONNEGATIVE,
}
"""The operations of one operand that have no value everywhere, and a fact under which they have."""

_PARTIAL = frozenset(
    {Operation.TAN, Operation.ASIN, Operation.ACOS, Operation.ACOSH, Operation.ATANH}
)


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
    facts = _ALWAYS.get(node.operation, Fact.NONE) | _sign(node, operands, nodes)
    if _has_value(node, operands, nodes) and all(operand & Fact.TOTAL for operand in operands):
        facts |= Fact.TOTAL
    return facts


def _has_value(node: Node, operands: Sequence[Facts], nodes: Sequence[Node]) -> bool:
    """Whether the operation has a value for all values of its operands."""
    operation = node.operation
    if operation in _PARTIAL:
        return False
    if operation in _NEEDS:
        return holds(operands[0], _NEEDS[operation])
    if operation in (Operation.DIVIDE, Operation.MODULO):
        return holds(operands[1], Fact.NONZERO)
    if operation is Operation.ATAN2:
        return any(holds(operand, Fact.NONZERO) for operand in operands)
    if operation is not Operation.POWER or holds(operands[0], POSITIVE):
        return True
    exponent = nodes[node.operands[1]].value
    return exponent is not None and exponent >= 0 and exponent.denominator == 1


def _sign(node: Node, operands: Sequence[Facts], nodes: Sequence[Node]) -> Facts:
    operation = node.operation
    if operation in _KEEPS_SIGN:
        return operands[0] & _SIGN
    if operation in _KEEPS_ZERO:
        return operands[0] & Fact.NONZERO
    if operation is Operation.NEGATE:
        return _opposite(operands[0])
    if operation is Operation.ADD:
        return _sum(operands)
    if operation is Operation.SUBTRACT:
        return _sum((operands[0], _opposite(operands[1])))
    if operation in (Operation.MULTIPLY, Operation.DIVIDE):
        return _product(*operands)
    if operation is Operation.POWER:
        exponent = nodes[node.operands[1]].value
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
