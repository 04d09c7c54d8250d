"""Products, squares, sums and constants on ECP5 between registers, beside others: `python -m benchmarks.datapath`.

LUTs, registers and blocks are those of Yosys, the clock is nextpnr's, the middle one of three seeds, with registers
around the module that are not counted. What others take stands below, where it is known. With `--lut6` it is products
and squares on devices with LUTs of six inputs, by Yosys alone.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.datapath_designs import (
    LINEAR,
    LUT6_DEVICES,
    DatapathDesign,
    Reached,
    designs,
    designs_of_lut6,
)
from benchmarks.golden import clocks, compile_all, measure, place_kept
from benchmarks.golden_clock import clock_mhz
from benchmarks.golden_compile import Job
from benchmarks.golden_designs import Combination
from benchmarks.peers import TOP, LinearJob, LinearResult
from benchmarks.tables import NOTHING, table
from symhdl.flow.running import work_folder
from symhdl.flow.signals import status_of
from symhdl.flow.yosys import map_to_target
from symhdl.targets.target import load_target

CACHE = Path(__file__).parents[1] / "build" / "datapath"
PEERS = Path(__file__).with_name("peers.py")
DEVICE = "ecp5-85k"
HEADING = ("design", "by", "LUTs", "FFs", "DSPs", "cycles", "MHz", "ns")


def _combination(design: DatapathDesign, device: str) -> Combination:
    return Combination(design.name, device, design.dsp)


def reached(
    chosen: Sequence[DatapathDesign], device: str, *, with_clock: bool
) -> dict[DatapathDesign, Reached]:
    """What symhdl makes of the designs on a device; those that it refuses are not there."""
    jobs = {
        _combination(design, device): Job(
            source=design.source,
            top=_combination(design, device).top,
            device=device,
            dsp=design.dsp,
            frequency_mhz=design.frequency_mhz,
        )
        for design in chosen
    }
    results = compile_all(sys.executable, jobs)
    rows = measure(results, CACHE)
    asked = {combination: jobs[combination]["frequency_mhz"] for combination in rows}
    mhz = clocks(results, asked, CACHE) if with_clock else {}
    found: dict[DatapathDesign, Reached] = {}
    for design in chosen:
        combination = _combination(design, device)
        if combination in rows:
            row, cycles = rows[combination], results[combination]["latency"]
            found[design] = Reached(
                "symhdl", row.luts, row.ffs, row.dsps, mhz.get(combination), cycles
            )
    return found


def peers(
    python: str, chosen: Sequence[DatapathDesign], device: str, cache: Path
) -> dict[str, list[Reached]]:
    """What da4ml and alkaid make of the linear designs, by an interpreter that may have them.

    Of each tool's pipelines it is the smallest that meets the clock, or else the fastest.
    """
    asked = {design.name: design.frequency_mhz for design in chosen if design.name in LINEAR}
    jobs = [LinearJob(name=name, matrix=LINEAR[name], bits=16) for name in asked]
    done = subprocess.run(
        [python, "-E", str(PEERS)],
        input=json.dumps(jobs),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[tuple[str, str], list[Reached]] = {}
    results: list[LinearResult] = json.loads(done.stdout)
    for result in results:
        figures = _peer_figures(result, device, asked[result["name"]], cache)
        found.setdefault((result["name"], result["by"]), []).append(figures)
    rows: dict[str, list[Reached]] = {}
    for (name, _), ways in found.items():
        rows.setdefault(name, []).append(best_of(ways, asked[name]))
    return rows


def best_of(ways: Sequence[Reached], asked_mhz: float) -> Reached:
    """The smallest that meets the clock, or else the fastest."""
    met = [way for way in ways if (way.mhz or 0.0) >= asked_mhz]
    return min(met, key=lambda way: way.luts) if met else max(ways, key=lambda way: way.mhz or 0.0)


def _peer_figures(result: LinearResult, device: str, frequency_mhz: float, cache: Path) -> Reached:
    verilog, by, target = result["verilog"], result["by"], load_target(device)
    kept = place_kept(Combination(result["name"], device, "none"), verilog, cache, ".peer")
    if not kept.exists():
        print(f"{result['name']} by {by}: synthesis, place and route", file=sys.stderr, flush=True)
        with work_folder() as folder:
            usage = map_to_target(verilog, TOP, target, folder, use_dsps=False).usage
        mhz = clock_mhz(verilog, TOP, target, frequency_mhz, use_dsps=False)
        cache.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps((usage.luts, usage.ffs, usage.dsps, mhz)), encoding="utf-8")
    luts, ffs, dsps, mhz = json.loads(kept.read_text(encoding="utf-8"))
    return Reached(by, luts, ffs, dsps, mhz, result["cycles"])


def _line(name: str, figures: Reached) -> tuple[str, ...]:
    """A row of the table; the nanoseconds are those from the input ports to the output ports."""
    by, luts, ffs, dsps, mhz, cycles = figures
    ns = None if mhz is None or not mhz or cycles is None else 1000 * cycles / mhz
    clock, time = (NOTHING if value is None else f"{value:.1f}" for value in (mhz, ns))
    counts = (NOTHING if count is None else str(count) for count in (luts, ffs, dsps, cycles))
    return (name, by, *counts, clock, time)


def _lines_of_lut6() -> Iterator[tuple[str, ...]]:
    """The products on each device, beside those of others where all devices are alike."""
    chosen = tuple(designs_of_lut6())
    for device in LUT6_DEVICES:
        found = reached(chosen, device, with_clock=False)
        for design in chosen:
            yield _line(f"{design.name}, {device}", found[design])
            yield from (_line("", other) for other in design.others)


def main(words: Sequence[str] | None = None) -> int:
    """Prints the table; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.datapath")
    every = tuple(designs())
    parser.add_argument("--design", action="append", choices=sorted({d.name for d in every}))
    parser.add_argument("--device", default=DEVICE, help=f"{DEVICE} unless told")
    parser.add_argument("--no-clock", action="store_true", help="Yosys alone")
    parser.add_argument(
        "--peers",
        default=sys.executable,
        metavar="PYTHON",
        help="an interpreter with da4ml and alkaid, unless this one has them",
    )
    parser.add_argument(
        "--lut6", action="store_true", help=f"products on {' and '.join(LUT6_DEVICES)} alone"
    )
    given = parser.parse_args(words)
    if given.lut6:
        print("\n".join(table(HEADING, list(_lines_of_lut6()))))
        return 0
    chosen = [design for design in every if not given.design or design.name in given.design]
    found = reached(chosen, given.device, with_clock=not given.no_clock)
    measured = {} if given.no_clock else peers(given.peers, chosen, given.device, CACHE)
    rows = []
    for design in chosen:
        name = f"{design.name}, DSP {design.dsp}, {design.frequency_mhz:g} MHz"
        if design in found:
            rows.append(_line(name, found[design]))
        else:
            rows.append((name, "refused", *[NOTHING] * (len(HEADING) - 2)))
        rows += [_line("", other) for other in measured.get(design.name, [])]
        rows += [_line("", other) for other in design.others * (given.device == DEVICE)]
    print("\n".join(table(HEADING, rows)))
    if not measured and not given.no_clock and any(each.name in LINEAR for each in chosen):
        print("\nskipped: da4ml and alkaid are not installed (pip install da4ml alkaid, --peers)")
    return 0


if __name__ == "__main__":
    sys.exit(status_of(main))
