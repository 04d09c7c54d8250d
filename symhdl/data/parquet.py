"""Parquet files, where pyarrow is installed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np

from symhdl.data.arrays import ROWS, numbers_of
from symhdl.data.table import Block, Missing, Table
from symhdl.errors import Diagnostic, SymhdlError, ToolMissingError, error

BUFFER = 1 << 20
"""Bytes that are read at once; else pyarrow reads whole groups of rows, and with `pre_buffer` the whole file."""


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
    """The rows of a Parquet file."""

    path: Path
    name: str
    names: tuple[str, ...]
    block: int = ROWS

    def blocks(self, columns: Sequence[int], missing: Missing) -> Iterator[Block]:  # noqa: ARG002
        """The columns, block by block. Raises SymhdlError for columns of other things than numbers."""
        library = _library(self.name)
        names = [self.names[k] for k in columns]
        row = 0
        try:
            with library.ParquetFile(self.path, pre_buffer=False, buffer_size=BUFFER) as file:
                batches = file.iter_batches(self.block, columns=names, use_threads=False)
                for batch in batches:
                    values = np.empty((batch.num_rows, len(names)))
                    for position, name in enumerate(names):
                        column = np.asarray(batch.column(position))
                        values[:, position] = numbers_of(column, self.name, name, row)
                    row += batch.num_rows
                    yield Block(values)
        except _damage() as problem:
            raise _unreadable(self.name, problem) from None


def _damage() -> tuple[type[Exception], ...]:
    """What pyarrow raises for damaged files."""
    return ValueError, OSError, import_module("pyarrow").ArrowException


def _unreadable(name: str, problem: Exception) -> SymhdlError:
    reason = str(problem).split("\n", 1)[0]
    return error("file-unreadable", f"cannot read {name}: {reason}")


def parquet_table(path: Path, name: str) -> Table:
    """The table in a Parquet file. Raises ToolMissingError without pyarrow, SymhdlError for a damaged file."""
    library = _library(name)
    try:
        names = tuple(str(column) for column in library.read_schema(path).names)
    except _damage() as problem:
        raise _unreadable(name, problem) from None
    return Table(name, names, ParquetRows(path, name, names))
