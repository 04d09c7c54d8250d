"""Tells what leaves a domain: with an input for which it does, or that it could not be excluded."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from symhdl.analysis.functions import function_of
from symhdl.analysis.ranges import DIVISOR, DomainViolation, Ranges
from symhdl.analysis.spaces import Mask
from symhdl.errors import Diagnostic, Severity, Span
from symhdl.evaluate import evaluate, evaluate_exactly
from symhdl.functions.elementary import FUNCTIONS
from symhdl.functions.operation import Operation
from symhdl.functions.univariate import REALS, Domain
from symhdl.ir.graph import Graph, OutputDeclaration, graph_of_node, reachable
from symhdl.numeric.fixed import power_of_two
from symhdl.numeric.interval import Floats, Intervals
from symhdl.request import InputPlan

SAMPLES = 4096
SEED = 1
SUSPECTS = 32  # samples that are looked at with many digits
TINY = 1e-300


def _needs(operation: Operation, domain: Domain) -> tuple[str, str]:
    """What is outside of a domain, and what the argument must be."""
    name, low, high = operation.entry.names[0], domain.lower, domain.upper
    if math.isfinite(low) and math.isfinite(high):
        if domain.closed:
            ends = f"[{low:g}, {high:g}]"
            return f"{name} outside {ends}", f"the argument must be in {ends}"
        needs = f"the argument must be between {low:g} and {high:g}"
        return f"{name} outside ({low:g}, {high:g})", needs
    end, beyond, within, sign = (
        (low, "below", "above", ">") if math.isfinite(low) else (high, "above", "below", "<")
    )
    if domain.closed:
        return f"{name} of a number {beyond} {end:g}", f"the argument must be {sign}= {end:g}"
    needs = f"the argument must be {sign} {end:g}"
    return f"{name} of a number that is not {within} {end:g}", needs


NOT_POSITIVE = ("logarithm of a number that is not positive", "the argument must be > 0")
NEEDS: dict[Operation, tuple[str, str]] = {
    **{
        operation: _needs(operation, function.domain)
        for operation, function in FUNCTIONS.items()
        if function.domain is not REALS
    },
    Operation.INVERSE: ("division by zero", "the divisor must not be 0"),
    Operation.DIVIDE: ("division by zero", "the divisor must not be 0"),
    Operation.MODULO: ("remainder of a division by zero", "the divisor must not be 0"),
    Operation.SQUARE_ROOT: ("square root of a negative number", "the argument must be >= 0"),
    Operation.POWER: (
        "power outside its domain",
        "the base must not be negative unless the exponent is whole, nor 0 if that is negative",
    ),
    Operation.ATAN2: (
        "angle of the origin",
        "the arguments must not both be 0; `max(abs(x), abs(y)) > 0.001` makes sure of that",
    ),
    Operation.LOG: NOT_POSITIVE,
    Operation.LOG2: NOT_POSITIVE,
    Operation.LOG10: NOT_POSITIVE,
    Operation.TAN: ("tangent at a pole", "the argument must keep away from odd multiples of pi/2"),
}  # fmt: skip
"""What is told of a value outside the domain, in better words than the domain's where there are some."""

INVERSES = frozenset({Operation.INVERSE, Operation.DIVIDE})
JUMPING = INVERSES | {Operation.FLOOR, Operation.MODULO, Operation.TAN, Operation.ATAN2}


def explain(
    graph: Graph, inputs: Sequence[InputPlan], ranges: Ranges, written: Graph,
    assumptions: Graph | None = None,
) -> tuple[Diagnostic, ...]:  # fmt: skip
    """A diagnostic for each violation of the ranges, in the words of the graph as it was `written`.

    An error, or a warning where the hardware can hold the argument at the end of the domain without harm. Examples are
    inputs at which the `assumptions` hold.
    """
    if not ranges.violations:
        return ()
    samples = _Samples.of(inputs, assumptions)
    told: dict[tuple[str, str, Span | None], Diagnostic] = {}
    for violation in ranges.violations:
        place = _Place.of(graph, violation, samples, written)
        found = _explain(violation, place, _remedies(graph, violation, ranges))
        told.setdefault((found.id, found.message, found.span), found)
    return tuple(told.values())


@dataclass(frozen=True, slots=True)
class _Samples:
    """Corners, zeros and random points of the inputs' grids: as integers, and as doubles.

    Those that are `wanted` meet what is assumed, as doubles tell.
    """

    integers: dict[str, list[int]]
    fractions: dict[str, int]
    columns: dict[str, Floats]
    wanted: Mask
    assumptions: Graph | None

    @staticmethod
    def of(inputs: Sequence[InputPlan], assumptions: Graph | None) -> _Samples:
        """Those of a fixed seed."""
        generator = np.random.default_rng(SEED)
        integers = {plan.name: _integers(plan, generator) for plan in inputs}
        fractions = {plan.name: plan.format.fraction for plan in inputs}
        columns = {
            name: np.array(as_floats(column, fractions[name])) for name, column in integers.items()
        }
        wanted = np.ones(SAMPLES, dtype=bool)
        if assumptions is not None:
            for truths in evaluate(assumptions, columns).values():
                wanted = wanted & (truths == 1)
        return _Samples(integers, fractions, columns, wanted, assumptions)

    def meets_assumptions(self, point: Mapping[str, Fraction]) -> bool:
        """Whether they surely hold at a point."""
        if self.assumptions is None:
            return True
        truths = evaluate_exactly(self.assumptions, point).values()
        return all(truth is not None and truth == 1 for truth in truths)

    def point(self, sample: int) -> dict[str, Fraction]:
        """One of them, exactly."""
        return {
            name: column[sample] * power_of_two(-self.fractions[name])
            for name, column in self.integers.items()
        }


def _integers(plan: InputPlan, generator: np.random.Generator) -> list[int]:
    span = plan.maximum - plan.minimum
    special = [plan.minimum, plan.maximum, min(max(0, plan.minimum), plan.maximum)]
    picks = generator.random(SAMPLES).tolist()
    kinds = generator.integers(0, 24, SAMPLES).tolist()
    return [
        special[kind]
        if kind < len(special)
        else min(plan.minimum + int(pick * (span + 1)), plan.maximum)
        for pick, kind in zip(picks, kinds, strict=True)
    ]


def as_floats(integers: Sequence[int], fraction: int) -> list[float]:
    """The floats nearest to integer * 2**-fraction."""
    if fraction < 0:
        return [float(integer << -fraction) for integer in integers]
    unit = 1 << fraction
    return [integer / unit for integer in integers]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a domain is left: the operation that the user wrote there, and an input at which it is, if one was found.

    `where` is that input as text. `argument` is the value that leaves the domain, if the user wrote the operation that
    has it. Without such an input `sides` tells of two on different sides of a pole.
    """

    operation: Operation
    span: Span | None
    is_unbounded: bool
    is_as_written: bool
    where: str | None = None
    argument: float | None = None
    sides: str | None = None

    @property
    def example(self) -> str:
        """The input at which the domain is left, and the value that leaves it."""
        if not self.where:
            return "this is so whatever the inputs are"
        value = "" if self.argument is None else f" it is {self.argument:.6g}"
        return f"for example, at {self.where}{value}"

    @staticmethod
    def of(graph: Graph, violation: DomainViolation, samples: _Samples, written: Graph) -> _Place:
        """From an example, if there is one: what has no value there although its operands have."""
        node = graph.nodes[violation.node]
        span = graph.spans[violation.node] or graph.spans[violation.operand]
        function = function_of(graph, node)
        domain = function.domain if function is not None else None
        domain = DIVISOR if node.operation is Operation.MODULO else domain
        witness = None if domain is None else _witness(graph, violation, domain, samples)
        operation = _operation_at(written, span) or node.operation
        where = None
        if witness is not None:
            where = _where(graph, violation.operand, witness)
            culprit = _culprit(written, witness)
            if culprit is not None:
                operation = written.nodes[culprit].operation
                span = written.spans[culprit] or span
        same = operation is node.operation or {operation, node.operation} <= INVERSES
        argument = None
        if witness is not None and same:
            argument = _value_of_node(graph, violation.operand, witness)
        sides = None if witness is not None or not same else _sides(graph, violation, samples)
        return _Place(operation, span, domain is None, same, where, argument, sides)


def _operation_at(written: Graph, span: Span | None) -> Operation | None:
    """The operation that was written in a place, if it may have no value."""
    for node, place in zip(written.nodes, written.spans, strict=True):
        if span is not None and place == span and node.operation in NEEDS:
            return node.operation
    return None


def _where(graph: Graph, operand: int, point: Mapping[str, Fraction]) -> str:
    """An input as text: the numbers on which a node depends, or all where it stands in a branch."""
    probe = graph if _has_branches(graph) else graph_of_node(graph, operand)
    used = [node.name for node in probe.nodes if node.operation is Operation.INPUT]
    return ", ".join(f"{name} = {float(point[name]):.6g}" for name in used[:6])


def _value_of_node(graph: Graph, index: int, point: Mapping[str, Fraction]) -> float | None:
    value = evaluate_exactly(graph_of_node(graph, index), point)["value"]
    return None if value is None else float(value.mid())


def _culprit(written: Graph, point: Mapping[str, Fraction]) -> int | None:
    """The node that has no value at a point although all that it takes has one; None if every output has a value."""
    everything = tuple(OutputDeclaration(str(k), k) for k in range(len(written.nodes)))
    values = evaluate_exactly(replace(written, outputs=everything), point)
    missing = [output.node for output in written.outputs if values[str(output.node)] is None]
    if not missing:
        return None
    found = missing[0]
    while True:
        operands = written.nodes[found].operands
        if written.nodes[found].operation is Operation.SELECT:
            condition = values[str(operands[0])]
            taken = 0 if condition is None else 1 if condition != 0 else 2
            operands = (operands[taken],)
        without = [operand for operand in operands if values[str(operand)] is None]
        if not without:
            return found
        found = without[0]


def _explain(violation: DomainViolation, place: _Place, remedies: _Remedies) -> Diagnostic:
    unbounded = ("a value without bound", "every value must be bounded")
    what, needs = unbounded if place.is_unbounded else NEEDS.get(place.operation, unbounded)
    if violation.ignored:
        return _ignored(what, needs, place)
    remedy = remedies.unbounded if place.is_unbounded else remedies.domain
    range = f"it lies in [{_shown(violation.lower)}, {_shown(violation.upper)}]"
    if place.where is not None:
        known = f"{needs}, and {range}" if place.is_as_written else needs
        notes = (known, place.example)
        return Diagnostic("domain", what, place.span, notes, remedy)
    proved = f"{needs}, and only this is proved: {range}" if place.is_as_written else needs
    if violation.clipped:
        return Diagnostic(
            "domain-unproved",
            f"cannot exclude: {what}",
            place.span,
            (proved, "no input was found for which it leaves the domain"),
            "the hardware holds the argument at the end of the domain; "
            "the error bound holds wherever the expression is defined",
            Severity.WARNING,
        )
    told = (proved,) if place.sides is None else (proved, place.sides)
    return Diagnostic("domain", f"cannot exclude: {what}", place.span, told, remedy)


@dataclass(frozen=True, slots=True)
class _Remedies:
    """What to do about a value without bound, and about a domain that is left."""

    unbounded: str
    domain: str


def _remedies(graph: Graph, violation: DomainViolation, ranges: Ranges) -> _Remedies:
    """What to do; of the inputs only those are named on which the value depends."""
    narrow = "narrow the range of an input"
    found = [graph.nodes[index] for index in reachable(graph.nodes, [violation.node])]
    inputs = [node.name for node in found if node.operation is Operation.INPUT]
    if inputs:
        names = ", ".join(f"`{name}`" for name in inputs[:4])
        narrow = f"narrow the range of {names} (--range NAME=LO:HI)"
    if ranges.is_undefined(graph):
        change = "change the expression or the ranges: an output has a value at no input at all"
        return _Remedies(change, change)
    if ranges.defined:
        # Inexact values come as near to the pole as they like.
        keep_away = f"{narrow}, or keep away from it: if abs(...) > 0.001 then ... else ..."
        return _Remedies(keep_away, keep_away)
    guard = "if ... then ... else ..."
    return _Remedies(
        f"{narrow}, or guard the expression: {guard}",
        f"{narrow}, guard the expression ({guard}), rule such inputs out (assume CONDITION), "
        "or promise nothing there (--undefined ignore)",
    )


def _shown(bound: float) -> str:
    """A bound for people: what outward rounding made of 0 is 0."""
    return f"{0.0 if abs(bound) < TINY else bound:.6g}"


def _ignored(what: str, needs: str, place: _Place) -> Diagnostic:
    """The warning that nothing is promised for some inputs."""
    notes = (needs,) if not place.where else (needs, f"for example, at {place.where}")
    return Diagnostic(
        "undefined-ignored",
        f"{what} for some inputs",
        place.span,
        notes,
        "the output there is arbitrary; the error bound holds wherever the expression is defined",
        Severity.WARNING,
    )


def _witness(
    graph: Graph,
    violation: DomainViolation,
    domain: Domain,
    samples: _Samples,
) -> dict[str, Fraction] | None:
    """An input at which the argument leaves the domain for sure, and some output has no value."""
    probe = graph_of_node(graph, violation.operand)
    values = np.broadcast_to(evaluate(probe, samples.columns)["value"], (SAMPLES,)).astype(float)
    suspects = samples.wanted & np.isfinite(values) & ~domain.holds(Intervals(values, values))
    if _has_branches(graph):
        # The node may stand in a branch that is not taken there.
        results = evaluate(graph, samples.columns).values()
        suspects &= ~np.all([np.isfinite(np.broadcast_to(r, (SAMPLES,))) for r in results], axis=0)
    found = np.flatnonzero(suspects)
    # Doubles may be wrong next to the end of a domain: those furthest outside are asked first, with many digits.
    furthest = found[np.argsort(-_distances(values[found], domain), kind="stable")]
    for sample in furthest[:SUSPECTS]:
        point = samples.point(int(sample))
        argument = evaluate_exactly(probe, point)["value"]
        if argument is None or not domain.surely_leaves_out(argument):
            continue
        if all(value is not None for value in evaluate_exactly(graph, point).values()):
            continue
        if not samples.meets_assumptions(point):
            continue
        return point
    return None


def _sides(graph: Graph, violation: DomainViolation, samples: _Samples) -> str | None:
    """Two inputs between which a divisor changes its sign, or the argument of a tangent passes a pole.

    As near to the pole as inputs come to it the value has no bound that could be relied on.
    """
    node = graph.nodes[violation.node]
    function = function_of(graph, node)
    if function is None or _has_branches(graph):
        return None
    probe = graph_of_node(graph, violation.operand)
    values = np.broadcast_to(evaluate(probe, samples.columns)["value"], (SAMPLES,)).astype(float)
    usable = np.where(samples.wanted & np.isfinite(values), values, math.nan)
    if node.operation is Operation.TAN:
        side = np.floor(usable / math.pi + 0.5)
    elif function.domain.pole_at_zero:
        side = np.sign(np.where(usable == 0, math.nan, usable))
    else:
        return None
    if not np.isfinite(side).any() or np.nanmin(side) == np.nanmax(side):
        return None
    told = []
    for place in (int(np.nanargmin(usable)), int(np.nanargmax(usable))):
        point = samples.point(place)
        value = _value_of_node(graph, violation.operand, point)
        if value is None or not samples.meets_assumptions(point):
            return None
        told.append(f"{value:.6g} at {_where(graph, violation.operand, point)}")
    may_jump = any(node.operation in JUMPING for node in probe.nodes)
    jump = " unless it jumps" if may_jump else ""
    return f"it is {told[0]}, and {told[1]}: there is a pole between{jump}"


def _has_branches(graph: Graph) -> bool:
    return any(node.operation is Operation.SELECT for node in graph.nodes)


def _distances(values: Floats, domain: Domain) -> Floats:
    """How far numbers lie outside the domain."""
    if domain.pole_at_zero:
        return np.zeros_like(values)
    return np.maximum(domain.lower - values, values - domain.upper)
