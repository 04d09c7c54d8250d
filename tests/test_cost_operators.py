"""Costs of operators that are not built yet, against what is built of them, and what they are worth on a device."""

from __future__ import annotations

import itertools
import statistics
from dataclasses import asdict

import numpy as np
import pytest
from flint import arb
from msgspec import structs

from symhdl.approximation import Specification, approximate, choose
from symhdl.approximation.approximation import on_grid
from symhdl.approximation.effort import Depth
from symhdl.arithmetic.product_cells import products_in_rows
from symhdl.arithmetic.sums import with_trees
from symhdl.budget import UNLIMITED
from symhdl.cost import operators
from symhdl.cost.area import (
    luts_of,
    surroundings_of,
    table_quantities,
    total_quantities,
)
from symhdl.cost.operators import Cost, Fabric, fabric_of, prices
from symhdl.cost.pricing import price
from symhdl.cost.products import Factor, logic_of, number_of, product_in_logic, square_in_logic
from symhdl.cost.tables import PARTS, in_parts, nodes_of
from symhdl.functions.elementary import FUNCTIONS
from symhdl.functions.operation import Operation
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Datapath
from symhdl.numeric.fixed import width_of_range
from symhdl.passes.bind_units import bind_units
from symhdl.targets.target import Costs, Target, load_target
from tests.test_schedule import built

ECP5, ICE40, XILINX = map(load_target, ("ecp5-85k", "ice40-hx8k", "xcvu9p"))
LOGIC = {target.name: fabric_of(target, "none", clocked=False) for target in (ECP5, ICE40, XILINX)}
WIDTHS = (3, 5, 8, 12, 16)


def numbers(builder: DatapathBuilder, *factors: Factor) -> list[int]:
    cells = []
    for position, factor in enumerate(factors):
        cells.append(builder.input(f"x{position}", factor.minimum, factor.maximum, 0))
    return cells


def in_rows(target: Target, *factors: Factor) -> Costs:
    """What the cells of a product take as they are built; of one factor the square."""
    builder = DatapathBuilder()
    cells = numbers(builder, *factors)
    result = builder.multiply(*cells) if len(cells) == 2 else builder.square(*cells)
    return total_quantities(
        surroundings_of(products_in_rows(built(builder, result), target), target)
    )


def bits(quantities: Costs) -> float:
    """The bits of adders, digits, rows and tables together."""
    left_out = {"invert_bit", "negate_bit", "compare_bit", "bound_bit", "gate"}
    return sum(float(own) for name, own in asdict(quantities).items() if name not in left_out)


@pytest.mark.parametrize("target", [ECP5, XILINX], ids=lambda target: str(target.name))
def test_products_take_what_is_counted_before_they_are_built(target: Target) -> None:
    logic = logic_of(target)
    for a, b, *signs in itertools.product(WIDTHS, WIDTHS, (False, True), (False, True)):
        factors = number_of(a, signed=signs[0]), number_of(b, signed=signs[1])
        counted = product_in_logic(*factors, logic)
        assert bits(counted) == pytest.approx(bits(in_rows(target, *factors)), rel=0.05, abs=5)
    for width, signed in itertools.product(WIDTHS, (False, True)):
        factor = number_of(width, signed=signed)
        counted = square_in_logic(factor, logic)
        assert bits(counted) == pytest.approx(bits(in_rows(target, factor)), rel=0.1, abs=4)


def test_a_product_takes_blocks_as_it_is_bound_to_them() -> None:
    for a, b in itertools.product((4, 12, 18, 19, 30), (3, 18, 24)):
        for target in (ECP5, XILINX):
            factors = number_of(a, signed=True), number_of(b, signed=True)
            found = operators.product(fabric_of(target, "auto", clocked=True), *factors)
            builder = DatapathBuilder()
            path = built(builder, builder.multiply(*numbers(builder, *factors)))
            bound = bind_units(path, target, "auto", clocked=True)
            assert found.dsps == sum(cell.unit != "" for cell in bound.cells), (a, b, target.name)


def test_without_blocks_nothing_takes_one() -> None:
    factors = number_of(12, signed=True), number_of(12, signed=True)
    few, none = (fabric_of(ECP5, dsp, clocked=False) for dsp in (1, "none"))
    assert operators.product(few, *factors).dsps == 1
    assert operators.product(none, *factors).dsps == 0
    wide = number_of(30, signed=True)
    assert operators.product(few, wide, wide).dsps == 0
    sizes = np.array([10, 4])
    varied = in_parts(np.full((2, PARTS), 32.0))
    in_logic, in_memory = (
        operators.worth_of_tables(
            fabric_of(ECP5, "none", clocked=clocked), sizes, sizes, varied
        ).tolist()
        for clocked in (False, True)
    )
    assert in_memory[0] == ECP5.worth.bram < in_logic[0]
    assert in_memory[1] == in_logic[1] > 0


def test_tables_too_slow_for_the_clock_have_the_price_of_what_they_are_bound_to() -> None:
    fabrics = {
        mhz: fabric_of(ECP5, "none", clocked=True, frequency_mhz=mhz) for mhz in (0, 50, 200)
    }
    blocks = {mhz: operators.memory_blocks(fabric, 8, 3) for mhz, fabric in fabrics.items()}
    assert blocks == {0: 0, 50: 0, 200: 1}
    builder = DatapathBuilder()
    index = builder.input("x", 0, 255, 0)
    path = built(builder, builder.table(index, tuple(k * k % 7 for k in range(256)), 0))
    for mhz, found in blocks.items():
        bound = bind_units(path, ECP5, "none", clocked=True, frequency_mhz=mhz)
        assert any(cell.unit for cell in bound.cells) is bool(found)


def test_blocks_are_worth_luts() -> None:
    fabric = fabric_of(ECP5, "auto", clocked=True)
    assert fabric.worth(Cost(10.5)) == 10.5
    assert fabric.worth(Cost(1, 2, 3)) == 1 + 2 * ECP5.worth.dsp + 3 * ECP5.worth.bram


def test_equal_devices_are_one_fabric() -> None:
    first, second = (fabric_of(load_target("ecp5-85k"), "none", clocked=False) for _ in range(2))
    assert first == second and hash(first) == hash(second)
    assert len({*LOGIC.values(), fabric_of(ECP5, "auto", clocked=False)}) == 4


def test_what_was_asked_before_is_not_worked_out_again() -> None:
    fabrics = [fabric_of(load_target("ecp5-85k"), "none", clocked=False) for _ in range(2)]
    factors = number_of(13, signed=True), number_of(11, signed=False)
    asked = (operators.product, operators.addition)
    for fabric in fabrics:
        before = [each.cache_info().misses for each in asked]
        operators.product(fabric, *factors)
        operators.addition(fabric, 14)
    assert [each.cache_info().misses for each in asked] == before


@pytest.mark.parametrize("kind", ["addition", "offset", "negation", "choice", "comparison"])
def test_wider_operators_take_more(kind: str) -> None:
    for fabric in LOGIC.values():
        costs = [getattr(operators, kind)(fabric, width) for width in (4, 8, 16, 32)]
        assert all(a.luts <= b.luts for a, b in itertools.pairwise(costs))
        assert all(0 < a.delay_ns <= b.delay_ns for a, b in itertools.pairwise(costs))


def path_of(operation: Operation, specification: Specification, fabric: Fabric) -> Datapath:
    """The cells of what is chosen."""
    builder = DatapathBuilder()
    ends = specification.minimum, specification.maximum
    argument = builder.input("x", *ends, specification.fraction)
    ways = approximate(FUNCTIONS[operation], specification, fabric)
    return built(builder, ways[0].approximation.build(builder, argument))


@pytest.mark.parametrize("name", LOGIC)
def test_operators_have_the_price_of_the_cells_that_they_become(name: str) -> None:
    target = load_target(name)
    for operation in (Operation.SIN, Operation.EXP, Operation.SQUARE_ROOT):
        specification = Specification(0, 4095, 12, 2.0**-11)
        path = path_of(operation, specification, LOGIC[name])
        cells = products_in_rows(with_trees(path, logic_of(target)), target)
        before, after = (total_quantities(surroundings_of(each, target)) for each in (path, cells))
        for tables in ("table_lut", "table_mux", "select_bit"):
            assert getattr(before, tables) == pytest.approx(getattr(after, tables), rel=0.08, abs=1)
        luts, worth = (luts_of(each, prices(LOGIC[name])) for each in (after, before))
        assert price(path, LOGIC[name]).luts == worth
        # The low bits of products that nobody reads are counted before, and are gone after.
        assert 0.92 * luts <= worth <= 1.25 * luts


def test_the_device_decides() -> None:
    """Where products are dear in LUTs of four inputs, those of six have larger tables."""
    found = {
        name: [
            path_of(operation, Specification(-8192, 8191, 13, 2.0**-bits), fabric).cells
            for operation in (Operation.SIN, Operation.TANH, Operation.SIGMOID)
            for bits in (8, 10, 12, 14)
        ]
        for name, fabric in LOGIC.items()
    }
    assert found["ice40-hx8k"] != found["xcvu9p"] != found["ecp5-85k"]


def test_several_ways_are_told_with_what_they_take() -> None:
    fabric = fabric_of(ECP5, "auto", clocked=False)
    ways = approximate(FUNCTIONS[Operation.SIN], Specification(-2048, 2047, 10, 2.0**-8), fabric)
    assert len(ways) > 1
    assert [way.preference for way in ways] == sorted(way.preference for way in ways)
    for way in ways:
        assert way.worth == fabric.worth(way.cost)
        assert way.approximation.error <= 2.0**-8
        assert way.cost.delay_ns > 0
        assert way.cost.latency >= way.cost.brams
    assert any(way.cost.dsps or way.cost.brams for way in ways)


def test_errors_go_down_to_quarters_of_a_power_of_two() -> None:
    for exponent in range(-300, 300):
        assert on_grid(2.0**exponent) == 2.0**exponent
    for k in range(1, 2000):
        error = k / 977
        assert 2**-0.2500001 * error < on_grid(error) <= error
        assert on_grid(on_grid(error)) == on_grid(error)


def test_errors_that_are_nearly_the_same_share_approximations() -> None:
    function, fabric = FUNCTIONS[Operation.TANH], LOGIC["ice40-hx8k"]
    found = [
        approximate(function, Specification(-999, 999, 8, error), fabric)
        for error in (0.00100, 0.00102)
    ]
    assert found[0] is found[1]


@pytest.mark.parametrize("operation", [Operation.TANH, Operation.SIN, Operation.EXP])
@pytest.mark.parametrize("device", LOGIC)
def test_a_looser_error_is_not_worth_more(operation: Operation, device: str) -> None:
    least = float("inf")
    for bits in range(16, 5, -1):
        specification = Specification(-(1 << 13), 0, 12, 2.0**-bits)
        worth = approximate(FUNCTIONS[operation], specification, LOGIC[device])[0].worth
        assert worth <= 1.05 * least, bits
        least = min(least, worth)


def test_ways_for_tighter_errors_are_among_those_that_a_caller_picks_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The answer is the same whatever was asked before."""
    monkeypatch.setattr(choose, "LUCKLESS", 0.0)  # no price is good enough
    monkeypatch.setattr(choose, "least_of", lambda _: 0.0)  # and all promises are better
    function, fabric = FUNCTIONS[Operation.SQUARE_ROOT], LOGIC["xcvu9p"]
    specification = Specification(0, (4 << 10) - 1, 10, on_grid(2.0**-5.7))
    answers = []
    for asked_before in (True, False):
        for each in (choose._found, choose._found_for):
            each.cache_clear()
        tighter = [
            choose._found_for(
                function,
                structs.replace(specification, error=error),
                fabric,
                UNLIMITED,
                Depth.ORDINARY,
            )
            for error in (on_grid(specification.error * 2.0**-bits * 1.001) for bits in (0.5, 1.0))
            if asked_before
        ]
        answers.append(approximate(function, specification, fabric))
        for found in tighter:
            assert {*found} <= {*answers[0]}
    assert answers[0] == answers[1]
    assert list(answers[0]) == sorted(answers[0], key=lambda way: way.worth)
    errors = [way.approximation.error for way in answers[0]]
    assert min(errors) <= specification.error / 2 < max(errors) <= specification.error
    for each in (choose._found, choose._found_for):
        each.cache_clear()


def contents(operation: Operation, low: float, high: float, index: int, fraction: int) -> list[int]:
    """The values of a function at the middle of each part of its range."""
    steps = (np.arange(1 << index) + 0.5) / (1 << index)
    points = low + (high - low) * steps
    evaluate = FUNCTIONS[operation].ball
    return [round(float(evaluate(arb(point)).mid()) * (1 << fraction)) for point in points.tolist()]


SMOOTH = {
    Operation.SIN: (-3.0, 3.0),
    Operation.EXP: (-4.0, 0.0),
    Operation.SQUARE_ROOT: (0.0, 4.0),
    Operation.TANH: (-8.0, 8.0),
    Operation.INVERSE: (0.5, 4.0),
}


@pytest.mark.parametrize("target", [ECP5, ICE40, XILINX], ids=lambda target: str(target.name))
def test_the_share_of_gates_is_that_of_tables_of_smooth_functions(target: Target) -> None:
    shares = []
    for (operation, ends), index, fraction in itertools.product(
        SMOOTH.items(), (8, 10), (4, 7, 10)
    ):
        values = contents(operation, *ends, index, fraction)
        width = width_of_range(min(values), max(values))[1]
        found = nodes_of(tuple(values), width, target.resources.lut_inputs)
        shares.append(found.gates / (found.gates + sum(found.levels[1:])))
    assert statistics.mean(shares) == pytest.approx(operators.GATES, abs=0.02)


@pytest.mark.parametrize("target", [ECP5, ICE40, XILINX], ids=lambda target: str(target.name))
def test_tables_are_estimated_by_how_much_their_values_vary(target: Target) -> None:
    fabric, ratios = LOGIC[target.name], []
    for (operation, ends), index, fraction in itertools.product(
        SMOOTH.items(), (6, 8, 10), (4, 7, 10)
    ):
        values = contents(operation, *ends, index, fraction)
        width = width_of_range(min(values), max(values))[1]
        steps = np.abs(np.diff([*values, values[-1]])).astype(float)
        varied = in_parts(steps.reshape(1, PARTS, -1).sum(axis=2))
        estimate = operators.worth_of_tables(fabric, np.array([index]), np.array([width]), varied)[
            0
        ]
        counted = luts_of(table_quantities(tuple(values), width, target), prices(fabric))
        ratios.append(estimate / counted)
    assert 0.85 < statistics.median(ratios) < 1.25
    assert max(ratios) < 2 and min(ratios) > 0.5


def test_a_price_is_in_the_middle_of_both_ways_of_synthesis() -> None:
    found = prices(LOGIC["ecp5-85k"])
    mux = sorted((ECP5.costs.table_mux, ECP5.alternative_costs.table_mux))
    assert mux[0] < found.table_mux < mux[1]
    assert found.table_mux == pytest.approx(sum(mux) / 2)


def test_rounding_takes_less_than_half_of_the_error() -> None:
    for quarters in range(-20, 200):
        error = on_grid(2.0 ** (-quarters / 4) * (1 + 2.0**-40))
        share = 2.0 ** -(Specification(0, 1, 0, error).result_fraction + 1) / error
        assert 0.25 <= share < 0.5
