"""Estimates: what cells take together, what is shared, and the clock with memory blocks."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

import symhdl
from symhdl.arithmetic.levels import Depths
from symhdl.arithmetic.sums import Adders
from symhdl.cost.area import luts_of, surroundings_of, total_quantities
from symhdl.cost.estimate import estimate, too_large
from symhdl.cost.products import Logic
from symhdl.cost.reading import Bits, bits_read
from symhdl.cost.tables import nodes_of
from symhdl.flow.synthesis import synthesize
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Cell, CellKind, Datapath, register_behind
from symhdl.passes.bind_units import bind_units
from symhdl.passes.schedule import schedule
from symhdl.targets.target import Costs, Target, load_target
from tests.test_flow import need
from tests.test_schedule import built

ECP5 = load_target("ecp5-85k")
WIDE = dataclasses.replace(
    ECP5,
    resources=dataclasses.replace(ECP5.resources, chain_bits=1),
    costs=Costs(*[1.0] * len(dataclasses.fields(Costs))),
)
"""With chains of single bits, all of which cost the same."""


def taken(datapath: Datapath, target: Target = WIDE) -> dict[str, float]:
    """The quantities of a datapath that are not 0."""
    total = total_quantities(surroundings_of(datapath, target))
    return {name: figure for name, figure in dataclasses.asdict(total).items() if figure}


def numbers(builder: DatapathBuilder, count: int, width: int) -> list[int]:
    return [builder.input(f"x{i}", 0, 2**width - 1, 0) for i in range(count)]


def test_low_zeros_of_an_addend_need_no_adder() -> None:
    cases: tuple[tuple[Callable[[DatapathBuilder, int, int], int], dict[str, int]], ...] = (
        (lambda b, x, y: b.add(x, y), {"adder_bit": 16, "offset_bit": 1}),
        (
            lambda b, x, y: b.add(x, b.shift_left(y, 8, 0)),
            {"adder_bit": 16 - 8, "offset_bit": 25 - 16},
        ),
        (
            lambda b, x, y: b.subtract(b.shift_left(y, 8, 0), x),
            {"adder_bit": 16 - 8, "offset_bit": 8 + 25 - 16, "invert_bit": 16},
        ),
    )
    for build, bits in cases:
        builder = DatapathBuilder()
        x, y = numbers(builder, 2, 16)
        assert taken(built(builder, build(builder, x, y))) == bits


def test_sums_of_sums_are_chains() -> None:
    builder = DatapathBuilder()
    terms = numbers(builder, 4, 8)
    total = Adders(builder, Depths(builder, Logic(4))).tree([(1, term) for term in terms], 0, 0)
    assert taken(built(builder, total)) == {"adder_bit": 8 + 8 + 9, "offset_bit": 3}


def test_a_chain_is_made_of_whole_cells() -> None:
    paired = dataclasses.replace(WIDE, resources=dataclasses.replace(WIDE.resources, chain_bits=2))
    for width in (7, 8):
        builder = DatapathBuilder()
        x, y = numbers(builder, 2, width)
        datapath = built(builder, builder.add(x, y), builder.negate(x), builder.less(x, y))
        found = taken(datapath, paired)
        unused = 2 * ((width + 1) % 2) + width % 2
        assert found["adder_bit"] == taken(datapath)["adder_bit"] + unused


def test_what_one_adder_alone_reads_of_another_is_inverted_there() -> None:
    """By the LUTs of the other one; what anything else reads as well has inverters of its own."""
    for is_read, inverted in ((False, 0), (True, 9)):
        builder = DatapathBuilder()
        x, y, z = numbers(builder, 3, 8)
        total = builder.add(x, y)
        difference = builder.subtract(z, total)
        found = taken(built(builder, difference, *([total] if is_read else [])))
        assert found.get("invert_bit", 0) == inverted
    builder = DatapathBuilder()
    x, y, z = numbers(builder, 3, 8)
    upper = builder.shift_right(builder.add(x, y), 3, 0)
    low = builder.bits(z, 0, 3)
    difference = builder.subtract(z, builder.join(upper, low, 3, 0))
    assert taken(built(builder, difference))["invert_bit"] == 3


def test_only_what_is_read_is_made() -> None:
    builder = DatapathBuilder()
    x, y = numbers(builder, 2, 16)
    low = builder.bits(builder.add(builder.subtract(x, y), y), 2, 4)
    assert taken(built(builder, low)) == {"adder_bit": 6 + 4, "carried_bit": 2, "invert_bit": 6}
    builder = DatapathBuilder()
    x, y, which = (*numbers(builder, 2, 16), builder.input("which", 0, 1, 0))
    chosen = builder.shift_right(builder.select(which, x, y), 9, 0)
    assert taken(built(builder, chosen)) == {"select_bit": 7}
    builder = DatapathBuilder()
    (x,) = numbers(builder, 1, 4)
    entry = builder.table(x, tuple(range(0, 48, 3)), 0)
    assert taken(built(builder, builder.bits(entry, 2, 3))) == {"table_lut": 3}


def test_bits_are_read_through_wires_registers_and_carries() -> None:
    builder = DatapathBuilder()
    x, y = numbers(builder, 2, 16)
    total = builder.add(x, y)
    held = builder.copy(register_behind(builder.cells[total], total), (total,))
    joined = builder.join(builder.bits(held, 6, 4), builder.bits(y, 8, 2), 2, 0)
    read = bits_read(built(builder, joined))
    assert read[held] == read[total] == Bits(6, 10)
    assert read[x] == Bits(0, 10), "for the carries"
    assert read[y] == Bits(0, 10)


def test_a_choice_that_registers_read_is_their_reset() -> None:
    for is_held in (False, True):
        builder = DatapathBuilder()
        x = builder.input("x", -128, 127, 0)
        clamped = builder.clamp(x, -64, 63)
        if is_held:
            clamped = builder.copy(register_behind(builder.cells[clamped], clamped), (clamped,))
        found = taken(built(builder, clamped))
        assert found.get("select_bit", 0) == (0 if is_held else 8 + 7)


def test_a_sum_that_is_not_kept_is_compressed() -> None:
    for offset, compressed in ((2, True), (3, False)):
        builder = DatapathBuilder()
        x, y = (builder.input(name, -128, 127, 0) for name in "xy")
        total = builder.add(builder.subtract(builder.constant(offset, 0), y), x)
        found = taken(built(builder, total))
        assert found.get("select_bit", 0) == (2 * 9 if compressed else 0)


def test_low_bits_of_which_only_the_carry_is_used_are_told_apart() -> None:
    cases: tuple[tuple[Callable[[DatapathBuilder, int, int], int], dict[str, int]], ...] = (
        (
            lambda b, x, y: b.shift_right(b.add(x, y), 5, 0),
            {"adder_bit": 11, "offset_bit": 1, "carried_bit": 5},
        ),
        (
            lambda b, x, y: b.bits(b.shift_left(b.subtract(x, y), 3, 0), 9, 4),
            {"adder_bit": 4, "carried_bit": 6, "invert_bit": 10},
        ),
        (
            lambda b, x, _: b.shift_right(b.add(x, b.constant(1001, 0)), 4, 0),
            {"offset_bit": 13, "carried_offset_bit": 4},
        ),
        # What the carries of another sum need is computed.
        (
            lambda b, x, y: b.shift_right(b.add(b.add(x, y), y), 5, 0),
            {"adder_bit": 16 + 11, "offset_bit": 1 + 2, "carried_bit": 5},
        ),
    )
    for build, bits in cases:
        builder = DatapathBuilder()
        x, y = numbers(builder, 2, 16)
        assert taken(built(builder, build(builder, x, y))) == bits
    builder = DatapathBuilder()
    x, y = numbers(builder, 2, 16)
    total = builder.add(x, y)
    both = built(builder, builder.shift_right(total, 5, 0), builder.shift_right(total, 2, 0))
    assert taken(both) == {"adder_bit": 14, "offset_bit": 1, "carried_bit": 2}


def test_a_comparison_with_a_constant_is_less_than_one_of_two_numbers() -> None:
    for first, second, kind in ((0, 1, "compare_bit"), (0, 2, "bound_bit"), (2, 0, "bound_bit")):
        builder = DatapathBuilder()
        operands = [*numbers(builder, 2, 16), builder.constant(1001, 0)]
        found = taken(built(builder, builder.less(operands[first], operands[second])))
        assert found == {kind: 16}


def test_a_comparison_with_a_constant_takes_the_bits_that_decide() -> None:
    """x < c and c <= x are told by the bits from the lowest 1 of c on, c < x and x <= c by all of them."""
    for constant, below, above in (
        (1000, {"bound_bit": 13}, {"bound_bit": 16}),
        (1024, {"gate": 2}, {"bound_bit": 16}),
    ):
        for compare, is_first, bits in (
            (DatapathBuilder.less, False, below),
            (DatapathBuilder.less_equal, True, below),
            (DatapathBuilder.less, True, above),
            (DatapathBuilder.less_equal, False, above),
        ):
            builder = DatapathBuilder()
            x, c = builder.input("x", 0, 65535, 0), builder.constant(constant, 0)
            cell = compare(builder, *((c, x) if is_first else (x, c)))
            assert taken(built(builder, cell)) == bits


def test_of_a_difference_that_is_compared_with_zero_the_sign_alone_is_read() -> None:
    builder = DatapathBuilder()
    x, y = numbers(builder, 2, 16)
    difference = builder.subtract(x, y)
    path = built(builder, builder.less(difference, builder.constant(0, 0)))
    width = builder.cells[difference].width
    assert bits_read(path)[difference] == Bits(width - 1, width)
    assert taken(path) == {"offset_bit": 1, "carried_bit": width - 1, "invert_bit": 16}


def test_a_constant_factor_costs_by_its_signed_digits() -> None:
    found = []
    for factor in (0b11111111, 0b10000011, 0b10101011):
        builder = DatapathBuilder()
        (x,) = numbers(builder, 1, 16)
        product = builder.multiplier(x, builder.constant(factor, 0))
        found.append(luts_of(Costs(**taken(built(builder, product))), ECP5.costs))
    assert 0 < found[0] < found[1] < found[2]


def test_tables_share_what_their_columns_have_in_common() -> None:
    count = 64
    assert nodes_of((0,) * count, 3, 4) == ((0, 0, 0), 0)
    assert nodes_of(tuple(range(count)), 1, 4) == ((0, 0, 0), 0), "a wire of the index"
    parity = tuple(entry.bit_count() & 1 for entry in range(count))
    assert nodes_of(parity, 1, 4) == ((1, 1, 1), 0), "a function and its complement are one"
    twice = tuple(3 * bit for bit in parity)
    assert nodes_of(twice, 2, 4) == ((1, 1, 1), 0)
    noise = tuple((entry * 2654435761 >> 7) & 1 for entry in range(count))
    assert sum(nodes_of(noise, 1, 4).levels) <= 4 + 2 + 1


def test_a_choice_with_a_constant_is_a_gate() -> None:
    parity = [entry.bit_count() & 1 for entry in range(16)]
    for rest in (0, 1):
        assert nodes_of((*parity, *[rest] * 16), 1, 4) == ((1, 0), 1)
        assert nodes_of((*[rest] * 16, *parity), 1, 4) == ((1, 0), 1)
    assert nodes_of((0,) * 16 + (1,) * 16, 1, 4) == ((0, 0), 0), "a bit of the index"


def test_a_bit_is_registered_once_whatever_wires_show_of_it() -> None:
    builder = DatapathBuilder()
    (x,) = numbers(builder, 1, 8)
    views = [x, builder.shift_left(x, 3, 0), builder.shift_right(x, 4, 0)]
    for view in views:
        low, high = builder.range(view)
        builder.cells.append(Cell(CellKind.REGISTER, (view,), low, high, 0, 1, 1))
    outputs = range(len(builder.cells) - 3, len(builder.cells))
    assert estimate(built(builder, *outputs), ECP5).ffs == 8


def test_the_wire_behind_a_block_is_that_of_the_logic_that_reads_it() -> None:
    register_ns, unit = ECP5.delays.register, ECP5.unit("MULT18X18D")
    found = []
    for with_sum in (False, True):
        builder = DatapathBuilder()
        x, y = numbers(builder, 2, 8)
        product = builder.multiply(x, y)
        result = builder.add(product, x) if with_sum else product
        bound = bind_units(built(builder, result), ECP5, "auto", clocked=False)
        found.append(1000 / estimate(bound, ECP5).fmax_mhz - register_ns)
    out_ns = unit.offer(0).time_out
    assert found[0] == pytest.approx(out_ns, rel=0.01)
    assert found[1] == pytest.approx(out_ns - ECP5.delays.wire + ECP5.adder_ns(17), rel=0.01)


def test_a_bit_that_nothing_reads_is_not_registered() -> None:
    builder = DatapathBuilder()
    (x,) = numbers(builder, 1, 8)
    held = builder.copy(register_behind(builder.cells[x], x), (x,))
    assert estimate(built(builder, builder.bits(held, 2, 3)), ECP5).ffs == 3


def test_what_the_device_has_not_is_told() -> None:
    builder = DatapathBuilder()
    terms = numbers(builder, 60, 12)
    products = [builder.multiply(a, b) for a, b in zip(terms[::2], terms[1::2], strict=True)]
    plain = built(builder, *products)
    small = load_target("ecp5-25k")
    plain = bind_units(plain, ECP5, "auto", clocked=True)
    told = too_large(estimate(plain, small), small)
    assert told is not None
    assert "about 30 DSP blocks (107 %), the device has 28" in told.render()
    assert too_large(estimate(plain, ECP5), ECP5) is None


def test_large_tables_go_into_memory_blocks_only_where_there_is_a_clock() -> None:
    builder = DatapathBuilder()
    x = builder.input("x", 0, 1023, 0)
    table = builder.table(x, tuple(entry * 40503 >> 5 & 1023 for entry in range(1024)), 0)
    plain = built(builder, table)
    without = estimate(plain, ECP5)
    assert without.brams == 0
    assert without.luts > 100
    bound = bind_units(plain, ECP5, "auto", clocked=True)
    pipelined = estimate(schedule(bound, ECP5, 100), ECP5)
    assert (pipelined.luts, pipelined.ffs, pipelined.brams) == (0, 0, 1)


def test_an_empty_datapath_runs_at_the_speed_of_registers() -> None:
    builder = DatapathBuilder()
    x = builder.input("x", 0, 7, 0)
    result = estimate(built(builder, x), ECP5)
    assert (result.luts, result.ffs, result.dsps, result.brams) == (0, 0, 0, 0)
    assert result.fmax_mhz == pytest.approx(1000 / ECP5.delays.register, abs=0.1)


@pytest.mark.slow
@pytest.mark.parametrize("frequency_mhz", [70, 100])
def test_the_clock_with_a_memory_block_is_what_place_and_route_finds(frequency_mhz: float) -> None:
    need("yosys", "nextpnr-ecp5")
    source = "input x : fixed<10,4>\ny = x*sigmoid(x)\noutput y : fixed<12,4>"
    target = load_target("ecp5-25k")
    design = symhdl.compile(source, device="ecp5-25k", frequency=frequency_mhz)
    found = synthesize(design.verilog(), "top", target, frequency_mhz)
    assert found.brams == design.estimate.brams == 1
    assert found.fmax_mhz is not None
    assert found.fmax_mhz >= frequency_mhz
    assert 0.8 <= design.estimate.fmax_mhz / found.fmax_mhz <= 1.15


def test_a_row_that_an_adder_takes_in_is_luts_where_nothing_is_added_to_it() -> None:
    """The carries of AMD's devices take a number as it is for nothing, but not one that a sign inverts."""
    design = symhdl.compile(
        "y = abs(x)", ranges=(-1, 1), width=8, output_width=8, device="xcvu9p", dsp="none", frequency=0
    )  # fmt: skip
    assert 7 <= design.estimate.luts <= 9
