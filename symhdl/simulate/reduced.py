"""A Datapath with fewer and narrower cells of the same integers: what engines for many rows execute.

Registers and binary points are left out, for the integers do not depend on them. Of a sum or product that is wider than
a word only what is cut out of it is computed, in parts: with w = h 2**k + l, for every k <= s,

    floor(w a / 2**s) = floor((h a + floor(l a / 2**k)) / 2**(s - k)),

where h a and l a may fit. Of the lowest n bits of a sum, weights count modulo 2**n.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Cell, CellKind, Datapath, Port
from symhdl.ir.live import remove_dead_cells
from symhdl.ir.verify import claimed_cells
from symhdl.numeric.fixed import FixedFormat
from symhdl.simulate.definition import INT64_BITS

LONGEST_SUM = 64
"""The terms up to which sums of sums are taken together."""

WIRES = frozenset({CellKind.REGISTER, CellKind.SHIFT_LEFT})
CUTS = frozenset({CellKind.SHIFT_RIGHT, CellKind.BITS})


@dataclass(frozen=True, slots=True)
class _Linear:
    """value + the sum of weight * cell over `weights`, by cell."""

    weights: Mapping[int, int]
    value: int = 0

    def times(self, factor: int) -> _Linear:
        """The multiple."""
        weights = {cell: factor * weight for cell, weight in self.weights.items()}
        return _Linear(weights, factor * self.value)

    def plus(self, other: _Linear) -> _Linear:
        """The sum."""
        weights = dict(self.weights)
        for cell, weight in other.weights.items():
            weights[cell] = weights.get(cell, 0) + weight
        return _Linear({c: w for c, w in weights.items() if w}, self.value + other.value)

    def modulo(self, bits: int) -> _Linear:
        """What is equal in the lowest bits, with the weights of least size."""
        if not bits:
            return _Linear({})
        half = 1 << (bits - 1)
        weights = {c: (w + half) % (2 * half) - half for c, w in self.weights.items()}
        return _Linear({c: w for c, w in weights.items() if w}, self.value % (2 * half))

    def above(self, bits: int) -> _Linear:
        """What is left without `modulo(bits)`, in units of 2**bits."""
        lower = self.modulo(bits)
        weights = {c: (w - lower.weights.get(c, 0)) >> bits for c, w in self.weights.items()}
        return _Linear({c: w for c, w in weights.items() if w}, self.value >> bits)


_COEFFICIENTS: dict[CellKind, tuple[int, ...]] = {
    CellKind.ADD: (1, 1),
    CellKind.SUBTRACT: (1, -1),
    CellKind.NEGATE: (-1,),
}


def _coefficients(cell: Cell) -> tuple[int, ...] | None:
    """The factors of the operands of a cell that is a sum; None for others."""
    match cell.kind:
        case CellKind.SUM:
            return cell.weights
        case CellKind.SHIFT_LEFT:
            return (1 << cell.shift,)
        case CellKind.JOIN:
            return (1 << cell.shift, 1)
        case _:
            return _COEFFICIENTS.get(cell.kind)


def reduced(datapath: Datapath) -> Datapath:
    """The datapath in one stage, all cells and ports read as whole numbers, without what its outputs do not need.

    A cell whose range is claimed keeps range and claim.
    """
    cells, claimed = datapath.cells, frozenset(claimed_cells(datapath))
    builder = DatapathBuilder()
    places: list[int] = []
    sums: dict[int, _Linear] = {}  # the wide cells of the new datapath that are sums of others
    for index, cell in enumerate(cells):
        operands = tuple([places[operand] for operand in cell.operands])
        place = None if index in claimed else _rewritten(builder, cell, operands, sums)
        if place is None:
            place = builder.copy(_plain(cell, operands), operands)
            found = _linear(cell, operands, sums)
            if found is not None and index not in claimed:
                sums[place] = found
        else:
            place = builder.narrow(place, cell.minimum, cell.maximum)
        places.append(place)
    return remove_dead_cells(
        replace(
            datapath,
            cells=tuple(builder.cells),
            inputs=tuple(_plain_port(port, places) for port in datapath.inputs),
            outputs=tuple(_plain_port(port, places) for port in datapath.outputs),
            units=(),
        )
    )


def _plain(cell: Cell, operands: tuple[int, ...]) -> Cell:
    """The cell as whole numbers, of no stage and no unit; a table ends with the entries that are reached."""
    return Cell(
        cell.kind, operands, cell.minimum, cell.maximum, value=cell.value, shift=cell.shift, count=cell.count,
        weights=cell.weights, contents=cell.contents, name=cell.name, origin=cell.origin,
    )  # fmt: skip


def _plain_port(port: Port, places: Sequence[int]) -> Port:
    whole = FixedFormat(port.format.signed, port.format.width, 0)
    return replace(port, cell=places[port.cell], format=whole)


def _rewritten(
    builder: DatapathBuilder, cell: Cell, operands: tuple[int, ...], sums: Mapping[int, _Linear]
) -> int | None:
    """Another cell of the same integer; None if there is none that is simpler."""
    if cell.kind in WIRES and not cell.shift:
        return operands[0]
    if cell.kind not in CUTS:
        return None
    source = builder.cells[operands[0]]
    if source.width <= INT64_BITS:
        return None
    low, count = cell.shift, cell.count if cell.kind is CellKind.BITS else 0
    if operands[0] in sums:
        return _cut_of_sum(builder, sums[operands[0]], low, count)
    if source.kind is CellKind.MULTIPLY or source.kind is CellKind.SQUARE:
        factors = (source.operands * 2)[:2]
        return _cut_of_product(builder, factors, low, count)
    return None


def _linear(cell: Cell, operands: tuple[int, ...], sums: Mapping[int, _Linear]) -> _Linear | None:
    """A wide or shifted cell as a sum, of the terms of its operands where these are such sums themselves."""
    coefficients = _coefficients(cell)
    is_plain = cell.width <= INT64_BITS and cell.kind is not CellKind.SHIFT_LEFT
    if coefficients is None or is_plain:
        return None
    total = _Linear({}, cell.value)
    for factor, operand in zip(coefficients, operands, strict=True):
        total = total.plus(sums.get(operand, _Linear({operand: 1})).times(factor))
    return total if len(total.weights) <= LONGEST_SUM else None


def _range_of(builder: DatapathBuilder, total: _Linear) -> tuple[int, int]:
    low = high = total.value
    for cell, weight in total.weights.items():
        ends = [weight * end for end in builder.range(cell)]
        low, high = low + min(ends), high + max(ends)
    return low, high


def _fits(low: int, high: int) -> bool:
    half = 1 << (INT64_BITS - 1)
    return -half <= low and high < half


def _made(builder: DatapathBuilder, total: _Linear) -> int:
    terms = [(weight, cell) for cell, weight in total.weights.items()]
    return builder.sum(terms, total.value, 0)


def _cut_of_sum(builder: DatapathBuilder, total: _Linear, low: int, count: int) -> int | None:
    """The bits of a sum from `low` on, `count` of them or all if that is 0, in cells that fit; None if none would."""
    if count:
        total = total.modulo(low + count)
    for split in range(low + 1):
        lower, upper = total.modulo(split), total.above(split)
        least, most = _range_of(builder, lower)
        if not _fits(least, most):
            return None
        least, most = least >> split, most >> split
        low_end, high_end = _range_of(builder, upper)
        if _fits(low_end + least, high_end + most):
            carried = builder.shift_right(_made(builder, lower), split, 0)
            whole = _made(builder, upper.plus(_Linear({carried: 1})))
            return _cut(builder, whole, low - split, count)
    return None


def _cut_of_product(
    builder: DatapathBuilder, factors: tuple[int, ...], low: int, count: int
) -> int | None:
    """The same of a product, whose first factor is taken apart."""
    a, b = factors
    for split in range(1, low + 1):
        least, most = _products((0, (1 << split) - 1), builder.range(b))
        if not _fits(least, most):
            return None
        start, end = builder.range(a)
        ends = _products((start >> split, end >> split), builder.range(b))
        if _fits(ends[0] + (least >> split), ends[1] + (most >> split)):
            lower = builder.multiplier(builder.bits(a, 0, split), b)
            upper = builder.multiplier(builder.shift_right(a, split, 0), b)
            carried = builder.shift_right(lower, split, 0)
            return _cut(builder, builder.add(upper, carried), low - split, count)
    return None


def _products(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    """The range of the products of numbers of two ranges."""
    corners = [x * y for x in a for y in b]
    return min(corners), max(corners)


def _cut(builder: DatapathBuilder, whole: int, low: int, count: int) -> int:
    return builder.bits(whole, low, count) if count else builder.shift_right(whole, low, 0)
