"""What place and route does not time: the paths between registers inside of a device's blocks."""

from __future__ import annotations

from math import inf

from symhdl.flow.netlist import CellEntry, ModuleEntry
from symhdl.targets.primitives import PRIMITIVES
from symhdl.targets.target import Target


def slowest_block(module: ModuleEntry, target: Target) -> tuple[float, str]:
    """The highest clock in MHz that the blocks of a netlist allow by the device's data, and the name of the slowest.

    Infinite where there is none whose inside is not timed.
    """
    units = {unit.instance.cell: unit for unit in target.units if unit.instance is not None}
    slowest = (inf, "")
    for name, cell in module["cells"].items():
        if unit := units.get(cell["type"]):
            latency = _registers(cell)
            limits = [offer.fmax_mhz for offer in unit.offers if offer.latency == latency]
            slowest = min([slowest, *((limit, name) for limit in limits)])
    return slowest


def _registers(cell: CellEntry) -> int:
    """The registers that a value passes inside of a block."""
    primitive = PRIMITIVES[cell["type"]]
    given = ((name, _value(text)) for name, text in cell["parameters"].items())
    first, second, behind = primitive.registers(primitive.settings(*given))
    return max(first, second) + behind


def _value(text: str) -> str | int:
    """A parameter as Yosys writes it in JSON: numbers as their bits, texts that look like such with a blank behind."""
    return int(text, 2) if text and set(text) <= {"0", "1"} else text.removesuffix(" ")
