"""When about each operator is at work, and the registers between the stages: what a pipeline takes, in one walk."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from symhdl.cost.operators import Cost


class Estimated(NamedTuple):
    """What an expression takes: `cycles` are clock edges from inputs to outputs, and `ns` the time between them."""

    luts: float
    ffs: float
    dsps: float
    brams: float
    cycles: float
    ns: float


REFUSED = Estimated(*[math.inf] * len(Estimated._fields))
"""Of what the compiler would refuse."""


class Built(NamedTuple):
    """An operator: what it costs, of which others it is made, and how many bits it has."""

    cost: Cost
    operands: tuple[int, ...]
    width: int


def scheduled(built: Mapping[int, Built], root: int, period_ns: float) -> Estimated:
    """All operators, each behind its operands; with a period of 0 there is no clock.

    Sums are the same in whatever order operators became known.
    """
    times, last = _times(built, period_ns)
    luts = math.fsum(each.cost.luts for each in built.values())
    dsps = math.fsum(each.cost.dsps for each in built.values())
    brams = math.fsum(each.cost.brams for each in built.values())
    end = times.get(root, 0.0)
    if not period_ns:
        return Estimated(luts, 0.0, dsps, brams, 0.0, end)
    last[root] = max(end, last.get(root, 0.0))
    ffs = 0
    for index, each in built.items():
        stages = int(last.get(index, 0.0) / period_ns) - int(times[index] / period_ns)
        inside = int(times[index] / period_ns) - int(
            (times[index] - each.cost.delay_ns) / period_ns
        )
        ffs += each.width * (max(0, stages) + inside + (index == root))
    cycles = max(1.0, math.ceil(end / period_ns)) if built else 0.0
    return Estimated(luts, ffs, dsps, brams, cycles, cycles * period_ns)


def _times(
    built: Mapping[int, Built], period_ns: float
) -> tuple[dict[int, float], dict[int, float]]:
    """When each operator has its result, and when it is needed for the last time."""
    times: dict[int, float] = {}
    last: dict[int, float] = {}
    for index in sorted(built):
        cost, operands, *_ = built[index]
        start = max((times[k] for k in operands if k in times), default=0.0)
        if period_ns:
            start = _start(start, cost, period_ns)
        for operand in operands:
            last[operand] = max(last.get(operand, 0.0), start)
        times[index] = start + cost.delay_ns
    return times, last


def _start(start: float, cost: Cost, period_ns: float) -> float:
    """When an operator begins that may not fit in what is left of a cycle, or takes whole ones."""
    next_cycle = math.ceil(start / period_ns) * period_ns
    if cost.latency:
        return next_cycle + cost.latency * period_ns
    left = period_ns - start % period_ns
    return next_cycle if left < cost.delay_ns <= period_ns else start
