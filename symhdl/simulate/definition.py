"""Executes a Datapath on integers, vectorised: the definition of what every backend must produce."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhdl.errors import error
from symhdl.ir.datapath import Cell, CellKind, Datapath
from symhdl.ir.verify import claimed_cells

Integers = npt.NDArray[np.int64] | npt.NDArray[np.object_]
Compute = Callable[..., Integers]

INT64_BITS = 63
"""A cell of at most this many bits is computed in int64, a wider one in Python integers."""

LARGEST_BLOCK = 1 << 14
LEAST_BLOCK = 1 << 8
LIVE_INTEGERS = 1 << 25
"""Vectors computed together are enough to keep NumPy busy, and few enough that no more than LIVE_INTEGERS integers are
alive at once (256 MiB of int64)."""


def _bits(cell: Cell, wide: bool) -> Compute:
    amount = _amount(cell, wide)
    mask = (1 << cell.count) - 1
    return lambda a: (a >> amount) & mask


def _table(cell: Cell, _wide: bool) -> Compute:
    kind = _type_of(cell)
    if any(entry.bit_length() > INT64_BITS for entry in cell.contents):
        kind = object  # an entry may lie outside of the range that is claimed, which is told where it is read
    contents: Integers = np.array(cell.contents, dtype=kind)
    return lambda a: contents[a.astype(np.int64)]


def _amount(cell: Cell, wide: bool) -> int:
    """The places to shift by. In int64, 63 places leave the sign alone, or zero of the zero shifted left."""
    return cell.shift if wide else min(cell.shift, INT64_BITS)


def _shift_left(cell: Cell, wide: bool) -> Compute:
    amount = _amount(cell, wide)
    return lambda a: a << amount


def _shift_right(cell: Cell, wide: bool) -> Compute:
    amount = _amount(cell, wide)
    return lambda a: a >> amount


def _select(a: Integers, b: Integers, c: Integers) -> Integers:
    chosen: Integers = np.where(np.equal(a, 1), b, c)
    return chosen


def _sum(cell: Cell, wide: bool) -> Compute:
    """In int64 partial sums may wrap around; their sum, which fits, is right all the same."""
    start = _number(cell.value, wide)
    weights = [_number(weight, wide) for weight in cell.weights]

    def compute(*operands: Integers) -> Integers:
        total: Integers = start
        for weight, operand in zip(weights, operands, strict=True):
            total = total + weight * operand
        return total

    return compute


def _row(cell: Cell, wide: bool) -> Compute:
    kind = object if wide else np.int64
    weights = np.array(cell.weights, dtype=kind)
    below = np.array([int(weight < 0) for weight in cell.weights], dtype=kind)

    def compute(digit: Integers, a: Integers) -> Integers:
        places = digit.astype(np.int64)
        product: Integers = weights[places] * a - below[places]
        return product

    return compute


def _two_rows(cell: Cell, wide: bool) -> Compute:
    value = _number(cell.value, wide)
    first, second = (_number(weight, wide) for weight in cell.weights)
    return lambda a, b, c, d: first * a * b + second * c * d + value


def _join(cell: Cell, wide: bool) -> Compute:
    shift = _number(cell.shift, wide)
    return lambda a, b: (a << shift) + b


def _number(value: int, wide: bool) -> Integers:
    """An array of one, as which NumPy takes the number for one that wraps around."""
    return np.array([value], dtype=object if wide else np.int64)


def _beyond_int64(cell: Cell) -> bool:
    """Whether int64 does not hold the parameters of the cell."""
    numbers = (cell.value, *cell.weights)
    return cell.count > INT64_BITS or any(n.bit_length() > INT64_BITS for n in numbers)


def _plain(compute: Compute) -> Callable[[Cell, bool], Compute]:
    return lambda cell, wide: compute


COMPUTE: dict[CellKind, Callable[[Cell, bool], Compute]] = {
    CellKind.ADD: _plain(lambda a, b: a + b),
    CellKind.SUBTRACT: _plain(lambda a, b: a - b),
    CellKind.NEGATE: _plain(lambda a: -a),
    CellKind.SUM: _sum,
    CellKind.MULTIPLY: _plain(lambda a, b: a * b),
    CellKind.SQUARE: _plain(lambda a: a * a),
    CellKind.ROW: _row,
    CellKind.TWO_ROWS: _two_rows,
    CellKind.SHIFT_LEFT: _shift_left,
    CellKind.SHIFT_RIGHT: _shift_right,
    CellKind.BITS: _bits,
    CellKind.JOIN: _join,
    CellKind.TABLE: _table,
    CellKind.LESS: _plain(lambda a, b: a < b),
    CellKind.LESS_EQUAL: _plain(lambda a, b: a <= b),
    CellKind.EQUAL: _plain(lambda a, b: a == b),
    CellKind.NOT: _plain(lambda a: 1 - a),
    CellKind.AND: _plain(lambda a, b: a & b),
    CellKind.OR: _plain(lambda a, b: a | b),
    CellKind.SELECT: _plain(_select),
    CellKind.REGISTER: _plain(lambda a: a),
}
"""For every kind, what computes a cell from its operands' arrays, in Python integers if `wide`."""

DECISIONS = frozenset({CellKind.LESS, CellKind.LESS_EQUAL, CellKind.EQUAL})
"""What NumPy answers with booleans."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One cell to compute, and the cells that nobody needs after it.

    `result` is the element type to convert to, if the computation may give another. `claim` is the cell's range, if
    it is not that of the operation: what proved it does not stand in the datapath.
    """

    index: int
    operands: tuple[int, ...]
    compute: Compute
    wide: bool
    result: type | None
    dead: tuple[int, ...]
    claim: tuple[int, int] | None


def _is_wide(cell: Cell) -> bool:
    """Whether int64 does not hold the cell's integers safely."""
    half = 1 << (INT64_BITS - 1)
    if -half <= cell.minimum and cell.maximum < half:
        return False  # the usual case, without building a format
    return cell.width > INT64_BITS


def _type_of(cell: Cell) -> type:
    return object if _is_wide(cell) else np.int64


def _plan(datapath: Datapath, kept: frozenset[int]) -> list[_Step]:
    """The computations in order; what is not in `kept` dies with its last use."""
    cells = datapath.cells
    wide = [_is_wide(cell) for cell in cells]
    last_use = list(range(len(cells)))
    for index, cell in enumerate(cells):
        for operand in cell.operands:
            last_use[operand] = index
    dead: list[list[int]] = [[] for _ in cells]
    for index, user in enumerate(last_use):
        if index not in kept:
            dead[user].append(index)
    claimed = frozenset(claimed_cells(datapath))
    steps: list[_Step] = []
    for index, cell in enumerate(cells):
        if not cell.operands:
            continue
        objects = wide[index] or any(wide[operand] for operand in cell.operands)
        objects = objects or _beyond_int64(cell)
        compute = COMPUTE[cell.kind](cell, objects)
        converted = objects or cell.kind in DECISIONS
        result = _type_of(cell) if converted else None
        claim = (cell.minimum, cell.maximum) if index in claimed else None
        step = _Step(index, cell.operands, compute, objects, result, tuple(dead[index]), claim)
        steps.append(step)
    return steps


def _block(steps: list[_Step], cell_count: int) -> int:
    """How many vectors to compute together."""
    alive = peak = cell_count - len(steps)
    for step in steps:
        alive += 1
        peak = max(peak, alive)
        alive -= len(step.dead)
    return max(LEAST_BLOCK, min(LARGEST_BLOCK, LIVE_INTEGERS // max(1, peak)))


def _sources(
    datapath: Datapath, inputs: Mapping[str, Integers], start: int, end: int
) -> list[Integers | None]:
    """The values of inputs and constants for vectors `start` to `end`; a constant is an array of one."""
    values: list[Integers | None] = [None] * len(datapath.cells)
    for index, cell in enumerate(datapath.cells):
        if cell.kind is CellKind.INPUT:
            values[index] = _converted(inputs[cell.name][start:end], cell)
        elif cell.kind is CellKind.CONSTANT:
            values[index] = np.array([cell.value], dtype=_type_of(cell))
    return values


def _converted(values: Integers, cell: Cell) -> Integers:
    """The array with the element type of the cell; objects are Python's integers, not NumPy's."""
    if _type_of(cell) is np.int64:
        return values.astype(np.int64, copy=False)
    return np.array([int(value) for value in values], dtype=object)


def _execute(steps: list[_Step], values: list[Integers | None]) -> None:
    """Fills in the values of the steps' cells; forgets those that die."""
    for step in steps:
        operands = [values[operand] for operand in step.operands]
        if step.wide:
            operands = [operand.astype(object) for operand in operands if operand is not None]
        value = step.compute(*operands)
        if step.claim is not None:
            _hold(step.index, value, *step.claim)
        values[step.index] = value if step.result is None else value.astype(step.result)
        for index in step.dead:
            values[index] = None


def _hold(index: int, value: Integers, minimum: int, maximum: int) -> None:
    """Raises SymhdlError if a value leaves the range that is claimed of its cell: all that follows would be wrong."""
    low, high = int(value.min()), int(value.max())
    if low < minimum or high > maximum:
        found = low if low < minimum else high
        text = (
            f"the datapath is wrong: %{index} is {found}, outside of its range {minimum}..{maximum}"
        )
        raise error(
            "wrong-range", text, help="compile again; please report it if that does not help"
        )


def _spread(value: Integers | None, length: int) -> Integers:
    """The value of every vector, where an array of one stands for all."""
    assert value is not None, "a value is used after its last use; please report this"
    return value if len(value) == length else value.repeat(length)


def length_of(inputs: Mapping[str, Integers]) -> int:
    """How many vectors there are; one without inputs."""
    return len(next(iter(inputs.values()))) if inputs else 1


def empty_results(datapath: Datapath, length: int) -> dict[str, Integers]:
    """The arrays for the outputs of so many vectors."""
    return {
        port.name: np.empty(length, dtype=_type_of(datapath.cells[port.cell]))
        for port in datapath.outputs
    }


def simulate(datapath: Datapath, inputs: Mapping[str, Integers]) -> dict[str, Integers]:
    """The integers at the output ports, by the outputs' names.

    `inputs` maps every input's name to a one-dimensional integer array; all arrays have one length. The caller
    keeps them in the ports' ranges. Memory grows with what is alive at once, not with the number of cells.
    Raises SymhdlError if a cell leaves its range, which says that the datapath was changed.
    """
    length = length_of(inputs)
    steps = _plan(datapath, frozenset(port.cell for port in datapath.outputs))
    block = _block(steps, len(datapath.cells))
    results = empty_results(datapath, length)
    for start in range(0, length, block):
        end = min(start + block, length)
        values = _sources(datapath, inputs, start, end)
        _execute(steps, values)
        for port in datapath.outputs:
            results[port.name][start:end] = _spread(values[port.cell], end - start)
    return results
