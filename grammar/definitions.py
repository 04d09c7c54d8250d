"""Definitions that come beside the text: `inv(x) = 1/x`, or the remark of a record, `inv is user-defined: 1/x`."""

from __future__ import annotations

import re
from typing import NamedTuple

from symhdl.errors import Diagnostic, Source
from symhdl.functions.dialect import Dialect
from symhdl.names.canonical import canonical

from .guards import GUARD
from .known import KnownNames
from .parser import SplitText, read_statements, split_text
from .stages import with_absolute_bars
from .syntax import Bare, Definition, Head, Statement, Term, postorder

_REMARK = re.compile(r"\s*(?P<name>[^\W\d]\w*)\s+is\s+user-defined\s*:")


class SplitDefinition(NamedTuple):
    """The text of a definition as tokens; of a remark the function's name, and only its body as tokens."""

    text: SplitText
    name: Term | None


def split_definition(source: Source, dialect: Dialect) -> SplitDefinition:
    """The tokens of the definition. Raises SymhdlError if it is too large or too deep."""
    match = _REMARK.match(source.text)
    if match is None:
        return SplitDefinition(split_text(source, 0, len(source.text), dialect), None)
    text = split_text(source, match.end(), len(source.text), dialect)
    statements = [with_absolute_bars(tokens) for tokens in text.statements]
    name = Term(Head.NAME, *match.span("name"), (), canonical(match["name"]))
    return SplitDefinition(text._replace(statements=statements), name)


def read_definition(
    split: SplitDefinition, dialect: Dialect, known: KnownNames
) -> tuple[list[Statement], list[Diagnostic]]:
    """The definitions, and what is wrong with them."""
    statements, diagnostics = read_statements(split.text, dialect, known)
    if split.name is None:
        return statements, diagnostics
    constants = {name for name, _ in dialect.constants} | {GUARD}
    completed: list[Statement] = [
        Definition(_left_side(split.name, statement.expression, constants), statement.expression)
        if isinstance(statement, Bare)
        else statement
        for statement in statements
    ]
    return completed, diagnostics


def _left_side(name: Term, body: Term, constants: set[str]) -> Term:
    """`name(parameters)`: the free names of the body in the order of the text."""
    names = [term for term in postorder(body) if term.head is Head.NAME]
    names.sort(key=lambda term: term.start)
    parameters = {term.text: term for term in reversed(names) if term.text not in constants}
    ordered = sorted(parameters.values(), key=lambda term: term.start)
    return name._replace(head=Head.CALL, operands=tuple(ordered))
