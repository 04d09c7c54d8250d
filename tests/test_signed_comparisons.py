"""Numbers with signs are compared as they are, or by the sign of their difference, as the clock wants it."""

from __future__ import annotations

from typing import Literal

from symhdl.compiler import compile as compiled
from symhdl.ir.datapath import CellKind, is_sign
from tests.rows import each_row

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
