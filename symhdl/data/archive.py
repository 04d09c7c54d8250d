"""NumPy's .npz files: arrays by name in a ZIP file."""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from symhdl.data.arrays import named_columns
from symhdl.data.binary import BLOCK, StoredArray, StoredColumn, StoredRows, stored_array
from symhdl.data.table import Block, Missing, Table
from symhdl.errors import SymhdlError, error

HEADER = 1 << 16
"""Bytes that hold the header of an array; NumPy itself reads no more."""

PIECE = 1 << 20
SUFFIX = ".npy"
ENCRYPTED = 1  # the flag of a member that has a password


@dataclass(frozen=True, slots=True)
class ArchiveRows:
    """The rows of a .npz file; `columns` has the array and the position in it for each.

    Arrays that are asked for are unpacked to temporary files for the time of reading.
    """

    path: Path
    name: str
    columns: dict[str, tuple[str, int]]
    block: int = BLOCK

    def blocks(self, columns: Sequence[int], missing: Missing) -> Iterator[Block]:
        """The columns, block by block. Raises SymhdlError for what is damaged or holds no numbers."""
        entries = list(self.columns.items())
        chosen = [entries[k] for k in columns] or entries[:1]
        with tempfile.TemporaryDirectory() as folder, _archive(self.path, self.name) as archive:
            stored: dict[str, StoredArray] = {}
            for key in dict.fromkeys(key for _, (key, _) in chosen):
                place = Path(folder, f"{len(stored)}{SUFFIX}")
                _unpack(archive, key, place)
                stored[key] = stored_array(place, f"{key} of {self.name}")
            names = tuple(name for name, _ in chosen)
            found = tuple(StoredColumn(stored[key], position) for _, (key, position) in chosen)
            rows = StoredRows(self.name, names, found, self.block)
            yield from rows.blocks(range(len(columns)), missing)


def npz_table(path: Path, name: str) -> Table:
    """The table in a .npz file: its arrays by name. Raises SymhdlError if it holds none."""
    shapes: dict[str, tuple[int, ...]] = {}
    with tempfile.TemporaryDirectory() as folder, _archive(path, name) as archive:
        members = archive.namelist()
        if not any(member.endswith(SUFFIX) for member in members):
            sheet = any(member.startswith("xl/") for member in members)
            what = "an Excel workbook" if sheet else "a ZIP file without arrays"
            help = "save the table as CSV" if sheet else "give CSV, .npy, .npz or Parquet"
            raise error("bad-data", f"{name} is {what}", help=help)
        place = Path(folder, f"header{SUFFIX}")
        for member in members:
            key = member.removesuffix(SUFFIX)
            if key != member:
                _unpack(archive, key, place, header_only=True)
                shapes[key] = _shape(place, name)
    columns = named_columns(shapes, name)
    return Table(name, tuple(columns), ArchiveRows(path, name, columns))


def _shape(place: Path, name: str) -> tuple[int, ...]:
    """The shape of an array; one that cannot be read is a column all the same, told when it is asked for."""
    try:
        return stored_array(place, name).shape
    except SymhdlError:
        return (0,)


@contextmanager
def _archive(path: Path, name: str) -> Iterator[zipfile.ZipFile]:
    """The opened ZIP file. Raises SymhdlError for one that is damaged, wherever that shows."""
    try:
        with zipfile.ZipFile(path) as archive:
            if any(member.flag_bits & ENCRYPTED for member in archive.infolist()):
                raise error("bad-data", f"{name} is encrypted", help="store it without password")
            yield archive
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError) as problem:
        raise error("file-unreadable", f"cannot read {name}: {problem}") from None


def _unpack(archive: zipfile.ZipFile, key: str, place: Path, *, header_only: bool = False) -> None:
    """Writes an array of the archive to a file; only its header, in a file of full length, if no more is needed."""
    member = archive.getinfo(key + SUFFIX)
    with archive.open(member) as packed, place.open("wb") as file:
        if header_only:
            file.write(packed.read(HEADER))
            file.truncate(member.file_size)
            return
        while piece := packed.read(PIECE):
            file.write(piece)
