"""What the nodes of a design that is built really lose at rows, beside what is proved of them.

A product without low columns, or a function within an error, is hardly ever as wrong as it may be: what it loses in the
mean square is less than that of a rounding as wide, and by how much less tells which nodes may lose more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from symhdl.analysis.spaces import CONSTANT_SPACE
from symhdl.data.fixed import quantise, scaled
from symhdl.design import Design
from symhdl.empirical.gains import acting_on
from symhdl.empirical.samples import Floats
from symhdl.evaluate import evaluate_nodes
from symhdl.functions.evaluation import FLOATING
from symhdl.functions.operation import Operation
from symhdl.ir.datapath import Datapath, Port
from symhdl.lowering import Lowering
from symhdl.precision.linear import LinearModel
from symhdl.simulate.blocks import simulate_blocks

LEAST, MOST = 1 / 64, 1.0
"""Between which parts of a square are believed: rows are few, and what is seen of one design is used for others."""


def parts_of(
    design: Design, lowering: Lowering, model: LinearModel, parts: Floats,
    inputs: Mapping[str, Floats], directions: Sequence[Floats],
) -> Floats:  # fmt: skip
    """By node the mean square of what it loses, as a part of the square of half the width of what it may lose.

    `parts` are those that are believed where a node loses nothing at these rows, or is a constant.
    """
    found = parts.copy()
    losses = _losses(design, lowering, inputs)
    shares = [np.abs(direction).max(axis=1) for direction in directions]
    shared = model.shares
    for index, gain in acting_on(design.graph, inputs, directions):
        lost = losses[index]
        may = model.loss(index, lowering.local[index])
        if lost is None or not may or shared.ranges.space[index] == CONSTANT_SPACE:
            continue
        squares = []
        for line, share in zip(gain, shares, strict=True):
            whole = float(line @ line)
            acted = line * lost
            square = float(acted @ acted) - float(acted @ share) ** 2
            if index in shared.results:
                square -= whole * 4.0 ** -shared.results[index].fraction / 12
            squares.append(square / (whole * may) if whole else 0.0)
        found[index] = min(MOST, max(LEAST, *squares))
    return found


def _losses(
    design: Design, lowering: Lowering, inputs: Mapping[str, Floats]
) -> list[Floats | None]:
    """What each node that is built is more than what it should be of what stands before it; None for others."""
    graph = design.graph
    values = _values(design, lowering, inputs)
    rows = len(next(iter(inputs.values())))
    reals = [np.broadcast_to(value, rows) for value in evaluate_nodes(graph, inputs)]
    computed: list[Floats] = []
    losses: list[Floats | None] = []
    for index, node in enumerate(graph.nodes):
        if node.operation is Operation.INPUT or not node.operands:
            exact = reals[index]
        else:
            with np.errstate(all="ignore"):
                exact = FLOATING[node.operation](*(computed[operand] for operand in node.operands))
        value = values.get(index)
        if value is None or index in lowering.absorbed:
            computed.append(exact)
            losses.append(None)
        else:
            computed.append(value)
            losses.append(np.nan_to_num(value - exact, nan=0.0, posinf=0.0, neginf=0.0))
    return losses


def _values(design: Design, lowering: Lowering, inputs: Mapping[str, Floats]) -> dict[int, Floats]:
    """What the cell of each node is at the rows."""
    builder = lowering.builder
    ports = []
    for plan in design.inputs:
        cell = builder.input(plan.name, *plan.port_range, plan.format.fraction)
        ports.append(Port(plan.name, plan.name, cell, plan.format, *plan.port_range))
    columns = {port.name: quantise(inputs[port.name], port)[0] for port in ports}
    outputs = []
    for place in sorted(set(lowering.cells)):
        format, (low, high) = builder.cells[place].format, builder.range(place)
        outputs.append(Port(str(place), str(place), place, format, low, high))
    datapath = Datapath("", tuple(builder.cells), tuple(ports), tuple(outputs))
    made = simulate_blocks(datapath, columns)
    return {
        index: scaled(made[str(place)].astype(np.float64), -builder.fraction(place))
        for index, place in enumerate(lowering.cells)
    }
