"""Markdown tables and the numbers in them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

NOTHING = "-"


def table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table with the first column to the left and the others to the right; bars in texts are escaped."""
    lines = [
        "| " + " | ".join(heading) + " |",
        "|---|" + "---:|" * (len(heading) - 1),
    ]
    for row in rows:
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |")
    return lines


def number(value: float | None, digits: int = 3) -> str:
    """A number with so many digits, whole numbers in full, nothing as a dash."""
    if value is None:
        return NOTHING
    if isinstance(value, int):
        return str(value)
    return f"{value:.{digits}g}"


def fixed(value: float | None, places: int) -> str:
    """A number with so many decimal places, nothing as a dash."""
    return NOTHING if value is None else f"{value:.{places}f}"


def geometric_mean(values: Sequence[float]) -> float | None:
    """The geometric mean of positive numbers; None of none."""
    if not values:
        return None
    return math.exp(sum(map(math.log, values)) / len(values))


def quantile(values: Sequence[float], share: float) -> float | None:
    """The least value that so large a share does not exceed; None of none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None
