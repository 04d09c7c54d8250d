"""Datapath to a header of C++17 that computes the same integers: a function of one row, and one of many.

It needs nothing but the standard library. The loop over rows has no branch in it, so that compilers make vectors of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from symhdl.errors import error
from symhdl.ir.datapath import Datapath
from symhdl.simulate.reduced import reduced

from .backend import EmitOptions, Level
from .cpp_model import CppModel, arrange, array_lines, function_lines, structure_lines
from .cpp_types import WIDE
from .heading import heading
from .signals import Names

ROWS_FUNCTION = "symhdl_rows"
"""What `emulator` calls its function."""

BLOCK = 1024
"""The rows after which the marks of wrong ranges are gathered."""


@dataclass(frozen=True, slots=True)
class CppBackend:
    """`<top>.hpp` with the namespace `<top>_model`."""

    name: str = "cpp"
    level: Level = "operators"

    def validate(self, datapath: Datapath, options: EmitOptions) -> None:
        """Raises SymhdlError for signals that a function does not have."""
        if options.interface != "plain" or options.clock_enable:
            text = f"the C++ model of {datapath.top} has no handshake and no clock enable"
            raise error("no-signals", text, help="leave --interface and --clock-enable out")

    def emit(self, datapath: Datapath, options: EmitOptions) -> dict[str, str]:  # noqa: ARG002
        """The header."""
        lines = _header_lines(datapath, arrange(reduced(datapath), checked=False))
        return {f"{datapath.top}.hpp": "\n".join(lines) + "\n"}


BACKEND = CppBackend()


def emulator(datapath: Datapath) -> str:
    """A program text with a C function that computes rows of integers of 64 bits and tells whether a range was wrong.

    All names but that are its own, whatever else is loaded beside it. Its arguments are the number of rows, and the
    columns of inputs and of outputs as the ports stand in the datapath. All ports have at most 63 bits.
    """
    model = arrange(reduced(datapath), checked=True)
    lines = (
        *_include_lines(model),
        "namespace {",
        *_model_lines(model),
        "}",
        "}",
        "",
        *_rows_lines(model),
    )
    return "\n".join(lines) + "\n"


def _header_lines(datapath: Datapath, model: CppModel) -> Iterator[str]:
    for line in heading(datapath, scheduled=False):
        yield f"// {line}".rstrip()
    yield ""
    yield "#pragma once"
    yield ""
    yield from _include_lines(model)
    yield from _model_lines(model)
    yield from _batch_lines(model)
    yield "}"


def _include_lines(model: CppModel) -> Iterator[str]:
    yield "#include <cstddef>"
    yield "#include <cstdint>"
    yield from ["#include <limits>"] * model.has_wide
    yield ""


def _model_lines(model: CppModel) -> Iterator[str]:
    """All but the end of the namespace."""
    yield f"namespace {model.datapath.top}_model {{"
    yield ""
    yield "using i32 = std::int32_t;"
    yield "using i64 = std::int64_t;"
    yield ""
    if model.has_wide:
        yield WIDE
    yield from array_lines(model)
    yield "// The integers at the ports; a number is its integer divided by a power of two, as its format says."
    yield from structure_lines(model)
    yield "// One row."
    yield from function_lines(model)
    yield ""


def _batch_lines(model: CppModel) -> Iterator[str]:
    """The function of many rows, a column per port; columns of outputs overlap with no other."""
    datapath = model.datapath
    columns = [f"const {model.port_type(p)} *__restrict {p.port}" for p in datapath.inputs]
    columns += [f"{model.port_type(p)} *__restrict {p.port}" for p in datapath.outputs]
    space = f"::{datapath.top}_model"  # whatever the ports are called
    row, rows, given, found = _free(model, "row", "rows", "in", "out")
    yield "// So many rows, a column for each port; the columns of outputs overlap with no other."
    yield "inline void evaluate("
    yield f"    std::size_t {rows},"
    yield from (f"    {column}," for column in columns[:-1])
    yield f"    {columns[-1]}) noexcept {{"
    yield f"    for (std::size_t {row} = 0; {row} < {rows}; ++{row}) {{"
    yield f"        {space}::inputs {given}{{}};"
    yield from (f"        {given}.{p.port} = {p.port}[{row}];" for p in datapath.inputs)
    yield f"        {space}::outputs {found};"
    yield f"        {space}::evaluate({given}, {found});"
    yield from (f"        {p.port}[{row}] = {found}.{p.port};" for p in datapath.outputs)
    yield "    }"
    yield "}"
    yield ""


def _free(model: CppModel, *wanted: str) -> list[str]:
    """Names that no port has."""
    names = Names(port.port for port in model.datapath.inputs + model.datapath.outputs)
    return [names.fresh(name) for name in wanted]


def _rows_lines(model: CppModel) -> Iterator[str]:
    """The loop over columns that overlap with no other, and the C function that calls it."""
    datapath = model.datapath
    space = f"{datapath.top}_model"
    ins, outs = range(len(datapath.inputs)), range(len(datapath.outputs))
    columns = [f"const std::int64_t *__restrict in{n}" for n in ins]
    columns += [f"std::int64_t *__restrict out{n}" for n in outs]
    yield "[[gnu::noinline]] static int of_columns("
    yield f"    std::size_t rows, {', '.join(columns)}) {{"
    yield f"    std::int32_t wrong = 0, marks[{BLOCK}];"
    yield f"    for (std::size_t start = 0; start < rows; start += {BLOCK}) {{"
    yield f"        const std::size_t count = rows - start < {BLOCK} ? rows - start : {BLOCK};"
    yield "        for (std::size_t row = 0; row < count; ++row) {"
    yield f"            {space}::inputs in{{}};"
    for number, port in enumerate(datapath.inputs):
        kind = f"{space}::{model.port_type(port)}"
        yield f"            in.{port.port} = {kind}(in{number}[start + row]);"
    yield f"            {space}::outputs out;"
    yield f"            marks[row] = {space}::evaluate(in, out);"
    for number, port in enumerate(datapath.outputs):
        yield f"            out{number}[start + row] = out.{port.port};"
    yield "        }"
    yield "        for (std::size_t row = 0; row < count; ++row) wrong |= marks[row];"
    yield "    }"
    yield "    return wrong < 0;"
    yield "}"
    yield ""
    arguments = ["rows", *(f"in[{n}]" for n in ins), *(f"out[{n}]" for n in outs)]
    yield f'extern "C" int {ROWS_FUNCTION}('
    yield "    std::size_t rows, const std::int64_t *const *in, std::int64_t *const *out) {"
    yield "    (void)in;"
    yield f"    return of_columns({', '.join(arguments)});"
    yield "}"
