"""A design beside the one with the narrowest uniform format that is as accurate, as a table."""

from __future__ import annotations

from symhdl.commands.terminal import table
from symhdl.compiled import CompiledDesign
from symhdl.uniform_comparison import Compared, beside_uniform

HEADER = (
    "formats", "outputs", "LUTs", "FFs", "DSPs", "cycles", "proved error", "measured error",
)  # fmt: skip


def uniform_table(design: CompiledDesign) -> str:
    """Formats, what both take by the estimate, and the largest errors of any output."""
    return table(HEADER, map(_row, beside_uniform(design)), right=range(2, len(HEADER)))


def _row(compared: Compared) -> tuple[str, ...]:
    design, uniform = compared.design, compared.format
    figures = design.estimate
    outputs = dict.fromkeys(str(port.format) for port in design.datapath.outputs)
    bounds = [port.error_bound for port in design.datapath.outputs if port.error_bound is not None]
    proved = len(bounds) == len(design.datapath.outputs)
    counts = figures.luts, figures.ffs, figures.dsps, design.latency
    return (
        "one for each node" if uniform is None else str(uniform.format),
        " ".join(outputs),
        *map(str, counts),
        f"{max(bounds):.3g}" if proved else "none",
        f"{compared.measured:.3g}",
    )
