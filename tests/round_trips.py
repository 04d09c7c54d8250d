"""What is printed and read again: equal values at points, whatever the inputs are called by then."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import symhdl
from symhdl.ir.graph import Graph
from symhdl.printers.printer import language_named, print_in, program_of

RELATIVE = 1e-12
DIGITS = 40

Point = Mapping[str, float | Fraction]
Number = float | Decimal | None


def key(name: str) -> str:
    """Equal for a name and the ways in which readers spell it."""
    for mark in ("\\mathrm", "\\", "{", "}", "_"):
        name = name.replace(mark, "")
    return name


def disagreement(graph: Graph, language: str, points: list[Point]) -> str:
    """What is wrong with the text of the graph; empty if it has the same values at the points."""
    text = print_in(graph, language).text
    again = symhdl.parse(text, language)
    program = program_of(graph, language_named(language))
    old = {
        key(name): declared.name
        for name, declared in zip(program.inputs, graph.inputs, strict=True)
    }
    unknown = [declared.name for declared in again.inputs if key(declared.name) not in old]
    if unknown:
        return f"unknown inputs {unknown} in\n{text}"
    for point in points:
        moved = {declared.name: point[old[key(declared.name)]] for declared in again.inputs}
        if _differ(graph, again, point, moved, None) and _differ(
            graph, again, point, moved, DIGITS
        ):
            return f"another value at {dict(point)} in\n{text}"
    return ""


def _differ(old: Graph, new: Graph, point: Point, moved: Point, digits: int | None) -> bool:
    known = {declared.name: point[declared.name] for declared in old.inputs}
    before = _values(old, known, digits)
    after = _values(new, moved, digits)
    return len(before) != len(after) or not all(map(agree, before, after))


def _values(graph: Graph, point: Point, digits: int | None) -> list[Number]:
    found = graph.evaluate(digits=digits, **{k: _as(v, digits) for k, v in point.items()})
    return [
        value if isinstance(value, Decimal | None) else float(value) for value in found.values()
    ]


def _as(value: float | Fraction, digits: int | None) -> float | Fraction:
    return float(value) if digits is None else Fraction(value)


def agree(wanted: Number, found: Number) -> bool:
    """Equal to twelve digits; where the original has no value, anything goes."""
    if wanted is None or not math.isfinite(wanted):
        return True
    if found is None or math.isnan(found):
        return False
    return math.isclose(float(wanted), float(found), rel_tol=RELATIVE, abs_tol=1e-280)
