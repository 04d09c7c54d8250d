"""What users ask of a design on rows of data: a measure, and the value that it must reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from symhdl.arguments import Number, fraction_of, positive_of, share_of, unfit
from symhdl.choices import ERRORS_ON_DATA, SHARES_ON_DATA
from symhdl.errors import error

HELP = "write --goal rms=1e-3, max=0.01, agreement=97%, accuracy=0.74 or auc=0.9"

SMALLEST, LARGEST = Fraction(1, 2**500), Fraction(2**500)
"""Errors that may be asked for: beyond them squares in double precision say nothing."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What a design must reach on rows of data.

    `measure` is "rms" or "max", the error of the worst output, "agreement", the share of the rows whose class is that
    of the real expressions, "accuracy" or "auc" against labels, or a function of computed outputs (an array of rows x
    outputs) and of `symhdl.empirical.samples.Samples`, which gives a number. That is at least, or at most, so large.
    """

    measure: str | Callable[..., float]
    at_least: Number | None = None
    at_most: Number | None = None

    @property
    def name(self) -> str:
        """What messages call the measure."""
        if isinstance(self.measure, str):
            return self.measure
        return str(getattr(self.measure, "__name__", type(self.measure).__name__))

    @property
    def value(self) -> Fraction:
        """What is asked, as `goal_of` leaves it."""
        value = self.at_most if self.at_least is None else self.at_least
        assert isinstance(value, Fraction), "a goal that was not read; please report this"
        return value


def goal_of(what: str, value: object) -> Goal:
    """The goal, which may be given as `agreement=0.97` or as a dict, with its value as a fraction."""
    if isinstance(value, str):
        name, equals, amount = value.partition("=")
        if not equals:
            raise unfit(what, value, "NAME=VALUE", HELP)
        return _named(what, name.strip(), amount.strip())
    if isinstance(value, Mapping):
        if len(value) != 1:
            raise error("bad-argument", f"{what} has {len(value)} entries", help="give one goal")
        ((key, amount),) = value.items()
        return _named(what, key, amount)
    if not isinstance(value, Goal):
        raise unfit(what, value, "a symhdl.Goal", HELP)
    given = [each for each in (value.at_least, value.at_most) if each is not None]
    if len(given) != 1:
        raise error("bad-argument", f"{what} needs one of at_least and at_most")
    if not callable(value.measure):
        found = _named(what, value.measure, given[0])
        if (found.at_least is None) != (value.at_least is None):
            least = "at_most" if found.at_least is None else "at_least"
            raise error("bad-argument", f"{what}: {found.name} is a goal with {least}")
        return found
    bound = fraction_of(what, given[0])
    return (
        Goal(value.measure, at_least=bound)
        if value.at_most is None
        else Goal(value.measure, at_most=bound)
    )


def _named(what: str, name: object, amount: object) -> Goal:
    """The goal of a measure by its name."""
    if name in ERRORS_ON_DATA:
        bound = positive_of(f"{what} {name}", amount)
        if not SMALLEST <= bound <= LARGEST:
            raise unfit(f"{what} {name}", amount, "a number between 2^-500 and 2^500")
        return Goal(str(name), at_most=bound)
    if name not in SHARES_ON_DATA:
        known = ", ".join((*ERRORS_ON_DATA, *SHARES_ON_DATA))
        raise unfit(f"the measure of {what}", name, f"one of {known}", HELP)
    share = share_of(f"{what} {name}", amount)
    if not 0 < share <= 1:
        raise unfit(f"{what} {name}", amount, "a share above 0, at most 1", "write 0.97 or 97%")
    return Goal(str(name), at_least=share)
