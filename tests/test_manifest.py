"""The manifest holds what the design says, exactly, in one order."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symhdl.documents import json_text, sha256
from symhdl.errors import Source, Span, SymhdlError, warning
from symhdl.ir.datapath import Cell, CellKind, Datapath, Port
from symhdl.manifest import Facts, manifest, outward
from symhdl.manifest_reading import read_manifest
from symhdl.numeric.fixed import FixedFormat


def example() -> Datapath:
    """y = x * x, rounded down, behind a register."""
    cells = (
        Cell(CellKind.INPUT, (), -1536, 1536, 9, name="x"),
        Cell(CellKind.SQUARE, (0,), 0, 1536**2, 18),
        Cell(CellKind.SHIFT_RIGHT, (1,), 0, 1536**2 >> 10, 8, shift=10),
        Cell(CellKind.REGISTER, (2,), 0, 1536**2 >> 10, 8, 1, 1),
    )
    x = Port("x", "x", 0, FixedFormat(True, 12, 9), -1536, 1536)
    y = Port("größe", "gro_sse", 3, FixedFormat(False, 12, 8), 0, 2304, 2**-8)
    return Datapath("square", cells, (x,), (y,), "größe = x^2", 200.0, "ecp5-25k")


ESTIMATE: dict[str, int | float | None] = {
    "luts": 90, "ffs": 12, "dsps": 0, "brams": 0, "fmax_mhz": 205.5,
}  # fmt: skip


def facts() -> Facts:
    source = Source("a.sym", "größe = x^2")
    told = (warning("renamed", "`größe` is the port `gro_sse`", Span(source, 0, 5)),)
    digests = {"square.v": sha256("text"), "square.datapath": sha256("other text")}
    return Facts("0.1.0", "verilog", ESTIMATE, digests, told, device_digest="0" * 64)


def test_the_text(golden: Callable[[str, str], None]) -> None:
    golden("manifest/square.json", json_text(manifest(example(), facts())))


def test_the_keys() -> None:
    document = json.loads(json_text(manifest(example(), facts())))
    assert list(document) == [
        "symhdl", "source", "top", "target", "interface", "clock_enable", "device", "device_digest",
        "frequency_mhz", "dsp", "primitives", "units", "latency_cycles", "initiation_interval", "inputs", "outputs",
        "estimate", "files", "warnings", "sha256", "digest",
    ]  # fmt: skip
    assert list(document["inputs"][0]) == ["name", "port", "format", "range"]
    assert list(document["inputs"][0]["format"]) == ["signed", "width", "fraction"]
    assert list(document["outputs"][0]) == [
        *document["inputs"][0], "error_bound", "error_bound_real_inputs",
    ]  # fmt: skip
    assert list(document["estimate"]) == ["luts", "ffs", "dsps", "brams", "fmax_mhz"]
    assert document["inputs"][0]["range"] == [-3, 3]
    assert document["outputs"][0]["range"] == [0, 9]
    assert document["outputs"][0]["error_bound"] == 2**-8
    assert (document["latency_cycles"], document["initiation_interval"]) == (1, 1)


def test_what_is_written_is_read() -> None:
    document = manifest(example(), facts())
    assert read_manifest(json_text(document), "square.json") == document


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"symhdl": 1}', "[" * 100_000])
def test_other_files_are_refused(text: str) -> None:
    with pytest.raises(SymhdlError, match=r"a\.json is not"):
        read_manifest(text, "a.json")


@given(st.fractions(), st.integers(0, 300))
def test_ranges_never_shrink(value: Fraction, exponent: int) -> None:
    scaled = value / 3**exponent
    low, high = outward(scaled, -math.inf), outward(scaled, math.inf)
    assert Fraction(low) <= scaled <= Fraction(high)
    assert high <= math.nextafter(low, math.inf)
