"""A text of LaTeX into a graph: tokens, formulas, statements, and then as any other program."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias

from symhdl.errors import Diagnostic, Source, SymhdlError
from symhdl.functions.dialect import Dialect
from symhdl.grammar.messages import END
from symhdl.grammar.program import assemble, native_definitions
from symhdl.grammar.syntax import Bare, Definition, Form, Lexeme, Statement, Term, postorder
from symhdl.grammar.tokens import check_length
from symhdl.parsed import Parsed
from symhdl.sources.latex.lexer import Lexer, without_comments
from symhdl.sources.latex.names import spellings
from symhdl.sources.latex.operators import Operators
from symhdl.sources.latex.parser import Parser
from symhdl.sources.latex.questions import Extent, Findings
from symhdl.sources.latex.rows import Tokens, formulas_of, outer, segments
from symhdl.sources.latex.runs import Runs

_Side: TypeAlias = tuple[Tokens, Lexeme | None, Lexeme]  # the tokens, and those around them


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
    functions = {
        statement.left.text
        for _, found in programs
        for statement in found
        if isinstance(statement, Definition)
    }
    findings = Findings(source)
    formulas = _formulas(source.text, findings, functions, inputs)
    statements = _statements(formulas, findings, functions, inputs)
    findings.stop()
    statements = _with_uncalled_functions_as_names(statements)
    parsed = assemble(source, statements, programs, dialect=dialect, inputs=inputs)
    warnings = sorted(
        [*findings.warnings, *parsed.warnings], key=lambda d: d.span.start if d.span else 0
    )
    kept: dict[object, Diagnostic] = {}
    for found in warnings:  # the remark on the logarithm once in the whole text
        kept.setdefault(found.id if found.id == "log-base" else (found.id, found.span), found)
    return Parsed(parsed.graph, tuple(kept.values()))


def _formulas(
    text: str, findings: Findings, functions: set[str], inputs: Iterable[str]
) -> list[Tokens]:
    """The formulas of the text as tokens; what it calls a function is added to `functions`."""
    words: set[str] = set()
    text = without_comments(text)
    for match in _DEFINED_WORD.finditer(text):
        (functions if match["arguments"] else words).add(match["word"])
        findings.remark("word-as-name", Extent(*match.span("word")))
    lexer = Lexer(text, findings, functions, spellings(inputs), words)
    return [
        formula
        for place in segments(text, findings)
        for formula in formulas_of(lexer.read(*place), findings)
    ]


def _statements(
    formulas: Sequence[Tokens], findings: Findings, functions: set[str], inputs: Iterable[str]
) -> list[Statement]:
    """The statements, as far as formulas can be read."""
    defined = {
        left.text
        for formula in formulas
        for side, _, _ in _between_equals(formula)[:-1]
        if (left := _left_side(side)) is not None and left.head is Form.CALL
    }
    values = {
        token.text
        for formula in formulas
        for token, following in pairwise([*formula, formula[-1]])
        if token.type == "NAME" and not (following.type == "OPEN" and following.text in "([")
    }
    runs = Runs(findings, defined, functions | defined, {*values, *inputs, "pi", "e"})
    parser = Parser(findings, Operators(findings, runs))
    statements: list[Statement] = []
    for formula in formulas:
        try:
            statements += _read(parser, formula)
        except SymhdlError as problem:
            findings.add(problem)
    return statements


def _between_equals(tokens: Tokens) -> list[_Side]:
    """What stands between equals signs that are not part of a comparison."""
    end = tokens[-1].end
    sides: list[_Side] = []
    side: Tokens = []
    before: Lexeme | None = None
    for token, is_outer in [*outer(tokens), (Lexeme(END, "", end, end + 1), True)]:
        if is_outer and token.type in ("EQUALS", END):
            sides.append((side, before, token))
            before, side = token, []
        else:
            side.append(token)
    return sides


def _left_side(tokens: Tokens) -> Term | None:
    """`y` or `f(x, y)` as a term; None if it is something else."""
    if not tokens or tokens[0].type not in ("NAME", "FUNCTION"):
        return None
    first, last = tokens[0], tokens[-1]
    if len(tokens) == 1:
        return Term(Form.NAME, first.start, first.end, (), first.text)
    kinds = [token.type for token in tokens[1:]]
    if kinds != ["OPEN", *["NAME", "COMMA"] * (len(tokens) // 2 - 2), "NAME", "CLOSE"]:
        return None
    names = (Term(Form.NAME, t.start, t.end, (), t.text) for t in tokens[2:-1:2])
    return Term(Form.CALL, first.start, last.end, tuple(names), first.text)


def _read(parser: Parser, tokens: Tokens) -> Iterator[Statement]:
    """An expression; or the equation, and of `y = f(x) = ...` both."""
    *lefts, last = _between_equals(tokens)
    terms = [_left_side(left[0]) or parser.term_of(*left) for left in lefts]
    for left, term in list(zip(lefts, terms, strict=True))[1:]:
        if _left_side(left[0]) is None:
            parser.findings.ask("chain-of-equations", term)
    value = parser.term_of(*last)
    yield Definition(terms[-1], value) if terms else Bare(value)
    for left_term, right in pairwise(terms):
        yield Definition(left_term, right)


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
