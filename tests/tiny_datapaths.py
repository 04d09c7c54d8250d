"""Four tiny datapaths, made by hand, for golden files and for tests of every backend."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import structs

from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Datapath, Port, register_behind


def port(builder: DatapathBuilder, name: str, cell: int, bound: float | None = None) -> Port:
    """A port as wide as its cell."""
    chosen = builder.cells[cell]
    return Port(name, name, cell, chosen.format, chosen.minimum, chosen.maximum, bound)


def register(builder: DatapathBuilder, cell: int, stage: int) -> int:
    """A register into this stage."""
    assert builder.cells[cell].stage == stage - 1
    builder.cells.append(register_behind(builder.cells[cell], cell))
    return len(builder.cells) - 1


def at_stage(builder: DatapathBuilder, cell: int, stage: int) -> int:
    """Puts the newest cell into a stage."""
    assert cell == len(builder.cells) - 1
    builder.cells[cell] = structs.replace(builder.cells[cell], stage=stage)
    return cell


def polynomial() -> Datapath:
    """y = 3x^2 - x + 5 in two stages."""
    builder = DatapathBuilder()
    x = builder.input("x", -100, 100, 5)
    three = builder.constant(3, 0)
    product = builder.multiply(builder.multiplier(x, three), x)
    delayed, kept = register(builder, product, 1), register(builder, x, 1)
    aligned = at_stage(builder, builder.shift_left(kept, 5, 10), 1)
    difference = at_stage(builder, builder.subtract(delayed, aligned), 1)
    total = at_stage(builder, builder.add(difference, builder.constant(5 << 10, 10)), 1)
    y = register(builder, total, 2)
    return Datapath(
        "polynomial", tuple(builder.cells), (port(builder, "x", x),), (port(builder, "y", y, 0.0),),
        "y = 3*x^2 - x + 5", 200.0, "generic",
    )  # fmt: skip


def table() -> Datapath:
    """A signed table addressed by the upper bits of a signed input, and its sign."""
    builder = DatapathBuilder()
    x = builder.input("x", -32, 31, 0)
    index = builder.bits(x, 2, 4)
    entry = builder.table(index, (*range(-60, 60, 8), 99), 3)
    kept = register(builder, entry, 1)
    negative = builder.less(x, builder.constant(0, 0))
    sign = register(builder, negative, 1)
    return Datapath(
        "lookup", tuple(builder.cells), (port(builder, "x", x),),
        (port(builder, "y", kept, 0.0625), port(builder, "negative", sign)),
    )  # fmt: skip


def mixed() -> Datapath:
    """Signed with unsigned operands in every operator, without registers."""
    builder = DatapathBuilder()
    a = builder.input("a", -8, 7, 0)
    b = builder.input("b", 0, 15, 0)
    outputs = {
        "total": builder.add(a, b),
        "difference": builder.subtract(b, a),
        "product": builder.multiply(a, b),
        "smaller": builder.less(a, b),
        "chosen": builder.select(builder.less_equal(b, builder.constant(9, 0)), a, b),
        "opposite": builder.negate(b),
        "rounded": builder.align(builder.add(builder.multiply(a, b), builder.constant(2, 0)), -2),
    }
    return Datapath(
        "mixed", tuple(builder.cells), (port(builder, "a", a), port(builder, "b", b)),
        tuple(port(builder, name, cell) for name, cell in outputs.items()),
    )  # fmt: skip


def bits() -> Datapath:
    """Slices, shifts and sign extension, wider than the operand too."""
    builder = DatapathBuilder()
    x = builder.input("x", -8, 7, 2)
    outputs = {
        "sign": builder.shift_right(x, 9, 0),
        "upper": builder.shift_right(x, 2, 0),
        "lower": builder.bits(x, 0, 3),
        "extended": builder.bits(x, 2, 7),
        "shifted": builder.shift_left(x, 3, 0),
        "clamped": builder.clamp(x, -3, 4),
        "found": builder.logical_and(
            builder.logical_not(builder.equal(x, builder.constant(2, 2))),
            builder.less(builder.constant(-4, 2), x),
        ),
    }
    return Datapath(
        "slices", tuple(builder.cells), (port(builder, "x", x),),
        tuple(port(builder, name, cell) for name, cell in outputs.items()),
    )  # fmt: skip


TINY: dict[str, Callable[[], Datapath]] = {
    "polynomial": polynomial,
    "table": table,
    "mixed": mixed,
    "bits": bits,
}
