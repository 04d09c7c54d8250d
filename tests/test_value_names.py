"""What values are called, from the source to the wires: kept, derived from what they are, and stable."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from symhdl.backends.backend import EmitOptions
from symhdl.backends.hls import BACKEND as HLS
from symhdl.backends.signals import Names, passing_wires, signal_names
from symhdl.backends.verilog import verilog_text

import symhdl
from symhdl.errors import SymhdlError
from symhdl.functions.operation import Operation
from symhdl.ir.builder import DatapathBuilder, Rank
from symhdl.ir.datapath import ROLES, Cell, CellKind, Datapath
from symhdl.ir.graph import Graph, GraphBuilder, InputDeclaration, OutputDeclaration
from symhdl.ir.text import print_datapath, print_graph, read_datapath, read_graph
from symhdl.ir.wire_names import wire_names
from symhdl.names.wires import LONGEST, shortened_name
from tests.random_datapath import random_datapath
from tests.rows import each_row

LEGAL = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*")
BELL = """
input x, y : fixed<12,3> in [-3, 3]
input t, u : ufixed<10,0>
bell(u) = exp(-u^2)
phase = 3*t + u
z = bell(x + y) * sin(phase) + 0.25*x*y
output z : fixed<14,3> error <= 2^-10
"""


def graph_of(text: str, dialect: str = "native") -> Graph:
    parsed: Graph = symhdl.parse(text, dialect=dialect)
    return parsed


def named(graph: Graph) -> dict[str, Operation]:
    return {
        name: node.operation for name, node in zip(graph.names, graph.nodes, strict=True) if name
    }


# --- the graph ------------------------------------------------------------------------------------


@each_row(
    ("dialect", "text", "names"),
    [
        ("native", "f(u) = u^2\nr = x*y\noutput z = f(r) + 1", {"r", "f", "z"}),
        ("native", "x*y", {"z"}),  # `y` is an input
        (
            "c",
            "float g(float a) { return a*a; }\n"
            "float f(float x, float y) { float s = x*y, t; if (x < y) { t = s + 1; } else { t = s - 1; }"
            " float q[2]; q[1] = t*x; return g(q[1]) + s; }",
            {"s", "t", "q_1", "g", "f"},
        ),
        ("numpy", "import numpy as np\ndef f(x, y):\n    r = x*y\n    return np.sin(r) + r\n", {"r", "f"}),
        ("fpcore", "(FPCore f (x y) (let* ([r (* x y)] [s (+ r 1)]) (/ s r)))", {"r", "s", "f"}),
        ("latex", r"r = x y \\ z = \sin(r) + r", {"r", "z"}),
        ("sympy", "Tuple(Equality(Symbol('r'), Mul(Symbol('x'), Symbol('y'))), Add(Symbol('r'), Integer(1)))",
         {"r", "y_out"}),
    ],
)  # fmt: skip
def test_readers_keep_the_names_of_the_text(dialect: str, text: str, names: set[str]) -> None:
    found = set(named(graph_of(text, dialect)))
    assert found == names


def test_the_first_name_stays_and_a_variable_goes_before_a_function() -> None:
    assert set(named(graph_of("f(u) = u^2 + 1\nr = f(x)\ns = f(x)\nz = r*x + s"))) == {"r", "z"}
    builder = GraphBuilder()
    x = builder.input("x")
    node = builder.apply(Operation.SIN, x)
    builder.name(node, "f", of_function=True)
    builder.name(node, "g", of_function=True)
    assert builder.names[node] == "f"
    builder.name(node, "r")
    builder.name(node, "s")
    builder.name(node, "h", of_function=True)
    builder.name(x, "alias")
    assert builder.names == ["", "r"]


def test_names_go_with_values_through_merging() -> None:
    rows = "Complexity,Loss,Equation\n3,0.1,sin(x0 * x1)\n"
    graph = symhdl.parse(rows, select="all", define="inv(x) = 1/x")
    assert [output.name for output in graph.outputs] == list(filter(None, graph.names))


def test_graph_text_carries_names() -> None:
    graph = graph_of("r = x*y\nz = r + sin(r)")
    text = print_graph(graph)
    assert '"r" = multiply' in text
    assert read_graph(text).names == graph.names
    before = re.sub(r'(%\d+) "[^"]*" =', r"\1 =", text).replace("graph 2", "graph 1")
    old = read_graph(before)
    assert (old.nodes, set(old.names)) == (graph.nodes, {""})
    with pytest.raises(SymhdlError, match="what the user calls it"):
        read_graph(text.replace('"r" =', '"r =', 1))


# --- names of what has none -----------------------------------------------------------------------


@each_row(
    ("text", "name"),
    [
        ("sin(x)", "sin_x"),
        ("sin(x)*x", "sin_x_times_x"),
        ("x*sin(x)", "sin_x_times_x"),
        ("sin(x + y)", "sin_of_x_plus_y"),
        ("x + y", "x_plus_y"),
        ("y + x", "x_plus_y"),
        ("x - y", "x_minus_y"),
        ("-x", "minus_x"),
        ("y - 3*x", "y_minus_x_times_3"),
        ("3*x", "x_times_3"),
        ("x/4", "x_over_4"),
        ("-x/4", "minus_x_over_4"),
        ("1.23456789*x", "x_times_constant"),
        ("(x + y)*z", "sum_times_z"),
        ("1/x", "1_over_x"),
        ("if x < y then x else y", "x_else_y"),
        ("0 < x", "x_above_0"),
        ("x <= y", "x_at_most_y"),
        ("max(x, -3)", "max_x_minus_3"),
        ("x*y + sin(x*y)*cos(x + y)", "product_plus_x_times_y"),
    ],
)
def test_values_without_a_name_are_called_after_what_they_are(text: str, name: str) -> None:
    graph = replace(graph_of(f"whole = {text}"))
    plain = replace(graph, names=("",) * len(graph.names))
    assert wire_names(plain)[graph.outputs[0].node] == name


def test_names_are_derived_from_names() -> None:
    graph = graph_of("some_radius = x + y\nz = sin(some_radius)*2")
    assert "sin_some_radius" in wire_names(graph)


@given(st.lists(st.text(max_size=80), min_size=2, max_size=2), st.text(max_size=200))
def test_names_are_short_and_legal_whatever_the_user_calls_things(
    inputs: list[str], name: str
) -> None:
    builder = GraphBuilder()
    first, second = map(builder.input, inputs)
    total = builder.apply(Operation.ADD, first, second)
    builder.name(total, name)
    scaled = builder.apply(Operation.MULTIPLY, builder.constant(Fraction(1, 7)), total)
    sine = builder.apply(Operation.SIN, builder.apply(Operation.MULTIPLY, scaled, first))
    graph = builder.build(
        tuple(map(InputDeclaration, dict.fromkeys(inputs))), (OutputDeclaration("y", sine),)
    )
    for found, node in zip(wire_names(graph), graph.nodes, strict=True):
        assert len(found) <= LONGEST
        assert node.operation is Operation.CONSTANT or LEGAL.fullmatch(found), found


def test_a_sum_of_very_many_is_named_as_quickly_as_one_of_few() -> None:
    builder = GraphBuilder()
    terms = [builder.input(f"x{index}") for index in range(20_000)]
    total = builder.apply(Operation.ADD, *terms)
    inputs = tuple(InputDeclaration(f"x{index}") for index in range(20_000))
    graph = builder.build(inputs, (OutputDeclaration("y", total),))
    names = wire_names(replace(graph, names=("",) * len(graph.nodes)))
    assert names[-1] == "sum"


# --- cells ----------------------------------------------------------------------------------------


def test_names_tell_inputs_apart_and_nothing_else() -> None:
    cell = Cell(CellKind.SQUARE, (0,), 0, 9)
    assert cell == cell.labelled("r", "x*x") and hash(cell) == hash(cell.labelled("r", "x*x"))
    assert Cell(CellKind.INPUT, (), 0, 3, name="a") != Cell(CellKind.INPUT, (), 0, 3, name="b")


def test_equal_cells_are_one_and_the_best_name_stays() -> None:
    builder = DatapathBuilder()
    x = builder.input("x", -3, 3, 0)
    builder.within("first", "")
    square = builder.square(x)
    assert builder.cells[square].name == "first_square"
    assert builder.part(square, "size") == square
    assert builder.cells[square].name == "first_size"
    builder.within("second", "")
    assert builder.square(x) == square
    builder.part(square, "other")  # built for the first
    assert builder.cells[square].name == "first_size"
    builder.call(square, "x_squared")
    builder.call(square, "also_x_squared")
    assert builder.cells[square].name == "x_squared"
    builder.call(square, "r", Rank.USER)
    builder.call(square, "s", Rank.USER)
    assert builder.cells[square].name == "r"
    assert builder.cells[builder.narrow(square, 0, 8)].name == "r"
    builder.call(x, "alias", Rank.USER)
    assert builder.cells[x].name == "x"


def test_a_name_is_that_of_the_cell_whose_binary_point_is_moved() -> None:
    builder = DatapathBuilder()
    x, y = builder.input("x", -3, 3, 0), builder.input("y", -3, 3, 0)
    builder.within("early", "")
    early = builder.add(x, y)
    builder.within("z", "")
    product = builder.multiply(x, y)
    z = builder.shift_left(product, 0, 4)
    builder.call(z, "z", Rank.USER)
    assert builder.cells[product].name == "z"
    builder.call(builder.shift_left(early, 0, 4), "other", Rank.USER)
    assert builder.cells[early].name == "early_sum", "it was built for something else"
    moved = builder.shift_left(builder.square(x), 2, 4)
    builder.call(moved, "w", Rank.USER)
    assert builder.cells[moved].name == "w"
    names = signal_names(Datapath("top", tuple(builder.cells), (), ()))
    assert names[product] == names[z] == "z"


@each_row(
    ("name", "longest", "short"),
    [
        ("sum_times_37_over_100", 20, "sum_times_37"),
        ("minus_x_times_the_other", 16, "minus_x"),
        ("over_and_of_the_rainbow", 16, "over"),
        ("x_over_y", 8, "x_over_y"),
        ("incomprehensibilities", 8, "incompre"),
    ],
)
def test_a_name_that_is_cut_ends_with_a_word_that_says_something(
    name: str, longest: int, short: str
) -> None:
    assert shortened_name(name, longest) == short


def bell() -> Datapath:
    return symhdl.compile(BELL, frequency=200).datapath


def test_the_users_names_arrive_in_every_output() -> None:
    datapath = bell()
    names = {cell.name for cell in datapath.cells}
    assert {"bell", "phase", "z_rounded", "x_plus_y", "sin_phase", "sin_phase_index"} <= names
    text = verilog_text(datapath)
    assert re.search(r"wire [^;]*\bbell = ", text) and re.search(r"reg [^;]*\bbell_s\d+;", text)
    (cpp,) = (t for n, t in HLS.emit(datapath, EmitOptions()).items() if n.endswith("top.cpp"))
    assert re.search(r"const ap_\w+<\d+> bell = ", cpp)
    assert re.search(r"const ap_\w+<\d+> sin_phase = ", cpp)


def test_datapath_text_carries_names() -> None:
    datapath = bell()
    again = read_datapath(print_datapath(datapath))
    assert [cell.name for cell in again.cells] == [cell.name for cell in datapath.cells]


# --- signals --------------------------------------------------------------------------------------


@given(st.lists(st.text(max_size=70), min_size=1, max_size=8), st.integers(0, 40))
def test_signals_are_legal_and_distinct_whatever_cells_are_called(
    words: list[str], seed: int
) -> None:
    plain = random_datapath(seed, cells=25)
    cells = tuple(
        cell if cell.kind is CellKind.INPUT else cell.labelled(words[index % len(words)], "")
        for index, cell in enumerate(plain.cells)
    )
    datapath = replace(plain, cells=cells)
    names = signal_names(datapath)
    ports = {port.port for port in (*datapath.inputs, *datapath.outputs)}
    for cell, name in zip(cells, names, strict=True):
        assert (cell.kind is CellKind.CONSTANT) is (name == "")
        assert not name or LEGAL.fullmatch(name)
    own = {
        index: name
        for index, name in enumerate(names)
        if name and not _is_view(cells[index], words[index % len(words)])
    }
    folded = [name.lower() for name in own.values()]
    assert len(set(folded)) == len(folded)
    inner = {name for index, name in own.items() if cells[index].kind is not CellKind.INPUT}
    assert not ports & inner


def _is_view(cell: Cell, word: str) -> bool:
    return cell.kind is CellKind.SHIFT_LEFT and cell.shift == 0 and not word


def test_numbers_are_found_without_trying_all_before() -> None:
    names = Names(["a", "A_2"])
    assert [names.fresh("a") for _ in range(3)] == ["a_3", "a_4", "a_5"]
    assert names.fresh("A") == "A_6"


def test_registers_are_called_after_the_wire_that_they_hold() -> None:
    builder = DatapathBuilder()
    x = builder.input("x", -3, 3, 0)
    builder.within("value", "")
    one, two = builder.add(x, builder.constant(1, 0)), builder.add(x, builder.constant(2, 0))
    cells = [*builder.cells]
    for index in (two, one):
        source = cells[index]
        cells.append(Cell(CellKind.REGISTER, (index,), source.minimum, source.maximum, 0, 1, 1))
    names = signal_names(Datapath("top", tuple(cells), (), ()))
    assert (names[one], names[two]) == ("value_sum", "value_sum_2")
    assert names[-2:] == ("value_sum_2_s1", "value_sum_s1")


def test_wires_to_a_unit_have_names_and_others_stand_where_they_are_read() -> None:
    builder = DatapathBuilder()
    x = builder.input("x", 0, 255, 0)
    high, low = builder.shift_right(x, 4, 0), builder.bits(x, 0, 4)
    builder.multiply(high, low)
    plain = Datapath("top", tuple(builder.cells), (), ())
    assert set(passing_wires(plain)) == {high, low}
    *others, product = builder.cells
    bound = replace(plain, cells=(*others, structs.replace(product, unit="BLOCK")))
    assert not passing_wires(bound)


FILE = """
r = x^2 + y^2
s = sin(3*x)*y
q = {q}
output o1 = r*s
output o2 = q + s
"""


def test_a_change_of_one_definition_leaves_the_wires_of_the_others_as_they_are() -> None:
    """But for the registers, whose stages may change with it."""
    found = []
    for q in ("exp(-w)*w", "sqrt(w) - 0.3*w*w + x"):
        compiled = symhdl.compile(
            FILE.format(q=q), ranges={"x": (-1, 1), "y": (0, 1), "w": (0.5, 1)},
            output_width=12, frequency=150,
        )  # fmt: skip
        names = filter(None, signal_names(compiled.datapath))
        found.append({name for name in names if not re.search(r"_s\d+$", name)})
    before, after = found
    of_others = {n for n in before if not re.search(r"(^|_)w(_|$)|^q(_|$)|^o2_", n)}
    # Wires of a value that somebody else reads are that one's.
    of_others = {n for n in of_others if not re.search(r"_(bits|cut)(_\d+)?$", n)}
    assert len(of_others) > 12 and of_others <= after, of_others - after


@each_row("level", [0, 1, 2])
def test_a_rewritten_value_keeps_its_name(level: int) -> None:
    text = "r = x*x - (-y)\ns = if r > 1 then 2*r else r\nz = r + s/3"
    graph = graph_of(text)
    compiled = symhdl.compile(text, ranges={"x": (-1, 1), "y": (0, 1)}, output_width=12, opt=level)
    nodes = dict(zip(graph.names, graph.nodes, strict=True))
    assert nodes["r"].operation is Operation.SUBTRACT
    names = {cell.name for cell in compiled.datapath.cells}
    assert {"r", "s", "z_rounded"} <= names


def test_every_kind_of_cell_has_a_word_for_its_result() -> None:
    assert set(CellKind) - set(ROLES) == {CellKind.INPUT, CellKind.CONSTANT, CellKind.REGISTER}
    multiple = Cell(CellKind.SUM, (0,), 0, 9, weights=(3,))
    assert (multiple.role, structs.replace(multiple, value=1).role) == ("product", "sum")
