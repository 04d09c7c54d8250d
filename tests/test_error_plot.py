"""The picture of a design's error: what it shows is what the design does, inside the bound that is proved."""

from __future__ import annotations

import math
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import symhdl
from symhdl.report.error_plot import Curve, ErrorMap, ErrorPlot, curve, error_map
from symhdl.report.plot import Scale, decades, scale_of, ticks
from symhdl.verify.error_samples import arguments_of, error_samples
from tests.rows import each_row
from tests.test_terminal import HOSTILE

TEXT = "input x : fixed<6,3>\ninput y : fixed<5,2>\ninput t : ufixed<4,0>\nz = x*y + sqrt(t)"


@pytest.fixture(scope="module")
def design() -> symhdl.CompiledDesign:
    return symhdl.compile(TEXT, output_width=8)


def shown_of(plot: ErrorPlot) -> Curve:
    assert isinstance(plot.shown, Curve)
    return plot.shown


def map_of(plot: ErrorPlot) -> ErrorMap:
    assert isinstance(plot.shown, ErrorMap)
    return plot.shown


def test_the_errors_are_those_of_the_design(design: symhdl.CompiledDesign) -> None:
    shown = shown_of(design.plot_error("x", at={"y": 0.5, "t": 0.25}))
    made, real = (
        np.asarray(model(x=shown.arguments, y=0.5, t=0.25))
        for model in (design.simulate, design.reference)
    )
    unit = float(design.datapath.outputs[0].format.ulp)
    assert len(shown.arguments) == 64
    assert np.array(shown.errors) * unit == pytest.approx(made - real, abs=1e-9)
    assert shown.bound == pytest.approx(design.error_bound / unit)
    assert max(map(abs, shown.errors)) <= (shown.bound or 0)
    assert "y = 0.5, t = 0.25" in shown.note


def test_a_map_has_a_row_for_each_of_the_second_input(design: symhdl.CompiledDesign) -> None:
    shown = map_of(design.plot_error("y", "t", at={"x": 1}))
    line = shown_of(design.plot_error("y", at={"x": 1, "t": shown.up[3]}))
    assert (len(shown.across), len(shown.up)) == (32, 16)
    assert [*shown.across] == [*line.arguments] and [*shown.errors[3]] == [*line.errors]


def test_what_is_not_said_is_chosen(design: symhdl.CompiledDesign) -> None:
    assert "y = -0.125, t = 0.4375" in shown_of(design.plot_error()).note, "three inputs"
    two = symhdl.compile("a = x*y\nb = x - y", ranges=(0, 1), width=6, output_width=8)
    assert map_of(two.plot_error()).labels[0].startswith("x: ")
    assert shown_of(two.plot_error("x", output="b")).note.startswith("b: ")
    assert len(shown_of(two.plot_error("x", points=5)).arguments) == 5


@each_row(
    ("over", "options", "told"),
    [
        (("x", "x"), {}, "two different ones"),
        (("x", "y", "t"), {}, "two different ones"),
        (("u",), {}, "no input 'u'"),
        (("x",), {"output": "zz"}, "outputs: z"),
        (("x",), {"at": {"x": 1}}, "cannot be held"),
        (("x",), {"at": {"y": 9}}, r"`y` = 9 is outside of its range \[-2, 1.875\]"),
        (("x",), {"points": 1}, "points is 1"),
    ],
)
def test_mistakes_are_told(
    over: tuple[str, ...], options: dict[str, object], told: str, design: symhdl.CompiledDesign
) -> None:
    with pytest.raises(symhdl.SymhdlError, match=told):
        design.plot_error(*over, **options)  # type: ignore[arg-type] # mistakes


def test_nothing_is_drawn_where_nothing_is_promised() -> None:
    compiled = symhdl.compile("input x, y : fixed<6,3>\nassume x <= y\nz = y - x")
    shown = map_of(compiled.plot_error())
    for y, row in zip(shown.up, shown.errors, strict=True):
        for x, value in zip(shown.across, row, strict=True):
            assert math.isnan(value) == (x > y)
    assert "#eeeeee" in error_map(shown).text
    assert all(x <= 0 for x in shown_of(compiled.plot_error("x", at={"y": 0})).arguments)


def test_values_that_are_held_at_the_ends_are_right_there() -> None:
    compiled = symhdl.compile(
        "exp(x)", ranges=(-2, 4), width=7, output_format="ufixed<8,3>", undefined="saturate"
    )
    shown = shown_of(compiled.plot_error())
    assert shown.bound is not None and max(map(abs, shown.errors)) <= shown.bound


def test_a_uniform_format_has_no_bound() -> None:
    compiled = symhdl.compile("4*x", ranges=(0, 1), uniform="fixed<6,2>")
    plot = compiled.plot_error()
    assert shown_of(plot).bound is None and "proved" not in plot.svg


def test_wide_numbers_are_drawn() -> None:
    compiled = symhdl.compile("x*y + x", input_formats="fixed<90,2>", output_width=64)
    shown = shown_of(compiled.plot_error("x", points=9))
    assert shown.bound is not None and 0 < max(map(abs, shown.errors)) <= shown.bound


def test_it_is_saved_and_shown_in_notebooks(tmp_path: Path, design: symhdl.CompiledDesign) -> None:
    plot = design.plot_error("x", points=8)
    plot.save(tmp_path / "error.svg")
    text = (tmp_path / "error.svg").read_text(encoding="utf-8")
    assert text == plot.svg == plot._repr_svg_() == plot._repr_html_()
    ElementTree.fromstring(text)  # noqa: S314 - our own
    assert repr(plot).startswith("<plot of the error: z: ")


def test_a_stored_design_has_no_mathematics(tmp_path: Path, design: symhdl.CompiledDesign) -> None:
    design.write(tmp_path)
    with pytest.raises(symhdl.SymhdlError, match="not the mathematics"):
        symhdl.load(tmp_path).plot_error()


# --- the picture ----------------------------------------------------------------------------------


def test_a_picture_of_few_arguments_is_drawn() -> None:
    one = Curve("y < x" + HOSTILE, "", [1.0], [0.0], 0.0)
    assert "<path" in curve(one).text and "y &lt; x" in curve(one).text
    assert "\x1b" not in curve(one).text and "\u202e" not in curve(one).text
    assert "<path" not in curve(Curve("", "nowhere", [], [], 0.5)).text
    assert "<path" in error_map(ErrorMap("", "", [1.0], [2.0], [[0.5]], None, ("x", "y"))).text


def test_errors_have_the_colours_of_their_sizes() -> None:
    shown = ErrorMap("", "", [0.0, 1.0, 2.0], [0.0], [[-1.0, 0.0, 1.0]], 1.0, ("x", "y"))
    fills = re.findall(r'<path d="M([\d.]+) [^"]*" fill="(#\w+)"', error_map(shown).text)
    assert [fill for _, fill in sorted(fills, key=lambda pair: float(pair[0]))] == [
        "#2c6fad", "#ffffff", "#d55e00",
    ]  # fmt: skip


def test_ticks_are_round_numbers_inside() -> None:
    assert ticks(-4, 4) == [-4, -2, 0, 2, 4]
    assert ticks(0.0, 0.7) == pytest.approx([0.0, 0.2, 0.4, 0.6])
    assert ticks(0.0, 1e-13) == pytest.approx([0.0, 2e-14, 4e-14, 6e-14, 8e-14, 1e-13])
    assert ticks(3.0, 3.0) == [3.0]
    across, up = Scale(0.0, 2.0, 10, 20), Scale(-1.0, 1.0, 20, 10)
    assert across.at(0.0) < across.at(2.0) and up.at(-1.0) > up.at(1.0)


def test_scales_of_numbers_far_apart_are_logarithms() -> None:
    assert decades(0.9, 1100) == [1, 10, 100, 1000]
    assert decades(1.5, 25) == [2, 3, 5, 10, 20]
    assert len(decades(1e-30, 1e30)) <= 10
    scale = scale_of([1, 10, 100], 0, 100)
    assert scale.is_log and scale.at(10) == pytest.approx(50)
    assert not scale_of([1, 2], 0, 1).is_log and not scale_of([0, 100], 0, 1).is_log
    assert scale_of([5], 0, 100).at(5) == pytest.approx(50)


def test_samples_go_from_end_to_end(design: symhdl.CompiledDesign) -> None:
    (x, y, _), (z,) = design.datapath.inputs, design.datapath.outputs
    assert arguments_of(x, 3) == [x.minimum, (x.minimum + x.maximum) // 2, x.maximum]
    assert arguments_of(x, 64) == [*range(-32, 32)]
    found = error_samples(design.mathematics, design.model, z, (y, x), {"t": 3}, 5)
    assert found.errors.shape == (5, 5)
    assert found.worst == np.abs(found.errors).max()
