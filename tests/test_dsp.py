"""The choice of DSP blocks is a promise: it is followed from the option to the generated code and to synthesis."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import symhdl
from benchmarks.batch import usages
from symhdl.choices import DspUse
from symhdl.cli import main
from symhdl.commands import synth
from symhdl.errors import SymhdlError
from symhdl.flow.synthesis import Synthesis
from symhdl.ir.text import print_datapath, read_datapath
from symhdl.targets.target import load_target
from tests.rows import each_row
from tests.test_flow import need

SOURCE = "input x, t, u : fixed<9,2>\ny = x*t + sin(x)*u"
FIGURES = Synthesis(10, 20, 0, 0, 5, None, "yosys")


@pytest.mark.parametrize("dsp", ["auto", "none"])
def test_the_choice_goes_from_the_command_line_to_synthesis(
    dsp: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["compile", "--expr", SOURCE, "--device", "xcvu9p", "--dsp", dsp, "-o", str(tmp_path)]
    words += ["--primitives", "none"]  # blocks that are instanced are there without being asked for
    assert CliRunner().invoke(main, words).exit_code == 0
    manifest = json.loads((tmp_path / "top.json").read_text())
    assert manifest["dsp"] == dsp
    assert (manifest["estimate"]["dsps"] > 0) == (dsp == "auto")
    assert read_datapath((tmp_path / "top.datapath").read_text()).dsp == dsp
    asked: list[object] = []

    def synthesized(*_: object, use_dsps: bool, **__: object) -> Synthesis:
        asked.append(use_dsps)
        return FIGURES

    monkeypatch.setattr(synth, "synthesize", synthesized)
    result = CliRunner().invoke(main, ["synth", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert asked == [dsp == "auto"]
    assert json.loads((tmp_path / "top.json").read_text())["synth"]["device"] == "xcvu9p"


def test_without_blocks_products_cost_logic() -> None:
    blocks = symhdl.compile(SOURCE, device="ecp5-85k", dsp="auto")
    logic = symhdl.compile(SOURCE, device="ecp5-85k", dsp="none")
    assert blocks.estimate.dsps >= 2
    assert logic.estimate.dsps == 0
    assert logic.estimate.luts > 2 * blocks.estimate.luts


def test_the_generated_code_tells_other_tools() -> None:
    logic = symhdl.compile(SOURCE, dsp="none")
    blocks = symhdl.compile(SOURCE, dsp="auto")
    assert "// Made without DSP blocks." in logic.verilog()
    assert "without DSP" not in blocks.verilog()
    assert "$mul" not in logic.emit("rtlil")["top.il"]
    assert "$mul" in blocks.emit("rtlil")["top.il"]
    hls = logic.emit("hls")["top.cpp"]
    products = re.findall(r" \* (?!ap_u?int)", hls)  # beside weights of terms
    assert hls.count("op=mul impl=fabric") == len(products) > 1
    assert "BIND_OP" not in blocks.emit("hls")["top.cpp"]


@each_row(
    ("given", "kept"), [(0, "none"), ("0", "none"), (1, 1), ("3", 3), (10, 10), ("auto", "auto")]
)
def test_a_number_of_blocks_is_kept(given: DspUse, kept: DspUse) -> None:
    design = symhdl.compile(SOURCE, device="ecp5-25k", dsp=given)
    assert design.datapath.dsp == kept
    assert read_datapath(print_datapath(design.datapath)) == design.datapath
    assert json.loads(design.files()["top.json"])["dsp"] == kept
    assert design.estimate.dsps <= (kept if isinstance(kept, int) else 10 * (kept == "auto"))


@each_row("given", [-1, 1.5, "some", "1e9", True])
def test_what_is_no_number_of_blocks_is_told(given: object) -> None:
    with pytest.raises(SymhdlError, match=r"`auto`, `none` or|a whole number from 0") as caught:
        symhdl.compile("y = x*x", ranges=(-1, 1), dsp=given)  # type: ignore[arg-type] # mistakes
    assert "dsp" in str(caught.value)


# The expressions of the comparisons with other tools, at widths that Yosys maps in seconds.
COMPARED = {
    "reference": "input a, b, c, d : fixed<10,3>\ny = 0.5*a*b + 0.25*c^2 - 1.3*d + 0.1",
    "product": "input a, b : fixed<10,3>\ny = a*b",
    "square": "input a : fixed<10,3>\ny = a^2",
    "sine": "input x : fixed<10,2>\ny = sin(x)",
}


@pytest.mark.slow
@pytest.mark.parametrize("device", ["ecp5-25k", "xcvu9p", "xc7a35t", "gw1nr-9", "ice40-hx8k"])
@pytest.mark.parametrize("dsp", ["auto", "none", 1, 2])
def test_yosys_finds_the_blocks_that_are_estimated(device: str, dsp: DspUse) -> None:
    """Although it is free to make more of them."""
    need("yosys")
    target = load_target(device)
    designs = {
        name: symhdl.compile(
            source,
            device=device,
            dsp=dsp,
            frequency=100,
            output_width=12,
            top=name,
        )
        for name, source in COMPARED.items()
    }
    texts = {name: design.verilog() for name, design in designs.items()}
    for name, found in usages(texts, target, use_dsps=True).items():
        assert {usage.dsps for usage in found} == {designs[name].estimate.dsps}, name
        if dsp != "auto":
            assert designs[name].estimate.dsps <= (0 if dsp == "none" else dsp)
