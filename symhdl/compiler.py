"""The front door of the library: source and options in, a compiled design out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Literal

from symhdl.arguments import (
    WIDEST,
    Input,
    InputLike,
    Number,
    callable_of,
    choice_of,
    dsp_of,
    format_of,
    fraction_of,
    frequency_of,
    inputs_of,
    path_of,
    positive_of,
    range_of,
    text_of,
    unfit,
    whole_of,
)
from symhdl.compiled import CompiledDesign
from symhdl.cost.estimate import estimate, too_large
from symhdl.data import Table, tables_of
from symhdl.data.ranges import RangeOptions, ranges_of_data
from symhdl.design import DEFAULT_FREQUENCY_MHZ, DEFAULT_WIDTH, Design, Request, Undefined
from symhdl.errors import Diagnostic, error, warning
from symhdl.ir.datapath import DspUse
from symhdl.ir.graph import Graph
from symhdl.names.identifiers import module_name, port_names
from symhdl.numeric.fixed import FixedFormat
from symhdl.parsed import Parsed
from symhdl.pipeline import Observer, pipeline, run_passes
from symhdl.sources.reading.scripts import Definitions
from symhdl.sources.reading.source import read_source
from symhdl.targets.target import load_target


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
    datapath = design.datapath
    estimated = estimate(datapath, target)
    told = too_large(estimated, target)
    design = design if told is None else design.with_warnings(told)
    return CompiledDesign(design, datapath, parsed.graph, estimated)


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


UNDEFINED: tuple[Undefined, ...] = ("error", "ignore", "saturate")
"""What can be asked for where the expression has no value."""


def compile(
    source: object,
    *,
    inputs: Mapping[str, InputLike] | None = None,
    dialect: str | None = None,
    define: Definitions = (),
    select: str | int = "best",
    combine: str | None = None,
    top: str = "top",
    width: int = DEFAULT_WIDTH,
    output_format: str | FixedFormat | None = None,
    output_width: int | None = None,
    error: Number | None = None,
    device: str | Path = "generic",
    frequency: float = DEFAULT_FREQUENCY_MHZ,
    dsp: DspUse = "auto",
    level: int = 1,
    undefined: Undefined = "error",
    data: object = None,
    margin: Number = 0,
    quantiles: tuple[Number, Number] | None = None,
    missing: Literal["refuse", "skip"] = "refuse",
    observer: Observer | None = None,
) -> CompiledDesign:
    """Compiles text, the file at a path (a text that is one counts as such), or a SymPy expression.

    `inputs` gives formats and ranges by name: a `symhdl.Input`, a format such as `"fixed<12,3>"` or a range such as
    `(-1, 1)`, whose ends may be texts such as `"pi/2"`. Inputs without a format get `width` bits over their range.
    Outputs without a format or error of their own get `output_format`, `output_width` or `error` (absolute).
    `frequency` is in MHz, 0 for combinational logic; `dsp` says whether products may become DSP blocks. With
    `undefined="ignore"` nothing is promised at inputs at which the expression has no value, instead of refusing it;
    with `"saturate"` outputs are held at the ends of their formats, too. `define` are definitions such as
    `"inv(x) = 1/x"`, or paths of files with some, or a dict like PySR's `extra_sympy_mappings`. `select` says which
    equation of a PySR search is wanted, and `combine` how the parts of a template make one.

    `data` gives ranges to inputs without one: the path of a CSV, NumPy or Parquet file, a dict of arrays, an array,
    a data frame, or a list of these. The range is from the least number to the greatest, at both ends wider by the
    share `margin` of its width. With `quantiles`, such as `(0.001, 0.999)`, an input is held between these instead.
    Rows with missing values are refused, or skipped. Raises SymhdlError.
    """
    given = inputs_of(inputs)
    request = Request(
        top=text_of("top", top),
        ranges=_ranges_of(given),
        input_formats=_formats_of(given),
        width=whole_of("width", width, 1, WIDEST),
        output_format=_output_format_of(output_format, output_width),
        output_width=None
        if output_width is None
        else whole_of("output_width", output_width, 1, WIDEST),
        error=None if error is None else positive_of("error", error),
        frequency_mhz=frequency_of(frequency),
        dsp=dsp_of(dsp),
        level=whole_of("level", level, 0, 2),
        undefined=choice_of("undefined", undefined, UNDEFINED),
    )
    options = _range_options(margin, quantiles, missing)
    device = str(path_of("device", device))
    if observer is not None:
        callable_of("observer", observer)
    parsed, text = read_source(
        source, dialect=dialect, define=define, select=select, inputs=given, combine=combine
    )
    request = replace(request, source=text)
    if data is not None:
        parsed, request = with_data(parsed, request, tables_of(data), options)
    return compile_graph(parsed, request, device, observer)


def _output_format_of(given: object, width: object) -> FixedFormat | None:
    """The format of outputs without one, for which no width is given as well."""
    if given is None:
        return None
    if width is not None:
        message = "output_format and output_width say the same thing twice"
        raise error("bad-argument", message, help="leave one of them out")
    return format_of(given)


def _ranges_of(given: Mapping[str, Input]) -> tuple[tuple[str, tuple[Fraction, Fraction]], ...]:
    return tuple(
        (name, range_of(name, entry.range))
        for name, entry in given.items()
        if entry.range is not None
    )


def _formats_of(given: Mapping[str, Input]) -> tuple[tuple[str, FixedFormat], ...]:
    return tuple(
        (name, format_of(entry.format)) for name, entry in given.items() if entry.format is not None
    )


def _range_options(
    margin: Number, quantiles: tuple[Number, Number] | None, missing: Literal["refuse", "skip"]
) -> RangeOptions:
    """The options for data; raises SymhdlError for those that make no sense."""
    share = fraction_of(margin)
    if share < 0:
        raise unfit("margin", margin, "a share of 0 or more")
    choice_of("missing", missing, ("refuse", "skip"))
    if quantiles is None:
        return RangeOptions(share, None, missing)
    try:
        low, high = quantiles
    except (TypeError, ValueError):
        low, high = 1, 0
    between = fraction_of(low), fraction_of(high)
    if not 0 <= between[0] < between[1] <= 1:
        help = "write quantiles=(0.001, 0.999)"
        raise unfit("quantiles", quantiles, "two rising shares", help)
    return RangeOptions(share, between, missing)
