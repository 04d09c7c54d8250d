"""Proves the witnesses of truncated products again, from their JSON alone, and gives what such hardware does."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction

from tests.witnesses.checker import Document, bound_of
from tests.witnesses.distance import require, two

Range = tuple[int, int]


def check_truncation(witness: Document) -> None:
    """Proves what the witness of a truncated product says; raises `RefutedError` where that fails."""
    least, most = 0, 0
    lows = [multiple["low"] for multiple in witness["multiples"]]
    require(len(set(lows)) == len(lows), "a digit counts twice")
    expected = expected_lows(witness)
    require(set(lows) <= set(expected), "a digit that there is not")
    for low in expected:
        lacking = lacking_of(witness, low)
        least, most = least + lacking[0], most + lacking[1]
    added, natural = witness["constant"] << witness["bottom"], fraction_of(witness)
    require(least - added >= 0, "a product that is too large")
    unread = natural - witness["fraction"] - witness["bottom"]
    require(unread >= 0, "more bits than there are")
    cut = (1 << natural - witness["fraction"]) - (1 << witness["bottom"]) if unread else 0
    require((most - added + cut) * two(-natural) <= bound_of(witness), "more is lacking than told")


def is_square(witness: Document) -> bool:
    return len(witness["factors"]) == 1


def fraction_of(witness: Document) -> int:
    """That of the whole product."""
    total: int = sum(factor["fraction"] for factor in witness["factors"])
    return 2 * total if is_square(witness) else total


def range_of(factor: Document) -> Range:
    require(factor["minimum"] <= factor["maximum"], "an empty range")
    return factor["minimum"], factor["maximum"]


def expected_lows(witness: Document) -> Sequence[int]:
    """Where the digits begin."""
    if is_square(witness):
        rest: int = witness["rest"]
        require(rest > 0 and rest % 2 == 0, "a part of a digit")
        return range(0, rest, 2)
    low, high = range_of(witness["factors"][1])
    width = high.bit_length() if low >= 0 else max(high, ~low).bit_length() + 1
    return range(0, width, 2)


def lacking_of(witness: Document, low: int) -> Range:
    """Between which numbers lies what a multiple lacks, in units of the whole product's last place."""
    place = 2 * low if is_square(witness) else low
    found = [multiple for multiple in witness["multiples"] if multiple["low"] == low]
    require(all(multiple["place"] == place for multiple in found), "another place")
    require(
        all(place + multiple["dropped"] >= witness["bottom"] for multiple in found),
        "bits below the last one",
    )
    ends = [0]
    minimum, maximum = range_of(witness["factors"][0])
    for digit in digits_of(witness, low):
        factor = (minimum, maximum)
        if is_square(witness):
            factor = (8 * (minimum >> low + 2) + digit, 8 * (maximum >> low + 2) + digit)
        left_out = factor if not found else remainder(factor, found[0]["dropped"], witness, digit)
        ends += [end * digit << place for end in left_out]
    return min(ends), max(ends)


def remainder(factor: Range, bits: int, witness: Document, digit: int) -> Range:
    """Between which numbers lie the low bits of a factor; of that of a square they end in the digit's."""
    if is_square(witness):
        known = digit % (1 << min(bits, 3))
        return known, known + ((1 << bits) - 8 if bits > 3 else 0)
    whole = factor[0] >= 0 and factor[1] < 1 << bits
    return factor if whole else (0, (1 << bits) - 1)


def digits_of(witness: Document, low: int) -> Sequence[int]:
    """The values of a digit; the last one of a product has what is left."""
    if is_square(witness) or low != expected_lows(witness)[-1]:
        return range(4)
    minimum, maximum = range_of(witness["factors"][1])
    return range(minimum >> low, (maximum >> low) + 1)


def result_of_truncation(witness: Document, *factors: int) -> int:
    """The integer that hardware as the witness tells it gives for the integers of the factors."""
    total = witness["constant"] << witness["bottom"]
    last = expected_lows(witness)[-1]
    for multiple in witness["multiples"]:
        low, dropped = multiple["low"], multiple["dropped"]
        digit = factors[-1] >> low
        if is_square(witness) or low != last:
            digit %= 4
        factor = factors[0]
        if is_square(witness):
            factor = 8 * (factors[0] >> low + 2) + digit
        total += (factor >> dropped) * digit << multiple["place"] + dropped
    if is_square(witness):
        rest = witness["rest"]
        total += (factors[0] >> rest) ** 2 << 2 * rest
    cut: int = fraction_of(witness) - witness["fraction"]
    return int(total >> cut)


def exact_error(witness: Document, *factors: int) -> Fraction:
    """By how much the hardware's number is less than the product."""
    exact = (factors[0] * factors[-1]) * two(-fraction_of(witness))
    return exact - result_of_truncation(witness, *factors) * two(-witness["fraction"])


def all_factors(witness: Document) -> itertools.product[tuple[int, ...]]:
    return itertools.product(
        *(range(low, high + 1) for low, high in map(range_of, witness["factors"]))
    )
