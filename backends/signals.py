"""Names of the signals inside a generated module: the same in every emitter, so that a proof can match registers."""

from __future__ import annotations

from symhdl.ir.datapath import CellKind, Datapath
from symhdl.names.identifiers import port_names

VALID_NAME = "valid"
"""The shift register of the handshake; no port can have this name."""


def signal_names(datapath: Datapath) -> tuple[str, ...]:
    """One name per cell, distinct from each other and from the ports even if case is ignored.

    `s2_r` is the value that the source calls r, at stage 2; `s2_n17` is cell 17. A register keeps the name of the value
    that it delays. An INPUT cell that is as wide as its port bears the port's name; constants have no name.
    """
    ports = datapath.inputs + datapath.outputs
    used = {port.port.lower() for port in ports}
    port_of_cell = {port.cell: port for port in datapath.inputs}
    bases: list[str] = []
    names: list[str] = []
    for index, cell in enumerate(datapath.cells):
        port = port_of_cell.get(index)
        if port is not None:
            base = port.port
        elif cell.kind is CellKind.REGISTER and bases[cell.operands[0]]:
            base = bases[cell.operands[0]]
        elif cell.kind is CellKind.CONSTANT:
            base = ""
        elif cell.name:
            base = port_names([cell.name])[0].text
        else:
            base = f"n{index}"
        bases.append(base)
        if not base:
            names.append("")
        elif port is not None and cell.format == port.format:
            names.append(port.port)
        else:
            names.append(_unused(f"s{cell.stage}_{base}", used))
    return tuple(names)


def unused_prefix(datapath: Datapath, prefix: str) -> str:
    """The prefix, made longer until no port starts with it; names `<prefix><number>` are then free."""
    ports = datapath.inputs + datapath.outputs
    while any(port.port.lower().startswith(prefix) for port in ports):
        prefix += "_"
    return prefix


def _unused(name: str, used: set[str]) -> str:
    candidate, number = name, 1
    while candidate.lower() in used:
        number += 1
        candidate = f"{name}_{number}"
    used.add(candidate.lower())
    return candidate
