"""What the tests of the graph passes share: building, running and comparing graphs."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import flint

from symhdl.design import Design, Pass
from symhdl.evaluate import evaluate_points
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, GraphBuilder, InputDeclaration, OutputDeclaration
from symhdl.passes.expand import Expand
from symhdl.passes.flatten import Flatten
from symhdl.passes.fold import Fold
from symhdl.passes.simplify import Simplify
from symhdl.request import InputPlan, Request
from symhdl.targets.target import load_target

PASSES: list[Pass] = [Fold(), Simplify(1), Simplify(2), Flatten(), Expand()]
SPECIAL = [Fraction(n, 8) for n in (-24, -16, -8, -4, -1, 0, 1, 4, 8, 12, 16, 24)]


def design_of(graph: Graph) -> Design:
    return Design(graph, Request(), load_target("generic"))


def run(graph: Graph, *passes: Pass, inputs: tuple[InputPlan, ...] = ()) -> Graph:
    design = replace(design_of(graph), inputs=inputs)
    for step in passes:
        design = step.run(design)
    return design.graph


def graph_of(builder: GraphBuilder, *outputs: int) -> Graph:
    inputs = tuple(
        InputDeclaration(node.name) for node in builder.nodes if node.operation is Operation.INPUT
    )
    declared = tuple(OutputDeclaration(f"y{k}", index) for k, index in enumerate(outputs))
    return builder.build(inputs, declared)


def operations(graph: Graph) -> Counter[Operation]:
    return Counter(node.operation for node in graph.nodes)


def assert_equal_values(
    before: Graph, after: Graph, columns: dict[str, list[Fraction]], *, same_domain: bool = False
) -> None:
    """Wherever the old graph has a value the new one has it too."""
    old, new = evaluate_points(before, columns), evaluate_points(after, columns)
    assert list(old) == list(new)
    for name, column in old.items():
        for point, (left, right) in enumerate(zip(column, new[name], strict=True)):
            where = {key: str(values[point]) for key, values in columns.items()}
            if left is None:
                assert not same_domain or right is None, (name, where)
                continue
            assert right is not None, (name, where)
            close = left.overlaps(right) or abs(left - right) < flint.arb("1e-36")
            assert close, (name, where, left, right)


def columns_of(names: str, count: int = 40, seed: int = 1) -> dict[str, list[Fraction]]:
    generator = random.Random(seed)  # noqa: S311
    return {name: [generator.choice(SPECIAL) for _ in range(count)] for name in names}
