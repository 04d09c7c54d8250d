"""Tables of the HLS backend: constant arrays, of exact width in hardware and quick to compile for simulation."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from .hls_expressions import integer_type, literal, native_literal, native_type
from .hls_module import SharedTable

LINE = 96


def table_lines(tables: Sequence[SharedTable]) -> Iterator[str]:
    """Types of the entries, then the arrays.

    The time that g++ takes grows with the square of the number of `ap_int` constants (4096: 21 s, 65536: more than
    300 s; as native integers 1.4 s), so the simulation has the same integers in the types of C++ itself.
    """
    native = [table for table in tables if native_type(table.signed, table.width) is not None]
    if native:
        yield "// Entries of the tables: exact widths in hardware; the same integers in types that a"
        yield "// compiler reads quickly in C simulation."
        yield "#ifdef __SYNTHESIS__"
        for table in native:
            yield f"typedef {integer_type(table.signed, table.width)} {table.name}_entry;"
        yield "#else"
        for table in native:
            yield f"typedef {native_type(table.signed, table.width)} {table.name}_entry;"
        yield "#endif"
        yield ""
    for table in tables:
        yield from _array_lines(table, table in native)
        yield ""


def _array_lines(table: SharedTable, native: bool) -> Iterator[str]:
    kind = f"{table.name}_entry" if native else integer_type(table.signed, table.width)
    yield f"static const {kind} {table.name}[{len(table.contents)}] = {{"
    if native:
        text = ", ".join(map(native_literal, table.contents))
        yield from textwrap.wrap(
            text, LINE, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False
        )
    else:
        for value in table.contents:
            yield f"    {literal(value, table.signed, table.width)},"
    yield "};"
