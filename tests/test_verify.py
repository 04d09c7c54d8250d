"""`symhdl verify`: what is run and what is not, which inputs, handshakes, C++, and how differences are told."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from msgspec import structs
from symhdl.backends.backend import EmitOptions, backend_named
from symhdl.backends.verilog import verilog_text

from symhdl.arguments import Input
from symhdl.commands import verify
from symhdl.compiler import compile
from symhdl.flow.headers import find_headers
from symhdl.flow.tools import find_tool
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Datapath
from symhdl.ir.text import print_datapath, read_datapath
from symhdl.verify.cosimulate import VALID_OUT, Difference, Trial, verilog_differences
from symhdl.verify.timeline import Handshake
from tests.random_datapath import random_datapath
from tests.rows import each_row
from tests.stored_designs import edit, put, sealed_again
from tests.test_cli import invoke
from tests.tiny_datapaths import TINY, mixed, polynomial, port, register, table
from tests.verilog_checks import input_vectors

needs_icarus = pytest.mark.skipif(find_tool("iverilog") is None, reason="iverilog is missing")
needs_verilator = pytest.mark.skipif(find_tool("verilator") is None, reason="verilator is missing")
needs_compiler = pytest.mark.skipif(find_tool("g++") is None, reason="g++ is missing")
needs_headers = pytest.mark.skipif(
    find_tool("g++") is None or find_headers() is None,
    reason="g++ or the ap_types headers of the hls4ml wheel are missing",
)


def lookup(bits: int, shift: int) -> Datapath:
    """A table addressed by the upper bits of one input, behind a shift, a slice and a register; and another input."""
    builder = DatapathBuilder()
    x = builder.input("x", -(1 << (bits - 1)), (1 << (bits - 1)) - 1, 10)
    a = builder.input("a", 0, 1 << 20, 0)
    moved = builder.add(x, builder.constant(1 << (bits - 1), 10))
    index = builder.bits(builder.shift_right(moved, 2, 8), shift - 2, bits - shift)
    kept = register(builder, index, 1)
    entry = builder.table(kept, tuple(7 * n % 1000 for n in range(1 << (bits - shift))), 3)
    cells = list(builder.cells)
    cells[entry] = structs.replace(cells[entry], stage=1)
    builder.cells[:] = cells
    outputs = port(builder, "y", entry), port(builder, "b", register(builder, a, 1))
    inputs = port(builder, "x", x), port(builder, "a", a)
    return Datapath("lookup", tuple(builder.cells), inputs, outputs)


# --- the two levels -------------------------------------------------------------------------------


def test_levels_with_different_integers_are_told(tmp_path: Path) -> None:
    folder = put(tmp_path, polynomial())
    old, new = "constant value=5120 : 5120..5120", "constant value=5119 : 5119..5119"
    edit(folder / "polynomial.operators", old, new)
    sealed_again(folder, "polynomial")
    result = invoke("verify", folder)
    assert (result.exit_code, result.stdout) == (1, "")
    assert (
        "error[levels-differ]: polynomial.operators and polynomial.datapath differ in y"
        in result.stderr
    )
    assert "= help: please report this" in result.stderr


# --- what is run ----------------------------------------------------------------------------------


@needs_icarus
def test_changed_text_is_not_run_unless_it_is_trusted(tmp_path: Path) -> None:
    folder = put(tmp_path / "design", polynomial())
    marker = tmp_path / "marker"
    edit(
        folder / "polynomial.v",
        "endmodule",
        f'    integer file;\n    initial file = $fopen("{marker}", "w");\nendmodule',
    )
    changed = invoke("verify", folder)
    assert changed.exit_code == 1
    assert "note: polynomial.v was changed" in changed.stderr
    sealed_again(folder, "polynomial")
    refused = invoke("verify", folder)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "error[changed-text]: polynomial.v in " in refused.stderr
    assert re.search(r"polynomial\.v:\d+ is `integer file;`, not `endmodule`", refused.stderr)
    assert "--trust" in refused.stderr
    assert not marker.exists()
    trusted = invoke("verify", folder, "--trust")
    assert trusted.exit_code == 0, trusted.stderr
    assert "trusted: polynomial.v:" in trusted.stderr
    assert marker.exists()


@pytest.mark.parametrize("name", ["squared" + end for end in (".h", ".cpp", "_tb.cpp", ".tcl")])
def test_every_changed_file_of_an_hls_design_is_told(name: str, tmp_path: Path) -> None:
    put(tmp_path, squared(4), "hls")
    (tmp_path / name).write_text((tmp_path / name).read_text() + "\x1b[2J")
    sealed_again(tmp_path, "squared")
    told = invoke("verify", tmp_path)
    assert told.exit_code == 1
    assert f"{name} in " in told.stderr
    assert "\x1b" not in told.stderr


def test_a_design_of_another_version_is_told(tmp_path: Path) -> None:
    folder = put(tmp_path, polynomial())
    edit(folder / "polynomial.json", '"symhdl": "0.1.0"', '"symhdl": "0.0.9"')
    edit(folder / "polynomial.v", "made by symhdl 0.1.0", "made by symhdl 0.0.9")
    told = invoke("verify", folder)
    assert told.exit_code == 1
    assert "written by symhdl 0.0.9, and this is symhdl 0.1.0" in told.stderr


@each_row("target", ["verilog", "hls"])
@each_row("seed", range(20))
def test_the_stored_datapath_gives_the_same_text_again(target: str, seed: int) -> None:
    datapath = replace(random_datapath(seed), facts=("a\\b",), source="α = 1\n\n# */ `x\\\n")
    again = read_datapath(print_datapath(datapath))
    backend = backend_named(target)
    assert backend.emit(again, EmitOptions()) == backend.emit(datapath, EmitOptions())


@needs_icarus
@pytest.mark.parametrize("clock_enable", [False, True])
@pytest.mark.parametrize("interface", ["plain", "valid"])
def test_designs_written_with_any_interface_are_verified(
    interface: str, clock_enable: bool, tmp_path: Path
) -> None:
    options = EmitOptions("valid" if interface == "valid" else "plain", clock_enable)
    six_bits = {"x": Input("fixed<6,3>")}
    compile("y = x*x*x + 3", inputs=six_bits).write(tmp_path, "verilog", options)
    result = invoke("verify", tmp_path)
    assert result.exit_code == 0, result.stderr
    assert (", with gaps and resets" in result.stdout) is (interface == "valid")


@needs_icarus
def test_text_that_ends_the_simulation_is_told(tmp_path: Path) -> None:
    folder = put(tmp_path, polynomial())
    edit(folder / "polynomial.v", "endmodule", "    initial #33 $finish(0);\nendmodule")
    result = invoke("verify", folder, "--trust")
    assert result.exit_code == 1
    assert "the simulation ended after 3 of 203 clock cycles" in result.stderr


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("hls", ["--vcd", "x.vcd"]),
        ("hls", ["--simulator", "icarus"]),
        ("verilog", ["--include", "."]),
        ("verilog", ["--all", "--vectors", "3"]),
        ("rtlil", []),
        ("hls", ["--include", "."]),
    ],
)
def test_options_without_a_meaning_are_wrong_usage(
    target: str, words: list[str], tmp_path: Path
) -> None:
    result = invoke("verify", put(tmp_path, polynomial(), target), *words)
    assert result.exit_code == 2, result.stderr


# --- which inputs ---------------------------------------------------------------------------------


@needs_icarus
def test_few_inputs_are_all_run_and_many_are_drawn(tmp_path: Path) -> None:
    few = put(tmp_path / "few", TINY["mixed"]())
    assert "equal to the model for all 256 inputs" in invoke("verify", few).stdout
    drawn = invoke("verify", few, "--vectors", "30").stdout
    assert "for 30 random, 28 corners, at a latency of 0 clock edges" in drawn
    many = put(tmp_path / "many", lookup(20, 12))
    told = invoke("verify", many).stdout
    assert re.search(r"for 1000 random, \d+ corners, \d+ at table entries, at a latency", told)
    refused = invoke("verify", many, "--all")
    assert refused.exit_code == 2
    assert "1.1e+12 inputs, and --all goes up to 1048576" in refused.stderr


def squared(bits: int) -> Datapath:
    """y = x^2."""
    builder = DatapathBuilder()
    x = builder.input("x", 0, (1 << bits) - 1, 0)
    y = builder.square(x)
    ports = (port(builder, "x", x),), (port(builder, "y", y),)
    return Datapath("squared", tuple(builder.cells), *ports)


@needs_icarus
@pytest.mark.parametrize("bits", [16, 17])
def test_sixteen_bits_are_all_run_and_seventeen_at_request(bits: int, tmp_path: Path) -> None:
    folder = put(tmp_path, squared(bits))
    complete = f"all {1 << bits} inputs"
    assert (complete in invoke("verify", folder).stdout) is (bits == 16)
    # One input in all is wrong, and only the complete run can be relied on to see it.
    edit(folder / "squared.v", "assign y = ", f"assign y = (x == {bits}'d54321) ? 5 : ")
    found = invoke("verify", folder, "--trust", "--all", "--json")
    assert found.exit_code == 1
    document = json.loads(found.stdout)
    assert (document["complete"], document["vectors"]) == (True, 1 << bits)
    assert document["different_values"] == 1
    (difference,) = document["differences"]
    assert difference["inputs"] == {"x": 54321}
    assert (difference["found"], difference["expected"]) == (5, 54321**2)


@needs_icarus
def test_one_wrong_entry_of_a_table_is_caught(tmp_path: Path) -> None:
    folder = put(tmp_path, lookup(30, 18))
    text = (folder / "lookup.v").read_text()
    entry = re.search(r"12'd2741: \w+ = 10'h([0-9a-f]+);", text)
    assert entry is not None
    wrong = entry[0].replace(f"h{entry[1]}", f"h{int(entry[1], 16) ^ 1:x}")
    (folder / "lookup.v").write_text(text.replace(entry[0], wrong))
    result = invoke("verify", folder, "--trust", "--vectors", "1")
    assert result.exit_code == 1
    assert result.stderr.count("the model says") == 3
    assert f"y is {Fraction(int(entry[1], 16) ^ 1, 8) * 1.0}" in result.stderr


@pytest.mark.parametrize(
    ("there", "vectors", "cells", "chosen"),
    [
        (("iverilog", "verilator"), 65_536, 100, "iverilog"),
        (("iverilog", "verilator"), 1 << 20, 100, "verilator"),
        (("iverilog", "verilator"), 10_000, 20_000, "iverilog"),
        (("iverilog",), 1 << 20, 100, "iverilog"),
        (("verilator",), 10, 10, "verilator"),
        ((), 10, 10, "iverilog"),
    ],
)
def test_the_simulator_goes_by_the_work(
    there: tuple[str, ...], vectors: int, cells: int, chosen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "find_tool", lambda name: name if name in there else None)
    assert verify._simulator("auto", vectors, cells) == chosen
    assert verify._simulator("verilator", vectors, cells) == "verilator"


# --- handshakes -----------------------------------------------------------------------------------

HANDSHAKES = [Handshake(valid, enable) for valid in (False, True) for enable in (False, True)]


def handshake_text(datapath: Datapath, handshake: Handshake) -> str:
    options = EmitOptions("valid" if handshake.valid else "plain", handshake.clock_enable)
    text: str = verilog_text(datapath, options)
    return text


@needs_icarus
@pytest.mark.parametrize("handshake", HANDSHAKES)
@pytest.mark.parametrize("seed", range(5))
def test_random_datapaths_with_handshakes(seed: int, handshake: Handshake) -> None:
    datapath = random_datapath(seed, stages=seed % 4)
    trial = Trial(datapath, input_vectors(datapath, 100, seed), handshake, seed)
    assert verilog_differences(trial, handshake_text(datapath, handshake), "iverilog") == ()


@needs_verilator
@pytest.mark.slow
def test_verilator_with_a_handshake(tmp_path: Path) -> None:
    folder = put(tmp_path, polynomial(), options=EmitOptions("valid", clock_enable=True))
    result = invoke("verify", folder, "--simulator", "verilator")
    assert result.exit_code == 0, result.stderr
    assert result.stderr == "verilator: all 201 inputs, seed 1\n"


@needs_icarus
@pytest.mark.parametrize(
    ("old", "new", "output"),
    [
        ("if (rst) valid", "if (1'b0) valid", VALID_OUT),
        ("{valid[0], valid_in}", "{valid_in, valid_in}", VALID_OUT),
        ("assign valid_out = valid[1];", "assign valid_out = 1'b1;", VALID_OUT),
        ("valid <= 2'd0;", "valid <= 2'd3;", VALID_OUT),
        ("else if (ce) valid", "else valid", VALID_OUT),
        ("assign y = difference_sum_s2", "assign y = valid_in ? difference_sum_s2 : 0", "y"),
    ],
)
def test_a_wrong_handshake_is_seen(old: str, new: str, output: str) -> None:
    handshake = Handshake(valid=True, clock_enable=True)
    trial = Trial(polynomial(), input_vectors(polynomial(), 100, 1), handshake)
    text = handshake_text(polynomial(), handshake)
    assert old in text, text
    found = verilog_differences(trial, text.replace(old, new), "iverilog")
    assert output in {difference.output for difference in found}


# --- C++ ------------------------------------------------------------------------------------------


@needs_headers
def test_an_hls_design_with_ports_of_any_width_is_verified(tmp_path: Path) -> None:
    folder = put(tmp_path, random_datapath(7, width=100, cells=40), "hls")
    result = invoke("verify", folder, "--vectors", "50")
    assert result.exit_code == 0, result.stderr
    kinds = "50 random, 196 corners"
    assert result.stdout.startswith(f"pipeline: equal to the model for {kinds}")
    assert "latency" not in result.stdout
    assert f"g++: {kinds}" in result.stderr


@needs_compiler
def test_a_cpp_design_is_verified(tmp_path: Path) -> None:
    folder = put(tmp_path, random_datapath(7, width=100, cells=40), "cpp")
    result = invoke("verify", folder, "--vectors", "50")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("pipeline: equal to the model for 50 random, 196 corners")
    assert "latency" not in result.stdout
    for option in (["--include", "."], ["--simulator", "icarus"], ["--vcd", "x.vcd"]):
        wrong = invoke("verify", folder, *option)
        assert wrong.exit_code == 2
        assert f"{option[0]} means nothing for a design in C++" in wrong.stderr


@needs_compiler
def test_a_wrong_cpp_design_is_told(tmp_path: Path) -> None:
    folder = put(tmp_path, mixed(), "cpp")
    edit(folder / "mixed.hpp", "a * b", "(a + 1) * b")
    assert "mixed.hpp" in invoke("verify", folder).stderr
    wrong = invoke("verify", folder, "--trust")
    assert wrong.exit_code == 1
    assert re.search(r"product is -?\d+ \(integer -?\d+\), the model says", wrong.stderr)


@needs_headers
def test_a_wrong_hls_design_is_told(tmp_path: Path) -> None:
    folder, headers = put(tmp_path, mixed(), "hls"), find_headers()
    assert headers is not None
    edit(folder / "mixed.cpp", "a_bits * b_bits", "(a_bits + 1) * b_bits")
    wrong = invoke("verify", folder, "--trust", "--include", headers.folder)
    assert wrong.exit_code == 1
    assert "\ng++: all 256 inputs, seed 1\n" in wrong.stderr
    assert re.search(r"product is -?\d+ \(integer -?\d+\), the model says", wrong.stderr)
    assert "cycle" not in wrong.stderr


@needs_headers
def test_an_hls_design_of_operators_is_verified_and_simulated(tmp_path: Path) -> None:
    """Its other datapath, of which the Verilog would be made, has the same integers."""
    text = "y = a*b + sin(a)"
    words = ("--range", "-2:2", "--width", "24", "--output-width", "30", "--device", "ecp5-25k")
    folders = {target: tmp_path / target for target in ("hls", "verilog")}
    for target, folder in folders.items():
        made = invoke("compile", "--expr", text, *words, "--target", target, "-o", folder)
        assert made.exit_code == 0, made.stderr
    assert (folders["hls"] / "top.cpp").read_text().count("a_bits * b_bits") == 1
    found = invoke("verify", folders["hls"], "--vectors", "50")
    assert found.exit_code == 0, found.stderr
    assert found.stdout.startswith("top: equal to the model for 50 random")
    rows = tmp_path / "rows.csv"
    rows.write_text("a,b\n1.5,-1.25\n-2,0.1\n0.3,2\n")
    outputs = [
        invoke("simulate", folder, "--input", rows, "--integers").stdout
        for folder in folders.values()
    ]
    assert outputs[0] == outputs[1]
    assert outputs[0].count("\n") == 4


def test_headers_are_found_or_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XILINX_HLS", "XILINX_VITIS_HLS", "XILINX_VIVADO_HLS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "vendor" / "include").mkdir(parents=True)
    (tmp_path / "vendor" / "include" / "ap_fixed.h").touch()
    monkeypatch.setenv("XILINX_HLS", str(tmp_path / "vendor"))
    found = find_headers()
    assert found is not None
    assert found.folder == tmp_path / "vendor" / "include"
    monkeypatch.delenv("XILINX_HLS")
    monkeypatch.setattr("symhdl.flow.headers._files_of", lambda _: [])
    result = invoke("verify", put(tmp_path / "design", mixed(), "hls"))
    assert result.exit_code == 4
    assert "pip install hls4ml" in result.stderr
    assert "--include" in result.stderr


# --- what is told ---------------------------------------------------------------------------------


@needs_icarus
def test_a_difference_is_told_in_numbers_and_recorded(tmp_path: Path) -> None:
    folder = put(tmp_path / "design", table())
    edit(folder / "lookup.v", "4'd9: entry_table = 8'h0c;", "4'd9: entry_table = 8'h0d;")
    record = tmp_path / "record.vcd"
    result = invoke("verify", folder, "--trust", "--vcd", record)
    assert result.exit_code == 1
    assert "differs from the model in 4 values, for 4 of 64 vectors" in result.stderr
    told = re.search(
        r"cycle (\d+): y is 1\.625 \(integer 13\), the model says 1\.5 \(integer 12\), for x = -(\d+)"
        r" \(integer -\2\)",
        result.stderr,
    )
    assert told is not None, result.stderr
    assert 25 <= int(told[2]) <= 28
    text = record.read_text()
    assert "$var wire 6" in text and " x [5:0] $end" in text
    times = [int(time) for time in re.findall(r"^#(\d+)$", text, re.MULTILINE)]
    assert times[0] <= 10 * int(told[1]) <= times[-1]


@needs_icarus
def test_a_record_of_an_equal_design(tmp_path: Path) -> None:
    record = tmp_path / "record.vcd"
    result = invoke("verify", put(tmp_path / "design", polynomial()), "--vcd", record)
    assert result.exit_code == 0
    assert record.read_text().startswith("$date")


@pytest.mark.slow
@needs_verilator
def test_a_record_by_verilator(tmp_path: Path) -> None:
    folder, record = put(tmp_path / "design", polynomial()), tmp_path / "record.vcd"
    edit(folder / "polynomial.v", "x * 3'sd3", "x * 3'sd2")
    result = invoke("verify", folder, "--trust", "--simulator", "verilator", "--vcd", record)
    assert result.exit_code == 1, result.stderr
    assert " x [7:0] $end" in record.read_text()


@needs_icarus
def test_unknown_bits_are_a_difference() -> None:
    trial = Trial(polynomial(), input_vectors(polynomial(), 10, 1))
    text = verilog_text(polynomial())
    changed = re.sub(r"assign y = [^;]*;", "assign y = 19'bx;", text)
    found = verilog_differences(trial, changed, "iverilog")
    assert len(found) == 10
    assert found[0] == Difference("y", 0, found[0].expected, None, 2)
