"""Which sums synthesis must leave alone, and that it does."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from symhdl.backends.amaranth_module import rtlil_text
from symhdl.backends.verilog import verilog_text

from symhdl.flow.running import run_tool
from symhdl.flow.tools import need_tool
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.chains import kept_sums, possible_bits
from symhdl.ir.datapath import Datapath, Port, register_behind
from tests.cells import simulate_cells
from tests.random_datapath import random_datapath, random_inputs
from tests.rows import each_row
from tests.test_flow import need

Build = Callable[[DatapathBuilder, int, int, int], list[int]]


def datapath_of(build: Build, width: int = 8) -> Datapath:
    """Outputs of three unsigned inputs."""
    builder = DatapathBuilder()
    inputs = [builder.input(name, 0, (1 << width) - 1, 0) for name in "abc"]
    outputs = build(builder, *inputs)
    ports = [
        Port(name, name, k, builder.cells[k].format, *builder.range(k))
        for name, k in zip(("a", "b", "c", "y", "z"), (*inputs, *outputs), strict=False)
    ]
    return Datapath("t", tuple(builder.cells), tuple(ports[:3]), tuple(ports[3:]))


def _sum_of_three(n: DatapathBuilder, a: int, b: int, c: int) -> list[int]:
    return [n.subtract(c, n.add(a, b))]


def _in_another_stage(n: DatapathBuilder, a: int, b: int, c: int) -> list[int]:
    total = n.add(a, b)
    held = n.copy(register_behind(n.cells[total], total), (total,))
    late = n.copy(register_behind(n.cells[c], c), (c,))
    later = n.add(held, late)
    n.cells[later] = n.cells[later].moved(n.cells[later].operands, 1)
    return [later]


def _dropping(n: DatapathBuilder, a: int, b: int, c: int) -> list[int]:
    """The rest of a difference, of which no more than three bits are left."""
    return [n.narrow(n.subtract(c, n.add(a, b)), 0, 7)]


CASES: dict[str, tuple[Build, int]] = {
    "one adder": (_sum_of_three, 1),
    "one adder, with another binary point": (
        lambda n, a, b, c: [n.add(n.shift_left(n.add(a, b), 0, 4), n.shift_left(c, 0, 4))],
        1,
    ),
    "one adder, with zeros below": (
        lambda n, a, b, c: [n.add(n.shift_left(n.add(a, b), 3, 0), c)],
        1,
    ),
    "a change of sign": (lambda n, a, b, c: [n.negate(n.add(a, b))], 1),
    "two adders": (lambda n, a, b, c: [n.add(n.add(a, b), c), n.subtract(n.add(a, b), c)], 0),
    "an adder and an output": (lambda n, a, b, c: [n.add(n.add(a, b), c), n.add(a, b)], 0),
    "an output": (lambda n, a, b, c: [n.add(a, b)], 0),
    "bits of it": (lambda n, a, b, c: [n.add(n.shift_right(n.add(a, b), 1, 0), c)], 0),
    "a product": (lambda n, a, b, c: [n.multiply(n.add(a, b), c)], 0),
    "an adder behind a register": (_in_another_stage, 0),
    "an adder that drops most of it": (_dropping, 0),
    "a term with zeros below": (
        lambda n, a, b, c: [n.add(n.add(a, n.shift_left(b, 3, 0)), c)],
        0,
    ),
    "a term of even numbers": (
        lambda n, a, b, c: [n.add(n.add(a, n.table(b, tuple(range(2, 514, 2)), 0)), c)],
        0,
    ),
}


@each_row("name", CASES)
def test_sums_that_one_adder_reads_are_kept(name: str) -> None:
    build, count = CASES[name]
    datapath = datapath_of(build)
    assert len(kept_sums(datapath)) == count
    assert verilog_text(datapath).count("(* keep *) wire") == count
    assert rtlil_text(datapath).count("attribute \\keep 1\n") == count


@pytest.mark.parametrize("seed", range(8))
def test_bits_that_are_not_possible_are_0(seed: int) -> None:
    datapath = random_datapath(seed, cells=60, stages=0)
    values = simulate_cells(datapath, random_inputs(datapath, seed, 30))
    for bits, column in zip(possible_bits(datapath.cells), values, strict=True):
        assert all(int(value) & ~bits == 0 for value in np.atleast_1d(column))


def test_narrow_sums_are_not_kept() -> None:
    assert kept_sums(datapath_of(_sum_of_three, width=3)) == frozenset()


@pytest.mark.parametrize("emit", [verilog_text, rtlil_text])
def test_synthesis_makes_a_chain_of_every_sum(
    emit: Callable[[Datapath], str], tmp_path: Path
) -> None:
    need("yosys")
    text = emit(datapath_of(_sum_of_three))
    assert joined(text, tmp_path) == 0
    # Without it the two are one; otherwise nobody would know that the attribute does anything.
    assert joined(re.sub(r"\(\* keep \*\)|attribute \\keep 1\n", "", text), tmp_path) == 1


@pytest.mark.parametrize("emit", [verilog_text, rtlil_text])
def test_a_change_of_sign_is_a_chain_alone(emit: Callable[[Datapath], str], tmp_path: Path) -> None:
    need("yosys")
    builder = DatapathBuilder()
    x = builder.input("x", -128, 127, 0)
    y = builder.negate(x)
    ports = [
        Port(n, n, k, builder.cells[k].format, *builder.range(k)) for n, k in (("x", x), ("y", y))
    ]
    text = emit(Datapath("t", tuple(builder.cells), (ports[0],), (ports[1],)))
    language = "verilog" if "endmodule" in text else "rtlil"
    (tmp_path / "t.txt").write_text(text)
    script = f"read_{language} t.txt; synth_ecp5 -top t; write_rtlil out.txt"
    run_tool(need_tool("yosys"), ["-q", "-p", script], tmp_path)
    cells = re.findall(r"^ *cell \\\\?(\S+)", (tmp_path / "out.txt").read_text(), re.MULTILINE)
    assert cells == ["CCU2C"] * 5


def joined(text: str, folder: Path) -> int:
    """How many sums of sums Yosys makes."""
    language = "verilog" if "endmodule" in text else "rtlil"
    (folder / "t.txt").write_text(text)
    script = f"read_{language} t.txt; hierarchy -top t; proc; flatten; opt; wreduce; alumacc; "
    run_tool(need_tool("yosys"), ["-q", "-p", script + "write_rtlil out.txt"], folder)
    return len(re.findall(r"^ *cell \$macc", (folder / "out.txt").read_text(), re.MULTILINE))
