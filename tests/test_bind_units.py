"""What becomes a block of the device: as many as there are and were asked for, where they save most; integers stay."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest
from msgspec import structs

import symhdl
from symhdl.choices import DspUse
from symhdl.cost.parts import division_of, parts_of
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import PRODUCTS, Cell, CellKind, Datapath, Port
from symhdl.ir.verify import assert_valid_datapath
from symhdl.numeric.fixed import FixedFormat
from symhdl.passes.bind_units import bind_units
from symhdl.simulate import simulate
from symhdl.targets.target import load_target
from tests.random_datapath import random_inputs
from tests.rows import each_row
from tests.tiny_datapaths import port

DEVICES = ("ecp5-25k", "ice40-up5k", "xc7a35t", "generic")


def products(widths: list[tuple[int, bool, int, bool]]) -> Datapath:
    """A product, or a square where the second width is 0, for each pair of widths and signs."""
    builder = DatapathBuilder()
    inputs: list[Port] = []

    def operand(width: int, signed: bool) -> int:
        name = f"x{len(inputs)}"
        wanted = FixedFormat(signed, width, 0)
        cell = builder.input(name, wanted.minimum, wanted.maximum, 0)
        inputs.append(Port(name, name, cell, wanted, wanted.minimum, wanted.maximum))
        return cell

    outputs: list[Port] = []
    for number, (width, signed, other, other_signed) in enumerate(widths):
        a = operand(width, signed)
        cell = builder.multiply(a, operand(other, other_signed)) if other else builder.square(a)
        own = builder.cells[cell]
        outputs.append(
            Port(f"y{number}", f"y{number}", cell, own.format, own.minimum, own.maximum, 0.0)
        )
    return Datapath("top", tuple(builder.cells), tuple(inputs), tuple(outputs))


def blocks(datapath: Datapath) -> int:
    return sum(bool(cell.unit) and cell.kind in PRODUCTS for cell in datapath.cells)


def made(datapath: Datapath, device: str, dsp: DspUse) -> Datapath:
    return bind_units(datapath, load_target(device), dsp, clocked=True)


@each_row("device", DEVICES)
@each_row("seed", range(6))
def test_the_integers_stay_and_every_part_fits(device: str, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    wide = (3, 12, 17, 18, 19, 25, 26, 34, 36, 40, 61)
    sides = [
        (chance.choice(wide), chance.random() < 0.5, chance.choice((0, *wide)), chance.random() < 0.5)
        for _ in range(5)
    ]  # fmt: skip
    datapath, target = products(sides), load_target(device)
    cut = made(datapath, device, "auto")
    assert_valid_datapath(cut)
    inputs = random_inputs(datapath, seed, 40)
    expected, found = simulate(datapath, inputs), simulate(cut, inputs)
    assert {name: list(column) for name, column in found.items()} == {
        name: list(column) for name, column in expected.items()
    }
    for cell in cut.cells:
        if cell.unit:
            unit = target.unit(cell.unit)
            first, second = (
                unit.operand_bits(cut.cells[operand].width, signed=cut.cells[operand].signed)
                for operand in (cell.operands * 2)[:2]
            )
            assert unit.fits(first, second) or unit.fits(second, first), (sides, cell)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("limit", [1, 2, 3, 5, 9])
def test_a_number_of_blocks_is_kept_and_used(device: str, limit: int) -> None:
    datapath = products([(12, True, 10, True), (36, True, 30, False), (9, False, 9, False),
                         (20, True, 20, True), (15, True, 0, True), (5, True, 16, False)])  # fmt: skip
    everything = blocks(made(datapath, device, "auto"))
    found = blocks(made(datapath, device, limit))
    assert found <= limit
    assert found == min(limit, everything) or everything > limit
    assert found >= 1
    assert blocks(made(datapath, device, "none")) == 0


def test_the_products_that_save_most_for_a_block_come_first() -> None:
    datapath = products([(6, True, 6, True), (18, True, 18, True), (28, True, 28, True)])
    bound = bind_units(datapath, load_target("ecp5-25k"), 2, clocked=True)
    chosen = [bound.cells[port.cell].unit for port in bound.outputs]
    assert chosen == ["MULT18X18D", "MULT18X18D", ""]


def test_without_a_clock_there_is_no_memory_block() -> None:
    builder = DatapathBuilder()
    index = builder.input("x", 0, 1023, 0)
    table = builder.table(index, tuple(n * n for n in range(1024)), 0)
    port = Port("x", "x", index, FixedFormat(False, 10, 0), 0, 1023)
    output = Port("y", "y", table, builder.cells[table].format, *builder.range(table), 0.0)
    datapath = Datapath("top", tuple(builder.cells), (port,), (output,))
    target = load_target("ecp5-25k")
    assert bind_units(datapath, target, "none", clocked=False) == datapath
    assert bind_units(datapath, target, "none", clocked=True).cells[table].unit == "DP16KD"
    none_there = replace(target, resources=replace(target.resources, brams=1))
    assert bind_units(datapath, none_there, "none", clocked=True) == datapath, "it takes two"


@pytest.mark.parametrize(
    ("mhz", "bits", "in_memory"),
    [(100.0, 9, False), (200.0, 9, True), (200.0, 7, False), (250.0, 7, False), (0.0, 9, False)],
)
def test_a_table_too_slow_in_logic_is_in_a_memory_that_is_faster(
    mhz: float, bits: int, in_memory: bool
) -> None:
    builder = DatapathBuilder()
    index = builder.input("x", 0, (1 << bits) - 1, 0)
    entries = tuple(value * 5 % 8 for value in range(1 << bits))
    cell = builder.table(index, entries, 0)
    ports = (port(builder, "x", index),), (port(builder, "y", cell, 0.0),)
    datapath = Datapath("top", tuple(builder.cells), *ports)
    target = load_target("ecp5-25k")
    bound = bind_units(datapath, target, "none", clocked=True, frequency_mhz=mhz)
    assert bound.cells[cell].unit == ("DP16KD" if in_memory else "")


@each_row("signs", ["any", "signed"])
@each_row("signed", [False, True])
@each_row("width", range(1, 60, 7))
def test_parts_are_the_operand(width: int, signed: bool, signs: str) -> None:
    unit = replace(load_target("ecp5-25k").unit("MULT18X18D"), signs=signs)
    parts = parts_of(width, signed, 18, unit)
    assert sum(part.width for part in parts) == width
    assert [part.low for part in parts] == [
        sum(part.width for part in parts[:n]) for n in range(len(parts))
    ]
    for part in parts:
        assert unit.operand_bits(part.width, signed=part.signed) <= 18
        assert part.whole == (part is parts[-1])
        assert part.signed == (signed and part.whole)


def test_the_wider_port_has_the_operand_that_needs_it() -> None:
    target = load_target("xc7a35t")
    unit = target.units_for("multiply")[0]
    wide, narrow = (
        Cell(CellKind.INPUT, (), -(2**24), 2**24 - 1),
        Cell(CellKind.INPUT, (), 0, 2**17 - 1),
    )
    for operands in ((wide, narrow), (narrow, wide)):
        assert division_of(CellKind.MULTIPLY, operands, unit, target).blocks == 1


def test_a_product_is_as_wide_as_its_range() -> None:
    """Synthesis asks how wide the product is: 3 by 7 bits of these ranges are 9 bits, or 8 of 10."""
    target = load_target("xcvu9p")
    unit = target.units_for("multiply")[0]
    first = Cell(CellKind.INPUT, (), -4, 3)
    for most, blocks in ((31, 0), (63, 1)):
        operands = (first, Cell(CellKind.INPUT, (), -most, most))
        division = division_of(CellKind.MULTIPLY, operands, unit, target)
        assert division.blocks == blocks


def test_a_product_that_one_block_takes_stays_the_cell_that_it_is() -> None:
    plain = products([(18, True, 12, False), (17, False, 0, False)])
    bound = made(plain, "ecp5-25k", "auto")
    assert tuple(structs.replace(cell, unit="") for cell in bound.cells) == plain.cells
    assert blocks(bound) == 2


@pytest.mark.parametrize("dsp", ["auto", "none", 1, "2"])
def test_the_estimate_and_the_text_follow(dsp: DspUse) -> None:
    source = "input u, v, w, x, y, z : fixed<12,2>\ns = u*v + w*x + y*z"
    design = symhdl.compile(source, device="ecp5-25k", dsp=dsp)
    units = Counter(cell.unit for cell in design.datapath.cells if cell.kind in PRODUCTS)
    assert units["MULT18X18D"] == {"auto": 3, "none": 0, 1: 1, "2": 2}[dsp]
    assert design.estimate.dsps == units["MULT18X18D"]


@each_row(
    ("device", "width", "signed", "square", "blocks"),
    [
        ("ecp5-25k", 18, False, False, 1),
        ("ecp5-25k", 20, False, False, 1),
        ("ecp5-25k", 22, False, False, 1),
        ("ecp5-25k", 24, False, False, 3),
        ("ecp5-25k", 28, True, False, 4),
        ("ecp5-25k", 36, True, True, 3),
        ("ecp5-25k", 24, True, True, 2),
        ("ice40-up5k", 17, True, False, 1),
        ("xcvu9p", 24, True, True, 2),
        ("xcvu9p", 40, True, True, 5),
    ],
)
def test_a_wide_product_has_blocks_for_what_is_worth_them(
    device: str, width: int, signed: bool, square: bool, blocks: int
) -> None:
    """Pieces in logic take no more than a block is worth there, and the whole is no dearer than blocks alone."""
    target = load_target(device)
    unit = target.units_for("multiply")[0]
    low = -1 << (width - 1) if signed else 0
    operand = Cell(CellKind.INPUT, (), low, low + (1 << width) - 1)
    kind = CellKind.SQUARE if square else CellKind.MULTIPLY
    division = division_of(kind, (operand,) * (2 - square), unit, target)
    assert division.blocks == blocks
    for piece in division.pieces:
        for part in (piece.first, piece.second):
            assert not piece.in_block or part.width <= max(unit.widths), part
    assert division.luts <= (len(division.pieces) - blocks + 1) * target.worth.dsp


@each_row("weights", ((-21299,), (-42598,), (-21299, 3)))
def test_a_sign_that_no_adder_takes_is_that_of_the_factor(weights: tuple[int, ...]) -> None:
    builder = DatapathBuilder()
    wanted = FixedFormat(True, 14, 0)
    inputs = [
        Port(name, name, cell, wanted, wanted.minimum, wanted.maximum)
        for name in "ab"[: len(weights)]
        for cell in (builder.input(name, wanted.minimum, wanted.maximum, 0),)
    ]
    terms = [(weight, port.cell) for weight, port in zip(weights, inputs, strict=True)]
    result = builder.cells[builder.sum(terms, 0, 0)]
    output = Port(
        "y", "y", len(builder.cells) - 1, result.format, result.minimum, result.maximum, 0.0
    )
    plain = Datapath("top", tuple(builder.cells), tuple(inputs), (output,))
    bound = made(plain, "ecp5-25k", "auto")
    (product,) = (cell for cell in bound.cells if cell.unit)
    factors = [bound.cells[k].value for k in product.operands]
    assert max(factors, key=abs) == (-21299 if len(weights) == 1 else 21299)
    assert all(weight > 0 for cell in bound.cells for weight in cell.weights) == (len(weights) == 1)
    given = random_inputs(plain, 1, 100)
    assert [*simulate(bound, given)["y"]] == [*simulate(plain, given)["y"]]


@each_row("device", ("ecp5-25k", "xcvu9p", "ice40-up5k"))
@each_row(
    ("weights", "blocks"),
    [
        ((1166, 1166), 1),
        ((1166, -1166, 583, -2332), 1),
        ((-1166, -1166), 1),
        ((1166, 779, 1166, 779, 3), 2),
    ],
)
def test_terms_with_one_factor_have_one_block(
    device: str, weights: tuple[int, ...], blocks: int
) -> None:
    """(x + y) c is x c + y c, and what is subtracted or shifted is so before the product."""
    builder = DatapathBuilder()
    names = [f"x{place}" for place in range(len(weights))]
    cells = [builder.input(name, -(2**11), 2**11 - 1, 0) for name in names]
    apart = [
        builder.sum([(weight, cell)], 0, 0) for weight, cell in zip(weights, cells, strict=True)
    ]
    total = builder.sum([(1, cell) for cell in apart], 7, 0)
    inputs = tuple(
        Port(name, name, cell, FixedFormat(True, 12, 0), -(2**11), 2**11 - 1)
        for name, cell in zip(names, cells, strict=True)
    )
    output = Port("y", "y", total, builder.cells[total].format, *builder.range(total), 0.0)
    plain = Datapath("top", tuple(builder.cells), inputs, (output,))
    bound = made(plain, device, "auto")
    assert_valid_datapath(bound)
    assert sum(cell.kind in PRODUCTS and bool(cell.unit) for cell in bound.cells) == blocks
    drawn = random_inputs(plain, 3, 50)
    assert list(simulate(bound, drawn)["y"]) == list(simulate(plain, drawn)["y"])


@each_row(("width", "other", "blocks"), [(18, 2, 0), (6, 4, 0), (12, 12, 1), (18, 5, 1)])
def test_a_small_product_is_no_block(width: int, other: int, blocks: int) -> None:
    """It would take less than half of the LUTs that a block is worth."""
    target = load_target("ecp5-85k")
    unit = target.first_unit("multiply")
    assert unit is not None
    operands = [Cell(CellKind.INPUT, (), 0, (1 << bits) - 1) for bits in (width, other)]
    assert division_of(CellKind.MULTIPLY, operands, unit, target).blocks == blocks


def test_a_latency_that_memories_exceed_keeps_tables_in_logic() -> None:
    """A memory straight at an output has the register that is there in any case; what is read of it takes another."""
    builder = DatapathBuilder()
    x = builder.input("x", 0, 4095, 0)
    table = builder.table(x, tuple(entry * entry % 4093 for entry in range(4096)), 0)
    for last, latencies in ((table, (0, 1, 1)), (builder.add(table, x), (0, 0, 1))):
        datapath = Datapath(
            "top", tuple(builder.cells), (port(builder, "x", x),), (port(builder, "y", last, 0.0),), "", 100.0
        )  # fmt: skip
        for latency, wanted in enumerate(latencies):
            bound = bind_units(
                datapath, load_target("ecp5-25k"), "auto", clocked=True, latency=latency
            )
            assert sum(bool(cell.unit) for cell in bound.cells) == wanted
