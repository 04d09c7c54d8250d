"""The pipeline as a picture: a row for each node, its cells as boxes as long as they take, registers as bars."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from symhdl.cost.delays import AT_ONCE, Arrival, after
from symhdl.cost.timing import cell_delays
from symhdl.ir.datapath import CellKind
from symhdl.report.contents import Contents
from symhdl.report.markup import Content, Markup, element
from symhdl.report.owners import NOBODY
from symhdl.report.schedule import Mark, Schedule, mark_of
from symhdl.report.words import label_of

ROW, LABEL, PADDING = 20, 210, 24
MOST_DRAWN = 150
LEAST_STAGE, WHOLE = 14, 900
"""Pixels: the least width of a stage, and that of all of them where there are few."""
CLASSES = {Mark.LOGIC: "logic", Mark.DSP: "dsp", Mark.MEMORY: "memory"}


@dataclass(frozen=True, slots=True)
class Box:
    """A cell at work from one moment to another, in nanoseconds since the inputs came in, and its stages."""

    owner: int
    stages: tuple[int, int]
    start_ns: float
    end_ns: float
    mark: Mark
    words: str


def picture(report: Contents, schedule: Schedule) -> Markup:
    """The rows of the nodes that do something, the dearest ones where there are many."""
    rows = report.rows_in_order()
    shown = sorted(sorted(schedule.rows, key=lambda place: -rows[place].cost)[:MOST_DRAWN])
    period_ns = period_of(report)
    stage = max(LEAST_STAGE, WHOLE / schedule.stages)
    scale = stage / period_ns
    width, height = LABEL + stage * schedule.stages + 2, PADDING + ROW * len(shown) + 2
    boxes: dict[int, list[Box]] = {place: [] for place in shown}
    for box in boxes_of(report, period_ns):
        if box.owner in boxes:
            boxes[box.owner].append(box)
    held = _held(report)
    children: list[Content] = [*_rulers(schedule.stages, stage, height)]
    for line, place in enumerate(shown):
        top = PADDING + ROW * line
        parts: list[Content] = [
            element("rect", class_="row", x=0, y=top, width=width, height=ROW),
            element("text", _cut(label_of(rows[place])), x=2, y=top + 14),
            *(_box(box, top, scale) for box in boxes[place]),
            *(_bar(k, bits, top, stage) for k, bits in sorted(held.get(place, Counter()).items())),
        ]
        children.append(element("g", *parts, data_node=str(place), tabindex="0"))
    return element(
        "svg", *children, width=width, height=height, viewBox=f"0 0 {width:.6g} {height:.6g}",
        role="img", aria_label="the pipeline",
    )  # fmt: skip


def legend(schedule: Schedule) -> Markup:
    """What the colours mean that there are, those of boxes and that of bars."""
    found = {mark for row in schedule.rows.values() for mark in row.values()}
    parts: list[Content] = []
    x = 2
    for mark in (*CLASSES, Mark.HELD):
        if mark in found:
            kind, width = (CLASSES[mark], 24) if mark in CLASSES else ("held", 3)
            parts.append(element("rect", class_=kind, x=x, y=2, width=width, height=14))
            parts.append(element("text", mark.meaning, x=x + width + 6, y=13))
            x += width + 110
    return element("svg", *parts, class_="legend", width=x + 20, height=18)


def _cut(label: str) -> str:
    return label if len(label) <= 32 else label[:31] + "…"


def _rulers(stages: int, stage: float, height: float) -> list[Markup]:
    every = 1 if stage > 24 else 5
    found = []
    for number in range(0, stages, every):
        x = LABEL + number * stage
        found.append(element("line", class_="axis", x1=x, x2=x, y1=16, y2=height))
        found.append(element("text", str(number), class_="ruler", x=x + 2, y=13))
    return found


def _box(box: Box, top: float, scale: float) -> Markup:
    x, width = LABEL + box.start_ns * scale, max(1.5, (box.end_ns - box.start_ns) * scale)
    title = element("title", f"{box.words}, {box.start_ns:.2f} to {box.end_ns:.2f} ns")
    first, last = box.stages
    return element(
        "rect", title, class_=CLASSES[box.mark], x=x, y=top + 4, width=width, height=ROW - 8, rx=2,
        data_from=str(first), data_to=str(last),
    )  # fmt: skip


def _bar(number: int, bits: int, top: float, stage: float) -> Markup:
    """What registers hold of the node from the beginning of a stage on."""
    title = element("title", f"registers of {bits} bits")
    return element(
        "rect", title, class_="held", x=LABEL + number * stage - 1.5, y=top + 2, width=3, height=ROW - 4,
        data_from=str(number), data_to=str(number),
    )  # fmt: skip


def _held(report: Contents) -> dict[int, Counter[int]]:
    """The bits of registers by nodes and stages."""
    found: dict[int, Counter[int]] = {}
    cells = report.datapath.cells
    for cell, owner in zip(cells, report.owners.of_cells(cells), strict=True):
        if cell.kind is CellKind.REGISTER:
            found.setdefault(owner, Counter())[cell.stage] += cell.width
    return found


def period_of(report: Contents) -> float:
    """The time from one stage to the next, in nanoseconds."""
    if report.datapath.frequency_mhz:
        return 1000.0 / report.datapath.frequency_mhz
    fastest = report.estimate.fmax_mhz if report.estimate is not None else 0.0
    return 1000.0 / fastest if fastest > 0 else 1.0


def boxes_of(report: Contents, period_ns: float) -> list[Box]:
    """Every cell that takes time; without a device known, each takes its whole stage."""
    path = report.datapath
    owners = report.owners.of_cells(path.cells)
    times = _times(report, period_ns)
    found = []
    for cell, owner, (start, end) in zip(path.cells, owners, times, strict=True):
        mark = mark_of(path, cell)
        if owner == NOBODY or mark not in CLASSES:
            continue
        words = f"{cell.name or cell.role}: {cell.role} of {cell.width} bits"
        stages = cell.stage - cell.latency, cell.stage
        found.append(Box(owner, stages, start, end, mark, words))
    return found


def _times(report: Contents, period_ns: float) -> Sequence[tuple[float, float]]:
    """From when to when each cell is at work."""
    path = report.datapath
    if report.target is None:
        return [
            ((cell.stage - cell.latency) * period_ns, (cell.stage + (not cell.latency)) * period_ns)
            for cell in path.cells
        ]
    delays = cell_delays(path.cells, report.target, path.units)
    arrivals: list[Arrival] = []
    found: list[tuple[float, float]] = []
    for cell, delay in zip(path.cells, delays, strict=True):
        ready = max((arrivals[operand][1] for operand in cell.operands), default=0.0)
        if cell.kind is CellKind.REGISTER:
            arrivals.append(AT_ONCE)
            found.append((0.0, 0.0))
            continue
        arrival = after(delay, [arrivals[operand] for operand in cell.operands])
        start = (cell.stage - cell.latency) * period_ns + min(ready, arrival[1])
        if delay.latency:
            arrival = delay.from_register
        arrivals.append(arrival)
        found.append((start, max(start, cell.stage * period_ns + arrival[1])))
    return found
