"""Runs one problem through the compiler, the measurement and the open tools, and keeps what they say."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import symhdl
from benchmarks.measure import agreeing_references, measure
from benchmarks.problems import Problem
from symhdl.arguments import Input
from symhdl.choices import DspUse
from symhdl.compiled import CompiledDesign
from symhdl.errors import Source, SymhdlError
from symhdl.flow.synthesis import Synthesis, synthesize
from symhdl.ir.datapath import Port
from symhdl.ir.graph import Graph
from symhdl.sources.reading.source import read_source
from symhdl.targets.target import load_target
from symhdl.verify.accuracy import Measured

# What a fault of symhdl itself can raise: it is counted, and the other problems go on.
INTERNAL_FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Options:
    """How every problem is compiled, measured and synthesised."""

    width: int
    output_width: int
    level: int
    device: str
    frequency_mhz: float
    dsp: DspUse
    points: int
    seed: int


@dataclass(frozen=True, slots=True)
class OutputResult:
    """An output with its proved and its measured error."""

    name: str
    format: str
    ulp: float
    error_bound: float
    error_measured: float
    violations: int
    undecided: int


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a problem.

    `status` is `ok`, `refused` (a diagnostic of symhdl) or `crashed` (a fault of symhdl); `synth_status` is `ok`,
    `failed` or `none` (not tried). `message` and `synth_message` tell why it is not `ok`.
    """

    id: str
    dialect: str
    width: int
    output_width: int
    status: str
    message: str = ""
    outputs: tuple[OutputResult, ...] = ()
    references: int = 0
    references_agreeing: int = 0
    cells: int = 0
    latency_cycles: int | None = None
    estimated_luts: int | None = None
    synth_status: str = "none"
    synth_message: str = ""
    synth: Synthesis | None = None
    compile_s: float | None = None
    synth_s: float | None = None


def read(problem: Problem) -> Graph:
    """The mathematics of the problem, before any pass."""
    source = Source(problem.id, problem.text)
    names = [name for name, _low, _high in problem.ranges]
    parsed, _ = read_source(
        source, dialect=problem.dialect, define=problem.definitions, inputs=names
    )
    return parsed.graph


def compiled(problem: Problem, graph: Graph, options: Options) -> CompiledDesign:
    """The problem as a design; ranges of variables that its text does not have are left out."""
    used = {declaration.name for declaration in graph.inputs}
    ranges = [entry for entry in problem.ranges if entry[0] in used]
    return symhdl.compile(
        Source(problem.id, problem.text),
        inputs={name: Input(range=(low, high)) for name, low, high in ranges},
        dialect=problem.dialect,
        define=problem.definitions,
        top=problem.id.replace("-", "_"),
        width=options.width,
        output_width=options.output_width,
        device=options.device,
        frequency=options.frequency_mhz,
        dsp=options.dsp,
        opt=options.level,
    )


def compile_and_measure(problem: Problem, options: Options) -> tuple[Result, str]:
    """The result without synthesis, and the Verilog to synthesise (empty if there is none)."""
    result = Result(
        problem.id, problem.dialect, options.width, options.output_width, "ok",
        references=len(problem.references),
    )  # fmt: skip
    try:
        graph = read(problem)
        start = time.perf_counter()
        design = compiled(problem, graph, options)
        result = replace(result, compile_s=time.perf_counter() - start)
        measured = measure(graph, design.datapath, options.points, options.seed)
        result = replace(
            result,
            outputs=tuple(map(_output, design.datapath.outputs, measured)),
            references_agreeing=agreeing_references(graph, problem.references),
            cells=len(design.datapath.cells),
            latency_cycles=design.latency,
            estimated_luts=design.estimate.luts,
        )
        return result, design.verilog()
    except SymhdlError as problem_told:
        first = problem_told.diagnostics[0]
        return replace(result, status="refused", message=f"{first.id}: {first.message}"), ""
    except INTERNAL_FAULTS as fault:
        return replace(result, status="crashed", message=f"{type(fault).__name__}: {fault}"), ""


def _output(port: Port, measured: Measured) -> OutputResult:
    assert port.error_bound is not None, "an output without a proved bound"
    return OutputResult(
        port.name, str(port.format), float(port.format.ulp), port.error_bound, measured.worst,
        measured.violations, measured.undecided,
    )  # fmt: skip


def synthesised(result: Result, verilog: str, options: Options) -> Result:
    """The result with the figures after place and route."""
    if not verilog:
        return result
    start = time.perf_counter()
    try:
        figures = synthesize(
            verilog,
            result.id.replace("-", "_"),
            load_target(options.device),
            options.frequency_mhz,
            use_dsps=options.dsp == "auto",
        )
    except SymhdlError as problem_told:
        first = problem_told.diagnostics[0]
        told = f"{first.id}: {first.message}"
        return replace(result, synth_status="failed", synth_message=told)
    seconds = time.perf_counter() - start
    return replace(result, synth_status="ok", synth=figures, synth_s=seconds)
