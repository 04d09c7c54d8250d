"""Distinctions of cases that end without `otherwise`: whether their conditions leave nothing out."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from symhdl.functions.operation import Operation
from symhdl.grammar.syntax import Form, Term, postorder
from symhdl.numeric.literal import read_literal

MAXIMUM_CONDITION = 200  # operations in all conditions together

ALWAYS = ("True", "true")

Value = Fraction | bool


def complete_cases(operands: Sequence[Term]) -> list[Term] | None:
    """list[Value] and conditions by turns, the last value without one; None if some case is left open.

    If no case says `otherwise`, the conditions must be about one name and constants. Then they are decided at every
    constant and between any two, which shows whether one of them always holds.
    """
    if len(operands) % 2 == 1:
        return list(operands)
    if operands[-1].head is Form.NAME and operands[-1].text in ALWAYS:
        return list(operands[:-1])
    conditions = [postorder(condition) for condition in operands[1::2]]
    return list(operands[:-1]) if _are_complete(conditions) else None


def _are_complete(conditions: Sequence[Sequence[Term]]) -> bool:
    terms = [term for condition in conditions for term in condition]
    names = {term.text for term in terms if term.head is Form.NAME}
    if len(names) != 1 or len(terms) > MAXIMUM_CONDITION:
        return False
    if not all(_is_simple(term) for term in terms):
        return False
    constants = sorted({abs(v) for t in terms if (v := _number(t)) is not None} | {Fraction(0)})
    points = sorted({sign * value for value in constants for sign in (1, -1)})
    points = [points[0] - 1, *points, points[-1] + 1]
    points += [(low + high) / 2 for low, high in pairwise(points)]
    return all(any(_holds(condition, point) for condition in conditions) for point in points)


def _is_simple(term: Term) -> bool:
    """Names and constants compared; nothing is computed with the name."""
    if term.head is Form.COMPARISON or term.head is Operation.NEGATE:
        kinds = (Form.NAME, Form.NUMBER) if term.head is Form.COMPARISON else (Form.NUMBER,)
        return all(o.head in kinds or o.head is Operation.NEGATE for o in term.operands)
    if term.head in (Operation.AND, Operation.OR, Operation.NOT):
        return all(
            o.head in (Form.COMPARISON, Operation.AND, Operation.OR, Operation.NOT)
            for o in term.operands
        )
    return term.head is Form.NAME or _number(term) is not None


def _number(term: Term) -> Fraction | None:
    if term.head is not Form.NUMBER:
        return None
    value = read_literal(term.text)
    return None if isinstance(value, str) else value


def _holds(condition: Sequence[Term], point: Fraction) -> bool:
    values: list[Value] = []
    for term in condition:
        first = len(values) - len(term.operands)
        values[first:] = [_value(term, values[first:], point)]
    return bool(values[0])


def _value(term: Term, operands: list[Value], point: Fraction) -> Value:
    number = _number(term)
    if number is not None:
        return number
    if term.head is Form.NAME:
        return point
    if term.head is Operation.NEGATE:
        return -Fraction(operands[0])
    if term.head is Operation.NOT:
        return not operands[0]
    if term.head in (Operation.AND, Operation.OR):
        return all(operands) if term.head is Operation.AND else any(operands)
    pairs = zip(term.text.split(), pairwise(operands), strict=True)
    return all(_compared(relation, *pair) for relation, pair in pairs)


def _compared(relation: str, left: Value, right: Value) -> bool:
    match relation:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
        case "==":
            return left == right
    return left != right
