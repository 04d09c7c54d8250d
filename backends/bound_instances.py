"""Cells of a datapath that are instances of primitives, as records that Verilog and Amaranth print."""

from __future__ import annotations

from collections.abc import Sequence

from symhdl.ir.bound_cells import Factor, factors
from symhdl.ir.datapath import Datapath

from .instances import Instance, Word, constant_word, instance_of, signal_word

CLOCK, ENABLE = "clk", "ce"
"""The names of the clock and of its enable in an instance's connections."""

OF_INSTANCE = "block"
"""What the name of an instance adds to that of its result."""


def instance_of_cell(
    datapath: Datapath, index: int, name: str, names: Sequence[str], *, enabled: bool
) -> Instance:
    """The instance `name` of a cell; `names` are those of all cells' signals.

    `enabled` says whether there is a clock enable.
    """
    cell = datapath.cells[index]
    unit = datapath.unit(cell.unit)
    assert unit is not None, "a unit that is not there; please report this"
    operands = [datapath.cells[operand] for operand in cell.operands]

    def word(factor: Factor) -> Word:
        if factor.place is None:
            return constant_word(factor.value)
        return signal_word(names[cell.operands[factor.place]], factor.width, signed=factor.signed)

    first, second = factors(cell, operands, unit)
    return instance_of(
        unit,
        unit.offer(cell.latency),
        name,
        (word(first), word(second)),
        signal_word(names[index], cell.width, signed=cell.signed),
        clock=CLOCK,
        enable=ENABLE if enabled else "",
    )


def primitives_of(datapath: Datapath) -> tuple[str, ...]:
    """The primitives that the datapath has instances of, sorted."""
    units = {cell.unit for cell in datapath.cells if cell.unit and datapath.is_instanced(cell)}
    tables = (unit.instance for unit in datapath.units if unit.name in units)
    return tuple(sorted({table.cell for table in tables if table is not None}))
