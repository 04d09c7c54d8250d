"""Devices: the shipped files are complete and sane, user files are checked, wrong names are told."""

from __future__ import annotations

import dataclasses
import json
import os
from importlib import resources
from itertools import islice
from pathlib import Path

import pytest

from symhdl.errors import SymhdlError, UsageError
from symhdl.flow.tools import TOOLS
from symhdl.targets.files import MAXIMUM_DEVICE_BYTES, target_names
from symhdl.targets.programs import PLACE_AND_ROUTE, SYNTHESIS
from symhdl.targets.target import load_target, parse_target
from tests.fuzz_devices import mutations, tried
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
    assert target.has_dsp == (target.dsp.minimum_width > 0) == (target.dsp.minimum_product > 0)
    positive = (target.delays.register, target.delays.lut, target.delays.carry)
    assert all(delay_ns > 0 for delay_ns in positive)
    for costs in (target.costs, target.alternative_costs):
        assert min(costs.adder_bit, costs.select_bit, costs.table_lut) > 0
    assert min(target.worth.dsp, target.worth.bram) > 0
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
    with pytest.raises(SymhdlError, match="there is no device file"):
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
        ("lut = 0.9", "lut = -1.0", "`lut` must be a number from 0.001 to 1,000"),
        ("lut = 0.9", "lut = true", "`lut` must be a number from 0.001 to 1,000"),
        ("lut = 0.9", "lut = nan", "`lut` must be a number from 0.001 to 1,000"),
        ("lut_inputs = 4", "lut_inputs = 4.5", "`lut_inputs` must be an integer from 2 to 8"),
        ('name = "generic"', "name = 3", "mine.toml: `name` must be a text"),
        (
            "alternatives = []",
            "alternatives = [1]",
            "`alternatives` must be a list of at most 256 texts",
        ),
        (
            "dsps = {}",
            'dsps = { X = "1" }',
            "`dsps` must be a table of at most 256 counts from 1 to 1,000 by primitive",
        ),
        (
            "ties = {}",
            "ties = { A = 1 }",
            "`ties` must be a table of at most 256 texts by identifier: `0`, `1` or `x`",
        ),
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


ECP5 = resources.files("symhdl.targets").joinpath("ecp5-25k.toml").read_text(encoding="utf-8")
HOSTILE = (
    "!touch owned", "-run begin:end", "-o", "--run=evil.py", "a\nb", "a\rb", "a;b", "a#b", 'a"b',
    "a'b", "a\\b", "$(id)", "`id`", "a b", "\x1b[2J", "a\u202eb", "\u2028", "\x00", "../x", "/etc/passwd", "a" * 999,
)  # fmt: skip
PLACES = (
    ("name", 'name = "ecp5-25k"', "name = {}"),
    ("family", 'family = "ecp5"', "family = {}"),
    ("figures", 'figures = "measured"', "figures = {}"),
    ("command", 'command = "synth_ecp5"', "command = {}"),
    ("options", "options = []", "options = [{}]"),
    ("alternatives", '["-nowidelut"]', "[{}]"),
    ("no_dsp", '["-nodsp"]', "[{}]"),
    ("place_and_route", 'place_and_route = "nextpnr-ecp5"', "place_and_route = {}"),
    ("arguments", '["--25k", ', "[{}, "),
    ("arguments", '"--package", "CABGA381"', '"--package", {}'),
    ("arguments", '"--speed", "6"', '"--speed", {}'),
    ("luts", "luts = {{ LUT4", "luts = {{ {}"),
    ("cell", 'cell = "TRELLIS_FF"', "cell = {}"),
    ("clock", 'clock = "CLK"', "clock = {}"),
    ("data", 'data = "DI"', "data = {}"),
    ("output", 'output = "Q"', "output = {}"),
    ("parameters", "{{ CEMUX", "{{ {}"),
    ("parameters", 'CLKMUX = "CLK"', "CLKMUX = {}"),
    ("ties", "{{ LSR", "{{ {}"),
    ("ties", 'LSR = "0"', "LSR = {}"),
)
"""A key, its text in the file, and that text with another in it."""


def quoted(text: str) -> str:
    """A text as a string of TOML."""
    return json.dumps(text).replace("\x7f", "\\u007f")


@each_row(("key", "old", "new"), PLACES)
def test_no_text_of_a_device_file_goes_unchecked(key: str, old: str, new: str) -> None:
    assert old.format() in ECP5
    for text in HOSTILE:
        broken = ECP5.replace(old.format(), new.format(quoted(text)), 1)
        with pytest.raises(SymhdlError) as caught:
            parse_target(broken, "mine.toml")
        assert {told.id for told in caught.value.diagnostics} == {"device-file"}
        assert f"`{key}`" in str(caught.value)


def test_a_description_is_words() -> None:
    for text in HOSTILE:
        broken = ECP5.replace("Lattice ECP5 LFE5U-25F, speed grade 6", quoted(text)[1:-1])
        if text != "a b":
            with pytest.raises(SymhdlError, match="`description` must be"):
                parse_target(broken, "mine.toml")


@each_row(
    ("old", "new", "told"),
    [
        ('"synth_ecp5"', '"synth_ecp6"', "`command` is `synth_ecp6`, which is neither empty nor"),
        (
            "options = []",
            'options = ["-json", "x"]',
            "`options` holds `-json`, which is none of -dff",
        ),
        ("options = []", 'options = ["-dsp"]', "`options` holds `-dsp`"),
        ('"-nowidelut"', '"-dff -run"', "`alternatives` holds `-dff -run`"),
        ('"nextpnr-ecp5"', '"nextpnr-xilinx"', "`place_and_route` is `nextpnr-xilinx`"),
        ('"nextpnr-ecp5"', '"g++"', "`place_and_route` is `g++`"),
        ('"nextpnr-ecp5"', '""', "`arguments` holds `--25k`, which is none of no options"),
        ('"--speed", "6"', '"--speed", "9"', "has `9` behind `--speed`, where 6, 7 or 8 is wanted"),
        (', "--lpf-allow-unconstrained"', ', "--package"', "nothing behind `--package`"),
        ("minimum_width = 2", "width = 18\nminimum_width = 2", "[dsp]: unknown entry `width`"),
        ("minimum_product = 1", "minimum_product = -1", "must be an integer from 0 to 1,024"),
        ("minimum_width = 2", "minimum_width = 0", "[dsp]: `minimum_width` is 0"),
        ("lut_inputs = 4", "lut_inputs = 0", "`lut_inputs` must be an integer from 2 to 8"),
        ("luts = 24288", "luts = 0", "`luts` must be an integer from 1 to"),
        ("register = ", "register = 0.0 # ", "`register` must be a number from 0.001 to 1,000"),
        ("register = ", "register = 1e9 # ", "`register` must be a number from 0.001 to 1,000"),
        ("lut = ", "lut = inf # ", "`lut` must be a number from 0.001"),
        ("\ngate = ", "\ngate = nan # ", "`gate` must be a number from 0 to 1,000"),
        ("\ngate = ", f"\ngate = {'9' * 4000} # ", "`gate` must be a number from 0 to 1,000"),
        ("gate = ", f"gate = {'9' * 5000} # ", "mine.toml is not TOML: Exceeds the limit"),
        ("bits = 18432", "bits = 0", "`bits` not below `width`, where there are `brams`"),
        ("LUT4 = 1", "LUT4 = 0", "`luts` must be a table of at most 256 counts from 1 to 1,000"),
        ("ffs = { TRELLIS_FF = 1 }", "ffs = {}", "`luts` and `ffs` name no primitive"),
        ('cell = "TRELLIS_FF"', 'cell = "FDRE"', "`cell` must be one of [netlist] `ffs`"),
        ('clock = "CLK"', 'clock = ""', "`cell` must be one of [netlist] `ffs`, with its pins"),
        ("[harness]", f"a = {'[' * 9000}\n[harness]", "mine.toml is nested too deep"),
    ],
)
def test_what_is_not_known_or_cannot_be_is_told(old: str, new: str, told: str) -> None:
    assert old in ECP5
    with pytest.raises(SymhdlError) as caught:
        parse_target(ECP5.replace(old, new, 1), "mine.toml")
    assert told in str(caught.value)


def test_a_device_without_blocks_may_describe_them() -> None:
    assert not parse_target(ECP5.replace("dsps = 28", "dsps = 0"), "mine.toml").has_dsp


@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "long", "no path"])
def test_only_short_ordinary_files_are_read(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "long":
        path.write_text("#" * (MAXIMUM_DEVICE_BYTES + 1))
    else:
        path = tmp_path / "a\0.toml"
    with pytest.raises(SymhdlError) as caught:
        load_target(str(path))
    assert caught.value.diagnostics[0].id in ("file-unreadable", "file-missing", "too-large")


def test_place_and_route_is_by_tools_that_are_known() -> None:
    assert set(PLACE_AND_ROUTE) <= set(TOOLS)
    words = " ".join([*SYNTHESIS, *PLACE_AND_ROUTE]) + " ".join(
        option for known in (*SYNTHESIS.values(), *PLACE_AND_ROUTE.values()) for option in known
    )
    assert not set(words) - set("abcdefghijklmnopqrstuvwxyz0123456789_- "), "plain words"
    for known in SYNTHESIS.values():
        assert not known.keys() & {"-top", "-run", "-json", "-edif", "-blif", "-vlog", "-extra-map"}


def test_mutated_files_are_read_or_refused(tmp_path: Path) -> None:
    """A few of those of `python -m tests.fuzz_devices`."""
    found = [tried(text, tmp_path) for text in islice(mutations(3), 30)]
    assert {"device-file", "read, exit 0"} <= set(found)
