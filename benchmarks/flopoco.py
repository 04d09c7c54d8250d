"""FloPoCo's functions as they were measured: the fewest LUTs that it takes for a row of the suite.

The figures stand in a CSV file with a line for each operator that was tried; of a row it is the smallest one that is
combinational, takes no DSP block and is off by at most one unit of its last place.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.function_suite import BOTH, Row

FIGURES = Path(__file__).parents[2] / "shared" / "flopoco.csv"
COMBINATIONAL = "0"
PARAMETERS = re.compile(r"\blsbIn=-(\d+) lsbOut=-(\d+)\b")
DEVICES: Mapping[str, tuple[str, ...]] = {
    "ecp5-85k": ("ecp5_lut", "ecp5_lut_nowidelut"),
    "xcvu9p": ("xcup_lut",),
}
"""The columns with the LUTs of a device."""

SPELLINGS = {"where(x>0, x*log2(where(x>0,x,1)), 0)": "x*log2(x)"}
"""Functions that the figures call otherwise than the suite."""

Key = tuple[str, bool, int]
"""A function's text, whether there are negative arguments, and the bits."""


@dataclass(frozen=True, slots=True)
class Peer:
    """The fewest LUTs by device; those that nobody measured are not there."""

    luts: Mapping[str, int]


def key_of(row: Row) -> Key:
    """By what the row is found among the figures."""
    return row.function.text, row.domain is BOTH, row.bits


def read_figures(path: Path) -> dict[Key, Peer]:
    """The figures of every function there; empty where there is no file."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as stream:
        return best_of(csv.DictReader(stream))


def best_of(lines: Iterable[Mapping[str, str]]) -> dict[Key, Peer]:
    """The fewest LUTs of lines that may be compared."""
    found: dict[Key, dict[str, int]] = {}
    for line in lines:
        parameters = PARAMETERS.search(line["params"])
        if parameters is None or parameters[1] != parameters[2] or not _is_comparable(line):
            continue
        text = SPELLINGS.get(line["function"], line["function"])
        best = found.setdefault((text, "signedIn=1" in line["params"], int(parameters[1])), {})
        for device, columns in DEVICES.items():
            for column in columns:
                if line[column]:
                    best[device] = min(int(line[column]), best.get(device, int(line[column])))
    return {key: Peer(best) for key, best in found.items()}


def _is_comparable(line: Mapping[str, str]) -> bool:
    error = float(line["max_err_ulp"] or "inf")
    return (
        line["operator"].startswith("FixFunctionBy")
        and line["latency_cycles"] == COMBINATIONAL
        and line["ecp5_dsp"] == "0"
        and error <= 1
    )
