"""Opens tables of numbers: the kind of a file is told by its first bytes, that of an object by its type."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np

from symhdl.data.archive import npz_table
from symhdl.data.arrays import Array, array_table, frame_table, named_arrays
from symhdl.data.binary import npy_table
from symhdl.data.opened import DataFile, open_file
from symhdl.data.parquet import parquet_table
from symhdl.data.table import Table
from symhdl.data.text_table import TextFile, text_table
from symhdl.errors import error
from symhdl.files.reading import Waiting

GZIP = b"\x1f\x8b"
READERS = (
    (b"\x93NUMPY", npy_table),
    (b"PK\x03\x04", npz_table),
    (b"PAR1", parquet_table),
)
"""What reads the files that begin with these bytes; what begins otherwise is text."""

REFUSED = (
    (b"\x89HDF", "an HDF5 file"),
    (b"ARROW1", "an Arrow file"),
    (b"FEA1", "a Feather file"),
    (b"SQLite", "a database"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"MATLAB", "a MATLAB file"),
    (b"\x28\xb5\x2f\xfd", "compressed by zstd"),
    (b"BZh", "compressed by bzip2"),
    (b"\xfd7zXZ", "compressed by xz"),
)
LONGEST_MARK = 8
PICKLES = tuple(bytes((0x80, protocol)) for protocol in range(2, 6))
KNOWN = "give CSV (also as .csv.gz), .npy, .npz or Parquet"


def open_table(
    path: Path | str,
    name: str | None = None,
    decimal: str | None = None,
    waiting: Waiting | None = None,
) -> Table:
    """The table in a file: CSV in its varieties, also packed by gzip, .npy, .npz or Parquet.

    `name` is that under which messages speak of it; `decimal` the decimal mark of a text table, `.` or `,`, if it is
    not to be found out; `waiting` is told if a pipe gives nothing for a while. Raises SymhdlError for a file that holds
    no table, ToolMissingError for Parquet without pyarrow.
    """
    return table_in(open_file(Path(path), name, waiting), decimal)


def table_in(file: DataFile, decimal: str | None = None) -> Table:
    """The table in an open file; see `open_table`."""
    start, name = file.beginning(LONGEST_MARK), file.name
    for mark, reader in READERS:
        if start.startswith(mark):
            return reader(file)
    if start.startswith(PICKLES):
        text = f"{name} is a pickle, which is not read because reading it runs code"
        raise error("bad-data", text, help=KNOWN)
    for mark, what in REFUSED:
        if start.startswith(mark):
            raise error("bad-data", f"{name} is {what}", help=KNOWN)
    return text_table(TextFile(file, start.startswith(GZIP)), decimal)


def table_of(data: object, name: str = "data") -> Table:
    """The table that an object is: a path, a table, an array, a dict of arrays, a frame of pandas, polars or Arrow.

    Raises SymhdlError for everything else.
    """
    if isinstance(data, Table):
        return data
    if isinstance(data, str | Path):
        return open_table(data)
    if isinstance(data, np.ndarray):
        return array_table(data, name)
    if isinstance(data, Mapping):
        return named_arrays({str(key): _array(key, value) for key, value in data.items()}, name)
    table = frame_table(data, name)
    if table is None:
        text = f"an object of type {type(data).__name__} is not a table"
        raise error(
            "bad-data", text, help="give a path, a dict of arrays, an array or a data frame"
        )
    return table


def _array(key: object, value: object) -> Array:
    try:
        return np.asarray(value)
    except ValueError as problem:
        raise error("bad-data", f"`{key}` is not an array: {problem}") from None


def tables_of(data: object, decimal: str | None = None) -> tuple[Table, ...]:
    """The tables of an object or of a list of objects."""
    entries = data if isinstance(data, list | tuple) else [data]
    opened = partial(open_table, decimal=decimal)
    return tuple(opened(e) if isinstance(e, str | Path) else table_of(e) for e in entries)
