"""What cells will take on a device as they stand, before units are bound and products are taken apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symhdl.cost.area import luts_of, surroundings_of, total_quantities
from symhdl.cost.blocks import index_bits
from symhdl.cost.delays import CellDelay
from symhdl.cost.estimate import longest_path_ns
from symhdl.cost.operators import (
    Cost,
    Fabric,
    constant_product,
    memory_blocks,
    prices,
    product,
    square,
)
from symhdl.cost.products import Factor
from symhdl.cost.timing import cell_delays
from symhdl.ir.datapath import Cell, CellKind, Datapath


def price(datapath: Datapath, fabric: Fabric) -> Cost:
    """What a datapath of operators takes. Its latency is that of all its blocks, as if they stood in a row.

    Products and tables become the blocks that they are worth, as long as there are any.
    """
    cost, in_blocks = _taken(datapath, fabric)
    delays = cell_delays(datapath.cells, fabric.target)
    for index, block in in_blocks.items():
        delays[index] = CellDelay(block.delay_ns)
    return cost._replace(delay_ns=longest_path_ns(datapath, delays))


def price_without_delay(datapath: Datapath, fabric: Fabric) -> Cost:
    """The same without the delay, which counts only where the time is to be least."""
    return _taken(datapath, fabric)[0]


def _taken(datapath: Datapath, fabric: Fabric) -> tuple[Cost, dict[int, Cost]]:
    """What a datapath takes without its delay, and what each cell takes that becomes blocks."""
    datapath = replace(datapath, primitives=fabric.primitives)
    around = surroundings_of(datapath, fabric.target)
    in_blocks: dict[int, Cost] = {}
    left = fabric.blocks
    for index, cell in enumerate(datapath.cells):
        cost = _in_blocks(fabric, cell, around.operands(index), _zeros(around.zeros, cell))
        if cost is not None and cost.dsps <= left:
            left -= cost.dsps
            in_blocks[index] = cost
    quantities = total_quantities(around, in_blocks)
    blocks = in_blocks.values()
    luts = luts_of(quantities, prices(fabric)) + sum(cost.luts for cost in blocks)
    taken = Cost(
        luts,
        sum(cost.dsps for cost in blocks),
        sum(cost.brams for cost in blocks),
        latency=sum(cost.latency for cost in blocks),
    )
    return taken, in_blocks


def _zeros(zeros: Sequence[int], cell: Cell) -> list[int]:
    return [zeros[operand] for operand in cell.operands]


def _in_blocks(
    fabric: Fabric, cell: Cell, operands: Sequence[Cell], zeros: Sequence[int]
) -> Cost | None:
    """What a cell takes that becomes blocks; None for all others."""
    match cell.kind:
        case CellKind.TABLE:
            blocks = memory_blocks(fabric, index_bits(cell), cell.width)
            return Cost(brams=blocks, latency=1) if blocks else None
        case CellKind.MULTIPLY | CellKind.SQUARE if fabric.blocks:
            a, *rest = (
                Factor(operand.minimum >> low, operand.maximum >> low)
                for operand, low in zip(operands, zeros, strict=True)
            )
            cost = product(fabric, a, rest[0]) if rest else square(fabric, a)
        case CellKind.SUM if fabric.blocks and len(cell.weights) == 1:
            a = Factor(operands[0].minimum, operands[0].maximum)
            cost = constant_product(fabric, a, cell.weights[0])
        case _:
            return None
    return cost if cost.dsps else None
