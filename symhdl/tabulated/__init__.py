"""Functions as the hardware computes them, as tables in the languages of tools that search for expressions."""

from __future__ import annotations

from symhdl.tabulated.texts import functions_as, written

__all__ = ["functions_as", "written"]
