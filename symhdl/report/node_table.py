"""The table of nodes on a page: what is known of each, and places for what the page computes."""

from __future__ import annotations

from symhdl.errors import shortened
from symhdl.report.contents import Contents, Row, Sort
from symhdl.report.markup import Content, Markup, element
from symhdl.report.parts import cell, left_out
from symhdl.report.rulers import Axis, ruler, scale
from symhdl.report.words import SHORTEST_NAME, bit_words, method_of, percent, range_of, words_of

MOST_ROWS = 1000
COLUMNS = (
    ("node", False), ("cost", True), ("error", True), ("value", True), ("off by", True), ("bits", False),
    ("range", False), ("by", False), ("format", False), ("LUTs", True), ("flip-flops", True), ("DSPs", True),
    ("memories", True), ("a bit more", True), ("a bit less", True), ("computed as", False),
)  # fmt: skip
"""The columns of the table of nodes, and which of them are flush right."""


def node_table(report: Contents, sort: Sort, axis: Axis) -> list[Content]:
    """All that is known of the nodes, without constants that take nothing."""
    rows = [row for row in report.rows(sort) if row.counts or not (row.node and row.node.constant)]
    shown = rows[:MOST_ROWS]
    header = element("tr", *(_heading(word, is_number, axis) for word, is_number in COLUMNS))
    lines = [_node(report, row, axis, first=not number) for number, row in enumerate(shown)]
    table = element("table", element("thead", header), element("tbody", *lines, data_pane="table"))
    return [
        element("div", table, class_="wide nodes"),
        element("p", RULERS, class_="quiet"),
        left_out(len(rows) - len(shown), "not shown"),
    ]


RULERS = (
    "Bits: one box for each bit of the format, that of the sign in another colour, darker those before the binary "
    "point, grey those that become free in the ranges above; over them how often a value has its highest bit there; "
    "below them the magnitudes that are proved (thick), that follow from the ranges above (light), and that were seen "
    "(thin). Off by: from the real value, with all that came before. Arrow keys go to other nodes, Enter to the same "
    "one in the next picture or text."
)


def _heading(word: str, is_number: bool, axis: Axis) -> Markup:
    return cell("th", word, is_number) if word != "bits" else element("th", scale(axis))


def _node(report: Contents, row: Row, axis: Axis, *, first: bool) -> Markup:
    """A row of the table; the script fills in what is computed in the page."""
    node, area, place = row.node, row.area, row.place
    blocks = (f"{count:,}" if count else "" for count in (area.ffs, area.dsps, area.brams))
    luts = f"{area.luts:.0f}" if area.luts else ""
    error = percent(row.error)
    if error and len(report.breakdown.outputs) > 1:
        error = f"{error} of {shortened(row.output, SHORTEST_NAME)}"
    range_, rule, format, facts = "", "", "", ("", "", "")
    if node is not None:
        range_, rule = range_of(node), node.rule
        format = "" if node.format is None else str(node.format)
        facts = bit_words(node.more, 1), bit_words(node.less, -1), method_of(report, node)
    told = zip(COLUMNS[9:], (luts, *blocks, *facts), strict=True)
    return element(
        "tr",
        element("th", words_of(row), class_="words", scope="row"),
        element("td", percent(row.share), class_="number"),
        element("td", error, class_="number"),
        element("td", id=f"value{place}", class_="number"),
        element("td", id=f"error{place}", class_="number"),
        element("td", "" if node is None else ruler(node, axis, f"bits{place}")),
        element("td", range_, element("span", id=f"range{place}", class_="narrowed")),
        element("td", rule),
        element("td", format, id=f"format{place}"),
        *(cell("td", text, is_number) for (_, is_number), text in told),
        data_node=str(place),
        tabindex="0" if first else None,
    )
