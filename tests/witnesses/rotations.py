"""Proves the witnesses of rotations again, from their JSON alone, and gives what such hardware does."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple

from flint import arb, ctx

from tests.witnesses.checker import Document
from tests.witnesses.distance import require, two
from tests.witnesses.functions import rational
from tests.witnesses.products import check_truncation, result_of_truncation

BITS = 300
Pair = tuple[Fraction, Fraction]


class Wrong(NamedTuple):
    """By how much a number may be too small, and too large."""

    below: arb
    above: arb

    @property
    def most(self) -> arb:
        return self.below.max(self.above)


def check_rotation(witness: Document) -> None:
    """Proves what the witness of a rotation says; raises `RefutedError` where that fails."""
    with ctx.workprec(BITS):
        _check(witness)


def _check(witness: Document) -> None:
    rows = witness["rows"]
    last, unit, left = two(-rows["places"]), _unit(rows), _largest(rows)
    x, y = _start(rows)
    wrong = _wrong_angle(rows)
    length = _length(rows)
    for shift in range(rows["first"], rows["rows"]):
        turn = _turn(rows, shift)
        others = y.most * rational(two(-shift)), x.most * rational(two(-shift))
        x, y = (
            Wrong(each.below + other + rational(last), each.above + other)
            for each, other in zip((x, y), others, strict=True)
        )
        length *= rational(1 + two(-2 * shift)).sqrt()
        exact = rational(two(-shift)).atan()
        wrong += abs(unit * rational(turn * two(-rows["angle_places"])) - exact)
        left = max(left - turn, turn)
    angle = rational(left * two(-rows["angle_places"]))
    most = angle * unit + wrong
    residual = angle * abs(rational(_value(rows["radians"])) - unit)
    residual += rational(two(-rows["residual"])) + wrong
    around = (length + x.most.max(y.most)) * residual + rational(two(-rows["read"])) * most
    given = rational(two(-2 * rows["rows"]))
    bent = length * (given.max(most**2 / 2 - given) + (1 + given) * most**3 / 3)
    lost = _lost(witness)
    number, other = (y, x) if witness["is_second"] else (x, y)
    more = around + other.most * most + bent
    below, above = number.below + more, number.above + more
    below, above = (below + lost, above) if witness["is_second"] else (below, above + lost)
    if witness["is_negative"]:
        below, above = above, below
    constant = rational(witness["constant"] * last)
    if witness["fraction"] < rows["places"]:
        below += rational(two(-witness["fraction"]) - last)
    error = (below - constant).max(above + constant)
    require(error <= arb(witness["error"]), "more is wrong than told")


def _value(scale: Document) -> Fraction:
    integer: int = scale["integer"]
    return integer * two(-scale["fraction"])


def _own_unit(rows: Document) -> arb:
    return rational(Fraction(rows["unit"])) * (arb.pi() if rows["is_of_pi"] else 1)


def _unit(rows: Document) -> arb:
    """An angle of 1 in radians, as the rows have it."""
    return arb.pi() / 2 if "quarters" in rows else _own_unit(rows)


def _gain(rows: Document) -> arb:
    """What the vector is multiplied by before the rows, whatever the sign."""
    longer = rational(1 + two(-2 * rows["rows"]))
    for shift in range(rows["first"], rows["rows"]):
        longer *= rational(1 + two(-2 * shift)).sqrt()
    return rational(abs(Fraction(rows["factor"]))) / longer


def _size(number: Document) -> Fraction:
    most: int = max(abs(number["minimum"]), abs(number["maximum"]))
    return most * two(-number["fraction"])


def _length(rows: Document) -> arb:
    if "x" not in rows:
        return _gain(rows)
    squares = sum(_size(rows[name]) ** 2 for name in ("x", "y") if name in rows)
    return _gain(rows) * rational(Fraction(squares)).sqrt()


def _start(rows: Document) -> tuple[Wrong, Wrong]:
    last = rational(two(-rows["places"]))
    if "x" not in rows:
        require("cell" in rows, "a vector that is not told")
        return Wrong(last / 2, last / 2), Wrong(last / 2, last / 2)
    found = []
    for name in ("x", "y"):
        if name not in rows:
            found.append(Wrong(arb(0), arb(0)))
            continue
        around = rational(_size(rows[name])) * abs(rational(_value(rows["scale"])) - _gain(rows))
        is_cut = rows[name]["fraction"] + rows["scale"]["fraction"] > rows["places"]
        found.append(Wrong(around + last * is_cut, around))
    if "quarters" not in rows:
        return found[0], found[1]
    below = max(each.below for each in found).max(max(each.above for each in found) + last)
    above = max(each.above for each in found).max(max(each.below for each in found) - last)
    return Wrong(below, above), Wrong(below, above)


def _wrong_angle(rows: Document) -> arb:
    angle, unit = rows["angle"], _unit(rows)
    fraction, wrong = angle["fraction"], arb(0)
    if "quarters" in rows:
        fraction += rows["quarters"]["fraction"]
        wrong = rational(_size(angle)) * abs(
            _own_unit(rows) - rational(_value(rows["quarters"])) * arb.pi() / 2
        )
    return wrong + unit * rational(two(-rows["angle_places"])) * (fraction > rows["angle_places"])


def _largest(rows: Document) -> int:
    """Of the integers that the angle is before the first row."""
    places, angle = rows["angle_places"], rows["angle"]
    if "cell" in rows:
        require(rows["cell"] < places, "a cell without a middle")
        return int(two(places - rows["cell"] - 1))
    if "quarters" in rows:
        return int(two(places - 1))
    return math.ceil(_size(angle) * two(places))


def _turn(rows: Document, shift: int) -> int:
    places = rational(two(rows["angle_places"]))
    nearest = rational(two(-shift)).atan() / _unit(rows) * places + arb(1) / 2
    return int(nearest.floor().unique_fmpz())


def _lost(witness: Document) -> arb:
    """By how much the product may be too small."""
    rows = witness["rows"]
    lost = rows["lost"] * two(-rows["places"])
    if "product" not in witness:
        is_cut = rows["read"] + rows["residual"] > rows["places"]
        require(rows["lost"] >= is_cut, "a product that is cut")
        return rational(lost)
    product = witness["product"]
    check_truncation(product)
    require(Fraction(product["bound"]) <= lost, "more is lost than told")
    require(product["fraction"] <= rows["places"], "bits that are cut")
    return rational(lost)


def result_of_rotation(witness: Document, x: int, y: int, angle: int) -> Fraction:
    """What the hardware makes of three integers; those that are not there may be anything."""
    with ctx.workprec(BITS):
        return _result(witness, x, y, angle)


def _result(witness: Document, x: int, y: int, angle: int) -> Fraction:
    rows = witness["rows"]
    places = rows["places"]
    left = angle * two(-rows["angle"]["fraction"])
    if "quarters" in rows:
        left *= _value(rows["quarters"])
    left = _cut(left, rows["angle_places"])
    if "cell" in rows:
        (a, b), left = _looked_up(rows, left)
    else:
        a, b = _scaled(rows, x, y)
    if "quarters" in rows and "cell" not in rows:
        quarter = math.floor(left + Fraction(1, 2))
        left -= quarter
        inverted = [-number - two(-places) for number in (a, b)]
        a, b = ((a, b), (inverted[1], a), (inverted[0], inverted[1]), (b, inverted[0]))[quarter % 4]
    for shift in range(rows["first"], rows["rows"]):
        digit = 1 if left >= 0 else -1
        is_alone = shift == rows["first"] and not {"y", "cell", "quarters"} & rows.keys()
        multiples = _cut(b * two(-shift), places), _cut(a * two(-shift), places)
        behind = a - digit * multiples[0] - (digit > 0) * two(-places)
        b += digit * multiples[1] - (digit < 0) * two(-places)
        a = a if is_alone else behind
        left -= digit * _turn(rows, shift) * two(-rows["angle_places"])
    residual = _cut(left * _value(rows["radians"]), rows["residual"])
    number, other = (b, a) if witness["is_second"] else (a, b)
    product = _product(witness, _cut(other, rows["read"]), residual)
    total = number + product if witness["is_second"] else number - product
    total = -total if witness["is_negative"] else total
    return _cut(total + witness["constant"] * two(-places), witness["fraction"])


def _scaled(rows: Document, x: int, y: int) -> Pair:
    scale = _value(rows["scale"]) * (1 if Fraction(rows["factor"]) > 0 else -1)
    a = _cut(x * two(-rows["x"]["fraction"]) * scale, rows["places"])
    if "y" not in rows:
        return a, Fraction(0)
    scale = -scale if rows.get("is_y_negative", False) else scale
    return a, _cut(y * two(-rows["y"]["fraction"]) * scale, rows["places"])


def _looked_up(rows: Document, angle: Fraction) -> tuple[Pair, Fraction]:
    """The vector of the table, and the rest of the angle."""
    middle = _cut(angle, rows["cell"]) + two(-rows["cell"] - 1)
    turn = _unit(rows) * rational(middle)
    gain = _gain(rows) * (1 if Fraction(rows["factor"]) > 0 else -1)
    x, y = (
        int((gain * value * rational(two(rows["places"])) + arb(1) / 2).floor().unique_fmpz())
        * two(-rows["places"])
        for value in (turn.cos(), turn.sin())
    )
    return (x, y), angle - middle


def _product(witness: Document, number: Fraction, residual: Fraction) -> Fraction:
    rows = witness["rows"]
    if "product" not in witness:
        return _cut(number * residual, rows["places"])
    product = witness["product"]
    factors = [number, residual]
    if product["factors"][0]["fraction"] > product["factors"][1]["fraction"]:
        factors.reverse()
    integers = (
        int(value * two(factor["fraction"]))
        for value, factor in zip(factors, product["factors"], strict=True)
    )
    return result_of_truncation(product, *integers) * two(-product["fraction"])


def _cut(value: Fraction, places: int) -> Fraction:
    return math.floor(value * two(places)) * two(-places)


def error_of_rotation(witness: Document, x: int, y: int, angle: int) -> arb:
    """How far the hardware is off."""
    rows = witness["rows"]
    with ctx.workprec(BITS):
        turn = _own_unit(rows) * rational(angle * two(-rows["angle"]["fraction"]))
        factor = Fraction(rows["factor"])
        a, b = factor if "x" not in rows else factor * x * two(-rows["x"]["fraction"]), Fraction(0)
        if "y" in rows:
            b = factor * y * two(-rows["y"]["fraction"])
            b = -b if rows.get("is_y_negative", False) else b
        exact = rational(a) * turn.cos() - rational(b) * turn.sin()
        if witness["is_second"]:
            exact = rational(a) * turn.sin() + rational(b) * turn.cos()
        exact = -exact if witness["is_negative"] else exact
        return rational(_result(witness, x, y, angle)) - exact
