"""Fragments of formulas of LaTeX: what has been read, as tokens of the native language, and what it looks like."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from itertools import groupby
from typing import NamedTuple, TypeAlias

from symhdl.grammar.syntax import Lexeme

Tree: TypeAlias = "Lexeme | list[Tree]"
"""Tokens of the native language, nested so that putting brackets around them copies none."""


class Shape(Enum):
    """What a fragment looks like, which decides what may stand beside it."""

    NUMBER = "number"
    NAME = "name"
    FUNCTION = "name of a function"
    POWER = "power"  # its base and its exponent
    BRACES = "in braces, which cannot be seen"  # one part: what stands in them
    BRACKET = "in brackets"  # its elements
    CALL = "function"
    BARE_CALL = "function without brackets"  # one part: its argument
    LOOSE = "with operators, or several factors"
    OTHER = "held together by itself"


FALLING_APART = (Shape.LOOSE, Shape.BARE_CALL)  # if something else stands beside them


class Fragment(NamedTuple):
    """What has been read of a formula. `is_constant` tells that no names stand in it but pi and e.

    What is written `above` and `below` on its right does not belong to its tokens yet.
    """

    shape: Shape
    start: int
    end: int
    tokens: Tree
    text: str = ""  # of a number or a name
    is_constant: bool = False
    parts: tuple[Fragment, ...] = ()
    above: Fragment | None = None
    below: Fragment | None = None
    type: str = ""  # what a token has

    def is_plain(self, shape: Shape) -> bool:
        """Whether it has the shape and no scripts."""
        return self.shape is shape and self.above is self.below is None


Constituent: TypeAlias = Fragment | Lexeme


def atom(token: Lexeme) -> Fragment:
    """A number, a name, or the name of a function."""
    is_constant = token.type == "NUMBER" or token.text in ("pi", "e")
    native = token._replace(type="NUMBER" if token.type == "NUMBER" else "NAME")
    return Fragment(Shape[token.type], token.start, token.end, native, token.text, is_constant)


def joined(shape: Shape, parts: Sequence[Fragment], start: int, end: int, tokens: Tree) -> Fragment:
    """A fragment made of others."""
    are_constant = all(part.is_constant for part in parts)
    return Fragment(shape, start, end, tokens, "", are_constant, tuple(parts))


def split(items: Sequence[Constituent], *types: str) -> list[list[Constituent]]:
    """What stands between tokens of the types, where anything does."""
    pieces = groupby(items, lambda item: item.type in types)
    return [list(piece) for is_between, piece in pieces if not is_between]


def contents(part: Fragment) -> Fragment:
    """What stands in the braces of an argument."""
    while part.shape is Shape.BRACES:
        part = part.parts[0]
    return part


def operator(type: str, text: str, place: int) -> Lexeme:
    """A token that is not written in the formula, or in another way."""
    return Lexeme(type, text, place, place + 1)


def listed(elements: Sequence[Fragment], start: int, end: int) -> Tree:
    """Values between commas, in brackets."""
    tree: list[Tree] = [operator("LPAR", "(", start)]
    for index, element in enumerate(elements):
        if index > 0:
            tree.append(operator("COMMA", ",", element.start))
        tree.append(element.tokens)
    tree.append(operator("RPAR", ")", end - 1))
    return tree


def in_brackets(value: Fragment) -> Tree:
    """The tokens of a value as an operand."""
    is_atom = isinstance(value.tokens, Lexeme)
    return value.tokens if is_atom else listed([value], value.start, value.end)


def call(name: str, arguments: Sequence[Fragment], start: int, end: int) -> Fragment:
    """A function of its arguments."""
    tree: Tree = [operator("NAME", name, start), listed(arguments, start, end)]
    return joined(Shape.CALL, arguments, start, end, tree)


def infix(
    shape: Shape, left: Fragment, type: str, text: str, right: Fragment, start: int, end: int
) -> Fragment:
    """Two values with an operator between them, in brackets."""
    tree: Tree = [in_brackets(left), operator(type, text, right.start), in_brackets(right)]
    made = joined(shape, (left, contents(right)), start, end, tree)
    return made._replace(tokens=in_brackets(made))


def flat(tree: Tree) -> list[Lexeme]:
    """The tokens one behind the other."""
    found: list[Lexeme] = []
    waiting = [tree]
    while waiting:
        piece = waiting.pop()
        if isinstance(piece, Lexeme):
            found.append(piece)
        else:
            waiting.extend(reversed(piece))
    return found
