"""Jets told apart by five expressions, as small as decisions allow: `python -m benchmarks.jets [--synth] [--pnr]`.

Four published sets of taggers are compiled for goals of agreement with the real expressions, as five scores and with
`argmax` as the only output. Each is made twice: one half of the jets makes the design, which sees nothing of the other
half, and that judges it, then the other way round; so that all jets judge, with an interval of 95 %. Beside that stand
the agreement on the halves that made the designs, and that with noise on the inputs, in standard deviations of each.
LUTs are estimates for xcvu9p, with `--synth` LUT6 and flip-flops of Yosys; with `--pnr` the clock of ECP5 stands
beside them, between registers. What others have published stands in a second table. `--figure FILE` draws LUTs against
agreement. With `--kept FILE` halves that are in the file are not made again, so that a run may be ended and go on.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import symhdl
from benchmarks.corpus import CORPUS
from benchmarks.golden_clock import clock_mhz
from benchmarks.jets_figure import Curve, figure
from benchmarks.jets_kept import Kept
from benchmarks.jets_published import HEADING as PUBLISHED_HEADING
from benchmarks.jets_published import published_rows
from benchmarks.precision import JET_OPERATOR, JETS, jet_job
from benchmarks.problems import is_missing
from benchmarks.tables import NOTHING, fixed, table
from symhdl.empirical.exact import exact_at
from symhdl.empirical.goal import agreement
from symhdl.empirical.judge import wilson
from symhdl.empirical.samples import Samples
from symhdl.empirical.simulated import outputs_at
from symhdl.errors import GoalError
from symhdl.flow.running import work_folder
from symhdl.flow.signals import status_of
from symhdl.flow.yosys import map_to_target
from symhdl.judgement import Judgement, judgement_of
from symhdl.targets.target import load_target

GOALS = {
    "tutorial": (0.955, 0.97),
    "hls4sr-example": (0.96,),
    "jettagger": (0.945,),
    "hls-poly": (0.95,),
}
"""The sets, and the agreement that is asked of each unless told otherwise."""

CLASS_GOALS = (0.94,)
"""Those of `argmax` as the only output, for an accuracy within a point of that of the expressions: scores that agreed
at 0.954 of all jets had 0.004 less."""

CLASSES = "gqtwz"
FPGA, ROUTED = "xcvu9p", "ecp5-85k"
SEED = 5
NOISE = (0.1, 0.3)

HEADING = (
    "set, goal", "LUTs", "FFs", "blocks", "cycles", "agreement", "95 %", "chosen at", "own half",
    *(f"noise {n:g}" for n in NOISE), "accuracy", "of expressions", "ECP5: LUTs", "cycles", "MHz", "s",
)  # fmt: skip

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Jets:
    """The features of jets by name, and their classes."""

    features: Mapping[str, NDArray[np.float64]]
    labels: NDArray[np.str_]

    def half(self, places: Places) -> dict[str, NDArray[np.generic]]:
        """The columns of some jets, as data for the compiler."""
        columns = {name: column[places] for name, column in self.features.items()}
        return {**columns, "label": self.labels[places]}


@dataclass(frozen=True, slots=True)
class Case:
    """A set of taggers with what is asked of it."""

    name: str
    source: str
    goal: float
    only_argmax: bool

    @property
    def title(self) -> str:
        """What tables call it."""
        return f"{self.name}{', argmax' if self.only_argmax else ''}, {self.goal:g}"


@dataclass(frozen=True, slots=True)
class Routed:
    """What a case takes on ECP5, with the clock between registers."""

    luts: int
    cycles: int
    mhz: float


@dataclass(frozen=True, slots=True)
class Half:
    """A design that one half of the jets made, and what the other says of it; ECP5's figures if they were asked for."""

    luts: int
    ffs: int
    blocks: int
    cycles: int
    judgement: Judgement
    own: float
    seconds: float
    routed: Routed | None = None

    @property
    def rows(self) -> int:
        """How many jets judged."""
        return self.judgement.rows["judging"]

    def document(self) -> dict[str, object]:
        """All but what ECP5 says, as it is kept in a file."""
        numbers = {name: getattr(self, name) for name in NUMBERS}
        return {**numbers, "judgement": self.judgement.document()}


NUMBERS = ("luts", "ffs", "blocks", "cycles", "own", "seconds")


def kept_half(document: Mapping[str, Any]) -> Half:
    """The half of a document."""
    judgement = judgement_of(document["judgement"])
    assert judgement is not None, "a judgement that is none in the file of halves"
    return Half(judgement=judgement, **{name: document[name] for name in NUMBERS})


def jets_of(corpus: Path) -> Jets:
    """The jets of the corpora."""
    with (corpus / JETS / "jets.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    names = [name for name in rows[0] if name != "label"]
    features = {name: np.array([float(row[name]) for row in rows]) for name in names}
    return Jets(features, np.array([row["label"] for row in rows]))


def source_of(corpus: Path, name: str) -> str:
    """The five taggers of a set as one text with an output for each class."""
    if name == "tutorial":
        return jet_job(corpus)["source"]
    lines = (corpus / "hls4ml" / "open.jsonl").read_text(encoding="utf-8").splitlines()
    records = [record for record in map(json.loads, lines) if record["group"] == f"hls4ml/{name}"]
    texts = {record["name"].rpartition("_")[2]: record["text"] for record in records}
    return "\n".join((JET_OPERATOR, *(f"{each} = {texts[each]}" for each in CLASSES)))


def halves(count: int) -> tuple[Places, Places]:
    """Two halves of the jets, by a fixed seed."""
    order = np.random.default_rng(SEED).permutation(count)
    middle = (count + 1) // 2
    return np.sort(order[:middle]), np.sort(order[middle:])


def halves_of(case: Case, jets: Jets, given: argparse.Namespace, kept: Kept) -> list[Half]:
    """The designs that both halves make of a case. Raises GoalError where none reaches the goal."""

    def one(number: int, made_by: Places, judged_by: Places) -> Half:
        name = f"{case.title}, half {number}, level {given.level}"
        half = kept_half(
            kept.found(
                f"{name}{', synth' if given.synth else ''}",
                lambda: half_of(case, jets, made_by, judged_by, given).document(),
            )
        )
        if not given.pnr:
            return half
        routed = kept.found(
            f"{name}, pnr", lambda: asdict(routed_of(case, jets, made_by, judged_by, given))
        )
        return replace(half, routed=Routed(**routed))

    first, second = halves(len(jets.labels))
    return [one(0, first, second), one(1, second, first)]


def half_of(
    case: Case, jets: Jets, made_by: Places, judged_by: Places, given: argparse.Namespace
) -> Half:
    """The design that some jets make of a case. Raises GoalError where none reaches the goal."""
    start = time.process_time()
    design = _design(case, jets, made_by, judged_by, FPGA, given.level)
    seconds = time.process_time() - start
    assert design.judgement is not None
    luts, ffs = design.estimate.luts, design.estimate.ffs
    if given.synth:
        with work_folder() as folder:
            target = load_target(FPGA)
            usage = map_to_target(design.verilog(), JETS, target, folder, use_dsps=False).usage
        luts, ffs = usage.luts, usage.ffs
    return Half(
        luts,
        ffs,
        design.estimate.dsps + design.estimate.brams,
        design.latency,
        design.judgement,
        _agreement(design, jets, made_by),
        seconds,
    )


def _design(
    case: Case, jets: Jets, made_by: Places, judged_by: Places, device: str, level: int
) -> symhdl.CompiledDesign:
    source = case.source
    if case.only_argmax:
        source += f"\nwinner = argmax({', '.join(CLASSES)})\noutput winner"
    return symhdl.compile(
        source,
        top=JETS,
        data=jets.half(made_by),
        judge=jets.half(judged_by),
        goal={"agreement": case.goal},
        labels="label",
        device=device,
        dsp="none",
        opt=level,
        undefined="ignore",
    )


def _agreement(design: symhdl.CompiledDesign, jets: Jets, places: Places) -> float:
    """In which share of some jets the hardware has the class of the expressions."""
    columns = {port.name: jets.features[port.name][places] for port in design.datapath.inputs}
    exact = exact_at(design.mathematics, columns).outputs
    rows = Samples(columns, exact, None, np.ones(len(places)))
    return agreement(outputs_at(design.operators, columns), rows)


def routed_of(
    case: Case, jets: Jets, made_by: Places, judged_by: Places, given: argparse.Namespace
) -> Routed:
    """LUTs by Yosys, cycles, and the clock between registers of the same case on ECP5."""
    design = _design(case, jets, made_by, judged_by, ROUTED, given.level)
    target, text = load_target(ROUTED), design.verilog()
    with work_folder() as folder:
        usage = map_to_target(text, JETS, target, folder, use_dsps=False).usage
    asked = design.datapath.frequency_mhz
    mhz = clock_mhz(text, JETS, target, asked, use_dsps=False)
    return Routed(usage.luts, design.latency, mhz)


def pooled(found: Sequence[Half], sigma: float, measure: str) -> float | None:
    """A measure over all jets, each judged by the design that has not seen it; None where it is not known."""
    figures = [(half.judgement.noise[sigma].get(measure), half.rows) for half in found]
    known = [(figure.value, rows) for figure, rows in figures if figure is not None]
    if len(known) < len(figures):
        return None
    return sum(value * rows for value, rows in known) / sum(rows for _, rows in known)


def row_of(case: Case, found: Sequence[Half]) -> tuple[str, ...]:
    """The row of a case: figures of both designs, and what all jets say of them."""
    agreement = pooled(found, 0.0, "agreement") or 0.0
    low, high = wilson(agreement, sum(half.rows for half in found))
    own = sum(half.own for half in found) / len(found)
    expressions = [half.judgement.expressions for half in found]
    known = [each for each in expressions if each is not None]
    routed = [half.routed for half in found if half.routed is not None]
    return (
        case.title,
        _pair(half.luts for half in found),
        _pair(half.ffs for half in found),
        _pair(half.blocks for half in found),
        _pair(half.cycles for half in found),
        fixed(agreement, 3),
        f"{low:.3f}..{high:.3f}",
        fixed(sum(half.judgement.chosen for half in found) / len(found), 3),
        fixed(own, 3),
        *(fixed(pooled(found, sigma, "agreement"), 3) for sigma in NOISE),
        fixed(pooled(found, 0.0, "accuracy"), 3),
        fixed(sum(known) / len(known), 3) if known else NOTHING,
        _pair(each.luts for each in routed),
        _pair(each.cycles for each in routed),
        _pair(round(each.mhz) for each in routed),
        _pair(round(half.seconds) for half in found),
    )


def _pair(numbers: Iterable[int]) -> str:
    """A figure of both designs."""
    values = [str(each) for each in numbers]
    return " / ".join(values) or NOTHING


def cases(given: argparse.Namespace) -> list[Case]:
    """What is made of which set for which goal."""
    names = given.set or list(GOALS)
    return [
        Case(name, source_of(given.corpus, name), goal, only_argmax)
        for name in names
        for only_argmax in ((False, True) if given.argmax else (False,))
        for goal in given.goal or (CLASS_GOALS if only_argmax else GOALS[name])
    ]


def main(words: Sequence[str] | None = None) -> int:
    """Prints the table, and draws the figure if one is wanted; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.jets", description=__doc__)
    add = parser.add_argument
    add("--set", action="append", choices=sorted(GOALS), help="only this one (repeatable)")
    add("--goal", action="append", type=float, help="agreement to reach (repeatable)")
    add("--argmax", action="store_true", help="with `argmax` as the only output, too")
    add("--level", type=int, choices=(0, 1, 2), default=1, help="optimisation level (default 1)")
    add("--synth", action="store_true", help="LUT6 and flip-flops of Yosys")
    add("--pnr", action="store_true", help="ECP5 by Yosys and nextpnr, too")
    add("--kept", type=Path, metavar="FILE", help="halves that are made, to go on from")
    add("--figure", type=Path, metavar="FILE", help="LUTs against agreement as SVG")
    add("--corpus", type=Path, default=CORPUS, help="folder of the corpora")
    given = parser.parse_args(words)
    if is_missing(given.corpus):
        return 0
    jets = jets_of(given.corpus)
    rows: list[tuple[str, ...]] = []
    points: dict[str, list[tuple[float, float]]] = {}
    kept = Kept(given.kept)
    for case in cases(given):
        print(case.title, file=sys.stderr, flush=True)
        try:
            found = halves_of(case, jets, given, kept)
        except GoalError as missed:
            rows.append((case.title, missed.diagnostics[0].message, *[""] * (len(HEADING) - 2)))
            continue
        rows.append(row_of(case, found))
        curve = case.name + (", argmax" if case.only_argmax else "")
        luts = sum(half.luts for half in found) / len(found)
        points.setdefault(curve, []).append((luts, pooled(found, 0.0, "agreement") or 0.0))
    print("\n".join([*table(HEADING, rows), "", *table(PUBLISHED_HEADING, published_rows())]))
    if given.figure:
        curves = [Curve(name, tuple(sorted(each))) for name, each in points.items()]
        given.figure.write_text(figure(curves), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(status_of(main))
