"""Texts of assignments, loops and functions, executed on symbols: what C and Python have in common."""
