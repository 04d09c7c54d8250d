"""Algebraic identities as data."""
