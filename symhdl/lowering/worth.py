"""What a lowered design is worth, by its operators."""

from __future__ import annotations

from symhdl.approximation.effort import Depth
from symhdl.cost.operators import Fabric
from symhdl.cost.pricing import price
from symhdl.cost.stages import registers_of_rows
from symhdl.design import Design
from symhdl.lowering.asked import depth_for, fabric_for
from symhdl.lowering.estimates import Estimates


def worth_of_operators(design: Design, fabric: Fabric) -> float:
    """What the operators are worth in LUTs, with the registers between digits."""
    assert design.operators is not None
    rows = (each.chained() for each in (design.approximations or {}).values())
    registers = sum(registers_of_rows(fabric, each) for each in rows)
    return fabric.worth(price(design.operators, fabric)) + registers


def worth_of_nodes(design: Design) -> float:
    """What the nodes of a design are estimated at in LUTs, each region as one function, in its formats."""
    ranges, allocation, request = design.ranges, design.allocation, design.request
    assert ranges is not None and allocation is not None, (
        "a worth before formats; please report this"
    )
    depth = depth_for(request)
    estimates = Estimates(
        design.graph, ranges, design.inputs, design.goals, allocation,
        fabric_for(request, design.target), depth, rough=depth is not Depth.THOROUGH,
    )  # fmt: skip
    absorbed = allocation.regions.absorbed
    return sum(estimates.built(k) for k in range(len(design.graph.nodes)) if k not in absorbed)
