"""Memories that are instanced: their models, what fills them, what Yosys and nextpnr make of them, tables of many."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs
from symhdl.backends.backend import EmitOptions
from symhdl.backends.models import model_lines
from symhdl.backends.verilog import verilog_text

from symhdl.cost.blocks import blocks_taken
from symhdl.flow.netlist import ModuleEntry, read_module
from symhdl.flow.running import run_tool
from symhdl.flow.synthesis import synthesize
from symhdl.flow.tools import need_tool
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import CellKind, Datapath, register_behind
from symhdl.ir.verify import datapath_problems
from symhdl.passes.bind_units import bind_units
from symhdl.simulate import Integers, simulate
from symhdl.targets.memories import Memory
from symhdl.targets.target import load_target
from symhdl.verify.cosimulate import Trial, verilog_differences
from symhdl.verify.timeline import Handshake
from tests.amaranth_checks import simulated
from tests.rows import each_row
from tests.test_units import need
from tests.tiny_datapaths import port
from tests.units import COMPILER

needs_icarus = pytest.mark.skipif(COMPILER is None, reason="no iverilog")
ECP5 = load_target("ecp5-25k")
UNIT = ECP5.unit("DP16KD")

SHAPES = [(10, 18), (9, 36), (9, 20), (11, 9), (12, 14), (13, 2), (14, 1), (8, 75), (5, 7)]
"""Bits of the index and of a word: every width of a port, both ports together, and memories side by side."""


def memory() -> Memory:
    assert UNIT.memory is not None
    return UNIT.memory


def random_entries(index_bits: int, width: int) -> tuple[int, ...]:
    choose = random.Random(index_bits * 100 + width)  # noqa: S311 - no secret
    return (0, (1 << width) - 1, *(choose.getrandbits(width) for _ in range((1 << index_bits) - 2)))


def table(
    index_bits: int, width: int, latency: int = 1, primitives: str = "auto", *, shift: int = 0
) -> Datapath:
    """A table bound to the memory; entries are less by `shift`."""
    builder = DatapathBuilder()
    x = builder.input("x", 0, (1 << index_bits) - 1, 0)
    entries = tuple(entry - shift for entry in random_entries(index_bits, width))
    y = builder.table(x, entries, 0)
    cell = structs.replace(builder.cells[y], unit=UNIT.name, latency=latency, stage=latency)
    ports = (port(builder, "x", x),), (port(builder, "y", y, 0.0),)
    auto = primitives == "auto"
    return Datapath(
        "entries", (builder.cells[x], cell), *ports, "y = t(x)", 100.0,
        primitives="auto" if auto else "none", units=(UNIT if auto else UNIT.portable,),
    )  # fmt: skip


def inputs(index_bits: int, count: int) -> dict[str, Integers]:
    choose = random.Random(count)  # noqa: S311 - no secret
    return {"x": np.array([choose.getrandbits(index_bits) for _ in range(count)])}


# --- what a memory holds ----------------------------------------------------------------------------


def word_by_the_guide(parameters: dict[str, int], address: int, width: int) -> int:
    """A word as the usage guide and Project Trellis have it, bit by bit.

    A parameter is 16 words of 18 bits, every one in 20 places; the ninth bit of a byte is none of narrow words.
    """
    word = 0
    for bit in range(width):
        if width >= 9:
            row, place = divmod(address * width + bit, 18)
        else:
            byte, within = divmod(address * width + bit, 8)
            row, place = byte // 2, byte % 2 * 9 + within
        parameter = parameters.get(f"INITVAL_{row // 16:02X}", 0)
        word |= (parameter >> (row % 16 * 20 + place) & 1) << bit
    return word


@pytest.mark.parametrize("width", [1, 2, 4, 9, 18])
def test_words_stand_where_the_guide_says(width: int) -> None:
    words = random_entries(memory().words(width).bit_length() - 1, width)
    filled = dict(memory().filled(words, width))
    assert len(words) * width in (1 << 14, 18 << 10)
    assert [word_by_the_guide(filled, a, width) for a in range(len(words))] == list(words)
    assert memory().read(tuple(filled.items()), width) == list(words)


def test_a_word_of_both_ports_is_two_rows() -> None:
    words = random_entries(9, 36)
    found = memory().read(tuple(memory().filled(words, 36)), 18)
    assert [low | high << 18 for low, high in zip(found[::2], found[1::2], strict=True)] == list(
        words
    )


def test_what_is_0_takes_no_parameter() -> None:
    assert dict(memory().filled([0] * 20 + [5], 18)) == {"INITVAL_01": 5 << 80}


@each_row(
    ("entries", "width", "word", "blocks"),
    [
        (512, 36, 36, 1),
        (512, 19, 36, 1),
        (512, 18, 18, 1),
        (512, 8, 9, 1),
        (513, 36, 18, 2),
        (16, 40, 36, 2),
        (4096, 14, 4, 4),
        (4097, 9, 2, 5),
        (16384, 3, 1, 3),
    ],
)
def test_a_table_takes_the_fewest_memories_side_by_side(
    entries: int, width: int, word: int, blocks: int
) -> None:
    found = memory().word_width(entries, width)
    assert (found, memory().side_by_side(entries, width)) == (word, blocks)


def test_the_heading_counts_memories() -> None:
    assert "// Blocks: 4 DP16KD (instanced)." in verilog_text(table(12, 14))
    assert "// Blocks: 1 DP16KD (inferred)." in verilog_text(table(12, 14, primitives="none"))


# --- models -----------------------------------------------------------------------------------------

COUNTS = [300, pytest.param(10_000, marks=pytest.mark.slow)]


@needs_icarus
@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("latency", [1, 2])
@pytest.mark.parametrize(("index_bits", "width"), SHAPES)
def test_the_model_gives_the_entries(index_bits: int, width: int, latency: int, count: int) -> None:
    """Of instances with the clock enable on and off."""
    datapath = table(index_bits, width, latency, shift=1 << (width - 1))
    trial = Trial(datapath, inputs(index_bits, count), Handshake(clock_enable=True), 3)
    text = verilog_text(datapath, EmitOptions(clock_enable=True))
    assert "DP16KD" in text and "case" not in text
    assert verilog_differences(trial, text, "iverilog") == ()


@pytest.mark.parametrize("latency", [1, 2])
@pytest.mark.parametrize(("index_bits", "width"), [(5, 7), (9, 20), (6, 75), (11, 9)])
def test_the_model_in_amaranth_gives_the_entries(index_bits: int, width: int, latency: int) -> None:
    datapath, given = table(index_bits, width, latency, shift=3), inputs(index_bits, 40)
    expected = {name: values.tolist() for name, values in simulate(datapath, given).items()}
    assert simulated(datapath, given, (1, 0, 1, 1)) == expected


@needs_icarus
def test_the_model_knows_nothing_of_what_it_does_not_do(tmp_path: Path) -> None:
    """Writing, an address inside of a word, bits above a word, registers that differ: the word is unknown."""
    text = "\n".join(model_lines("DP16KD")) + "\n"
    assert word_in_icarus(text, tmp_path) == "000000000000000111"
    assert word_in_icarus(text, tmp_path, parameters=".DATA_WIDTH_A(9)") == "xxxxxxxxx000000111"
    for change in (
        {"ports": ".WEA(1'b1)"},
        {"ports": ".ADA0(1'b1)"},
        {"parameters": '.REGMODE_B("OUTREG")'},
    ):
        assert word_in_icarus(text, tmp_path, **change) == "x" * 18


def word_in_icarus(text: str, folder: Path, parameters: str = "", ports: str = "") -> str:
    """The word at address 0, which is 7, with other ports and parameters than those of a read."""
    constants = {f"{name}": "1'b0" for name in _pins(("ADA", 14), ("DIA", 18), ("DIB", 18))}
    constants |= dict.fromkeys(_pins(("CSA", 3), ("CSB", 3)), "1'b0")
    constants |= dict.fromkeys(("WEA", "WEB", "RSTA", "RSTB"), "1'b0")
    constants |= {"CEA": "1'b1", "OCEA": "1'b1", "CLKA": "clk"}
    given = [f".{name}({value})" for name, value in constants.items() if f".{name}(" not in ports]
    outputs = [f".DOA{bit}(word[{bit}])" for bit in range(18)]
    both = ", ".join(part for part in (".INITVAL_00(320'd7)", parameters) if part)
    pins = ", ".join([*given, *outputs, *([ports] if ports else [])])
    bench = (
        f"module bench; reg clk = 0; wire [17:0] word; DP16KD #({both}) dut ({pins});\n"
        'initial begin #1 clk = 1; #1 $display("%b", word); $finish; end endmodule\n'
    )
    (folder / "bench.v").write_text(text + bench, encoding="ascii")
    assert COMPILER is not None
    compiling = [COMPILER, "-g2005", "-o", "bench.vvp", "bench.v"]
    subprocess.run(compiling, cwd=folder, check=True, capture_output=True)
    playing = [str(Path(COMPILER).with_name("vvp")), "-n", "bench.vvp"]
    done = subprocess.run(playing, cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def _pins(*vectors: tuple[str, int]) -> list[str]:
    return [f"{name}{bit}" for name, width in vectors for bit in range(width)]


# --- synthesis --------------------------------------------------------------------------------------


def netlist(texts: Sequence[str], folder: Path) -> ModuleEntry:
    """What plain Yosys makes of modules beside each other, each with ports of its own."""
    ports, lines = ["input clk"], []
    for number, (text, (index_bits, width)) in enumerate(zip(texts, SHAPES, strict=False)):
        ports += [f"input [{index_bits - 1}:0] x{number}", f"output [{width - 1}:0] y{number}"]
        lines.append(f"entries{number} e{number}(.clk(clk), .x(x{number}), .y(y{number}));")
        module = text.replace("module entries", f"module entries{number}")
        (folder / f"{number}.v").write_text(module, encoding="ascii")
    whole = f"module whole({', '.join(ports)});\n" + "\n".join(lines) + "\nendmodule\n"
    (folder / "whole.v").write_text(whole, encoding="ascii")
    files = " ".join(f"{number}.v" for number in range(len(texts)))
    script = f"read_verilog whole.v {files}; synth_ecp5 -top whole -json net.json"
    run_tool(need_tool("yosys"), ["-q", "-p", script], folder)
    return read_module((folder / "net.json").read_text(encoding="utf-8"), "whole")


def contents(module: ModuleEntry) -> list[list[tuple[str, int]]]:
    """What fills each memory of a module, which has memories alone."""
    cells = [cell for cell in module["cells"].values() if cell["type"] != "$scopeinfo"]
    assert {cell["type"] for cell in cells} == {"DP16KD"}
    filled = (
        [(name, int(text.replace("x", "0"), 2)) for name, text in cell["parameters"].items()
         if name.startswith("INITVAL_")]
        for cell in cells
    )  # fmt: skip
    return sorted(sorted(entry for entry in own if entry[1]) for own in filled)


def test_yosys_fills_the_memories_that_it_infers_alike(tmp_path: Path) -> None:
    need("yosys")
    instanced, inferred = (
        netlist([verilog_text(table(*shape, 1, primitives)) for shape in SHAPES[:-1]], tmp_path)
        for primitives in ("auto", "none")
    )
    assert contents(instanced) == contents(inferred)


def test_plain_synth_ecp5_keeps_the_output_register(tmp_path: Path) -> None:
    need("yosys")
    module = netlist([verilog_text(table(*SHAPES[0], 2))], tmp_path)
    (cell,) = [cell for cell in module["cells"].values() if cell["type"] == "DP16KD"]
    assert cell["parameters"]["REGMODE_A"] == cell["parameters"]["REGMODE_B"] == "OUTREG"


def test_tables_in_memories_reach_200_mhz_on_ecp5() -> None:
    """nextpnr finds more than twice that; the shortest pulses of the clock are in the unit's data."""
    need("yosys", "nextpnr-ecp5")
    found = synthesize(verilog_text(table(12, 14, 2)), "entries", ECP5, 200)
    assert (found.brams, found.ffs, found.luts) == (4, 0, 0)
    assert found.fmax_mhz == UNIT.offer(2).fmax_mhz > 210


def test_synthesis_takes_registers_beside_instances() -> None:
    """With parameters of another style Yosys would read the module again, registers and all, and give up."""
    need("yosys", "nextpnr-ecp5")
    datapath = table(10, 18, 2)
    cells = (*datapath.cells, register_behind(datapath.cells[1], 1))
    outputs = (replace(datapath.outputs[0], cell=2),)
    found = synthesize(
        verilog_text(replace(datapath, cells=cells, outputs=outputs)), "entries", ECP5, 200
    )
    assert (found.brams, found.ffs, found.luts) == (1, 18, 0)


# --- tables of more entries than a memory -----------------------------------------------------------


def bound(entries: Sequence[int], primitives: str = "auto") -> tuple[Datapath, Datapath]:
    """A table before and behind the binding, of which the first entry is never read."""
    builder = DatapathBuilder()
    x = builder.input("x", 1, len(entries) - 1, 0)
    y = builder.narrow(builder.table(x, (99, *entries[1:]), 2), min(entries), max(entries))
    ports = (port(builder, "x", x),), (port(builder, "y", y, 0.0),)
    given = Datapath(
        "entries", tuple(builder.cells), *ports, "y = t(x)", 100.0,
        primitives="auto" if primitives == "auto" else "none",
    )  # fmt: skip
    return given, bind_units(given, ECP5, "none", clocked=True)


@each_row(
    ("count", "parts", "blocks"),
    [(1 << 14, 1, 4), (20_000, 2, 8), (40_000, 3, 12), (65_536, 4, 16)],
)
def test_a_table_of_more_entries_becomes_several(count: int, parts: int, blocks: int) -> None:
    given, found = bound([k * k % 13 - 5 for k in range(count)])
    tables = [cell for cell in found.cells if cell.kind is CellKind.TABLE]
    assert len(tables) == parts
    assert all(cell.unit == UNIT.name for cell in tables)
    assert not [told for told in datapath_problems(found) if "latency" not in str(told)]
    assert blocks_taken(found, "brams", ECP5.bram) == blocks
    values = {"x": np.arange(1, count, 7)}
    assert simulate(found, values)["y"].tolist() == simulate(given, values)["y"].tolist()


def test_without_primitives_a_long_table_stays_one_that_synthesis_infers() -> None:
    _, found = bound([k % 31 for k in range(20_000)], "none")
    assert [cell.kind for cell in found.cells] == [CellKind.INPUT, CellKind.TABLE]
    assert found.units == (UNIT.portable,)
    assert [offer.latency for offer in UNIT.portable.offers] == [1]
