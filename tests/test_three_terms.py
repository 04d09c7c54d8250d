"""Sums of three numbers in one carry chain: what trees become, at which LUTs, and the same integers in every engine."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from symhdl.backends.amaranth_module import rtlil_text
from symhdl.backends.backend import EmitOptions, backend_named
from symhdl.backends.bound_instances import primitives_of
from symhdl.backends.verilog import verilog_text

import symhdl
from benchmarks.batch import fewest, usages
from symhdl.arithmetic.product_cells import with_unit_of_chains
from symhdl.arithmetic.sums import with_trees
from symhdl.choices import Clock, PrimitiveUse
from symhdl.compiled import CompiledDesign
from symhdl.cost.area import fewest_luts, surroundings_of
from symhdl.cost.products import logic_of
from symhdl.cost.three_terms import NOWHERE, WHEREVER_LESS, ThreeTerms
from symhdl.flow.running import run_tool
from symhdl.flow.tools import need_tool
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import CellKind, Datapath
from symhdl.ir.text import print_datapath, read_datapath
from symhdl.ir.three_terms import is_three_terms
from symhdl.ir.verify import assert_valid_datapath, datapath_problems
from symhdl.numeric.digits import signed_digits
from symhdl.passes.sums import with_cheapest_trees
from symhdl.simulate import simulate
from symhdl.targets.target import load_target
from symhdl.verify.cosimulate import Trial, verilog_differences
from tests.amaranth_checks import simulated
from tests.random_datapath import random_inputs
from tests.rows import each_row
from tests.test_flow import need
from tests.test_slot_chains import CARRIES, library
from tests.tiny_datapaths import port
from tests.verilog_checks import input_vectors

USES = {
    "fast": ThreeTerms(fast=True),
    "small": WHEREVER_LESS,
    "narrow": ThreeTerms(8),
    "none": NOWHERE,
}
needs_icarus = pytest.mark.skipif(shutil.which("iverilog") is None, reason="no iverilog")


def random_sums(seed: int) -> Datapath:
    """Sums of shifted numbers of all widths and signs, with constants, some of which are terms of others."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    builder = DatapathBuilder()
    inputs: list[int] = []
    for number in range(6):
        width, signed = chance.choice((1, 2, 5, 8, 12)), chance.random() < 0.5
        low = -1 << (width - 1) if signed else chance.choice((0, 0, 1))
        inputs.append(builder.input(f"x{number}", low, low + (1 << width) - 1, 0))
    values, outputs = list(inputs), []
    for _ in range(chance.randint(1, 3)):
        chosen = chance.sample(values, chance.randint(3, len(values)))
        terms = [
            (digit << place + chance.choice((0, 0, 1, 3, 7)), value)
            for value in chosen
            for place, digit in signed_digits(chance.choice((1, 1, 1, -1, 3, -5, 23)))
        ]
        outputs.append(builder.rows(terms, chance.choice((0, 0, 1, -3, 64)), 0))
        values.append(outputs[-1])
    ports = tuple(port(builder, f"x{n}", index) for n, index in enumerate(inputs))
    made = tuple(port(builder, f"y{n}", index, 0.0) for n, index in enumerate(outputs))
    return Datapath("sums", tuple(builder.cells), ports, made, "random sums", 100.0)


def in_trees(datapath: Datapath, device: str, use: str = "small") -> Datapath:
    target = load_target(device)
    made = with_trees(datapath, logic_of(target), three_terms=USES[use])
    found = with_unit_of_chains(made, target)
    assert_valid_datapath(found)
    return found


def three_terms(datapath: Datapath) -> int:
    return sum(is_three_terms(cell) and cell.unit != "" for cell in datapath.cells)


def luts(datapath: Datapath, device: str) -> int:
    return fewest_luts(surroundings_of(datapath, load_target(device)))


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    device=st.sampled_from(sorted(CARRIES)),
    use=st.sampled_from(sorted(USES)),
)
def test_the_integers_stay_at_no_more_luts(seed: int, device: str, use: str) -> None:
    plain, target = random_sums(seed), load_target(device)
    made, adders = (in_trees(plain, device, each) for each in (use, "none"))
    inputs = random_inputs(plain, seed, 60)
    found, wanted = simulate(made, inputs), simulate(plain, inputs)
    assert {n: list(v) for n, v in found.items()} == {n: list(v) for n, v in wanted.items()}
    cheapest = with_cheapest_trees(plain, logic_of(target), target, None)
    assert luts(with_unit_of_chains(cheapest, target), device) <= luts(adders, device)
    assert read_datapath(print_datapath(made)) == made


def test_they_take_far_fewer_luts_and_are_taken() -> None:
    for device in CARRIES:
        paths = [random_sums(seed) for seed in range(60)]
        small, fast, none = (
            [in_trees(path, device, use) for path in paths] for use in ("small", "fast", "none")
        )
        assert sum(map(three_terms, small)) > sum(map(three_terms, fast)) > 40
        assert not any(map(three_terms, none))
        totals = [sum(luts(path, device) for path in each) for each in (small, fast, none)]
        assert totals[0] < 0.75 * totals[2] and totals[0] < totals[1] < 0.9 * totals[2]


@needs_icarus
@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    device=st.sampled_from(sorted(CARRIES)),
    use=st.sampled_from(sorted(USES)),
)
def test_verilog_and_amaranth(seed: int, device: str, use: str) -> None:
    datapath = in_trees(random_sums(seed), device, use)
    text = verilog_text(datapath)
    trial = Trial(datapath, input_vectors(datapath, 60, seed))
    assert verilog_differences(trial, text, "iverilog") == ()
    known = "".join(f"`define SYMHDL_{name}\n" for name in primitives_of(datapath))
    assert verilog_differences(trial, f"{library()}{known}{text}", "iverilog") == ()
    inputs = input_vectors(datapath, 12, seed)
    expected = {name: values.tolist() for name, values in simulate(datapath, inputs).items()}
    assert simulated(datapath, inputs) == expected


@needs_icarus
def test_the_tables_matter() -> None:
    """A table that is wrong is seen."""
    datapath = in_trees(random_sums(3), "xcvu9p")
    assert three_terms(datapath)
    text = verilog_text(datapath)
    broken = text.replace("64'h69966996", "64'h69966997")
    assert broken != text
    trial = Trial(datapath, input_vectors(datapath, 60, 1))
    assert verilog_differences(trial, broken, "iverilog")


def test_other_languages_need_the_kind_alone() -> None:
    datapath = in_trees(random_sums(3), "xcvu9p")
    plain = replace(datapath, cells=tuple(structs.replace(c, unit="") for c in datapath.cells))
    for target in ("cpp", "hls"):
        emitted = [backend_named(target).emit(each, EmitOptions()) for each in (datapath, plain)]
        assert emitted[0] == emitted[1]
    assert "cell \\LUT6_2 " in rtlil_text(datapath)


def _of_weights(weights: tuple[int, ...], value: int) -> Datapath:
    builder = DatapathBuilder()
    inputs = [builder.input(f"x{n}", -8, 7, 0) for n in range(len(weights))]
    total = builder.rows(list(zip(weights, inputs, strict=True)), value, 0)
    builder.bind_sum(total, "CARRY8")
    ports = tuple(port(builder, f"x{n}", index) for n, index in enumerate(inputs))
    (unit,) = load_target("xcvu9p").units_for("chain")
    return Datapath("t", tuple(builder.cells), ports, (port(builder, "y", total, 0.0),), units=(unit,))  # fmt: skip


@needs_icarus
@each_row(
    ("weights", "value", "fits"),
    [
        ((1, 1, 1), 0, True),
        ((1, 1, 1), 2, True),
        ((1, -1, 1), -1, True),
        ((-1, 1, 1), 1, True),
        ((-1, 1, -1), 0, True),
        ((-1, -1, -1), -1, True),
        ((1, 1, 1), 3, False),
        ((1, 1, 1), -1, False),
        ((-1, -1, -1), 0, False),
        ((1, 2, 1), 0, False),
        ((1, 1), 0, False),
    ],
)
def test_what_a_chain_adds(weights: tuple[int, ...], value: int, fits: bool) -> None:
    datapath = _of_weights(weights, value)
    assert (not datapath_problems(datapath)) == fits
    if fits:
        trial = Trial(datapath, input_vectors(datapath, 100, 1))
        assert verilog_differences(trial, verilog_text(datapath), "iverilog") == ()


USED: tuple[PrimitiveUse, ...] = ("auto", "none")
FILTER = "y = a + 2*b - c + d + 3*e + f - g\noutput y error <= 2^-40"


def compiled(device: str, frequency: Clock, primitives: PrimitiveUse = "auto") -> CompiledDesign:
    return symhdl.compile(
        FILTER, input_formats="fixed<12,12>", device=device, frequency=frequency, dsp="none",
        primitives=primitives,
    )  # fmt: skip


def test_the_device_the_option_and_the_clock_decide() -> None:
    for device in CARRIES:
        found = compiled(device, 100)
        assert three_terms(found.datapath)
        plain = compiled(device, 100, "none")
        assert not three_terms(plain.datapath)
        assert found.estimate.luts < 0.8 * plain.estimate.luts
        assert found.latency <= plain.latency
    assert not three_terms(compiled("ecp5-25k", 100).datapath)


def test_chains_are_as_narrow_as_is_asked() -> None:
    for seed in range(30):
        cells = in_trees(random_sums(seed), "xcvu9p", "narrow").cells
        assert all(cell.width <= 8 for cell in cells if cell.kind is CellKind.SUM)


@each_row("device", CARRIES)
@each_row("frequency", [0, 200, 400, 600, "max"])
def test_no_clock_edge_is_spent_on_them(device: str, frequency: Clock) -> None:
    found, plain = (compiled(device, frequency, use) for use in USED)
    assert found.latency <= plain.latency
    if frequency:
        assert found.estimate.fmax_mhz >= 0.99 * min(plain.estimate.fmax_mhz, found.datapath.frequency_mhz)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("device", sorted(CARRIES))
def test_the_estimate_is_what_synthesis_finds(device: str) -> None:
    need("yosys")
    target = load_target(device)
    paths = {f"s{seed}": in_trees(random_sums(seed), device) for seed in range(12)}
    texts = {name: verilog_text(replace(path, top=name)) for name, path in paths.items()}
    found = usages(texts, target, use_dsps=False)
    told = sum(luts(path, device) for path in paths.values())
    assert told == pytest.approx(sum(fewest(each).luts for each in found.values()), rel=0.05)


@needs_icarus
@pytest.mark.slow
@pytest.mark.parametrize("device", sorted(CARRIES))
def test_the_netlist_computes_the_same(device: str, tmp_path: Path) -> None:
    need("yosys")
    target = load_target(device)
    for seed in range(3):
        datapath = in_trees(random_sums(seed), device)
        (tmp_path / "design.v").write_text(verilog_text(datapath), encoding="ascii")
        options = " ".join(target.tools.options)
        script = (
            f"read_verilog design.v; synth_xilinx {options} -noclkbuf -top sums; "
            "write_verilog -noattr net.v"
        )
        run_tool(need_tool("yosys"), ["-q", "-p", script], tmp_path)
        net = (tmp_path / "net.v").read_text(encoding="ascii")
        trial = Trial(datapath, input_vectors(datapath, 100, 2))
        assert verilog_differences(trial, library() + net, "iverilog") == ()
