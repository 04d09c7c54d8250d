"""What variables of a text of C or Python hold while it is executed on symbols, and where they hold it."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple, TypeAlias

from symhdl.sources.imperative.syntax import Expression, FunctionDefinition


class Sort(IntEnum):
    """What kind of number; that of a result is the highest one of its operands."""

    BOOLEAN = 0
    INTEGER = 1
    REAL = 2


@dataclass(frozen=True, slots=True)
class Scalar:
    """A number: a node of the graph."""

    node: int
    sort: Sort


@dataclass(frozen=True, slots=True)
class Many:
    """A list, a tuple or an array."""

    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Open:
    """An input of which nobody has said yet whether it is a number or an array.

    An element of `x` is `x0`, and an element of that `x0_1`. `written` are the elements that the text has replaced.
    """

    root: str
    path: tuple[int, ...] = ()
    sort: Sort = Sort.REAL
    written: tuple[tuple[int, Value], ...] = ()

    @property
    def name(self) -> str:
        """The name of the input, if it is a number."""
        return self.root + "_".join(str(index) for index in self.path)

    def element(self, index: int) -> Value:
        """What stands at the index."""
        return dict(self.written).get(index) or Open(self.root, (*self.path, index), self.sort)

    def replaced(self, index: int, value: Value) -> Open:
        """The array with another element."""
        written = {**dict(self.written), index: value}
        return Open(self.root, self.path, self.sort, tuple(written.items()))


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """A function of the text, and the frame in which it was defined; a lambda is its expression."""

    function: FunctionDefinition | Expression
    frame: Frame | None
    defaults: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Module:
    """A library or something in it, by its full name; nothing is ever imported."""

    name: str


@dataclass(frozen=True, slots=True)
class Text:
    """A text."""

    text: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """No value."""


Value: TypeAlias = Scalar | Many | Open | Closure | Module | Text | Nothing
NOTHING = Nothing()

Environment: TypeAlias = dict[str, Value]
Work: TypeAlias = Generator["Work", Value, Value]
"""A step of the execution: yields what must be done before, is sent its value, and returns its own."""


class Call(NamedTuple):
    """What a function is called with, and where."""

    expression: Expression
    arguments: Sequence[Value]
    keywords: Mapping[str, Value]


class Return(NamedTuple):
    """Where the text leaves a function: the node of the condition, and the variables, which nothing changes."""

    condition: int
    environment: Environment


RESULT = "return"


@dataclass(slots=True, eq=False)
class Frame:
    """A call: variables, the scopes of blocks in which their names hold, and what was returned so far.

    `environment` is None where nothing can arrive: behind a `return`.
    """

    parent: Frame | None = None
    environment: Environment | None = field(default_factory=dict)
    scopes: list[dict[str, str]] = field(default_factory=lambda: [{}])
    types: dict[str, str] = field(default_factory=dict)
    element_types: dict[str, str] = field(default_factory=dict)  # of arrays
    returned: Return | None = None
    unread: set[str] = field(default_factory=set)
    assigned: dict[str, None] = field(default_factory=dict)
    count: int = 0

    def slot(self, name: str) -> str | None:
        """Where the variable of this name is kept; None if there is none."""
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return None

    def declare(self, name: str, type: str = "", scope: int = -1) -> str:
        """A new variable, in the innermost block by default; one further out of the same name is hidden."""
        self.count += 1
        slot = name if self.slot(name) is None else f"{name}#{self.count}"
        self.scopes[scope][name] = slot
        self.types[slot] = type
        return slot

    def leave_scope(self) -> None:
        """Forgets what the innermost blocks declare."""
        for slot in self.scopes.pop().values():
            if self.environment is not None:
                self.environment.pop(slot, None)
            self.assigned.pop(slot, None)
            self.unread.discard(slot)
