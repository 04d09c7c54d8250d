"""The error of a design over its argument as a picture: an SVG file, with the bound that is proved."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 760, 340
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 48, 44
COLUMNS = 600
"""So many strips of the argument are told apart; of each it is the range of the error."""

TICKS = 5
INK, QUIET, BOUND, ERROR = "#222", "#ccc", "#c0392b", "#2c6fad"
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Curve:
    """The errors, in units of the last place, at arguments in ascending order; `bound` is proved of all."""

    title: str
    note: str
    arguments: Sequence[float]
    errors: Sequence[float]
    bound: float


@dataclass(frozen=True, slots=True)
class Axes:
    """The frame of the picture: what its ends stand for."""

    low: float
    high: float
    most: float

    def x(self, value: float) -> float:
        """The place of an argument."""
        span = self.high - self.low or 1.0
        return LEFT + (value - self.low) / span * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        """The place of an error."""
        middle = (TOP + HEIGHT - BOTTOM) / 2
        return middle - value / self.most * (HEIGHT - TOP - BOTTOM) / 2


def svg(curve: Curve) -> str:
    """The picture."""
    axes = Axes(curve.arguments[0], curve.arguments[-1], 1.15 * max(curve.bound, 2.0**-10))
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12" fill="{INK}">',
        f"<title>{escape(curve.title)}</title>",
        '<rect width="100%" height="100%" fill="white"/>',
        _text(LEFT, 20, curve.title, size=14),
        _text(LEFT, 38, curve.note),
        *_grid(axes),
        f'<path d="{_outline(axes, curve)}" fill="{ERROR}" stroke="{ERROR}" stroke-width="1"/>',
        *(_level(axes, sign * curve.bound) for sign in (1, -1)),
        _text(WIDTH - RIGHT, axes.y(curve.bound) - 4, "proved", anchor="end", colour=BOUND),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _grid(axes: Axes) -> Iterator[str]:
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    for value in ticks(axes.low, axes.high):
        place = axes.x(value)
        yield _line(place, TOP, place, bottom, QUIET)
        yield _text(place, bottom + 16, f"{value:g}", anchor="middle")
    for value in ticks(-axes.most, axes.most):
        place = axes.y(value)
        yield _line(LEFT, place, right, place, QUIET)
        yield _text(LEFT - 6, place + 4, f"{value:g}", anchor="end")
    yield _text((LEFT + right) / 2, HEIGHT - 8, "argument", anchor="middle")
    middle = (TOP + bottom) / 2
    yield (
        f'<text x="16" y="{middle:.1f}" text-anchor="middle" '
        f'transform="rotate(-90 16 {middle:.1f})">error in ulp</text>'
    )


def _level(axes: Axes, value: float) -> str:
    place = axes.y(value)
    return _line(LEFT, place, WIDTH - RIGHT, place, BOUND, ' stroke-dasharray="6 3"')


def _outline(axes: Axes, curve: Curve) -> str:
    """Along the largest error of every strip, and back along the least."""
    strips = _strips(axes, curve)
    upper = [(place, axes.y(most)) for place, _, most in strips]
    lower = [(place, axes.y(least)) for place, least, _ in reversed(strips)]
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in (*upper, *lower)) + "Z"


def _strips(axes: Axes, curve: Curve) -> list[tuple[float, float, float]]:
    """The place, the least and the greatest error of every strip in which there are arguments."""
    found: dict[int, tuple[float, float, float]] = {}
    span = axes.high - axes.low or 1.0
    for argument, value in zip(curve.arguments, curve.errors, strict=True):
        strip = int((argument - axes.low) / span * (COLUMNS - 1))
        place, least, most = found.get(strip, (axes.x(argument), value, value))
        found[strip] = place, min(least, value), max(most, value)
    return list(found.values())


def ticks(low: float, high: float) -> list[float]:
    """A handful of round numbers between two."""
    rough = (high - low) / TICKS
    if rough <= 0:
        return [low]
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(step for step in STEPS if step * power >= rough * (1 - 1e-9)) * power
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step + 0.0 for number in range(first, last + 1)]


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, more: str = "") -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{more}/>'
    )


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", size: int = 12, colour: str = INK
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
        f'fill="{colour}">{escape(text)}</text>'
    )
