"""Number literals as people and tools write them, read exactly."""

from __future__ import annotations

import re
from fractions import Fraction

from symhdl.numeric.fixed import power_of_two
from symhdl.numeric.limits import MAXIMUM_DIGITS, MAXIMUM_EXPONENT

_DECIMAL = re.compile(r"([+-]?)([0-9]*)\.?([0-9]*)(?:[eEfF]([+-]?[0-9]+)|[fF])?")
_HEXADECIMAL = re.compile(r"([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)(?:[pP]([+-]?[0-9]+))?")


def read_literal(text: str) -> Fraction | str:
    """The exact value of `12`, `1.5e-3`, `4.5f0`, `0.5f` or `0x1.8p3`, or why there is none.

    The limits on digits and exponent are checked before any number is built.
    """
    match = _HEXADECIMAL.fullmatch(text)
    is_hexadecimal = match is not None
    match = match or _DECIMAL.fullmatch(text)
    if match is None or not match[2] + match[3]:
        return "this is not a number"
    sign, whole, part, exponent_text = match.groups()
    if len(whole) + len(part) > MAXIMUM_DIGITS:
        return f"a number has at most {MAXIMUM_DIGITS} digits, this one has {len(whole + part)}"
    exponent = _small_integer(exponent_text or "0")
    if exponent is None:
        return f"the exponent of a number lies between -{MAXIMUM_EXPONENT} and {MAXIMUM_EXPONENT}"
    if is_hexadecimal:
        value = int(whole + part, 16) * power_of_two(exponent - 4 * len(part))
    else:
        value = int(whole + part) * _power_of_ten(exponent - len(part))
    return -value if sign == "-" else value


def _small_integer(text: str) -> int | None:
    """The integer if it is within the limit on exponents; long texts are not even converted."""
    digits = text.lstrip("+-").lstrip("0") or "0"
    if len(digits) > len(str(MAXIMUM_EXPONENT)) or int(digits) > MAXIMUM_EXPONENT:
        return None
    return -int(digits) if text.startswith("-") else int(digits)


def _power_of_ten(exponent: int) -> Fraction:
    return Fraction(10**exponent) if exponent >= 0 else Fraction(1, 10**-exponent)
