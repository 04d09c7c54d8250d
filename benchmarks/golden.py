"""The golden table of quality as Yosys sees it, and two commits compared: `python -m benchmarks.golden`.

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

from benchmarks.batch import described, fewest, usages
from benchmarks.golden_compile import Compiled, Job
from benchmarks.golden_designs import DESIGNS
from benchmarks.tables import geometric_mean, table
from symhdl.flow.signals import status_of
from symhdl.targets.target import load_target

DEVICES = ("ecp5-85k", "xcvu9p", "ice40-hx8k")
CHOICES = ("auto", "none")
ROOT = Path(__file__).parents[1]
CACHE = ROOT / "build" / "golden"
SCRIPT = Path(__file__).with_name("golden_compile.py")
MEASURED = ROOT / "tests" / "golden" / "quality" / "measured.csv"


@dataclass(frozen=True, slots=True)
class Combination:
    """A design on a device, with or without DSP blocks."""

    design: str
    device: str
    dsp: str

    def __str__(self) -> str:
        return f"{self.design} {self.device} {self.dsp}"

    @property
    def top(self) -> str:
        """The module's name."""
        return self.design.replace("-", "_")


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
        [python, str(SCRIPT)],
        input=json.dumps(list(chosen.values())),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: list[Compiled] = json.loads(done.stdout)
    return dict(zip(chosen, found, strict=True))


def measure(results: Mapping[Combination, Compiled], cache: Path) -> dict[Combination, Row]:
    """What Yosys makes of the Verilog, from the cache where it was asked before; all of a device in one run."""
    groups: dict[tuple[str, str], dict[str, str]] = {}
    for combination, result in results.items():
        if result["verilog"] and not _kept(combination, result, cache).exists():
            group = groups.setdefault((combination.device, combination.dsp), {})
            group[combination.top] = result["verilog"]
    cache.mkdir(parents=True, exist_ok=True)
    for (device, dsp), modules in groups.items():
        target, use_dsps = load_target(device), dsp == "auto"
        print(f"{device}, DSP {dsp}: {len(modules)} designs", file=sys.stderr, flush=True)
        tool = described(target, use_dsps=use_dsps)
        found = usages(modules, target, use_dsps=use_dsps)
        for combination, result in results.items():
            if (combination.device, combination.dsp) == (device, dsp) and combination.top in found:
                usage = fewest(found[combination.top])
                text = json.dumps({**asdict(usage), "tool": tool})
                _kept(combination, result, cache).write_text(text, encoding="utf-8")
    rows: dict[Combination, Row] = {}
    for combination, result in results.items():
        if result["verilog"]:
            text = _kept(combination, result, cache).read_text(encoding="utf-8")
            rows[combination] = _row(combination, result, json.loads(text))
    return rows


def _kept(combination: Combination, result: Compiled, cache: Path) -> Path:
    return cache / f"{combination.device}_{combination.dsp}_{digest(result['verilog'])}.json"


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


def csv_text(rows: Iterable[Row]) -> str:
    """The rows as CSV."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([field.name for field in fields(Row)])
    writer.writerows(astuple(row) for row in rows)
    return stream.getvalue()


def comparison(
    old: Mapping[Combination, Compiled], before: Mapping[Combination, Row],
    new: Mapping[Combination, Compiled], now: Mapping[Combination, Row],
) -> str:  # fmt: skip
    """Old and new side by side, with the geometric means of the ratios of LUTs per device and choice."""
    lines: list[tuple[str, ...]] = []
    ratios: dict[str, list[float]] = {}
    for combination in new:
        if combination not in before or combination not in now:
            lines.append((str(combination), *["-"] * 5))
            continue
        first, second = before[combination], now[combination]
        ratio = second.luts / max(1, first.luts)
        ratios.setdefault(f"{combination.device} {combination.dsp}", []).append(max(ratio, 1e-3))
        values = (
            (first.luts, second.luts),
            (first.ffs, second.ffs),
            (first.dsps, second.dsps),
            (old[combination]["latency"], new[combination]["latency"]),
        )
        cells = [f"{a}" if a == b else f"{a} -> {b}" for a, b in values]
        lines.append((str(combination), *cells, f"{ratio:.2f}"))
    heading = ("design, device, DSP", "LUTs", "flip-flops", "DSP blocks", "cycles", "ratio")
    means = [f"{name}: LUTs {geometric_mean(found):.3f}" for name, found in ratios.items()]
    seconds = [sum(each["compile_s"] for each in side.values()) for side in (old, new)]
    times = f"compile: {seconds[0]:.1f} s -> {seconds[1]:.1f} s of CPU"
    return "\n".join([*table(heading, lines), "", *means, times])


def main(words: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.golden", description=__doc__)
    add = parser.add_argument
    add("--design", action="append", help="only this design (repeatable)")
    add("--device", action="append", help="only this device (repeatable)")
    add("--compare", metavar="PYTHON", help="an interpreter with the symhdl of another commit")
    add("--cache", type=Path, default=CACHE, help="figures that are known (default build/golden)")
    given = parser.parse_args(words)
    chosen = {
        combination: job
        for combination, job in jobs().items()
        if (not given.design or combination.design in given.design)
        and (not given.device or combination.device in given.device)
    }
    new = compile_all(sys.executable, chosen)
    if given.compare:
        old = compile_all(given.compare, chosen)
        print(comparison(old, measure(old, given.cache), new, measure(new, given.cache)))
        return 0
    text = csv_text(measure(new, given.cache).values())
    if given.design or given.device:
        print(text, end="")
        return 0
    MEASURED.parent.mkdir(parents=True, exist_ok=True)
    MEASURED.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(status_of(main))
