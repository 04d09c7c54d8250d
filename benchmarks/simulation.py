"""How fast the bit-exact model is: `python -m benchmarks.simulation --compare PYTHON`.

Million rows per second of user CPU time of the five jet taggers on one core, integers in and out, by each engine;
beside them NumPy in float64 and, if its interpreter is given, another commit. All take turns, so that what else the
machine does hits them all, and the best round of each counts. What it takes to make an engine, and after how many rows
that has paid, stands in a table of its own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

import numpy as np
import numpy.typing as npt

import symhdl
from benchmarks.problems import Problem, jet_problem
from benchmarks.simulation_rows import seconds
from benchmarks.tables import NOTHING, fixed, table
from symhdl.compiled import CompiledDesign
from symhdl.emulation.compiled import compiled
from symhdl.evaluate import evaluate
from symhdl.simulate import Integers, simulate
from symhdl.simulate.blocks import plan_of, simulate_blocks

CORPUS = Path(__file__).parents[2] / "shared" / "corpora"
SCRIPT = Path(__file__).with_name("simulation_rows.py")
WIDTHS, ROWS, ROUNDS = (8, 12, 16, 24), (1_000, 300_000), 3
SEED = 1

Measure = Callable[[], float]
"""Runs once and gives the seconds."""

ENGINES = ("compiled", "blocks", "definition", "NumPy float64", "other")

RATES = ("inputs, outputs", "rows", *ENGINES, "compiled / other", "blocks / other")
MAKING = (
    "inputs, outputs",
    "cells",
    "plan, ms",
    "compile, s",
    "paid against blocks, rows",
    "against other, rows",
)


@dataclass(frozen=True, slots=True)
class Making:
    """What it takes to make the engines of a design, in seconds; no compiler, no figure."""

    width: int
    cells: int
    plan_s: float
    compile_s: float | None


class Other:
    """The symhdl of another interpreter, in a process of its own."""

    def __init__(self, python: str, problem: Problem, stack: ExitStack) -> None:
        self.process = stack.enter_context(
            subprocess.Popen(
                [python, str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        )
        ranges = [(name, float(low), float(high)) for name, low, high in problem.ranges]
        self.ask(problem.text, ranges)

    def ask(self, *words: object) -> None:
        """Sends a line."""
        assert self.process.stdin is not None, "a server without a pipe"
        print(json.dumps(words), file=self.process.stdin, flush=True)

    def seconds(self, width: int, rows: int) -> float:
        """What it takes there."""
        self.ask(width, rows)
        assert self.process.stdout is not None, "a server without a pipe"
        return float(json.loads(self.process.stdout.readline()))


def cpu_s() -> float:
    """The user CPU time of this process and of the programs that it has run."""
    own, others = getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN)
    return own.ru_utime + others.ru_utime


def design_of(problem: Problem, width: int) -> CompiledDesign:
    """The problem with inputs and outputs of this width."""
    ranges = {name: symhdl.Input(range=(low, high)) for name, low, high in problem.ranges}
    return symhdl.compile(problem.text, inputs=ranges, width=width, output_width=width)


def engines(
    design: CompiledDesign,
) -> tuple[dict[str, Callable[[Mapping[str, Integers]], object]], Making]:
    """The engines by name, and what it took to make them."""
    datapath = design.model
    start = cpu_s()
    plan = plan_of(datapath)
    planned = cpu_s()
    emulator = compiled(datapath)
    made = cpu_s()
    found: dict[str, Callable[[Mapping[str, Integers]], object]] = {
        "blocks": lambda inputs: simulate_blocks(datapath, inputs),
        "definition": lambda inputs: simulate(design.datapath, inputs),
    }
    if emulator is not None:
        found["compiled"] = emulator.simulate
    width = design.datapath.inputs[0].format.width
    compile_s = None if emulator is None else made - planned
    return found, Making(width, len(plan.datapath.cells), planned - start, compile_s)


def measures(
    design: CompiledDesign,
    found: Mapping[str, Callable[[Mapping[str, Integers]], object]],
    rows: int,
    other: Other | None,
) -> dict[str, Measure]:
    """What runs each engine once over so many rows."""
    chance = np.random.RandomState(SEED)
    inputs: dict[str, Integers] = {
        port.name: chance.randint(port.minimum, port.maximum + 1, rows)
        for port in design.datapath.inputs
    }
    reals: dict[str, npt.NDArray[np.float64] | float] = {
        port.name: np.array(inputs[port.name] * float(port.format.ulp), dtype=np.float64)
        for port in design.datapath.inputs
    }
    works: dict[str, Callable[[], object]] = {
        name: partial(engine, inputs) for name, engine in found.items()
    }
    works["NumPy float64"] = partial(evaluate, design.mathematics, reals)
    made: dict[str, Measure] = {name: partial(seconds, work, rows) for name, work in works.items()}
    if other is not None:
        width = design.datapath.inputs[0].format.width
        made["other"] = partial(other.seconds, width, rows)
    return made


def best(made: Mapping[str, Measure], rounds: int) -> dict[str, float]:
    """The least seconds of each over some rounds in which all take turns; a first round warms up."""
    times = [{name: run() for name, run in made.items()} for _ in range(rounds + 1)][1:]
    return {name: min(some[name] for some in times) for name in made}


def row_of(width: int, rows: int, taken: Mapping[str, float]) -> tuple[str, ...]:
    """A line of the table: rates, and how many times that of the other commit they are."""

    def rate(name: str) -> str:
        return fixed(rows / taken[name] / 1e6, 2) if name in taken else NOTHING

    def times(name: str) -> str:
        known = name in taken and "other" in taken
        return fixed(taken["other"] / taken[name], 1) if known else NOTHING

    return (f"{width} bits", f"{rows:,}", *map(rate, ENGINES), times("compiled"), times("blocks"))


def making_row(making: Making, taken: Mapping[str, float], rows: int) -> tuple[str, ...]:
    """A line of the other table: when the compiler has paid, against the blocks and against the other commit."""

    def paid(name: str) -> str:
        if making.compile_s is None or name not in taken:
            return NOTHING
        gain = (taken[name] - taken["compiled"]) / rows
        return f"{making.compile_s / gain:,.0f}" if gain > 0 else NOTHING

    return (
        f"{making.width} bits",
        str(making.cells),
        fixed(making.plan_s * 1e3, 1),
        fixed(making.compile_s, 2),
        paid("blocks"),
        paid("other"),
    )


def main(words: Sequence[str] | None = None) -> None:
    """Prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.simulation")
    add = parser.add_argument
    add("--compare", metavar="PYTHON", help="an interpreter with the symhdl of another commit")
    add("--corpus", type=Path, default=CORPUS, help="the folder with the jet taggers")
    add("--width", type=int, action="append", help=f"bits of inputs and outputs {WIDTHS}")
    add("--rows", type=int, action="append", help=f"how many rows {ROWS}")
    add("--rounds", type=int, default=ROUNDS, metavar="N", help=f"rounds that count ({ROUNDS})")
    given = parser.parse_args(words)
    if not given.corpus.is_dir():
        print(f"skipped: {given.corpus} with the jet taggers is not there")
        return
    problem = jet_problem(given.corpus)
    lines: list[tuple[str, ...]] = []
    making_lines: list[tuple[str, ...]] = []
    with ExitStack() as stack:
        other = Other(given.compare, problem, stack) if given.compare else None
        for width in given.width or WIDTHS:
            design = design_of(problem, width)
            found, making = engines(design)
            for rows in given.rows or ROWS:
                taken = best(measures(design, found, rows, other), given.rounds)
                lines.append(row_of(width, rows, taken))
            making_lines.append(making_row(making, taken, rows))
        if other is not None and other.process.stdin is not None:
            other.process.stdin.close()
    print("\n".join((*table(RATES, lines), "", *table(MAKING, making_lines))))


if __name__ == "__main__":
    main()
