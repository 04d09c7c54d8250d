"""What the cells of an approximation take, as they are built for a range of the argument."""

from __future__ import annotations

from symhdl.approximation.approximation import Approximation, Specification
from symhdl.cost.operators import Cost, Fabric
from symhdl.cost.pricing import price, price_without_delay
from symhdl.cost.stages import registers_of_rows
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Datapath, Port
from symhdl.ir.live import remove_dead_cells


def cost_of(
    approximation: Approximation, fabric: Fabric, specification: Specification | None = None
) -> Cost:
    """The price of its cells for the range of a specification, by default its own."""
    path = built(approximation, specification or approximation.specification)
    return _with_registers(price(path, fabric), approximation, fabric)


def worth_of(approximation: Approximation, fabric: Fabric) -> float:
    """What its cells for its own range are worth, in LUTs."""
    priced = price if fabric.luts_of_ns else price_without_delay
    cost = priced(built(approximation, approximation.specification), fabric)
    return fabric.worth(_with_registers(cost, approximation, fabric))


def _with_registers(cost: Cost, approximation: Approximation, fabric: Fabric) -> Cost:
    return cost._replace(registers=registers_of_rows(fabric, approximation.chained()))


def built(approximation: Approximation, asked: Specification) -> Datapath:
    """Its cells for a range: from the input `x` to the output `y`."""
    builder = DatapathBuilder()
    argument = builder.input("x", asked.minimum, asked.maximum, asked.fraction)
    result = approximation.build(builder, argument)
    inputs, outputs = (
        (_port(builder, name, cell),) for name, cell in (("x", argument), ("y", result))
    )
    return remove_dead_cells(Datapath("", tuple(builder.cells), inputs, outputs))


def _port(builder: DatapathBuilder, name: str, index: int) -> Port:
    cell = builder.cells[index]
    return Port(name, name, index, cell.format, cell.minimum, cell.maximum)
