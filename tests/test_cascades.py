"""Sums of products in blocks that hand their results to each other: no adder is left, and the integers stay."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from itertools import product

import pytest
from msgspec import structs
from symhdl.backends.verilog import verilog_text

import symhdl
from symhdl.ir.block_sums import block_sums, strays, with_strays_apart
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import CellKind, Datapath
from symhdl.ir.verify import assert_valid_datapath, datapath_problems
from symhdl.simulate import simulate
from symhdl.targets.target import load_target
from symhdl.verify.cosimulate import Trial, verilog_differences
from tests.amaranth_checks import simulated
from tests.test_block_sums import in_blocks, is_same, needs_icarus, scheduled
from tests.tiny_datapaths import port
from tests.units import yosys_file
from tests.verilog_checks import input_vectors

DEVICES = ("xcvu9p", "xc7a35t")
CLOCKS = (60, 250, 400, 600)


def random_dot(seed: int) -> Datapath:
    """Products of numbers of any sign that are added and subtracted, with other numbers and constants or without."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    builder = DatapathBuilder()
    count = chance.choice((2, 3, 4, 5, 6, 7, 9, 12))
    is_mixed = chance.random() < 0.5
    inputs: list[int] = []

    def number() -> int:
        width = chance.choice((8, 11, 16, 17))
        low = -1 << (width - 1) if chance.random() < 0.6 else 0
        inputs.append(builder.input(f"x{len(inputs)}", low, low + (1 << width) - 1, 0))
        return inputs[-1]

    terms = [
        (chance.choice((1, -1)) if is_mixed else 1, builder.multiplier(number(), number()))
        for _ in range(count)
    ]
    if chance.random() < 0.3:
        terms.append((chance.choice((1, -1)), number()))
    if chance.random() < 0.2:
        terms.append((4, builder.multiplier(number(), number())))
    last = builder.sum(terms, chance.choice((0, 0, 1 << 9, -77)), 0)
    ports = tuple(port(builder, f"x{n}", index) for n, index in enumerate(inputs))
    made = (port(builder, "y", last, 0.0),)
    return Datapath("dot", tuple(builder.cells), ports, made, "random dot product", 100.0)


def test_the_integers_stay_at_every_clock() -> None:
    """Two numbers in one block, one after the other; with three there is no register between the blocks either."""
    found = dict.fromkeys(("before", "inner"), 0)
    for seed, device in product(range(12), DEVICES):
        plain = random_dot(seed)
        made = in_blocks(plain, device)
        assert is_same(made, plain, seed), (device, seed)
        assert with_strays_apart(made, None) == made
        for frequency in CLOCKS[seed % 2 :: 2]:
            path = scheduled(made, device, frequency)
            assert not strays(path)
            assert is_same(path, plain, seed, 20), (device, seed, frequency)
            sums = block_sums(path)
            assert len(sums) == len(block_sums(made))
            found["before"] += sum(each.before is not None for each in sums)
            found["inner"] += sum(each.inner is not None for each in sums)
            befores = [each.before for each in sums if each.before is not None]
            assert len(set(befores)) == len(befores), "one block follows another"
    assert found["before"] > 50
    assert found["inner"] > 20


def _with_model_of_yosys(text: str) -> str | None:
    """The module with the model that Yosys has of DSP48E1 in place of ours; None where it is not installed."""
    path = yosys_file("xilinx/cells_sim.v")
    if path is None:
        return None
    library = path.read_text(encoding="utf-8")
    start = library.index("module DSP48E1 ")
    model = library[start : library.index("endmodule", start) + len("endmodule")]
    return f"`define SYMHDL_DSP48E1\n{text}`default_nettype wire\n{model}\n"


@needs_icarus
@pytest.mark.parametrize("device", DEVICES)
def test_verilog_and_amaranth_agree(device: str) -> None:
    for seed in (1, 4):
        path = scheduled(in_blocks(random_dot(seed), device), device, CLOCKS[seed % 4])
        inputs = input_vectors(path, 40, seed)
        text = verilog_text(path)
        texts = [text, _with_model_of_yosys(text) if device == "xc7a35t" else None]
        for own in filter(None, texts):
            assert verilog_differences(Trial(path, inputs), own, "iverilog") == ()
        few = input_vectors(path, 8, seed)
        expected = {name: values.tolist() for name, values in simulate(path, few).items()}
        assert simulated(path, few, (1, 0, 1) if seed % 2 else None) == expected


def _dot(count: int) -> symhdl.CompiledDesign:
    text = " + ".join(f"a{n}*b{n}" for n in range(count))
    inputs = {f"{c}{n}": symhdl.Input("fixed<18,1>") for c in "ab" for n in range(count)}
    return symhdl.compile(
        f"y = {text}", inputs=inputs, error=2.0**-40, device="xcvu9p", frequency=300
    )


@pytest.mark.parametrize(("count", "cycles", "ffs"), [(4, 2, 36), (8, 3, 36), (16, 3, 110)])
def test_a_dot_product_takes_no_lut(count: int, cycles: int, ffs: int) -> None:
    design = _dot(count)
    found = design.estimate
    assert (found.luts, found.dsps, design.latency) == (0, count, cycles)
    assert found.ffs <= ffs
    text = design.verilog()
    driven = re.findall(r"\.PCOUT\((\w+)\)", text)
    read = re.findall(r"\.PCIN\((\w+_cascade)\)", text)
    assert sorted(driven) == sorted(read)
    assert len(read) == len(set(read)) >= count // 4, "whole wires, from one block to one other"
    for wire in read:
        assert f"wire [47:0] {wire};" in text


def test_weights_are_multiplied_with_as_they_are() -> None:
    """A block shifts nothing of the block before, and signs are those of constants."""
    weights = (0.375, -0.25048828125, 0.8125, -0.9375732421875, 0.74993896484375, 0.1243896484375)
    text = " + ".join(f"({weight!r})*x{n}" for n, weight in enumerate(weights))
    inputs = {f"x{n}": symhdl.Input("fixed<18,1>") for n in range(len(weights))}
    design = symhdl.compile(
        f"y = {text}", inputs=inputs, error=2.0**-40, device="xcvu9p", frequency=300
    )
    kinds = [cell.kind for cell in design.datapath.cells if cell.unit]
    assert CellKind.SUBTRACT not in kinds


def test_what_is_apart_is_told_and_put_right() -> None:
    made = next(
        made
        for seed in range(40)
        for made in [in_blocks(random_dot(seed), "xcvu9p")]
        if any(each.inner is not None for each in block_sums(made))
    )
    first = next(each for each in block_sums(made) if each.inner is not None)
    assert first.before is not None
    cells = list(made.cells)
    cells[first.before] = structs.replace(cells[first.before], unit="")
    broken = replace(made, cells=tuple(cells))
    told = [problem.message for problem in datapath_problems(broken)]
    assert any("alone in a `DSP48E2_INNER`" in message for message in told)
    mended = with_strays_apart(broken, load_target("xcvu9p").unit("DSP48E2"))
    assert_valid_datapath(mended)
    assert is_same(mended, made, 1)


@pytest.mark.parametrize("weights", ["products", "constants"])
def test_what_is_faithful_is_cut_behind_the_blocks(weights: str) -> None:
    """Products keep all bits, which cost a block nothing; where others read the sum it has those that were planned."""
    names = [f"x{n}" for n in range(8)]
    factors = [f"k{n}" for n in range(8)] if weights == "products" else [
        repr(round(0.0371 * (n + 1) + 0.1117, 4)) for n in range(8)
    ]  # fmt: skip
    total = " + ".join(f"{factor}*{name}" for factor, name in zip(factors, names, strict=True))
    inputs = {
        name: symhdl.Input("fixed<16,1>") for name in (*names, *factors) if name.isidentifier()
    }
    design = symhdl.compile(
        f"y = {total}", inputs=inputs, output_width=16, device="xcvu9p", frequency=300
    )
    assert (design.estimate.luts, design.estimate.dsps) == (0, 8)
    read = symhdl.compile(
        f"s = {total}\ny = s*s", inputs=inputs, output_width=16, device="xcvu9p", frequency=300
    )
    assert read.estimate.luts == 0
    assert min(design.estimate.fmax_mhz, read.estimate.fmax_mhz) >= 300
