"""The table of functions on devices: what is compared, what is kept, and what counts as a shortcoming."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from benchmarks import function_choices
from benchmarks.function_choices import Case, Row, built, chosen, looser_costs_more, rows
from symhdl.flow.netlist import Usage
from symhdl.functions.operation import Operation
from symhdl.ir.datapath import PRODUCTS
from symhdl.ir.verify import assert_valid_datapath
from symhdl.targets.target import Target, load_target

SMALL = Case(Operation.SIN, 6)


def test_a_case_asks_for_the_whole_range() -> None:
    specification = Case(Operation.TANH, 7).specification
    assert (specification.minimum, specification.maximum) == (-4 << 9, (4 << 9) - 1)
    assert (specification.fraction, specification.error) == (9, 2.0**-7)


@pytest.mark.parametrize("device", function_choices.DEVICES)
def test_what_is_chosen_is_built_without_blocks(device: str) -> None:
    target = load_target(device)
    path = built(SMALL, chosen(SMALL, target), target)
    assert_valid_datapath(path)
    assert all(unit.kind == "chain" for unit in path.units)
    assert all(cell.unit for cell in path.cells if cell.kind in PRODUCTS)


def counted(
    modules: Mapping[str, str], target: Target, *, use_dsps: bool
) -> dict[str, tuple[Usage, ...]]:
    """As many LUTs as the text has lines."""
    assert target.name and not use_dsps
    return {
        name: (Usage(len(text.splitlines()), 0, 0, 0, 0), Usage(1 << 20, 0, 0, 0, 0))
        for name, text in modules.items()
    }


def test_figures_are_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(function_choices, "usages", counted)
    first = list(rows([SMALL], ("ecp5-85k", "xcvu9p"), tmp_path))
    assert [row.device for row in first] == ["ecp5-85k", "xcvu9p"]
    assert all(row.own == row.others[place] < 1 << 20 for place, row in enumerate(first))
    monkeypatch.setattr(function_choices, "usages", lambda *_, **__: pytest.fail("asked again"))
    assert list(rows([SMALL], ("ecp5-85k", "xcvu9p"), tmp_path)) == first


def test_shortcomings() -> None:
    found = [
        Row(Case(Operation.SIN, bits), "xcvu9p", own, (own, other))
        for bits, own, other in ((6, 111, 112), (7, 100, 90), (8, 103, 103))
    ]
    assert [row.shortcoming > function_choices.SLACK for row in found] == [False, True, False]
    assert looser_costs_more(found) == ["xcvu9p SIN 2^-6: 111, tighter 100"]
