"""How products that are wider than a unit of the device are divided into parts: which of them are blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from symhdl.choices import PrimitiveUse
from symhdl.cost.area import fewest_luts_of
from symhdl.cost.products import logic_of, number_of, product_in_logic, square_in_logic
from symhdl.ir.cell_ranges import RULES
from symhdl.ir.datapath import Cell, CellKind
from symhdl.numeric.digits import digit_count
from symhdl.targets.target import Target
from symhdl.targets.units import Unit

LEAST_SHARE = 0.5
"""Of what a block is worth, the LUTs from which on a whole product is one: a block has registers, which count, too."""


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
class Piece:
    """The product of a part of each operand: how often it counts, and whether it is a block or stays in logic.

    It counts twice where it stands for two of a square.
    """

    first: Part
    second: Part
    times: int
    in_block: bool

    @property
    def shift(self) -> int:
        """How far it is from the lowest bit of the product."""
        return self.first.low + self.second.low


@dataclass(frozen=True, slots=True)
class Division:
    """How a product is divided: pieces of which it is the sum. `luts` are about those of what stays in logic."""

    pieces: tuple[Piece, ...]
    luts: float

    @property
    def blocks(self) -> int:
        """How many of the pieces are blocks."""
        return sum(piece.in_block for piece in self.pieces)


def division_of(
    kind: CellKind,
    operands: Sequence[Cell],
    unit: Unit,
    target: Target,
    primitives: PrimitiveUse = "auto",
) -> Division:
    """The division that is worth least, with blocks at what they are worth; the wider port may have either operand.

    A product that fits is one block, if it is wide enough for that and logic would take half of what a block is worth.
    Of a wider one a piece is a block where logic would take more than a block is worth. The upper bits of an operand
    may be multiplied with the whole other one in logic.
    """
    dividing = _Dividing(kind, tuple(operands), unit, target, primitives)
    return min(dividing.ways(), key=lambda way: (dividing.worth(way), way.blocks, len(way.pieces)))


@dataclass(frozen=True, slots=True)
class _Dividing:
    kind: CellKind
    operands: tuple[Cell, ...]
    unit: Unit
    target: Target
    primitives: PrimitiveUse

    def ways(self) -> Iterator[Division]:
        """The divisions to choose from."""
        ports = (self.unit.widths[0], self.unit.widths[1])
        if self.kind is CellKind.SQUARE:
            own = self._parts(0, min(ports))
            yield self._division(
                [
                    (own[i], own[j], 1 if i == j else 2)
                    for i in range(len(own))
                    for j in range(i, len(own))
                ]
            )
        for first_port, second_port in dict.fromkeys((ports, ports[::-1])):
            first, second = self._parts(0, first_port), self._parts(1, second_port)
            yield self._division([(a, b, 1) for a in first for b in second])
            if len(first) > 1:
                yield self._division(
                    [
                        *((a, b, 1) for a in first[:-1] for b in second),
                        (first[-1], self._whole(1), 1),
                    ],
                    last_in_logic=True,
                )
            if len(second) > 1:
                yield self._division(
                    [
                        *((a, b, 1) for b in second[:-1] for a in first),
                        (self._whole(0), second[-1], 1),
                    ],
                    last_in_logic=True,
                )

    def worth(self, way: Division) -> float:
        """The LUTs of what stays in logic and of the adders, and what blocks are worth in LUTs."""
        width = sum(operand.width for operand in (self.operands * 2)[:2])
        adders = (len(way.pieces) - 1) * width / 2
        return way.luts + adders + way.blocks * self.unit.amount * self.target.worth.dsp

    def _parts(self, place: int, port: int) -> tuple[Part, ...]:
        operand = self.operands[-place]
        return parts_of(operand.width, operand.signed, port, self.unit)

    def _whole(self, place: int) -> Part:
        operand = self.operands[-place]
        return Part(0, operand.width, operand.signed, True)

    def _division(
        self, products: Sequence[tuple[Part, Part, int]], *, last_in_logic: bool = False
    ) -> Division:
        alone = len(products) == 1
        pieces: list[Piece] = []
        total = 0.0
        for number, (first, second, times) in enumerate(products, 1):
            in_block = self._is_wide_enough(first, second, alone=alone)
            luts = self._luts(first, second)
            is_kept = last_in_logic and number == len(products)
            least = self.target.worth.dsp * (LEAST_SHARE if alone else 1.0)
            in_block = in_block and luts >= least and not is_kept
            total += 0.0 if in_block else luts
            pieces.append(Piece(first, second, times, in_block))
        return Division(tuple(pieces), total)

    def _is_wide_enough(self, first: Part, second: Part, *, alone: bool) -> bool:
        """Whether synthesis would make a block of it, too."""
        dsp = self.target.dsp
        width = first.width + second.width
        if alone:
            draft = Cell(self.kind, (), 0, 0)
            width = draft.ranged(*RULES[self.kind](draft, self.operands)).width
        return min(first.width, second.width) >= dsp.minimum_width and width >= dsp.minimum_product

    def _luts(self, first: Part, second: Part) -> float:
        """The LUTs of the product of two parts in logic."""
        target, logic = self.target, logic_of(self.target, self.primitives)
        for place, constant, other in ((0, first, second), (-1, second, first)):
            operand = self.operands[place]
            if operand.kind is CellKind.CONSTANT:
                value = operand.value >> constant.low
                digits = digit_count(
                    value if constant.whole else value & ((1 << constant.width) - 1)
                )
                return max(0, digits - 1) * other.width * target.costs.adder_bit
        a, b = (number_of(part.width, signed=part.signed) for part in (first, second))
        is_square = self.kind is CellKind.SQUARE and first == second
        return fewest_luts_of(
            square_in_logic(a, logic) if is_square else product_in_logic(a, b, logic), target
        )
