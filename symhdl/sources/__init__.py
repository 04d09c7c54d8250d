"""Readers of what users have: text, PySR runs, SymPy objects; one file each."""
