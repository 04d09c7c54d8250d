"""Sums of three numbers in one carry chain, which has a table with two outputs beside each bit.

The table of a bit adds the three: its sum enters that bit of the chain, and its carry the next one. So bit i of the
chain adds the sum of bit i and the carry of bit i - 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from symhdl.ir.datapath import Cell, CellKind

TERMS = 3
MOST_ONES = 2
"""How often 1 comes in at the lowest bit: as the carry of the chain, and as that of a table below it."""


def is_three_terms(cell: Cell) -> bool:
    """Whether one chain computes the cell, as far as its terms say: none, one or two of them are subtracted.

    A number is subtracted as its complement and 1; together with the value of the sum no more than two come in.
    """
    if cell.kind is not CellKind.SUM or len(cell.weights) != TERMS:
        return False
    return all(abs(weight) == 1 for weight in cell.weights) and 0 <= ones_of(cell) <= MOST_ONES


def ones_of(cell: Cell) -> int:
    """How often 1 comes in at the lowest bit of such a sum."""
    return cell.value + sum(weight < 0 for weight in cell.weights)


def tables_of(width: int, weights: Sequence[int], operands: Sequence[Cell]) -> int:
    """Beside how many bits of the chain there is a table, from the lowest one on.

    Where two of the numbers are 0 for sure there is none, but for the first such bit, into which a carry comes.
    """
    if any(weight < 0 for weight in weights):
        return width
    _, second, longest = sorted(inf if each.signed else each.width for each in operands)
    return int(min(width, second + (longest > second)))
