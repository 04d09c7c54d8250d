"""The family of networks of small tables and wrapping sums: chains for each output, found by search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from symhdl.design import Design
from symhdl.empirical.chain_search import Point, Search, searched
from symhdl.empirical.decisions import Decisions
from symhdl.empirical.frames import Frames
from symhdl.empirical.free_entries import FreeEntries
from symhdl.empirical.goal import winners
from symhdl.empirical.greatest import Groups, greatest_at, price_of_greatest
from symhdl.empirical.network_hardware import datapath_of_network
from symhdl.empirical.networks import Codes, Grid, Network, Prices, Sum, joined
from symhdl.empirical.proposal import Problem, Proposal
from symhdl.empirical.samples import Floats, Samples
from symhdl.empirical.shaping import roots_of, shaped
from symhdl.ir.graph import Graph
from symhdl.numeric.fixed import FixedFormat, format_for_range, format_of_range
from symhdl.passes.plan_inputs import Wishes
from symhdl.pipeline import SIMPLIFICATION, run_passes
from symhdl.request import InputPlan

MOST_INPUTS = 12
MOST_SHARED = 3  # inputs of outputs that share a code
INDEX_BITS = 9
STEPS = (-0.015, 0.0, 0.01)
"""Shares of rows beside what is asked for, wanted on the rows that shape candidates: what is cheap leads on."""
LUCK = 0.015
"""A share of the shaping rows: what is right at fewer rows than asked for by more than it is there by luck."""
MOST_WANTED = 0.999
TURNS = 4  # over the outputs of a proposal
MOST_MADE, ENOUGH = 16, 4
"""Of the last front so many points are proposed, the cheapest first, until so many reach the goal."""
PROXIES = (0.88, 0.93, 0.96)
"""Shares of rows with the real expressions' class, wanted where something else is asked for."""
FRAMES, ROUNDS = (4, 8, 40), (2, 5, 40)  # by level of optimisation
LONGER = 2  # times as many rounds where no design reaches the goal


def chains(problem: Problem) -> Iterator[Proposal]:
    """Networks for decisions among several outputs."""
    goal, request = problem.goal, problem.request
    graph = _simplified(problem)
    roots = roots_of(graph)
    if len(roots) < 2 or goal.measure.is_error or not _is_free(problem):
        return
    robust = 0.0 if request.goal is None else float(request.goal.robust)
    found = shaped(graph, problem.folds, robust)
    if max(len(names) for names in found.names) > MOST_INPUTS:
        return
    decided = len(graph.outputs) < len(roots)
    groups = groups_of(found.names) if decided else tuple((k,) for k in range(len(roots)))
    resources = problem.target.resources
    prices = Prices(resources.lut_inputs, resources.mux_levels)
    search = Search(
        found, groups, Frames(found, _given(problem)), prices, INDEX_BITS,
        partial(price_of_greatest, len(groups), resources.lut_inputs) if decided else _nothing,
        np.random.default_rng(0), problem.variants.budget.is_over,
    )  # fmt: skip
    maker = _Maker(problem, prices, groups, decided, robust)
    frames, rounds = FRAMES[request.opt], ROUNDS[request.opt]
    enough, is_reached = frames + rounds * len(maker.wanted()), False
    for count, _ in enumerate(searched(search, maker.wanted, frames, LONGER * rounds), 1):
        for share in maker.wanted():
            for proposal in maker.made(search.best(share)):
                is_reached |= goal.is_met(proposal.chosen, problem.folds.choosing)
                yield proposal
        maker.adjust(search.best(goal.value + maker.excess))
        if is_reached and count >= enough:
            break
    reached = 0
    for point in [p for p in search.front.points if p.score >= maker.least][:MOST_MADE]:
        for proposal in maker.made(point):
            yield proposal
            reached += goal.is_met(proposal.chosen, problem.folds.choosing)
        if reached >= ENOUGH:
            break


class _Maker:
    """Makes proposals of points, and knows which shares of the shaping rows a search should want.

    Entries of tables are settled at many copies of rows. The rows that choose tell by how much the share of right rows
    among those that shape is more than what a proposal has.
    """

    def __init__(
        self, problem: Problem, prices: Prices, groups: Groups, decided: bool, robust: float
    ) -> None:
        self.problem, self.prices = problem, prices
        self.groups = groups if decided else None
        self.free = FreeEntries(prices) if problem.free_entries else None
        self.excess = 0.0
        self.rows = problem.folds.decided
        # Where a goal is to hold under noise copies without it are not what counts.
        self.decisions = (
            None if robust else Decisions(groups, winners(self.rows.exact), self.rows.weights)
        )
        self.chosen: dict[Point, Floats] = {}

    @property
    def least(self) -> float:
        """What is worth to be proposed."""
        goal = self.problem.goal
        return goal.value + self.excess - LUCK if goal.name == "agreement" else 0.0

    def wanted(self) -> tuple[float, ...]:
        """The shares of the shaping rows."""
        goal = self.problem.goal
        if goal.name != "agreement":
            return PROXIES
        return tuple(min(MOST_WANTED, goal.value + self.excess + step) for step in STEPS)

    def adjust(self, point: Point) -> None:
        """Takes in what the rows that choose say of a point that has been proposed."""
        goal = self.problem.goal
        if goal.name == "agreement" and point in self.chosen:
            chosen = goal.measure.score(self.chosen[point], self.problem.folds.choosing)
            self.excess = point.score - chosen

    def made(self, point: Point) -> Iterator[Proposal]:
        """The proposals of a point, unless there are some already."""
        if point in self.chosen:
            return
        parts = [candidate.network for candidate in point.candidates]
        network = before = joined(parts)
        if self.decisions is not None:
            inputs = {n: grid.codes(self.rows.inputs[n]) for n, grid in point.frame.grids.items()}
            network = joined(self.decisions.settled(parts, inputs, TURNS))
        worth = point.cost + self._price(network) - self._price(before)
        for proposal in proposals(self.problem, point, self.groups, network, worth, self.free):
            self.chosen.setdefault(point, proposal.chosen)
            yield proposal

    def _price(self, network: Network) -> float:
        return sum(self.prices.by_node(network))


def outputs_of(
    network: Network, grids: Mapping[str, Grid], samples: Samples, groups: Groups | None
) -> Floats:
    """What a network has at rows; with `groups` that is the class."""
    made = network.codes({name: grid.codes(samples.inputs[name]) for name, grid in grids.items()})
    found = made if groups is None else greatest_at(made, groups)
    return found.astype(np.float64)


def groups_of(names: Sequence[tuple[str, ...]]) -> Groups:
    """Outputs of few inputs together, where these have the same ones or fewer of them; the others by themselves."""
    groups: list[list[int]] = []
    for number in sorted(range(len(names)), key=lambda k: (-len(names[k]), k)):
        for group in groups:
            if len(names[group[0]]) <= MOST_SHARED and set(names[number]) <= set(names[group[0]]):
                group.append(number)
                break
        else:
            groups.append([number])
    return tuple(sorted(tuple(sorted(group)) for group in groups))


def _nothing(_: int) -> float:
    return 0.0


def proposals(
    problem: Problem, point: Point, groups: Groups | None, network: Network, worth: float,
    free: FreeEntries | None,
) -> Iterator[Proposal]:  # fmt: skip
    """The network of a point as designs that could be; with `groups` their one output tells the class.

    The second one has `free` entries chosen for little logic; whether that will do is seen at the rows that choose.
    """
    yield _proposal(problem, point, groups, network, worth)
    if free is None:
        return
    simple = free.chosen(network, _reaching(problem, point.frame.grids))
    saved = free.saved(network, simple)
    if saved > 0:
        yield _proposal(problem, point, groups, simple, worth - saved)


def _reaching(problem: Problem, grids: Mapping[str, Grid]) -> dict[str, Codes]:
    """The codes of inputs at the rows whose entries of tables are not free."""
    folds = problem.folds
    rows = [part.taken(part.weights > 0) for part in (folds.tuning, folds.smoothed)]
    return {
        name: grid.codes(np.concatenate([part.inputs[name] for part in rows]))
        for name, grid in grids.items()
    }


def _proposal(
    problem: Problem, point: Point, groups: Groups | None, network: Network,
    worth: float,
) -> Proposal:  # fmt: skip
    grids = dict(point.frame.grids)
    bits = point.frame.scale.bits
    if groups is not None:
        bits = max(1, (sum(map(len, groups)) - 1).bit_length())
    return Proposal(
        worth,
        outputs_of(network, grids, problem.folds.choosing, groups),
        partial(build, problem, network, grids, FixedFormat(False, bits, 0), groups),
        f"{_count(network)} of small tables",
        values=groups is not None,
    )


def _count(network: Network) -> str:
    sums = sum(isinstance(node, Sum) for node in network.nodes)
    return f"chains and {sums} sums" if sums else "chains"


def build(
    problem: Problem, network: Network, grids: Mapping[str, Grid], format: FixedFormat,
    groups: Groups | None,
) -> Design:  # fmt: skip
    """The design of a network, its outputs in one format."""
    graph, request = problem.variants.graph, problem.request
    plans = tuple(plan_of(declared.name, grids[declared.name]) for declared in graph.inputs)
    design = Design(graph, request, problem.target, mathematics=graph).with_inputs(plans)
    design = replace(design, input_rounding=(None,) * len(graph.outputs))
    formats = [(output.name, format) for output in graph.outputs]
    made = datapath_of_network(design, network, grids, formats, groups)
    return problem.variants.finished(replace(design, operators=made, datapath=made))


def _simplified(problem: Problem) -> Graph:
    """The graph without what falls out of it."""
    graph = problem.variants.graph
    design = Design(graph, problem.request, problem.target)
    return run_passes(design, SIMPLIFICATION).graph


def plan_of(name: str, grid: Grid) -> InputPlan:
    """The port of an input that becomes a code: its own format, or the narrowest one of the code's integers."""
    if grid.port is not None:
        return InputPlan(name, grid.port, grid.port.minimum, grid.port.maximum)
    format = format_of_range(grid.minimum, grid.maximum, grid.fraction)
    return InputPlan(name, format, grid.minimum, grid.maximum)


def _given(problem: Problem) -> dict[str, FixedFormat]:
    """The formats of inputs that are the user's."""
    wishes, width = Wishes.of(problem.request), problem.request.width
    found: dict[str, FixedFormat] = {}
    for declared in problem.variants.graph.inputs:
        format, bounds = wishes.format_of(declared), wishes.range_of(declared)
        if format is None and width is not None and bounds is not None:
            format = format_for_range(*bounds, width)
        if format is not None:
            found[declared.name] = format
    return found


def _is_free(problem: Problem) -> bool:
    """Whether outputs may be scores on a scale of their own: no format or error is asked of them."""
    request = problem.request
    asked = (request.output_format, request.output_width, request.error)
    declared = (o for o in problem.variants.graph.outputs if o.format or o.error)
    return not any(each is not None for each in asked) and not any(declared)
