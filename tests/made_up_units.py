"""Units for tests: those of devices, and made-up ones with other latencies, widths and places of registers."""

from __future__ import annotations

from msgspec import structs

from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Datapath, Port
from symhdl.targets.target import load_target
from symhdl.targets.units import Offer, Unit
from tests.tiny_datapaths import port


def _offer(latency: int, operand_registers: int) -> Offer:
    longest = 1.0 if latency > 1 else 0.0
    return Offer(
        latency, min(1.0, float(latency)), 1.0, longest, operand_registers=operand_registers
    )


MULT18X18D, SB_MAC16, DSP48E1 = (
    load_target(device).unit(name)
    for device, name in (
        ("ecp5-25k", "MULT18X18D"), ("ice40-up5k", "SB_MAC16"), ("xc7a35t", "DSP48E1")
    )
)  # fmt: skip
DP16KD, CCU2C = (load_target("ecp5-25k").unit(name) for name in ("DP16KD", "CCU2C"))
CARRY4, CARRY8 = load_target("xc7a35t").unit("CARRY4"), load_target("xcvu9p").unit("CARRY8")

DEEP = Unit("deep", "multiply", "dsps", (_offer(1, 1), _offer(4, 2), _offer(5, 0)), (20, 9))
"""Registers before the operands more than one deep, or none at all, and operands of unequal widths."""

MEMORY = Unit("memory", "table", "brams", (_offer(1, 0), _offer(2, 1), _offer(3, 1)))
"""A memory with registers at its address."""

MADE_UP = (MULT18X18D, SB_MAC16, DSP48E1, DP16KD, DEEP, MEMORY, CCU2C, CARRY4, CARRY8)


def one_product(unit: Unit, latency: int, width: int = 12) -> Datapath:
    """A product of signed operands of so many bits, or a table of so many address bits, in the unit."""
    builder = DatapathBuilder()
    inputs: tuple[Port, ...]
    if unit.kind == "table":
        x = builder.input("x", 0, (1 << width) - 1, 0)
        inputs = (port(builder, "x", x),)
        y = builder.table(x, tuple(37 * entry * entry % 1021 for entry in range(1 << width)), 0)
    else:
        a, b = (builder.input(n, -1 << (width - 1), (1 << (width - 1)) - 1, 3) for n in "ab")
        inputs = (port(builder, "a", a), port(builder, "b", b))
        y = builder.multiply(a, b)
    builder.cells[y] = structs.replace(
        builder.cells[y], unit=unit.name, latency=latency, stage=latency
    )
    outputs = (port(builder, "y", y, 0.0),)
    cells = tuple(builder.cells)
    return Datapath("product", cells, inputs, outputs, "y = a*b", 100.0, units=(unit,))
