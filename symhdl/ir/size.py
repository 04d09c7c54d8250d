"""How large a datapath may grow: limits on the bits of a cell, of all cells and of all tables."""

from __future__ import annotations

from dataclasses import dataclass

from symhdl.errors import Diagnostic, GoalError
from symhdl.ir.datapath import Cell, CellKind
from symhdl.numeric.limits import MAXIMUM_BITS, MAXIMUM_CELL_WIDTH, MAXIMUM_TABLE_BITS

HELP = "allow a larger error, give inputs and outputs fewer bits, or make several designs of it"


@dataclass(slots=True)
class Size:
    """The bits of all cells so far, and of the contents of tables."""

    bits: int = 0
    table_bits: int = 0

    def add(self, cell: Cell) -> None:
        """Counts a cell. Raises `GoalError` `too-wide` or `too-large` where it goes beyond a limit."""
        width = cell.width
        self.bits += width
        if width > MAXIMUM_CELL_WIDTH:
            what = f"`{cell.origin}` takes" if cell.origin else "this takes"
            raise _beyond("too-wide", f"{what} numbers of {width:,} bits", MAXIMUM_CELL_WIDTH)
        if self.bits > MAXIMUM_BITS:
            raise _beyond("too-large", "the operators of the design are too many", MAXIMUM_BITS)
        if cell.kind is CellKind.TABLE:
            self.table_bits += width * len(cell.contents)
            if self.table_bits > MAXIMUM_TABLE_BITS:
                raise _beyond(
                    "too-large", "the tables of the design are too large", MAXIMUM_TABLE_BITS
                )


def _beyond(id: str, message: str, limit: int) -> GoalError:
    return GoalError(Diagnostic(id, message, notes=(f"the limit is {limit:,} bits",), help=HELP))
