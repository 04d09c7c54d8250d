"""The family of networks of small tables and wrapping sums: chains for each output, found by search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from symhdl.design import Design
from symhdl.empirical.chain_search import Point, Search, searched
from symhdl.empirical.frames import Frames
from symhdl.empirical.network_hardware import datapath_of_network
from symhdl.empirical.networks import Grid, Network, Prices, joined
from symhdl.empirical.proposal import Problem, Proposal
from symhdl.empirical.shaping import shaped
from symhdl.numeric.fixed import FixedFormat
from symhdl.request import InputPlan

MOST_INPUTS = 12
INDEX_BITS = 9
STEPS = (-0.02, 0.0, 0.01)  # shares of rows beside the one that is asked for
PROXIES = (
    0.88,
    0.93,
    0.96,
)  # of rows with the real expressions' class, where something else is asked for
FRAMES, ROUNDS = (12, 24, 120), (2, 3, 20)  # by level of optimisation


def chains(problem: Problem) -> Iterator[Proposal]:
    """Networks for decisions among several outputs, the cheapest first as they come."""
    graph, goal = problem.variants.graph, problem.goal
    if len(graph.outputs) < 2 or goal.measure.is_error or not _is_free(problem):
        return
    found = shaped(problem, of_classes=True)
    if max(len(names) for names in found.names) > MOST_INPUTS:
        return
    resources = problem.target.resources
    prices = Prices(resources.lut_inputs, resources.mux_levels, 0.0)
    search = Search(
        found, Frames(found, _given(problem)), prices, INDEX_BITS, lambda _: 0.0,
        np.random.default_rng(0), problem.variants.budget.is_over,
    )  # fmt: skip
    wanted = tuple(min(0.999, goal.value + step) for step in STEPS)
    if goal.name != "agreement":
        wanted = PROXIES
    level = problem.request.opt
    told: set[int] = set()
    for front in searched(search, wanted, FRAMES[level], ROUNDS[level]):
        for point in front.points:
            if id(point) not in told:
                told.add(id(point))
                yield proposal(problem, point)


def proposal(problem: Problem, point: Point) -> Proposal:
    """A point of the front as a design that could be."""
    network = joined([candidate.network for candidate in point.candidates])
    grids = {name: grid for name, grid in point.frame.grids.items()}
    codes = {name: grid.codes(problem.folds.choosing.inputs[name]) for name, grid in grids.items()}
    bits = point.frame.scales[0].bits
    return Proposal(
        point.cost,
        network.codes(codes).astype(np.float64),
        partial(build, problem, network, grids, FixedFormat(False, bits, 0)),
        "chains of small tables",
    )


def build(
    problem: Problem, network: Network, grids: Mapping[str, Grid], format: FixedFormat
) -> Design:
    """The design of a network, its outputs in one format."""
    graph, request = problem.variants.graph, problem.request
    plans = tuple(plan_of(declared.name, grids[declared.name]) for declared in graph.inputs)
    design = Design(graph, request, problem.target, mathematics=graph).with_inputs(plans)
    design = replace(design, input_rounding=(None,) * len(graph.outputs))
    formats = [(output.name, format) for output in graph.outputs]
    made = datapath_of_network(design, network, grids, formats)
    return problem.variants.finished(replace(design, operators=made, datapath=made))


def plan_of(name: str, grid: Grid) -> InputPlan:
    """The port of an input that becomes a code: the narrowest format of its integers."""
    least, most = grid.minimum, grid.minimum + (1 << grid.bits) - 1
    width = max(least.bit_length() if least >= 0 else (~least).bit_length(), most.bit_length())
    signed = least < 0
    return InputPlan(name, FixedFormat(signed, width + signed, grid.fraction), least, most)


def _given(problem: Problem) -> dict[str, Grid]:
    """The grids of inputs that have a format from the user: all numbers of it."""
    request = problem.request
    formats = dict(request.input_formats)
    found: dict[str, Grid] = {}
    for declared in problem.variants.graph.inputs:
        format = declared.format or formats.get(declared.name) or request.input_format
        if format is not None:
            found[declared.name] = Grid(format.fraction, format.minimum, format.width)
    return found


def _is_free(problem: Problem) -> bool:
    """Whether outputs may be scores on a scale of their own: no format or error is asked of them."""
    request = problem.request
    asked = (request.output_format, request.output_width, request.error)
    declared = (o for o in problem.variants.graph.outputs if o.format or o.error)
    return not any(each is not None for each in asked) and not any(declared)
