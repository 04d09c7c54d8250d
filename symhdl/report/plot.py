"""Plots as SVG: scales with round numbers along them, a frame, and a picture that stands alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from symhdl.report.markup import Content, Markup, element

INK, GRID, GRID_OPACITY = "#222222", "#8a93a0", 0.4
TICKS = 5
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
LEAST_RATIO = 3.0
"""From so many times the least number on a scale is one of logarithms, if all are positive."""

FACTORS = ((1.5, (1, 2, 3, 5)), (3.0, (1, 3)), (math.inf, (1,)))
"""What stands at a scale of logarithms over so many decades, in every one of them."""

MOST_DECADES = 7


@dataclass(frozen=True, slots=True)
class Scale:
    """Numbers from `low` to `high` along an axis, from pixel `start` to pixel `end`, perhaps by their logarithms."""

    low: float
    high: float
    start: float
    end: float
    is_log: bool = False

    def at(self, value: float) -> float:
        """The pixel of a number."""
        low, high = self.low, self.high
        if self.is_log:
            value, low, high = (math.log(each) for each in (value, low, high))
        return self.start + (value - low) / ((high - low) or 1.0) * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Round numbers along it."""
        return decades(self.low, self.high) if self.is_log else ticks(self.low, self.high)


def scale_of(values: Sequence[float], start: float, end: float) -> Scale:
    """A scale on which numbers have their places, with some room at its ends."""
    low, high = min(values), max(values)
    if low > 0 and high / low >= LEAST_RATIO:
        room = (high / low) ** 0.04
        return Scale(low / room, high * room, start, end, is_log=True)
    room = (high - low) * 0.04 or abs(high) * 0.1 or 1.0
    return Scale(low - room, high + room, start, end)


def ticks(low: float, high: float) -> list[float]:
    """A handful of round numbers between two."""
    rough = (high - low) / TICKS
    if rough <= 0:
        return [low]
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(step for step in STEPS if step * power >= rough * (1 - 1e-9)) * power
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step + 0.0 for number in range(first, last + 1)]


def decades(low: float, high: float) -> list[float]:
    """A handful of powers of ten between two positive numbers, and of what lies between where these are few."""
    count = math.log10(high / low)
    factors = next(factors for most, factors in FACTORS if count < most)
    every = max(1, math.ceil(count / MOST_DECADES))
    powers = range(math.floor(math.log10(low)), math.floor(math.log10(high)) + 1)
    found = [factor * 10.0**power for power in powers if power % every == 0 for factor in factors]
    inside = [value for value in found if low <= value <= high]
    return inside if len(inside) > 1 else ticks(low, high)


def frame(across: Scale, up: Scale, labels: tuple[str, str]) -> Iterator[Markup]:
    """The lines at round numbers, the numbers, and what stands along both axes."""
    for value in across.ticks():
        place = across.at(value)
        yield _rule(place, up.end, place, up.start)
        yield words(place, up.start + 16, f"{value:g}", anchor="middle")
    for value in up.ticks():
        place = up.at(value)
        yield _rule(across.start, place, across.end, place)
        yield words(across.start - 6, place + 4, f"{value:g}", anchor="end")
    yield words((across.start + across.end) / 2, up.start + 34, labels[0], anchor="middle")
    x, y = across.start - 48, (up.start + up.end) / 2
    yield element(
        "text", labels[1], x=x, y=y, text_anchor="middle", transform=f"rotate(-90 {x:.6g} {y:.6g})"
    )


def _rule(x1: float, y1: float, x2: float, y2: float) -> Markup:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=GRID, stroke_opacity=GRID_OPACITY)


def picture_of(width: float, height: float, title: str, *children: Content) -> Markup:
    """A picture that stands alone, on paper of its own, so that it is readable on any page."""
    return element(
        "svg",
        element("title", title),
        element("rect", width="100%", height="100%", fill="white"),
        *children,
        xmlns="http://www.w3.org/2000/svg",
        width=width,
        height=height,
        viewBox=f"0 0 {width:.6g} {height:.6g}",
        font_family="sans-serif",
        font_size=12,
        fill=INK,
        role="img",
    )


def line(
    x1: float, y1: float, x2: float, y2: float, colour: str, dashes: str | None = None
) -> Markup:
    """A straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=colour, stroke_dasharray=dashes)


def words(
    x: float, y: float, text: str, *, anchor: str | None = None, size: float | None = None,
    colour: str | None = None,
) -> Markup:  # fmt: skip
    """A text that begins, ends or has its middle at a place."""
    return element("text", text, x=x, y=y, text_anchor=anchor, font_size=size, fill=colour)
