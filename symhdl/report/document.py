"""The breakdown of a design as JSON, a node a line, and read again from a file that may come from anywhere."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from symhdl.cost.cells import Area
from symhdl.documents import Json, json_text, read_json
from symhdl.errors import SymhdlError, error, shortened
from symhdl.numeric.fixed import FixedFormat
from symhdl.numeric.limits import MAXIMUM_CELL_WIDTH
from symhdl.report.breakdown import NOTHING, Bit, Breakdown, NodeFacts, OutputFacts
from symhdl.version import VERSION

Value = TypeVar("Value")

BREAKDOWN = ".breakdown"
"""The end of the file's name."""
FORM = 1
LONGEST_TEXT = 1000
LARGEST_COUNT, LARGEST_FRACTION = 1 << 40, 1 << 16
HELP = "compile again with -o"

# --- writing --------------------------------------------------------------------------------------


def breakdown_text(found: Breakdown) -> str:
    """The text from which `read_breakdown` makes an equal breakdown.

    `nodes` stand in order, operands first. Of a node, what is not known or is nothing is left out: `name`, `text` of
    the source, `operation`, `operands` by number, `named` by the user, `range`, its `rule`, `format` (signed, width,
    fraction), `errors` (output by number, part of its bound), `area` (LUTs, flip-flops, DSP blocks, memory blocks),
    `built`, the `argument` and the `formula` of a region, the `method` of a function, a bit `more` and `less` (LUTs,
    share of the error). Of an output: `asked`, `faithful`, `bound`, `rounding`, `area` and its `node`. `rest` is that
    of no node.
    """
    head = json_text(
        {
            "symhdl": VERSION,
            "breakdown": FORM,
            "outputs": [_output(output) for output in found.outputs],
            "rest": _area(found.rest),
        }
    )
    nodes = ",\n".join(json.dumps(_node(node)) for node in found.nodes)
    return head.removesuffix("\n}\n") + f',\n  "nodes": [\n{nodes}\n]}}\n'


def _output(output: OutputFacts) -> dict[str, Json]:
    return {
        "name": output.name,
        "asked": output.asked,
        "faithful": output.faithful,
        "bound": output.bound,
        "rounding": output.rounding,
        "area": _area(output.area),
        **({} if output.node is None else {"node": output.node}),
    }


def _node(node: NodeFacts) -> dict[str, Json]:
    format = node.format
    entries: dict[str, Json] = {
        "name": node.name,
        "text": node.text,
        "operation": node.operation,
        "operands": [*node.operands],
        "named": node.named or None,
        "range": None if node.range is None else [*node.range],
        "rule": node.rule,
        "format": None if format is None else [format.signed, format.width, format.fraction],
        "errors": [[output, part] for output, part in node.errors.items()],
        "area": None if node.area == NOTHING else _area(node.area),
        "built": None if node.built else False,
        "argument": node.argument,
        "formula": node.formula,
        "method": node.method,
        "more": _bit(node.more),
        "less": _bit(node.less),
    }
    return {key: value for key, value in entries.items() if value not in (None, "", [])}


def _area(area: Area) -> Json:
    return [area.luts, area.ffs, area.dsps, area.brams]


def _bit(bit: Bit | None) -> Json:
    return None if bit is None else [bit.luts, bit.error]


# --- reading --------------------------------------------------------------------------------------


def read_breakdown(text: str, place: str) -> Breakdown:
    """The breakdown in a text; `place` is its name, for messages. Raises SymhdlError if it is none."""
    try:
        document = read_json(text)
    except ValueError as problem:
        raise _bad(f"{place} is not JSON: {shortened(str(problem), 100)}") from None
    if not isinstance(document, dict) or document.get("breakdown") != FORM:
        raise _bad(f"{place} is not a breakdown of this version of symhdl")
    try:
        return _breakdown(document)
    except _UnfitError as problem:
        raise _bad(f"{place}: {problem}") from None


def _bad(message: str) -> SymhdlError:
    return error("bad-breakdown", message, help=HELP)


class _UnfitError(Exception):
    """What does not fit, in words."""


def _breakdown(document: Mapping[str, Json]) -> Breakdown:
    listed = _list("outputs", document.get("outputs"))
    entries = _list("nodes", document.get("nodes"))
    outputs = tuple(
        _read(f"output {k}", entry, partial(_output_of, nodes=len(entries)))
        for k, entry in enumerate(listed)
    )
    nodes = tuple(
        _read(f"node {k}", entry, partial(_node_of, index=k, outputs=len(outputs)))
        for k, entry in enumerate(entries)
    )
    return Breakdown(nodes, outputs, _area_of("rest", document.get("rest")))


def _read(what: str, entry: Json, read: Callable[[Mapping[str, Json]], Value]) -> Value:
    """An object of the document. Raises `_UnfitError` with what it is that does not fit."""
    if not isinstance(entry, dict):
        raise _UnfitError(f"{what} must be an object")
    try:
        return read(entry)
    except _UnfitError as problem:
        raise _UnfitError(f"{what}: {problem}") from None


def _output_of(fields: Mapping[str, Json], nodes: int) -> OutputFacts:
    node = fields.get("node")
    return OutputFacts(
        name=_text("name", fields.get("name")),
        asked=None if fields.get("asked") is None else _number("asked", fields["asked"], 0.0),
        faithful=_flag("faithful", fields.get("faithful")),
        bound=_number("bound", fields.get("bound"), 0.0),
        rounding=_number("rounding", fields.get("rounding"), 0.0),
        area=_area_of("area", fields.get("area")),
        node=None if node is None else _count("node", node, nodes),
    )


def _node_of(fields: Mapping[str, Json], index: int, outputs: int) -> NodeFacts:
    operands = tuple(
        _count("operands", each, index) for each in _list("operands", fields.get("operands", []))
    )
    argument = fields.get("argument")
    return NodeFacts(
        name=_text("name", fields.get("name", "")),
        text=_text("text", fields.get("text", "")),
        operation=_text("operation", fields.get("operation", "")),
        operands=operands,
        named=_flag("named", fields.get("named", False)),
        range=_range(fields.get("range")),
        rule=_text("rule", fields.get("rule", "")),
        format=_format(fields.get("format")),
        errors=_errors(fields.get("errors", []), outputs),
        area=_area_of("area", fields["area"]) if "area" in fields else NOTHING,
        built=_flag("built", fields.get("built", True)),
        argument=None if argument is None else _count("argument", argument, index),
        formula=_text("formula", fields.get("formula", "")),
        method=_text("method", fields.get("method", "")),
        more=_bit_of("more", fields.get("more")),
        less=_bit_of("less", fields.get("less")),
    )


def _list(key: str, value: Json, length: int | None = None) -> Sequence[Json]:
    if not isinstance(value, list) or (length is not None and len(value) != length):
        raise _UnfitError(f"`{key}` must be a list" + (f" of {length}" if length else ""))
    return value


def _text(key: str, value: Json) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise _UnfitError(f"`{key}` must be a text of at most {LONGEST_TEXT} characters")
    return value


def _flag(key: str, value: Json) -> bool:
    if not isinstance(value, bool):
        raise _UnfitError(f"`{key}` must be true or false")
    return value


def _number(key: str, value: Json, least: float = -math.inf) -> float:
    try:
        number = float(value) if isinstance(value, int | float) else math.nan
    except OverflowError:
        number = math.nan
    if isinstance(value, bool) or not least <= number < math.inf:
        wanted = "a number" if least == -math.inf else "a number that is not negative"
        raise _UnfitError(f"`{key}` must be {wanted}")
    return number


def _figure(key: str, value: Json) -> float:
    """A number of which people can say how much it is."""
    number = _number(key, value)
    if abs(number) > LARGEST_COUNT:
        raise _UnfitError(f"`{key}` must be numbers up to {LARGEST_COUNT}")
    return number


def _count(key: str, value: Json, beyond: int = LARGEST_COUNT) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < beyond:
        raise _UnfitError(f"`{key}` must be whole numbers below {beyond}")
    return value


def _area_of(key: str, value: Json) -> Area:
    luts, *blocks = _list(key, value, 4)
    ffs, dsps, brams = (_count(key, each) for each in blocks)
    return Area(_figure(key, luts), ffs, dsps, brams)


def _bit_of(key: str, value: Json) -> Bit | None:
    return None if value is None else Bit(*(_figure(key, each) for each in _list(key, value, 2)))


def _range(value: Json) -> tuple[float, float] | None:
    if value is None:
        return None
    low, high = (_number("range", each) for each in _list("range", value, 2))
    return low, high


def _format(value: Json) -> FixedFormat | None:
    if value is None:
        return None
    signed, width, fraction = _list("format", value, 3)
    if not isinstance(fraction, int) or isinstance(fraction, bool):
        raise _UnfitError("`format` must end with the number of fractional bits")
    bits = _count("format", width, MAXIMUM_CELL_WIDTH + 1)
    if not bits or abs(fraction) > LARGEST_FRACTION:
        raise _UnfitError(f"`format` must have 1 to {MAXIMUM_CELL_WIDTH} bits near the point")
    return FixedFormat(_flag("format", signed), bits, fraction)


def _errors(value: Json, outputs: int) -> dict[int, float]:
    pairs = (_list("errors", each, 2) for each in _list("errors", value))
    return {_count("errors", place, outputs): _number("errors", part, 0.0) for place, part in pairs}
