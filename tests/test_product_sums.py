"""Sums of products in one tree: the same integers in every engine, and never more than a tree for each product."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from symhdl.backends.amaranth_module import rtlil_text
from symhdl.backends.backend import EmitOptions, backend_named
from symhdl.backends.verilog import verilog_text

import symhdl
from symhdl.arithmetic.levels import depth_of_tree
from symhdl.arithmetic.product_cells import products_in_rows
from symhdl.arithmetic.product_sums import with_product_sums
from symhdl.arithmetic.rounding import with_short_roundings
from symhdl.arithmetic.sums import with_trees
from symhdl.cost.area import fewest_luts, surroundings_of
from symhdl.cost.estimate import longest_path_ns
from symhdl.cost.products import logic_of
from symhdl.cost.timing import cell_delays
from symhdl.cost.trees import Leaf, best_tree, by_group, by_place, tree_of, with_constant
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import PRODUCTS, CellKind, Datapath
from symhdl.ir.text import print_datapath, read_datapath
from symhdl.ir.verify import assert_valid_datapath
from symhdl.simulate import simulate
from symhdl.targets.target import Target, load_target
from symhdl.verify.cosimulate import Trial, verilog_differences
from tests.amaranth_checks import simulated
from tests.random_datapath import random_inputs
from tests.rows import each_row
from tests.test_schedule import built
from tests.verilog_checks import input_vectors

ECP5, LUT6 = load_target("ecp5-85k"), load_target("xcvu9p")
LOGIC = logic_of(ECP5)
CHAINS = {"ecp5-85k": "CCU2C", "xcvu9p": "CARRY8"}

needs_icarus = pytest.mark.skipif(shutil.which("iverilog") is None, reason="no iverilog")


def _range(chance: random.Random) -> tuple[int, int]:
    """Of up to 14 bits, with a sign or without, whole or a part of it."""
    size = 1 << chance.randint(1, 14)
    low, high = chance.choice(((0, size - 1), (-size, size - 1), (-size + 1, size)))
    if chance.random() < 0.3:
        low, high = sorted((chance.randint(low, high), chance.randint(low, high)))
    return low, high + (low == high)


def _product(chance: random.Random, builder: DatapathBuilder, inputs: list[int]) -> int:
    """A product, a square, or x (k + x)."""
    a, b = chance.choice(inputs), chance.choice(inputs)
    if chance.random() < 0.2:
        k = chance.choice((1, 5, -12, 321))
        b = builder.sum([(chance.choice((1, -1)), a)], k, 0)
    product = builder.multiplier(builder.shift_left(a, chance.choice((0, 0, 2)), 0), b)
    return builder.shift_left(product, chance.choice((0, 0, 0, 1, 3)), 0)


def _sum(chance: random.Random, builder: DatapathBuilder, inputs: list[int]) -> int:
    """A sum of products and other numbers, some read more than once, perhaps rounded."""
    products = [_product(chance, builder, inputs) for _ in range(chance.randint(1, 5))]
    others = chance.choices(inputs, k=chance.choice((0, 0, 1, 2)))
    terms = [
        (chance.choice((1, 1, 1, -1, 2, -8)), cell) for cell in dict.fromkeys((*products, *others))
    ]
    value = chance.choice((0, 0, 1 << chance.randint(0, 12), 6, -5, chance.randint(-999, 999)))
    total = builder.sum(terms, value, 0)
    cut = chance.choice((0, 0, 1, 4, 9))
    if not cut:
        return total
    once = builder.shift_right(total, cut - 1, 0)
    return builder.shift_right(builder.sum([(1, once)], 1, 0), 1, 0)


def random_sums(seed: int) -> Datapath:
    """Operators: a few sums of products of the same inputs."""
    chance = random.Random(seed)  # noqa: S311
    builder = DatapathBuilder()
    inputs = [builder.input(name, *_range(chance), 0) for name in "abcde"[: chance.randint(1, 5)]]
    sums = [_sum(chance, builder, inputs) for _ in range(chance.randint(1, 2))]
    found = replace(built(builder, *sums), dsp="none", device="ecp5-85k")
    return with_short_roundings(found) if chance.random() < 0.7 else found


def cells_of_device(datapath: Datapath, *, in_trees: bool, target: Target = ECP5) -> Datapath:
    """The datapath as the passes build it, with sums of products in one tree or apart."""
    if in_trees:
        datapath = with_product_sums(datapath, target)
    return products_in_rows(with_trees(datapath, logic_of(target)), target)


@given(st.integers(0, 1 << 30))
@settings(max_examples=40)
def test_the_passes_keep_all_integers(seed: int) -> None:
    datapath, target = random_sums(seed), (ECP5, LUT6)[seed % 2]
    inputs = random_inputs(datapath, seed, 60)
    expected = simulate(datapath, inputs)
    for found in (
        with_product_sums(datapath, target),
        cells_of_device(datapath, in_trees=True, target=target),
    ):
        assert_valid_datapath(found)
        values = simulate(found, inputs)
        for port, other in zip(datapath.outputs, found.outputs, strict=True):
            assert (expected[port.name] == values[port.name]).all()
            assert (other.minimum, other.maximum) == (port.minimum, port.maximum)
    assert read_datapath(print_datapath(found)) == found
    instanced = [cell for cell in found.cells if cell.kind is CellKind.TWO_ROWS]
    assert all(cell.unit == CHAINS[target.name] for cell in instanced)


@given(st.integers(0, 1 << 30))
@settings(max_examples=25)
def test_they_never_cost_more_than_products_apart(seed: int) -> None:
    datapath, target = random_sums(seed), (ECP5, LUT6)[seed % 2]
    together, apart = (
        cells_of_device(datapath, in_trees=each, target=target) for each in (True, False)
    )
    luts, others = (fewest_luts(surroundings_of(each, target)) for each in (together, apart))
    assert luts <= 1.03 * others + 3, (luts, others)
    times, other_times = (
        longest_path_ns(each, cell_delays(each.cells, target, each.units))
        for each in (together, apart)
    )
    assert times <= 1.1 * other_times + 0.5


@needs_icarus
@each_row("device", CHAINS)
@each_row("seed", range(3))
def test_every_engine_computes_them(seed: int, device: str) -> None:
    target = load_target(device)
    datapath = replace(random_sums(1000 + seed), device=device)
    datapath = cells_of_device(datapath, in_trees=True, target=target)
    trial = Trial(datapath, input_vectors(datapath, 100, seed))
    for primitives in ("auto", "none"):
        text = verilog_text(replace(datapath, primitives=primitives))
        assert verilog_differences(trial, text, "iverilog") == ()
    inputs = input_vectors(datapath, 20, seed)
    expected = {port: values.tolist() for port, values in simulate(datapath, inputs).items()}
    assert simulated(datapath, inputs) == expected
    plain = replace(datapath, cells=tuple(structs.replace(c, unit="") for c in datapath.cells))
    for language in ("cpp", "hls"):
        emitted = [backend_named(language).emit(each, EmitOptions()) for each in (datapath, plain)]
        assert emitted[0] == emitted[1]
    assert "$mul" not in rtlil_text(datapath)


PROGRAMS = {
    "odd": "input a, b, c, d : ufixed<13,13>\ny = a*b + c*d\noutput y : ufixed<27,27>",
    "few bits": "input a : ufixed<3,3>\ninput b, c : fixed<9,9>\ny = a*b - c\noutput y : fixed<13,13>",
    "signed": "input a, b, c, d : fixed<9,2>\ny = a*b - c*d + a\noutput y error <= 2^-40",
    "rounded": "input a, b : ufixed<12,0>\ny = a*b\noutput y : ufixed<12,0> error <= 2^-13 + 2^-24",
    "factored": "input a, b : fixed<11,11>\ny = a*b + 64*a\noutput y : fixed<23,23>",
    "common": "input a, b, c : fixed<12,12>\ny = a*b + a*c - 4*a\noutput y : fixed<27,27>",
    "offset": "input x : ufixed<12,12>\ny = x*(x + 5)\noutput y : ufixed<25,25>",
}  # fmt: skip


@needs_icarus
@each_row("level", [0, 1, 2])
@each_row("name", PROGRAMS)
def test_at_every_level_with_registers(name: str, level: int) -> None:
    design = symhdl.compile(PROGRAMS[name], device="ecp5-85k", dsp="none", frequency=250, opt=level)
    datapath = design.datapath
    trial = Trial(datapath, input_vectors(datapath, 100, level))
    assert verilog_differences(trial, design.verilog(), "iverilog") == ()
    assert any(cell.kind is CellKind.TWO_ROWS for cell in datapath.cells) or name in (
        "offset",
        "common",
    )


def _luts(source: str, *, in_trees: bool) -> int:
    operators = symhdl.compile(source, device="ecp5-85k", dsp="none", frequency=0, opt=0).operators
    return fewest_luts(surroundings_of(cells_of_device(operators, in_trees=in_trees), ECP5))


@each_row(
    ("name", "share"),
    [("odd", 0.98), ("signed", 0.98), ("offset", 0.82), ("common", 0.66)],
)
def test_what_is_saved(name: str, share: float) -> None:
    """Of a tree for each product, which has its own rows in chains too."""
    together, apart = (_luts(PROGRAMS[name], in_trees=each) for each in (True, False))
    assert together <= share * apart


@each_row(("low", "share"), [(0, 0.93), (-2048, 0.97)])
def test_a_rounding_comes_in_as_carries_or_where_an_addend_ends(low: int, share: float) -> None:
    builder = DatapathBuilder()
    a, b = (builder.input(name, low, low + 4095, 0) for name in "ab")
    cut = builder.shift_right(builder.multiply(a, b), 11, 0)
    rounded = builder.shift_right(builder.sum([(1, cut)], 1, 0), 1, 0)
    for operators in (built(builder, rounded), with_short_roundings(built(builder, rounded))):
        together, apart = (
            fewest_luts(surroundings_of(cells_of_device(operators, in_trees=each), ECP5))
            for each in (True, False)
        )
        assert together <= share * apart


def test_a_product_whose_square_is_looked_up_stays() -> None:
    """As `x*(x + 5)` of three bits does, which is smaller in rows on devices with tables of six inputs."""
    for target in (ECP5, LUT6):
        builder = DatapathBuilder()
        x = builder.input("x", 0, 7, 0)
        product = builder.multiply(x, builder.sum([(1, x)], 5, 0))
        datapath = built(builder, product)
        assert with_product_sums(datapath, target) is datapath


def test_a_product_that_two_sums_use_is_built_once() -> None:
    """So is one that differs in zeros alone."""
    builder = DatapathBuilder()
    a, b, c = (builder.input(name, 0, 8191, 0) for name in "abc")
    product = builder.multiply(a, b)
    shifted = builder.multiply(builder.shift_left(a, 2, 0), b)
    sums = [
        builder.sum([(1, each), (1, builder.multiply(other, c))], 0, 0)
        for each, other in ((product, a), (product, b), (shifted, c))
    ]
    found = with_product_sums(built(builder, *sums), ECP5)
    left = {cell for cell in found.cells if cell.kind is CellKind.MULTIPLY and not cell.unit}
    assert {builder.cells[product], builder.cells[shifted]} <= left


def test_devices_without_chains_and_products_in_blocks_stay() -> None:
    datapath = random_sums(3)
    assert with_product_sums(datapath, load_target("ice40-hx8k")) is datapath
    cells = tuple(
        structs.replace(cell, unit="MULT18X18D") if cell.kind in PRODUCTS else cell
        for cell in datapath.cells
    )
    in_blocks = replace(datapath, cells=cells)
    assert with_product_sums(in_blocks, ECP5) is in_blocks


LEAVES = st.builds(
    lambda size, sign, place, depth, group, *flags: Leaf(
        -size * sign, size, place, depth, flags[0], flags[1] and depth == 0, group
    ),
    st.integers(1, 4000), st.integers(0, 1), st.integers(0, 12), st.integers(0, 3),
    st.integers(0, 2), st.booleans(), st.booleans(),
)  # fmt: skip


@given(st.lists(LEAVES, min_size=1, max_size=12))
def test_plans_join_everything_once_and_are_shallow(leaves: list[Leaf]) -> None:
    whole = LOGIC.chain_bits
    trees = tree_of(leaves, whole, by_place), tree_of(leaves, whole, by_group)
    for tree in trees:
        assert len(tree.joints) == len(leaves) - 1
        joined = [number for joint in tree.joints for number in (joint.lower, joint.upper)]
        assert sorted(joined) == list(range(2 * len(leaves) - 2))
    least = depth_of_tree([leaf.depth for leaf in leaves])
    assert all(least <= tree.depth <= least + 1 for tree in trees)  # a sign may change at the end
    assert best_tree(leaves, whole).bits == min(tree.bits for tree in trees)


def test_constants_that_come_in_as_carries() -> None:
    """Ones at the places of chains and sums; twice a place is the next one; what has no room is told."""
    whole = LOGIC.chain_bits
    leaves = [Leaf(0, 3 * 4095, place, 1, takes_carry=True) for place in range(0, 12, 2)]
    tree = best_tree(leaves, whole)
    found = {value: with_constant(leaves, tree, value, whole) for value in (1, 4, 2048, 4096)}
    assert found[1] is not None and found[1].carried == (0,) and found[1].bits == tree.bits
    assert found[4] is not None and found[4].bits == tree.bits
    assert found[2048] is not None and tree.bits < found[2048].bits <= tree.bits + 2
    assert found[4096] is None
