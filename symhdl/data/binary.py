"""NumPy's .npy files, read block by block, never unpickled."""

from __future__ import annotations

import io
import math
import struct
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from tokenize import TokenError

import numpy as np

from symhdl.data.arrays import (
    NUMBER_KINDS,
    Array,
    check_lengths,
    field_of,
    not_numbers,
    numbers_of,
    texts_of,
    wrong_shape,
)
from symhdl.data.limits import LONGEST_HEADER, LONGEST_ROW, check_columns, too_long
from symhdl.data.opened import DataFile
from symhdl.data.table import Block, Missing, Table, counted_names, readable
from symhdl.errors import SymhdlError, error

BLOCK = 1 << 23
"""Bytes of an array that are read at once."""

FIRST_BYTES = 1 << 14
"""Bytes that hold any header that is read."""

DAMAGE = (
    ValueError, TypeError, SyntaxError, TokenError, OverflowError, EOFError, MemoryError, RecursionError,
    KeyError, IndexError, AttributeError, struct.error,
)  # fmt: skip
"""What NumPy raises for headers that make no sense."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the header of a .npy file says: where its numbers begin, and how they lie."""

    offset: int
    shape: tuple[int, ...]
    type: np.dtype[np.generic]
    by_columns: bool

    @property
    def columns(self) -> int:
        """How many columns the array has."""
        return self.shape[1] if len(self.shape) == 2 else 1

    @property
    def row_bytes(self) -> int:
        """Bytes that lie together and hold a number of every column, or of one if columns lie apart."""
        return self.type.itemsize * (1 if self.by_columns else self.columns)


def read_header(first: bytes, size: int, name: str) -> Header:
    """The header at the beginning of a .npy file of `size` bytes, held against its size.

    Raises SymhdlError for a damaged file, for pickled objects, and for what is too large.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            offset, shape, by_columns, kind = _parsed(first, name)
    except DAMAGE as problem:
        raise _damaged(name, str(problem).split("\n", 1)[0]) from None
    if kind.hasobject:
        text = f"{name} holds Python objects, which are not read because reading them runs code"
        raise error("bad-data", text, help="store the array as numbers")
    if any(length < 0 for length in shape):
        raise _damaged(name, f"its shape is {shape}")
    promised, there = math.prod(shape) * kind.itemsize, size - offset
    if promised > there:
        raise _damaged(
            name, f"its header promises {promised:,} bytes, and {max(there, 0):,} are there"
        )
    header = Header(offset, shape, kind, by_columns and len(shape) > 1)
    check_columns(header.columns, name)
    if header.row_bytes > LONGEST_ROW:
        raise too_long(name, "a row", LONGEST_ROW, "bytes", "store columns of numbers alone")
    return header


def _parsed(first: bytes, name: str) -> tuple[int, tuple[int, ...], bool, np.dtype[np.generic]]:
    """Where the numbers begin, their shape, whether columns lie together, and their type, as NumPy reads them."""
    stream = io.BytesIO(first)
    version = np.lib.format.read_magic(stream)
    places = "<H" if version == (1, 0) else "<I"
    (length,) = struct.unpack(places, stream.read(struct.calcsize(places)))
    if length > LONGEST_HEADER:
        help = "store fewer fields, or arrays by name in a .npz file"
        raise too_long(name, "a header", LONGEST_HEADER, "characters", help)
    offset = stream.tell() + length
    # The versions differ in how names are written, which Python's own escapes can do as well.
    text = first[stream.tell() : offset].decode("utf-8" if version == (3, 0) else "latin-1")
    written = text.encode("ascii", "backslashreplace")
    plain = io.BytesIO(struct.pack("<I", len(written)) + written)
    shape, by_columns, kind = np.lib.format.read_array_header_2_0(plain, 8 * LONGEST_HEADER)
    return offset, shape, by_columns, kind


def _damaged(name: str, why: str) -> SymhdlError:
    return error("bad-data", f"{name} is no .npy file: {why}")


@dataclass(frozen=True, slots=True)
class StoredArray:
    """An array in a .npy file."""

    file: DataFile
    name: str
    header: Header

    def rows(self, start: int, end: int) -> Array:
        """Some rows, with all of their columns; only their part of the file comes into memory."""
        columns = self.header.columns
        return self._read(start * columns, (end - start) * columns).reshape(end - start, columns)

    def part(self, start: int, end: int, column: int) -> Array:
        """Some numbers of a column of an array that is stored by columns."""
        return self._read(column * self.header.shape[0] + start, end - start)

    def _read(self, first: int, count: int) -> Array:
        width = self.header.type.itemsize
        content = self.file.part(self.header.offset + first * width, count * width)
        return np.frombuffer(content, self.header.type)


def stored_array(file: DataFile, name: str) -> StoredArray:
    """The array in a .npy file. Raises SymhdlError for a damaged file and for pickled objects."""
    return StoredArray(file, name, read_header(file.beginning(FIRST_BYTES), file.size, name))


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """A column of a stored array: one of its columns, or a field of its records."""

    array: StoredArray
    position: int = 0
    field: str | None = None

    @property
    def kind(self) -> str:
        """What its entries are, as NumPy calls it."""
        entries = self.array.header.type
        if self.field is not None and entries.fields is not None:
            entries = entries.fields[self.field][0]
        return entries.kind

    @property
    def length(self) -> int:
        """How many entries it has."""
        return self.array.header.shape[0]

    def rows(self, start: int, end: int, read: dict[int, Array]) -> Array:
        """Some entries; `read` keeps these rows of arrays of which other columns are wanted, too."""
        array = self.array
        if array.header.by_columns:
            return array.part(start, end, self.position)
        rows = read.get(id(array))
        if rows is None:
            rows = read[id(array)] = array.rows(start, end)
        column = rows[:, self.position]
        return column if self.field is None else field_of(column, self.field)


def columns_of(array: StoredArray) -> tuple[tuple[str, ...], tuple[StoredColumn, ...], bool]:
    """The names and columns of an array, and whether the names only count."""
    header = array.header
    fields = header.type.names
    if fields is not None and len(header.shape) == 1:
        names = tuple(readable(field) for field in fields)
        return names, tuple(StoredColumn(array, 0, field) for field in fields), False
    if fields is not None or len(header.shape) not in (1, 2):
        raise wrong_shape(array.name, header.shape)
    places = range(header.columns)
    return counted_names(header.columns), tuple(StoredColumn(array, k) for k in places), True


@dataclass(frozen=True, slots=True)
class StoredRows:
    """The rows of columns that are stored in files."""

    name: str
    names: tuple[str, ...]
    columns: tuple[StoredColumn, ...]
    block: int = BLOCK

    def blocks(self, columns: Sequence[int], missing: Missing) -> Iterator[Block]:  # noqa: ARG002
        """The columns, block by block. Raises SymhdlError for columns of other things than numbers."""
        names = [self.names[k] for k in columns]
        chosen = [self.columns[k] for k in columns]
        check_lengths(self.name, names, [column.length for column in chosen])
        for name, column in zip(names, chosen, strict=True):
            if column.kind not in NUMBER_KINDS:
                raise not_numbers(self.name, name, column.kind)
        counted = chosen or [c for c in self.columns if c.array.header.row_bytes]
        rows = max((column.length for column in counted), default=0)
        row_bytes = max((c.array.header.row_bytes for c in counted), default=1)
        step = max(1, self.block // max(row_bytes, 8 * len(chosen)))
        for start in range(0, rows, step):
            end = min(start + step, rows)
            values = np.empty((end - start, len(chosen)))
            read: dict[int, Array] = {}
            for position, (name, column) in enumerate(zip(names, chosen, strict=True)):
                piece = column.rows(start, end, read)
                values[:, position] = numbers_of(piece, self.name, name, start)
            yield Block(values)

    def texts(self, column: int) -> Iterator[list[str]]:
        """What stands in a column; empty where a value is missing."""
        chosen = self.columns[column]
        step = max(1, self.block // max(chosen.array.header.row_bytes, 1))
        for start in range(0, chosen.length, step):
            yield texts_of(chosen.rows(start, min(start + step, chosen.length), {}))


def npy_table(file: DataFile) -> Table:
    """The table in a .npy file."""
    names, columns, counted = columns_of(stored_array(file, file.name))
    return Table(file.name, names, StoredRows(file.name, names, columns), counted, file=file)
