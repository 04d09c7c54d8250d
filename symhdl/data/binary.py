"""NumPy's .npy files, read block by block, never unpickled."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError

import numpy as np

from symhdl.data.arrays import Array, check_lengths, field_of, numbers_of, wrong_shape
from symhdl.data.table import Block, Missing, Table, counted_names
from symhdl.errors import error

BLOCK = 1 << 23
"""Bytes of an array that are read at once."""

DAMAGE = (
    ValueError, TypeError, SyntaxError, TokenError, OverflowError, OSError, EOFError, MemoryError,
    RecursionError,
)  # fmt: skip
"""What NumPy raises for headers that make no sense."""


@dataclass(frozen=True, slots=True)
class StoredArray:
    """An array in a .npy file: where its numbers begin, and how they lie."""

    path: Path
    name: str
    offset: int
    shape: tuple[int, ...]
    type: np.dtype[np.generic]
    by_columns: bool

    @property
    def columns(self) -> int:
        """How many columns the array has."""
        return self.shape[1] if len(self.shape) == 2 else 1

    def rows(self, start: int, end: int, column: int) -> Array:
        """Some numbers of a column; only their part of the file comes into memory."""
        if self.by_columns or len(self.shape) == 1:
            first = (column * self.shape[0] + start) * self.type.itemsize
            return self._read(first, (end - start,))
        first = start * self.columns * self.type.itemsize
        return self._read(first, (end - start, self.columns))[:, column]

    def _read(self, first: int, shape: tuple[int, ...]) -> Array:
        found = np.memmap(self.path, self.type, "r", self.offset + first, shape)
        return np.asarray(found)


def stored_array(path: Path, name: str) -> StoredArray:
    """What the header of a .npy file says. Raises SymhdlError for a damaged file and for pickled objects."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            array = np.lib.format.open_memmap(path, mode="r")
    except DAMAGE as problem:
        if "object" in str(problem):
            text = f"{name} holds Python objects, which are not read because reading them runs code"
            raise error("bad-data", text, help="store the array as numbers") from None
        raise error("bad-data", f"{name} is no .npy file: {problem}") from None
    by_columns = bool(array.flags.f_contiguous and not array.flags.c_contiguous)
    return StoredArray(path, name, array.offset, array.shape, array.dtype, by_columns)


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """A column of a stored array: one of its columns, or a field of its records."""

    array: StoredArray
    position: int = 0
    field: str | None = None


def columns_of(array: StoredArray) -> tuple[tuple[str, ...], tuple[StoredColumn, ...], bool]:
    """The names and columns of an array, and whether the names only count."""
    fields = array.type.names
    if fields is not None and len(array.shape) == 1:
        return fields, tuple(StoredColumn(array, 0, field) for field in fields), False
    if fields is not None or len(array.shape) not in (1, 2):
        raise wrong_shape(array.name, array.shape)
    return (
        counted_names(array.columns),
        tuple(StoredColumn(array, k) for k in range(array.columns)),
        True,
    )


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
        lengths = [column.array.shape[0] for column in chosen or self.columns]
        if chosen:
            check_lengths(self.name, names, lengths)
        rows = max(lengths, default=0)
        row_bytes = max(
            c.array.type.itemsize * (1 if c.array.by_columns else c.array.columns)
            for c in chosen or self.columns
        )
        step = max(1, self.block // max(1, row_bytes))
        for start in range(0, rows, step):
            end = min(start + step, rows)
            values = np.empty((end - start, len(chosen)))
            for position, (name, column) in enumerate(zip(names, chosen, strict=True)):
                piece = column.array.rows(start, end, column.position)
                if column.field is not None:
                    piece = field_of(piece, column.field)
                values[:, position] = numbers_of(piece, self.name, name, start)
            yield Block(values)


def npy_table(path: Path, name: str) -> Table:
    """The table in a .npy file."""
    names, columns, counted = columns_of(stored_array(path, name))
    return Table(name, names, StoredRows(name, names, columns), counted)
