"""`symhdl compile`: source and options in; the files, and a summary or the manifest, out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from symhdl.backends.backend import EmitOptions, backend_named
from symhdl.backends.vectors import vectors
from symhdl.commands.chosen import STANDARD_STREAM, chosen_dialect, chosen_source, selection
from symhdl.commands.options import CompileOptions, Range, request_of, usage
from symhdl.commands.summary import estimated, ports, title
from symhdl.commands.terminal import heading, message, out, show
from symhdl.commands.watch import Watch
from symhdl.compiler import CompiledDesign, compile_graph
from symhdl.data import match_columns, read_table
from symhdl.errors import Source, SymhdlError, UsageError
from symhdl.files import read_text, write_files
from symhdl.ir.graph import Graph
from symhdl.sources.source import read_source

DEFAULT_TOP = "top"
TARGETS_WITH_TEST_BENCH = frozenset({"hls"})
TEST_BENCH_VECTORS = 256


def run(options: CompileOptions, stdin: bytes) -> None:
    """Compiles; `stdin` is what stands for the source `-`. Nothing is written unless all went well."""
    watch = Watch(options["print_after"], message)
    _check_target(options["target"])
    request = request_of(options, options["top"] or _default_top(options), "")
    parsed, text = read_source(
        chosen_source(options["source"], options["expr"], stdin),
        dialect=chosen_dialect(options["dialect"]),
        define=options["define"],
        select=selection(options["select"]),
        inputs=[name for name, _ in (*request.ranges, *request.input_formats)],
    )
    known = {name for name, _ in request.ranges}
    from_data = ranges_of_data(options["data"], parsed.graph, known)
    request = replace(request, source=text, ranges=request.ranges + from_data)
    design = compile_graph(parsed, request, options["device"], watch)
    show(design.warnings)
    if options["time_passes"]:
        message(watch.report())
    deliver(design, options)


def _check_target(name: str) -> None:
    """An unknown target is told before anything is compiled, as a mistake of the command line."""
    try:
        backend_named(name)
    except SymhdlError as problem:
        raise UsageError(*problem.diagnostics) from None


def _default_top(options: CompileOptions) -> str:
    """The name of the source's file, where it has one."""
    source = options["source"]
    if source is None or source == STANDARD_STREAM:
        return DEFAULT_TOP
    return Path(source).stem or DEFAULT_TOP


def ranges_of_data(
    files: Sequence[str], graph: Graph, known: Collection[str]
) -> tuple[tuple[str, Range], ...]:
    """The least and greatest number of every input's column, over all files, for inputs without range."""
    names = [d.name for d in graph.inputs if d.range is None and d.name not in known]
    found: dict[str, Range] = {}
    for name in files:
        read = read_table(Source(name, read_text(Path(name))))
        there = [wanted for wanted in names if wanted in read.names] or names
        for wanted, column in zip(there, match_columns(read, there), strict=True):
            low, high = Fraction(float(column.min())), Fraction(float(column.max()))
            before = found.get(wanted, (low, high))
            found[wanted] = (min(low, before[0]), max(high, before[1]))
    return tuple(found.items())


def deliver(design: CompiledDesign, options: CompileOptions) -> None:
    """Writes what was asked for and tells about it."""
    target, folder = options["target"], options["output"]
    tested = target in TARGETS_WITH_TEST_BENCH
    emit = EmitOptions(
        interface="valid" if options["interface"] == "valid" else "plain",
        vectors=vectors(design.datapath, TEST_BENCH_VECTORS, seed=1) if tested else None,
    )
    if folder == STANDARD_STREAM:
        texts = design.emit(target, emit)
        if len(texts) > 1:
            names = ", ".join(texts)
            raise usage(f"{target} is several files: {names}", help="give a folder with -o")
        out(next(iter(texts.values())).removesuffix("\n"))
        return
    files = design.files(target, emit)
    if folder is not None:
        write_files(Path(folder), files)
    if options["json"]:
        out(files[design.datapath.top + ".json"].removesuffix("\n"))
        return
    heading(title(design))
    out(ports(design))
    out(estimated(design))
    if folder is None:
        message("nothing is written without -o DIR")
    else:
        out(f"wrote {folder}: " + ", ".join(sorted(files)))
