"""How an operation is written: texts around operands, and which of them need parentheses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, IntEnum

from symhdl.functions.operation import Operation


class Level(IntEnum):
    """How tightly a text binds, loosest first. A text looser than its place asks for is put in parentheses."""

    CHOICE = 0
    OR = 10
    AND = 20
    NOT = 30
    RELATION = 40
    BITWISE_OR = 42
    BITWISE_AND = 44
    SUM = 50
    SIGNED = 55  # begins with a minus; fits where a product may begin
    PRODUCT = 60
    UNARY = 70
    POWER = 80
    ATOM = 90


class Idiom(Enum):
    """What several languages write in a way of its own, although the graph has no operation for it."""

    UNEQUAL = "not a == b"
    GREATER = "b < a, the constant last"
    GREATER_EQUAL = "b <= a, the constant last"
    SQUARE_OF_NAME = "the square of what can be repeated"
    CUBE_OF_NAME = "the cube of what can be repeated"


Key = Operation | Idiom


@dataclass(frozen=True, slots=True)
class Form:
    """One way of writing: `texts` with operands between them.

    A slot holds the number of an operand and the level that it needs there. `level` is how tightly the whole binds.
    """

    level: int
    texts: tuple[str, ...]
    slots: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class ListForm:
    """A way of writing any number of operands, such as `max(a, b, c)`."""

    before: str
    separator: str
    after: str

    def of(self, count: int) -> Form:
        """The form for so many operands."""
        texts = (self.before, *[self.separator] * (count - 1), self.after)
        return Form(Level.ATOM, texts, tuple((k, Level.CHOICE) for k in range(count)))


@dataclass(frozen=True, slots=True)
class ChainForm:
    """A way of writing `if a then b else if c then d else e` flat: pairs of value and condition, the last value."""

    before: str
    pair: str
    between: str
    last: str

    def of(self, count: int) -> Form:
        """The form for condition, value, condition, value, ..., last value."""
        pairs = self.between.join(_moved(self.pair, 2 * k) for k in range(count // 2))
        return form(Level.ATOM, self.before + pairs + _moved(self.last, count - 1))


_SLOT = re.compile(r"\$([0-9]+)")


def _moved(template: str, offset: int) -> str:
    """The template with slots numbered from `offset` on."""
    return _SLOT.sub(lambda slot: f"${int(slot[1]) + offset}", template)


def form(level: int, template: str, *levels: int) -> Form:
    """The form of a template such as `$0 + $1`; `levels` are those of the slots in order, by default `CHOICE`."""
    parts = _SLOT.split(template)
    operands = [int(part) for part in parts[1::2]]
    needed = [*levels, *[Level.CHOICE] * (len(operands) - len(levels))]
    return Form(level, tuple(parts[::2]), tuple(zip(operands, needed, strict=True)))


def call(name: str, arity: int = 1) -> Form:
    """`name(a, b)`."""
    return form(Level.ATOM, f"{name}({', '.join(f'${k}' for k in range(arity))})")


def written_names(language: str) -> dict[Operation, str]:
    """What a language has as functions, and their names there."""
    return {
        operation: operation.entry.written[language]
        for operation in Operation
        if language in operation.entry.written
    }


def calls(language: str) -> dict[Key, Form]:
    """Functions that are written as calls, with as many operands as the operation has."""
    names = written_names(language)
    return {operation: call(name, operation.arity) for operation, name in names.items()}
