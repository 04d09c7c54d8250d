"""A part of a graph that depends on one variable, as a function of it: everything between an input and an output.

What lies inside is real mathematics, of which nothing is rounded. Balls and power series go through it operation by
operation; where one of them is undefined or not smooth the whole is.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from flint import arb, arb_series
from msgspec import Struct

from symhdl.functions.elementary import univariate
from symhdl.functions.evaluation import BALL
from symhdl.functions.operation import Operation
from symhdl.functions.univariate import Scaling, Symmetry, Univariate
from symhdl.ir.graph import Graph
from symhdl.numeric.ball import ball_of

Value: TypeAlias = arb | arb_series

ARITHMETIC: dict[Operation, Callable[..., Value]] = {
    Operation.ADD: lambda *terms: functools.reduce(operator.add, terms),
    Operation.SUBTRACT: lambda first, *others: functools.reduce(operator.sub, others, first),
    Operation.MULTIPLY: operator.mul,
    Operation.NEGATE: operator.neg,
    Operation.SQUARE: lambda x: x * x,
}
PARITY: dict[Symmetry, int] = {Symmetry.EVEN: 0, Symmetry.ODD: 1}


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


@dataclass(frozen=True, slots=True)
class Composite:
    """The last of some steps as a function of the variable; `name` tells the steps one after the other."""

    name: str
    steps: tuple[Step, ...] = field(compare=False, repr=False)
    symmetry: Symmetry = field(compare=False)
    singular_points: tuple[int, ...] = field(compare=False)
    scaling: Scaling | None = field(compare=False, default=None)
    period: None = None
    octave: None = None
    doubling: None = None

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

    def _evaluated(self, x: Value) -> Value:
        values: list[Value] = []
        for step in self.steps:
            operands = [values[operand] for operand in step.operands]
            values.append(_applied(step, operands, x))
        return values[-1]


def _applied(step: Step, operands: Sequence[Value], x: Value) -> Value:
    if step.operation is None:
        return x if step.value is None else ball_of(step.value)
    if step.function is not None:
        (operand,) = operands
        is_number = isinstance(operand, arb)
        return step.function.ball(operand) if is_number else step.function.series(operand)
    if step.operation in ARITHMETIC:
        return ARITHMETIC[step.operation](*operands)
    return BALL[step.operation]()


def composite(graph: Graph, nodes: Sequence[int]) -> Composite | None:
    """The last of some nodes as a function of the one input among them; they are all that it depends on, in order.

    None where one of them is no smooth function, sum or product.
    """
    places = {node: place for place, node in enumerate(nodes)}
    steps: list[Step] = []
    for number in nodes:
        node = graph.nodes[number]
        if node.operation is Operation.INPUT:
            steps.append(Step())
        elif node.value is not None:
            steps.append(Step(value=node.value))
        else:
            exponent = None
            operands = node.operands
            if node.operation is Operation.POWER:
                exponent, operands = graph.nodes[operands[1]].value, operands[:1]
            function = univariate(node.operation, exponent)
            if function is None and operands and node.operation not in ARITHMETIC:
                return None
            steps.append(
                Step(node.operation, tuple(places[each] for each in operands), None, function)
            )
    name = "; ".join(step.text for step in steps)
    at_zero = Composite(name, tuple(steps), Symmetry.NONE, ()).series(arb_series([0, 1], prec=4))
    is_smooth = all(coefficient.is_finite() for coefficient in at_zero.coeffs())
    return Composite(
        name, tuple(steps), _symmetry(steps), () if is_smooth else (0,), _scaling(steps)
    )


def _symmetry(steps: Sequence[Step]) -> Symmetry:
    """What follows from the symmetries of the steps: even 0, odd 1, neither None."""
    found: list[int | None] = []
    for step in steps:
        own = [found[operand] for operand in step.operands]
        found.append(_parity(step, own))
    return {0: Symmetry.EVEN, 1: Symmetry.ODD, None: Symmetry.NONE}[found[-1]]


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
        return (
            None
            if scaling is None
            else known[0] * Fraction(scaling.result_bits, scaling.argument_bits)
        )
    if step.operation is Operation.SQUARE:
        return 2 * known[0]
    if step.operation is Operation.MULTIPLY:
        return known[0] + known[1]
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
    return own[0] if len(set(own)) == 1 else None
