"""How large a datapath may grow: cells, all cells and all tables have limits, told with what asked for them."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symhdl.errors import GoalError
from symhdl.ir import size
from symhdl.ir.builder import DatapathBuilder
from symhdl.numeric.limits import MAXIMUM_CELL_WIDTH
from tests.errors_of_design import compiled, request_of


def test_a_cell_has_a_limit_before_anything_is_made_of_it() -> None:
    builder = DatapathBuilder(origin="x*x")
    x = builder.input("x", 0, (1 << MAXIMUM_CELL_WIDTH) - 1, 0)
    with pytest.raises(GoalError) as caught:
        builder.square(x)
    (told,) = caught.value.diagnostics
    assert told.id == "too-wide"
    assert "`x*x`" in told.message
    assert len(builder.cells) == 1


@pytest.mark.parametrize(
    ("limit", "value", "text"),
    [
        ("MAXIMUM_CELL_WIDTH", 20, "x*y*x*y*x"),
        ("MAXIMUM_BITS", 200, "x*x*x*x*x + 0.3*y"),
        ("MAXIMUM_TABLE_BITS", 100, "sin(x)"),
        ("MAXIMUM_CELLS", 10, "sin(x)*y"),
    ],
)
def test_limits_are_told_with_a_place_and_a_remedy(
    limit: str, value: int, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(size, limit, value)
    with pytest.raises(GoalError) as caught:
        compiled(
            text,
            request_of({"x": (-1, 1), "y": (-1, 1)}, error=Fraction(1, 2**10), output_width=None),
        )
    (told,) = caught.value.diagnostics
    assert told.id in ("too-wide", "too-large")
    assert f"{value:,}" in told.notes[0]
    assert told.help


def test_registers_count(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = request_of({"x": (-1, 1), "y": (-1, 1)}, frequency=200.0)
    _, design = compiled("x + sin(y)", wanted)
    bits = sum(cell.width for cell in design.datapath.cells)
    monkeypatch.setattr(size, "MAXIMUM_BITS", bits - 1)
    with pytest.raises(GoalError):
        compiled("x + sin(y)", wanted)
