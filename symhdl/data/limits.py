"""What a table of numbers may ask for: every limit on what comes in, in one place, and how going beyond is told."""

from __future__ import annotations

from dataclasses import dataclass

from symhdl.errors import SymhdlError, error

MAXIMUM_COLUMNS = 100_000

MAXIMUM_SPOOLED = 1 << 30
"""Bytes that are taken from a pipe; a file may have any length."""

LONGEST_LINE = 1 << 22
"""Characters of a line of text."""

LONGEST_HEAD = 1 << 24
"""Characters of a text before its second row."""

LONGEST_ROW = 1 << 24
"""Bytes of a row of a .npy file."""

LONGEST_HEADER = 10_000
"""Characters of the header of a .npy file: what NumPy reads, because parsing longer ones can break Python."""

MAXIMUM_MEMBERS = 10_000
"""Arrays in a .npz file."""

LONGEST_DIRECTORY = 1 << 22
"""Bytes of the list of what is in a .npz file."""


@dataclass(frozen=True, slots=True)
class Packing:
    """How many bytes may come out of a packed file: any number up to `freely`, then `most` times its size."""

    freely: int
    most: int


PACKED = Packing(1 << 26, 50)
REPEATED = Packing(1 << 31, 500)
"""For Parquet, which is read quickly, and where columns of few different numbers are usual."""


def check_columns(count: int, name: str) -> None:
    """Raises SymhdlError for too many columns."""
    if count > MAXIMUM_COLUMNS:
        text = f"{name} has more than {MAXIMUM_COLUMNS:,} columns"
        raise error("too-large", text, help="store only the columns of the inputs")


def check_packing(unpacked: int, packed: int, name: str, allowed: Packing, help: str) -> None:
    """Raises SymhdlError for a small file that unpacks to a large one; `help` says how to give it unpacked."""
    if unpacked > max(allowed.freely, allowed.most * packed):
        text = f"{name} unpacks to more than {allowed.freely >> 20} MiB, and {allowed.most} times its size"
        raise error("too-large", text, help=help)


def too_long(name: str, what: str, limit: int, unit: str, help: str) -> SymhdlError:
    """The error that something in a file is too long."""
    return error("too-large", f"{name} has {what} of more than {limit:,} {unit}", help=help)
