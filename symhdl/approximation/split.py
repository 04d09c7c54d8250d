"""Neighbouring ranges with an approximation each, where no single method serves the whole range.

Each part sees its argument held within its own range, so that its proof applies whatever the other part does. The
error is the largest of the parts' errors.
"""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import structs

from symhdl.approximation.approximation import Approximation
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.approximation.witness import ApproximationWitness, Way
from symhdl.ir.builder import DatapathBuilder


@dataclass(frozen=True, slots=True)
class SplitPart:
    """An approximation for minimum <= n <= maximum."""

    minimum: int
    maximum: int
    approximation: Approximation


@dataclass(frozen=True, slots=True)
class Split(Approximation):
    """The part in whose range the argument lies; the parts are in ascending order."""

    parts: tuple[SplitPart, ...]

    def build(self, builder: DatapathBuilder, argument: int) -> int:
        """The cells of all parts and the choice among them."""
        low, high = builder.range(argument)
        result: int | None = None
        for part in self.parts:
            if part.minimum > high or part.maximum < low:
                continue
            held = builder.clamp(argument, part.minimum, part.maximum)
            value = builder.align(part.approximation.build(builder, held), self.fraction)
            if result is None:
                result = value
                continue
            start = builder.constant(part.minimum, builder.fraction(argument))
            is_below = builder.part(builder.less(argument, start), "is_below")
            result = builder.select(is_below, result, value)
        assert result is not None, "an argument outside of an approximation; please report this"
        return result

    def witness(self, function: SmoothFunction) -> ApproximationWitness:
        """Those of the parts."""
        inner = tuple(part.approximation.witness(function) for part in self.parts)
        argument = self.specification.argument
        return ApproximationWitness(
            self.error, Way.PARTS, function.name, argument, self.fraction, inner=inner
        )


def joined(parts: tuple[SplitPart, ...]) -> Split:
    """The approximation of all parts together."""
    members = [part.approximation for part in parts]
    fraction = max(member.fraction for member in members)
    minimum = min(member.minimum << (fraction - member.fraction) for member in members)
    maximum = max(member.maximum << (fraction - member.fraction) for member in members)
    methods = " | ".join(dict.fromkeys(member.method for member in members))
    worst = max(member.error for member in members)
    whole = structs.replace(members[0].specification, maximum=parts[-1].maximum, error=worst)
    return Split(whole, f"split {methods}", fraction, minimum, maximum, worst, parts)
