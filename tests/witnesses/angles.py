"""Proves the witnesses of angles again, from their JSON alone, and gives what such hardware does."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from flint import arb, ctx

from tests.witnesses.checker import Document
from tests.witnesses.distance import require, two
from tests.witnesses.functions import rational

BITS = 300


class Row(NamedTuple):
    """The fractional bits of both numbers before and behind a row, and whether they may lose something."""

    shift: int
    is_known: bool
    turns: bool
    before: int
    after: int
    read: int
    kept: int

    @property
    def is_whole(self) -> bool:
        """Whether the remainder behind has all bits, and a zero for the 1 of a difference."""
        return max(self.before + (not self.is_known), self.read + self.shift) <= self.after

    @property
    def is_whole_length(self) -> bool:
        return max(self.read + (not self.is_known), self.before + self.shift) <= self.kept


def rows_of(witness: Document) -> Iterator[Row]:
    places, reach = witness["places"], witness["places"] + witness["guard"]
    before = min(witness["dividend"]["fraction"], places)
    read = min(witness["divisor"]["fraction"], reach - witness["first"])
    for shift in range(witness["first"], witness["rows"]):
        is_known = shift == witness["first"] and witness["dividend"]["minimum"] >= 0
        after = min(places, max(before + (not is_known), read + shift))
        turns, kept = shift < witness["turns"], read
        if turns:
            kept = min(reach - shift - 1, max(read + (not is_known), before + shift))
        yield Row(shift, is_known, turns, before, after, read, kept)
        before, read = after, kept


def check_angle(witness: Document) -> None:
    """Proves what the witness of an angle says; raises `RefutedError` where that fails."""
    with ctx.workprec(BITS):
        _check(witness)


def _check(witness: Document) -> None:
    a, b = witness["dividend"], witness["divisor"]
    require(b["minimum"] >= 0, "a divisor that may be negative")
    shifts, least = witness.get("shifts", ()), max(1, b["minimum"])
    require(witness["is_in_octant"] or not shifts, "what is shifted may become too large")
    for shift in shifts:
        least = min(least << shift, _limit(witness, shift))
    require(witness["first"] <= witness["whole"] <= witness["turns"] <= witness["rows"], "no order")
    require(witness["constant"] >= 0 and witness["constant"] % 2 == 0, "a digit in the constant")
    told = sorted(shift for table in witness["tables"] for shift in table)
    known = witness["dividend"]["minimum"] >= 0
    require(told == list(range(witness["first"] + known, witness["whole"])), "digits without table")
    shortest = rational(least * two(-b["fraction"]))
    left = _first_angle(witness)
    below = two(-witness["places"]) * (witness["places"] < a["fraction"])
    above, lost = Fraction(0), Fraction(0)
    read = witness["places"] + witness["guard"] - witness["first"]
    if read < b["fraction"]:
        lost = two(-read)
    given, grown, tangent = witness["constant"] * two(-witness["places"]), arb(1), None
    for row in rows_of(witness):
        require(row.after >= row.before or not given, "a constant that is cut")
        if row.after == witness["places"]:
            below, above, given = below - given, above + given, Fraction(0)
        if tangent is None and not row.turns:
            tangent = left = _tangent(left)
            shortest *= (grown / (1 + tangent**2)).sqrt()
        wrong = rational(Fraction(0) if row.is_known else max(below, above)) / shortest
        unit, moved = two(-row.after) * (not row.is_whole), two(-row.shift)
        more = lost * moved
        lost += max(below, above) * moved * row.turns
        lost += two(-row.kept) * (row.turns and not row.is_whole_length)
        lost += two(-row.kept) * (row.turns and row.read > row.kept)
        below, above = below + more + unit * (not row.is_known), above + more + unit * row.is_known
        step = rational(moved)
        if row.turns:
            require(wrong < 1, "nothing is known of a sign")
            wrong, step = wrong.asin(), step.atan()
            grown *= 1 + rational(moved) ** 2
        left = (left - step).max(step + wrong)
    if tangent is None:
        tangent = left = _tangent(left)
        shortest *= (grown / (1 + tangent**2)).sqrt()
    last = rational(two(-witness["rows"]))
    error = (left - last).max(last + rational(max(below, above)) / shortest)
    error += tangent - tangent.atan()
    for shift in range(witness["whole"], witness["turns"]):
        error += rational(two(-shift)) - rational(two(-shift)).atan()
    error += rational(max(1, len(witness["tables"])) * two(-witness["digits"] - 1))
    if witness["fraction"] < witness["digits"]:
        error += rational(two(-witness["fraction"] - 1))
    require(error <= arb(witness["error"]), "more is wrong than told")


def _limit(witness: Document, shift: int) -> int:
    """What the divisor is below where it is shifted: it is at most its maximum then."""
    limit = 1 << max(0, math.floor(math.log2(witness["divisor"]["maximum"] + 1)) - shift)
    require((limit - 1) << shift <= witness["divisor"]["maximum"], "a shift beyond the range")
    return int(limit)


def _first_angle(witness: Document) -> arb:
    """That of the point, at most; of an octant numbers are sorted."""
    a, b = witness["dividend"], witness["divisor"]
    if witness["is_in_octant"]:
        require(a["minimum"] >= 0, "no octant")
        return arb(1).atan()
    if b["minimum"] == 0:
        return arb.pi() / 2
    largest = max(abs(a["minimum"]), abs(a["maximum"])) * two(-a["fraction"])
    return rational(largest / (b["minimum"] * two(-b["fraction"]))).atan()


def _tangent(angle: arb) -> arb:
    require(angle < arb(3) / 2, "rows that leave too much")
    return angle.tan()


def result_of_angle(witness: Document, a: int, b: int) -> Fraction:
    """What the hardware makes of two integers."""
    for shift in witness.get("shifts", ()):
        if b < _limit(witness, shift):
            a, b = a << shift, b << shift
    before, read = witness["places"], witness["places"] + witness["guard"] - witness["first"]
    y = _cut(
        a * two(-witness["dividend"]["fraction"]), min(before, witness["dividend"]["fraction"])
    )
    x = _cut(b * two(-witness["divisor"]["fraction"]), min(read, witness["divisor"]["fraction"]))
    given, digits = witness["constant"] * two(-witness["places"]), {}
    for row in rows_of(witness):
        digit = 1 if row.is_known or y >= 0 else -1
        start = y
        if row.after == witness["places"]:
            start, given = y + given, Fraction(0)
        multiple = _cut(x * two(-row.shift), row.after)
        is_inverted = digit > 0 and not (row.is_known or row.is_whole)
        behind = start - digit * multiple - is_inverted * two(-row.after)
        if row.turns:
            multiple = _cut(y * two(-row.shift), row.kept)
            is_inverted = digit < 0 and not row.is_whole_length
            x = _cut(x, row.kept) + digit * multiple - is_inverted * two(-row.kept)
        y, digits[row.shift] = behind, digit
    digits[witness["rows"]] = 1 if y >= 0 else -1
    return _cut(_sum_of_angles(witness, digits), witness["fraction"])


def _sum_of_angles(witness: Document, digits: dict[int, int]) -> Fraction:
    """That of all digits, and half a place of the result."""
    whole, bits = witness["whole"], witness["digits"]
    total = two(1 - whole) - two(-witness["rows"])
    total += sum(digit * two(-shift) for shift, digit in digits.items() if shift >= whole)
    told = {shift for table in witness["tables"] for shift in table}
    with ctx.workprec(BITS):
        offset = rational(two(-witness["rows"]) - two(1 - whole))
        if witness["fraction"] < bits:
            offset += rational(two(-witness["fraction"] - 1))
        for shift in digits.keys() - told:
            if shift < whole:
                offset += rational(two(-shift)).atan()
        for table in witness["tables"] or [()]:
            for shift in table:
                offset += digits[shift] * rational(two(-shift)).atan()
            total += int((offset * 2**bits + arb(1) / 2).floor().unique_fmpz()) * two(-bits)
            offset = arb(0)
    return total


def _cut(value: Fraction, places: int) -> Fraction:
    return math.floor(value * two(places)) * two(-places)


def error_of_angle(witness: Document, a: int, b: int) -> arb:
    """How far the hardware is off."""
    dividend, divisor = (
        rational(number * two(-witness[name]["fraction"]))
        for name, number in (("dividend", a), ("divisor", b))
    )
    with ctx.workprec(BITS):
        return rational(result_of_angle(witness, a, b)) - arb.atan2(dividend, divisor)
