"""Addends of one sum and the trees that add them: rows of products, low bits that pass, and ones that come as carries.

A product is a list of addends, a tree adds any list of them (`symhdl.cost.trees` plans it).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce

from symhdl.cost.products import Logic
from symhdl.cost.trees import Joint, Leaf, Tree
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import CellKind


@dataclass(frozen=True, slots=True)
class Addend:
    """A number within a sum: the cell's bits from bit `place` of the sum on, subtracted if `negative`.

    With `bit` it is a row: the number counts where that cell is 1. With `lacking` the cell has one bit more below
    these: whether the number lacks 1.
    """

    cell: int
    place: int
    lacking: bool = False
    bit: int | None = None
    negative: bool = False

    @property
    def bottom(self) -> int:
        """The bit of the sum at which the cell begins."""
        return self.place - self.lacking


def leaf_of(builder: DatapathBuilder, addend: Addend, depth: int = 0, group: int = 0) -> Leaf:
    """What a tree must know of an addend that lacks nothing."""
    cell = builder.cells[addend.cell]
    is_chain = cell.kind is CellKind.MULTIPLY and cell.unit != ""
    takes_carry = is_chain and any(_is_digit(builder, operand) for operand in cell.operands)
    return Leaf(
        *(cell.minimum, cell.maximum, addend.place, depth, addend.negative),
        addend.bit is not None, group, takes_carry and not addend.negative,
    )  # fmt: skip


def _is_digit(builder: DatapathBuilder, cell: int) -> bool:
    """Whether a number is one of two bits without sign."""
    low, high = builder.range(cell)
    return low >= 0 and high < 4


def sum_of_tree(
    builder: DatapathBuilder, addends: Sequence[Addend], tree: Tree, logic: Logic
) -> Addend:
    """The sum of addends, none of which lacks anything, joined as was planned."""
    parts = list(addends)
    for number in tree.carried:
        parts[number] = _with_carry(builder, parts[number], logic)
    for joint in tree.joints:
        parts.append(_joint(builder, parts, joint, logic))
    last = parts[-1]
    if last.bit is not None:
        chosen = builder.select(last.bit, last.cell, builder.constant(0, 0))
        last = replace(last, cell=chosen, bit=None)
    return last


def _with_carry(builder: DatapathBuilder, addend: Addend, logic: Logic) -> Addend:
    """The product with two bits and 1 more, as a chain."""
    a, digit = builder.cells[addend.cell].operands
    if not _is_digit(builder, digit):
        a, digit = digit, a
    lower = builder.bits(digit, 0, 1), a
    upper = builder.shift_right(digit, 1, 0), builder.shift_left(a, 1, 0)
    chain = builder.two_rows(lower, upper, (1, 1), 1)
    builder.bind(chain, logic.chain)
    return replace(addend, cell=chain)


def _joint(builder: DatapathBuilder, parts: Sequence[Addend], joint: Joint, logic: Logic) -> Addend:
    """Two addends as one."""
    lower, upper = parts[joint.lower], parts[joint.upper]
    passing, distance = joint.passing, upper.place - lower.place
    if passing:
        lower = replace(lower, cell=builder.shift_right(lower.cell, passing, 0))
    elif distance:
        upper = replace(upper, cell=builder.shift_left(upper.cell, distance, 0))
    total = _total(builder, lower, upper, joint.carry, logic)
    if passing:
        low = builder.bits(parts[joint.lower].cell, 0, passing)
        total = builder.join(total, low, passing, 0)
    return Addend(total, lower.place, negative=lower.negative and upper.negative)


def _total(
    builder: DatapathBuilder, lower: Addend, upper: Addend, carry: bool, logic: Logic
) -> int:
    """The sum of two numbers that begin at one bit; that of two which are subtracted is to be subtracted too."""
    is_sum = lower.negative == upper.negative
    if lower.bit is not None or upper.bit is not None:
        signs = (1, 1) if is_sum else (1 - 2 * lower.negative, 1 - 2 * upper.negative)
        first, second = (
            (builder.constant(1, 0) if each.bit is None else each.bit, each.cell)
            for each in (lower, upper)
        )
        chain = builder.two_rows(first, second, signs, int(carry))
        builder.bind(chain, logic.chain)
        return chain
    if not is_sum:
        plus, minus = (upper, lower) if lower.negative else (lower, upper)
        return builder.subtract(plus.cell, minus.cell)
    if not carry:
        return builder.add(lower.cell, upper.cell)
    one = builder.constant(1, 0)
    with_ones = (builder.join(each.cell, one, 1, 0) for each in (lower, upper))
    return builder.shift_right(builder.add(*with_ones), 1, 0)


def added(builder: DatapathBuilder, parts: list[Addend], run: int = 1, adder: str = "") -> int:
    """The sum of parts in the order of their places, of which the first lacks nothing.

    Runs of so many parts are added one after the other, then their sums by a balanced tree of adders. Those that take
    a row in are bound to the unit `adder`, if it is named: synthesis may take the row for the carries of its adder,
    which then has no room for it.
    """
    join = partial(_with_upper, builder, adder=adder)
    runs = [parts[place : place + run] for place in range(0, len(parts), run)]
    parts = [reduce(join, each) for each in runs]
    while len(parts) > 1:
        pairs = [parts[place : place + 2] for place in range(0, len(parts), 2)]
        parts = [join(*pair) if len(pair) == 2 else pair[0] for pair in pairs]
    return parts[0].cell


def _with_upper(builder: DatapathBuilder, lower: Addend, upper: Addend, adder: str) -> Addend:
    """Two parts as one; the bits of the lower part below the upper one pass by the adder."""
    takes_row_in = adder != "" and builder.cells[upper.cell].kind is CellKind.ROW
    passing = upper.place - lower.bottom
    high = builder.shift_right(lower.cell, passing, 0)
    low = builder.bits(lower.cell, 0, passing)
    if upper.lacking:
        # The 1 below the lower number and what the upper one lacks make the carry into the chain above them.
        high = builder.join(high, builder.constant(1, 0), 1, 0)
    total = builder.add(high, upper.cell)
    if takes_row_in:
        builder.bind_sum(total, adder)
    if upper.lacking:
        total = builder.shift_right(total, 1, 0)
    return Addend(builder.join(total, low, passing, 0), lower.place, lower.lacking)
