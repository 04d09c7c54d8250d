"""The front door of the library: source and options in, a compiled design out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, TypeVar, Unpack

from symhdl.arguments import EVERY, Input, Named, Range, format_of, located, range_of
from symhdl.budget import UNLIMITED, Budget, Progress
from symhdl.compiled import CompiledDesign
from symhdl.errors import Diagnostic, error, visible, warning
from symhdl.functions.operation import Operation
from symhdl.ir.datapath import Datapath
from symhdl.ir.graph import Graph, reachable
from symhdl.ir.reach import use_counts_of
from symhdl.memory import few_collections
from symhdl.names.identifiers import module_name, port_names
from symhdl.numeric.fixed import FixedFormat
from symhdl.options import Chosen, Options, choose
from symhdl.parsed import Parsed
from symhdl.request import Request
from symhdl.targets.target import load_target

if TYPE_CHECKING:
    from symhdl.approximation import Store
    from symhdl.cost.estimate import Estimate
    from symhdl.data.input_ranges import RangeOptions
    from symhdl.data.table import Table
    from symhdl.design import Design
    from symhdl.pipeline import Observer
    from symhdl.variants import Variants

Value = TypeVar("Value")


def compile_graph(
    parsed: Parsed,
    request: Request,
    device: str = "generic",
    observer: Observer | None = None,
    *,
    verified: bool = False,
    budget: Budget = UNLIMITED,
    store: Store | None = None,
    progress: Progress | None = None,
) -> CompiledDesign:
    """Compiles a graph; `progress` is told of long searches.

    Raises SymhdlError for what the user can do wrong, GoalError for goals out of reach.
    """
    from symhdl.variants import Variants

    variants = Variants(parsed.graph, observer, verified, budget, store)
    return compile_variant(variants, request, device, parsed.warnings, progress)


@few_collections()
def compile_variant(
    variants: Variants, request: Request, device: str = "generic", told: Sequence[Diagnostic] = (),
    progress: Progress | None = None,
) -> CompiledDesign:  # fmt: skip
    """One of the designs of a graph, with what was told of it before. Raises as `compile_graph`."""
    from symhdl.highest_clock import design_for_clock

    target = load_target(device)
    renamed = _renamed(variants.graph, request.top)
    request = replace(request, top=module_name(request.top).text)
    found = design_for_clock(variants, request, target, progress)
    return _compiled(found.design, found.estimate, (*told, *renamed))


@few_collections()
def compile_for_goal(
    parsed: Parsed,
    request: Request,
    chosen: Chosen,
    tables: Sequence[Table],
    variants: Variants,
    status: Progress | None = None,
) -> CompiledDesign:
    """The least design of a graph that reaches a goal on the rows of tables, judged on rows that chose nothing.

    `status` is told how far the search is. Raises as `compile_graph`, and SymhdlError for rows that cannot be used.
    """
    from symhdl.data.opening import tables_of
    from symhdl.empirical.asked import Asked, problem_of
    from symhdl.empirical.goal import Goal
    from symhdl.empirical.reading import Columns
    from symhdl.empirical.search import own_measure, search

    goal = chosen.goal
    assert goal is not None, "a search without a goal; please report this"
    own = None
    if not isinstance(goal.measure, str):
        own = own_measure(
            goal.measure,
            goal.name,
            is_error=goal.at_least is None,
            needs_labels=chosen.labels is not None,
        )
    asked = Asked(
        Goal(goal.name, float(goal.value), own),
        tables,
        () if chosen.judge is None else tables_of(chosen.judge, chosen.decimal),
        Columns(chosen.labels, chosen.weights, chosen.missing, request.ignore_undefined),
        float(chosen.robust),
        chosen.dont_care == "data",
    )
    request = replace(request, top=module_name(request.top).text)
    problem, told = problem_of(variants, request, load_target(chosen.device), asked)
    found = search(problem, status=status or (lambda _: None))
    renamed = _renamed(parsed.graph, chosen.top)
    made = _compiled(found.design, found.estimate, (*parsed.warnings, *told, *renamed))
    return replace(made, judgement=found.judgement)


def _compiled(design: Design, estimated: Estimate, told: Sequence[Diagnostic]) -> CompiledDesign:
    """The design as the library hands it out, with what was told before."""
    from symhdl.cost.estimate import too_large

    datapath, operators = design.datapath, design.operators
    assert datapath is not None and operators is not None, (
        "the pipeline built no datapath; please report this"
    )
    large = too_large(estimated, design.target)
    idle = _idle_inputs(design.written, datapath)
    warnings = (*told, *design.warnings, *idle, *(() if large is None else (large,)))
    design = replace(design, warnings=()).with_warnings(*warnings)
    if design.written.assumptions:
        from symhdl.printers.printer import assumptions_in

        assumed = assumptions_in(design.written)
        datapath = replace(datapath, assumptions=assumed)
        operators = replace(operators, assumptions=assumed)
        design = replace(design, datapath=datapath, operators=operators)
    return CompiledDesign(datapath, operators, design, estimated)


def with_refinement(design: CompiledDesign, progress: Progress | None = None) -> CompiledDesign:
    """The design with the pipeline that place and route is content with, or comes nearest to what was asked for.

    `progress` is told which tool runs. Raises SymhdlError as the tools do.
    """
    from symhdl.cost.estimate import estimate
    from symhdl.refinement import measure_by_tools, refined

    target, request = design.design.target, design.design.request
    measure = measure_by_tools(target, progress)
    datapath, found = refined(design.datapath, target, measure, request.latency)
    told = found.warning()
    made = replace(
        design.design, datapath=datapath, request=replace(request, refined_by=found.tool)
    )
    made = made.with_warnings(*(() if told is None else (told,)))
    estimated = estimate(datapath, target)
    return replace(design, datapath=datapath, design=made, estimate=estimated, refinement=found)


def with_data(
    parsed: Parsed, request: Request, tables: Sequence[Table], options: RangeOptions
) -> tuple[Parsed, Request]:
    """What is asked for, with ranges from data for the inputs that have none; the graph with their warnings.

    Raises SymhdlError for data that cannot be read, or without a column for an input that has no format either.
    """
    from symhdl.data.input_ranges import ranges_of_data

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


def _idle_inputs(graph: Graph, datapath: Datapath) -> list[Diagnostic]:
    """Warnings for inputs of which outputs are made in the source, and on which none depends."""
    nodes = graph.nodes
    made_of = reachable(nodes, [output.node for output in graph.outputs])
    used = {nodes[k].name for k in made_of if nodes[k].operation is Operation.INPUT}
    counts = use_counts_of(datapath.cells, [port.cell for port in datapath.outputs])
    return [
        warning(
            "idle-input",
            f"no output depends on the input `{visible(port.name)}`; it stays a port",
            help="its terms cancel, ranges decide without it, or it changes less than the accuracy asked for",
        )
        for port in datapath.inputs
        if port.name in used and not counts[port.cell]
    ]


def compile(source: object, **options: Unpack[Options]) -> CompiledDesign:
    """Compiles text, the file at a path (a text that is one counts as such), or an object such as a SymPy expression.

    What the source says takes precedence over the options. `inputs` gives formats and ranges by name: a
    `symhdl.Input`, a format such as `"fixed<12,3>"` or a range such as `(-1, 1)`, whose ends may be texts such as
    `"pi/2"`; `ranges` and `input_formats` give one of them, by name or for all inputs without one. Inputs without a
    format get `width` (16) bits over their range. Outputs without a format or error of their own get `output_format`,
    `output_width` (16) or `error` (absolute). `device` ("generic") is a name or the path of a TOML file, `frequency`
    (200) is in MHz, 0 for combinational logic, "max" for the highest that is found, `latency` the clock
    edges from inputs to outputs, by default the fewest, `opt` (1) the level of optimisation; `dsp` ("auto" or "none")
    says whether products may become DSP blocks, `minimise` ("auto", "luts", "dsps" or "latency") what the design takes
    least of, `primitives` ("auto" or "none") whether the text may instance blocks of
    the device. With `undefined="ignore"` nothing is promised at inputs at which the expression has no value, instead of
    refusing it; with `"saturate"` outputs are held at the ends of their formats, too. With `correctly_rounded` outputs
    are the numbers of their formats that are nearest to the real values, or the source is refused. With `uniform`, such
    as `"fixed<16,6,AP_RND,AP_SAT>"`, every node has this one format, and is what variables of this type of HLS C++ are.

    `assume` are conditions that the inputs meet, such as `"x < y"`: nothing is promised where one does not hold.

    With `refine` the design is placed and routed, and scheduled again with the delays that were found, in a few rounds,
    for the fewest clock edges that meet the clock.

    `define` are definitions such as `"inv(x) = 1/x"`, or paths of files with some, or a dict like PySR's
    `extra_sympy_mappings`. `dialect` names the language of the text, `select` says which equation of a PySR search is
    wanted, and `combine` how the parts of a template make one. `top` is the name of the module.

    `data` gives ranges to inputs without one: the path of a CSV, NumPy or Parquet file, a dict of arrays, an array,
    a data frame, or a list of these. The range is from the least number to the greatest, at both ends wider by the
    share `margin` of its width. With `quantiles`, such as `(0.001, 0.999)`, an input is held between these instead.
    Rows with `missing` values are refused ("refuse") or left out ("skip"); `decimal` is the mark in text files.

    With `cache` approximations are kept between runs, in a folder of the user's (`symhdl cache`); designs are the same.

    With `time_limit`, in seconds, searches end early with the best that they have, and the design is `cut`; so they do
    with `step_limit`, the number of candidates that are looked at, which gives the same design on every machine.

    With a `goal` such as `"agreement=0.97"`, or a `symhdl.Goal`, the design is the least one that reaches it on the
    rows of `data`, in place of a proved error. A share of the rows, or those of `judge`, chooses nothing, and judges
    the design (`.judgement`). `labels` and `weights` name columns; with `robust` the goal holds under noise on the
    inputs, and with `dont_care="data"` entries of tables that no row reaches may be anything.

    `symhdl.options` holds the table of all options. Raises SymhdlError.
    """
    return compile_source(source, choose(options))


@dataclass(frozen=True, slots=True)
class Read:
    """A source that was read: its graph with what is assumed, and the text that it comes from."""

    parsed: Parsed
    text: str


def read_chosen(source: object, chosen: Chosen) -> Read:
    """What options that were read make of a source that `compile` accepts. Raises SymhdlError."""
    from symhdl.sources.reading.assumptions import with_assumptions
    from symhdl.sources.reading.source import read_source

    named = (chosen.inputs or {}, dict(chosen.ranges or ()), dict(chosen.input_formats or ()))
    parsed, text = read_source(
        source,
        dialect=chosen.dialect,
        define=chosen.define,
        select=chosen.select,
        inputs=[name for name in dict.fromkeys(chain(*named)) if name != EVERY],
        combine=chosen.combine,
    )
    return Read(with_assumptions(parsed, chosen.assume, "--assume"), text)


@few_collections()
def compile_source(
    source: object,
    chosen: Chosen,
    progress: Progress | None = None,
    status: Progress | None = None,
) -> CompiledDesign:
    """Compiles what `compile` accepts, with options that were read already.

    `progress` is told of long searches and which tool runs, `status` how far a search for a goal on data is.
    """
    if chosen.refine:  # what is missing is told before anything takes its time
        from symhdl.refinement import check_refinable

        check_refinable(load_target(chosen.device), chosen.frequency)
    return compile_read(read_chosen(source, chosen), chosen, progress, status)


@few_collections()
def compile_read(
    read: Read,
    chosen: Chosen,
    progress: Progress | None = None,
    status: Progress | None = None,
    known: Variants | None = None,
) -> CompiledDesign:
    """As `compile_source`, of what was read; `known` are designs of the same graph, with which passes are shared."""
    from symhdl.variants import Variants

    budget = Budget(chosen.time_limit, steps=chosen.step_limit)
    if not budget.is_limited:
        budget = UNLIMITED
    if chosen.step_limit is not None:
        known = None  # what others have found would be steps that are not counted
    store = _cache() if chosen.cache else None
    parsed, inputs = read.parsed, chosen.inputs or {}
    ranges = _named("a range", chosen.ranges, _ranges_of(inputs))
    formats = _named("a format", chosen.input_formats, _formats_of(inputs))
    general_range, general_format = ranges.pop(EVERY, None), formats.pop(EVERY, None)
    request = replace(
        _request(chosen, read.text, general_format),
        ranges=tuple(ranges.items()),
        range=general_range,
        input_formats=tuple(formats.items()),
    )
    if chosen.data is not None:
        from symhdl.data.input_ranges import RangeOptions
        from symhdl.data.opening import tables_of

        tables = tables_of(chosen.data, chosen.decimal)
        options = RangeOptions(chosen.margin, chosen.quantiles, chosen.missing)
        parsed, request = with_data(parsed, request, tables, options)
    variants = replace(
        known or Variants(parsed.graph), observer=chosen.observer, budget=budget, store=store
    )
    if chosen.goal is not None:
        design = compile_for_goal(parsed, request, chosen, tables, variants, status)
    else:
        design = compile_variant(variants, request, chosen.device, parsed.warnings, progress)
    design = replace(design, taken=parsed.taken)
    return with_refinement(design, progress) if chosen.refine else design


def _request(chosen: Chosen, text: str, input_format: FixedFormat | None) -> Request:
    """What is asked of the design of a text, but for what is said of single inputs."""
    uniform = chosen.uniform
    return Request(
        top=chosen.top,
        source=text,
        input_format=input_format or (None if uniform is None else uniform.format),
        width=chosen.width,
        output_format=chosen.output_format,
        output_width=chosen.output_width,
        error=chosen.error,
        uniform=uniform,
        frequency_mhz=chosen.frequency,
        latency=chosen.latency,
        dsp=chosen.dsp,
        primitives=chosen.primitives,
        minimise=chosen.minimise,
        opt=chosen.opt,
        undefined=chosen.undefined,
        correctly_rounded=chosen.correctly_rounded,
    )


def _cache() -> Store | None:
    """The user's cache; None where the system has no place for one."""
    from symhdl.user_cache import default_folder, user_cache

    folder = default_folder()
    return None if folder is None else user_cache(folder)


def _named(
    what: str, given: Named[Value] | None, by_input: Mapping[str, Value]
) -> dict[str, Value]:
    """The values of both by name, which must not give one to the same input twice."""
    found = dict(given or ())
    for name in by_input:
        if name in found:
            message = f"input `{name}` is given {what} twice"
            raise error("bad-argument", message, help="leave one of them out")
    return {**found, **by_input}


def _ranges_of(inputs: Mapping[str, Input]) -> dict[str, Range]:
    return {
        name: located(range_of, f"the range of `{name}`", entry.range)
        for name, entry in inputs.items()
        if entry.range is not None
    }


def _formats_of(inputs: Mapping[str, Input]) -> dict[str, FixedFormat]:
    return {
        name: located(format_of, f"the format of `{name}`", entry.format)
        for name, entry in inputs.items()
        if entry.format is not None
    }
