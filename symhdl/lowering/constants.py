"""The values of all nodes without inputs, as balls."""

from __future__ import annotations

import math

from flint import arb, ctx

from symhdl.analysis.ranges import Ranges
from symhdl.analysis.spaces import CONSTANT_SPACE
from symhdl.functions.evaluation import BALL
from symhdl.ir.graph import Graph
from symhdl.numeric.ball import ball_of

CONSTANT_PRECISION = 256  # bits beyond the fraction that a constant keeps


def constant_balls(graph: Graph, ranges: Ranges, fraction: int) -> list[arb | None]:
    """The value of every node without inputs, more precise than `fraction` fractional bits."""
    balls: list[arb | None] = []
    with ctx.workprec(CONSTANT_PRECISION + fraction + _leading_bits(ranges)):
        for index, node in enumerate(graph.nodes):
            if ranges.space[index] != CONSTANT_SPACE:
                balls.append(None)
            elif node.value is not None:
                balls.append(ball_of(node.value))
            else:
                balls.append(BALL[node.operation](*(balls[k] for k in node.operands)))
    return balls


def _leading_bits(ranges: Ranges) -> int:
    """The bits before the binary point of the largest node without inputs."""
    sizes = (
        float(values.magnitude.max())
        for values, space in zip(ranges.values, ranges.space, strict=True)
        if space == CONSTANT_SPACE
    )
    return max((math.frexp(size)[1] for size in sizes if 1 <= size < math.inf), default=0)
