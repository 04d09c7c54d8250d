"""The callbacks of the grammars of C and Python: they only build the tree, and look at no meaning."""

from __future__ import annotations

from typing import TypeAlias, cast

from lark import Token, Transformer, v_args

from symhdl.grammar.syntax import Lexeme
from symhdl.sources.imperative.syntax import (
    Block,
    Branch,
    Evaluate,
    Expression,
    Kind,
    Leave,
    Loop,
)

Part: TypeAlias = "Lexeme | Expression | Block | None"

_AND_OR = {"and": "&&", "or": "||", "not": "!"}


def expressions(parts: tuple[Part, ...]) -> tuple[Expression, ...]:
    """The expressions among what the parser found."""
    return tuple(part for part in parts if isinstance(part, Expression))


def lexemes(parts: tuple[Part, ...], kind: str) -> tuple[Lexeme, ...]:
    """The tokens of one kind among what the parser found."""
    return tuple(part for part in parts if isinstance(part, Lexeme) and part.type == kind)


@v_args(inline=True)
class ImperativeBuilder(Transformer[Token, Block]):
    """What C and Python have in common. Statements come as blocks, since some texts are several or none."""

    def program(self, *blocks: Block) -> Block:
        """The whole text."""
        return tuple(statement for block in blocks for statement in block)

    def number(self, token: Lexeme) -> Expression:
        """A number, still as text."""
        return Expression(Kind.NUMBER, token.start, token.end, (), token.text)

    def name(self, token: Lexeme) -> Expression:
        """A name."""
        return Expression(Kind.NAME, token.start, token.end, (), token.text)

    def group(self, opening: Lexeme, inside: Expression, closing: Lexeme) -> Expression:
        """An expression in parentheses, which belong to its place."""
        return inside._replace(start=opening.start, end=closing.end)

    def infix(self, left: Expression, operator: Lexeme, right: Expression) -> Expression:
        """`a + b` and the like."""
        text = _AND_OR.get(operator.text, operator.text)
        return Expression(Kind.INFIX, left.start, right.end, (left, right), text)

    def prefix(self, operator: Lexeme, operand: Expression) -> Expression:
        """`-a` and the like."""
        text = _AND_OR.get(operator.text, operator.text)
        return Expression(Kind.PREFIX, operator.start, operand.end, (operand,), text)

    def comparison(self, *parts: Part) -> Expression:
        """`a < b`, or a chain of them."""
        operands = expressions(parts)
        relations = " ".join(part.text for part in parts if isinstance(part, Lexeme))
        start, end = operands[0].start, operands[-1].end
        return Expression(Kind.COMPARISON, start, end, operands, relations)

    def index(self, base: Expression, *parts: Part) -> Expression:
        """`a[i]`."""
        closing = parts[-1]
        assert isinstance(closing, Lexeme), "an index without an end; please report this"
        return Expression(Kind.INDEX, base.start, closing.end, (base, *expressions(parts)))

    def attribute(self, base: Expression, *parts: Part) -> Expression:
        """`a.b`."""
        name = parts[-1]
        assert isinstance(name, Lexeme), "an attribute without a name; please report this"
        return Expression(Kind.ATTRIBUTE, base.start, name.end, (base,), name.text)

    def sequence(self, opening: Lexeme, *parts: Part) -> Expression:
        """`[a, b]`, `(a, b)` or `{a, b}`."""
        closing = parts[-1]
        assert isinstance(closing, Lexeme), "a sequence without an end; please report this"
        return Expression(Kind.SEQUENCE, opening.start, closing.end, expressions(parts))

    def evaluate(self, value: Expression) -> Block:
        """An expression as a statement."""
        return (Evaluate(value.start, value.end, value),)

    def empty(self, _: Lexeme) -> Block:
        """Nothing."""
        return ()

    def leave(self, word: Lexeme, *parts: Part) -> Block:
        """`return value`, `break`, `continue`."""
        values = expressions(parts)
        end = values[0].end if values else word.end
        return (Leave(word.start, end, word.text, values[0] if values else None),)

    def while_loop(self, word: Lexeme, *parts: Part) -> Block:
        """`while (condition) ...`."""
        (condition,) = expressions(parts)
        (body,) = blocks_of(parts)
        return (Loop(word.start, condition.end, (), condition, (), body),)

    def branch(self, word: Lexeme, *parts: Part) -> Block:
        """`if (condition) ... else ...`."""
        (condition,) = expressions(parts)
        then, *otherwise = blocks_of(parts)
        other = otherwise[0] if otherwise else ()
        return (Branch(word.start, condition.end, condition, then, other),)


def blocks_of(parts: tuple[Part, ...]) -> list[Block]:
    """The blocks among what the parser found; tokens and expressions are tuples of another kind."""
    return [cast("Block", part) for part in parts if type(part) is tuple]
