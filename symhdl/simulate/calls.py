"""What computes each kind of cell in calls of NumPy, in a type that holds what it is given and the result.

Sums and products wrap around on the way, as those of NumPy's integers do, and are right where the result fits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from symhdl.ir.datapath import Cell, CellKind
from symhdl.simulate.instructions import (
    BITS,
    Array,
    Element,
    Instruction,
    Translation,
    Value,
    constant,
    type_of,
)

Compute = Callable[[Translation, Cell, Element], Value]


def _binary(function: Callable[..., object]) -> Compute:
    def compute(made: Translation, cell: Cell, kind: Element) -> Value:
        a, b = (*cell.operands, *cell.operands)[:2]
        return made.call(function, made.operand(a, kind), made.operand(b, kind), kind=kind)

    return compute


def _sum(made: Translation, cell: Cell, kind: Element) -> Value:
    return _weighted(made, list(zip(cell.weights, cell.operands, strict=True)), cell.value, kind)


def _weighted(
    made: Translation, terms: Sequence[tuple[int, int]], value: int, kind: Element
) -> Value:
    """A sum of terms; one of weight 1 goes first."""
    total: Value | Array | None = None if not value else constant(value, kind)
    result: Value | None = None
    for weight, index in sorted(terms, key=lambda term: term[0] != 1):
        operand = made.operand(index, kind)
        if abs(weight) != 1:
            operand = made.call(np.multiply, operand, constant(weight, kind), kind=kind)
        if total is None:
            total = operand if weight != -1 else made.call(np.negative, operand, kind=kind)
        else:
            function = np.subtract if weight == -1 else np.add
            total = made.call(function, total, operand, kind=kind)
        result = total if isinstance(total, Value) else None
    assert result is not None, "a sum without terms; please report this"
    return result


def _shift_left(made: Translation, cell: Cell, kind: Element) -> Value:
    return _weighted(made, [(1 << cell.shift, cell.operands[0])], 0, kind)


def _join(made: Translation, cell: Cell, kind: Element) -> Value:
    a, b = cell.operands
    return _weighted(made, [(1 << cell.shift, a), (1, b)], 0, kind)


def _negate(made: Translation, cell: Cell, kind: Element) -> Value:
    return made.call(np.negative, made.operand(cell.operands[0], kind), kind=kind)


def _shifted(made: Translation, index: int, amount: int, kind: Element) -> Value | Array:
    operand = made.operand(index, kind)
    if not amount:
        return operand
    places = constant(min(amount, BITS[kind] - 1), kind)
    return made.call(np.right_shift, operand, places, kind=kind)


def _shift_right(made: Translation, cell: Cell, kind: Element) -> Value:
    return _as_value(made, _shifted(made, cell.operands[0], cell.shift, kind), kind)


def _cut(made: Translation, cell: Cell, kind: Element) -> Value:
    operand = made.datapath.cells[cell.operands[0]]
    shifted = _shifted(made, cell.operands[0], cell.shift, kind)
    mask = (1 << cell.count) - 1
    if operand.minimum >= 0 and operand.maximum >> cell.shift <= mask:
        return _as_value(made, shifted, kind)
    return made.call(np.bitwise_and, shifted, constant(mask, kind), kind=kind)


def _as_value(made: Translation, place: Value | Array, kind: Element) -> Value:
    """A copy, which costs nothing where the place is not needed any more."""
    return made.converted(place, kind)


def _table(made: Translation, cell: Cell, kind: Element) -> Value:
    del kind
    index = made.datapath.cells[cell.operands[0]]
    reached = cell.contents[index.minimum : index.maximum + 1]
    kind = type_of(min(reached), max(reached))
    contents = np.array((0,) * index.minimum + reached, dtype=kind)
    return _entry(made, contents, cell.operands[0], kind)


def _entry(made: Translation, contents: Array, index: int, kind: Element) -> Value:
    """The entries at the places that a cell gives; what is beyond the ends, where a claim is wrong, is at them."""
    places = made.operand(index, np.int64)
    if not isinstance(places, Value):
        return made.converted(contents[places], kind)
    out = made.fresh(kind)
    made.instructions.append(
        Instruction(contents.take, (places, None, out, "clip"), out, elementwise=False)
    )
    return out


def _row(made: Translation, cell: Cell, kind: Element) -> Value:
    digit, a = cell.operands
    weights = np.array([int(constant(weight, kind)) for weight in cell.weights], dtype=kind)
    below = np.array([-int(weight < 0) for weight in cell.weights], dtype=kind)
    product = made.call(
        np.multiply, _entry(made, weights, digit, kind), made.operand(a, kind), kind=kind
    )
    return made.call(np.add, product, _entry(made, below, digit, kind), kind=kind)


def _two_rows(made: Translation, cell: Cell, kind: Element) -> Value:
    total: Value | Array = constant(cell.value, kind)
    for weight, bit, number in zip(
        cell.weights, cell.operands[::2], cell.operands[1::2], strict=True
    ):
        operands = made.operand(bit, kind), made.operand(number, kind)
        row = made.call(np.multiply, *operands, kind=kind)
        total = made.call(np.add if weight > 0 else np.subtract, total, row, kind=kind)
    return _as_value(made, total, kind)


def _compare(function: Callable[..., object]) -> Compute:
    def compute(made: Translation, cell: Cell, kind: Element) -> Value:
        a, b = (made.operand(operand, kind) for operand in cell.operands)
        return made.call(function, a, b, kind=np.bool_)

    return compute


def _logical_not(made: Translation, cell: Cell, kind: Element) -> Value:
    return made.call(np.logical_not, made.operand(cell.operands[0], kind), kind=kind)


def _select(made: Translation, cell: Cell, kind: Element) -> Value:
    condition, chosen, other = cell.operands
    out = _as_value(made, made.operand(other, kind), kind)
    arguments = (out, made.operand(chosen, kind), "unsafe", made.operand(condition, np.bool_))
    made.instructions.append(Instruction(np.copyto, arguments, out))
    return out


CALLS: dict[CellKind, Compute] = {
    CellKind.ADD: _binary(np.add),
    CellKind.SUBTRACT: _binary(np.subtract),
    CellKind.NEGATE: _negate,
    CellKind.SUM: _sum,
    CellKind.MULTIPLY: _binary(np.multiply),
    CellKind.SQUARE: _binary(np.multiply),
    CellKind.ROW: _row,
    CellKind.TWO_ROWS: _two_rows,
    CellKind.SHIFT_LEFT: _shift_left,
    CellKind.SHIFT_RIGHT: _shift_right,
    CellKind.BITS: _cut,
    CellKind.JOIN: _join,
    CellKind.TABLE: _table,
    CellKind.LESS: _compare(np.less),
    CellKind.LESS_EQUAL: _compare(np.less_equal),
    CellKind.EQUAL: _compare(np.equal),
    CellKind.NOT: _logical_not,
    CellKind.AND: _binary(np.bitwise_and),
    CellKind.OR: _binary(np.bitwise_or),
    CellKind.SELECT: _select,
}
