"""Devices: the shipped files are complete and sane, user files are checked, wrong names are told."""

from __future__ import annotations

import dataclasses
from importlib import resources
from pathlib import Path

import pytest

from symhdl.errors import SymhdlError, UsageError
from symhdl.targets.target import load_target, parse_target, target_names
from tests.rows import each_row

GENERIC = resources.files("symhdl.targets").joinpath("generic.toml").read_text(encoding="utf-8")


def test_the_devices_that_are_promised_are_there() -> None:
    promised = {"generic", "ecp5-25k", "ecp5-85k", "ice40-hx8k", "gw1nr-9", "xc7a35t", "xcvu9p"}
    assert promised <= set(target_names())
    assert list(target_names()) == sorted(target_names())


@pytest.mark.parametrize("name", target_names())
def test_a_shipped_device_is_sane(name: str) -> None:
    target = load_target(name)
    assert target.name == name
    assert target.description
    assert target.figures in ("measured", "estimated")
    assert target.resources.lut_inputs in (4, 6)
    assert target.resources.luts > 0
    assert target.resources.ffs > 0
    assert target.dsp.width >= target.dsp.second_width
    assert target.has_dsp == (target.delays.dsp > 0) == (target.dsp.width > 0)
    positive = (target.delays.register, target.delays.lut, target.delays.carry)
    assert all(delay_ns > 0 for delay_ns in positive)
    for costs in (target.costs, target.alternative_costs):
        assert costs.multiply_bit > costs.square_bit / 2 > 0
        assert min(costs.adder_bit, costs.join_bit, costs.select_bit, costs.table_lut) > 0
    assert target.tools.command.startswith("synth")
    placed = bool(target.tools.place_and_route)
    assert placed == bool(target.harness.cell) == (target.figures == "measured")
    if placed:
        assert target.harness.cell in dict(target.netlist.ffs)


def test_an_unknown_device_is_told_with_what_there_is() -> None:
    with pytest.raises(UsageError) as caught:
        load_target("ecp5-25")
    text = str(caught.value)
    assert "unknown-device" in text
    assert "did you mean `ecp5-25k`?" in text
    assert "ice40-hx8k" in text
    assert caught.value.exit_status == 2
    with pytest.raises(UsageError, match=r"ends in \.toml"):
        load_target("../nothing")


def test_a_users_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GENERIC.replace('name = "generic"', 'name = "mine"'), encoding="utf-8")
    target = load_target(str(path))
    assert target == dataclasses.replace(load_target("generic"), name="mine")


def test_a_missing_file_and_a_binary_one_are_told(tmp_path: Path) -> None:
    with pytest.raises(SymhdlError, match="cannot be read: No such file"):
        load_target(str(tmp_path / "nothing.toml"))
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SymhdlError, match="not UTF-8"):
        load_target(str(binary))


@each_row(
    ("old", "new", "told"),
    [
        ("lut = 0.9", "lutt = 0.9", "did you mean `lut`?"),
        ("lut = 0.9", "", "mine.toml, [delays]: `lut` is missing"),
        ("lut = 0.9", "lut = -1.0", "`lut` must be a number from 0 on"),
        ("lut = 0.9", "lut = true", "`lut` must be a number from 0 on"),
        ("lut = 0.9", "lut = nan", "`lut` must be a number from 0 on"),
        ("lut_inputs = 4", "lut_inputs = 4.5", "`lut_inputs` must be an integer from 0 on"),
        ('name = "generic"', "name = 3", "mine.toml: `name` must be a text"),
        ("alternatives = []", "alternatives = [1]", "`alternatives` must be a list of texts"),
        ("dsps = {}", 'dsps = { X = "1" }', "`dsps` must be a table of counts by primitive"),
        ("ties = {}", "ties = { A = 1 }", "`ties` must be a table of texts"),
        ("[delays]", "[[delays]]", "`delays` must be a table"),
        ('name = "generic"', "name = ", "mine.toml is not TOML"),
    ],
)
def test_what_does_not_fit_is_told(old: str, new: str, told: str) -> None:
    assert old in GENERIC
    with pytest.raises(SymhdlError) as caught:
        parse_target(GENERIC.replace(old, new, 1), "mine.toml")
    assert told in str(caught.value)


def test_all_mistakes_are_told_at_once() -> None:
    broken = GENERIC.replace("\nlut = 0.9", "\nlut = -1").replace("luts = 100000", "luts = -1")
    with pytest.raises(SymhdlError) as caught:
        parse_target(broken, "mine.toml")
    assert len(caught.value.diagnostics) == 2
