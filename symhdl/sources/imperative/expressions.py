"""Expressions of C and Python, evaluated on symbols."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from symhdl.errors import SymhdlError
from symhdl.functions.operation import Operation
from symhdl.sources.imperative.base import Base
from symhdl.sources.imperative.syntax import Expression, Function, Kind
from symhdl.sources.imperative.values import (
    NOTHING,
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
SIMILAR = 0.8  # of difflib's ratio; below it a guess misleads
LARGEST_TABLE = 1024  # elements of an array that is indexed by a variable


class Evaluator(Base):
    """Expressions. What is particular to a language is left to it."""

    def evaluate(self, expression: Expression) -> Work:
        """The value of an expression."""
        self.step(expression)
        kind = expression.kind
        if kind is Kind.CALL:
            return (yield self._call(expression))
        if kind is Kind.CHOICE:
            return (yield self._choice(expression))
        if kind is Kind.COMPREHENSION:
            return (yield self._comprehension(expression))
        leaf = self._leaf(expression)
        if leaf is not None:
            return leaf
        operands: list[Value] = []
        for operand in expression.operands:
            found = self._leaf(operand)
            operands.append((yield self.evaluate(operand)) if found is None else found)
        self.calculator.place = self.place(expression)
        return self._combine(expression, operands)

    def _leaf(self, expression: Expression) -> Value | None:
        """The value of what has no parts, or is looked at as a whole."""
        match expression.kind:
            case Kind.NUMBER:
                known = self._literals.get(expression.text)
                if known is None:
                    self.calculator.place = self.place(expression)
                    known = self._literals[expression.text] = self.literal(expression)
                return known
            case Kind.NAME:
                return self.name(expression)
            case Kind.STRING:
                return Text(expression.text)
            case Kind.LAMBDA:
                return Closure(expression, self.frames[-1])
            case Kind.SLICE:
                return NOTHING
        return None

    def _combine(self, expression: Expression, operands: list[Value]) -> Value:
        match expression.kind:
            case Kind.INFIX:
                return self.infix(expression, operands[0], operands[1])
            case Kind.PREFIX:
                return self.prefix(expression, operands[0])
            case Kind.COMPARISON:
                return self.comparison(expression, operands)
            case Kind.INDEX:
                return self.indexed(expression, operands[0], operands[1:])
            case Kind.ATTRIBUTE:
                return self.attribute(expression, operands[0])
            case Kind.CAST:
                return self.cast(expression, operands[0])
            case Kind.SEQUENCE:
                return self.sequence(expression, operands)
        raise self.mistake("syntax", "this has no meaning here", expression)

    def name(self, expression: Expression) -> Value:
        """The value of a name: of a variable, from the inside out, or of what nothing assigns."""
        frame: Frame | None = self.frames[-1]
        while frame is not None:
            slot = frame.slot(expression.text)
            if slot is not None and frame.environment is not None:
                return self.variable(expression, frame, slot)
            frame = frame.parent
        self.calculator.place = self.place(expression)
        return self.free_name(expression)

    def variable(self, expression: Expression, frame: Frame, slot: str) -> Value:
        """What a variable holds."""
        frame.unread.discard(slot)
        assert frame.environment is not None
        value = frame.environment.get(slot)
        if value is not None:
            return value
        name = expression.text
        if slot in frame.maybe_unset:
            message = f"`{name}` is set on some ways to this place, and not on others"
            raise self.mistake("unset", message, expression, "set it before the condition")
        message = f"`{name}` is read before it is set"
        raise self.mistake("unset", message, expression, "give it a value first")

    def comparison(self, expression: Expression, operands: Sequence[Value]) -> Scalar:
        """`a < b < c` is `a < b and b < c`."""
        pairs = zip(operands, expression.operands, strict=True)
        numbers = [self.number_of(value, operand).node for value, operand in pairs]
        self.calculator.place = self.place(expression)
        result: int | None = None
        for index, relation in enumerate(expression.text.split()):
            node = self.calculator.compare(relation, numbers[index], numbers[index + 1])
            result = node if result is None else self.both(result, node)
        assert result is not None, "a comparison without a relation; please report this"
        return Scalar(result, Sort.BOOLEAN)

    def both(self, one: int, two: int) -> int:
        """Two conditions at once."""
        return self.calculator.apply(Operation.AND, one, two)

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
            if isinstance(value, Nothing):
                if index.text != ":":
                    help = "index single elements"
                    raise self.mistake("unsupported", "parts of arrays are not read", index, help)
                continue
            base = self.element(expression, base, self.number_of(value, index).node, index)
        return base

    def element(
        self, expression: Expression, base: Value, position: int, index: Expression
    ) -> Value:
        """One element; a variable index chooses among all of them."""
        self.calculator.place = self.place(expression)
        if isinstance(base, Many) and not self.calculator.is_integer(position):
            return self._looked_up(base, position, index)
        if not isinstance(base, Many | Open):
            raise self.mistake("no-array", "this has no elements", expression.operands[0])
        number = self.constant_index(position, index)
        if isinstance(base, Open):
            if number < 0:
                raise self.mistake("bad-index", "how long this is, nobody has told", index)
            if len(base.path) >= DEEPEST_LIST:
                message = f"an array has at most {DEEPEST_LIST} dimensions"
                raise self.mistake("too-deep", message, expression)
            return base.element(number)
        if not -len(base.items) <= number < len(base.items):
            message = f"the index {number} is outside of the {len(base.items)} elements"
            raise self.mistake("bad-index", message, index)
        return base.items[number]

    def _looked_up(self, base: Many, position: int, index: Expression) -> Value:
        if self.calculator.value(position) is not None or not base.items:
            raise self.mistake("bad-index", "this is no index of the array", index)
        if len(base.items) > LARGEST_TABLE:
            message = f"an array that a variable indexes has at most {LARGEST_TABLE} elements"
            raise self.mistake("too-large", message, index)
        result = base.items[-1]
        for number in range(len(base.items) - 2, -1, -1):
            is_here = self.calculator.compare("==", position, self.calculator.constant(number))
            result = self.merged(is_here, base.items[number], result)
        return result

    def _call(self, expression: Expression) -> Work:
        called, *rest = expression.operands
        callee: Value = NOTHING
        is_name = called.kind is Kind.NAME
        if not is_name or self.is_variable(called.text):
            callee = yield self.evaluate(called)
        arguments: list[Value] = []
        keywords: dict[str, Value] = {}
        for position, part in enumerate(rest):
            if part.kind is Kind.KEYWORD:
                keywords[part.text] = yield self.evaluate(part.operands[0])
            elif self.is_only_set(callee, position, part):
                arguments.append(NOTHING)
            else:
                arguments.append((yield self.evaluate(part)))
        self.calculator.place = self.place(expression)
        if isinstance(callee, Closure):
            return (yield self.call_closure(expression, callee, arguments, keywords))
        name = called.text if is_name else callee.name if isinstance(callee, Module) else ""
        if not name or (is_name and not isinstance(callee, Module | Nothing)):
            raise self.mistake("no-function", "this is no function", called)
        if isinstance(callee, Module):
            name = callee.name
            arguments[:0] = () if callee.bound is None else (callee.bound,)
        return self.library_call(expression, name, arguments, keywords)

    def is_only_set(self, callee: Value, position: int, argument: Expression) -> bool:
        """Whether the argument is a variable without a value yet, for a parameter that hands one back."""
        function = callee.function if isinstance(callee, Closure) else None
        if not isinstance(function, Function) or position >= len(function.parameters):
            return False
        target = argument.operands[0] if argument.kind is Kind.PREFIX else argument
        slot = self.frames[-1].slot(target.text) if target.kind is Kind.NAME else None
        variables = self.frames[-1].environment or {}
        is_handed_back = function.parameters[position].is_pointer
        return is_handed_back and slot is not None and slot not in variables

    def is_variable(self, name: str) -> bool:
        """Whether the text has assigned the name."""
        frame: Frame | None = self.frames[-1]
        while frame is not None:
            if frame.slot(name) is not None:
                return True
            frame = frame.parent
        return False

    def unknown_function(self, expression: Expression, name: str) -> SymhdlError:
        """The error for a call of what nobody defines."""
        names = sorted(self.library.names())
        guess = difflib.get_close_matches(name, names, n=1, cutoff=SIMILAR)
        help = f"did you mean `{guess[0]}`?" if guess else f"define it: --define '{name}(x) = ...'"
        called = expression.operands[0]
        return self.mistake("unknown-function", f"there is no function `{name}`", called, help)

    def _comprehension(self, expression: Expression) -> Work:
        element, target, values = expression.operands
        items = self.items_of((yield self.evaluate(values)), values)
        frame = self.frames[-1]
        frame.scopes.append({})
        for name in _names(target):
            frame.declare(name)
        found: list[Value] = []
        for item in items:
            self.bind(target, item)
            found.append((yield self.evaluate(element)))
        for slot in frame.scopes.pop().values():
            if frame.environment is not None:
                frame.environment.pop(slot, None)
            frame.assigned.pop(slot, None)
            frame.unread.discard(slot)
        return self.sequence(expression, found)

    def items_of(self, value: Value, expression: Expression) -> tuple[Value, ...]:
        """What a loop goes over. Raises SymhdlError if that is not known."""
        if isinstance(value, Many):
            return value.items
        help = "loop over range(...) with constants, or over a list that is written out"
        message = "how many rounds this loop takes is not known here"
        raise self.mistake("loop-bound", message, expression, help)


def _names(target: Expression) -> list[str]:
    """The names in a target."""
    if target.kind is Kind.NAME:
        return [target.text]
    return [part.text for part in target.operands if part.kind is Kind.NAME]


def _depth(value: Value) -> int:
    depth = 0
    level = [value]
    while any(isinstance(item, Many) for item in level):
        level = [part for item in level if isinstance(item, Many) for part in item.items]
        depth += 1
    return depth
