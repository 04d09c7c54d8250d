"""Datapaths for what becomes functions of C++: every kind of cell at any width, and tiny ones with names and text."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Cell, CellKind, Datapath, Port
from symhdl.numeric.fixed import FixedFormat, format_of_range

MANY_WIDTHS = (2, 3, 31, 32, 63, 65, 99, 100)


def every_kind(top: str, width: int, signs: tuple[bool, bool]) -> Datapath:
    """One cell of each kind on two inputs of this width, every one an output."""
    builder = DatapathBuilder()
    ports = []
    for name, signed in zip("ab", signs, strict=True):
        fixed = FixedFormat(signed, width, 3)
        cell = builder.input(name, fixed.minimum, fixed.maximum, 3)
        ports.append(Port(name, name, cell, fixed, fixed.minimum, fixed.maximum))
    a, b = (port.cell for port in ports)
    fives = builder.constant(-5, 3), builder.constant(5, 3)
    condition = builder.less(a, b)
    index = builder.bits(a, max(0, width - 4), 3)
    outputs = [
        condition, builder.less(b, a), builder.less_equal(a, b), builder.equal(a, b),
        *(builder.less(a, five) for five in fives), *(builder.less_equal(five, b) for five in fives),
        builder.add(a, b), builder.subtract(a, b), builder.negate(a), builder.multiply(a, b),
        *(builder.add(a, five) for five in fives), *(builder.subtract(five, a) for five in fives),
        *(builder.multiplier(b, five) for five in fives), builder.square(a), builder.square(b),
        builder.shift_left(a, 70, 3), builder.shift_right(a, 1, 3), builder.shift_right(a, width - 1, 3),
        builder.bits(a, 0, width + 2), builder.bits(b, width // 2, 5), builder.bits(b, width + 9, 7),
        builder.logical_not(condition), builder.logical_and(condition, builder.equal(a, b)),
        builder.logical_or(condition, builder.equal(a, b)), builder.select(condition, a, b),
        builder.select(condition, a, fives[0]), builder.table(index, (3, -70, 1 << 80, 0, 5, 6, 7, 8), 3),
        builder.table(index, (3, -(1 << 63), 2, 0, 5, 6, (1 << 63) - 1, 8), 3), *fives,
    ]  # fmt: skip
    return with_outputs(top, builder, tuple(ports), outputs)


def with_outputs(
    top: str, builder: DatapathBuilder, ports: tuple[Port, ...], outputs: Sequence[int]
) -> Datapath:
    """A datapath with an output as narrow as its cell for each of the cells."""
    made = []
    for number, index in enumerate(outputs):
        cell = builder.cells[index]
        fixed = format_of_range(cell.minimum, cell.maximum, cell.fraction)
        made.append(Port(f"y{number}", f"y{number}", index, fixed, cell.minimum, cell.maximum))
    return Datapath(top, tuple(builder.cells), ports, tuple(made))


def wide_sum(width: int) -> Datapath:
    """A sum, a product and a comparison of two wide inputs."""
    builder = DatapathBuilder()
    fixed = FixedFormat(True, width, 3)
    cells = [builder.input(name, fixed.minimum, fixed.maximum, 3) for name in "ab"]
    ports = tuple(
        Port(name, name, cell, fixed, fixed.minimum, fixed.maximum)
        for name, cell in zip("ab", cells, strict=True)
    )
    outputs = [builder.add(*cells), builder.multiply(*cells), builder.less(*cells)]
    return with_outputs("wide", builder, ports, outputs)


SIGNS = ((True, False), (False, True), (True, True), (False, False))


def gaussian() -> Datapath:
    """A tiny design with a table, a rounding, names, a register and several outputs."""
    builder = DatapathBuilder()
    x = builder.input("x", -32, 31, 4)
    y = builder.input("Δy", 0, 200, 5)
    square = builder.square(x)
    builder.cells[square] = structs.replace(builder.cells[square], name="r")
    index = builder.shift_right(square, 5, 3)
    table = builder.table(index, tuple(round(255 * 2 ** -(i / 4)) for i in range(33)), 8)
    product = builder.multiply(table, y)
    rounded = builder.align(builder.add(product, builder.constant(1 << 8, 13)), 4)
    registered = Cell(CellKind.REGISTER, (rounded,), *builder.range(rounded), 4, 1, 1)
    builder.cells.append(registered)
    again = Cell(CellKind.REGISTER, (table,), *builder.range(table), 8, 1, 1)
    builder.cells.append(again)
    inputs = (
        Port("x", "x", x, FixedFormat(True, 6, 4), -32, 31),
        Port("Δy", "delta_y", y, FixedFormat(False, 9, 5), 0, 200),
    )
    outputs = (
        Port("z", "z", len(builder.cells) - 2, FixedFormat(True, 10, 4), 0, 200, 0.0703125),
        Port("w", "w", len(builder.cells) - 1, FixedFormat(False, 8, 8), 0, 255, 2.0**-8),
    )
    text = "r = x^2  # */ the end?\nz = 2^-r * Δy\nw = 2^-r \\"
    return Datapath("gaussian", tuple(builder.cells), inputs, outputs, text, 250.0)


def comparison() -> Datapath:
    """A tiny design without tables: mixed signs, a choice, a wide constant, an unused input."""
    builder = DatapathBuilder()
    a = builder.input("a", -2048, 2047, 8)
    b = builder.input("b", 0, 4095, 8)
    unused = builder.input("c", 0, 1, 0)
    larger = builder.maximum(a, b)
    wide = builder.multiplier(larger, builder.constant(3**50, 80))
    inputs = (
        Port("a", "a", a, FixedFormat(True, 12, 8), -2048, 2047),
        Port("b", "b", b, FixedFormat(False, 12, 8), 0, 4095),
        Port("c", "c", unused, FixedFormat(False, 1, 0), 0, 1),
    )
    cell = builder.cells[wide]
    outputs = (Port("y", "y", wide, cell.format, cell.minimum, cell.maximum, 1e-9),)
    return Datapath("comparison", tuple(builder.cells), inputs, outputs, "y = max(a, b) * k")
