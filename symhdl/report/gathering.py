"""Gathers what is known of the nodes of a design that was just compiled, and what its hardware takes by node."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import repeat

from symhdl.analysis.regions import NO_REGIONS
from symhdl.cost.cells import Area, areas_of_cells
from symhdl.design import Design
from symhdl.errors import quotation
from symhdl.ir.datapath import Cell, CellKind, Datapath
from symhdl.ir.graph import Graph
from symhdl.ir.wire_names import wire_names
from symhdl.lowering.next_bits import BitPrice, bit_prices
from symhdl.numeric.fixed import FixedFormat
from symhdl.precision.allocation import Allocation
from symhdl.report.breakdown import NOTHING, Bit, Breakdown, NodeFacts, OutputFacts
from symhdl.report.formulas import formula_of
from symhdl.report.owners import NOBODY, Owners
from symhdl.targets.target import Target

HUNDREDTHS = 2
SMALL = 1e-4  # of an error: what adds less is told nowhere
LEAST_PRICED = 5e-4  # of an error: so that at most 2000 nodes of each output have prices


def breakdown_of(design: Design, datapath: Datapath) -> Breakdown | None:
    """The nodes of the design, and what they take in the datapath; None for one that was unpickled, which lost them.

    Figures have the digits that people read, ranges all. Of a uniform design no errors by nodes and no prices of bits
    are known: its formats are no choice of the compiler.
    """
    graph, ranges, allocation = design.graph, design.ranges, design.allocation
    if ranges is None or design.operators is None:
        return None
    names = wire_names(graph)
    texts = [quotation(span) for span in graph.spans]
    regions = NO_REGIONS if allocation is None else allocation.regions
    owners = Owners(
        names,
        texts,
        [output.name for output in graph.outputs],
        [node.operands for node in graph.nodes],
        [ranges.hull(index) for index in range(len(graph.nodes))],
        regions.absorbed,
    )
    areas, rest = _areas(datapath, design.target, owners, len(names) + len(graph.outputs))
    formats = _formats(design.operators, owners)
    if allocation is None:
        places = [output.node for output in graph.outputs]
        outputs = _outputs_of_ports(datapath, areas[len(names) :], places)
        errors: list[dict[int, float]] = [{} for _ in graph.nodes]
    else:
        outputs = _outputs(design, allocation, datapath, areas[len(names) :])
        errors = _errors(design, outputs)
    shares = [
        max((part / outputs[place].bound for place, part in parts.items()), default=0.0)
        for parts in errors
    ]
    priced = [k for k, share in enumerate(shares) if share > LEAST_PRICED]
    prices = bit_prices(design, priced) if priced else {}
    methods = {index: each.method for index, each in (design.approximations or {}).items()}
    formulas = {each.node: formula_of(graph, each, names) for each in design.regions}
    nodes = []
    for index, node in enumerate(graph.nodes):
        ends = ranges.hull(index)
        more, less = _bits(prices.get(index), shares[index])
        nodes.append(
            NodeFacts(
                name=names[index],
                text=texts[index] or _text(graph, index),
                operation=node.operation.name.lower(),
                operands=node.operands,
                named=bool(graph.names[index] or node.name),
                range=ends if all(map(math.isfinite, ends)) else None,
                rule=ranges.rules[index].name.lower().replace("_", " ") if ranges.rules else "",
                format=formats.get(index),
                errors=errors[index],
                area=areas[index],
                built=index not in regions.absorbed,
                argument=regions.arguments.get(index),
                formula=formulas.get(index, ""),
                method=methods.get(index, ""),
                more=more,
                less=less,
            )
        )
    return Breakdown(tuple(nodes), outputs, rest)


def _text(graph: Graph, index: int) -> str:
    """What a node without a place in the source is."""
    node = graph.nodes[index]
    return node.name or (str(node.value) if node.value is not None else "")


def _areas(
    datapath: Datapath, target: Target, owners: Owners, count: int
) -> tuple[list[Area], Area]:
    """What each node takes, and each rounding of an output, and what belongs to nobody; LUTs in hundredths."""
    areas, rest = [NOTHING] * count, NOTHING
    taken_by_cell = areas_of_cells(datapath, target)
    for owner, taken in zip(owners.of_cells(datapath.cells), taken_by_cell, strict=True):
        if taken == NOTHING:
            continue
        if owner == NOBODY:
            rest = rest + taken
        else:
            areas[owner] = areas[owner] + taken
    return [_rounded(area) for area in areas], _rounded(rest)


def _rounded(area: Area) -> Area:
    return replace(area, luts=round(area.luts, HUNDREDTHS) + 0.0)


def _short(value: float) -> float:
    """With four digits, and no negative zero."""
    return float(f"{value:.4g}") + 0.0


def _formats(operators: Datapath, owners: Owners) -> Mapping[int, FixedFormat]:
    """The format of the cell that is the value of a node, where there is one."""
    return {
        node: operators.cells[index].format
        for node, index in owners.values_of(operators.cells).items()
    }


def _outputs(
    design: Design, allocation: Allocation, datapath: Datapath, areas: Sequence[Area]
) -> tuple[OutputFacts, ...]:
    found = []
    for goal, port, area in zip(design.goals, datapath.outputs, areas, strict=True):
        bound = port.error_bound or 0.0
        is_rounded = goal.rounded and goal.node not in allocation.results
        is_finer = allocation.fractions[goal.node] > goal.format.fraction
        half = float(goal.format.ulp / 2) if is_rounded and is_finer else 0.0
        rounding = bound if goal.name in design.tables else min(half, bound)
        found.append(
            OutputFacts(
                goal.name,
                float(goal.error),
                goal.faithful,
                bound,
                rounding,
                area,
                goal.node,
            )
        )
    return tuple(found)


def _errors(design: Design, outputs: Sequence[OutputFacts]) -> list[dict[int, float]]:
    """For every node the part of each output's bound that is due to it, but for what is too little to be told."""
    found: list[dict[int, float]] = [{} for _ in design.graph.nodes]
    for place, (output, (nodes, added)) in enumerate(
        zip(outputs, design.contributions(), strict=True)
    ):
        whole = float(added.sum())
        if not 0 < whole < math.inf:
            continue
        parts = added * ((output.bound - output.rounding) / whole)
        for index, part in zip(nodes.tolist(), parts.tolist(), strict=True):
            if part > SMALL * output.bound:
                found[index][place] = _short(part)
    return found


def _bits(price: BitPrice | None, share: float) -> tuple[Bit | None, Bit | None]:
    """What a bit more frees of the error, which is half of what the node adds, and what a bit less adds."""
    if price is None or not all(map(math.isfinite, price)):
        return None, None
    return Bit(_short(price.more), _short(share / 2)), Bit(_short(price.less), _short(share))


def breakdown_of_cells(datapath: Datapath, target: Target | None) -> Breakdown:
    """What the cells tell alone: the texts of the source that they were built for, their formats, and what they take.

    A stranger's cells may tell anything. Without a target nothing is told of what they take.
    """
    names, texts = _labels(datapath.cells)
    owners = Owners(names, texts, [port.name for port in datapath.outputs])
    areas, rest = [NOTHING] * (len(names) + len(datapath.outputs)), NOTHING
    if target is not None:
        areas, rest = _areas(datapath, target, owners, len(areas))
    formats = _formats(datapath, owners)
    nodes = tuple(
        NodeFacts(name, text or name, "", named=not text, format=formats.get(index), area=area)
        for index, (name, text, area) in enumerate(zip(names, texts, areas, strict=False))
    )
    return Breakdown(nodes, _outputs_of_ports(datapath, areas[len(names) :], repeat(None)), rest)


def _outputs_of_ports(
    datapath: Datapath, areas: Sequence[Area], nodes: Iterable[int | None]
) -> tuple[OutputFacts, ...]:
    """The outputs, of which it is not known what was asked for."""
    return tuple(
        OutputFacts(port.name, None, False, port.error_bound or 0.0, 0.0, area, node)
        for port, area, node in zip(datapath.outputs, areas, nodes, strict=False)
    )


def _labels(cells: Iterable[Cell]) -> tuple[list[str], list[str]]:
    """The inputs, and the texts for which cells were built, each with the name of its last cell that has one."""
    last: dict[str, str] = {}
    inputs: list[str] = []
    for cell in cells:
        if cell.kind is CellKind.INPUT:
            inputs.append(cell.name)
        elif cell.origin and cell.name:
            last[cell.origin] = cell.name
    return [*inputs, *last.values()], [*("" for _ in inputs), *last]
