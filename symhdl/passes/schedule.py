"""Cuts a combinational datapath into pipeline stages for a clock, with as few register bits as is cheap.

Stages come first (`_as_soon_as_possible`: operators are chained while they fit in the period), at the
least latency that the delays allow; then cells move between stages where that saves register bits
(`_move_later`, `_move_earlier`), which is the retiming problem of Leiserson and Saxe (1991) solved
greedily; then registers are put in.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from symhdl.cost.clock import TOLERANCE_NS, clock_warning
from symhdl.cost.timing import AT_ONCE, Arrival, CellDelay, after, cell_delays
from symhdl.design import Design
from symhdl.ir.datapath import Cell, CellKind, Datapath, register_behind
from symhdl.ir.size import Size
from symhdl.targets.target import Target

ROUNDS = 2
# How many stages a cell may move at once; a longer way is gone in several rounds.
REACH = 8
# The spread of the slack over the stages is searched by halving the interval so many times; fewer times
# for a design with many cells, where each time takes long.
HALVINGS = 5
HALVINGS_OF_MANY = 2
MANY_CELLS = 20_000


@dataclass(slots=True)
class _Plan:
    """The stage of every cell while it is being decided; constants have none.

    `arrivals` tell when a cell's value is ready within its stage, `alone` when it would be if nothing went before it.
    `clocked` cells are memory blocks or wires behind them, with the block's register between them and the rest.
    `needs[v]` counts the stages in which v's value is used: v takes `max(needs) - stage` registers, shared by all its
    users.
    """

    cells: Sequence[Cell]
    delays: Sequence[CellDelay]
    sources: list[tuple[int, ...]]
    users: list[list[int]]
    widths: list[int]
    clocked: list[bool]
    alone: list[Arrival]
    stages: list[int]
    arrivals: list[Arrival]
    last: int = 0
    needs: list[dict[int, int]] = field(default_factory=list)


def _new_plan(datapath: Datapath, delays: Sequence[CellDelay]) -> _Plan:
    cells = datapath.cells
    moving = [False] * len(cells)
    sources: list[tuple[int, ...]] = []
    users: list[list[int]] = [[] for _ in cells]
    for index, cell in enumerate(cells):
        own = tuple(dict.fromkeys(operand for operand in cell.operands if moving[operand]))
        # A cell that depends on constants alone is one, and needs no registers.
        moving[index] = bool(own) or cell.kind is CellKind.INPUT
        sources.append(own)
        for source in own:
            users[source].append(index)
    widths = [cell.width if is_moving else 0 for cell, is_moving in zip(cells, moving, strict=True)]
    clocked = [delay.clock_to_output_ns > 0 for delay in delays]
    alone = [after(delay, ()) for delay in delays]
    stages, arrivals = [0] * len(cells), [AT_ONCE] * len(cells)
    return _Plan(cells, delays, sources, users, widths, clocked, alone, stages, arrivals)


def _is_wire_of_memory(plan: _Plan, index: int) -> bool:
    """Whether the cell is a wire between a memory block and its register, which stays where it is."""
    return plan.clocked[index] and plan.cells[index].kind is not CellKind.TABLE


def _first_stage(plan: _Plan, index: int) -> int:
    """The first stage in which the cell has its operands."""
    first, in_memory = 0, plan.clocked[index]
    for source in plan.sources[index]:
        stage = plan.stages[source] + (plan.clocked[source] and not in_memory)
        if stage > first:
            first = stage
    return first


def _last_stage(plan: _Plan, index: int) -> int:
    """The last stage from which all users of the cell have it in time."""
    last, in_memory = plan.last, plan.clocked[index]
    for user in plan.users[index]:
        stage = plan.stages[user] - (in_memory and not plan.clocked[user])
        if stage < last:
            last = stage
    return last


def _arrival(plan: _Plan, index: int, stage: int) -> Arrival:
    """When the cell's value is ready if it is computed in the stage."""
    chained = []
    for source in plan.sources[index]:
        if plan.stages[source] == stage:
            chained.append(plan.arrivals[source])
        elif plan.clocked[source] and plan.stages[source] == stage - 1:
            chained.append(plan.delays[source].from_register)
    return after(plan.delays[index], chained) if chained else plan.alone[index]


def _fits(plan: _Plan, index: int, arrival: Arrival, budget_ns: float) -> bool:
    """Whether the cell may end then; one that is slower than the budget only if nothing goes before it."""
    delay_ns = plan.delays[index].delay_ns
    return arrival.full_ns <= max(budget_ns, delay_ns) + TOLERANCE_NS or delay_ns == 0.0


def _as_soon_as_possible(plan: _Plan, budget_ns: float, limit: float = math.inf) -> int:
    """Gives every cell the first stage in which it fits after its operands; returns the last stage.

    What takes more stages than the limit is given up at the first cell beyond it.
    """
    for index, sources in enumerate(plan.sources):
        if not sources:
            plan.stages[index], plan.arrivals[index] = 0, plan.alone[index]
            continue
        stage = _first_stage(plan, index)
        arrival = _arrival(plan, index, stage)
        if not _fits(plan, index, arrival, budget_ns):
            stage, arrival = stage + 1, plan.alone[index]
        plan.stages[index], plan.arrivals[index] = stage, arrival
        if stage > limit:
            return stage
    return max(plan.stages, default=0)


def _spread_slack(plan: _Plan, budget_ns: float) -> float:
    """Schedules at the least latency for the budget, and returns the least budget that keeps that latency.

    A design whose last stage would be nearly empty gets all its stages equally filled, which leaves place and route
    the more time for wires.
    """
    last = plan.last = _as_soon_as_possible(plan, budget_ns)
    best = list(plan.stages), list(plan.arrivals)
    longest = max((delay.longest_ns for delay in plan.delays), default=0.0)
    low, high = min(longest, budget_ns), budget_ns
    for _ in range(HALVINGS if len(plan.cells) < MANY_CELLS else HALVINGS_OF_MANY):
        middle = (low + high) / 2
        if _as_soon_as_possible(plan, middle, last) > last:
            low = middle
        else:
            high, best = middle, (list(plan.stages), list(plan.arrivals))
    plan.stages, plan.arrivals = best
    return high


def _count_needs(plan: _Plan, outputs: Sequence[int]) -> None:
    plan.needs = [{} for _ in plan.cells]
    for stage, own in zip(plan.stages, plan.sources, strict=True):
        for source in own:
            _need(plan.needs[source], stage)
    for output in outputs:
        _need(plan.needs[output], plan.last + 1)


def _need(needs: dict[int, int], stage: int) -> None:
    needs[stage] = needs.get(stage, 0) + 1


def _register_bits(plan: _Plan) -> int:
    return sum(
        width * (max(needs) - stage)
        for width, stage, needs in zip(plan.widths, plan.stages, plan.needs, strict=True)
        if width and needs
    )


def _longest_need(needs: Mapping[int, int], without: int) -> int:
    """The last stage in which a value is used, one use in the stage `without` left out."""
    longest = -1
    for stage, count in needs.items():
        if stage > longest and count > (stage == without):
            longest = stage
    return longest


def _saving(plan: _Plan, index: int, stage: int) -> int:
    """Register bits saved when the cell moves to the stage."""
    old = plan.stages[index]
    saved = plan.widths[index] * (stage - old)
    for source in plan.sources[index]:
        others = max(_longest_need(plan.needs[source], old), plan.stages[source])
        saved -= plan.widths[source] * (max(others, stage) - max(others, old))
    return saved


def _move(plan: _Plan, index: int, stage: int, arrival: Arrival) -> None:
    old = plan.stages[index]
    for source in plan.sources[index]:
        needs = plan.needs[source]
        needs[old] -= 1
        if not needs[old]:
            del needs[old]
        _need(needs, stage)
    plan.stages[index], plan.arrivals[index] = stage, arrival


def _move_later(plan: _Plan, budget_ns: float) -> None:
    """Users first: each cell goes to the latest stage where it fits that costs no register bits.

    Moving later, a cell finds its operands in registers (or takes the place of one before a memory block), so only the
    time that its users leave matters.
    """
    required = [budget_ns] * len(plan.cells)
    for index in range(len(plan.cells) - 1, -1, -1):
        if not plan.sources[index] or not plan.needs[index]:
            continue
        if _is_wire_of_memory(plan, index):
            continue
        delay, users = plan.delays[index], plan.users[index]
        latest = _last_stage(plan, index)
        best, best_saving = plan.stages[index], 0
        for stage in range(plan.stages[index] + 1, min(latest, best + REACH) + 1):
            saving = _saving(plan, index, stage)
            left_ns = _time_left(plan, required, users, stage, budget_ns) - delay.delay_ns
            if delay.clock_to_output_ns:
                later_ns = _time_left(plan, required, users, stage + 1, budget_ns)
                left_ns = min(left_ns, later_ns - delay.clock_to_output_ns)
            if left_ns >= -TOLERANCE_NS and saving >= best_saving:
                best, best_saving = stage, saving
        if best != plan.stages[index]:
            _move(plan, index, best, plan.alone[index])
        required[index] = _time_left(plan, required, users, best, budget_ns)


def _time_left(
    plan: _Plan, required: Sequence[float], users: Sequence[int], stage: int, budget_ns: float
) -> float:
    """When a value must be ready in the stage for the users that are in the same one.

    A user that takes longer than the budget starts with the stage: nothing but wires goes before it. The overlap of
    carry chains is left out of account, which is on the safe side.
    """
    least_ns = math.inf
    for user in users:
        if plan.stages[user] == stage:
            least_ns = min(least_ns, required[user] - plan.delays[user].delay_ns)
    return max(0.0, budget_ns if least_ns == math.inf else least_ns)


def _move_earlier(plan: _Plan, budget_ns: float) -> None:
    """Operands first: each cell goes to the earliest stage where it fits, if that saves register bits."""
    for index, own in enumerate(plan.sources):
        if not own:
            continue
        current = plan.stages[index]
        plan.arrivals[index] = _arrival(plan, index, current)
        if plan.clocked[index]:
            continue  # a memory block and its wires stay together
        earliest = _first_stage(plan, index)
        best, best_saving = current, 0
        for stage in range(current - 1, max(earliest, current - REACH) - 1, -1):
            saving = _saving(plan, index, stage)
            if saving > best_saving and _fits(plan, index, _arrival(plan, index, stage), budget_ns):
                best, best_saving = stage, saving
        if best != current:
            _move(plan, index, best, _arrival(plan, index, best))


def _improve(plan: _Plan, budget_ns: float) -> None:
    """Moves cells to and fro and leaves the plan with the fewest register bits that was met."""
    best_stages, best_bits = list(plan.stages), _register_bits(plan)
    for _ in range(ROUNDS):
        for move in (_move_later, _move_earlier):
            move(plan, budget_ns)
            bits = _register_bits(plan)
            # On a tie the later one counts: it registers the inputs.
            if bits <= best_bits:
                best_stages, best_bits = list(plan.stages), bits
    plan.stages = best_stages


@dataclass(slots=True)
class _Emitter:
    """Writes the pipelined cells; equal wires and registers are one cell."""

    cells: list[Cell] = field(default_factory=list)
    registers: dict[int, int] = field(default_factory=dict)
    wires: dict[Cell, int] = field(default_factory=dict)
    size: Size = field(default_factory=Size)

    def append(self, cell: Cell) -> int:
        """The index of the cell; a wire that exists already is that wire."""
        if cell.kind in (CellKind.SHIFT_LEFT, CellKind.SHIFT_RIGHT, CellKind.BITS, CellKind.JOIN):
            index = self.wires.setdefault(cell, len(self.cells))
            if index < len(self.cells):
                return index
        self.size.add(cell)
        self.cells.append(cell)
        return len(self.cells) - 1

    def delayed(self, index: int, stage: int) -> int:
        """The cell's value in a later stage, through registers shared with all who need it."""
        while self.cells[index].stage < stage:
            register = self.registers.get(index)
            if register is None:
                register = self.append(register_behind(self.cells[index], index))
                self.registers[index] = register
            index = register
        return index


def _emit(datapath: Datapath, plan: _Plan) -> Datapath:
    emitter = _Emitter()
    numbers: list[int] = []
    for index, cell in enumerate(datapath.cells):
        stage = plan.stages[index]
        operands = tuple(
            emitter.delayed(numbers[operand], stage) if plan.widths[operand] else numbers[operand]
            for operand in cell.operands
        )
        numbers.append(emitter.append(cell.moved(operands, stage)))
    outputs = tuple(
        replace(
            port,
            cell=emitter.delayed(numbers[port.cell], plan.last + 1)
            if plan.widths[port.cell]
            else numbers[port.cell],
        )
        for port in datapath.outputs
    )
    inputs = tuple(replace(port, cell=numbers[port.cell]) for port in datapath.inputs)
    return replace(datapath, cells=tuple(emitter.cells), inputs=inputs, outputs=outputs)


def schedule(
    datapath: Datapath,
    target: Target,
    frequency_mhz: float | None,
    delays: Sequence[CellDelay] | None = None,
) -> Datapath:
    """The combinational datapath as a pipeline for the clock: one set of inputs per clock edge.

    Input ports are not registered, output ports are; every path from an input to an output crosses as many registers
    as `latency` says. Constants have stage 0 and no registers. A table in a memory block has a register behind it,
    which is that of the block. A cell that takes longer than the period gets a stage of its own; `clock_warning` tells
    of such cells. Without a frequency (None or 0) nothing changes. `delays` are those of the cells, if they are known.
    """
    if not frequency_mhz:
        return replace(datapath, frequency_mhz=0.0)
    assert all(cell.kind is not CellKind.REGISTER for cell in datapath.cells), (
        "a datapath that is scheduled already; please report this"
    )
    if delays is None:
        delays = cell_delays(datapath.cells, target, datapath.dsp)
    budget_ns = max(0.0, 1000.0 / frequency_mhz - target.delays.register)
    plan = _new_plan(datapath, delays)
    least_ns = _spread_slack(plan, budget_ns)
    _count_needs(plan, [port.cell for port in datapath.outputs])
    _improve(plan, least_ns)
    return replace(_emit(datapath, plan), frequency_mhz=float(frequency_mhz), device=target.name)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The pass that pipelines the datapath for the request's clock; outputs keep their integers."""

    name: ClassVar[str] = "schedule"

    def run(self, design: Design) -> Design:
        """The design with a pipelined datapath, and a warning if the clock is out of reach."""
        if design.datapath is None:
            return design
        plain, frequency = design.datapath, design.request.frequency_mhz
        if not frequency:
            return replace(design, datapath=schedule(plain, design.target, frequency))
        delays = cell_delays(plain.cells, design.target, plain.dsp)
        pipelined = schedule(plain, design.target, frequency, delays)
        scheduled = replace(design, datapath=pipelined)
        # Registers change nothing of what a cell takes alone.
        told = clock_warning(plain, design.target, frequency, delays)
        return scheduled if told is None else scheduled.with_warnings(told)
