"""Tables of numbers: CSV, NumPy and Parquet files, arrays and data frames, read in pieces that fit into memory."""

from symhdl.data.old import Integers, Table, decimals, exact_decimal, match_columns, quantise, read_table

__all__ = ["Integers", "Table", "decimals", "exact_decimal", "match_columns", "quantise", "read_table"]
