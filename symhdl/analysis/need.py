"""Where each node's value matters: the branch of a conditional that is not taken may be undefined."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import Enum

import numpy as np

from symhdl.analysis.spaces import JOINT_SPACE, Mask, Spaces
from symhdl.functions.operation import COMPARISONS, Operation
from symhdl.ir.graph import Graph, Node
from symhdl.numeric.interval import Intervals

Restriction = dict[int, Mask]
"""For some spaces, the pieces at which a node can matter."""


class Guards(Enum):
    """Which conditions narrow the ranges of what stands in their branches."""

    NONE = "none, since inputs are not exact"
    THRESHOLDS = "comparisons of inputs with constants, which the hardware makes exactly"
    ALL = "all about one input, for what is asked about the real values alone"


def both(*restrictions: Restriction) -> Restriction:
    """The pieces that every one of them leaves."""
    result: Restriction = {}
    for restriction in restrictions:
        for key, allowed in restriction.items():
            result[key] = result[key] & allowed if key in result else allowed
    return result


def find_needed(
    graph: Graph,
    spaces: Spaces,
    space: Sequence[int],
    values: Sequence[Intervals],
    defined: Sequence[Restriction] = (),
) -> tuple[Mask | None, ...]:
    """For each node the pieces of its space where its value matters; None means everywhere, for sure.

    `defined` restricts each node to the pieces at which it can have a value, where nothing is promised elsewhere.

    A node inside a branch whose condition depends on one input gets a mask even if it holds everywhere: its
    hardware also runs where the branch is not taken, so its proved range must not be built in.
    """
    if not any(defined) and all(node.operation is not Operation.SELECT for node in graph.nodes):
        return (None,) * len(graph.nodes)
    masks = [np.zeros(spaces.size(s)) for s in space]
    restrictions: list[Restriction | None] = [None] * len(graph.nodes)
    for output in graph.outputs:
        masks[output.node][:] = 1.0
        restrictions[output.node] = {}
    for index in range(len(graph.nodes) - 1, -1, -1):
        restriction = restrictions[index]
        if restriction is None:
            continue
        if defined:
            restriction = restrictions[index] = both(restriction, defined[index])
        if space[index] == JOINT_SPACE:
            masks[index] = np.where(spaces.boxes_within(restriction), masks[index], 0.0)
        elif space[index] in restriction:
            masks[index] = np.where(restriction[space[index]], masks[index], 0.0)
        for position, operand in enumerate(graph.nodes[index].operands):
            share = _share(graph, spaces, space, values, index, position, masks[index], restriction)
            passed = _restricted(graph, space, values, index, position, restriction)
            sunk = spaces.sink(share, space[index], space[operand])
            own = passed.get(space[operand])
            sunk = sunk if own is None else np.where(own, sunk, 0.0)
            masks[operand] = np.maximum(masks[operand], sunk)
            restrictions[operand] = _either(restrictions[operand], passed)
    depends = _dependence(graph, space)
    return tuple(
        None
        if mask.all() and not any(home >= 0 and on >> home & 1 for home in restriction or {})
        else mask > 0
        for mask, restriction, on in zip(masks, restrictions, depends, strict=True)
    )


def find_guards(
    graph: Graph, space: Sequence[int], values: Sequence[Intervals], guards: Guards
) -> tuple[Restriction, ...]:
    """For each node the pieces of inputs outside which no output asks for it, as those conditions alone tell."""
    nothing: tuple[Restriction, ...] = ({},) * len(graph.nodes)
    if guards is Guards.NONE or all(n.operation is not Operation.SELECT for n in graph.nodes):
        return nothing
    trusted = _thresholds(graph) if guards is Guards.THRESHOLDS else None
    found: list[Restriction | None] = [None] * len(graph.nodes)
    for output in graph.outputs:
        found[output.node] = {}
    for index in range(len(graph.nodes) - 1, -1, -1):
        restriction = found[index]
        if restriction is None:
            continue
        for position, operand in enumerate(graph.nodes[index].operands):
            passed = _restricted(graph, space, values, index, position, restriction, trusted)
            found[operand] = _either(found[operand], passed)
    return tuple(restriction or {} for restriction in found)


def _thresholds(graph: Graph) -> frozenset[int]:
    """The comparisons of inputs with constants, and what logic makes of them."""
    found: set[int] = set()
    for index, node in enumerate(graph.nodes):
        kinds = {graph.nodes[operand].operation for operand in node.operands}
        compared = node.operation in COMPARISONS and kinds == {Operation.INPUT, Operation.CONSTANT}
        combined = node.operation.boolean or node.operation is Operation.SELECT
        if compared or (
            combined
            and node.operation not in COMPARISONS
            and all(k in found or graph.nodes[k].value in (0, 1) for k in node.operands)
        ):
            found.add(index)
    return frozenset(found)


def _dependence(graph: Graph, space: Sequence[int]) -> list[int]:
    """For each node the set of inputs on which it depends, as bits."""
    depends: list[int] = []
    for index, node in enumerate(graph.nodes):
        bits = 1 << space[index] if node.operation is Operation.INPUT else 0
        for operand in node.operands:
            bits |= depends[operand]
        depends.append(bits)
    return depends


def _share(
    graph: Graph,
    spaces: Spaces,
    space: Sequence[int],
    values: Sequence[Intervals],
    index: int,
    position: int,
    mask: np.typing.NDArray[np.float64],
    restriction: Restriction,
) -> np.typing.NDArray[np.float64]:
    """The pieces of a node where one of its operands matters."""
    node = graph.nodes[index]
    if node.operation is not Operation.SELECT or position == 0:
        return mask
    chooser = node.operands[0]
    condition = spaces.lift_within(values[chooser], space[chooser], space[index], restriction)
    untaken = condition.upper == 0 if position == 1 else condition.lower == 1
    return np.where(untaken, 0.0, mask)


def _restricted(
    graph: Graph,
    space: Sequence[int],
    values: Sequence[Intervals],
    index: int,
    position: int,
    restriction: Restriction,
    trusted: Collection[int] | None = None,
) -> Restriction:
    """The restriction of an operand.

    That of the node, and for a branch the pieces where conditions on one input allow it: all of them, or those that
    are `trusted`.
    """
    node = graph.nodes[index]
    if node.operation is not Operation.SELECT or position == 0:
        return restriction
    allowing = [restriction]
    for condition, holds in parts_of_condition(graph, node.operands[0], position == 1):
        home = space[condition]
        if home < 0:  # constants restrict nothing, several inputs are followed by the boxes alone
            continue
        if trusted is not None and condition not in trusted:
            continue
        truth = values[condition]
        allowed = truth.upper != 0 if holds else truth.lower != 1
        if not allowed.all():
            allowing.append({home: allowed})
    return both(*allowing)


def parts_of_condition(graph: Graph, condition: int, holds: bool) -> list[tuple[int, bool]]:
    """The conditions that all hold, or fail, as told with each, if a condition does.

    All operands of a conjunction that holds hold, all of a disjunction that fails fail; either may be written as a
    choice, which guards its second operand.
    """
    parts: list[tuple[int, bool]] = []
    waiting = [(condition, holds)]
    while waiting:
        index, wanted = waiting.pop()
        node = graph.nodes[index]
        if node.operation is Operation.NOT:
            waiting.append((node.operands[0], not wanted))
        elif node.operation is (Operation.AND if wanted else Operation.OR):
            waiting += [(operand, wanted) for operand in node.operands]
        elif node.operation is Operation.SELECT and _guards(graph, node, wanted):
            chooser, first, second = node.operands
            waiting += [(chooser, wanted), (first if wanted else second, wanted)]
        else:
            parts.append((index, wanted))
    return parts


def _guards(graph: Graph, node: Node, wanted: bool) -> bool:
    """Whether a choice is a conjunction that holds, `if a then b else 0`, or a disjunction that fails.

    The latter is `if a then 1 else b`.
    """
    other = graph.nodes[node.operands[2 if wanted else 1]]
    return other.value == (0 if wanted else 1)


def _either(known: Restriction | None, passed: Restriction) -> Restriction:
    """What holds for a node with several users: it matters where any of them needs it."""
    if known is None:
        return passed
    return {home: known[home] | passed[home] for home in known.keys() & passed.keys()}
