"""Expressions of C and Python, evaluated on symbols."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from symhdl.functions.operation import Operation
from symhdl.sources.imperative.base import Base
from symhdl.sources.imperative.syntax import Construct, Expression
from symhdl.sources.imperative.values import (
    NOTHING,
    Call,
    Closure,
    Frame,
    Many,
    Module,
    Nothing,
    Open,
    Scalar,
    Sort,
    Text,
    Value,
    Work,
)

DEEPEST_LIST = 8

ARITHMETIC = {
    "+": Operation.ADD,
    "-": Operation.SUBTRACT,
    "*": Operation.MULTIPLY,
    "/": Operation.DIVIDE,
}
"""What C and Python do alike with numbers, apart from quotients of integers in C."""


class Evaluator(Base):
    """Expressions. What is particular to a language is left to it."""

    @abstractmethod
    def call_closure(self, closure: Closure, call: Call) -> Work:
        """The value of a call of what the text defines."""

    @abstractmethod
    def bind(self, target: Expression, value: Value) -> None:
        """Assigns the value to a name, or its elements to several."""

    def evaluate(self, expression: Expression) -> Work:
        """The value of an expression."""
        self.step(expression)
        match expression.kind:
            case Construct.CALL:
                return (yield self._call(expression))
            case Construct.CHOICE:
                return (yield self._choice(expression))
            case Construct.COMPREHENSION:
                return (yield self._comprehension(expression))
        leaf = self._leaf(expression)
        if leaf is not None:
            return leaf
        operands: list[Value] = []
        for operand in expression.operands:
            found = self._leaf(operand)
            operands.append((yield self.evaluate(operand)) if found is None else found)
        self.calculator.place = self.place(expression)
        return self._combined(expression, operands)

    def _leaf(self, expression: Expression) -> Value | None:
        """The value of what has no parts, or is looked at as a whole."""
        match expression.kind:
            case Construct.NUMBER:
                self.calculator.place = self.place(expression)
                return self.literal(expression)
            case Construct.NAME:
                return self.name(expression)
            case Construct.STRING:
                return Text(expression.text)
            case Construct.LAMBDA:
                return Closure(expression, self.frames[-1])
            case Construct.SLICE:
                return NOTHING
        return None

    def _combined(self, expression: Expression, operands: list[Value]) -> Value:
        match expression.kind:
            case Construct.INFIX:
                return self.infix(expression, operands[0], operands[1])
            case Construct.PREFIX:
                return self.prefix(expression, operands[0])
            case Construct.COMPARISON:
                return self.comparison(expression, operands)
            case Construct.SEQUENCE:
                return self.sequence(expression, operands)
            case Construct.INDEX:
                return self.indexed(expression, operands[0], operands[1:])
            case Construct.ATTRIBUTE:
                return self.attribute(expression, operands[0])
            case Construct.CAST:
                return self.convert(expression.text, operands[0], expression)
        raise self.mistake("syntax", "this has no meaning here", expression)

    def name(self, expression: Expression) -> Value:
        """The value of a name: of a variable, from the inside out, or of what nothing assigns."""
        frame = self._frame_of(expression.text)
        if frame is not None and frame.environment is not None:
            slot = frame.slot(expression.text)
            assert slot is not None, "a variable that is kept nowhere; please report this"
            return self.variable(expression, frame, slot)
        self.calculator.place = self.place(expression)
        return self.free_name(expression)

    def _frame_of(self, name: str) -> Frame | None:
        """Where the text has assigned the name."""
        frame: Frame | None = self.frames[-1]
        while frame is not None and frame.slot(name) is None:
            frame = frame.parent
        return frame

    def variable(self, expression: Expression, frame: Frame, slot: str) -> Value:
        """What a variable holds."""
        frame.unread.discard(slot)
        assert frame.environment is not None
        value = frame.environment.get(slot)
        if value is None:
            message = f"`{expression.text}` has no value here, or not on all ways to this place"
            raise self.mistake("unset", message, expression, "give it a value before")
        return value

    def comparison(self, expression: Expression, operands: Sequence[Value]) -> Scalar:
        """`a < b < c` is `a < b and b < c`."""
        pairs = zip(operands, expression.operands, strict=True)
        numbers = [self.number_of(value, operand).node for value, operand in pairs]
        self.calculator.place = self.place(expression)
        result = self.calculator.constant(1)
        for index, relation in enumerate(expression.text.split()):
            node = self.calculator.compare(relation, numbers[index], numbers[index + 1])
            result = self.calculator.apply(Operation.AND, result, node)
        return Scalar(result, Sort.BOOLEAN)

    def _choice(self, expression: Expression) -> Work:
        condition, then, other = expression.operands
        decision = self.truth((yield self.evaluate(condition)), condition)
        value = self.calculator.value(decision)
        if value is not None:
            return (yield self.evaluate(then if value else other))
        one = yield self.evaluate(then)
        two = yield self.evaluate(other)
        self.calculator.place = self.place(expression)
        return self.merged(decision, one, two)

    def sequence(self, expression: Expression, operands: Sequence[Value]) -> Value:
        """A list of values."""
        if any(_depth(operand) >= DEEPEST_LIST for operand in operands):
            raise self.mistake("too-deep", "lists are nested too deeply here", expression)
        return Many(tuple(operands))

    def indexed(self, expression: Expression, base: Value, indices: Sequence[Value]) -> Value:
        """The value of `a[i]`, for one index after the other."""
        for value, index in zip(indices, expression.operands[1:], strict=True):
            if isinstance(value, Text):
                help = (
                    f"give it a name of its own, such as {expression.operands[0].text}_{value.text}"
                )
                raise self.mistake("bad-index", "a text is not an index", index, help)
            if not isinstance(value, Nothing):
                base = self.element(expression, base, self.number_of(value, index).node, index)
            elif index.text != ":":
                help = "index single elements"
                raise self.mistake("unsupported", "parts of arrays are not read", index, help)
        return base

    def element(
        self, expression: Expression, base: Value, position: int, index: Expression
    ) -> Value:
        """One element."""
        self.calculator.place = self.place(expression)
        number = self.constant_index(position, index)
        match base:
            case Open() if number < 0:
                raise self.mistake("bad-index", "how long this is, nobody has told", index)
            case Open() if len(base.path) >= DEEPEST_LIST:
                message = f"an array has at most {DEEPEST_LIST} dimensions"
                raise self.mistake("too-deep", message, expression)
            case Open():
                return base.element(number)
            case Many() if -len(base.items) <= number < len(base.items):
                return base.items[number]
            case Many():
                message = f"the index {number} is outside of the {len(base.items)} elements"
                raise self.mistake("bad-index", message, index)
        raise self.mistake("no-array", "this has no elements", expression.operands[0])

    def _call(self, expression: Expression) -> Work:
        called, *rest = expression.operands
        is_known = called.kind is not Construct.NAME or self._frame_of(called.text) is not None
        callee: Value = Module(called.text)
        if is_known:
            callee = yield self.evaluate(called)
        arguments: list[Value] = []
        keywords: dict[str, Value] = {}
        for part in rest:
            if part.kind is Construct.KEYWORD:
                keywords[part.text] = yield self.evaluate(part.operands[0])
            else:
                arguments.append((yield self.evaluate(part)))
        call = Call(expression, arguments, keywords)
        self.calculator.place = self.place(expression)
        match callee:
            case Closure():
                return (yield self.call_closure(callee, call))
            case Module(name):
                return self.library_call(name, call)
        raise self.mistake("no-function", "this is not a function", called)

    def _comprehension(self, expression: Expression) -> Work:
        element, target, values = expression.operands
        items = self.items_of((yield self.evaluate(values)), values)
        frame = self.frames[-1]
        frame.scopes.append({})
        for part in (target, *target.operands):
            if part.kind is Construct.NAME:
                frame.declare(part.text)
        found: list[Value] = []
        for item in items:
            self.bind(target, item)
            found.append((yield self.evaluate(element)))
        frame.leave_scope()
        return self.sequence(expression, found)

    def items_of(self, value: Value, expression: Expression) -> tuple[Value, ...]:
        """What a list holds. Raises SymhdlError if that is not known."""
        if isinstance(value, Many):
            return value.items
        message = "how many elements this has is not known here"
        help = "write range(...) with constants, or the elements out: [x[0], x[1]]"
        raise self.mistake("loop-bound", message, expression, help)


def _depth(value: Value) -> int:
    depth = 0
    level = [value]
    while any(isinstance(item, Many) for item in level):
        level = [part for item in level if isinstance(item, Many) for part in item.items]
        depth += 1
    return depth
