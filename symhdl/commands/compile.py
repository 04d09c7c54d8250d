"""`symhdl compile`: source and options in; the files, and a summary or the manifest, out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from symhdl.backends.backend import EmitOptions, backend_named
from symhdl.commands.chosen import (
    STANDARD_STREAM,
    chosen_dialect,
    chosen_source,
    definitions,
)
from symhdl.commands.options import (
    DECIMAL_MARKS,
    CompileOptions,
    range_options_of,
    request_of,
    usage,
)
from symhdl.commands.summary import estimated, ports, title
from symhdl.commands.terminal import heading, message, out, show
from symhdl.commands.watch import Watch
from symhdl.compiled import CompiledDesign
from symhdl.compiler import compile_graph, with_data
from symhdl.data import tables_of
from symhdl.errors import SymhdlError, UsageError
from symhdl.files import write_files
from symhdl.sources.reading.source import read_source

DEFAULT_TOP = "top"


def run(options: CompileOptions, stdin: bytes) -> None:
    """Compiles; `stdin` is what stands for the source `-`. Nothing is written unless all went well."""
    watch = Watch(options["print_after"], message)
    _check_target(options["target"])
    request = request_of(options, options["top"] or _default_top(options), "")
    range_options = range_options_of(options)
    parsed, text = read_source(
        chosen_source(options["source"], options["expr"], stdin),
        dialect=chosen_dialect(options["dialect"]),
        define=definitions(options["define"]),
        select=options["select"],
        combine=options["combine"],
        inputs=[name for name, _ in (*request.ranges, *request.input_formats)],
    )
    tables = tables_of(options["data"], DECIMAL_MARKS[options["decimal"]])
    request = replace(request, source=text)
    parsed, request = with_data(parsed, request, tables, range_options)
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


def deliver(design: CompiledDesign, options: CompileOptions) -> None:
    """Writes what was asked for and tells about it."""
    target, folder = options["target"], options["output"]
    emit = EmitOptions(interface="valid" if options["interface"] == "valid" else "plain")
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
