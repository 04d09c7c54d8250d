"""What an operator is predicted to take, against the cells that the arithmetic makes of it: LUTs, delay and latency."""

from __future__ import annotations

import itertools
import random
import statistics
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from symhdl.arithmetic.constant_plans import by_graphs, planned
from symhdl.arithmetic.constants import group_of, sums_in_logic, with_plans
from symhdl.arithmetic.product_cells import products_in_rows
from symhdl.arithmetic.sums import with_trees
from symhdl.cost import operators
from symhdl.cost.area import luts_of, surroundings_of, total_quantities
from symhdl.cost.estimate import longest_path_ns
from symhdl.cost.operators import Cost, Fabric, fabric_of, prices
from symhdl.cost.products import Factor, logic_of, number_of
from symhdl.cost.timing import cell_delays
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Datapath
from symhdl.passes.bind_units import bind_units
from symhdl.passes.schedule import schedule
from symhdl.targets.target import Target, load_target
from tests.test_schedule import built

DEVICES = ("ecp5-85k", "ice40-hx8k", "xc7a35t", "xcvu9p", "gw1nr-9", "generic")
WIDTHS = (4, 6, 8, 11, 12, 16, 20, 24)
MEDIAN = 0.1

Case = tuple[Cost, Datapath]
Build = Callable[[DatapathBuilder, list[int]], int]


def cells_of(factors: tuple[Factor, ...], build: Build) -> Datapath:
    """The operator of numbers of these ranges."""
    builder = DatapathBuilder()
    operands = [builder.input(f"x{k}", *factor, 0) for k, factor in enumerate(factors)]
    return built(builder, build(builder, operands))


def factors_of(count: int) -> Iterator[tuple[Factor, ...]]:
    """Operands of all widths, with signs and without."""
    for widths in itertools.product(WIDTHS, repeat=count):
        for signs in itertools.product((False, True), repeat=count):
            yield tuple(number_of(w, signed=s) for w, s in zip(widths, signs, strict=True))


def sums(fabric: Fabric) -> Iterator[Case]:
    for (a,) in factors_of(1):
        path = cells_of((a, a), lambda b, x: b.add(*x))
        yield operators.addition(fabric, a.width + 1), path


def comparisons(fabric: Fabric) -> Iterator[Case]:
    for width in WIDTHS:
        path = cells_of((number_of(width, signed=False),) * 2, lambda b, x: b.less(*x))
        yield operators.comparison(fabric, width), path


def choices(fabric: Fabric) -> Iterator[Case]:
    for width in WIDTHS:
        factors = (Factor(0, 1), *[number_of(width, signed=True)] * 2)
        yield operators.choice(fabric, width), cells_of(factors, lambda b, x: b.select(*x))


def products(fabric: Fabric) -> Iterator[Case]:
    for a, b in factors_of(2):
        path = cells_of((a, b), lambda b, x: b.multiply(*x))
        yield operators.product(fabric, a, b), path


def squares(fabric: Fabric) -> Iterator[Case]:
    for (a,) in factors_of(1):
        yield operators.square(fabric, a), cells_of((a,), lambda b, x: b.square(*x))


def times(constant: int, builder: DatapathBuilder, operands: list[int]) -> int:
    return builder.sum([(constant, operands[0])], 0, 0)


def constant_products(fabric: Fabric) -> Iterator[Case]:
    chance = random.Random(1)  # noqa: S311
    for (a,) in factors_of(1):
        for bits in (4, 7, 10, 13, 16, 20, 24):
            constant = chance.getrandbits(bits) | 1 << (bits - 1) | 1
            path = cells_of((a,), partial(times, constant))
            yield operators.constant_product(fabric, a, constant), path


KINDS = (sums, comparisons, choices, products, squares, constant_products)


def in_logic(path: Datapath, target: Target) -> Datapath:
    """The cells that the passes make."""
    members = sums_in_logic(path.cells)
    if members:
        group = group_of(path.cells, members, [0] * len(path.cells))
        path = with_plans(path, [(group, planned(group.sums, by_graphs, once=True))])
    return products_in_rows(with_trees(path, logic_of(target)), target)


def off(told: float, found: float) -> float:
    return abs(told - found) / max(found, 1.0)


@pytest.mark.parametrize("device", DEVICES)
def test_operators_in_logic_take_what_is_predicted(device: str) -> None:
    """LUTs and delays in the middle of each kind within a tenth of those of its cells."""
    target = load_target(device)
    fabric = fabric_of(target, "none", clocked=False)
    for kind in KINDS:
        luts, delays = [], []
        for cost, path in kind(fabric):
            cells = in_logic(path, target)
            taken = total_quantities(surroundings_of(cells, target))
            luts.append(off(cost.luts, luts_of(taken, prices(fabric))))
            found_ns = longest_path_ns(cells, cell_delays(cells.cells, target, cells.units))
            delays.append(off(cost.delay_ns, found_ns))
        assert statistics.median(luts) <= MEDIAN, (kind.__name__, "LUTs", statistics.median(luts))
        assert statistics.median(delays) <= MEDIAN, (kind.__name__, statistics.median(delays))


@pytest.mark.parametrize("device", ("ecp5-85k", "ice40-up5k", "xc7a35t"))
def test_operators_in_blocks_have_the_latency_that_is_predicted(device: str) -> None:
    """A product in one block has the least latency on offer that is fast enough, at a clock for which all are."""
    target = load_target(device)
    fabric = fabric_of(target, "auto", clocked=True)
    for width, signed in itertools.product((4, 8, 12, 16), (False, True)):
        factor = number_of(width, signed=signed)
        path = cells_of((factor, factor), lambda b, x: b.multiply(*x))
        told = operators.product(fabric, factor, factor)
        bound = bind_units(path, target, "auto", clocked=True)
        blocks = [cell for cell in schedule(bound, target, 10.0).cells if cell.unit]
        units = {unit.name: unit for unit in bound.units}
        assert told.dsps == sum(units[cell.unit].amount for cell in blocks)
        assert all(
            told.latency in {offer.latency for offer in units[cell.unit].offers} for cell in blocks
        )
