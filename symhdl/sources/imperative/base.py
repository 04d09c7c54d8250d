"""What the parts of the machine lean on: the explicit stack, mistakes with places, inputs as they are met."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from symhdl.errors import Diagnostic, Source, Span, SymhdlError, error, warning
from symhdl.ir.graph import InputDeclaration
from symhdl.numeric.fixed import FixedFormat
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS
from symhdl.sources.imperative.calculator import Calculator
from symhdl.sources.imperative.library import Library
from symhdl.sources.imperative.merge import Merger
from symhdl.sources.imperative.syntax import Expression
from symhdl.sources.imperative.values import (
    Closure,
    Frame,
    Module,
    Nothing,
    Open,
    Scalar,
    Text,
    Value,
    Work,
)

MAXIMUM_ROUNDS = 30_000  # steps of loops and calls, beside those that the text's length explains
DEEPEST_CALL = 100
DEEPEST_LIST = 8
SIMILAR = 0.8  # of difflib's ratio; below it a guess misleads
LARGEST_TABLE = 1024  # elements of an array that is indexed by a variable


class Input(NamedTuple):
    """An input met in the text: which element of what it is, and where it was met first."""

    root: str
    path: tuple[int, ...]
    place: Span | None


class Base(Merger):
    """The state of an execution, and what a language says."""

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

    @abstractmethod
    def bind(self, target: Expression, value: Value) -> Value:
        """Assigns the value to a target; returns what is held then."""

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
        help = None
        if isinstance(value, Module) and self.library.knows(value.name):
            help = f"its argument stands in parentheses: {value.name}(...)"
        raise error("no-number", message, self.calculator.place, help=help)

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

    def constant_index(self, position: int, index: Expression) -> int:
        """The index as a number. Raises SymhdlError if it is not constant."""
        value = self.calculator.value(position)
        if value is None or value.denominator != 1 or abs(value) > 10**6:
            help = "index with numbers, or with the counter of a loop that has a constant bound"
            raise self.mistake("bad-index", "an index must be a constant integer", index, help)
        return int(value)

    def declared_inputs(self) -> list[InputDeclaration]:
        """The inputs: those of a function as its parameters stand, then as the text meets them."""
        order = {root: position for position, root in enumerate(self.roots)}
        met = sorted(self.inputs.items(), key=lambda item: (order[item[1].root], item[1].path))
        return [
            InputDeclaration(name, self.formats.get(found.root), span=found.place)
            for name, found in met
        ]
