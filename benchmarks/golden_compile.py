"""Compiles the jobs on standard input with the symhdl of the interpreter that runs it; results on standard output.

Jobs and results are JSON. Run as a script, so that the symhdl of another commit can be measured beside this one.
"""

from __future__ import annotations

import json
import sys
import time
from typing import NotRequired, TypedDict

import symhdl
from symhdl.errors import SymhdlError


class Job(TypedDict):
    """A design and how it is compiled; `dsp` is `auto` or `none`, `top` the module's name.

    `options` are others that `symhdl.compile` takes, by their names.
    """

    source: str
    top: str
    device: str
    dsp: str
    frequency_mhz: float
    options: NotRequired[dict[str, object]]


class Compiled(TypedDict):
    """What came out: the Verilog, the estimate, and what is promised; `refused` is a message where nothing did."""

    refused: str
    verilog: str
    luts: int
    ffs: int
    dsps: int
    brams: int
    fmax_mhz: float
    latency: int
    error_bound: float
    compile_s: float


# Another commit may take the choice as a number of blocks, None for as many as it likes.
SPELLINGS: dict[str, tuple[object, ...]] = {"auto": ("auto", None), "none": ("none", 0)}


def compiled(job: Job) -> Compiled:
    """The job's design by this interpreter's symhdl."""
    start = time.process_time()
    try:
        design = design_of(job)
    except SymhdlError as problem:
        return bare(refused=str(problem), seconds=time.process_time() - start)
    return told_of(design, time.process_time() - start)


def bare(*, refused: str = "", verilog: str = "", seconds: float = 0.0) -> Compiled:
    """A refusal, or a text, of which nothing is estimated or promised."""
    return Compiled(
        refused=refused, verilog=verilog, luts=0, ffs=0, dsps=0, brams=0, fmax_mhz=0.0, latency=0,
        error_bound=0.0, compile_s=seconds,
    )  # fmt: skip


def told_of(design: symhdl.CompiledDesign, seconds: float) -> Compiled:
    """What is told of a design that took so long."""
    estimate = design.estimate
    return Compiled(
        refused="",
        verilog=design.verilog(),
        luts=estimate.luts,
        ffs=estimate.ffs,
        dsps=estimate.dsps,
        brams=estimate.brams,
        fmax_mhz=estimate.fmax_mhz,
        latency=design.latency,
        error_bound=design.error_bound,
        compile_s=seconds,
    )


def design_of(job: Job) -> symhdl.CompiledDesign:
    """The design; raises SymhdlError as `symhdl.compile` does."""
    first, second = SPELLINGS[job["dsp"]]
    try:
        return _compile(job, first)
    except TypeError:
        return _compile(job, second)


def _compile(job: Job, dsp: object) -> symhdl.CompiledDesign:
    return symhdl.compile(
        job["source"],
        top=job["top"],
        device=job["device"],
        frequency=job["frequency_mhz"],
        dsp=dsp,  # type: ignore[arg-type]  # what another commit takes
        **job.get("options", {}),  # type: ignore[arg-type]  # as JSON has them
    )


if __name__ == "__main__":
    json.dump([compiled(job) for job in json.load(sys.stdin)], sys.stdout)
