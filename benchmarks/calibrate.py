"""Fits a device's file to Yosys and nextpnr, and writes the figures into it: `python -m benchmarks.calibrate DEVICE`.

Operators, functions and small designs of many widths are built as the compiler builds them for the device,
synthesised, and placed and routed between registers where nextpnr knows the device. `[costs]` and `[alternative_costs]`
are fitted to the LUTs, `[delays]` to the longest paths, each where its section stands in the file itself; `[residuals]`
tells how far they are off. What the tools were asked before stands in the cache.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from benchmarks.device_file import has_section, with_figures, with_section
from benchmarks.fits import (
    by_kind,
    errors,
    fitted_costs,
    fitted_delays,
    longest_off,
    luts_off,
)
from benchmarks.samples import Measured, measured, samples
from symhdl.flow.signals import status_of
from symhdl.flow.tools import need_tool, tool_version
from symhdl.flow.yosys import option_sets
from symhdl.targets.files import SUFFIX, target_names
from symhdl.targets.target import Residuals, Target, load_target

CACHE = Path(__file__).parents[1] / "build" / "calibrate"
FOLDER = Path(str(resources.files("symhdl.targets")))
FITTED = ("costs", "alternative_costs", "delays", "residuals")


def main(words: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calibrate", description=__doc__)
    add = parser.add_argument
    add("device", choices=target_names(), metavar="DEVICE", help="a device that comes with symhdl")
    add("--dry-run", action="store_true", help="print the file instead of writing it")
    add("--cache", type=Path, default=CACHE, help="figures of the tools (build/calibrate)")
    given = parser.parse_args(words)
    target = load_target(given.device)
    found = measured(list(samples(target)), target, given.cache)
    path = FOLDER / (given.device + SUFFIX)
    before = path.read_text(encoding="utf-8")
    fitted = calibrated(found, target, own=before)
    text = with_target(before, target, fitted)
    print(told(found, target, "as the file has it"), told(found, fitted, "fitted"), sep="\n\n")
    if given.dry_run:
        print(text, end="")
    else:
        path.write_text(text, encoding="utf-8", newline="\n")
    return 0


def calibrated(found: Sequence[Measured], target: Target, own: str) -> Target:
    """The target with figures fitted in those sections that stand in its own text, and with its residuals."""
    ways = len(option_sets(target, use_dsps=True))
    if has_section(own, "costs"):
        first, second = (fitted_costs(found, way % ways, target) for way in (0, 1))
        target = dataclasses.replace(target, costs=first, alternative_costs=second)
    if target.tools.place_and_route and has_section(own, "delays"):
        target = dataclasses.replace(target, delays=fitted_delays(found, target))
    luts, longest = luts_off(found, target), longest_off(found, target)
    residuals = Residuals(len(luts), *errors(luts), len(longest), *errors(longest), _tools(target))
    return dataclasses.replace(target, residuals=residuals)


def with_target(text: str, known: Target, fitted: Target) -> str:
    """The text of a known target's file with what is fitted otherwise."""
    text = with_section(text, "residuals", before="tools")
    for section in FITTED:
        figures = getattr(fitted, section)
        if figures != getattr(known, section):
            text = with_figures(text, section, dataclasses.asdict(figures))
    return text


def told(found: Sequence[Measured], target: Target, title: str) -> str:
    """How far a target's figures are off, by kind."""
    texts = [f"{target.name}, {title}"]
    for name, off in (("LUTs", luts_off(found, target)), ("ns", longest_off(found, target))):
        if off:
            median, worst = errors(off)
            heading = (
                f"{name}, model to tools: off by {median:.1%} in the middle, {worst:.1%} at worst"
            )
            texts += ["", heading, "", by_kind(off)]
    return "\n".join(texts)


def _tools(target: Target) -> str:
    names = ["yosys"] + [target.tools.place_and_route] * bool(target.tools.place_and_route)
    return ", ".join(f"{name} {tool_version(need_tool(name))}" for name in names)


if __name__ == "__main__":
    sys.exit(status_of(main))
