"""Which dialect a text is of, and whether another one would read it with other values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from symhdl.errors import Diagnostic, Source, SymhdlError, warning
from symhdl.evaluate import evaluate_graph
from symhdl.ir.graph import Graph
from symhdl.sources.reading.alike import surely_alike
from symhdl.sources.reading.reader import Reader, Reading, ReadOptions
from symhdl.sources.reading.registry import reader_named, reader_names

SURE = 0.9  # from here on no other reading is tried
MARKED = 0.6  # from here on a text bears marks of the dialect
PLAUSIBLE = 0.3  # below this a reader is not asked
LONGEST_COMPARED = 50_000  # characters; beyond, reading a text in several ways takes too long
EQUAL = 1e-9  # relative: closer values differ by rounding alone

# Values for the inputs, one row for a point: of both signs, near zero and far from it, and ties of rounding.
_POINTS = (
    (0.7310585, 1.3894561, 0.4812118, 1.9241730),
    (-0.6180339, 2.2360679, -1.7724538, 0.5671432),
    (3.3219280, -0.9159655, 0.2614972, -2.6854520),
    (0.0004142, -0.0003069, 0.0007182, 0.0002214),
    (0.5, -1.5, 2.5, -0.5),
)


class Claim(NamedTuple):
    """A reader and how sure it is of the text."""

    confidence: float
    reader: Reader


@dataclass(frozen=True, slots=True)
class _Difference:
    """A point at which two readings have different values."""

    point: str
    value: float
    other: float


def claims(source: Source) -> list[Claim]:
    """The readers that may be asked, the surest first; of equally sure ones in the order of their names' table."""
    found = [Claim(reader.detect(source), reader) for reader in map(reader_named, reader_names())]
    found.sort(key=lambda claim: -claim.confidence)
    return [claim for claim in found if claim.confidence >= PLAUSIBLE]


def read_detected(source: Source, options: ReadOptions) -> Reading:
    """What the surest reader makes of the text, or the next one that can read it and whose marks it bears.

    A warning tells if that was no sure choice and another reader would read other values, or if the surest one could
    not read it. Raises the surest reader's SymhdlError if none can.
    """
    candidates = claims(source)
    best = candidates[0]
    if best.confidence >= SURE:
        return best.reader.read(source, options)
    try:
        reading = best.reader.read(source, options)
    except SymhdlError as problem:
        return _second_choice(source, options, candidates[1:], problem)
    told = _doubts(source, options, best, reading, candidates[1:])
    return reading if told is None else _with_warning(reading, told)


def _second_choice(
    source: Source, options: ReadOptions, rivals: Sequence[Claim], problem: SymhdlError
) -> Reading:
    for rival in rivals:
        if rival.confidence < MARKED:  # a mistake in one dialect may have a meaning in another
            break
        reading = _attempt(rival.reader, source, options)
        if reading is not None:
            told = warning(
                "dialect",
                f"this is read as `{rival.reader.name}`",
                notes=(f"otherwise: {problem.diagnostics[0].message}",),
                help=f"say so with --dialect {rival.reader.name}",
            )
            return _with_warning(reading, told)
    raise problem


def _attempt(reader: Reader, source: Source, options: ReadOptions) -> Reading | None:
    try:
        return reader.read(source, options)
    except SymhdlError:
        return None


def _with_warning(reading: Reading, told: Diagnostic) -> Reading:
    parsed = replace(reading.parsed, warnings=(*reading.parsed.warnings, told))
    return replace(reading, parsed=parsed)


def _doubts(
    source: Source, options: ReadOptions, best: Claim, reading: Reading, rivals: Sequence[Claim]
) -> Diagnostic | None:
    """The warning that another reader finds other values."""
    if len(source.text) > LONGEST_COMPARED:
        return None
    for rival in rivals:
        if surely_alike(best.reader, rival.reader, source, options):
            continue
        other = _attempt(rival.reader, source, options)
        if other is None:
            continue
        difference = _difference(reading.parsed.graph, other.parsed.graph)
        if difference is None:
            continue
        one, two = best.reader.name, rival.reader.name
        return warning(
            "dialect",
            f"this has other values in another dialect; it is read as `{one}`",
            notes=(
                f"{difference.point}: {difference.value:g} as `{one}`, "
                f"{difference.other:g} as `{two}`",
            ),
            help=f"say which it is: --dialect {one} or --dialect {two}",
        )
    return None


def _difference(one: Graph, two: Graph) -> _Difference | None:
    """Where the two have different values, if anywhere among a few points."""
    if one.nodes == two.nodes and [o.node for o in one.outputs] == [o.node for o in two.outputs]:
        return None
    names = sorted({declared.name for graph in (one, two) for declared in graph.inputs})
    for row in _POINTS:
        # A slow drift keeps inputs apart that share a column.
        point = {name: row[index % len(row)] * (1 + index / 64) for index, name in enumerate(names)}
        first, second = evaluate_graph(one, point, None), evaluate_graph(two, point, None)
        pairs = zip(first.values(), second.values(), strict=False)
        for value, other in ((_real(a), _real(b)) for a, b in pairs):
            if not _equal(value, other):
                where = ", ".join(f"{name} = {x:g}" for name, x in list(point.items())[:4])
                return _Difference(f"at {where}" if where else "in value", value, other)
    return None


def _real(value: object) -> float:
    return float(value) if isinstance(value, float) else math.nan


def _equal(one: float, two: float) -> bool:
    if math.isnan(one) or math.isnan(two):
        return math.isnan(one) and math.isnan(two)
    return one == two or math.isclose(one, two, rel_tol=EQUAL)
