"""A reduced datapath as instructions, each cell in a type that holds its integers.

A cell whose range is claimed is computed in a type that holds whatever its operation can give, so that a wrong claim
shows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from symhdl.ir.cell_ranges import range_of_operation
from symhdl.ir.datapath import Cell, CellKind, Datapath
from symhdl.simulate.calls import CALLS
from symhdl.simulate.definition import COMPUTE, INT64_BITS
from symhdl.simulate.instructions import (
    ORDER,
    Array,
    Element,
    Instruction,
    Translation,
    Value,
    constant,
    type_of,
    wider,
)


@dataclass(frozen=True, slots=True)
class Program:
    """The instructions, and what holds the integer of every cell that is an input, an output or a constant."""

    instructions: tuple[Instruction, ...]
    places: tuple[Value | Array, ...]
    values: int


def program_of(datapath: Datapath) -> Program:
    """The instructions that compute the outputs of a reduced datapath."""
    made = Translation(datapath)
    for cell in datapath.cells:
        kind = type_of(cell.minimum, cell.maximum)
        if cell.kind is CellKind.INPUT:
            made.places.append(made.fresh(kind))
        elif cell.kind is CellKind.CONSTANT:
            made.places.append(constant(cell.value, kind))
        else:
            made.places.append(_computed(made, cell, kind))
    return Program(tuple(made.instructions), tuple(made.places), made.count)


FLAGS = frozenset(
    [
        CellKind.LESS,
        CellKind.LESS_EQUAL,
        CellKind.EQUAL,
        CellKind.NOT,
        CellKind.AND,
        CellKind.OR,
        CellKind.SELECT,
        CellKind.TABLE,
    ]
)
"""The kinds that are computed of flags as they are."""


def _computed(made: Translation, cell: Cell, kind: Element) -> Value:
    """The cell in its own type, its claim held."""
    operands = [made.datapath.cells[operand] for operand in cell.operands]
    low, high = range_of_operation(cell, operands)
    kinds = [type_of(operand.minimum, operand.maximum) for operand in operands]
    result = type_of(min(low, cell.minimum), max(high, cell.maximum))
    inner = wider(result, *kinds, np.bool_ if cell.kind in FLAGS else ORDER[1])
    if inner is np.object_ or _has_wide_parameters(cell):
        value = _in_objects(made, cell)
    else:
        value = CALLS[cell.kind](made, cell, inner)
    claim = (
        cell.minimum if cell.minimum > low else None,
        cell.maximum if cell.maximum < high else None,
    )
    if claim != (None, None):
        value = _claimed(made, value, claim)
    return value if value.kind is kind else made.converted(value, kind)


def _has_wide_parameters(cell: Cell) -> bool:
    numbers = (cell.value, *cell.weights)
    return cell.count >= INT64_BITS or any(n.bit_length() >= INT64_BITS for n in numbers)


def _claimed(made: Translation, value: Value, claim: tuple[int | None, int | None]) -> Value:
    """The value held against its range where it is made; a copy where that is not what was done last."""
    if not made.instructions or made.instructions[-1].out != value:
        value = made.converted(value, value.kind)
    last = made.instructions.pop()
    made.instructions.append(replace(last, claim=claim))
    return value


def _in_objects(made: Translation, cell: Cell) -> Value:
    """Computed in Python's integers as the definition does."""
    compute = COMPUTE[cell.kind](cell, True)  # of objects

    def call(out: Array, *operands: Array) -> None:
        out[...] = compute(*(np.atleast_1d(operand) for operand in operands))

    out = made.fresh(np.object_)
    operands = (made.operand(operand, np.object_) for operand in cell.operands)
    made.instructions.append(Instruction(call, (out, *operands), out, elementwise=False))
    return out
