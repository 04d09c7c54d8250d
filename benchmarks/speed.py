"""How long compiling takes, beside another commit if its interpreter is given: `python -m benchmarks.speed`.

CPU seconds in a process of its own for each case, the least of some runs. With two interpreters their runs take
turns, so that what else the machine does hits both.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.speed_inputs import programs
from benchmarks.tables import NOTHING, table

SCRIPT = Path(__file__).with_name("speed_compile.py")
RUNS = 3

Times = list[float | None]
"""The seconds of each program; None if it was refused."""


def times_of(python: str, texts: Sequence[str]) -> Times:
    """The seconds that the symhdl of an interpreter takes for each text, in a new process."""
    done = subprocess.run(
        [python, str(SCRIPT)], input=json.dumps(texts), capture_output=True, text=True, check=True
    )
    times: Times = json.loads(done.stdout)
    return times


def least(runs: Sequence[Times]) -> Times:
    """The shortest time of every program."""
    return [
        None if None in times else min(time for time in times if time is not None)
        for times in zip(*runs, strict=True)
    ]


def total(times: Times) -> float | None:
    """The seconds of all programs together; None if one was refused."""
    known = [time for time in times if time is not None]
    return sum(known) if len(known) == len(times) else None


def _row(name: str, totals: Sequence[float | None]) -> tuple[str, ...]:
    cells = ["refused" if seconds is None else f"{seconds:.2f}" for seconds in totals]
    if len(totals) == 2:
        new, old = totals
        cells.append(NOTHING if new is None or not old else f"{new / old:.2f}")
    return (name, *cells)


def main(words: Sequence[str] | None = None) -> None:
    """Prints a line for every case."""
    cases = programs()
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.speed")
    add = parser.add_argument
    add("--case", action="append", choices=list(cases), help="only this case (repeatable)")
    add("--compare", metavar="PYTHON", help="an interpreter with the symhdl of another commit")
    add("--divide", type=int, default=1, metavar="N", help="divide all sizes by N")
    add("--runs", type=int, default=RUNS, metavar="N", help=f"runs of each case ({RUNS})")
    given = parser.parse_args(words)
    pythons = [sys.executable, *([given.compare] if given.compare else [])]
    heading = ("case", "seconds", "other", "ratio")
    print("\n".join(table(heading if given.compare else heading[:2], ())), flush=True)
    for name, texts in programs(given.divide).items():
        if given.case and name not in given.case:
            continue
        runs = [[times_of(python, texts) for python in pythons] for _ in range(given.runs)]
        totals = [total(least(of_one)) for of_one in zip(*runs, strict=True)]
        _, _, line = table(heading, [_row(name, totals)])
        print(line, flush=True)


if __name__ == "__main__":
    main()
