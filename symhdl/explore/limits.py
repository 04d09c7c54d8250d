"""What a design may take: limits such as `luts=500`, by the names of columns."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from symhdl.errors import Diagnostic, UsageError, shortened
from symhdl.explore.row import Row

ADDED = ("luts", "ffs", "dsps", "brams")
"""What designs side by side take together, before they share anything."""

SLOWEST = ("cycles", "ns")
"""What designs side by side take as the slowest of them."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that a design may take, by the names of columns."""

    most: Mapping[str, float]

    def __str__(self) -> str:
        return ", ".join(f"{name}={limit:g}" for name, limit in self.most.items())

    @property
    def added(self) -> tuple[str, ...]:
        """The limited resources that add up."""
        return tuple(name for name in self.most if name in ADDED)

    def excess(self, taken: Mapping[str, float | None]) -> str:
        """The first resource of which more is taken than there may be, or of which it is not known; "" for none."""
        for name, limit in self.most.items():
            value = taken.get(name)
            if value is None or value > limit:
                return name
        return ""

    def holds_alone(self, row: Row) -> bool:
        """Whether a row may be one of several side by side, by what the slowest of them takes."""
        taken = {name: getattr(row, name) for name in self.most if name in SLOWEST}
        return all(value is not None and value <= self.most[name] for name, value in taken.items())


def limits_of(texts: Iterable[str]) -> Limits:
    """The budget that texts such as `luts=500,dsps=0` mean. Raises UsageError for others."""
    limits: dict[str, float] = {}
    for text in texts:
        for part in text.split(","):
            name, equals, number = (each.strip() for each in part.partition("="))
            limit = _number(number)
            if name not in (*ADDED, *SLOWEST) or not equals or limit is None:
                message = f"`{shortened(part.strip())}` is not a budget"
                listed = ", ".join((*ADDED, *SLOWEST))
                help = f"write luts=500, say; what can be limited: {listed}"
                raise UsageError(Diagnostic("bad-budget", message, help=help))
            if limits.setdefault(name, limit) != limit:
                message = f"the budget has two limits for {name}"
                raise UsageError(Diagnostic("bad-budget", message, help="leave one of them out"))
    return Limits(limits)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None
