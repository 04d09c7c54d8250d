"""The mathematics of a program, evaluated apart from the compiler: exact fractions, and mpmath where they end.

Every function means what README says of it. An operation outside its domain, or on an operand without a value, has no
value; `if`, `and` and `or` need only the operands that decide.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from enum import Enum
from fractions import Fraction

from tests.fuzzing.meanings import MEANINGS, Arithmetic, NoValueError, Number
from tests.fuzzing.program import Node, Program, supports

DIGITS = 60
MORE_DIGITS = 240


class Nothing(Enum):
    """Why there is no value: outside a domain, or too large to speak of."""

    UNDEFINED = "undefined"
    HUGE = "huge"


Value = Number | Nothing
Point = Mapping[str, Fraction]


def is_number(value: Value) -> bool:
    """Whether there is a value."""
    return not isinstance(value, Nothing)


def _lazy(node: Node, operands: Sequence[Value]) -> Value | None:
    """The value of what does not need all of its operands; None for any other node."""
    if node.kind not in ("if", "and", "or"):
        return None
    first = operands[0]
    if isinstance(first, Nothing):
        return None
    if node.kind == "if":
        return operands[1] if first != 0 else operands[2]
    return first if (first == 0) == (node.kind == "and") else operands[1]


def value_of(arithmetic: Arithmetic, node: Node, operands: Sequence[Value], point: Point) -> Value:
    """The value of one node at a point of the inputs, given those of its operands."""
    chosen = _lazy(node, operands)
    if chosen is not None:
        return chosen
    for operand in operands:
        if isinstance(operand, Nothing):
            return operand
    try:
        if node.kind in ("input", "constant"):
            return arithmetic.number(point[node.name] if node.name else node.value)
        result: Number = arithmetic.held(MEANINGS[node.kind](arithmetic, *operands))
    except NoValueError:
        return Nothing.UNDEFINED
    except OverflowError:
        return Nothing.HUGE
    return result


class Evaluator:
    """Evaluates a program at points, one after another, with one arithmetic.

    `close` and `presumed` tell of the last point: whether a decision there hung on a difference smaller than the
    digits can answer for, and whether two numbers were taken as equal because many more digits show no difference.
    """

    def __init__(self, program: Program, arithmetic: Arithmetic) -> None:
        self.program = program
        self.arithmetic = arithmetic
        self._values: list[Value] = [Nothing.UNDEFINED] * len(program.nodes)
        self._varying: list[int] = []
        arithmetic.forget()
        for index, support in enumerate(supports(program)):
            if support:
                self._varying.append(index)
            else:
                self._values[index] = self._applied(program.nodes[index], {})
        self._constants_close = arithmetic.close
        self._constants_presumed = arithmetic.presumed

    @property
    def close(self) -> bool:
        return self._constants_close or self.arithmetic.close

    @property
    def presumed(self) -> bool:
        return self._constants_presumed or self.arithmetic.presumed

    def nodes(self, point: Point) -> list[Value]:
        """The value of every node; the list is the evaluator's own until the next point."""
        self.arithmetic.forget()
        for index in self._varying:
            self._values[index] = self._applied(self.program.nodes[index], point)
        return self._values

    def _applied(self, node: Node, point: Point) -> Value:
        return value_of(self.arithmetic, node, [self._values[k] for k in node.operands], point)

    def outputs(self, point: Point) -> list[Value]:
        """The value of every output."""
        values = self.nodes(point)
        return [values[output.node] for output in self.program.outputs]


def rough(program: Program) -> Evaluator:
    """Evaluates in double precision: for choosing points, never for judging."""
    return Evaluator(program, Arithmetic())


class Truth:
    """The outputs of a program at points: 60 digits, and many more where a decision is close."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._usual = Evaluator(program, Arithmetic(DIGITS))
        self._careful: Evaluator | None = None
        self.presumed = 0

    def outputs(self, point: Point) -> list[Value]:
        """The value of every output; `presumed` counts the points where equality was taken for granted."""
        found = self._usual.outputs(point)
        return self.careful_outputs(point) if self._usual.close else found

    def careful_outputs(self, point: Point) -> list[Value]:
        """The same with many digits in any case."""
        if self._careful is None:
            self._careful = Evaluator(self.program, Arithmetic(MORE_DIGITS))
        found = self._careful.outputs(point)
        self.presumed += self._careful.presumed
        return found

    def held(self, value: Value, low: Fraction, high: Fraction) -> Value:
        """The value, or the nearer of two ends beyond which it lies."""
        if isinstance(value, Nothing):
            return value
        compare = self._usual.arithmetic.compare
        return low if compare(value, low) < 0 else high if compare(value, high) > 0 else value

    def differs(self, value: Value, fixed: Fraction, bound: float) -> bool:
        """Whether |value - fixed| > bound, for a value of the last point, as far as the digits tell."""
        if isinstance(value, Nothing):
            return False
        arithmetic = self._usual.arithmetic if self._careful is None else self._careful.arithmetic
        difference = arithmetic.distance(value, fixed)
        if isinstance(difference, Fraction):
            return difference > bound
        return difference > bound + arithmetic.smallest * max(1.0, abs(arithmetic.real(value)))


def float_of(value: Value) -> float:
    """The value as a float, nan if there is none."""
    if isinstance(value, Nothing):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
