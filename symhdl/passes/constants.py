"""Decides what constants alone decide, and tells which of them nobody can decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from flint import arb

from symhdl.design import Design
from symhdl.errors import Diagnostic, SymhdlError
from symhdl.evaluate import constant_balls
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, GraphBuilder, reachable
from symhdl.numeric.ball import is_moderate, midpoint
from symhdl.numeric.limits import LARGEST_EXPONENT, MAXIMUM_DIAGNOSTICS
from symhdl.rewriting.rewrite import copy_node, finish

PRECISIONS = (256, 4096)  # bits, one after the other
LEAVES = frozenset({Operation.CONSTANT, Operation.PI, Operation.E})


@dataclass(frozen=True, slots=True)
class Constants:
    """Replaces comparisons, logic and floors of constants by their value, and makes the choices that hang on them.

    Values are those of rigorous balls. Raises `SymhdlError` `number-too-large`, and `undecided-constant` for a constant
    at which no ball can be told from a jump or from the end of a domain, such as `floor(exp(log(2)))`, if an output
    needs it.
    """

    name: ClassVar[str] = "constants"

    def run(self, design: Design) -> Design:
        """The design without those decisions."""
        graph = design.graph
        _check_sizes(graph)
        if not _has_constant_operations(graph):
            return design
        balls: Mapping[int, arb] = {}
        undecided: list[int] = []
        for bits in PRECISIONS:
            balls = constant_balls(graph, bits)
            undecided = [index for index, ball in balls.items() if _is_open(graph, index, ball)]
            if not undecided:
                break
        rebuilt, new_index, builder = _decided(graph, balls)
        needed = set(reachable(builder.nodes, [new_index[o.node] for o in graph.outputs]))
        told = [index for index in undecided if new_index[index] in needed]
        if told:
            raise SymhdlError(*(_diagnostic(graph, index) for index in _first(graph, told)))
        return design.with_graph(rebuilt)


def _check_sizes(graph: Graph) -> None:
    large = [
        index
        for index, node in enumerate(graph.nodes)
        if node.value is not None and _bits(node.value) > LARGEST_EXPONENT
    ]
    if large:
        raise SymhdlError(
            *(
                Diagnostic(
                    "number-too-large",
                    f"this number goes beyond 2^{LARGEST_EXPONENT}",
                    graph.spans[index],
                    help="measure in larger units",
                )
                for index in large[:MAXIMUM_DIAGNOSTICS]
            )
        )


def _bits(value: Fraction) -> int:
    """The bits before the binary point, or one less."""
    return value.numerator.bit_length() - value.denominator.bit_length()


def _has_constant_operations(graph: Graph) -> bool:
    varies = bytearray(len(graph.nodes))
    for index, node in enumerate(graph.nodes):
        if node.operation is Operation.INPUT or any(varies[operand] for operand in node.operands):
            varies[index] = 1
        elif node.operation not in LEAVES:
            return True
    return False


def _is_open(graph: Graph, index: int, ball: arb) -> bool:
    """Whether it is not known if the constant has a value, or which of two."""
    if ball.is_nan():
        return False  # outside of a domain for sure, which the ranges tell
    return not ball.is_finite() or (graph.nodes[index].operation.boolean and not ball.is_exact())


def _value(graph: Graph, index: int, ball: arb) -> Fraction | None:
    """The value of a decision or a floor."""
    operation = graph.nodes[index].operation
    is_decision = operation.boolean or operation is Operation.FLOOR
    return midpoint(ball) if is_decision and is_moderate(ball) and ball.is_exact() else None


def _decided(graph: Graph, balls: Mapping[int, arb]) -> tuple[Graph, list[int], GraphBuilder]:
    """The graph in which these are constants, where each node went, and the builder before dead nodes were removed."""
    builder = GraphBuilder()
    new_index: list[int] = []
    for index, (node, span) in enumerate(zip(graph.nodes, graph.spans, strict=True)):
        operands = tuple(new_index[operand] for operand in node.operands)
        value = _value(graph, index, balls[index]) if index in balls else None
        condition = builder.nodes[operands[0]].value if operands else None
        if value is not None:
            new = builder.constant(value, span)
        elif node.operation is Operation.SELECT and condition is not None:
            new = operands[1] if condition else operands[2]
        else:
            new = copy_node(builder, node, operands, span)
        new_index.append(new)
    return finish(graph, builder, new_index), new_index, builder


def _first(graph: Graph, undecided: list[int]) -> list[int]:
    """Those whose operands are all decided: the others follow from them."""
    known = set(undecided)
    return [index for index in undecided if known.isdisjoint(graph.nodes[index].operands)]


def _diagnostic(graph: Graph, index: int) -> Diagnostic:
    return Diagnostic(
        "undecided-constant",
        "the value of this constant cannot be decided",
        graph.spans[index],
        notes=(
            f"it lies on a jump or at the end of a domain, or nearer to it than {PRECISIONS[-1]} bits tell",
        ),
        help="write the value itself, or a number beside that place",
    )
