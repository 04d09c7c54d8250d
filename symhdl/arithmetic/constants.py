"""Products with constants as shifts and adds: the weights of sums become powers of two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from symhdl.arithmetic.constant_plans import (
    ConstantSums,
    Plan,
    Terms,
    by_digits,
    by_factors,
    by_graphs,
    depths_of,
    limits_of,
    planned,
    shared,
)
from symhdl.arithmetic.levels import depth_of
from symhdl.arithmetic.sharing import Preference, Value
from symhdl.arithmetic.sums import with_trees
from symhdl.cost.area import fewest_luts_of, surroundings_of, total_quantities
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import WIRES, Cell, CellKind, Datapath, Port
from symhdl.ir.rebuild import rebuilt
from symhdl.numeric.digits import odd_part
from symhdl.targets.target import Target

PREFERENCES: Mapping[int, Sequence[Preference]] = {
    1: (Preference(0.3, 1.0),),
    2: (
        Preference(0.3, 1.0),
        Preference(0.3, 2.0),
        Preference(0.0, 0.3),
        Preference(0.1, 0.0),
        Preference(0.1, 1.0),
    ),
}
"""What is tried by which level of optimisation. No other one was better for random constants by more than a percent."""
WORK = 500_000
"""How many pairs of terms one trial may look at, for all sums that share operands."""
MOST_WORK = 2_000_000
"""After how much of it there are no more trials."""
DEEP = 64
"""So many adders deeper is as good as any number, for what waits for the deepest operand anyway."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Sums that share operands, by the indices of their cells, and the indices of the operands."""

    cells: tuple[int, ...]
    operands: tuple[int, ...]
    sums: ConstantSums


def with_digits(datapath: Datapath) -> Datapath:
    """The datapath with weights that are powers of two in all sums in logic.

    A product of one cell with one odd number, up to sign and places, that is used more than once is a cell of its own.
    """
    cells = datapath.cells
    found = [index for index, cell in enumerate(cells) if _is_in_logic(cell)]
    if all(_has_digits(cells[index]) for index in found):
        return datapath
    group = _group(cells, found, [0] * len(cells))
    return _rebuilt(datapath, [(group, planned(group.sums, by_factors, once=True))])


def with_shared_digits(datapath: Datapath, target: Target, level: int) -> Datapath:
    """The same, where sums share what they have in common if that takes fewer LUTs on the device.

    Sums stay as shallow as their digits are, or as the deepest of those that nothing is made of.
    """
    cells = datapath.cells
    if all(_has_digits(cell) for cell in cells if _is_in_logic(cell)):
        return datapath
    depths = _depths(cells, target.resources.lut_inputs)
    is_last = _is_last(datapath)
    plans = []
    for members in _members(cells):
        group = _group(cells, members, depths)
        last = [is_last[index] for index in members]
        plans.append((group, _cheapest(cells, group, last, target, level)))
    return _rebuilt(datapath, plans)


def is_digit(weight: int) -> bool:
    """Whether a weight is a power of two, or minus one."""
    return odd_part(weight) == 1


def _is_in_logic(cell: Cell) -> bool:
    return cell.kind is CellKind.SUM and not cell.unit


def _has_digits(cell: Cell) -> bool:
    return all(map(is_digit, cell.weights))


def _group(cells: Sequence[Cell], members: Sequence[int], depths: Sequence[int]) -> _Group:
    numbers: dict[int, int] = {}
    sums = []
    for index in members:
        weights: dict[int, int] = {}
        for weight, operand in zip(cells[index].weights, cells[index].operands, strict=True):
            number = numbers.setdefault(operand, len(numbers))
            weights[number] = weights.get(number, 0) + weight
        sums.append({number: weight for number, weight in weights.items() if weight})
    top = max((depths[operand] for operand in numbers), default=0)
    least = min((depths[operand] for operand in numbers), default=0)
    least = max(least, top - DEEP)
    operands = tuple(
        Value(cells[a].minimum, cells[a].maximum, max(0, depths[a] - least)) for a in numbers
    )
    constants = tuple(bool(cells[index].value) for index in members)
    return _Group(tuple(members), tuple(numbers), ConstantSums(operands, tuple(sums), constants))


def _members(cells: Sequence[Cell]) -> Iterator[list[int]]:
    """The sums that share operands, directly or by way of others, if one of them has a constant product."""
    leader: dict[int, int] = {}

    def leader_of(operand: int) -> int:
        while leader[operand] != operand:
            leader[operand] = leader[leader[operand]]
            operand = leader[operand]
        return operand

    found = [index for index, cell in enumerate(cells) if _is_in_logic(cell)]
    for index in found:
        first, *others = (leader.setdefault(a, a) for a in cells[index].operands)
        for other in others:
            leader[leader_of(other)] = leader_of(first)
    groups: dict[int, list[int]] = {}
    for index in found:
        groups.setdefault(leader_of(cells[index].operands[0]), []).append(index)
    for members in groups.values():
        if not all(_has_digits(cells[index]) for index in members):
            yield members


def _depths(cells: Sequence[Cell], lut_inputs: int) -> list[int]:
    depths: list[int] = []
    for cell in cells:
        operands = [cells[a] for a in cell.operands]
        depths.append(depth_of(cell, operands, [depths[a] for a in cell.operands], lut_inputs))
    return depths


def _is_last(datapath: Datapath) -> list[bool]:
    """For every cell whether nothing but wires leads from it to outputs."""
    last = [True] * len(datapath.cells)
    for index in range(len(datapath.cells) - 1, -1, -1):
        cell = datapath.cells[index]
        if not last[index] or cell.kind not in WIRES:
            for operand in cell.operands:
                last[operand] = False
    return last


def _cheapest(
    cells: Sequence[Cell], group: _Group, is_last: Sequence[bool], target: Target, level: int
) -> Plan:
    """The plan of the fewest LUTs; that without sharing, unless another one has fewer."""
    sums = group.sums
    plain = planned(sums, by_factors, once=True)
    limits = limits_of(sums, is_last)
    starts = [planned(sums, by_digits, once=False)]
    graphs = planned(sums, by_graphs, once=False)
    if graphs.values and _is_below(depths_of(sums, graphs), limits):
        starts.append(graphs)
    found = [plain]
    left = MOST_WORK
    for preference, start in product(PREFERENCES[level], starts):
        if left > 0:
            plan, done = shared(sums, start, limits, preference, WORK)
            left -= done
            if plan not in found:
                found.append(plan)
    if len(found) == 1:
        return plain
    return min(found, key=lambda plan: _luts(cells, group, plan, target))


def _is_below(depths: Sequence[int], limits: Sequence[int]) -> bool:
    return all(depth <= limit for depth, limit in zip(depths, limits, strict=True))


def _luts(cells: Sequence[Cell], group: _Group, plan: Plan, target: Target) -> float:
    """What the adders of a plan take."""
    builder = DatapathBuilder()
    operands = group.sums.operands
    inputs = [
        builder.input(f"x{k}", value.minimum, value.maximum, 0) for k, value in enumerate(operands)
    ]
    places = dict(enumerate(inputs))
    outputs = []
    for number, index in enumerate(group.cells):
        cell = cells[index]
        terms = _placed(builder, plan, number, len(operands), places)
        total = builder.rows(terms, cell.value, 0)
        outputs.append(builder.narrow(total, cell.minimum, cell.maximum))
    plain = Datapath(
        "sums",
        tuple(builder.cells),
        tuple(_port(builder, f"x{k}", place) for k, place in enumerate(inputs)),
        tuple(_port(builder, f"y{k}", place) for k, place in enumerate(outputs)),
    )
    trees = with_trees(plain, target.resources.lut_inputs, [value.depth for value in operands])
    return fewest_luts_of(total_quantities(surroundings_of(trees, target)), target)


def _port(builder: DatapathBuilder, name: str, place: int) -> Port:
    return Port(name, name, place, builder.cells[place].format, *builder.range(place))


def _placed(
    builder: DatapathBuilder, plan: Plan, number: int, first: int, places: dict[int, int]
) -> Terms:
    """The terms of a sum of the plan as cells; values that are numbered from `first` on are built where need is."""
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


def _rebuilt(datapath: Datapath, plans: Sequence[tuple[_Group, Plan]]) -> Datapath:
    """The datapath with sums as they are planned."""
    cells = datapath.cells
    at = {
        index: (which, number)
        for which, (group, plan) in enumerate(plans)
        for number, index in enumerate(group.cells)
        if not _has_digits(cells[index])
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
        terms = _placed(builder, plan, number, len(group.operands), known)
        return builder.rows(terms, cells[index].value, cells[index].fraction)

    return rebuilt(datapath, rewrite)
