"""Two numbers of which the larger one has few leading zeros: both are shifted by as many bits; their quotient stays.

Each shift is taken where the larger number has so many leading zeros, and the last ones are left: a shift takes a
choice of each bit of both numbers, and one that is half as long saves half as much behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symhdl.analysis.truncation import FactorWitness
from symhdl.ir.builder import DatapathBuilder

FEWEST_ZEROS = 5
"""That numbers may have for a shift to be tried: of 16 bits a third shift, by two, takes more than it saves."""


def shifts_to_try(larger: FactorWitness) -> Iterator[tuple[int, ...]]:
    """None, and one more each time, each half as long as the leading zeros that may be left."""
    shifts: tuple[int, ...] = ()
    yield shifts
    while (zeros := _zeros(scaled(larger, shifts))) >= FEWEST_ZEROS:
        shifts = (*shifts, -(-zeros // 2))
        yield shifts


def scaled(larger: FactorWitness, shifts: Sequence[int]) -> FactorWitness:
    """What the larger number may be behind shifts, unless it is 0."""
    least = max(1, larger.minimum)
    for shift in shifts:
        least = min(least << shift, limit(larger, shift))
    return FactorWitness(least, larger.maximum, larger.fraction) if shifts else larger


def limit(larger: FactorWitness, shift: int) -> int:
    """What the larger number is below where both are shifted, so that it is no more than before at most."""
    return 1 << max(0, (larger.maximum + 1).bit_length() - 1 - shift)


def shifted(
    builder: DatapathBuilder, smaller: int, larger: int, shifts: Sequence[int]
) -> tuple[int, int]:
    """The cells of both numbers, neither of which is negative, behind the shifts; the fractions are equal."""
    number = FactorWitness(*builder.range(larger), builder.fraction(larger))
    most_of_smaller = builder.range(smaller)[1]
    for shift in shifts:
        # The smaller number may have more leading zeros in its range, and is shifted by no fewer bits.
        most_of_smaller = min(most_of_smaller << shift, number.maximum)
        ends = most_of_smaller, number.maximum
        bound = builder.constant(limit(number, shift), number.fraction)
        is_small = builder.part(builder.less(larger, bound), "is_small")
        moved = []
        for cell, most in zip((smaller, larger), ends, strict=True):
            longer = builder.shift_left(cell, shift, builder.fraction(cell))
            chosen = builder.select(is_small, longer, cell)
            moved.append(builder.part(builder.narrow(chosen, 0, most), "shifted"))
        smaller, larger = moved
    return smaller, larger


def _zeros(larger: FactorWitness) -> int:
    """How many leading zeros a number may have that the largest one has not."""
    return larger.maximum.bit_length() - max(1, larger.minimum).bit_length()
