"""How long a job takes about, by the look of it: for shards of about one length, never for what a job becomes."""

from __future__ import annotations

import re

from symhdl.explore.job import Job

_OPERATION = re.compile(r"[-+*/^<>]|\w\(")

LEAST_S, OPERATION_S = 0.15, 0.02
"""Seconds of a job at level 1 on a common core, and what each operation adds, by the fronts of the jets."""

LEVELS = {"0": 0.5, "1": 1.0, "2": 10.0}
SEARCH = 5.0
"""What a goal on data multiplies that by."""

TOOLS_S = {"estimated": 0.0, "synth": 10.0, "pnr": 20.0}


def seconds_of(job: Job) -> float:
    """An estimate of the seconds that a job takes on a common core, the same on every machine."""
    options = dict(job.options)
    operations = len(_OPERATION.findall(job.equation.text))
    factor = LEVELS.get(str(options.get("opt", "1")), 1.0)
    factor *= SEARCH if options.get("goal") else 1.0
    return (LEAST_S + OPERATION_S * operations) * factor + TOOLS_S[job.far]
