"""What of a page is moved: sliders for inputs and their ranges, the values at outputs, and the error over inputs."""

from __future__ import annotations

from collections.abc import Sequence

from symhdl.ir.datapath import Datapath, Port
from symhdl.report.contents import Contents
from symhdl.report.markup import Content, Markup, element
from symhdl.report.parts import cell, section

NUMBERS = ("value", "off by")


def inputs_and_outputs(operators: Datapath) -> list[Content]:
    """For each input a slider and two for its range, and the values at the outputs."""
    condition = " where what is assumed holds" if operators.assumptions else ""
    header = ("input", "value", "", "format", "only from", "to", "")
    inputs = [
        element("tr", *(element("th", word) for word in header)),
        *(_input(number, port) for number, port in enumerate(operators.inputs)),
    ]
    outputs = [
        element(
            "tr",
            *(cell("th", word, word in NUMBERS) for word in ("output", "value", "format", "off by", "")),
        ),
        *(
            element(
                "tr",
                element("th", port.name),
                element("td", element("output", id=f"output{number}", data_output=str(number)), class_="number"),
                element("td", str(port.format), class_="quiet"),
                element("td", id=f"off{number}", class_="number"),
                element(
                    "td",
                    ""
                    if port.error_bound is None
                    else f"off by at most {port.error_bound:.3g}{condition}",
                    class_="quiet",
                ),
            )
            for number, port in enumerate(operators.outputs)
        ),
    ]  # fmt: skip
    free, sampled = (element("output", id=id) for id in ("free", "sampled"))
    notes = [element("p", free, " ", sampled, class_="quiet")]
    if operators.assumptions:
        notes.append(element("p", element("output", id="promised")))
    tables = (element("table", *inputs), element("table", *outputs))
    return [*(element("div", table, class_="wide") for table in tables), *notes]


def _input(number: int, port: Port) -> Markup:
    def slider(kind: str, told: str) -> Markup:
        return element(
            "td", element("input", type="range", id=f"{kind}{number}", class_=kind, aria_label=told)
        )

    return element(
        "tr",
        element("th", element("label", port.name, for_=f"input{number}")),
        slider("input", f"the value of {port.name}"),
        element("td", id=f"at{number}", class_="number"),
        element("td", str(port.format), class_="quiet"),
        slider("low", f"the least value of {port.name}"),
        slider("high", f"the greatest value of {port.name}"),
        element("td", id=f"box{number}", class_="quiet"),
    )


def errors_over_inputs(report: Contents, operators: Datapath) -> list[Content]:
    """The error over inputs: what is to be chosen, and places for the pictures that the script draws."""
    outputs = report.breakdown.outputs
    is_known = all(node.operation for node in report.breakdown.nodes)
    if not (operators.inputs and outputs and is_known) or any(o.node is None for o in outputs):
        return []
    inputs = [port.name for port in operators.inputs]
    controls = element(
        "p",
        _choice("output", "error of", [port.name for port in operators.outputs]),
        _choice("first", " over", inputs),
        _choice("second", " and", inputs, none=True),
        class_="live",
    )
    drawing = element(
        "svg", id="curve", class_="curve", viewBox="0 0 560 220", role="img", aria_labelledby="error-told"
    )  # fmt: skip
    heat = element("canvas", id="map", class_="hidden", role="img", aria_labelledby="error-told")
    told = element("figcaption", element("output", id="error-told"))
    explained = (
        "The other inputs are where the sliders are. What is real is computed in double precision."
    )
    return [
        section(
            "The error", controls, element("figure", drawing, heat, told),
            element("p", explained, class_="quiet"),
        )
    ]  # fmt: skip


def _choice(name: str, told: str, words: Sequence[str], *, none: bool = False) -> Markup:
    options = [element("option", word, value=str(number)) for number, word in enumerate(words)]
    nothing = [element("option", "nothing else", value="-1")] if none else []
    return element("label", f"{told} ", element("select", *nothing, *options, id=f"over-{name}"))
