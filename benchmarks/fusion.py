"""What fusion and algebra bring beside another commit: `python -m benchmarks.fusion --compare PYTHON`.

Records drawn by a seed, five jet taggers as one design, and a few designs with better forms than they are written in,
which are shown: by Yosys without and with DSP blocks, the smallest first, or with `--estimate` by the estimates. With
`--few-bits` functions of a few bits of several inputs instead. What Yosys was asked is kept in `build/fusion`.
"""

from __future__ import annotations

import argparse
import itertools
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.datapath_designs import designs
from benchmarks.draws import parser_of
from benchmarks.golden import CHOICES, compile_all, digest, figures, measure
from benchmarks.golden_comparison import LARGEST_LUTS, Comparison, Figures
from benchmarks.golden_compile import Compiled, Job, design_of
from benchmarks.golden_designs import Combination
from benchmarks.precision import jet_job
from benchmarks.problems import EVERY_DIALECT, chosen_problems, is_missing
from benchmarks.records import LUTS_OF_BLOCK, drawn, job_of
from benchmarks.tables import fixed, geometric_mean
from symhdl.analysis.regions import Region
from symhdl.design import Design
from symhdl.flow.signals import status_of
from symhdl.ir.wire_names import wire_names
from symhdl.printers.native import NATIVE
from symhdl.printers.printer import program_of

CACHE = Path(__file__).parents[1] / "build" / "fusion"
DEVICES = ("ecp5-85k", "xcvu9p")
MOST_RECORDS = 10_000
TOGETHER = 40
"""Designs in one run of Yosys."""

LUTS_OF_MEMORY = 45
"""What a memory block counts in LUTs."""

JETS = "jets"
FIR16 = next(design.source for design in designs() if design.name == "fir16")
FORMS = {
    "fir16": FIR16,
    "polynomial": "input a, b, c : fixed<12,1>\n"
    "y = 0.7*a*b*c + 1.3*a*b - 0.4*a*c^2 + 0.9*b^2*c + 0.25*a^2*b - 0.6*c\noutput y : fixed<12,3>",
    "power": "input x : fixed<12,3>\ny = cos(x)^18\noutput y : ufixed<12,1>",
    "common-divisor": "input a : ufixed<12,2> in [0.5, 2]\ninput b, c : fixed<12,1>\n"
    "input d : ufixed<12,2> in [1, 2]\ny = (a*b + a*c)/(d*a)\noutput y : fixed<12,3>",
    "softmax": "input a, b, c : fixed<12,2>\ns = exp(a) + exp(b) + exp(c)\n"
    "p = exp(a)/s\nq = exp(b)/s\nr = exp(c)/s\n"
    "output p : ufixed<12,1>\noutput q : ufixed<12,1>\noutput r : ufixed<12,1>",
}
"""Designs, by name, of which another form than the written one is smaller, or should not be looked for."""

FEW_BITS = {
    "sine": "sin(x*y)",
    "size": "sqrt(x^2 + y^2)",
    "times": "x*y",
    "bell": "exp(-x^2 - y^2)",
    "direction": "atan2(y, x + 1.5)",
    "share": "x/(y + 1.5)",
    "waves": "sin(3*x)*cos(2*y)",
    "parabola": "x^2 - 0.7*y",
    "choice": "if x*y > 0.1 then x else y^2",
    "line": "0.3*x*y - z",
    "neuron": "tanh(0.7*x - 1.2*y + 0.4*z)",
    "pairs": "x*y + y*z + x*z",
}
"""Functions of two and three inputs, by name."""

BITS = {2: (3, 4, 5), 3: (2, 3)}
"""Of each input, by how many there are."""

GOALS = (2, 3, 4)
"""Bits behind the point that errors allow."""

Jobs = dict[Combination, Job]
Side = Mapping[Combination, Compiled]


def jobs(given: argparse.Namespace) -> tuple[Jobs, dict[Combination, Compiled]]:
    """All that is compared on a device: the designs with other forms and, where there are corpora, jets and records.

    With what is known already of what this commit makes of them. Records that are named are not drawn.
    """
    sources = {
        name: Job(source=text, top=name.replace("-", "_"), device="", dsp="", frequency_mhz=0.0)
        for name, text in FORMS.items()
    }
    records: Jobs = {}
    known: dict[Combination, Compiled] = {}
    if given.few_bits:
        sources = dict(_few_bits())
    elif given.record:
        sources, records = {}, _named(given)
    elif not given.forms and not is_missing(given.corpus):
        sources[JETS] = jet_job(given.corpus)
        records, known = drawn(given)
    own = {
        Combination(name, given.device, dsp): Job(
            **{**job, "device": given.device, "dsp": dsp, "frequency_mhz": given.frequency}
        )
        for name, job in sources.items()
        for dsp in given.dsp or CHOICES
    }
    return own | records, known


def _named(given: argparse.Namespace) -> Jobs:
    return {
        Combination(problem.id, given.device, dsp): job_of(problem, given, dsp)
        for problem in chosen_problems(given.corpus, MOST_RECORDS, given.seed, EVERY_DIALECT)
        if problem.id in given.record
        for dsp in given.dsp or CHOICES
    }


def _few_bits() -> Iterator[tuple[str, Job]]:
    """The functions of few bits, with inputs and goals of several sizes."""
    for name, text in FEW_BITS.items():
        inputs = [each for each in "xyz" if re.search(rf"\b{each}\b", text)]
        for bits, goal in itertools.product(BITS[len(inputs)], GOALS):
            declared = f"input {', '.join(inputs)} : fixed<{bits},1>"
            source = f"{declared}\nr = {text}\noutput r error <= 2^-{goal}"
            top = f"{name}{bits}_{goal}"
            yield top, Job(source=source, top=top, device="", dsp="", frequency_mhz=0.0)


def sides(python: str, chosen: Jobs, known: Side) -> tuple[Side, Side]:
    """What another interpreter makes of the jobs and what this one does: those that become hardware."""
    rest = {each: job for each, job in chosen.items() if each not in known}
    new = {**known, **compile_all(sys.executable, rest)}
    usable = {each: job for each, job in chosen.items() if new[each]["latency"]}
    old = compile_all(python, usable)
    both = [each for each in usable if old[each]["latency"]]
    return {each: old[each] for each in both}, {each: new[each] for each in both}


def estimated(results: Side) -> dict[Combination, Figures]:
    """The figures by the estimates."""
    return {
        each: Figures(
            digest(result["verilog"]), result["luts"], result["ffs"], result["dsps"],
            result["brams"], result["latency"], None,
        )
        for each, result in results.items()
    }  # fmt: skip


def measured(results: Side, cache: Path) -> dict[Combination, Figures]:
    """The figures by Yosys; it is asked about the smallest first, so that they are kept when it is stopped."""
    found: dict[Combination, Figures] = {}
    ordered = sorted(results, key=lambda each: results[each]["luts"])
    for start in range(0, len(ordered), TOGETHER):
        part = {each: results[each] for each in ordered[start : start + TOGETHER]}
        found |= figures(part, measure(part, cache), {})
    return found


def equivalents(
    old: Mapping[Combination, Figures], new: Mapping[Combination, Figures]
) -> Iterator[str]:
    """The same with what blocks stand for in LUTs: means, and what is larger, or later."""
    for dsp in CHOICES:
        ratios = {
            each: _equivalents(new[each]) / _equivalents(old[each])
            for each in new
            if each.dsp == dsp
        }
        if ratios:
            mean = fixed(geometric_mean([*ratios.values()]), 3)
            cycles = [sum(side[each].cycles for each in ratios) for side in (old, new)]
            yield f"DSP {dsp}: {mean} of the LUTs with blocks over {len(ratios)}, {cycles[0]} -> {cycles[1]} cycles"
        for each, ratio in ratios.items():
            if ratio > LARGEST_LUTS:
                yield f"{each}: LUTs with blocks {ratio:.3f}"
            if new[each].cycles > old[each].cycles:
                yield f"{each}: {old[each].cycles} -> {new[each].cycles} cycles"


def _equivalents(figures: Figures) -> int:
    blocks = LUTS_OF_BLOCK * figures.dsps + LUTS_OF_MEMORY * figures.brams
    return max(1, figures.luts + blocks)


def form_lines(design: Design) -> Iterator[str]:
    """What a design became, in the words of the language, and what of it are functions of one variable."""
    for assignment in program_of(design.graph, NATIVE).assignments:
        yield f"    {assignment.name} = {''.join(assignment.pieces)}"
    names = wire_names(design.graph)
    for region in design.regions:
        yield f"    {_name(design, region, names)}: one function of {names[region.argument]}"


def _name(design: Design, region: Region, names: Sequence[str]) -> str:
    for output in design.graph.outputs:
        if output.node == region.node:
            return output.name
    return names[region.node]


def _parser() -> argparse.ArgumentParser:
    parser = parser_of("fusion", __doc__, seeded="the draw", output_width=12)
    add = parser.add_argument
    add("--records", type=int, default=60, help="how many are drawn (default 60)")
    add("--record", action="append", metavar="ID", help="only this record (repeatable)")
    add("--few-bits", action="store_true", help="only functions of few bits")
    add("--forms", action="store_true", help="only the designs with other forms")
    add("--dsp", action="append", choices=CHOICES, help="with or without blocks (default both)")
    add("--freq", dest="frequency", type=float, default=200.0, help="MHz (default 200)")
    add("--device", default=DEVICES[0], help=f"default {DEVICES[0]}")
    add("--most", type=int, metavar="LUTS", help="leave out what is estimated above, before or now")
    add("--estimate", action="store_true", help="by the estimates, without Yosys")
    add("--compare", metavar="PYTHON", required=True, help="an interpreter with another commit")
    add("--cache", type=Path, default=CACHE, help="what is known (default build/fusion)")
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Prints both tables; the exit status, 1 where something is not as good as before."""
    given = _parser().parse_args(words)
    chosen, known = jobs(given)
    old, new = sides(given.compare, chosen, known)
    if given.most:
        kept = [each for each in new if max(old[each]["luts"], new[each]["luts"]) <= given.most]
        old, new = ({each: side[each] for each in kept} for side in (old, new))
    both = [
        estimated(side) if given.estimate else measured(side, given.cache) for side in (old, new)
    ]
    seconds = [sum(result["compile_s"] for result in side.values()) for side in (old, new)]
    found = Comparison(both[0], both[1], seconds[0], seconds[1])
    print(found.text())
    print("\n".join(["", *equivalents(*both)]))
    for each in new:
        if each.design in FORMS:
            print(f"\n{each}")
            print("\n".join(form_lines(design_of(chosen[each]).design)))
    return 1 if found.shortcomings() else 0


if __name__ == "__main__":
    sys.exit(status_of(main))
