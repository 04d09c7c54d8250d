"""The front against real cost: equations and sweeps of options in, one row for each design out, kept in a store."""

from __future__ import annotations

from symhdl.explore.exploration import Exploration, explore
from symhdl.explore.row import Row

__all__ = ["Exploration", "Row", "explore"]
