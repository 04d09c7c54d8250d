"""What a design takes and how long it does, by the model of the device or by the tools that build it."""

from __future__ import annotations

from dataclasses import dataclass

from symhdl.backends.bound_instances import may_infer_blocks
from symhdl.compiled import CompiledDesign
from symhdl.explore.job import Far
from symhdl.explore.row import ESTIMATED


@dataclass(frozen=True, slots=True)
class Measured:
    """LUTs, flip-flops and blocks, the time from inputs to outputs in ns, and who says so."""

    luts: int
    ffs: int
    dsps: int
    brams: int
    ns: float
    by: str


def measured(design: CompiledDesign, far: Far) -> Measured:
    """What a design takes. Raises SymhdlError as the tools do, ToolMissingError where they are not there.

    The clock is the one that was asked for, if it is reached; where nothing routes it is that of the estimate.
    """
    guess, datapath = design.estimate, design.datapath
    if far == "estimated":
        return Measured(
            guess.luts, guess.ffs, guess.dsps, guess.brams, _ns(design, guess.fmax_mhz), ESTIMATED
        )
    from symhdl.flow.synthesis import synthesize

    figures = synthesize(
        design.verilog(),
        datapath.top,
        design.design.target,
        datapath.frequency_mhz,
        use_dsps=may_infer_blocks(datapath),
        route=far == "pnr",
    )
    reached = guess.fmax_mhz if figures.fmax_mhz is None else figures.fmax_mhz
    return Measured(
        figures.luts, figures.ffs, figures.dsps, figures.brams, _ns(design, reached), figures.tool
    )


def _ns(design: CompiledDesign, fmax_mhz: float) -> float:
    """From inputs to outputs at the clock that was asked for, or the highest that is reached if that is lower."""
    asked = design.datapath.frequency_mhz
    mhz = min(asked, fmax_mhz) if asked else fmax_mhz
    return round(1000.0 * max(1, design.datapath.latency) / mhz, 3)
