"""The yardstick: real expressions and the jet taggers, from text to place and route, with proved and measured errors.

    python -m benchmarks.corpus -o FOLDER [--records N] [--seed S] [--no-synth] [--device NAME] ...
    python -m benchmarks.corpus --compare OLD.json NEW.json

A run writes `corpus.json` and `corpus.md`, which are the same for the same options but for the times. The exit status
is 1 if anywhere the measured error exceeds the proved one.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from benchmarks.comparison import comparison_lines
from benchmarks.problems import Problem, chosen_problems, jet_problem
from benchmarks.report import document, report_lines
from benchmarks.runs import Options, Result, compile_and_measure, compiled, read, synthesised
from symhdl.flow.signals import status_of

CORPUS = Path(__file__).parents[2] / "shared" / "corpora"
WARM_UP = Problem("warm_up", "native", "y = x*x + sin(x)", (("x", Fraction(-1), Fraction(1)),))


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs or compares; gives the exit status."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.compare:
        old, new = (json.loads(Path(name).read_text(encoding="utf-8")) for name in given.compare)
        print("\n".join(comparison_lines(old, new)))
        return 0
    if given.output is None:
        parser.error("-o FOLDER is missing")
    if not given.corpus.is_dir():
        parser.error(f"there is no corpus in {given.corpus}; name its folder with --corpus")
    results = run(given)
    written = document(results, _described(given))
    folder: Path = given.output
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "corpus.json").write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    text = "\n".join(report_lines(written)) + "\n"
    (folder / "corpus.md").write_text(text, encoding="utf-8")
    print(text, end="")
    return 1 if any(output.violations for result in results for output in result.outputs) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.corpus", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add = parser.add_argument
    add("-o", "--output", type=Path, help="folder for corpus.json and corpus.md")
    add("--compare", nargs=2, metavar=("OLD", "NEW"), help="two corpus.json side by side")
    add("--records", type=int, default=40, help="how many records are drawn (default 40)")
    add("--seed", type=int, default=1, help="of the records and of the points (default 1)")
    add("--width", type=int, default=12, help="bits of the records' inputs (default 12)")
    add("--output-width", type=int, default=10, help="bits of the records' outputs (default 10)")
    add("--jet-width", type=int, default=16, help="bits of the jets' inputs (default 16)")
    add("--jet-output-width", type=int, default=16, help="bits of the jets' outputs (default 16)")
    add("--no-jets", action="store_true", help="the records alone")
    add("--points", type=int, default=10_000, help="where errors are measured (default 10000)")
    add("--device", default="ecp5-85k", help="the target device (default ecp5-85k)")
    add("--frequency", type=float, default=200.0, help="the clock asked for, MHz (default 200)")
    add("--dsp", choices=("auto", "none"), default="auto", help="whether DSP blocks are used")
    add("--level", type=int, choices=(0, 1, 2), default=1, help="optimisation level (default 1)")
    add("--no-synth", action="store_true", help="without synthesis, place and route")
    add("--jobs", type=int, default=os.cpu_count() or 1, help="syntheses at a time")
    add("--corpus", type=Path, default=CORPUS, help="folder of the corpora")
    return parser


def _described(given: argparse.Namespace) -> dict[str, str | int | float | bool]:
    """The options that decide about the figures."""
    names = (
        "records", "seed", "width", "output_width", "jet_width", "jet_output_width", "no_jets", "points",
        "device", "frequency", "dsp", "level", "no_synth",
    )  # fmt: skip
    return {name: getattr(given, name) for name in names}


def run(given: argparse.Namespace) -> list[Result]:
    """Compiles and measures one after the other, for times that mean something; then synthesises."""
    options = Options(
        given.width,
        given.output_width,
        given.level,
        given.device,
        given.frequency,
        given.dsp,
        given.points,
        given.seed,
    )
    problems = [
        (problem, options) for problem in chosen_problems(given.corpus, given.records, given.seed)
    ]
    if not given.no_jets:
        wide = replace(options, width=given.jet_width, output_width=given.jet_output_width)
        problems.append((jet_problem(given.corpus), wide))
    compiled(WARM_UP, read(WARM_UP), options)
    found: list[tuple[Result, str, Options]] = []
    for problem, how in problems:
        result, verilog = compile_and_measure(problem, how)
        _tell(f"{problem.id}: {result.status} {result.message}".rstrip())
        found.append((result, verilog, how))
    if given.no_synth:
        return [result for result, _verilog, _how in found]
    with ThreadPoolExecutor(given.jobs) as pool:
        return list(pool.map(_synthesised, *zip(*found, strict=True)))


def _synthesised(result: Result, verilog: str, options: Options) -> Result:
    done = synthesised(result, verilog, options)
    _tell(f"{done.id}: synthesis {done.synth_status} {done.synth_message}".rstrip())
    return done


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(status_of(main))
