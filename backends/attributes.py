"""Attributes by which synthesis is told what a cell becomes."""

from __future__ import annotations

from collections.abc import Mapping

from symhdl.ir.datapath import Cell

Attributes = Mapping[str, str | int]
"""Names and values; 1 is what an attribute without a value has."""

KEPT: Attributes = {"keep": 1}
"""A wire that synthesis must leave as it is."""


def of_table(cell: Cell) -> Attributes:
    """A table that is bound to a memory becomes a block, another one logic; Yosys obeys, whatever its size."""
    return {"rom_style": "block" if cell.unit else "logic"}


def attribute_text(attributes: Attributes) -> str:
    """The attributes as Verilog has them."""
    texts = (name if value == 1 else f'{name} = "{value}"' for name, value in attributes.items())
    return f"(* {', '.join(texts)} *)"
