"""What most infix languages write alike: sums, products, powers, relations."""

from __future__ import annotations

from symhdl.functions.operation import Operation
from symhdl.printers.forms import Form, Idiom, Key, Level, form

ARITHMETIC: dict[Key, Form] = {
    Operation.NEGATE: form(Level.SIGNED, "-$0", Level.PRODUCT),
    Operation.ADD: form(Level.SUM, "$0 + $1", Level.SUM, Level.PRODUCT),
    Operation.SUBTRACT: form(Level.SUM, "$0 - $1", Level.SUM, Level.PRODUCT),
    Operation.MULTIPLY: form(Level.PRODUCT, "$0*$1", Level.SIGNED, Level.UNARY),
    Operation.DIVIDE: form(Level.PRODUCT, "$0/$1", Level.SIGNED, Level.UNARY),
    Operation.LESS: form(Level.RELATION, "$0 < $1", Level.SUM, Level.SUM),
    Operation.LESS_EQUAL: form(Level.RELATION, "$0 <= $1", Level.SUM, Level.SUM),
    Operation.EQUAL: form(Level.RELATION, "$0 == $1", Level.SUM, Level.SUM),
    Idiom.UNEQUAL: form(Level.RELATION, "$0 != $1", Level.SUM, Level.SUM),
    Idiom.GREATER: form(Level.RELATION, "$0 > $1", Level.SUM, Level.SUM),
    Idiom.GREATER_EQUAL: form(Level.RELATION, "$0 >= $1", Level.SUM, Level.SUM),
}
"""In the order of evaluation that the graph has; in double precision another one has other values."""

REGROUPED: dict[Key, Form] = {
    **ARITHMETIC,
    Operation.ADD: form(Level.SUM, "$0 + $1", Level.SUM, Level.SUM),
    Operation.MULTIPLY: form(Level.PRODUCT, "$0*$1", Level.SIGNED, Level.PRODUCT),
}
"""For languages of real numbers, where the order of a sum does not matter."""


def powers(operator: str) -> dict[Key, Form]:
    """Powers by an operator that binds tighter than a minus in front."""
    return {
        Operation.POWER: form(Level.POWER, f"$0{operator}$1", Level.ATOM, Level.ATOM),
        Operation.SQUARE: form(Level.POWER, f"$0{operator}2", Level.ATOM),
        Operation.CUBE: form(Level.POWER, f"$0{operator}3", Level.ATOM),
    }
