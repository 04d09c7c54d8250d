"""The self-checking C++ test bench of the HLS backend: vectors in, integers compared, failures counted."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from symhdl.ir.datapath import Port

from .backend import Vectors
from .hls_expressions import hexadecimal, integer_type, native_literal, native_type
from .hls_module import HlsModule
from .signals import Names

LINE = 96
SHOWN_FAILURES = 20


def testbench_lines(module: HlsModule, vectors: Vectors) -> Iterator[str]:
    """A program that prints mismatches and returns 1 if there are any."""
    datapath = module.datapath
    count = len(vectors.inputs)
    names = Names((datapath.top, *module.port_types.values()))
    failures, row = names.fresh("failures"), names.fresh("row")
    local = {p.port: names.fresh(p.port) for p in datapath.inputs + datapath.outputs}
    arrays = {p.port: names.fresh(f"{p.port}_given") for p in datapath.inputs}
    arrays |= {p.port: names.fresh(f"{p.port}_expected") for p in datapath.outputs}
    yield f"// Test bench of {datapath.top}: {count} vectors, with the integers that the bit-exact model gives."
    yield "// Prints mismatches; the exit status is 1 if there are any."
    yield ""
    yield "#include <cstdio>"
    yield ""
    yield f'#include "{datapath.top}.h"'
    yield ""
    columns = (*zip(*vectors.inputs, strict=True), *zip(*vectors.outputs, strict=True))
    ports = datapath.inputs + datapath.outputs
    for port, column in zip(ports, columns, strict=True):
        yield from _array_lines(port, arrays[port.port], column)
        yield ""
    yield "int main() {"
    yield f"    int {failures} = 0;"
    yield f"    for (int {row} = 0; {row} < {count}; {row}++) {{"
    for port in datapath.inputs:
        yield f"        {module.port_types[port.port]} {local[port.port]};"
        given = _element(port, f"{arrays[port.port]}[{row}]")
        yield f"        {local[port.port]}.range() = {given};"
    for port in datapath.outputs:
        yield f"        {module.port_types[port.port]} {local[port.port]};"
    yield f"        {datapath.top}({', '.join(local[port.port] for port in ports)});"
    for port in datapath.outputs:
        got, wanted = names.fresh(f"{port.port}_got"), names.fresh(f"{port.port}_wanted")
        kind = integer_type(port.format.signed, port.format.width)
        element = _element(port, f"{arrays[port.port]}[{row}]")
        yield f"        const {kind} {got} = {local[port.port]}.range();"
        yield f"        const {kind} {wanted} = {element};"
        yield f"        if ({got} != {wanted} && {failures}++ < {SHOWN_FAILURES}) {{"
        yield f'            std::printf("vector %d: {port.port} is %s, expected %s\\n", {row},'
        yield f"                        {got}.to_string(10).c_str(), {wanted}.to_string(10).c_str());"
        yield "        }"
    yield "    }"
    yield f"    if ({failures} != 0) {{"
    yield f'        std::printf("{datapath.top}: FAILED, %d mismatches\\n", {failures});'
    yield "        return 1;"
    yield "    }"
    yield f'    std::printf("{datapath.top}: passed, {count} vectors\\n");'
    yield "    return 0;"
    yield "}"


def _array_lines(port: Port, name: str, column: Sequence[int]) -> Iterator[str]:
    """The column of a port: native integers, or strings of hexadecimal digits beyond 64 bits."""
    signed, width = port.format.signed, port.format.width
    native = native_type(signed, width)
    kind = "char *const" if native is None else native
    yield f"static const {kind} {name}[] = {{"
    if native is None:
        entries = [f'"{hexadecimal(value, width)}"' for value in column]
    else:
        entries = [native_literal(value) for value in column]
    yield from textwrap.wrap(
        ", ".join(entries),
        LINE,
        initial_indent="    ",
        subsequent_indent="    ",
        break_on_hyphens=False,
        break_long_words=False,
    )
    yield "};"


def _element(port: Port, element: str) -> str:
    """An element of a column as an integer of the port's width."""
    signed, width = port.format.signed, port.format.width
    base = ", 16" if native_type(signed, width) is None else ""
    return f"{integer_type(signed, width)}({element}{base})"
