"""What each cell takes adds up to what the whole is estimated at."""

from __future__ import annotations

import math

import pytest

from symhdl.compiler import compile_graph
from symhdl.cost.cells import Area, areas_of_cells
from symhdl.cost.estimate import estimate
from symhdl.ir.datapath import CellKind
from symhdl.targets.target import load_target
from tests.errors_of_design import compiled, read, request_of
from tests.test_compile_levels import DESIGNS

DEVICES = ("generic", "ecp5-25k", "ice40-hx8k", "xcvu9p")


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", sorted(DESIGNS))
def test_the_cells_add_up_to_the_estimate(name: str, device: str) -> None:
    text, ranges = DESIGNS[name]
    target = load_target(device)
    request = request_of(ranges, width=9, output_width=10)
    found = compile_graph(read(text, tuple(ranges)), request, device)
    taken = sum(areas_of_cells(found.datapath, target), Area())
    whole = estimate(found.datapath, target)
    assert whole.luts - 1 <= taken.luts <= whole.luts + 1e-6 or whole.luts == 0
    assert (taken.ffs, taken.dsps, taken.brams) == (whole.ffs, whole.dsps, whole.brams)
    assert math.isfinite(taken.worth(target))


def test_a_value_that_waits_takes_flip_flops_where_it_is_first_held() -> None:
    _, found = compiled("x*y + exp(x)", request_of({"x": ("0", "1"), "y": ("0", "1")}, width=9))
    areas = areas_of_cells(found.datapath, load_target("generic"))
    held = {k for k, area in enumerate(areas) if area.ffs}
    assert held
    for index in held:
        cell = found.datapath.cells[index]
        assert cell.kind is CellKind.REGISTER or cell.unit
