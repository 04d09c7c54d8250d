"""Proves the witnesses of roots by digits again, from their JSON alone, and gives what such hardware does."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from tests.witnesses.distance import require, two

Document = Mapping[str, Any]
HALVES = {"cut": 0, "centred": -1, "rounded": 1}
FINE = 100  # bits behind the point of roots


def _digits(witness: Document) -> int:
    """The fractional digits."""
    return int(witness["fraction"]) + HALVES[witness["root"]["end"]]


def _squared_unit(witness: Document) -> Fraction:
    """That of the argument, in units of the last digit, squared."""
    return two(2 * _digits(witness) - witness["argument"]["fraction"])


def check_root(witness: Document) -> None:
    """Proves what the witness says of the square root; raises `RefutedError` where that fails."""
    root, argument = witness["root"], witness["argument"]
    require(witness["function"] == "sqrt", "digits of another function")
    require(argument["minimum"] >= 0 and root["raised"] >= 0, "a radicand below zero")
    require(0 <= root["bottom"] <= root["rows"] - 2, "no row without a cut")
    own, lowest = _squared_unit(witness), 4 ** root["bottom"]
    cuts = root["bottom"] + (lowest > own)
    require(root["given"] >= cuts, "a constant that gives back too little")
    require(sum(shares_of(witness).values()) == root["given"] * lowest, "shares beyond the rows")
    least, most = argument["minimum"] * own, argument["maximum"] * own
    gained = root["raised"] * own + root["given"] * lowest
    require(most + gained <= 4 ** root["rows"], "radicands beyond the digits")
    # q^2 <= x + gained, and x + raised < (q + 1)^2, both of them multiples of the lesser unit.
    above = _root(least + gained, 1) - _root(least, -1) if gained else Fraction(0)
    next_one = min(Fraction(1), own) + root["raised"] * own
    below = 1 - (_root(most + next_one, -1) - _root(most, 1))
    added = {"cut": (0, 0), "centred": (Fraction(1, 2), Fraction(1, 2)), "rounded": (0, 1)}
    first, last = added[root["end"]]
    unit = two(-_digits(witness))
    bound = Fraction(witness["bound"])
    require((above + last) * unit <= bound, "more is added than told")
    require((below - first) * unit <= bound, "more is lacking than told")


def _root(x: Fraction, side: int) -> Fraction:
    """A number above or below the root, by less than a little."""
    found = math.isqrt(math.floor(x * two(2 * FINE)))
    return Fraction(found + (side > 0 and x > 0), 1 << FINE)


def shares_of(witness: Document) -> dict[int, int]:
    """What rows give of the constant, by their weights, in squared units."""
    root = witness["root"]
    found: dict[int, int] = {}
    left = root["given"]
    for weight in range(root["bottom"], root["rows"] - 1):
        share = left if left <= 4 else left % 4
        if share:
            found[weight] = share << 2 * weight
        left = (left - share) // 4
    return found


def root_by_digits(witness: Document, n: int) -> int:
    """What the hardware makes of an integer, row for row, in squared units."""
    root, shares = witness["root"], shares_of(witness)
    lowest = two(2 * root["bottom"])
    left = math.floor((n + root["raised"]) * _squared_unit(witness) / lowest) * lowest
    total = 1 << root["rows"] - 1
    left -= total**2
    for weight in range(root["rows"] - 2, -1, -1):
        unit = max(lowest, two(2 * weight))  # what lies below is not there yet
        step = 1 if math.floor(left / unit) >= 0 else -1
        taken = step * 2 * total * 2**weight + 4**weight
        left += math.floor(-taken / lowest) * lowest + shares.get(weight, 0)
        total += step << weight
    digits = total - (left < 0)
    if root["end"] == "centred":
        return int(2 * digits + 1)
    return int(digits if root["end"] == "cut" else digits + 1 >> 1)
