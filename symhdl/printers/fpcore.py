"""Graphs as FPCore 2.0: a core for every output, ranges and assumptions as its precondition."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from symhdl.functions.operation import Operation
from symhdl.printers.comments import comments
from symhdl.printers.forms import Form, Idiom, Key, Level, form, written_names
from symhdl.printers.language import Language, Program
from symhdl.printers.names import NameRules
from symhdl.printers.numbers import exact_number
from symhdl.printers.wrap import separated, wrap

_OPERATORS: dict[Key, str] = {
    Operation.ADD: "+",
    Operation.SUBTRACT: "-",
    Operation.MULTIPLY: "*",
    Operation.DIVIDE: "/",
    Operation.MINIMUM: "fmin",
    Operation.MAXIMUM: "fmax",
    Operation.LESS: "<",
    Operation.LESS_EQUAL: "<=",
    Operation.EQUAL: "==",
    Idiom.UNEQUAL: "!=",
    Idiom.GREATER: ">",
    Idiom.GREATER_EQUAL: ">=",
    Operation.AND: "and",
    Operation.OR: "or",
}
_FUNCTIONS: dict[Operation, str] = {
    **written_names("fpcore"),
    Operation.NEGATE: "-",
    Operation.NOT: "not",
}


def _applied(name: str, arity: int) -> Form:
    return form(Level.ATOM, f"({name}{''.join(f' ${k}' for k in range(arity))})")


FORMS: dict[Key, Form] = {
    **{key: _applied(name, 2) for key, name in _OPERATORS.items()},
    **{operation: _applied(name, operation.arity) for operation, name in _FUNCTIONS.items()},
    Operation.PI: form(Level.ATOM, "PI"),
    Operation.E: form(Level.ATOM, "E"),
    Operation.INVERSE: form(Level.ATOM, "(/ 1 $0)"),
    Operation.SQUARE: form(Level.ATOM, "(pow $0 2)"),
    Operation.CUBE: form(Level.ATOM, "(pow $0 3)"),
    Idiom.SQUARE_OF_NAME: form(Level.ATOM, "(* $0 $0)"),
    Idiom.CUBE_OF_NAME: form(Level.ATOM, "(* $0 $0 $0)"),
    Operation.SELECT: form(Level.ATOM, "(if $0 $1 $2)"),
}

_WORDS = """
FPCore FPImp let let* while while* for for* tensor tensor* if cast array dim size ref digits fma trunc round nearbyint
fmod remainder fdim copysign tgamma lgamma isfinite isinf isnan isnormal signbit exp10 TRUE FALSE INFINITY NAN
E LOG2E LOG10E LN2 LN10 PI PI_2 PI_4 M_1_PI M_2_PI M_2_SQRTPI SQRT2 SQRT1_2 MAXFLOAT HUGE_VAL !
"""
NAMES = NameRules(
    "FPCore",
    re.compile(r"[A-Za-z~!@$%^&*_<>.?/=][A-Za-z0-9~!@$%^&*_<>.?/=:+-]{0,100}"),
    frozenset(_WORDS.split()) | set(_OPERATORS.values()) | set(_FUNCTIONS.values()),
)


def layout(program: Program) -> Iterator[str]:
    """The core."""
    for comment in comments(program, with_ranges=False):
        yield f"; {comment}"
    (result,) = program.results
    start = f"(FPCore {result.name} ("
    pieces = [*separated(program.inputs, " "), ")"]
    first, *others = wrap(pieces, len(start), " " * len(start))
    yield start + first
    yield from others
    yield from _precondition(program)
    if not program.parts:
        yield from _indented([*result.pieces, ")"], " ")
        return
    opening = " (let* ("
    for part in program.parts:
        is_last = part is program.parts[-1]
        pieces = [f"[{part.name} ", *part.pieces, "])" if is_last else "]"]
        first, *others = wrap(pieces, len(opening), " " * (len(opening) + 2))
        yield opening + first
        yield from others
        opening = " " * len(opening)
    yield from _indented([*result.pieces, "))"], "  ")


def _indented(pieces: list[str], indent: str) -> Iterator[str]:
    first, *others = wrap(pieces, len(indent), indent + "   ")
    yield indent + first
    yield from others


def _precondition(program: Program) -> Iterator[str]:
    """The ranges and what is assumed, as one condition."""
    conditions = [
        f"(<= {exact_number(declared.range[0])[0]} {name} {exact_number(declared.range[1])[0]})"
        for name, declared in zip(program.inputs, program.graph.inputs, strict=True)
        if declared.range is not None
    ]
    conditions += ["".join(pieces) for pieces in program.assumptions]
    if len(conditions) == 1:
        yield f" :pre {conditions[0]}"
    elif conditions:
        pieces = ["(and", *(f" {condition}" for condition in conditions), ")"]
        yield from _indented([":pre ", *pieces], " ")


def _number(value: Fraction) -> tuple[str, int]:
    """Decimals and quotients are numbers of FPCore; neither needs brackets."""
    return exact_number(value)[0], Level.ATOM


FPCORE = Language(
    "fpcore",
    FORMS,
    _number,
    NAMES,
    layout,
    signs=False,
    has_truth=True,
    is_floating=True,
    outputs_are_parts=False,
    splits_outputs=True,
    declares=frozenset({"formats", "ranges", "errors", "assumptions"}),
)
