"""Constants in tables, comparisons with constants, rounding: what is built, beside the integers being equal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from msgspec import structs

from symhdl.arithmetic.absorbing import with_absorbed_constants
from symhdl.arithmetic.comparisons import with_narrow_comparisons
from symhdl.arithmetic.rounding import with_short_roundings
from symhdl.arithmetic.signs import with_signs_in_chains
from symhdl.compiler import compile
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import CellKind, Datapath, Port
from symhdl.ir.verify import assert_valid_datapath, claimed_cells
from symhdl.simulate import simulate
from symhdl.verify.range_proofs import open_claims
from tests.rows import each_row

ENTRIES = tuple(range(100, 164))
Build = Callable[[DatapathBuilder, int, int], int]


def datapath_of(build: Build) -> Datapath:
    """One output of an index of six bits and a number of eight."""
    builder = DatapathBuilder()
    i, x = builder.input("i", 0, 63, 4), builder.input("x", -128, 127, 4)
    ports = [
        Port(name, name, k, builder.cells[k].format, *builder.range(k))
        for name, k in (("i", i), ("x", x))
    ]
    z = build(builder, i, x)
    out = Port("z", "z", z, builder.cells[z].format, *builder.range(z))
    return Datapath("t", tuple(builder.cells), tuple(ports), (out,))


def every_output(datapath: Datapath) -> list[int]:
    i, x = (grid.ravel() for grid in np.meshgrid(np.arange(64), np.arange(-128, 128)))
    found: list[int] = np.broadcast_to(simulate(datapath, {"i": i, "x": x})["z"], i.shape).tolist()
    return found


def changed(build: Build, step: Callable[[Datapath], Datapath]) -> Datapath:
    """What the step makes of it, which is valid and has equal outputs for all inputs."""
    before = datapath_of(build)
    after = step(before)
    assert_valid_datapath(after)
    assert every_output(after) == every_output(before)
    return after


def absorbed(datapath: Datapath) -> Datapath:
    """Wherever tables can absorb a constant."""
    return with_absorbed_constants(datapath, lambda *_: True)


def cells_of(datapath: Datapath, *kinds: CellKind) -> list[CellKind]:
    return [cell.kind for cell in datapath.cells if cell.kind in kinds]


def rounded(b: DatapathBuilder, total: int) -> int:
    """Two steps of truncation with half a unit between them."""
    half = b.sum([(1, b.shift_right(total, 2, 2))], 2, 2)
    return b.shift_right(half, 2, 0)


def entry(b: DatapathBuilder, i: int) -> int:
    return b.table(i, ENTRIES, 4)


PATHS: dict[str, tuple[Build, int]] = {
    "sum": (lambda b, i, x: rounded(b, b.add(entry(b, i), x)), 8),
    "difference": (lambda b, i, x: rounded(b, b.subtract(x, entry(b, i))), -8),
    "negation": (lambda b, i, x: rounded(b, b.negate(b.add(x, entry(b, i)))), -8),
    "weight": (lambda b, i, x: rounded(b, b.sum([(-4, entry(b, i)), (3, x)], 1, 4)), -2),
    "shift": (lambda b, i, x: rounded(b, b.add(x, b.shift_left(entry(b, i), 3, 4))), 1),
}


@each_row("name", PATHS)
def test_a_table_absorbs_the_constant_of_a_sum(name: str) -> None:
    build, offset = PATHS[name]
    datapath = changed(build, absorbed)
    (table,) = [cell for cell in datapath.cells if cell.kind is CellKind.TABLE]
    assert table.contents == tuple(e + offset for e in ENTRIES)
    assert all(cell.value in (0, 1) for cell in datapath.cells if cell.kind is CellKind.SUM)


def _read_twice(b: DatapathBuilder, i: int, x: int) -> int:
    return b.add(b.align(rounded(b, b.add(entry(b, i), x)), 4), entry(b, i))


KEPT: dict[str, Build] = {
    "the table has another reader": _read_twice,
    "a sum on the way has another reader": lambda b, i, x: b.add(
        rounded(b, b.add(entry(b, i), x)), b.shift_left(b.add(entry(b, i), x), 0, 0)
    ),
    "no whole number to add": lambda b, i, x: b.sum([(3, entry(b, i)), (5, x)], 4, 4),
    "bits below the table": lambda b, i, x: b.sum([(1, b.shift_left(entry(b, i), 3, 4))], 4, 4),
    "entries of far more bits": lambda b, i, x: b.sum(
        [(1, b.shift_right(entry(b, i), 20, 4)), (1, x)], 1, 4
    ),
}


@each_row("name", KEPT)
def test_a_constant_stays_where_a_table_is_no_place_for_it(name: str) -> None:
    before = datapath_of(KEPT[name])
    assert absorbed(before) == before


def test_two_constants_above_one_table() -> None:
    def build(b: DatapathBuilder, i: int, x: int) -> int:
        inner = b.shift_right(b.sum([(1, entry(b, i)), (1, x)], 2, 4), 1, 3)
        return b.sum([(1, inner)], 5, 3)

    datapath = changed(build, absorbed)
    assert CellKind.TABLE in cells_of(datapath, CellKind.TABLE)
    assert sum(bool(c.value) for c in datapath.cells if c.kind is CellKind.SUM) == 1


def test_the_rounding_of_an_approximation_costs_no_adder() -> None:
    design = compile(
        "input x : ufixed<12,0>\ny = sin(x)\noutput y : ufixed<12,0>", device="ecp5-85k"
    )
    constants = [
        cell
        for cell in design.datapath.cells
        if cell.kind is CellKind.ADD
        and any(design.datapath.cells[o].kind is CellKind.CONSTANT for o in cell.operands)
    ]
    assert constants == []


def test_a_constant_that_costs_no_lut_goes_into_a_table_that_costs_less() -> None:
    source = "input x, z, t : fixed<8,3> in [-2, 2]\ny = sin(x)*z - cos(t)\noutput y : fixed<9,5>"
    cells = compile(source, device="xcvu9p", frequency=100).datapath.cells
    tables = [cell for cell in cells if cell.kind is CellKind.TABLE]
    assert any(cell.name.startswith("y_rounded") for cell in tables)


# --- signs ----------------------------------------------------------------------------------------

SIGNS: dict[str, tuple[Build, bool]] = {
    "of a size": (lambda b, i, x: size_of(b, x), True),
    "of any other condition": (
        lambda b, i, x: b.select(b.less(i, x), b.negate(x), x),
        True,
    ),
    "with the number itself first": (
        lambda b, i, x: b.select(b.less(i, x), x, b.negate(x)),
        True,
    ),
    "of a shifted number": (lambda b, i, x: size_of(b, b.shift_left(x, 3, 7)), True),
    "of a number whose negative is read elsewhere": (
        lambda b, i, x: b.add(size_of(b, x), b.negate(x)),
        True,
    ),
    "none: another number": (lambda b, i, x: b.select(b.less(i, x), b.negate(x), i), False),
}


def size_of(b: DatapathBuilder, x: int) -> int:
    low, high = b.range(x)
    size = b.select(b.less(x, b.constant(0, b.fraction(x))), b.negate(x), x)
    return b.narrow(size, 0, max(-low, high))


@each_row("name", SIGNS)
def test_a_change_of_sign_is_one_chain(name: str) -> None:
    build, is_sign = SIGNS[name]
    datapath = changed(build, with_signs_in_chains)
    assert (not cells_of(datapath, CellKind.SELECT)) is is_sign
    assert bool(cells_of(datapath, CellKind.ROW)) is is_sign


def test_the_range_of_a_size_in_a_chain_is_proved_again() -> None:
    datapath = changed(SIGNS["of a size"][0], with_signs_in_chains)
    assert claimed_cells(datapath) and not open_claims(datapath)


# --- comparisons ----------------------------------------------------------------------------------

COMPARED: dict[str, tuple[Build, int]] = {
    "below a multiple": (lambda b, i, x: b.less(x, b.constant(-96, 4)), 3),
    "above a multiple less one": (lambda b, i, x: b.less(b.constant(31, 4), x), 3),
    "at most a multiple less one": (lambda b, i, x: b.less_equal(x, b.constant(47, 4)), 4),
    "at least a multiple": (lambda b, i, x: b.less_equal(b.constant(64, 4), x), 2),
    "below an odd number": (lambda b, i, x: b.less(x, b.constant(63, 4)), 8),
    "the smaller": (lambda b, i, x: b.minimum(x, b.constant(63, 4)), 2),
    "the larger": (lambda b, i, x: b.maximum(x, b.constant(-65, 4)), 2),
    "held": (lambda b, i, x: b.clamp(b.add(x, x), -64, 63), 3),
    "the smaller, with the comparison read": (
        lambda b, i, x: b.add(b.minimum(x, b.constant(63, 4)), _less_too(b, x)),
        8,
    ),
}


def _less_too(b: DatapathBuilder, x: int) -> int:
    return b.shift_left(b.less(x, b.constant(63, 4)), 0, 4)


@each_row("name", COMPARED)
def test_comparisons_read_the_bits_that_decide(name: str) -> None:
    build, bits = COMPARED[name]
    datapath = changed(build, with_narrow_comparisons)
    widths = [
        max(datapath.cells[operand].width for operand in cell.operands)
        for cell in datapath.cells
        if cell.kind in (CellKind.LESS, CellKind.LESS_EQUAL)
    ]
    assert max(widths) == bits


@pytest.mark.parametrize("below", [True, False])
def test_one_bit_that_decides_is_the_comparison(below: bool) -> None:
    def build(b: DatapathBuilder, i: int, _: int) -> int:
        half = b.constant(32, 4)
        return b.less(i, half) if below else b.less_equal(half, i)

    datapath = changed(build, with_narrow_comparisons)
    found = cells_of(datapath, CellKind.LESS, CellKind.LESS_EQUAL, CellKind.NOT)
    assert found == [CellKind.NOT] * below


@pytest.mark.parametrize("value", [-32, 64, 96])
@pytest.mark.parametrize("below", [True, False])
def test_a_constant_beyond_what_is_compared_is_no_bit_of_it(below: bool, value: int) -> None:
    """Where a constant has come in place of another number, it may be one that none is equal to."""

    def build(b: DatapathBuilder, i: int, _: int) -> int:
        half = b.constant(32, 4)
        return b.less(i, half) if below else b.less_equal(half, i)

    datapath = datapath_of(build)
    cells = [
        structs.replace(cell, value=value, minimum=value, maximum=value)
        if cell.kind is CellKind.CONSTANT
        else cell
        for cell in datapath.cells
    ]
    before = replace(datapath, cells=tuple(cells))
    assert every_output(with_narrow_comparisons(before)) == every_output(before)


def test_a_sign_is_asked_for_as_before() -> None:
    before = datapath_of(lambda b, i, x: b.less(x, b.constant(0, 4)))
    assert with_narrow_comparisons(before) == before


# --- rounding -------------------------------------------------------------------------------------


def test_the_first_bit_that_goes_is_added_to_those_that_stay() -> None:
    def build(b: DatapathBuilder, _: int, x: int) -> int:
        return b.shift_right(b.sum([(1, x)], 4, 4), 3, 1)

    datapath = changed(build, with_short_roundings)
    (total,) = [cell for cell in datapath.cells if cell.kind is CellKind.SUM]
    assert (total.value, total.weights, total.width) == (0, (1, 1), 6)


ROUNDED: dict[str, Build] = {
    "not half": lambda b, i, x: b.shift_right(b.sum([(1, x)], 2, 4), 3, 1),
    "two terms": lambda b, i, x: b.shift_right(b.sum([(1, x), (1, i)], 4, 4), 3, 1),
    "a range that is better known": lambda b, i, x: b.shift_right(
        b.sum([(1, b.narrow(x, -128, 122))], 4, 4), 3, 1
    ),
}


@each_row("name", ROUNDED)
def test_other_sums_stay_as_they_are(name: str) -> None:
    before = datapath_of(ROUNDED[name])
    assert with_short_roundings(before) == before
