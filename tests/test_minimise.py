"""What is to be least is least: the choice is followed from the option to the manifest and to synthesis."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import symhdl
from benchmarks.batch import fewest, usages
from benchmarks.speed_inputs import EVERYDAY
from symhdl.approximation.approximation import Specification
from symhdl.approximation.effort import Depth
from symhdl.approximation.kept import question_of
from symhdl.budget import Budget
from symhdl.choices import MINIMISED, DspUse, Minimise
from symhdl.cli import main
from symhdl.commands import synth
from symhdl.compiled import CompiledDesign
from symhdl.compiler import compile_graph
from symhdl.cost.minimised import priced_for
from symhdl.cost.operators import Cost, fabric_of
from symhdl.design import Design, Pass
from symhdl.errors import SymhdlError
from symhdl.flow.synthesis import Synthesis
from symhdl.functions.powers import SQUARE_ROOT
from symhdl.targets.target import load_target
from tests.errors_of_design import read, request_of
from tests.test_flow import need

DEVICE = "ecp5-85k"
TEN = EVERYDAY[:10]
SOURCE = "y = exp(-x*x)*u + sin(3*x)\ninput x, u : fixed<9,2>"
CHOICES: tuple[Minimise, ...] = ("luts", "dsps", "latency")


@lru_cache(maxsize=64)
def compiled(
    text: str,
    minimise: Minimise,
    device: str = DEVICE,
    dsp: DspUse = "auto",
    frequency: float = 200,
) -> CompiledDesign:
    inputs = {name: symhdl.Input(range=(-1, 1)) for name in re.findall(r"\bx\d+", text)}
    return symhdl.compile(
        text, inputs=inputs, width=12, output_width=10, device=device, dsp=dsp,
        frequency=frequency, minimise=minimise,
    )  # fmt: skip


def taken(design: CompiledDesign, minimise: Minimise) -> float:
    figures = {
        "luts": design.estimate.luts,
        "dsps": design.estimate.dsps,
        "latency": design.latency,
    }
    return figures[minimise]


@pytest.mark.parametrize("minimise", CHOICES)
def test_what_is_to_be_least_is_never_more_and_often_less(minimise: Minimise) -> None:
    pairs = [
        (taken(compiled(text, minimise), minimise), taken(compiled(text, "auto"), minimise))
        for text in TEN
    ]
    assert all(least <= before for least, before in pairs), pairs
    assert sum(least < before for least, before in pairs) >= 5, pairs


@pytest.mark.parametrize("minimise", CHOICES)
def test_logic_alone_is_less_of_it_too(minimise: Minimise) -> None:
    for text in TEN[1:5]:
        least, before = (compiled(text, which, "xcvu9p", "none") for which in (minimise, "auto"))
        assert taken(least, minimise) <= taken(before, minimise)
        assert least.estimate.dsps == before.estimate.dsps == 0


def test_without_a_clock_the_path_is_to_be_short() -> None:
    for text in TEN[1:4]:
        least, before = (
            compiled(text, which, dsp="none", frequency=0) for which in ("latency", "auto")
        )
        assert least.latency == before.latency == 0
        assert least.estimate.fmax_mhz >= before.estimate.fmax_mhz


@pytest.mark.parametrize("dsp", ["none", 1, 2])
def test_no_more_blocks_are_taken_than_allowed(dsp: DspUse) -> None:
    for minimise in MINIMISED:
        design = compiled(TEN[1], minimise, dsp=dsp)
        assert design.estimate.dsps <= (dsp if isinstance(dsp, int) else 0)
        assert design.datapath.dsp == dsp


@pytest.mark.parametrize("minimise", CHOICES)
def test_designs_keep_their_error(minimise: Minimise) -> None:
    design = symhdl.compile(SOURCE, minimise=minimise, device=DEVICE, output_width=9)
    x, u = np.random.default_rng(1).integers(-256, 256, (2, 500)) / 128
    assert design.check(x=x, u=u).holds


@pytest.mark.parametrize("minimise", MINIMISED)
def test_the_choice_goes_from_the_command_line_to_synthesis(
    minimise: Minimise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["compile", "--expr", SOURCE, "--device", DEVICE, "--minimise", minimise]
    result = CliRunner().invoke(main, [*words, "-o", str(tmp_path)])
    assert result.exit_code == 0, result.output
    manifest = json.loads((tmp_path / "top.json").read_text())
    assert manifest.get("minimise", "auto") == minimise
    made = symhdl.compile(SOURCE, device=DEVICE, minimise=minimise)
    assert manifest["request_digest"] == made.digest()
    stored = symhdl.load(tmp_path)
    assert stored.datapath == made.datapath
    assert (stored.estimate.dsps == 0) == (minimise == "dsps")
    found = Synthesis(stored.estimate.luts, 20, stored.estimate.dsps, 0, 5, None, "yosys")
    monkeypatch.setattr(synth, "synthesize", lambda *_, **__: found)
    result = CliRunner().invoke(main, ["synth", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert symhdl.load(tmp_path).manifest.get("minimise", "auto") == minimise


def test_other_words_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SymhdlError, match="minimise"):
        symhdl.compile(SOURCE, minimise="area")  # type: ignore[arg-type]
    symhdl.compile(SOURCE, minimise="luts").write(tmp_path)
    place = tmp_path / "top.json"
    place.write_text(place.read_text().replace('"minimise": "luts"', '"minimise": "area"'))
    with pytest.raises(SymhdlError, match="`minimise` must be one of auto, luts, dsps, latency"):
        symhdl.load(tmp_path)


def test_caches_tell_the_choices_apart() -> None:
    target = load_target(DEVICE)
    fabrics = [
        fabric_of(target, "auto", clocked=True, frequency_mhz=200.0, minimise=each)
        for each in MINIMISED
    ]
    asked = Specification(0, 255, 8, 1 / 256)
    questions = {question_of(SQUARE_ROOT, asked, each, Depth.ORDINARY.name) for each in fabrics}
    assert len(questions) == len({*fabrics}) == len(MINIMISED)


def test_prices() -> None:
    """A device has its own prices; only time makes time count."""
    target = load_target(DEVICE)
    assert priced_for(target, "auto") is target
    worths = {
        each: fabric_of(target, "auto", clocked=True, minimise=each).worth for each in MINIMISED
    }
    block, memory, late = Cost(dsps=1), Cost(brams=1), Cost(delay_ns=1.0)
    assert worths["luts"](block) < 10 > worths["luts"](memory)
    assert worths["dsps"](block) > 1000
    assert worths["dsps"](memory) == worths["auto"](memory) == target.worth.bram
    assert [worth(late) > 0 for worth in worths.values()] == [False, False, False, True]


def test_dear_blocks_leave_low_columns_out() -> None:
    """Where no product becomes a block products have the shape that they have without blocks."""
    target = load_target(DEVICE)
    dear, none = (
        fabric_of(target, "auto", clocked=True, minimise="dsps"),
        fabric_of(target, "none", clocked=True),
    )
    assert dear.multiplier is not None
    assert dear.truncates and none.truncates
    assert not fabric_of(target, "auto", clocked=True).truncates


def test_a_design_is_cut_where_the_time_is_over_before_it_is_compared() -> None:
    parsed = read("y = exp(-x*x)*sin(3*x)", ("x",))
    request = replace(request_of({"x": ("-1", "1")}, width=9), minimise="luts")
    seen: list[str] = []

    def observer(step: Pass, _design: Design, _seconds: float) -> None:
        seen.append(step.name)

    budget = Budget(1.0, lambda: 2.0 if "schedule" in seen else 0.0)
    design = compile_graph(parsed, request, DEVICE, observer, budget=budget)
    assert design.design.cut
    assert any(each.id == "cut" for each in design.warnings)
    assert design.digest() is None


def test_a_design_is_cut_where_the_time_is_over_before_there_is_one_without_assumptions() -> None:
    parsed = read("assume x <= y\nz = max(y - x, 0) + 0.3*x", ("x", "y"))
    request = request_of({"x": ("-1", "1"), "y": ("-1", "1")}, width=9)
    seen: list[str] = []

    def observer(step: Pass, _design: Design, _seconds: float) -> None:
        seen.append(step.name)

    budget = Budget(1.0, lambda: 2.0 if "schedule" in seen else 0.0)
    design = compile_graph(parsed, request, DEVICE, observer, budget=budget)
    assert seen.count("schedule") == 1
    assert [each.id for each in design.warnings] == ["cut"]
    assert design.digest() is None


@pytest.mark.slow
def test_synthesis_finds_less_of_what_is_to_be_least() -> None:
    need("yosys")
    designs = {which: compiled(TEN[1], which) for which in ("auto", "luts", "dsps")}
    texts = {
        which: design.verilog().replace("\nmodule top (", f"\nmodule {which} (")
        for which, design in designs.items()
    }
    taken_by = {
        which: fewest(both)
        for which, both in usages(texts, load_target(DEVICE), use_dsps=True).items()
    }
    assert taken_by["luts"].luts < taken_by["auto"].luts
    assert taken_by["dsps"].dsps == 0 < taken_by["auto"].dsps
