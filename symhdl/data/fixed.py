"""Real numbers to the integers of a port and back to decimals."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from symhdl.ir.datapath import Port
from symhdl.numeric.fixed import FixedFormat

Reals = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64] | npt.NDArray[np.object_]

FLOAT_BITS = 53
INT64_BITS = 62  # so that sums and shifts by one bit stay within int64


BLOCK = 1 << 14
"""The numbers that are rounded together, so that what is in between stays in the cache."""

LARGEST_SCALE = 1000
"""The exponent up to which a power of two is a float, and products with it are exact but for what is beyond floats."""


def quantise(values: Reals, port: Port) -> tuple[Integers, int]:
    """Real numbers as integers of the port, and how many lay outside of its range.

    Rounded to nearest with ties upwards, then held within the port's proved range.
    """
    fits = port.format.width <= INT64_BITS
    integers: Integers = np.empty(len(values), np.int64) if fits else np.empty(len(values), object)
    outside = 0
    for start in range(0, len(values), BLOCK):
        part = slice(start, start + BLOCK)
        integers[part], some = _quantised(values[part], port)
        outside += some
    return integers, outside


def _quantised(values: Reals, port: Port) -> tuple[Reals | Integers, int]:
    # What becomes infinite here is held at the range's end below.
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        fine = scaled(values, port.format.fraction)
        rounded = np.floor(fine)
        np.subtract(fine, rounded, out=fine)
        rounded += fine >= 0.5
    if port.format.width <= FLOAT_BITS:
        held = np.clip(rounded, port.minimum, port.maximum)
        return held, int(np.count_nonzero(held != rounded))
    exact = np.array([_whole(value) for value in rounded], dtype=object)
    clipped = np.array([min(max(v, port.minimum), port.maximum) for v in exact], dtype=object)
    return clipped, int(np.count_nonzero(clipped != exact))


def scaled(values: Reals, exponent: int) -> Reals:
    """values * 2**exponent."""
    if abs(exponent) <= LARGEST_SCALE:
        return values * 2.0**exponent
    return np.ldexp(values, exponent)


def _whole(value: float) -> int:
    """The integer that a float holds; one beyond the floats stands for the largest of them."""
    return int(value) if math.isfinite(value) else int(math.copysign(1, value)) << 1100


def decimals(integers: Integers, number_format: FixedFormat) -> list[str]:
    """Integers of a format as exact decimal numbers: as floats print where these are exact."""
    fraction = number_format.fraction
    if number_format.width <= FLOAT_BITS and abs(fraction) < 900:
        reals = np.ldexp(integers.astype(np.float64), -fraction)
        return [repr(value) for value in reals.tolist()]
    return [exact_decimal(int(integer), fraction) for integer in integers.tolist()]


def exact_decimal(integer: int, fraction: int) -> str:
    """integer * 2**-fraction with all of its decimals."""
    if fraction <= 0:
        return str(integer << -fraction)
    # 2**-f is 5**f * 10**-f.
    digits = str(abs(integer) * 5**fraction).rjust(fraction + 1, "0")
    decimal_part = digits[-fraction:].rstrip("0") or "0"
    return f"{'-' if integer < 0 else ''}{digits[:-fraction]}.{decimal_part}"
