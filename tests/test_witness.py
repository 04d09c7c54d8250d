"""Every bound can be had again from its witness, by other arithmetic than the one that proved it."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from symhdl.analysis.errors import NO_ERROR
from symhdl.analysis.functions import function_of
from symhdl.analysis.ranges import RangeRule
from symhdl.analysis.witness import ErrorRule, ErrorWitness, RangeWitness
from symhdl.design import Design
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Node
from symhdl.numeric.ball import ball_of, ends, precision
from symhdl.numeric.interval import Intervals
from tests.errors_of_design import Ranges, compiled, request_of
from tests.test_compile_levels import DESIGNS
from tests.witnesses.composites import meaning

DIGITS_60 = 200  # bits
PIECES = 12  # of each space that are looked at
MOST = 12  # points of a box
POINTS = (Fraction(0), Fraction(1, 3), Fraction(1, 2), Fraction(1))

EXACT: dict[Operation, Callable[..., Fraction]] = {
    Operation.ADD: lambda *x: sum(x, Fraction(0)),
    Operation.SUBTRACT: lambda a, b: a - b,
    Operation.MULTIPLY: lambda a, b: a * b,
    Operation.NEGATE: lambda a: -a,
    Operation.SQUARE: lambda a: a * a,
    Operation.ABSOLUTE: abs,
    Operation.MINIMUM: min,
    Operation.MAXIMUM: max,
    Operation.FLOOR: lambda a: Fraction(math.floor(a)),
}
"""Operations over rational numbers; of the others only functions of one variable are followed."""


def at(x: Intervals, piece: int) -> tuple[float, float]:
    """The ends on a piece; what is the same everywhere has one."""
    place = piece if len(x.lower) > 1 else 0
    return float(x.lower[place]), float(x.upper[place])


def within(x: tuple[float, float]) -> Iterator[Fraction]:
    low, high = map(Fraction, x)
    yield from {low + share * (high - low) for share in POINTS}


def pieces_of(*bounds: Intervals) -> Sequence[int]:
    count = max(len(bound.lower) for bound in bounds)
    return sorted({*np.linspace(0, count - 1, PIECES, dtype=int).tolist()})


def chosen(*box: tuple[float, float]) -> list[tuple[Fraction, ...]]:
    """Points of a box, not too many of them."""
    points = list(itertools.product(*map(within, box)))
    return random.Random(1).sample(points, min(len(points), MOST))  # noqa: S311 - no secret


def bottom(ball: arb) -> Fraction:
    return ends(ball)[0]


def top(ball: arb) -> Fraction:
    return ends(ball)[1]


def is_known(*intervals: tuple[float, float]) -> bool:
    return all(math.isfinite(end) for pair in intervals for end in pair)


def value_of(design: Design, node: Node, operands: Sequence[Fraction], exponent: int) -> arb | None:
    """The result, as a ball; None where it is not followed or has no value."""
    with precision(DIGITS_60):
        return ball_at(design, node, operands, exponent)


def ball_at(design: Design, node: Node, operands: Sequence[Fraction], exponent: int) -> arb | None:
    if exponent:
        return ball_of(operands[0] ** exponent)
    if node.operation in EXACT:
        return ball_of(EXACT[node.operation](*operands))
    function = function_of(design.graph, node)
    if function is None:
        return None
    domain = function.domain
    if not (domain.lower <= operands[0] <= domain.upper):
        return None
    value = function.ball(ball_of(operands[0]))
    return value if value.is_finite() else None


def check_range(design: Design, node: Node, witness: RangeWitness) -> int:
    """How many points of the operands' bounds were found to lie within the bound."""
    if witness.rule not in (RangeRule.OPERATION, RangeRule.POWER, RangeRule.FROM_ROOT):
        return 0
    checked = 0
    for piece in pieces_of(witness.bound, *witness.bounds):
        box, bound = [at(x, piece) for x in witness.bounds], at(witness.bound, piece)
        if not is_known(bound, *box):
            continue
        for point in chosen(*box):
            if witness.root is not None:
                point = (sum(point, witness.root),)
            value = value_of(design, node, point, witness.exponent)
            if value is not None:
                assert Fraction(bound[0]) <= top(value) and bottom(value) <= Fraction(bound[1])
                checked += 1
    return checked


def check_error(design: Design, node: Node, witness: ErrorWitness) -> int:
    """The same for errors: what the operands' make of the result, and its own, lie within the bound."""
    if witness.rule not in (ErrorRule.OPERATION, ErrorRule.MEAN_VALUE):
        return 0
    checked = 0

    def function(x: Sequence[Fraction]) -> arb | None:
        if not witness.function:
            return value_of(design, node, x, 0)
        with precision(DIGITS_60):
            value: arb = meaning(witness.function)(ball_of(x[0]))
        return value if value.is_finite() else None

    for piece in pieces_of(witness.bound, *witness.ranges, *witness.errors):
        ranges = [at(x, piece) for x in witness.ranges]
        errors = [at(x, piece) for x in witness.errors]
        own, bound = at(witness.own, piece), at(witness.bound, piece)
        if not is_known(bound, own, *ranges, *errors):
            continue
        for point in chosen(*ranges):
            for moved in chosen(*errors):
                there = [a + e for a, e in zip(point, moved, strict=True)]
                before, after = (function(x) for x in (point, there))
                if before is None or after is None:
                    continue
                for end in own:
                    error = after - before + ball_of(Fraction(end))
                    assert Fraction(bound[0]) <= top(error) and bottom(error) <= Fraction(bound[1])
                    checked += 1
    return checked


def times(x: tuple[Fraction, Fraction], y: tuple[Fraction, Fraction]) -> list[Fraction]:
    """The least and the greatest product."""
    products = [a * b for a in x for b in y]
    return [min(products), max(products)]


def exactly(x: Intervals, piece: int) -> tuple[Fraction, Fraction]:
    low, high = at(x, piece)
    return Fraction(low), Fraction(high)


def check_ways(design: Design, index: int, witnesses: Sequence[ErrorWitness]) -> int:
    """On how many pieces the bound follows from gains and errors, and these from derivatives and other witnesses."""
    ranges, nodes, witness = design.ranges, design.graph.nodes, witnesses[index]
    assert ranges is not None and witness.rule is ErrorRule.WAYS
    assert [way.node for way in witness.ways] == sorted(
        {way.node for way in witness.ways}, reverse=True
    )
    checked = 0
    for piece in pieces_of(witness.bound, *(way.error for way in witness.ways)):
        gains: dict[int, list[Fraction]] = {index: [Fraction(1), Fraction(1)]}
        total = [Fraction(0), Fraction(0)]
        if not is_known(*(at(way.error, piece) for way in witness.ways)):
            continue
        for way in witness.ways:
            gain, needed = exactly(way.gain, piece), gains[way.node]
            assert gain[0] <= needed[0] and needed[1] <= gain[1]
            for end, product in enumerate(times(gain, exactly(way.error, piece))):
                total[end] += product
            operands = nodes[way.node].operands if way.derivatives else ()
            for operand, derivative in zip(operands, way.derivatives, strict=True):
                share = times(gain, exactly(derivative, piece))
                before = gains.setdefault(operand, [Fraction(0), Fraction(0)])
                gains[operand] = [a + b for a, b in zip(before, share, strict=True)]
            told = witnesses[way.node]
            whole = told.own if way.derivatives else told.bound
            if way.node != index and ranges.space[way.node] == ranges.space[index]:
                low, high = at(whole, piece)
                least, most = at(way.error, piece)
                assert least <= low and high <= most
        left = {way.node for way in witness.ways}
        assert all(k in left or not witnesses[k].bound.magnitude.any() for k in gains)
        own, bound = exactly(witness.own, piece), exactly(witness.bound, piece)
        from_operands = bound[0] > total[0] + own[0], bound[1] < total[1] + own[1]
        if not any(from_operands):
            checked += 1
    return checked


def check_derivatives(design: Design, index: int, witnesses: Sequence[ErrorWitness]) -> int:
    """For how many points the error of a node on the ways is made of its operands' by the derivatives."""
    ranges, checked = design.ranges, 0
    assert ranges is not None
    for way in witnesses[index].ways:
        told, node = witnesses[way.node], design.graph.nodes[way.node]
        if not way.derivatives or ranges.space[way.node] != ranges.space[index]:
            continue
        for piece in pieces_of(way.error, *told.ranges, *told.errors):
            boxes = [at(x, piece) for x in told.ranges], [at(x, piece) for x in told.errors]
            for point in chosen(*boxes[0]):
                for moved in chosen(*boxes[1]):
                    there = [a + e for a, e in zip(point, moved, strict=True)]
                    before, after = (value_of(design, node, x, 0) for x in (point, there))
                    if before is None or after is None:
                        continue
                    low = high = Fraction(0)
                    for derivative, e in zip(way.derivatives, moved, strict=True):
                        ends_of = times(exactly(derivative, piece), (e, e))
                        low, high = low + ends_of[0], high + ends_of[1]
                    difference = after - before
                    assert low <= top(difference) and bottom(difference) <= high
                    checked += 1
    return checked


SHARED = "u = exp(x)*y\nz = u - 0.9*u*y"
"""The error of u comes by two ways, of opposite signs."""


def shared() -> tuple[Design, int, tuple[ErrorWitness, ...]]:
    """The design, the node where the ways meet, and the witnesses."""
    ranges: Ranges = {"x": (0, 1), "y": (Fraction(1, 2), 1)}
    design = compiled(SHARED, request_of(ranges, width=9, output_width=10))[1].design
    errors = design.witnesses().errors
    (index,) = (k for k, each in enumerate(errors) if each.rule is ErrorRule.WAYS)
    return design, index, errors


def test_errors_that_come_by_several_ways_can_be_proved_again() -> None:
    design, index, errors = shared()
    assert check_ways(design, index, errors) > 0
    assert check_derivatives(design, index, errors) > 0


def test_a_way_that_is_told_wrongly_is_found() -> None:
    design, index, errors = shared()
    witness = errors[index]
    place = next(k for k, way in enumerate(witness.ways) if k and way.derivatives)
    half = Intervals.between(0.5, 0.5)
    way = witness.ways[place]
    for wrong in (
        replace(way, error=way.error * half),
        replace(way, gain=way.gain * half),
        replace(way, derivatives=tuple(each * half for each in way.derivatives)),
    ):
        ways = (*witness.ways[:place], wrong, *witness.ways[place + 1 :])
        changed = (*errors[:index], replace(witness, ways=ways), *errors[index + 1 :])
        with pytest.raises(AssertionError):
            check_ways(design, index, changed)
            check_derivatives(design, index, changed)


def design_of(name: str) -> Design:
    text, ranges = DESIGNS[name]
    _, found = compiled(text, request_of(ranges, width=9, output_width=10))
    return found.design


@pytest.mark.parametrize("name", sorted(DESIGNS))
def test_bounds_stand_on_their_witnesses(name: str) -> None:
    design = design_of(name)
    found = design.witnesses()
    ranges, errors = found.ranges, found.errors
    assert len(ranges) == len(errors) == len(design.graph.nodes)
    followed = 0
    for node, of_range, of_error in zip(design.graph.nodes, ranges, errors, strict=True):
        followed += check_range(design, node, of_range) + check_error(design, node, of_error)
        assert all(operand < len(ranges) for operand in (*of_range.operands, *of_error.operands))
    assert followed or name in ("constant", "wire", "argument")


def test_a_bound_that_is_too_narrow_is_found() -> None:
    """The checks above can fail."""
    design = design_of("polynomial")
    found = design.witnesses()
    ranges, errors = found.ranges, found.errors
    index = max(k for k, node in enumerate(design.graph.nodes) if node.operation in EXACT)
    node = design.graph.nodes[index]
    half = Intervals(ranges[index].bound.lower / 2, ranges[index].bound.upper / 2)
    with pytest.raises(AssertionError):
        check_range(design, node, replace(ranges[index], bound=half))
    with pytest.raises(AssertionError):
        check_error(design, node, replace(errors[index], bound=NO_ERROR))


@pytest.mark.parametrize("function", ["acosh(1 + x)", "acos(1 - x)", "log(1 + x)"])
def test_next_to_a_root_ranges_are_finer_than_the_doubles_of_the_argument(function: str) -> None:
    """The sum is 1 to within a double's last bit, 2**-52, and x below 2**-60."""
    _, found = compiled(
        function, request_of({"x": (0, Fraction(1, 1 << 60))}, width=9, output_width=10)
    )
    witnesses = found.design.witnesses()
    (index,) = (k for k, each in enumerate(witnesses.ranges) if each.rule is RangeRule.FROM_ROOT)
    witness = witnesses.ranges[index]
    assert witness.root == 1
    assert check_range(found.design, found.design.graph.nodes[index], witness) > 0
    assert witness.bound.hull()[1] < 2.0**-29
    too_narrow = replace(witness, bound=Intervals(witness.bound.lower, witness.bound.upper / 2))
    with pytest.raises(AssertionError):
        check_range(found.design, found.design.graph.nodes[index], too_narrow)


def test_a_mean_value_names_its_derivative() -> None:
    design = design_of("gaussian")
    errors = design.witnesses().errors
    (found,) = (witness for witness in errors if witness.rule is ErrorRule.MEAN_VALUE)
    assert found.derivative is not None and bool(found.derivative.finite.all())


def test_rules_of_ranges_are_told() -> None:
    design = design_of("gaussian")
    ranges = design.witnesses().ranges
    rules = {
        node.operation: found.rule for node, found in zip(design.graph.nodes, ranges, strict=True)
    }
    assert rules[Operation.INPUT] is RangeRule.INPUT and rules[Operation.EXP] is RangeRule.OPERATION
