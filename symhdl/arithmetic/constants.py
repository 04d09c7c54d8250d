"""Products with constants as shifts and adds: the weights of sums become powers of two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symhdl.arithmetic.constant_plans import ConstantSums, Plan, Terms, by_factors, planned
from symhdl.arithmetic.sharing import Value
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Cell, CellKind, Datapath
from symhdl.ir.rebuild import rebuilt
from symhdl.numeric.digits import odd_part

DEEP = 64
"""So many adders less deep than another one is no better than more of them."""


@dataclass(frozen=True, slots=True)
class Group:
    """Sums in logic by the indices of their cells, with the indices of their operands."""

    cells: tuple[int, ...]
    operands: tuple[int, ...]
    sums: ConstantSums


def with_digits(datapath: Datapath) -> Datapath:
    """The datapath with weights that are powers of two in all sums in logic.

    A product of one cell with one odd number, up to sign and places, that is used more than once is a cell of its own.
    """
    cells = datapath.cells
    members = sums_in_logic(cells)
    if all(has_digits(cells[index]) for index in members):
        return datapath
    group = group_of(cells, members, [0] * len(cells))
    return with_plans(datapath, [(group, planned(group.sums, by_factors, once=True))])


def sums_in_logic(cells: Sequence[Cell]) -> list[int]:
    """The sums that have no unit."""
    return [
        index for index, cell in enumerate(cells) if cell.kind is CellKind.SUM and not cell.unit
    ]


def is_digit(weight: int) -> bool:
    """Whether a weight is a power of two, or minus one."""
    return odd_part(weight) == 1


def has_digits(cell: Cell) -> bool:
    """Whether the weights of a sum are powers of two, or minus ones."""
    return all(map(is_digit, cell.weights))


def group_of(cells: Sequence[Cell], members: Sequence[int], depths: Sequence[int]) -> Group:
    """Sums as a group, given the depths of all cells."""
    numbers: dict[int, int] = {}
    sums = []
    for index in members:
        weights: dict[int, int] = {}
        for weight, operand in zip(cells[index].weights, cells[index].operands, strict=True):
            number = numbers.setdefault(operand, len(numbers))
            weights[number] = weights.get(number, 0) + weight
        sums.append({number: weight for number, weight in weights.items() if weight})
    least = min((depths[a] for a in numbers), default=0)
    least = max([least, *(depths[a] - DEEP for a in numbers)])
    operands = tuple(
        Value(cells[a].minimum, cells[a].maximum, max(0, depths[a] - least)) for a in numbers
    )
    constants = tuple(bool(cells[index].value) for index in members)
    return Group(tuple(members), tuple(numbers), ConstantSums(operands, tuple(sums), constants))


def with_plans(datapath: Datapath, plans: Sequence[tuple[Group, Plan]]) -> Datapath:
    """The datapath with sums as they are planned."""
    cells = datapath.cells
    at = {
        index: (which, number)
        for which, (group, plan) in enumerate(plans)
        for number, index in enumerate(group.cells)
        if not has_digits(cells[index])
        or any(value >= len(group.operands) for _, value in plan.sums[number])
    }
    made: list[dict[int, int]] = [{} for _ in plans]

    def rewrite(builder: DatapathBuilder, index: int, places: Sequence[int]) -> int | None:
        if index not in at:
            return None
        which, number = at[index]
        (group, plan), known = plans[which], made[which]
        for value in group.sums.weights[number]:
            known[value] = places[group.operands[value]]
        terms = placed(builder, plan, number, len(group.operands), known)
        return builder.rows(terms, cells[index].value, cells[index].fraction)

    return rebuilt(datapath, rewrite)


def placed(
    builder: DatapathBuilder, plan: Plan, number: int, first: int, places: dict[int, int]
) -> Terms:
    """The terms of a sum of the plan as cells; the values, numbered from `first` on, are built where need is."""
    terms = plan.sums[number]
    waiting = [value for _, value in terms]
    needed: set[int] = set()
    while waiting:
        value = waiting.pop()
        if value not in places and value not in needed:
            needed.add(value)
            waiting += [a for _, a in plan.values[value - first]]
    for value in sorted(needed):
        parts = [(weight, places[a]) for weight, a in plan.values[value - first]]
        places[value] = builder.rows(parts, 0, builder.fraction(parts[0][1]))
    return [(weight, places[value]) for weight, value in terms]
