"""Ranges that the compiler proved are proved again, and no wrong one is."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from msgspec import structs

from symhdl.compiler import compile
from symhdl.errors import SymhdlError
from symhdl.ir.datapath import CellKind, Datapath
from symhdl.ir.verify import claimed_cells, datapath_problems
from symhdl.simulate import Integers, simulate
from symhdl.verify import range_proofs
from symhdl.verify.range_proofs import open_claims
from symhdl.verify.vectors import all_inputs
from tests.cells import simulate_cells
from tests.random_datapath import random_datapath
from tests.stored_designs import put, sealed_again
from tests.test_cli import invoke
from tests.tiny_datapaths import table as lookup


def narrowed(datapath: Datapath, index: int, minimum: int, maximum: int) -> Datapath:
    cells = list(datapath.cells)
    cells[index] = cells[index].ranged(minimum, maximum)
    return replace(datapath, cells=tuple(cells))


def tightest(datapath: Datapath) -> tuple[Datapath, dict[str, Integers]]:
    """The datapath with the least range that each cell can have, and all its inputs."""
    inputs = all_inputs(datapath, 1).inputs
    for index, values in enumerate(simulate_cells(datapath, inputs)):
        if datapath.cells[index].kind is not CellKind.INPUT:
            datapath = narrowed(datapath, index, int(values.min()), int(values.max()))
    return datapath, inputs


def test_multiples_of_one_wide_number_are_proved_as_such() -> None:
    """The adders of 181 x, for x of 40 bits that are never negative, have ranges that none of their operands tell."""
    design = compile("y = 181*x", input_formats={"x": "ufixed<40,0>"}, output_width=60, dsp="none")
    assert claimed_cells(design.datapath)
    assert open_claims(design.datapath) == ()
    wrong = narrowed(design.datapath, claimed_cells(design.datapath)[0], 0, 7)
    assert open_claims(wrong)


@pytest.mark.parametrize("dsp", ["none", "auto"])
@pytest.mark.parametrize("device", ["ecp5-25k", "xc7a35t"])
@pytest.mark.parametrize(
    ("text", "format"),
    [
        ("a*b", "fixed<12,2>"), ("a*b", "ufixed<24,2>"), ("(a + c)*b", "fixed<33,2>"),
        ("a*a", "fixed<34,2>"), ("a*a", "ufixed<19,2>"), ("a*b*c", "fixed<21,2>"),
    ],
)  # fmt: skip
def test_products_of_rows_and_parts_are_proved_as_products(
    text: str, format: str, device: str, dsp: Literal["none", "auto"]
) -> None:
    """No range as tight as theirs follows from digits and parts alone, and they are too wide for every case."""
    formats = dict.fromkeys("abc", format)
    datapath = compile(
        f"y = {text}",
        input_formats=formats,
        error=2**-80,
        frequency=200,
        device=device,
        dsp=dsp,
    ).datapath
    assert claimed_cells(datapath) or dsp == "auto"
    assert open_claims(datapath) == ()
    for index in claimed_cells(datapath):
        cell = datapath.cells[index]
        # What is joined is a sum of parts, whose range nobody says is reached.
        if cell.kind not in (CellKind.REGISTER, CellKind.JOIN):
            assert index in open_claims(narrowed(datapath, index, cell.minimum, cell.maximum - 1))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("work", [1 << 12, 1 << 20])
def test_no_range_that_a_cell_leaves_is_proved(
    work: int, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With many boxes and with few, every cell's least range is at most left open, and a smaller one never proved."""
    monkeypatch.setattr(range_proofs, "ALL_WORK", work)
    datapath, inputs = tightest(random_datapath(6 + seed, inputs=2, width=4, cells=30, stages=1))
    proved = set(claimed_cells(datapath)) - set(open_claims(datapath))
    assert proved or work == 1 << 12 or not claimed_cells(datapath)
    simulate(datapath, inputs)
    for index, cell in enumerate(datapath.cells):
        if cell.kind in (CellKind.INPUT, CellKind.CONSTANT) or cell.minimum == cell.maximum:
            continue
        for low, high in ((cell.minimum + 1, cell.maximum), (cell.minimum, cell.maximum - 1)):
            wrong = narrowed(datapath, index, low, high)
            try:
                assert index in open_claims(wrong)
            except SymhdlError as problem:
                assert problem.diagnostics[0].id == "wrong-range"


@pytest.mark.parametrize(
    "text",
    [
        "x*(1 - x)", "x*sin(x)", "max(x, a) - min(x, a)", "mod(7*x, 3)", "tanh(a*x + b)",
        "exp(x)/(1.5 + a)", "if(x > a, x - a, a - x)", "floor(4*x)*a",
    ],
)  # fmt: skip
def test_what_the_compiler_proves_is_proved_again(text: str) -> None:
    datapath = compile(f"y = {text}", ranges=(-1, 1), width=9).datapath
    assert not open_claims(datapath)


def test_some_ranges_need_a_proof() -> None:
    assert claimed_cells(compile("y = x*(1 - x)", ranges=(-1, 1)).datapath)
    assert not claimed_cells(compile("y = x*x", ranges=(-1, 1)).datapath)


def test_claims_that_are_too_wide_to_follow_are_left_open() -> None:
    datapath = compile("y = x*(1 - x)", ranges=(-1, 1), width=64, output_width=64).datapath
    assert open_claims(datapath)


def narrow_square() -> tuple[Datapath, int]:
    """A datapath in which a product has less than it can be, and that product."""
    datapath = compile("y = x*x", input_formats="fixed<16,2>", ranges=(-1, 1)).datapath
    kinds = [cell.kind for cell in datapath.cells]
    place = kinds.index(CellKind.SQUARE)
    cell = datapath.cells[place]
    return narrowed(datapath, place, cell.minimum, cell.maximum // 2), place


def test_the_model_does_not_go_on_with_a_value_outside_of_its_range() -> None:
    datapath, place = narrow_square()
    assert not datapath_problems(datapath)
    x = np.array([0, 1, datapath.inputs[0].maximum], dtype=np.int64)
    assert simulate(datapath, {"x": x[:2]})
    with pytest.raises(SymhdlError, match=f"the datapath is wrong: %{place} is 268435456, "):
        simulate(datapath, {"x": x})


def test_an_entry_outside_of_the_range_of_its_table_is_told_where_it_is_read() -> None:
    datapath = lookup()
    cells = [
        structs.replace(cell, contents=(1 << 90, *cell.contents[1:])) if cell.contents else cell
        for cell in datapath.cells
    ]
    changed = replace(datapath, cells=tuple(cells))
    assert not datapath_problems(changed)
    read = {"x": np.array([-32, 4], dtype=np.int64)}  # entries 8 and 1
    assert simulate(changed, read)["y"].tolist() == simulate(datapath, read)["y"].tolist()
    with pytest.raises(SymhdlError, match="the datapath is wrong"):
        simulate(changed, {"x": np.array([0], dtype=np.int64)})


def test_a_wrong_range_is_told_by_every_command_that_runs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where somebody made the digests fit, or the user trusts the files, and before anything is run."""
    monkeypatch.setattr("symhdl.commands.verify.verilog_differences", lambda *_, **__: ())
    datapath, _ = narrow_square()
    put(tmp_path, datapath)
    words: tuple[tuple[str, ...], ...] = (
        ("verify",),
        ("verify", "--trust", "--vectors", "1"),
        ("simulate", "--input", "-", "-o", str(tmp_path / "y.csv")),
    )  # fmt: skip
    for name, *options in words:
        result = invoke(name, tmp_path, *options, input="x\n0\n1\n")
        assert result.exit_code == 1, result.output
        assert "error[wrong-range]" in result.stderr
    assert not (tmp_path / "y.csv").exists()


def test_open_claims_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(range_proofs, "ALL_WORK", 0)
    monkeypatch.setattr("symhdl.commands.verify.verilog_differences", lambda *_, **__: ())
    design = compile("y = x*(1 - x)", ranges=(-1, 1), width=20)
    design.write(tmp_path)
    count, claims = len(open_claims(design.datapath)), len(claimed_cells(design.datapath))
    result = invoke("verify", tmp_path, "--vectors", "3", "--json")
    assert count > 0 and result.exit_code == 0, result.stderr
    assert (
        f"not proved again: {count} of {claims} ranges that rest on a proof of the compiler"
        in result.stderr
    )
    assert json.loads(result.stdout)["open_ranges"] == count


def test_an_input_that_leaves_its_cell_is_told(tmp_path: Path) -> None:
    compile("y = x*x", ranges=(-1, 1), width=4).write(tmp_path)
    place = tmp_path / "top.datapath"
    text = place.read_text()
    assert ": -4..4 / 2^2 @0" in text
    place.write_text(text.replace(": -4..4 / 2^2 @0", ": -3..3 / 2^2 @0", 1))
    sealed_again(tmp_path, "top")
    result = invoke("simulate", tmp_path, "--input", "-", input="x\n1\n")
    assert result.exit_code == 1
    assert "error[invalid-datapath]" in result.stderr
