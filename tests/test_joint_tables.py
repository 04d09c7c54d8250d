"""Outputs that few bits of several inputs tell: within the error at every input, proved entry by entry, and smaller."""

from __future__ import annotations

import itertools
import json
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import symhdl
from symhdl.compiled import CompiledDesign
from symhdl.evaluate import evaluate_exactly
from symhdl.passes.joint_tables import JointTables

DEVICES = ("ecp5-25k", "xcvu9p")
TEXTS = {
    "waves": "input x, y : fixed<4,1>\nr = sin(3*x)*cos(2*y)\noutput r error <= 2^-4",
    "direction": "input x, y : fixed<3,1>\nr = atan2(y, x + 1.5)\noutput r error <= 2^-2",
    "three": "input x, y : fixed<3,1>\ninput z : ufixed<2,0>\nr = x*y - 0.3*z\noutput r : fixed<4,2>",
    "held": "input x : fixed<4,2> in [-1.3, 1]\ninput y : fixed<4,2> in [0.5, 1.5]\nr = x/y\n"
    "output r error <= 2^-3",
    "choice": "input x, y : fixed<4,1>\nr = if x*y > 0.1 then x else y^2\noutput r error <= 2^-3",
    "whole": "input x, y : ufixed<4,4>\nr = floor(x*y/7)\noutput r",
    "two": "input x, y : fixed<3,1>\nr = exp(x*y)\ns = sqrt(x^2 + y^2)\n"
    "output r error <= 2^-2\noutput s error <= 2^-2",
}


def compiled(name: str, device: str, **options: object) -> CompiledDesign:
    return symhdl.compile(TEXTS[name], device=device, dsp="none", frequency=0, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", TEXTS)
def test_every_input_is_within_the_bound(name: str, device: str) -> None:
    design = compiled(name, device)
    for port, goal in zip(design.datapath.outputs, design.design.goals, strict=True):
        assert port.error_bound is not None
        assert port.error_bound <= goal.error
    ports = design.datapath.inputs
    axes = [np.arange(port.minimum, port.maximum + 1) for port in ports]
    columns = [
        column.ravel() * 2.0**-port.format.fraction
        for port, column in zip(ports, np.meshgrid(*axes), strict=True)
    ]
    assert design.check(*columns).holds


def without_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(JointTables, "run", lambda _, design: design)


@pytest.mark.parametrize("device", DEVICES)
def test_designs_with_tables_are_smaller(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {name: compiled(name, device) for name in TEXTS}
    without_tables(monkeypatch)
    for name, design in found.items():
        other = compiled(name, device)
        if not design.design.tables:
            assert design.verilog() == other.verilog()
        else:
            assert design.estimate.luts < other.estimate.luts
    assert sum(bool(design.design.tables) for design in found.values()) >= 4


def test_what_is_proved_of_a_table_is_right() -> None:
    """Each entry beside the exact value, from the witness alone."""
    design = compiled("direction", "xcvu9p")
    (table,) = design.design.witnesses().tables.values()
    told: dict[str, Any] = json.loads(json.dumps(design.witnesses()))
    assert told["tables"]["r"]["contents"] == [*table.contents]
    worst = 0.0
    for integers in itertools.product(range(-4, 4), repeat=2):
        address, shift = 0, 0
        for bits, integer in zip(table.address_bits, integers, strict=True):
            address |= integer % (1 << bits) << shift
            shift += bits
        point = {n: Fraction(k, 4) for n, k in zip(table.inputs, integers, strict=True)}
        exact = evaluate_exactly(design.design.written, point)["r"]
        assert exact is not None
        entry = table.contents[address] * 2.0**-table.fraction
        worst = max(worst, abs(float(exact.mid()) - entry))
    assert worst <= table.error == pytest.approx(worst)
    assert table.error == design.error_bound <= 0.25


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("input x, y : fixed<4,1>\nr = 1/(x - y)\noutput r : fixed<6,5>", {"undefined": "ignore"}),
        ("input x, y : fixed<4,1>\nassume x < y\nr = sqrt(y - x)\noutput r error <= 2^-3", {}),
        ("input x, y : fixed<5,1>\nr = sin(x*y)\noutput r error <= 2^-3", {}),
        ("input x : fixed<8,1>\nr = sin(x)*x\noutput r error <= 2^-3", {}),
        ("input x, y : fixed<4,1>\nr = sin(x*y)\noutput r", {"uniform": "fixed<8,2>"}),
    ],
)
def test_what_is_not_promised_everywhere_or_large_is_no_table(
    text: str, options: dict[str, object]
) -> None:
    design = symhdl.compile(text, device="xcvu9p", frequency=0, **options)  # type: ignore[arg-type]
    assert not design.design.tables


def test_a_table_has_no_errors_of_nodes() -> None:
    design = compiled("waves", "xcvu9p")
    assert design.design.tables
    ((nodes, added),) = design.design.contributions()
    assert not len(nodes)
    assert not len(added)
    assert not design.design.approximations
    lines = str(design.report()).splitlines()
    assert not any(line.startswith(("cos(2*y)", "sin(3*x) ")) for line in lines)
