"""A whole program: statements gathered, outputs chosen, declarations read, the graph built."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache

from symhdl.errors import Diagnostic, Source, Span, SymhdlError, error
from symhdl.functions.dialect import NATIVE, Dialect, by_hand
from symhdl.ir.graph import Assumption, Graph, InputDeclaration, OutputDeclaration
from symhdl.names.canonical import canonical
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS
from symhdl.parsed import Excerpt, Parsed

from .bounds import REMEDY, Interval, enclose
from .declarations import read_input, read_output
from .definitions import read_definition, split_definition
from .elaborate import Elaborator
from .guards import add_guards
from .known import KnownNames, known_names
from .parser import SplitText, read_statements, split_text
from .scope import Body, Function, Scope, body_of, library_of
from .syntax import Bare, Head, Statement
from .warnings import equations, misspelt_names, warnings_of

OUTPUT_NAMES = ("y", "z", "result", "output_value")


def parse(
    source: Source,
    definitions: Iterable[Source] = (),
    *,
    dialect: Dialect = NATIVE,
    inputs: Iterable[str] = (),
    signed: Iterable[Source] = (),
    excerpts: Sequence[Excerpt] = (),
) -> Parsed:
    """Reads a program, or the expressions in the `excerpts` of a larger text.

    `definitions` are texts of further functions, such as `inv(x) = 1/x`. People write them, so that `-2 ^ x` is
    -(2^x) in them whatever the dialect (see `by_hand`); `signed` are definitions that a tool printed with signed
    literals.
    `inputs` are names that are known to be inputs although the text does not declare them; without this, `e` is a
    constant.
    Raises SymhdlError with all mistakes of the first phase that has any: syntax, definitions, meaning.
    """
    split = [split_definition(definition, by_hand(dialect)) for definition in definitions]
    printed = replace(dialect, signed_literals=True)
    split += [split_definition(definition, printed) for definition in signed]
    places = excerpts or (Excerpt("", 0, len(source.text)),)
    texts = [split_text(source, excerpt.start, excerpt.end, dialect) for excerpt in places]
    scope = Scope(library=_library(dialect))
    assumed = frozenset(map(canonical, inputs))
    statements = [s for text in (*(d.text for d in split), *texts) for s in text.statements]
    known = known_names(dialect, scope.library, statements, assumed)
    programs = [(d.text.source, _checked(read_definition(d, dialect, known))) for d in split]
    if excerpts:
        scope.bare = _read_excerpts(texts, excerpts, dialect, known)
    else:
        scope.add_text(source, _checked(read_statements(texts[0], dialect, known)))
    for definition, found in programs:
        scope.add_definitions(definition, found)
    add_guards(scope)
    _raise_if_any(scope.diagnostics)
    return _build(source, scope, dialect, assumed, excerpts)


def native_definitions(definition: Source) -> list[Statement]:
    """The statements of a text of definitions in the native language. Raises SymhdlError."""
    return _checked(read_definition(split_definition(definition, NATIVE), NATIVE, KnownNames()))


def assemble(
    source: Source,
    statements: Iterable[Statement],
    definitions: Iterable[tuple[Source, Sequence[Statement]]] = (),
    *,
    dialect: Dialect,
    inputs: Iterable[str] = (),
) -> Parsed:
    """The program whose statements another grammar has read from `source`. Raises SymhdlError."""
    scope = Scope(library=_library(dialect))
    scope.add_text(source, statements)
    for definition, found in definitions:
        scope.add_definitions(definition, found)
    _raise_if_any(scope.diagnostics)
    return _build(source, scope, dialect, frozenset(map(canonical, inputs)), ())


def parse_constant(source: Source) -> Interval:
    """Fractions between which a constant such as `2^-10` or `3*pi/2` lies, equal if it is rational.

    Raises SymhdlError if the text is anything else.
    """
    statements = _statements(source)
    place = Span(source, 0, max(1, len(source.text)))
    if len(statements) == 1 and isinstance(statements[0], Bare):
        elaborator = Elaborator(Scope(), NATIVE)
        node = elaborator.node_of(body_of(source, statements[0].expression))
        _raise_if_any(elaborator.diagnostics)
        value = enclose(elaborator.builder.nodes, node)
        if value is not None:
            return value
    raise error(
        "no-constant",
        "expected a constant",
        place,
        help=REMEDY,
    )


def parse_condition(source: Source, inputs: Iterable[str] = ()) -> Graph:
    """A graph without outputs that assumes the condition in a text. Raises SymhdlError if the text is anything else.

    `inputs` are names that are known to be inputs; others become inputs, too, unless they are constants.
    """
    statements = _statements(source)
    if len(statements) != 1 or not isinstance(statements[0], Bare):
        place = Span(source, 0, max(1, len(source.text)))
        raise error("no-condition", "expected one condition", place, help="write x < y, or x == y")
    elaborator = Elaborator(Scope(), NATIVE, frozenset(map(canonical, inputs)))
    body = body_of(source, statements[0].expression)
    node = elaborator.node_of_condition(body)
    _raise_if_any(elaborator.diagnostics)
    declared = tuple(InputDeclaration(name, span=s) for name, s in elaborator.undeclared.items())
    return elaborator.builder.build(declared, (), (Assumption(node, body.span),))


def _statements(source: Source) -> list[Statement]:
    """The statements of a text in the native language."""
    text = split_text(source, 0, len(source.text), NATIVE)
    return _checked(read_statements(text, NATIVE, KnownNames()))


def _checked(read: tuple[list[Statement], list[Diagnostic]]) -> list[Statement]:
    statements, diagnostics = read
    _raise_if_any(diagnostics)
    return statements


def _raise_if_any(diagnostics: Sequence[Diagnostic]) -> None:
    if diagnostics:
        raise SymhdlError(*diagnostics[:MAXIMUM_DIAGNOSTICS])


@cache
def _library(dialect: Dialect) -> Mapping[tuple[str, int], Function]:
    source = Source(f"<{dialect.name}>", dialect.definitions)
    return library_of(source, _statements(source))


def _read_excerpts(
    texts: Sequence[SplitText], excerpts: Sequence[Excerpt], dialect: Dialect, known: KnownNames
) -> list[Body]:
    """The expressions of the excerpts; every excerpt holds one."""
    bodies: list[Body] = []
    diagnostics: list[Diagnostic] = []
    for text, excerpt in zip(texts, excerpts, strict=True):
        statements, found = read_statements(text, dialect, known)
        diagnostics += found
        if found:
            continue
        if len(statements) == 1 and isinstance(statements[0], Bare):
            bodies.append(body_of(text.source, statements[0].expression))
            continue
        place = Span(text.source, excerpt.start, max(excerpt.start + 1, excerpt.end))
        diagnostics.append(Diagnostic("no-expression", "expected one expression here", place))
    _raise_if_any(diagnostics)
    return bodies


def _build(
    source: Source,
    scope: Scope,
    dialect: Dialect,
    assumed_inputs: frozenset[str],
    excerpts: Sequence[Excerpt],
) -> Parsed:
    elaborator = Elaborator(scope, dialect, assumed_inputs)
    used = _used_names(scope)
    names = list(scope.outputs) or [name for name in scope.assigned if name not in used]
    if not names and not scope.bare:
        names = scope.assigned  # all in circles; working through them tells which
    if not names and not scope.bare:
        end = max(0, len(source.text.rstrip()) - 1)
        raise error(
            "no-output",
            "there is nothing to compute",
            Span(source, end, end + 1),
            help="write an expression, or name = expression",
        )
    nodes = {name: elaborator.node_of_name(name) for name in names if name in scope.names}
    bare = [elaborator.node_of(body) for body in scope.bare]
    assumptions = [
        Assumption(elaborator.node_of_condition(body), body.span) for body in scope.assumed
    ]
    inputs = [read_input(elaborator, source, name) for name in scope.inputs]
    outputs = [read_output(elaborator, source, name, nodes.get(name)) for name in names]
    _raise_if_any(elaborator.diagnostics or misspelt_names(elaborator))
    if not excerpts:
        _raise_if_any(equations(elaborator))
    undeclared = _in_order_of_appearance(elaborator, scope)
    inputs += [InputDeclaration(name, span=elaborator.undeclared[name]) for name in undeclared]
    taken = {*scope.inputs, *undeclared, *names}
    wanted = [excerpt.name for excerpt in excerpts] or _bare_names(len(bare), taken)
    outputs += [
        OutputDeclaration(_free(name, taken), node, span=body.span)
        for name, node, body in zip(wanted, bare, scope.bare, strict=True)
    ]
    graph = elaborator.builder.build(tuple(inputs), tuple(outputs), tuple(assumptions))
    return Parsed(graph, warnings_of(graph, scope, elaborator, used))


def _bare_names(count: int, taken: set[str]) -> list[str]:
    """`y` for one expression, `y0`, `y1`, ... for several."""
    for base in OUTPUT_NAMES:
        names = [base] if count == 1 else [f"{base}{index}" for index in range(count)]
        if taken.isdisjoint(names):
            return names
    return [f"output_{index}" for index in range(count)]


def _free(name: str, taken: set[str]) -> str:
    """The name, or with `_out` as often as needed behind it."""
    while name in taken:
        name += "_out"
    return name


def _bodies(scope: Scope) -> list[Body]:
    functions = [function.body for function in scope.functions.values()]
    return [*scope.bare, *scope.names.values(), *functions, *scope.assumed]


def _used_names(scope: Scope) -> set[str]:
    """Names that occur in some expression; parameters of functions count, which errs to the harmless side."""
    return {term.text for body in _bodies(scope) for term in body.terms if term.head is Head.NAME}


def _in_order_of_appearance(elaborator: Elaborator, scope: Scope) -> list[str]:
    """The undeclared inputs, as a reader of the text meets them."""
    first: dict[str, int] = {}
    for body in _bodies(scope):
        for term in body.terms:
            if term.head is Head.NAME:
                name = term.text
                first[name] = min(first.get(name, term.start), term.start)
    return sorted(elaborator.undeclared, key=lambda name: first[name])
