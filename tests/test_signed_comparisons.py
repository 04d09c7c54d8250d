"""Numbers with signs are compared as they are, or by the sign of their difference, as the clock wants it."""

from __future__ import annotations

from typing import Literal

import numpy as np

from symhdl.arithmetic.comparisons import with_bits_above_zero
from symhdl.compiler import compile as compiled
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import CellKind, Datapath, is_sign
from symhdl.ir.verify import assert_valid_datapath
from symhdl.simulate import simulate
from tests.rows import each_row
from tests.tiny_datapaths import port

LARGEST = "input a, b, c, d : fixed<10,3>\ny = argmax(a, b, c, d)\noutput y : ufixed<2,2>"


def signs(frequency: float | Literal["max"]) -> list[bool]:
    """For each comparison of the design whether it asks for a sign."""
    datapath = compiled(LARGEST, device="ecp5-85k", frequency=frequency).datapath
    assert datapath is not None
    return [
        is_sign(cell, [datapath.cells[operand] for operand in cell.operands])
        for cell in datapath.cells
        if cell.kind is CellKind.LESS
    ]


@each_row(("frequency", "are_signs"), [(0, False), (40.0, False), (150.0, True), ("max", True)])
def test_differences_are_for_the_clock(frequency: float | Literal["max"], are_signs: bool) -> None:
    """A difference takes a bit more than a comparison."""
    found = signs(frequency)
    assert len(found) == 3
    assert set(found) == {are_signs}


def test_whether_a_number_is_above_zero_is_told_by_its_bits() -> None:
    """All four comparisons with 0, and the same on the other side, of numbers with signs and without."""
    for width, low in ((9, -256), (8, 0)):
        builder = DatapathBuilder()
        x, zero = builder.input("x", low, low + (1 << width) - 1, 0), builder.constant(0, 0)
        pairs = ((x, zero), (zero, x))
        made = [form(*pair) for form in (builder.less, builder.less_equal) for pair in pairs]
        ports = (port(builder, "x", x),)
        outputs = tuple(port(builder, f"y{n}", cell) for n, cell in enumerate(made))
        plain = Datapath("top", tuple(builder.cells), ports, outputs, "", 100.0)
        found = with_bits_above_zero(plain)
        assert_valid_datapath(found)
        inputs = {"x": np.arange(low, low + (1 << width))}
        expected, told = simulate(plain, inputs), simulate(found, inputs)
        assert all(np.array_equal(expected[name], told[name]) for name in expected)
        for cell in found.cells:
            operands = [found.cells[operand] for operand in cell.operands]
            assert cell.kind is not CellKind.LESS_EQUAL
            assert cell.kind is not CellKind.LESS or is_sign(cell, operands)


def test_a_comparison_with_zero_meets_the_clock() -> None:
    design = compiled(
        "y = sign(x)*min(abs(x), z)", width=16, output_width=14,
        ranges={"x": (-4, 4), "z": (0, 4)}, device="ecp5-85k", frequency=250,
    )  # fmt: skip
    assert design.estimate.fmax_mhz >= 250
    assert not [told for told in design.warnings if told.id == "clock-too-fast"]
