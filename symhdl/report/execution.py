"""What the script of a page needs to execute a design: its cells, ports, nodes and mathematics, as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symhdl.documents import Json
from symhdl.errors import visible
from symhdl.functions.operation import Operation
from symhdl.ir.datapath import Cell, Datapath, Port
from symhdl.ir.graph import Graph
from symhdl.report.breakdown import Breakdown, NodeFacts
from symhdl.report.owners import Owners
from symhdl.report.rulers import Axis
from symhdl.sources.reading.assumptions import conditions_of

LARGEST_EXACT = 1 << 53  # what a number of JavaScript holds
NO_PORT = -1


def execution_of(
    operators: Datapath,
    breakdown: Breakdown,
    owners: Owners,
    axis: Axis,
    rows: Sequence[Sequence[int]] = (),
) -> dict[str, Json]:
    """The cells with their operands, ranges and parameters, the ports, and for each node the cell that is its value.

    Cells are `[kind, operands, minimum, maximum, value, shift, count, weights, contents]`, without what is nothing at
    the end. Integers that a double does not hold are texts. The `mathematics` are the nodes of the graph,
    `[operation, operands, number]`, where the number is that of a constant, or of an input's port. `rows` are those of
    data, as integers at the inputs.
    """
    values = owners.values_of(operators.cells)
    nodes = breakdown.nodes
    known = all(node.operation for node in nodes)
    places = {port.cell: place for place, port in enumerate(operators.inputs)}
    ports = {owner: places[cell] for owner, cell in values.items() if cell in places}
    return {
        "inputs": [_port(port, operators.cells) for port in operators.inputs],
        "outputs": [
            {
                **_port(port, operators.cells),
                "bound": port.error_bound,
                "node": facts.node if known else None,
                "row": place,
            }
            for place, (port, facts) in enumerate(
                zip(operators.outputs, breakdown.outputs, strict=True), len(nodes)
            )
        ],
        "cells": [_cell(cell) for cell in operators.cells],
        "nodes": [[owner, cell, operators.cells[cell].fraction] for owner, cell in values.items()],
        "mathematics": [_node(node, ports.get(k, NO_PORT)) for k, node in enumerate(nodes)]
        if known
        else [],
        "assumptions": _assumptions(operators),
        "axis": {"top": axis.top, "unit": axis.unit, "width": axis.width},
        "rows": [[_integer(value) for value in row] for row in rows],
    }


def _port(port: Port, cells: Sequence[Cell]) -> dict[str, Json]:
    return {
        "name": port.name,
        "shown": visible(port.name),
        "cell": port.cell,
        "fraction": cells[port.cell].fraction,
        "minimum": _integer(port.minimum),
        "maximum": _integer(port.maximum),
    }


def _cell(cell: Cell) -> Json:
    found: list[Json] = [
        cell.kind.name,
        [*cell.operands],
        _integer(cell.minimum),
        _integer(cell.maximum),
        _integer(cell.value),
        cell.shift,
        cell.count,
        [_integer(weight) for weight in cell.weights],
        [_integer(entry) for entry in cell.contents],
    ]
    while found[-1] in (0, []):
        found.pop()
    return found


def _integer(value: int) -> Json:
    return value if abs(value) < LARGEST_EXACT else str(value)


def _node(node: NodeFacts, port: int) -> Json:
    operation = node.operation.upper()
    if operation == Operation.INPUT.name:
        return [operation, [], port]
    if operation == Operation.CONSTANT.name:
        return [operation, [], None if node.range is None else _middle(*node.range)]
    return [operation, [*node.operands]]


def _middle(low: float, high: float) -> float:
    """Of any two doubles; their sum may be none."""
    return low / 2 + high / 2


def _assumptions(operators: Datapath) -> Json:
    """What is assumed, as nodes like those of the mathematics, and which of them are the conditions."""
    names = [port.name for port in operators.inputs]
    graph = conditions_of(operators.assumptions, names) if operators.assumptions else None
    if graph is None:
        return {"nodes": [], "outputs": []}
    ports = {name: place for place, name in enumerate(names)}
    return {
        "nodes": [_condition(graph, index, ports) for index in range(len(graph.nodes))],
        "outputs": [output.node for output in graph.outputs],
    }


def _condition(graph: Graph, index: int, ports: Mapping[str, int]) -> Json:
    node = graph.nodes[index]
    if node.operation is Operation.INPUT:
        return [node.operation.name, [], ports[node.name]]
    return [
        node.operation.name, [*node.operands], None if node.value is None else float(node.value)
    ]  # fmt: skip
