"""By what synthesis is told what a cell becomes, and kept from moving registers."""

from __future__ import annotations

from collections.abc import Mapping

from symhdl.ir.datapath import WIRES, Cell, CellKind, Datapath

Attributes = Mapping[str, str | int]
"""Names and values; 1 is what an attribute without a value has."""

KEPT: Attributes = {"keep": 1}
"""A wire that synthesis must leave as it is."""


def of_table(cell: Cell) -> Attributes:
    """A table that is bound to a memory becomes a block, another one logic; Yosys obeys, whatever its size."""
    return {"rom_style": "block" if cell.unit else "logic"}


def registers_before_tables(datapath: Datapath) -> frozenset[int]:
    """The registers that hold the index of a table in logic, which need a value at the start.

    Without one Yosys takes them for those of a memory, and moves them behind the table where none becomes of it: the
    table would lengthen the path before the register, and the entry has more bits than the index.
    """
    cells = datapath.cells
    waiting = [cell.operands[0] for cell in cells if cell.kind is CellKind.TABLE and not cell.unit]
    seen: set[int] = set()
    found: set[int] = set()
    while waiting:
        index = waiting.pop()
        cell = cells[index]
        if index not in seen and (cell.kind in WIRES or cell.kind is CellKind.JOIN):
            waiting += cell.operands
        elif cell.kind is CellKind.REGISTER:
            found.add(index)
        seen.add(index)
    return frozenset(found)


def attribute_text(attributes: Attributes) -> str:
    """The attributes as Verilog has them."""
    texts = (name if value == 1 else f'{name} = "{value}"' for name, value in attributes.items())
    return f"(* {', '.join(texts)} *)"
