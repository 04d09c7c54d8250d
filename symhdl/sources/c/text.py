"""Text of C into a tree; what it means is somebody else's business."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from lark import Lark, v_args

from symhdl.errors import Source
from symhdl.grammar.syntax import Lexeme
from symhdl.grammar.tables import GrammarFile, parser_of
from symhdl.grammar.tokens import check_length
from symhdl.sources.c.tokens import read_c_tokens
from symhdl.sources.imperative.builder import (
    ImperativeBuilder,
    Part,
    blocks_of,
    expressions,
    lexemes,
)
from symhdl.sources.imperative.parser import (
    UNPARSED,
    Failure,
    Language,
    Mistake,
    parse_tokens,
    token_pattern,
)
from symhdl.sources.imperative.syntax import (
    Assign,
    Block,
    Declare,
    Expression,
    Function,
    Group,
    Kind,
    Loop,
    Parameter,
)

C_FILE = GrammarFile("symhdl.sources.c", "c", "program", UNPARSED)


class _Type(NamedTuple):
    start: int
    text: str


class _Sizes(NamedTuple):
    sizes: tuple[Expression | None, ...]


class _Declarator(NamedTuple):
    name: Lexeme
    sizes: _Sizes
    value: Expression | None
    is_pointer: bool


class _Parameters(NamedTuple):
    parameters: tuple[Parameter, ...]


@v_args(inline=True)
class CBuilder(ImperativeBuilder):
    """The callbacks that only C has."""

    def type(self, *words: Lexeme) -> _Type:
        """The words of a type."""
        return _Type(words[0].start, " ".join(word.text for word in words))

    def pointer(self, first: Lexeme, _: Lexeme) -> Lexeme:
        """`**`."""
        return first

    def sizes(self, *parts: Part) -> _Sizes:
        """`[3][]`."""
        return _Sizes(tuple(_expression(part) for part in parts[1::3]))

    def parameter(
        self,
        type: _Type,
        pointer: Lexeme | None,
        name: Lexeme | None,
        sizes: _Sizes,
        *default: Part,
    ) -> Parameter:
        """`type name`; in a prototype, or as `void`, without a name."""
        text = "" if name is None else name.text
        place = Lexeme("", "", type.start, type.start + 1) if name is None else name
        value = expressions(default)
        return Parameter(
            place.start,
            place.end,
            text,
            type.text,
            value[0] if value else None,
            sizes.sizes,
            pointer is not None,
        )

    def parameters(self, *parts: Lexeme | Parameter) -> _Parameters:
        """Those of a function."""
        return _Parameters(tuple(part for part in parts if isinstance(part, Parameter)))

    def function(
        self,
        type: _Type,
        name: Lexeme,
        _: Lexeme,
        parameters: _Parameters | None,
        __: Lexeme,
        ending: Block | Lexeme,
    ) -> Block:
        """A function; one without a body only announces it."""
        if isinstance(ending, Lexeme):
            return ()
        found = () if parameters is None else parameters.parameters
        if len(found) == 1 and not found[0].name and found[0].type == "void":
            found = ()
        return (Function(name.start, name.end, name.text, found, ending, type.text),)

    def block(self, *parts: Block | Lexeme) -> Block:
        """`{ ... }`; names declared in it are its own."""
        body = tuple(statement for block in blocks_of(parts) for statement in block)
        opening, closing = parts[0], parts[-1]
        assert isinstance(opening, Lexeme)
        assert isinstance(closing, Lexeme)
        return (Group(opening.start, closing.end, body),)

    def first(self, block: Block, _: Lexeme) -> Block:
        """A statement without its `;`."""
        return block

    def steps(self, *parts: Block | Lexeme) -> Block:
        """`i++, j--`."""
        return tuple(statement for block in blocks_of(parts) for statement in block)

    def loop(self, word: Lexeme, *parts: Part) -> Block:
        """`for (first; condition; step) body`: what stands before which `;` tells what it is."""
        first: Block = ()
        step: Block = ()
        condition: Expression | None = None
        semicolons = 0
        *head, body = parts
        for part in head:
            if isinstance(part, Lexeme):
                semicolons += part.type == "SEMICOLON"
            elif isinstance(part, Expression):
                condition = part
            elif part is not None and semicolons == 0:
                first = part
            elif part is not None:
                step = part
        (block,) = blocks_of((body,))
        inside = Loop(word.start, word.end, (), condition, step, block)
        return (Group(word.start, word.end, (*first, inside)),)

    def do_loop(self, word: Lexeme, body: Block, *parts: Part) -> Block:
        """`do body while (condition);`."""
        (condition,) = expressions(parts)
        return (Loop(word.start, word.end, (), condition, (), body, is_tested_last=True),)

    def declaration(self, type: _Type, *parts: Lexeme | _Declarator) -> Block:
        """`type a = 1, b;`."""
        return tuple(
            Declare(
                part.name.start,
                part.name.end,
                type.text,
                part.name.text,
                part.sizes.sizes,
                part.value,
                part.is_pointer,
            )
            for part in parts
            if isinstance(part, _Declarator)
        )

    def declarator(
        self, pointer: Lexeme | None, name: Lexeme, sizes: _Sizes, *parts: Part
    ) -> _Declarator:
        """`name[size] = value`."""
        value = expressions(parts)
        return _Declarator(name, sizes, value[0] if value else None, pointer is not None)

    def chained(self, target: Expression, operator: Lexeme, value: Expression) -> Expression:
        """`b = value`, whose value is given on to `a = `."""
        inner = value.operands if value.text == "=" and value.kind is Kind.SEQUENCE else (value,)
        return Expression(Kind.SEQUENCE, target.start, value.end, (target, *inner), operator.text)

    def assign(self, target: Expression, operator: Lexeme, value: Expression) -> Block:
        """`a = value`, `a = b = value`, `a += value`."""
        targets: tuple[Expression, ...] = (target,)
        if value.kind is Kind.SEQUENCE and value.text == "=":
            *others, value = value.operands
            targets = (target, *others)
        return (Assign(target.start, value.end, targets, operator.text, value),)

    def step_after(self, target: Expression, operator: Lexeme) -> Block:
        """`i++` as a statement."""
        return self._step(target, operator, target.start, operator.end)

    def step_before(self, operator: Lexeme, target: Expression) -> Block:
        """`++i` as a statement."""
        return self._step(target, operator, operator.start, target.end)

    def _step(self, target: Expression, operator: Lexeme, start: int, end: int) -> Block:
        one = Expression(Kind.NUMBER, operator.start, operator.end, (), "1")
        return (Assign(start, end, (target,), operator.text[0] + "=", one),)

    def choice(
        self, condition: Expression, _: Lexeme, then: Expression, __: Lexeme, other: Expression
    ) -> Expression:
        """`condition ? a : b`."""
        return Expression(Kind.CHOICE, condition.start, other.end, (condition, then, other))

    def cast(self, opening: Lexeme, type: _Type, _: Lexeme, operand: Expression) -> Expression:
        """`(type) a`."""
        return Expression(Kind.CAST, opening.start, operand.end, (operand,), type.text)

    def cast_call(self, type: _Type, _: Lexeme, operand: Expression, closing: Lexeme) -> Expression:
        """`type(a)`."""
        return Expression(Kind.CAST, type.start, closing.end, (operand,), type.text)

    def call(self, name: Lexeme, *parts: Part) -> Expression:
        """`f(a, b)`."""
        closing = lexemes(parts, "RPAR")[-1]
        called = self.name(name)
        operands = (called, *expressions(parts))
        return Expression(Kind.CALL, name.start, closing.end, operands)


def _expression(part: Part) -> Expression | None:
    return part if isinstance(part, Expression) else None


@cache
def _parser() -> Lark:
    parser: Lark = parser_of(C_FILE, CBuilder())
    return parser


@cache
def _pattern() -> re.Pattern[str]:
    return token_pattern(_parser())


def _before(failure: Failure) -> str:
    return "" if failure.before is None else failure.before.type


_WIDE = ("ASSIGN", "CHANGE", "STEP")

_MISTAKES = (
    Mistake(
        lambda f: f.found.type in _WIDE and "SEMICOLON" not in f.accepted,
        "an assignment inside an expression is not read",
        "assign in a statement of its own; equality is `==`",
    ),
    Mistake(
        lambda f: f.found.type in _WIDE,
        "only a variable can be assigned to",
        "equality is `==`",
    ),
    Mistake(
        lambda f: f.found.type == "NAME" and _before(f) == "NAME",
        "{before} is no type that is known here, and no operator stands between {before} and {found}",
        "add `typedef float {before};`, or write the operator",
    ),
    Mistake(
        lambda f: _before(f) in ("NUMBER", "RPAR") and f.found.type in ("NAME", "NUMBER", "LPAR"),
        "an operator is missing between {before} and {found}",
        "a product needs its `*`",
    ),
    Mistake(
        lambda f: f.found.type == "TYPE" and "SEMICOLON" in f.accepted,
        "a `;` is missing before {found}",
    ),
    Mistake(
        lambda f: f.found.type == "COMMA",
        "the comma operator is not read",
        "write statements of their own",
    ),
)


def _statement(tokens: Sequence[Lexeme], position: int) -> tuple[int, int]:
    """From behind the last `;` or brace to the next `;`, or to before the next brace."""
    first, last, depth = position, position, 0
    while first > 0 and not (
        depth == 0 and tokens[first - 1].type in ("SEMICOLON", "LBRACE", "RBRACE")
    ):
        first -= 1
    while last < len(tokens) and tokens[last].type not in ("SEMICOLON", "LBRACE", "RBRACE"):
        last += 1
    if last < len(tokens) and tokens[last].type == "SEMICOLON":
        last += 1
    return first, last


_LANGUAGE = Language(_parser, _MISTAKES, _statement)


def parse_c(source: Source) -> Block:
    """The statements of a text of C. Raises SymhdlError with all mistakes of the phase that has any."""
    check_length(source, len(source.text))
    return parse_tokens(source, read_c_tokens(source, _pattern()), _LANGUAGE)
