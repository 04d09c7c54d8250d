"""What FPCore's operators make of values, and the account of how much is done."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise

from symhdl.errors import Span, error
from symhdl.evaluate import constant_enclosure
from symhdl.functions.operation import Operation
from symhdl.ir.graph import reachable
from symhdl.sources.fpcore.operators import (
    ANSWERS,
    FOLDED,
    OPERATORS,
    RELATIONS,
    TRUTHS,
    UNARY,
    Signature,
)
from symhdl.sources.fpcore.text import List
from symhdl.sources.fpcore.values import MAXIMUM_DIMENSIONS, CoreScalar, Value, array_of
from symhdl.sources.imperative.calculator import Calculator
from symhdl.sources.imperative.library import Library

MAXIMUM_UNROLLED = 150_000  # expressions looked at beyond once for each in the text
ENCLOSURE_BITS = 128
LARGEST_EXPONENT = 2**14  # of two, in a constant that is enclosed


@dataclass(slots=True)
class Arithmetic:
    """Builds the nodes of operators. All methods raise SymhdlError.

    `allowance` is how many expressions there are in the text at most.
    """

    library: Library
    allowance: int
    calculator: Calculator
    _work: int = 0

    def spend(self, amount: int, span: Span) -> None:
        """Counts so many expressions or elements."""
        self._work += amount
        limit = self.allowance + MAXIMUM_UNROLLED
        if self._work > limit:
            raise error(
                "too-large",
                f"the expression grows beyond {limit:,} operations here",
                span,
                notes=("loops are unrolled, and every call stands for a copy of the core",),
                help="fewer iterations, or several designs",
            )

    def number(self, value: Fraction | int) -> CoreScalar:
        """A rational number."""
        return CoreScalar(self.calculator.constant(value))

    def constant(self, name: str, span: Span) -> CoreScalar | None:
        """What a name means that nothing binds; None if it has no meaning."""
        self.calculator.place = span
        if name in TRUTHS:
            return CoreScalar(self.calculator.constant(TRUTHS[name]), is_condition=True)
        node = self.library.constant(name, self.calculator)
        return None if node is None else CoreScalar(node)

    def applied(self, form: List, values: Sequence[Value]) -> Value:
        """What an operator or a native function gives."""
        name = form.head
        self.calculator.place = form.span
        if name == "cast":
            return values[0]
        if name == "array":
            array = array_of(values)
            self.spend(array.size, form.span)
            if array.depth > MAXIMUM_DIMENSIONS:
                message = f"an array has at most {MAXIMUM_DIMENSIONS} dimensions"
                raise error("too-large", message, form.span)
            return array
        if name == "ref":
            return self._part(form, values)
        signature = OPERATORS.get(name, Signature(0, None))
        nodes = [
            self.node(value, signature.takes_conditions, operand.span)
            for value, operand in zip(values, form.items[1:], strict=True)
        ]
        if name in RELATIONS:
            return CoreScalar(self._related(name, nodes, form.span), is_condition=True)
        return CoreScalar(self._built(name, nodes), signature.is_condition)

    def _part(self, form: List, values: Sequence[Value]) -> Value:
        found = values[0]
        for value, operand in zip(values[1:], form.items[2:], strict=True):
            if isinstance(found, CoreScalar):
                raise error("wrong-type", "an array is wanted here", form.items[1].span)
            index = self.integer(value, operand.span, "the index")
            if index >= len(found.parts):
                counted = f"there are {len(found.parts)}, counted from 0"
                message = f"the index {index} is out of range: {counted}"
                raise error("bad-index", message, operand.span)
            found = found.parts[index]
        return found

    def _built(self, name: str, nodes: Sequence[int]) -> int:
        if name in FOLDED:
            return self._folded(name, nodes)
        if name in ANSWERS:
            return self.calculator.constant(ANSWERS[name])
        found = self.library.call(name, nodes, self.calculator)
        assert found is not None, f"`{name}` is not an operator; please report this"
        return found

    def _folded(self, name: str, nodes: Sequence[int]) -> int:
        apply = self.calculator.apply
        if not nodes:
            return self.calculator.constant(int(name == "and"))
        if len(nodes) == 1:
            return apply(UNARY[name], nodes[0]) if name in UNARY else nodes[0]
        if name == "+":
            return apply(Operation.ADD, *nodes)
        return functools.reduce(functools.partial(apply, FOLDED[name]), nodes)

    def _related(self, name: str, nodes: Sequence[int], span: Span) -> int:
        """All neighbours in a chain must be in the relation; no two may be equal for `!=`."""
        relation = "==" if name == "=" else name
        conditions: list[int] = []
        for x, y in combinations(nodes, 2) if name == "!=" else pairwise(nodes):
            self.spend(1, span)
            conditions.append(self.calculator.compare(relation, x, y))
        return self._folded("and", conditions)

    def node(self, value: Value, is_condition: bool, span: Span) -> int:
        """The node of a condition, or of a number."""
        if not isinstance(value, CoreScalar):
            help = "take an element, as in (ref A 0)"
            raise error("wrong-type", "an array has no place here", span, help=help)
        if value.is_condition is not is_condition:
            wanted, given = _SORTS[is_condition], _SORTS[value.is_condition]
            remedy = "compare it with something, for example (!= x 0)" if is_condition else None
            message = f"{wanted} is wanted here, and this is {given}"
            id = "number-as-condition" if is_condition else "wrong-type"
            raise error(id, message, span, help=remedy)
        return value.node

    def integer(self, value: Value, span: Span, what: str) -> int:
        """A constant integer that is not negative."""
        node = self.node(value, False, span)
        constant = self.calculator.value(node)
        if constant is not None and constant.denominator == 1 and constant >= 0:
            return int(constant)
        message = f"{what} must be a constant integer from 0 on"
        note = "hardware has a fixed number of operations"
        raise error("data-loop", message, span, notes=(note,), help="write a constant")

    def enclosure(self, node: int, span: Span) -> tuple[Fraction, Fraction] | None:
        """Rational numbers between which a constant lies; None for what depends on an input or cannot be told."""
        builder = self.calculator.builder
        value = self.calculator.value(node)
        if value is not None:
            return value, value
        if builder.varies(node):
            return None
        self.spend(len(reachable(builder.nodes, [node])), span)
        return constant_enclosure(builder.nodes, node, ENCLOSURE_BITS, LARGEST_EXPONENT)

    def decided(self, condition: int, span: Span) -> bool | None:
        """Whether a constant condition holds; None if it is no constant, or too close to tell."""
        ends = self.enclosure(condition, span)
        return None if ends is None or ends[0] != ends[1] else ends[0] != 0

    def chosen(self, condition: int, then: Value, otherwise: Value, span: Span) -> Value:
        """One of two numbers, or of two conditions."""
        if then == otherwise:
            return then
        if not isinstance(then, CoreScalar) or not isinstance(otherwise, CoreScalar):
            help = "choose inside the array, as in (array (if ...) (if ...))"
            raise error("wrong-type", "arrays are not chosen as a whole", span, help=help)
        if then.is_condition is not otherwise.is_condition:
            one, other = _SORTS[then.is_condition], _SORTS[otherwise.is_condition]
            raise error("wrong-type", f"one branch is {one}, the other is {other}", span)
        self.calculator.place = span
        node = self.calculator.apply(Operation.SELECT, condition, then.node, otherwise.node)
        return CoreScalar(node, then.is_condition)


_SORTS = ("a number", "a condition")
