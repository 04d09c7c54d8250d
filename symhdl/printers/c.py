"""Graphs as a function of C99 in double precision."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from symhdl.functions.operation import Operation
from symhdl.names.reserved import C_LIBRARY_FUNCTIONS
from symhdl.printers.comments import comments
from symhdl.printers.forms import Form, Idiom, Key, Level, calls, form, written_names
from symhdl.printers.infix import ARITHMETIC
from symhdl.printers.language import Language, Program
from symhdl.printers.names import SUFFIX_OF_RESERVED, NameRules
from symhdl.printers.numbers import Text, double, level_of
from symhdl.printers.wrap import separated, wrap

INDENT = "    "
NAME_OF_SEVERAL = "evaluate"  # the function that hands out several values

FORMS: dict[Key, Form] = {
    **ARITHMETIC,
    **calls("c"),
    Operation.MINIMUM: form(Level.ATOM, "fmin($0, $1)"),
    Operation.MAXIMUM: form(Level.ATOM, "fmax($0, $1)"),
    Operation.SQUARE: form(Level.ATOM, "pow($0, 2.0)"),
    Operation.CUBE: form(Level.ATOM, "pow($0, 3.0)"),
    Idiom.SQUARE_OF_NAME: form(Level.PRODUCT, "$0*$0", Level.ATOM, Level.ATOM),
    Idiom.CUBE_OF_NAME: form(Level.PRODUCT, "$0*$0*$0", Level.ATOM, Level.ATOM, Level.ATOM),
    Operation.PI: form(Level.ATOM, "acos(-1.0)"),
    Operation.E: form(Level.ATOM, "exp(1.0)"),
    Operation.INVERSE: form(Level.PRODUCT, "1.0/$0", Level.UNARY),
    Operation.NOT: form(Level.UNARY, "!$0", Level.UNARY),
    Operation.AND: form(Level.AND, "$0 && $1", Level.AND, Level.AND),
    Operation.OR: form(Level.OR, "$0 || $1", Level.OR, Level.OR),
    Operation.SELECT: form(Level.CHOICE, "$0 ? $1 : $2", Level.OR, Level.OR, Level.CHOICE),
}

_WORDS = """
auto break case char const continue default do double else enum extern float for goto if inline int long register
restrict return short signed sizeof static struct switch typedef union unsigned void volatile while _Bool _Complex
_Imaginary main bool true false NULL INFINITY NAN M_PI M_E HUGE_VAL I asm typeof
class new delete this template operator private public protected namespace using try catch throw and or not xor
fmin fmax fmod
"""
NAMES = NameRules(
    "C",
    re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}"),
    frozenset(_WORDS.split()) | frozenset(written_names("c").values()),
)


def number(value: Fraction) -> Text:
    """A constant of the type double; never a quotient of integers, which C would cut."""
    found = double(value)
    if isinstance(found, Fraction):
        text = f"{found.numerator}.0/{found.denominator}.0"
        return text, Level.SIGNED if value < 0 else Level.PRODUCT
    text = found if set(found) & set(".e") else found + ".0"
    return text, level_of(text)


def layout(program: Program) -> Iterator[str]:
    """The function."""
    yield "#include <math.h>"
    yield ""
    for comment in comments(program):
        yield f"/* {comment} */"
    yield from _heading(program)
    yield "{"
    for part in program.parts:
        kind = "int" if part.is_truth else "double"
        yield from _statement(f"const {kind} {part.name} = ", part.pieces)
    if len(program.results) == 1:
        yield from _statement("return ", program.results[0].pieces)
    else:
        for result in program.results:
            yield from _statement(f"*{result.name} = ", result.pieces)
    yield "}"


def _heading(program: Program) -> Iterator[str]:
    """Type, name and parameters; several results are handed out through pointers."""
    parameters = [f"double {name}" for name in program.inputs]
    if len(program.results) == 1:
        name = program.results[0].name
        start = f"double {name}{SUFFIX_OF_RESERVED if name in C_LIBRARY_FUNCTIONS else ''}("
    else:
        parameters += [f"double *{result.name}" for result in program.results]
        start = f"void {NAME_OF_SEVERAL}("
    pieces = [*separated(parameters or ["void"]), ")"]
    first, *others = wrap(pieces, len(start), " " * len(start))
    yield start + first
    yield from others


def _statement(start: str, pieces: tuple[str, ...]) -> Iterator[str]:
    first, *others = wrap([*pieces, ";"], len(INDENT) + len(start), 2 * INDENT)
    yield INDENT + start + first
    yield from others


C = Language(
    "c",
    FORMS,
    number,
    NAMES,
    layout,
    has_truth=True,
    is_floating=True,
    outputs_are_parts=False,
    declares=frozenset({"formats", "ranges", "errors"}),
)
