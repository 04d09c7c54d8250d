"""Proved error bounds against measured errors: `python -m benchmarks.bounds [--count N] [--width W --output-width V]`.

Records of the corpora are compiled and simulated at all inputs where these are few, else at random ones. Errors are
taken against double precision where that is exact enough, and the largest of them again against balls. Where not all
inputs were tried, what was measured may be far below the worst, so that the ratio says little of the bound. The status
is 1 if a bound is broken.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.draws import add_draw, drawn_problems, parser_of
from benchmarks.problems import Problem, is_missing
from benchmarks.runs import INTERNAL_FAULTS, Options, compiled, read
from benchmarks.tables import number, quantile, table
from symhdl.compiled import CompiledDesign
from symhdl.emulation import simulate_rows
from symhdl.errors import SymhdlError
from symhdl.evaluate import evaluate
from symhdl.flow.signals import status_of
from symhdl.ir.datapath import Datapath, Port
from symhdl.ir.graph import Graph
from symhdl.verify.accuracy import measure_integers
from symhdl.verify.vectors import ALL_AT_MOST, combinations

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

ROWS = 1 << 16
"""Points that are simulated at once."""

SAMPLES, SUSPECTS = 64, 64
"""Points at which double precision is held against balls, and the worst by doubles of each output that are, too."""

ROUNDS, BESIDE = 12, 64
"""Rounds of a search from the worst points, and how many points are tried beside each."""

NEGLIGIBLE = 0.01
"""Of a bound: what double precision may be wrong by."""

BALLS = 4000
"""Points that are tried where double precision is not exact enough."""

WITHOUT_BOUND = 1e-30
"""Outputs whose bound is below are exact."""

WORST = 12
"""Ratios that are shown."""


@dataclass(frozen=True, slots=True)
class Row:
    """An output with its proved and its measured error; `whole` if all inputs were tried."""

    record: str
    output: str
    bound: float
    measured: float
    points: int
    whole: bool
    violations: int
    undecided: int

    @property
    def ratio(self) -> float | None:
        """How many times the measured error was proved; None of an exact output."""
        if self.bound <= WITHOUT_BOUND:
            return None
        return self.bound / self.measured if self.measured else math.inf


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that does not compile, and the first diagnostic."""

    record: str
    id: str
    message: str


def blocks_of(datapath: Datapath, points: int, seed: int) -> Iterator[dict[str, Integers]]:
    """Integers at the input ports, in blocks: all there are, or corners and random ones."""
    ports = datapath.inputs
    sizes = [port.maximum - port.minimum + 1 for port in ports]
    total = combinations(datapath)
    if total <= ALL_AT_MOST:
        for start in range(0, total, ROWS):
            places = np.unravel_index(np.arange(start, min(total, start + ROWS)), sizes or (1,))
            yield {
                port.name: place.astype(np.int64) + port.minimum
                for port, place in zip(ports, places, strict=False)
            }
        return
    chance = np.random.default_rng(seed)
    for start in range(0, points, ROWS):
        count = min(ROWS, points - start)
        yield {
            port.name: _with_ends(chance.integers(port.minimum, port.maximum + 1, count), port)
            for port in ports
        }


def _with_ends(drawn: Integers, port: Port) -> Integers:
    """Numbers of which one in sixteen is an end of the range; each input has its own."""
    low, high = drawn % 32 == 7, drawn % 32 == 21
    return np.where(low, port.minimum, np.where(high, port.maximum, drawn))


def errors_of(
    graph: Graph, datapath: Datapath, columns: Mapping[str, Integers]
) -> dict[str, Floats]:
    """The errors of all outputs against double precision; nan where that has no value."""
    count = max((len(column) for column in columns.values()), default=1)
    units = {port.name: float(port.format.ulp) for port in datapath.inputs}
    reals: dict[str, Floats] = {d.name: np.zeros(count) for d in graph.inputs}
    reals |= {name: np.multiply(column, units[name]) for name, column in columns.items()}
    real = evaluate(graph, reals)
    integers = simulate_rows(datapath, columns)
    found: dict[str, Floats] = {}
    for port in datapath.outputs:
        given = np.asarray(integers[port.name], dtype=np.float64) * float(port.format.ulp)
        found[port.name] = np.subtract(given, real[port.name])
    return found


def rows_of(record: str, graph: Graph, design: CompiledDesign, points: int, seed: int) -> list[Row]:
    """The outputs of a design."""
    datapath = design.datapath
    is_whole = combinations(datapath) <= ALL_AT_MOST
    first = next(blocks_of(datapath, points, seed))
    if is_exact_enough(graph, datapath, _spread(first, SAMPLES)):
        suspects, tried = _suspects(graph, datapath, blocks_of(datapath, points, seed))
        for round in range(0 if is_whole else ROUNDS):
            moved = _moved(datapath, suspects, seed + round)
            suspects, more = _suspects(graph, datapath, [moved])
            tried += more
    else:
        suspects = _spread(first, BALLS)
        tried = _rows_in(suspects)
        is_whole = is_whole and tried == _rows_in(first) < ROWS
    columns = {name: column.tolist() for name, column in suspects.items()}
    return [
        Row(
            record, each.output, each.bound or 0.0, each.worst, tried, is_whole, each.violations,
            each.undecided,
        )
        for each in measure_integers(graph, datapath, columns)
    ]  # fmt: skip


def _moved(datapath: Datapath, columns: Mapping[str, Integers], seed: int) -> dict[str, Integers]:
    """The points themselves, and some beside each that differ in one input, by little or by much."""
    chance = np.random.default_rng(seed)
    count = _rows_in(columns) * BESIDE
    chosen = chance.integers(0, len(columns), count)
    found: dict[str, Integers] = {}
    for place, port in enumerate(datapath.inputs):
        own = np.repeat(columns[port.name], BESIDE)
        size = port.maximum - port.minimum + 1
        step = np.exp2(chance.uniform(0, math.log2(size), count)).astype(np.int64)
        there = own + np.where(chance.integers(0, 2, count) == 0, step, -step)
        there = np.clip(there, port.minimum, port.maximum)
        there = np.where(chosen == place, there, own)
        found[port.name] = np.concatenate([columns[port.name], there])
    return found


def _suspects(
    graph: Graph, datapath: Datapath, blocks: Iterable[Mapping[str, Integers]]
) -> tuple[dict[str, Integers], int]:
    """The points with the largest errors of every output, and how many were tried."""
    kept: list[dict[str, Integers]] = []
    sizes: dict[str, list[Floats]] = {port.name: [] for port in datapath.outputs}
    tried = 0
    for columns in blocks:
        errors = errors_of(graph, datapath, columns)
        tried += _rows_in(columns)
        chosen = np.unique(np.concatenate([_largest(error) for error in errors.values()]))
        kept.append({name: column[chosen] for name, column in columns.items()})
        for name, error in errors.items():
            sizes[name].append(error[chosen])
    final = np.unique(np.concatenate([_largest(np.concatenate(parts)) for parts in sizes.values()]))
    names = [port.name for port in datapath.inputs]
    return {name: np.concatenate([part[name] for part in kept])[final] for name in names}, tried


def _largest(errors: Floats) -> NDArray[np.intp]:
    """The places of the largest errors, those without a value among them."""
    sizes = np.nan_to_num(np.abs(errors), nan=np.inf)
    count = min(SUSPECTS, len(sizes))
    return np.argpartition(sizes, len(sizes) - count)[len(sizes) - count :]


def is_exact_enough(graph: Graph, datapath: Datapath, columns: Mapping[str, Integers]) -> bool:
    """Whether double precision is near enough to the real values at some points."""
    errors = errors_of(graph, datapath, columns)
    for place in range(_rows_in(columns)):
        point = {name: [int(column[place])] for name, column in columns.items()}
        for port, found in zip(
            datapath.outputs, measure_integers(graph, datapath, point), strict=True
        ):
            off = abs(abs(float(errors[port.name][place])) - found.worst)
            if not found.undecided and not off <= NEGLIGIBLE * (port.error_bound or 0.0):
                return False
    return True


def _spread(columns: Mapping[str, Integers], count: int) -> dict[str, Integers]:
    """Up to so many rows of the columns, from all over them."""
    step = max(1, _rows_in(columns) // count)
    return {name: column[::step][:count] for name, column in columns.items()}


def _rows_in(columns: Mapping[str, Integers]) -> int:
    return len(next(iter(columns.values()), ()))


def measured(problem: Problem, options: Options) -> tuple[list[Row], Refusal | None]:
    """The outputs of a record, or why there are none."""
    try:
        graph = read(problem)
        design = compiled(problem, graph, options)
        if not design.datapath.inputs:
            return [], None
        return rows_of(problem.id, graph, design, options.points, options.seed), None
    except SymhdlError as told:
        first = told.diagnostics[0]
        return [], Refusal(problem.id, first.id, first.message)
    except INTERNAL_FAULTS as fault:
        return [], Refusal(problem.id, type(fault).__name__, str(fault))


def summary(rows: Sequence[Row], refusals: Sequence[Refusal], count: int) -> list[str]:
    """What is told of all."""
    lines = [f"{count - len(refusals)} of {count} records compile"]
    for id, times in Counter(each.id for each in refusals).most_common():
        lines.append(f"- {id}: {times}")
    lines.append("")
    cells = []
    for title, own in (("all", rows), ("all inputs tried", [row for row in rows if row.whole])):
        ratios = [row.ratio for row in own if row.ratio is not None]
        median = statistics.median(ratios) if ratios else None
        cells.append(
            (
                title,
                str(len(own)),
                str(len(own) - len(ratios)),
                number(median),
                number(quantile(ratios, 0.95)),
            )
        )
    lines += table(("proved / measured", "outputs", "exact", "median", "95 %"), cells)
    for title, whole in (("all inputs tried", True), ("sampled", False)):
        own = [row for row in rows if row.whole == whole and row.ratio is not None]
        own.sort(key=lambda row: -(row.ratio or 0.0))
        told = [
            (row.record, row.output, number(row.bound), number(row.measured), number(row.ratio))
            for row in own
        ]
        lines += [
            "",
            *table((f"worst, {title}", "output", "proved", "measured", "ratio"), told[:WORST]),
        ]
    undecided = sum(row.undecided for row in rows)
    if undecided:
        lines += ["", f"at {undecided} suspicious points there is no real value"]
    for row in rows:
        if row.violations:
            lines += [
                "",
                f"BROKEN: {row.record} {row.output}: {row.measured:.6g} measured, {row.bound:.6g} proved",
            ]
    return lines


def _parser() -> argparse.ArgumentParser:
    parser = parser_of("bounds", __doc__, seeded="the draw and of the points")
    add_draw(parser)
    add = parser.add_argument
    add("--points", type=int, default=1_000_000, help="random points (default a million)")
    add("--device", default="ecp5-85k", help="default ecp5-85k")
    add("--json", type=Path, help="a file for all figures")
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Prints the figures; the exit status."""
    given = _parser().parse_args(words)
    if is_missing(given.corpus):
        return 0
    options = Options(
        given.width, given.output_width, given.level, given.device, 200.0, "auto", given.points,
        given.seed,
    )  # fmt: skip
    problems = drawn_problems(given)
    rows: list[Row] = []
    refusals: list[Refusal] = []
    for problem in problems:
        found, refusal = measured(problem, options)
        rows += found
        refusals += [refusal] if refusal else []
        print(f"{problem.id}: {_told(found, refusal)}", file=sys.stderr, flush=True)
    print("\n".join(summary(rows, refusals, len(problems))))
    for each in refusals:
        print(f"{each.record}: {each.id}: {each.message}")
    if given.json:
        document = {"rows": [asdict(r) for r in rows], "refusals": [asdict(r) for r in refusals]}
        given.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return 1 if any(row.violations for row in rows) else 0


def _told(rows: Sequence[Row], refusal: Refusal | None) -> str:
    if refusal is not None:
        return f"{refusal.id}: {refusal.message}"
    return ", ".join(number(row.ratio) for row in rows)


if __name__ == "__main__":
    sys.exit(status_of(main))
