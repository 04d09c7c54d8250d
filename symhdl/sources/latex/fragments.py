"""Fragments of formulas of LaTeX: what has been read, and what it looks like."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple, TypeAlias

from symhdl.functions.operation import Operation
from symhdl.grammar.syntax import Form, Lexeme, Term


class Shape(Enum):
    """What a part looks like, which decides what may stand beside it."""

    NUMBER = "number"
    NAME = "name"
    FUNCTION = "name of a function"
    SUP = "written above"  # one factor: what is written
    SUB = "written below"  # one factor: what is written
    POWER = "power"
    FRACTION = "fraction"
    BRACES = "in braces, which cannot be seen"  # one factor: what stands in them
    BRACKET = "in brackets"  # its elements
    CALL = "function"
    BARE_CALL = "function without brackets"  # one factor: its argument
    RUN = "side by side"  # its factors
    SIGNED = "with a sign"  # one factor: what the sign is of
    OPERATION = "with operators"
    OTHER = "held together by itself"


NO_VALUES = frozenset([Shape.FUNCTION, Shape.SUP, Shape.SUB])
LOOSE = frozenset([Shape.BARE_CALL, Shape.RUN, Shape.SIGNED, Shape.OPERATION])
"""Shapes that fall apart if something else stands beside them."""


class Fragment(NamedTuple):
    """What has been read of a formula. `is_constant` tells that no names stand in it but pi and e.

    `scripts` are those that have been read behind it, but do not belong to its term yet.
    """

    term: Term
    start: int
    end: int
    shape: Shape
    is_constant: bool
    factors: tuple[Fragment, ...] = ()
    scripts: tuple[Fragment, ...] = ()

    @property
    def type(self) -> str:
        """What a token has; of a value nothing."""
        return self.shape.name if self.shape in NO_VALUES else ""

    @property
    def text(self) -> str:
        """The name or the number."""
        text: str = self.term.text
        return text

    def is_plain(self, shape: Shape) -> bool:
        """Whether it has the shape and no scripts."""
        return self.shape is shape and not self.scripts


Constituent: TypeAlias = Fragment | Lexeme


def split(
    items: Sequence[Constituent], *kinds: str
) -> tuple[list[Sequence[Constituent]], list[Constituent]]:
    """What stands between tokens of the kinds, and these."""
    return split_at(items, [index for index, item in enumerate(items) if item.type in kinds])


def split_at(
    items: Sequence[Constituent], places: Sequence[int]
) -> tuple[list[Sequence[Constituent]], list[Constituent]]:
    """What stands between the tokens at the places, and these."""
    starts, ends = [0, *(place + 1 for place in places)], [*places, len(items)]
    pieces = [items[start:end] for start, end in zip(starts, ends, strict=True)]
    return pieces, [items[place] for place in places]


def atom(token: Lexeme) -> Fragment:
    """A number, a name, or the name of a function."""
    place = token.start, token.end
    form = Form.NUMBER if token.type == "NUMBER" else Form.NAME
    is_constant = token.type == "NUMBER" or token.text in ("pi", "e")
    return Fragment(Term(form, *place, (), token.text), *place, Shape[token.type], is_constant)


def joined(
    head: Operation | Form,
    parts: Sequence[Fragment],
    shape: Shape,
    start: int,
    end: int,
    text: str = "",
) -> Fragment:
    """A part made of others."""
    term = Term(head, start, end, tuple(part.term for part in parts), text)
    return Fragment(term, start, end, shape, all(part.is_constant for part in parts))


def folded(operation: Operation, parts: Sequence[Fragment]) -> Fragment:
    """The parts joined by an operator between two, from the left."""
    first = parts[0]
    for part in parts[1:]:
        first = joined(operation, (first, part), Shape.OPERATION, first.start, part.end)
    return first


def side_by_side(factors: Sequence[Fragment]) -> Fragment:
    """The product of factors without a sign between them."""
    product = folded(Operation.MULTIPLY, factors)
    if len(factors) == 1:
        return product
    return product._replace(shape=Shape.RUN, factors=tuple(factors))


def contents(part: Fragment) -> Fragment:
    """What stands in the braces of an argument, or is written above or below."""
    while part.shape in (Shape.BRACES, Shape.SUP, Shape.SUB):
        part = part.factors[0]
    return part
