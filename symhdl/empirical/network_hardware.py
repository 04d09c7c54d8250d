"""A network of codes as a datapath of operators, with the ports of a design."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from symhdl.design import Design
from symhdl.empirical.greatest import Groups, greatest
from symhdl.empirical.networks import Grid, Network, Read, Source, Sum, Table, Term
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Datapath
from symhdl.ir.live import remove_dead_cells
from symhdl.lowering.ports import OutputCell, datapath_of
from symhdl.numeric.fixed import FixedFormat


@dataclass(frozen=True, slots=True)
class _Code:
    """A node in hardware: its code is (cell + offset) modulo 2**bits.

    Offsets cost nothing: tables have their entries in another order.
    """

    cell: int
    offset: int
    bits: int
    number: int | None = None  # of an input: the integer itself, which sums read, and the least one
    minimum: int = 0


@dataclass(slots=True)
class _Builder:
    grids: Mapping[str, Grid]
    builder: DatapathBuilder
    codes: list[_Code] = field(default_factory=list)

    def source(self, node: Source, port: int) -> _Code:
        grid = self.grids[node.name]
        number = port if grid.port is None else self._held(port, grid, grid.port)
        cell = self.builder.bits(number, 0, grid.bits)
        offset = -grid.minimum & ((1 << grid.bits) - 1)
        return _Code(cell, offset, grid.bits, number, grid.minimum)

    def _held(self, port: int, grid: Grid, format: FixedFormat) -> int:
        """The multiple of the grid's unit below the number at a port, held between its ends."""
        builder = self.builder
        number = builder.shift_right(port, format.fraction - grid.fraction, 0)
        least, most = builder.range(number)
        low, high = builder.constant(grid.minimum, 0), builder.constant(grid.maximum, 0)
        if least < grid.minimum:
            number = builder.select(builder.less(number, low), low, number)
        if grid.maximum < most:
            number = builder.select(builder.less(high, number), high, number)
        return builder.narrow(number, max(least, grid.minimum), min(most, grid.maximum))

    def table(self, node: Table) -> _Code:
        index: int | None = None
        order = [0]
        for read in node.reads:
            cell, offset = self._read(read)
            size = 1 << read.bits
            order = [
                place * size + (own + offset & size - 1) for place in order for own in range(size)
            ]
            index = cell if index is None else self.builder.join(index, cell, read.bits, 0)
        assert index is not None, "a table of nothing; please report this"
        contents = tuple(node.contents[place] for place in order)
        return _Code(self.builder.table(index, contents, 0), 0, node.bits)

    def _read(self, read: Read) -> tuple[int, int]:
        """The bits in hardware, and what is to be added to them, modulo their number of values."""
        code = self.codes[read.node]
        assert code.offset & ((1 << read.dropped) - 1) == 0, (
            "bits left out that an offset moves; please report this"
        )
        return self.builder.bits(code.cell, read.dropped, read.bits), code.offset >> read.dropped

    def sum(self, node: Sum) -> _Code:
        terms: list[tuple[int, int]] = []
        offset = 0
        for term in node.terms:
            cell, own = self._addend(term)
            terms.append((term.weight, cell))
            offset += term.weight * own
        total = self.builder.sum(terms, 0, 0)
        cell = self.builder.bits(total, 0, node.bits)
        return _Code(cell, offset & ((1 << node.bits) - 1), node.bits)

    def _addend(self, term: Term) -> tuple[int, int]:
        """A cell, and what is to be added to it, for a number that is right modulo what the sum wraps at."""
        code = self.codes[term.read.node]
        if code.number is not None:
            minimum = code.minimum
            assert minimum & ((1 << term.read.dropped) - 1) == 0, (
                "bits left out that an offset moves; please report this"
            )
            shifted = self.builder.shift_right(code.number, term.read.dropped, 0)
            return shifted, -(minimum >> term.read.dropped)
        assert not term.read.dropped, "bits left out of a sum; please report this"
        return code.cell, code.offset


def datapath_of_network(
    design: Design,
    network: Network,
    grids: Mapping[str, Grid],
    formats: Sequence[tuple[str, FixedFormat]],
    groups: Groups | None = None,
) -> Datapath:
    """The operators of a network behind the ports that the design's inputs have, no errors proved of its outputs.

    `formats` are the outputs by name, whose integers are the network's. Inputs of the network have integers from the
    minimum of their grids on, no more than its codes. With `groups` the one output tells the greatest (`greatest`).
    """
    builder = DatapathBuilder()
    ports = {
        plan.name: builder.input(plan.name, *plan.port_range, plan.format.fraction)
        for plan in design.inputs
    }
    made = _Builder(grids, builder)
    for node in network.nodes:
        if isinstance(node, Source):
            code = made.source(node, ports[node.name])
        elif isinstance(node, Table):
            code = made.table(node)
        else:
            code = made.sum(node)
        made.codes.append(code)
    cells = [made.codes[place].cell for place in network.outputs]
    if groups is not None:
        cells = [greatest(builder, cells, groups)]
    outputs = [
        OutputCell(name, format, builder.shift_left(cell, 0, format.fraction), None)
        for cell, (name, format) in zip(cells, formats, strict=True)
    ]
    return remove_dead_cells(datapath_of(design, builder, outputs))
