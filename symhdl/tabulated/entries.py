"""Tables as short texts: the differences between neighbours, as bytes in base 64."""

from __future__ import annotations

import base64
import textwrap
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BYTES = (1, 2, 4, 8)
LINE = 88


@dataclass(frozen=True, slots=True)
class Packed:
    """Whole numbers: the first, and the difference of each from the one before it, in little-endian bytes."""

    first: int
    bytes: int
    lines: tuple[str, ...]


def packed(entries: NDArray[np.int64]) -> Packed:
    """The entries of a table as text."""
    differences = np.diff(entries, prepend=entries[:1])
    least, greatest = int(differences.min()), int(differences.max())
    size = next(n for n in BYTES if -(1 << 8 * n - 1) <= least and greatest < 1 << 8 * n - 1)
    text = base64.b64encode(differences.astype(f"<i{size}").tobytes()).decode("ascii")
    return Packed(int(entries[0]), size, tuple(textwrap.wrap(text, LINE)))
