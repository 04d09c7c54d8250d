"""All identities, by the level of optimisation that uses them."""

import itertools

from symhdl.rules import arithmetic, factoring, functions, logic
from symhdl.rules.exchanges import EXCHANGES
from symhdl.rules.removable import REMOVABLE
from symhdl.rules.rule import Rule

LEVEL_1: tuple[Rule, ...] = (
    *arithmetic.SUMS,
    *arithmetic.PRODUCTS,
    *arithmetic.QUOTIENTS,
    *arithmetic.POWERS,
    *arithmetic.ROOTS,
    *functions.EXPONENTIALS,
    *functions.CIRCULAR,
    *functions.HYPERBOLIC,
    *functions.SYMMETRIES,
    *logic.EXTREMA,
    *logic.CHOICES,
    *logic.LOGIC,
    *logic.COMPARISONS,
    *logic.WHOLE,
)
"""Never more hardware than before, and never another domain."""

LEVEL_2: tuple[Rule, ...] = (*factoring.FACTORS, *factoring.LOGARITHMS)
"""A multiplier or a function less, at the price of something smaller; never another domain."""

ALL = (*LEVEL_1, *LEVEL_2, *REMOVABLE, *itertools.chain(*EXCHANGES))
RULES: dict[str, Rule] = {rule.name: rule for rule in ALL}
"""Every identity by its name."""

assert len(RULES) == len(ALL), "two rules of one name"


def rules_of_level(level: int, removable: bool = False) -> tuple[Rule, ...]:
    """The identities that an optimisation level uses; on demand those that fill holes of the domain."""
    rules: tuple[Rule, ...] = ()
    if level >= 1:
        rules += LEVEL_1
    if level >= 2:
        rules += LEVEL_2
    return rules + REMOVABLE if removable else rules
