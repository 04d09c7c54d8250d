"""A missed clock is told in the user's words: where, why, and what to change."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from symhdl.backends.signals import signal_names

import symhdl
from symhdl.choices import DspUse
from symhdl.cli import main
from symhdl.commands import synth
from symhdl.commands.critical import cells_on_path, missed_clock, operators_before, words_of_path
from symhdl.commands.synth import more_blocks, summary
from symhdl.errors import Source, Span, quotation
from symhdl.flow.nextpnr import slowest_path
from symhdl.flow.synthesis import Synthesis
from symhdl.ir.datapath import WIRES, Cell, CellKind, Datapath
from symhdl.ir.text import print_datapath, read_datapath
from symhdl.targets.shares import Amount, amounts
from symhdl.targets.target import load_target

ECP5 = load_target("ecp5-25k")


def example(device: str = "ecp5-25k") -> Datapath:
    """A design whose blocks have no registers inside."""
    source = "input x, b, c : fixed<8,2>\ny = 3*c - b*sin(x)"
    compiled = symhdl.compile(source, device=device, frequency=200, primitives="none").datapath
    return read_datapath(print_datapath(compiled))


def test_cells_know_the_source_text_that_they_serve() -> None:
    origins = {cell.origin for cell in example().cells}
    assert {"sin(x)", "b*sin(x)"} <= origins
    assert "y" in origins, "the rounding of an output belongs to the output"
    registers = [cell for cell in example().cells if cell.kind is CellKind.REGISTER]
    assert all(cell.origin for cell in registers if example().cells[cell.operands[0]].origin)


def behind_wires(cells: Sequence[Cell], index: int) -> int:
    while cells[index].kind in WIRES:
        index = cells[index].operands[0]
    return index


def path_to_product(datapath: Datapath) -> tuple[str, ...]:
    """Names as a netlist has them, from an input through the product to its register."""
    names = signal_names(datapath)
    cells = datapath.cells
    end = next(
        index
        for index, cell in enumerate(cells)
        if cell.kind is CellKind.REGISTER
        and cell.origin == "b*sin(x)"
        and cells[behind_wires(cells, cell.operands[0])].kind is CellKind.MULTIPLY
    )
    return (
        "x[3]",
        "$abc$42$auto",
        f"{names[end]}_TRELLIS_FF_Q_3_DI[1]",
        f"{names[end]}_TRELLIS_FF_Q_3",
    )


def test_names_of_the_netlist_lead_back_to_the_source() -> None:
    datapath = example()
    path = path_to_product(datapath)
    assert words_of_path(datapath, path) == ("x", "b*sin(x)")
    assert len(cells_on_path(datapath, path)) == 2
    operators = operators_before(datapath, cells_on_path(datapath, path)[-1])
    assert CellKind.MULTIPLY in {cell.kind for cell in operators}


def figures(fmax_mhz: float | None, path: tuple[str, ...] = ()) -> Synthesis:
    return Synthesis(1204, 300, 31, 0, 50, fmax_mhz, "yosys 0.70", path)


def test_a_missed_clock_names_the_path_the_device_and_the_cure() -> None:
    datapath = example("gw1nr-9")
    told = missed_clock(datapath, ECP5, 200.0, figures(141.2, path_to_product(datapath)))
    assert told is not None
    text = told.render()
    assert "200 MHz were asked for, 141.2 MHz were reached" in text
    assert "from `x` to `b*sin(x)`, through a product of" in text
    assert "compiled for `gw1nr-9` at 200 MHz" in text
    assert "--device ecp5-25k --freq 200" in text
    assert missed_clock(datapath, ECP5, 200.0, figures(201.0)) is None
    assert missed_clock(datapath, ECP5, 200.0, figures(None)) is None


@pytest.mark.parametrize(
    ("dsp", "is_told"), [(2, True), ("none", True), (3, False), ("auto", False)]
)
def test_more_blocks_than_were_allowed_are_told(dsp: DspUse, is_told: bool) -> None:
    datapath = replace(example("gw1nr-9"), dsp=dsp)
    told = more_blocks(datapath, ECP5, replace(figures(None), dsps=3))
    assert (told is not None) == is_told
    if told is not None:
        text = told.render()
        assert f"3 DSP blocks are taken, where --dsp {dsp} was asked for" in text
        assert "divided for the blocks of `gw1nr-9`" in text
        assert f"--device ecp5-25k --dsp {dsp}" in text


def test_the_cure_fits_the_cause() -> None:
    own = example()
    slow = figures(100.0)

    def cure(datapath: Datapath, asked_mhz: float = 200.0) -> str:
        told = missed_clock(datapath, ECP5, asked_mhz, slow)
        assert told is not None
        assert told.help is not None
        return told.help

    assert "more stages" in cure(own, 120.0)
    assert "expect about 153 MHz" in cure(own)  # a product alone takes longer than a cycle
    assert "--freq 300" in cure(own, 300.0)
    assert "--dsp auto" in cure(replace(own, dsp="none"))


def test_the_slowest_path_between_registers_is_taken_from_the_report() -> None:
    def path(*delays: float, kind: str = "clk-to-q", name: str = "a") -> dict[str, object]:
        steps: list[dict[str, object]] = [{"type": kind, "delay": 0.5, "to": {"cell": name}}]
        steps += [{"type": "routing", "delay": d, "net": f"{name}{d}", "to": {}} for d in delays]
        return {"path": [*steps, {"type": "setup", "delay": 0.0, "to": {"cell": f"{name}_end"}}]}

    report = {
        "critical_paths": [
            path(1.0, 2.0),
            path(9.0, kind="source", name="pin"),
            path(4.0, name="b"),
        ]
    }
    assert slowest_path(json.dumps(report)) == ("b4.0", "b_end")
    assert slowest_path("{}") == ()


def test_figures_come_with_their_share() -> None:
    assert str(Amount("LUTs", 1204, 24288)) == "1,204 LUTs (5 %)"
    assert str(Amount("LUTs", 30, 24288)) == "30 LUTs (0.1 %)"
    assert str(Amount("DSP blocks", 31, 28)) == "31 DSP blocks (111 %)"
    assert str(Amount("DSP blocks", 0, 28)) == "0 DSP blocks"
    assert [amount.share for amount in amounts(figures(None), ECP5.resources)] == [
        "5 %", "1 %", "111 %", "",
    ]  # fmt: skip
    estimate = symhdl.compile("y = x*x", inputs={"x": symhdl.Input(range=(0, 1))}).estimate
    text = summary(ECP5, figures(141.2), estimate)
    assert "1,204" in text
    assert "111 %" in text
    assert "141.2" in text


def test_another_device_is_estimated_anew_and_what_does_not_fit_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    products = " + ".join(f"a{i}*b{i}" for i in range(30))
    words = ["compile", "--expr", f"y = {products}", "--range", "-1:1", "--width", "6"]
    done = CliRunner().invoke(main, [*words, "--output-width", "8", "-o", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert "warning" not in done.stderr, "the generic device has the blocks"
    monkeypatch.setattr(synth, "synthesize", lambda *_, **__: figures(141.2))
    result = CliRunner().invoke(main, ["synth", str(tmp_path), "--device", "ecp5-25k"])
    assert result.exit_code == 0, result.output
    assert "warning[too-large-for-device]: the design is larger than `ecp5-25k`" in result.stderr
    assert "about 30 DSP blocks (107 %), the device has 28" in result.stderr
    assert "141.2 MHz were reached" in result.stderr
    assert "it was compiled for `generic`" in result.stderr
    assert "ecp5-25k" in result.stdout.splitlines()[0]
    blocks = next(line for line in result.stdout.splitlines() if line.startswith("DSP blocks"))
    assert blocks.split() == ["DSP", "blocks", "31", "111", "%", "30"]


def test_excerpts_are_short_and_in_one_line() -> None:
    def of(text: str) -> str:
        source = Source("a", text)
        return quotation(Span(source, 0, len(text)))

    assert of("a +\n    b") == "a + b"
    assert of("x" * 60) == "x" * 60
    assert of("x" * 61) == "x" * 57 + "..."
    assert of("x" + " " * 500 + "y") == "x..."
    assert of("\x1b[31m") == r"\x1b[31m"
    assert quotation(None) == ""
