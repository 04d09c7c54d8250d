"""Executes a Datapath on integers, vectorised: the definition of what every backend must produce."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from symhdl.ir.datapath import Cell, CellKind, Datapath

Integers = npt.NDArray[np.int64] | npt.NDArray[np.object_]

INT64_BITS = (
    63  # a cell of at most this many bits is computed in int64, a wider one in Python integers
)


def _bits(cell: Cell, a: Integers) -> Integers:
    return (a >> cell.parameter) & ((1 << cell.second_parameter) - 1)


def _table(cell: Cell, a: Integers) -> Integers:
    wide = cell.width > INT64_BITS
    contents = np.array(cell.contents, dtype=object if wide else np.int64)
    return contents[a.astype(np.int64)]


COMPUTE: dict[CellKind, Callable[..., Integers]] = {
    CellKind.ADD: lambda cell, a, b: a + b,
    CellKind.SUBTRACT: lambda cell, a, b: a - b,
    CellKind.NEGATE: lambda cell, a: -a,
    CellKind.MULTIPLY: lambda cell, a, b: a * b,
    CellKind.SQUARE: lambda cell, a: a * a,
    CellKind.SHIFT_LEFT: lambda cell, a: a << cell.parameter,
    CellKind.SHIFT_RIGHT: lambda cell, a: a >> cell.parameter,
    CellKind.BITS: _bits,
    CellKind.TABLE: _table,
    CellKind.LESS: lambda cell, a, b: a < b,
    CellKind.LESS_EQUAL: lambda cell, a, b: a <= b,
    CellKind.EQUAL: lambda cell, a, b: a == b,
    CellKind.NOT: lambda cell, a: 1 - a,
    CellKind.AND: lambda cell, a, b: a & b,
    CellKind.OR: lambda cell, a, b: a | b,
    CellKind.SELECT: lambda cell, a, b, c: np.where(a == 1, b, c),
    CellKind.REGISTER: lambda cell, a: a,
}


def _needs_objects(cell: Cell, datapath: Datapath) -> bool:
    """Whether the cell or one of its operands exceeds what int64 computes safely."""
    if cell.kind is CellKind.BITS and cell.parameter >= INT64_BITS:
        return True
    if cell.width > INT64_BITS:
        return True
    return any(datapath.cells[operand].width > INT64_BITS for operand in cell.operands)


def simulate_cells(datapath: Datapath, inputs: Mapping[str, Integers]) -> list[Integers]:
    """The integer of every cell, for inputs given by name as integer arrays of equal length.

    Registers pass their value on: the result is that of one set of inputs once the pipeline is full.
    """
    length = len(next(iter(inputs.values()))) if inputs else 1
    values: list[Integers] = []
    for cell in datapath.cells:
        if cell.kind is CellKind.INPUT:
            values.append(inputs[cell.name].astype(object if cell.width > INT64_BITS else np.int64))
        elif cell.kind is CellKind.CONSTANT:
            kind = object if cell.width > INT64_BITS else np.int64
            values.append(np.full(length, cell.parameter, dtype=kind))
        else:
            wide = _needs_objects(cell, datapath)
            operands = [values[operand] for operand in cell.operands]
            if wide:
                operands = [operand.astype(object) for operand in operands]
            value = COMPUTE[cell.kind](cell, *operands)
            values.append(value.astype(object if cell.width > INT64_BITS else np.int64))
    return values


def simulate(datapath: Datapath, inputs: Mapping[str, Integers]) -> dict[str, Integers]:
    """The integers at the output ports, by the outputs' names.

    `inputs` maps every input's name to a one-dimensional integer array; all arrays have one length. The caller
    keeps them in the ports' ranges.
    """
    values = simulate_cells(datapath, inputs)
    return {port.name: values[port.cell] for port in datapath.outputs}
