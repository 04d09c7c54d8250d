"""What is decided by trying: which bars of `|x|` open and which close, and whether cases leave nothing out."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from symhdl.functions.operation import Operation
from symhdl.grammar.syntax import Form, Term
from symhdl.numeric.literal import read_literal

MAXIMUM_DEPTH = 10  # of bars in bars; deeper ones nobody can tell apart
MAXIMUM_COMPARED = 100  # names and numbers in all conditions together

_VALUE_STARTS = frozenset(["", "FUNCTION", "SIGN", "BAR"])
_VALUE_ENDS = frozenset(["", "SUP", "SUB", "BAR"])
_RELATIONS: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


class _Way(NamedTuple):
    """How many bars are open and whether the last one opened; the number of ways to that and the last of them."""

    depth: int
    has_opened: bool
    ways: int
    before: _Way | None


def pairing(types: Sequence[str]) -> list[bool] | None:
    """For every bar among tokens and values, which have no type, whether it opens.

    None if there is no way to pair the bars, or more than one. Bars stand directly inside of bars only where nothing
    else is possible.
    """
    around = list(zip(["-", *types], types, [*types[1:], "-"], strict=False))
    for are_doubled in (False, True):
        found = {(0, False): _Way(0, False, 1, None)}
        for before, type, after in around:
            following: dict[tuple[int, bool], _Way] = {}
            for way in found.values() if type == "BAR" else ():
                for state in _moves(way, before, after, are_doubled):
                    ways = way.ways + (following[state].ways if state in following else 0)
                    following[state] = _Way(*state, min(2, ways), way)
            found = following if type == "BAR" else found
        current = found.get((0, False))
        if current is not None:
            opens = []
            is_clear = current.ways == 1
            while current.before is not None:
                opens.append(current.has_opened)
                current = current.before
            return opens[::-1] if is_clear else None
    return None


def _moves(way: _Way, before: str, after: str, are_doubled: bool) -> Iterator[tuple[int, bool]]:
    """How many bars are open behind one more, and whether it opens."""
    is_behind_open = before == "BAR" and way.has_opened
    may_open = after in _VALUE_STARTS and (are_doubled or not is_behind_open)
    if may_open and way.depth < MAXIMUM_DEPTH:
        yield way.depth + 1, True
    if before in _VALUE_ENDS and way.depth > 0 and not is_behind_open:
        yield way.depth - 1, False


def are_complete(conditions: Sequence[Term]) -> bool:
    """Whether one of the conditions always holds.

    It is found out where they compare one name with numbers: they are decided at every number and between any two.
    """
    compared = [operand for condition in conditions for operand in condition.operands]
    names = {operand.text for operand in compared if operand.head is Form.NAME}
    numbers = [_number(operand) for operand in compared if operand.head is not Form.NAME]
    sizes = {Fraction(0), *(number for number in numbers if number is not None)}
    are_comparisons = all(condition.head is Form.COMPARISON for condition in conditions)
    if (
        None in numbers
        or len(names) != 1
        or len(compared) > MAXIMUM_COMPARED
        or not are_comparisons
    ):
        return False
    points = [min(sizes) - 1, *sorted(sizes), max(sizes) + 1]
    points += [(low + high) / 2 for low, high in pairwise(points)]
    return all(any(_holds(condition, point) for condition in conditions) for point in points)


def _number(term: Term) -> Fraction | None:
    """The value of a number, perhaps with a minus in front."""
    if term.head is Operation.NEGATE and term.operands[0].head is Form.NUMBER:
        value = _number(term.operands[0])
        return None if value is None else -value
    found = read_literal(term.text) if term.head is Form.NUMBER else ""
    return None if isinstance(found, str) else found


def _holds(condition: Term, point: Fraction) -> bool:
    values = (_number(o) for o in condition.operands)
    pairs = pairwise(point if value is None else value for value in values)
    relations = (_RELATIONS[relation] for relation in condition.text.split())
    return all(holds(*pair) for holds, pair in zip(relations, pairs, strict=True))
