"""Names in generated files, for all emitters alike: legal, and each given once, also where case does not matter.

Registers have one name in every emitter, so that a proof can match them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import InitVar, dataclass, field

from symhdl.ir.datapath import WIRES, Cell, CellKind, Datapath
from symhdl.names.identifiers import port_names
from symhdl.names.wires import name_of_step

VALID_NAME = "valid"
"""The shift register of the handshake; no port can have this name."""

OF_PORT = "value"
"""What a signal adds to its name if a port has that name."""


@dataclass(slots=True)
class Names:
    """Gives out names, each once even if case is ignored."""

    taken: InitVar[Iterable[str]] = ()
    _used: set[str] = field(default_factory=set)
    _repeats: dict[str, int] = field(default_factory=dict)

    def __post_init__(self, taken: Iterable[str]) -> None:
        self._used.update(name.lower() for name in taken)

    def fresh(self, wanted: str) -> str:
        """The name itself, or with the first number that makes it new."""
        name, number = wanted, self._repeats.get(wanted, 1)
        while name.lower() in self._used:
            number += 1
            name = f"{wanted}_{number}"
        self._repeats[wanted] = number
        self._used.add(name.lower())
        return name


@dataclass(frozen=True, slots=True)
class Signals:
    """A name for every cell but constants, and the `names` that are left for what an emitter has beside them."""

    of_cells: tuple[str, ...]
    names: Names


def base_names(datapath: Datapath) -> tuple[str, ...]:
    """What the value of every cell is called, legal in every output language but not unique; constants have no name.

    A register is called like what it holds, a cell without a name that only moves the binary point like its operand.
    """
    ports = {port.cell: port.port for port in datapath.inputs}
    legal: dict[str, str] = {}
    bases: list[str] = []
    for index, cell in enumerate(datapath.cells):
        if cell.kind is CellKind.CONSTANT:
            bases.append("")
        elif index in ports:
            bases.append(ports[index])
        elif cell.kind is CellKind.REGISTER or is_same_integer(cell):
            bases.append(bases[cell.operands[0]] or "constant")
        else:
            name = cell.name or _name_of_unnamed(cell, bases)
            if name not in legal:
                legal[name] = port_names([name])[0].text
            bases.append(legal[name])
    return tuple(bases)


def is_same_integer(cell: Cell) -> bool:
    """Whether the cell has no name and is its operand, read with another binary point or another range."""
    return cell.kind is CellKind.SHIFT_LEFT and cell.shift == 0 and not cell.name


def _name_of_unnamed(cell: Cell, bases: Sequence[str]) -> str:
    """What is made of the first operand, as in `x_cut`; the word alone where that is a name of two words already."""
    role = cell.role
    first = next((bases[operand] for operand in cell.operands if bases[operand]), "")
    if first and ("_" not in first or cell.kind in WIRES):
        return name_of_step(first, role)
    return role


def signals(datapath: Datapath) -> Signals:
    """Names for the signals of a module, distinct from each other and from the ports.

    `r` is the value that the source calls r where it is computed, `r_s3` the register that holds it in stage 3. An
    INPUT cell that is as wide as its port bears the port's name, and a cell without a name that is equal to its operand
    bit by bit bears that of the operand.
    """
    ports = {port.port.lower() for port in (*datapath.inputs, *datapath.outputs)}
    names = Names((*ports, VALID_NAME, datapath.top))
    cells = datapath.cells
    port_of_cell = {port.cell: port for port in datapath.inputs}
    bases, later = base_names(datapath), set(passing_wires(datapath))
    found: list[str] = []
    held: list[str] = []  # the name of the value that a register holds, or that a cell is
    for index, (cell, base) in enumerate(zip(cells, bases, strict=True)):
        port = port_of_cell.get(index)
        if not base or index in later:
            found.append("")
        elif port is not None and cell.format == port.format:
            found.append(port.port)
        elif cell.kind is CellKind.REGISTER:
            found.append(names.fresh(f"{held[cell.operands[0]] or base}_s{cell.stage}"))
        elif is_same_integer(cell) and _equal_bits(cell, cells[cell.operands[0]]):
            found.append(found[cell.operands[0]])
        else:
            found.append(names.fresh(f"{base}_{OF_PORT}" if base.lower() in ports else base))
        is_copy = cell.kind is CellKind.REGISTER or is_same_integer(cell)
        held.append(held[cell.operands[0]] if is_copy else found[-1])
    for index in sorted(later):  # so that no number of another name hangs on them
        found[index] = names.fresh(bases[index])
    return Signals(tuple(found), names)


def passing_wires(datapath: Datapath) -> dict[int, CellKind]:
    """The wires without names of their own that one cell alone reads, and its kind; an output counts as a choice.

    None of them is read by a unit of the device, whose ports are connected bit by bit to signals with names.
    """
    readers: list[list[CellKind]] = [[] for _ in datapath.cells]
    for cell in datapath.cells:
        for operand in cell.operands:
            # What is the same integer bears the wire's name.
            needs_name = cell.unit or is_same_integer(cell)
            readers[operand] += [cell.kind] * (2 if needs_name else 1)
    for port in datapath.outputs:
        readers[port.cell].append(CellKind.SELECT)
    return {
        index: readers[index][0]
        for index, cell in enumerate(datapath.cells)
        if cell.kind in WIRES and not cell.name and len(readers[index]) == 1
        if not is_same_integer(cell)
    }


def _equal_bits(cell: Cell, operand: Cell) -> bool:
    is_variable = operand.kind is not CellKind.CONSTANT
    return is_variable and (cell.signed, cell.width) == (operand.signed, operand.width)


def signal_names(datapath: Datapath) -> tuple[str, ...]:
    """The names of the cells' signals."""
    return signals(datapath).of_cells


def cells_of_nets(datapath: Datapath, nets: Iterable[str]) -> list[int | None]:
    """For each name in a netlist the cell after whose signal it is called; None where there is none.

    Synthesis names what it makes after a signal that was there, with a suffix behind `_` or an index.
    """
    names: dict[str, int] = {}
    for cell, name in enumerate(signal_names(datapath)):
        if name:
            names.setdefault(name, cell)
    names |= {port.port: port.cell for port in datapath.outputs if port.port not in names}
    found: list[int | None] = []
    for net in nets:
        parts = re.split(r"(_|\[|\$)", net)
        prefixes = ("".join(parts[:count]) for count in range(len(parts), 0, -1))
        found.append(next((names[prefix] for prefix in prefixes if prefix in names), None))
    return found
