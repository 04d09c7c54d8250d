"""Tables of numbers: CSV, NumPy and Parquet files, arrays and data frames, read in pieces that fit into memory."""
