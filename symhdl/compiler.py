"""The front door of the library: source and options in, a compiled design out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from symhdl.analysis.estimate import Estimate, estimate, too_large
from symhdl.arguments import (
    Input,
    Number,
    Reals,
    arrays_by_name,
    check_arguments,
    format_of,
    fraction_of,
    range_of,
)
from symhdl.backends.backend import EmitOptions, backend_named
from symhdl.data import Table, tables_of
from symhdl.data.fixed import quantise
from symhdl.data.ranges import RangeOptions, ranges_of_data
from symhdl.design import DEFAULT_FREQUENCY_MHZ, DEFAULT_WIDTH, Design, Request, dsp_use
from symhdl.errors import Diagnostic, error, warning
from symhdl.files import write_files
from symhdl.ir.datapath import Datapath, DspUse, Port
from symhdl.ir.graph import Graph
from symhdl.ir.names import module_name, port_names
from symhdl.ir.parsed import Parsed
from symhdl.ir.text import print_datapath
from symhdl.manifest import Facts, manifest, manifest_text
from symhdl.numeric.fixed import FixedFormat
from symhdl.pipeline import Observer, pipeline, run_passes
from symhdl.simulate import Integers, simulate
from symhdl.sources.scripts import Definitions
from symhdl.sources.source import read_source
from symhdl.targets.target import load_target
from symhdl.version import VERSION

if TYPE_CHECKING:
    from amaranth.lib.wiring import Component


@dataclass(frozen=True, slots=True, repr=False)
class CompiledDesign:
    """A compiled design: its datapath, what is proved of it, and the ways out."""

    design: Design
    datapath: Datapath

    def __repr__(self) -> str:
        path = self.datapath
        ports = ", ".join(f"{port.name}: {port.format}" for port in (*path.inputs, *path.outputs))
        return f"<{path.top}: {ports}; error {self.error_bound:.3g}, latency {self.latency}>"

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What the user should know although it is no error."""
        return self.design.warnings

    @property
    def latency(self) -> int:
        """Clock edges from the input ports to the output ports."""
        return self.datapath.latency

    @property
    def error_bounds(self) -> dict[str, float]:
        """The proved absolute error of every output."""
        return {port.name: _bound(port) for port in self.datapath.outputs}

    @property
    def error_bound(self) -> float:
        """The largest proved absolute error of any output."""
        return max(self.error_bounds.values())

    @property
    def estimate(self) -> Estimate:
        """Area and speed by the device's model."""
        return estimate(self.datapath, self.design.target)

    def emit(self, target: str, options: EmitOptions | None = None) -> dict[str, str]:
        """The files, name to text, that a backend writes."""
        backend = backend_named(target)
        options = options or EmitOptions()
        backend.validate(self.datapath, options)
        files: dict[str, str] = backend.emit(self.datapath, options)
        return files

    def verilog(self) -> str:
        """The Verilog text of the module."""
        return self.emit("verilog")[f"{self.datapath.top}.v"]

    def elaboratable(self) -> Component:
        """The module as an Amaranth component with a signature."""
        from symhdl.backends.amaranth_module import elaboratable

        return elaboratable(self.datapath)

    def files(self, target: str = "verilog", options: EmitOptions | None = None) -> dict[str, str]:
        """Everything that `write` writes: the backend's files, the manifest and the datapath as text."""
        top = self.datapath.top
        files = self.emit(target, options)
        files[f"{top}.datapath"] = print_datapath(self.datapath)
        figures = self.estimate
        facts = Facts(
            version=VERSION,
            target=target,
            estimate={
                "luts": figures.luts,
                "ffs": figures.ffs,
                "dsps": figures.dsps,
                "brams": figures.brams,
                "fmax_mhz": figures.fmax_mhz,
            },
            files=tuple(sorted([*files, f"{top}.json"])),
            warnings=self.warnings,
            held={
                plan.name: (plan.minimum * plan.format.ulp, plan.maximum * plan.format.ulp)
                for plan in self.design.inputs
                if plan.saturated
            },
        )
        files[f"{top}.json"] = manifest_text(manifest(self.datapath, facts))
        return files

    def write(
        self, folder: str | Path, target: str = "verilog", options: EmitOptions | None = None
    ) -> None:
        """Writes the files into a folder, all or none. Raises SymhdlError if the system refuses."""
        write_files(Path(folder), self.files(target, options))

    def simulate_integers(self, inputs: Mapping[str, Integers]) -> dict[str, Integers]:
        """The integers at the output ports for integers at the input ports, by name."""
        return simulate(self.datapath, inputs)

    def simulate(self, *arrays: npt.ArrayLike, **named: npt.ArrayLike) -> Reals | dict[str, Reals]:
        """The outputs of the bit-exact model as real numbers.

        Inputs are one-dimensional arrays of one length or numbers, in the order of the ports or by name; they are
        rounded to the inputs' formats and held in their ranges. One output gives its array, several
        a dict by name.
        """
        ports = self.datapath.inputs
        reals = arrays_by_name([port.name for port in ports], arrays, named)
        columns = {port.name: quantise(reals[port.name], port)[0] for port in ports}
        results = simulate(self.datapath, columns)
        outputs = {
            port.name: _reals(results[port.name], port.format) for port in self.datapath.outputs
        }
        return next(iter(outputs.values())) if len(outputs) == 1 else outputs


def _bound(port: Port) -> float:
    assert port.error_bound is not None, "an output without a bound; please report this"
    return port.error_bound


def _reals(integers: Integers, number_format: FixedFormat) -> Reals:
    return np.ldexp(integers.astype(np.float64), -number_format.fraction)


def compile_graph(
    parsed: Parsed,
    request: Request,
    device: str = "generic",
    observer: Observer | None = None,
    *,
    verified: bool = False,
) -> CompiledDesign:
    """Compiles a graph. Raises SymhdlError for what the user can do wrong, GoalError for goals out of reach."""
    top = module_name(request.top)
    target = load_target(device)
    design = Design(parsed.graph, replace(request, top=top.text), target)
    design = design.with_warnings(*parsed.warnings, *_renamed(parsed.graph, request.top))
    design = run_passes(design, pipeline(request.level), observer, verified=verified)
    assert design.datapath is not None, "the pipeline built no datapath; please report this"
    compiled = CompiledDesign(design, design.datapath)
    told = too_large(compiled.estimate, target)
    return compiled if told is None else replace(compiled, design=design.with_warnings(told))


def with_data(
    parsed: Parsed, request: Request, tables: Sequence[Table], options: RangeOptions
) -> tuple[Parsed, Request]:
    """What is asked for, with ranges from data for the inputs that have none; the graph with their warnings.

    Raises SymhdlError for data that cannot be read, or without a column for an input that has no format either.
    """
    known = {name for name, _ in request.ranges}
    wanted = {d.name for d in parsed.graph.inputs if d.range is None and d.name not in known}
    formats = {name for name, _ in request.input_formats}
    formats |= {d.name for d in parsed.graph.inputs if d.format is not None}
    sure = request.range is not None or request.input_format is not None
    names = [declared.name for declared in parsed.graph.inputs]
    found = ranges_of_data(tables, names, wanted, set() if sure else wanted - formats, options)
    request = replace(
        request,
        ranges=request.ranges + found.ranges,
        saturations=request.saturations + found.saturations,
    )
    return replace(parsed, warnings=(*parsed.warnings, *found.warnings)), request


def _renamed(graph: Graph, top: str) -> list[Diagnostic]:
    """Warnings for names that are not legal in every output language."""
    names = [entry.name for entry in graph.inputs] + [entry.name for entry in graph.outputs]
    found = [*zip(names, port_names(names), strict=True), (top, module_name(top))]
    return [
        warning(
            "renamed",
            f"`{name}` is called `{identifier.text}` in the hardware: {identifier.reason}",
        )
        for name, identifier in found
        if identifier.reason is not None
    ]


def compile(
    source: object,
    *,
    inputs: Mapping[str, Input] | None = None,
    dialect: str | None = None,
    define: Definitions = (),
    select: str = "best",
    combine: str | None = None,
    top: str = "top",
    width: int = DEFAULT_WIDTH,
    output_format: str | FixedFormat | None = None,
    output_width: int | None = None,
    error: Number | None = None,
    device: str = "generic",
    frequency: float = DEFAULT_FREQUENCY_MHZ,
    dsp: DspUse = "auto",
    level: int = 1,
    undefined: Literal["error", "ignore"] = "error",
    data: object = None,
    margin: Number = 0,
    quantiles: tuple[Number, Number] | None = None,
    missing: Literal["refuse", "skip"] = "refuse",
    observer: Observer | None = None,
) -> CompiledDesign:
    """Compiles text, a path to a file, or a SymPy expression.

    `inputs` gives formats and ranges by name; inputs without a format get `width` bits over their range. Outputs
    without a format or error of their own get `output_format`, `output_width` or `error` (absolute). `frequency` is in
    MHz, 0 for combinational logic; `dsp` says whether products may become DSP blocks.
    With `undefined="ignore"` nothing is promised at inputs at which the
    expression has no value, instead of refusing it. `define` are definitions such as `"inv(x) = 1/x"`,
    or paths of files with some, or a dict like PySR's `extra_sympy_mappings`. `select` says which equation of a PySR
    search is wanted, and `combine` how the parts of a template make one.

    `data` gives ranges to inputs without one: the path of a CSV, NumPy or Parquet file, a dict of arrays, an array,
    a data frame, or a list of these. The range is from the least number to the greatest, at both ends wider by the
    share `margin` of its width. With `quantiles`, such as `(0.001, 0.999)`, an input is held between these instead.
    Rows with missing values are refused, or skipped. Raises SymhdlError.
    """
    given = {} if inputs is None else inputs
    check_arguments(given, width, output_width, frequency, level)
    parsed, text = read_source(
        source, dialect=dialect, define=define, select=select, inputs=given, combine=combine
    )
    request = Request(
        top=top,
        source=text,
        ranges=tuple(
            (name, range_of(name, entry.range))
            for name, entry in given.items()
            if entry.range is not None
        ),
        input_formats=tuple(
            (name, format_of(entry.format))
            for name, entry in given.items()
            if entry.format is not None
        ),
        width=width,
        output_format=None if output_format is None else format_of(output_format),
        output_width=output_width,
        error=None if error is None else fraction_of(error),
        frequency_mhz=frequency,
        dsp=dsp_use(dsp),
        level=level,
        ignore_undefined=undefined == "ignore",
    )
    if data is not None:
        options = _range_options(margin, quantiles, missing)
        parsed, request = with_data(parsed, request, tables_of(data), options)
    return compile_graph(parsed, request, device, observer)


def _range_options(
    margin: Number, quantiles: tuple[Number, Number] | None, missing: Literal["refuse", "skip"]
) -> RangeOptions:
    """The options for data; raises SymhdlError for those that make no sense."""
    share = fraction_of(margin)
    if share < 0:
        raise error("bad-margin", f"margin is {margin!r}, which is negative")
    if missing not in ("refuse", "skip"):
        raise error("bad-missing", f'missing is {missing!r}; there are "refuse" and "skip"')
    if quantiles is None:
        return RangeOptions(share, None, missing)
    try:
        low, high = quantiles
    except (TypeError, ValueError):
        low, high = 1, 0
    between = fraction_of(low), fraction_of(high)
    if not 0 <= between[0] < between[1] <= 1:
        help = "write quantiles=(0.001, 0.999)"
        raise error("bad-quantiles", f"{quantiles!r} are no two rising quantiles", help=help)
    return RangeOptions(share, between, missing)
