"""How strongly errors of nodes act on what a goal measures: mean squares over rows, to first order, never a proof."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

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
    weight, so that the squares of what it says of all rows add up. Of constants it is the variance that counts: their
    errors are the same at all rows, and what they come to in the mean is taken back. Rows at which a node has no value
    do not count.
    """
    shares = [np.abs(direction).max(axis=1) for direction in directions]
    found = [np.zeros(len(graph.nodes)) for _ in directions]
    for index, gain in acting_on(graph, inputs, directions):
        is_constant = graph.nodes[index].value is not None
        for squares, line, share in zip(found, gain, shares, strict=True):
            mean = float(line @ share) if is_constant else 0.0
            squares[index] = max(0.0, float(line @ line) - mean**2)
    return found


def mean_gains(
    graph: Graph, inputs: Mapping[str, Floats], weights: Sequence[Floats]
) -> list[Floats]:
    """For each output how much it changes where a node does, in the mean over the rows by their weights."""
    lines = []
    for place, weight in enumerate(weights):
        line = np.zeros((len(weight), len(weights)))
        line[:, place] = weight
        lines.append(line)
    found = [np.zeros(len(graph.nodes)) for _ in lines]
    for index, gain in acting_on(graph, inputs, lines):
        for means, line in zip(found, gain, strict=True):
            means[index] = line.sum()
    return found


def acting_on(
    graph: Graph, inputs: Mapping[str, Floats], directions: Sequence[Floats]
) -> Iterator[tuple[int, Floats]]:
    """Every node that acts on a direction, the last first, and how strongly (directions x rows)."""
    values = [np.asarray(value) for value in evaluate_nodes(graph, inputs)]
    acting: list[Floats | None] = [None] * len(graph.nodes)
    rows = len(directions[0])
    for place, output in enumerate(graph.outputs):
        own = np.stack([direction[:, place] for direction in directions])
        before = acting[output.node]
        acting[output.node] = own if before is None else before + own
    for index in range(len(graph.nodes) - 1, -1, -1):
        gain = acting[index]
        if gain is None:
            continue
        gain = np.where(np.isfinite(gain), gain, 0.0)
        yield index, gain
        acting[index] = None
        node = graph.nodes[index]
        operands = [values[operand] for operand in node.operands]
        for position, operand in enumerate(node.operands):
            share = gain * np.broadcast_to(_slope(node.operation, operands, position), rows)
            before = acting[operand]
            acting[operand] = share if before is None else before + share


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
