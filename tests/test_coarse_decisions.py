"""Decisions between branches that meet are as coarse as the error goal allows; others are exact."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
import pytest
from flint import arb

import symhdl
from symhdl.analysis.witness import ErrorRule
from symhdl.compiled import CompiledDesign
from symhdl.evaluate import evaluate_exactly
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, graph_of_node
from symhdl.numeric.interval import Floats
from symhdl.precision.exactness import coarse_comparisons
from tests.errors_of_design import read

GOAL = "\noutput r error <= 2^-4"
Real = Callable[[Floats, Floats, Floats], Floats]
MEETING: dict[str, Real] = {
    "r = if x*y*z > 0.3 then (x*y*z - 0.3)*x else 0": lambda x, y, z: (
        np.maximum(x * y * z - 0.3, 0) * x
    ),
    "r = if x*y > z^2 then (x*y - z^2)*(x + y) else (z^2 - x*y)*z": lambda x, y, z: np.where(
        x * y > z * z, (x * y - z * z) * (x + y), (z * z - x * y) * z
    ),
    "r = if x*y < 0.25 then sqrt(1.25 - x*y) + z else exp(0.25 - x*y) + z": lambda x, y, z: (
        np.where(x * y < 0.25, np.sqrt(np.maximum(1.25 - x * y, 0)), np.exp(0.25 - x * y)) + z
    ),
    "r = if not (x*y*z <= 0.3) then 2*x*y*z else x*y*z + 0.3": lambda x, y, z: (
        x * y * z + np.maximum(x * y * z, 0.3)
    ),
    "r = if exp(x)*y < z then sin(exp(x)*y) else sin(z)": lambda x, y, z: np.sin(
        np.minimum(np.exp(x) * y, z)
    ),
}
TEXTS = (*MEETING,)


def compiled(text: str, bits: int, goal: str = GOAL) -> CompiledDesign:
    inputs = f"input x, y, z : fixed<{bits},1>\n"
    return symhdl.compile(inputs + text + goal, device="ecp5-25k", dsp="none", frequency=0)


@pytest.mark.parametrize(("text", "real"), MEETING.items(), ids=range(len(MEETING)))
def test_all_inputs_keep_the_bound(text: str, real: Real) -> None:
    """All 2^15 combinations of 5-bit inputs, ties and what is next to them among them."""
    design = compiled(text, 5)
    numbers = np.arange(-16, 16) / 16
    x, y, z = (axis.ravel() for axis in np.meshgrid(numbers, numbers, numbers))
    found = np.asarray(design.simulate(x=x, y=y, z=z))
    error = np.abs(found - real(x, y, z)).max()
    assert error <= design.error_bound + 2**-40 <= 2**-4 + 2**-39


def fraction_of_product(text: str) -> int:
    """The fractional bits of the product that is compared."""
    design = compiled(text, 16).design
    graph, allocation = design.graph, design.allocation
    assert allocation is not None
    (compared,) = (n.operands for n in graph.nodes if n.operation is Operation.LESS)
    (product,) = (k for k in compared if graph.nodes[k].operation is Operation.MULTIPLY)
    return allocation.fractions[product]


def test_where_branches_meet_what_is_compared_is_rounded() -> None:
    assert fraction_of_product("r = if x*y > 0.3 then (x*y - 0.3)*z else 0") < 12
    assert fraction_of_product("r = if x*y > 0.3 then (x*y - 0.2)*z else 0") == 30


@pytest.mark.parametrize(("text", "bits"), [(TEXTS[0], 12), (TEXTS[3], 12)])
def test_rounded_decisions_take_less(text: str, bits: int) -> None:
    """Beside the same with the decision as an output, which takes no more if it is exact anyway."""
    condition = text.partition(" if ")[2].partition(" then ")[0]
    exact = compiled(f"{text}\nd = {condition}", bits, f"{GOAL}\noutput d")
    assert compiled(text, bits).estimate.luts < 0.8 * exact.estimate.luts


@pytest.mark.parametrize(
    ("text", "is_coarse"),
    [
        ("r = if x*y < z then x*y else z", True),
        ("r = if not (x*y < z) then 2*z else x*y + z", True),
        ("r = if x*y < z and x < y then x*y else z", False),
        ("r = if x*y < z then x*y else z\ns = if x*y < z then x else y", False),
        ("r = if x*y < z then x*y else z\ns = x*y < z", False),
    ],
)
def test_what_else_hangs_on_a_comparison_makes_it_exact(text: str, is_coarse: bool) -> None:
    graph = read(text).graph
    product = next(k for k, n in enumerate(graph.nodes) if n.operation is Operation.MULTIPLY)
    (comparison,) = (
        k
        for k, node in enumerate(graph.nodes)
        if node.operation is Operation.LESS and product in node.operands
    )
    choice = next(k for k, n in enumerate(graph.nodes) if n.operation is Operation.SELECT)
    found = coarse_comparisons(graph, {choice: (comparison, product)})
    assert found == ({comparison} if is_coarse else set())


# --- the witness ----------------------------------------------------------------------------------


def value_of(graph: Graph, node: int, point: dict[str, Fraction]) -> arb:
    value = evaluate_exactly(graph_of_node(graph, node), point)["value"]
    assert value is not None
    return value


def near_tie(
    graph: Graph, nodes: Sequence[int], chance: random.Random
) -> dict[str, Fraction] | None:
    """A point between two random ones at which two nodes are nearly equal, by bisection."""
    ends = [{v: Fraction(chance.uniform(-1, 1)) for v in "xyz"} for _ in range(2)]

    def sign(point: dict[str, Fraction]) -> bool:
        a, b = (value_of(graph, node, point) for node in nodes)
        return bool(a < b)

    if sign(ends[0]) == sign(ends[1]):
        return None
    for _ in range(12):
        middle = {v: (ends[0][v] + ends[1][v]) / 2 for v in "xyz"}
        ends[sign(middle) != sign(ends[0])] = middle
    return ends[0]


@pytest.mark.parametrize("text", [TEXTS[0], TEXTS[3], TEXTS[4]])
def test_the_witness_of_a_flip_holds(text: str) -> None:
    """Next to a tie the branches are no further from each other than told, and the parts of the error add up."""
    design = compiled(text, 10).design
    graph, errors = design.graph, design.witnesses().errors
    (choice,) = (k for k, each in enumerate(errors) if each.rule is ErrorRule.MEETING)
    witness = errors[choice]
    assert witness.flip is not None
    apart, size = witness.flip
    most = max(float(error.magnitude.max()) for error in witness.errors[1:])
    assert float(witness.bound.magnitude.max()) <= most + size + witness.own.magnitude.max() + 2e-16
    condition, *branches = graph.nodes[choice].operands
    while graph.nodes[condition].operation is Operation.NOT:
        (condition,) = graph.nodes[condition].operands
    compared = graph.nodes[condition].operands
    assert 0 < apart < 0.1
    chance, checked = random.Random(3), 0  # noqa: S311 - points, no secrets
    for _ in range(40):
        point = near_tie(graph, compared, chance)
        if point is None:
            continue
        distance, difference = (
            abs(value_of(graph, one, point) - value_of(graph, other, point))
            for one, other in (compared, branches)
        )
        if distance <= apart:
            assert float(difference.mid()) <= size * (1 + 2.0**-30)
            checked += 1
    assert checked > 3
