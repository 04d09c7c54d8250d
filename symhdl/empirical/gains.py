"""How strongly errors of nodes act on what a goal measures: mean squares over rows, to first order, never a proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from symhdl.evaluate import evaluate_nodes
from symhdl.functions.evaluation import FLOATING
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph
from symhdl.numeric.interval import Floats

SMALL = 2.0**-16
"""Of a node's size: how far its operands move for a difference quotient."""
SMALL_BEFORE_JUMPS = 2.0**-6
"""The same for what jumps, so that the jumps of some rows are met."""
JUMPING = frozenset(
    {
        Operation.LESS, Operation.LESS_EQUAL, Operation.EQUAL, Operation.FLOOR, Operation.MODULO,
        Operation.SIGN,
    }
)  # fmt: skip


def square_gains(
    graph: Graph, inputs: Mapping[str, Floats], directions: Sequence[Floats]
) -> list[Floats]:
    """For each direction the mean square, over the rows, of what it changes by where a node does; node by node.

    A direction is what a change of each output counts at each row (rows x outputs), with the square root of the row's
    weight, so that the squares of what it says of all rows add up. Rows at which a node has no value do not count.
    """
    values = [np.asarray(value) for value in evaluate_nodes(graph, inputs)]
    acting: list[Floats | None] = [None] * len(graph.nodes)
    rows = len(directions[0])
    for place, output in enumerate(graph.outputs):
        own = np.stack([direction[:, place] for direction in directions])
        before = acting[output.node]
        acting[output.node] = own if before is None else before + own
    found = [np.zeros(len(graph.nodes)) for _ in directions]
    for index in range(len(graph.nodes) - 1, -1, -1):
        gain = acting[index]
        if gain is None:
            continue
        gain = np.where(np.isfinite(gain), gain, 0.0)
        for squares, line in zip(found, gain, strict=True):
            squares[index] = line @ line
        acting[index] = None
        node = graph.nodes[index]
        operands = [values[operand] for operand in node.operands]
        for position, operand in enumerate(node.operands):
            slope = _slope(node.operation, operands, position)
            share = gain * np.broadcast_to(slope, rows)
            before = acting[operand]
            acting[operand] = share if before is None else before + share
    return found


def _slope(operation: Operation, operands: Sequence[Floats], position: int) -> Floats:
    """The difference quotient of an operation by one of its operands."""
    if operation in (Operation.ADD, Operation.SUBTRACT, Operation.NEGATE):
        negative = operation is Operation.NEGATE or (
            operation is Operation.SUBTRACT and position == 1
        )
        return np.asarray(-1.0 if negative else 1.0)
    x = operands[position]
    if operation is Operation.MULTIPLY:
        return operands[1 - position]
    if operation is Operation.SELECT and position == 0:
        return operands[1] - operands[2]
    size = float(np.sqrt(np.mean(np.square(x, where=np.isfinite(x), out=np.zeros_like(x))))) or 1.0
    step = size * (SMALL_BEFORE_JUMPS if operation in JUMPING else SMALL)
    with np.errstate(all="ignore"):
        above, below = (
            FLOATING[operation](
                *(x + moved if place == position else each for place, each in enumerate(operands))
            )
            for moved in (step, -step)
        )
        slope: Floats = (above - below) / (2 * step)
    return slope
