"""Graphs as SymPy text: one expression where it stays short, otherwise lines that name its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from symhdl.functions.operation import Operation
from symhdl.printers.forms import (
    ChainForm,
    Form,
    Idiom,
    Key,
    Level,
    ListForm,
    calls,
    form,
)
from symhdl.printers.infix import REGROUPED, powers
from symhdl.printers.language import Language, Program
from symhdl.printers.names import NameRules
from symhdl.printers.numbers import Text, decimal, level_of
from symhdl.printers.python_text import CONDITIONS, KEYWORDS, statement

_SHORT = 200  # operations that are written as one expression, even if some are repeated

# What SymPy gives a meaning of its own when it reads text.
_RESERVED = """
Abs And E Eq Ge Gt Heaviside I Integer Float ITE Le Lt Max Min Mod N Ne Not O Or Piecewise Pow Q Rational S Symbol Xor
acos acosh arg asin asinh atan atan2 atanh beta binomial cbrt ceiling cos cosh cot coth csc diff div erf erfc euler
exp factor factorial false floor frac gamma im integrate lambda limit log ln nan oo pi pow re root round sec sech sign
simplify sin sinc sinh solve sqrt sum symbols tan tanh test true zeta zoo
"""
NAMES = NameRules(
    "SymPy text",
    re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,100}"),
    frozenset(_RESERVED.split()) | KEYWORDS,
)

FORMS: dict[Key, Form] = {
    **REGROUPED,
    **powers("**"),
    **CONDITIONS,
    **calls("sympy"),
    Idiom.UNEQUAL: form(Level.ATOM, "Ne($0, $1)"),  # SymPy compares with `!=` at once, as texts
    Operation.PI: form(Level.ATOM, "pi"),
    Operation.E: form(Level.ATOM, "E"),
    Operation.INVERSE: form(Level.PRODUCT, "1/$0", Level.UNARY),
}


def number(value: Fraction) -> Text:
    """A decimal, or `Rational(p, q)`: Python would make a quotient of integers a float."""
    text = decimal(value)
    if text is not None:
        return text, level_of(text)
    if value.denominator == 1:
        return str(value), level_of(str(value))
    return f"Rational({value.numerator}, {value.denominator})", Level.ATOM


def layout(program: Program) -> Iterator[str]:
    """A bare expression, or lines of definitions; Python wants brackets around what goes on."""
    if len(program.assignments) == 1:
        yield "".join(program.assignments[0].pieces)
        return
    for assignment in program.assignments:
        yield from statement(f"{assignment.name} = ", assignment.pieces)


SYMPY = Language(
    "sympy",
    FORMS,
    number,
    NAMES,
    layout,
    {
        Operation.MINIMUM: ListForm("Min(", ", ", ")"),
        Operation.MAXIMUM: ListForm("Max(", ", ", ")"),
    },
    ChainForm("Piecewise(", "($1, $0)", ", ", ", ($0, True))"),
    has_truth=True,
    outputs_are_parts=False,
    largest_repeated=_SHORT,
)
