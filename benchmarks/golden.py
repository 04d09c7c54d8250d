"""The golden table of quality as Yosys sees it, estimates held against it, and two commits compared.

`python -m benchmarks.golden [--accuracy | --compare PYTHON]`.

The table is `tests/golden/quality/measured.csv`; the estimates beside it are held by `tests/test_quality.py`.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, fields
from pathlib import Path

from benchmarks.accuracy import Accuracy, Held
from benchmarks.batch import described, fewest, usages
from benchmarks.golden_clock import clock_mhz
from benchmarks.golden_comparison import Comparison, Figures
from benchmarks.golden_compile import Compiled, Job
from benchmarks.golden_designs import DESIGNS, Combination
from symhdl.flow.signals import status_of
from symhdl.targets.target import load_target

DEVICES = ("ecp5-85k", "xcvu9p", "ice40-hx8k")
CHOICES = ("auto", "none")
ROOT = Path(__file__).parents[1]
CACHE = ROOT / "build" / "golden"
ROUNDS = 3
SCRIPT = Path(__file__).with_name("golden_compile.py")
MEASURED = ROOT / "tests" / "golden" / "quality" / "measured.csv"


@dataclass(frozen=True, slots=True)
class Row:
    """What Yosys made of a combination; `digest` is that of the Verilog, by which stale rows are known."""

    design: str
    device: str
    dsp: str
    digest: str
    luts: int
    ffs: int
    dsps: int
    brams: int
    tool: str


def jobs() -> dict[Combination, Job]:
    """Every design on every device with and without DSP blocks, once where the device has none."""
    found: dict[Combination, Job] = {}
    for design in DESIGNS:
        for device in DEVICES:
            for dsp in CHOICES if load_target(device).has_dsp else CHOICES[:1]:
                combination = Combination(design.name, device, dsp)
                found[combination] = Job(
                    source=design.source,
                    top=combination.top,
                    device=device,
                    dsp=dsp,
                    frequency_mhz=design.frequency_mhz,
                )
    return found


def digest(verilog: str) -> str:
    """A short name of a text."""
    code = [line for line in verilog.splitlines() if not line.lstrip().startswith("//")]
    return hashlib.sha256("\n".join(code).encode()).hexdigest()[:12]


def compile_all(python: str, chosen: Mapping[Combination, Job]) -> dict[Combination, Compiled]:
    """The jobs by the symhdl of an interpreter; raises CalledProcessError if that fails as a whole."""
    done = subprocess.run(
        [python, "-E", str(SCRIPT)],  # PYTHONPATH would put this commit in place of the other
        input=json.dumps(list(chosen.values())),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: list[Compiled] = json.loads(done.stdout)
    return dict(zip(chosen, found, strict=True))


def compile_in_turns(
    pythons: Sequence[str], chosen: Mapping[Combination, Job]
) -> list[dict[Combination, Compiled]]:
    """The jobs by each interpreter, each with the least time of some runs, so that what else goes on hits all alike."""
    rounds = [[compile_all(python, chosen) for python in pythons] for _ in range(ROUNDS)]
    first = rounds[0]
    for side, runs in zip(first, zip(*rounds, strict=True), strict=True):
        for each, result in side.items():
            result["compile_s"] = min(run[each]["compile_s"] for run in runs)
    return first


def measure(results: Mapping[Combination, Compiled], cache: Path) -> dict[Combination, Row]:
    """What Yosys makes of the Verilog, from the cache where it was asked before; all of a device in one run."""
    kept = {
        combination: place_kept(combination, result["verilog"], cache, ".json")
        for combination, result in results.items()
        if result["verilog"]
    }
    groups: dict[tuple[str, str], dict[str, Combination]] = {}
    for combination, place in kept.items():
        if not place.exists():
            group = groups.setdefault((combination.device, combination.dsp), {})
            group[combination.top] = combination
    cache.mkdir(parents=True, exist_ok=True)
    for (device, dsp), asked in groups.items():
        target, use_dsps = load_target(device), dsp == "auto"
        print(f"{device}, DSP {dsp}: {len(asked)} designs", file=sys.stderr, flush=True)
        modules = {top: results[combination]["verilog"] for top, combination in asked.items()}
        tool = described(target, use_dsps=use_dsps)
        for top, found in usages(modules, target, use_dsps=use_dsps).items():
            text = json.dumps({**asdict(fewest(found)), "tool": tool})
            kept[asked[top]].write_text(text, encoding="utf-8")
    return {
        combination: _row(
            combination, results[combination], json.loads(place.read_text(encoding="utf-8"))
        )
        for combination, place in kept.items()
    }


def place_kept(combination: Combination, verilog: str, cache: Path, end: str) -> Path:
    """Where figures of a text stand: by the text, and by what the tools are told."""
    tools = load_target(combination.device).tools
    known_by = digest(f"{tools}\n{verilog}")
    return cache / f"{combination.device}_{combination.dsp}_{known_by}{end}"


def _row(combination: Combination, result: Compiled, found: dict[str, int | str]) -> Row:
    return Row(
        combination.design,
        combination.device,
        combination.dsp,
        digest(result["verilog"]),
        int(found["luts"]),
        int(found["ffs"]),
        int(found["dsps"]),
        int(found["brams"]),
        str(found["tool"]),
    )


def clocks(
    results: Mapping[Combination, Compiled], asked: Mapping[Combination, float], cache: Path
) -> dict[Combination, float]:
    """The clock in MHz that nextpnr reaches for the combinations in `asked`, where it knows the device."""
    found: dict[Combination, float] = {}
    for combination, frequency_mhz in asked.items():
        target, verilog = load_target(combination.device), results[combination]["verilog"]
        if not target.tools.place_and_route:
            continue
        kept = place_kept(combination, verilog, cache, ".mhz")
        if not kept.exists():
            print(f"{combination}: place and route", file=sys.stderr, flush=True)
            use_dsps = combination.dsp == "auto"
            mhz = clock_mhz(verilog, combination.top, target, frequency_mhz, use_dsps=use_dsps)
            kept.write_text(repr(mhz), encoding="utf-8")
        found[combination] = float(kept.read_text(encoding="utf-8"))
    return found


def csv_text(rows: Iterable[Row]) -> str:
    """The rows as CSV."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([field.name for field in fields(Row)])
    writer.writerows(astuple(row) for row in rows)
    return stream.getvalue()


def figures(
    results: Mapping[Combination, Compiled],
    rows: Mapping[Combination, Row],
    clocks: Mapping[Combination, float],
) -> dict[Combination, Figures]:
    """What is compared of one side, of every combination that it compiles."""
    return {
        combination: Figures(
            digest=row.digest,
            luts=row.luts,
            ffs=row.ffs,
            dsps=row.dsps,
            brams=row.brams,
            cycles=results[combination]["latency"],
            clock_mhz=clocks.get(combination),
        )
        for combination, row in rows.items()
    }


def compared(python: str, chosen: Mapping[Combination, Job], cache: Path, *, clocked: bool) -> int:
    """Prints the table of the symhdl of another interpreter beside that of this one; 1 if it is not as good."""
    old, new = compile_in_turns((python, sys.executable), chosen)
    before, after = measure(old, cache), measure(new, cache)
    asked = {
        each: job["frequency_mhz"]
        for each, job in chosen.items()
        if clocked and each in before and each in after and _has_blocks(before[each], after[each])
    }
    sides = [
        figures(results, rows, clocks(results, asked, cache))
        for results, rows in ((old, before), (new, after))
    ]
    seconds = [sum(each["compile_s"] for each in side.values()) for side in (old, new)]
    found = Comparison(sides[0], sides[1], seconds[0], seconds[1])
    print(found.text())
    return 1 if found.shortcomings() else 0


def accuracy(chosen: Mapping[Combination, Job], cache: Path, *, clocked: bool) -> int:
    """Prints how far the estimates are off; 1 if they are not as near as they should be, or a clock is missed."""
    results = compile_all(sys.executable, chosen)
    rows = measure(results, cache)
    asked = {each: job["frequency_mhz"] for each, job in chosen.items()}
    reached = clocks(results, asked if clocked else {}, cache)
    found = Accuracy(
        {
            each: Held(
                results[each]["luts"],
                row.luts,
                results[each]["fmax_mhz"],
                reached.get(each),
                asked[each],
            )
            for each, row in rows.items()
        }
    )
    print(found.text())
    return 1 if found.shortcomings() else 0


def _has_blocks(*rows: Row) -> bool:
    """Whether one of two different designs has blocks."""
    return len({row.digest for row in rows}) > 1 and any(row.dsps or row.brams for row in rows)


def main(words: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.golden", description=__doc__)
    add = parser.add_argument
    add("--design", action="append", help="only this design (repeatable)")
    add("--device", action="append", help="only this device (repeatable)")
    add("--compare", metavar="PYTHON", help="an interpreter with the symhdl of another commit")
    add("--accuracy", action="store_true", help="hold the estimates against Yosys and nextpnr")
    add("--no-clock", action="store_true", help="compare without place and route")
    add("--cache", type=Path, default=CACHE, help="figures that are known (default build/golden)")
    given = parser.parse_args(words)
    chosen = {
        combination: job
        for combination, job in jobs().items()
        if (not given.design or combination.design in given.design)
        and (not given.device or combination.device in given.device)
    }
    if given.compare:
        return compared(given.compare, chosen, given.cache, clocked=not given.no_clock)
    if given.accuracy:
        return accuracy(chosen, given.cache, clocked=not given.no_clock)
    results = compile_all(sys.executable, chosen)
    text = csv_text(measure(results, given.cache).values())
    if given.design or given.device:
        print(text, end="")
        return 0
    MEASURED.parent.mkdir(parents=True, exist_ok=True)
    MEASURED.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(status_of(main))
