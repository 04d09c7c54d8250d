"""A text of LaTeX into a graph: characters, tokens, formulas, pieces, terms, and then as any other program."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any, cast

from lark import Lark, UnexpectedToken

from symhdl.errors import Diagnostic, Source, Span, SymhdlError, warning
from symhdl.functions.dialect import Dialect
from symhdl.grammar.messages import END
from symhdl.grammar.program import assemble, native_definitions
from symhdl.grammar.syntax import Bare, Definition, Form, Lexeme, Statement, Term, postorder
from symhdl.grammar.tables import LATEX_FILE, parser_of
from symhdl.grammar.tokens import check_length
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS
from symhdl.parsed import Parsed
from symhdl.sources.latex.builder import PieceBuilder
from symhdl.sources.latex.lexer import tokens_of_latex
from symhdl.sources.latex.messages import Ask, syntax_error
from symhdl.sources.latex.names import spellings
from symhdl.sources.latex.pieces import Kind, Piece, unmarked
from symhdl.sources.latex.statements import formulas_of
from symhdl.sources.latex.tape import Tape, Vocabulary
from symhdl.sources.latex.terms import TermMaker

# A word that an equation defines must be one name, as products cannot be defined.
_DEFINED_WORD = re.compile(
    r"(?:^|\\\\|\n|\$|(?<!\\)\\[\[(]|\\begin\{[a-z]{1,20}\*?\}|&|,)[ \t]*(?P<word>[A-Za-z]{2,200})[ \t]*"
    r"(?P<arguments>\([^()=\n]{1,200}\))?[ \t]*&?[ \t]*:?=(?!=)"
)


def read_latex_program(
    source: Source,
    definitions: Iterable[Source] = (),
    *,
    dialect: Dialect,
    inputs: Iterable[str] = (),
) -> Parsed:
    """Reads the formulas of a text. Definitions are in the native language.

    Raises SymhdlError with all mistakes and questions of the first phase that has any.
    """
    check_length(source, len(source.text))
    inputs = list(inputs)
    programs = [(definition, native_definitions(definition)) for definition in definitions]
    tape = Tape(source, Vocabulary(_defined_functions(programs), spellings(inputs)))
    _find_words(tape)
    tokens_of_latex(tape)
    formulas = formulas_of(tape)
    diagnostics = tape.diagnostics
    pieces: list[Piece] = []
    for tokens in formulas:
        if len(diagnostics) >= MAXIMUM_DIAGNOSTICS:
            break
        result = _parse(source, tokens)
        if isinstance(result, Diagnostic):
            diagnostics.append(result)
        else:
            pieces.append(result)
    maker = TermMaker(source, diagnostics)
    statements = [s for formula in pieces for s in _statements(maker, formula)]
    if diagnostics:
        diagnostics.sort(key=lambda d: d.span.start if d.span else 0)
        raise SymhdlError(*diagnostics[:MAXIMUM_DIAGNOSTICS])
    statements = _with_uncalled_functions_as_names(statements)
    parsed = assemble(source, statements, programs, dialect=dialect, inputs=inputs)
    warnings = [*tape.warnings, *maker.warnings, *parsed.warnings]
    warnings.sort(key=lambda d: d.span.start if d.span else 0)
    return Parsed(parsed.graph, tuple(_once(warnings)))


def _defined_functions(programs: Iterable[tuple[Source, Sequence[Statement]]]) -> set[str]:
    return {
        statement.left.text
        for _, statements in programs
        for statement in statements
        if isinstance(statement, Definition)
    }


def _find_words(tape: Tape) -> None:
    """Words of several letters that the text defines: they are names wherever they stand."""
    functions = set(tape.vocabulary.functions)
    for match in _DEFINED_WORD.finditer(tape.text):
        word = match["word"]
        if match["arguments"]:
            functions.add(word)
        else:
            tape.words.add(word)
        tape.warnings.append(
            warning(
                "word-as-name",
                f"`{word}` is read as one name, because it is defined here",
                Span(tape.source, *match.span("word")),
                help=f"write \\mathrm{{{word}}}",
            )
        )
    tape.vocabulary = tape.vocabulary._replace(functions=functions)


@cache
def _parser() -> Lark:
    """The parser of one formula."""
    parser: Lark = parser_of(LATEX_FILE, PieceBuilder())
    return parser


def _parse(source: Source, tokens: Sequence[Lexeme]) -> Piece | Diagnostic:
    state = _parser().parse_interactive()
    feed = cast("Any", state.feed_token)
    end = tokens[-1].end
    closed = [*tokens, Lexeme(END, "", end, end + 1)]
    position = 0
    try:
        for token in closed:
            formula: Piece = feed(token)
            position += 1
    except UnexpectedToken:
        before = tokens[position - 1] if position > 0 else None
        return syntax_error(source, before, closed[position], _accepted(tokens[:position]))
    return formula


def _accepted(tokens: Sequence[Lexeme]) -> Collection[str]:
    """What may follow the tokens. Asked of a fresh parser, as one that failed has gone on before it noticed."""
    state = _parser().parse_interactive()
    feed = cast("Any", state.feed_token)
    for token in tokens:
        feed(token)
    accepted: Collection[str] = state.accepts()  # type: ignore[no-untyped-call] # lark leaves it so
    return accepted


def _statements(maker: TermMaker, formula: Piece) -> list[Statement]:
    """An expression; or the equation, and of `y = f(x) = ...` both."""
    if formula.kind is not Kind.COMPARISON or set(formula.text.split()) != {"="}:
        return [Bare(maker.term_of(formula))]
    *lefts, last = formula.operands
    for left in lefts[1:]:
        if not _can_be_defined(left):
            maker.ask(Ask.CHAIN, left)
    terms = [*(_left_side(maker, left) for left in lefts), maker.term_of(last)]
    statements: list[Statement] = [Definition(terms[-2], terms[-1])]
    statements += [Definition(terms[i], terms[i + 1]) for i in range(len(terms) - 2)]
    return statements


def _can_be_defined(left: Piece) -> bool:
    left = unmarked(left)
    is_function = left.kind is Kind.CALL and all(o.kind is Kind.NAME for o in left.operands)
    return left.kind is Kind.NAME or is_function


def _left_side(maker: TermMaker, left: Piece) -> Term:
    """The left side of an equation; what is remarked of functions in general does not matter there."""
    return maker.term_of(unmarked(left) if _can_be_defined(left) else left)


def _with_uncalled_functions_as_names(statements: Sequence[Statement]) -> list[Statement]:
    """`f(x) = ...` that nothing calls is the output f, and its parameters are inputs."""
    called = {
        term.text
        for statement in statements
        if isinstance(statement, Bare | Definition)
        for term in postorder(statement.expression)
        if term.head is Form.CALL
    }
    return [
        Definition(s.left._replace(head=Form.NAME, operands=()), s.expression)
        if isinstance(s, Definition) and s.left.head is Form.CALL and s.left.text not in called
        else s
        for s in statements
    ]


def _once(warnings: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Every kind of remark on a place once, and that on the logarithm once in the whole text."""
    kept: dict[object, Diagnostic] = {}
    for found in warnings:
        key = found.id if found.id == "log-base" else (found.id, found.span)
        kept.setdefault(key, found)
    return list(kept.values())
