"""What was found out about a design, as tables: ranges, goals and formats, by node."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction

import numpy as np

from symhdl.analysis.spaces import CONSTANT_SPACE, JOINT_SPACE
from symhdl.commands.terminal import table
from symhdl.design import Design
from symhdl.ir.graph_text import node_text, print_graph
from symhdl.numeric.fixed import format_of_range, integer_range_of
from symhdl.precision.roundings import MAXIMUM_FRACTION
from symhdl.tables import number

LONGEST_COLUMNS = 4  # outputs whose shares of the error are told side by side


def _nodes(design: Design) -> list[tuple[str, str]]:
    """The number and the text of each node, with its name."""
    graph = design.graph
    return [
        (f"%{index}", f"{name} = {text}" if name else text)
        for index, (name, text) in enumerate(
            zip(graph.names, map(node_text, graph.nodes), strict=True)
        )
    ]


def ranges_text(design: Design) -> str:
    """Between which numbers each node lies, in how many pieces that was proved, and where it is needed."""
    ranges = design.ranges
    assert ranges is not None
    rows = []
    for index, texts in enumerate(_nodes(design)):
        low, high = ranges.hull(index)
        space, mask = ranges.space[index], ranges.needed[index]
        pieces = f"{ranges.spaces.size(space)}"
        if space not in (CONSTANT_SPACE, JOINT_SPACE):
            pieces += f" of {design.graph.inputs[space].name}"
        needed = "" if mask is None else f"on {int(np.count_nonzero(mask))} pieces"
        rows.append((*texts, number(low), number(high), pieces, needed))
    return table(("node", "value", "least", "greatest", "pieces", "needed"), rows, right=(2, 3))


def goals_text(design: Design) -> str:
    """What each output must achieve."""
    rows = [
        (
            goal.name,
            f"%{goal.node}",
            str(goal.format),
            f"{'<' if goal.faithful else '<='} {number(float(goal.error))}",
            number(float(goal.budget)),
        )
        for goal in design.goals
    ]
    return table(("output", "node", "format", "error", "for the inside"), rows)


def regions_text(design: Design) -> str:
    """The parts of the graph that become one function each, and what that was estimated at, in LUTs."""
    nodes = _nodes(design)
    rows = [
        (
            *nodes[region.node],
            nodes[region.argument][0],
            str(len(region.nodes)),
            f"{region.worth:.0f}",
            f"{region.replaced:.0f}",
        )
        for region in design.regions
    ]
    heading = ("node", "value", "argument", "nodes", "LUTs", "in place of")
    return table(heading, rows, right=(3, 4, 5))


def allocation_text(design: Design) -> str:
    """The format of each node, its own error and its share of that of each output."""
    ranges, found = design.ranges, design.allocation
    assert ranges is not None and found is not None
    shares: list[Mapping[int, float]] = []
    for nodes, added in design.contributions()[:LONGEST_COLUMNS]:
        whole = float(added.sum())
        shares.append(dict(zip(nodes.tolist(), (added / whole).tolist(), strict=True)))
    rows = []
    for index, texts in enumerate(_nodes(design)):
        own = float(np.nan_to_num(found.local[index].magnitude.max(), nan=np.inf))
        format = _format(*ranges.hull(index), found.fractions[index])
        told = [f"{100 * share[index]:.1f} %" if index in share else "" for share in shares]
        rows.append((*texts, format, number(own), *told))
    outputs = [f"of {output.name}" for output in design.graph.outputs[:LONGEST_COLUMNS]]
    right = range(3, 4 + len(outputs))
    return table(("node", "value", "format", "own error", *outputs), rows, right=right)


def _format(low: float, high: float, fraction: int) -> str:
    """The narrowest format of a range with so many fractional bits; none where there is no end of either."""
    if fraction >= MAXIMUM_FRACTION or not (math.isfinite(low) and math.isfinite(high)):
        return ""
    ends = integer_range_of(Fraction(low), Fraction(high), fraction)
    return str(format_of_range(*ends, fraction))


def assumptions_text(design: Design) -> str:
    """The assumptions as a graph of their own; the graph of the design where there are none."""
    return print_graph(design.assumptions or design.graph).removesuffix("\n")


TEXTS: Mapping[str, Callable[[Design], str]] = {
    "assume": assumptions_text,
    "check-assumptions": assumptions_text,
    "ranges": ranges_text,
    "goals": goals_text,
    "regions": regions_text,
    "allocation": allocation_text,
}
"""What is shown after the passes of these names."""
