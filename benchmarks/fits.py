"""Fits the figures of a device to what the tools have found, and tells how far they are off."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from benchmarks.samples import DESIGN, Measured
from benchmarks.tables import table
from symhdl.cost.area import luts_of, surroundings_of, total_quantities
from symhdl.cost.estimate import longest_path_ns
from symhdl.cost.timing import cell_delays
from symhdl.targets.target import Costs, Delays, Target

Floats = NDArray[np.float64]
ROUNDS = 12
"""After which the fit of delays has settled: a path that is longest at first may not be so in the end."""

START_NS = 0.5
"""Where all figures begin, so that those of the file, which may be of an earlier fit, change nothing."""

REWEIGHTED, NEAR = 30, 0.05
"""How often squares are weighted by the errors of before, and the error up to which they are squares."""

STEP_NS = 1e-4
LEAST_NS = 0.01
KEPT = ("wire",)
"""What is measured with the times of units."""

SLOWER = 0.1
"""The share of designs that may be slower than told: schedules rely on the delays, but fill few stages wholly."""

DESIGN_WEIGHT = 3.0
"""How many operators a design stands for, in which operators stand as they are used."""

Off = list[tuple[Measured, float]]
"""The ratio of what the model tells to what the tools found, of every sample."""


def fitted_costs(found: Sequence[Measured], way: int, target: Target) -> Costs:
    """The costs for one set of options with the least relative errors; those of which no sample tells stay.

    Not their squares: what synthesis finds to save in some samples should not make all others cheaper.
    """
    known = np.array(_figures((target.costs, target.alternative_costs)[min(way, 1)]))
    used = [each for each in found if each.luts[way] > 0]
    wanted = np.array([each.luts[way] for each in used], dtype=float)
    parts = np.array([dataclasses.astuple(quantities(each, target)) for each in used])
    shares, weights = parts / wanted[:, None], np.ones(len(used))
    for _ in range(REWEIGHTED):
        solution = least(weights[:, None] * shares, weights, known)
        weights = np.maximum(np.abs(shares @ solution - 1.0), NEAR) ** -0.5
    return Costs(*(_rounded(value) for value in solution))


def fitted_delays(found: Sequence[Measured], target: Target) -> Delays:
    """The delays with the least squared relative errors, raised until most designs are as fast as is told."""
    used = [each for each in found if each.longest_ns > 0]
    wanted = np.array([each.longest_ns for each in used])
    weights = np.sqrt([DESIGN_WEIGHT if each.sample.kind == DESIGN else 1.0 for each in used])
    known = target.delays
    delays = Delays(*(START_NS if figure else 0.0 for figure in _figures(known)))
    delays = dataclasses.replace(delays, **{name: getattr(known, name) for name in KEPT})
    for _ in range(ROUNDS):
        told, slopes = _told_with_slopes(used, target, delays)
        aim = wanted - told + slopes @ np.array(_figures(delays))
        rows, goals = weights[:, None] * slopes / wanted[:, None], weights * aim / wanted
        best = least(rows, goals, np.array(_figures(known)))
        best = np.maximum(best, [LEAST_NS if figure else 0.0 for figure in _figures(known)])
        delays = Delays(*((best + _figures(delays)) / 2))
    designs = [each for each in used if each.sample.kind == DESIGN]
    with_delays = dataclasses.replace(target, delays=delays)
    slack = sorted(ratio for _, ratio in longest_off(designs, with_delays))
    raised = 1.0 / slack[int(SLOWER * len(slack))] if slack else 1.0
    told_of = [bool(column.any()) for column in slopes.T]
    return Delays(
        *(
            _rounded(raised * figure) if seen else float(own)
            for figure, own, seen in zip(_figures(delays), _figures(known), told_of, strict=True)
        )
    )


def _told_with_slopes(
    used: Sequence[Measured], target: Target, delays: Delays
) -> tuple[Floats, Floats]:
    """The longest paths by the model, and how each grows with each delay; a path is linear as long as it is longest."""

    def told(own: Delays) -> Floats:
        return np.array(
            [longest_ns(each, dataclasses.replace(target, delays=own)) for each in used]
        )

    now = told(delays)
    columns = [
        np.zeros_like(now)
        if name in KEPT
        else told(dataclasses.replace(delays, **{name: getattr(delays, name) + STEP_NS})) - now
        for name in _names(delays)
    ]
    return now, np.array(columns).T / STEP_NS


def least(rows: Floats, wanted: Floats, known: Floats) -> Floats:
    """The solution with the least sum of squares, none below 0; a column of zeros keeps what is known."""
    solution = known.copy()
    active = [number for number in range(rows.shape[1]) if rows[:, number].any()]
    solution[active] = 0.0
    while active:
        best, *_ = np.linalg.lstsq(rows[:, active], wanted, rcond=None)
        if best.min() >= 0:
            solution[active] = best
            break
        del active[int(best.argmin())]
    return solution


def quantities(each: Measured, target: Target) -> Costs:
    """What a sample takes of each thing."""
    return total_quantities(surroundings_of(each.sample.datapath, target))


def longest_ns(each: Measured, target: Target) -> float:
    """The longest path between registers of a sample by the model, but for those inside units, which nextpnr lacks."""
    datapath = each.sample.datapath
    delays = [
        structs.replace(delay, inside_ns=0.0) if delay.inside_ns else delay
        for delay in cell_delays(datapath.cells, target, datapath.units)
    ]
    return target.delays.register + longest_path_ns(datapath, delays)


def luts_off(found: Iterable[Measured], target: Target) -> Off:
    """How far the LUTs of every sample are off: the fewest of the model to the fewest of the tools."""
    ways = (target.costs, target.alternative_costs)
    return [
        (each, min(luts_of(quantities(each, target), costs) for costs in ways) / min(each.luts))
        for each in found
        if min(each.luts) > 0
    ]


def longest_off(found: Iterable[Measured], target: Target) -> Off:
    """How far the longest path of every sample is off that was placed and routed."""
    return [
        (each, longest_ns(each, target) / each.longest_ns) for each in found if each.longest_ns > 0
    ]


def errors(off: Off) -> tuple[float, float]:
    """The relative error in the middle and at worst."""
    found = [abs(ratio - 1) for _, ratio in off] or [0.0]
    return _rounded(statistics.median(found)), _rounded(max(found))


def by_kind(off: Off) -> str:
    """For each kind how far the model is off: least, middle and greatest ratio, and where these are."""
    kinds: dict[str, list[tuple[float, str]]] = {}
    for each, ratio in off:
        kinds.setdefault(each.sample.kind, []).append((ratio, each.sample.datapath.top))
    rows = [
        (
            kind,
            str(len(own)),
            *(f"{f(ratio for ratio, _ in own):.2f}" for f in _SHOWN),
            f"{min(own)[1]}, {max(own)[1]}",
        )
        for kind, own in kinds.items()
    ]
    return "\n".join(table(("kind", "count", "least", "middle", "greatest", "where"), rows))


_SHOWN: tuple[Callable[[Iterable[float]], float], ...] = (min, statistics.median, max)


def _names(record: Costs | Delays) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(record))


def _figures(record: Costs | Delays) -> tuple[float, ...]:
    return tuple(getattr(record, name) for name in _names(record))


def _rounded(value: float) -> float:
    return float(f"{value:.3g}")
