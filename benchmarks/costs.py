"""Holds the cost model against Yosys on single operators, and fits its parameters: `python -m benchmarks.costs`."""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from symhdl.backends.verilog import verilog_text

from benchmarks.batch import usages
from benchmarks.operators import Operator, operators
from benchmarks.tables import table
from symhdl.analysis.area import surroundings_of, total_quantities
from symhdl.flow.yosys import option_sets
from symhdl.targets.target import Costs, Target, load_target

CACHE = Path("build")
NAMES = tuple(field.name for field in dataclasses.fields(Costs))


def main(words: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.costs", description=__doc__)
    parser.add_argument("--device", default="ecp5-85k", help="the device (default ecp5-85k)")
    parser.add_argument(
        "--fit", action="store_true", help="print fitted parameters, as for the device's file"
    )
    parser.add_argument(
        "--cache", type=Path, default=CACHE, help="folder for the figures of Yosys (default build)"
    )
    given = parser.parse_args(words)
    target = load_target(given.device)
    measured = figures(target, given.cache)
    ways = (target.costs, target.alternative_costs)
    for number, options in enumerate(option_sets(target, use_dsps=False)):
        counts = {name: ways_of[number] for name, ways_of in measured.items()}
        costs = fitted(counts, target) if given.fit else ways[number]
        print(f"{target.tools.command} {' '.join(options)}")
        print(residuals(counts, costs, target))
        if given.fit:
            print("\n".join(f"{name} = {getattr(costs, name):.3g}" for name in NAMES))
    return 0


def figures(target: Target, cache: Path) -> dict[str, list[int]]:
    """The LUTs of every operator, one number for each set of options, without DSP blocks; kept in the cache."""
    path = cache / f"{target.name}_none.json"
    if not path.exists():
        texts = {operator.name: verilog_text(operator.datapath) for operator in operators()}
        found = usages(texts, target, use_dsps=False)
        counts = {name: [usage.luts for usage in each] for name, each in found.items()}
        cache.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(counts), encoding="utf-8")
    kept: dict[str, list[int]] = json.loads(path.read_text(encoding="utf-8"))
    return kept


def _row(operator: Operator, target: Target) -> list[float]:
    """The quantities of an operator as numbers, in the order of the parameters."""
    total = total_quantities(surroundings_of(operator.datapath, target))
    return [getattr(total, name) for name in NAMES]


def fitted(counts: dict[str, int], target: Target) -> Costs:
    """The parameters with the least sum of squared relative errors, none below 0.

    A quantity that only draws something off (a negative one) cannot be told from the errors where it fits badly; it
    is left out then.
    """
    chosen = [operator for operator in operators() if counts[operator.name] > 0]
    rows = np.array([_row(operator, target) for operator in chosen])
    wanted = np.array([counts[operator.name] for operator in chosen], dtype=float)
    active = [number for number in range(len(NAMES)) if rows[:, number].any()]
    solution = np.zeros(len(NAMES))
    while active:
        scaled = rows[:, active] / wanted[:, None]
        found, *_ = np.linalg.lstsq(scaled, np.ones(len(wanted)), rcond=None)
        if found.min() >= 0:
            solution[active] = found
            break
        del active[int(found.argmin())]
    return Costs(*map(float, solution))


def residuals(counts: dict[str, int], costs: Costs, target: Target) -> str:
    """For each kind of operator how far the model is off: least, middle and greatest ratio of model to Yosys."""
    ratios: dict[str, list[float]] = {}
    for operator in operators():
        modelled = float(np.dot(_row(operator, target), dataclasses.astuple(costs)))
        if counts[operator.name] > 0:
            ratios.setdefault(operator.kind, []).append(modelled / counts[operator.name])
    rows = [
        (kind, str(len(found)), *(f"{f(found):.2f}" for f in (min, statistics.median, max)))
        for kind, found in ratios.items()
    ]
    return "\n".join(table(("kind", "count", "least", "middle", "greatest"), rows))


if __name__ == "__main__":
    sys.exit(main())
