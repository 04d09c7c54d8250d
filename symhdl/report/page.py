"""The report as a page of HTML that needs no other file: pictures, tables, and the design itself, which runs in it."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from symhdl.ir.datapath import Datapath
from symhdl.report.contents import Contents, Row, Sort
from symhdl.report.execution import execution_of
from symhdl.report.judged import HEADING, noise_table, sentences
from symhdl.report.linked import marked_listing, marked_source
from symhdl.report.markup import Content, Markup, data, element, joined, page
from symhdl.report.picture import MOST_DRAWN, legend, period_of, picture
from symhdl.report.words import (
    assumed,
    bit_words,
    figures,
    goals,
    method_of,
    percent,
    range_of,
    title,
    words_of,
)

MOST_ROWS = 1000


def report_page(
    report: Contents, operators: Datapath, listing: str = "", sort: Sort = "cost"
) -> str:
    """The page. `operators` are what it executes, `listing` is the generated text that it shows.

    The links behind its address set the inputs, as integers at the ports: `report.html#x=12&y=-3`.
    """
    heading = title(report.datapath, cut=report.cut)
    parts: list[Content] = [
        element("h1", heading),
        _table(goals(report)),
        *(element("p", line) for line in assumed(report.datapath)),
        *_judgement(report),
        _section("What it takes", _table(figures(report))),
        _section("Try it", *_inputs(operators)),
        _section("The pipeline", *_pipeline(report)),
        _section("The nodes", _nodes(report, sort)),
        _section("The source", marked_source(report.datapath.source, report.breakdown.nodes)),
    ]
    if listing:
        parts.append(_section("The hardware", marked_listing(listing, report.owners)))
    notes = [element("p", f"not known: {what}", class_="quiet") for what in report.missing]
    execution = data(execution_of(operators, report.owners), "design")
    body = joined([element("main", *parts, *notes), execution])
    return page(heading, body, style=_file("page.css"), script=_file("page.js"))


def _file(name: str) -> str:
    return files("symhdl.report").joinpath(name).read_text(encoding="utf-8")


def _judgement(report: Contents) -> list[Content]:
    """What rows of data say, of a design with a goal on them."""
    if report.judgement is None:
        return []
    lines = [element("p", sentence) for sentence in sentences(report.judgement)]
    heading = HEADING[0].upper() + HEADING[1:]
    return [_section(heading, *lines, _table(noise_table(report.judgement)))]


def _section(heading: str, *children: Content) -> Markup:
    return element("section", element("h2", heading), *children)


def _table(told: tuple[Sequence[str], Sequence[Sequence[str]]]) -> Content:
    """A header and its rows, in which all but the first column is flush right."""
    header, rows = told
    if not rows:
        return ""
    lines = [_line("th", header), *(_line("td", row) for row in rows)]
    return element("div", element("table", *lines), class_="wide")


def _line(tag: str, cells: Sequence[str]) -> Markup:
    return element(
        "tr",
        *(_cell(tag, cell, is_number=k > 0) for k, cell in enumerate(cells)),
    )


def _inputs(operators: Datapath) -> list[Content]:
    """A slider for each input, and the values at the outputs."""
    condition = " where what is assumed holds" if operators.assumptions else ""
    inputs = [
        element(
            "tr",
            element("th", element("label", port.name, for_=f"input{number}")),
            element(
                "td", element("input", type="range", id=f"input{number}", data_input=str(number))
            ),
            element("td", class_="number", data_input_value=str(number)),
            element("td", str(port.format), class_="quiet"),
        )
        for number, port in enumerate(operators.inputs)
    ]
    outputs = [
        element(
            "tr",
            element("th", port.name),
            element("td", element("output", data_output=str(number)), class_="number"),
            element("td", str(port.format), class_="quiet"),
            element(
                "td",
                ""
                if port.error_bound is None
                else f"off by at most {port.error_bound:.3g}{condition}",
                class_="quiet",
            ),
        )
        for number, port in enumerate(operators.outputs)
    ]
    return [element("table", *inputs, class_="live"), element("table", *outputs, class_="live")]


def _pipeline(report: Contents) -> list[Content]:
    period_ns, schedule = period_of(report), report.schedule
    caption = (
        f"Time goes to the right, {period_ns:.3g} ns from one stage to the next; boxes are cells, as long "
        "as they take by the model of the device."
    )
    drawing = element("div", picture(report, schedule), class_="wide")
    controls = element(
        "p",
        element("button", "Play", type="button", id="play"),
        " ",
        element(
            "input", type="range", id="stage", min="-1", max=str(schedule.stages - 1), value="-1",
            aria_label="the stage that is shown",
        ),
        " ",
        element("output", id="told-stage", for_="stage"),
        class_="live",
    )  # fmt: skip
    left_out = _left_out(len(schedule.rows) - MOST_DRAWN, "not drawn, which cost less")
    figure = element("figure", drawing, element("figcaption", legend(schedule), caption))
    return [controls, figure, left_out]


COLUMNS = (
    ("node", False), ("value", True), ("error", True), ("cost", True), ("LUTs", True), ("flip-flops", True),
    ("DSPs", True), ("memories", True), ("format", False), ("range", False), ("by", False), ("a bit more", True),
    ("a bit less", True), ("computed as", False),
)  # fmt: skip
"""The columns of the table of nodes, and which of them are flush right."""


def _nodes(report: Contents, sort: Sort) -> Content:
    """All that is known of the nodes."""
    rows = report.rows(sort)
    shown = rows[:MOST_ROWS]
    header = element("tr", *(_cell("th", word, is_number) for word, is_number in COLUMNS))
    lines = (_node(report, row) for row in shown)
    table = element("div", element("table", header, *lines), class_="wide")
    return joined([table, _left_out(len(rows) - len(shown), "not shown")])


def _left_out(count: int, why: str) -> Content:
    """Says how many are not shown."""
    return element("p", f"{count:,} more {why}", class_="quiet") if count > 0 else ""


def _node(report: Contents, row: Row) -> Markup:
    """A row of the table; the script fills in the value."""
    node, area = row.node, row.area
    blocks = (f"{count:,}" if count else "" for count in (area.ffs, area.dsps, area.brams))
    amounts = (
        percent(row.error),
        percent(row.share),
        f"{area.luts:.0f}" if area.luts else "",
        *blocks,
    )
    facts = ("",) * 6
    if node is not None:
        facts = (
            "" if node.format is None else str(node.format),
            range_of(node),
            node.rule,
            bit_words(node.more, 1),
            bit_words(node.less, -1),
            method_of(report, node),
        )
    told = zip(COLUMNS[2:], (*amounts, *facts), strict=True)
    return element(
        "tr",
        element("td", words_of(row), class_="words"),
        element("td", id=f"value{row.place}", class_="number"),
        *(_cell("td", text, is_number) for (_, is_number), text in told),
        data_node=str(row.place),
        tabindex="0",
    )


def _cell(tag: str, text: str, is_number: bool) -> Markup:
    return element(tag, text, class_="number" if is_number else None)
