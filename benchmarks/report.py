"""A run of the corpus as a JSON document and as Markdown."""

from __future__ import annotations

import platform
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TypedDict

from benchmarks.runs import Result
from benchmarks.tables import NOTHING, fixed, geometric_mean, number, table

ROOT = Path(__file__).parents[1]


class SynthDict(TypedDict):
    """The figures after synthesis, place and route."""

    luts: int
    ffs: int
    dsps: int
    brams: int
    carries: int
    fmax_mhz: float | None
    tool: str


class OutputDict(TypedDict):
    """An output; see `runs.OutputResult`."""

    name: str
    format: str
    ulp: float
    error_bound: float
    error_measured: float
    violations: int
    undecided: int


class ResultDict(TypedDict):
    """A design; see `runs.Result`."""

    id: str
    dialect: str
    width: int
    output_width: int
    status: str
    message: str
    outputs: list[OutputDict]
    references: int
    references_agreeing: int
    cells: int
    latency_cycles: int | None
    estimated_luts: int | None
    synth_status: str
    synth_message: str
    synth: SynthDict | None
    compile_s: float | None
    synth_s: float | None


class Document(TypedDict):
    """What `corpus.json` holds."""

    versions: dict[str, str]
    options: dict[str, str | int | float | bool]
    designs: list[ResultDict]


def document(
    results: Sequence[Result], options: Mapping[str, str | int | float | bool]
) -> Document:
    """The results with the versions of everything that had a part in them."""
    tools = sorted({_tools(result) for result in results if result.synth is not None})
    versions = {
        "symhdl": version("symhdl"),
        "revision": _revision(),
        "python": platform.python_version(),
        "python-flint": version("python-flint"),
        "numpy": version("numpy"),
        "synthesis": "; ".join(tools) or "not run",
    }
    designs: list[ResultDict] = [asdict(result) for result in results]  # type: ignore[misc]
    return {"versions": versions, "options": dict(options), "designs": designs}


def _tools(result: Result) -> str:
    """The tools without the synthesis options, which are chosen for every design."""
    assert result.synth is not None
    parts = result.synth.tool.split("; ")
    return " + ".join(" ".join(part.split()[:2]) for part in parts)


def _revision() -> str:
    """The commit of the checkout, with a mark if files were changed since."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


def report_lines(run: Document) -> list[str]:
    """The Markdown text."""
    options = ", ".join(f"{name} {value}" for name, value in run["options"].items())
    versions = ", ".join(f"{name} {value}" for name, value in run["versions"].items())
    return [
        "# Corpus benchmark",
        "",
        f"Options: {options}.",
        "",
        f"Versions: {versions}.",
        "",
        *_summary_lines(run["designs"]),
        "",
        "Errors are in units of the output's last place (ulp), the worst of the outputs; the measured one is the",
        "largest at the points, against the mathematics as read, with 40 digits. References: points at which the text",
        "as read has the value that an independent reader gives. Compile: one run after a warm-up, in seconds.",
        "",
        *table(HEADING, map(_row, run["designs"])),
        "",
        *_trouble_lines(run["designs"]),
    ]


HEADING = (
    "design", "status", "compile s", "references", "proved ulp", "measured ulp", "latency", "LUTs", "FFs", "DSPs",
    "BRAMs", "Fmax MHz",
)  # fmt: skip


def _row(design: ResultDict) -> tuple[str, ...]:
    synth = design["synth"]
    status = design["status"]
    if status == "ok" and design["synth_status"] == "failed":
        status = "synth failed"
    return (
        design["id"],
        status,
        fixed(design["compile_s"], 2),
        f"{design['references_agreeing']}/{design['references']}" if design["outputs"] else NOTHING,
        fixed(worst_ulps(design, "error_bound"), 3),
        fixed(worst_ulps(design, "error_measured"), 3),
        number(design["latency_cycles"]),
        number(synth["luts"] if synth else None),
        number(synth["ffs"] if synth else None),
        number(synth["dsps"] if synth else None),
        number(synth["brams"] if synth else None),
        fixed(synth["fmax_mhz"] if synth else None, 1),
    )


def worst_ulps(design: ResultDict, key: str) -> float | None:
    """The worst error of the outputs, in units of their last places."""
    if not design["outputs"]:
        return None
    errors = {
        "error_bound": [output["error_bound"] / output["ulp"] for output in design["outputs"]],
        "error_measured": [
            output["error_measured"] / output["ulp"] for output in design["outputs"]
        ],
    }
    return max(errors[key])


def _summary_lines(designs: Sequence[ResultDict]) -> list[str]:
    counts = Counter(design["status"] for design in designs)
    synth = [design["synth"] for design in designs if design["synth"] is not None]
    told = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    outputs = [output for design in designs for output in design["outputs"]]
    above = sum(output["violations"] for output in outputs)
    undecided = sum(output["undecided"] for output in outputs)
    above_ulp = sum(output["error_bound"] > output["ulp"] for output in outputs)
    asked = sum(design["references"] for design in designs if design["outputs"])
    agreeing = sum(design["references_agreeing"] for design in designs)
    seconds = [design["compile_s"] for design in designs if design["compile_s"] is not None]
    fmax = [figures["fmax_mhz"] for figures in synth if figures["fmax_mhz"] is not None]
    rows = [
        ("designs", f"{len(designs)}: {told}"),
        ("points at which the measured error exceeds the proved one", str(above)),
        ("points without a certain real value", str(undecided)),
        ("outputs whose proved error exceeds one ulp", f"{above_ulp} of {len(outputs)}"),
        ("reference points that agree", f"{agreeing} of {asked}"),
        ("compile time, longest and sum, s", f"{max(seconds, default=0):.2f}, {sum(seconds):.2f}"),
        ("placed and routed", f"{len(fmax)}"),
        ("geometric mean of LUTs", number(geometric_mean([f["luts"] for f in synth if f["luts"]]))),
        ("geometric mean of FFs", number(geometric_mean([f["ffs"] for f in synth if f["ffs"]]))),
        ("sum of DSPs", str(sum(figures["dsps"] for figures in synth))),
        ("geometric mean and least of Fmax, MHz", f"{number(geometric_mean(fmax))}, {number(min(fmax, default=None))}"),
    ]  # fmt: skip
    return table(("all designs", "figure"), rows)


def _trouble_lines(designs: Sequence[ResultDict]) -> list[str]:
    lines: list[str] = []
    for design in designs:
        for message in (design["message"], design["synth_message"]):
            if message:
                lines.append(f"- {design['id']}: {message.splitlines()[0]}")
    return ["What failed:", "", *lines] if lines else []
