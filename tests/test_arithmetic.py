"""Sums, constant products and remainders give the integers of Python, with ranges that hold."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symhdl.arithmetic.constants import with_digits
from symhdl.arithmetic.remainders import remainder
from symhdl.arithmetic.sums import with_trees
from symhdl.cost.operators import fabric_of
from symhdl.cost.products import Logic
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Cell, CellKind, Datapath, Port
from symhdl.ir.verify import assert_valid_datapath
from symhdl.numeric.digits import digit_count, of_few_digits, signed_digits
from symhdl.simulate import simulate
from symhdl.targets.target import load_target
from tests.cells import simulate_cells
from tests.rows import each_row


def run(builder: DatapathBuilder, inputs: dict[str, list[int]]) -> list[np.ndarray]:
    """The integers of all cells; every cell must stay in its range."""
    ports = tuple(
        Port(c.name, c.name, k, c.format, c.minimum, c.maximum)
        for k, c in enumerate(builder.cells)
        if c.kind is CellKind.INPUT
    )
    datapath = Datapath("t", tuple(builder.cells), ports, ())
    arrays = {name: np.array(column, dtype=object) for name, column in inputs.items()}
    values = simulate_cells(datapath, arrays)
    for cell, value in zip(builder.cells, values, strict=True):
        assert_in_range(cell, value)
    return values


def assert_in_range(cell: Cell, value: np.ndarray) -> None:
    assert int(value.min()) >= cell.minimum, cell
    assert int(value.max()) <= cell.maximum, cell


@given(st.integers(-(10**12), 10**12))
def test_signed_digits_add_up_and_are_canonical(value: int) -> None:
    digits = signed_digits(value)
    assert sum(digit << position for position, digit in digits) == value
    positions = [position for position, _ in digits]
    assert all(b - a >= 2 for a, b in itertools.pairwise(positions))


def in_adders(builder: DatapathBuilder, *results: int) -> Datapath:
    """The cells with a port for each result, constants taken apart into digits and sums into adders."""
    inputs = tuple(
        Port(c.name, c.name, k, c.format, c.minimum, c.maximum)
        for k, c in enumerate(builder.cells)
        if c.kind is CellKind.INPUT
    )
    outputs = tuple(
        Port(f"y{n}", f"y{n}", k, builder.cells[k].format, *builder.range(k))
        for n, k in enumerate(results)
    )
    datapath = with_trees(
        with_digits(Datapath("t", tuple(builder.cells), inputs, outputs)), Logic(4)
    )
    assert_valid_datapath(datapath)
    assert all(cell.kind is not CellKind.SUM for cell in datapath.cells)
    return datapath


def adders(datapath: Datapath) -> list[Cell]:
    kinds = (CellKind.ADD, CellKind.SUBTRACT, CellKind.NEGATE)
    return [cell for cell in datapath.cells if cell.kind in kinds]


def test_the_zeros_of_a_constant_are_no_bits_of_a_sum_that_is_read_on() -> None:
    builder = DatapathBuilder()
    p, c = builder.input("p", -(1 << 15), (1 << 15) - 1, 0), builder.input("c", -128, 127, 0)
    datapath = in_adders(builder, builder.sum([(1, builder.square(p)), (-1, c)], 4, 0))
    first, last = adders(datapath)
    assert (first.kind, first.minimum, first.maximum) == (CellKind.ADD, -33, 30)  # (c - 4) / 4
    assert last.kind is CellKind.SUBTRACT


@given(st.integers(-(2**40), 2**40), st.integers(-300, 0), st.integers(1, 300))
def test_products_with_constants(value: int, low: int, high: int) -> None:
    builder = DatapathBuilder()
    a = builder.input("a", low, high, 3)
    product = builder.multiply(a, builder.constant(value, 2))
    assert builder.fraction(product) == 5
    column = np.arange(low, high + 1)
    found = simulate(in_adders(builder, product), {"a": column})["y0"]
    assert [int(n) for n in np.broadcast_to(found, len(column))] == [
        value * n for n in column.tolist()
    ]


@given(st.integers(-(2**40), 2**40))
def test_digits_are_counted_without_being_made(value: int) -> None:
    assert digit_count(value) == len(signed_digits(value))


@each_row(
    ("factor", "count"),
    [(3, 1), (7, 1), (85, 2), (-5, 2), (255, 1), (13107, 3), (1331, 4)],
)
def test_adders_of_a_constant_product(factor: int, count: int) -> None:
    """85 a is 17 (4 a + a), and 13107 a is 257 * 17 * 3 a."""
    builder = DatapathBuilder()
    product = builder.sum([(factor, builder.input("a", 0, 255, 0))], 0, 0)
    assert len(adders(in_adders(builder, product))) == count


def test_a_product_that_sums_share_is_built_once() -> None:
    """23 a costs two adders: three digits, of which two products each have all."""
    builder = DatapathBuilder()
    a, b, c = (builder.input(name, -8, 7, 0) for name in "abc")
    first = builder.sum([(23, a), (1, b)], 0, 0)
    second = builder.sum([(-46, a), (1, c)], 0, 0)
    assert len(adders(in_adders(builder, first, second))) == 4


@each_row("factor", [7, 23, 103, 13107, 47])
def test_no_partial_product_of_a_positive_number_is_wider_than_it_must_be(factor: int) -> None:
    """8 a - a is never negative, although 8 a and a alone say nothing of the kind."""
    builder = DatapathBuilder()
    product = builder.sum([(factor, builder.input("a", 0, 1000, 0))], 0, 0)
    datapath = in_adders(builder, product)
    assert builder.range(product) == (0, 1000 * factor)
    chain = [cell for cell in adders(datapath) if cell.kind is not CellKind.NEGATE]
    assert not any(cell.signed for cell in chain if cell.minimum == 0 or cell.maximum > 0)
    assert datapath.cells[datapath.outputs[0].cell].minimum == 0


@given(
    st.lists(
        st.tuples(st.integers(-40, 40), st.integers(0, 5), st.integers(-50, 50)),
        min_size=1,
        max_size=12,
    ),
    st.integers(-1000, 1000),
)
def test_sums_of_weighted_terms(parts: list[tuple[int, int, int]], constant: int) -> None:
    builder = DatapathBuilder()
    terms: list[tuple[int, int]] = []
    columns: dict[str, list[int]] = {}
    expected = constant
    for weight, name, value in parts:
        column = columns.setdefault(f"x{name}", [value])
        terms.append((weight, builder.input(f"x{name}", -50, 50, 2)))
        expected += weight * column[0]
    total = builder.sum(terms, constant, 5)
    inputs = {name: np.array(column) for name, column in columns.items()}
    assert int(np.broadcast_to(simulate(in_adders(builder, total), inputs)["y0"], 1)[0]) == expected


def depths(datapath: Datapath) -> list[int]:
    """How many adders lie one after the other before each cell."""
    found: list[int] = []
    for cell in datapath.cells:
        own = cell.kind in (CellKind.ADD, CellKind.SUBTRACT)
        found.append(own + max((found[k] for k in cell.operands), default=0))
    return found


def test_a_sum_of_many_terms_is_shallow() -> None:
    builder = DatapathBuilder()
    total = builder.sum([(1, builder.input(f"x{k}", -8, 7, 0)) for k in range(1000)], 0, 0)
    assert max(depths(in_adders(builder, total))) == 10


def test_what_is_ready_late_is_added_last() -> None:
    """a + b + c + d with a late a takes one adder behind a, not two."""
    builder = DatapathBuilder()
    a, b, c, d = (builder.input(name, -8, 7, 0) for name in "abcd")
    late = builder.select(builder.less(b, a), builder.negate(a), a)
    total = builder.sum([(1, late), (1, b), (1, c), (1, d)], 0, 0)
    datapath = in_adders(builder, total)
    last = datapath.cells[datapath.outputs[0].cell]
    kinds = {datapath.cells[operand].kind for operand in last.operands}
    assert CellKind.SELECT in kinds


FABRIC = fabric_of(load_target("ecp5-85k"), "none", clocked=False)


@each_row("divisor", [1, 2, 3, 7, 8, 96, 100, 255, -5, -8, -12])
@each_row(("low", "high"), [(0, 1000), (-1000, 1000), (-77, -3), (0, 4), (3, 21), (-9, 1)])
def test_remainders_by_constants(divisor: int, low: int, high: int) -> None:
    builder = DatapathBuilder()
    a = builder.input("a", low, high, 0)
    rest = remainder(builder, a, builder.constant(divisor, 0), FABRIC)
    column = list(range(low, high + 1))
    result = np.broadcast_to(run(builder, {"a": column})[rest], len(column))
    assert [int(v) for v in result] == [n % divisor for n in column]


@given(st.integers(-(2**14), 2**14), st.integers(1, 2**8), st.integers(-20, 20))
def test_a_number_of_few_digits_is_near_and_has_the_fewest(
    value: int, tolerance: int, exponent: int
) -> None:
    """No whole number that is as near has fewer."""
    unit = Fraction(2) ** exponent
    found = of_few_digits(value * unit, tolerance * unit) / unit
    assert abs(found - value) <= tolerance
    fewest = min(map(digit_count, range(value - tolerance, value + tolerance + 1)))
    assert digit_count(found.numerator) == fewest
    assert found.denominator == 1


@given(st.fractions(), st.fractions(min_value=Fraction(1, 10**6)))
def test_fractions_become_binary_ones(value: Fraction, tolerance: Fraction) -> None:
    found = of_few_digits(value, tolerance)
    assert abs(found - value) <= tolerance
    assert found.denominator & (found.denominator - 1) == 0


@each_row(("high", "tables"), [(0xFFF, 1), (0xFFFFF, 0)])
def test_remainders_leave_the_low_bits_alone(high: int, tables: int) -> None:
    """x mod 3 * 2**7 is that of the upper bits, which few bits look up, and seven wires."""
    builder = DatapathBuilder()
    remainder(builder, builder.input("a", 0, high, 7), builder.constant(3 << 7, 7), FABRIC)
    cells = [cell for cell in builder.cells if cell.kind not in (CellKind.INPUT, CellKind.JOIN)]
    assert sum(cell.kind is CellKind.TABLE for cell in cells) == tables
    assert max(cell.width for cell in cells) <= 2 * (high >> 7).bit_length() + 2


@pytest.mark.parametrize(("low", "high"), [(1, 20), (-20, -1), (5, 9)])
def test_remainders_by_variables(low: int, high: int) -> None:
    builder = DatapathBuilder()
    a, b = builder.input("a", -60, 50, 0), builder.input("b", low, high, 0)
    rest = remainder(builder, a, b, FABRIC)
    pairs = [(n, d) for n in range(-60, 51) for d in range(low, high + 1)]
    result = run(builder, {"a": [n for n, _ in pairs], "b": [d for _, d in pairs]})[rest]
    assert [int(v) for v in result] == [n % d for n, d in pairs]


@pytest.mark.parametrize("shift", [0, 3])
def test_a_change_of_sign_is_taken_back(shift: int) -> None:
    """Whatever places it was moved by; not where more is known of its range, which would be lost."""
    builder = DatapathBuilder()
    x = builder.input("x", -8, 5, 2)
    negative = builder.shift_left(builder.negate(x), shift, 4)
    again = builder.negate(negative)
    values = run(builder, {"x": list(range(-8, 6))})
    assert (values[again] == -values[negative]).all()
    assert builder.fraction(again) == 4
    assert sum(cell.kind is CellKind.NEGATE for cell in builder.cells) == 1
    assert again == builder.shift_left(x, shift, 4)
    narrow = builder.negate(builder.narrow(negative, 0, 8 << shift))
    assert builder.range(narrow) == (-8 << shift, 0)


@each_row("shift", [1, 2, 5])
@each_row("weight", [3, 6, 7, -6, 11, 12])
def test_multiples_of_a_number_with_zeros_of_its_own(weight: int, shift: int) -> None:
    """Sums that are equal but for zeros are built once, whether the zeros are the weight's or the number's."""
    builder = DatapathBuilder()
    x = builder.input("x", -5, 4, 0)
    multiple = builder.sum([(weight, builder.shift_left(x, shift, 0))], 0, 0)
    ports = (Port("x", "x", x, builder.cells[x].format, -5, 4),)
    cell = builder.cells[multiple]
    outputs = (Port("y", "y", multiple, cell.format, cell.minimum, cell.maximum),)
    plain = Datapath("t", tuple(builder.cells), ports, outputs)
    built = with_trees(with_digits(plain), Logic(4))
    assert_valid_datapath(built)
    inputs = {"x": np.arange(-5, 5)}
    assert simulate(built, inputs)["y"].tolist() == [weight * 2**shift * n for n in range(-5, 5)]
