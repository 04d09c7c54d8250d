"""What place and route does not time: the paths between registers inside of a device's blocks."""

from __future__ import annotations

from math import inf

from symhdl.flow.netlist import CellEntry, ModuleEntry
from symhdl.targets.primitives import PRIMITIVES
from symhdl.targets.target import Target
from symhdl.targets.units import Unit


def slowest_block(module: ModuleEntry, target: Target) -> tuple[float, str]:
    """The highest clock in MHz that the blocks of a netlist allow by the device's data, and the name of the slowest.

    Infinite where there is none whose inside is not timed.
    """
    units = [(unit.instance.cell, unit) for unit in target.units if unit.instance is not None]
    slowest = (inf, "")
    for name, cell in module["cells"].items():
        for primitive, unit in units:
            if primitive == cell["type"]:
                slowest = min([slowest, *((limit, name) for limit in _limits(cell, unit))])
    return slowest


def _limits(cell: CellEntry, unit: Unit) -> list[float]:
    """What the paths inside of a block allow with the registers that it has, if it is this unit."""
    primitive = PRIMITIVES[cell["type"]]
    settings = primitive.settings(*((n, _value(text)) for n, text in cell["parameters"].items()))
    first, second, behind, last = primitive.registers(settings)
    if unit.adder is None:
        latency = 0 if primitive.is_sum(settings) else max(first, second) + behind + last
        return [offer.fmax_mhz for offer in unit.offers if offer.latency == latency]
    if not primitive.is_sum(settings):
        return []
    products = [o.fmax_mhz for o in unit.offers if o.latency == max(first, second) + behind]
    return products + [offer.fmax_mhz for offer in unit.sums if offer.latency == last]


def _value(text: str) -> str | int:
    """A parameter as Yosys writes it in JSON: numbers as their bits, texts that look like such with a blank behind."""
    return int(text, 2) if text and set(text) <= {"0", "1"} else text.removesuffix(" ")
