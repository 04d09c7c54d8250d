"""`symhdl compile`: source and options in; the files, and a summary or the manifest, out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal, TypedDict

from symhdl.backends.backend import EmitOptions, backend_named
from symhdl.commands.chosen import STANDARD_STREAM, check_streams, chosen_source, chosen_tables
from symhdl.commands.options import Texts, chosen_options, usage
from symhdl.commands.summary import equations, estimated, ports
from symhdl.commands.terminal import heading, message, out, out_json, show, status_line
from symhdl.commands.uniform import uniform_table
from symhdl.commands.watch import Watch
from symhdl.compiled import CompiledDesign
from symhdl.compiler import compile_source
from symhdl.errors import SymhdlError, UsageError
from symhdl.folders.writing import write_design
from symhdl.names.identifiers import module_name
from symhdl.report.judged import HEADING
from symhdl.report.text import judgement_text
from symhdl.report.words import assumed, title

DEFAULT_TOP = "top"


class CompileCommand(TypedDict):
    """What `symhdl compile` has beside the options of the compiler."""

    source: str | None
    expr: str | None
    target: str
    output: str | None
    interface: Literal["plain", "valid"]
    force: bool
    json: bool
    no_cache: bool
    compare_uniform: bool
    print_after: tuple[str, ...]
    time_passes: bool


def run(command: CompileCommand, texts: Texts) -> None:
    """Compiles. Nothing is written unless all went well."""
    watch = Watch(command["print_after"], message)
    _check_target(command["target"])
    if command["compare_uniform"] and command["json"]:
        raise usage(
            "--compare-uniform prints a table, and --json the manifest",
            help="leave one of them out",
        )
    if command["compare_uniform"] and texts.get("uniform"):
        raise usage(
            "--compare-uniform looks for the uniform format that --uniform gives",
            help="leave one of them out",
        )
    chosen = chosen_options({**texts, "top": texts["top"] or _default_top(command["source"])})
    data = texts["data"] or ()
    check_streams(command["source"], *data)
    source = chosen_source(command["source"], command["expr"])
    tables = chosen_tables(data, chosen.decimal) or None
    asked = replace(chosen, observer=watch, data=tables, cache=not command["no_cache"])
    with status_line("compiling") as watch.status:
        design = compile_source(source, asked, watch.search, watch.search)
    if design.refinement is not None:
        message(str(design.refinement))
    show(design.warnings)
    if command["time_passes"]:
        message(watch.report())
    deliver(design, command)


def _check_target(name: str) -> None:
    """An unknown target is told before anything is compiled, as a mistake of the command line."""
    try:
        backend_named(name)
    except SymhdlError as problem:
        raise UsageError(*problem.diagnostics) from None


def _default_top(source: str | None) -> str:
    """The name of the source's file, where it has one, as the hardware may have it: nobody asked for that very name."""
    if source is None or source == STANDARD_STREAM:
        return DEFAULT_TOP
    return module_name(Path(source).stem or DEFAULT_TOP).text


def deliver(design: CompiledDesign, command: CompileCommand) -> None:
    """Writes what was asked for and tells about it."""
    target, folder = command["target"], command["output"]
    emit = EmitOptions(interface=command["interface"])
    if folder == STANDARD_STREAM:
        texts = design.emit(target, emit)
        if len(texts) > 1:
            names = ", ".join(texts)
            raise usage(f"{target} is several files: {names}", help="give a folder with -o")
        out(next(iter(texts.values())).removesuffix("\n"))
        return
    files = design.files(target, emit) if folder is not None or command["json"] else {}
    if folder is not None:
        write_design(Path(folder), design.datapath.top, files, force=command["force"])
    if command["json"]:
        out_json(files[design.datapath.top + ".json"])
        return
    heading(title(design.datapath, cut=design.design.cut))
    for line in equations(design):
        out(line)
    out(ports(design))
    for line in assumed(design.datapath):
        out(line)
    out(estimated(design))
    if design.judgement is not None:
        out(f"{HEADING}:\n{judgement_text(design.judgement)}")
    if command["compare_uniform"]:
        with status_line("comparing with uniform formats"):
            told = uniform_table(design)
        out(told)
    if folder is None:
        message("nothing is written without -o DIR")
    else:
        out(f"wrote {folder}: " + ", ".join(sorted(files)))
