"""Products with one constant in the fewest adders, as far as four of them go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from symhdl.numeric.digits import digit_count, low_zeros

MOST_DIGITS = 8
"""No constant of more signed digits is made by adders of which only three stand one after the other."""
MOST_BITS = 20
"""Of the constants that are looked for; of longer ones hardly any is made by four adders."""
SIZES = (12, 16, MOST_BITS)
"""Up to how many bits all multiples of two adders are known together."""
KEY_BITS = 2 * MOST_BITS + 2


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


Integers = NDArray[np.int64]
Steps = tuple[Step, ...]
"""Steps in an order in which they can be carried out; the last one makes the constant."""


def adder_graph(odd: int) -> Steps | None:
    """The adders of the product with a positive odd constant, if four or fewer do, and fewer than by its digits.

    It is the one with the fewest adders, then the fewest bits of adders, of the graphs at most three adders deep in
    which no sum is shifted to the right (Dempster and Macleod, "Constant integer multiplication using minimum adders",
    1994). The last adder is found backwards: one of its terms is taken from all multiples of two adders, and the rest
    is looked up.
    """
    if odd.bit_length() > MOST_BITS or not 3 < digit_count(odd) <= MOST_DIGITS:
        return None
    return _fewest(odd)


@lru_cache(maxsize=1 << 12)
def _fewest(odd: int) -> Steps | None:
    multiples = _multiples(next(size for size in SIZES if size >= odd.bit_length()))
    if odd in multiples.of_two:
        return min(multiples.of_two[odd].values(), key=_cost)
    if digit_count(odd) == 4:
        return None
    ways = _last_adders(odd, multiples)
    best = min(ways, key=_cost, default=None)
    return best if best is not None and len(best) < digit_count(odd) - 1 else None


def _cost(steps: Steps) -> tuple[int, int, Steps]:
    return len(steps), sum(step.bits for step in steps), steps


def _sums(first: int, second: int, most: int) -> Iterator[Step]:
    """All odd multiples of no more bits than `most` that one adder makes of two of them."""
    for shift in range(1, most + 1):
        power = 1 << shift
        pairs = ((power, 1), (power, -1), (1, power), (1, -power))
        for left, right in pairs[: 2 if first == second else 4]:
            value = left * first + right * second
            if value < 0:
                left, right, value = -left, -right, -value
            if 1 < value < 1 << most:
                yield Step(value, ((left, first), (right, second)))


@dataclass(frozen=True, slots=True)
class _Multiples:
    """The best ways to all multiples of one adder, and of two for each first one.

    `keys` tell which multiples stand beside which first one: 1, that itself, those that another adder makes of it, and
    those of one adder; in order, and as one number each, the place of the first one above the bits of the multiple.
    """

    of_one: dict[int, Steps]
    of_two: dict[int, dict[int, Steps]]
    firsts: tuple[int, ...]
    keys: Integers


@lru_cache(maxsize=len(SIZES))
def _multiples(most: int) -> _Multiples:
    """Those of no more bits than `most`."""
    of_one: dict[int, Steps] = {}
    for step in _sums(1, 1, most):
        of_one[step.value] = min(of_one.get(step.value, (step,)), (step,), key=_cost)
    of_two: dict[int, dict[int, Steps]] = {}
    keys: set[int] = set()
    for place, (first, steps) in enumerate(of_one.items()):
        keys.update((place << KEY_BITS) + value for value in (1, *of_one))
        for other in (1, first):
            for step in _sums(first, other, most):
                ways = of_two.setdefault(step.value, {})
                way = (*steps, step)
                ways[first] = min(ways.get(first, way), way, key=_cost)
                keys.add((place << KEY_BITS) + step.value)
    return _Multiples(of_one, of_two, tuple(of_one), np.array(sorted(keys), dtype=np.int64))


def _last_adders(odd: int, multiples: _Multiples) -> Iterator[Steps]:
    """Ways to a constant: the sums of two multiples that stand beside one first one, shifted or not."""
    keys = multiples.keys
    places, values = keys >> KEY_BITS, keys & ((1 << KEY_BITS) - 1)
    weights = np.array([s << k for k in range(odd.bit_length() + 1) for s in (1, -1)], np.int64)
    rests = odd - values[:, None] * weights
    low = rests & -rests
    outers = np.abs(rests) // np.maximum(low, 1)
    wanted = (places[:, None] << KEY_BITS) + outers
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    is_way = (keys[at] == wanted) & ((np.abs(weights) == 1) | (low == 1)) & (rests != 0)
    for row, column in np.argwhere(is_way).tolist():
        first = multiples.firsts[int(places[row])]
        inner, weight = int(values[row]), int(weights[column])
        outer = int(outers[row, column])
        last = Step(odd, ((weight, inner), (int(rests[row, column]) // outer, outer)))
        steps = dict.fromkeys((*_way(inner, first, multiples), *_way(outer, first, multiples)))
        yield (*steps, last)


def _way(value: int, first: int, multiples: _Multiples) -> Steps:
    """The steps to a multiple that stands beside a first one."""
    if value == 1:
        return ()
    return multiples.of_one.get(value) or multiples.of_two[value][first]
