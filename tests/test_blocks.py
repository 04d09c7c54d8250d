"""Blocks: products and tables go where they are bound to, wide ones into several."""

from __future__ import annotations

import pytest

from symhdl.choices import DspUse
from symhdl.cost.blocks import blocks_of_table, blocks_taken
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Cell, CellKind
from symhdl.passes.bind_units import bind_units
from symhdl.targets.target import load_target
from tests.test_schedule import built

ECP5 = load_target("ecp5-85k")


def blocks_of(
    builder: DatapathBuilder, device: str, *cells: int, dsp: DspUse = "auto", resource: str = "dsps"
) -> int:
    """The blocks that cells take; all others are left out."""
    target = load_target(device)
    bound = bind_units(built(builder, *cells), target, dsp, clocked=True)
    return blocks_taken(bound, resource, target.bram)


def product_blocks(widths: tuple[int, int], device: str, *, signed: bool = True) -> int:
    builder = DatapathBuilder()
    operands = [
        builder.input(name, -(1 << (width - 1)) if signed else 0, (1 << (width - signed)) - 1, 0)
        for name, width in zip("ab", widths, strict=True)
    ]
    return blocks_of(builder, device, builder.multiply(*operands))


@pytest.mark.parametrize(
    ("width", "other", "blocks"),
    [(18, 18, 1), (8, 8, 1), (20, 18, 1), (24, 24, 3), (36, 36, 4), (37, 36, 4), (1, 9, 0)],
)
def test_a_wide_product_takes_several_blocks(width: int, other: int, blocks: int) -> None:
    assert product_blocks((width, other), "ecp5-85k") == blocks
    assert product_blocks((other, width), "ecp5-85k") == blocks


def test_unequal_operand_widths_and_signs_of_a_block_are_used() -> None:
    for widths in ((25, 18), (18, 25)):
        assert product_blocks(widths, "xc7a35t") == 1
        assert product_blocks(widths, "xc7a35t", signed=False) == 2, "a bit more takes another"
    assert product_blocks((24, 17), "xc7a35t", signed=False) == 1
    assert product_blocks((4, 4), "xc7a35t") == 0
    assert product_blocks((2, 7), "xc7a35t") == 0, "logic takes less than half of what it is worth"
    assert product_blocks((5, 7), "xc7a35t") == 1


def test_products_go_into_blocks_unless_none_may_be_used() -> None:
    builder = DatapathBuilder()
    small = [builder.input(f"s{i}", -(2**9), 2**9 - 1, 0) for i in range(2)]
    large = [builder.input(f"l{i}", -(2**15), 2**15 - 1, 0) for i in range(2)]
    cells = builder.multiply(*small), builder.multiply(*large), builder.square(small[0])
    assert blocks_of(builder, "ecp5-85k", *cells) == 3
    assert blocks_of(builder, "ecp5-85k", *cells, dsp="none") == 0
    assert blocks_of(builder, "ecp5-85k", *cells, dsp=2) == 2
    assert blocks_of(builder, "ice40-hx8k", *cells) == 0


def test_low_zeros_take_no_width_of_a_block() -> None:
    builder = DatapathBuilder()
    x = builder.input("x", -(2**17), 2**17 - 1, 0)
    y = builder.input("y", 0, 2**18 - 1, 0)
    assert blocks_of(builder, "ecp5-85k", builder.multiply(builder.shift_left(x, 5, 0), x)) == 1
    assert blocks_of(builder, "ecp5-85k", builder.multiply(x, y)) == 1, "each has its own sign"


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
    small = builder.table(x, tuple(range(64)), 0)
    large = builder.table(wide, tuple(range(1024)), 0)
    assert blocks_of(builder, "ecp5-85k", small, resource="brams") == 0
    assert blocks_of(builder, "ecp5-85k", small, large, resource="brams") == 1
