"""Products and squares in logic: the integers of Python, from cells of which synthesis makes no DSP block."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

import symhdl
from benchmarks.batch import usages
from symhdl.arithmetic.product_cells import products_in_rows
from symhdl.arithmetic.products import levels_of_product, multiply_in_logic
from symhdl.arithmetic.squares import levels_of_square, square_in_logic
from symhdl.cost.area import surroundings_of, total_quantities
from symhdl.cost.products import Logic
from symhdl.cost.timing import cell_delays
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import PRODUCTS, Cell, CellKind
from symhdl.ir.verify import assert_valid_datapath
from symhdl.numeric.digits import GREATEST_TOP, LEAST_TOP, recoding_of
from symhdl.passes.bind_units import bind_units
from symhdl.simulate import simulate
from symhdl.targets.target import load_target
from tests.random_datapath import random_datapath, random_inputs
from tests.rows import each_row
from tests.test_arithmetic import run
from tests.test_flow import need
from tests.test_schedule import built

LOGICS = {
    "luts-of-4": Logic(4),
    "luts-of-6": Logic(6),
    "chains": Logic(4, "chain", 2),
    "slots": Logic(6, "chain", 1, slots=True, free_offsets=True),
    "choices": Logic(4, choosing=True),
    "rows in adders": Logic(4, adder="adder"),
}
WIDEST_CHECKED = 6  # bits of factors whose products are all checked


def ranges(width: int) -> Iterator[tuple[int, int]]:
    """Ranges of about so many bits: full ones, and others that end anywhere."""
    size = 1 << width
    yield 0, size - 1
    yield -size // 2, size // 2 - 1
    yield 1 - size // 2, size // 2
    yield -size, -1
    yield 3, size + 2
    yield -size // 3 - 1, size


def depth_of(builder: DatapathBuilder, cell: int) -> int:
    """How many adders, rows and tables lie one after the other, those of equal depth that are built."""
    built = {
        CellKind.ADD,
        CellKind.SUBTRACT,
        CellKind.ROW,
        CellKind.TABLE,
        CellKind.MULTIPLY,
        CellKind.TWO_ROWS,
    }
    levels = dict.fromkeys(built, 1)
    depths: list[int] = []
    for each in builder.cells:
        below = max((depths[operand] for operand in each.operands), default=0)
        depths.append(below + levels.get(each.kind, 0))
    return depths[cell]


@each_row("logic", LOGICS)
@each_row("width", range(4, 40))
def test_the_depth_of_what_is_not_built_yet(width: int, logic: str) -> None:
    low, high = -1 << (width - 1), (1 << (width - 1)) - 1
    builder = DatapathBuilder()
    a, b = builder.input("a", low, high, 0), builder.input("b", 4 * low, 4 * high, 0)
    product = multiply_in_logic(builder, a, b, LOGICS[logic])
    told = levels_of_product(low, high, LOGICS[logic])
    # The lowest choice is no row. With slots the wider factor may choose, which then takes fewer LUTs.
    least = told - LOGICS[logic].choosing
    assert least <= depth_of(builder, product) <= told + LOGICS[logic].slots
    square = square_in_logic(builder, a, LOGICS[logic])
    told = levels_of_square(low, high, LOGICS[logic])
    may_differ = LOGICS[logic].slots or LOGICS[logic].choosing or LOGICS[logic].adder != ""
    assert abs(depth_of(builder, square) - told) <= 1 + may_differ


@each_row("logic", LOGICS)
@each_row("width", range(1, WIDEST_CHECKED))
def test_all_products_of_small_factors(width: int, logic: str) -> None:
    other_ranges = itertools.chain.from_iterable(ranges(w) for w in (1, 3, 4))
    for first, second in itertools.product(ranges(width), other_ranges):
        builder = DatapathBuilder()
        a, b = builder.input("a", *first, 2), builder.input("b", *second, 3)
        product = multiply_in_logic(builder, a, b, LOGICS[logic])
        columns = np.meshgrid(range(first[0], first[1] + 1), range(second[0], second[1] + 1))
        left, right = (column.ravel() for column in columns)
        values = run(builder, {"a": left.tolist(), "b": right.tolist()})[product]
        assert (values == left * right).all(), (first, second)


@each_row("logic", ["luts-of-4", "luts-of-6"])
@each_row("constant", (-37, -8, -1, 0, 1, 2, 5, 64))
def test_the_constant_of_a_chooser_is_in_its_digits(constant: int, logic: str) -> None:
    for first in itertools.chain(ranges(2), ranges(3)):
        builder = DatapathBuilder()
        a, b = builder.input("a", -1 << 20, 1 << 20, 0), builder.input("b", *first, 3)
        chooser = builder.add(b, builder.constant(constant, 3))
        product = multiply_in_logic(builder, a, chooser, LOGICS[logic])
        assert chooser == b or chooser not in live(builder, product)
        columns = np.meshgrid(range(-1 << 20, 1 << 20, 7919), range(first[0], first[1] + 1))
        left, right = (column.ravel() for column in columns)
        values = run(builder, {"a": left.tolist(), "b": right.tolist()})[product]
        assert (values == left * (right + constant)).all(), first


def live(builder: DatapathBuilder, root: int) -> set[int]:
    """The cells on which a cell depends, itself among them."""
    found = {root}
    for index in range(root, -1, -1):
        if index in found:
            found.update(builder.cells[index].operands)
    return found


@each_row("logic", LOGICS)
@each_row("width", range(1, 11))
def test_all_squares_of_small_numbers(width: int, logic: str) -> None:
    for low, high in ranges(width):
        builder = DatapathBuilder()
        square = square_in_logic(builder, builder.input("a", low, high, 2), LOGICS[logic])
        column = list(range(low, high + 1))
        values = np.broadcast_to(run(builder, {"a": column})[square], len(column))
        assert values.tolist() == [number**2 for number in column], (low, high)
        squares = [0, *column] if low <= 0 <= high else column
        assert builder.range(square)[1] == max(number**2 for number in squares)


@each_row("seed", range(20))
def test_products_of_large_factors(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    builder = DatapathBuilder()
    columns: dict[str, list[int]] = {}
    for name in ("a", "b"):
        low = chance.randint(-(1 << chance.randint(1, 60)), 1 << chance.randint(1, 60))
        high = low + chance.randint(1, 1 << chance.randint(1, 60))
        builder.input(name, low, high, 0)
        columns[name] = [low, low, high, high] + [chance.randint(low, high) for _ in range(60)]
    columns["b"][:4] = columns["b"][1:4] + columns["b"][:1]
    product = multiply_in_logic(builder, 0, 1, LOGICS[chance.choice(sorted(LOGICS))])
    square = square_in_logic(builder, 0, LOGICS[chance.choice(sorted(LOGICS))])
    values = run(builder, columns)
    pairs = list(zip(columns["a"], columns["b"], strict=True))
    assert [int(v) for v in values[product]] == [a * b for a, b in pairs]
    assert [int(v) for v in values[square]] == [a * a for a, _ in pairs]


def test_digits_write_every_number_of_a_range() -> None:
    for low, high in itertools.product(range(-70, 70, 3), range(-69, 90, 4)):
        if low > high:
            continue
        recoding = recoding_of(low, high)
        assert recoding.least >= LEAST_TOP and recoding.most <= GREATEST_TOP
        for number in range(low, high + 1):
            pairs = number + recoding.offset
            total = sum(
                ((pairs >> 2 * place & 3) - 1) << 2 * place for place in range(recoding.digits)
            )
            top = (pairs >> 2 * recoding.digits) + recoding.least
            assert recoding.least <= top <= recoding.most
            assert total + (top << 2 * recoding.digits) == number


def rows_of(cells: tuple[Cell, ...]) -> list[Cell]:
    return [cell for cell in cells if cell.kind is CellKind.ROW]


def test_low_zeros_make_no_rows() -> None:
    builder = DatapathBuilder()
    a, b = builder.input("a", 0, 255, 0), builder.input("b", 0, 255, 0)
    multiply_in_logic(builder, builder.shift_left(a, 6, 0), builder.shift_left(b, 9, 0), Logic(4))
    shifted = len(rows_of(tuple(builder.cells)))
    plain = DatapathBuilder()
    multiply_in_logic(plain, plain.input("a", 0, 255, 0), plain.input("b", 0, 255, 0), Logic(4))
    assert shifted == len(rows_of(tuple(plain.cells)))


def test_the_narrower_factor_chooses() -> None:
    for order in (("wide", "narrow"), ("narrow", "wide")):
        builder = DatapathBuilder()
        factors = {
            "wide": builder.input("w", 0, 65535, 0),
            "narrow": builder.input("n", 0, 31, 0),
        }
        multiply_in_logic(builder, factors[order[0]], factors[order[1]], Logic(4))
        assert len(rows_of(tuple(builder.cells))) == 4


@each_row("device", ["ecp5-85k", "xcvu9p", "ice40-hx8k", "generic"])
@each_row("seed", range(6))
def test_the_pass_keeps_all_integers(seed: int, device: str) -> None:
    datapath = replace(random_datapath(seed, width=24, cells=60, stages=0), dsp="none")
    found = products_in_rows(datapath, load_target(device))
    assert_valid_datapath(found)
    kinds = {cell.kind for cell in datapath.cells} & PRODUCTS
    assert all(cell.unit for cell in found.cells if cell.kind in PRODUCTS)
    assert kinds or found is datapath
    inputs = random_inputs(datapath, seed, 50)
    expected, values = simulate(datapath, inputs), simulate(found, inputs)
    for port, other in zip(datapath.outputs, found.outputs, strict=True):
        assert (expected[port.name] == values[port.name]).all()
        # No range is wider than what was proved before.
        assert (other.minimum, other.maximum) == (port.minimum, port.maximum)
        before, after = datapath.cells[port.cell], found.cells[other.cell]
        assert before.minimum <= after.minimum and after.maximum <= before.maximum


def test_products_in_blocks_stay() -> None:
    inputs = {name: symhdl.Input("fixed<10,3>") for name in "ab"}
    plain = symhdl.compile("y = a*b", inputs=inputs, dsp="none", frequency=0).operators
    for device, stays in (("ecp5-85k", True), ("ice40-hx8k", False)):
        target = load_target(device)
        bound = bind_units(plain, target, "auto", clocked=True)
        assert (products_in_rows(bound, target) is bound) == stays


SOURCE = "input a, b, c, d : fixed<10,3>\ny = 0.5*a*b + 0.25*c^2 - 1.3*d + 0.1 + sin(a)*b^3"


@pytest.mark.slow
@each_row("device", ["ecp5-25k", "xcvu9p", "xc7a35t", "gw1nr-9"])
def test_plain_synthesis_finds_no_block(device: str) -> None:
    """Without the option that forbids blocks."""
    need("yosys")
    design = symhdl.compile(SOURCE, device=device, dsp="none", output_width=12)
    found = usages({"top": design.verilog()}, load_target(device), use_dsps=True)["top"]
    assert {usage.dsps for usage in found} == {0}


@each_row("device", ["ecp5-25k", "xcvu9p", "ice40-hx8k"])
def test_without_blocks_no_text_multiplies(device: str) -> None:
    design = symhdl.compile(SOURCE, device=device, dsp="none")
    assert all(cell.unit for cell in design.datapath.cells if cell.kind in PRODUCTS)
    own, _, _models = design.verilog().partition("endmodule")
    lines = [line.partition("//")[0] for line in own.splitlines()]
    assert not any(" * " in line for line in lines)
    assert "$mul" not in design.emit("rtlil")["top.il"]


def test_rows_take_the_tables_that_their_inputs_need() -> None:
    builder = DatapathBuilder()
    a, digit = builder.input("a", -128, 127, 0), builder.input("d", 0, 4, 0)
    narrow = builder.row(builder.bits(digit, 0, 2), a, (-2, 0, 2, 4), 0)
    wide = builder.row(digit, a, (-4, -2, 0, 2, 4), 0)
    for device, slower in (("ecp5-85k", True), ("xcvu9p", False)):
        delays = cell_delays(builder.cells, load_target(device))
        assert (delays[wide].delay_ns > delays[narrow].delay_ns) == slower


def test_an_adder_of_large_tables_takes_a_row_in() -> None:
    builder = DatapathBuilder()
    a, b = builder.input("a", -128, 127, 0), builder.input("b", -128, 127, 0)
    row = builder.row(builder.bits(b, 0, 2), a, (-2, 0, 2, 4), 0)
    datapath = built(builder, builder.add(a, row))
    for device, takes in (("xcvu9p", True), ("ecp5-85k", False)):
        around = surroundings_of(datapath, load_target(device))
        assert (row in around.taken_in) == takes
        assert (total_quantities(around).select_bit == 0) == takes
        twice = replace(datapath, cells=(*builder.cells, builder.cells[-1]))
        assert not surroundings_of(twice, load_target(device)).taken_in


def test_a_product_in_logic_meets_200_mhz_on_an_ecp5() -> None:
    for source in ("y = a*b", "y = a^2 + b"):
        inputs = {name: symhdl.Input("fixed<16,3>") for name in "ab"}
        design = symhdl.compile(source, inputs=inputs, device="ecp5-85k", dsp="none", frequency=200)
        assert design.estimate.fmax_mhz >= 200
        assert not design.warnings
