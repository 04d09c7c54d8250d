"""Behavioural models of the primitives that symhdl instances, for simulation, written from their data sheets.

All are products with optional registers, so a model is a line of data. They know what symhdl uses of a primitive; for
anything else their results are unknown. Verilog and Amaranth are both made from the data here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from textwrap import wrap
from types import MappingProxyType

from symhdl.targets.primitives import PRIMITIVES, Primitive

from .verilog_expressions import vector

LINE = 100
GUARD = "SYMHDL_"
"""Before the name of a primitive: what is defined where its model is, so that two designs may each bring it."""


@dataclass(frozen=True, slots=True)
class ProductModel:
    """A multiplier block: the names of its ports and parameters by what they do.

    A register is there where its parameter is not what it is by default. `signs` are ports, or parameters, that are 1
    where the operand is signed. `alike` are parameters that are set together with the key. All other inputs are 0, all
    other parameters as in `fixed`.
    """

    operands: tuple[str, str]
    result: str
    clock: str
    enable: str
    signs: tuple[str, str]
    operand_registers: tuple[str, str]
    result_registers: tuple[str, str]
    alike: tuple[tuple[str, str], ...] = ()
    fixed: tuple[tuple[str, int], ...] = ()

    def ties(self, cell: Primitive) -> tuple[str, ...]:
        """The inputs that must be 0."""
        used = {*self.operands, *self.signs, self.clock, self.enable}
        return tuple(port for port in cell.inputs if port not in used)


MODELS: Mapping[str, ProductModel] = MappingProxyType(
    {
        "MULT18X18D": ProductModel(
            ("A", "B"),
            "P",
            "CLK0",
            "CE0",
            ("SIGNEDA", "SIGNEDB"),
            ("REG_INPUTA_CLK", "REG_INPUTB_CLK"),
            ("REG_PIPELINE_CLK", "REG_OUTPUT_CLK"),
        ),
        "SB_MAC16": ProductModel(
            ("A", "B"),
            "O",
            "CLK",
            "CE",
            ("A_SIGNED", "B_SIGNED"),
            ("A_REG", "B_REG"),
            ("PIPELINE_16x16_MULT_REG1", "PIPELINE_16x16_MULT_REG2"),
            alike=(
                ("PIPELINE_16x16_MULT_REG1", "TOP_8x8_MULT_REG"),
                ("PIPELINE_16x16_MULT_REG1", "BOT_8x8_MULT_REG"),
            ),
            fixed=(("TOPOUTPUT_SELECT", 3), ("BOTOUTPUT_SELECT", 3)),
        ),
    }
)
"""The model of each primitive of `symhdl.targets.primitives`."""


def model_lines(name: str) -> Iterator[str]:
    """The model as a Verilog module, which synthesis does not see, and of which a simulation takes one."""
    cell, model = PRIMITIVES[name], MODELS[name]
    yield "`ifndef SYNTHESIS"
    yield f"`ifndef {GUARD}{name}"
    yield f"`define {GUARD}{name}"
    yield f"// {name} for simulation: a model of what symhdl uses of it; with anything else its result is x."
    yield f"module {name} ("
    yield from _port_lines(cell)
    yield ");"
    for parameter, values in cell.parameters.items():
        yield f"    parameter {parameter} = {_verilog_value(values[0])};"
    yield from _body_lines(cell, model)
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


def _body_lines(cell: Primitive, model: ProductModel) -> Iterator[str]:
    for line in _statements(cell, model):
        yield from wrap(
            line,
            LINE,
            initial_indent=" " * 4,
            subsequent_indent=" " * 8,
            break_long_words=False,
            break_on_hyphens=False,
        )


def _statements(cell: Primitive, model: ProductModel) -> Iterator[str]:
    """Operands with a bit more, which is their sign; registers; the result if all is as the model has it."""
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
    yield f"wire known = {' && '.join(_conditions(cell, model))};"
    yield f"assign {_whole(cell, model.result, width)} = known ? second : {width}'bx;"


def _chosen(cell: Primitive, register: str, held: str, passing: str) -> str:
    return f"{register} == {_verilog_value(cell.parameters[register][0])} ? {passing} : {held}"


def _conditions(cell: Primitive, model: ProductModel) -> Iterator[str]:
    ties = [_whole(cell, port, cell.inputs[port]) for port in model.ties(cell)]
    yield f"{{{', '.join(ties)}}} === 0"
    for one, other in model.alike:
        yield f"{one} == {other}"
    for parameter, value in model.fixed:
        yield f"{parameter} == {value}"
