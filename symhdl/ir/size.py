"""How large a datapath may grow: limits on the bits of a cell, of all cells and of all tables."""

from __future__ import annotations

from dataclasses import dataclass

from symhdl.errors import Diagnostic, GoalError
from symhdl.ir.datapath import Cell, CellKind
from symhdl.numeric.fixed import width_of_range
from symhdl.numeric.limits import (
    MAXIMUM_BITS,
    MAXIMUM_CELL_WIDTH,
    MAXIMUM_CELLS,
    MAXIMUM_TABLE_BITS,
)

HELP = "allow a larger error, give inputs and outputs fewer bits, or make several designs of it"


@dataclass(slots=True)
class Size:
    """The cells so far, their bits, and those of the contents of tables."""

    cells: int = 0
    bits: int = 0
    table_bits: int = 0

    def add(self, cell: Cell) -> None:
        """Counts a cell. Raises `GoalError` `too-wide` or `too-large` where it goes beyond a limit."""
        _, width = width_of_range(cell.minimum, cell.maximum)
        self.cells += 1
        self.bits += width
        if width > MAXIMUM_CELL_WIDTH:
            what = f"`{cell.origin}` takes" if cell.origin else "this takes"
            limit = f"{MAXIMUM_CELL_WIDTH:,} bits"
            raise _beyond("too-wide", f"{what} numbers of {width:,} bits", limit)
        if self.cells > MAXIMUM_CELLS:
            limit = f"{MAXIMUM_CELLS:,} of them"
            raise _beyond("too-large", "the design has too many operators and registers", limit)
        if self.bits > MAXIMUM_BITS:
            limit = f"{MAXIMUM_BITS:,} bits"
            raise _beyond("too-large", "operators and registers of the design are too large", limit)
        if cell.kind is CellKind.TABLE:
            self.table_bits += width * len(cell.contents)
            if self.table_bits > MAXIMUM_TABLE_BITS:
                limit = f"{MAXIMUM_TABLE_BITS:,} bits"
                raise _beyond("too-large", "the tables of the design are too large", limit)


def _beyond(id: str, message: str, limit: str) -> GoalError:
    return GoalError(Diagnostic(id, message, notes=(f"the limit is {limit}",), help=HELP))
