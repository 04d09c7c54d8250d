"""What the cells of an approximation take, as they are built for a range of the argument."""

from __future__ import annotations

from symhdl.approximation.approximation import Approximation, Specification
from symhdl.cost.operators import Cost, Fabric
from symhdl.cost.pricing import price
from symhdl.cost.stages import registers_of_rows
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Datapath, Port
from symhdl.ir.live import remove_dead_cells


def cost_of(
    approximation: Approximation, fabric: Fabric, specification: Specification | None = None
) -> Cost:
    """The price of its cells for the range of a specification, by default its own."""
    asked = specification or approximation.specification
    builder = DatapathBuilder()
    argument = builder.input("x", asked.minimum, asked.maximum, asked.fraction)
    result = approximation.build(builder, argument)
    inputs, outputs = (
        (_port(builder, name, cell),) for name, cell in (("x", argument), ("y", result))
    )
    path = Datapath("", tuple(builder.cells), inputs, outputs)
    registers = registers_of_rows(fabric, approximation.chained())
    return price(remove_dead_cells(path), fabric)._replace(registers=registers)


def _port(builder: DatapathBuilder, name: str, index: int) -> Port:
    cell = builder.cells[index]
    return Port(name, name, index, cell.format, cell.minimum, cell.maximum)
