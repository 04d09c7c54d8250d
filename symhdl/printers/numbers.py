"""Exact rational numbers as people write them: decimals where they end soon, quotients otherwise."""

from __future__ import annotations

from fractions import Fraction

from symhdl.errors import error
from symhdl.printers.forms import Level

LONGEST_DECIMAL = 20  # significant digits; what ends later is a quotient
LONGEST_DOUBLE = 60  # of a double: with less it would be another number when it is read again
PLAIN_DIGITS = 16  # numbers with more digits before the point, or zeros behind it, have an exponent
PLAIN_ZEROS = 4
EXACT_IN_DOUBLE = 2**53

Text = tuple[str, int]  # and how tightly it binds


def decimal(value: Fraction, longest: int = LONGEST_DECIMAL) -> str | None:
    """The number as a decimal of at most so many significant digits, such as `-0.25` or `1.2e-7`; else None."""
    places = _decimal_places(value.denominator)
    if places is None:
        return None
    digits = str(abs(value.numerator) * (10**places // value.denominator))
    exponent = -places
    stripped = digits.rstrip("0") or "0"
    exponent += len(digits) - len(stripped)
    if len(stripped) > longest:
        return None
    return ("-" if value < 0 else "") + _placed(stripped, exponent)


def _decimal_places(denominator: int) -> int | None:
    """How many digits behind the point write 1/denominator exactly; None if no number of them does."""
    twos = (denominator & -denominator).bit_length() - 1
    rest = denominator >> twos
    fives = 0
    while rest % 5 == 0:
        rest //= 5
        fives += 1
    return max(twos, fives) if rest == 1 else None


def _placed(digits: str, exponent: int) -> str:
    """The digits times ten to the exponent."""
    point = len(digits) + exponent  # digits before the point
    if digits == "0":
        return "0"
    if point > PLAIN_DIGITS or point < 1 - PLAIN_ZEROS:
        mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
        return f"{mantissa}e{point - 1}"
    if exponent >= 0:
        return digits + "0" * exponent
    if point > 0:
        return f"{digits[:point]}.{digits[point:]}"
    return "0." + "0" * -point + digits


def level_of(text: str) -> int:
    """How tightly the text of a number binds."""
    return Level.SIGNED if text.startswith("-") else Level.ATOM


def exact_number(value: Fraction) -> Text:
    """A decimal, or `p/q` where the language divides exactly."""
    text = decimal(value)
    if text is not None:
        return text, level_of(text)
    text = str(value)
    if value.denominator == 1 or text.startswith("-"):
        return text, level_of(text)
    return text, Level.PRODUCT


def double(value: Fraction) -> str | Fraction:
    """The number for a language that reads doubles: a decimal, or the fraction itself if `p/q` is as exact.

    Raises SymhdlError for what is no finite double, or would become zero.
    """
    try:
        nearest = float(value)
    except OverflowError:
        nearest = 0.0
    if nearest == 0 and value != 0:
        raise error(
            "number-limit",
            f"the constant {_magnitude(value)} is beyond double precision",
            help="convert to a language with exact numbers, such as native, sympy or fpcore",
        )
    text = decimal(value, LONGEST_DOUBLE if value == nearest else LONGEST_DECIMAL)
    if text is not None:
        return text
    if max(abs(value.numerator), value.denominator) <= EXACT_IN_DOUBLE:
        return value
    shortest = decimal(Fraction(repr(nearest)))
    assert shortest is not None, "a double with too many digits; please report this"
    return shortest


def _magnitude(value: Fraction) -> str:
    bits = value.numerator.bit_length() - value.denominator.bit_length()
    return f"of about 2^{bits}"
