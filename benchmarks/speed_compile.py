"""Compiles the programs on standard input with the symhdl of the interpreter that runs it; seconds on standard output.

Programs and results are JSON. Run as a script, so that the symhdl of another commit can be measured beside this one.
"""

from __future__ import annotations

import json
import re
import sys
import time

import symhdl
from symhdl.errors import SymhdlError

WARM_UP = "y = x0*sin(x1)"  # brings the modules in


def seconds(program: str) -> float | None:
    """CPU seconds of a compile at level 1, inputs of 12 bits and outputs of 10; None if it is refused."""
    inputs = {name: symhdl.Input(range=(-1, 1)) for name in re.findall(r"\bx\d+", program)}
    start = time.process_time()
    try:
        symhdl.compile(program, inputs=inputs, width=12, output_width=10)
    except SymhdlError:
        return None
    return time.process_time() - start


if __name__ == "__main__":
    seconds(WARM_UP)
    json.dump([seconds(program) for program in json.load(sys.stdin)], sys.stdout)
