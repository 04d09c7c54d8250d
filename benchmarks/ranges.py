"""How wide proved ranges are beside true ones: `python -m benchmarks.ranges [--count N] [--seed S]`.

Records of the corpora are compiled as far as ranges are proved for the last time. The true range of an output is
looked for among the inputs in double precision, at random and from the best points on, so that it is a lower bound of
the truth. The status is 1 if a value was found outside of a proved range. With `--large` a random graph of so many
nodes is bounded instead, and the seconds are told that this takes.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import takewhile

import numpy as np
import numpy.typing as npt

from benchmarks.draws import add_draw, drawn_problems, parser_of
from benchmarks.problems import Problem, is_missing
from benchmarks.runs import read
from benchmarks.tables import fixed, number, quantile, table
from symhdl.choices import DEFAULT_WIDTH
from symhdl.design import Design
from symhdl.empirical.exact import exact_at
from symhdl.errors import SymhdlError
from symhdl.flow.signals import status_of
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, GraphBuilder, InputDeclaration, OutputDeclaration
from symhdl.numeric.fixed import FixedFormat, format_for_range
from symhdl.passes.prove_ranges import ProveRanges
from symhdl.pipeline import run_passes, stretches
from symhdl.request import InputPlan, Request
from symhdl.targets.target import load_target

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

POINTS = 20_000
KEPT = 24  # of the best points, from which it goes on, for each end of each output
ROUNDS = 60
SLACK = 1e-9  # of a range, by which values in double precision may leave it
KINDS = {
    Operation.ADD: 8, Operation.SUBTRACT: 4, Operation.MULTIPLY: 5, Operation.SIN: 1, Operation.TANH: 1,
    Operation.ABSOLUTE: 1,
}  # fmt: skip
"""What a large graph is made of, and in which shares."""
INPUTS, OUTPUTS = 8, 50
HEADING = ("output", "rule", "proved", "found", "ratio", "bits")


@dataclass(frozen=True, slots=True)
class Held:
    """An output's proved range, the one that was found, by what it was proved, and the bits that it gets."""

    name: str
    rule: str
    proved: tuple[float, float]
    found: tuple[float, float]
    width: int

    @property
    def ratio(self) -> float:
        """The proved width over the one that was found."""
        width = self.found[1] - self.found[0]
        return (self.proved[1] - self.proved[0]) / width if width > 0 else 1.0

    @property
    def bits(self) -> int:
        """How many integer bits the proved range takes more than the one that was found."""
        return _integer_bits(*self.proved) - _integer_bits(*self.found)

    @property
    def is_coarser(self) -> bool:
        """Whether its format for the proved range is coarser than the one for the range that was found."""
        formats = (
            format_for_range(Fraction(low), Fraction(high), self.width)
            for low, high in (self.proved, self.found)
        )
        return len({format.fraction for format in formats}) > 1

    @property
    def is_wrong(self) -> bool:
        """Whether something was found outside of the proved range."""
        (low, high), (least, greatest) = self.proved, self.found
        slack = SLACK * max(abs(low), abs(high))
        return least < low - slack or greatest > high + slack


def _integer_bits(low: float, high: float) -> int:
    """Those of a format that holds a range, its sign included."""
    size = max(-low, high, 2.0**-60)
    return int(np.frexp(size)[1]) + (low < 0)


def proved(problem: Problem, width: int, output_width: int, level: int) -> Design:
    """The problem with ranges, as far as its pipeline brings it before formats are allotted."""
    graph = read(problem)
    used = {declared.name for declared in graph.inputs}
    ranges = tuple((name, (low, high)) for name, low, high in problem.ranges if name in used)
    request = Request(ranges=ranges, width=width, output_width=output_width, opt=level)
    passes = [step for stretch in stretches(level) for step in stretch.passes]
    first = list(takewhile(lambda step: step.name != "allocate", passes))
    return run_passes(Design(graph, request, load_target("generic"), mathematics=graph), first)


def _numbers(plans: Sequence[InputPlan], integers: Integers) -> dict[str, Floats]:
    return {
        plan.name: row.astype(np.float64) * float(plan.format.ulp)
        for plan, row in zip(plans, integers, strict=True)
    }


def _values(design: Design, points: Integers) -> dict[str, Floats]:
    """Every output at some points; nan where it has no value, or must have none."""
    exact = exact_at(design.written, _numbers(design.inputs, points))
    values = np.where(exact.assumed[:, np.newaxis], exact.outputs, np.nan)
    names = (output.name for output in design.written.outputs)
    return dict(zip(names, values.T, strict=True))


def found_ranges(design: Design, seed: int) -> Mapping[str, tuple[float, float]]:
    """The least and the greatest value of every output that a search comes upon among the inputs that are assumed."""
    chance = np.random.default_rng(seed)
    plans = design.inputs
    low = np.array([plan.minimum for plan in plans], dtype=np.int64)[:, np.newaxis]
    high = np.array([plan.maximum for plan in plans], dtype=np.int64)[:, np.newaxis]
    points = chance.integers(low, high + 1, size=(len(plans), POINTS))
    ends = chance.integers(0, 3, size=points.shape)  # many extrema lie at ends of inputs
    points = np.where(ends == 0, low, np.where(ends == 1, high, points))
    points[:, : POINTS // 2] = chance.integers(low, high + 1, size=(len(plans), POINTS // 2))
    values = _values(design, points)
    found: dict[str, tuple[float, float]] = {}
    for output in design.graph.outputs:
        extrema = [
            sign
            * _climbed(design, output.name, sign, points, values[output.name], (low, high), chance)
            for sign in (-1.0, 1.0)
        ]
        found[output.name] = extrema[0], extrema[1]
    return found


def _climbed(
    design: Design, name: str, sign: float, points: Integers, values: Floats,
    ends: tuple[Integers, Integers], chance: np.random.Generator,
) -> float:  # fmt: skip
    """The greatest value times the sign that is found from the best of some points on, by steps that become smaller."""
    low, high = ends
    worth = np.where(np.isfinite(values), sign * values, -np.inf)
    best = np.argsort(-worth, kind="stable")[:KEPT]
    here, reached = points[:, best], worth[best]
    for step in range(ROUNDS):
        spread = (high - low) * 0.5 ** (1 + step / 4)
        moves = np.rint(chance.normal(size=(here.shape[0], KEPT * KEPT)) * np.maximum(spread, 1))
        moves *= chance.random(moves.shape) < max(0.5, 1 / len(here))
        tried = np.clip(np.repeat(here, KEPT, axis=1) + moves.astype(np.int64), low, high)
        gained = _values(design, tried)[name]
        gained = np.where(np.isfinite(gained), sign * gained, -np.inf).reshape(KEPT, KEPT)
        place = gained.argmax(axis=1)
        greatest = gained[np.arange(KEPT), place]
        better = greatest > reached
        chosen = tried.reshape(-1, KEPT, KEPT)[:, np.arange(KEPT), place]
        here, reached = np.where(better, chosen, here), np.where(better, greatest, reached)
    return float(reached.max())


def held(design: Design, name: str, seed: int) -> Iterator[Held]:
    """Every output of a design with both ranges."""
    ranges = design.ranges
    assert ranges is not None, "a design without ranges"
    truth = found_ranges(design, seed)
    for output in design.graph.outputs:
        rule = ranges.rules[output.node].name.lower()
        proved_range = ranges.hull(output.node)
        width = design.request.output_width or DEFAULT_WIDTH
        if not np.isfinite(truth[output.name]).all():
            continue  # no point that was tried meets what is assumed
        yield Held(f"{name} {output.name}", rule, proved_range, truth[output.name], width)


def large_graph(nodes: int, inputs: int, seed: int) -> Graph:
    """A random graph of about so many nodes, each of nodes shortly before it, whose last ones are outputs."""
    chance = random.Random(seed)  # noqa: S311 - a sample, no secret
    builder = GraphBuilder()
    made = [builder.input(f"x{k}") for k in range(inputs)]
    half = builder.constant(Fraction(1, 2))
    while len(builder.nodes) < nodes:
        first, second = (
            made[-1 - min(int(chance.expovariate(1 / 40)), len(made) - 1)] for _ in range(2)
        )
        kind = chance.choices(tuple(KINDS), tuple(KINDS.values()))[0]
        operands = (first, second)[: kind.arity if kind.arity > 0 else 2]
        node = builder.apply(kind, *operands)
        is_sum = kind in (Operation.ADD, Operation.SUBTRACT)
        made.append(builder.apply(Operation.MULTIPLY, half, node) if is_sum else node)
    return builder.build(
        tuple(InputDeclaration(f"x{k}") for k in range(inputs)),
        tuple(OutputDeclaration(f"y{k}", node) for k, node in enumerate(made[-OUTPUTS:])),
    )


def seconds_for(graph: Graph, level: int) -> float:
    """The CPU seconds that the ranges of a graph take with inputs of 12 bits between -1 and 1."""
    wide = FixedFormat(True, 12, 11)
    plans = tuple(InputPlan(d.name, wide, wide.minimum, wide.maximum) for d in graph.inputs)
    design = Design(graph, Request(), load_target("generic"), plans)
    start = time.process_time()
    ProveRanges(level=level).run(design)
    return time.process_time() - start


def _parser() -> argparse.ArgumentParser:
    parser = parser_of("ranges", __doc__, seeded="the draw and of the search")
    add_draw(parser)
    add = parser.add_argument
    add("--worst", type=int, default=25, help="how many are listed (default 25)")
    add("--large", type=int, metavar="NODES", help="bound a random graph of so many nodes instead")
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Prints the table; the exit status."""
    given = _parser().parse_args(words)
    if given.large:
        graph = large_graph(given.large, INPUTS, given.seed)
        seconds = seconds_for(graph, given.level)
        print(f"{len(graph.nodes):,} nodes bounded in {seconds:.1f} s")
        return 0
    if is_missing(given.corpus):
        return 0
    rows: list[Held] = []
    refused, seconds = 0, 0.0
    for problem in drawn_problems(given):
        start = time.process_time()
        try:
            design = proved(problem, given.width, given.output_width, given.level)
        except SymhdlError:
            refused += 1
            continue
        seconds += time.process_time() - start
        rows += held(design, problem.id, given.seed)
    print("\n".join(lines(rows, given.worst)))
    print(f"\n{refused} records have no range; the others took {seconds:.1f} s to be proved")
    return 1 if any(row.is_wrong for row in rows) else 0


def lines(rows: Sequence[Held], worst: int) -> Iterator[str]:
    """The table of the worst, and what is said of all."""
    ratios = [row.ratio for row in rows]
    listed = sorted(rows, key=lambda row: -row.ratio)[:worst]
    yield from table(HEADING, (_cells(row) for row in listed))
    yield ""
    if ratios:
        told = f"median {statistics.median(ratios):.3f}" + "".join(
            f", {percent} % {fixed(quantile(ratios, percent / 100), 3)}" for percent in (90, 95)
        )
        bits = sum(row.bits > 0 for row in rows)
        coarser = sum(row.is_coarser for row in rows)
        yield (
            f"proved / found over {len(rows)} outputs: {told}; {bits} take more integer bits, "
            f"{coarser} get a coarser format"
        )
    for row in rows:
        if row.is_wrong:
            yield f"WRONG: {row.name} reaches {row.found}, proved {row.proved}"


def _cells(row: Held) -> tuple[str, ...]:
    ends = (" .. ".join(number(end, 4) for end in pair) for pair in (row.proved, row.found))
    return (row.name, row.rule, *ends, fixed(row.ratio, 3), str(row.bits))


if __name__ == "__main__":
    sys.exit(status_of(main))
