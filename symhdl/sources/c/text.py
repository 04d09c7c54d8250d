"""Text of C into a tree; what it means is somebody else's business."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import Any, NamedTuple, TypeAlias, cast

from lark import Lark, Token, Transformer, UnexpectedToken, v_args

from symhdl.errors import Source, SymhdlError, error
from symhdl.grammar.syntax import Lexeme
from symhdl.grammar.tables import GrammarFile, parser_of
from symhdl.grammar.tokens import check_length
from symhdl.sources.c.tokens import read_c_tokens, span_of, token_pattern
from symhdl.sources.imperative.syntax import (
    Assign,
    Block,
    Branch,
    Construct,
    Declare,
    Evaluate,
    Expression,
    FunctionDefinition,
    FunctionParameter,
    Group,
    Leave,
    Loop,
)

C_FILE = GrammarFile(
    "symhdl.sources.c",
    "c",
    "program",
    ("BLANK", "COMMENT", "DIRECTIVE", "OTHER", "TEMPLATE", "TEXT", "UNKNOWN"),
)


class _Sizes(NamedTuple):
    sizes: tuple[Expression | None, ...]


class _Declarator(NamedTuple):
    name: Lexeme
    sizes: _Sizes
    value: Expression | None


_Part: TypeAlias = Lexeme | Expression | Block | None
_LAYOUT = frozenset(
    ["LPAR", "RPAR", "LSQB", "RSQB", "LBRACE", "RBRACE", "COMMA", "QUESTION", "COLON"]
)


def _tree(kind: Construct) -> Callable[..., Expression]:
    """A callback that makes an expression of what it finds: operands, and the words between them as its text."""

    def build(_: CBuilder, *parts: _Part) -> Expression:
        first, last = parts[0], parts[-1]
        assert isinstance(first, Lexeme | Expression), "an expression without a start"
        assert isinstance(last, Lexeme | Expression), "an expression without an end"
        operands = tuple(part for part in parts if isinstance(part, Expression))
        words = [p.text for p in parts if isinstance(p, Lexeme) and p.type not in _LAYOUT]
        return Expression(kind, first.start, last.end, operands, "".join(words))

    return build


def _joined(parts: Sequence[_Part]) -> Block:
    """The statements of the blocks among the parts; tokens and expressions are tuples of another kind."""
    blocks = [cast("Block", part) for part in parts if type(part) is tuple]
    return tuple(statement for block in blocks for statement in block)


@v_args(inline=True)
class CBuilder(Transformer[Token, Block]):
    """The callbacks of the grammar. Statements come as blocks, since some texts are several or none."""

    number = _tree(Construct.NUMBER)
    name = _tree(Construct.NAME)
    infix = _tree(Construct.INFIX)
    comparison = _tree(Construct.COMPARISON)
    prefix = _tree(Construct.PREFIX)
    index = _tree(Construct.INDEX)
    call = _tree(Construct.CALL)
    choice = _tree(Construct.CHOICE)
    sequence = _tree(Construct.SEQUENCE)
    cast = _tree(Construct.CAST)

    def group(self, opening: Lexeme, inside: Expression, closing: Lexeme) -> Expression:
        """An expression in parentheses, which belong to its place."""
        return inside._replace(start=opening.start, end=closing.end)

    def program(self, *parts: _Part) -> Block:
        """The whole text."""
        return _joined(parts)

    def type(self, *words: Lexeme) -> Lexeme:
        """The words of a type."""
        text = " ".join(word.text for word in words)
        return Lexeme("TYPE", text, words[0].start, words[-1].end)

    def sizes(self, *parts: _Part) -> _Sizes:
        """`[3][]`."""
        found = (part if isinstance(part, Expression) else None for part in parts[1::3])
        return _Sizes(tuple(found))

    def parameter(
        self, type: Lexeme, pointer: Lexeme | None, name: Lexeme | None, sizes: _Sizes
    ) -> FunctionParameter:
        """`type name`; a pointer is an array of unknown size. Without a name in prototypes, or as `void`."""
        place = type if name is None else name
        text = "" if name is None else name.text
        found = sizes.sizes if pointer is None else (None, *sizes.sizes)
        return FunctionParameter(place.start, place.end, text, type.text, None, found)

    def parameters(self, *parts: Lexeme | FunctionParameter) -> tuple[FunctionParameter, ...]:
        """Those of a function."""
        found = tuple(part for part in parts if isinstance(part, FunctionParameter))
        return () if len(found) == 1 and found[0].type == "void" else found

    def function(
        self,
        type: Lexeme,
        name: Lexeme,
        _: Lexeme,
        parameters: tuple[FunctionParameter, ...] | None,
        __: Lexeme,
        body: Block | Lexeme,
    ) -> Block:
        """A function; one without a body only announces it."""
        if isinstance(body, Lexeme):
            return ()
        return (
            FunctionDefinition(name.start, name.end, name.text, parameters or (), body, type.text),
        )

    def block(self, *parts: _Part) -> Block:
        """`{ ... }`; names declared in it are its own."""
        opening, closing = parts[0], parts[-1]
        assert isinstance(opening, Lexeme) and isinstance(closing, Lexeme)
        return (Group(opening.start, closing.end, _joined(parts)),)

    def empty(self, _: Lexeme) -> Block:
        """Nothing."""
        return ()

    def first(self, block: Block, _: Lexeme) -> Block:
        """A statement without its `;`."""
        return block

    def branch(
        self,
        word: Lexeme,
        _: Lexeme,
        condition: Expression,
        __: Lexeme,
        then: Block,
        ___: Lexeme | None,
        other: Block | None,
    ) -> Block:
        """`if (condition) ... else ...`."""
        return (Branch(word.start, condition.end, condition, then, other or ()),)

    def loop(self, word: Lexeme, *parts: _Part) -> Block:
        """`for (first; condition; step) body`."""
        _, first, _, condition, _, step, _, body = parts
        assert condition is None or isinstance(condition, Expression)
        inside = Loop(word.start, word.end, condition, _joined([step]), _joined([body]))
        return (Group(word.start, word.end, (*_joined([first]), inside)),)

    def while_loop(
        self, word: Lexeme, _: Lexeme, condition: Expression, __: Lexeme, body: Block
    ) -> Block:
        """`while (condition) ...`."""
        return (Loop(word.start, condition.end, condition, (), body),)

    def leave(self, word: Lexeme, *parts: _Part) -> Block:
        """`return value`."""
        value = parts[0] if isinstance(parts[0], Expression) else None
        return (Leave(word.start, word.end if value is None else value.end, value),)

    def declaration(self, type: Lexeme, *parts: Lexeme | _Declarator) -> Block:
        """`type a = 1, b;`."""
        found = [part for part in parts if isinstance(part, _Declarator)]
        return tuple(
            Declare(name.start, name.end, type.text, name.text, sizes.sizes, value)
            for name, sizes, value in found
        )

    def declarator(
        self, name: Lexeme, sizes: _Sizes, _: Lexeme | None, value: Expression | None
    ) -> _Declarator:
        """`name[size] = value`."""
        return _Declarator(name, sizes, value)

    def evaluate(self, value: Expression) -> Block:
        """An expression as a statement."""
        return (Evaluate(value.start, value.end, value),)

    def assign(self, target: Expression, operator: Lexeme, value: Expression) -> Block:
        """`a = value`, `a += value`."""
        return (Assign(target.start, value.end, (target,), operator.text, value),)

    def step_after(self, target: Expression, operator: Lexeme) -> Block:
        """`i++` as a statement."""
        one = Expression(Construct.NUMBER, operator.start, operator.end, (), "1")
        sign = operator.text[0] + "="
        return (Assign(target.start, operator.end, (target,), sign, one),)

    def step_before(self, operator: Lexeme, target: Expression) -> Block:
        """`++i` as a statement."""
        return self.step_after(target, operator)


_MISTAKES: tuple[tuple[Collection[str], Collection[str], str, str], ...] = (
    # the tokens before, the token found, what to say, what to write instead
    (
        (),
        ("ASSIGN", "CHANGE", "STEP"),
        "an assignment inside an expression is not read",
        "assign in a statement of its own; equality is `==`",
    ),
    (
        ("NAME",),
        ("NAME",),
        "{before} is not a type that is known here, and no operator stands between {before} and {found}",
        "add `typedef float {before};`, or write the operator",
    ),
    (
        ("NUMBER", "RPAR"),
        ("NAME", "NUMBER", "LPAR"),
        "an operator is missing between {before} and {found}",
        "a product needs its `*`",
    ),
    (("TYPE",), ("STAR",), "a pointer can be a parameter only", "use an array of a fixed size"),
    ((), ("COMMA",), "the comma operator is not read", "write statements of their own"),
)
_WANTED = {
    "NUMBER": "a value",
    "OR": "an operator",
    "SEMICOLON": "`;`",
    "RPAR": "`)`",
    "RSQB": "`]`",
    "RBRACE": "`}`",
    "COLON": "`:`",
}


def parse_c(source: Source) -> Block:
    """The statements of a text of C. Raises SymhdlError with the first mistake of its syntax."""
    check_length(source, len(source.text))
    tokens = read_c_tokens(source, token_pattern(_parser()))
    end = len(source.text)
    closed = [*tokens, Lexeme("$END", "the end", end, end + 1)]
    block: Block = ()
    feed = _feeder()
    for position, token in enumerate(closed):
        try:
            block = feed(token)
        except UnexpectedToken:
            raise _mistake(source, closed, position) from None
    return block


@cache
def _parser() -> Lark:
    parser: Lark = parser_of(C_FILE, CBuilder())
    return parser


def _feeder() -> Callable[[Lexeme], Block]:
    """The parser asks nothing of a token but its type; what it returns counts at the end of the text."""
    feed: Callable[[Lexeme], Block] = cast("Any", _parser().parse_interactive().feed_token)
    return feed


def _mistake(source: Source, tokens: Sequence[Lexeme], position: int) -> SymhdlError:
    """The error for the token at the position, which does not fit behind those before it."""
    found = tokens[position]
    before = tokens[position - 1] if position else Lexeme("", "", 0, 0)
    place = span_of(source, found)
    for befores, founds, message, help in _MISTAKES:
        if found.type in founds and (before.type in befores or not befores):
            names = {"found": f"`{found.text[:40]}`", "before": f"`{before.text[:40]}`"}
            help = help.format(before=before.text)
            return error("syntax", message.format(**names), place, help=help)
    state = _parser().parse_interactive()  # a fresh one, as the other has gone on before it failed
    for token in tokens[:position]:
        cast("Any", state.feed_token)(token)
    accepted: Collection[str] = state.accepts()  # type: ignore[no-untyped-call] # lark leaves it so
    wanted = [words for name, words in _WANTED.items() if name in accepted]
    help = f"expected {' or '.join(wanted)}" if wanted else "remove it"
    return error("syntax", f"`{found.text[:40]}` does not fit here", place, help=help)
