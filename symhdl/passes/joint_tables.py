"""Makes one table of an output that depends on few bits of several inputs, straight into its format."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import permutations
from typing import ClassVar

import numpy as np

from symhdl.analysis.output_table import OutputTable
from symhdl.approximation import Approximation
from symhdl.approximation.table_entries import FREE, simple_entries
from symhdl.cost.area import luts_of, table_quantities
from symhdl.cost.cells import Area
from symhdl.cost.estimate import estimate
from symhdl.cost.operators import Fabric, memory_blocks, prices
from symhdl.cost.pricing import price
from symhdl.design import Design, Pass
from symhdl.ir.builder import DatapathBuilder, Rank
from symhdl.ir.datapath import Datapath
from symhdl.ir.graph import reachable
from symhdl.ir.live import remove_dead_cells
from symhdl.lowering import fabric_for
from symhdl.lowering.ports import with_input_rounding
from symhdl.numeric.ball import float_above
from symhdl.precision.goals import OutputGoal
from symhdl.precision.windows import Windows, address_bits, inputs_of, windows_of

MOST_BITS = 9
"""That tell an output: with 10 no table took less, of twelve functions of two and three inputs, on ECP5 and UltraScale+
(`python -m benchmarks.fusion --few-bits --estimate`)."""

MOST_OUTPUTS = 8
MOST_CELLS = 500  # of a design that is made to its end with each table and without


@dataclass(frozen=True, slots=True)
class JointTables:
    """Makes outputs of few bits of several inputs tables of these bits, where the design takes less then.

    Every entry is some number of the output's format within the error that is allowed at that address, and of these
    one that takes little logic; the bound of the output is that of the entries, proved one by one. Nothing is rounded
    inside. What a decision makes uncertain next to a tie, and what is not defined or promised everywhere, stays.
    """

    finishing: tuple[Pass, ...] = field(
        metadata={"description": "the passes behind, by whose results designs are compared"}
    )

    name: ClassVar[str] = "joint-tables"

    def run(self, design: Design) -> Design:
        """The design with the tables with which it takes least."""
        possible = _possible(design)
        if not 0 < len(possible) <= MOST_OUTPUTS or len(_datapath(design).cells) > MOST_CELLS:
            return design
        fabric, taken = fabric_for(design.request, design.target), (math.inf, 0)
        for goal, places in possible:
            priced = _table_of(design, fabric, goal, places)
            if priced is None or priced[0] >= fabric.worth(price(_datapath(design), fabric)):
                continue
            if math.isinf(taken[0]):
                taken = self._taken(design)
            other = _with_table(design, goal.name, priced[1])
            found = self._taken(other)
            if found < taken and found[1] <= taken[1]:
                design, taken = other, found
        return design

    def _taken(self, design: Design) -> tuple[float, int]:
        """What the design takes when it is finished, in LUTs, and its cycles."""
        for step in self.finishing:
            design = step.run(design)
        found = estimate(_datapath(design), design.target)
        area = Area(found.luts, found.ffs, found.dsps, found.brams)
        return area.worth(design.target), _datapath(design).latency


Priced = tuple[float, OutputTable]
"""What a table is worth in LUTs, and the table."""


def _datapath(design: Design) -> Datapath:
    assert design.datapath is not None, "tables before operators; please report this"
    return design.datapath


def _possible(design: Design) -> list[tuple[OutputGoal, tuple[int, ...]]]:
    """The outputs that few bits of several inputs tell, with the places of these."""
    request = design.request
    if request.uniform is not None or request.ignore_undefined or design.assumptions is not None:
        return []
    found = []
    for goal in design.goals:
        places = inputs_of(design.graph, design.inputs, goal) if goal.mean_gains is None else ()
        bits = sum(address_bits(design.inputs[place]) for place in places)
        if len(places) > 1 and bits <= MOST_BITS:
            found.append((goal, places))
    return found


def _table_of(
    design: Design, fabric: Fabric, goal: OutputGoal, places: tuple[int, ...]
) -> Priced | None:
    """The table of an output that is worth least, with that."""
    bits = sum(address_bits(design.inputs[place]) for place in places)
    if memory_blocks(fabric, bits, goal.format.width):
        return None
    windows = windows_of(design.graph, design.inputs, goal, places)
    if windows is None:
        return None
    found = _tables(design, fabric, goal, windows)
    return min(found, key=lambda each: each[0])


def _tables(design: Design, fabric: Fabric, goal: OutputGoal, windows: Windows) -> Iterator[Priced]:
    """Tables with the inputs in all orders: which bits are lowest decides what logic shares."""
    plans = [design.inputs[place] for place in windows.inputs]
    shape = [plan.port_range[1] - plan.port_range[0] + 1 for plan in reversed(plans)]
    sizes = [1 << address_bits(plan) for plan in reversed(plans)]
    addresses = np.ix_(
        *(
            np.arange(plan.port_range[0], plan.port_range[1] + 1) % size
            for plan, size in zip(reversed(plans), sizes, strict=True)
        )
    )
    least, most = np.full(sizes, -FREE), np.full(sizes, FREE)
    least[addresses], most[addresses] = windows.low.reshape(shape), windows.high.reshape(shape)
    bits = (least.size - 1).bit_length()
    for order in permutations(range(len(plans))):
        low, high = (ends.transpose(order).ravel() for ends in (least, most))
        for entries in simple_entries(low, high, 0, bits):
            by_input = entries.reshape([sizes[axis] for axis in order]).transpose(np.argsort(order))
            reached = by_input[addresses].ravel()
            contents = tuple(np.clip(entries, reached.min(), reached.max()).tolist())
            worth = luts_of(
                table_quantities(contents, goal.format.width, fabric.target), prices(fabric)
            )
            inputs = [plans[len(plans) - 1 - axis] for axis in reversed(order)]
            error = float_above(Fraction(windows.error_of(reached)) * goal.format.ulp)
            yield (
                worth,
                OutputTable(
                    tuple(plan.name for plan in inputs),
                    tuple(address_bits(plan) for plan in inputs),
                    goal.format.fraction,
                    contents,
                    min(error, float_above(goal.error)),
                ),
            )


def _with_table(design: Design, output: str, table: OutputTable) -> Design:
    """The design in which an output is a table."""
    datapath = _datapath(design)
    outputs = datapath.outputs
    (old,) = (port for port in outputs if port.name == output)
    before = datapath.cells[old.cell]
    others = tuple(port for port in outputs if port is not old)
    rest = remove_dead_cells(replace(datapath, outputs=others))
    builder, places = DatapathBuilder(), list[int]()
    for cell in rest.cells:
        builder.within(cell.name, cell.origin)
        places.append(builder.copy(cell, tuple(places[operand] for operand in cell.operands)))
        builder.call(places[-1], cell.name, Rank.USER)
    inputs = tuple(port.moved(places[port.cell]) for port in rest.inputs)
    cells = {port.name: port.cell for port in inputs}
    builder.within(before.name, before.origin)
    address, shift = builder.constant(0, 0), 0
    for name, bits in zip(table.inputs, table.address_bits, strict=True):
        own = builder.bits(cells[name], 0, bits)
        address = builder.join(own, address, shift, 0) if shift else own
        shift += bits
    address = builder.part(address, "index")
    made = builder.table(address, table.contents, table.fraction)
    builder.call(made, before.name, Rank.USER)
    low, high = builder.range(made)
    new = replace(old, cell=made, minimum=low, maximum=high, error_bound=table.error)
    kept = iter(port.moved(places[port.cell]) for port in rest.outputs)
    made_of = replace(
        rest,
        cells=tuple(builder.cells),
        inputs=inputs,
        outputs=tuple(new if port is old else next(kept) for port in outputs),
    )
    found = remove_dead_cells(with_input_rounding(made_of, design.input_rounding))
    return replace(
        design,
        operators=found,
        datapath=found,
        tables={**design.tables, output: table},
        approximations=_still_built(design, {*design.tables, output}),
    )


def _still_built(design: Design, tables: Set[str]) -> Mapping[int, Approximation] | None:
    """The functions that other outputs hang on than those that are tables."""
    if design.approximations is None:
        return None
    roots = [output.node for output in design.graph.outputs if output.name not in tables]
    built = set(reachable(design.graph.nodes, roots))
    return {node: each for node, each in design.approximations.items() if node in built}
