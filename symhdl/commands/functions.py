"""`symhdl functions`: those of the language, what one may become on a device, and texts of them to search with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from symhdl.commands.options import Texts, chosen_options, usage
from symhdl.commands.terminal import heading, message, out, out_json, show, status_line, table
from symhdl.documents import Json, json_text
from symhdl.errors import Source, Span, shortened
from symhdl.functions.operation import ANY, Operation

if TYPE_CHECKING:
    from symhdl.alternatives import Alternative, MethodEstimate
    from symhdl.compiled import CompiledDesign

HEADER = (
    "", "function", "method", "made of", "LUTs", "FFs", "DSPs", "memories", "cycles", "MHz",
    "proved ulp", "measured",
)  # fmt: skip
CHOSEN = "*"


class FunctionsCommand(TypedDict):
    """What `symhdl functions` has beside the options of the compiler."""

    expressions: tuple[str, ...]
    json: bool
    plot: str | None
    language: str | None
    output: str | None


def run(command: FunctionsCommand, texts: Texts) -> None:
    """Lists the functions of the language; of an expression, the ways to compute its functions; or writes functions."""
    expressions = command["expressions"]
    if command["language"] is not None:
        _write(command, command["language"], texts)
        return
    if command["output"] is not None:
        raise usage("-o is the file of what --as writes")
    if not expressions:
        given = [name for name, text in texts.items() if text] + ["plot"] * bool(command["plot"])
        if given:
            raise usage(
                "there is no expression for these options", help="such as tanh, sin(pi/4*x)"
            )
        _list(command["json"])
        return
    if len(expressions) > 1:
        raise usage(
            f"there are {len(expressions)} expressions, and not one", help="several are for --as"
        )
    _choices(command, expressions[0], texts)


def _write(command: FunctionsCommand, language: str, texts: Texts) -> None:
    """The text of functions that compute what their hardware does."""
    from symhdl.tabulated import written

    if command["json"] or command["plot"]:
        raise usage("--json and --plot are for an expression without --as")
    with status_line("compiling") as status:
        found = written(language, command["expressions"], chosen_options(texts), status)
    show(found.warnings)
    if command["output"] is None:
        out(found.text.removesuffix("\n"))
        return
    from symhdl.files.writing import write_file

    write_file(Path(command["output"]), found.text)
    message(f"wrote {command['output']}")


def _list(json: bool) -> None:
    """Every function of the language: spellings, number of arguments, meaning."""
    operations = [operation for operation in Operation if operation.entry.names]
    if json:
        documents: list[Json] = [
            {
                "names": list(operation.entry.names),
                "arguments": None if operation.arity == ANY else operation.arity,
                "meaning": operation.entry.documentation,
            }
            for operation in operations
        ]
        out_json(json_text(documents))
        return
    rows = [
        (", ".join(operation.entry.names), _arguments(operation), operation.entry.documentation)
        for operation in operations
    ]
    out(table(("function", "arguments", "meaning"), rows))


def _arguments(operation: Operation) -> str:
    return "any" if operation.arity == ANY else str(operation.arity)


def _choices(command: FunctionsCommand, expression: str, texts: Texts) -> None:
    """What an expression of one variable may become, and the picture of its error."""
    from symhdl.alternatives import alternatives_of
    from symhdl.compiler import compile_source

    with status_line(shortened(expression)) as status:
        design = compile_source(_source(expression), chosen_options(texts), status)
        _check_plain(design, expression)
        show(design.warnings)
        found, estimates = alternatives_of(design, status)
        if command["plot"] is not None:
            status("drawing the error")
            _plot(design, Path(command["plot"]))
    if command["json"]:
        out_json(json_text(_document(design, found, estimates)))
        return
    from symhdl.commands.summary import ports
    from symhdl.report.words import title

    heading(title(design.datapath, cut=design.design.cut))
    out(ports(design))
    out(table(HEADER, map(_row, found), right=range(4, len(HEADER))))
    for name in dict.fromkeys(each.function for each in estimates):
        listed = ", ".join(
            f"{each.method} {each.luts:.0f}" for each in estimates if each.function == name
        )
        out(f"LUTs of {name} as the choice estimates them, by method: {listed}")
    if len(dict.fromkeys(each.function for each in found)) > 1:
        out("each line is the whole design, with one of its functions another way")


def _source(expression: str) -> Source:
    """The expression; the name of a function stands for that function of x."""
    name = expression.strip()
    if not name.isidentifier():
        return Source("<expr>", expression)
    from symhdl.tabulated.asked import function_named

    if function_named(expression, "`symhdl functions` lists all").arity != 1:
        span = Span(Source("EXPRESSION", expression), 0, len(expression))
        raise usage(f"`{name}` is not a function of one variable", span)
    return Source("<expr>", f"{name}(x)")


def _check_plain(design: CompiledDesign, expression: str) -> None:
    """One variable and one output, which can be drawn."""
    counts = {"variables": design.datapath.inputs, "outputs": design.datapath.outputs}
    for what, ports in counts.items():
        if len(ports) != 1:
            span = Span(Source("EXPRESSION", expression), 0, len(expression))
            raise usage(f"the expression has {len(ports)} {what}, and not one", span)


def _row(found: Alternative) -> tuple[str, ...]:
    figures = found.estimate
    counts = (figures.luts, figures.ffs, figures.dsps, figures.brams, found.datapath.latency)
    return (
        CHOSEN if found.is_chosen else "", found.function, found.method, found.made_of,
        *map(str, counts), f"{figures.fmax_mhz:.0f}", f"{found.in_ulp(found.port.error_bound):.3f}",
        f"{found.in_ulp(found.measured.worst):.3f}",
    )  # fmt: skip


def _document(
    design: CompiledDesign, found: Sequence[Alternative], estimates: Sequence[MethodEstimate]
) -> dict[str, Json]:
    datapath = design.datapath
    (source,), (output,) = datapath.inputs, datapath.outputs
    return {
        "source": design.design.request.source,
        "device": datapath.device,
        "frequency_mhz": datapath.frequency_mhz,
        "input": {"format": str(source.format), "range": [float(end) for end in source.range]},
        "output": {"format": str(output.format), "range": [float(end) for end in output.range]},
        "candidates": [_candidate(each) for each in found],
        "estimates": [
            {"function": each.function, "method": each.method, "luts": round(each.luts, 1)}
            for each in estimates
        ],
    }


def _candidate(found: Alternative) -> dict[str, Json]:
    figures = found.estimate
    return {
        "function": found.function,
        "method": found.method,
        "made_of": found.made_of,
        "chosen": found.is_chosen,
        "luts": figures.luts,
        "ffs": figures.ffs,
        "dsps": figures.dsps,
        "brams": figures.brams,
        "latency_cycles": found.datapath.latency,
        "fmax_mhz": figures.fmax_mhz,
        "proved_ulp": found.in_ulp(found.port.error_bound),
        "measured_ulp": found.in_ulp(found.measured.worst),
        "points": found.measured.points,
    }


def _plot(design: CompiledDesign, path: Path) -> None:
    """Draws the error of the design as it was compiled."""
    from symhdl.alternatives import MOST_ARGUMENTS

    design.plot_error(points=MOST_ARGUMENTS).save(path)
    message(f"wrote {path}")
