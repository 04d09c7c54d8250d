"""Rows that a digit inverts, in the carry chains of ECP5: the same integers everywhere, and no LUTs for them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from symhdl.backends.blocks import rows_taken_in
from symhdl.backends.verilog import verilog_text

import symhdl
from benchmarks.batch import fewest, usages
from symhdl.arithmetic.rows_in_adders import with_rows_in_adders
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import CellKind, Datapath
from symhdl.ir.text import print_datapath, read_datapath
from symhdl.numeric.fixed import FixedFormat
from symhdl.simulate import simulate
from symhdl.targets.target import load_target
from tests.amaranth_checks import simulated
from tests.test_flow import need
from tests.tiny_datapaths import port
from tests.verilog_checks import check_verilog, input_vectors

ECP5 = load_target("ecp5-85k")
INVERTED = (1, -1)
needs_icarus = pytest.mark.skipif(shutil.which("iverilog") is None, reason="no iverilog")

Number = tuple[int, bool]
"""Its width, and whether it has a sign."""


def datapath_of(
    first: Number, second: Number, *, both: bool = True, read_twice: bool = False
) -> Datapath:
    """The sum of two numbers, of which the second or both are inverted where a digit of their own is 1."""
    builder = DatapathBuilder()
    inputs, rows = [], []
    for name, (width, signed) in zip("ab", (first, second), strict=True):
        form = FixedFormat(signed, width, 0)
        number = builder.input(name, form.minimum, form.maximum, 0)
        digit = builder.input(f"{name}_inverted", 0, 1, 0)
        inputs += [port(builder, name, number), port(builder, f"{name}_inverted", digit)]
        rows.append(builder.row(digit, number, INVERTED, 0))
    if not both:
        rows[0] = inputs[0].cell
    outputs = [port(builder, "y", builder.add(*rows))]
    if read_twice:
        outputs.append(port(builder, "z", rows[1]))
    return Datapath("rows", tuple(builder.cells), tuple(inputs), tuple(outputs))


def bound(datapath: Datapath) -> Datapath:
    return with_rows_in_adders(datapath, ECP5)


NUMBERS = st.tuples(st.integers(1, 9), st.booleans())


@given(first=NUMBERS, second=NUMBERS, both=st.booleans(), read_twice=st.booleans())
@settings(derandomize=True, max_examples=40, deadline=None)
def test_the_integers_stay(first: Number, second: Number, both: bool, read_twice: bool) -> None:
    before = datapath_of(first, second, both=both, read_twice=read_twice)
    after = bound(before)
    assert read_datapath(print_datapath(after)) == after
    (adder,) = (cell for cell in after.cells if cell.kind is CellKind.ADD)
    assert adder.unit == ("CCU2C" if both or not read_twice else "")
    inputs = input_vectors(before, 60, 1)
    expected = simulate(before, inputs)
    shown = simulated(after, inputs)
    for name, values in expected.items():
        assert simulate(after, inputs)[name].tolist() == values.tolist() == shown[name]


@needs_icarus
@pytest.mark.parametrize("second", [(1, False), (6, False), (5, True), (9, True)])
@pytest.mark.parametrize("both", [False, True])
def test_verilog_shows_the_same(second: Number, both: bool) -> None:
    after = bound(datapath_of((7, True), second, both=both))
    text = verilog_text(after)
    assert "_row" not in text.split("endmodule")[0] and "16'h6996" in text
    assert not check_verilog(after, text, input_vectors(after, 200, 2))


def test_what_others_read_keeps_its_signal() -> None:
    assert len(rows_taken_in(bound(datapath_of((4, False), (4, False))))) == 2
    assert len(rows_taken_in(bound(datapath_of((4, False), (4, False), read_twice=True)))) == 1
    portable = bound(replace(datapath_of((4, False), (4, False)), primitives="none"))
    assert not rows_taken_in(portable) and not any(cell.unit for cell in portable.cells)


def test_a_change_of_sign_is_left_to_synthesis() -> None:
    builder = DatapathBuilder()
    number, digit = builder.input("a", -9, 9, 0), builder.input("s", 0, 1, 0)
    total = builder.add(builder.row(digit, number, INVERTED, 0), digit)
    ports = port(builder, "a", number), port(builder, "s", digit)
    path = Datapath("sign", tuple(builder.cells), ports, (port(builder, "y", total),))
    assert bound(path) is path


def test_yosys_makes_no_luts_for_them() -> None:
    need("yosys")
    before = datapath_of((12, False), (8, False))
    texts = {"before": before, "after": bound(before)}
    found = usages(
        {name: verilog_text(replace(path, top=name)) for name, path in texts.items()},
        ECP5,
        use_dsps=False,
    )
    before_luts, after_luts = (fewest(found[name]).luts for name in texts)
    assert after_luts == 14 and before_luts >= after_luts + 16


@pytest.mark.parametrize("frequency", [60, 150, 400])
def test_functions_between_registers(frequency: int) -> None:
    """With registers between a table and its adder, or none."""
    text = "y = exp(x)"
    inputs = {"x": symhdl.Input("ufixed<10,0>")}
    compiled = partial(symhdl.compile, text, inputs=inputs, output_width=10, device="ecp5-85k")
    design = compiled(dsp="none", frequency=frequency)
    path = design.datapath
    tried = input_vectors(path, 300, 3)
    expected, shown = simulate(path, tried), simulated(path, tried)
    for name, values in expected.items():
        assert shown[name] == values.tolist()
