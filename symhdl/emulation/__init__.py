"""Simulates many rows: the definition for few, NumPy in blocks for more, and a compiled emulator where it pays."""

from __future__ import annotations

from symhdl.emulation.choice import engine_of, simulate_rows

__all__ = ["engine_of", "simulate_rows"]
