"""Behavioural models of the primitives that symhdl instances, as Verilog for simulation.

They are made from the data of `symhdl.targets.primitives`, as the models in Amaranth are. They know what symhdl uses of
a primitive; for anything else their results are unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from symhdl.targets.primitives import PRIMITIVES, Primitive

from .verilog_expressions import vector

LINE = 100
GUARD = "SYMHDL_"
"""Before the name of a primitive: what is defined where its model is, so that two designs may each bring it."""


def model_lines(name: str) -> Iterator[str]:
    """The model as a Verilog module, which synthesis does not see, and of which a simulation takes one."""
    cell = PRIMITIVES[name]
    yield "`ifndef SYNTHESIS"
    yield f"`ifndef {GUARD}{name}"
    yield f"`define {GUARD}{name}"
    yield f"// {name} for simulation: a model of what symhdl uses of it; with anything else its result is x."
    yield f"module {name} ("
    yield from _port_lines(cell)
    yield ");"
    for parameter, values in cell.parameters.items():
        yield f"    parameter {parameter} = {_verilog_value(values[0])};"
    yield from _body_lines(cell)
    yield "endmodule"
    yield "`endif"
    yield "`endif"


def _verilog_value(value: str | int) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _port_lines(cell: Primitive) -> Iterator[str]:
    groups = [("input", port, width) for port, width in cell.inputs.items()]
    groups += [("output", port, width) for port, width in cell.outputs.items()]
    for number, (way, port, width) in enumerate(groups):
        end = "," if number + 1 < len(groups) else ""
        if not cell.single_bits or width == 1:
            yield f"    {way} wire {vector(False, width)}{port}{end}"
            continue
        for start in range(0, width, 9):
            names = ", ".join(f"{port}{i}" for i in range(start, min(start + 9, width)))
            yield f"    {way} wire {names}{end if start + 9 >= width else ','}"


def _whole(cell: Primitive, port: str, width: int) -> str:
    """A vector, or the ports of one bit of which it is made."""
    if not cell.single_bits or width == 1:
        return port
    return f"{{{', '.join(f'{port}{index}' for index in reversed(range(width)))}}}"


def _body_lines(cell: Primitive) -> Iterator[str]:
    for line in _statements(cell):
        yield from wrap(
            line,
            LINE,
            initial_indent=" " * 4,
            subsequent_indent=" " * 8,
            break_long_words=False,
            break_on_hyphens=False,
        )


def _statements(cell: Primitive) -> Iterator[str]:
    """Operands with a bit more, which is their sign; registers; the result if all is as the model has it."""
    model = cell.product
    widths = [cell.inputs[port] for port in model.operands]
    width = cell.outputs[model.result]
    for label, port, sign, bits in zip("ab", model.operands, model.signs, widths, strict=True):
        yield f"wire [{bits - 1}:0] port_{label} = {_whole(cell, port, bits)};"
        yield f"wire [{bits}:0] {label} = {{({sign} != 0) & port_{label}[{bits - 1}], port_{label}}};"
        yield f"reg [{bits}:0] held_{label};"
    chosen = [
        _chosen(cell, r, f"held_{o}", o) for r, o in zip(model.operand_registers, "ab", strict=True)
    ]
    yield f"wire signed [{widths[0]}:0] factor_a = {chosen[0]};"
    yield f"wire signed [{widths[1]}:0] factor_b = {chosen[1]};"
    yield f"wire signed [{width + 1}:0] product = factor_a * factor_b;"
    yield f"reg [{width - 1}:0] held_1, held_2;"
    first, second = model.result_registers
    yield f"wire [{width - 1}:0] first = {_chosen(cell, first, 'held_1', 'product')};"
    yield f"wire [{width - 1}:0] second = {_chosen(cell, second, 'held_2', 'first')};"
    yield f"always @(posedge {model.clock}) if ({model.enable}) begin"
    yield "    held_a <= a;"
    yield "    held_b <= b;"
    yield "    held_1 <= product;"
    yield "    held_2 <= first;"
    yield "end"
    yield f"wire known = {' && '.join(_conditions(cell))};"
    yield f"assign {_whole(cell, model.result, width)} = known ? second : {width}'bx;"


def _chosen(cell: Primitive, register: str, held: str, passing: str) -> str:
    return f"{register} == {_verilog_value(cell.parameters[register][0])} ? {passing} : {held}"


def _conditions(cell: Primitive) -> Iterator[str]:
    ties = [_whole(cell, port, cell.inputs[port]) for port in cell.ties]
    yield f"{{{', '.join(ties)}}} === 0"
    for one, other in cell.product.alike:
        yield f"{one} == {other}"
    for parameter, value in cell.product.fixed:
        yield f"{parameter} == {value}"
