"""The range of every kind of cell is exactly what its operands' ranges allow."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.cell_ranges import range_of_operation
from symhdl.ir.datapath import Cell, CellKind

NUMBERS = [(low, high) for low in range(-3, 4) for high in range(low, 4)]
TRUTHS = [(0, 0), (0, 1), (1, 1)]
INDICES = [(low, high) for low in range(4) for high in range(low, 4)]
SOME = [(-2, 3), (0, 2), (1, 3), (-3, -1)]
CONTENTS = (5, -1, 7, 2)

EXACT: list[
    tuple[CellKind, Sequence[Sequence[tuple[int, int]]], Callable[..., int], dict[str, Any]]
] = [
    (CellKind.ADD, (NUMBERS, NUMBERS), operator.add, {}),
    (CellKind.SUBTRACT, (NUMBERS, NUMBERS), operator.sub, {}),
    (CellKind.NEGATE, (NUMBERS,), operator.neg, {}),
    (CellKind.MULTIPLY, (NUMBERS, NUMBERS), operator.mul, {}),
    (CellKind.SQUARE, (NUMBERS,), lambda a: a * a, {}),
    (
        CellKind.SUM,
        (NUMBERS, NUMBERS),
        lambda a, b: 3 * a - b + 5,
        {"weights": (3, -1), "value": 5},
    ),
    (
        CellKind.ROW,
        (INDICES, NUMBERS),
        lambda d, a: (~(2 * a), 0, a, 4 * a)[d],
        {"weights": (-2, 0, 1, 4)},
    ),
    (
        CellKind.TWO_ROWS,
        (TRUTHS, SOME, TRUTHS, SOME),
        lambda a, b, c, d: a * b - c * d + 1,
        {"weights": (1, -1), "value": 1},
    ),
    (CellKind.JOIN, (NUMBERS, INDICES), lambda a, b: 8 * a + b, {"shift": 3}),
    (CellKind.SHIFT_LEFT, (NUMBERS,), lambda a: a << 2, {"shift": 2}),
    (CellKind.SHIFT_RIGHT, (NUMBERS,), lambda a: a >> 1, {"shift": 1}),
    (CellKind.TABLE, (INDICES,), lambda a: CONTENTS[a], {"contents": CONTENTS}),
    (CellKind.LESS, (NUMBERS, NUMBERS), operator.lt, {}),
    (CellKind.LESS_EQUAL, (NUMBERS, NUMBERS), operator.le, {}),
    (CellKind.EQUAL, (NUMBERS, NUMBERS), operator.eq, {}),
    (CellKind.NOT, (TRUTHS,), lambda a: 1 - a, {}),
    (CellKind.AND, (TRUTHS, TRUTHS), operator.and_, {}),
    (CellKind.OR, (TRUTHS, TRUTHS), operator.or_, {}),
    (CellKind.SELECT, ([(0, 1)], NUMBERS, NUMBERS), lambda c, a, b: a if c else b, {}),
    (CellKind.REGISTER, (NUMBERS,), lambda a: a, {}),
]


@pytest.mark.parametrize(
    ("kind", "operands", "meaning", "parameters"),
    EXACT,
    ids=[f"{case[0].value}-{case[3]}" for case in EXACT],
)
def test_the_range_is_that_of_all_values(
    kind: CellKind,
    operands: Sequence[Sequence[tuple[int, int]]],
    meaning: Callable[..., int],
    parameters: Mapping[str, Any],
) -> None:
    for ranges in itertools.product(*operands):
        cells = [Cell(CellKind.INPUT, (), *ends) for ends in ranges]
        cell = Cell(kind, tuple(range(len(cells))), 0, 0, **parameters)
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
