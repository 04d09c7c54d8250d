"""Graphs as a function of Python for arrays of NumPy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from symhdl.functions.operation import Operation
from symhdl.printers.comments import comments
from symhdl.printers.forms import Form, Key, Level, call, calls, form
from symhdl.printers.infix import ARITHMETIC, powers
from symhdl.printers.language import Language, Program
from symhdl.printers.names import NameRules
from symhdl.printers.numbers import EXACT_IN_DOUBLE, Text, double, level_of
from symhdl.printers.python_text import CONDITIONS, INDENT, KEYWORDS, statement
from symhdl.printers.wrap import separated, wrap

NAME_OF_SEVERAL = "evaluate"  # the function that returns several values

FORMS: dict[Key, Form] = {
    **ARITHMETIC,
    **powers("**"),
    **CONDITIONS,
    Operation.NOT: call("np.logical_not"),  # of a comparison of plain floats `~` is -1 or -2
    **calls("numpy"),
    Operation.MINIMUM: call("np.minimum", 2),
    Operation.MAXIMUM: call("np.maximum", 2),
    Operation.PI: form(Level.ATOM, "np.pi"),
    Operation.E: form(Level.ATOM, "np.e"),
    Operation.INVERSE: form(Level.PRODUCT, "1/$0", Level.UNARY),
}

NAMES = NameRules(
    "Python", re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,100}"), KEYWORDS | {"np", "erf", "erfc"}
)


def number(value: Fraction) -> Text:
    """A constant; whole numbers that arrays of integers cannot take, and negative ones, are written as floats."""
    found = double(value)
    if isinstance(found, Fraction):
        return str(found), Level.SIGNED if value < 0 else Level.PRODUCT
    is_whole = not set(found) & set(".e")
    text = f"{found}.0" if is_whole and not 0 <= value <= EXACT_IN_DOUBLE else found
    return text, level_of(text)


def layout(program: Program) -> Iterator[str]:
    """Imports and the function."""
    yield "import numpy as np"
    special = [name for name in ("erf", "erfc") if f"{name}(" in program.used_pieces()]
    if special:
        yield f"from scipy.special import {', '.join(special)}"
    is_single = len(program.results) == 1
    name = program.results[0].name if is_single else NAME_OF_SEVERAL
    yield from ("", "")
    first, *others = wrap([*separated(program.inputs), "):"], len(f"def {name}("), INDENT * 2)
    yield f"def {name}({first}"
    yield from others
    yield from _docstring(program)
    for part in program.parts:
        yield from statement(f"{part.name} = ", part.pieces, INDENT)
    if is_single:
        yield from statement("return ", program.results[0].pieces, INDENT)
        return
    for result in program.results:
        yield from statement(f"{result.name} = ", result.pieces, INDENT)
    yield from statement("return ", separated(program.outputs), INDENT)


def _docstring(program: Program) -> Iterator[str]:
    """What the names mean and which values they have; none where nothing is to be said."""
    lines = list(comments(program))
    if len(lines) == 1:
        yield f'{INDENT}"""{lines[0]}"""'
    elif lines:
        yield f'{INDENT}"""{lines[0]}'
        yield from (INDENT + line for line in lines[1:])
        yield f'{INDENT}"""'


NUMPY = Language(
    "numpy",
    FORMS,
    number,
    NAMES,
    layout,
    has_truth=True,
    is_floating=True,
    outputs_are_parts=False,
    declares=frozenset({"formats", "ranges", "errors"}),
)
