"""Functions of one variable by Yosys, held to their true values, beside FloPoCo: `python -m benchmarks.functions`.

Every function of the suite goes straight into a format with as many fractional bits as its argument has, faithfully,
without DSP blocks, combinational and at `--opt 2` unless told otherwise. Beside it stand the table of the results
rounded to nearest, which Yosys makes logic of, up to ten bits, and what FloPoCo takes where `../shared/flopoco.csv`
tells. All results, or a million of them, are held to the true values. With `--pipelined` the designs have registers for
a clock, which nextpnr confirms with `--clock`; with `--compare` the levels of optimisation and another commit's time
stand beside each other; with `--choices` other devices' choices do (`benchmarks.function_choices`).

The command fails where something is off by more than was proved or by a unit, dearer than it should be, or too slow.
What Yosys and nextpnr were asked before is kept in `build/functions`.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import function_choices
from benchmarks.flopoco import FIGURES, Key, Peer, key_of, read_figures
from benchmarks.function_suite import BITS, SUITE, Row, rows
from benchmarks.function_tables import table_text
from benchmarks.function_values import Held, held
from benchmarks.golden import Row as Netlist
from benchmarks.golden import clocks, compile_all, compile_in_turns, measure
from benchmarks.golden_compile import Compiled, Job, bare, design_of, told_of
from benchmarks.golden_designs import Combination
from benchmarks.tables import NOTHING, fixed, geometric_mean, table
from symhdl.errors import SymhdlError
from symhdl.flow.signals import status_of
from symhdl.flow.tools import find_tool
from symhdl.targets.target import load_target

CACHE = Path(__file__).parents[1] / "build" / "functions"
DEVICES = ("ecp5-85k", "xcvu9p")
CLOCK_MHZ = 200.0
BATCH = 12
TABLE_BITS = 10
"""Up to so many bits no row may take more than the table."""

WORST = 1.05
MEAN: Mapping[str, float] = {"ecp5-85k": 0.90, "xcvu9p": 0.95}
"""How many times FloPoCo's LUTs a row, and all of them in the mean, may take."""

UNUSED = 1.1
"""How many times what is measured may be proved, in the median."""

DEFAULT_LEVEL = 1
LEVELS, LUTS_OF_LEVEL_1, TIME_OF_OTHER = (1, 2), 1.15, 1.5
TIMED_BITS = 16


@dataclass(frozen=True, slots=True)
class Settings:
    """How every row is compiled."""

    device: str
    frequency_mhz: float
    dsp: str
    level: int

    def job(self, row: Row) -> Job:
        """The row as it is compiled; another commit may call the level, which is 1 unless told, otherwise."""
        return Job(
            source=row.source,
            top=row.top,
            device=self.device,
            dsp=self.dsp,
            frequency_mhz=self.frequency_mhz,
            options={} if self.level == DEFAULT_LEVEL else {"opt": self.level},
        )

    def combination(self, row: Row) -> Combination:
        """What the row is called among those that are measured."""
        return Combination(row.top, self.device, self.dsp)


@dataclass(frozen=True, slots=True)
class Found:
    """What became of a row on a device; where it was refused `netlist` and `held` are not there."""

    row: Row
    settings: Settings
    compiled: Compiled
    netlist: Netlist | None = None
    held: Held | None = None
    mhz: float | None = None
    table_luts: int | None = None
    peer_luts: int | None = None

    @property
    def ratio(self) -> float | None:
        """How many times FloPoCo's LUTs it takes."""
        if self.netlist is None or not self.peer_luts:
            return None
        return self.netlist.luts / self.peer_luts

    def shortcomings(self) -> Iterator[str]:
        """What falls short, in words."""
        name = f"{self.row.name}, {self.settings.device}"
        if self.netlist is None or self.held is None:
            yield f"{name}: refused: {self.compiled['refused'].splitlines()[0]}"
            return
        if not self.held.holds:
            yield f"{name}: {self.held.proved:.3f} ulp proved, {self.held.measured:.3f} measured"
        if self.ratio is not None and self.ratio > WORST:
            yield f"{name}: {self.ratio:.2f} times FloPoCo's {self.peer_luts} LUTs"
        if self.table_luts is not None and self.netlist.luts > self.table_luts:
            yield f"{name}: {self.netlist.luts} LUTs, and the table {self.table_luts}"
        if self.mhz is not None and self.mhz < self.settings.frequency_mhz:
            yield f"{name}: {self.mhz:.0f} MHz"


def found(
    chosen: Sequence[Row],
    settings: Settings,
    peers: Mapping[Key, Peer],
    cache: Path,
    *,
    clock: bool,
) -> Iterator[Found]:
    """The rows on a device, in pieces that the tools take together."""
    for start in range(0, len(chosen), BATCH):
        part = chosen[start : start + BATCH]
        results: dict[Combination, Compiled] = {}
        kept: dict[Combination, Held] = {}
        for row in part:
            combination = settings.combination(row)
            results[combination], correct = _compiled(row, settings, cache)
            if correct is not None:
                kept[combination] = correct
        netlists = measure(results, cache)
        asked = dict.fromkeys(netlists, settings.frequency_mhz)
        reached = clocks(results, asked, cache) if clock else {}
        tables = {} if settings.frequency_mhz else _tables(part, settings, cache)
        for row in part:
            combination = settings.combination(row)
            known = peers.get(key_of(row)) if not settings.frequency_mhz else None
            yield Found(
                row, settings, results[combination], netlists.get(combination),
                kept.get(combination), reached.get(combination), tables.get(row),
                None if known is None else known.luts.get(settings.device),
            )  # fmt: skip


def _compiled(row: Row, settings: Settings, cache: Path) -> tuple[Compiled, Held | None]:
    """What the compiler makes of a row, held to its true values; None for one that is refused."""
    job = settings.job(row)
    start = time.process_time()
    try:
        design = design_of(job)
    except SymhdlError as problem:
        return bare(refused=str(problem), seconds=time.process_time() - start), None
    seconds = time.process_time() - start
    return told_of(design, seconds), held(row, design, cache)


def _tables(part: Sequence[Row], settings: Settings, cache: Path) -> dict[Row, int]:
    """The LUTs of the tables of results rounded to nearest, of rows that are short enough."""
    asked = {
        Combination(f"table_{row.top}", settings.device, settings.dsp): row
        for row in part
        if row.bits <= TABLE_BITS
    }
    texts = {each: table_text(row, each.top, cache) for each, row in asked.items()}
    results = {each: bare(verilog=text) for each, text in texts.items()}
    return {asked[each]: found.luts for each, found in measure(results, cache).items()}


HEADING = (
    "function", "device", "LUTs", "table", "FloPoCo", "ratio", "FFs", "DSPs", "memories", "cycles",
    "MHz", "proved ulp", "measured", "nearest", "s",
)  # fmt: skip


def line_of(each: Found) -> tuple[str, ...]:
    """A row of the table."""
    if each.netlist is None or each.held is None:
        return (each.row.name, each.settings.device, "refused", *[NOTHING] * (len(HEADING) - 3))
    counts = [
        NOTHING if count is None else str(count)
        for count in (each.netlist.luts, each.table_luts, each.peer_luts)
    ]
    blocks = (each.netlist.ffs, each.netlist.dsps, each.netlist.brams, each.compiled["latency"])
    return (
        each.row.name, each.settings.device, *counts, fixed(each.ratio, 2), *map(str, blocks),
        fixed(each.mhz, 0), fixed(each.held.proved, 3), fixed(each.held.measured, 3),
        fixed(each.held.correct, 3), f"{each.compiled['compile_s']:.2f}",
    )  # fmt: skip


def summary(every: Sequence[Found]) -> tuple[list[str], list[str]]:
    """What is told of all rows, and what falls short."""
    told: list[str] = []
    short = [text for each in every for text in each.shortcomings()]
    for device in dict.fromkeys(each.settings.device for each in every):
        ratios = [
            each.ratio
            for each in every
            if each.settings.device == device and each.ratio is not None
        ]
        mean = geometric_mean(ratios)
        if mean is not None:
            text = f"{device}: {mean:.3f} times FloPoCo's LUTs over {len(ratios)} rows, at most {max(ratios):.2f}"
            told.append(text)
            short += [text] if mean > MEAN.get(device, 1.0) else []
    unused = [
        each.held.proved / each.held.measured
        for each in every
        if each.held is not None and each.held.measured > 0
    ]
    if unused:
        text = f"{statistics.median(unused):.3f} times the measured error is proved in the median"
        told.append(text)
        short += [text] if statistics.median(unused) > UNUSED else []
    return told, short


def compared(chosen: Sequence[Row], device: str, python: str, cache: Path) -> list[str]:
    """Level 1 beside level 2, and the time of another commit at sixteen bits; what falls short."""
    short: list[str] = []
    luts: dict[int, dict[str, int]] = {}
    seconds: dict[int, float] = {}
    for level in LEVELS:
        settings = Settings(device, 0.0, "none", level)
        jobs = {settings.combination(row): settings.job(row) for row in chosen}
        results = compile_all(sys.executable, jobs)
        luts[level] = {each.design: net.luts for each, net in measure(results, cache).items()}
        seconds[level] = max(result["compile_s"] for result in results.values())
        print(f"level {level}: {sum(luts[level].values())} LUTs, {seconds[level]:.1f} s at most")
    both = [(luts[1][name], luts[2][name]) for name in luts[1] if luts[2].get(name)]
    ratio = geometric_mean([max(1, first) / second for first, second in both]) or 1.0
    text = f"level 1 takes {ratio:.3f} times the LUTs of level 2"
    print(text)
    short += [text] if ratio > LUTS_OF_LEVEL_1 else []
    timed = [row for row in chosen if row.bits == TIMED_BITS]
    settings = Settings(device, 0.0, "none", 1)
    jobs = {settings.combination(row): settings.job(row) for row in timed}
    turns = compile_in_turns((sys.executable, python), jobs)
    shared = [each for each in jobs if not any(turn[each]["refused"] for turn in turns)]
    ours, theirs = (sum(turn[each]["compile_s"] for each in shared) for turn in turns)
    text = f"{TIMED_BITS} bits, {len(shared)} rows that both compile: {ours:.2f} s, the other commit {theirs:.2f} s"
    print(text)
    return short + ([text] if ours > TIME_OF_OTHER * theirs else [])


def main(words: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.functions", description=__doc__)
    add = parser.add_argument
    names = [function.name for function in SUITE]
    add("--function", action="append", choices=names, help="only this one (repeatable)")
    add("--bits", type=int, action="append", help="only so many bits (repeatable)")
    add("--device", action="append", help="only this device (repeatable)")
    add("--flopoco", action="store_true", help="only the rows that FloPoCo's figures have")
    add("--figures", type=Path, default=FIGURES, help="FloPoCo's figures (../shared/flopoco.csv)")
    add("--pipelined", action="store_true", help=f"with registers for {CLOCK_MHZ:g} MHz")
    add("--clock", action="store_true", help="place and route what is pipelined")
    add("--dsp", choices=("auto", "none"), default="none", help="whether there are DSP blocks")
    add("--opt", type=int, choices=(0, 1, 2), default=2, help="level of optimisation (2)")
    add("--compare", metavar="PYTHON", help="level 1 beside 2, and the time of another commit")
    add("--choices", action="store_true", help="only whether other devices' choices are smaller")
    add("--cache", type=Path, default=CACHE, help="figures that are known (build/functions)")
    given = parser.parse_args(words)
    if find_tool("yosys") is None:
        print("skipped: there is no Yosys")
        return 0
    if given.choices:
        return function_choices.run(given.device, given.bits, given.cache)
    peers = read_figures(given.figures)
    if not peers:
        print(f"skipped: FloPoCo's figures are not in {given.figures}", file=sys.stderr)
    chosen = [
        row
        for row in rows(tuple(given.bits or BITS))
        if (not given.function or row.function.name in given.function)
        and (not given.flopoco or key_of(row) in peers)
    ]
    if given.compare:
        short = compared(chosen, (given.device or DEVICES)[0], given.compare, given.cache)
    else:
        short = _shown(chosen, given, peers)
    print(f"\n{len(short)} fall short", *short, sep="\n")
    return 1 if short else 0


def _shown(
    chosen: Sequence[Row], given: argparse.Namespace, peers: Mapping[Key, Peer]
) -> list[str]:
    """Prints the table; what falls short."""
    frequency_mhz = CLOCK_MHZ if given.pipelined else 0.0
    every: list[Found] = []
    print("\n".join(table(HEADING, ())), flush=True)
    for name in given.device or DEVICES[: 1 if given.pipelined else None]:
        settings = Settings(load_target(name).name, frequency_mhz, given.dsp, given.opt)
        clock = given.clock and given.pipelined
        for each in found(chosen, settings, peers, given.cache, clock=clock):
            every.append(each)
            print(table(HEADING, [line_of(each)])[-1], flush=True)
    told, short = summary(every)
    print("", *told, sep="\n")
    return short


if __name__ == "__main__":
    sys.exit(status_of(main))
