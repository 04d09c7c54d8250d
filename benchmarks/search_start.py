"""Expressions of the given front as shapes with which a search may start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import symhdl
from benchmarks.search_run import GRAIN
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph

OPERATOR = "sc(x) = 0.5*sin(2*x)"
"""The operator of the given front, sin(x)*cos(x), in what shapes are made of."""

NAMES = {
    Operation.ADD: "add",
    Operation.SUBTRACT: "sub",
    Operation.MULTIPLY: "mul",
    Operation.SIN: "sin",
}


def shapes_of(equations: Sequence[Mapping[str, object]], most: float) -> list[str]:
    """The equations of at most so much complexity, their constants rounded as those of shapes are."""
    simple = [each for each in equations if float(str(each["complexity"])) <= most]
    return [shape_of(symhdl.parse(f"{OPERATOR}\ny = {each['equation']}")) for each in simple]


def shape_of(graph: Graph) -> str:
    """The only output of a graph of `NAMES`, in the words of DEAP."""
    texts: list[str] = []
    for node in graph.nodes:
        operands = [texts[place] for place in node.operands]
        if node.operation is Operation.INPUT:
            texts.append(node.name)
        elif node.value is not None:
            texts.append(repr(float(Fraction(round(node.value * GRAIN), GRAIN))))
        elif node.operation is Operation.NEGATE:
            texts.append(f"mul(-1.0, {operands[0]})")
        else:
            text = operands[0]
            name = NAMES[node.operation]
            for other in operands[1:]:
                text = f"{name}({text}, {other})"
            texts.append(text if len(operands) > 1 else f"{name}({text})")
    return texts[graph.outputs[0].node]
