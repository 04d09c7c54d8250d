"""CPU time of 24 candidate formats of the jet taggers, as a search asks for them: `python -m benchmarks.candidates`.

The candidates are all pairs of four widths of the inputs and six of the outputs. Each is compiled twice, first with
approximations that nobody has asked for yet, then with known ones; what does not depend on formats is done once. A
search that looks at operators alone leaves out what makes cells of them, and registers.
"""

from __future__ import annotations

import statistics
import sys
import time
from itertools import product
from pathlib import Path

from benchmarks.problems import JET_FILE, Problem, jet_problem
from benchmarks.runs import read
from benchmarks.tables import table
from symhdl.compiler import compile_variant
from symhdl.request import Request
from symhdl.targets.target import load_target
from symhdl.variants import Variants

CORPUS = Path(__file__).parents[2] / "shared" / "corpora"
INPUT_WIDTHS = (10, 11, 12, 13)
OUTPUT_WIDTHS = (7, 8, 9, 10, 11, 12)
DEVICE = "xcvu9p"


def milliseconds(problem: Problem) -> dict[str, list[float]]:
    """CPU time of every candidate, by what is done with it."""
    graph, target = read(problem), load_target(DEVICE)
    ranges = tuple((name, (low, high)) for name, low, high in problem.ranges)
    found: dict[str, list[float]] = {}
    for what in ("whole, cold approximations", "whole, known ones", "operators, known ones"):
        variants = Variants(graph)
        times = found[what] = []
        for width, output_width in product(INPUT_WIDTHS, OUTPUT_WIDTHS):
            start = time.process_time()
            request = Request(ranges=ranges, width=width, output_width=output_width)
            if what.startswith("whole"):
                compile_variant(variants, request, DEVICE)
            else:
                variants.operators(request, target)
            times.append(1000 * (time.process_time() - start))
    return found


def main() -> None:
    """Prints the table."""
    if not (CORPUS / JET_FILE).exists():
        sys.exit("the jet taggers are not there; they stand in ../shared/corpora")
    rows = [
        (name, f"{statistics.mean(times):.0f}", f"{min(times):.0f}", f"{max(times):.0f}")
        for name, times in milliseconds(jet_problem(CORPUS)).items()
    ]
    print("\n".join(table(("candidates", "ms a candidate", "least", "most"), rows)))


if __name__ == "__main__":
    main()
