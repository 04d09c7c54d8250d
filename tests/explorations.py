"""Small explorations, and what their rows are whoever makes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from symhdl.explore.equation import Equation
from symhdl.explore.job import Job
from symhdl.explore.row import Row

OPTIONS = (("error", "0.05"), ("ranges", (("x", "-1:1"), ("z", "0:1"))))
TEXTS = ("x + 0.5*z", "x*z", "x*x - 0.25*z", "log(x)", "z*(x + 0.3)")
"""One of them has no value somewhere, and becomes a failed row."""

JOBS = tuple(
    Job(Equation(text, "g", complexity, 1 / complexity), (*OPTIONS, ("width", width)))
    for complexity, text in enumerate(TEXTS, 1)
    for width in ("6", "8")
)


def untimed(rows: Iterable[Row]) -> list[Row]:
    """Rows without the time that they took."""
    return [replace(row, seconds=0.0) for row in rows]
