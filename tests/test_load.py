"""Designs read back from their folders by the library, and the two levels of a design."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from symhdl.backends.backend import EmitOptions, backend_named, backend_names

import symhdl
from symhdl.errors import SymhdlError, UsageError
from symhdl.ir.datapath import CellKind, Datapath
from symhdl.ir.verify import assert_valid_datapath
from symhdl.simulate import simulate
from symhdl.vectors import columns_of_rows, mixed_rows
from tests.rows import each_row
from tests.stored_designs import edit, sealed_again

WIDE = "y = a*b\nz = a^2 + sin(c)"


def wide(**options: object) -> symhdl.CompiledDesign:
    """A design with a product that no block takes whole."""
    return symhdl.compile(
        WIDE,
        **{  # type: ignore[arg-type]
            "input_formats": {"a": "fixed<24,4>", "b": "fixed<24,4>", "c": "fixed<8,3>"},
            "output_width": 20,
            "device": "ecp5-25k",
            **options,
        },
    )


def named(found: object, *, trust: bool = False) -> symhdl.StoredDesign:
    return symhdl.load(found, trust=trust)  # type: ignore[arg-type]


# --- loading --------------------------------------------------------------------------------------


@each_row("latency", (None, 3))
def test_the_highest_clock_is_that_of_all_files(tmp_path: Path, latency: int | None) -> None:
    design = wide(frequency="max", latency=latency)
    mhz = design.datapath.frequency_mhz
    assert mhz > 0 and design.operators.frequency_mhz == mhz
    folder = tmp_path / f"latency{latency}"
    design.write(folder)
    assert named(folder).operators == design.operators
    asked = wide(frequency=mhz, latency=design.latency)
    for target in backend_names():
        assert design.emit(target) == asked.emit(target)


@each_row("target", backend_names())
def test_what_is_loaded_is_what_was_written(tmp_path: Path, target: str) -> None:
    design = wide(undefined="saturate")
    options = EmitOptions("plain" if target == "cpp" else "valid")  # a function has no signals
    design.write(tmp_path / target, target, options)
    loaded = named(str(tmp_path / target))
    assert isinstance(loaded, symhdl.StoredDesign)
    assert (loaded.datapath, loaded.operators) == (design.datapath, design.operators)
    assert loaded.estimate == design.estimate
    assert loaded.digest() == design.digest()
    assert loaded.latency == design.latency
    assert loaded.error_bounds == design.error_bounds
    assert loaded.error_bounds_real_inputs == design.error_bounds_real_inputs
    assert repr(loaded) == repr(design)
    for other in backend_names():
        assert loaded.emit(other) == design.emit(other)
    assert loaded.verilog() == design.verilog()


def test_the_model_of_a_stored_design(tmp_path: Path) -> None:
    design = wide()
    design.write(tmp_path, "hls")
    loaded = named(tmp_path)
    chance = np.random.default_rng(1)
    inputs = {name: chance.uniform(-9, 9, 100) for name in "abc"}
    first, second = design.simulate(**inputs), loaded.simulate(**inputs)
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    for name, values in first.items():
        assert np.array_equal(values, second[name])
    held, again = design.quantise(**inputs), loaded.quantise(**inputs)
    assert isinstance(held, dict)
    assert isinstance(again, dict)
    assert all(np.array_equal(held[name], again[name]) for name in inputs)
    integers = {name: np.array([3, -5]) for name in "abc"}
    found = loaded.simulate_integers(integers)
    assert all(np.array_equal(found[k], v) for k, v in design.simulate_integers(integers).items())


def test_warnings_are_those_that_were_told(tmp_path: Path) -> None:
    design = symhdl.compile("output_ = x", ranges={"x": (0, 1)}, top="module", width=4)
    assert design.warnings
    design.write(tmp_path)
    told = named(tmp_path).warnings
    assert [w.id for w in told] == [w.id for w in design.warnings]
    assert [w.message for w in told] == [w.message for w in design.warnings]
    sealed_again(tmp_path, "module_p", lambda document: document.update(warnings=["mine", ""]))
    assert [(w.id, w.message) for w in named(tmp_path).warnings] == [
        ("stored", "mine"),
        ("stored", ""),
    ]


def test_the_mathematics_is_not_there(tmp_path: Path) -> None:
    wide().write(tmp_path)
    loaded = named(tmp_path)
    asks: tuple[Callable[[], object], ...] = (
        lambda: loaded.reference(1, 2, 3),
        lambda: loaded.check(a=1),
        lambda: loaded.mathematics,
    )
    for ask in asks:
        with pytest.raises(SymhdlError, match="not the mathematics of its source") as caught:
            ask()
        (told,) = caught.value.diagnostics
        assert told.id == "no-mathematics"
        assert told.help == "compile the source again, with its options"


def test_one_of_several_is_named(tmp_path: Path) -> None:
    for top in ("first", "second"):
        symhdl.compile("y = x", ranges=(0, 1), width=4, top=top).write(tmp_path)
    with pytest.raises(UsageError, match="holds several designs: first, second"):
        symhdl.load(tmp_path)
    assert symhdl.load(tmp_path, "second").top == "second"
    assert symhdl.load(tmp_path, top="first").top == "first"
    with pytest.raises(UsageError, match="holds no design `third`"):
        symhdl.load(tmp_path, "third")


def test_changed_files_are_refused_unless_they_are_trusted(tmp_path: Path) -> None:
    wide().write(tmp_path)
    edit(tmp_path / "top.v", "module top (", "// mine\nmodule top (")
    with pytest.raises(SymhdlError, match="not those that symhdl wrote as one design") as caught:
        symhdl.load(tmp_path)
    assert [d.id for d in caught.value.diagnostics] == ["changed-design"]
    loaded = symhdl.load(tmp_path, trust=True)
    told = loaded.warnings[0]
    assert told.id == "trusted"
    assert told.notes == loaded.doubts == ("top.v was changed, or belongs to another design",)


@each_row("end", [".datapath", ".operators"])
def test_each_level_is_held_against_the_manifest(tmp_path: Path, end: str) -> None:
    wide().write(tmp_path)
    edit(tmp_path / f"top{end}", "frequency 200.0", "frequency 300.0")
    sealed_again(tmp_path, "top")
    said = "datapath says" if end == ".datapath" else "operators say"
    with pytest.raises(SymhdlError, match=f"`frequency_mhz` is not what the {said}"):
        symhdl.load(tmp_path)
    assert symhdl.load(tmp_path, trust=True).doubts


def test_a_folder_without_operators_is_told(tmp_path: Path) -> None:
    wide().write(tmp_path)
    (tmp_path / "top.operators").unlink()
    with pytest.raises(SymhdlError, match="as one design"):
        symhdl.load(tmp_path)
    with pytest.raises(SymhdlError, match=r"names top\.operators, which is not in"):
        symhdl.load(tmp_path, trust=True)


def test_a_manifest_without_an_estimate_is_told_where_it_is_asked_for(tmp_path: Path) -> None:
    wide().write(tmp_path)
    sealed_again(tmp_path, "top", lambda document: document.pop("estimate"))
    loaded = symhdl.load(tmp_path)
    with pytest.raises(SymhdlError, match="has no estimate"):
        _ = loaded.estimate
    sealed_again(tmp_path, "top", lambda document: document.update(estimate={"luts": -1}))
    with pytest.raises(SymhdlError, match="`estimate` must be an object of numbers: luts, ffs"):
        symhdl.load(tmp_path)


@each_row("wrong", [None, 3, "", b"x", "a\0b", ["a"]])
def test_a_folder_is_a_path(wrong: object) -> None:
    with pytest.raises(SymhdlError, match=r"folder is .*, not a path"):
        named(wrong)


@each_row("wrong", [3, "", b"x", ["a"]])
def test_a_name_is_a_text(tmp_path: Path, wrong: object) -> None:
    with pytest.raises(SymhdlError, match=r"top is .*, not a text"):
        symhdl.load(tmp_path, wrong)  # type: ignore[arg-type]


def test_what_is_no_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(SymhdlError, match="there is no folder"):
        symhdl.load(tmp_path / "nowhere")
    with pytest.raises(SymhdlError, match="holds no design"):
        symhdl.load(tmp_path)


# --- the two levels -------------------------------------------------------------------------------


def products(datapath: Datapath) -> int:
    return sum(cell.kind is CellKind.MULTIPLY for cell in datapath.cells)


@each_row("level", [0, 1, 2])
def test_both_levels_have_the_same_integers_at_the_same_ports(level: int) -> None:
    design = wide(opt=level, frequency=150)
    operators, cells = design.operators, design.datapath
    assert_valid_datapath(operators)
    assert operators.latency == 0
    assert cells.latency == design.latency > 1
    assert {cell.stage for cell in operators.cells} == {0}
    assert all(cell.kind is not CellKind.REGISTER for cell in operators.cells)
    assert products(operators) == 1
    assert products(cells) >= 4
    for first, second in zip(
        operators.inputs + operators.outputs, cells.inputs + cells.outputs, strict=True
    ):
        assert (first.name, first.port, first.format, first.range) == (
            second.name, second.port, second.format, second.range,
        )  # fmt: skip
    vectors = columns_of_rows(cells, mixed_rows(cells, 500, 3))
    found, expected = simulate(operators, vectors), simulate(cells, vectors)
    assert all(np.array_equal(found[name], expected[name]) for name in expected)


def test_another_graph_drops_both_levels() -> None:
    design = wide().design
    assert design.operators is not None
    other = design.with_graph(symhdl.parse("y = a + b + c"))
    assert (other.operators, other.datapath) == (None, None)
    assert design.with_graph(design.graph) is design


def test_a_backend_gets_the_level_that_it_declares() -> None:
    design, options = wide(), EmitOptions()
    levels = {"operators": design.operators, "cells": design.datapath}
    for name in backend_names():
        backend = backend_named(name)
        other = "cells" if backend.level == "operators" else "operators"
        assert design.datapath_for(name) is levels[backend.level]
        assert design.emit(name) == backend.emit(levels[backend.level], options)
        assert design.emit(name) != backend.emit(levels[other], options)
    assert backend_named("hls").level == "operators"
    assert {backend_named(name).level for name in ("verilog", "rtlil")} == {"cells"}


def test_a_wide_product_is_one_in_hls() -> None:
    for dsp in ("auto", "none"):
        design = symhdl.compile(
            "y = a*b",
            input_formats="fixed<32,4>",
            output_format="fixed<64,8>",  # all bits, or it were truncated
            dsp=dsp,
            device="ecp5-25k",
        )
        text = design.emit("hls")["top.cpp"]
        assert products(design.datapath) == (4 if dsp == "auto" else 16)  # blocks, chains
        assert text.count("a_bits * b_bits") == text.count(" * ") == 1
        assert ("op=mul impl=fabric" in text) == (dsp == "none")
