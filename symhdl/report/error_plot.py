"""The error of a design as a picture inside the bound that is proved: over one input, or as a map over two."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from symhdl.arguments import path_of
from symhdl.files.writing import write_file
from symhdl.report.markup import Content, Markup, element, joined
from symhdl.report.plot import Scale, frame, line, picture_of, words

WIDTH, HEIGHT, MAP_HEIGHT = 760, 340, 440
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 48, 44
COLUMNS = 600
"""So many strips of the argument are told apart; of each it is the range of the error."""

BOUND, ERROR = "#c0392b", "#2c6fad"
LEAST_SHOWN = 2.0**-10
LEVELS = 10
"""So many shades are told apart between no error and the largest, for each sign."""

LOW, HIGH, UNKNOWN = (44, 111, 173), (213, 94, 0), "#eeeeee"
"""Colours of errors that are too small and too large, which people with colour blindness tell apart."""

KEY, KEY_ROOM = 14, 92


@dataclass(frozen=True, slots=True)
class Curve:
    """The errors, in units of the last place, at arguments in ascending order; `bound` is proved of all, if any is."""

    title: str
    note: str
    arguments: Sequence[float]
    errors: Sequence[float]
    bound: float | None
    label: str = "argument"


@dataclass(frozen=True, slots=True)
class ErrorMap:
    """The errors at a grid of arguments, both in ascending order: for each of the second ones a row, nan if unknown."""

    title: str
    note: str
    across: Sequence[float]
    up: Sequence[float]
    errors: Sequence[Sequence[float]]
    bound: float | None
    labels: tuple[str, str]


@dataclass(frozen=True, slots=True, repr=False)
class ErrorPlot:
    """The picture, which notebooks show, with what it is of."""

    shown: Curve | ErrorMap

    @property
    def svg(self) -> str:
        """The picture as the text of a file."""
        drawn = curve(self.shown) if isinstance(self.shown, Curve) else error_map(self.shown)
        return drawn.text + "\n"

    def save(self, path: str | Path) -> None:
        """Writes the picture. Raises SymhdlError if the system refuses."""
        write_file(path_of("path", path), self.svg)

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_html_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<plot of the error: {self.shown.note}>"


def curve(shown: Curve) -> Markup:
    """The picture of errors over one argument."""
    limit = _limit(shown.errors, shown.bound)
    low, high = (shown.arguments[0], shown.arguments[-1]) if shown.arguments else (0.0, 1.0)
    across = Scale(low, high, LEFT, WIDTH - RIGHT)
    up = Scale(-1.15 * limit, 1.15 * limit, HEIGHT - BOTTOM, TOP)
    outline = _outline(across, up, shown)
    parts: list[Content] = [*_head(shown), *frame(across, up, (shown.label, "error in ulp"))]
    if outline:
        parts.append(element("path", d=outline, fill=ERROR, stroke=ERROR, stroke_width=1))
    if shown.bound is not None and math.isfinite(shown.bound):
        for place in (up.at(shown.bound), up.at(-shown.bound)):
            parts.append(line(LEFT, place, WIDTH - RIGHT, place, BOUND, "6 3"))
        at = up.at(shown.bound) - 4
        parts.append(words(WIDTH - RIGHT, at, "proved", anchor="end", colour=BOUND))
    return picture_of(WIDTH, HEIGHT, shown.title, *parts)


def _head(shown: Curve | ErrorMap) -> Iterator[Markup]:
    yield words(LEFT, 20, shown.title, size=14)
    yield words(LEFT, 38, shown.note)


def _limit(errors: Iterable[float], bound: float | None) -> float:
    """What the scale of errors goes to: the bound, or the largest error where none is proved."""
    if bound is not None and math.isfinite(bound):
        return max(bound, LEAST_SHOWN)
    return max((abs(error) for error in errors if math.isfinite(error)), default=0.0) or 1.0


def _outline(across: Scale, up: Scale, shown: Curve) -> str:
    """Along the largest error of every strip, and back along the least."""
    strips = _strips(across, shown)
    upper = [(place, up.at(most)) for place, _, most in strips]
    lower = [(place, up.at(least)) for place, least, _ in reversed(strips)]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in (*upper, *lower))
    return f"M{path}Z" if path else ""


def _strips(across: Scale, shown: Curve) -> list[tuple[float, float, float]]:
    """The place, the least and the greatest error of every strip in which there are arguments."""
    found: dict[int, tuple[float, float, float]] = {}
    span = across.high - across.low or 1.0
    for argument, value in zip(shown.arguments, shown.errors, strict=True):
        strip = int((argument - across.low) / span * (COLUMNS - 1))
        place, least, most = found.get(strip, (across.at(argument), value, value))
        found[strip] = place, min(least, value), max(most, value)
    return list(found.values())


# --- over two -------------------------------------------------------------------------------------


def error_map(shown: ErrorMap) -> Markup:
    """The picture of errors over two arguments, with a key of its colours."""
    limit = _limit((error for row in shown.errors for error in row), shown.bound)
    across = Scale(*_ends(shown.across), LEFT, WIDTH - RIGHT - KEY_ROOM)
    up = Scale(*_ends(shown.up), MAP_HEIGHT - BOTTOM, TOP)
    return picture_of(
        WIDTH,
        MAP_HEIGHT,
        shown.title,
        *_head(shown),
        *frame(across, up, shown.labels),
        *_cells(across, up, shown, limit),
        _key(limit, is_proved=shown.bound is not None),
    )


def _ends(arguments: Sequence[float]) -> tuple[float, float]:
    """From half a cell before the first argument to half a cell behind the last."""
    low, high = arguments[0], arguments[-1]
    half = (high - low) / (len(arguments) - 1) / 2 if len(arguments) > 1 else 0.5
    return low - half, high + half


def _cells(across: Scale, up: Scale, shown: ErrorMap, limit: float) -> Iterator[Markup]:
    """The cells, those of one colour as one path, in which cells side by side are one piece."""
    width = (across.end - across.start) / len(shown.across)
    height = (up.start - up.end) / len(shown.up)
    paths: dict[str, list[str]] = {}
    for number, row in enumerate(shown.errors):
        bottom = up.start - number * height
        colours = [_colour(error, limit) for error in row]
        first = 0
        for place in range(1, len(row) + 1):
            if place < len(row) and colours[place] == colours[first]:
                continue
            left, right = across.start + first * width, across.start + place * width
            piece = f"M{left:.1f} {bottom:.1f}H{right:.1f}V{bottom - height:.1f}H{left:.1f}z"
            paths.setdefault(colours[first], []).append(piece)
            first = place
    for colour, pieces in sorted(paths.items()):
        yield element("path", d="".join(pieces), fill=colour, stroke=colour, stroke_width=0.3)


def _colour(error: float, limit: float) -> str:
    """White for none, the fuller the nearer it comes to the limit."""
    if not math.isfinite(error):
        return UNKNOWN
    level = max(-LEVELS, min(LEVELS, round(error / limit * LEVELS)))
    return _shade(level)


def _shade(level: int) -> str:
    part = abs(level) / LEVELS
    full = HIGH if level > 0 else LOW
    return "#" + "".join(f"{round(255 + (each - 255) * part):02x}" for each in full)


def _key(limit: float, *, is_proved: bool) -> Markup:
    """The colours from the least error to the greatest, beside the picture."""
    left, height = WIDTH - RIGHT - KEY_ROOM + 28, MAP_HEIGHT - BOTTOM - TOP
    step = height / (2 * LEVELS + 1)
    parts = [
        element(
            "rect", x=left, y=TOP + (LEVELS - level) * step, width=KEY, height=step + 0.3,
            fill=_shade(level),
        )
        for level in range(-LEVELS, LEVELS + 1)
    ]  # fmt: skip
    ends = ((limit, TOP + 10.0), (0.0, TOP + height / 2 + 4), (-limit, TOP + height - 2.0))
    parts += [words(left + KEY + 5, place, f"{value:.3g}") for value, place in ends]
    told = "ulp, proved" if is_proved else "ulp"
    parts.append(words(left, TOP - 8, told, colour=BOUND if is_proved else None))
    return joined(parts)
