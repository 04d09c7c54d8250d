"""The range of every kind of cell is exactly what its operands' ranges allow."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Sequence

import pytest

from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.cell_ranges import range_of_operation
from symhdl.ir.datapath import Cell, CellKind

NUMBERS = [(low, high) for low in range(-3, 4) for high in range(low, 4)]
TRUTHS = [(0, 0), (0, 1), (1, 1)]
INDICES = [(low, high) for low in range(4) for high in range(low, 4)]
CONTENTS = (5, -1, 7, 2)

EXACT: list[tuple[CellKind, Sequence[Sequence[tuple[int, int]]], Callable[..., int], int]] = [
    (CellKind.ADD, (NUMBERS, NUMBERS), operator.add, 0),
    (CellKind.SUBTRACT, (NUMBERS, NUMBERS), operator.sub, 0),
    (CellKind.NEGATE, (NUMBERS,), operator.neg, 0),
    (CellKind.MULTIPLY, (NUMBERS, NUMBERS), operator.mul, 0),
    (CellKind.SQUARE, (NUMBERS,), lambda a: a * a, 0),
    (CellKind.SHIFT_LEFT, (NUMBERS,), lambda a: a << 2, 2),
    (CellKind.SHIFT_RIGHT, (NUMBERS,), lambda a: a >> 1, 1),
    (CellKind.TABLE, (INDICES,), lambda a: CONTENTS[a], 0),
    (CellKind.LESS, (NUMBERS, NUMBERS), operator.lt, 0),
    (CellKind.LESS_EQUAL, (NUMBERS, NUMBERS), operator.le, 0),
    (CellKind.EQUAL, (NUMBERS, NUMBERS), operator.eq, 0),
    (CellKind.NOT, (TRUTHS,), lambda a: 1 - a, 0),
    (CellKind.AND, (TRUTHS, TRUTHS), operator.and_, 0),
    (CellKind.OR, (TRUTHS, TRUTHS), operator.or_, 0),
    (CellKind.SELECT, ([(0, 1)], NUMBERS, NUMBERS), lambda c, a, b: a if c else b, 0),
    (CellKind.REGISTER, (NUMBERS,), lambda a: a, 0),
]


@pytest.mark.parametrize(
    ("kind", "operands", "meaning", "parameter"),
    EXACT,
    ids=[f"{case[0].value}-{case[3]}" for case in EXACT],
)
def test_the_range_is_that_of_all_values(
    kind: CellKind,
    operands: Sequence[Sequence[tuple[int, int]]],
    meaning: Callable[..., int],
    parameter: int,
) -> None:
    contents = CONTENTS if kind is CellKind.TABLE else ()
    for ranges in itertools.product(*operands):
        cells = [Cell(CellKind.INPUT, (), *ends) for ends in ranges]
        cell = Cell(kind, tuple(range(len(cells))), 0, 0, 0, 0, parameter, contents=contents)
        points = itertools.product(*(range(low, high + 1) for low, high in ranges))
        values = [int(meaning(*point)) for point in points]
        assert range_of_operation(cell, cells) == (min(values), max(values)), ranges


def test_the_builder_knows_logic_that_is_decided() -> None:
    builder = DatapathBuilder()
    x, y = builder.input("x", -3, 3, 0), builder.input("y", 4, 9, 0)
    surely, open_ = builder.less(x, y), builder.less(x, builder.constant(0, 0))
    assert builder.constant_value(surely) == 1
    assert builder.logical_and(surely, open_) == open_
    assert builder.constant_value(builder.logical_or(surely, open_)) == 1
