"""Tables as functions of a Verilog module; cells with equal tables share one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from symhdl.ir.datapath import Cell, CellKind, Datapath

from .attributes import attribute_text, of_table
from .signals import Names
from .verilog_expressions import bits_of, vector

TABLE = "table"
"""What the name of the function that reads a table adds to that of its first reader."""


@dataclass(frozen=True, slots=True)
class Table:
    """Entries that are reached, the first of them, widths of index and result, and what it is to become."""

    entries: tuple[int, ...]
    first: int
    index_width: int
    width: int
    attributes: str


def table_of(datapath: Datapath, cell: Cell) -> Table:
    """The table that a cell reads."""
    index = datapath.cells[cell.operands[0]]
    reached = cell.contents[index.minimum : index.maximum + 1]
    return Table(reached, index.minimum, index.width, cell.width, attribute_text(of_table(cell)))


def named_tables(datapath: Datapath, of_cells: Sequence[str], names: Names) -> dict[Table, str]:
    """A name for every different table that is no instance, after its first reader."""
    found: dict[Table, str] = {}
    for cell, name in zip(datapath.cells, of_cells, strict=True):
        if cell.kind is CellKind.TABLE and not datapath.is_instanced(cell):
            table = table_of(datapath, cell)
            if table not in found:
                found[table] = names.fresh(f"{name}_{TABLE}")
    return found


def table_lines(name: str, table: Table) -> Iterator[str]:
    """The function of that name."""
    width, index_width = table.width, table.index_width
    yield f"    function {vector(False, width)}{name};"
    yield f"        input {vector(False, index_width)}index;"
    yield f"        {table.attributes}"
    yield "        case (index)"
    for entry, value in enumerate(table.entries, table.first):
        yield f"            {index_width}'d{entry}: {name} = {bits_of(value, width)};"
    yield f"            default: {name} = {width}'bx;"
    yield "        endcase"
    yield "    endfunction"
