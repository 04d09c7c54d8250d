"""Python and NumPy text: expressions, assignments, functions."""
