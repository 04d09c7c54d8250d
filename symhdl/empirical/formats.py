"""The ordinary pipeline with formats by what rows of data say: a family of designs, each with a proved bound.

Errors inside are allotted as squares, by how strongly each node acts on what the goal measures at the rows
(`symhdl.empirical.allotment`). For some formats of inputs and outputs this gives a way through all accuracies; the
point at which the goal is just met is found by bit-exact simulation. From the cheapest such design nodes and inputs
lose bits one by one, as long as the goal is met and LUTs are saved.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from functools import partial
from operator import attrgetter
from typing import TypeAlias

from symhdl.empirical.anchors import InputPort, Ports
from symhdl.empirical.candidates import Candidate, Candidates
from symhdl.empirical.proposal import Problem, Proposal

STEPS_PER_BIT = 4
"""Of the root mean square, between one point of a way that is looked at and the next."""

WORSE = 1.2  # times the best: where outputs with more bits are not looked at any more
MOST_FINER = 6  # bits of outputs, beyond the fewest
NEGLIGIBLE = 2.0**-200  # where nothing is expected
STARTS = (0, 2, 4)  # of the cheapest with outputs of some bits, by level
MOST_BUILT = ((0, 0, 0), (160, 40, 80), (1000, 300, 600))
"""How many are built with other ports, with other prices of squares, and with other single nodes; by level."""

PRICES = (400.0, 100.0)
"""In LUTs for all of the mean square that is wanted: with which functions are fitted first."""
FACTORS_OF_PRICES = (1 / 2, 1 / 4, 2.0)


CHANGES: tuple[Callable[[InputPort], InputPort], ...] = (
    InputPort.held, partial(InputPort.finer, bits=-1), partial(InputPort.finer, bits=1),
)  # fmt: skip
"""What may be changed of an input."""

Steps: TypeAlias = "Callable[[Candidates, Candidate], Iterator[Candidate | None]]"
"""What is one step away from a candidate, one after the other."""


def formats(problem: Problem) -> Iterator[Proposal]:
    """Proposals of ordinary designs with formats by data, those that lead to the cheapest among them."""
    candidates = Candidates.of(problem)
    starts: list[Candidate] = []
    for fraction in candidates.anchors.output_fractions(MOST_FINER):
        found = least(candidates, candidates.anchors.first(fraction))
        if found is not None and not starts:
            candidates.learn(found)
            found = least(candidates, found.ports) or found
        yield from candidates.told()
        is_far = found is None or found.worth > WORSE * min(s.worth for s in (*starts, found))
        if starts and is_far:
            break
        if found is not None:
            starts.append(found)
        if candidates.is_over:
            return
    starts.sort(key=attrgetter("worth"))
    kinds: tuple[Steps, ...] = (_other_ports, _other_prices, _looser)
    effort = dict(zip(kinds, MOST_BUILT[problem.request.opt], strict=True))
    for start in starts[: STARTS[problem.request.opt]]:
        yield from _best_from(candidates, start, effort)


def _best_from(
    candidates: Candidates, best: Candidate, effort: dict[Steps, int]
) -> Iterator[Proposal]:
    """What steps of all kinds lead to, as long as any of them is better and there is effort left."""
    before: Candidate | None = None
    while best is not before:
        before = best
        candidates.learn(best)
        for steps in effort:
            best = yield from _descended(candidates, best, steps, effort)


def _descended(
    candidates: Candidates, best: Candidate, steps: Steps, effort: dict[Steps, int]
) -> Generator[Proposal, None, Candidate]:
    """The cheapest that steps of a kind lead to, one after the other, as long as there is effort left."""
    is_better = True
    while is_better:
        is_better = False
        before = len(candidates.known)
        for found in steps(candidates, best):
            effort[steps] -= len(candidates.known) - before
            before = len(candidates.known)
            yield from candidates.told()
            if found is not None and found.is_met and found.worth < best.worth:
                best, is_better = found, True
                break
            if effort[steps] <= 0 or candidates.is_over:
                return best
    return best


def least(
    candidates: Candidates, ports: Ports, level: float = 1.0, price: float | None = None
) -> Candidate | None:
    """The loosest point of the way with some ports that meets the goal, or nearly that: found by halving.

    It is looked for where as much is expected as `level` says, and then ever farther from there. It is taken for
    granted that what is looser is worse, which is not so for each point.
    """
    way = candidates.way(ports)
    if way is None:
        return None
    places = _spaced(way.expected)
    low, high = 0, len(places)
    best: Candidate | None = None
    place = min(sum(way.expected[each] < level for each in places), high - 1)
    step = 1
    while low < high and not candidates.is_over:
        found = candidates.at(ports, way.tolerances[places[place]], price)
        if found is not None and found.is_met:
            best, low = found, place + 1
        else:
            high = place
        if low == 0:
            place = max(low, high - step)
        elif high == len(places):
            place = min(high - 1, low + step)
        else:
            place = (low + high) // 2
        step *= 2
    return best


def _other_ports(candidates: Candidates, best: Candidate) -> Iterator[Candidate | None]:
    """What is least with other inputs: all or one of them coarser, held in smaller ranges, or finer."""
    level = candidates.level(best)
    for ports in _ports_around(candidates, best.ports):
        yield least(candidates, ports, level, best.price)


def _ports_around(candidates: Candidates, ports: Ports) -> Iterator[Ports]:
    yield replace(ports, fused=not ports.fused)
    coarser, finer = (tuple(port.finer(bits) for port in ports.inputs) for bits in (-1, 1))
    yield replace(ports, inputs=coarser)
    if candidates.anchors.has_free_outputs:
        for bits, inputs in ((1, ports.inputs), (1, coarser), (-1, ports.inputs), (-1, finer)):
            yield replace(ports, inputs=inputs, outputs=ports.outputs + bits)
    yield replace(ports, inputs=finer)
    for change in CHANGES:
        for port in candidates.anchors.acting(ports):
            if change is not InputPort.held or port.name in candidates.anchors.holdable:
                yield ports.with_input(change(port))


def _other_prices(candidates: Candidates, best: Candidate) -> Iterator[Candidate | None]:
    """What is least with functions fitted to rows: at other prices of what they miss, the lowest last."""
    if candidates.fits is None or not candidates.has_functions(best):
        return
    if best.price is None:
        level = candidates.level(best)
        for price in PRICES:
            yield candidates.at(best.ports, best.tolerances, price)
            yield least(candidates, best.ports, level, price)
    else:
        for factor in FACTORS_OF_PRICES:
            yield candidates.at(best.ports, best.tolerances, factor * best.price)


def _looser(candidates: Candidates, best: Candidate) -> Iterator[Candidate | None]:
    """What differs in one node, those first that are expected to save most for what they spend."""
    for tolerances in candidates.looser(best):
        yield candidates.at(best.ports, tolerances, best.price)


def _spaced(expected: Sequence[float]) -> list[int]:
    """Places on a way about evenly spaced by the bits of what is expected."""
    steps = [math.floor(STEPS_PER_BIT / 2 * math.log2(max(each, NEGLIGIBLE))) for each in expected]
    return [place for place in range(len(steps)) if steps[place + 1 : place + 2] != [steps[place]]]
