"""A cell's integer as a C++ expression without overflow: every part of it fits in the type of the statement.

Right shifts of negative numbers are arithmetic in every compiler there is, and by the standard from C++20 on; left
shifts are products with powers of two. Choices have no branches, because both sides are there already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from symhdl.ir.cell_ranges import range_of_operation
from symhdl.ir.datapath import Cell, CellKind

from .cpp_types import CppType, type_of


@dataclass(frozen=True, slots=True)
class Variable:
    """An operand: its cell, the name of its variable, and the type of that."""

    cell: Cell
    name: str
    type: CppType

    def as_type(self, wanted: CppType) -> str:
        """The operand in a type that holds it."""
        if self.cell.kind is CellKind.CONSTANT:
            return wanted.literal(self.cell.value)
        return wanted.cast(self.name, self.type)


def cell_type(cell: Cell) -> CppType:
    """The type of the variable that holds a cell."""
    return type_of((cell.minimum, cell.maximum))


def claim(cell: Cell, operands: Sequence[Cell]) -> bool:
    """Whether the range is tighter than the operation alone says."""
    low, high = range_of_operation(cell, operands)
    return cell.minimum > low or cell.maximum < high


def statement_type(cell: Cell, operands: Sequence[Cell]) -> CppType:
    """The narrowest type that holds the operands, the result whatever its range says, and all that is between."""
    return type_of(_numbers(cell, operands))


def _numbers(cell: Cell, operands: Sequence[Cell]) -> Iterator[int]:
    low, high = range_of_operation(cell, operands)
    yield from (low, high, cell.minimum, cell.maximum)
    if claim(cell, operands):  # what the check of the claim computes
        yield from (
            low - cell.minimum,
            high - cell.minimum,
            cell.maximum - low,
            cell.maximum - high,
        )
    if cell.kind is CellKind.TABLE:
        return
    for operand in operands:
        yield from (operand.minimum, operand.maximum)
    match cell.kind:
        case CellKind.BITS:
            yield (1 << cell.count) - 1
        case CellKind.ROW:
            ends = (operands[1].minimum, operands[1].maximum)
            yield from cell.weights
            yield from (weight * end for weight in cell.weights for end in ends)
        case CellKind.TWO_ROWS:
            least = most = cell.value
            for weight, operand in zip(cell.weights, operands[1::2], strict=True):
                ends = (weight * operand.minimum, weight * operand.maximum)
                least, most = least + min(*ends, 0), most + max(*ends, 0)
                yield from (*ends, least, most)
            yield cell.value
        case _:
            terms = terms_of(cell)
            if terms is not None:
                yield from _partial_sums(terms, cell.value, operands)


def _partial_sums(
    terms: Sequence[tuple[int, int]], value: int, operands: Sequence[Cell]
) -> Iterator[int]:
    low = high = 0
    for weight, place in terms:
        ends = [weight * operands[place].minimum, weight * operands[place].maximum]
        low, high = low + min(ends), high + max(ends)
        yield from (weight, *ends, low, high)
    yield value


def terms_of(cell: Cell) -> list[tuple[int, int]] | None:
    """Weights and places of the operands of what is written as a sum, a positive one first; None for others."""
    match cell.kind:
        case CellKind.SUM:
            terms = [(weight, place) for place, weight in enumerate(cell.weights)]
        case CellKind.ADD:
            terms = [(1, 0), (1, 1)]
        case CellKind.SUBTRACT:
            terms = [(1, 0), (-1, 1)]
        case CellKind.NEGATE:
            terms = [(-1, 0)]
        case CellKind.SHIFT_LEFT:
            terms = [(1 << cell.shift, 0)]
        case CellKind.JOIN:
            terms = [(1 << cell.shift, 0), (1, 1)]
        case _:
            return None
    return sorted(terms, key=lambda term: term[0] < 0)


def _sum(cell: Cell, operands: Sequence[Variable], kind: CppType) -> str:
    parts: list[str] = []
    for weight, place in terms_of(cell) or ():
        text = operands[place].as_type(kind)
        if abs(weight) != 1:
            text = f"{kind.literal(abs(weight))} * {text}"
        parts.append(_signed(weight < 0, text, bool(parts)))
    if cell.value:
        parts.append(_signed(cell.value < 0, kind.literal(abs(cell.value)), True))
    return "".join(parts)


def _signed(negative: bool, text: str, follows: bool) -> str:
    if follows:
        return f" {'-' if negative else '+'} {text}"
    return (
        f"-{text}" if negative and not text.startswith("-") else f"-({text})" if negative else text
    )


def _shifted(a: Variable, amount: int, kind: CppType) -> str:
    return f"{a.as_type(kind)} >> {min(amount, kind.bits - 1)}" if amount else a.as_type(kind)


def _bits(cell: Cell, operands: Sequence[Variable], kind: CppType) -> str:
    (a,) = operands
    mask = (1 << cell.count) - 1
    shifted = _shifted(a, cell.shift, kind)
    if a.cell.minimum >= 0 and a.cell.maximum >> cell.shift <= mask:
        return shifted
    return f"{f'({shifted})' if cell.shift else shifted} & {kind.literal(mask)}"


def _infix(operator: str) -> Callable[[Cell, Sequence[Variable], CppType], str]:
    def write(_cell: Cell, operands: Sequence[Variable], kind: CppType) -> str:
        a, b = (*operands, *operands)[:2]
        return f"{a.as_type(kind)} {operator} {b.as_type(kind)}"

    return write


def _two_rows(cell: Cell, operands: Sequence[Variable], kind: CppType) -> str:
    parts = [kind.literal(cell.value)]
    for weight, bit, number in zip(cell.weights, operands[::2], operands[1::2], strict=True):
        sign = "-" if weight < 0 else "+"
        parts.append(f"{sign} {bit.as_type(kind)} * {number.as_type(kind)}")
    return " ".join(parts)


def _not(_cell: Cell, operands: Sequence[Variable], kind: CppType) -> str:
    return f"{kind.literal(1)} - {operands[0].as_type(kind)}"


def _select(_cell: Cell, operands: Sequence[Variable], kind: CppType) -> str:
    condition, chosen, other = operands
    return f"{condition.as_type(condition.type)} ? {chosen.as_type(kind)} : {other.as_type(kind)}"


Write = Callable[[Cell, Sequence[Variable], CppType], str]

EXPRESSIONS: dict[CellKind, Write] = {
    **dict.fromkeys(
        (
            CellKind.SUM,
            CellKind.ADD,
            CellKind.SUBTRACT,
            CellKind.NEGATE,
            CellKind.SHIFT_LEFT,
            CellKind.JOIN,
        ),
        _sum,
    ),
    CellKind.MULTIPLY: _infix("*"),
    CellKind.SQUARE: _infix("*"),
    CellKind.TWO_ROWS: _two_rows,
    CellKind.SHIFT_RIGHT: lambda cell, operands, kind: _shifted(operands[0], cell.shift, kind),
    CellKind.BITS: _bits,
    CellKind.LESS: _infix("<"),
    CellKind.LESS_EQUAL: _infix("<="),
    CellKind.EQUAL: _infix("=="),
    CellKind.NOT: _not,
    CellKind.AND: _infix("&"),
    CellKind.OR: _infix("|"),
    CellKind.SELECT: _select,
}
"""What computes each kind in the type of its statement; tables and rows are written where their arrays are known."""

COMPARISONS = frozenset({CellKind.LESS, CellKind.LESS_EQUAL, CellKind.EQUAL})
