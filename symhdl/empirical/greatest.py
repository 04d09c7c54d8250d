"""The class of the greatest code, where each group of classes has the code of its greatest and which that is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from symhdl.empirical.samples import Integers
from symhdl.ir.builder import DatapathBuilder

Groups = tuple[tuple[int, ...], ...]
"""The classes of each group. A group of one class has a code, one of several also the place of the greatest."""

IN_PAIRS = 3
"""So many codes are compared in pairs, all at once; more of them in rounds first."""


def greatest_at(codes: Integers, groups: Groups) -> Integers:
    """The class at each row (rows x 1) from what the groups have there one after the other; the first of equals."""
    rows, column = np.arange(len(codes)), 0
    values: list[Integers] = []
    classes: list[Integers] = []
    for group in groups:
        values.append(codes[:, column])
        if len(group) == 1:
            classes.append(np.full(len(codes), group[0], dtype=np.int64))
        else:
            classes.append(np.array(by_code(group), dtype=np.int64)[codes[:, column + 1]])
        column += 1 if len(group) == 1 else 2
    winner = np.stack(values, axis=1).argmax(axis=1)
    found: Integers = np.stack(classes, axis=1)[rows, winner][:, None]
    return found


def greatest(builder: DatapathBuilder, cells: Sequence[int], groups: Groups) -> int:
    """The cell of the class from the cells of the groups one after the other."""
    waiting = iter(cells)
    entrants: list[tuple[int, int]] = []
    for group in groups:
        code = next(waiting)
        if len(group) == 1:
            entrants.append((code, builder.constant(group[0], 0)))
        else:
            entrants.append((code, builder.table(next(waiting), by_code(group), 0)))
    while len(entrants) > IN_PAIRS:
        entrants = [
            _greater(builder, *entrants[place : place + 2]) for place in range(0, len(entrants), 2)
        ]
    return _class_of_few(builder, entrants)


def by_code(group: tuple[int, ...]) -> tuple[int, ...]:
    """The class for each code that there may be: entries that no row reaches may lie beyond the last place."""
    return group + group[-1:] * ((1 << (len(group) - 1).bit_length()) - len(group))


def _greater(builder: DatapathBuilder, *entrants: tuple[int, int]) -> tuple[int, int]:
    """The first entrant, or the second one if that is greater."""
    if len(entrants) == 1:
        return entrants[0]
    (one, its_class), (other, other_class) = entrants
    is_less = builder.less(one, other)
    code = builder.select(is_less, other, one)
    return code, builder.select(is_less, other_class, its_class)


def _class_of_few(builder: DatapathBuilder, entrants: Sequence[tuple[int, int]]) -> int:
    """The class among few entrants, each compared with each."""
    *before, (last, found) = entrants
    for place in range(len(before) - 1, -1, -1):
        code, own = entrants[place]
        loses = builder.less(code, last)
        for other, _ in entrants[place + 1 : -1]:
            loses = builder.logical_or(loses, builder.less(code, other))
        found = builder.select(loses, found, own)
    return found


def price_of_greatest(groups: int, lut_inputs: int, bits: int) -> float:
    """About what it takes, in LUTs, of codes of so many bits."""
    comparison = max(1.0, 2 * bits / lut_inputs)
    rounds, left = 0, groups
    while left > IN_PAIRS:
        rounds += left // 2
        left = (left + 1) // 2
    pairs = left * (left - 1) // 2
    return comparison * (rounds + pairs) + rounds * (bits + 1.5) + 3.0
