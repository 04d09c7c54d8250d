"""Graphs in the native language: declarations, definitions of shared parts, outputs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from symhdl.functions.operation import Operation
from symhdl.ir.graph import InputDeclaration
from symhdl.numeric.limits import MAXIMUM_NAME_LENGTH
from symhdl.printers.comments import printable
from symhdl.printers.declarations import input_attributes, output_attributes
from symhdl.printers.forms import Form, Key, Level, ListForm, call, form
from symhdl.printers.infix import REGROUPED, powers
from symhdl.printers.language import Language, Program
from symhdl.printers.names import NameRules
from symhdl.printers.numbers import exact_number
from symhdl.printers.wrap import separated, wrap

INDENT = "    "

_WORDS = """
if then else input output and or not true false True False pi π e
"""
NAMES = NameRules(
    "the native language",
    re.compile(
        rf"(?=.{{1,{MAXIMUM_NAME_LENGTH}}}$)[^\W\d⁰¹²³⁴-⁹](?:[^\W⁰¹²³⁴-⁹]|[\u0300-\u036f])*['′]*"
    ),
    frozenset(_WORDS.split()) - {"e", "pi", "π"},
)

_CALLED = [
    operation
    for operation in Operation
    if operation.entry.names and operation.arity > 0 and operation not in REGROUPED
]

FORMS: dict[Key, Form] = {
    **{operation: call(operation.entry.names[0], operation.arity) for operation in _CALLED},
    **REGROUPED,
    **powers("^"),
    Operation.PI: form(Level.ATOM, "pi"),
    Operation.E: form(Level.ATOM, "e"),
    Operation.INVERSE: form(Level.PRODUCT, "1/$0", Level.UNARY),
    Operation.NOT: form(Level.NOT, "not $0", Level.NOT),
    Operation.AND: form(Level.AND, "$0 and $1", Level.AND, Level.AND),
    Operation.OR: form(Level.OR, "$0 or $1", Level.OR, Level.OR),
    Operation.SELECT: form(Level.CHOICE, "if $0 then $1 else $2", Level.OR, Level.OR, Level.CHOICE),
}


def lines(program: Program) -> Iterator[str]:
    """The lines of the text."""
    for renaming in program.renamings:
        yield f"# {renaming.new} stands for {printable(renaming.old)}"
    yield from _inputs(program)
    for pieces in program.assumptions:
        first, *others = wrap(pieces, len("assume "), INDENT)
        yield f"assume {first}"
        yield from others
    for assignment in program.assignments:
        start = f"{assignment.name} = "
        first, *others = wrap(assignment.pieces, len(start), INDENT)
        yield start + first
        yield from others
    yield from _outputs(program)


def _inputs(program: Program) -> Iterator[str]:
    pairs: list[tuple[str, InputDeclaration]] = []
    for name, declared in zip(program.inputs, program.graph.inputs, strict=True):
        if declared.range is not None and declared.range[0] == declared.range[1]:
            # The language has no ranges of a single value.
            yield f"# {name}{input_attributes(declared)}"
            declared = replace(declared, range=None)
        pairs.append((name, declared))
    for attributes, group in groupby(pairs, key=lambda pair: input_attributes(pair[1])):
        yield from _declaration("input", (name for name, _ in group), attributes)


def _outputs(program: Program) -> Iterator[str]:
    pairs = zip(program.outputs, program.graph.outputs, strict=True)
    for attributes, group in groupby(pairs, key=lambda pair: output_attributes(pair[1])):
        yield from _declaration("output", (name for name, _ in group), attributes)


def _declaration(word: str, names: Iterable[str], attributes: str) -> Iterator[str]:
    *before, last = wrap(separated(names), len(word) + 1 + len(attributes), INDENT)
    whole = [*before, last + attributes]
    yield f"{word} {whole[0]}"
    yield from whole[1:]


NATIVE = Language(
    "native",
    FORMS,
    exact_number,
    NAMES,
    lines,
    {
        operation: ListForm(operation.entry.names[0] + "(", ", ", ")")
        for operation in (Operation.MINIMUM, Operation.MAXIMUM, Operation.ARGMAX)
    },
    declares=frozenset({"formats", "ranges", "errors", "assumptions"}),
)
