"""Five taggers of jets that a search finds which sees the hardware: `python -m benchmarks.search [--seeds N]`.

DEAP's NSGA-II searches on one half of the jets, for each class on its own, one against the rest: the loss is that of
bit-exact hardware, the cost its LUTs, both by `symhdl.search.Evaluator`. From the five fronts taggers are taken that
tell the jets of this half apart best, for each of a few prices of a LUT. They are compiled together and judged by the
other half of the jets, which has chosen nothing; then the other way round, so that all jets judge.

Beside stand the equations of the given front, from simple to complex, made hardware by the same compiler with the same
goal, and published networks. The figure that counts: what LUTs the front that was found takes at the accuracy of each
point of the given one, in the middle of the seeds. The goal is that most decisions are those of the real expressions,
on the half that made the design: inputs of `--width` bits, and of `ERRORS` the largest that meets it, or with
`--data-goal` what the compiler finds for such a goal, in a minute a design.

Several runs may share a file that `--kept` names: one with `--seeds 3`, one with `--first 4` besides, then one for all.
With `--blind` the search sees operators instead of hardware. LUTs are estimates for xcvu9p without clock, with
`--synth` LUT6 of Yosys.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean, median
from typing import Any

import numpy as np
from numpy.typing import NDArray

import symhdl
from benchmarks.corpus import CORPUS
from benchmarks.jets import CLASSES, FPGA, Jets, Places, halves, jets_of
from benchmarks.jets_figure import Curve, figure
from benchmarks.jets_kept import Kept
from benchmarks.jets_published import HEADING as PUBLISHED_HEADING
from benchmarks.jets_published import published_rows
from benchmarks.precision import JET_OPERATOR, JETS
from benchmarks.problems import is_missing
from benchmarks.search_run import (
    DEFINITIONS,
    Columns,
    Effort,
    Floats,
    Found,
    Search,
    primitives_of,
    values_of,
)
from benchmarks.search_start import shapes_of
from benchmarks.search_worth import OfHardware, OfOperators
from benchmarks.tables import NOTHING, fixed, table
from symhdl.documents import sha256
from symhdl.empirical.judge import wilson
from symhdl.errors import SymhdlError
from symhdl.flow.running import work_folder
from symhdl.flow.signals import status_of
from symhdl.flow.yosys import map_to_target
from symhdl.targets.target import load_target

COMPLEXITIES = (4, 6, 8, 12, 16, 20, 25, 31)
"""Points of the given front: of each class the most complex equation up to so much."""

PRICES = (0.05, 0.04, 0.03, 0.02, 0.01, 0.005, 0.003, 0.002, 0.001, 0.0005, 0.0)
"""What cross-entropy a LUT is worth: where on the fronts a design is taken."""

ERRORS = ("0.5", "0.25", "0.125", "0.0625")
"""Of the outputs; the largest that meets the goal is taken."""

SHARPNESS = (1.5, 2.0, 3.0, 4.0, 6.0)
"""Of the softmax of five taggers, of which the best counts."""

ROUNDS = 3
"""In which each class in turn takes the tagger that is best beside the others."""

GIVEN_HEADING = ("given front", "LUTs", "accuracy", "95 %", "own half", "found: LUTs", "share", "seeds")  # fmt: skip
FOUND_HEADING = ("seed, price", "LUTs", "accuracy", "95 %", "own half", "operators", "loss")


@dataclass(frozen=True, slots=True)
class Half:
    """A design that one half of the jets made: LUTs, and accuracy on the other and on its own half."""

    luts: int
    accuracy: float
    own: float


@dataclass(frozen=True, slots=True)
class Point:
    """Five taggers, made twice; what is told of them beside."""

    title: str
    halves: tuple[Half, Half]
    rows: tuple[int, int]
    told: tuple[str, ...] = ()

    @property
    def luts(self) -> float:
        """Of both designs, the mean."""
        return mean(half.luts for half in self.halves)

    @property
    def accuracy(self) -> float:
        """Of all jets, each judged by the design that has not seen it."""
        right = sum(half.accuracy * rows for half, rows in zip(self.halves, self.rows, strict=True))
        return right / sum(self.rows)

    def cells(self) -> tuple[str, ...]:
        """The title, LUTs of both, accuracy with its interval, and that on the own halves."""
        low, high = wilson(self.accuracy, sum(self.rows))
        luts = " / ".join(str(half.luts) for half in self.halves)
        own = fixed(mean(half.own for half in self.halves), 3)
        return (self.title, luts, fixed(self.accuracy, 3), f"{low:.3f}..{high:.3f}", own)


def columns_at(jets: Jets, places: Places) -> dict[str, Floats]:
    """The features of some jets."""
    return {name: column[places] for name, column in jets.features.items()}


def fronts_of(
    jets: Jets, places: Places, seed: int, given: argparse.Namespace
) -> list[list[Found]]:
    """What a search finds on some jets: a front for each class."""
    columns, kept = columns_at(jets, places), Kept(given.kept)
    effort = Effort(given.population, given.generations)
    judge = OfOperators if given.blind else OfHardware
    start = (given.start,) if given.start else ()
    asked = (judge.__name__, given.width, effort, seed, [int(place) for place in places], *start)
    equations = equations_of(given.corpus)
    fronts = []
    for name in CLASSES:
        target = np.where(jets.labels[places] == name, 1.0, -1.0)

        def make(name: str = name, target: Floats = target) -> dict[str, Any]:
            search = Search(columns, target, judge(columns, target, given.width))
            shapes = shapes_of(equations[name], given.start)
            return {"front": [asdict(each) for each in search.run(effort, seed, shapes)]}

        found = kept.found(f"front {name} {sha256(repr(asked))}", make)
        fronts.append([Found(**each) for each in found["front"]])
    return fronts


def picked(
    fronts: Sequence[Sequence[Found]], columns: Columns, labels: NDArray[np.str_], price: float
) -> list[Found]:
    """Of each class a tagger, so that all five tell jets apart best at a price of LUTs."""
    primitives = primitives_of(list(columns))
    scores = [[values_of(each.text, primitives, columns) for each in front] for front in fronts]
    truth = np.array([CLASSES.index(label) for label in labels])
    chosen = [min(range(len(each)), key=lambda k: each[k].loss) for each in fronts]
    for number in list(range(len(CLASSES))) * ROUNDS:
        outputs = np.stack([scores[c][k] for c, k in enumerate(chosen)], axis=1)
        worths = []
        for place, found in enumerate(fronts[number]):
            outputs[:, number] = scores[number][place]
            worths.append(cross_entropy(outputs, truth) + price * found.cost)
        chosen[number] = int(np.argmin(worths))
    return [front[place] for front, place in zip(fronts, chosen, strict=True)]


def cross_entropy(outputs: Floats, truth: Places) -> float:
    """How surprising the true classes are to the softmax of outputs, at the sharpness that suits them best."""
    found = []
    for sharpness in SHARPNESS:
        powers = sharpness * (outputs - outputs.max(axis=1, keepdims=True))
        own = powers[np.arange(len(truth)), truth]
        found.append(float(np.mean(np.log(np.exp(powers).sum(axis=1)) - own)))
    return min(found)


def source_of(found: Sequence[Found]) -> str:
    """Five taggers as a text."""
    lines = (f"{name} = {each.text}" for name, each in zip(CLASSES, found, strict=True))
    return "\n".join((DEFINITIONS, *lines))


def equations_of(corpus: Path) -> dict[str, list[dict[str, object]]]:
    """The equations of the given front, by class."""
    text = (corpus / "jets" / "pysr_pareto_tutorial.json").read_text(encoding="utf-8")
    return {front["class"]: front["equations"] for front in json.loads(text)}


def given_sources(corpus: Path) -> dict[int, str]:
    """The taggers of the given front, by their complexity."""
    equations = equations_of(corpus)
    return {
        most: "\n".join(
            (JET_OPERATOR, *(f"{name} = {_up_to(equations[name], most)}" for name in CLASSES))
        )
        for most in COMPLEXITIES
    }


def _up_to(equations: Sequence[dict[str, object]], most: int) -> object:
    """The most complex equation up to so much, or the simplest."""
    simple = [each for each in equations if float(str(each["complexity"])) <= most] or equations[:1]
    return max(simple, key=lambda each: float(str(each["complexity"])))["equation"]


def half_of(
    source: str, jets: Jets, made_by: Places, judged_by: Places, given: argparse.Namespace
) -> Half:
    """The design of taggers that some jets make, with what others say of it. Raises SymhdlError if there is none."""
    asked = (
        given.goal if given.data_goal else (given.goal, given.width, *ERRORS),
        given.argmax, given.level, given.synth, [int(place) for place in made_by], source,
    )  # fmt: skip

    def make() -> dict[str, Any]:
        return asdict(_half_of(source, jets, made_by, judged_by, given))

    return Half(**Kept(given.kept).found(f"design {sha256(repr(asked))}", make))


def _half_of(
    source: str, jets: Jets, made_by: Places, judged_by: Places, given: argparse.Namespace
) -> Half:
    if given.argmax:
        source += f"\nwinner = argmax({', '.join(CLASSES)})\noutput winner"
    if given.data_goal:
        design = _design(
            source, jets, made_by, given,
            goal={"agreement": given.goal}, judge=jets.half(judged_by),
        )  # fmt: skip
    else:
        for error in ERRORS:
            design = _design(source, jets, made_by, given, width=given.width, error=error)
            if agreement(design, jets, made_by) >= given.goal:
                break
    luts = design.estimate.luts
    if given.synth:
        with work_folder() as folder:
            target = load_target(FPGA)
            usage = map_to_target(design.verilog(), JETS, target, folder, use_dsps=False).usage
        luts = usage.luts
    return Half(luts, accuracy(design, jets, judged_by), accuracy(design, jets, made_by))


def _design(
    source: str, jets: Jets, places: Places, given: argparse.Namespace, **goal: Any
) -> symhdl.CompiledDesign:
    return symhdl.compile(
        source, top=JETS, data=jets.half(places), device=FPGA, dsp="none", frequency=0,
        undefined="ignore", opt=given.level, cache=True, **goal,
    )  # fmt: skip


def accuracy(design: symhdl.CompiledDesign, jets: Jets, places: Places) -> float:
    """In which share of some jets the hardware has the true class."""
    columns = {port.name: jets.features[port.name][places] for port in design.datapath.inputs}
    return float(np.mean(_classes(design.simulate(**columns)) == jets.labels[places]))


def agreement(design: symhdl.CompiledDesign, jets: Jets, places: Places) -> float:
    """In which share of some jets the hardware has the class of the real expressions."""
    columns = {port.name: jets.features[port.name][places] for port in design.datapath.inputs}
    real = _classes(design.reference(**columns))
    return float(np.mean(_classes(design.simulate(**columns)) == real))


def _classes(outputs: Floats | dict[str, Floats]) -> NDArray[np.str_]:
    """The classes that outputs tell: five scores, or their argmax."""
    if isinstance(outputs, dict):
        winners = np.stack([outputs[name] for name in CLASSES], axis=1).argmax(axis=1)
    else:
        winners = outputs.astype(int)
    found: NDArray[np.str_] = np.array(list(CLASSES))[winners]
    return found


def point_of(
    title: str,
    sources: tuple[str, str],
    jets: Jets,
    given: argparse.Namespace,
    told: tuple[str, ...] = (),
) -> Point | None:
    """The taggers that each half has made, judged by the other one; None where one cannot be compiled."""
    first, second = halves(len(jets.labels))
    pairs = ((first, second), (second, first))
    try:
        one, other = (
            half_of(source, jets, *pair, given) for source, pair in zip(sources, pairs, strict=True)
        )
    except SymhdlError as problem:
        print(f"{title}: {problem.diagnostics[0].message}", file=sys.stderr, flush=True)
        return None
    return Point(title, (one, other), (len(second), len(first)), told)


def points_found(jets: Jets, seed: int, given: argparse.Namespace) -> list[Point]:
    """The designs of one seed, by price."""
    start = time.process_time()
    both = halves(len(jets.labels))
    fronts = [fronts_of(jets, half, seed, given) for half in both]
    seconds = time.process_time() - start
    print(f"seed {seed}: {seconds:.0f} s of search", file=sys.stderr, flush=True)
    points: dict[tuple[str, str], Point | None] = {}
    for price in given.price or PRICES:
        chosen = [
            picked(each, columns_at(jets, half), jets.labels[half], price)
            for each, half in zip(fronts, both, strict=True)
        ]
        sources = (source_of(chosen[0]), source_of(chosen[1]))
        if sources in points:
            continue
        operators = " / ".join(str(sum(one.text.count("(") for one in each)) for each in chosen)
        loss = fixed(mean(one.loss for each in chosen for one in each), 3)
        points[sources] = point_of(f"{seed}, {price:g}", sources, jets, given, (operators, loss))
    return [point for point in points.values() if point is not None]


def least_luts(points: Sequence[Point], wanted: float) -> float | None:
    """The LUTs of the smallest design that is as accurate as wanted."""
    return min((point.luts for point in points if point.accuracy >= wanted), default=None)


def given_row(point: Point, found: Sequence[Sequence[Point]]) -> tuple[str, ...]:
    """A point of the given front, with what the fronts of the seeds take at its accuracy, in the middle."""
    every = [least_luts(points, point.accuracy) for points in found]
    known = [each for each in every if each is not None]
    seeds = f"{len(known)} of {len(found)}"
    if 2 * len(known) <= len(found):
        return (*point.cells(), NOTHING, NOTHING, seeds)
    middle = median([*known, *[float("inf")] * (len(found) - len(known))])
    return (*point.cells(), f"{middle:g}", fixed(middle / point.luts, 2), seeds)


def main(words: Sequence[str] | None = None) -> int:
    """Prints the tables, and draws the figure if one is wanted; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    add = parser.add_argument
    add("--seeds", type=int, default=5, help="searches by the seeds 1, 2, ... (default 5)")
    add("--first", type=int, default=1, metavar="SEED", help="of the seeds (default 1)")
    add("--generations", type=int, default=30, help="of each search (default 30)")
    add("--population", type=int, default=80, help="of each search (default 80)")
    add("--price", action="append", type=float, help="what a LUT is worth (repeatable)")
    add("--start", type=float, default=0, metavar="COMPLEXITY", help="with given equations up to")
    add("--blind", action="store_true", help="search on operators, not on hardware")
    add("--width", type=int, default=6, help="bits of the inputs (default 6)")
    add("--goal", type=float, default=0.95, help="agreement to reach (default 0.95)")
    add("--data-goal", action="store_true", help="the compiler searches for what meets the goal")
    add("--argmax", action="store_true", help="`argmax` is the only output; needs --data-goal")
    add("--level", type=int, choices=(0, 1, 2), default=1, help="optimisation level (default 1)")
    add("--synth", action="store_true", help="LUT6 of Yosys")
    add("--figure", type=Path, metavar="FILE", help="LUTs against accuracy as SVG")
    add("--kept", type=Path, metavar="FILE", help="what is done, so that a run goes on from there")
    add("--corpus", type=Path, default=CORPUS, help="folder of the corpora")
    given = parser.parse_args(words)
    if given.argmax and not given.data_goal:
        parser.error("--argmax needs --data-goal")
    if is_missing(given.corpus):
        return 0
    jets = jets_of(given.corpus)
    sources = given_sources(given.corpus)
    points = [point_of(f"complexity {most}", (s, s), jets, given) for most, s in sources.items()]
    known = [point for point in points if point is not None]
    found = [points_found(jets, seed, given) for seed in range(given.first, given.seeds + 1)]
    rows = [(*point.cells(), *point.told) for each in found for point in each]
    print("\n".join(table(GIVEN_HEADING, [given_row(point, found) for point in known])))
    print("\n".join(["", *table(FOUND_HEADING, rows)]))
    print("\n".join(["", *table(PUBLISHED_HEADING, published_rows())]))
    if given.figure:
        curves = [Curve("given front", _curve(known))]
        curves += [
            Curve(f"found, seed {n}", _curve(each)) for n, each in enumerate(found, given.first)
        ]
        given.figure.write_text(figure(curves), encoding="utf-8")
    return 0


def _curve(points: Sequence[Point]) -> tuple[tuple[float, float], ...]:
    return tuple(sorted((point.luts, point.accuracy) for point in points))


if __name__ == "__main__":
    sys.exit(status_of(main))
