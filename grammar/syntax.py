"""What the parser builds: flat terms for expressions, and one record per kind of statement."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple, TypeAlias

from lark import Token, Transformer, v_args

from symhdl.functions.operation import Operation
from symhdl.names.canonical import canonical


class Lexeme(NamedTuple):
    """A token: what kind it is, and characters `start` to `end` of its source.

    The parser looks at nothing but `type`, so that this can stand for lark's own token, which takes ten times as long
    to make.
    """

    type: str
    text: str
    start: int
    end: int


class Head(Enum):
    """Heads of terms that are not operations of the graph."""

    NUMBER = "number"
    NAME = "name"
    CALL = "call"
    COMPARISON = "comparison"
    PAIR = "pair"


class Term(NamedTuple):
    """A piece of an expression: characters `start` to `end` of its source.

    `text` is the number or the canonical name; for a comparison the relations, separated by blanks.
    """

    head: Operation | Head
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

    names: tuple[Lexeme, ...]
    format: Lexeme | None
    low: Term | None
    high: Term | None


class OutputStatement(NamedTuple):
    """`output names : format error <= bound`, or `output name = expression ...`."""

    names: tuple[Lexeme, ...]
    expression: Term | None
    format: Lexeme | None
    relation: Lexeme | None
    error: Term | None


class AssumeStatement(NamedTuple):
    """`assume condition`."""

    condition: Term


Statement: TypeAlias = Bare | Definition | InputStatement | OutputStatement | AssumeStatement


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


@v_args(inline=True)
class TermBuilder(Transformer[Token, Statement]):
    """The callbacks of the grammar. They only build, and never look at a dialect or at other statements."""

    def bare(self, expression: Term) -> Statement:
        """An expression by itself."""
        return Bare(expression)

    def definition(self, left: Term, _: Lexeme, expression: Term) -> Statement:
        """`left = expression`."""
        return Definition(left, expression)

    def assumption(self, _: Lexeme, condition: Term) -> Statement:
        """`assume condition`."""
        return AssumeStatement(condition)

    def names(self, *tokens: Lexeme) -> tuple[Lexeme, ...]:
        """Names between commas."""
        return tokens[::2]

    def input_declaration(
        self,
        _: Lexeme,
        names: tuple[Lexeme, ...],
        format: Lexeme | None,
        *bounds: Lexeme | Term | None,
    ) -> Statement:
        """`input ...`; the bounds come with `in`, brackets and comma, or as placeholders."""
        low, high = (
            (bound for bound in bounds if isinstance(bound, Term)) if any(bounds) else (None, None)
        )
        return InputStatement(names, format, low, high)

    def output_declaration(
        self,
        _: Lexeme,
        names: tuple[Lexeme, ...],
        format: Lexeme | None,
        __: Lexeme | None,
        relation: Lexeme | None,
        error: Term | None,
    ) -> Statement:
        """`output ...` of something defined elsewhere."""
        return OutputStatement(names, None, format, relation, error)

    def output_definition(
        self,
        _: Lexeme,
        name: Lexeme,
        __: Lexeme,
        expression: Term,
        format: Lexeme | None,
        ___: Lexeme | None,
        relation: Lexeme | None,
        error: Term | None,
    ) -> Statement:
        """`output name = ...`."""
        return OutputStatement((name,), expression, format, relation, error)

    def choice(
        self, first: Lexeme, condition: Term, _: Lexeme, then: Term, __: Lexeme, other: Term
    ) -> Term:
        """`if condition then a else b`."""
        return Term(Operation.SELECT, first.start, other.end, (condition, then, other))

    def suffix_choice(
        self, then: Term, _: Lexeme, condition: Term, __: Lexeme, other: Term
    ) -> Term:
        """`a if condition else b`."""
        return Term(Operation.SELECT, then.start, other.end, (condition, then, other))

    def ternary(self, condition: Term, _: Lexeme, then: Term, __: Lexeme, other: Term) -> Term:
        """`condition ? a : b`."""
        return Term(Operation.SELECT, condition.start, other.end, (condition, then, other))

    def disjunction(self, left: Term, _: Lexeme, right: Term) -> Term:
        """`a or b`."""
        return Term(Operation.OR, left.start, right.end, (left, right))

    def conjunction(self, left: Term, _: Lexeme, right: Term) -> Term:
        """`a and b`."""
        return Term(Operation.AND, left.start, right.end, (left, right))

    def comparison(self, *parts: Lexeme | Term) -> Term:
        """`a < b`, or `a < b < c` as one term, so that b is one operand."""
        operands = tuple(part for part in parts if isinstance(part, Term))
        relations = " ".join(part.text for part in parts if isinstance(part, Lexeme))
        return Term(Head.COMPARISON, operands[0].start, operands[-1].end, operands, relations)

    def infix(self, left: Term, operator: Lexeme, right: Term) -> Term:
        """`a + b` and the like."""
        return Term(_INFIX[operator.text], left.start, right.end, (left, right))

    def infix_function(self, left: Term, word: Lexeme, right: Term) -> Term:
        """A function written between its two arguments; the word is the function's name by now."""
        return Term(Head.CALL, left.start, right.end, (left, right), word.text)

    def prefix(self, operator: Lexeme, operand: Term) -> Term:
        """A sign or a `not`. A minus before a number is part of it; a power is no number, so -2^2 stays -(2^2)."""
        start = operator.start
        if operator.type != "SIGN":
            return Term(Operation.NOT, start, operand.end, (operand,))
        if operator.text == "+":
            return operand._replace(start=start)
        if operand.head is Head.NUMBER:
            text = operand.text[1:] if operand.text.startswith("-") else "-" + operand.text
            return Term(Head.NUMBER, start, operand.end, (), text)
        return Term(Operation.NEGATE, start, operand.end, (operand,))

    def superscript(self, base: Term, token: Lexeme) -> Term:
        """`x²`."""
        exponent = Term(
            Head.NUMBER, token.start, token.end, (), token.text.translate(_SUPERSCRIPTS)
        )
        return Term(Operation.POWER, base.start, exponent.end, (base, exponent))

    def number(self, token: Lexeme) -> Term:
        """A number, still as text."""
        return Term(Head.NUMBER, token.start, token.end, (), token.text)

    def name(self, token: Lexeme) -> Term:
        """A name."""
        return Term(Head.NAME, token.start, token.end, (), canonical(token.text))

    def call(self, name: Lexeme, _: Lexeme, *rest: Lexeme | Term | None) -> Term:
        """`name(arguments)`; the pairs of a `Piecewise` become arguments of their own."""
        arguments: Iterable[Term] = (part for part in rest if isinstance(part, Term))
        if name.text == PAIRED_ARGUMENTS:
            arguments = (
                part
                for argument in arguments
                for part in (argument.operands if argument.head is Head.PAIR else (argument,))
            )
        closing = rest[-1]
        assert isinstance(closing, Lexeme), "a call without an end; please report this"
        return Term(Head.CALL, name.start, closing.end, tuple(arguments), canonical(name.text))

    def group(self, opening: Lexeme, inside: Term, closing: Lexeme) -> Term:
        """An expression in parentheses, which belong to its place."""
        return inside._replace(start=opening.start, end=closing.end)

    def pair(self, opening: Lexeme, first: Term, _: Lexeme, second: Term, closing: Lexeme) -> Term:
        """`(value, condition)`."""
        return Term(Head.PAIR, opening.start, closing.end, (first, second))
