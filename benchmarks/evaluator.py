"""The evaluator of searches beside the compiler: `python -m benchmarks.evaluator [--count N] [--fit] ...`.

Expressions of 5 to 25 operators of the corpora (Operon, gplearn, PySR, SRBench, the jets' fronts) are drawn by a seed;
`--without SEED` leaves out those that another one draws. The model was looked at with those of the seeds 1 and 7. The
first table has the rank correlation (Spearman) of what the model tells with full compiles: of all, and within
expressions of one number of operators, beside that of the number itself. The second one has expressions a second, in
CPU time. Inputs without a range have 0.5 to 2. Compiles are kept in `build/evaluator`.

`--fit` approximates drawn functions of one variable as the compiler does, and writes into devices' files what share of
the model's LUTs each way takes, and the residuals (`benchmarks.function_shares`).
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import symhdl
from benchmarks.corpus import CORPUS
from benchmarks.function_shares import fit, own_devices
from benchmarks.problems import is_missing
from benchmarks.tables import fixed, table
from symhdl.errors import SymhdlError
from symhdl.flow.signals import status_of
from symhdl.ir.graph import Graph
from symhdl.search import Evaluator
from symhdl.sources.reading.source import read_source

Floats = NDArray[np.float64]

FOLDERS = ("operon", "gplearn", "srbench", "hls4ml", "pysr")
FRONTS = "hls4ml/tutorial-pareto"
FEWEST, MOST = 5, 25  # operators
OTHER_RANGE = (0.5, 2.0)
LARGEST = 2.0**20  # value on the way
FIGURES = ("luts", "area", "ffs", "cycles")
FEW = 4  # expressions of one number of operators that are ranked among themselves
ROWS = 500
KEPT = Path("build") / "evaluator"
SHOWN = (
    "device, figure", "expressions", "all", "of one size", "operators: all", "model / compiled",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Expression:
    """A record of a corpus, and how many operators it has."""

    id: str
    text: str
    dialect: str
    define: tuple[str, ...]
    ranges: tuple[tuple[str, tuple[float, float]], ...]
    operators: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the tables; gives the exit status."""
    given = _parser().parse_args(arguments)
    if given.fit:
        print(*fit(given.device or own_devices(), dry=given.dry_run), sep="\n")
        return 0
    if is_missing(given.corpus):
        return 0
    expressions = drawn(given.corpus, given.count, given.seed)
    seen = {each.id for seed in given.without for each in drawn(given.corpus, given.count, seed)}
    expressions = [each for each in expressions if each.id not in seen]
    print(*correlations(expressions, given), sep="\n")
    print(*speeds(expressions), sep="\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evaluator", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add = parser.add_argument
    add("--count", type=int, default=130, help="of records of each corpus (130)")
    add("--seed", type=int, default=1, help="of what is drawn (default 1)")
    add("--without", action="append", type=int, default=[], metavar="SEED", help="what it draws")
    add("--device", action="append", help="of the compiles (ecp5-25k, xcvu9p), or to fit (all)")
    add("--dsp", choices=("auto", "none"), default="none", help="DSP blocks (default none)")
    add("--width", type=int, default=12, help="bits of inputs (default 12)")
    add("--output-width", type=int, default=10, help="bits of outputs (default 10)")
    add("--uniform", help="hardware of one format, such as fixed<12,6>, instead")
    add("--fit", action="store_true", help="fit the prices of functions into devices' files")
    add("--dry-run", action="store_true", help="tell what is fitted, and write nothing")
    add("--corpus", type=Path, default=CORPUS, help="folder of the corpora")
    return parser


def operators_of(graph: Graph) -> int:
    """How many operators of two operands at most the first output is written with."""
    sizes: list[int] = []
    for node in graph.nodes:
        own = max(1, len(node.operands) - 1) if node.operands else 0
        sizes.append(own + sum(sizes[operand] for operand in node.operands))
    return sizes[graph.outputs[0].node]


def drawn(corpus: Path, count: int, seed: int) -> list[Expression]:
    """As many of each corpus at most, each once, in an order of the seed."""
    chance = random.Random(seed)  # noqa: S311 - a sample, no secret
    found: list[Expression] = []
    known: set[tuple[str, str]] = set()
    for folder in FOLDERS:
        own = list(_read(corpus, folder))
        chance.shuffle(own)
        few: list[Expression] = []
        for each in own:
            key = each.text, str(each.ranges)
            if key not in known and len(few) < count:
                known.add(key)
                few.append(each)
        found += few
    chance.shuffle(found)
    return found


def _read(corpus: Path, folder: str) -> Iterator[Expression]:
    for line in (corpus / folder / "open.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        check = record["check"]
        given = record["variables"]
        is_front = folder != "hls4ml" or record["group"] == FRONTS
        is_known = folder == "pysr" or None not in given.values()
        is_fit = check.get("class") == "ok" and not check.get("ill_conditioned")
        if (
            not (given and is_front and is_known and is_fit)
            or (check.get("node_max") or 0) > LARGEST
        ):
            continue
        define = (*(record.get("functions") or ()), *(record.get("requires") or {}).values())
        try:
            parsed, _ = read_source(
                record["text"], dialect=record["dialect"], define=define, inputs=list(given)
            )
        except SymhdlError:
            continue
        if len(parsed.graph.outputs) != 1:
            continue
        operators = operators_of(parsed.graph)
        if FEWEST <= operators <= MOST:
            ends = tuple((name, tuple(each or OTHER_RANGE)) for name, each in given.items())
            yield Expression(
                record["id"], record["text"], record["dialect"], define, ends, operators
            )


def correlations(expressions: Sequence[Expression], given: argparse.Namespace) -> list[str]:
    """The table of ranks."""
    rows: list[tuple[str, ...]] = []
    for device in given.device or ("ecp5-25k", "xcvu9p"):
        options = {"device": device, "dsp": given.dsp}
        if given.uniform:
            compiling = {**options, "uniform": given.uniform, "undefined": "ignore"}
            asking = {**options, "formats": given.uniform}
        else:
            compiling = {**options, "width": given.width, "output_width": given.output_width}
            asking = compiling
        wanted = compiled(expressions, compiling)
        known = [each for each in expressions if "luts" in wanted[each.id]]
        found = {each.id: _estimated(each, asking) for each in known}
        counts = np.array([each.operators for each in known], dtype=float)
        for figure in FIGURES:
            truth = np.array([wanted[each.id][figure] for each in known])
            model = np.array([found[each.id][figure] for each in known])
            rows.append(
                (
                    f"{device}, {figure}", str(len(known)),
                    fixed(spearman(truth, model), 3), fixed(within(truth, model, counts), 3),
                    fixed(spearman(truth, counts), 3),
                    fixed(float(np.median((model + 1) / (truth + 1))), 2),
                )
            )  # fmt: skip
    return table(SHOWN, rows)


def _estimated(expression: Expression, options: Mapping[str, object]) -> dict[str, float]:
    evaluator = Evaluator(
        ranges=dict(expression.ranges), dialect=expression.dialect, define=expression.define, **options  # type: ignore[arg-type] # those of the library
    )  # fmt: skip
    costs = evaluator.cost([expression.text])
    return {figure: float(getattr(costs, figure)[0]) for figure in FIGURES}


def compiled(
    expressions: Iterable[Expression], options: Mapping[str, object]
) -> dict[str, dict[str, float]]:
    """What full compiles take by their estimates, by expression; nothing of what is refused."""
    KEPT.mkdir(parents=True, exist_ok=True)
    path = KEPT / ("-".join(f"{value}" for value in options.values()).translate(_PLAIN) + ".jsonl")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    found = {row["id"]: row["figures"] for row in map(json.loads, lines)}
    with path.open("a", encoding="utf-8") as file:
        for expression in expressions:
            if expression.id not in found:
                found[expression.id] = _compiled(expression, options)
                row = {"id": expression.id, "figures": found[expression.id]}
                file.write(json.dumps(row) + "\n")
                file.flush()
    return found


_PLAIN = str.maketrans("<>,", "___")


def _compiled(expression: Expression, options: Mapping[str, object]) -> dict[str, float]:
    try:
        design = symhdl.compile(
            expression.text, dialect=expression.dialect, define=list(expression.define),
            ranges=dict(expression.ranges), cache=False, **options,  # type: ignore[arg-type] # those of the library
        )  # fmt: skip
    except SymhdlError:
        return {}
    found = design.estimate
    area = design.design.target.worth.in_luts(found.luts, found.dsps, found.brams)
    return {"luts": found.luts, "area": area, "ffs": found.ffs, "cycles": design.latency}


def ranks(values: Floats) -> Floats:
    """The places of numbers by size, those of equal ones in their middle."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    middles: Floats = ends - (counts - 1) / 2.0
    return middles[places]


def spearman(one: Floats, other: Floats) -> float | None:
    """The correlation of ranks; None where one of them does not vary."""
    first, second = ranks(one), ranks(other)
    if not (np.ptp(first) and np.ptp(second)):
        return None
    return float(np.corrcoef(first, second)[0, 1])


def within(truth: Floats, model: Floats, counts: Floats) -> float | None:
    """The mean correlation of ranks among expressions of one number of operators, each counting once."""
    total, seen = 0.0, 0
    for count in np.unique(counts):
        same = counts == count
        found = spearman(truth[same], model[same]) if same.sum() >= FEW else None
        if found is not None:
            total += found * int(same.sum())
            seen += int(same.sum())
    return total / seen if seen else None


def speeds(expressions: Sequence[Expression]) -> list[str]:
    """Expressions a second, each seen once, by one evaluator for each dialect."""
    rows: list[tuple[str, ...]] = []
    by_dialect: dict[str, list[Expression]] = defaultdict(list)
    for expression in expressions:
        if not expression.define:  # records define one name in several ways
            by_dialect[expression.dialect].append(expression)
    chance = np.random.default_rng(1)
    for dialect, some in by_dialect.items():
        ranges = dict(pair for each in some for pair in each.ranges)
        held = {name: (max(low, -32.0), min(high, 31.0)) for name, (low, high) in ranges.items()}
        held = {name: ends if ends[0] < ends[1] else (0.0, 1.0) for name, ends in held.items()}
        data = {name: chance.uniform(low, high, ROWS) for name, (low, high) in held.items()}
        try:
            evaluator = Evaluator(
                device="ecp5-25k", dsp="none", width=12, output_width=10, formats="fixed<12,6>",
                data=data, target=np.zeros(ROWS), dialect=dialect,
            )  # fmt: skip
            texts = [each.text for each in some]
            evaluator.cost(texts[:2])
            start = time.process_time()
            evaluator.cost(texts[2:])
            middle = time.process_time()
            evaluator.loss(texts)
            end = time.process_time()
        except SymhdlError as problem:
            print(f"{dialect}: {problem.diagnostics[0].message}", file=sys.stderr)
            continue
        count = len(texts)
        rows.append(
            (dialect, str(count), fixed((count - 2) / (middle - start), 0), fixed(count / (end - middle), 0))
        )  # fmt: skip
    heading = ("dialect", "expressions", "costs a second", f"losses a second, {ROWS} rows")
    return ["", *table(heading, rows)]


if __name__ == "__main__":
    sys.exit(status_of(main))
