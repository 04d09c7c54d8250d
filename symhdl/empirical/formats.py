"""The ordinary pipeline with formats by what rows of data say: a family of designs, each with a proved bound.

Errors inside are allotted as squares, by how strongly each node acts on what the goal measures at the rows
(`symhdl.empirical.allotment`). For some formats of inputs and outputs this gives a way through all accuracies; the
point at which the goal is just met is found by bit-exact simulation. From the cheapest such design nodes and inputs
lose bits one by one, as long as the goal is met and LUTs are saved.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from symhdl.empirical.anchors import Ports
from symhdl.empirical.candidates import Candidate, Candidates
from symhdl.empirical.proposal import Problem, Proposal

STEPS_PER_BIT = (
    4  # of the root mean square, between one point of a way that is looked at and the next
)
WORSE = 1.2  # times the best: where outputs with more bits are not looked at any more
MOST_FINER = 6  # bits of outputs, beyond the fewest
BITS_OF_INPUTS = (-1, 1)
NEGLIGIBLE = 2.0**-200  # where nothing is expected
MOST_MOVES = (0, 60, 600)  # by level: how many single changes are tried


def formats(problem: Problem) -> Iterator[Proposal]:
    """Proposals of ordinary designs with formats by data, those that lead to the cheapest among them."""
    candidates = Candidates.of(problem)
    best: Candidate | None = None
    for fraction in candidates.output_fractions(MOST_FINER):
        found = least(candidates, candidates.first_ports(fraction))
        yield from candidates.told()
        if found is None or (best is not None and found.worth > WORSE * best.worth):
            if best is not None:
                break
        elif best is None or found.worth < best.worth:
            best = found
        if candidates.is_over:
            return
    effort = MOST_MOVES[problem.request.opt]
    is_better = best is not None
    while best is not None and is_better:
        is_better = False
        for better in neighbours(candidates, best):
            effort -= 1
            yield from candidates.told()
            if better is not None and better.is_met and better.worth < best.worth:
                best, is_better = better, True
                break
            if effort <= 0 or candidates.is_over:
                return


def least(candidates: Candidates, ports: Ports) -> Candidate | None:
    """The loosest point of the way with some ports that meets the goal, or nearly that: found by halving.

    It is taken for granted that what is looser is worse, which is not so for each point.
    """
    way = candidates.way(ports)
    if way is None:
        return None
    places = _spaced(way.expected)
    low, high = 0, len(places)
    best: Candidate | None = None
    place = min(sum(way.expected[each] < 1 for each in places), high - 1)
    step = 2
    while low < high and not candidates.is_over:
        found = candidates.at(ports, way.tolerances[places[place]])
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


def neighbours(candidates: Candidates, best: Candidate) -> Iterator[Candidate | None]:
    """What differs from a candidate in a node or in an input, those first that save most for what they spend."""
    ports = best.ports
    for name, fraction in ports.inputs:
        yield candidates.at(ports.with_input(name, fraction - 1), best.tolerances)
    for tolerances in candidates.looser(best):
        yield candidates.at(ports, tolerances)
    for name, fraction in ports.inputs:
        for bits in BITS_OF_INPUTS:
            yield least(candidates, ports.with_input(name, fraction + bits))


def _spaced(expected: Sequence[float]) -> list[int]:
    """Places on a way about evenly spaced by the bits of what is expected."""
    steps = [math.floor(STEPS_PER_BIT / 2 * math.log2(max(each, NEGLIGIBLE))) for each in expected]
    return [place for place in range(len(steps)) if steps[place + 1 : place + 2] != [steps[place]]]
