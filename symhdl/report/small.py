"""The small forms that notebooks show: a picture and a table in the notebook's own colours, without a script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import groupby

from symhdl.cost.estimate import Estimate
from symhdl.errors import shortened
from symhdl.ir.datapath import Datapath, Port
from symhdl.ir.graph import Graph
from symhdl.numeric.fixed import FixedFormat
from symhdl.report.front_page import (
    FAILED,
    FIGURES,
    MOST_CHOICES,
    Column,
    Record,
    columns_of,
    summary_of,
)
from symhdl.report.graph_picture import graph_picture
from symhdl.report.markup import Content, Markup, element
from symhdl.report.plot import frame, scale_of
from symhdl.report.schedule import Mark, mark_of
from symhdl.report.words import assumed, real_words, title
from symhdl.tables import number

COLOURS = {Mark.LOGIC: "#2b7fb8", Mark.DSP: "#d55e00", Mark.MEMORY: "#009e73", Mark.HELD: "#8a93a0"}
STRIP, LEAST_STAGE, MOST_STAGE = 480, 3, 28
"""Pixels: the width of the strip of stages, and of a stage."""

HIGHEST, RULER = 72, 16
MOST_ROWS, MOST_DRAWN, LONGEST = 20, 60, 60

CLASS_MARKS = "●■▲◆▼✚✖★"
CLASS_COLOURS = ("#2b7fb8", "#d55e00", "#009e73", "#b3589a", "#a58200", "#8a93a0", "#7a4fb5")
PLOT, PLOT_HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 380, 270, 60, 10, 10, 44


def design_html(datapath: Datapath, estimate: Estimate | None, *, cut: bool = False) -> str:
    """A design: its ports with what is proved of them, what it takes, and its stages."""
    inputs = ((port, "input") for port in datapath.inputs)
    outputs = ((port, "output") for port in datapath.outputs)
    rows = [_port(port, way) for port, way in (*inputs, *outputs)]
    header = ("port", "", "format", "range", "proved error", "with real inputs")
    parts = [element("p", element("b", title(datapath, cut=cut))), _table(header, rows)]
    parts += [element("p", line) for line in assumed(datapath)]
    if estimate is not None:
        counts = (
            (estimate.luts, "LUTs"), (estimate.ffs, "flip-flops"), (estimate.dsps, "DSP blocks"),
            (estimate.brams, "memory blocks"),
        )  # fmt: skip
        told = ", ".join(f"{count:,} {what}" for count, what in counts)
        parts.append(element("p", f"estimated: {told}, {number(estimate.fmax_mhz)} MHz"))
    return _whole(*parts, stages_picture(datapath))


def datapath_html(datapath: Datapath) -> str:
    """A datapath: its ports, its stages, and how many cells of each kind it has."""
    counts = Counter(cell.kind.name.lower().replace("_", " ") for cell in datapath.cells)
    listed = ", ".join(f"{count:,} {kind}" for kind, count in counts.most_common())
    return _whole(
        Markup(design_html(datapath, None)),
        element("p", f"{len(datapath.cells):,} cells: {listed}"),
    )


def graph_html(graph: Graph) -> str:
    """A graph: its inputs and outputs as they are declared, its nodes drawn where they are few, and counted."""
    rows = [
        (each.name, "input", _declared(each.format), _range(each.range), "")
        for each in graph.inputs
    ]
    rows += [
        (
            each.name, "output", _declared(each.format), "",
            "" if each.error is None else f"<= {float(each.error):.3g}",
        )
        for each in graph.outputs
    ]  # fmt: skip
    counts = Counter(node.operation.name.lower().replace("_", " ") for node in graph.nodes)
    listed = ", ".join(f"{count:,} {name}" for name, count in counts.most_common())
    header = ("name", "", "format", "range", "error asked")
    return _whole(
        _table(header, [(shortened(name), *rest) for name, *rest in rows]),
        element("p", f"{len(graph.nodes):,} nodes: {listed}"),
        *([_drawn(graph)] if len(graph.nodes) <= MOST_DRAWN else []),
    )


def _drawn(graph: Graph) -> Markup:
    """The nodes in layers, by their names and operations."""
    labels = []
    for node, name in zip(graph.nodes, graph.names, strict=True):
        word = node.name if node.value is None else number(float(node.value))
        word = word or node.operation.name.lower().replace("_", " ")
        labels.append(f"{name} = {word}" if name else word)
    return element(
        "div",
        graph_picture(labels, [node.operands for node in graph.nodes]),
        style="overflow-x: auto",
    )


def rows_html(rows: Sequence[Record], axes: Sequence[str] = ("loss", "luts", "ns")) -> str:
    """Designs as `rows.csv` has them: the first of the axes over each other one, and the front over the first two."""
    made = [row for row in rows if row.get("status") != FAILED]
    columns = {column.name: column for column in columns_of(made)}
    found = [name for name in axes if name in columns and columns[name].is_number]
    parts: list[Content] = [element("p", element("b", summary_of(rows)))]
    classes, devices = (texts_of(columns.get(name), len(made)) for name in ("class", "device"))
    names = [*dict.fromkeys(classes)]
    groups = [*zip(classes, devices, strict=True)]
    pictures = [_scatter(columns[x], columns[found[0]], groups, names) for x in found[1:]]
    if pictures:
        parts.append(element("div", *pictures))
    if len(names) > 1:
        key = (
            element("span", f"{_mark(place)} {name} ", style=f"color:{_colour(place)}")
            for place, name in enumerate(names[:MOST_CHOICES])
        )
        parts.append(element("p", *key))
    if len(found) > 1:
        parts += _front(columns, found[:2], groups)
    return _whole(*parts)


# --- tables ---------------------------------------------------------------------------------------


def _whole(*parts: Content) -> str:
    return element("div", *parts).text


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Markup:
    head = element("tr", *(element("th", word) for word in header))
    lines = (element("tr", *(element("td", cell) for cell in row)) for row in rows)
    return element("table", element("thead", head), element("tbody", *lines))


def _port(port: Port, way: str) -> tuple[str, ...]:
    bound, real = port.error_bound, port.error_bound_real_inputs
    errors = ("", "")
    if way == "output":
        errors = (
            "none" if bound is None else number(bound),
            "none" if real is None else number(real),
        )
    return shortened(port.name), way, str(port.format), _range(port.range), *errors


def _declared(format: FixedFormat | None) -> str:
    return "" if format is None else str(format)


def _range(range: tuple[Fraction, Fraction] | None) -> str:
    return "" if range is None else " .. ".join(map(real_words, range))


# --- stages ---------------------------------------------------------------------------------------


def stages_picture(datapath: Datapath) -> Markup:
    """How many bits each stage computes and holds, with the colours of what does so; nothing without cells."""
    stages: list[Counter[Mark]] = [Counter() for _ in range(datapath.latency + 1)]
    for cell in datapath.cells:
        mark = mark_of(datapath, cell)
        if mark in COLOURS and cell.stage < len(stages):
            stages[cell.stage][mark] += cell.width
    most = max((stage.total() for stage in stages), default=0)
    if not most:
        return Markup("")
    step = min(MOST_STAGE, max(LEAST_STAGE, STRIP / len(stages)))
    parts: list[Content] = []
    for place, stage in enumerate(stages):
        top = float(HIGHEST)
        for mark, colour in COLOURS.items():
            bits = stage[mark]
            high = bits / most * HIGHEST
            top -= high
            name = element("title", f"stage {place}: {bits:,} bits of {mark.meaning}")
            parts += [
                element(
                    "rect", name, x=place * step, y=top, width=step - 1, height=high, fill=colour
                )
            ] * bool(bits)
    every = max(1, round(60 / step))
    parts += [
        _text(place * step, HIGHEST + 12, str(place)) for place in range(0, len(stages), every)
    ]
    x = 0.0
    for mark in [mark for mark in COLOURS if any(stage[mark] for stage in stages)]:
        parts.append(element("rect", x=x, y=HIGHEST + 20, width=10, height=10, fill=COLOURS[mark]))
        parts.append(_text(x + 14, HIGHEST + 29, mark.meaning))
        x += 120
    width, height = max(x, len(stages) * step + 20), HIGHEST + RULER + 20
    return _svg(width, height, "bits at work in each stage", *parts)


def _svg(width: float, height: float, told: str, *parts: Content) -> Markup:
    return element(
        "svg", *parts, width=width, height=height, viewBox=f"0 0 {width:.6g} {height:.6g}",
        role="img", aria_label=told, font_family="sans-serif", font_size=11, fill="currentColor",
    )  # fmt: skip


def _text(x: float, y: float, text: str) -> Markup:
    return element("text", text, x=x, y=y)


# --- fronts ---------------------------------------------------------------------------------------


Group = tuple[str, str]
"""A class and a device, whose designs have a front of their own."""


def texts_of(column: Column | None, count: int) -> list[str]:
    """What every row has in a column of texts."""
    return [""] * count if column is None else [str(value or "") for value in column.values]


def _mark(place: int) -> str:
    return CLASS_MARKS[place % len(CLASS_MARKS)]


def _colour(place: int) -> str:
    return CLASS_COLOURS[place % len(CLASS_COLOURS)]


def front_of(x: Column, y: Column, groups: Sequence[Group]) -> list[int]:
    """The rows that no other one of their group beats on both columns, by group and from the best in `x` on."""
    signs = [-1 if column.is_better_high else 1 for column in (x, y)]
    points = [
        (groups[row], signs[0] * across, signs[1] * up, row)
        for row, (across, up) in enumerate(zip(x.values, y.values, strict=True))
        if isinstance(across, float) and isinstance(up, float)
    ]
    found = []
    for _, members in groupby(sorted(points), key=lambda point: point[0]):
        best: tuple[float, float] | None = None
        for _, across, up, row in members:
            if best is None or up < best[1] or (across, up) == best:
                best = across, up
                found.append(row)
    return found


def _scatter(x: Column, y: Column, groups: Sequence[Group], names: Sequence[str]) -> Markup:
    """Designs over two columns; those off the front pale."""
    known = [
        (row, across, up)
        for row, (across, up) in enumerate(zip(x.values, y.values, strict=True))
        if isinstance(across, float) and isinstance(up, float)
    ]
    if not known:
        return Markup("")
    scales = (
        scale_of([across for _, across, _ in known], LEFT, PLOT - RIGHT),
        scale_of([up for _, _, up in known], PLOT_HEIGHT - BOTTOM, TOP),
    )
    on_front = {*front_of(x, y, groups)}
    numbers = {name: place for place, name in enumerate(names)}
    points = (
        element(
            "text", _mark(place), x=scales[0].at(across), y=scales[1].at(up) + 4,
            text_anchor="middle", fill=_colour(place),
            fill_opacity=None if row in on_front else 0.25,
        )
        for row, across, up in known
        for place in (numbers[groups[row][0]],)
    )  # fmt: skip
    told = f"{y.label} over {x.label}"
    return _svg(PLOT, PLOT_HEIGHT, told, *frame(*scales, (x.label, y.label)), *points)


def _front(
    columns: dict[str, Column], axes: Sequence[str], groups: Sequence[Group]
) -> list[Content]:
    """The rows on the front over two axes as a table, the first of them."""
    y, x = (columns[name] for name in axes)
    front = front_of(x, y, groups)
    names = ("class", *(["device"] if len({device for _, device in groups}) > 1 else []), *FIGURES)
    shown = [columns[name] for name in (*names, "equation") if name in columns]
    rows = ([_cell(column.values[row]) for column in shown] for row in front[:MOST_ROWS])
    parts: list[Content] = [_table([column.label for column in shown], rows)]
    left = len(front) - MOST_ROWS
    return [*parts, *([element("p", f"{left:,} more on the front")] if left > 0 else [])]


def _cell(value: float | str | None) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return shortened(value, LONGEST)
    return f"{value:.0f}" if value.is_integer() else number(value)
