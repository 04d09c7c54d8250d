"""Ranges and error bounds: constant expressions, enclosed between fractions."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

from symhdl.functions.operation import Operation
from symhdl.ir.graph import Node
from symhdl.numeric.fixed import power_of_two
from symhdl.numeric.limits import MAXIMUM_EXPONENT

Interval = tuple[Fraction, Fraction]

ENCLOSURE_BITS = 200  # of constants that are not rational; formats have far fewer

# Digits of the constants cut off after 70 places: the truth lies within one unit of the last.
_DIGITS = 70
_UNIT = Fraction(1, 10**_DIGITS)
_PI = Fraction("3.1415926535897932384626433832795028841971693993751058209749445923078164")
_E = Fraction("2.7182818284590452353602874713526624977572470936999595749669676277240766")


def _negated(x: Interval) -> Interval:
    return -x[1], -x[0]


def _sum(*terms: Interval) -> Interval:
    return sum((t[0] for t in terms), Fraction(0)), sum((t[1] for t in terms), Fraction(0))


def _product(x: Interval, y: Interval) -> Interval:
    corners = [a * b for a in x for b in y]
    return min(corners), max(corners)


def _inverse(x: Interval) -> Interval | None:
    if x[0] <= 0 <= x[1]:
        return None
    return 1 / x[1], 1 / x[0]


def _quotient(x: Interval, y: Interval) -> Interval | None:
    inverse = _inverse(y)
    return None if inverse is None else _product(x, inverse)


def _power(x: Interval, y: Interval) -> Interval | None:
    """Integer powers of what does not straddle zero, as long as the result stays of sensible size."""
    if y[0] != y[1] or y[0].denominator != 1:
        return _square_root(x) if y == (Fraction(1, 2), Fraction(1, 2)) else None
    exponent = int(y[0])
    if exponent < 0:
        inverse = _inverse(x)
        return None if inverse is None else _power(inverse, (-y[0], -y[0]))
    if x[0] < 0 < x[1] or exponent * _size(x) > MAXIMUM_EXPONENT * 4:
        return None
    ends = x[0] ** exponent, x[1] ** exponent
    return min(ends), max(ends)


def _size(x: Interval) -> int:
    """Bits of the largest number in the interval's ends; 1 and 0 can be raised to anything."""
    if x[0] == x[1] and abs(x[0]) in (0, 1):
        return 0
    return max(max(end.numerator.bit_length(), end.denominator.bit_length()) for end in x)


def _square_root(x: Interval) -> Interval | None:
    if x[0] < 0:
        return None
    scale = power_of_two(2 * ENCLOSURE_BITS)
    root = power_of_two(ENCLOSURE_BITS)
    low = Fraction(math.isqrt(math.floor(x[0] * scale))) / root
    high = math.isqrt(math.ceil(x[1] * scale))
    if high * high < x[1] * scale:
        high += 1
    return low, Fraction(high) / root


def _absolute(x: Interval) -> Interval:
    ends = sorted((abs(x[0]), abs(x[1])))
    return (Fraction(0) if x[0] < 0 < x[1] else ends[0]), ends[1]


def _smallest(*terms: Interval) -> Interval:
    return min(t[0] for t in terms), min(t[1] for t in terms)


def _largest(*terms: Interval) -> Interval:
    return max(t[0] for t in terms), max(t[1] for t in terms)


_RULES: dict[Operation, Callable[..., Interval | None]] = {
    Operation.PI: lambda: (_PI, _PI + _UNIT),
    Operation.E: lambda: (_E, _E + _UNIT),
    Operation.ADD: _sum,
    Operation.SUBTRACT: lambda x, y: _sum(x, _negated(y)),
    Operation.MULTIPLY: _product,
    Operation.DIVIDE: _quotient,
    Operation.NEGATE: _negated,
    Operation.INVERSE: _inverse,
    Operation.POWER: _power,
    Operation.SQUARE_ROOT: _square_root,
    Operation.ABSOLUTE: _absolute,
    Operation.MINIMUM: _smallest,
    Operation.MAXIMUM: _largest,
}


def enclose(nodes: list[Node], index: int) -> Interval | None:
    """Fractions between which the constant lies (equal if it is rational), or None if it is no simple constant."""
    needed = {index}
    for current in range(index, -1, -1):
        if current in needed:
            needed.update(nodes[current].operands)
    found: dict[int, Interval] = {}
    for current in sorted(needed):
        node = nodes[current]
        if node.operation is Operation.CONSTANT and node.value is not None:
            found[current] = (node.value, node.value)
            continue
        rule = _RULES.get(node.operation)
        value = None if rule is None else rule(*(found[operand] for operand in node.operands))
        if value is None or _size(value) > MAXIMUM_EXPONENT * 8:
            return None
        found[current] = value
    return found[index]
