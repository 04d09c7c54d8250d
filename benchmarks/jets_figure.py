"""LUTs against agreement as a picture: an SVG file with a curve for each set of taggers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 24, 40, 48
COLOURS = ("#2c6fad", "#c0392b", "#2e8b57", "#8e44ad", "#d68910", "#16a085", "#7f8c8d", "#34495e")
LUT_STEPS = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


@dataclass(frozen=True, slots=True)
class Curve:
    """A set of taggers: pairs of LUTs and agreement."""

    name: str
    points: Sequence[tuple[float, float]]


def figure(curves: Sequence[Curve]) -> str:
    """The picture: LUTs on a logarithmic axis, agreement upwards."""
    every = [point for curve in curves for point in curve.points] or [(100.0, 0.9)]
    low, high = (math.log(end) for end in _reach([luts for luts, _ in every]))
    least = math.floor(20 * min(agreement for _, agreement in every) - 0.5) / 20

    def x(luts: float) -> float:
        share = (math.log(max(luts, 1.0)) - low) / (high - low)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(agreement: float) -> float:
        return TOP + (1.0 - agreement) / (1.0 - least) * (HEIGHT - TOP - BOTTOM)

    def grid() -> Iterator[str]:
        for luts in LUT_STEPS:
            if low <= math.log(luts) <= high:
                yield _line(x(luts), TOP, x(luts), HEIGHT - BOTTOM)
                yield _text(x(luts), HEIGHT - BOTTOM + 16, str(luts), "middle")
        steps = max(1, round((1.0 - least) / 0.05))
        for step in range(steps + 1):
            agreement = 1.0 - step * 0.05
            yield _line(LEFT, y(agreement), WIDTH - RIGHT, y(agreement))
            yield _text(LEFT - 6, y(agreement) + 4, f"{agreement:.2f}", "end")
        yield _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, "LUTs", "middle")
        yield _text(
            LEFT, TOP - 14, "agreement with the real expressions, on jets that chose nothing"
        )

    def drawn() -> Iterator[str]:
        for number, curve in enumerate(curves):
            colour = COLOURS[number % len(COLOURS)]
            places = [(x(luts), y(agreement)) for luts, agreement in curve.points]
            path = " ".join(f"{a:.1f},{b:.1f}" for a, b in places)
            yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
            for a, b in places:
                yield f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3.5" fill="{colour}"/>'
            place = HEIGHT - BOTTOM - 12 - 16 * number
            yield _text(WIDTH - RIGHT - 8, place, curve.name, "end", colour)

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12" fill="#222">',
        '<rect width="100%" height="100%" fill="white"/>',
        *grid(),
        *drawn(),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _reach(luts: Sequence[float]) -> tuple[float, float]:
    """The ends of the axis of LUTs: steps around all of them."""
    low = max((step for step in LUT_STEPS if step <= min(luts)), default=LUT_STEPS[0] / 2)
    high = min((step for step in LUT_STEPS if step > max(luts)), default=2 * max(luts))
    return min(low, min(luts)), high


def _line(a: float, b: float, c: float, d: float) -> str:
    return f'<line x1="{a:.1f}" y1="{b:.1f}" x2="{c:.1f}" y2="{d:.1f}" stroke="#ccc"/>'


def _text(x: float, y: float, text: str, anchor: str = "start", colour: str = "#222") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'
