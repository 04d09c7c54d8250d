"""A text of LaTeX into a graph: formulas as statements of the native language, and then as any other program."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise

from symhdl.errors import Source, SymhdlError
from symhdl.functions.dialect import Dialect
from symhdl.grammar.known import KnownNames
from symhdl.grammar.parser import SplitText, read_statements
from symhdl.grammar.program import assemble, native_definitions
from symhdl.grammar.syntax import Definition
from symhdl.grammar.tokens import check_length
from symhdl.parsed import Parsed
from symhdl.sources.latex.fragments import flat
from symhdl.sources.latex.lexer import Lexer, without_comments
from symhdl.sources.latex.names import spellings
from symhdl.sources.latex.products import Products
from symhdl.sources.latex.questions import Findings
from symhdl.sources.latex.rows import Tokens, formulas_of, outer, segments
from symhdl.sources.latex.translate import Translator


def read_latex_program(
    source: Source,
    definitions: Iterable[Source] = (),
    *,
    dialect: Dialect,
    inputs: Collection[str] = (),
) -> Parsed:
    """Reads the formulas of a text. Definitions are in the native language.

    Raises SymhdlError with all mistakes and questions of the first phase that has any.
    """
    check_length(source, len(source.text))
    programs = [(definition, native_definitions(definition)) for definition in definitions]
    functions = {
        statement.left.text
        for _, found in programs
        for statement in found
        if isinstance(statement, Definition)
    }
    findings = Findings(source)
    lexer = Lexer(without_comments(source.text), findings, functions, spellings(inputs))
    formulas = [
        formula
        for place in segments(lexer.text, findings)
        for formula in formulas_of(lexer.read(*place))
    ]
    native = _native_statements(formulas, findings, functions, inputs)
    text = SplitText(source, native, findings.diagnostics)
    statements, findings.diagnostics = read_statements(text, dialect, KnownNames())
    findings.stop()
    parsed = assemble(source, statements, programs, dialect=dialect, inputs=inputs)
    warnings = [*findings.warnings.values(), *parsed.warnings]
    warnings.sort(key=lambda found: found.span.start if found.span else 0)
    return Parsed(parsed.graph, tuple(warnings))


def _native_statements(
    formulas: Sequence[Tokens], findings: Findings, functions: set[str], inputs: Iterable[str]
) -> list[Tokens]:
    """The statements as tokens of the native language, as far as formulas can be read."""
    pairs = [pair for formula in formulas for pair in pairwise([*formula, formula[-1]])]
    calls = Counter(a.text for a, b in pairs if b.type == "OPEN" and b.text == "(")
    values = {
        a.text for a, b in pairs if a.type == "NAME" and not (b.type == "OPEN" and b.text in "([")
    }
    equations = [_sides(formula) for formula in formulas]
    for sides in equations:
        sides[:-1] = (_left(side, calls) for side in sides[:-1])
    defined = {_defined(side) for equation in equations for side in equation[:-1]} - {""}
    products = Products(findings, functions | defined, {*values, *inputs, "pi", "e"})
    translator = Translator(findings, products)
    statements: list[Tokens] = []
    for formula, sides in zip(formulas, equations, strict=True):
        try:
            equals = [t for t, is_outer in outer(formula) if is_outer and t.type == "ASSIGN"]
            if len(equals) > 1:
                raise findings.error("chain-of-equations", equals[1])
            *left, right = (flat(translator.translated(side)) for side in sides)
            statements.append([token for part in (*left, equals, right) for token in part])
        except SymhdlError as problem:
            findings.add(problem)
    return statements


def _sides(tokens: Tokens) -> list[Tokens]:
    """What stands between equals signs that are not part of a comparison."""
    sides: list[Tokens] = [[]]
    for token, is_outer in outer(tokens):
        if is_outer and token.type == "ASSIGN":
            sides.append([])
        else:
            sides[-1].append(token)
    return sides


def _defined(side: Tokens) -> str:
    """The function that `f(x, y)` defines on the left of an equals sign; nothing if it is something else."""
    types = [token.type for token in side]
    is_call = types[:2] in (["NAME", "OPEN"], ["FUNCTION", "OPEN"]) and types[-1] == "CLOSE"
    return side[0].text if is_call and {*types[2:-1]} <= {"NAME", "COMMA"} else ""


def _left(side: Tokens, calls: Mapping[str, int]) -> Tokens:
    """The left side; `f(x)` that nothing calls is the output f, and its parameters are inputs."""
    is_uncalled = _defined(side) and calls[side[0].text] == 1
    return [side[0]._replace(type="NAME")] if is_uncalled else side
