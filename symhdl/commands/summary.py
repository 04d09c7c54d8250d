"""What `symhdl compile` tells of a design: latency, formats, ranges, proved errors, estimate."""

from __future__ import annotations

from fractions import Fraction

from symhdl.commands.terminal import number, table
from symhdl.compiler import CompiledDesign
from symhdl.ir.datapath import Port

HEADER = ("port", "direction", "format", "range", "proved error", "in ulp")


def title(design: CompiledDesign) -> str:
    """The design in one line."""
    datapath = design.datapath
    if not datapath.frequency_mhz:
        return f"{datapath.top}: combinational, on {datapath.device}"
    cycles = "1 cycle" if design.latency == 1 else f"{design.latency} cycles"
    clock = f"{datapath.frequency_mhz:g} MHz"
    return f"{datapath.top}: {cycles} at {clock}, one result per cycle, on {datapath.device}"


def ports(design: CompiledDesign) -> str:
    """All ports with format, range and proved error."""
    datapath = design.datapath
    rows = [_row(port, "input") for port in datapath.inputs]
    rows += [_row(port, "output") for port in datapath.outputs]
    return table(HEADER, rows, right=(4, 5))


def _row(port: Port, direction: str) -> tuple[str, ...]:
    low, high = (number(float(bound)) for bound in port.range)
    bound = None if port.error_bound is None else port.error_bound + 0.0  # -0 is 0
    ulps = "" if bound is None else f"{float(Fraction(bound) / port.format.ulp):.2f}"
    error = "" if bound is None else f"{bound:.3g}"
    return port.port, direction, str(port.format), f"{low} .. {high}", error, ulps


def estimated(design: CompiledDesign) -> str:
    """The estimate in one line."""
    figures = design.estimate
    parts = [
        f"{figures.luts:.0f} LUTs",
        f"{figures.ffs:.0f} flip-flops",
        f"{figures.dsps:.0f} DSP blocks",
        f"{figures.brams:.0f} memory blocks",
        f"{figures.fmax_mhz:.0f} MHz",
    ]
    return "estimated: " + ", ".join(parts)
