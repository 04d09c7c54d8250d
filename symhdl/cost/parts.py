"""Products that are wider than a unit of the device: which parts of their operands are multiplied with each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symhdl.ir.cell_ranges import RULES
from symhdl.ir.datapath import Cell, CellKind
from symhdl.targets.target import Dsp
from symhdl.targets.units import Unit


@dataclass(frozen=True, slots=True)
class Part:
    """Bits of an operand: `width` of them from bit `low` on; `whole` if they are all from there on, sign included."""

    low: int
    width: int
    signed: bool
    whole: bool


def parts_of(width: int, signed: bool, port: int, unit: Unit) -> tuple[Part, ...]:
    """The parts of an operand for a port of so many bits, the lowest first; all but the last have no sign."""
    full = port if unit.signs == "any" else port - 1
    parts: list[Part] = []
    low = 0
    while unit.operand_bits(width - low, signed=signed) > port:
        parts.append(Part(low, full, False, False))
        low += full
    return (*parts, Part(low, width - low, signed, True))


@dataclass(frozen=True, slots=True)
class Division:
    """How a product is divided: the parts of its first and of its second operand, and the products of them.

    A product is two positions, and how often it counts: once, or twice for those of a square beside its diagonal.
    `width` is that of the whole product.
    """

    first: tuple[Part, ...]
    second: tuple[Part, ...]
    products: tuple[tuple[int, int, int], ...]
    width: int

    def blocks(self, dsp: Dsp) -> int:
        """How many of the products are wide enough for a block."""
        return sum(self.is_worth_a_block(i, j, dsp) for i, j, _ in self.products)

    def is_worth_a_block(self, i: int, j: int, dsp: Dsp) -> bool:
        """Whether the product of these parts is wide enough for a block; narrower ones stay in logic."""
        widths = self.first[i].width, self.second[j].width
        product = self.width if len(self.products) == 1 else sum(widths)
        return min(widths) >= dsp.minimum_width and product >= dsp.minimum_product


def division_of(kind: CellKind, operands: Sequence[Cell], unit: Unit, dsp: Dsp) -> Division:
    """The division into the fewest blocks; the wider port may have either operand."""
    ports = (unit.widths[0], unit.widths[1])
    product = Cell(kind, (), 0, 0)
    width = product.ranged(*RULES[kind](product, operands)).width
    if kind is CellKind.SQUARE:
        own = parts_of(operands[0].width, operands[0].signed, min(ports), unit)
        pairs = tuple(
            (i, j, 1 if i == j else 2) for i in range(len(own)) for j in range(i, len(own))
        )
        return Division(own, own, pairs, width)
    found = []
    for first_port, second_port in dict.fromkeys((ports, ports[::-1])):
        first = parts_of(operands[0].width, operands[0].signed, first_port, unit)
        second = parts_of(operands[1].width, operands[1].signed, second_port, unit)
        pairs = tuple((i, j, 1) for i in range(len(first)) for j in range(len(second)))
        found.append(Division(first, second, pairs, width))
    return min(found, key=lambda division: (division.blocks(dsp), len(division.products)))
