"""Linear designs as Verilog by da4ml and alkaid: jobs on standard input, results on standard output, both JSON.

Run as a script by an interpreter that has them. A job is a matrix of integers, a column for each output, and the bits
of the inputs; each tool makes a pipeline of it for each of the delays that a stage may have in its own units.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

DELAYS = (1.0, 2.0)
TOP = "peer"
STAGE = re.compile(r"^module (?:peer_stage|logic)\d+\b", re.MULTILINE)


class LinearJob(TypedDict):
    """Sums of inputs of so many bits, signed, times the integers of the matrix's columns."""

    name: str
    matrix: Sequence[Sequence[int]]
    bits: int


class LinearResult(TypedDict):
    """A pipeline of a tool, the module TOP; `cycles` are counted from its inputs to its outputs."""

    name: str
    by: str
    verilog: str
    cycles: int


def _by_da4ml(job: LinearJob, delay: float, folder: Path) -> None:
    import numpy as np
    from da4ml.codegen import VerilogModel  # type: ignore[import-not-found]
    from da4ml.trace import (  # type: ignore[import-not-found]
        FixedVariableArrayInput,
        HWConfig,
        comb_trace,
    )

    weights = np.array(job["matrix"], float)
    inputs = FixedVariableArrayInput((len(weights),), hwconf=HWConfig(1, -1, -1))
    inputs = inputs.quantize(1, job["bits"] - 1, 0)
    traced = comb_trace(inputs, inputs @ weights)
    VerilogModel(traced, TOP, folder, latency_cutoff=delay).write()


def _by_alkaid(job: LinearJob, delay: float, folder: Path) -> None:
    import numpy as np
    from alkaid.codegen import RTLModel  # type: ignore[import-not-found]
    from alkaid.trace import FVArrayInput, HWConfig, trace  # type: ignore[import-not-found]

    weights = np.array(job["matrix"], float)
    inputs = FVArrayInput((len(weights),), hwconf=HWConfig(1, -1, -1))
    inputs = inputs.quantize(1, job["bits"] - 1, 0)
    traced = trace(inputs, inputs @ weights)
    # Adders of three operands are one LUT a bit on Xilinx alone.
    model = RTLModel(traced, folder, TOP, latency_cutoff=delay, ternary_fuse=False)
    model.write()


TOOLS: dict[str, Callable[[LinearJob, float, Path], None]] = {
    "da4ml": _by_da4ml,
    "alkaid": _by_alkaid,
}


def installed() -> tuple[str, ...]:
    """Which of the tools there are."""
    return tuple(name for name in TOOLS if find_spec(name) is not None)


def _with_parts(texts: Mapping[str, str]) -> str:
    """The module TOP and those of which it is made; some that it does not need have files of their own."""
    wanted = [TOP]
    for name in wanted:
        words = set(re.findall(r"\w+", texts[name]))
        wanted += sorted(words & (texts.keys() - {*wanted}))
    return "\n".join(texts[name] for name in wanted)


def made(job: LinearJob, by: str, delay: float) -> LinearResult:
    """The pipeline of a tool."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        TOOLS[by](job, delay, folder)
        texts = {path.stem: path.read_text(encoding="utf-8") for path in folder.rglob("src/**/*.v")}
    verilog = _with_parts(texts)
    # The module has registers at its inputs, too.
    cycles = len(STAGE.findall(verilog)) + 1
    return LinearResult(name=job["name"], by=f"{by} {version(by)}", verilog=verilog, cycles=cycles)


if __name__ == "__main__":
    jobs: list[LinearJob] = json.load(sys.stdin)
    found = [made(job, by, delay) for job in jobs for by in installed() for delay in DELAYS]
    json.dump(found, sys.stdout)
