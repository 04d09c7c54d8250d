"""How large a datapath may grow: limits on the bits of a cell, of all cells and of all tables."""

from __future__ import annotations

from dataclasses import dataclass

from symhdl.errors import Diagnostic, GoalError
from symhdl.ir.datapath import Cell
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
        width = cell.width
        self.cells += 1
        self.bits += width
        if cell.contents:
            self.table_bits += width * len(cell.contents)
        if (
            width > MAXIMUM_CELL_WIDTH
            or self.cells > MAXIMUM_CELLS
            or self.bits > MAXIMUM_BITS
            or self.table_bits > MAXIMUM_TABLE_BITS
        ):
            raise self._excess(cell, width)

    def _excess(self, cell: Cell, width: int) -> GoalError:
        """What is too much with this cell."""
        if width > MAXIMUM_CELL_WIDTH:
            what = f"`{cell.origin}` takes" if cell.origin else "this takes"
            limit = f"{MAXIMUM_CELL_WIDTH:,} bits"
            return _beyond("too-wide", f"{what} numbers of {width:,} bits", limit)
        if self.cells > MAXIMUM_CELLS:
            limit = f"{MAXIMUM_CELLS:,} of them"
            return _beyond("too-large", "the design has too many operators and registers", limit)
        if self.bits > MAXIMUM_BITS:
            limit = f"{MAXIMUM_BITS:,} bits"
            return _beyond(
                "too-large", "operators and registers of the design are too large", limit
            )
        limit = f"{MAXIMUM_TABLE_BITS:,} bits"
        return _beyond("too-large", "the tables of the design are too large", limit)


def _beyond(id: str, message: str, limit: str) -> GoalError:
    return GoalError(Diagnostic(id, message, notes=(f"the limit is {limit}",), help=HELP))
