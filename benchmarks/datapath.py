"""Products, squares, sums and constants on ECP5 between registers, beside others: `python -m benchmarks.datapath`.

LUTs, registers and blocks are those of Yosys, the clock is nextpnr's, the middle one of three seeds, with registers
around the module that are not counted. What others take stands below, where it is known.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.datapath_designs import DatapathDesign, Reached, designs
from benchmarks.golden import clocks, compile_all, measure
from benchmarks.golden_compile import Job
from benchmarks.golden_designs import Combination
from benchmarks.tables import NOTHING, table
from symhdl.flow.signals import status_of

CACHE = Path(__file__).parents[1] / "build" / "datapath"
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


def _line(name: str, figures: Reached) -> tuple[str, ...]:
    """A row of the table; the nanoseconds are those from the input ports to the output ports."""
    by, luts, ffs, dsps, mhz, cycles = figures
    ns = None if mhz is None or not mhz or cycles is None else 1000 * cycles / mhz
    clock, time = (NOTHING if value is None else f"{value:.1f}" for value in (mhz, ns))
    counts = (NOTHING if count is None else str(count) for count in (luts, ffs, dsps, cycles))
    return (name, by, *counts, clock, time)


def main(words: Sequence[str] | None = None) -> int:
    """Prints the table; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.datapath")
    every = tuple(designs())
    parser.add_argument("--design", action="append", choices=sorted({d.name for d in every}))
    parser.add_argument("--device", default=DEVICE, help=f"{DEVICE} unless told")
    parser.add_argument("--no-clock", action="store_true", help="Yosys alone")
    given = parser.parse_args(words)
    chosen = [design for design in every if not given.design or design.name in given.design]
    found = reached(chosen, given.device, with_clock=not given.no_clock)
    rows = []
    for design in chosen:
        name = f"{design.name}, DSP {design.dsp}, {design.frequency_mhz:g} MHz"
        if design in found:
            rows.append(_line(name, found[design]))
        else:
            rows.append((name, "refused", *[NOTHING] * (len(HEADING) - 2)))
        rows += [_line("", other) for other in design.others * (given.device == DEVICE)]
    print("\n".join(table(HEADING, rows)))
    return 0


if __name__ == "__main__":
    sys.exit(status_of(main))
