"""Formulas of LaTeX as pieces: what the parser builds from tokens, and the reader makes terms of."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from symhdl.sources.latex.messages import Ask, Remark


class Kind(Enum):
    """What a piece is. `text` and `operands` of the piece depend on it."""

    NUMBER = "number"  # text
    NAME = "name"  # text
    FUNCTION = "function"  # text; never a value by itself
    BIG = "sum or product"  # text; never a value by itself
    SUBSCRIPT = "subscript"  # base, subscript; the base is FUNCTION or BIG
    BRACES = "braces"  # what stands in them
    GROUP = "group"  # text: the kind of bracket; elements
    CALL = "call"  # text: the function; arguments
    BARE_CALL = "call without brackets"  # as CALL
    NEST = "sum or product with its body"  # text; index, low, high, body
    FRACTION = "fraction"  # numerator, denominator
    BINOMIAL = "binomial"  # n, k
    ROOT = "root"  # radicand, degree
    POWER = "power"  # base, exponent
    FACTORIAL = "factorial"  # operand
    RUN = "side by side"  # factors
    PRODUCT = "product"  # left, right
    QUOTIENT = "quotient"  # left, right
    MODULO = "remainder"  # left, right
    ADD = "sum"  # left, right
    SUBTRACT = "difference"  # left, right
    NEGATE = "negation"  # operand
    COMPARISON = "comparison"  # text: relations between blanks; their operands
    AND = "and"  # left, right
    OR = "or"  # left, right
    NOT = "not"  # operand
    CASES = "cases"  # value, condition, value, condition, ..., perhaps a last value
    MARK = "mark"  # the piece; then others that the message speaks of


class Piece(NamedTuple):
    """A piece of a formula: characters `start` to `end` of its source.

    `is_constant` tells that no names stand in it but pi and e. `about` belongs to a MARK: something to ask or to say.
    """

    kind: Kind
    start: int
    end: int
    operands: tuple[Piece, ...] = ()
    text: str = ""
    is_constant: bool = False
    about: Ask | Remark | None = None


def piece(kind: Kind, operands: tuple[Piece, ...], text: str = "") -> Piece:
    """A piece that reaches from its first to its last operand."""
    is_constant = all(operand.is_constant for operand in operands)
    return Piece(kind, operands[0].start, operands[-1].end, operands, text, is_constant)


def marked(about: Ask | Remark, inside: Piece, *others: Piece) -> Piece:
    """The piece with a question or a remark on it."""
    operands = (inside, *others)
    return Piece(Kind.MARK, inside.start, inside.end, operands, "", inside.is_constant, about)


def unmarked(inside: Piece) -> Piece:
    """The piece itself."""
    while inside.kind is Kind.MARK:
        inside = inside.operands[0]
    return inside


def contents(inside: Piece) -> Piece:
    """What stands in the braces of an argument."""
    return inside.operands[0] if inside.kind is Kind.BRACES else inside


def is_single(braced: Piece) -> bool:
    """Whether what stands in the braces is held together without them."""
    inside = unmarked(braced.operands[0])
    return inside.kind not in (
        Kind.ADD,
        Kind.SUBTRACT,
        Kind.NEGATE,
        Kind.PRODUCT,
        Kind.QUOTIENT,
        Kind.RUN,
        Kind.BARE_CALL,
        Kind.COMPARISON,
    )
