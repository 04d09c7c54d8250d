"""The comment at the top of every generated file: what the module computes, for the reader of the HDL."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from decimal import ROUND_CEILING, Context, Decimal
from fractions import Fraction

from symhdl.ir.block_sums import is_block_sum
from symhdl.ir.datapath import Cell, Datapath, Port
from symhdl.version import VERSION

from .chain_instances import pieces_of_chain

MAXIMUM_SOURCE_LINES = 40
MAXIMUM_LINE = 160
PLAIN_FROM, PLAIN_TO = Decimal("1e-4"), Decimal("1e9")  # numbers written without an exponent


def heading(datapath: Datapath, *, scheduled: bool = True) -> tuple[str, ...]:
    """Lines without comment marks; none can end a comment, continue on the next line, or be a tool's directive.

    `scheduled`: the output has the datapath's pipeline, so that its latency belongs to the comment.
    """
    return tuple(_lines(datapath, scheduled))


def safe_for_comment(text: str) -> str:
    """The text without what could end a comment of any output language or change how it is displayed."""
    shown = "".join(c if c.isprintable() else " " for c in unicodedata.normalize("NFC", text))
    for mark in ("*/", "/*", "*)", "(*", "??/"):
        shown = shown.replace(mark, f"{mark[0]} {mark[1:]}")
    return shown + "." if shown.endswith("\\") else shown


def _lines(datapath: Datapath, scheduled: bool) -> Iterator[str]:
    yield f"{datapath.top}: made by symhdl {VERSION}"
    yield ""
    if datapath.source:
        yield from _source_lines(datapath.source)
        yield ""
    for word, ports in (("in ", datapath.inputs), ("out", datapath.outputs)):
        for port in ports:
            yield _port_line(word, port)
    for assumption in datapath.assumptions:
        yield f"Assumed: {safe_for_comment(assumption)[:MAXIMUM_LINE]}; elsewhere nothing is promised."
    yield ""
    if scheduled:
        edges = "edge" if datapath.latency == 1 else "edges"
        yield f"Latency: {datapath.latency} clock {edges} from input port to output port; a new input every clock."
    if datapath.frequency_mhz > 0:
        yield f"Made for {safe_for_comment(datapath.device)} at {datapath.frequency_mhz:g} MHz."
    if scheduled:
        yield from _unit_lines(datapath)
    if scheduled and datapath.dsp == "none":
        yield "Made without DSP blocks."
    for fact in datapath.facts:
        yield f"Note: {safe_for_comment(fact)}"


def _unit_lines(datapath: Datapath) -> Iterator[str]:
    counts: Counter[tuple[str, bool]] = Counter()
    for cell in datapath.cells:
        if cell.unit and not is_block_sum(cell, datapath.unit(cell.unit)):
            counts[cell.unit, datapath.is_instanced(cell)] += _blocks(datapath, cell)
    if not counts:
        return
    blocks = ", ".join(
        f"{count} {unit} ({'instanced' if instanced else 'inferred'})"
        for (unit, instanced), count in sorted(counts.items())
    )
    yield f"Blocks: {blocks}."
    if any(instanced for _, instanced in counts):
        yield "The models of instanced blocks, for simulation, are written from the data sheets; no proof covers them."


def _blocks(datapath: Datapath, cell: Cell) -> int:
    """Of how many blocks a cell with a unit is, as far as the text says."""
    unit = datapath.unit(cell.unit)
    if unit is None or not datapath.is_instanced(cell):
        return 1
    if unit.chain is not None:
        return pieces_of_chain(unit, cell.width)
    return 1 if unit.memory is None else unit.memory.side_by_side(len(cell.contents), cell.width)


def _source_lines(source: str) -> Iterator[str]:
    """The source, each line behind a bar, so that no line of it can be taken for a directive."""
    lines = source.strip("\n").splitlines()
    for line in lines[:MAXIMUM_SOURCE_LINES]:
        safe = safe_for_comment(line.expandtabs(4))
        yield f"  | {safe[:MAXIMUM_LINE]}{'...' if len(safe) > MAXIMUM_LINE else ''}"
    if len(lines) > MAXIMUM_SOURCE_LINES:
        yield f"  | ... ({len(lines) - MAXIMUM_SOURCE_LINES} more lines)"


def _port_line(word: str, port: Port) -> str:
    low, high = port.range
    renamed = "" if port.name == port.port else f" ({safe_for_comment(port.name)[:MAXIMUM_LINE]})"
    bound = "" if port.error_bound is None else f", |error| <= {_rounded_up(port.error_bound)}"
    if port.error_bound_real_inputs is not None:
        bound += f" ({_rounded_up(port.error_bound_real_inputs)} with the rounding of real inputs)"
    return f"{word} {port.port}{renamed}: {port.format} in [{_shown(low)}, {_shown(high)}]{bound}"


def _rounded_up(bound: float) -> str:
    """Six digits of a bound, which must not become smaller by being printed."""
    nearest = f"{bound:.6g}"
    if float(nearest) >= bound:
        return nearest
    upwards = Context(prec=6, rounding=ROUND_CEILING)
    return f"{float(upwards.create_decimal(Decimal(bound))):.6g}"


def _shown(number: Fraction) -> str:
    """Nine digits of a number, which may be beyond the range of floats."""
    digits = Context(prec=9)
    quotient = digits.divide(Decimal(number.numerator), Decimal(number.denominator))
    plain = quotient == 0 or PLAIN_FROM <= abs(quotient) < PLAIN_TO
    return f"{quotient.normalize(digits):{'f' if plain else 'g'}}"
