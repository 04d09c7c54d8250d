"""One format for all nodes against programs with the real `ap_fixed`, and every backend against the simulator."""

from __future__ import annotations

import random
import shutil
import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

import symhdl
from symhdl.compiled import CompiledDesign
from symhdl.flow.headers import find_headers
from symhdl.numeric.assigned import Overflow, Rounding
from symhdl.vectors import columns_of_rows, mixed_rows
from symhdl.verify.cosimulate import Trial, hls_differences, model_differences, verilog_differences
from tests.amaranth_checks import simulated
from tests.test_flow import need

ROWS = 50
COUNT = 40
INPUTS = ("a", "b", "c")


@dataclass
class Steps:
    """A program of single assignments, as text of symhdl and of C++."""

    type: str
    native: list[str] = field(default_factory=list)
    cpp: list[str] = field(default_factory=list)

    def add(self, native: str, cpp: str) -> None:
        name = f"t{len(self.native)}"
        self.native.append(f"{name} = {native}")
        self.cpp.append(f"T {name} = {cpp};")


def random_steps(seed: int) -> Steps:
    """Sums, products, choices, extrema and constants, in a random format."""
    chance = random.Random(seed)  # noqa: S311 - test programs, no secret
    width = chance.randint(4, 18)
    whole = chance.randint(1, width + 1)
    modes = chance.choice([*Rounding.__members__]), chance.choice([*Overflow.__members__])
    kind = chance.choice(("ap_fixed", "ap_fixed", "ap_ufixed"))
    steps = Steps(f"{kind}<{width},{whole},{','.join(modes)}>")
    for _ in range(chance.randint(3, 7)):
        known = [*INPUTS, *(f"t{k}" for k in range(len(steps.native)))]
        x, y, z = (chance.choice(known[-4:]) for _ in range(3))
        number = f"{chance.uniform(0.1, 2):.3f}"
        match chance.randint(0, 7):
            case 0:
                steps.add(f"{x} + {y}", f"{x} + {y}")
            case 1:
                steps.add(f"{x} - {y}", f"{x} - {y}")
            case 2 | 3:
                steps.add(f"{x} * {y}", f"{x} * {y}")
            case 4:
                steps.add(f"{number} * {x}", f"T({number}) * {x}")
            case 5:
                steps.add(f"-{x}", f"-{x}")
            case 6:
                steps.add(f"if {x} < {y} then {y} else {z}", f"{x} < {y} ? {y} : {z}")
            case _:
                steps.add(f"3 * {x}", f"3 * {x}")
    return steps


def compiled(steps: Steps, **options: object) -> CompiledDesign:
    last = f"t{len(steps.native) - 1}"
    declared = f"input {', '.join(INPUTS)}"
    text = "\n".join((declared, *steps.native, f"y = {last}"))
    return symhdl.compile(text, uniform=steps.type, **options)  # type: ignore[arg-type]


def function_of(position: int, steps: Steps) -> str:
    """A C++ function that prints the results for rows of raw integers."""
    reads = " ".join(f"T {name}; {name}.range() = row[{k}];" for k, name in enumerate(INPUTS))
    last = f"t{len(steps.cpp) - 1}"
    width = steps.type[steps.type.index("<") + 1 :].split(",")[0]
    integer = "ap_uint" if steps.type.startswith("ap_ufixed") else "ap_int"
    return f"""
void program{position}(const int (*rows)[3], int count) {{
    typedef {steps.type} T;
    for (int k = 0; k < count; ++k) {{
        const int *row = rows[k];
        {reads}
        {" ".join(steps.cpp)}
        {integer}<{width}> bits = {last}.range();
        printf("%d\\n", bits.to_int());
    }}
}}
"""


def test_programs_of_ap_fixed_have_the_same_integers(tmp_path: Path) -> None:
    headers = find_headers()
    if headers is None or shutil.which("g++") is None:
        pytest.skip("the ap_types headers of the hls4ml wheel, or g++, are missing")
    programs = [random_steps(seed) for seed in range(COUNT)]
    lines = ["#include <cstdio>", "#include <ap_fixed.h>", "#include <ap_int.h>"]
    calls: list[str] = []
    expected: list[int] = []
    for position, steps in enumerate(programs):
        design = compiled(steps, frequency=0)
        limits = {
            port.name: (port.format.minimum, port.format.maximum) for port in design.datapath.inputs
        }
        chance = np.random.default_rng(position)
        columns = {
            name: chance.integers(*limits.get(name, (0, 0)), ROWS, endpoint=True) for name in INPUTS
        }
        used = {name: column for name, column in columns.items() if name in limits}
        expected += [int(value) for value in design.simulate_integers(used)["y"]]
        rows = ", ".join(f"{{{a}, {b}, {c}}}" for a, b, c in zip(*columns.values(), strict=True))
        lines += [function_of(position, steps)]
        calls.append(
            f"static const int rows{position}[][3] = {{{rows}}}; program{position}(rows{position}, {ROWS});"
        )
    lines.append(f"int main() {{ {' '.join(calls)} }}")
    (tmp_path / "all.cpp").write_text("\n".join(lines), encoding="utf-8")
    command = ["g++", "-std=c++14", "-w", "-isystem", str(headers.folder), "all.cpp", "-o", "all"]
    subprocess.run(command, cwd=tmp_path, check=True)
    done = subprocess.run([tmp_path / "all"], capture_output=True, text=True, check=True)
    found = [int(line) for line in done.stdout.split()]
    assert len(found) == len(expected) == COUNT * ROWS
    for position, steps in enumerate(programs):
        own = slice(position * ROWS, (position + 1) * ROWS)
        assert expected[own] == found[own], f"{steps.type}: {steps.native}"


@pytest.mark.parametrize("seed", range(4))
def test_every_backend_equals_the_simulator(seed: int) -> None:
    need("iverilog")
    need("g++")
    steps = random_steps(100 + seed)
    steps.add("sin(a) / (b*b + 1.5) + t0", "")
    ranges = {"b": "0:0.5"}
    design = compiled(steps, frequency=(0, 200)[seed % 2], undefined="ignore", ranges=ranges)
    datapath = design.datapath
    trial = Trial(datapath, columns_of_rows(datapath, mixed_rows(datapath, 200, seed)))
    assert verilog_differences(trial, design.verilog(), "iverilog") == ()
    operators = replace(trial, datapath=design.operators)
    assert model_differences(operators, design.emit("cpp")) == ()
    few = columns_of_rows(datapath, mixed_rows(datapath, 10, seed))
    found = simulated(datapath, few)
    assert found == {k: list(map(int, v)) for k, v in design.simulate_integers(few).items()}
    headers = find_headers()
    if headers is not None:
        assert hls_differences(operators, design.emit("hls"), headers.folder) == ()
