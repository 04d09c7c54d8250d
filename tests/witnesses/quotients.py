"""Proves the witnesses of quotients again, from their JSON alone, and gives what such hardware does."""

from __future__ import annotations

import math
from fractions import Fraction

from tests.witnesses.checker import Document
from tests.witnesses.distance import require, two


def check_division(witness: Document) -> None:
    """Proves what the witness of a quotient says; raises `RefutedError` where that fails."""
    divisor = witness["divisor"]
    require(0 < divisor["minimum"] <= divisor["maximum"], "a divisor that may be zero")
    least, most = (
        divisor[end] * two(witness["places"] - divisor["fraction"] - witness["fraction"])
        for end in ("minimum", "maximum")
    )
    constant, cuts = witness["constant"], _cuts(witness)
    require(constant >= cuts, "a constant that takes back too little")
    unit, reach = two(-witness["fraction"]), 1 << witness["rows"]
    low, high = (Fraction(witness[end]) / unit for end in ("minimum", "maximum"))
    require(-reach <= low and high + constant / least <= reach, "quotients beyond the digits")
    require(Fraction(witness["above"]) >= unit * constant / least, "more is added than told")
    lost = unit * (1 - (constant - cuts) / most)
    require(Fraction(witness["below"]) >= lost, "more is lacking than told")


def _cuts(witness: Document) -> int:
    """How many cuts may lose something less than a unit of a remainder, in rows and of the dividend."""
    lost = witness["places"] < witness["dividend"]["fraction"]
    return int(lost) + sum(
        not (_is_known(witness, weight) and _shift(witness, weight) >= 0)
        for weight in range(witness["rows"])
    )


def _is_known(witness: Document, weight: int) -> bool:
    return bool(weight == witness["rows"] - 1 and witness["dividend"]["minimum"] >= 0)


def _shift(witness: Document, weight: int) -> int:
    places = witness["places"] - witness["divisor"]["fraction"] - witness["fraction"]
    return int(places) + weight


def result_of_division(witness: Document, a: int, b: int) -> Fraction:
    """What the hardware makes of two integers."""
    remainder = math.floor(a * two(witness["places"] - witness["dividend"]["fraction"]))
    remainder += witness["constant"]
    total = Fraction(0)
    for weight in range(witness["rows"] - 1, -1, -1):
        multiple = math.floor(b * two(_shift(witness, weight)))
        is_whole = _shift(witness, weight) >= 0
        if _is_known(witness, weight):
            total, remainder = total + two(weight), remainder - multiple - (not is_whole)
        elif remainder >= 0:
            total, remainder = total + two(weight), remainder - multiple - 1
        else:
            total, remainder = total - two(weight), remainder + multiple
    total += Fraction(1, 2) if remainder >= 0 else -Fraction(1, 2)
    return math.floor(total) * two(-witness["fraction"])


def error_of_division(witness: Document, a: int, b: int) -> Fraction:
    dividend, divisor = (
        number * two(-witness[name]["fraction"])
        for name, number in (("dividend", a), ("divisor", b))
    )
    return result_of_division(witness, a, b) - dividend / divisor
