"""The pipeline as a picture: a row for each node, its cells as boxes as long as they take, registers as bars."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from symhdl.cost.delays import AT_ONCE, Arrival, after
from symhdl.cost.timing import cell_delays
from symhdl.ir.datapath import CellKind, Datapath
from symhdl.report.contents import Contents
from symhdl.report.markup import Content, Markup, element
from symhdl.report.owners import NOBODY
from symhdl.report.schedule import Mark, Schedule, mark_of
from symhdl.report.words import label_of

ROW, LABEL, VALUE, PADDING = 20, 210, 84, 36
MOST_DRAWN = 150
LEAST_STAGE, WHOLE = 14, 840
"""Pixels: the least width of a stage, and that of all of them where there are few."""
LETTER = 11
"""Pixels: the least width of a box in which the sign of what it is stands."""
CLASSES = {
    Mark.LOGIC: "logic", Mark.TABLE: "table", Mark.CARRY: "carry", Mark.MEMORY: "memory", Mark.DSP: "dsp",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Box:
    """A cell at work from one moment to another, in nanoseconds since the inputs came in."""

    owner: int
    start_ns: float
    end_ns: float
    mark: Mark
    words: str


def picture(report: Contents, schedule: Schedule) -> Markup:
    """The rows of the nodes that do something, the dearest ones where there are many.

    At the right end of each row is a place for its value, which says in which stage the value is there.
    """
    rows = report.rows_in_order()
    shown = sorted(sorted(schedule.rows, key=lambda place: -rows[place].cost)[:MOST_DRAWN])
    period_ns = period_of(report)
    stage = max(LEAST_STAGE, WHOLE / schedule.stages)
    scale = stage / period_ns
    right, height = LABEL + stage * schedule.stages, PADDING + ROW * len(shown) + 2
    boxes: dict[int, list[Box]] = {place: [] for place in shown}
    for box in boxes_of(report, period_ns):
        if box.owner in boxes:
            boxes[box.owner].append(box)
    held, done = _held(report), _done(report)
    children: list[Content] = [*_rulers(schedule.stages, stage, height, period_ns)]
    for line, place in enumerate(shown):
        top = PADDING + ROW * line
        parts: list[Content] = [
            element("rect", class_="row", x=0, y=top, width=right + VALUE, height=ROW),
            element("text", _cut(label_of(rows[place])), x=2, y=top + 14),
            *(piece for box in boxes[place] for piece in _box(box, top, scale)),
            *_bars(held.get(place, Counter()), top, stage),
            element(
                "text", id=f"drawn{place}", class_="value", x=right + VALUE - 4, y=top + 14,
                data_done=str(done.get(place, schedule.stages - 1)),
            ),
        ]  # fmt: skip
        focus = None if line else "0"
        children.append(element("g", *parts, data_node=str(place), tabindex=focus))
    width = right + VALUE
    return element(
        "svg", *children, id="pipeline", class_="pipeline", width=width, height=height,
        viewBox=f"0 0 {width:.6g} {height:.6g}", role="group", aria_label="the pipeline",
        data_left=LABEL, data_top=PADDING, data_step=stage, data_height=height,
    )  # fmt: skip


def legend(datapath: Datapath) -> Markup:
    """What the colours mean that there are, those of boxes and that of bars."""
    found = {mark_of(datapath, cell) for cell in datapath.cells}
    parts: list[Content] = []
    x = 2
    for mark in (*CLASSES, Mark.HELD):
        if mark in found:
            if mark in CLASSES:
                parts.append(
                    element("rect", class_=CLASSES[mark], x=x, y=2, width=24, height=14, rx=2)
                )
                parts.append(element("text", mark.sign, class_="sign", x=x + 12, y=13))
            else:
                parts.append(element("path", class_="held", d=f"M{x + 12} 2v14"))
            parts.append(element("text", mark.meaning, x=x + 30, y=13))
            x += 130
    return element("svg", *parts, class_="legend", width=x, height=18)


def _cut(label: str) -> str:
    return label if len(label) <= 32 else label[:31] + "…"


def _rulers(stages: int, stage: float, height: float, period_ns: float) -> list[Markup]:
    """A line where each stage begins, with its number and the time since the inputs came in."""
    every = 1 if stage > 36 else 5
    found = [
        element("text", "stage", class_="ruler", x=LABEL - 6, y=13, text_anchor="end"),
        element("text", "ns", class_="ruler", x=LABEL - 6, y=28, text_anchor="end"),
    ]
    for number in range(0, stages, every):
        x = LABEL + number * stage
        found.append(element("line", class_="axis", x1=x, x2=x, y1=4, y2=height))
        found.append(element("text", str(number), class_="ruler", x=x + 3, y=13))
        found.append(element("text", f"{number * period_ns:.4g}", class_="ruler", x=x + 3, y=28))
    return found


def _box(box: Box, top: float, scale: float) -> list[Markup]:
    """The box, with the sign of what it is where there is room."""
    x, width = LABEL + box.start_ns * scale, max(1.5, (box.end_ns - box.start_ns) * scale)
    title = element("title", f"{box.words}, {box.start_ns:.2f} to {box.end_ns:.2f} ns")
    kind = CLASSES[box.mark]
    found = [element("rect", title, class_=kind, x=x, y=top + 4, width=width, height=ROW - 8, rx=2)]
    if width >= LETTER:
        middle = x + width / 2
        found.append(element("text", box.mark.sign, class_="sign", x=middle, y=top + 14))
    return found


def _bars(held: Counter[int], top: float, stage: float) -> list[Markup]:
    """What registers hold of the node, a bar where each stage begins."""
    if not held:
        return []
    stages, bits = _from_to(held), _from_to(held.values())
    words = f"registers of {bits} bits, where stage {stages} begins"
    bars = (f"M{LABEL + number * stage:.6g} {top + 2}v{ROW - 4}" for number in sorted(held))
    return [element("path", element("title", words), class_="held", d="".join(bars))]


def _from_to(numbers: Collection[int]) -> str:
    least, most = min(numbers), max(numbers)
    return str(least) if least == most else f"{least} to {most}"


def _held(report: Contents) -> dict[int, Counter[int]]:
    """The bits of registers by nodes and stages."""
    found: dict[int, Counter[int]] = {}
    cells = report.datapath.cells
    for cell, owner in zip(cells, report.owners.of_cells(cells), strict=True):
        if cell.kind is CellKind.REGISTER:
            found.setdefault(owner, Counter())[cell.stage] += cell.width
    return found


def _done(report: Contents) -> dict[int, int]:
    """In which stage each node's value is there."""
    cells = report.datapath.cells
    return {node: cells[index].stage for node, index in report.owners.values_of(cells).items()}


def period_of(report: Contents) -> float:
    """The time from one stage to the next, in nanoseconds."""
    if report.datapath.frequency_mhz:
        return 1000.0 / report.datapath.frequency_mhz
    fastest = report.estimate.fmax_mhz if report.estimate is not None else 0.0
    return 1000.0 / fastest if fastest > 0 else 1.0


def boxes_of(report: Contents, period_ns: float) -> list[Box]:
    """Every cell that takes time, the long ones first, so that none hides a shorter one.

    Without a device known, each takes its whole stage.
    """
    path = report.datapath
    owners = report.owners.of_cells(path.cells)
    times = _times(report, period_ns)
    found = []
    for cell, owner, (start, end) in zip(path.cells, owners, times, strict=True):
        mark = mark_of(path, cell)
        if owner == NOBODY or mark not in CLASSES:
            continue
        words = f"{cell.name or cell.role}: {cell.role} of {cell.width} bits"
        found.append(Box(owner, start, end, mark, words))
    return sorted(found, key=lambda box: box.start_ns - box.end_ns)


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
