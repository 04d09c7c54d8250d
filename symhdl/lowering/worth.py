"""What a lowered design is worth, by its operators."""

from __future__ import annotations

from symhdl.cost.operators import Fabric
from symhdl.cost.pricing import price
from symhdl.cost.stages import registers_of_rows
from symhdl.design import Design


def worth_of_operators(design: Design, fabric: Fabric) -> float:
    """What the operators are worth in LUTs, with the registers between digits."""
    assert design.operators is not None
    rows = (each.chained() for each in (design.approximations or {}).values())
    registers = sum(registers_of_rows(fabric, each) for each in rows)
    return fabric.worth(price(design.operators, fabric)) + registers
