"""The error of a design over its inputs, sampled and drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from symhdl.arguments import by_name, fraction_of, shown, text_of, whole
from symhdl.errors import SymhdlError, error, shortened
from symhdl.ir.datapath import Datapath, Port
from symhdl.ir.graph import Graph
from symhdl.names.spelling import similar
from symhdl.report.error_plot import Curve, ErrorMap, ErrorPlot
from symhdl.verify.error_samples import error_samples

if TYPE_CHECKING:
    from symhdl.arguments import Number

MOST_ARGUMENTS = (4096, 64)
"""So many arguments are tried of one input, and of each of two, where nothing else is asked for."""

MOST_POINTS = (1 << 20, 1 << 10)
LONGEST_TITLE = 80


def error_plot(
    graph: Graph,
    datapath: Datapath,
    over: Sequence[str] = (),
    output: str | None = None,
    at: Mapping[str, Number] | None = None,
    points: int | None = None,
    *,
    saturated: bool = False,
) -> ErrorPlot:
    """The plot that `CompiledDesign.plot_error` makes; `graph` is the mathematics as it was read.

    If `saturated`, a real value beyond the output's format counts as the nearest end. Raises SymhdlError.
    """
    inputs, outputs = datapath.inputs, datapath.outputs
    if not inputs:
        raise error("no-inputs", "the design has no inputs over which its error could be drawn")
    drawn = outputs[0] if output is None else _port(outputs, "output", output)
    first = inputs if len(inputs) <= len(MOST_ARGUMENTS) else inputs[:1]
    axes = tuple(_port(inputs, "input", name) for name in over) or tuple(first)
    if len(set(axes)) < len(axes) or len(axes) > len(MOST_ARGUMENTS):
        text = "an error is drawn over one input, or over two different ones"
        raise error("bad-plot", text, help=f"such as plot_error({inputs[0].name!r})")
    most = MOST_ARGUMENTS[len(axes) - 1]
    if points is not None:
        most = whole(2, MOST_POINTS[len(axes) - 1])("points", points)
    held = {port.name: (port.minimum + port.maximum) // 2 for port in inputs if port not in axes}
    given = () if at is None else by_name(fraction_of)("at", at)
    for name, value in given:
        port = _port(inputs, "input", name)
        if port in axes:
            raise error("bad-plot", f"the error is drawn over `{name}`, which cannot be held")
        held[name] = _integer(port, value)
    found = error_samples(graph, datapath, drawn, axes, held, most, saturated=saturated)
    bound = None if drawn.error_bound is None else drawn.error_bound / float(drawn.format.ulp)
    note = ", ".join(
        (
            f"{drawn.name}: {drawn.format}",
            *(() if bound is None else (f"{bound:.3f} ulp proved",)),
            f"{found.worst:.3f} measured",
            *(_equation(port, held[port.name]) for port in inputs if port.name in held),
        )
    )
    title = shortened(datapath.source, LONGEST_TITLE)
    labels = [f"{port.name}: {port.format}" for port in axes]
    if len(axes) == 1:
        known = [
            (argument, value)
            for argument, value in zip(
                found.arguments[0].tolist(), found.errors.tolist(), strict=True
            )
            if value == value
        ]
        arguments, errors = [a for a, _ in known], [e for _, e in known]
        return ErrorPlot(Curve(title, note, arguments, errors, bound, labels[0]))
    across, up = (axis.tolist() for axis in found.arguments)
    rows = found.errors.tolist()
    return ErrorPlot(ErrorMap(title, note, across, up, rows, bound, (labels[0], labels[1])))


def _port(ports: Sequence[Port], what: str, name: object) -> Port:
    """The port of that name. Raises SymhdlError if there is none."""
    wanted = text_of(what, name)
    for port in ports:
        if port.name == wanted:
            return port
    names = [port.name for port in ports]
    guess = similar(wanted, names)
    help = f"did you mean `{guess}`?" if guess else f"{what}s: {shortened(', '.join(names))}"
    raise error(f"unknown-{what}", f"the design has no {what} {shown(name)}", help=help)


def _integer(port: Port, value: Fraction) -> int:
    """The integer at a port for a number. Raises SymhdlError for one out of its range."""
    integer = round(value / port.format.ulp)
    if not port.minimum <= integer <= port.maximum:
        raise _outside(port, value)
    return integer


def _outside(port: Port, value: Fraction) -> SymhdlError:
    low, high = (f"{float(end):g}" for end in port.range)
    given = Decimal(value.numerator) / Decimal(value.denominator)
    text = f"`{port.name}` = {given:.6g} is outside of its range [{low}, {high}]"
    return error("bad-plot", text)


def _equation(port: Port, integer: int) -> str:
    return f"{port.name} = {float(integer * port.format.ulp):.6g}"
