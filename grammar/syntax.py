"""What the parser builds: flat terms for expressions, and one record per kind of statement."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple, TypeAlias

from lark import Token, Transformer, v_args

from symhdl.functions.operation import Operation


class Form(Enum):
    """Heads of terms that are not operations of the graph."""

    NUMBER = "number"
    NAME = "name"
    CALL = "call"
    COMPARISON = "comparison"
    PAIR = "pair"


class Term(NamedTuple):
    """A piece of an expression: characters `start` to `end` of its source.

    `text` is the number or the name; for a comparison the relations, separated by blanks.
    """

    head: Operation | Form
    start: int
    end: int
    operands: tuple[Term, ...] = ()
    text: str = ""


class Bare(NamedTuple):
    """An expression by itself."""

    expression: Term


class Definition(NamedTuple):
    """`left = expression`; whether the left side is a name or a function is looked at later."""

    left: Term
    expression: Term


class InputStatement(NamedTuple):
    """`input names : format in [low, high]`."""

    names: tuple[Token, ...]
    format: Token | None
    low: Term | None
    high: Term | None


class OutputStatement(NamedTuple):
    """`output names : format error <= bound`, or `output name = expression ...`."""

    names: tuple[Token, ...]
    expression: Term | None
    format: Token | None
    relation: Token | None
    error: Term | None


Statement: TypeAlias = Bare | Definition | InputStatement | OutputStatement


def postorder(term: Term) -> list[Term]:
    """The term and all below it, operands first and from left to right."""
    found: list[Term] = []
    waiting = [term]
    while waiting:
        current = waiting.pop()
        found.append(current)
        waiting.extend(current.operands)
    found.reverse()
    return found


_INFIX = {
    "+": Operation.ADD,
    "-": Operation.SUBTRACT,
    "−": Operation.SUBTRACT,
    "*": Operation.MULTIPLY,
    "×": Operation.MULTIPLY,
    "·": Operation.MULTIPLY,
    "⋅": Operation.MULTIPLY,
    "/": Operation.DIVIDE,
    "÷": Operation.DIVIDE,
    "^": Operation.POWER,
    "**": Operation.POWER,
}
_SUPERSCRIPTS = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")
PAIRED_ARGUMENTS = "Piecewise"


def _start(token: Token) -> int:
    assert token.start_pos is not None, "a token without a position; please report this"
    return token.start_pos


def _end(token: Token) -> int:
    assert token.end_pos is not None, "a token without a position; please report this"
    return token.end_pos


def token_range(token: Token) -> tuple[int, int]:
    """Where the token starts and ends in its source."""
    return _start(token), _end(token)


@v_args(inline=True)
class TermBuilder(Transformer[Token, Statement]):
    """The callbacks of the grammar. They only build, and never look at a dialect or at other statements."""

    def bare(self, expression: Term) -> Statement:
        """An expression by itself."""
        return Bare(expression)

    def definition(self, left: Term, _: Token, expression: Term) -> Statement:
        """`left = expression`."""
        return Definition(left, expression)

    def names(self, *tokens: Token) -> tuple[Token, ...]:
        """Names between commas."""
        return tokens[::2]

    def input_declaration(
        self, _: Token, names: tuple[Token, ...], format: Token | None, *bounds: Token | Term | None
    ) -> Statement:
        """`input ...`; the bounds come with `in`, brackets and comma, or as placeholders."""
        low, high = (
            (bound for bound in bounds if isinstance(bound, Term)) if any(bounds) else (None, None)
        )
        return InputStatement(names, format, low, high)

    def output_declaration(
        self,
        _: Token,
        names: tuple[Token, ...],
        format: Token | None,
        __: Token | None,
        relation: Token | None,
        error: Term | None,
    ) -> Statement:
        """`output ...` of something defined elsewhere."""
        return OutputStatement(names, None, format, relation, error)

    def output_definition(
        self,
        _: Token,
        name: Token,
        __: Token,
        expression: Term,
        format: Token | None,
        ___: Token | None,
        relation: Token | None,
        error: Term | None,
    ) -> Statement:
        """`output name = ...`."""
        return OutputStatement((name,), expression, format, relation, error)

    def choice(
        self, first: Token, condition: Term, _: Token, then: Term, __: Token, other: Term
    ) -> Term:
        """`if condition then a else b`."""
        return Term(Operation.SELECT, _start(first), other.end, (condition, then, other))

    def suffix_choice(self, then: Term, _: Token, condition: Term, __: Token, other: Term) -> Term:
        """`a if condition else b`."""
        return Term(Operation.SELECT, then.start, other.end, (condition, then, other))

    def disjunction(self, left: Term, _: Token, right: Term) -> Term:
        """`a or b`."""
        return Term(Operation.OR, left.start, right.end, (left, right))

    def conjunction(self, left: Term, _: Token, right: Term) -> Term:
        """`a and b`."""
        return Term(Operation.AND, left.start, right.end, (left, right))

    def comparison(self, *parts: Token | Term) -> Term:
        """`a < b`, or `a < b < c` as one term, so that b is one operand."""
        operands = tuple(part for part in parts if isinstance(part, Term))
        relations = " ".join(part for part in parts if isinstance(part, Token))
        return Term(Form.COMPARISON, operands[0].start, operands[-1].end, operands, relations)

    def infix(self, left: Term, operator: Token, right: Term) -> Term:
        """`a + b` and the like."""
        return Term(_INFIX[operator], left.start, right.end, (left, right))

    def prefix(self, operator: Token, operand: Term) -> Term:
        """A sign or a `not`. A minus before a number is part of it; a power is no number, so -2^2 stays -(2^2)."""
        start = _start(operator)
        if operator.type != "SIGN":
            return Term(Operation.NOT, start, operand.end, (operand,))
        if operator == "+":
            return operand._replace(start=start)
        if operand.head is Form.NUMBER:
            text = operand.text[1:] if operand.text.startswith("-") else "-" + operand.text
            return Term(Form.NUMBER, start, operand.end, (), text)
        return Term(Operation.NEGATE, start, operand.end, (operand,))

    def superscript(self, base: Term, token: Token) -> Term:
        """`x²`."""
        exponent = Term(Form.NUMBER, *token_range(token), (), token.translate(_SUPERSCRIPTS))
        return Term(Operation.POWER, base.start, exponent.end, (base, exponent))

    def number(self, token: Token) -> Term:
        """A number, still as text."""
        return Term(Form.NUMBER, *token_range(token), (), str(token))

    def name(self, token: Token) -> Term:
        """A name."""
        return Term(Form.NAME, *token_range(token), (), str(token))

    def call(self, name: Token, _: Token, *rest: Token | Term | None) -> Term:
        """`name(arguments)`; the pairs of a `Piecewise` become arguments of their own."""
        arguments: Iterable[Term] = (part for part in rest if isinstance(part, Term))
        if name == PAIRED_ARGUMENTS:
            arguments = (
                part
                for argument in arguments
                for part in (argument.operands if argument.head is Form.PAIR else (argument,))
            )
        closing = rest[-1]
        assert isinstance(closing, Token), "a call without an end; please report this"
        return Term(Form.CALL, _start(name), _end(closing), tuple(arguments), str(name))

    def group(self, opening: Token, inside: Term, closing: Token) -> Term:
        """An expression in parentheses, which belong to its place."""
        return inside._replace(start=_start(opening), end=_end(closing))

    def pair(self, opening: Token, first: Term, _: Token, second: Term, closing: Token) -> Term:
        """`(value, condition)`."""
        return Term(Form.PAIR, _start(opening), _end(closing), (first, second))
