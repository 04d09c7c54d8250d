"""Simulates a design with the symhdl of the interpreter that runs it, and answers with seconds.

A server for `benchmarks.simulation`: the first line of standard input is the design as JSON, every other one a request,
which is answered with a line. Run as a script, so that the symhdl of another commit can be measured beside this one.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from resource import RUSAGE_SELF, getrusage

import numpy as np

import symhdl

SEED = 1
LEAST_ROWS = 20_000
"""What is run between two looks at the clock, in as many calls as it takes."""


def seconds(work: Callable[[], object], rows: int) -> float:
    """User CPU seconds of a call. What the system takes to hand out new memory depends on what it did before."""
    calls = max(1, LEAST_ROWS // rows)
    start = getrusage(RUSAGE_SELF).ru_utime
    for _ in range(calls):
        work()
    return (getrusage(RUSAGE_SELF).ru_utime - start) / calls


def main() -> None:
    """Compiles at every width that is asked for, once."""
    text, ranges = json.loads(sys.stdin.readline())
    inputs = {name: symhdl.Input(range=(low, high)) for name, low, high in ranges}
    designs = {}
    for line in sys.stdin:
        width, rows = json.loads(line)
        if width not in designs:
            designs[width] = symhdl.compile(text, inputs=inputs, width=width, output_width=width)
        design = designs[width]
        chance = np.random.RandomState(SEED)
        integers = {
            port.name: chance.randint(port.minimum, port.maximum + 1, rows)
            for port in design.datapath.inputs
        }
        taken = seconds(partial(design.simulate_integers, integers), rows)
        print(json.dumps(taken), flush=True)


if __name__ == "__main__":
    main()
