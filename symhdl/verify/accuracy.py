"""Measures the error of a design: its bit-exact model against the real mathematics with many digits."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from flint import arb, ctx

from symhdl.emulation import simulate_rows
from symhdl.evaluate import Number, evaluate_points
from symhdl.ir.datapath import Datapath, Port
from symhdl.ir.graph import Graph, graph_of_assumptions
from symhdl.numeric.ball import ball_of
from symhdl.numeric.fixed import power_of_two

DIGITS = 40  # of real values, or those of the widest output and some more
DIGITS_BELOW_ULP = 20
WORKING_BITS = 256  # beside those of the output


@dataclass(frozen=True, slots=True)
class Measured:
    """The worst error of one output, and the bound that was proved for it, if there is one.

    `violations` are points at which the error surely exceeds the bound, `undecided` those at which the real
    value could not be found, and `unpromised` those at which an assumption fails; they count for nothing else.
    """

    output: str
    points: int
    worst: float
    violations: int
    undecided: int
    bound: float | None
    unpromised: int = 0

    def __str__(self) -> str:
        if self.bound is None:
            return f"error {self.worst:.3g}, no bound"
        share = "" if not self.violations else f", exceeded at {self.violations} points"
        return f"error {self.worst:.3g}, bound {self.bound:.3g}{share}"


@dataclass(frozen=True, slots=True, repr=False)
class Accuracy:
    """The errors of a design's outputs: for the rounded inputs, and against the real inputs before rounding.

    `outside` of the points lay outside the declared ranges; for these, nothing is promised for the real inputs,
    and they are left out there.
    """

    rounded: tuple[Measured, ...]
    real: tuple[Measured, ...]
    outside: int

    @property
    def holds(self) -> bool:
        """Whether no bound is exceeded."""
        return not any(measured.violations for measured in (*self.rounded, *self.real))

    def __repr__(self) -> str:
        word = "holds" if self.holds else "exceeded"
        return f"<accuracy of {len(self.rounded)} outputs: {word}>"

    def __str__(self) -> str:
        lines = [
            f"{rounded.output}: {rounded} for rounded inputs; {real} for real inputs"
            for rounded, real in zip(self.rounded, self.real, strict=True)
        ]
        count = self.rounded[0].points if self.rounded else 0
        undefined = max((measured.undecided for measured in self.rounded), default=0)
        unpromised = max((measured.unpromised for measured in self.rounded), default=0)
        failing = f", {unpromised} where an assumption fails" if unpromised else ""
        lines.append(
            f"at {count} points, {undefined} undefined{failing}, {self.outside} outside the ranges"
        )
        return "\n".join(lines)


def measure_integers(
    graph: Graph,
    datapath: Datapath,
    columns: Mapping[str, Sequence[int]],
    *,
    saturated: bool = False,
) -> tuple[Measured, ...]:
    """The errors of all outputs for integers at the input ports, taken as exactly what they stand for.

    `graph` is the mathematics as it was read, before any pass; `saturated` as in `measure_reals`.
    """
    reals = _numbers(datapath, columns)
    bounds = [port.error_bound for port in datapath.outputs]
    return measure_reals(graph, datapath, columns, reals, bounds, saturated=saturated)


def measure_reals(
    graph: Graph,
    datapath: Datapath,
    columns: Mapping[str, Sequence[int]],
    reals: Mapping[str, Sequence[Number]],
    bounds: Sequence[float | None],
    *,
    saturated: bool = False,
) -> tuple[Measured, ...]:
    """The errors of all outputs for integers at the input ports, against the real values at other points.

    If `saturated`, a real value beyond the output's format counts as the nearest end. Nothing counts where an
    assumption of the graph fails, for the real numbers or for those at the ports.
    """
    arrays = {name: np.array(column, dtype=object) for name, column in columns.items()}
    results = simulate_rows(datapath, arrays)
    # An input that no output needs in the end is no port; its value cannot matter.
    count = len(next(iter(columns.values()), ()))
    known = {d.name: reals.get(d.name, [Fraction(0)] * count) for d in graph.inputs}
    widest = max((port.format.width for port in datapath.outputs), default=0)
    digits = max(DIGITS, math.ceil(widest * math.log10(2)) + DIGITS_BELOW_ULP)
    exact = evaluate_points(graph, known, digits)
    promised = is_promised(graph, known)
    if graph.assumptions and reals != (rounded := _numbers(datapath, columns)):
        promised &= is_promised(graph, {name: rounded.get(name, known[name]) for name in known})
    chosen = np.flatnonzero(promised)
    found = (
        _worst(
            port, [int(results[port.name][k]) for k in chosen],
            [exact[port.name][k] for k in chosen], bound, saturated,
        )
        for port, bound in zip(datapath.outputs, bounds, strict=True)
    )  # fmt: skip
    return tuple(
        replace(each, points=len(promised), unpromised=len(promised) - len(chosen))
        for each in found
    )


def _numbers(datapath: Datapath, columns: Mapping[str, Sequence[int]]) -> dict[str, list[Fraction]]:
    """What integers at the input ports stand for."""
    units = {port.name: power_of_two(-port.format.fraction) for port in datapath.inputs}
    return {name: [value * units[name] for value in column] for name, column in columns.items()}


def is_promised(graph: Graph, columns: Mapping[str, Sequence[Number]]) -> npt.NDArray[np.bool_]:
    """For every point whether all assumptions of the graph hold; not where one has no value."""
    count = max((len(column) for column in columns.values()), default=1)
    holds = np.ones(count, dtype=bool)
    if not graph.assumptions:
        return holds
    for truths in evaluate_points(graph_of_assumptions(graph), columns).values():
        holds &= [truth is not None and truth == 1 for truth in truths]
    return holds


def _worst(
    port: Port,
    integers: Sequence[int],
    exact: Sequence[arb | None],
    bound: float | None,
    saturated: bool,
) -> Measured:
    unit = port.format.ulp
    worst, violations, undecided = 0.0, 0, 0
    with ctx.workprec(WORKING_BITS + port.format.width):
        least, most = (ball_of(end * unit) for end in (port.format.minimum, port.format.maximum))
        limit = arb("inf") if bound is None else arb(bound)
        for integer, real in zip(integers, exact, strict=True):
            if real is None or not real.is_finite():
                undecided += 1
                continue
            held = real.max(least).min(most) if saturated else real
            difference = abs(ball_of(integer * unit) - held)
            worst = max(worst, float(difference.mid()))
            violations += bool(difference.lower() > limit)
    return Measured(port.name, len(integers), worst, violations, undecided, bound)
