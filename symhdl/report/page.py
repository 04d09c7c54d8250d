"""The report as a page of HTML that needs no other file: pictures, tables, and the design itself, which runs in it."""

from __future__ import annotations

from collections.abc import Sequence

from symhdl.ir.datapath import Datapath
from symhdl.report.contents import Contents, Sort
from symhdl.report.execution import execution_of
from symhdl.report.graph_picture import graph_picture
from symhdl.report.judged import HEADING, noise_table, sentences
from symhdl.report.linked import marked_listing, marked_source
from symhdl.report.live import errors_over_inputs, inputs_and_outputs
from symhdl.report.markup import Content, data, element, joined, page
from symhdl.report.node_table import node_table
from symhdl.report.parts import left_out, section, table
from symhdl.report.picture import MOST_DRAWN, legend, period_of, picture
from symhdl.report.rulers import axis_of
from symhdl.report.words import assumed, figures, goals, title

SCRIPTS = (
    "packed", "numbers", "cells", "mathematics", "design", "ranges", "live", "errors", "stages", "links",
    "page",
)  # fmt: skip
"""The files of the script, one behind the other."""


def report_page(
    report: Contents,
    operators: Datapath,
    listing: str = "",
    sort: Sort = "cost",
    rows: Sequence[Sequence[int]] = (),
) -> str:
    """The page. `operators` are what it executes, `listing` is the generated text that it shows.

    Histograms are over `rows` of data, as integers at the inputs, or without them over the ranges of the inputs. The
    links behind its address set the inputs, as integers at the ports: `report.html#x=12&y=-3`.
    """
    heading = title(report.datapath, cut=report.cut)
    nodes = report.breakdown.nodes
    axis = axis_of(nodes)
    parts: list[Content] = [
        element("h1", heading),
        element(
            "noscript", element("p", "Without scripts this page is a picture and does not run.")
        ),
        table(goals(report)),
        *(element("p", line) for line in assumed(report.datapath)),
        *_judgement(report),
        section("What it takes", table(figures(report))),
        section("Try it", *inputs_and_outputs(operators)),
        *errors_over_inputs(report, operators),
        section("The pipeline", *_pipeline(report)),
        section("The nodes", *node_table(report, sort, axis)),
        *_graph(report),
        section("The source", marked_source(report.datapath.source, nodes)),
    ]
    if listing:
        parts.append(section("The hardware", marked_listing(listing, report.owners)))
    notes = [element("p", f"not known: {what}", class_="quiet") for what in report.missing]
    told = element("output", id="told-node", class_="live")
    execution = execution_of(operators, report.breakdown, report.owners, axis, rows)
    body = joined([element("main", *parts, *notes), told, data(execution, "design")])
    return page(heading, body, styles=["page"], scripts=SCRIPTS)


def _judgement(report: Contents) -> list[Content]:
    """What rows of data say, of a design with a goal on them."""
    if report.judgement is None:
        return []
    lines = [element("p", sentence) for sentence in sentences(report.judgement)]
    heading = HEADING[0].upper() + HEADING[1:]
    return [section(heading, *lines, table(noise_table(report.judgement)))]


def _pipeline(report: Contents) -> list[Content]:
    period_ns, schedule = period_of(report), report.schedule
    caption = (
        f"Time goes to the right, {period_ns:.3g} ns from one stage to the next; boxes are cells, as long "
        "as they take by the model of the device."
    )
    drawing = element("div", picture(report, schedule), class_="wide", data_pane="picture")
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
    hidden = left_out(len(schedule.rows) - MOST_DRAWN, "not drawn, which cost less")
    figure = element("figure", drawing, element("figcaption", legend(report.datapath), caption))
    return [controls, figure, hidden]


def _graph(report: Contents) -> list[Content]:
    """The nodes and what they are made of, without constants; nothing where there are none or they are not known."""
    nodes, labels = report.breakdown.nodes, report.labels
    kept = [k for k, node in enumerate(nodes) if node.operation and not node.constant]
    if not kept:
        return []
    heading = "The graph"
    if len(kept) > MOST_DRAWN:
        many = element("p", f"{len(kept):,} nodes are too many to draw", class_="quiet")
        return [section(heading, many)]
    places = {node: place for place, node in enumerate(kept)}
    operands = [[places[k] for k in nodes[node].operands if k in places] for node in kept]
    faint = {places[node] for node in kept if not nodes[node].built}
    drawing = graph_picture([labels[k] for k in kept], operands, numbers=kept, faint=faint)
    caption = "Operands stand to the left of what is made of them"
    inside = "; what lies inside of a region has a dashed box" if faint else ""
    pane = element("div", drawing, class_="wide", data_pane="picture")
    figure = element("figure", pane, element("figcaption", f"{caption}{inside}."))
    return [section(heading, figure)]
