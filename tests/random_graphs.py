"""Random graphs of every operation, valid as the language allows them, for tests of printers."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from symhdl.functions.operation import ANY, Operation
from symhdl.ir.graph import Graph, GraphBuilder, InputDeclaration, Node, OutputDeclaration

NAMES = ("x", "y", "Δt", "x₁", "e", "lambda")
LOGIC = frozenset({Operation.AND, Operation.OR, Operation.NOT})
OPERATIONS = [operation for operation in Operation if operation.arity != 0]
LONGEST = 4  # operands of what takes any number

constants = st.one_of(
    st.integers(-3, 3).map(Fraction),
    st.fractions(-4, 4, max_denominator=9),
    st.decimals(-2, 2, places=3, allow_nan=False).map(Fraction),
    st.sampled_from([Fraction(1, 10**7), Fraction(-(2**70)), Fraction(1, 3**40), Fraction(10**20)]),
)


@st.composite
def graphs(draw: st.DrawFn, size: int = 14) -> Graph:
    """A graph of up to `size` operations with one or two outputs."""
    builder = GraphBuilder()
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True))
    nodes = [builder.input(name) for name in names]
    nodes += [builder.constant(draw(constants)) for _ in range(draw(st.integers(0, 3)))]
    if draw(st.booleans()):
        nodes.append(builder.append(Node(draw(st.sampled_from([Operation.PI, Operation.E])))))
    for _ in range(draw(st.integers(1, size))):
        nodes.append(_operation(draw, builder, nodes))
    chosen = [nodes[-1], *([draw(st.sampled_from(nodes))] if draw(st.booleans()) else [])]
    outputs = tuple(OutputDeclaration(f"out{k}", node) for k, node in enumerate(chosen))
    return builder.build(tuple(map(InputDeclaration, names)), outputs)


def _operation(draw: st.DrawFn, builder: GraphBuilder, nodes: list[int]) -> int:
    operation = draw(st.sampled_from(OPERATIONS))
    count = draw(st.integers(2, LONGEST)) if operation.arity == ANY else operation.arity
    operands = [draw(st.sampled_from(nodes)) for _ in range(count)]
    wanted = range(count) if operation in LOGIC else range(operation is Operation.SELECT)
    for position in wanted:
        operands[position] = _condition(builder, operands[position])
    return builder.apply(operation, *operands)


def _condition(builder: GraphBuilder, node: int) -> int:
    """The node if it is a condition, else whether it is positive."""
    if builder.nodes[node].operation.boolean:
        return node
    return builder.apply(Operation.LESS, builder.constant(0), node)
