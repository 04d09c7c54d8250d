"""Products that are wider than a unit of the device: which parts of their operands are multiplied with each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from symhdl.ir.builder import DatapathBuilder
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


def divided_product(
    builder: DatapathBuilder, operands: Sequence[int], division: Division, unit: Unit, dsp: Dsp
) -> int:
    """The product as an integer, from products of parts that are bound to the unit where they are worth it.

    The two operands of a square are one.
    """
    first = list(_cells_of(builder, operands[0], division.first))
    second = list(_cells_of(builder, operands[-1], division.second))
    terms: list[tuple[int, int]] = []
    for i, j, times in division.products:
        if division.is_worth_a_block(i, j, dsp):
            product = builder.multiplier(first[i], second[j])
            builder.bind(product, unit.name)
        else:
            product = builder.multiply(first[i], second[j])
        terms.append((times << (division.first[i].low + division.second[j].low), product))
    return builder.sum(terms, 0, 0)


def _cells_of(builder: DatapathBuilder, operand: int, parts: Sequence[Part]) -> Iterator[int]:
    whole = builder.shift_left(operand, 0, 0)
    for part in parts:
        if part.whole:
            yield builder.shift_right(whole, part.low, 0)
        else:
            yield builder.bits(whole, part.low, part.width)
