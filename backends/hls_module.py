"""What the HLS writers share: which cells become statements, and the names of everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symhdl.ir.datapath import Cell, CellKind, Datapath
from symhdl.ir.live import live_cells
from symhdl.names.reserved import C_LIBRARY_TYPES
from symhdl.numeric.fixed import FixedFormat

from .hls_expressions import Variable
from .signals import Names, base_names


@dataclass(frozen=True, slots=True)
class SharedTable:
    """Constant entries that one or several cells read."""

    name: str
    signed: bool
    width: int
    contents: tuple[int, ...]
    cells: tuple[int, ...]

    @property
    def readers(self) -> int:
        """How many cells read it, each of them in every clock cycle."""
        return len(self.cells)


@dataclass(frozen=True, slots=True)
class HlsModule:
    """A datapath with a C++ name for everything.

    `same` is for every cell the first one with the same integer in the same type, `names` the name of that one.
    `live` tells on which cells an output depends, `stated` which of them are statements of their own. `port_types`
    and `output_names` are by port.
    """

    datapath: Datapath
    live: tuple[bool, ...]
    stated: tuple[bool, ...]
    names: tuple[str, ...]
    tables: tuple[SharedTable, ...]
    port_types: Mapping[str, str]
    output_names: Mapping[str, str]
    same: tuple[int, ...]

    def variable(self, index: int) -> Variable:
        """The cell as an operand, in the type of the variable that holds it."""
        return Variable(self.datapath.cells[self.same[index]], self.names[index])


def fixed_type(port_format: FixedFormat) -> str:
    """The type of a port."""
    prefix = "" if port_format.signed else "u"
    return f"ap_{prefix}fixed<{port_format.width}, {port_format.integer_bits}>"


def arrange(datapath: Datapath) -> HlsModule:
    """Chooses statements and names."""
    cells = datapath.cells
    ports = datapath.inputs + datapath.outputs
    names = Names((datapath.top, *(port.port for port in ports), *C_LIBRARY_TYPES))
    port_types = {p.port: names.fresh(f"{datapath.top}_{p.port}_t") for p in ports}
    output_names = {p.port: names.fresh(f"{p.port}_value") for p in datapath.outputs}
    live = tuple(live_cells(datapath))
    same = _same(cells)
    stated = tuple(
        live[index]
        and same[index] == index
        and cell.kind not in (CellKind.INPUT, CellKind.CONSTANT)
        for index, cell in enumerate(cells)
    )
    port_names = {port.port.lower() for port in ports}
    own: list[str] = []
    for index, (cell, base) in enumerate(zip(cells, base_names(datapath), strict=True)):
        needed = live[index] and same[index] == index and cell.kind is not CellKind.CONSTANT
        wanted = f"{base}_bits" if base.lower() in port_names else base
        own.append(names.fresh(wanted) if needed else "")
    return HlsModule(
        datapath=datapath,
        live=live,
        stated=stated,
        names=tuple(own[origin] for origin in same),
        tables=_tables(cells, stated, own, names),
        port_types=port_types,
        output_names=output_names,
        same=same,
    )


def _same(cells: Sequence[Cell]) -> tuple[int, ...]:
    """For every cell the first with the same integer: itself, or what registers and moved points hand on."""
    same: list[int] = []
    for index, cell in enumerate(cells):
        handed_on = cell.kind is CellKind.REGISTER
        if cell.kind is CellKind.SHIFT_LEFT and cell.shift == 0:
            origin = cells[same[cell.operands[0]]]
            handed_on = (origin.signed, origin.width) == (cell.signed, cell.width)
        same.append(same[cell.operands[0]] if handed_on else index)
    return tuple(same)


def _tables(
    cells: Sequence[Cell], stated: Sequence[bool], own: Sequence[str], names: Names
) -> tuple[SharedTable, ...]:
    """One table for all cells with equal contents in one type, called after the first of them."""
    readers: dict[tuple[bool, int, tuple[int, ...]], list[int]] = {}
    for index, cell in enumerate(cells):
        if stated[index] and cell.kind is CellKind.TABLE:
            readers.setdefault(_reached(cells, cell), []).append(index)
    return tuple(
        SharedTable(
            names.fresh(f"{own[indices[0]]}_table"), signed, width, contents, tuple(indices)
        )
        for (signed, width, contents), indices in readers.items()
    )


def _reached(cells: Sequence[Cell], cell: Cell) -> tuple[bool, int, tuple[int, ...]]:
    """Type and contents of a cell's table; what the index never reaches may not fit the type and is 0."""
    index = cells[cell.operands[0]]
    contents = (0,) * index.minimum + cell.contents[index.minimum : index.maximum + 1]
    return cell.signed, cell.width, contents
