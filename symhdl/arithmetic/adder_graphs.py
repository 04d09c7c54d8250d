"""Products with one constant in the fewest adders, as far as three of them go."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from symhdl.numeric.digits import digit_count, low_zeros, odd_part

MOST_DIGITS = 8
"""No constant of more signed digits is made by three adders."""
MOST_BITS = 24
"""Of the constants that are looked for; of longer ones hardly any is made by three adders."""
SIZES = (12, 16, 20, MOST_BITS)
"""Up to how many bits all constants of two adders are known together."""


class Step(NamedTuple):
    """An odd multiple of the operand as a sum of terms, weights +-2**k times odd multiples.

    Those are 1 or values of earlier steps.
    """

    value: int
    terms: tuple[tuple[int, int], ...]

    @property
    def bits(self) -> int:
        """How many bits the adder of two terms has beyond those of the operand.

        Low bits pass by where the other term has zeros, but not if a term without zeros is subtracted.
        """
        lowest = min(weight for weight, _ in self.terms)
        shifted = -lowest if lowest < 0 else max(weight for weight, _ in self.terms)
        return self.value.bit_length() - low_zeros(shifted)


Steps = tuple[Step, ...]
"""Steps in an order in which they can be carried out; the last one makes the constant."""


def adder_graph(odd: int) -> Steps | None:
    """The adders of the product with a positive odd constant, if three or fewer do, and fewer than by its digits.

    It is the one with the fewest adders, then the fewest bits of adders, of all graphs in which no sum is shifted to
    the right (Dempster and Macleod, "Constant integer multiplication using minimum adders", 1994). Three adders are
    searched for backwards: the last one has a term of which one adder at most makes the multiple.
    """
    if odd.bit_length() > MOST_BITS or not 3 < digit_count(odd) <= MOST_DIGITS:
        return None
    return _fewest(odd)


@lru_cache(maxsize=1 << 12)
def _fewest(odd: int) -> Steps | None:
    of_two = _of_two(next(size for size in SIZES if size >= odd.bit_length()))
    if odd in of_two:
        return min(of_two[odd].values(), key=_cost)
    return min(_of_three(odd, of_two), key=_cost, default=None) if digit_count(odd) > 4 else None


def _cost(steps: Steps) -> tuple[int, Steps]:
    return sum(step.bits for step in steps), steps


def _sums(first: int, second: int, most: int) -> Iterator[Step]:
    """All odd multiples of no more bits than `most` that one adder makes of two of them."""
    for shift in range(1, most + 1):
        power = 1 << shift
        for weights in ((power, 1), (power, -1), (1, power), (1, -power), (-power, 1), (-1, power)):
            value = weights[0] * first + weights[1] * second
            if 1 < value < 1 << most:
                yield Step(value, ((weights[0], first), (weights[1], second)))


@lru_cache(maxsize=len(SIZES))
def _of_one(most: int) -> dict[int, Steps]:
    """The multiples of one adder."""
    found: dict[int, Steps] = {}
    for step in _sums(1, 1, most):
        found[step.value] = min(found.get(step.value, (step,)), (step,), key=_cost)
    return found


@lru_cache(maxsize=len(SIZES))
def _of_two(most: int) -> dict[int, dict[int, Steps]]:
    """The multiples of two adders, and the best way to each for every first adder."""
    found: dict[int, dict[int, Steps]] = {}
    for inner, steps in _of_one(most).items():
        for other in (1, inner):
            for step in _sums(inner, other, most):
                ways = found.setdefault(step.value, {})
                way = (*steps, step)
                ways[inner] = min(ways.get(inner, way), way, key=_cost)
    return found


def _of_three(odd: int, of_two: dict[int, dict[int, Steps]]) -> Iterator[Steps]:
    """Ways to a constant in three adders.

    The last one adds a multiple of one adder at most to any other one, or is that of a factor 2**k +- 1.
    """
    most = odd.bit_length() + 1
    of_one = _of_one(next((size for size in SIZES if size >= most), MOST_BITS))
    for inner, before in ((1, ()), *of_one.items()):
        for shift in range(most + 1):
            for weight in (1 << shift, -1 << shift):
                rest = odd - weight * inner
                if not rest:
                    continue
                outer = odd_part(rest)
                last = Step(odd, ((weight, inner), (rest // outer, outer)))
                if min(abs(weight), abs(rest // outer)) > 1:
                    continue
                if inner == 1:
                    ways = of_two.get(outer, {}).values()
                    yield from ((*way, last) for way in ways)
                elif inner in of_two.get(outer, {}):
                    yield (*of_two[outer][inner], last)
                elif outer in of_one:
                    yield (*before, *of_one[outer], last)
    for step in of_one:
        factor, rest = divmod(odd, step)
        if not rest and factor in of_two:
            (left, _), (right, _) = of_one[step][0].terms
            last = Step(odd, ((left, factor), (right, factor)))
            yield from ((*way, last) for way in of_two[factor].values())
