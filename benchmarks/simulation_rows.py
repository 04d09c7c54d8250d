"""Simulates a design with the symhdl of the interpreter that runs it, and answers with CPU seconds.

A server for `benchmarks.simulation`: the first line of standard input is the design as JSON, every other one a request,
which is answered with a line. Run as a script, so that the symhdl of another commit can be measured beside this one.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np

import symhdl

SEED = 1


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
        start = time.process_time()
        design.simulate_integers(integers)
        print(json.dumps(time.process_time() - start), flush=True)


if __name__ == "__main__":
    main()
