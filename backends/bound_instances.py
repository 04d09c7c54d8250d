"""Cells of a datapath that are instances of primitives, as records that Verilog and Amaranth print."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from symhdl.ir.block_sums import BlockSum
from symhdl.ir.bound_cells import Factor, factors, is_in_tables, operand_factor
from symhdl.ir.datapath import Cell, CellKind, Datapath
from symhdl.ir.lookups import LookedUp
from symhdl.ir.three_terms import is_three_terms, ones_of, tables_of
from symhdl.targets.units import Unit

from .blocks import NO_BLOCKS, Blocks
from .chain_instances import (
    Between,
    ChainRow,
    instances_of_chain,
    instances_of_rows,
    instances_of_sum,
    resized,
    rows_of_digit,
    signals_of_chain,
)
from .instances import (
    Addend,
    BeforeProduct,
    Bits,
    Control,
    Instance,
    SignalBit,
    Word,
    constant_word,
    instance_of_block_sum,
    instance_of_product,
    instances_of_table,
    signal_word,
)
from .lookup_instances import instances_of_lookups
from .three_term_instances import (
    ThreeTerms,
    instances_of_three_terms,
    signals_of_three_terms,
)

CLOCK, ENABLE = "clk", "ce"
"""The names of the clock and of its enable in an instance's connections."""

OF_INSTANCE = "block"
"""What the name of an instance adds to that of its result."""
OF_LOOKUPS = "looked_up"
"""What the name of the signal of LUTs adds to that of the entry."""
OF_CHAIN = ("carries", "passes", "carried")
"""What the names of a chain's carries, and of what the tables beside it say, add to that of its result."""


@dataclass(frozen=True, slots=True)
class Bound:
    """The instances that make up a cell, and the signals between them by name, with their widths.

    Those that `differences` names are the exclusive or of two rows of bits; instances drive the others. Where none
    drives the cell's own signal, it is `passed`.
    """

    instances: tuple[Instance, ...]
    between: Mapping[str, int] = field(default_factory=dict)
    differences: Mapping[str, tuple[Bits, Bits]] = field(default_factory=dict)
    passed: Bits = ()


def instances_of_cell(
    datapath: Datapath,
    index: int,
    names: Sequence[str],
    fresh: Callable[[str], str],
    *,
    enabled: bool,
    blocks: Blocks = NO_BLOCKS,
) -> Bound:
    """What a cell is made of; `names` are those of all cells' signals, `fresh` makes one unique.

    `enabled` says whether there is a clock enable, `blocks` are those of `instanced_blocks`.
    """
    if index in blocks.sums:
        return _instance_of_sum(datapath, index, blocks, names, fresh, enabled=enabled)
    cell = datapath.cells[index]
    lookup = datapath.lookup_of(cell)
    if lookup is not None:
        return _instances_of_lookups(datapath, index, *lookup, names, fresh)
    unit = datapath.unit(cell.unit)
    assert unit is not None, "a unit that is not there; please report this"
    operands = [datapath.cells[operand] for operand in cell.operands]
    offer = unit.offer(cell.latency)
    result = signal_word(names[index], cell.width, signed=cell.signed)
    control = Control(CLOCK, ENABLE if enabled else "")

    word = _words(cell, names)

    fresh_name = partial(fresh, f"{names[index]}_{OF_INSTANCE}")
    if cell.kind is CellKind.TABLE:
        address = word(operand_factor(0, operands[0]))
        entries = reached_entries(cell, operands[0])
        found = instances_of_table(unit, offer, fresh_name, address, entries, result, control)
        return Bound(tuple(found))
    if is_three_terms(cell) or cell.kind is CellKind.ADD or unit.kind == "chain":
        return _instances_of_carries(datapath, index, unit, names, fresh)
    pair, before = _factors(datapath, index, blocks, names)
    driven = blocks.driven(datapath, index)
    block = instance_of_product(unit, offer, fresh_name(), pair, result, control, before, driven)
    return Bound((block,), _between(driven))


def _between(driven: Bits) -> dict[str, int]:
    """The wires to the next block, if there are any."""
    return {bit.signal: bit.width for bit in driven[:1] if isinstance(bit, SignalBit)}


def _instances_of_lookups(
    datapath: Datapath,
    index: int,
    unit: Unit,
    found: LookedUp,
    names: Sequence[str],
    fresh: Callable[[str], str],
) -> Bound:
    """LUTs and what chooses between them."""
    cell = datapath.cells[index]
    address = _words(cell, names)(operand_factor(0, datapath.cells[cell.operands[0]]))
    inner = fresh(f"{names[index]}_{OF_LOOKUPS}")

    fresh_name = partial(fresh, f"{names[index]}_{OF_INSTANCE}")
    pieces, bits = instances_of_lookups(unit, fresh_name, found, address, inner)
    return Bound(pieces, {inner: len(pieces)} if pieces else {}, passed=bits)


def _instances_of_carries(
    datapath: Datapath,
    index: int,
    unit: Unit,
    names: Sequence[str],
    fresh: Callable[[str], str],
) -> Bound:
    """A carry chain, and what stands beside it: of three numbers, of two, or of rows of a product."""
    cell = datapath.cells[index]
    operands = [datapath.cells[operand] for operand in cell.operands]
    result = signal_word(names[index], cell.width, signed=cell.signed)
    word = _words(cell, names)
    between = Between(*(fresh(f"{names[index]}_{part}") for part in OF_CHAIN))

    fresh_name = partial(fresh, f"{names[index]}_{OF_INSTANCE}")
    if is_three_terms(cell):
        three = _three_terms(cell, operands, word)
        pieces = instances_of_three_terms(unit, fresh_name, three, result, between)
        return Bound(tuple(pieces), signals_of_three_terms(unit, three, cell.width, between))
    if cell.kind is not CellKind.ADD:
        rows = _rows_of(cell, operands, unit, word)
        pieces = instances_of_chain(unit, fresh_name, rows, cell.value, result, between)
        return Bound(tuple(pieces), signals_of_chain(unit, rows, cell.width, between))
    signals = signals_of_chain(unit, None, cell.width, between)
    if unit.chain is not None and not unit.chain.has_slots:
        places = sorted(range(2), key=lambda place: not is_in_tables(operands[place], cell, unit))
        taken_in = [_row_of_adder(datapath, index, place, names) for place in places]
        pieces = instances_of_rows(unit, fresh_name, taken_in, result, between)
        return Bound(tuple(pieces), signals)
    # A row goes through the tables alone, which have room for it; the carries take the other term as it is.
    terms = sorted(enumerate(operands), key=lambda term: term[1].kind is not CellKind.ROW)
    row, other = (word(operand_factor(place, operand)) for place, operand in terms)
    pieces = instances_of_sum(unit, fresh_name, other, result, between)
    differing = resized(row, cell.width), resized(other, cell.width)
    return Bound(tuple(pieces), signals, {between.passes: differing})


def _words(cell: Cell, names: Sequence[str]) -> Callable[[Factor], Word]:
    """What makes numbers at ports of the factors of a cell."""

    def word(factor: Factor) -> Word:
        if factor.place is None:
            return constant_word(factor.value)
        return signal_word(names[cell.operands[factor.place]], factor.width, signed=factor.signed)

    return word


def _row_of_adder(datapath: Datapath, index: int, place: int, names: Sequence[str]) -> ChainRow:
    """An operand of an adder with the digit of a row that is taken in, or the one with which it is as it is."""
    adder, unit = datapath.cells[index], datapath.unit(datapath.cells[index].unit)
    row = datapath.cells[adder.operands[place]]
    assert unit is not None and unit.chain is not None, "no chain; please report this"
    if not is_in_tables(row, adder, unit):
        as_it_is = str(unit.chain.row_weights.index(1))
        return ChainRow(as_it_is, _words(adder, names)(operand_factor(place, row)))
    word = _words(row, names)
    digit, number = (
        word(operand_factor(at, datapath.cells[operand])) for at, operand in enumerate(row.operands)
    )
    return ChainRow(digit.bits[0], number)


def _factors(
    datapath: Datapath, index: int, blocks: Blocks, names: Sequence[str]
) -> tuple[tuple[Word, Word], BeforeProduct | None]:
    """The factors of a product, and what is added to the first one before the multiplier, if anything is."""
    cells, cell = datapath.cells, datapath.cells[index]
    word = _words(cell, names)
    if index not in blocks.before:
        unit = datapath.unit(cell.unit)
        assert unit is not None, "a unit that is not there; please report this"
        first, second = factors(cell, [cells[operand] for operand in cell.operands], unit)
        return (word(first), word(second)), None
    place = blocks.before[index].cell
    total = cells[place]
    unit = datapath.unit(total.unit)
    assert unit is not None, "a unit that is not there; please report this"
    number, own = (
        _words(total, names)(operand_factor(number, cells[operand]))
        for number, operand in enumerate(total.operands)
    )
    others = [o for o in cell.operands if o != place]
    second_word = (
        word(operand_factor(cell.operands.index(others[0]), cells[others[0]]))
        if others
        else constant_word(0)
    )
    before = BeforeProduct(
        number, total.kind is CellKind.SUBTRACT, not others, unit.offer(total.latency)
    )
    return (own, second_word), before


def _instance_of_sum(
    datapath: Datapath,
    index: int,
    blocks: Blocks,
    names: Sequence[str],
    fresh: Callable[[str], str],
    *,
    enabled: bool,
) -> Bound:
    """A product and what it is added to, in one block."""
    found = blocks.sums[index]
    cell, product = datapath.cells[found.cell], datapath.cells[found.product]
    unit = datapath.unit(cell.unit)
    assert unit is not None, "a unit that is not there; please report this"
    pair, before = _factors(datapath, found.product, blocks, names)
    addend = Addend(
        _word_at_adder(datapath, found, names),
        cell.kind is CellKind.SUBTRACT,
        unit.offer(cell.latency, is_sum=True),
        blocks.read_before(datapath, found),
    )
    driven = blocks.driven(datapath, index)
    instance = instance_of_block_sum(
        unit,
        unit.offer(product.latency),
        fresh(f"{names[found.cell]}_{OF_INSTANCE}"),
        pair,
        addend,
        signal_word(names[found.cell], cell.width, signed=cell.signed),
        Control(CLOCK, ENABLE if enabled else ""),
        before,
        driven,
    )
    return Bound((instance,), _between(driven))


def _word_at_adder(datapath: Datapath, found: BlockSum, names: Sequence[str]) -> Word | None:
    """The number that comes to the adder of a block from outside, if it is not that of the block before alone."""
    if found.before is not None and found.inner is None:
        return None
    reader, number = (
        (found.cell, found.addend)
        if found.inner is None or found.further is None
        else (found.inner, found.further)
    )
    cell = datapath.cells[reader]
    factor = operand_factor(cell.operands.index(number), datapath.cells[number])
    return _words(cell, names)(factor)


def _rows_of(
    cell: Cell, operands: Sequence[Cell], unit: Unit, word: Callable[[Factor], Word]
) -> tuple[ChainRow, ChainRow]:
    """The rows that a chain adds: those of the cell, or of a product with a number of two bits."""
    if cell.kind is not CellKind.TWO_ROWS:
        first, second = factors(cell, operands, unit)
        return rows_of_digit(word(first), word(second))
    words = [word(operand_factor(place, operand)) for place, operand in enumerate(operands)]
    first_weight, second_weight = cell.weights
    return (
        ChainRow(words[0].bits[0], words[1], is_subtracted=first_weight < 0),
        ChainRow(words[2].bits[0], words[3], is_subtracted=second_weight < 0),
    )


def _three_terms(
    cell: Cell, operands: Sequence[Cell], word: Callable[[Factor], Word]
) -> ThreeTerms:
    """The numbers that a chain adds."""
    first, second, third = (
        word(operand_factor(place, operand)) for place, operand in enumerate(operands)
    )
    return ThreeTerms(
        (first, second, third),
        tuple(weight < 0 for weight in cell.weights),
        ones_of(cell),
        tables_of(cell.width, cell.weights, operands),
    )


def reached_entries(cell: Cell, index: Cell) -> list[int]:
    """The entries of a table; those that the index does not reach, or that are proved never read, are 0."""
    return [
        value if entry >= index.minimum and cell.minimum <= value <= cell.maximum else 0
        for entry, value in enumerate(cell.contents[: index.maximum + 1])
    ]


def may_infer_blocks(datapath: Datapath) -> bool:
    """Whether synthesis may make DSP blocks of products: where there are instances, these are all."""
    return datapath.dsp != "none" and not primitives_of(datapath)


def primitives_of(datapath: Datapath) -> tuple[str, ...]:
    """The primitives that the datapath has instances of, sorted; no tables stand beside the chain of a sum."""
    bound = {(c.unit, c.kind is CellKind.ADD) for c in datapath.cells if datapath.is_instanced(c)}
    found: set[str] = set()
    for unit in datapath.units:
        for is_sum in (False, True):
            if (unit.name, is_sum) in bound:
                tables = (unit.instance, None if is_sum else unit.slot)
                found |= {table.cell for table in tables if table is not None}
    for cell in datapath.cells:
        lookup = datapath.lookup_of(cell) if datapath.is_instanced(cell) else None
        for table in (lookup[0].instance, *lookup[0].choices) if lookup is not None else ():
            found |= {table.cell} if table is not None else set()
    return tuple(sorted(found))
