"""Work counted in lines of Python that run: the same on every machine, which seconds are not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType


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
