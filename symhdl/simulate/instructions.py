"""The cells of a reduced datapath as calls of NumPy on whole arrays, in types that hold their integers.

Sums and products wrap around on the way, as those of NumPy's integers do, and are right where the result fits. A cell
whose range is claimed is computed in a type that holds whatever its operation can give, so that a wrong claim shows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from symhdl.ir.cell_ranges import range_of_operation
from symhdl.ir.datapath import Cell, CellKind, Datapath
from symhdl.simulate.definition import COMPUTE, INT64_BITS

Element = type[np.bool_ | np.int32 | np.int64 | np.object_]

BITS: dict[Element, int] = {np.int32: 32, np.int64: 64}
"""The integers of NumPy that are used. With narrower ones, conversions would take more than what they save."""

ORDER: tuple[Element, ...] = (np.bool_, *BITS, np.object_)
"""Bits as flags, integers, and Python's integers, each of which holds those before it."""


@dataclass(frozen=True, slots=True)
class Value:
    """An array that instructions make and read: its number among them, and its type."""

    number: int
    kind: Element


Array = npt.NDArray[np.generic]
"""Flags, integers of any type, or Python's."""

Argument = Value | Array | str | None


@dataclass(frozen=True, slots=True)
class Instruction:
    """A call with arguments, of which values are replaced by their arrays; `out`, which is one of them, is written.

    `elementwise`: an element of the result depends on those in its place alone, so that `out` can be the array of an
    argument that nobody needs any more. `claim` is the least and the greatest integer that it may have, where this is
    to be seen.
    """

    call: Callable[..., object]
    arguments: tuple[Argument, ...]
    out: Value
    elementwise: bool = True
    claim: tuple[int | None, int | None] | None = None

    @property
    def values(self) -> tuple[Value, ...]:
        """What is read."""
        return tuple(
            argument
            for argument in self.arguments
            if isinstance(argument, Value)
            if argument != self.out
        )


@dataclass(frozen=True, slots=True)
class Program:
    """The instructions, and what holds the integer of every cell that is an input, an output or a constant."""

    instructions: tuple[Instruction, ...]
    places: tuple[Value | Array, ...]
    values: int


def type_of(minimum: int, maximum: int) -> Element:
    """The narrowest type that holds a range."""
    if minimum >= 0 and maximum <= 1:
        return np.bool_
    size = max(
        minimum.bit_length() if minimum >= 0 else (~minimum).bit_length(), maximum.bit_length()
    )
    return next((kind for kind, bits in BITS.items() if size < bits), np.object_)


def _wider(*kinds: Element) -> Element:
    return max(kinds, key=ORDER.index)


def constant(value: int, kind: Element) -> Array:
    """An array without dimensions, modulo what the type holds."""
    if kind is np.object_:
        found: Array = np.empty((), dtype=np.object_)
        found[()] = value
        return found
    if kind is np.bool_:
        return np.array(bool(value & 1))
    half = 1 << (BITS[kind] - 1)
    return np.array((value + half) % (2 * half) - half, dtype=kind)


@dataclass(slots=True)
class Translation:
    """Collects the instructions of a datapath."""

    datapath: Datapath
    instructions: list[Instruction] = field(default_factory=list)
    places: list[Value | Array] = field(default_factory=list)
    count: int = 0
    cast: dict[tuple[int, Element], Value] = field(default_factory=dict)

    def fresh(self, kind: Element) -> Value:
        """A new value."""
        self.count += 1
        return Value(self.count - 1, kind)

    def call(self, function: Callable[..., object], *arguments: Argument, kind: Element) -> Value:
        """The result of a function of NumPy that takes the place for it last."""
        out = self.fresh(kind)
        self.instructions.append(Instruction(function, (*arguments, out), out))
        return out

    def operand(self, index: int, kind: Element) -> Value | Array:
        """The integer of a cell in a type."""
        place = self.places[index]
        if not isinstance(place, Value):
            return constant(self.datapath.cells[index].value, kind)
        if place.kind is kind:
            return place
        key = (place.number, kind)
        if key not in self.cast:
            self.cast[key] = self.converted(place, kind)
        return self.cast[key]

    def converted(self, value: Value | Array, kind: Element) -> Value:
        """The same integers in another type."""
        out = self.fresh(kind)
        self.instructions.append(Instruction(np.copyto, (out, value, "unsafe"), out))
        return out


Compute = Callable[[Translation, Cell, Element], Value]


def program_of(datapath: Datapath) -> Program:
    """The instructions that compute the outputs of a reduced datapath."""
    made = Translation(datapath)
    for cell in datapath.cells:
        kind = type_of(cell.minimum, cell.maximum)
        if cell.kind is CellKind.INPUT:
            made.places.append(made.fresh(kind))
        elif cell.kind is CellKind.CONSTANT:
            made.places.append(constant(cell.value, kind))
        else:
            made.places.append(_computed(made, cell, kind))
    return Program(tuple(made.instructions), tuple(made.places), made.count)


FLAGS = frozenset(
    [
        CellKind.LESS,
        CellKind.LESS_EQUAL,
        CellKind.EQUAL,
        CellKind.NOT,
        CellKind.AND,
        CellKind.OR,
        CellKind.SELECT,
        CellKind.TABLE,
    ]
)
"""The kinds that are computed of flags as they are."""


def _computed(made: Translation, cell: Cell, kind: Element) -> Value:
    """The cell in its own type, its claim held."""
    operands = [made.datapath.cells[operand] for operand in cell.operands]
    low, high = range_of_operation(cell, operands)
    kinds = [type_of(operand.minimum, operand.maximum) for operand in operands]
    result = type_of(min(low, cell.minimum), max(high, cell.maximum))
    inner = _wider(result, *kinds, np.bool_ if cell.kind in FLAGS else ORDER[1])
    if inner is np.object_ or _has_wide_parameters(cell):
        value = _in_objects(made, cell)
    else:
        value = CALLS[cell.kind](made, cell, inner)
    claim = (
        cell.minimum if cell.minimum > low else None,
        cell.maximum if cell.maximum < high else None,
    )
    if claim != (None, None):
        _claim(made, value, claim)
    return value if value.kind is kind else made.converted(value, kind)


def _has_wide_parameters(cell: Cell) -> bool:
    numbers = (cell.value, *cell.weights)
    return cell.count >= INT64_BITS or any(n.bit_length() >= INT64_BITS for n in numbers)


def _claim(made: Translation, value: Value, claim: tuple[int | None, int | None]) -> None:
    """Has the value, which the last instruction made, held against its range."""
    last = made.instructions.pop()
    assert last.out == value, "a claim without its instruction; please report this"
    made.instructions.append(replace(last, claim=claim))


def _in_objects(made: Translation, cell: Cell) -> Value:
    """Computed in Python's integers as the definition does."""
    compute = COMPUTE[cell.kind](cell, True)  # of objects

    def call(out: Array, *operands: Array) -> None:
        out[...] = compute(*(np.atleast_1d(operand) for operand in operands))

    out = made.fresh(np.object_)
    operands = (made.operand(operand, np.object_) for operand in cell.operands)
    made.instructions.append(Instruction(call, (out, *operands), out, elementwise=False))
    return out


# --- the kinds ------------------------------------------------------------------------------------


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
