"""The text of a datapath as a C++ function: names, tables, one statement per cell."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from symhdl.ir.datapath import Cell, CellKind, Datapath, Port
from symhdl.ir.live import live_cells
from symhdl.names.reserved import C_LIBRARY_TYPES

from .cpp_expressions import (
    EXPRESSIONS,
    Variable,
    cell_type,
    claim,
    statement_type,
)
from .cpp_types import NATIVE, CppType, port_type, type_of
from .signals import Names, base_names

LINE = 96
OWN_NAMES = (
    "i32", "i64", "wide", "word_of", "made", "as", "inputs", "outputs", "evaluate", "in", "out", "row", "rows",
)  # fmt: skip
"""What the text has beside the names of values."""


@dataclass(frozen=True, slots=True)
class Array:
    """Constant entries that cells read."""

    name: str
    type: CppType
    contents: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CppModel:
    """A reduced datapath with a name for every cell that is no constant, and the arrays by the cells that read them.

    `wholes` are names for values that have not been held against their claims yet. If `checked`, the function tells
    whether a value left the range that is claimed of it, and reads nothing outside of an array even then.
    """

    datapath: Datapath
    checked: bool
    names: tuple[str, ...]
    wholes: tuple[str, ...]
    arrays: dict[int, Array]

    @property
    def has_wide(self) -> bool:
        """Whether a number is wider than the native types."""
        cells = self.datapath.cells
        types = (statement_type(cell, [cells[o] for o in cell.operands]) for cell in cells)
        ports = (port.format.width for port in self.datapath.inputs + self.datapath.outputs)
        return any(not kind.is_native for kind in types) or max(ports, default=0) > NATIVE[-1]

    def port_type(self, port: Port) -> str:
        """The type of a port: the narrowest there is, or for speed that of what is computed."""
        return (
            cell_type(self.datapath.cells[port.cell]).name
            if self.checked
            else port_type(port.format)
        )

    def variable(self, index: int) -> Variable:
        """The cell as an operand."""
        cell = self.datapath.cells[index]
        return Variable(cell, self.names[index], cell_type(cell))


def arrange(datapath: Datapath, *, checked: bool) -> CppModel:
    """Chooses the names and gathers equal arrays. The datapath is a reduced one."""
    own = Names((*OWN_NAMES, *(f"wrong_{size}" for size in NATIVE), *C_LIBRARY_TYPES))
    bases = base_names(datapath)
    names = tuple(own.fresh(base) if base else "" for base in bases)
    wholes = tuple(own.fresh(f"{base}_whole") if base else "" for base in bases)
    shared: dict[tuple[CppType, tuple[int, ...]], Array] = {}
    arrays: dict[int, Array] = {}
    for index, cell in enumerate(datapath.cells):
        if cell.kind in (CellKind.TABLE, CellKind.ROW):
            key = _contents(datapath, cell, checked)
            if key not in shared:
                shared[key] = Array(own.fresh(f"{names[index]}_table"), *key)
            arrays[index] = shared[key]
    return CppModel(datapath, checked, names, wholes, arrays)


def _contents(datapath: Datapath, cell: Cell, padded: bool) -> tuple[CppType, tuple[int, ...]]:
    """Type and entries of a cell's array; what is never reached is 0."""
    operands = [datapath.cells[operand] for operand in cell.operands]
    index = operands[0]
    given = cell.contents if cell.kind is CellKind.TABLE else cell.weights
    entries = (0,) * index.minimum + given[index.minimum : index.maximum + 1]
    if padded:
        entries += (0,) * ((1 << (len(entries) - 1).bit_length()) - len(entries))
    kind = statement_type(cell, operands) if cell.kind is CellKind.ROW else type_of(entries)
    return kind, entries


def array_lines(model: CppModel) -> Iterator[str]:
    """The arrays, each once."""
    for array in dict.fromkeys(model.arrays.values()):
        yield f"inline constexpr {array.type.name} {array.name}[{len(array.contents)}] = {{"
        text = ", ".join(map(array.type.literal, array.contents))
        yield from textwrap.wrap(
            text,
            LINE,
            initial_indent="    ",
            subsequent_indent="    ",
            break_on_hyphens=False,
            break_long_words=False,
        )
        yield "};"
        yield ""


def structure_lines(model: CppModel) -> Iterator[str]:
    """The integers at the ports."""
    for name, ports in (("inputs", model.datapath.inputs), ("outputs", model.datapath.outputs)):
        yield f"struct {name} {{"
        for port in ports:
            yield f"    {model.port_type(port)} {port.port};"
        yield "};"
        yield ""


def function_lines(model: CppModel) -> Iterator[str]:
    """The function of one row."""
    result = "i32" if model.checked else "void"
    yield f"[[gnu::always_inline]] inline {result} evaluate(const inputs &in, outputs &out) noexcept {{"
    if model.checked:
        yield from (f"    i{size} wrong_{size} = 0;" for size in NATIVE)
    yield "    (void)in;"
    live = live_cells(model.datapath)
    for port in model.datapath.inputs:
        if live[port.cell]:
            yield f"    {_loaded(model, port)}"
    for index, cell in enumerate(model.datapath.cells):
        if cell.operands:
            yield from (f"    {line}" for line in _statements(model, index))
    for port in model.datapath.outputs:
        yield f"    out.{port.port} = {_stored(model, port)};"
    if model.checked:
        yield f"    return wrong_32 | i32(wrong_64 >> {NATIVE[-1] - 1});"
    yield "}"


def _loaded(model: CppModel, port: Port) -> str:
    variable = model.variable(port.cell)
    kind = variable.type
    if model.port_type(port) == kind.name:
        text = f"in.{port.port}"
    elif kind.is_native and port.format.width <= NATIVE[-1]:
        text = f"{kind.name}(in.{port.port})"
    else:
        text = f"as<{kind.name}>(in.{port.port})"
    return f"const {kind.name} {variable.name} = {text};"


def _stored(model: CppModel, port: Port) -> str:
    variable, wanted = model.variable(port.cell), model.port_type(port)
    text = variable.as_type(variable.type)
    if wanted == variable.type.name:
        return text
    is_native = port.format.width <= NATIVE[-1] and variable.type.is_native
    return f"{wanted}({text})" if is_native else f"as<{wanted}>({text})"


def _statements(model: CppModel, index: int) -> Iterator[str]:
    cells = model.datapath.cells
    cell, name = cells[index], model.names[index]
    operands = [cells[operand] for operand in cell.operands]
    kind, own = statement_type(cell, operands), cell_type(cell)
    text = _expression(model, index, kind)
    if model.checked and claim(cell, operands):
        whole = name if kind == own else model.wholes[index]
        yield f"const {kind.name} {whole} = {text};"
        yield _check(cell, whole, kind)
        if kind != own:
            yield f"const {own.name} {name} = {own.cast(whole, kind)};"
    elif kind == own or cell.kind is CellKind.TABLE:
        yield f"const {own.name} {name} = {text};"
    else:
        yield f"const {own.name} {name} = {own.cast(text, kind)};"


def _check(cell: Cell, name: str, kind: CppType) -> str:
    """Makes the highest bit one if the value is outside: of one of the differences then."""
    low, high = kind.literal(cell.minimum), kind.literal(cell.maximum)
    if kind.is_native:
        return f"wrong_{kind.bits} |= ({name} - {low}) | ({high} - {name});"
    return f"wrong_32 |= -i32({name} < {low} || {high} < {name});"


def _expression(model: CppModel, index: int, kind: CppType) -> str:
    cell = model.datapath.cells[index]
    operands: Sequence[Variable] = [model.variable(operand) for operand in cell.operands]
    if index not in model.arrays:
        return EXPRESSIONS[cell.kind](cell, operands, kind)
    array = model.arrays[index]
    place = operands[0].as_type(operands[0].type)
    if model.checked:
        place = f"{place} & {len(array.contents) - 1}"
    entry = f"{array.name}[{place}]"
    if cell.kind is CellKind.TABLE:
        return (
            cell_type(cell).cast(entry, array.type)
            if not model.checked
            else kind.cast(entry, array.type)
        )
    return f"{entry} * {operands[1].as_type(kind)} + ({entry} >> {kind.bits - 1})"
