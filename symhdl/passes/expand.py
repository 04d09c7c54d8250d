"""The pass that takes composite operations apart into those that become hardware."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar

from symhdl.design import Design
from symhdl.errors import Span, error
from symhdl.functions.definition import write
from symhdl.functions.elementary import FUNCTIONS
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, GraphBuilder
from symhdl.numeric.limits import LARGEST_POWER, MAXIMUM_STOREYS, SMALLEST_POWER
from symhdl.rewriting.rewrite import copy_node, finish

SHOWN = 10**15  # a larger exponent is not written out in a message


@dataclass(frozen=True, slots=True)
class Expand:
    """Takes composite operations apart.

    What is left: sums, products, squares, inverses, extrema of two, choices, comparisons, logic, `abs`, `floor`, `mod`
    and functions of one variable, to which `x^c` with a rational c that is no integer belongs.

    Whole powers are built by repeated squaring and shared over the graph. Raises `SymhdlError` `exponent` for
    an exponent beyond `LARGEST_POWER` or next to 0, `too-deep` for towers of variable powers.
    """

    name: ClassVar[str] = "expand"

    def run(self, design: Design) -> Design:
        """The design with the expanded graph."""
        _check_towers(design.graph)
        return design.with_graph(_Expansion().run(design.graph))


def _check_towers(graph: Graph) -> None:
    """Raises `too-deep` where powers with variable exponents stand on too many others, as exponents or bases."""
    storeys: list[int] = []
    for node, span in zip(graph.nodes, graph.spans, strict=True):
        below = max((storeys[operand] for operand in node.operands), default=0)
        is_variable = (
            node.operation is Operation.POWER and graph.nodes[node.operands[1]].value is None
        )
        storeys.append(below + is_variable)
        if is_variable and below == MAXIMUM_STOREYS:
            raise error(
                "too-deep",
                "this power stands on too many others",
                span,
                notes=(f"powers with variable exponents go up to {MAXIMUM_STOREYS} storeys",),
                help="give a part of the tower as an input of its own",
            )


@dataclass(slots=True)
class _Expansion:
    builder: GraphBuilder = field(default_factory=GraphBuilder)
    span: Span | None = None
    powers: dict[tuple[int, int], int] = field(default_factory=dict)

    def run(self, graph: Graph) -> Graph:
        new_index: list[int] = []
        for node, span in zip(graph.nodes, graph.spans, strict=True):
            operands = tuple(new_index[operand] for operand in node.operands)
            self.span = span
            expansion = EXPANSIONS.get(node.operation)
            if expansion is not None:
                new_index.append(expansion(self, operands))
            elif node.operation in _DEFINED:
                new_index.append(write(node.operation, operands, self))
            else:
                new_index.append(copy_node(self.builder, node, operands, span))
        return finish(graph, self.builder, new_index)

    def apply(self, operation: Operation, *operands: int) -> int:
        return self.builder.apply(operation, *operands, span=self.span)

    def constant(self, value: Fraction | int) -> int:
        return self.builder.constant(value, self.span)

    def value(self, index: int) -> Fraction | None:
        return self.builder.nodes[index].value

    def power(self, base: int, exponent: int) -> int:
        """The power for an exponent of at least 1, by repeated squaring (Knuth, TAOCP 2, 4.6.3)."""
        steps: list[int] = []
        while exponent > 1 and (base, exponent) not in self.powers:
            steps.append(exponent)
            exponent = exponent // 2 if exponent % 2 == 0 else exponent - 1
        result = self.powers.get((base, exponent), base)
        for step in reversed(steps):
            if step % 2 == 0:
                result = self.apply(Operation.SQUARE, result)
            else:
                result = self.apply(Operation.MULTIPLY, base, result)
            self.powers[base, step] = result
        return result


def _power(e: _Expansion, operands: tuple[int, ...]) -> int:
    base, exponent = operands
    known = e.value(exponent)
    if known is None:
        return _variable_power(e, base, exponent)
    if known.denominator == 1:
        return _whole_power(e, base, known.numerator)
    if known == Fraction(1, 2):
        return e.apply(Operation.SQUARE_ROOT, base)
    if abs(known) < SMALLEST_POWER:
        raise error(
            "exponent",
            "this exponent is too near to 0",
            e.span,
            notes=("exponents are 0, or at least 2^-64 in size",),
            help="write 1 for the power, which it hardly differs from",
        )
    _check_exponent(e, known)
    return e.apply(Operation.POWER, base, exponent)


def _check_exponent(e: _Expansion, exponent: Fraction) -> None:
    if abs(exponent) > LARGEST_POWER:
        shown = "this exponent" if abs(exponent) > SHOWN else f"the exponent {float(exponent):.15g}"
        raise error(
            "exponent",
            f"{shown} is too large",
            e.span,
            notes=(f"exponents go up to {LARGEST_POWER}",),
            help="use a smaller exponent, or write the power as exp(n*log(x))",
        )


def _whole_power(e: _Expansion, base: int, exponent: int) -> int:
    _check_exponent(e, Fraction(exponent))
    if exponent == 0:
        if not e.builder.may_be_undefined(base):
            return e.constant(1)
        nothing = e.apply(Operation.MULTIPLY, e.constant(0), base)
        return e.apply(Operation.ADD, e.constant(1), nothing)
    power = e.power(base, abs(exponent))
    return power if exponent > 0 else e.apply(Operation.INVERSE, power)


def _variable_power(e: _Expansion, base: int, exponent: int) -> int:
    if e.builder.nodes[base].operation is Operation.E:
        return e.apply(Operation.EXP, exponent)
    known = e.value(base)
    if known == 2:
        return e.apply(Operation.EXP2, exponent)
    if known is not None and known > 0:
        return _real_power(e, base, exponent)
    negative = e.apply(Operation.LESS, base, e.constant(0))
    power = e.apply(
        Operation.SELECT,
        negative,
        _power_of_negative(e, base, exponent),
        _real_power(e, base, exponent),
    )
    return power if known else _guarded_power(e, base, exponent, power)


def _real_power(e: _Expansion, base: int, exponent: int) -> int:
    logarithm = e.apply(Operation.LOG, base)
    return e.apply(Operation.EXP, e.apply(Operation.MULTIPLY, exponent, logarithm))


def _power_of_negative(e: _Expansion, base: int, exponent: int) -> int:
    """A power of a negative base: that of its size with a sign for a whole exponent, else without a value."""
    size = _real_power(e, e.apply(Operation.NEGATE, base), exponent)
    half = e.apply(Operation.MULTIPLY, e.constant(Fraction(1, 2)), exponent)
    even = e.apply(Operation.EQUAL, e.apply(Operation.FLOOR, half), half)
    signed = e.apply(Operation.SELECT, even, size, e.apply(Operation.NEGATE, size))
    whole = e.apply(Operation.EQUAL, e.apply(Operation.FLOOR, exponent), exponent)
    # What has no value must not be a constant, which would have none wherever it stands.
    below = base
    if e.value(base) is not None:
        below = e.apply(Operation.MULTIPLY, base, e.apply(Operation.SQUARE, exponent))
    return e.apply(Operation.SELECT, whole, signed, e.apply(Operation.LOG, below))


def _guarded_power(e: _Expansion, base: int, exponent: int, power: int) -> int:
    """A power whose base may be 0: 0^0 = 1, 0^y = 0, and 1/0 for y < 0. It vanishes where the range excludes 0."""
    zero = e.constant(0)
    negative = e.apply(Operation.LESS, exponent, zero)
    other = e.apply(Operation.SELECT, negative, e.apply(Operation.INVERSE, base), zero)
    none = e.apply(Operation.EQUAL, exponent, zero)
    at_zero = e.apply(Operation.SELECT, none, e.constant(1), other)
    return e.apply(Operation.SELECT, e.apply(Operation.EQUAL, base, zero), at_zero, power)


def _divide(e: _Expansion, operands: tuple[int, ...]) -> int:
    dividend, divisor = operands
    known = e.value(divisor)
    if known is not None and known != 0:
        factor = e.constant(1 / known)
        return e.apply(Operation.MULTIPLY, factor, dividend)
    inverse = e.apply(Operation.INVERSE, divisor)
    if e.value(dividend) == 1:
        return inverse
    return e.apply(Operation.MULTIPLY, dividend, inverse)


def _balanced(operation: Operation) -> Callable[[_Expansion, tuple[int, ...]], int]:
    """An operation of many operands as a tree of operations of two, of least depth."""

    def expand(e: _Expansion, operands: tuple[int, ...]) -> int:
        level = list(operands)
        while len(level) > 1:
            pairs = [e.apply(operation, *level[k : k + 2]) for k in range(0, len(level) - 1, 2)]
            level = pairs + level[len(pairs) * 2 :]
        return level[0]

    return expand


def _sum(e: _Expansion, operands: tuple[int, ...]) -> int:
    return e.apply(Operation.ADD, *operands) if len(operands) > 1 else operands[0]


EXPANSIONS: dict[Operation, Callable[[_Expansion, tuple[int, ...]], int]] = {
    Operation.ADD: _sum,
    Operation.SQUARE: lambda e, operands: e.power(operands[0], 2),
    Operation.CUBE: lambda e, operands: e.power(operands[0], 3),
    Operation.POWER: _power,
    Operation.DIVIDE: _divide,
    Operation.MINIMUM: _balanced(Operation.MINIMUM),
    Operation.MAXIMUM: _balanced(Operation.MAXIMUM),
}
"""How operations are taken apart that hardware builds in a way of its own."""

_DEFINED = frozenset(
    operation
    for operation in Operation
    if operation.entry.definition is not None
    and operation not in FUNCTIONS
    and operation is not Operation.MODULO
)
"""The operations that are taken apart by their definitions."""
