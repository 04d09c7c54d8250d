"""Place and route fed back: a datapath is scheduled again with measured delays, for the fewest cycles at its clock."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from symhdl.arithmetic.cuts import with_cuts
from symhdl.backends.backend import EmitOptions, backend_named
from symhdl.backends.bound_instances import may_infer_blocks
from symhdl.backends.signals import cells_of_nets
from symhdl.budget import Progress
from symhdl.cost.clock import period_ns
from symhdl.cost.timing import cell_delays, cell_offers
from symhdl.errors import Diagnostic, GoalError, UsageError, warning
from symhdl.flow.synthesis import Synthesis, synthesize
from symhdl.flow.tools import need_tool
from symhdl.ir.datapath import WIRES, Datapath
from symhdl.passes.schedule import schedule
from symhdl.scheduling.feedback import combined, factors_of, scaled, unscheduled
from symhdl.targets.target import Target

ROUNDS = 6
"""How often a datapath is scheduled again."""

PRESSURE, PRESSES = 1.05, 12
"""What all delays are multiplied by where no single one makes a difference, and how often; cells are cut for it."""

LITTLE = 0.8
"""The share of a period which the slowest path may take for fewer cycles to be tried; above, they are not enough."""

Measure = Callable[[Datapath], Synthesis]
"""What place and route finds of a pipeline, arrivals included."""


@dataclass(frozen=True, slots=True)
class Round:
    """A pipeline that was placed and routed; without a clock where there is no path between registers."""

    latency_cycles: int
    luts: int
    ffs: int
    fmax_mhz: float | None

    def __str__(self) -> str:
        clock = "no path" if self.fmax_mhz is None else f"{self.fmax_mhz:.1f} MHz"
        return f"{clock} in {self.latency_cycles} cycles"


@dataclass(frozen=True, slots=True)
class Refinement:
    """All pipelines that were tried, the first as estimates have it; the one that was `chosen`, and by which tools."""

    asked_mhz: float
    rounds: tuple[Round, ...]
    chosen: int
    tool: str

    @property
    def is_met(self) -> bool:
        """Whether the clock is reached."""
        fmax_mhz = self.rounds[self.chosen].fmax_mhz
        return fmax_mhz is None or fmax_mhz >= self.asked_mhz

    def __str__(self) -> str:
        tried = ", ".join(map(str, self.rounds))
        kept = f"; number {self.chosen + 1} is taken" if len(self.rounds) > 1 else ""
        return f"refined for {self.asked_mhz:g} MHz: {tried}{kept}"

    def warning(self) -> Diagnostic | None:
        """That the clock is not reached; None if it is."""
        reached_mhz = self.rounds[self.chosen].fmax_mhz
        if reached_mhz is None or self.is_met:
            return None
        return warning(
            "clock-missed",
            f"{self.asked_mhz:g} MHz were asked for, {reached_mhz:.1f} MHz were reached",
            help=f"ask for a clock of {reached_mhz:.0f} MHz, fewer bits or a larger error",
        )


def check_refinable(target: Target, frequency_mhz: float | str) -> None:
    """Raises UsageError where nothing can be measured, ToolMissingError without the tools."""
    if not target.tools.place_and_route:
        help = "`symhdl devices` tells which devices have; compile without --refine"
        message = f"no open place and route covers `{target.name}`"
        raise UsageError(Diagnostic("no-place-and-route", message, help=help))
    if frequency_mhz == 0:
        message = "there is no clock to refine for"
        raise UsageError(Diagnostic("refine-impossible", message, help="give one with --freq"))
    need_tool("yosys")
    need_tool(target.tools.place_and_route)


def measure_by_tools(target: Target, progress: Progress | None = None) -> Measure:
    """What Yosys and nextpnr find, as `symhdl synth` does, with one seed."""

    def measure(datapath: Datapath) -> Synthesis:
        texts = backend_named("verilog").emit(datapath, EmitOptions())
        return synthesize(
            "\n".join(text for name, text in texts.items() if name.endswith(".v")),
            datapath.top,
            target,
            datapath.frequency_mhz,
            use_dsps=may_infer_blocks(datapath),
            with_arrivals=True,
            progress=progress,
        )

    return measure


def refined(
    datapath: Datapath, target: Target, measure: Measure, latency: int | None = None
) -> tuple[Datapath, Refinement]:
    """The pipeline of those tried that meets its clock at the least latency, or else comes nearest to it.

    Delays of cells on paths that are too long become what was measured, and the datapath is scheduled again; where the
    clock is met with time to spare, all delays become shorter by it. That is done at most `ROUNDS` times, and only as
    long as it may give fewer cycles than what meets the clock already. The integers at the outputs stay. A `latency`
    that was asked for is kept. The same measurements give the same pipeline.
    """
    asked_mhz = datapath.frequency_mhz
    tried = [(datapath, measure(datapath))]
    factors: Mapping[int, float] = {}
    while len(tried) <= ROUNDS:
        path, figures = tried[-1]
        step = _again if _mhz(figures) < asked_mhz else _sooner
        found = step(path, figures, target, factors, latency)
        met = [own.latency for own, reached in tried if _mhz(reached) >= asked_mhz]
        if found is None or (met and found[0].latency >= min(met)):
            break
        following, factors = found
        tried.append((following, measure(following)))
    chosen = min(range(len(tried)), key=lambda number: _worth(*tried[number], asked_mhz))
    rounds = tuple(
        Round(path.latency, figures.luts, figures.ffs, figures.fmax_mhz) for path, figures in tried
    )
    return tried[chosen][0], Refinement(asked_mhz, rounds, chosen, tried[chosen][1].tool)


def _mhz(figures: Synthesis) -> float:
    """The clock that is reached; infinite where there is no path between registers."""
    return math.inf if figures.fmax_mhz is None else figures.fmax_mhz


def _worth(datapath: Datapath, figures: Synthesis, asked_mhz: float) -> tuple[bool, float, int]:
    mhz = _mhz(figures)
    is_missed = mhz < asked_mhz
    return is_missed, -mhz if is_missed else datapath.latency, figures.luts


def _again(
    path: Datapath,
    figures: Synthesis,
    target: Target,
    factors: Mapping[int, float],
    latency: int | None,
) -> tuple[Datapath, Mapping[int, float]] | None:
    """Another pipeline and the factors of its delays, by its cells without registers; None if there is none."""
    plain, numbers = unscheduled(path)
    offers = cell_offers(plain.cells, target, plain.units)
    own = {index: factors[number] for index, number in enumerate(numbers) if number in factors}
    delays = cell_delays(path.cells, target, path.units)
    known = [each for (each,) in scaled([(each,) for each in delays], own)]
    more = factors_of(path, known, _late(path, figures, target))
    factors = combined(factors, {numbers[index]: factor for index, factor in more.items()})
    budget_ns, pressure = period_ns(path.frequency_mhz, target), 1.0
    for _ in range(PRESSES):
        try:
            found = schedule(plain, target, path.frequency_mhz, scaled(offers, factors), latency)
        except GoalError:  # the latency that was asked for is too short for these delays
            return None
        if found != path:
            return found, factors
        pressure *= PRESSURE
        cut = with_cuts(plain, target, budget_ns / pressure)
        if cut != plain:  # other cells, of which nothing was measured
            plain, offers, factors = cut, cell_offers(cut.cells, target, cut.units), {}
        factors = combined(factors, dict.fromkeys(range(len(plain.cells)), PRESSURE))
    return None


def _sooner(
    path: Datapath,
    figures: Synthesis,
    target: Target,
    factors: Mapping[int, float],
    latency: int | None,
) -> tuple[Datapath, Mapping[int, float]] | None:
    """The pipeline for delays that are shorter by the half of what is left over; None where nothing may become less.

    The half by ratio: fuller stages have slower wires, and a whole too much costs more rounds than a second step.
    Of clocks that leave nothing to logic, by the device's own figures, nothing is learnt.
    """
    if latency is not None or figures.fmax_mhz is None:
        return None
    plain, _ = unscheduled(path)
    reached_ns, asked_ns = (
        period_ns(mhz, target) for mhz in (figures.fmax_mhz, path.frequency_mhz)
    )
    if not 0 < reached_ns < LITTLE * asked_ns:
        return None
    share = math.sqrt(reached_ns / asked_ns)
    factors = combined(factors, dict.fromkeys(range(len(plain.cells)), share))
    offers = scaled(cell_offers(plain.cells, target, plain.units), factors)
    return schedule(plain, target, path.frequency_mhz, offers), factors


def _late(path: Datapath, figures: Synthesis, target: Target) -> dict[int, float]:
    """How long the operands of cells take, beside what registers take, where that is too long for the clock."""
    slowest_ns = max(figures.arrivals.values(), default=0.0)
    # What registers want before the clock is told for the slowest path alone.
    setup_ns = max(0.0, 1000.0 / _mhz(figures) - slowest_ns)
    longest_ns = 1000.0 / path.frequency_mhz
    late = {
        name: ns + setup_ns for name, ns in figures.arrivals.items() if ns + setup_ns > longest_ns
    }
    found: dict[int, float] = {}
    for index, ns in zip(cells_of_nets(path, late), late.values(), strict=True):
        end = None if index is None else _clocked(path, index)
        if end is not None:
            found[end] = max(found.get(end, 0.0), ns - target.delays.register)
    return found


def _clocked(path: Datapath, index: int) -> int | None:
    """The register or unit with registers of which a cell hands on bits, itself if it is one; None for logic."""
    while path.cells[index].kind in WIRES:
        (index,) = path.cells[index].operands
    return index if path.cells[index].latency else None
