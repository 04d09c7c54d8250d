"""Nodes of a graph with rational constants worked out on the way, and decisions on all other constants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from flint import arb, ctx, fmpq

from symhdl.errors import Span
from symhdl.functions.evaluation import BALL
from symhdl.functions.exact import OutsideDomainError, exact
from symhdl.functions.operation import Operation
from symhdl.ir.graph import GraphBuilder, Node
from symhdl.numeric.ball import ends

PRECISIONS = (128, 1024, 8192)  # bits, tried one after the other for a decision
MAXIMUM_UNDECIDED = 20_000  # constants looked at for a decision with more than the first precision
ENCLOSURE_BITS = 128

Ends = tuple[Fraction, Fraction]


@dataclass(slots=True)
class Nodes:
    """Builds nodes like `GraphBuilder`, and knows which of them are constants.

    `place` is where new nodes come from.
    """

    builder: GraphBuilder = field(default_factory=GraphBuilder)
    place: Span | None = None
    _varies: bytearray = field(default_factory=bytearray)  # 1 where an input matters
    _balls: dict[int, dict[int, arb]] = field(default_factory=dict)  # by precision and node

    def __len__(self) -> int:
        return len(self.builder.nodes)

    def __getitem__(self, index: int) -> Node:
        return self.builder.nodes[index]

    def input(self, name: str, span: Span | None = None) -> int:
        """The input `name`."""
        return self._marked(self.builder.input(name, span))

    def constant(self, value: Fraction | int) -> int:
        """An exact rational constant."""
        return self._marked(self.builder.constant(value, self.place))

    def named(self, operation: Operation) -> int:
        """The constant that an operation without operands is."""
        return self._marked(self.builder.append(Node(operation), self.place))

    def apply(self, operation: Operation, *operands: int) -> int:
        """The operation on earlier nodes, or the rational number that it gives, or the operand that it keeps."""
        known = [self.builder.nodes[operand].value for operand in operands]
        values = tuple(value for value in known if value is not None)
        if len(values) == len(known):
            try:
                result = exact(operation, values)
            except OutsideDomainError:
                result = None  # a mistake only where it is needed, which the ranges will tell
            if result is not None:
                return self.constant(result)
        kept = _KEPT.get(operation)
        position = kept(known) if kept is not None else None
        if position is not None and not self._hides(operation, operands, position):
            return operands[position]
        return self._marked(self.builder.connect(operation, *operands, span=self.place))

    def _hides(self, operation: Operation, operands: tuple[int, ...], kept: int) -> bool:
        """Whether a first operand of `and`, `or` goes that must have a value."""
        is_second = operation is not Operation.SELECT and kept == 1
        return is_second and self.builder.may_be_undefined(operands[0])

    def _marked(self, index: int) -> int:
        for position in range(len(self._varies), len(self.builder.nodes)):
            node = self.builder.nodes[position]
            varies = node.operation is Operation.INPUT
            varies = varies or any(self._varies[operand] for operand in node.operands)
            self._varies.append(varies)
        return index

    def varies(self, index: int) -> bool:
        """Whether the value depends on an input."""
        return bool(self._varies[index])

    def decided(self, index: int) -> bool | None:
        """Whether a constant condition holds; None if it is no constant, or too close to tell."""
        value = self.builder.nodes[index].value
        if value is not None:
            return value != 0
        if self._varies[index]:
            return None
        for precision in PRECISIONS:
            if precision > PRECISIONS[0] and index > MAXIMUM_UNDECIDED:
                return None
            ball = self._ball(index, precision)
            if ball.is_finite() and (ball == 0 or ball != 0):
                return bool(ball != 0)
        return None

    def enclosure(self, index: int) -> Ends | None:
        """Rational numbers between which a constant lies, equal ones if it is one of them."""
        value = self.builder.nodes[index].value
        if value is not None:
            return value, value
        if self._varies[index]:
            return None
        ball = self._ball(index, ENCLOSURE_BITS)
        with ctx.workprec(ENCLOSURE_BITS):
            return ends(ball) if ball.is_finite() else None

    def _ball(self, index: int, precision: int) -> arb:
        """The constant as a ball; what it needs is worked out once for each precision."""
        known = self._balls.setdefault(precision, {})
        needed: set[int] = set()
        waiting = [index]
        while waiting:
            current = waiting.pop()
            if current not in known and current not in needed:
                needed.add(current)
                waiting += self.builder.nodes[current].operands
        with ctx.workprec(precision):
            for current in sorted(needed):
                node = self.builder.nodes[current]
                if node.value is not None:
                    known[current] = to_ball(node.value)
                else:
                    known[current] = BALL[node.operation](*(known[o] for o in node.operands))
        return known[index]


def _kept_by_and(values: Sequence[Fraction | None]) -> int | None:
    """`a and true` is a, `a and false` is false."""
    return _kept_by_logic(values, neutral=1)


def _kept_by_or(values: Sequence[Fraction | None]) -> int | None:
    return _kept_by_logic(values, neutral=0)


def _kept_by_logic(values: Sequence[Fraction | None], neutral: int) -> int | None:
    for position, value in enumerate(values):
        if value is not None:
            return 1 - position if value == neutral else position
    return None


def _kept_by_choice(values: Sequence[Fraction | None]) -> int | None:
    condition = values[0]
    return None if condition is None else 1 if condition else 2


_KEPT = {
    Operation.AND: _kept_by_and,
    Operation.OR: _kept_by_or,
    Operation.SELECT: _kept_by_choice,
}


def to_ball(value: Fraction) -> arb:
    """The rational number at the current precision."""
    return arb(fmpq(value.numerator, value.denominator))
