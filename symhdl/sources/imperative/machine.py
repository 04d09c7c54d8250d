"""Executes a text of C or Python on symbols: every way through it becomes part of one graph.

The text is walked, never run. Both ways of a condition are followed and joined by a choice; loops go round as long as
their condition is a constant that holds, or leave under a condition; calls are put in place of themselves. Steps are
generators on an explicit stack, so that no depth of the text meets a limit of Python.
"""

from __future__ import annotations

import difflib
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from symhdl.errors import Diagnostic, Source, Span, SymhdlError, error, warning
from symhdl.functions.operation import Operation
from symhdl.grammar.imperative import Expression, Function, Kind
from symhdl.ir.graph import InputDeclaration
from symhdl.numeric.fixed import FixedFormat
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS
from symhdl.sources.imperative.calculator import Calculator
from symhdl.sources.imperative.library import Library
from symhdl.sources.imperative.merge import Merger
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

MAXIMUM_ROUNDS = 60_000  # steps of loops and calls, beside those that the text's length explains
DEEPEST_CALL = 100
DEEPEST_LIST = 8
SIMILAR = 0.8  # of difflib's ratio; below it a guess misleads
LARGEST_TABLE = 1024  # elements of an array that is indexed by a variable


class Input(NamedTuple):
    """An input met in the text: which element of what it is, and where it was met first."""

    root: str
    path: tuple[int, ...]
    place: Span | None


class Evaluator(Merger):
    """Expressions. What is particular to a language is left to it."""

    def __init__(self, source: Source, library: Library) -> None:
        super().__init__(Calculator())
        self.source = source
        self.library = library
        self.globals = Frame()
        self.frames: list[Frame] = [self.globals]
        self.inputs: dict[str, Input] = {}
        self.formats: dict[str, FixedFormat] = {}
        self.roots: dict[str, None] = {}
        self.constant_parameters: set[str] = {"self", "cls"}
        self.bare: list[tuple[Expression, Value]] = []
        self.diagnostics: list[Diagnostic] = []
        self.warnings: dict[tuple[str, Span | None], Diagnostic] = {}
        self.steps = 0
        self.most_steps = MAXIMUM_ROUNDS + len(source.text)
        self._literals: dict[str, Scalar] = {}
        self._arrays: set[tuple[str, tuple[int, ...]]] = set()
        self._numbers: set[tuple[str, tuple[int, ...]]] = set()

    # --- what a language says ------------------------------------------------------------------------

    @abstractmethod
    def literal(self, expression: Expression) -> Scalar:
        """The value of a number."""

    @abstractmethod
    def prefix(self, expression: Expression, operand: Value) -> Value:
        """The value of `-a` and the like."""

    @abstractmethod
    def infix(self, expression: Expression, left: Value, right: Value) -> Value:
        """The value of `a + b` and the like."""

    @abstractmethod
    def cast(self, expression: Expression, value: Value) -> Value:
        """The value of `(type) a`."""

    @abstractmethod
    def free_name(self, expression: Expression) -> Value:
        """The value of a name that the text assigns nowhere."""

    @abstractmethod
    def attribute(self, expression: Expression, base: Value) -> Value:
        """The value of `a.b`."""

    @abstractmethod
    def library_call(
        self,
        expression: Expression,
        name: str,
        arguments: Sequence[Value],
        keywords: Mapping[str, Value],
    ) -> Value:
        """The value of a call of what the text does not define."""

    @abstractmethod
    def call_closure(
        self,
        expression: Expression,
        closure: Closure,
        arguments: Sequence[Value],
        keywords: Mapping[str, Value],
    ) -> Work:
        """The value of a call of what the text defines."""

    # --- driving ------------------------------------------------------------------------------------

    def drive(self, first: Work) -> Value:
        """Does the work, and all that it needs before, on an explicit stack."""
        stack = [first]
        value: Value | None = None
        problem: SymhdlError | None = None
        while stack:
            try:
                if problem is not None:
                    failed, problem = problem, None
                    needed = stack[-1].throw(failed)
                elif value is None:
                    needed = next(stack[-1])
                else:
                    needed = stack[-1].send(value)
            except StopIteration as done:
                stack.pop()
                value = done.value
            except SymhdlError as found:
                stack.pop()
                if not stack:
                    raise
                problem = found
            else:
                stack.append(needed)
                value = None
        assert value is not None, "work without a value; please report this"
        return value

    def place(self, expression: Expression) -> Span:
        """Where the user wrote it."""
        return Span(self.source, expression.start, max(expression.end, expression.start + 1))

    def step(self, expression: Expression, count: int = 1) -> None:
        """Counts work. Raises SymhdlError if it is too much."""
        self.steps += count
        if self.steps > self.most_steps:
            message = f"executing this takes more than {self.most_steps:,} steps"
            help = "give loops a smaller constant bound"
            raise self.mistake("too-large", message, expression, help)

    def mistake(
        self, id: str, message: str, expression: Expression, help: str | None = None
    ) -> SymhdlError:
        """The error, at the place of the expression."""
        return error(id, message, self.place(expression), help=help)

    def mistake_here(self, id: str, message: str) -> SymhdlError:
        """The error, at the place of what is being built."""
        return error(id, message, self.calculator.place)

    def warn(self, id: str, message: str, expression: Expression, help: str | None = None) -> None:
        """Tells something once for a place."""
        place = self.place(expression)
        if len(self.warnings) < MAXIMUM_DIAGNOSTICS:
            self.warnings.setdefault((id, place), warning(id, message, place, help=help))

    # --- expressions -----------------------------------------------------------------------------------

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
                return self._comparison(expression, operands)
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

    def number_of(self, value: Value, expression: Expression) -> Scalar:
        """The value as a number. Raises SymhdlError if it is none."""
        if type(value) is Scalar:
            return value
        self.calculator.place = self.place(expression)
        return self.number(value)

    def number(self, value: Value) -> Scalar:
        """The value as a number; an input that nobody has indexed is one."""
        match value:
            case Scalar():
                return value
            case Open() if not value.written:
                return Scalar(self._input(value), value.sort)
        names = {
            Nothing: "nothing",
            Text: "a text",
            Closure: "a function",
            Module: "a function or a module",
        }
        what = names.get(type(value), "a list")
        message = f"a number is wanted here, and this is {what}"
        raise error("no-number", message, self.calculator.place)

    def new_input(self, name: str) -> Open:
        """What is not assigned: an input. Inputs stand in the order in which the text mentions them."""
        self.roots.setdefault(name, None)
        return Open(name)

    def _input(self, value: Open) -> int:
        place = self.calculator.place
        known = self.inputs.setdefault(value.name, Input(value.root, value.path, place))
        if (known.root, known.path) != (value.root, value.path):
            message = f"two different inputs would both be called `{value.name}`"
            raise error("name-clash", message, place, help="rename one of them")
        self.roots.setdefault(value.root, None)
        self._check_shape(value)
        return self.calculator.input(value.name)

    def _check_shape(self, value: Open) -> None:
        """What is a number here is no array elsewhere."""
        outer = {(value.root, value.path[:length]) for length in range(len(value.path))}
        self._arrays |= outer
        self._numbers.add((value.root, value.path))
        mixed = outer & self._numbers or {(value.root, value.path)} & self._arrays
        if mixed:
            root, path = mixed.pop()
            message = f"`{Open(root, path).name}` is used as a number and as an array"
            raise error("bad-shape", message, self.calculator.place, help="use one or the other")

    def truth(self, value: Value, expression: Expression) -> int:
        """The node of the value as a condition."""
        number = self.number_of(value, expression)
        return self.calculator.truth(number.node)

    def _comparison(self, expression: Expression, operands: Sequence[Value]) -> Scalar:
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

    def constant_index(self, position: int, index: Expression) -> int:
        """The index as a number. Raises SymhdlError if it is not constant."""
        value = self.calculator.value(position)
        if value is None or value.denominator != 1 or abs(value) > 10**6:
            help = "index with numbers, or with the counter of a loop that has a constant bound"
            raise self.mistake("bad-index", "an index must be a constant integer", index, help)
        return int(value)

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
        found: list[Value] = []
        for item in items:
            self.bind(target, item)
            found.append((yield self.evaluate(element)))
        return self.sequence(expression, found)

    def items_of(self, value: Value, expression: Expression) -> tuple[Value, ...]:
        """What a loop goes over. Raises SymhdlError if that is not known."""
        if isinstance(value, Many):
            return value.items
        help = "loop over range(...) with constants, or over a list that is written out"
        message = "how many rounds this loop takes is not known here"
        raise self.mistake("loop-bound", message, expression, help)

    @abstractmethod
    def bind(self, target: Expression, value: Value) -> None:
        """Assigns the value to a target."""

    def declared_inputs(self) -> list[InputDeclaration]:
        """The inputs: those of a function as its parameters stand, then as the text meets them."""
        order = {root: position for position, root in enumerate(self.roots)}
        met = sorted(self.inputs.items(), key=lambda item: (order[item[1].root], item[1].path))
        return [
            InputDeclaration(name, self.formats.get(found.root), span=found.place)
            for name, found in met
        ]


def _depth(value: Value) -> int:
    depth = 0
    level = [value]
    while any(isinstance(item, Many) for item in level):
        level = [part for item in level if isinstance(item, Many) for part in item.items]
        depth += 1
    return depth
