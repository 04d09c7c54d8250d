"""Tables as LUTs and multiplexers: the same integers everywhere, and what device files may say of them."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from symhdl.backends.verilog import verilog_text

import symhdl
from symhdl.errors import SymhdlError
from symhdl.flow.yosys import map_to_target
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Datapath
from symhdl.ir.datapath_text import print_datapath, read_datapath
from symhdl.ir.verify import assert_valid_datapath
from symhdl.passes.lookups import with_lookups
from symhdl.simulate import Integers
from symhdl.targets.target import load_target, parse_target
from tests.amaranth_checks import simulated
from tests.test_flow import need
from tests.tiny_datapaths import port
from tests.verilog_checks import check_verilog, input_vectors

XCVU9P = load_target("xcvu9p")
TOML = Path(symhdl.__file__).parent / "targets"
needs_icarus = pytest.mark.skipif(shutil.which("iverilog") is None, reason="no iverilog")

Entry = Callable[[int, random.Random], int]
TABLES: dict[str, tuple[int, int, Entry]] = {
    "any": (0, 255, lambda _, chance: chance.randrange(64)),
    "smooth": (0, 127, lambda k, _: k * k >> 8),
    "signed": (0, 255, lambda k, _: (k - 128) ** 3 >> 15),
    "short": (3, 140, lambda k, chance: k ^ chance.randrange(8)),
    "bits": (0, 127, lambda k, _: (k & 1) | (k >> 6 & 1) << 1 | 4),
    "few bits": (0, 255, lambda k, _: (k >> 2) ** 2 & 31),
    "half constant": (0, 127, lambda k, chance: chance.randrange(16) * (k >> 6)),
    "half a bit": (0, 255, lambda k, chance: chance.randrange(2) if k < 128 else k & 1),
}
"""The least and greatest index, and what stands there."""


def table(name: str) -> Datapath:
    low, high, entry = TABLES[name]
    chance = random.Random(7)  # noqa: S311
    builder = DatapathBuilder()
    index = builder.input("x", low, high, 0)
    entries = tuple(entry(k, chance) for k in range(high + 1))
    found = port(builder, "y", builder.table(index, entries, 0))
    return Datapath("looked", tuple(builder.cells), (port(builder, "x", index),), (found,))


@pytest.mark.parametrize("name", TABLES)
def test_tables_of_luts_are_the_same_integers(name: str) -> None:
    datapath = with_lookups(table(name), XCVU9P)
    assert_valid_datapath(datapath)
    assert datapath.is_instanced(datapath.cells[datapath.outputs[0].cell])
    low, high, _ = TABLES[name]
    inputs: dict[str, Integers] = {"x": np.arange(low, high + 1, dtype=np.int64)}
    cell = datapath.cells[datapath.outputs[0].cell]
    assert simulated(datapath, inputs)["y"] == list(cell.contents[low:])
    assert read_datapath(print_datapath(datapath)) == datapath


@needs_icarus
@pytest.mark.parametrize("name", ["any", "short"])
def test_the_models_of_luts_compute_the_same(name: str) -> None:
    datapath = with_lookups(table(name), XCVU9P)
    assert not check_verilog(datapath, verilog_text(datapath), input_vectors(datapath, 300, 1))


def test_other_tables_stay_as_they_are() -> None:
    """Those of another device, of portable text, of too few bits, and of which few upper entries are reached."""
    datapath = table("any")
    assert with_lookups(datapath, load_target("ecp5-25k")) is datapath
    design = symhdl.compile(
        "out = sin(x)", width=8, output_width=8, ranges=(0, 3), device="xcvu9p", dsp="none",
        primitives="none", frequency=0,
    )  # fmt: skip
    assert "LUT6 " not in design.verilog()
    builder = DatapathBuilder()
    index = builder.input("x", 0, 63, 0)
    small = port(builder, "y", builder.table(index, tuple(k * k for k in range(64)), 0))
    few = Datapath("few", tuple(builder.cells), (port(builder, "x", index),), (small,))
    assert with_lookups(few, XCVU9P) is few
    builder = DatapathBuilder()
    index = builder.input("x", 0, 76, 0)
    entries = tuple(63 - k if k < 64 else 64 - k >> 1 & 63 for k in range(77))
    beyond = port(builder, "y", builder.table(index, entries, 0))
    hardly = Datapath("hardly", tuple(builder.cells), (port(builder, "x", index),), (beyond,))
    assert with_lookups(hardly, XCVU9P) is hardly


@pytest.mark.slow
def test_synthesis_takes_as_many_luts_as_there_are_instances(tmp_path: Path) -> None:
    need("yosys")
    datapath = with_lookups(table("any"), XCVU9P)
    text = verilog_text(datapath)
    found = map_to_target(text, datapath.top, XCVU9P, tmp_path)
    assert found.usage.luts == text.count("    LUT6 ") == 24


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'cell = "MUXF7"',
            'cell = "LUT6"',
            "`cell` of `choice` 1 is `LUT6`, which does not choose",
        ),
        ('S = "upper_bit"', 'S = "a"', "`ports` must have `upper_bit` at `S`"),
        ('resource = "luts"', 'resource = "dsps"', "`resource` must be `luts` for a lookup"),
        ('kind = "lookup"', 'kind = "table"', "there must be a `choice` for a lookup"),
        ('"I#" = "address"', '"I#" = "a"', "`ports` must have `address` at `I#`"),
    ],
)
def test_what_a_lookup_cannot_be_is_told(old: str, new: str, told: str) -> None:
    text = (TOML / "xc7a35t.toml").read_text(encoding="utf-8")
    before, start, own = text.partition('[[unit]]\nname = "LUT6"')
    assert old in own
    with pytest.raises(SymhdlError) as caught:
        parse_target(before + start + own.replace(old, new, 1), "mine.toml")
    assert told in str(caught.value)
