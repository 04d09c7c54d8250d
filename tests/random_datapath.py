"""Random valid datapaths from a seed, with every kind of cell, for tests that compare engines."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from msgspec import structs

from symhdl.ir.bound_cells import unit_problem
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Cell, CellKind, Datapath, Port, register_behind
from symhdl.numeric.fixed import FixedFormat, format_of_range
from symhdl.simulate import Integers
from symhdl.targets.units import Unit

LARGEST_INDEX = 64
MAXIMUM_WIDTH = 130


def _input_port(chance: random.Random, builder: DatapathBuilder, number: int, width: int) -> Port:
    """An input of up to `width` bits: full range or part of it, signed or not."""
    name = f"x{number}"
    signed = chance.random() < 0.6
    port_format = FixedFormat(signed, chance.randint(1, width), chance.randint(-3, 20))
    low, high = port_format.minimum, port_format.maximum
    if chance.random() < 0.4:
        low, high = sorted((chance.randint(low, high), chance.randint(low, high)))
    cell = builder.input(name, low, high, port_format.fraction)
    return Port(name, name, cell, port_format, low, high)


def _any(chance: random.Random, builder: DatapathBuilder) -> int:
    return chance.randrange(len(builder.cells))


def _aligned(chance: random.Random, builder: DatapathBuilder) -> tuple[int, int]:
    """Two cells that are read with one fraction."""
    a, b = _any(chance, builder), _any(chance, builder)
    return a, builder.shift_left(b, 0, builder.fraction(a))


def _condition(chance: random.Random, builder: DatapathBuilder) -> int:
    conditions = [i for i, c in enumerate(builder.cells) if c.minimum >= 0 and c.maximum <= 1]
    return chance.choice(conditions) if conditions else builder.less(*_aligned(chance, builder))


def _product(chance: random.Random, builder: DatapathBuilder) -> int:
    """A product, by a multiplier also where one factor is constant."""
    return builder.multiplier(_any(chance, builder), _any(chance, builder))


def _constant(chance: random.Random, builder: DatapathBuilder) -> int:
    width = chance.choice((1, 3, 12, 40, 70))
    return builder.constant(chance.randint(-(1 << width), 1 << width), chance.randint(-3, 20))


def _table(chance: random.Random, builder: DatapathBuilder) -> int:
    indices = [
        i for i, c in enumerate(builder.cells) if c.minimum >= 0 and c.maximum < LARGEST_INDEX
    ]
    if indices:
        index = chance.choice(indices)
    else:
        index = builder.bits(_any(chance, builder), chance.randint(0, 5), chance.randint(1, 6))
    width, low = chance.choice((1, 8, 20, 70)), chance.choice((0, -1))
    count = builder.range(index)[1] + 1
    contents = tuple(chance.randint(low << width, (1 << width) - 1) for _ in range(count))
    return builder.table(index, contents, chance.randint(0, 12))


def _narrowed(chance: random.Random, builder: DatapathBuilder) -> int:
    """A sum whose range is proved tighter than its operands say: a + b - b, where the last step drops bits."""
    a, b = _aligned(chance, builder)
    total = builder.add(a, b)
    low, high = builder.range(a)
    back = builder.subtract(total, b)
    cell = builder.cells[back]
    return builder.narrow(back, max(low, cell.minimum), min(high, cell.maximum))


def _row(chance: random.Random, builder: DatapathBuilder) -> int:
    """Rows of every number of digits, with weights of every sign."""
    digit = builder.bits(_any(chance, builder), chance.randint(0, 5), chance.randint(1, 3))
    sizes = (0, 1, 2, 1 << chance.randint(0, 20))
    weights = tuple(chance.choice(sizes) * chance.choice((1, -1)) for _ in range(8))
    return builder.row(digit, _any(chance, builder), weights, chance.randint(-3, 20))


def _two_rows(chance: random.Random, builder: DatapathBuilder) -> int:
    """Two rows of every sign, with a constant that comes in as a carry, or with any other one."""
    pairs = [(_condition(chance, builder), _any(chance, builder)) for _ in range(2)]
    if chance.random() < 0.3:
        pairs[chance.randrange(2)] = builder.constant(1, 0), _any(chance, builder)
    weights = chance.choice(((1, 1), (1, -1), (-1, 1), (-1, -1)))
    value = chance.choice((0, 0, 1, -1, chance.randint(-1000, 1000)))
    return builder.two_rows(pairs[0], pairs[1], weights, value)


def _joined(chance: random.Random, builder: DatapathBuilder) -> int:
    count = chance.choice((1, 4, 17))
    lower = builder.bits(_any(chance, builder), chance.randint(0, 7), count)
    shift = count + chance.choice((0, 0, 3))
    return builder.join(_any(chance, builder), lower, shift, chance.randint(-3, 20))


def _weight(chance: random.Random) -> int:
    """A power of two or any other number, of either sign."""
    size = chance.choice((1, 1 << chance.randint(0, 12), chance.randint(1, 1 << 20), 1 << 70))
    return size * chance.choice((1, -1))


def _term(chance: random.Random) -> int:
    return chance.choice((0, 0, chance.randint(-1000, 1000), -(1 << 66)))


STEPS: tuple[Callable[[random.Random, DatapathBuilder], int], ...] = (
    lambda r, b: b.add(*_aligned(r, b)),
    lambda r, b: b.subtract(*_aligned(r, b)),
    lambda r, b: b.negate(_any(r, b)),
    _product,
    lambda r, b: b.square(_any(r, b)),
    lambda r, b: b.sum(
        [(_weight(r), _any(r, b)) for _ in range(r.randint(1, 5))], _term(r), r.randint(-3, 20)
    ),
    lambda r, b: b.shift_left(_any(r, b), r.randint(0, 9), r.randint(-3, 20)),
    lambda r, b: b.shift_right(_any(r, b), r.choice((1, 2, 5, 30, 64, 80)), r.randint(-3, 20)),
    lambda r, b: b.bits(_any(r, b), r.choice((0, 1, 7, 62, 70)), r.choice((1, 4, 17, 70))),
    _table,
    _row,
    _two_rows,
    _joined,
    lambda r, b: b.less(*_aligned(r, b)),
    lambda r, b: b.less_equal(*_aligned(r, b)),
    lambda r, b: b.equal(*_aligned(r, b)),
    lambda r, b: b.logical_not(_condition(r, b)),
    lambda r, b: b.logical_and(_condition(r, b), _condition(r, b)),
    lambda r, b: b.logical_or(_condition(r, b), _condition(r, b)),
    lambda r, b: b.select(_condition(r, b), *_aligned(r, b)),
    lambda r, b: b.minimum(*_aligned(r, b)),
    _constant,
    _narrowed,
)

NARROW = 18


def _narrow(chance: random.Random, builder: DatapathBuilder) -> int:
    """A cell that may fit in a unit."""
    narrow = [i for i, cell in enumerate(builder.cells) if cell.width <= NARROW]
    if narrow and chance.random() < 0.8:
        return chance.choice(narrow)
    return builder.bits(_any(chance, builder), chance.randint(0, 9), chance.randint(1, NARROW))


UNIT_STEPS: tuple[Callable[[random.Random, DatapathBuilder], int], ...] = (
    lambda r, b: b.multiply(_narrow(r, b), _narrow(r, b)),
    lambda r, b: b.square(_narrow(r, b)),
    lambda r, b: b.multiply(_narrow(r, b), b.constant(r.randint(-(1 << 15), 1 << 15), 3)),
    lambda r, b: b.sum([(r.choice((-1, 1)) * r.randint(3, 1 << 12), _narrow(r, b))], 0, 5),
    _table,
    _two_rows,
)
"""Steps to cells that units compute."""


def random_datapath(
    seed: int,
    *,
    inputs: int = 3,
    cells: int = 30,
    width: int = 16,
    stages: int = 3,
    units: tuple[Unit, ...] = (),
) -> Datapath:
    """A valid datapath with registers, without any for no stages; the same seed gives the same one.

    `width` bounds the inputs' widths, MAXIMUM_WIDTH that of all cells. Some outputs' formats are wider than
    their cells. With units most cells that they compute are bound to one, at one of its latencies.
    """
    chance = random.Random(seed)  # noqa: S311
    builder = DatapathBuilder()
    ports = tuple(_input_port(chance, builder, number, width) for number in range(inputs))
    steps = (*STEPS, *UNIT_STEPS, *UNIT_STEPS) if units else STEPS
    while len(builder.cells) < cells:
        before = len(builder.cells)
        chance.choice(steps)(chance, builder)
        if any(cell.width > MAXIMUM_WIDTH for cell in builder.cells[before:]):
            del builder.cells[before:]
            builder = DatapathBuilder(list(builder.cells), _index(builder.cells))
    chosen = chance.sample(range(len(builder.cells)), 4)
    outputs = tuple(
        _output_port(chance, builder.cells[cell], number, cell)
        for number, cell in enumerate(sorted({*chosen, len(builder.cells) - 1}))
    )
    plain = Datapath("pipeline", tuple(builder.cells), ports, outputs, f"seed {seed}", 100.0)
    if units:
        plain = bound(plain, chance, units)
    return with_registers(plain, chance, stages) if stages or units else plain


def bound(datapath: Datapath, chance: random.Random, units: tuple[Unit, ...]) -> Datapath:
    """The datapath, all in stage 0, with most cells bound to a unit that computes them."""
    cells: list[Cell] = []
    for cell in datapath.cells:
        operands = [datapath.cells[operand] for operand in cell.operands]
        choices = [
            drafted
            for unit in units
            for offer in unit.offers
            for drafted in (structs.replace(cell, unit=unit.name, latency=offer.latency),)
            if cell.operands and unit_problem(drafted, operands, unit) is None
        ]
        cells.append(chance.choice(choices) if choices and chance.random() < 0.9 else cell)
    used = {cell.unit for cell in cells}
    kept = tuple(unit for unit in units if unit.name in used)
    return replace(datapath, cells=tuple(cells), units=kept)


def _index(cells: list[Cell]) -> dict[Cell, int]:
    return {cell: index for index, cell in enumerate(cells)}


def _output_port(chance: random.Random, cell: Cell, number: int, index: int) -> Port:
    narrow = format_of_range(cell.minimum, cell.maximum, cell.fraction)
    wider = chance.choice((0, 0, 3))
    signed = narrow.signed or wider > 0
    output_format = FixedFormat(signed, narrow.width + wider, cell.fraction)
    name = f"y{number}"
    return Port(name, name, index, output_format, cell.minimum, cell.maximum, 0.5**number)


def with_registers(datapath: Datapath, chance: random.Random, stages: int) -> Datapath:
    """The datapath with cells put into random stages and registers wherever a value goes on to a later one."""
    cells: list[Cell] = []
    moved: dict[tuple[int, int], int] = {}

    def at_stage(old: int, stage: int) -> int:
        """The new index of the old cell's value at a stage not before its own."""
        index = moved[(old, first[old])]
        if cells[index].kind is CellKind.CONSTANT:
            return index
        for later in range(first[old] + 1, stage + 1):
            if (old, later) not in moved:
                previous = moved[(old, later - 1)]
                cells.append(register_behind(cells[previous], previous))
                moved[(old, later)] = len(cells) - 1
            index = moved[(old, later)]
        return index

    first: list[int] = []
    for old, cell in enumerate(datapath.cells):
        # A constant is of no stage; what uses only constants starts at 0.
        live = [o for o in cell.operands if datapath.cells[o].kind is not CellKind.CONSTANT]
        stage = max((first[o] for o in live), default=0)
        if live and stage < stages and chance.random() < 0.3:
            stage += 1
        operands = tuple(at_stage(operand, stage) for operand in cell.operands)
        first.append(stage + cell.latency)
        cells.append(structs.replace(cell, operands=operands, stage=first[old]))
        moved[(old, first[old])] = len(cells) - 1
    last = max((first[port.cell] for port in datapath.outputs), default=0)
    if chance.random() < 0.3:
        last += 1
    outputs = tuple(replace(p, cell=at_stage(p.cell, last)) for p in datapath.outputs)
    inputs = tuple(replace(p, cell=moved[(p.cell, 0)]) for p in datapath.inputs)
    return replace(datapath, cells=tuple(cells), inputs=inputs, outputs=outputs)


def random_inputs(datapath: Datapath, seed: int, count: int) -> dict[str, Integers]:
    """Integers within the ports' ranges; the corners come first."""
    chance = random.Random(seed)  # noqa: S311
    values: dict[str, Integers] = {}
    for port in datapath.inputs:
        corners = [port.minimum, port.maximum, max(port.minimum, min(0, port.maximum))]
        drawn = [chance.choice(corners) if chance.random() < 0.2 else
                 chance.randint(port.minimum, port.maximum) for _ in range(count)]  # fmt: skip
        drawn[: len(corners)] = corners
        wide = port.format.width > 63
        values[port.name] = np.array(drawn[:count], dtype=object if wide else np.int64)
    return values
