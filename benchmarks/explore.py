"""Five fronts of a search as hardware: `python -m benchmarks.explore [--synth] [--pnr] [--kill] [--dask]`.

All equations of the published fronts of jet taggers are made at three widths for two devices by `symhdl explore`. The
table has for each class the equation of the least loss as hardware and the number of designs on the front of loss and
LUTs; then come the best combinations of one equation for each class within budgets of LUTs, and the times. `--synth`
measures the front of one width by Yosys, `--pnr` on ECP5 by nextpnr, too. `--kill` ends an exploration in the middle by
signal 9 and goes on, and `--dask` has one worker of a local cluster make it, then two: status 1 if rows are not the
same. Every exploration begins with an empty cache of approximations.
`--evaluator` measures the evaluator of searches alone, as `python -m benchmarks.evaluator` does.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

from benchmarks import evaluator
from benchmarks.corpus import CORPUS
from benchmarks.precision import JET_OPERATOR, JETS
from benchmarks.problems import is_missing
from benchmarks.tables import NOTHING, fixed, table
from symhdl.explore.combined import COMBINATIONS
from symhdl.explore.results import ROWS
from symhdl.explore.store import STORE
from symhdl.flow.signals import status_of

FRONTS = "pysr_pareto_tutorial.json"
WIDTHS, DEVICES, BUDGETS = (8, 10, 12), ("xcvu9p", "ecp5-25k"), (500, 1000)
OUTPUT_WIDTH = 8
"""The bits of a score, of which the greatest counts."""

TIMES = frozenset({"seconds"})
"""Columns that differ between runs."""

HEADING = (
    "class, device, width", "designs", "failed", "on front", "best: complexity", "LUTs", "cycles", "ns", "loss",
    "loss in reals", "accuracy",
)  # fmt: skip
COMBINED = (
    "device, LUTs at most", "width", "complexities", "LUTs", "one by one", "FFs", "cycles", "ns", "accuracy", "95 %",
    "one by one where chosen", "of expressions", "other bits", "other class", "s",
)  # fmt: skip
TIMED = ("run", "designs", "s", "CPU s", "s for 100")

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Run:
    """What a run of the command took, and how many designs it made."""

    name: str
    designs: int
    seconds: float
    cpu_seconds: float

    def cells(self) -> tuple[str, ...]:
        """Its row of the table of times."""
        each = 100 * self.seconds / self.designs if self.designs else None
        return (
            self.name, str(self.designs), fixed(self.seconds, 1), fixed(self.cpu_seconds, 1), fixed(each, 1),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bench:
    """Where the fronts and the jets are, and what all runs have in common."""

    corpus: Path
    jobs: int
    runs: list[Run]

    def words(self, devices: Sequence[str], widths: Sequence[int]) -> list[str]:
        """The command of an exploration of all equations, without a folder."""
        folder = self.corpus / JETS
        listed = ",".join(map(str, widths))
        words = ["explore", str(folder / FRONTS), "--define", JET_OPERATOR, "--axes", "loss,luts"]
        words += ["--data", str(folder / "jets.csv"), "--labels", "label", "--undefined", "ignore"]
        words += ["--dsp", "none", "--device", ",".join(devices), "--width", listed]
        words += ["--output-width", str(OUTPUT_WIDTH)]
        return words

    def run(self, name: str, words: Sequence[str], folder: Path, *, jobs: bool = True) -> list[Row]:
        """The rows that the command leaves in a folder. Raises CalledProcessError for one that fails."""
        start, before = time.perf_counter(), getrusage(RUSAGE_CHILDREN)
        many = ["--jobs", str(self.jobs)] if jobs and self.jobs > 1 else []
        subprocess.run(
            [*COMMAND, *words, *many, "-o", str(folder)],
            check=True, stdout=subprocess.DEVNULL, env={**os.environ, **cache_of(folder)},
        )  # fmt: skip
        after = getrusage(RUSAGE_CHILDREN)
        rows = rows_of(folder)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self.runs.append(Run(name, len(rows), time.perf_counter() - start, cpu))
        return rows


COMMAND = (sys.executable, "-m", "symhdl")


def cache_of(folder: Path) -> dict[str, str]:
    """The environment with a cache for the runs in a folder alone."""
    return {"XDG_CACHE_HOME": str(folder.with_name(f"{folder.name}-cache"))}


def rows_of(folder: Path) -> list[Row]:
    """The rows of an exploration."""
    with (folder / ROWS).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def without_times(rows: Sequence[Row]) -> list[Row]:
    """The rows without what differs between runs."""
    return [{name: text for name, text in row.items() if name not in TIMES} for row in rows]


def summaries(
    rows: Sequence[Row], devices: Sequence[str], widths: Sequence[int]
) -> Iterator[tuple[str, ...]]:
    """The table of the fronts: a row for each class, device and width."""
    classes = dict.fromkeys(row["class"] for row in rows)
    for name in classes:
        for device in devices:
            for width in widths:
                some = [
                    row
                    for row in rows
                    if row["class"] == name
                    and row.get("device", device) == device
                    and row.get("width", str(width)) == str(width)
                ]
                yield _summary(f"{name}, {device}, {width}", some)


def _summary(title: str, rows: Sequence[Row]) -> tuple[str, ...]:
    done = [row for row in rows if row.get("mse")]
    best = min(done, key=lambda row: float(row["mse"]), default=None)
    shown = [NOTHING] * 7
    if best is not None:
        numbers = (float(best[name]) for name in ("mse", "mse_real", "accuracy"))
        plain = (best[name] for name in ("complexity", "luts", "cycles", "ns"))
        shown = [*plain, *(fixed(value, 3) for value in numbers)]
    failed = sum(row["status"] == "failed" for row in rows)
    front = sum(row["front"] == "true" for row in rows)
    return title, str(len(rows)), str(failed), str(front), *shown


def combined(
    bench: Bench, folder: Path, words: Sequence[str], budget: int
) -> Iterator[tuple[str, ...]]:
    """The table of the best combinations within a budget, for each device."""
    bench.run(
        f"best within {budget} LUTs, all rows known", [*words, "--budget", f"luts={budget}"], folder
    )
    seconds = bench.runs[-1].seconds
    found = json.loads((folder / COMBINATIONS).read_text(encoding="utf-8"))["combinations"]
    for each in found:
        figure = each["figures"]["accuracy"]
        yield (
            f"{each['device']}, {budget}",
            str(each["options"].get("width", NOTHING)),
            " ".join(f"{part['class']}={part['complexity']}" for part in each["parts"]),
            *(str(each[name]) for name in ("luts", "luts_alone", "ffs", "cycles")),
            fixed(each["ns"], 1),
            fixed(figure["value"], 3),
            f"{figure['low']:.3f}..{figure['high']:.3f}",
            fixed(each["chosen_alone"], 3),
            fixed(each["expressions"], 3),
            str(max(part["different_rows"] for part in each["parts"])),
            str(each["other_winners"]),
            fixed(seconds / len(found), 1),
        )


def same_after_kill(bench: Bench, words: Sequence[str], whole: Sequence[Row], folder: Path) -> str:
    """Ends an exploration by signal 9 when half of its rows are there, goes on, and compares; what to say of it."""
    many = ["--jobs", str(bench.jobs)] if bench.jobs > 1 else []
    with subprocess.Popen(
        [*COMMAND, *words, *many, "-o", str(folder)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        env={**os.environ, **cache_of(folder)},
    ) as process:  # fmt: skip
        while process.poll() is None and known_in(folder) < len(whole) // 2:
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGKILL)
    known = known_in(folder)
    rows = bench.run(f"after a kill with {known} rows", words, folder)
    return compared(f"killed with {known} of {len(whole)} rows, and gone on with", whole, rows)


def known_in(folder: Path) -> int:
    """How many rows a store has; 0 where there is none yet."""
    path = folder / STORE
    if not path.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as store:
            return int(store.execute("SELECT COUNT(*) FROM rows").fetchone()[0])
    except sqlite3.OperationalError:  # which is just being made
        return 0


def same_by_dask(
    bench: Bench, words: Sequence[str], whole: Sequence[Row], folder: Path
) -> list[str]:
    """Has one worker of a local cluster make the rows, then two, and compares; what to say of it."""
    told: list[str] = []
    seconds: list[float] = []
    for workers in (1, 2):
        own = folder.with_name(f"{folder.name}-{workers}")
        with _cluster(workers, own) as address:
            rows = bench.run(f"Dask, {workers}", [*words, "--dask", address], own, jobs=False)
        told.append(compared(f"Dask workers, {workers}:", whole, rows))
        seconds.append(bench.runs[-1].seconds)
    return [*told, f"two Dask workers are {seconds[0] / seconds[1]:.2f} times as fast as one"]


@contextmanager
def _cluster(workers: int, folder: Path) -> Iterator[str]:
    """The address of a scheduler with so many workers, each a process with one thread."""
    from distributed import LocalCluster

    made = LocalCluster(  # of a library without types
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=":0", env=cache_of(folder),
    )  # fmt: skip
    with made as cluster:
        yield str(cluster.scheduler_address)


def compared(what: str, whole: Sequence[Row], rows: Sequence[Row]) -> str:
    """What to say of the rows of two runs."""
    same = without_times(whole) == without_times(rows)
    return f"{what} {'the same rows' if same else DIFFERENT}"


DIFFERENT = "OTHER ROWS"


def measured(bench: Bench, folder: Path, given: argparse.Namespace) -> Iterator[tuple[str, ...]]:
    """The front of one width by the tools: LUTs of the estimate beside those of Yosys, and the clock by nextpnr."""
    width = given.width[0]
    for device in given.device:
        routed = given.pnr and device.startswith("ecp5")
        if not (given.synth or routed):
            continue
        words = bench.words([device], [width])
        guessed = bench.run(f"{device}, {width} bits, estimated", words, folder / device)
        front = {row["equation"] for row in guessed if row["front"] == "true"}
        fronts = folder / f"{device}.json"
        _only(bench.corpus / JETS / FRONTS, front, fronts)
        words = [str(fronts) if word.endswith(FRONTS) else word for word in words]
        step = "--pnr" if routed else "--synth"
        made = bench.run(
            f"{device}, {width} bits, {step}", [*words, step], folder / f"{device}{step}"
        )
        before = {(row["class"], row["equation"]): row for row in guessed}
        for row in made:
            old = before[row["class"], row["equation"]]
            yield (
                f"{row['class']}, {device}, {row['complexity']}", old["luts"], row["luts"], old["ns"], row["ns"],
                row["diagnostic"] or row["measured"],
            )  # fmt: skip


def _only(source: Path, equations: set[str], target: Path) -> None:
    """Writes the fronts with some of their equations."""
    fronts = json.loads(source.read_text(encoding="utf-8"))
    kept = [
        {**front, "equations": [e for e in front["equations"] if e["equation"] in equations]}
        for front in fronts
    ]
    target.write_text(json.dumps(kept), encoding="utf-8")


MEASURED = ("class, device, complexity", "LUTs estimated", "LUTs", "ns estimated", "ns", "by")


def main(words: Sequence[str] | None = None) -> int:
    """Prints the tables; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.explore", description=__doc__)
    add = parser.add_argument
    add("--width", action="append", type=int, help="bits of inputs (repeatable)")
    add("--device", action="append", help="a device (repeatable)")
    add("--budget", action="append", type=int, help="LUTs of a combination (repeatable)")
    add("--jobs", type=int, default=2, help="processes (default 2)")
    add("--synth", action="store_true", help="the front by Yosys")
    add("--pnr", action="store_true", help="the front on ECP5 by nextpnr, too")
    add("--kill", action="store_true", help="the same after a kill in the middle")
    add("--dask", action="store_true", help="the same by one Dask worker and by two")
    add("--evaluator", action="store_true", help="nothing but the evaluator of searches")
    add("--corpus", type=Path, default=CORPUS, help="folder of the corpora")
    given = parser.parse_args(words)
    if is_missing(given.corpus):
        return 0
    if given.evaluator:
        return evaluator.main(["--corpus", str(given.corpus)])
    given.width, given.device = given.width or [*WIDTHS], given.device or [*DEVICES]
    bench = Bench(given.corpus, given.jobs, [])
    command = bench.words(given.device, given.width)
    told: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = bench.run("all designs, estimated", command, folder / "all")
        print("\n".join(table(HEADING, summaries(rows, given.device, given.width))), flush=True)
        budgets = [
            row
            for budget in given.budget or BUDGETS
            for row in combined(bench, folder / "all", command, budget)
        ]
        print("", *table(COMBINED, budgets), sep="\n", flush=True)
        if given.synth or given.pnr:
            print("", *table(MEASURED, measured(bench, folder, given)), sep="\n", flush=True)
        first = bench.words(given.device[:1], given.width[:1])
        if given.kill or given.dask:
            whole = bench.run("one device and width", first, folder / "whole")
        if given.kill:
            told.append(same_after_kill(bench, first, whole, folder / "killed"))
        if given.dask:
            told += same_by_dask(bench, first, whole, folder / "dask")
    print("", *table(TIMED, [run.cells() for run in bench.runs]), sep="\n")
    print("", *told, sep="\n")
    return int(any(DIFFERENT in line for line in told))


if __name__ == "__main__":
    sys.exit(status_of(main))
