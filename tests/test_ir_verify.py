"""Verifiers: every check fires on a datapath or graph that is wrong in just that."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from msgspec import structs

from symhdl.functions.operation import Operation
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Cell, CellKind, Datapath, Port
from symhdl.ir.graph import Graph, InputDeclaration, Node, OutputDeclaration
from symhdl.ir.verify import (
    assert_valid_datapath,
    assert_valid_graph,
    datapath_problems,
    graph_problems,
)
from symhdl.numeric.fixed import FixedFormat
from tests.random_datapath import random_datapath
from tests.rows import each_row


def base() -> Datapath:
    """x -> %0; %1 constant; %2 sum; %3 its register; %4 three bits of x; %5 table; %6 x < 1; %7 select."""
    builder = DatapathBuilder()
    x = builder.input("x", -8, 7, 2)
    one = builder.constant(1, 2)
    total = builder.add(x, one)
    builder.cells.append(Cell(CellKind.REGISTER, (total,), -7, 8, 2, 1, 1))
    index = builder.bits(x, 0, 3)
    builder.table(index, (1, 2, 3, 4, 5, 6, 7, 8), 2)
    condition = builder.less(x, one)
    builder.select(condition, x, one)
    return Datapath(
        "top",
        tuple(builder.cells),
        (Port("x", "x", x, FixedFormat(True, 4, 2), -8, 7),),
        (Port("y", "y", 3, FixedFormat(True, 5, 2), -7, 8),),
    )


def with_cell(index: int, **changes: object) -> Datapath:
    datapath = base()
    cells = list(datapath.cells)
    cells[index] = structs.replace(cells[index], **changes)
    return replace(datapath, cells=tuple(cells))


def test_base_is_valid() -> None:
    assert datapath_problems(base()) == ()


@each_row("seed", range(30))
def test_random_datapaths_are_valid(seed: int) -> None:
    assert_valid_datapath(random_datapath(seed))


@each_row(
    ("index", "changes", "message"),
    [
        (2, {"operands": (0,)}, "add has 1 operands, not 2"),
        (2, {"operands": (0, 2)}, "an operand is not an earlier cell"),
        (2, {"operands": (0, -1)}, "an operand is not an earlier cell"),
        (2, {"minimum": 9}, "its range is empty"),
        (2, {"maximum": 1 << 40000}, "it is wider than 32768 bits"),
        (1, {"value": 2}, "its range is not the constant"),
        (4, {"shift": -1}, "it shifts by -1"),
        (4, {"count": 0}, "it takes 0 bits"),
        (2, {"value": 1}, "it has a `value` without a meaning"),
        (2, {"count": 1}, "it has a `count` without a meaning"),
        (2, {"contents": (1,)}, "it has a `contents` without a meaning"),
        (5, {"contents": ()}, "a table has no contents"),
        (5, {"weights": (1,)}, "it has a `weights` without a meaning"),
        (2, {"kind": CellKind.SUM, "weights": (1, 0)}, "a weight is 0"),
        (2, {"kind": CellKind.SUM, "weights": (1,)}, "sum has 2 operands, not 1"),
        (2, {"kind": CellKind.SUM, "operands": ()}, "sum has 0 operands, not 0"),
        (2, {"kind": CellKind.ROW, "weights": (3,)}, "a weight of a row is not a power of two"),
        (2, {"kind": CellKind.ROW, "weights": (0,)}, "the digit can leave the 1 weights"),
        (2, {"kind": CellKind.JOIN}, "the lower part can leave its 0 bits"),
        (2, {"latency": 1}, "logic takes 1 clock edges"),
        (2, {"latency": 65, "unit": "DSP"}, "it takes 65 clock edges"),
        (3, {"latency": 2}, "a register has a unit, or takes more or less than one clock edge"),
        (3, {"unit": "DSP"}, "a register has a unit, or takes more or less than one clock edge"),
        (0, {"unit": "DSP"}, "it has no operands for the unit `DSP`"),
        (5, {"contents": (1, 2, 3)}, "the index can leave the table of 3 entries"),
        (5, {"contents": (1,) * 65537}, "a table of 65537 entries; 65536 are the limit"),
        (7, {"operands": (0, 0, 1)}, "a condition is not within 0..1"),
        (2, {"minimum": 20, "maximum": 30}, "its range 20..30 contradicts its operands (-7..8)"),
        (2, {"fraction": 3}, "the result has another fraction than the operand"),
        (2, {"operands": (0, 0), "kind": CellKind.MULTIPLY},
         "the fraction of a product is the sum of the operands' fractions"),
        (7, {"fraction": 1}, "the choices and the result have different fractions"),
        (3, {"stage": 2}, "an operand is of stage 0, not 1"),
        (2, {"stage": 1}, "an operand is of stage 0, not 1"),
        (0, {"stage": 1}, "it stands in stage 1"),
    ],
)  # fmt: skip
def test_cells(index: int, changes: dict[str, object], message: str) -> None:
    problems = datapath_problems(with_cell(index, **changes))
    assert (problems[0].index, problems[0].message) == (index, message)
    with pytest.raises(AssertionError, match="please report this"):
        assert_valid_datapath(with_cell(index, **changes))


def test_fractions_of_operands() -> None:
    datapath = with_cell(1, fraction=3)
    assert "the operands have different fractions" in {
        p.message for p in datapath_problems(datapath)
    }


@pytest.mark.parametrize(
    ("which", "changes", "message"),
    [
        ("inputs", {"cell": 99}, "port `x` has no cell"),
        ("inputs", {"cell": 1}, "port `x` is not an input cell of that name"),
        ("inputs", {"name": "z"}, "port `x` is not an input cell of that name"),
        ("inputs", {"minimum": -9}, "port `x`: its range leaves its format"),
        ("inputs", {"port": "Y"}, "a port's identifier is not legal or not unique"),
        ("inputs", {"port": "wire"}, "a port's identifier is not legal or not unique"),
        ("inputs", {"port": "clk"}, "a port's identifier is not legal or not unique"),
        ("outputs", {"format": FixedFormat(True, 4, 2), "maximum": 7},
         "port `y`: its cell does not fit into its format"),
        ("outputs", {"format": FixedFormat(True, 5, 1)},
         "port `y`: its cell has another fraction than its format"),
    ],
)  # fmt: skip
def test_ports(which: str, changes: dict[str, object], message: str) -> None:
    datapath = base()
    ports = getattr(datapath, which)
    changed = (replace(ports[0], **changes),)
    problems = datapath_problems(replace(datapath, **{which: changed}))  # type: ignore[arg-type]  # named by the test
    assert problems[0].message.startswith(message)


def test_whole() -> None:
    datapath = base()
    early = Port("z", "z", 2, FixedFormat(True, 5, 2), -7, 8)
    cases = {
        "there is no output": replace(datapath, outputs=()),
        "two ports have one name": replace(datapath, outputs=datapath.outputs * 2),
        "the name of a port is no text": replace(
            datapath, outputs=(replace(datapath.outputs[0], name="\ud800"),)
        ),
        "the input `x` has no port": replace(datapath, inputs=()),
        "output `z` is of stage 0, others later": replace(
            datapath, outputs=(*datapath.outputs, early)
        ),
        "the module cannot be called `a b`": replace(datapath, top="a b"),
    }
    for message, wrong in cases.items():
        assert message in {problem.message for problem in datapath_problems(wrong)}


def test_constant_output_may_be_of_any_stage() -> None:
    datapath = base()
    constant = Port("c", "c", 1, FixedFormat(False, 1, 2), 1, 1)
    assert datapath_problems(replace(datapath, outputs=(*datapath.outputs, constant))) == ()


X = Node(Operation.INPUT, name="x")
ONE = Node(Operation.CONSTANT, value=Fraction(1))


def graph_of(*nodes: Node, output: int | None = None, names: tuple[str, ...] = ("x",)) -> Graph:
    last = len(nodes) - 1 if output is None else output
    inputs = tuple(InputDeclaration(name) for name in names)
    count, outputs = len(nodes), (OutputDeclaration("y", last),)
    return Graph(nodes, (None,) * count, ("",) * count, inputs, outputs)


def test_good_graph() -> None:
    assert_valid_graph(graph_of(X, ONE, Node(Operation.ADD, (0, 1))))


@each_row(
    ("graph", "message"),
    [
        (graph_of(X, Node(Operation.SIN, (0, 0))), "%1: sin has 2 operands"),
        (graph_of(X, Node(Operation.ADD, ())), "%1: add has 0 operands"),
        (graph_of(X, Node(Operation.SIN, (1,))), "%1: an operand is not an earlier node"),
        (graph_of(X, Node(Operation.CONSTANT)), "only a constant has a value"),
        (graph_of(X, Node(Operation.SIN, (0,), value=Fraction(1))), "only a constant has a value"),
        (graph_of(X, Node(Operation.SIN, (0,), name="z")), "only an input has a name"),
        (graph_of(Node(Operation.INPUT, name="z")), "the input `z` is not declared"),
        (graph_of(X, ONE, Node(Operation.SIN, (0,))), "%1: it serves no output"),
        (graph_of(X, Node(Operation.SIN, (0,)), Node(Operation.SIN, (0,)),
                  Node(Operation.ADD, (1, 2))), "equal nodes are not one node"),
        (graph_of(X, names=("x", "x")), "a name is declared twice"),
        (graph_of(X, output=4), "the output `y` has no node"),
        (replace(graph_of(X), outputs=()), "there is no output"),
        (replace(graph_of(X), spans=()), "there is not one span per node"),
        (replace(graph_of(X), names=()), "there is not one name per node"),
    ],
)  # fmt: skip
def test_graphs(graph: Graph, message: str) -> None:
    assert any(message in str(problem) for problem in graph_problems(graph))
    with pytest.raises(AssertionError, match="please report this"):
        assert_valid_graph(graph)
