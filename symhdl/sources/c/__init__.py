"""C and C++ text: expressions, assignments, functions."""
