"""Text of Python into a tree; nothing in it is run or imported."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from lark import Lark, v_args

from symhdl.errors import Source
from symhdl.grammar.syntax import Lexeme
from symhdl.grammar.tables import GrammarFile, parser_of
from symhdl.grammar.tokens import check_length
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
    Expression,
    Function,
    Iterate,
    Kind,
    Parameter,
)
from symhdl.sources.python.tokens import read_python_tokens

PYTHON_FILE = GrammarFile("symhdl.sources.python", "python", "program", UNPARSED)


class _Parameters(NamedTuple):
    parameters: tuple[Parameter, ...]


@v_args(inline=True)
class PythonBuilder(ImperativeBuilder):
    """The callbacks that only Python has."""

    def line(self, *parts: Block | Lexeme | None) -> Block:
        """Statements on one line."""
        return tuple(statement for block in blocks_of(parts) for statement in block)

    def block(self, *parts: Block | Lexeme) -> Block:
        """An indented block."""
        return tuple(statement for block in blocks_of(parts) for statement in block)

    def otherwise(self, *parts: Block | Lexeme) -> Block:
        """`else: ...`, or nothing."""
        return tuple(statement for block in blocks_of(parts) for statement in block)

    def iterate(
        self,
        word: Lexeme,
        target: Expression,
        _: Lexeme,
        values: Expression,
        body: Block,
    ) -> Block:
        """`for target in values: ...`."""
        return (Iterate(word.start, values.end, target, values, body),)

    def function(
        self,
        _: Lexeme,
        name: Lexeme,
        __: Lexeme,
        parameters: _Parameters | None,
        *parts: Part,
    ) -> Block:
        """`def name(parameters): ...`."""
        found = () if parameters is None else parameters.parameters
        body = blocks_of(parts)[-1]
        return (Function(name.start, name.end, name.text, found, body),)

    def parameters(self, *parts: Lexeme | Parameter | None) -> _Parameters:
        """Those of a function."""
        return _Parameters(tuple(part for part in parts if isinstance(part, Parameter)))

    def parameter(self, name: Lexeme, *parts: Part) -> Parameter | None:
        """`name: annotation = default`; the signs `*` and `/` say nothing here."""
        if name.type != "NAME":
            return None
        default: Expression | None = None
        annotation = ""
        for before, part in pairwise(parts):
            if isinstance(before, Lexeme) and isinstance(part, Expression):
                if before.type == "ASSIGN":
                    default = part
                elif part.kind is Kind.STRING:
                    annotation = part.text
        return Parameter(name.start, name.end, name.text, annotation, default)

    def targets(self, *parts: Part) -> Expression:
        """`a, b`."""
        return self.values(*parts)

    def values(self, *parts: Part) -> Expression:
        """`a, b`; one expression without a comma is itself."""
        found = expressions(parts)
        commas = lexemes(parts, "COMMA")
        if not commas:
            return found[0]
        end = max(found[-1].end, commas[-1].end)
        return Expression(Kind.SEQUENCE, found[0].start, end, found)

    def assign(self, *parts: Part) -> Block:
        """`target = value`, `a = b = value`, `target += value`."""
        *targets, value = expressions(parts)
        (operator, *_) = (part.text for part in parts if isinstance(part, Lexeme))
        start, end = targets[0].start, value.end
        return (Assign(start, end, tuple(targets), operator, value),)

    def annotated(self, target: Expression, _: Lexeme, __: Expression, *parts: Part) -> Block:
        """`name: annotation = value`; without a value it says nothing."""
        values = expressions(parts)
        if not values:
            return ()
        return (Assign(target.start, values[0].end, (target,), "=", values[0]),)

    def choice(
        self, then: Expression, _: Lexeme, condition: Expression, __: Lexeme, other: Expression
    ) -> Expression:
        """`a if condition else b`."""
        return Expression(Kind.CHOICE, then.start, other.end, (condition, then, other))

    def lambda_(self, word: Lexeme, names: str | None, _: Lexeme, body: Expression) -> Expression:
        """`lambda x, y: ...`."""
        return Expression(Kind.LAMBDA, word.start, body.end, (body,), names or "")

    def names(self, *parts: Lexeme) -> str:
        """Names between commas."""
        return ",".join(name.text for name in lexemes(parts, "NAME"))

    def arguments(self, *parts: Part) -> Expression:
        """Those of a call; `call` takes them apart."""
        return Expression(Kind.SEQUENCE, 0, 0, expressions(parts))

    def call(self, called: Expression, _: Lexeme, *parts: Part) -> Expression:
        """`f(a, b)`."""
        arguments, closing = parts
        assert isinstance(closing, Lexeme), "a call without an end; please report this"
        found = arguments.operands if isinstance(arguments, Expression) else ()
        return Expression(Kind.CALL, called.start, closing.end, (called, *found))

    def keyword(self, name: Lexeme, _: Lexeme, value: Expression) -> Expression:
        """`name=value` among arguments."""
        return Expression(Kind.KEYWORD, name.start, value.end, (value,), name.text)

    def comprehension(
        self, element: Expression, _: Lexeme, target: Expression, __: Lexeme, values: Expression
    ) -> Expression:
        """`a for x in values`."""
        operands = (element, target, values)
        return Expression(Kind.COMPREHENSION, element.start, values.end, operands)

    def listed(self, opening: Lexeme, *parts: Part) -> Expression:
        """`[a for x in values]`."""
        element, target, values = expressions(parts)
        closing = parts[-1]
        assert isinstance(closing, Lexeme), "a list without an end; please report this"
        operands = (element, target, values)
        return Expression(Kind.COMPREHENSION, opening.start, closing.end, operands)

    def indices(self, *parts: Part) -> Expression:
        """Those of `a[i, j]`; `index` takes them apart."""
        return Expression(Kind.SEQUENCE, 0, 0, expressions(parts))

    def index(self, base: Expression, *parts: Part) -> Expression:
        """`a[i, j]`."""
        _, indices, closing = parts
        assert isinstance(closing, Lexeme), "an index without an end; please report this"
        assert isinstance(indices, Expression), "an index without a value; please report this"
        operands = (base, *indices.operands)
        return Expression(Kind.INDEX, base.start, closing.end, operands)

    def slice(self, *parts: Part) -> Expression:
        """`:`, `a:b`, `...`."""
        signs = [part for part in parts if isinstance(part, Lexeme)]
        text = "part" if expressions(parts) else ":"
        return Expression(Kind.SLICE, signs[0].start, signs[-1].end, (), text)

    def string(self, *tokens: Lexeme) -> Expression:
        """A text, without its quotes."""
        text = "".join(token.text.lstrip("rRbBuUfF").strip("\"'") for token in tokens)
        return Expression(Kind.STRING, tokens[0].start, tokens[-1].end, (), text)


@cache
def _parser() -> Lark:
    parser: Lark = parser_of(PYTHON_FILE, PythonBuilder())
    return parser


@cache
def _pattern() -> re.Pattern[str]:
    return token_pattern(_parser())


def _before(failure: Failure) -> str:
    return "" if failure.before is None else failure.before.type


_VALUE_ENDS = ("NUMBER", "NAME", "RPAR", "RSQB")

_MISTAKES = (
    Mistake(
        lambda f: f.found.type == "ASSIGN" and "RELATION" in f.accepted,
        "an assignment inside an expression has no value",
        "equality is `==`",
    ),
    Mistake(
        lambda f: f.found.type == "INDENT",
        "this line stands deeper than the one before, which opens no block",
        "take away the blanks before it",
    ),
    Mistake(
        lambda f: _before(f) == "NEWLINE" and f.accepted == {"INDENT"},
        "the line before ends with `:`, so a block follows it",
        "indent the lines that belong to it",
    ),
    Mistake(
        lambda f: f.found.type == "NEWLINE" and f.accepted == {"COLON"},
        "a `:` is missing at the end of the line",
    ),
    Mistake(
        lambda f: _before(f) in _VALUE_ENDS and f.found.type in ("NAME", "NUMBER"),
        "an operator is missing between {before} and {found}",
        "a product needs its `*`",
    ),
)
_LINE_ENDS = ("NEWLINE", "INDENT", "DEDENT", "SEMICOLON")


def _statement(tokens: Sequence[Lexeme], position: int) -> tuple[int, int]:
    """The statement on its line; nothing if it opens a block, as that cannot be left out."""
    first = last = position
    while first > 0 and tokens[first - 1].type not in _LINE_ENDS:
        first -= 1
    while last < len(tokens) and tokens[last].type not in _LINE_ENDS:
        last += 1
    last = min(last + 1, len(tokens))
    opens_block = last < len(tokens) and tokens[last].type == "INDENT"
    is_layout = tokens[position].type in ("INDENT", "DEDENT")
    before = [token.type for token in tokens[max(0, position - 2) : position]]
    lacks_block = before == ["COLON", "NEWLINE"]
    return (first, first) if opens_block or is_layout or lacks_block else (first, last)


_LANGUAGE = Language(_parser, _MISTAKES, _statement)


class PythonText(NamedTuple):
    """The statements, and the full names of what is imported by the names that it gets."""

    block: Block
    imported: Mapping[str, str]


def parse_python(source: Source) -> PythonText:
    """A text of Python. Raises SymhdlError with all mistakes of the phase that has any."""
    check_length(source, len(source.text))
    found = read_python_tokens(source, _pattern())
    return PythonText(parse_tokens(source, found.tokens, _LANGUAGE), found.imported)
