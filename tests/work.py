"""Work counted in lines of Python that run, the same on every machine, which seconds are not; and memory."""

from __future__ import annotations

import re
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

STATUS = Path("/proc/self/status")


class LineCounter:
    """Counts while it is the trace function."""

    def __init__(self) -> None:
        self.lines = 0

    def __call__(self, _frame: FrameType, event: str, _argument: object) -> LineCounter:
        """What Python calls for every function that is entered, and every line in it."""
        self.lines += event == "line"
        return self


def lines_run(action: Callable[[], object]) -> int:
    """How many lines of Python the action runs, a loop's lines each time. What C code does is not counted."""
    counter = LineCounter()
    before = sys.gettrace()
    sys.settrace(counter)
    try:
        action()
    finally:
        sys.settrace(before)
    return counter.lines


def peak_megabytes() -> int:
    """The most memory that this process had.

    What `getrusage` says counts what the process had from which it was started, so Linux is asked another way.
    """
    found = re.search(r"VmHWM:\s+(\d+)", STATUS.read_text()) if STATUS.exists() else None
    if found is not None:
        return int(found[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
