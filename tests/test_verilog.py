"""Verilog text: golden for tiny designs, equal integers in Icarus and Verilator, true latency, quiet tools."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs
from symhdl.backends.backend import EmitOptions, backend_named, backend_names
from symhdl.backends.heading import heading, safe_for_comment
from symhdl.backends.verilog import verilog_text

from symhdl.errors import SymhdlError
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Cell, CellKind, Datapath, Port
from symhdl.ir.verify import assert_valid_datapath
from symhdl.numeric.fixed import FixedFormat
from symhdl.simulate import simulate
from symhdl.verify.cosimulate import Difference
from tests.errors_of_design import compiled, request_of
from tests.random_datapath import random_datapath
from tests.tiny_datapaths import TINY, polynomial, port, register
from tests.verilog_checks import check_verilog, input_vectors
from tests.work import lines_run

VECTORS = 60


def needs(tool: str) -> str:
    """The tool's path; the test is skipped if it is missing."""
    path = shutil.which(tool)
    if path is None:
        pytest.skip(f"{tool} is not installed")
    return path


@pytest.mark.parametrize("name", sorted(TINY))
def test_text_is_golden(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{name}.v", verilog_text(TINY[name]()))


@pytest.mark.parametrize("name", sorted(TINY))
@pytest.mark.parametrize("tool", ["iverilog", pytest.param("verilator", marks=pytest.mark.slow)])
def test_tiny_designs(name: str, tool: str) -> None:
    needs(tool)
    datapath = TINY[name]()
    assert_valid_datapath(datapath)
    inputs = input_vectors(datapath, VECTORS, 1)
    assert check_verilog(datapath, verilog_text(datapath), inputs, tool) == ()


@pytest.mark.parametrize("seed", range(60))
def test_random_datapaths_in_icarus(seed: int) -> None:
    needs("iverilog")
    datapath = random_datapath(seed, width=(8, 16, 70)[seed % 3], cells=40, stages=seed % 5)
    inputs = input_vectors(datapath, VECTORS, seed)
    assert check_verilog(datapath, verilog_text(datapath), inputs) == ()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1000, 1012))
def test_random_datapaths_in_verilator(seed: int) -> None:
    needs("verilator")
    datapath = random_datapath(seed, width=(8, 16, 70)[seed % 3], cells=120, stages=seed % 5)
    inputs = input_vectors(datapath, 1000, seed)
    assert check_verilog(datapath, verilog_text(datapath), inputs, "verilator") == ()


def test_wrong_latency_is_seen() -> None:
    needs("iverilog")
    datapath = polynomial()
    inputs = input_vectors(datapath, VECTORS, 1)
    text = verilog_text(datapath)
    cells = (
        *datapath.cells,
        Cell(CellKind.REGISTER, (datapath.outputs[0].cell,), -100000, 100000, 10, 3, 1),
    )
    later = replace(
        datapath,
        cells=cells,
        outputs=(replace(datapath.outputs[0], cell=len(cells) - 1), *datapath.outputs[1:]),
    )
    assert later.latency == datapath.latency + 1
    wrong = check_verilog(later, text, inputs)
    assert (wrong[0].vector, wrong[-1].vector) == (0, VECTORS - 1)
    assert wrong[-1].found is None, "behind the last vector the inputs are unknown"


def test_wrong_text_is_seen() -> None:
    needs("iverilog")
    datapath = polynomial()
    inputs = input_vectors(datapath, VECTORS, 1)
    text = verilog_text(datapath)
    assert "x * x_product" in text
    wrong = check_verilog(datapath, text.replace("x * x_product", "x + x_product", 1), inputs)
    assert wrong and wrong[0].output == "y" and wrong[0].expected != wrong[0].found


def test_syntax_errors_are_told() -> None:
    needs("iverilog")
    datapath = polynomial()
    with pytest.raises(SymhdlError, match="iverilog failed"):
        check_verilog(datapath, "module broken", input_vectors(datapath, 3, 1))


HOSTILE = [
    "*/ module evil; endmodule",
    "x\n`define wire reg",
    "verilator lint_off",
    "synthesis translate_off",
    "back\\",
    "a\u2028b\x85c\x0cd\re",
    "\u202eedoc",
    '`include "/etc/passwd"',
]


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_of_the_user_stay_in_the_comment(text: str) -> None:
    datapath = replace(polynomial(), source=text, device=text, facts=(text,))
    datapath = replace(datapath, inputs=(replace(datapath.inputs[0], name="x"),))
    emitted = verilog_text(datapath)
    clean = verilog_text(replace(datapath, source="", device="", facts=()))
    body = [line for line in emitted.splitlines() if not line.startswith("//")]
    assert body == [line for line in clean.splitlines() if not line.startswith("//")]
    for line in heading(datapath):
        assert line.isprintable()
        assert not line.endswith("\\")
        assert "*/" not in line
        assert not line.startswith(("verilator", "synthesis", "synopsys", "pragma"))


def test_overlapping_marks_do_not_join() -> None:
    for text in ("**//", "*/*/", "/*/", "(*)", "**)/"):
        safe = safe_for_comment(text)
        assert "*/" not in safe and "/*" not in safe


def test_ports_named_like_internals() -> None:
    needs("iverilog")
    builder = DatapathBuilder()
    names = ("index", "index_entry", "Index_entry_table", "sum")
    cells = [builder.input(name, 0, 3 + number, 0) for number, name in enumerate(names)]
    total = builder.add(builder.table(cells[0], (7, 5, 3, 1), 0), builder.add(cells[1], cells[2]))
    total = builder.add(total, cells[3])
    inputs = tuple(port(builder, name, cell) for name, cell in zip(names, cells, strict=True))
    datapath = Datapath("top", tuple(builder.cells), inputs, (port(builder, "y", total),))
    vectors = input_vectors(datapath, VECTORS, 1)
    assert check_verilog(datapath, verilog_text(datapath), vectors) == ()


def test_the_complement_of_a_negative_constant() -> None:
    needs("iverilog")
    builder = DatapathBuilder()
    digit = builder.input("digit", 0, 3, 0)
    row = builder.row(digit, builder.constant(-5, 0), (-1, 0, 1, 2), 0)
    ports = (port(builder, "digit", digit),), (port(builder, "y", row),)
    datapath = Datapath("top", tuple(builder.cells), *ports)
    vectors = input_vectors(datapath, 4, 1)
    assert check_verilog(datapath, verilog_text(datapath), vectors) == ()


def test_a_register_has_the_format_of_what_it_holds() -> None:
    """Integers under the name of a number with a point, as rows have them, are that number."""
    builder = DatapathBuilder()
    x = builder.input("x", -100, 100, 5)
    held = register(builder, builder.shift_left(x, 0, 0), 1)
    ports = (port(builder, "x", x),), (port(builder, "y", held),)
    text = verilog_text(Datapath("top", tuple(builder.cells), *ports))
    assert "x_s1;  // fixed<8,3>" in text


def test_design_without_inputs() -> None:
    needs("iverilog")
    builder = DatapathBuilder()
    constant = builder.constant(-5, 0)
    output = Port("y", "y", constant, FixedFormat(True, 9, 0), -5, -5)
    datapath = Datapath("top", tuple(builder.cells), (), (output,))
    assert check_verilog(datapath, verilog_text(datapath), {}) == ()
    changed = verilog_text(replace(datapath, cells=(structs.replace(datapath.cells[0], value=-4),)))
    assert check_verilog(datapath, changed, {}) == (Difference("y", 0, -5, -4, 0),)


def test_large_table() -> None:
    needs("iverilog")
    builder = DatapathBuilder()
    x = builder.input("x", 0, 16383, 0)
    y = builder.table(x, tuple((entry * 40503) % 65536 - 32768 for entry in range(16384)), 0)
    datapath = Datapath(
        "rom", tuple(builder.cells), (port(builder, "x", x),), (port(builder, "y", y),)
    )
    inputs = {"x": np.arange(0, 16384, 321)}
    assert check_verilog(datapath, verilog_text(datapath), inputs) == ()


VALID_BENCH = """
module bench;
    reg clk = 0, rst = 1, ce = 1, valid_in = 0;
    reg signed [7:0] x = 0;
    wire valid_out;
    wire signed [{high}:0] y;
    polynomial dut (.clk(clk), .rst(rst), {ce} .valid_in(valid_in), .valid_out(valid_out), .x(x), .y(y));
    integer i;
    initial begin
        #1 clk = 1; #1 clk = 0; rst = 0;
        for (i = 0; i < 40; i = i + 1) begin
            x = i * 5 - 100; valid_in = (i % 3 != 0) && i < 30; ce = {ce_value};
            #1 if (valid_out && ce) $display("%0d", y);
            clk = 1; #1 clk = 0;
        end
        $finish(0);
    end
endmodule
"""


@pytest.mark.parametrize("enabled", [False, True])
def test_valid_marks_the_results(enabled: bool, tmp_path: Path) -> None:
    datapath = polynomial()
    text = verilog_text(datapath, EmitOptions("valid", enabled))
    bench = VALID_BENCH.format(
        high=datapath.outputs[0].format.width - 1,
        ce=".ce(ce)," if enabled else "",
        ce_value="(i % 4 != 1)" if enabled else "1",
    )
    (tmp_path / "design.v").write_text(text + bench)
    subprocess.run(
        [needs("iverilog"), "-g2001", "-o", "bench", "design.v"],
        cwd=tmp_path,
        check=True,
        timeout=60,
    )
    done = subprocess.run(
        [needs("vvp"), "-n", "bench"],
        cwd=tmp_path,
        check=True,
        timeout=60,
        capture_output=True,
        text=True,
    )
    taken = [i * 5 - 100 for i in range(30) if i % 3 != 0 and not (enabled and i % 4 == 1)]
    expected = simulate(datapath, {"x": np.array(taken)})["y"].tolist()
    assert [int(line) for line in done.stdout.split()] == expected


@pytest.mark.parametrize("name", sorted(TINY))
def test_linter_is_quiet(name: str, tmp_path: Path) -> None:
    datapath = TINY[name]()
    (tmp_path / f"{datapath.top}.v").write_text(verilog_text(datapath))
    done = subprocess.run(
        [needs("verilator"), "--lint-only", "-Wall", "-Wno-UNUSED", f"{datapath.top}.v"],
        cwd=tmp_path, timeout=60, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_backends_are_found_by_name() -> None:
    assert {"verilog", "rtlil", "hls"} <= set(backend_names())
    backend = backend_named("verilog")
    datapath = polynomial()
    backend.validate(datapath, EmitOptions())
    assert list(backend.emit(datapath, EmitOptions())) == ["polynomial.v"]


def test_unknown_backend_is_told() -> None:
    with pytest.raises(SymhdlError, match="did you mean `verilog`"):
        backend_named("verilogg")


def test_many_inputs_take_linear_work() -> None:
    def work(count: int) -> int:
        text = " + ".join(f"x{k}" for k in range(count))
        ranges = {f"x{k}": (-1, 1) for k in range(count)}
        _, design = compiled(text, request_of(ranges))
        return lines_run(design.verilog)

    assert work(160) < 4.6 * work(40)
