"""What a report tells, in the words in which people read it, on a terminal and on a page."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symhdl.errors import shortened
from symhdl.ir.datapath import Datapath, Port
from symhdl.report.breakdown import Bit, NodeFacts, OutputFacts
from symhdl.report.contents import Contents, Row
from symhdl.tables import number
from symhdl.targets.shares import amounts

LONGEST_NAME, SHORTEST_NAME = 32, 16
LARGEST_FIGURE = 1 << 40
LONGEST_CONDITION = 200

NOTHING_BESIDE = 2**-128
"""What an end of a range is to the other where only outward rounding keeps it from 0."""


def title(path: Datapath, *, cut: bool) -> str:
    """The design in one line."""
    ending = ", cut" if cut else ""
    device = shortened(path.device)
    if not path.frequency_mhz:
        return f"{path.top}: combinational, on {device}{ending}"
    cycles = "1 cycle" if path.latency == 1 else f"{path.latency} cycles"
    clock = f"{path.frequency_mhz:g} MHz"
    return f"{path.top}: {cycles} at {clock}, one result per cycle, on {device}{ending}"


def outputs_of(report: Contents) -> list[tuple[Port, OutputFacts]]:
    """The outputs with what is known of them."""
    return list(zip(report.datapath.outputs, report.breakdown.outputs, strict=True))


def goals(report: Contents) -> tuple[Sequence[str], list[Sequence[str]]]:
    """A header, and for each output what was asked and what is proved."""
    header = ("output", "format", "range", "error asked", "proved", "of it", "with real inputs")
    return header, [_goal(*pair) for pair in outputs_of(report)]


def assumed(datapath: Datapath) -> list[str]:
    """A line for everything that is assumed."""
    return [
        f"assumed: {shortened(assumption, LONGEST_CONDITION)}; elsewhere nothing is promised"
        for assumption in datapath.assumptions
    ]


def used_of(port: Port, facts: OutputFacts) -> float:
    """What of the error that was asked for is used."""
    return (port.error_bound or 0.0) / facts.asked if facts.asked else 0.0


def _goal(port: Port, facts: OutputFacts) -> tuple[str, ...]:
    bound, real = port.error_bound, port.error_bound_real_inputs
    asked = "" if facts.asked is None else f"{'<' if facts.faithful else '<='} {facts.asked:.3g}"
    return (
        shortened(port.name, LONGEST_NAME),
        str(port.format),
        " .. ".join(real_words(end) for end in port.range),
        asked,
        "" if bound is None else f"{bound + 0.0:.3g}",
        percent(used_of(port, facts)),
        "none" if real is None else f"{real:.3g}",
    )


def real_words(value: Fraction) -> str:
    """A number for people, also beyond those of a float."""
    try:
        return number(float(value))
    except OverflowError:
        return "-huge" if value < 0 else "huge"


def figures(report: Contents) -> tuple[Sequence[str], list[Sequence[str]]]:
    """A header, and the estimate beside what synthesis found, with shares of the device; nothing without one."""
    guess, synth = report.estimate, report.synthesised
    if guess is None:
        return (), []
    keys = ("luts", "ffs", "dsps", "brams")
    labels = ("LUTs", "flip-flops", "DSP blocks", "memory blocks")
    shares = [""] * len(keys)
    if report.target is not None:
        shares = [each.share for each in amounts(guess, report.target.resources)]
    rows: list[Sequence[str]] = [
        (label, f"{getattr(guess, key):,}", share, _figure(synth.get(key)))
        for key, label, share in zip(keys, labels, shares, strict=True)
    ]
    rows.append(("highest clock, MHz", number(guess.fmax_mhz), "", _figure(synth.get("fmax_mhz"))))
    if not synth:
        return ("", "estimated", "share"), [row[:3] for row in rows]
    on = synth.get("device")
    beside = f"synthesised for {shortened(on)}" if isinstance(on, str) else "synthesised"
    return ("", "estimated", "share", beside), rows


def _figure(value: object) -> str:
    """What a manifest has of a figure, which may come from anywhere."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "-"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) < LARGEST_FIGURE else "-"
    return number(value)


def words_of(row: Row) -> str:
    """The name and the text that it stands for, where these are not the same."""
    if row.node is None or row.text in ("", row.label) or row.label == row.node.formula:
        return label_of(row)
    return f"{row.label} = {row.text}" if row.node.named else f"{row.label} in {row.text}"


def label_of(row: Row) -> str:
    """What the user knows a row by, in few words."""
    return row.label if row.node is not None else f"{row.name}, rounded"


def range_of(node: NodeFacts) -> str:
    """Between which numbers a node lies; nothing if that is not known."""
    if node.range is None:
        return ""
    least = max(map(abs, node.range)) * NOTHING_BESIDE
    ends = (end if abs(end) > least else 0.0 for end in node.range)
    return " .. ".join(f"{end + 0.0:.4g}" for end in ends)


def method_of(report: Contents, node: NodeFacts) -> str:
    """How a node is computed, where that is a choice."""
    if not node.built:
        return "inside of a region"
    if node.argument is None:
        return shortened(node.method, LONGEST_NAME)
    argument = shortened(report.breakdown.nodes[node.argument].name, SHORTEST_NAME)
    method = shortened(node.method or "function", LONGEST_NAME - len(argument) - len(" of "))
    return f"{method} of {argument}"


def percent(share: float) -> str:
    """A share; nothing for none."""
    percent = 100 * share
    if 1 <= percent < 10_000:
        return f"{percent:.0f} %"
    return f"{percent:.1g} %" if percent else ""


def bit_words(bit: Bit | None, sign: int) -> str:
    """What a bit more (`sign` 1) or less (-1) does to the LUTs and to the error."""
    if bit is None:
        return ""
    error = percent(bit.error) or "0 %"
    return f"{sign * bit.luts + 0.0:+.0f} LUTs, {'-' if sign > 0 else '+'}{error}"
