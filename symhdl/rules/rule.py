"""What an algebraic identity is, and the words in which its side conditions are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from symhdl.rules.facts import NEGATIVE, POSITIVE, Fact, Facts, holds
from symhdl.rules.pattern import Match, Pattern, parse

ONCE = True
"""For `Rule.once`, where the name reads better than the value."""

FACTS: dict[str, Facts] = {
    "total": Fact.TOTAL,
    "nonnegative": Fact.NONNEGATIVE,
    "nonpositive": Fact.NONPOSITIVE,
    "positive": POSITIVE,
    "negative": NEGATIVE,
    "nonzero": Fact.NONZERO,
    "boolean": Fact.BOOLEAN,
}
"""Conditions on any variable."""

NUMBERS: dict[str, Callable[[Fraction], bool]] = {
    "integer": lambda value: value.denominator == 1,
    "even": lambda value: value % 2 == 0,
    "odd": lambda value: value % 2 == 1,
    "large": lambda value: value >= 1,
}
"""Conditions on the value of a constant; `large` is at least 1."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`left` may be replaced by `right` under the conditions `when`, each a word and a variable.

    Wherever the left side has a value, the right side has the same; except for rules of the group `removable`
    the right side has a value nowhere else. With `once`, the operations inside the left side must serve nothing
    else: the rule pays only if they go away.
    """

    name: str
    left: str
    right: str
    when: tuple[str, ...] = ()
    once: bool = False

    @property
    def pattern(self) -> Pattern:
        """The left side, read."""
        return parse(self.left)

    @property
    def replacement(self) -> Pattern:
        """The right side, read."""
        return parse(self.right)

    @property
    def conditions(self) -> tuple[tuple[str, str], ...]:
        """The side conditions as pairs of a word and a variable."""
        return _pairs(self.when)


@cache
def _pairs(when: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    pairs = (condition.split() for condition in when)
    return tuple((word, variable) for word, variable in pairs)


def permitted(
    rule: Rule,
    match: Match,
    facts: Callable[[int], Facts],
    values: Callable[[int], Fraction | None],
) -> bool:
    """Whether the side conditions hold for the nodes that the variables stand for."""
    for word, variable in rule.conditions:
        index = match.variables[variable]
        if word in FACTS:
            if not holds(facts(index), FACTS[word]):
                return False
        else:
            value = values(index)
            if value is None or not NUMBERS[word](value):
                return False
    return True
