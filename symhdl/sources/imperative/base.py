"""What the execution of a text leans on: the explicit stack, mistakes with places, inputs as they are met."""

from __future__ import annotations

import difflib
from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from typing import NamedTuple

from symhdl.errors import Diagnostic, Source, Span, SymhdlError, error, warning
from symhdl.functions.operation import Operation
from symhdl.ir.graph import InputDeclaration
from symhdl.numeric.fixed import FixedFormat
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS
from symhdl.sources.imperative.calculator import Calculator
from symhdl.sources.imperative.library import Library
from symhdl.sources.imperative.syntax import Declare, Expression, FunctionParameter
from symhdl.sources.imperative.values import (
    RESULT,
    Call,
    Closure,
    Environment,
    Frame,
    Many,
    Module,
    Nothing,
    Open,
    Return,
    Scalar,
    Text,
    Value,
    Work,
)

MAXIMUM_ROUNDS = 30_000  # steps of loops and calls, beside those that the text's length explains
SIMILAR = 0.8  # of difflib's ratio; below it a guess misleads
_NAMES = {
    Nothing: "nothing",
    Text: "a text",
    Closure: "a function",
    Module: "a function or a module",
}


class ProgramInput(NamedTuple):
    """An input met in the text: which element of what it is, and where it was met first."""

    root: str
    path: tuple[int, ...]
    place: Span | None


class Base(ABC):
    """The state of an execution, and what a language says."""

    no_numbers: Collection[str] = ()

    def __init__(self, source: Source, library: Library, inputs_by_option: Sequence[str]) -> None:
        self.calculator = Calculator()
        self.source = source
        self.library = library
        self.inputs_by_option = frozenset(inputs_by_option)
        self.globals = Frame()
        self.frames: list[Frame] = [self.globals]
        self.inputs: dict[str, ProgramInput] = {}
        self.formats: dict[str, FixedFormat] = {}
        self.roots: dict[str, None] = {}
        self.bare: list[tuple[Expression, Value]] = []
        self.warnings: dict[tuple[str, Span | None], Diagnostic] = {}
        self.steps = 0
        self.most_steps = MAXIMUM_ROUNDS + len(source.text)

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
    def known_name(self, expression: Expression) -> Value | None:
        """The value of a name that the language knows, None for any other."""

    @abstractmethod
    def convert(self, type: str, value: Value, expression: Expression) -> Value:
        """The value as a variable of the type holds it."""

    @abstractmethod
    def library_call(self, name: str, call: Call) -> Value:
        """The value of a call of what the text does not define."""

    @abstractmethod
    def parameter_value(self, parameter: FunctionParameter, default: Value | None = None) -> Value:
        """What a parameter of the function that becomes hardware holds: an input."""

    def attribute(self, expression: Expression, base: Value) -> Value:
        """The value of `a.b`, in a language that has it."""
        raise AssertionError(f"`.{expression.text}` of {base}; please report this")

    def declare(self, statement: Declare) -> Work:
        """Executes a declaration, in a language that has them."""
        raise AssertionError(f"a declaration of {statement.name}; please report this")

    def drive(self, first: Work) -> Value:
        """Does the work, and all that it needs before, on an explicit stack."""
        stack = [first]
        value: Value | None = None
        while stack:
            try:
                needed = next(stack[-1]) if value is None else stack[-1].send(value)
            except StopIteration as done:
                stack.pop()
                value = done.value
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

    def warn(self, id: str, message: str, expression: Expression, help: str | None = None) -> None:
        """Tells something once for a place."""
        place = self.place(expression)
        if len(self.warnings) < MAXIMUM_DIAGNOSTICS:
            self.warnings.setdefault((id, place), warning(id, message, place, help=help))

    # --- numbers and inputs ---------------------------------------------------------------------------

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
        message = f"a number is wanted here, and this is {_NAMES.get(type(value), 'a list')}"
        help = None
        if isinstance(value, Module) and self.library.knows(value.name):
            help = f"its argument stands in parentheses: {value.name}(...)"
        raise error("no-number", message, self.calculator.place, help=help)

    def truth(self, value: Value, expression: Expression) -> int:
        """The node of the value as a condition."""
        return self.calculator.truth(self.number_of(value, expression).node)

    def constant_index(self, position: int, index: Expression) -> int:
        """The index as a number. Raises SymhdlError if it is not constant."""
        value = self.calculator.value(position)
        if value is None or value.denominator != 1 or abs(value) > 10**6:
            help = "index with numbers, or with the counter of a loop that has a constant bound"
            raise self.mistake("bad-index", "an index must be a constant integer", index, help)
        return int(value)

    def free_name(self, expression: Expression) -> Value:
        """The value of a name that the text assigns nowhere."""
        name = expression.text
        if name in self.inputs_by_option:
            return self.new_input(name)
        found = self.known_name(expression)
        if found is not None:
            return found
        return Module(name) if self.library.knows(name) else self.new_input(name)

    def constant(self, name: str, expression: Expression) -> int | None:
        """The node of a constant of the libraries, None for another name."""
        if name in self.no_numbers:
            help = "hardware knows finite numbers only"
            raise self.mistake("no-number", f"`{name}` is not a finite number", expression, help)
        return self.library.constant(name, self.calculator)

    def new_input(self, name: str) -> Open:
        """What is not assigned: an input. Inputs stand in the order in which the text mentions them."""
        self.roots.setdefault(name, None)
        return Open(name)

    def _input(self, value: Open) -> int:
        place = self.calculator.place
        known = self.inputs.setdefault(value.name, ProgramInput(value.root, value.path, place))
        if (known.root, known.path) != (value.root, value.path):
            message = f"two different inputs would both be called `{value.name}`"
            raise error("name-clash", message, place, help="rename one of them")
        self.roots.setdefault(value.root, None)
        return self.calculator.input(value.name)

    def declared_inputs(self) -> list[InputDeclaration]:
        """The inputs: those of a function as its parameters stand, then as the text meets them."""
        order = {root: position for position, root in enumerate(self.roots)}
        met = {(found.root, found.path): name for name, found in self.inputs.items()}
        for root, path in met:
            for length in range(len(path)):
                if (root, path[:length]) in met:
                    name = met[root, path[:length]]
                    message = f"`{name}` is used as a number and as an array"
                    place = self.inputs[met[root, path]].place
                    raise error("bad-shape", message, place, help="use one or the other")
        return [
            InputDeclaration(name, self.formats.get(root), span=self.inputs[name].place)
            for (root, _), name in sorted(
                met.items(), key=lambda item: (order[item[0][0]], item[0][1])
            )
        ]

    # --- functions of the libraries -------------------------------------------------------------------

    def called(self, expression: Expression, name: str, values: Sequence[Value]) -> int:
        """The node of a function of numbers. Raises SymhdlError if there is none that takes so many."""
        if not self.library.knows(name):
            raise self.unknown_function(expression, name)
        nodes = [self.number_of(value, expression).node for value in values]
        self.calculator.place = self.place(expression)
        node = self.library.call(name, nodes, self.calculator)
        if node is None:
            counts = " or ".join(str(n) for n in self.library.arities(name) if n > 0)
            message = f"`{name}` takes {counts} arguments, here it has {len(nodes)}"
            raise self.mistake("wrong-arity", message, expression)
        return node

    def unknown_function(self, expression: Expression, name: str) -> SymhdlError:
        """The error for a call of what nobody defines."""
        guess = difflib.get_close_matches(name, sorted(self.library.names()), 1, SIMILAR)
        help = f"did you mean `{guess[0]}`?" if guess else f"define it: --define '{name}(x) = ...'"
        called = expression.operands[0]
        return self.mistake("unknown-function", f"there is no function `{name}`", called, help)

    # --- where the ways of a text meet ---------------------------------------------------------------

    def merged(self, condition: int, then: Value, other: Value) -> Value:
        """`then` where the condition holds."""
        if then is other or then == other:
            return then
        match then, other:
            case Many(), Many() if len(then.items) == len(other.items):
                pairs = zip(then.items, other.items, strict=True)
                return Many(tuple(self.merged(condition, a, b) for a, b in pairs))
            case Open(), Open() if then.written or other.written:
                result = then
                for index in dict([*then.written, *other.written]):
                    value = self.merged(condition, then.element(index), other.element(index))
                    result = result.replaced(index, value)
                return result
            case ((Scalar() | Open()), (Scalar() | Open())):
                one, two = self.number(then), self.number(other)
                node = self.calculator.choose(condition, one.node, two.node)
                return Scalar(node, max(one.sort, two.sort))
        raise error(
            "bad-choice",
            "the two ways end with different kinds of things here",
            self.calculator.place,
            help="choose between numbers, or between lists of the same length",
        )

    def join(
        self, condition: int, then: Environment | None, other: Environment | None
    ) -> Environment | None:
        """The variables behind two ways; what only one of them sets cannot be read afterwards."""
        if then is None or other is None:
            return other if then is None else then
        joined: Environment = {}
        for slot, value in then.items():
            if slot in other:
                joined[slot] = self.merged(condition, value, other[slot])
                if slot != RESULT and joined[slot] is not value:
                    self.give_name(joined[slot], slot.partition("#")[0])
        return joined

    def give_name(self, value: Value, name: str, *, of_function: bool = False) -> None:
        """What the text calls a value, if it is a single number."""
        if isinstance(value, Scalar):
            self.calculator.builder.name(value.node, name, of_function=of_function)

    def join_returns(
        self, condition: int, then: Return | None, other: Return | None
    ) -> Return | None:
        """What two ways return."""
        apply = self.calculator.apply
        if then is not None and other is not None:
            environment = self.join(condition, then.environment, other.environment)
            assert environment is not None
            if then.condition == other.condition:
                return Return(then.condition, environment)
            taken = apply(Operation.SELECT, condition, then.condition, other.condition)
            return Return(taken, environment)
        if then is not None:
            return then._replace(condition=apply(Operation.AND, condition, then.condition))
        if other is not None:
            denied = apply(Operation.NOT, condition)
            return other._replace(condition=apply(Operation.AND, denied, other.condition))
        return None

    def follow(self, first: Return | None, second: Return | None) -> Return | None:
        """What two statements one after the other return: the first one that returns counts."""
        if first is None or second is None:
            return second if first is None else first
        environment = self.join(first.condition, first.environment, second.environment)
        assert environment is not None
        either = second.condition
        if not self.is_certain(second):
            either = self.calculator.apply(Operation.OR, first.condition, second.condition)
        return Return(either, environment)

    def is_certain(self, returned: Return) -> bool:
        """Whether the text returns whenever it comes there."""
        return self.calculator.value(returned.condition) == 1
