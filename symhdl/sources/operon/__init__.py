"""Operon: models as text and as objects."""
