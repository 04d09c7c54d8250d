"""NumPy's .npz files: arrays by name in a ZIP file."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import IO, cast

from symhdl.data.arrays import named_columns
from symhdl.data.binary import (
    BLOCK,
    FIRST_BYTES,
    StoredArray,
    StoredColumn,
    StoredRows,
    read_header,
    stored_array,
)
from symhdl.data.limits import LONGEST_DIRECTORY, MAXIMUM_MEMBERS, PACKED, check_packing
from symhdl.data.opened import DataFile, spooled
from symhdl.data.table import Block, Missing, Table, readable
from symhdl.errors import SymhdlError, error, shortened
from symhdl.files.reading import unreadable

SUFFIX = ".npy"
ENCRYPTED = 1  # the flag of a member that has a password
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What NumPy writes; others are not read because what they need is not known before."""

OTHER_PACKINGS = {zipfile.ZIP_BZIP2: "bzip2", zipfile.ZIP_LZMA: "LZMA", 93: "zstd", 95: "xz"}

DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, NotImplementedError, ValueError, RuntimeError,
    OverflowError, IndexError,
)  # fmt: skip
"""What the reader of ZIP files raises for damaged ones."""


@dataclass(frozen=True, slots=True)
class ArchiveRows:
    """The rows of a .npz file; `columns` has the array and the position in it for each.

    Arrays that are asked for are unpacked to temporary files for the time of reading.
    """

    file: DataFile
    columns: dict[str, tuple[str, int]]
    block: int = BLOCK

    def blocks(self, columns: Sequence[int], missing: Missing) -> Iterator[Block]:
        """The columns, block by block. Raises SymhdlError for what is damaged or holds no numbers."""
        with self._unpacked(columns) as rows:
            yield from rows.blocks(range(len(columns)), missing)

    def texts(self, column: int) -> Iterator[list[str]]:
        """What stands in a column; empty where a value is missing."""
        with self._unpacked([column]) as rows:
            yield from rows.texts(0)

    @contextmanager
    def _unpacked(self, columns: Sequence[int]) -> Iterator[StoredRows]:
        """The columns, or the first one if none is wanted, in temporary files."""
        name, entries = self.file.name, list(self.columns.items())
        chosen = [entries[k] for k in columns] or entries[:1]
        keys = list(dict.fromkeys(key for _, (key, _) in chosen))
        with ExitStack() as after:
            stored: dict[str, StoredArray] = {}
            with _archive(self.file) as archive:
                members = {key: archive.getinfo(key + SUFFIX) for key in keys}
                help = "store the arrays with numpy.savez, which does not pack them"
                unpacked = sum(member.file_size for member in members.values())
                check_packing(unpacked, self.file.size, name, PACKED, help)
                for key, member in members.items():
                    with archive.open(member) as packed:
                        copy = spooled(packed, f"{key} of {name}", member.file_size)
                    after.callback(copy.close)
                    stored[key] = stored_array(copy, copy.name)
            names = tuple(name for name, _ in chosen)
            found = tuple(StoredColumn(stored[key], position) for _, (key, position) in chosen)
            yield StoredRows(name, names, found, self.block)


def npz_table(file: DataFile) -> Table:
    """The table in a .npz file: its arrays by name. Raises SymhdlError if it holds none."""
    shapes: dict[str, tuple[int, ...]] = {}
    with _archive(file) as archive:
        for member in archive.infolist():
            key = member.filename.removesuffix(SUFFIX)
            if key != member.filename:
                with archive.open(member) as packed:
                    shapes[readable(key)] = _shape(packed.read(FIRST_BYTES), member.file_size)
    columns = named_columns(shapes, file.name)
    return Table(file.name, tuple(columns), ArchiveRows(file, columns), file=file)


def _shape(first: bytes, size: int) -> tuple[int, ...]:
    """The shape of an array; one that cannot be read is a column all the same, told when it is asked for."""
    try:
        return read_header(first, size, "").shape
    except SymhdlError:
        return (0,)


@contextmanager
def _archive(file: DataFile) -> Iterator[zipfile.ZipFile]:
    """The opened ZIP file. Raises SymhdlError for one that is damaged, wherever it shows, or not NumPy's."""
    try:
        with zipfile.ZipFile(cast(IO[bytes], _Bounded(file))) as archive:
            _check(archive.infolist(), file.name)
            yield archive
    except DAMAGE as problem:
        raise unreadable(file.name, problem) from None


def _check(members: Sequence[zipfile.ZipInfo], name: str) -> None:
    """Raises SymhdlError for an archive that NumPy would not write."""
    names = [member.filename for member in members]
    if not any(member.endswith(SUFFIX) for member in names):
        sheet = any(member.startswith("xl/") for member in names)
        what = "an Excel workbook" if sheet else "a ZIP file without arrays"
        help = "save the table as CSV" if sheet else "give CSV, .npy, .npz or Parquet"
        raise error("bad-data", f"{name} is {what}", help=help)
    if len(members) > MAXIMUM_MEMBERS:
        raise _too_many(name)
    if any(member.flag_bits & ENCRYPTED for member in members):
        raise error("bad-data", f"{name} is encrypted", help="store it without password")
    for member in members:
        if member.compress_type not in PACKINGS:
            way = OTHER_PACKINGS.get(member.compress_type, "an unknown method")
            text = f"{shortened(member.filename)} of {name} is packed by {way}"
            raise error("bad-data", text, help="store it with numpy.savez_compressed")
    key, count = Counter(names).most_common(1)[0]
    if count > 1:
        text = f"{name} holds {count} arrays named `{shortened(key.removesuffix(SUFFIX))}`"
        raise error("bad-data", text, help="give each a name of its own")


def _too_many(name: str) -> SymhdlError:
    help = "store the columns in one array of two dimensions"
    return error("too-large", f"{name} holds more than {MAXIMUM_MEMBERS:,} arrays", help=help)


class _Bounded(io.BufferedReader):
    """What the reader of ZIP files gets: it asks for the list of members at once, however long that is."""

    def __init__(self, file: DataFile) -> None:
        super().__init__(file.stream().detach())
        self._file_name = file.name

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = LONGEST_DIRECTORY + 1 if size is None or size < 0 else size
        if wanted <= LONGEST_DIRECTORY:
            return super().read(wanted)
        found = super().read(LONGEST_DIRECTORY + 1)
        if len(found) > LONGEST_DIRECTORY:
            raise _too_many(self._file_name)
        return found
