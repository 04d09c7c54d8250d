"""The bits of nodes on one axis of magnitudes: formats as rows of boxes, proved ranges as bars below them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from symhdl.numeric.fixed import FixedFormat
from symhdl.report.breakdown import NodeFacts
from symhdl.report.markup import Markup, element

WIDTH, WIDEST_BIT = 260, 9
"""Pixels: of the axis at most, and of a bit."""
HISTOGRAM, BITS, PROVED, HEIGHT = 15, 8, 29, 36
"""Pixels: the heights of the histogram and of the boxes below it, where the range lies, and the height of all."""
LABELS = 5  # of the axis, at most
GAP = 1  # between two bits


@dataclass(frozen=True, slots=True)
class Axis:
    """The bits from the one with the exponent `top` down to `bottom`, from left to right."""

    top: int
    bottom: int

    @property
    def columns(self) -> int:
        """How many bits there are."""
        return self.top - self.bottom + 1

    @property
    def unit(self) -> float:
        """The width of a bit, in pixels."""
        return round(min(WIDEST_BIT, WIDTH / self.columns), 3)

    @property
    def width(self) -> float:
        """The width of all, in pixels."""
        return self.columns * self.unit

    def place(self, magnitude: float) -> float:
        """Where a magnitude stands: its logarithm, within the axis."""
        if magnitude <= 0:
            return self.width
        return min(self.width, max(0.0, (self.top + 1 - math.log2(magnitude)) * self.unit))


def axis_of(nodes: Iterable[NodeFacts]) -> Axis:
    """The axis that holds all formats."""
    formats = [node.format for node in nodes if node.format is not None]
    tops = [format.width - 1 - format.fraction for format in formats]
    return Axis(max(tops, default=0), min((-format.fraction for format in formats), default=0))


def scale(axis: Axis) -> Markup:
    """The powers of two along the axis."""
    every = max(1, 4 * math.ceil(axis.columns / (4 * LABELS)))
    exponents = [e for e in range(axis.bottom, axis.top + 1) if e % every == 0]
    labels = [
        element(
            "text", f"2^{exponent}" if exponent else "1",
            x=(axis.top - exponent + 0.5) * axis.unit, y=11, text_anchor="middle",
        )
        for exponent in exponents
    ]  # fmt: skip
    return element("svg", *labels, class_="scale", width=axis.width, height=14)


def ruler(node: NodeFacts, axis: Axis, id: str) -> Markup:
    """The bits of a node's format and its proved range; the script of the page adds what is seen."""
    if node.format is None:
        return Markup("")
    format = node.format
    start = (axis.top - (format.width - 1 - format.fraction)) * axis.unit
    point = (axis.top + 1) * axis.unit
    parts = (
        [element("path", class_="point", d=f"M{point:.6g} 0V{HEIGHT}")] if axis.bottom < 0 else []
    )
    parts += _boxes(format, axis, start)
    if node.range is not None:
        low, high = node.range
        least = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
        left, right = axis.place(max(abs(low), abs(high))), axis.place(least)
        if left < axis.width:
            path = f"M{left:.6g} {PROVED}H{max(right, left + 2):.6g}"
            parts.append(element("path", class_="proved", d=path))
    return element(
        "svg", *parts, id=id, class_="bits", width=axis.width, height=HEIGHT,
        role="img", aria_label=f"{format}",
    )  # fmt: skip


def _boxes(format: FixedFormat, axis: Axis, start: float) -> list[Markup]:
    """Boxes for the sign, the bits before the point and those behind it."""
    sign = int(format.signed)
    whole = min(max(0, format.width - format.fraction - sign), format.width - sign)
    counts = (("sign", sign), ("whole", whole), ("fraction", format.width - sign - whole))
    found, x, middle = [], start, HISTOGRAM + 2 + BITS / 2
    for kind, count in counts:
        if count > 0:
            found.append(
                element(
                    "path", class_=kind, d=f"M{x:.6g} {middle:.6g}h{count * axis.unit:.6g}",
                    stroke_dasharray=f"{axis.unit - GAP:.6g} {GAP}" if axis.unit > 2 * GAP else None,
                )
            )  # fmt: skip
        x += count * axis.unit
    return found
