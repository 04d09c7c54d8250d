"""How long searches may go on (the clock is read here alone), and what is told how far they are."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

Clock = Callable[[], float]
"""Seconds since some moment."""

Progress = Callable[[str], None]
"""Is told how far a search is, or which tool runs."""


@dataclass(slots=True, eq=False)
class Budget:
    """Asked by searches between one candidate and the next; without a limit it is never over, and no clock is read.

    A search that asks and is told that the time is over takes the best that it has. `cut` says whether one did. Where
    it is `lifted` the time does not matter any more: what was found is made a design.
    """

    seconds: float | None = None
    clock: Clock = time.monotonic
    cut: bool = False
    lifted: bool = False
    _start: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        if self.seconds is not None:
            self._start = self.clock()

    def is_over(self) -> bool:
        """Whether the search that asks has to end here, which makes the design `cut`."""
        if self.seconds is None or self.lifted:
            return False
        self.cut = self.cut or self.clock() - self._start >= self.seconds
        return self.cut

    def lift(self) -> None:
        """From here on nothing is cut short."""
        if self.seconds is not None:
            self.lifted = True


UNLIMITED = Budget()
"""What there is without a limit."""
