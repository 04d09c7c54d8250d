"""Tables of numbers: CSV, NumPy and Parquet files, arrays and data frames, read in pieces that fit into memory."""

from symhdl.data.opened import open_stream
from symhdl.data.opening import open_table, table_in, table_of, tables_of
from symhdl.data.table import Chunk, Table

__all__ = [
    "Chunk",
    "Table",
    "open_stream",
    "open_table",
    "table_in",
    "table_of",
    "tables_of",
]
