"""Text of Graph and Datapath: exact round trips, golden form, and positions in what is malformed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from symhdl.errors import SymhdlError
from symhdl.functions.operation import Operation
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Datapath, Port
from symhdl.ir.graph import Graph, GraphBuilder, InputDeclaration, OutputDeclaration
from symhdl.ir.lines import quoted, reader_of
from symhdl.ir.text import print_datapath, print_graph, read_datapath, read_graph
from symhdl.numeric.fixed import FixedFormat
from tests.random_datapath import random_datapath
from tests.rows import each_row
from tests.work import lines_run

NASTY = 'a"b\\c\n\r\t\x00\x85\u2028\u202eÅΔ中🎉\ud800%1 = end'


def small_datapath() -> Datapath:
    builder = DatapathBuilder()
    x = builder.input("x₁", -8, 7, 2)
    builder.origin = "step(x₁)"
    low = builder.bits(x, 0, 3)
    entry = builder.table(low, tuple(range(-20, 20, 5)), 4)
    builder.origin = ""
    total = builder.add(builder.align(x, 4), entry)
    low_end, high_end = builder.range(total)
    return Datapath(
        "staircase",
        tuple(builder.cells),
        (Port("x₁", "x1", x, FixedFormat(True, 4, 2), -8, 7),),
        (Port("y", "y", total, FixedFormat(True, 9, 4), low_end, high_end, 2.0**-9),),
        "# two lines\ny = x₁ + step(x₁)",
        125.5,
        "ecp5-25k",
        ("a fact",),
        "none",
    )


def small_graph() -> Graph:
    builder = GraphBuilder()
    x, y = builder.input("x"), builder.input("y")
    half = builder.constant(Fraction(-1, 2))
    huge = builder.constant(1 << 20000)
    product = builder.apply(Operation.MULTIPLY, half, x)
    total = builder.apply(Operation.ADD, product, y, huge)
    chosen = builder.apply(Operation.SELECT, builder.apply(Operation.LESS, x, y), total, x)
    inputs = (
        InputDeclaration("x", FixedFormat(True, 12, 9), (Fraction(-3), Fraction(7, 2))),
        InputDeclaration("y"),
    )
    outputs = (
        OutputDeclaration("a", chosen, FixedFormat(False, 8, -2), Fraction(1, 1024)),
        OutputDeclaration("b", product),
    )
    return builder.build(inputs, outputs)


def without_spans(graph: Graph) -> Graph:
    return replace(
        graph,
        spans=(),
        inputs=tuple(replace(declared, span=None) for declared in graph.inputs),
        outputs=tuple(replace(output, span=None) for output in graph.outputs),
    )


def test_datapath_text_is_golden(golden: Callable[[str, str], None]) -> None:
    golden("small.datapath", print_datapath(small_datapath()))


def test_graph_text_is_golden(golden: Callable[[str, str], None]) -> None:
    golden("small.graph", print_graph(small_graph()))


@each_row("seed", range(60))
def test_datapath_round_trip(seed: int) -> None:
    datapath = random_datapath(seed, width=(4, 16, 100)[seed % 3])
    assert read_datapath(print_datapath(datapath)) == datapath


def test_graph_round_trip() -> None:
    graph = small_graph()
    text = print_graph(graph)
    again = read_graph(text)
    assert without_spans(again) == without_spans(graph)
    assert print_graph(again) == text
    assert again.spans[0] is not None
    assert again.spans[0].line == 1 + text.split("\n").index('%0 = input "x"')


@given(st.text())
def test_quoted_text_comes_back_and_prints(text: str) -> None:
    encoded = quoted(text)
    assert encoded.isprintable()
    assert reader_of("", "").unquoted(encoded) == text


def test_nasty_texts_survive() -> None:
    datapath = replace(small_datapath(), source=NASTY, facts=(NASTY, ""), device=NASTY)
    text = print_datapath(datapath)
    text.encode("utf-8")
    assert read_datapath(text) == datapath


@pytest.mark.parametrize("source", ["", "\n", "a\n", "\n\na"])
def test_lines_of_the_source_are_kept(source: str) -> None:
    datapath = replace(small_datapath(), source=source)
    assert read_datapath(print_datapath(datapath)).source == source


@pytest.mark.parametrize("bound", [0.0, 5e-324, 1e300, 0.1, None])
def test_error_bounds_are_exact(bound: float | None) -> None:
    datapath = small_datapath()
    outputs = (replace(datapath.outputs[0], error_bound=bound),)
    changed = replace(datapath, outputs=outputs)
    assert read_datapath(print_datapath(changed)) == changed


def test_what_cells_were_built_for_is_kept_and_makes_no_other_cell() -> None:
    datapath = small_datapath()
    read = read_datapath(print_datapath(datapath))
    origins = [cell.origin for cell in read.cells]
    assert origins == [cell.origin for cell in datapath.cells]
    assert origins.count("step(x₁)") == 2
    without = replace(
        datapath, cells=tuple(structs.replace(cell, origin="") for cell in datapath.cells)
    )
    assert without == datapath


def test_large_datapaths_are_read_with_linear_work() -> None:
    datapath = long_chain(100_000)
    assert read_datapath(print_datapath(datapath)) == datapath
    small, large = (print_datapath(long_chain(steps)) for steps in (1_000, 4_000))
    assert lines_run(lambda: read_datapath(large)) < 5 * lines_run(lambda: read_datapath(small))


def long_chain(steps: int) -> Datapath:
    builder = DatapathBuilder()
    x = value = builder.input("x", -8, 7, 0)
    for index in range(steps):
        step = builder.add(value, x) if index % 2 else builder.subtract(value, x)
        value = builder.narrow(step, -40, 40)
    index = builder.bits(value, 0, 6)
    for number in range(20):
        table = tuple((entry * 7919 + number) % 65536 for entry in range(64))
        value = builder.add(value, builder.table(index, table, 0))
    low, high = builder.range(value)
    ports = (
        Port("x", "x", x, FixedFormat(True, 4, 0), -8, 7),
        Port("y", "y", value, FixedFormat(True, 32, 0), low, high),
    )
    return Datapath("chain", tuple(builder.cells), ports[:1], ports[1:])


def test_the_largest_table_is_read() -> None:
    builder = DatapathBuilder()
    x = builder.input("x", 0, 65535, 0)
    y = builder.table(x, tuple(range(0, -65536, -1)), 0)
    ports = (
        Port("x", "x", x, FixedFormat(False, 16, 0), 0, 65535),
        Port("y", "y", y, FixedFormat(True, 17, 0), -65535, 0),
    )
    datapath = Datapath("rom", tuple(builder.cells), ports[:1], ports[1:])
    assert read_datapath(print_datapath(datapath)) == datapath


REPLACEMENTS = [
    # (what to replace in the golden text, by what, the line and the column of the error)
    ('top "staircase"', "top staircase", 2, 5),
    ('top "staircase"', 'top "a;b"', 1, 1),
    ('top "staircase"', 'top "module"', 1, 1),
    ('device "ecp5-25k"', 'device "\\q"', 3, 1),
    ("frequency 125.5", "frequency inf", 4, 11),
    ("frequency 125.5", "frequency 1e999", 4, 1),
    ("dsp none", "dsp some", 5, 5),
    ("primitives auto", "primitives all", 6, 12),
    (' for "step(x₁)"', " for step", 14, 37),
    ("fact ", "fast ", 9, 1),
    ('input "x₁" port x1', 'input "x₁" port reg', 1, 1),
    ('input "x₁" port x1', 'input "x₁" port 1x', 10, 17),
    ("fixed<4,2>", "fixed<4;2>", 10, 22),
    ("fixed<4,2>", "fixed<9999,2>", 10, 1),
    ("from -8 to 7 is %0", "from -9 to 7 is %0", 13, 1),
    ("from -8 to 7 is %0", "from -8 to 7 is %77", 1, 1),
    (" error 0.001953125", " error -1.0", 11, 52),
    ("%1 = bits", "%1 = bats", 14, 6),
    ("%1 = bits", "%2 = bits", 14, 1),
    ("%1 = bits %0", "%1 = bits %1", 14, 1),
    ("%1 = bits %0", "%1 = bits %0 %0", 14, 1),
    ("count=3", "count=0", 14, 1),
    ("count=3", "count=-3", 14, 13),
    ("count=3", "latency=1", 14, 1),
    ("count=3", "weights=1,,2 count=3", 14, 23),
    (" @0\nend", " @1\nend", 18, 1),
    ("end\n", "", 19, 1),
    ("end\n", "end\nmore\n", 20, 1),
    ("  -20 -15", "  -20 x", 16, 6),
    (" 0 5 10 15", "", 15, 1),
]


@each_row(("old", "new", "line", "column"), REPLACEMENTS)
def test_malformed_datapaths_are_told(old: str, new: str, line: int, column: int) -> None:
    text = print_datapath(small_datapath())
    assert old in text
    with pytest.raises(SymhdlError) as caught:
        read_datapath(text.replace(old, new, 1), "file.datapath")
    span = caught.value.diagnostics[0].span
    assert span is not None
    assert (span.line, span.column) == (line, column), str(caught.value)
    assert f"file.datapath:{line}:{column}" in str(caught.value)


def test_the_text_of_another_version_is_told() -> None:
    text = print_datapath(small_datapath()).replace("datapath 2", "datapath 1", 1)
    with pytest.raises(SymhdlError, match=r"(?s)another version.*compile again") as caught:
        read_datapath(text, "file.datapath")
    assert caught.value.diagnostics[0].id == "other-version"


GRAPH_REPLACEMENTS = [
    ("symhdl graph 2", "symhdl graph 3", 1, 1),
    ("in [-3, 7/2]", "in [-3, 7/0]", 2, 1),
    ("in [-3, 7/2]", "in [-3; 7/2]", 2, 24),
    ('output "b" = %4', 'output "b" = %99', 1, 1),
    ('output "b" = %4', 'output "a" = %4', 1, 1),
    ("constant -1/2", "constant", 9, 1),
    ("constant -1/2", "constant 1.5", 9, 16),
    ("multiply %0 %2", "multiply %0 %2 %1", 11, 1),
    ("multiply %0 %2", "multiplied %0 %2", 11, 10),
    ("multiply %0 %2", "multiply %0 %3", 9, 1),
]


@each_row(("old", "new", "line", "column"), GRAPH_REPLACEMENTS)
def test_malformed_graphs_are_told(old: str, new: str, line: int, column: int) -> None:
    text = print_graph(small_graph())
    assert old in text
    with pytest.raises(SymhdlError) as caught:
        read_graph(text.replace(old, new, 1), "file.graph")
    span = caught.value.diagnostics[0].span
    assert span is not None
    assert (span.line, span.column) == (line, column), str(caught.value)


@given(st.integers(0, 2000), st.text(max_size=3), st.integers(0, 6))
def test_damaged_text_never_crashes(position: int, inserted: str, removed: int) -> None:
    text = print_datapath(small_datapath())
    position %= len(text)
    damaged = text[:position] + inserted + text[position + removed :]
    try:
        read_datapath(damaged)
    except SymhdlError as error:
        assert error.diagnostics[0].render()
