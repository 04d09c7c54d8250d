"""Definitions of operations in others, and what follows from them: equal values, tight enclosures, known signs."""

from __future__ import annotations

import itertools
import pickle
from fractions import Fraction

import numpy as np
import pytest
from flint import arb, arb_series, ctx

import symhdl
from symhdl.functions.definition import computed, steps
from symhdl.functions.elementary import FUNCTIONS
from symhdl.functions.enclosure import Enclosure
from symhdl.functions.evaluation import BALL, FLOATING, strict_ball
from symhdl.functions.operation import ANY, Operation
from symhdl.functions.univariate import Univariate
from symhdl.ir.graph import Node
from symhdl.numeric.ball import ball_of
from symhdl.numeric.interval import Intervals
from symhdl.rules.facts import POSITIVE, Fact, Facts, of_node
from tests.rows import each_row

DEFINED = [operation for operation in Operation if operation.entry.definition is not None]
DERIVED = [operation for operation in Operation if operation.entry.domain is not None]
POINTS = [Fraction(n, 8) for n in (-40, -12, -8, -3, 0, 2, 4, 8, 13, 40)]


def operand_count(operation: Operation) -> int:
    return 5 if operation.arity == ANY else operation.arity


def points(operation: Operation) -> list[tuple[Fraction, ...]]:
    found = list(itertools.product(POINTS, repeat=min(3, operand_count(operation))))
    return [point + point[: operand_count(operation) - len(point)] for point in found[::3]]


@pytest.mark.parametrize("accurate", [False, True], ids=["exact", "accurate"])
@pytest.mark.parametrize("operation", DEFINED, ids=str)
def test_a_definition_has_the_values_of_its_operation(operation: Operation, accurate: bool) -> None:
    definition = steps(operation, operand_count(operation), accurate)
    for point in points(operation):
        with ctx.workprec(200):
            operands = [ball_of(value) for value in point]
            by_definition = computed(definition, operands, ball_of, strict_ball)
            assert by_definition.overlaps(BALL[operation](*operands)), point


@pytest.mark.parametrize("operation", DERIVED, ids=str)
def test_branches_of_a_definition_meet(operation: Operation) -> None:
    function, near = FUNCTIONS[operation], arb(2) ** -60
    for point in function.singular_points:
        ends = [function.ball(arb(point) + side) for side in (-near, near)]
        if all(end.is_finite() for end in ends):
            assert abs(ends[0] - ends[1]) < arb(2) ** -50


def intervals_inside(function: Univariate) -> Intervals:
    generator = np.random.default_rng(5)
    low, high = max(function.domain.lower, -6.0), min(function.domain.upper, 6.0)
    ends = np.sort(generator.uniform(low, high, (60, 2)), axis=1)
    smooth = [
        (a, b) for a, b in ends if not any(a <= point <= b for point in function.singular_points)
    ]
    return Intervals(*np.array(smooth).T)


KNOWN = [
    (operation, order)
    for operation in FUNCTIONS
    for order in (0, 1)
    if operation.entry.function is not None
    and operation
    not in (Operation.TAN, Operation.CUBE_ROOT)  # with poles, without a series below 0
    and (operation, order) != (Operation.SINC, 1)  # whose series is coarse on wide balls
]


@pytest.mark.parametrize(("operation", "order"), KNOWN, ids=str)
def test_enclosures_are_as_tight_as_what_is_known(operation: Operation, order: int) -> None:
    """The machinery for derived functions, on functions whose turning points and slopes are given by hand."""
    function = FUNCTIONS[operation]
    x = intervals_inside(function)
    known = (function.range, function.slope)[order](x)
    found = Enclosure(function.series, order)(x)
    width = known.upper - known.lower
    slack = 2e-3 * width + 1e-12
    assert (found.lower >= known.lower - slack).all()
    assert (found.upper <= known.upper + slack).all()
    assert (np.maximum(found.lower, known.lower) <= np.minimum(found.upper, known.upper)).all()


def test_a_bound_of_zero_survives() -> None:
    silu = FUNCTIONS[Operation.SILU]
    assert silu.range(Intervals.between(0.0, 4.0)).lower.tolist() == [0.0]
    assert silu.range(Intervals.between(-1.0, 0.0)).upper.tolist() == [0.0]


def test_an_enclosure_without_end_is_undefined() -> None:
    silu = FUNCTIONS[Operation.SILU]
    found = silu.range(Intervals(np.array([np.nan, 0.0]), np.array([1.0, np.inf])))
    assert np.isnan(found.lower).all()


def test_an_enclosure_of_what_has_no_bound_is_infinite() -> None:
    series = FUNCTIONS[Operation.INVERSE].series
    assert Enclosure(series, 0)(Intervals.between(-1.0, 1.0)).hull() == (-np.inf, np.inf)


def test_what_a_series_does_not_tell_is_not_bounded() -> None:
    def value_alone(x: arb_series) -> arb_series:
        return arb_series([x[0]], prec=1)

    assert Enclosure(value_alone, 1)(Intervals.between(0.0, 1.0)).hull() == (-np.inf, np.inf)


@pytest.mark.parametrize("operation", DERIVED, ids=str)
def test_a_derived_function_becomes_hardware_as_a_whole(operation: Operation) -> None:
    name, function = operation.entry.names[0], FUNCTIONS[operation]
    low = 0.125 if function.domain.lower == 0 else -6.0
    high = 0.875 if function.domain.upper == 1 else 6.0
    design = symhdl.compile(
        f"y = {name}(x)", inputs={"x": symhdl.Input(range=(low, high))}, width=9, output_width=8
    )
    x = np.linspace(low, high, 200)
    assert design.check(x).holds
    assert design.error_bound is not None
    own = {Operation.SELECT, Operation.MULTIPLY}
    assert not own & {node.operation for node in design.design.graph.nodes}


@pytest.mark.parametrize("operation", DERIVED, ids=str)
def test_a_derived_function_is_no_number_outside_its_domain(operation: Operation) -> None:
    domain = FUNCTIONS[operation].domain
    outside = [x for x in (-3.0, 0.0, 1.0, 3.0) if not domain.holds(Intervals.between(x, x))[0]]
    with np.errstate(all="ignore"):
        for x in outside:
            assert BALL[operation](arb(x)).is_nan()
            assert not np.isfinite(FLOATING[operation](np.array([x]))).any()


@pytest.mark.parametrize(
    ("operation", "of_operand", "known"),
    [
        (Operation.SILU, Fact.NONNEGATIVE | Fact.TOTAL, Fact.NONNEGATIVE | Fact.TOTAL),
        (Operation.SILU, Fact.NONPOSITIVE, Fact.NONPOSITIVE),
        (Operation.ELU, POSITIVE, POSITIVE),
        (Operation.MISH, Fact.NONZERO | Fact.TOTAL, Fact.NONZERO | Fact.TOTAL),
        (Operation.LOGIT, POSITIVE | Fact.TOTAL, Fact.NONE),
    ],
    ids=str,
)
def test_the_sign_of_a_derived_function_follows(
    operation: Operation, of_operand: Facts, known: Facts
) -> None:
    nodes = [Node(Operation.INPUT, name="x")]
    assert of_node(Node(operation, (0,)), [of_operand], nodes) == known


@each_row("operation", Operation, ids=str)
def test_an_operation_is_itself_in_another_process(operation: Operation) -> None:
    assert pickle.loads(pickle.dumps(operation)) is operation  # noqa: S301 - our own bytes
