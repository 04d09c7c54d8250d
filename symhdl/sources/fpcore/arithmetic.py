"""What FPCore's operators make of values: numbers, conditions, infinities and arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from symhdl.errors import Span, SymhdlError, error
from symhdl.functions.operation import Operation
from symhdl.numeric.limits import MAXIMUM_NODES
from symhdl.sources.fpcore.cores import MAXIMUM_DIMENSIONS
from symhdl.sources.fpcore.nodes import Nodes
from symhdl.sources.fpcore.operations import OPERATORS, RELATIONS, STRUCTURAL, Sort
from symhdl.sources.fpcore.tree import Apply, Choice, Expression
from symhdl.sources.fpcore.values import (
    Array,
    Element,
    Scalar,
    Special,
    Value,
    compared,
    elements_of,
    joined,
    length_of,
    on_special,
    part_of,
    shape_of,
    tested,
)

MAXIMUM_UNROLLED = 150_000  # expressions looked at beyond once for each in the text

Native: TypeAlias = Callable[[str, Sequence[int], Span], int]
"""Builds the call of a function that is defined in the native language."""


@dataclass(slots=True)
class Arithmetic:
    """Builds the nodes of operators, and keeps account of how much is done. All methods raise SymhdlError.

    `allowance` is how many expressions there are in the text at most.
    """

    native: Native
    allowance: int
    nodes: Nodes = field(default_factory=Nodes)
    _work: int = 0

    def spend(self, amount: int, span: Span) -> None:
        """Counts so many expressions or elements."""
        self._work += amount
        limit = self.allowance + MAXIMUM_UNROLLED
        if self._work > limit or len(self.nodes) > MAXIMUM_NODES:
            raise error(
                "too-large",
                f"the expression grows beyond {min(limit, MAXIMUM_NODES):,} operations here",
                span,
                notes=("loops are unrolled, and every call stands for a copy of the core",),
                help="fewer iterations, or several designs",
            )

    def applied(self, expression: Apply, values: Sequence[Value]) -> Value:
        """What an operator or a native function gives."""
        name = expression.operator
        if name in STRUCTURAL:
            return self._structural(expression, values)
        scalars = [
            self._element(value, operand.span)
            for value, operand in zip(values, expression.operands, strict=True)
        ]
        if name in RELATIONS:
            return self._relation(expression, scalars)
        return self._operator(expression, scalars)

    def array(self, parts: Sequence[Value], span: Span) -> Array:
        """The array of the parts, which must be alike."""
        array = joined(parts)
        if array is None:
            raise error("ragged-array", "the parts of this array have different shapes", span)
        self.spend(len(array.elements), span)
        sorts = {element.sort for element in array.elements if isinstance(element, Scalar)}
        if len(sorts) > 1:
            raise error("wrong-type", "numbers and conditions do not mix in an array", span)
        if len(array.shape) > MAXIMUM_DIMENSIONS:
            message = f"an array has at most {MAXIMUM_DIMENSIONS} dimensions"
            raise error("too-large", message, span)
        return array

    def integer(self, value: Value, span: Span, what: str) -> int:
        """A constant integer that is not negative."""
        if isinstance(value, Scalar) and value.sort is Sort.NUMBER:
            constant = self.nodes[value.node].value
            if constant is not None and constant.denominator == 1 and constant >= 0:
                return int(constant)
            if self.nodes.varies(value.node):
                note = "hardware has a fixed number of operations"
                message = f"{what} depends on the inputs"
                raise error("data-loop", message, span, notes=(note,), help="write a constant")
        raise error("wrong-type", f"{what} must be a constant integer from 0 on", span)

    def _structural(self, expression: Apply, values: Sequence[Value]) -> Value:
        if expression.operator == "array":
            return self.array(values, expression.span)
        first, span = values[0], expression.operands[0].span
        if expression.operator == "cast":
            return first
        if not isinstance(first, Array):
            raise error("wrong-type", "an array is wanted here", span)
        if expression.operator == "dim":
            return Scalar(self.nodes.constant(len(first.shape)))
        found: Value = first
        for value, operand in zip(values[1:], expression.operands[1:], strict=True):
            index = self.integer(value, operand.span, "the index")
            limit = len(first.shape) if expression.operator == "size" else length_of(found)
            if index >= limit:
                message = f"the index {index} is out of range: there are {limit}, counted from 0"
                raise error("bad-index", message, operand.span)
            if expression.operator == "size":
                return Scalar(self.nodes.constant(first.shape[index]))
            assert isinstance(found, Array), "an index into a scalar; please report this"
            found = part_of(found, index)
            self.spend(len(elements_of(found)), expression.span)
        return found

    def _element(self, value: Value, span: Span) -> Element:
        if isinstance(value, Array):
            help = "take an element, as in (ref A 0)"
            raise error("wrong-type", "an array has no place here", span, help=help)
        return value

    def _operator(self, expression: Apply, operands: Sequence[Element]) -> Value:
        name = expression.operator
        operator = OPERATORS.get(name)
        wanted = operator.operands if operator is not None else Sort.NUMBER
        given = [
            self._of_sort(o, wanted, e) for o, e in zip(operands, expression.operands, strict=True)
        ]
        nodes = [element.node for element in given if isinstance(element, Scalar)]
        self.nodes.place = expression.span
        if len(nodes) == len(given):
            if operator is None:
                return Scalar(self.native(name, nodes, expression.span))
            return Scalar(operator.build(self.nodes, *nodes), operator.result)
        answer = tested(name, given[0]) if isinstance(given[0], Special) else None
        if answer is not None:
            return Scalar(self.nodes.constant(answer), Sort.CONDITION)
        result = on_special(name, given)
        if result is None:
            first = next(element for element in given if isinstance(element, Special))
            raise _no_real_number(first, expression.span)
        return result

    def _relation(self, expression: Apply, operands: Sequence[Element]) -> Value:
        """All neighbours in a chain, or all pairs, must be in the relation."""
        name = expression.operator
        relation = RELATIONS[name]
        given = [
            self._of_sort(o, Sort.NUMBER, e)
            for o, e in zip(operands, expression.operands, strict=True)
        ]
        self.nodes.place = expression.span
        result = self.nodes.constant(1)
        for x, y in _pairs(given, relation.is_ordered):
            self.spend(1, expression.span)
            known = compared(name, x, y)
            if known is not None:
                condition = self.nodes.constant(known)
            else:
                assert isinstance(x, Scalar) and isinstance(y, Scalar)
                condition = relation.build(self.nodes, x.node, y.node)
            result = self.nodes.apply(Operation.AND, result, condition)
        return Scalar(result, Sort.CONDITION)

    def _of_sort(self, element: Element, wanted: Sort, expression: Expression) -> Element:
        sort = element.sort if isinstance(element, Scalar) else Sort.NUMBER
        if sort is not wanted:
            message = f"{wanted.value} is wanted here, and this is {sort.value}"
            raise error("wrong-type", message, expression.span)
        return element

    def condition(self, value: Value, span: Span) -> int:
        """The node of a condition."""
        if isinstance(value, Scalar) and value.sort is Sort.CONDITION:
            return value.node
        help = "compare it with something, for example (!= x 0)"
        raise error(
            "number-as-condition", "a condition is wanted here, and this is none", span, help=help
        )

    def chosen(self, expression: Choice, condition: int, then: Value, otherwise: Value) -> Value:
        """One of two values; of two arrays element by element."""
        if shape_of(then) != shape_of(otherwise):
            raise error("wrong-type", "the branches have different shapes", expression.span)
        self.nodes.place = expression.span
        chosen = tuple(
            self._chosen(condition, a, b, expression)
            for a, b in zip(elements_of(then), elements_of(otherwise), strict=True)
        )
        return Array(then.shape, chosen) if isinstance(then, Array) else chosen[0]

    def _chosen(self, condition: int, a: Element, b: Element, expression: Choice) -> Element:
        self.spend(1, expression.span)
        if a == b:
            return a
        for element in (a, b):
            if isinstance(element, Special):
                raise _no_real_number(element, expression.span)
        assert isinstance(a, Scalar) and isinstance(b, Scalar)
        if a.sort is not b.sort:
            message = f"one branch is {a.sort.value}, the other is {b.sort.value}"
            raise error("wrong-type", message, expression.span)
        return Scalar(self.nodes.apply(Operation.SELECT, condition, a.node, b.node), a.sort)


def _no_real_number(special: Special, span: Span) -> SymhdlError:
    return error(
        "no-real-number",
        f"{special.name} has no place in an expression of real numbers",
        span,
        notes=("fixed-point hardware has neither infinities nor NAN",),
        help="write a number that is large enough",
    )


def refuse_special(element: Element, span: Span) -> Scalar:
    """The element if it is a real number or a condition. Raises SymhdlError if it is not."""
    if isinstance(element, Special):
        raise _no_real_number(element, span)
    return element


def _pairs(operands: Sequence[Element], is_ordered: bool) -> Iterator[tuple[Element, Element]]:
    """Neighbours, or every pair."""
    for position, x in enumerate(operands):
        end = position + 2 if is_ordered else len(operands)
        for y in operands[position + 1 : end]:
            yield x, y
