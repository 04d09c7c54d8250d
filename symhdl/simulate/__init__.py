"""Executes a Datapath on integers: the definition of what every backend must produce, and an engine for many rows."""

from __future__ import annotations

from symhdl.simulate.definition import INT64_BITS, Integers, simulate

__all__ = ["INT64_BITS", "Integers", "simulate"]
