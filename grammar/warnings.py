"""What a program's author should know although it is no error; and the names that must be misspelt."""

from __future__ import annotations

from collections import Counter

from symhdl.errors import Diagnostic, warning
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph
from symhdl.names.spelling import misspelt, similar

from .elaborate import Elaborator
from .messages import shown
from .scope import Scope
from .syntax import Head


def misspelt_names(elaborator: Elaborator) -> list[Diagnostic]:
    """Undeclared names that are misspellings of declared ones, where the text declares inputs at all."""
    scope = elaborator.scope
    if not scope.inputs:
        return []
    found = []
    for name, place in elaborator.undeclared.items():
        guess = misspelt(name, [*scope.inputs, *scope.names])
        if guess is not None:
            found.append(
                Diagnostic(
                    "unknown-name",
                    f"there is no `{shown(name)}`",
                    place,
                    (),
                    f"did you mean `{shown(guess)}`? Otherwise declare it: input {shown(name)}",
                )
            )
    return found


def equations(elaborator: Elaborator) -> list[Diagnostic]:
    """Expressions such as `y == x + 1` whose left side occurs nowhere else: a definition is hardly not meant."""
    scope = elaborator.scope
    if all(body.terms[-1].text != "==" for body in scope.bare):
        return []
    bodies = [*scope.bare, *scope.names.values(), *(f.body for f in scope.functions.values())]
    mentions = Counter(t.text for body in bodies for t in body.terms if t.head is Head.NAME)
    found = []
    for body in scope.bare:
        whole = body.terms[-1]
        name = whole.operands[0].text if whole.head is Head.COMPARISON else ""
        if whole.text != "==" or name not in elaborator.undeclared or mentions[name] > 1:
            continue
        if not any(t.head is Head.NAME and t.text != name for t in body.terms):
            continue  # compared with a number
        found.append(
            Diagnostic(
                "equation",
                f"`{shown(name)} == ...` compares, and `{shown(name)}` occurs nowhere else",
                body.span,
                (),
                f"did you mean `{shown(name)} = ...`? To compare, declare the input: input {shown(name)}",
            )
        )
    return found


def warnings_of(
    graph: Graph, scope: Scope, elaborator: Elaborator, used: set[str]
) -> tuple[Diagnostic, ...]:
    """The warnings, in the order of the text."""
    found = [
        *_undeclared(elaborator),
        *_unused_inputs(graph, scope),
        *_unused_names(scope, used),
        *_constants(elaborator),
    ]
    return tuple(sorted(found, key=lambda d: (d.span.start if d.span else 0, d.id)))


def _undeclared(elaborator: Elaborator) -> list[Diagnostic]:
    scope = elaborator.scope
    if not scope.inputs:
        return []
    found = []
    for name, place in elaborator.undeclared.items():
        guess = similar(name, [*scope.inputs, *scope.names])
        hint = "" if guess is None else f"; did you mean `{shown(guess)}`?"
        found.append(
            warning(
                "undeclared-name",
                f"`{shown(name)}` is not declared and becomes an input",
                place,
                help=f"declare it: input {shown(name)}{hint}",
            )
        )
    return found


def _unused_inputs(graph: Graph, scope: Scope) -> list[Diagnostic]:
    present = {node.name for node in graph.nodes if node.operation is Operation.INPUT}
    return [
        warning("unused-input", f"the input `{shown(name)}` is used by nothing", place)
        for name, (_, place) in scope.inputs.items()
        if name not in present
    ]


def _unused_names(scope: Scope, used: set[str]) -> list[Diagnostic]:
    if not scope.outputs:
        return []
    return [
        warning(
            "unused-name",
            f"`{shown(name)}` is used by nothing",
            scope.names[name].span,
            help=f"if it is wanted, write: output {shown(name)}",
        )
        for name in scope.assigned
        if name not in used and name not in scope.outputs
    ]


def _constants(elaborator: Elaborator) -> list[Diagnostic]:
    """`e` other than as the base of a power looks like somebody's variable."""
    place = elaborator.constants_met.get("e")
    if place is None or _is_base(elaborator.scope):
        return []
    return [
        warning(
            "constant-e",
            "`e` is read as the constant 2.718...",
            place,
            help="if it is meant to be an input, declare it: input e",
        )
    ]


def _is_base(scope: Scope) -> bool:
    """Whether every `e` of the text is the base of a power."""
    bodies = [*scope.bare, *scope.names.values()]
    terms = [term for body in bodies for term in body.terms]
    bases = {
        term.operands[0].start
        for term in terms
        if term.head is Operation.POWER and term.operands[0].head is Head.NAME
    }
    return all(term.start in bases for term in terms if term.head is Head.NAME and term.text == "e")
