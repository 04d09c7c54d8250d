"""Functions that are much alike: of a design that has very many, one of each kind is estimated."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from symhdl.approximation import SmoothFunction, Specification
from symhdl.functions.composite import Composite, Step

MANY_FUNCTIONS = 100
"""In a design; beyond, each is searched for briefly, and estimated as others of its kind."""

Estimate = Callable[[SmoothFunction, Specification], float]
"""What a function is worth."""


@dataclass(frozen=True, slots=True)
class Alike:
    """What functions are worth, by their kinds: numbers of one kind differ by less than an octave."""

    estimate: Estimate
    known: dict[Hashable, float] = field(default_factory=dict)

    def worth(self, function: SmoothFunction, specification: Specification) -> float:
        """That of the first that was asked for of its kind."""
        key = (
            _kind(function), specification.span.bit_length(), specification.fraction,
            math.frexp(specification.error)[1], specification.result,
        )  # fmt: skip
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = self.estimate(function, specification)
        return found


def _kind(function: SmoothFunction) -> Hashable:
    if isinstance(function, Composite):
        return tuple(map(_kind_of_step, function.steps))
    return function.name


def _kind_of_step(step: Step) -> Hashable:
    if step.value is not None:
        mantissa, exponent = math.frexp(step.value)
        return mantissa > 0, exponent
    return step.operation, step.operands, None if step.function is None else step.function.name
