"""Tells what leaves a domain: with an input for which it does, or that it could not be excluded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from symhdl.analysis.functions import function_of
from symhdl.analysis.ranges import DIVISOR, Ranges, Trouble
from symhdl.design import InputPlan
from symhdl.errors import Diagnostic, Severity, Span
from symhdl.evaluate import evaluate, evaluate_exactly
from symhdl.functions.operation import Operation
from symhdl.functions.univariate import Domain
from symhdl.ir.graph import Graph, graph_of_node
from symhdl.numeric.fixed import power_of_two
from symhdl.numeric.interval import Floats, Intervals

SAMPLES = 4096
SEED = 1
SUSPECTS = 32  # samples that are looked at with many digits
TINY = 1e-300

NEEDS: dict[Operation, tuple[str, str]] = {
    Operation.INVERSE: ("division by zero", "the divisor must not be 0"),
    Operation.MODULO: ("remainder of a division by zero", "the divisor must not be 0"),
    Operation.SQUARE_ROOT: ("square root of a negative number", "the argument must be >= 0"),
    Operation.POWER: ("power outside its domain", "the base must be >= 0, and > 0 if the exponent is negative"),
    Operation.LOG: ("logarithm of a number that is not positive", "the argument must be > 0"),
    Operation.LOG2: ("logarithm of a number that is not positive", "the argument must be > 0"),
    Operation.LOG10: ("logarithm of a number that is not positive", "the argument must be > 0"),
    Operation.LOG1P: ("log1p of a number that is not above -1", "the argument must be > -1"),
    Operation.ASIN: ("asin outside [-1, 1]", "the argument must be in [-1, 1]"),
    Operation.ACOS: ("acos outside [-1, 1]", "the argument must be in [-1, 1]"),
    Operation.ACOSH: ("acosh of a number below 1", "the argument must be >= 1"),
    Operation.ATANH: ("atanh outside (-1, 1)", "the argument must be between -1 and 1"),
    Operation.TAN: ("tangent at a pole", "the argument must keep away from odd multiples of pi/2"),
}  # fmt: skip


def explain(graph: Graph, inputs: Sequence[InputPlan], ranges: Ranges) -> tuple[Diagnostic, ...]:
    """A diagnostic for each trouble of the ranges.

    An error, or a warning where the hardware can hold the argument at the end of the domain without harm.
    """
    if not ranges.troubles:
        return ()
    samples = _Samples.of(inputs)
    ignoring = bool(ranges.defined)
    return tuple(
        _explain(graph, inputs, trouble, samples, ignoring=ignoring) for trouble in ranges.troubles
    )


@dataclass(frozen=True, slots=True)
class _Samples:
    """Corners, zeros and random points of the inputs' grids: as integers, and as doubles."""

    integers: dict[str, list[int]]
    fractions: dict[str, int]
    columns: dict[str, Floats]

    @staticmethod
    def of(inputs: Sequence[InputPlan]) -> _Samples:
        """Those of a fixed seed."""
        generator = np.random.default_rng(SEED)
        integers = {plan.name: _integers(plan, generator) for plan in inputs}
        fractions = {plan.name: plan.format.fraction for plan in inputs}
        columns = {
            name: np.array(as_floats(column, fractions[name])) for name, column in integers.items()
        }
        return _Samples(integers, fractions, columns)

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


def _explain(
    graph: Graph,
    inputs: Sequence[InputPlan],
    trouble: Trouble,
    samples: _Samples,
    *,
    ignoring: bool,
) -> Diagnostic:
    node = graph.nodes[trouble.node]
    function = function_of(graph, node)
    domain = (
        DIVISOR if node.operation is Operation.MODULO else function.domain if function else None
    )
    span = graph.spans[trouble.node] or graph.spans[trouble.operand]
    what, needs = NEEDS.get(
        node.operation, ("a value without bound", "every value must be bounded")
    )
    notes: tuple[str, ...]
    seen = f"it lies in [{_shown(trouble.lower)}, {_shown(trouble.upper)}]"
    witness = None if domain is None else _witness(graph, trouble, domain, samples)
    narrow = "narrow the range of an input"
    if inputs:
        names = ", ".join(f"`{plan.name}`" for plan in inputs[:4])
        narrow = f"narrow the range of {names} (--range NAME=LO:HI)"
    remedy = f"{narrow}, or guard the expression: if ... then ... else ..."
    if ignoring:
        # Inexact values come as near to the pole as they like.
        remedy = f"{narrow}, or keep away from it: if abs(...) > 0.001 then ... else ..."
    elif domain is not None:
        remedy = f"{narrow}, guard the expression (if ... then ... else ...), "
        remedy += "or promise nothing there (--undefined ignore)"
    if trouble.ignored:
        return _ignored(what, needs, span, witness)
    if witness is not None:
        where, value = witness
        notes = (f"{needs}, and {seen}", f"for example, at {where} it is {value:.6g}")
        return Diagnostic("domain", what, span, notes, remedy)
    if trouble.clipped:
        notes = (
            f"{needs}, and only this is proved: {seen}",
            "no input was found for which it leaves the domain",
        )
        return Diagnostic(
            "domain-unproved",
            f"cannot exclude: {what}",
            span,
            notes,
            "the hardware holds the argument at the end of the domain; "
            "the error bound holds wherever the expression is defined",
            Severity.WARNING,
        )
    notes = (f"{needs}, and only this is proved: {seen}",)
    return Diagnostic("domain", f"cannot exclude: {what}", span, notes, remedy)


def _shown(bound: float) -> str:
    """A bound for people: what outward rounding made of 0 is 0."""
    return f"{0.0 if abs(bound) < TINY else bound:.6g}"


def _ignored(
    what: str, needs: str, span: Span | None, witness: tuple[str, float] | None
) -> Diagnostic:
    """The warning that nothing is promised for some inputs."""
    notes = [needs]
    if witness is not None:
        notes.append(f"for example, at {witness[0]}")
    return Diagnostic(
        "undefined-ignored",
        f"{what} for some inputs",
        span,
        tuple(notes),
        "the output there is arbitrary; the error bound holds wherever the expression is defined",
        Severity.WARNING,
    )


def _witness(
    graph: Graph,
    trouble: Trouble,
    domain: Domain,
    samples: _Samples,
) -> tuple[str, float] | None:
    """An input at which the argument leaves the domain for sure, as text, and the argument there."""
    probe = graph_of_node(graph, trouble.operand)
    values = np.broadcast_to(evaluate(probe, samples.columns)["value"], (SAMPLES,)).astype(float)
    suspects = np.isfinite(values) & ~domain.holds(Intervals(values, values))
    if any(node.operation is Operation.SELECT for node in graph.nodes):
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
        used = [node.name for node in probe.nodes if node.operation is Operation.INPUT]
        where = ", ".join(f"{name} = {float(point[name]):.6g}" for name in used[:6])
        return where or "every input", float(argument.mid())
    return None


def _distances(values: Floats, domain: Domain) -> Floats:
    """How far numbers lie outside the domain."""
    if domain.pole_at_zero:
        return np.zeros_like(values)
    return np.maximum(domain.lower - values, values - domain.upper)
