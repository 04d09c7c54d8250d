"""The report as plain text: what was asked and reached, the schedule as a grid, the table of nodes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from symhdl.errors import shortened
from symhdl.judgement import Judgement
from symhdl.report.contents import Contents, Row, Sort
from symhdl.report.judged import HEADING, noise_table, sentences
from symhdl.report.schedule import Mark
from symhdl.report.words import (
    LONGEST_NAME,
    SHORTEST_NAME,
    assumed,
    bit_words,
    figures,
    goals,
    label_of,
    method_of,
    outputs_of,
    percent,
    range_of,
    title,
    used_of,
    words_of,
)
from symhdl.tables import GAP, table

SHOWN_ROWS, SHOWN_STEPS = 20, 24  # of the table and of the grid, unless all are asked for
FEWEST_COLUMNS = 16  # of the grid
RULER = 5

Section = tuple[str, str]
"""A heading, and what stands below it."""


def sections(report: Contents, *, sort: Sort, whole: bool, width: int) -> list[Section]:
    """The parts of the report."""
    found = [
        (title(report.datapath, cut=report.cut), _goals(report, whole=whole)),
        (HEADING, _judgement(report)),
        ("what it takes", _figures(report)),
        (_heading_of_grid(report), _grid(report, whole=whole, width=width)),
        (_heading_of_nodes(sort), _costs(report, sort, whole=whole, width=width)),
        ("their ranges and formats", _formats(report, sort, whole=whole, width=width)),
    ]
    return [(heading, body) for heading, body in found if body]


# --- what was asked and reached -------------------------------------------------------------------


def _goals(report: Contents, *, whole: bool) -> str:
    """The outputs; of very many those that come nearest to what was asked for."""
    header, rows = goals(report)
    used = [used_of(*pair) for pair in outputs_of(report)]
    places = range(len(rows))
    nearest = places if whole else sorted(places, key=lambda k: -used[k])[:SHOWN_ROWS]
    text = table(header, [rows[k] for k in sorted(nearest)], right=(4, 5, 6))
    left_out = len(rows) - len(nearest)
    more = [f"{left_out} more farther away from it (--all)"] if left_out else []
    return "\n".join([text, *more, *assumed(report.datapath)])


def _judgement(report: Contents) -> str:
    """What rows of data say, of a design with a goal on them."""
    return "" if report.judgement is None else judgement_text(report.judgement)


def judgement_text(judgement: Judgement) -> str:
    """What rows of data say of a design."""
    header, rows = noise_table(judgement)
    return "\n".join([*sentences(judgement), table(header, rows, right=range(1, len(header)))])


def _figures(report: Contents) -> str:
    header, rows = figures(report)
    return table(header, rows, right=(1, 2, 3)) if rows else ""


# --- the schedule ---------------------------------------------------------------------------------


def _heading_of_grid(report: Contents) -> str:
    """What the signs mean that there are."""
    found = {mark for row in report.schedule.rows.values() for mark in row.values()}
    legend = ", ".join(f"{mark.sign} {mark.meaning}" for mark in Mark if mark in found)
    return f"what is at work in which stage ({legend})"


def _grid(report: Contents, *, whole: bool, width: int) -> str:
    """A line for each node that does something, the dearest ones where there are many, and a column for each stage."""
    schedule, rows = report.schedule, report.rows_in_order()
    shown = list(schedule.rows)
    if not whole and len(shown) > SHOWN_STEPS:
        dearest = sorted(shown, key=lambda place: (-rows[place].cost, -rows[place].area.ffs, place))
        shown = sorted(dearest[:SHOWN_STEPS])
    names = [shortened(label_of(rows[place]), LONGEST_NAME) for place in shown]
    room = max(FEWEST_COLUMNS, width - max(map(len, names), default=0) - len(GAP))
    per_column = -(-schedule.stages // room)
    columns = -(-schedule.stages // per_column)
    lines = (
        (name, schedule.signs(place, per_column)) for name, place in zip(names, shown, strict=True)
    )
    text = table(("stage", _ruler(columns, per_column)), lines)
    notes = []
    if per_column > 1:
        notes.append(f"a column is {per_column} stages")
    if len(shown) < len(schedule.rows):
        notes.append(f"{len(schedule.rows) - len(shown)} more with --all")
    return f"{text}\n{', '.join(notes)}" if notes else text


def _ruler(columns: int, per_column: int) -> str:
    """The number of every fifth stage, above its column."""
    text = ""
    for column in range(0, columns, RULER):
        text = text.ljust(column) + str(column * per_column)
    return text


# --- the nodes ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a table; those of a higher rank go first where there is no room."""

    heading: str
    cells: Sequence[str]
    rank: int = 0
    right: bool = True

    @property
    def width(self) -> int:
        """What it takes of a line."""
        return len(GAP) + max(map(len, (self.heading, *self.cells)))


def _heading_of_nodes(sort: Sort) -> str:
    by = {"cost": "what costs most first", "error": "what adds most to an error first"}
    return f"the nodes, {by.get(sort, 'by name')}"


def _rows_shown(report: Contents, sort: Sort, *, whole: bool) -> list[Row]:
    rows = report.rows(sort)
    return rows if whole else [row for row in rows if row.counts][:SHOWN_ROWS]


def _costs(report: Contents, sort: Sort, *, whole: bool, width: int) -> str:
    """What each node takes and adds, and what a bit of it is worth."""
    rows = _rows_shown(report, sort, whole=whole)
    several = len(report.breakdown.outputs) > 1
    nodes = [row.node for row in rows]
    columns = [
        _Column("LUTs", [f"{row.area.luts:.0f}" for row in rows]),
        _Column("FFs", [_count(row.area.ffs) for row in rows], 1),
        _Column("DSPs", [_count(row.area.dsps) for row in rows]),
        _Column("memories", [_count(row.area.brams) for row in rows]),
        _Column("cost", [percent(row.share) for row in rows]),
        _Column("error", [percent(row.error) for row in rows]),
        _Column(
            "of",
            [shortened(row.output, SHORTEST_NAME) for row in rows] if several else [],
            2,
            right=False,
        ),
        _Column("a bit more", ["" if n is None else bit_words(n.more, 1) for n in nodes], 3),
        _Column("a bit less", ["" if n is None else bit_words(n.less, -1) for n in nodes], 3),
    ]
    text = _fitted(_Column("node", [words_of(row) for row in rows], right=False), columns, width)
    return "\n".join([text, *_below(report, rows)])


def _formats(report: Contents, sort: Sort, *, whole: bool, width: int) -> str:
    """Between which numbers each node lies and by what that is proved, its format, and how a function is computed."""
    rows = [row for row in _rows_shown(report, sort, whole=whole) if row.node is not None]
    nodes = [row.node for row in rows if row.node is not None]
    columns = [
        _Column("range", [range_of(n) for n in nodes], right=False),
        _Column("by", [shortened(n.rule, SHORTEST_NAME) for n in nodes], 2, right=False),
        _Column("format", ["" if n.format is None else str(n.format) for n in nodes], right=False),
        _Column("computed as", [method_of(report, n) for n in nodes], 1, right=False),
    ]
    return _fitted(_Column("node", [words_of(row) for row in rows], right=False), columns, width)


def _fitted(first: _Column, columns: Sequence[_Column], width: int) -> str:
    """The table in so many characters: without what is empty and what there is no room for, the first one narrowed."""
    kept = [column for column in columns if any(column.cells)]
    if not kept:
        return ""
    for rank in sorted({column.rank for column in kept if column.rank}, reverse=True):
        if min(first.width, SHORTEST_NAME) + sum(column.width for column in kept) > width:
            kept = [column for column in kept if column.rank != rank]
    room = max(SHORTEST_NAME, width - sum(column.width for column in kept))
    cells = [[shortened(cell, room) for cell in first.cells], *(column.cells for column in kept)]
    right = [place for place, column in enumerate(kept, 1) if column.right]
    headings = [first.heading, *(column.heading for column in kept)]
    return table(headings, zip(*cells, strict=True), right)


def _count(count: int) -> str:
    return f"{count:,}" if count else ""


def _below(report: Contents, shown: Sequence[Row]) -> Iterable[str]:
    """What is not in the table, so that all of it is the whole."""
    known = {row.place for row in shown}
    others = [row for row in report.rows() if row.place not in known]
    left_out = [row for row in others if row.counts]
    if left_out:
        luts, ffs = (sum(getattr(row.area, key) for row in left_out) for key in ("luts", "ffs"))
        share = percent(sum(row.share for row in left_out)) or "0 %"
        yield f"{len(left_out)} more with {luts:.0f} LUTs and {ffs:,} flip-flops, {share} of the cost (--all)"
    if len(others) > len(left_out):
        yield f"{len(others) - len(left_out)} more with nothing of their own (--all)"
    rest = report.breakdown.rest
    if rest.luts >= 0.5 or rest.ffs or rest.dsps or rest.brams:
        amounts = f"{rest.luts:.0f} LUTs, {rest.ffs} flip-flops"
        blocks = f", {rest.dsps} DSP blocks, {rest.brams} memory blocks"
        yield f"what belongs to no node takes {amounts}{blocks if rest.dsps or rest.brams else ''}"
    yield from (f"not known: {what}" for what in report.missing)
