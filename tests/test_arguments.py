"""Arguments of the library: what makes no sense is told, numbers of NumPy are numbers."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import symhdl
from symhdl.arguments import format_of, fraction_of, range_of

UNIT = symhdl.Input(range=(-1, 1))


@pytest.mark.parametrize("given", [(3, -3), (1, 0)])
def test_a_range_rises(given: tuple[int, int]) -> None:
    with pytest.raises(symhdl.SymhdlError, match="lies above"):
        symhdl.compile("2*x", inputs={"x": symhdl.Input("fixed<12,3>", range=given)})


@pytest.mark.parametrize("given", [(0,), 5, "ab", (1, 2, 3), None, ("one", 2), (0, float("nan"))])
def test_a_range_has_two_ends(given: object) -> None:
    with pytest.raises(symhdl.SymhdlError):
        range_of("x", given)


def test_numbers_of_numpy() -> None:
    assert range_of("x", np.array([0, 1])) == (Fraction(0), Fraction(1))
    assert fraction_of("x", np.float32(0.5)) == Fraction(1, 2)
    assert fraction_of("x", np.int64(7)) == 7


@pytest.mark.parametrize("inputs", [[1], {"x": 1}, {"x": symhdl.Input(5)}])  # type: ignore[arg-type] # mistakes
def test_inputs_are_inputs(inputs: object) -> None:
    with pytest.raises(symhdl.SymhdlError):
        symhdl.compile("2*x", inputs=inputs)  # type: ignore[arg-type] # a mistake


def test_arrays_to_simulate() -> None:
    design = symhdl.compile("x - 2*y", inputs={"x": UNIT, "y": UNIT}, width=8)
    assert design.simulate([0.5, 0.25], 0.25) == pytest.approx([0, -0.25], abs=0.02)
    for arrays in (([0.5, np.nan], [0, 0]), ([1, 2], [1, 2, 3]), ("a", 1), ([[1]], [1])):
        with pytest.raises(symhdl.SymhdlError):
            design.simulate(*arrays)


def test_a_single_definition_is_no_sequence_of_characters() -> None:
    assert float(symhdl.parse("f(x)", define="f(x) = x^2").evaluate(x=3)) == 9


def test_what_is_meant_plainly_is_accepted() -> None:
    plain = symhdl.compile("2*x", inputs={"x": symhdl.Input(range=(-1, 1))}, width=8)
    for given in ((-1, 1), ["-1", 1], np.array([-1, 1]), ("-sin(pi/2)", "2^0")):
        assert symhdl.compile("2*x", inputs={"x": given}, width=8).verilog() == plain.verilog()  # type: ignore[dict-item] # lists too
    formatted = symhdl.compile("2*x", inputs={"x": "fixed<8,2>"})
    assert formatted.datapath.inputs[0].format == format_of("x", "fixed<8,2>")
    unit = {"x": (0, 1), "y": (0, 1)}
    assert symhdl.compile("x*y", inputs=unit, dsp="none").design.request.dsp == "none"
    assert symhdl.compile("2*x", inputs={"x": (0, 1)}, error="2^-8").error_bound <= 2**-8


def test_a_range_that_this_equation_does_not_need() -> None:
    design = symhdl.compile("2*x", inputs={"x": (0, 1), "speed": (0, 3)})
    assert [told.id for told in design.warnings] == ["unused-range"]


def test_a_text_that_is_a_path_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bell.sym").write_text("input x in [0, 1]\nz = 2*x\n", encoding="utf-8")
    assert [o.name for o in symhdl.parse("bell.sym").outputs] == ["z"]
    assert symhdl.compile(str(tmp_path / "bell.sym")).datapath.outputs[0].name == "z"
    table = 'Complexity,Loss,Equation\n1,2.0,"x0"\n20,0.1,"x0 + 3"\n'
    Path("hall_of_fame.csv").write_text(table, encoding="utf-8")
    for select in (20, "20", np.int64(20)):
        graph = symhdl.parse("hall_of_fame.csv", select=select)  # type: ignore[arg-type] # NumPy's integers too
        assert float(graph.evaluate(x0=1)) == 4


def test_a_name_stays_a_name_whatever_lies_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x").mkdir()
    with pytest.warns(symhdl.SymhdlWarning, match="text-or-path"):
        assert [i.name for i in symhdl.parse("x").inputs] == ["x"]
    assert float(symhdl.parse("x/y").evaluate(x=1, y=2)) == 0.5


def test_short_texts_of_long_objects() -> None:
    many = "\n".join(f"y{n} = x{n} + {n}" for n in range(60))
    inputs = {f"x{n}": (0, 1) for n in range(60)}
    design = symhdl.compile(many, inputs=inputs)
    graph = symhdl.parse(many)
    for shown in (design, design.design, design.design.request, design.datapath, graph):
        assert len(repr(shown)) < 200
        assert "\n" not in repr(shown)
    assert repr(graph) == "<graph: x0, x1, x2, x3, ... -> y0, y1, y2, y3, ...; 180 nodes>"
    assert repr(graph.outputs[0].span) == "<text>:1:6"
    with pytest.raises(symhdl.SymhdlError) as caught:
        symhdl.parse("y = sin*x\nz = cos")
    assert repr(caught.value) == (
        "SymhdlError(<error[function-as-name] at <text>:1:5: `sin` is a function and has no argument here> and 1 more)"
    )


def test_an_error_is_no_share() -> None:
    with pytest.raises(symhdl.SymhdlError, match="not a number without %") as caught:
        symhdl.compile("2*x", inputs={"x": UNIT}, error="1%")
    assert caught.value.diagnostics[0].help == "write 0.01 or 2^-7"


def test_an_input_that_cancels_is_told() -> None:
    design = symhdl.compile("y = x - x + 2*z", inputs={"x": UNIT, "z": UNIT})
    assert [(told.id, told.message) for told in design.warnings] == [
        ("idle-input", "no output depends on the input `x`; it stays a port")
    ]
    assert "ranges decide without it" in str(design.warnings[0].help)
    for source in ("y = x + 2*z", "assume x < z; y = 2*z"):
        assert symhdl.compile(source, inputs={"x": UNIT, "z": UNIT}).warnings == ()
