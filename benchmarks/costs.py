"""Holds the cost model against Yosys on operators and small designs, and fits it: `python -m benchmarks.costs`."""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from symhdl.backends.verilog import verilog_text

from benchmarks.batch import usages
from benchmarks.compositions import compositions
from benchmarks.operators import operators
from benchmarks.tables import table
from symhdl.cost.area import NAMES, luts_of, surroundings_of, total_quantities
from symhdl.flow.signals import status_of
from symhdl.flow.yosys import option_sets
from symhdl.ir.datapath import Datapath
from symhdl.passes.products import products_in_rows
from symhdl.targets.target import Costs, Target, load_target

CACHE = Path("build")


@dataclass(frozen=True, slots=True)
class Sample:
    """A datapath with its quantities, and the LUTs that Yosys needs for each set of options; `kind` groups them."""

    kind: str
    quantities: Costs
    luts: tuple[int, ...]


def main(words: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.costs", description=__doc__)
    add = parser.add_argument
    add("--device", default="ecp5-85k", help="the device (default ecp5-85k)")
    add("--fit", action="store_true", help="print fitted parameters, as for the device's file")
    add("--cache", type=Path, default=CACHE, help="folder for the figures of Yosys (default build)")
    given = parser.parse_args(words)
    target = load_target(given.device)
    found = samples(target, given.cache)
    known = (target.costs, target.alternative_costs)
    for number, options in enumerate(option_sets(target, use_dsps=True)):
        costs = fitted(found, number) if given.fit else known[number]
        print(f"{target.tools.command} {' '.join(options)}")
        print(residuals(found, number, costs))
        if given.fit:
            print("\n".join(f"{name} = {getattr(costs, name):.3g}" for name in NAMES))
    return 0


def samples(target: Target, cache: Path) -> list[Sample]:
    """All operators without DSP blocks; the compositions with them, so that products do not hide the rest."""
    single = {operator.name: operator for operator in operators()}
    alone = {n: products_in_rows(operator.datapath, target) for n, operator in single.items()}
    counts = _counts("operators", alone, target, cache, use_dsps=False)
    found = [_sample(single[n].kind, alone[n], target, luts) for n, luts in counts.items()]
    together = compositions(target.name)
    counts = _counts("compositions", together, target, cache, use_dsps=True)
    found += [_sample("composition", together[n], target, luts) for n, luts in counts.items()]
    return found


def _counts(
    label: str, datapaths: Mapping[str, Datapath], target: Target, cache: Path, *, use_dsps: bool
) -> dict[str, list[int]]:
    """The LUTs of every datapath, one number for each set of options; kept in the cache."""
    path = cache / f"{target.name}_{label}.json"
    if not path.exists():
        texts = {name: verilog_text(datapath) for name, datapath in datapaths.items()}
        measured = usages(texts, target, use_dsps=use_dsps)
        counts = {name: [usage.luts for usage in each] for name, each in measured.items()}
        cache.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(counts), encoding="utf-8")
    kept: dict[str, list[int]] = json.loads(path.read_text(encoding="utf-8"))
    return kept


def _sample(kind: str, datapath: Datapath, target: Target, luts: Sequence[int]) -> Sample:
    return Sample(kind, total_quantities(surroundings_of(datapath, target)), tuple(luts))


def fitted(found: Sequence[Sample], way: int) -> Costs:
    """The parameters with the least sum of squared relative errors, none below 0."""
    used = [sample for sample in found if sample.luts[way] > 0]
    wanted = np.array([sample.luts[way] for sample in used], dtype=float)
    rows = np.array([dataclasses.astuple(sample.quantities) for sample in used], dtype=float)
    active = [number for number in range(len(NAMES)) if rows[:, number].any()]
    solution = np.zeros(len(NAMES))
    while active:
        scaled = rows[:, active] / wanted[:, None]
        best, *_ = np.linalg.lstsq(scaled, np.ones(len(wanted)), rcond=None)
        if best.min() >= 0:
            solution[active] = best
            break
        del active[int(best.argmin())]
    return Costs(*map(float, solution))


def residuals(found: Sequence[Sample], way: int, costs: Costs) -> str:
    """For each kind how far the model is off: least, middle and greatest ratio of model to Yosys."""
    ratios: dict[str, list[float]] = {}
    for sample in found:
        if sample.luts[way] > 0:
            modelled = luts_of(sample.quantities, costs)
            ratios.setdefault(sample.kind, []).append(modelled / sample.luts[way])
    rows = [
        (kind, str(len(each)), *(f"{f(each):.2f}" for f in (min, statistics.median, max)))
        for kind, each in ratios.items()
    ]
    return "\n".join(table(("kind", "count", "least", "middle", "greatest"), rows))


if __name__ == "__main__":
    sys.exit(status_of(main))
