"""What the script of a page needs to execute a design: its cells, ports and nodes, as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from symhdl.documents import Json
from symhdl.ir.datapath import Cell, Datapath, Port
from symhdl.report.owners import NOBODY, Owners

LARGEST_EXACT = 1 << 53  # what a number of JavaScript holds


def execution_of(operators: Datapath, owners: Owners) -> dict[str, Json]:
    """The cells with their operands and parameters, the ports, and for each node the cell that is its value.

    Cells are `[kind, operands, value, shift, count, weights, contents]`, without what is nothing at the end. Integers
    that a double does not hold are texts.
    """
    values: dict[int, int] = {}
    for index, cell in enumerate(operators.cells):
        owner = owners.whole(cell) if cell.name else NOBODY
        if owner != NOBODY:
            values.setdefault(owner, index)
    return {
        "inputs": [_port(port, operators.cells) for port in operators.inputs],
        "outputs": [_port(port, operators.cells) for port in operators.outputs],
        "cells": [_cell(cell) for cell in operators.cells],
        "nodes": [[owner, cell, operators.cells[cell].fraction] for owner, cell in values.items()],
    }


def _port(port: Port, cells: Sequence[Cell]) -> Json:
    return {
        "name": port.name,
        "cell": port.cell,
        "fraction": cells[port.cell].fraction,
        "minimum": _integer(port.minimum),
        "maximum": _integer(port.maximum),
    }


def _cell(cell: Cell) -> Json:
    found: list[Json] = [
        cell.kind.name,
        [*cell.operands],
        _integer(cell.value),
        cell.shift,
        cell.count,
        [_integer(weight) for weight in cell.weights],
        [_integer(entry) for entry in cell.contents],
    ]
    while found[-1] in (0, []):
        found.pop()
    return found


def _integer(value: int) -> Json:
    return value if abs(value) < LARGEST_EXACT else str(value)
