"""A missed clock in the user's words: the slowest path by the source text of what lies on it, and what to change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from symhdl.backends.signals import cells_of_nets
from symhdl.cost.clock import OPERATORS, clock_warning
from symhdl.cost.estimate import estimate
from symhdl.errors import Diagnostic, warning
from symhdl.flow.synthesis import Synthesis
from symhdl.ir.datapath import WIRES, Cell, CellKind, Datapath
from symhdl.targets.target import Target


def cells_on_path(datapath: Datapath, nets: Iterable[str]) -> tuple[int, ...]:
    """The cells whose signals a path of the netlist passes, in order, each once."""
    found = (cell for cell in cells_of_nets(datapath, nets) if cell is not None)
    return tuple(dict.fromkeys(found))


def words_of_path(datapath: Datapath, nets: Iterable[str]) -> tuple[str, ...]:
    """What the user calls the values on the path: inputs by name, the others by the source text that they serve."""
    cells = [datapath.cells[index] for index in cells_on_path(datapath, nets)]
    words = (cell.origin or cell.name for cell in cells)
    return tuple(dict.fromkeys(filter(None, words)))


def operators_before(datapath: Datapath, end: int) -> list[Cell]:
    """The operators between registers and a cell (or the register that it shows), the widest first.

    One with registers inside is the first of them.
    """
    cells = datapath.cells
    while cells[end].kind in WIRES:
        end = cells[end].operands[0]
    waiting = list(cells[end].operands) if cells[end].kind is CellKind.REGISTER else [end]
    found: dict[int, None] = {}
    while waiting:
        index = waiting.pop()
        if index not in found and cells[index].kind is not CellKind.REGISTER:
            found[index] = None
            waiting += () if cells[index].latency else cells[index].operands
    operators = [cells[index] for index in found if cells[index].kind in OPERATORS]
    return sorted(operators, key=lambda cell: -cell.width)


def missed_clock(
    datapath: Datapath, target: Target, asked_mhz: float, figures: Synthesis
) -> Diagnostic | None:
    """The warning that the clock was not reached: where, why, and what to change; None if it was."""
    reached_mhz = figures.fmax_mhz
    if reached_mhz is None or reached_mhz >= asked_mhz:
        return None
    notes = [*_path_note(datapath, figures.path, reached_mhz)]
    elsewhere = datapath.device != target.name
    if elsewhere:
        notes.append(
            f"it was compiled for `{datapath.device}` at {datapath.frequency_mhz:g} MHz; "
            f"on `{target.name}` about {estimate(datapath, target).fmax_mhz:.0f} MHz are estimated"
        )
    return warning(
        "clock-missed",
        f"{asked_mhz:g} MHz were asked for, {reached_mhz:.1f} MHz were reached",
        notes=notes,
        help=_remedy(datapath, target, asked_mhz, reached_mhz),
    )


def _path_note(datapath: Datapath, nets: Sequence[str], reached_mhz: float) -> list[str]:
    words = words_of_path(datapath, nets)
    if not words:
        return []
    way = f"within `{words[0]}`" if len(words) == 1 else f"from `{words[0]}` to `{words[-1]}`"
    operators = operators_before(datapath, cells_on_path(datapath, nets)[-1])
    through = dict.fromkeys(
        f"a {OPERATORS[cell.kind]} of {cell.width} bits" for cell in operators[:2]
    )
    named = f", through {' and '.join(through)}" if through else ""
    return [f"the slowest path takes {1000 / reached_mhz:.1f} ns: {way}{named}"]


def _remedy(datapath: Datapath, target: Target, asked_mhz: float, reached_mhz: float) -> str:
    """What to change: the device first, then the stages, then the wish."""
    if datapath.device != target.name:
        return f"compile for the device: --device {target.name} --freq {asked_mhz:g}"
    if datapath.frequency_mhz < asked_mhz:
        return f"compile for the clock: --freq {asked_mhz:g}"
    if datapath.dsp == "none" and target.has_dsp:
        return "compile with --dsp auto, or ask for fewer bits, a larger error or a slower clock"
    slow = clock_warning(datapath, target, asked_mhz)
    if slow is not None and slow.help is not None:
        return slow.help  # more stages do not help an operator that is slower than the clock
    return (
        f"ask for more stages (compile with --freq {1.2 * asked_mhz:.0f}), fewer bits, a larger error, "
        f"or a clock of {reached_mhz:.0f} MHz"
    )
