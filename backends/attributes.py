"""Attributes by which synthesis is told what a cell becomes."""

from __future__ import annotations

from collections.abc import Mapping

from symhdl.ir.datapath import Cell


def of_table(cell: Cell) -> Mapping[str, str]:
    """A table that is bound to a memory becomes a block, another one logic; Yosys obeys, whatever its size."""
    return {"rom_style": "block" if cell.unit else "logic"}


def attribute_text(attributes: Mapping[str, str]) -> str:
    """The attributes as Verilog has them."""
    pairs = ", ".join(f'{name} = "{value}"' for name, value in attributes.items())
    return f"(* {pairs} *)"
