"""Extremes and exact quantiles of columns that do not fit into memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

import numpy as np
import numpy.typing as npt

from symhdl.data.opened import room_for, temporary_file
from symhdl.data.table import Reals

PIECE = 1 << 16
"""Numbers that are looked at together."""

DIGIT_BITS = 16
KEY_BITS = 64
SIGN = np.uint64(1 << 63)


@dataclass(slots=True)
class SpooledNumbers:
    """The numbers of a column, written once and read as often as necessary."""

    count: int = 0
    _file: IO[bytes] = field(default_factory=temporary_file)

    def close(self) -> None:
        """Gives the memory or the file back."""
        self._file.close()

    def append(self, numbers: Reals) -> None:
        """Adds numbers at the end. Raises SymhdlError where there is no room for them."""
        with room_for("the numbers"):
            self._file.write(numbers.tobytes())
        self.count += len(numbers)

    def pieces(self) -> Iterator[Reals]:
        """All numbers, in pieces."""
        self._file.seek(0)
        while piece := self._file.read(PIECE * 8):
            yield np.frombuffer(piece)

    def ordered(self, rank: int) -> float:
        """The number that has exactly `rank` others before it in ascending order: exact.

        Floats are turned into integers of the same order. Each pass over the column counts the values of the next 16
        bits among the numbers that share the bits found so far, and so finds 16 more bits of the one at this rank.
        """
        known = np.uint64(0)
        for shift in range(KEY_BITS - DIGIT_BITS, -1, -DIGIT_BITS):
            counts = np.zeros(1 << DIGIT_BITS, dtype=np.int64)
            for piece in self.pieces():
                digits = _keys(piece) >> np.uint64(shift)
                if shift < KEY_BITS - DIGIT_BITS:
                    digits = digits[digits >> np.uint64(DIGIT_BITS) == known]
                low = (digits & np.uint64((1 << DIGIT_BITS) - 1)).astype(np.int64)
                counts += np.bincount(low, minlength=1 << DIGIT_BITS)
            up_to = np.cumsum(counts)
            digit = int(np.searchsorted(up_to, rank, side="right"))
            rank -= int(up_to[digit - 1]) if digit else 0
            known = (known << np.uint64(DIGIT_BITS)) | np.uint64(digit)
        return _number(known)

    def outside(self, low: float, high: float) -> tuple[int, int]:
        """How many numbers lie below `low`, and how many above `high`."""
        below = above = 0
        for piece in self.pieces():
            below += int(np.count_nonzero(piece < low))
            above += int(np.count_nonzero(piece > high))
        return below, above


def _keys(numbers: Reals) -> npt.NDArray[np.uint64]:
    """Integers in the order of the numbers: of negative ones all bits are turned over, of others the sign."""
    bits = (numbers + 0.0).view(np.uint64)  # -0 becomes 0
    return np.where(bits & SIGN, ~bits, bits | SIGN)


def _number(key: np.uint64) -> float:
    """The number of a key."""
    bits = key ^ SIGN if key & SIGN else ~key
    return float(np.array([bits], dtype=np.uint64).view(np.float64)[0])
