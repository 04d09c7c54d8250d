"""The Amaranth component: signature, equal integers in two simulators, clean names."""

from __future__ import annotations

import re
import shutil
import warnings
from dataclasses import replace

import pytest
from msgspec import structs
from symhdl.backends.backend import EmitOptions, backend_named
from symhdl.backends.signals import signal_names
from symhdl.backends.verilog import verilog_text

from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import CellKind, Datapath, Port
from symhdl.numeric.fixed import FixedFormat
from symhdl.simulate import simulate
from tests.random_datapath import random_datapath
from tests.tiny_datapaths import TINY, polynomial, port

pytest.importorskip("amaranth")

from amaranth.lib import wiring
from symhdl.backends.amaranth_module import elaboratable, rtlil_text

from tests.amaranth_checks import simulated, verilog_through_yosys
from tests.verilog_checks import check_verilog, input_vectors

VECTORS = 10


def assert_equal(datapath: Datapath, seed: int) -> None:
    inputs = input_vectors(datapath, VECTORS, seed)
    expected = {name: values.tolist() for name, values in simulate(datapath, inputs).items()}
    assert simulated(datapath, inputs) == expected


@pytest.mark.parametrize("seed", range(40))
def test_random_datapaths(seed: int) -> None:
    assert_equal(random_datapath(seed, width=(8, 16, 70)[seed % 3], stages=seed % 4), seed)


@pytest.mark.parametrize("name", sorted(TINY))
def test_tiny_designs(name: str) -> None:
    assert_equal(TINY[name](), 1)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_verilog_through_yosys(seed: int) -> None:
    if shutil.which("iverilog") is None:
        pytest.skip("iverilog is not installed")
    datapath = random_datapath(seed, cells=40)
    text = verilog_through_yosys(rtlil_text(datapath))
    inputs = input_vectors(datapath, 60, seed)
    assert check_verilog(datapath, text, inputs) == ()


def test_a_table_of_a_signed_input_through_yosys() -> None:
    """Its address is the input itself."""
    if shutil.which("iverilog") is None:
        pytest.skip("iverilog is not installed")
    builder = DatapathBuilder()
    x = builder.input("x", -2, 1, 0)
    y = builder.table(builder.bits(x, 0, 2), (128, 61, 236, 195), 0)
    cells = tuple(builder.cells)
    (x_port,), (y_port,) = (
        (Port(name, name, k, cells[k].format, cells[k].minimum, cells[k].maximum),)
        for name, k in (("x", x), ("y", y))
    )
    datapath = Datapath("t", cells, (x_port,), (y_port,))
    text = verilog_through_yosys(rtlil_text(datapath))
    assert check_verilog(datapath, text, input_vectors(datapath, 20, 1)) == ()


def test_signature() -> None:
    datapath = polynomial()
    component = elaboratable(datapath, EmitOptions("valid", clock_enable=True))
    component._MustUse__silence = True  # only looked at, never elaborated
    members = component.signature.members
    assert set(members) == {"x", "y", "valid_in", "valid_out", "ce"}
    assert members["x"].flow == wiring.In and members["y"].flow == wiring.Out
    assert members["x"].shape.signed and members["x"].shape.width == 8


def test_text_has_no_places() -> None:
    assert "src" not in rtlil_text(random_datapath(5))


def test_registers_have_the_names_of_the_verilog_text() -> None:
    datapath = random_datapath(11)
    rtlil, verilog = rtlil_text(datapath), verilog_text(datapath)
    names = signal_names(datapath)
    for index, cell in enumerate(datapath.cells):
        if cell.kind is CellKind.REGISTER and re.search(rf"\breg\b[^;]*\b{names[index]};", verilog):
            assert re.search(rf"wire width \d+ (signed )?\\{names[index]}\n", rtlil)


def test_plain_interface_has_no_reset() -> None:
    ports = re.findall(
        r"wire .*(?:input|output) \d+\s+(?:signed )?\\(\w+)", rtlil_text(polynomial())
    )
    assert sorted(ports) == ["clk", "x", "y"]
    text = rtlil_text(polynomial(), EmitOptions("valid", clock_enable=True))
    ports = re.findall(r"wire .*(?:input|output) \d+\s+(?:signed )?\\(\w+)", text)
    assert sorted(ports) == ["ce", "clk", "rst", "valid_in", "valid_out", "x", "y"]


def test_names_of_cells_cannot_inject() -> None:
    datapath = polynomial()
    evil = "a\nend\nmodule \\evil\n  wire \\b"
    cells = tuple(
        cell if cell.kind is CellKind.INPUT else structs.replace(cell, name=evil)
        for cell in datapath.cells
    )
    text = rtlil_text(replace(datapath, cells=cells, source=evil, device=evil, facts=(evil,)))
    assert "evil\n" not in text
    assert text.count("\nmodule ") <= 1


def test_table_with_unreached_entries() -> None:
    builder = DatapathBuilder()
    x = builder.input("x", 3, 9, 0)
    y = builder.table(x, (10**9, 0, -5, 1, 2, 3, 4, 5, 6, 7), 0)
    datapath = Datapath(
        "top", tuple(builder.cells), (port(builder, "x", x),), (port(builder, "y", y),)
    )
    assert_equal(datapath, 1)


def test_backend() -> None:
    backend = backend_named("rtlil")
    datapath = polynomial()
    backend.validate(datapath, EmitOptions())
    assert list(backend.emit(datapath, EmitOptions())) == ["polynomial.il"]


def test_entries_that_are_never_read_are_zeros() -> None:
    """They may lie beyond what is proved of the table, and so beyond its words."""
    builder = DatapathBuilder()
    index = builder.input("x", 0, 3, 0)
    table = builder.table(index, (1, 2, 3, 900), 0)
    cells = [*builder.cells]
    cells[table] = structs.replace(cells[table], maximum=3)
    x = Port("x", "x", index, FixedFormat(False, 2, 0), 0, 3)
    y = Port("y", "y", table, FixedFormat(False, 2, 0), 1, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert rtlil_text(Datapath("t", tuple(cells), (x,), (y,)), EmitOptions())
