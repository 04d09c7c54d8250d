"""Parquet files, where pyarrow is installed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Protocol

import numpy as np
import numpy.typing as npt

from symhdl.data.arrays import (
    NUMBER_KINDS,
    OBJECT_KIND,
    ROWS,
    not_numbers,
    numbers_of,
    rows_of,
    texts_of,
)
from symhdl.data.limits import PACKED, REPEATED, check_columns, check_packing
from symhdl.data.opened import DataFile
from symhdl.data.table import Block, Missing, Table
from symhdl.errors import Diagnostic, ToolMissingError
from symhdl.files.reading import unreadable

BUFFER = 1 << 20
"""Bytes that are read at once; else pyarrow reads whole groups of rows, and with `pre_buffer` the whole file."""

READING = {"pre_buffer": False, "buffer_size": BUFFER, "page_checksum_verification": True}

HELP = "give it as CSV or .npy"
KINDS = (
    ("is_integer", "i"),
    ("is_floating", "f"),
    ("is_boolean", "b"),
    ("is_decimal", OBJECT_KIND),
    ("is_null", OBJECT_KIND),
    ("is_temporal", "M"),
    ("is_nested", "V"),
)
"""The kinds of columns as NumPy calls them, by pyarrow's questions for them; the rest is text."""


def _library(name: str) -> ModuleType:
    """pyarrow.parquet. Raises ToolMissingError if it is not there."""
    try:
        return import_module("pyarrow.parquet")
    except ImportError:
        text = f"{name} is a Parquet file, and reading it needs pyarrow"
        help = "install it with `pip install pyarrow`, or give CSV, .npy or .npz"
        raise ToolMissingError(Diagnostic("tool-missing", text, help=help)) from None


@dataclass(frozen=True, slots=True)
class ParquetRows:
    """The rows of a Parquet file. `kinds` are those of its columns, as NumPy calls them."""

    file: DataFile
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    block: int = ROWS

    def blocks(self, columns: Sequence[int], missing: Missing) -> Iterator[Block]:  # noqa: ARG002
        """The columns, block by block. Raises SymhdlError for columns of other things than numbers."""
        name, names = self.file.name, [self.names[k] for k in columns]
        for k in columns:
            if self.kinds[k] not in (*NUMBER_KINDS, OBJECT_KIND):
                raise not_numbers(name, self.names[k], self.kinds[k])
        batches = _batches(self.file, names, self.block)
        row = 0
        while True:
            with _told(name):
                batch = next(batches, None)
                if batch is None:
                    return
                arrays = [np.asarray(batch.column(position)) for position in range(len(names))]
            values = np.empty((batch.num_rows, len(names)))
            for position, array in enumerate(arrays):
                values[:, position] = numbers_of(array, name, names[position], row)
            row += batch.num_rows
            yield Block(values)

    def texts(self, column: int) -> Iterator[list[str]]:
        """What stands in a column; empty where a value is missing."""
        batches = _batches(self.file, [self.names[column]], self.block)
        while True:
            with _told(self.file.name):
                batch = next(batches, None)
                if batch is None:
                    return
                array = np.asarray(batch.column(0))
            yield texts_of(array)


class _Batch(Protocol):
    """Some rows, as pyarrow has them."""

    num_rows: int

    def column(self, position: int, /) -> npt.ArrayLike: ...


def _batches(file: DataFile, names: list[str], block: int) -> Iterator[_Batch]:
    """The rows of some columns, as pyarrow reads them. Raises SymhdlError for what would become far too much."""
    with _told(file.name):
        opened = _library(file.name).ParquetFile(file.stream(), **READING)
        metadata, wanted = opened.metadata, frozenset(names)
        chosen = [k for k in range(metadata.num_columns) if opened.schema.column(k).path in wanted]
        for group in map(metadata.row_group, range(metadata.num_row_groups)):
            columns = [group.column(k) for k in chosen]  # one page may hold all of a column
            unpacked = sum(column.total_uncompressed_size for column in columns)
            packed = sum(column.total_compressed_size for column in columns)
            check_packing(unpacked, packed, file.name, PACKED, HELP)
        # A column of one number over and over takes next to nothing, however many rows it has.
        unpacked = 8 * max(1, len(names)) * metadata.num_rows
        check_packing(unpacked, file.size, file.name, REPEATED, HELP)
        step = rows_of(len(names), block)
        batches: Iterator[_Batch] = opened.iter_batches(step, columns=names, use_threads=False)
        return batches


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Surrounds what pyarrow does. Raises SymhdlError for what it raises for damaged files."""
    damage = (ValueError, OSError, OverflowError, import_module("pyarrow").ArrowException)
    try:
        yield
    except damage as problem:
        raise unreadable(name, problem) from None


def parquet_table(file: DataFile) -> Table:
    """The table in a Parquet file. Raises ToolMissingError without pyarrow, SymhdlError for a damaged file."""
    library = _library(file.name)
    with _told(file.name):
        schema = library.ParquetFile(file.stream(), **READING).schema_arrow
        names = tuple(str(column) for column in schema.names)
        kinds = tuple(_kind(kind) for kind in schema.types)
    check_columns(len(names), file.name)
    return Table(file.name, names, ParquetRows(file, names, kinds), file=file)


def _kind(of_column: object) -> str:
    types = import_module("pyarrow").types
    if types.is_dictionary(of_column):
        of_column = getattr(of_column, "value_type")  # noqa: B009 - known to pyarrow alone
    return next((kind for question, kind in KINDS if getattr(types, question)(of_column)), "U")
