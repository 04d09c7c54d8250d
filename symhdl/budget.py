"""How long searches may go on (the clock is read here alone), and what is told how far they are."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

Clock = Callable[[], float]
"""Seconds since some moment."""

Progress = Callable[[str], None]
"""Is told how far a search is, or which tool runs."""


INTERRUPTED = "interrupted"
"""The id of the warning of a design whose searches the user ended."""


@dataclass(slots=True, eq=False)
class Budget:
    """Asked by searches between one candidate and the next; without a limit it is never over, and no clock is read.

    A search that asks and is told that it is over takes the best that it has: after so many `seconds`, or after so many
    `steps`, which are how often they have `asked`. `cut` says whether one did. Where it is `lifted` the limits do not
    matter any more: what was found is made a design.
    """

    seconds: float | None = None
    clock: Clock = time.monotonic
    cut: bool = False
    lifted: bool = False
    steps: int | None = None
    asked: int = field(init=False, default=0)
    _start: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        if self.seconds is not None:
            self._start = self.clock()

    @property
    def is_limited(self) -> bool:
        """Whether it can be over."""
        return self.seconds is not None or self.steps is not None

    @property
    def told(self) -> str:
        """The limit that was reached, such as `5 s`."""
        if not self._is_used_up:
            return f"{self.seconds:g} s"
        return "1 step" if self.steps == 1 else f"{self.steps:,} steps"

    @property
    def name(self) -> str:
        """The limit that was reached, as the option and diagnostics call it."""
        return "step-limit" if self._is_used_up else "time-limit"

    @property
    def _is_used_up(self) -> bool:
        return self.steps is not None and self.asked > self.steps

    def is_over(self) -> bool:
        """Whether the search that asks has to end here, which makes the design `cut`."""
        if self.lifted or not self.is_limited:
            return False
        self.asked += 1
        self.cut = self.is_late() or self._is_used_up
        return self.cut

    def is_late(self) -> bool:
        """Whether the time is over, which ends also what is no search; it counts as no step."""
        if self.seconds is None or self.lifted:
            return False
        self.cut = self.cut or self.clock() - self._start >= self.seconds
        return self.cut

    def lift(self) -> None:
        """From here on nothing is cut short."""
        if self.is_limited:
            self.lifted = True


UNLIMITED = Budget()
"""What there is without a limit."""
