"""Blocks: products and tables go where synthesis puts them, wide ones into several."""

from __future__ import annotations

import pytest

from symhdl.choices import DspUse
from symhdl.cost.blocks import (
    blocks_of_product,
    blocks_of_table,
    clocked_memories,
    dsp_cells,
    memory_cells,
    trailing_zeros,
    used_at_once,
)
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Cell, CellKind
from symhdl.targets.target import load_target
from tests.test_schedule import built

ECP5 = load_target("ecp5-85k")


@pytest.mark.parametrize(
    ("width", "other", "blocks"),
    [
        (18, 18, 1),
        (8, 8, 1),
        (19, 18, 1),
        (20, 18, 2),
        (24, 24, 4),
        (36, 36, 4),
        (37, 36, 4),
        (1, 9, 0),
    ],
)
def test_a_wide_product_takes_several_blocks(width: int, other: int, blocks: int) -> None:
    assert blocks_of_product((width, other), width + other, True, ECP5.dsp) == blocks
    assert blocks_of_product((other, width), width + other, True, ECP5.dsp) == blocks


def test_unequal_operand_widths_and_signs_of_a_block_are_used() -> None:
    dsp = load_target("xc7a35t").dsp
    for widths in ((25, 18), (18, 25)):
        assert blocks_of_product(widths, 43, True, dsp) == 1
        assert blocks_of_product(widths, 43, False, dsp) == 4, "an unsigned one takes a bit more"
    assert blocks_of_product((24, 17), 41, False, dsp) == 1
    assert blocks_of_product((4, 4), 8, True, dsp) == 0
    assert blocks_of_product((2, 7), 9, True, dsp) == 1


def blocks_of(builder: DatapathBuilder, device: str, dsp: DspUse = "auto") -> dict[int, int]:
    return dsp_cells(builder.cells, trailing_zeros(builder.cells), load_target(device), dsp)


def test_products_go_into_blocks_unless_none_may_be_used() -> None:
    builder = DatapathBuilder()
    small = [builder.input(f"s{i}", -(2**9), 2**9 - 1, 0) for i in range(2)]
    large = [builder.input(f"l{i}", -(2**15), 2**15 - 1, 0) for i in range(2)]
    narrow, wide = builder.multiply(*small), builder.multiply(*large)
    square = builder.square(small[0])
    assert blocks_of(builder, "ecp5-85k") == {narrow: 1, wide: 1, square: 1}
    assert blocks_of(builder, "ecp5-85k", "none") == {}
    assert blocks_of(builder, "ice40-hx8k") == {}


def test_low_zeros_and_missing_signs_count_for_the_blocks() -> None:
    builder = DatapathBuilder()
    x = builder.input("x", -(2**17), 2**17 - 1, 0)
    y = builder.input("y", 0, 2**18 - 1, 0)
    shifted = builder.multiply(builder.shift_left(x, 5, 0), x)
    mixed = builder.multiply(x, y)
    assert blocks_of(builder, "ecp5-85k")[shifted] == 1
    assert mixed in blocks_of(builder, "ecp5-85k"), "19 bits with the zero on top of y"


@pytest.mark.parametrize(
    ("words", "width", "blocks"), [(512, 36, 1), (1024, 14, 1), (4096, 14, 4), (16384, 1, 1)]
)
def test_a_table_takes_the_shape_of_block_that_wastes_least(
    words: int, width: int, blocks: int
) -> None:
    contents = tuple((1 << width) - 1 for _ in range(words))
    table = Cell(CellKind.TABLE, (0,), 0, (1 << width) - 1, contents=contents)
    assert blocks_of_table(table, ECP5.bram) == blocks


def test_small_tables_stay_in_logic() -> None:
    builder = DatapathBuilder()
    x, wide = builder.input("x", 0, 63, 0), builder.input("wide", 0, 1023, 0)
    builder.table(x, tuple(range(64)), 0)
    large = builder.table(wide, tuple(range(1024)), 0)
    assert memory_cells(builder.cells, ECP5) == {large}


def test_wires_do_not_use_a_value_by_themselves() -> None:
    builder = DatapathBuilder()
    x = builder.input("x", 0, 1023, 0)
    table = builder.table(x, tuple(range(1024)), 0)
    upper = builder.shift_right(table, 2, 0)
    low, high = builder.range(upper)
    builder.cells.append(Cell(CellKind.REGISTER, (upper,), low, high, 0, 1, 1))
    through = built(builder, len(builder.cells) - 1)
    assert table not in used_at_once(through)
    assert clocked_memories(through, ECP5) == {table}
    plain = built(builder, upper)
    assert table in used_at_once(plain)
