"""Writers of designs that are killed, and writers against each other, with readers between.

python -m tests.crashes --kills 100 --pairs 300 --seed 1

A writer of one design over another is killed at a random moment, as by `kill -9`, and the folder must then hold one of
the two, whole, and nothing else. Two writers of different designs with one name start together, while a reader opens
the folder again and again: it must always find one of them. The exit status is 1 if anything else was found.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from symhdl.commands.stored import open_design
from symhdl.compiler import compile
from symhdl.errors import SymhdlError
from symhdl.folders.writing import write_design

TOP = "top"
Files = Mapping[str, str]


def designs() -> tuple[Files, Files]:
    """Two different designs of one name: in Verilog and in C++."""
    one = compile("y = x*x", ranges=(-1, 1), width=6).files("verilog")
    other = compile("y = sin(x)*x", ranges=(-2, 2), width=10).files("hls")
    return one, other


def started(work: Callable[[], object]) -> int:
    """The number of a process that does the work and ends with 0, or with 1 if it raises something."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        work()
        status = 0
    except SymhdlError as problem:
        print(problem, file=sys.stderr)
    finally:
        os._exit(status)


def problem_in(folder: Path, possible: Sequence[Files]) -> str | None:
    """What is wrong with a folder that must hold one of the designs and nothing else."""
    try:
        open_design(folder, None)
    except SymhdlError as problem:
        return str(problem)
    found = {place.name: place.read_text() for place in folder.iterdir() if place.is_file()}
    if found not in possible or len(found) != len([*folder.iterdir()]):
        return "the folder holds: " + ", ".join(sorted(place.name for place in folder.iterdir()))
    return None


def kills(count: int, chance: random.Random, folder: Path) -> Counter[str]:
    """What was found after writers were killed."""
    old, new = designs()
    begun = time.perf_counter()
    for _ in range(10):
        write_design(folder, TOP, old)
        write_design(folder, TOP, new)
    longest = (time.perf_counter() - begun) / 10
    outcomes: Counter[str] = Counter()
    for number in range(count):
        write_design(folder, TOP, old)
        child = started(lambda: write_design(folder, TOP, new))
        time.sleep(chance.random() * longest)
        os.kill(child, signal.SIGKILL)
        ended = os.waitpid(child, 0)[1] == 0
        state = ", ".join(sorted(place.name for place in folder.glob(".symhdl-*")))
        problem = problem_in(folder, (old, new))
        if problem is not None:
            print(f"kill {number}: {problem}", file=sys.stderr)
        found = "new" if (folder / f"{TOP}.cpp").exists() else "old"
        outcomes["WRONG" if problem else f"{found}, left {state or 'nothing'}, ended {ended}"] += 1
    return outcomes


def pairs(count: int, chance: random.Random, folder: Path) -> Counter[str]:
    """What readers found while two writers were at work, and what was there in the end."""
    both = designs()
    outcomes: Counter[str] = Counter()
    write_design(folder, TOP, both[0])
    for number in range(count):
        order = chance.sample(both, 2)
        writers = [started(partial(write_design, folder, TOP, files)) for files in order]
        waiting = set(writers)
        while waiting:
            problem = None
            try:
                design = open_design(folder, None)
                outcomes[f"read {design.manifest['target']}"] += 1
            except SymhdlError as told:
                problem = str(told)
            for writer in [*waiting]:
                ended, status = os.waitpid(writer, os.WNOHANG)
                if ended:
                    waiting.remove(writer)
                    problem = problem or (f"a writer ended with {status}" if status else None)
            if problem is not None:
                print(f"pair {number}: {problem}", file=sys.stderr)
                outcomes["WRONG"] += 1
        problem = problem_in(folder, both)
        if problem is not None:
            print(f"pair {number}: {problem}", file=sys.stderr)
        outcomes["WRONG" if problem else "left one design"] += 1
    return outcomes


def main() -> None:
    """Tries, prints, and tells by the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--pairs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance = random.Random(given.seed)  # noqa: S311 - no secret
    folder = Path(tempfile.mkdtemp())
    try:
        killed = kills(given.kills, chance, folder / "kills")
        paired = pairs(given.pairs, chance, folder / "pairs")
    finally:
        shutil.rmtree(folder)
    for outcome, count in sorted((killed + paired).items()):
        print(f"{count:6}  {outcome}")
    sys.exit(bool(killed["WRONG"] + paired["WRONG"]))


if __name__ == "__main__":
    main()
