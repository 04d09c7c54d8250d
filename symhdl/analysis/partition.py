"""Decides how finely the inputs' ranges are cut for the proofs, within a budget of work."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction

from symhdl.analysis.functions import function_of
from symhdl.analysis.spaces import Spaces, cut
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph
from symhdl.numeric.fixed import power_of_two
from symhdl.request import InputPlan

SINGLE_INTEGERS = 4096  # an input of at most so many integers is followed integer by integer
PIECES = 256  # else in about so many pieces
BOXES = 512
CURVED_BOXES = 64  # where only derivatives vary over them, and so errors
MOST_CURVED = 8  # inputs that are halved for that
NO_INPUT: frozenset[str] = frozenset()
STRAIGHT = frozenset(
    {
        Operation.ADD, Operation.SUBTRACT, Operation.NEGATE, Operation.MINIMUM, Operation.MAXIMUM,
        Operation.ABSOLUTE, Operation.SELECT,
    }
)  # fmt: skip
WORK = 1_000_000  # nodes times pieces
BALLS = 40_000  # functions of one variable times pieces: each is a ball, which is slow


def partition(graph: Graph, inputs: Sequence[InputPlan], *, fine: bool = True) -> Spaces:
    """The spaces for a graph: single integers where these are few, boxes over inputs that are repeated.

    If not `fine`, no input is followed integer by integer: quicker, and enough where nothing is near
    the end of a domain.
    Pieces start at zero and at the constants that inputs are compared with, so that a condition holds on whole pieces.
    """
    uses = _joint_uses(graph)
    functions = sum(1 for node in graph.nodes if function_of(graph, node) is not None)
    work = max(1, min(WORK // max(1, len(graph.nodes)), BALLS // max(1, functions)))
    finest, pieces, boxes = (
        min(SINGLE_INTEGERS if fine else PIECES, work),
        min(PIECES, work),
        min(BOXES, work),
    )
    most = max(1, boxes.bit_length() - 1)  # more inputs than this cannot even be halved
    split = [name for name, ways in uses.most_common(most) if ways > 1]
    groups = _groups(len(split), boxes)
    counts = [groups if plan.name in split else 1 for plan in inputs]
    if not split:
        counts = _halved(_curved(graph), inputs, min(CURVED_BOXES, boxes))
    sizes = [plan.maximum - plan.minimum + 1 for plan in inputs]
    if fine and math.prod(sizes) <= finest:
        counts = sizes  # every combination of the inputs is followed by itself
    constants = _compared_constants(graph)
    breaks = [_breaks(constants, plan) for plan in inputs]
    ranges = [(plan.minimum, plan.maximum, plan.format.fraction) for plan in inputs]
    return cut(ranges, breaks, counts, max(1, finest), max(1, pieces))


def _groups(inputs: int, boxes: int) -> int:
    """How many groups each split input gets, so that their product stays within the boxes."""
    if inputs == 0:
        return 1
    return max(1, math.floor(math.pow(boxes, 1 / inputs) + 1e-9))


def _halved(names: Collection[str], inputs: Sequence[InputPlan], boxes: int) -> list[int]:
    """Into how many groups each input is cut, those that are wide in proportion to their size the most."""
    counts = [1] * len(inputs)
    spread = {
        place: (plan.maximum - plan.minimum) / max(abs(plan.minimum), abs(plan.maximum), 1)
        for place, plan in enumerate(inputs)
        if plan.name in names
    }
    while boxes > 1 and spread:
        widest = max(spread, key=lambda place: spread[place] / counts[place])
        counts[widest] *= 2
        boxes //= 2
    return counts


def _curved(graph: Graph) -> frozenset[str]:
    """The inputs, if they are few, that the derivatives by inexact operands hang on in nodes of several inputs."""
    below: list[frozenset[str]] = []
    exact: list[bool] = []
    found = NO_INPUT
    for node in graph.nodes:
        operands = node.operands
        names = frozenset({node.name}) if node.operation is Operation.INPUT else NO_INPUT
        names = names.union(*(below[operand] for operand in operands))
        below.append(names)
        exact.append(
            all(exact[operand] for operand in operands)
            and (node.operation in STRAIGHT or not operands)
        )
        if len(names) > MOST_CURVED:
            return NO_INPUT
        if len(names) < 2 or node.operation in STRAIGHT:
            continue
        by = operands[::-1] if node.operation is Operation.MULTIPLY else operands
        for operand, other in zip(operands, by, strict=True):
            if not exact[operand]:
                found |= below[other]
    return found


def _joint_uses(graph: Graph) -> Counter[str]:
    """For each input, on how many ways it enters nodes of several inputs and goes on to the outputs.

    Only an input with several ways makes intervals too wide. Where there is none, errors may be too wide all the same.
    """
    inputs_of: list[frozenset[str]] = []
    for node in graph.nodes:
        below = [inputs_of[k] for k in node.operands]
        joined: frozenset[str] = (
            frozenset({node.name}) if node.operation is Operation.INPUT else NO_INPUT
        )
        for names in below:
            # Two names are enough to tell one input from several.
            joined = joined if len(joined) > 1 else joined | names
        inputs_of.append(joined)
    ways = [0] * len(graph.nodes)
    for output in graph.outputs:
        ways[output.node] += 1
    uses: Counter[str] = Counter()
    for index in range(len(graph.nodes) - 1, -1, -1):
        if len(inputs_of[index]) < 2:
            continue
        for operand in graph.nodes[index].operands:
            if len(inputs_of[operand]) > 1:
                ways[operand] = min(2, ways[operand] + ways[index])
            else:
                uses.update(dict.fromkeys(inputs_of[operand], ways[index]))
    return uses


def _compared_constants(graph: Graph) -> frozenset[Fraction]:
    """The constants with which something is compared."""
    comparisons = (Operation.LESS, Operation.LESS_EQUAL, Operation.EQUAL)
    operands = (k for node in graph.nodes if node.operation in comparisons for k in node.operands)
    return frozenset(value for k in operands if (value := graph.nodes[k].value) is not None)


def _breaks(constants: Iterable[Fraction], plan: InputPlan) -> list[int]:
    """Integers of an input at which its behaviour may change: zero, and constants that something is compared with."""
    scale = power_of_two(plan.format.fraction)
    limits = {0} | {math.floor(value * scale) for value in constants}
    return sorted(limits | {limit + 1 for limit in limits})
