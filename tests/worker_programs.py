"""A worker whose jobs do as their equations say: `die`, `die once`, `hang`, `fail`, `print`; all others are done."""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

from symhdl.explore.equation import Equation
from symhdl.explore.job import Job
from symhdl.explore.row import Row
from symhdl.explore.runners.worker import serve

PROGRAM = (sys.executable, __file__)


def job_that(text: str, place: str = "") -> Job:
    """A job for this program. `place` is a file by which its processes tell something."""
    return Job(Equation(text, place=place))


def row_of(job: Job) -> Row:
    """What the equation says."""
    text, place = job.equation.text, Path(job.equation.place)
    row = replace(Row.of(job, "done"), luts=len(text))
    if text == "print":
        print("this is not a row")
        os.write(1, b"nor is this\n")
    if text == "fail":
        raise ZeroDivisionError("a mistake of ours")
    if text == "die" or (text == "die once" and not place.exists()):
        place.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if text.startswith("wait"):
        with place.open("a") as file:
            file.write(f"{os.getpid()} {text}\n")
        time.sleep(float(text.split()[1]))
    return row


if __name__ == "__main__":
    sys.exit(serve(row_of))
