"""Decides which products go into DSP blocks and which tables into memory blocks; the rest is logic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from msgspec import structs

from symhdl.arithmetic.merging import with_merged_sums
from symhdl.arithmetic.parts import divided_product
from symhdl.arithmetic.tables import divided_table
from symhdl.choices import DspUse, PrimitiveUse
from symhdl.cost.blocks import blocks_of_table, index_bits, most_blocks, trailing_zeros
from symhdl.cost.clock import memory_use
from symhdl.cost.minimised import priced_for
from symhdl.cost.parts import Division, division_of
from symhdl.design import Design
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import PRODUCTS, WIRES, Cell, CellKind, Datapath
from symhdl.ir.rebuild import rebuilt
from symhdl.numeric.digits import digit_count, odd_part
from symhdl.targets.target import Target
from symhdl.targets.units import Unit

LEAST_ADDERS = 3
"""Of a product with a constant that is worth a block; one of fewer adders is as soon there without."""

Chosen = dict[tuple[int, int], tuple[Unit, Division | None]]
"""The units of cells and of terms of sums, and how products are divided for them."""


@dataclass(frozen=True, slots=True)
class BindUnits:
    """Gives cells the units of the device, at most as many as there are and as the request allows.

    The estimate, the backends and synthesis follow it: what has no unit is built in logic. A product that is wider than
    its unit becomes one of parts, and so does a table of more entries. The integers are unchanged.
    """

    name: ClassVar[str] = "bind-units"

    def run(self, design: Design) -> Design:
        """The design with bound cells; without a clock there are no memory blocks, which have one."""
        request = design.request
        bound = partial(
            bind_units,
            target=priced_for(design.target, request.minimise),
            dsp=request.dsp,
            clocked=request.clocked,
            frequency_mhz=request.known_mhz,
            latency=request.latency,
        )
        return design.with_datapath(bound)


def bind_units(
    datapath: Datapath,
    target: Target,
    dsp: DspUse,
    *,
    clocked: bool,
    frequency_mhz: float = 0.0,
    latency: int | None = None,
) -> Datapath:
    """The datapath, in stage 0, whose products and tables have the units that are worth most there.

    A table that is too slow for the frequency in logic is worth a memory block, too, if that is faster. Where memories,
    which take a clock edge each, take more than the latency all tables stay in logic.
    """
    if most_blocks(target, dsp) and target.first_unit("multiply"):
        datapath = with_merged_sums(datapath)  # terms with one factor meet
    zeros = trailing_zeros(datapath.cells)
    chosen = _bound_products(datapath.cells, zeros, target, dsp, datapath.primitives)
    if clocked:
        tables = _bound_tables(datapath, target, dsp, frequency_mhz)
        if latency is None or _edges_of_memories(datapath, tables) <= latency:
            chosen |= tables
    if not chosen:
        return datapath
    instanced = datapath.primitives == "auto"
    adding = target.first_unit("multiply-add") if instanced else None
    cascaded = adding is not None and adding.cascade is not None

    def rewrite(builder: DatapathBuilder, index: int, places: Sequence[int]) -> int | None:
        cell = datapath.cells[index]
        if cell.kind is CellKind.SUM:
            return _with_multipliers(builder, cell, places, chosen, index, cascaded=cascaded)
        if (index, 0) not in chosen:
            return None
        unit, division = chosen[index, 0]
        operands = tuple(places[operand] for operand in cell.operands)
        memory = unit.memory if instanced else None
        if memory is not None and len(cell.contents) > memory.most_words:
            return divided_table(builder, cell, operands[0], unit, memory.most_words)
        low_zeros = [zeros[operand] for operand in cell.operands]
        if division is None or (len(division.pieces) == 1 and not any(low_zeros)):
            return builder.copy(structs.replace(cell, unit=unit.name), operands)
        factors = [
            builder.shift_right(operand, count, 0)
            for operand, count in zip(operands, low_zeros, strict=True)
        ]
        product = divided_product(builder, factors, division, unit)
        shift = sum(low_zeros) * (2 if cell.kind is CellKind.SQUARE else 1)
        return builder.shift_left(product, shift, cell.fraction)

    bound = rebuilt(datapath, rewrite)
    names = {cell.unit for cell in bound.cells}
    used = (unit for unit in target.units if unit.name in names)
    return replace(bound, units=tuple(unit if instanced else unit.portable for unit in used))


def _with_multipliers(
    builder: DatapathBuilder,
    cell: Cell,
    places: Sequence[int],
    chosen: Chosen,
    index: int,
    *,
    cascaded: bool,
) -> int | None:
    """A sum some of whose products with constants are multipliers; None if none is.

    Where blocks hand sums to each other, which they cannot shift, they multiply with the whole weight if that fits.
    """
    if all((index, position) not in chosen for position in range(len(cell.weights))):
        return None
    terms = []
    for factor, positions in _groups(cell).items():
        unit, division = chosen.get((index, positions[0]), (None, None))
        own = [(cell.weights[position], places[cell.operands[position]]) for position in positions]
        if unit is not None and cascaded and _takes_whole(builder, own, unit):
            ((weight, place),) = own
            product = builder.multiplier(
                builder.shift_left(place, 0, 0), builder.constant(weight, 0)
            )
            builder.bind(product, unit.name)
            own = [(1, product)]
        elif unit is not None and division is not None:
            number, times = _number(builder, [(weight // factor, place) for weight, place in own])
            factors = number, builder.constant(factor, 0)
            own = [(times, divided_product(builder, factors, division, unit))]
        terms += own
    return builder.sum(terms, cell.value, cell.fraction)


def _takes_whole(builder: DatapathBuilder, terms: Sequence[tuple[int, int]], unit: Unit) -> bool:
    """Whether one block multiplies what is the only term with its weight."""
    if len(terms) > 1:
        return False
    ((weight, place),) = terms
    number, constant = builder.cells[place], builder.cells[builder.constant(weight, 0)]
    bits = (unit.operand_bits(cell.width, signed=cell.signed) for cell in (number, constant))
    return unit.fits(*sorted(bits, reverse=True))


def _groups(cell: Cell) -> dict[int, list[int]]:
    """The positions of the terms of a sum by the number with which a multiplier would multiply all of them."""
    found: dict[int, list[int]] = {}
    for position in range(len(cell.weights)):
        found.setdefault(_factor(cell, position), []).append(position)
    return found


def _number(builder: DatapathBuilder, terms: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """What a multiplier multiplies of terms with the same factor, and how often the product counts: 2**k, or less."""
    if len(terms) == 1:
        ((times, place),) = terms
        return builder.shift_left(place, 0, 0), times
    times = min(abs(weight) for weight, _ in terms)
    times = -times if all(weight < 0 for weight, _ in terms) else times
    return builder.sum([(weight // times, place) for weight, place in terms], 0, 0), times


def _factor(cell: Cell, position: int) -> int:
    """What the multiplier of a term of a sum multiplies with; the rest of the weight is a power of two.

    The adders of a sum take the sign, but where there is none it is that of the factor.
    """
    weight = cell.weights[position]
    odd = odd_part(weight)
    return -odd if weight < 0 and cell.weights == (weight,) and not cell.value else odd


@dataclass(frozen=True, slots=True)
class _Candidate:
    """What may have a unit, how many blocks it takes then, and how much each of them saves, by which they are compared.

    It is a cell, or a term of a sum by its position.
    """

    place: tuple[int, int]
    unit: Unit
    blocks: int
    saving: float
    division: Division | None = None


def _chosen(candidates: Sequence[_Candidate], most: int) -> Chosen:
    """The candidates that save most for each block, while there are blocks."""
    chosen: Chosen = {}
    for candidate in sorted(candidates, key=lambda one: (-one.saving, one.place)):
        if candidate.blocks <= most:
            most -= candidate.blocks
            chosen[candidate.place] = candidate.unit, candidate.division
    return chosen


def _bound_products(
    cells: Sequence[Cell],
    zeros: Sequence[int],
    target: Target,
    dsp: DspUse,
    primitives: PrimitiveUse,
) -> Chosen:
    """The products, whose operands come to their blocks without the low bits that are always 0."""
    unit = target.first_unit("multiply")
    most = most_blocks(target, dsp)
    if unit is None or not most:
        return {}
    candidates = [
        candidate
        for index, cell in enumerate(cells)
        if cell.kind is CellKind.SUM
        for candidate in _constant_products(cells, index, unit, target)
    ]
    for index, cell in enumerate(cells):
        if cell.kind not in PRODUCTS:
            continue
        operands = [
            cells[operand].ranged(
                cells[operand].minimum >> zeros[operand], cells[operand].maximum >> zeros[operand]
            )
            for operand in cell.operands
        ]
        division = division_of(cell.kind, operands, unit, target, primitives)
        if blocks := division.blocks:
            saving = operands[0].width * operands[-1].width / blocks
            candidates.append(_Candidate((index, 0), unit, blocks, saving, division))
    return _chosen(candidates, most)


def _constant_products(
    cells: Sequence[Cell], index: int, unit: Unit, target: Target
) -> Iterator[_Candidate]:
    """The terms of a sum whose weights take many adders; those of one factor have one multiplier together."""
    cell = cells[index]
    for factor, positions in _groups(cell).items():
        adders = digit_count(factor) - 1
        if adders < LEAST_ADDERS:
            continue
        builder = DatapathBuilder()
        own = [
            (
                cell.weights[position] // factor,
                builder.input(f"{place}", one.minimum, one.maximum, 0),
            )
            for place, position in enumerate(positions)
            for one in (cells[cell.operands[position]],)
        ]
        number = builder.cells[_number(builder, own)[0]]
        factors = number, Cell(CellKind.CONSTANT, (), factor, factor, value=factor)
        division = division_of(CellKind.MULTIPLY, factors, unit, target)
        if blocks := division.blocks:
            saving = adders * number.width / blocks
            yield _Candidate((index, positions[0]), unit, blocks, saving, division)


def _edges_of_memories(datapath: Datapath, tables: Chosen) -> int:
    """The clock edges from inputs to outputs if these tables are memories; a register is behind what is none."""
    cells, edges = datapath.cells, [0] * len(datapath.cells)
    for index, cell in enumerate(cells):
        before = max((edges[operand] for operand in cell.operands), default=0)
        edges[index] = before + ((index, 0) in tables)
    most = 0
    for output in datapath.outputs:
        last = output.cell
        while cells[last].kind in WIRES:
            (last,) = cells[last].operands
        most = max(most, edges[last] + ((last, 0) not in tables))
    return most


def _bound_tables(datapath: Datapath, target: Target, dsp: DspUse, frequency_mhz: float) -> Chosen:
    """The tables that are large enough for a memory, or too slow for the clock in logic."""
    unit = target.first_unit("table")
    if unit is None or not target.resources.brams:
        return {}
    candidates = []
    made = unit if datapath.primitives == "auto" else unit.portable
    use = memory_use(
        target, datapath.primitives, frequency_mhz,
        multiplies_in_blocks=most_blocks(target, dsp) > 0,
    )  # fmt: skip
    for index, cell in enumerate(datapath.cells):
        if cell.kind is CellKind.TABLE:
            bits = (1 << index_bits(cell)) * cell.width
            if index_bits(cell) >= use.index_bits or bits >= use.bits:
                blocks = blocks_of_table(cell, target.bram, made.memory)
                candidates.append(_Candidate((index, 0), unit, blocks, bits / blocks))
    return _chosen(candidates, target.resources.brams)
