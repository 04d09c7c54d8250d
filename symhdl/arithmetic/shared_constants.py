"""What sums of products with constants have in common, built once where that takes fewer LUTs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import product

from symhdl.arithmetic.constant_plans import (
    ConstantSums,
    Plan,
    by_digits,
    by_factors,
    by_graphs,
    depths_of,
    limits_of,
    planned,
    shared,
)
from symhdl.arithmetic.constants import (
    Group,
    group_of,
    has_digits,
    placed,
    sums_in_logic,
    with_plans,
)
from symhdl.arithmetic.levels import depth_of
from symhdl.arithmetic.sharing import Preference
from symhdl.arithmetic.sums import with_trees
from symhdl.cost.area import fewest_luts_of, surroundings_of, total_quantities
from symhdl.cost.products import logic_of
from symhdl.cost.reading import bits_read
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import WIRES, Cell, Datapath, Port
from symhdl.numeric.digits import digit_count, odd_part
from symhdl.targets.target import Target

PREFERENCES: Mapping[int, Sequence[Preference]] = {
    1: (Preference(0.3, 1.0),),
    2: (
        Preference(0.3, 1.0),
        Preference(1.0, 4.0),
        Preference(0.0, 4.0),
        Preference(0.0, 0.0),
        Preference(1.0, 1.0),
    ),
}
"""What the levels of optimisation try: of 25 what was best for 13 filters and matrices of random constants (30 % fewer
LUTs than without sharing), and the five that were best together (32 %)."""
WORK = 500_000
"""How many pairs of terms one trial may look at, for all sums that share operands."""
MOST_WORK = 2_000_000
"""After how much of it there are no more trials."""
MOST_GRAPHS = 16
"""Of how many constants of sums that share operands adder graphs are looked for; more of them have more to share."""
ALL_GRAPHS = 100
"""Of how many constants of a whole design."""
FEW_DIGITS = 3
"""By which no other graph of a constant has fewer adders."""
MOST_PRICED = 10_000
"""After how many adders that were priced in a design the rest of it shares nothing."""
LEAST_SAVED = 0.05
"""The share of the adders of all such sums that must be saved for a design to be changed at all."""
LEAST_GAIN = 0.05
"""The share of the LUTs that must be saved, and of the adders: what estimates are off by in the median."""


def with_shared_digits(datapath: Datapath, target: Target, level: int) -> Datapath:
    """The datapath with weights that are powers of two, where sums in logic share what they have in common.

    Those that have operands in common share if that takes fewer LUTs on the device. A sum stays as shallow as its
    digits are, or as the deepest of those behind which there is nothing. The datapath itself where nothing is shared.
    """
    cells = datapath.cells
    logic = logic_of(target, datapath.primitives)
    depths: list[int] = []
    for cell in cells:
        operands, before = [cells[a] for a in cell.operands], [depths[a] for a in cell.operands]
        depths.append(depth_of(cell, operands, before, logic))
    is_last = _is_last(datapath)
    cuts = [bits.low for bits in bits_read(datapath)]
    plans: list[tuple[Group, Plan]] = []
    adders, saved, graphs_left, adders_left = 0, 0, ALL_GRAPHS, MOST_PRICED
    for members in _members(cells):
        group = group_of(cells, members, depths)
        plain = planned(group.sums, by_factors, once=True)
        plans.append((group, plain))
        adders += plain.adders
        if adders_left <= 0:
            continue
        limits = limits_of(group.sums, [is_last[index] for index in members])
        starts = [planned(group.sums, by_digits, once=False)]
        constants = _long_constants(group.sums)
        if 0 < len(constants) <= min(MOST_GRAPHS, graphs_left):
            graphs_left -= len(constants)
            starts += _by_graphs(group.sums, limits)
        most = (1 - LEAST_GAIN) * plain.adders
        found = _shared(group.sums, starts, limits, PREFERENCES[level])
        found = [plan for plan in found if plan.adders <= most]
        if not found:
            continue
        luts = partial(_luts_of, group=group, cells=cells, cuts=cuts, target=target)
        prices = list(map(luts, found))
        adders_left -= plain.adders + sum(plan.adders for plan in found)
        if min(prices) <= (1 - LEAST_GAIN) * luts(plain):
            best = found[prices.index(min(prices))]
            saved += plain.adders - best.adders
            plans[-1] = group, best
    return with_plans(datapath, plans) if saved > LEAST_SAVED * adders else datapath


def _is_last(datapath: Datapath) -> list[bool]:
    """For every cell whether nothing but wires leads from it to outputs."""
    last = [True] * len(datapath.cells)
    for index in range(len(datapath.cells) - 1, -1, -1):
        cell = datapath.cells[index]
        if not last[index] or cell.kind not in WIRES:
            for operand in cell.operands:
                last[operand] = False
    return last


def _members(cells: Sequence[Cell]) -> Iterator[list[int]]:
    """The sums that share operands, directly or by way of others, if one of them has a constant product."""
    leader: dict[int, int] = {}

    def leader_of(operand: int) -> int:
        while leader[operand] != operand:
            leader[operand] = leader[leader[operand]]
            operand = leader[operand]
        return operand

    found = sums_in_logic(cells)
    for index in found:
        leader.update((a, a) for a in cells[index].operands if a not in leader)
        first, *others = cells[index].operands
        for other in others:
            leader[leader_of(other)] = leader_of(first)
    groups: dict[int, list[int]] = {}
    for index in found:
        groups.setdefault(leader_of(cells[index].operands[0]), []).append(index)
    for members in groups.values():
        if not all(has_digits(cells[index]) for index in members):
            yield members


def _long_constants(sums: ConstantSums) -> set[int]:
    """The constants that may take fewer adders than by their digits."""
    found = {odd_part(weight) for weights in sums.weights for weight in weights.values()}
    return {odd for odd in found if digit_count(odd) > FEW_DIGITS}


def _by_graphs(sums: ConstantSums, limits: Sequence[int]) -> list[Plan]:
    """The plan by adder graphs, if it is another one and none of its sums is deeper than its limit."""
    plan = planned(sums, by_graphs, once=False)
    depths = depths_of(sums, plan)
    is_shallow = all(depth <= limit for depth, limit in zip(depths, limits, strict=True))
    return [plan] if plan.values and is_shallow else []


def _shared(
    sums: ConstantSums, starts: Sequence[Plan], limits: Sequence[int], tried: Sequence[Preference]
) -> list[Plan]:
    """What sharing makes of plans, as long as there is work left."""
    found: list[Plan] = []
    left = MOST_WORK
    for preference, start in product(tried, starts):
        if left > 0:
            plan, done = shared(sums, start, limits, preference, WORK)
            left -= done
            found += [plan] * (plan not in found)
    return found


def _luts_of(
    plan: Plan, group: Group, cells: Sequence[Cell], cuts: Sequence[int], target: Target
) -> float:
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
        terms = placed(builder, plan, number, len(operands), places)
        total = builder.narrow(builder.rows(terms, cell.value, 0), cell.minimum, cell.maximum)
        outputs.append(builder.shift_right(total, cuts[index], 0))
    sums = Datapath(
        "sums",
        tuple(builder.cells),
        tuple(_port(builder, f"x{k}", place) for k, place in enumerate(inputs)),
        tuple(_port(builder, f"y{k}", place) for k, place in enumerate(outputs)),
    )
    trees = with_trees(sums, logic_of(target), [value.depth for value in operands])
    return fewest_luts_of(total_quantities(surroundings_of(trees, target)), target)


def _port(builder: DatapathBuilder, name: str, place: int) -> Port:
    return Port(name, name, place, builder.cells[place].format, *builder.range(place))
