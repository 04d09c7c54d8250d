"""Registers that synthesis makes shift registers in LUTs of: those of a value that is held for some clock edges."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from symhdl.ir.datapath import CellKind, Datapath
from symhdl.ir.reach import use_counts_of
from symhdl.targets.target import ShiftRegister, Target

LUT_PRICE = 2
"""Of a LUT, in registers: there are two of them beside each on devices that have shift registers."""
WHOLE = 16
"""What a register of a bit costs where prices are whole numbers."""


class Shifted(NamedTuple):
    """The registers that are parts of shift registers, and the LUTs of each shift register by its first one."""

    cells: Collection[int]
    luts_by_first: Mapping[int, int]

    @property
    def luts(self) -> int:
        """The LUTs of all of them."""
        return sum(self.luts_by_first.values())


def shifted(datapath: Datapath, target: Target) -> Shifted:
    """What becomes shift registers: registers of which each has the next as its only reader."""
    kind = target.shift_register
    if not kind.most:
        return Shifted((), {})
    cells = datapath.cells
    uses = use_counts_of(cells, (port.cell for port in datapath.outputs))
    runs: list[list[int]] = []
    run_of: dict[int, list[int]] = {}
    for index, cell in enumerate(cells):
        if cell.kind is not CellKind.REGISTER:
            continue
        before = run_of.get(cell.operands[0]) if uses[cell.operands[0]] == 1 else None
        if before is None:
            before = []
            runs.append(before)
        before.append(index)
        run_of[index] = before
    found = [run for run in runs if len(run) >= kind.least]
    luts = {run[0]: luts_of_run(len(run), kind) * cells[run[0]].width for run in found}
    return Shifted(frozenset(index for run in found for index in run), luts)


def luts_of_run(edges: int, kind: ShiftRegister) -> int:
    """The LUTs that hold a bit for so many clock edges."""
    return -(-edges // kind.most)


def price_of_holding(edges: int, kind: ShiftRegister) -> int:
    """What a bit costs that is held for so many clock edges, in registers."""
    if not kind.most or edges < kind.least:
        return edges
    return min(edges, LUT_PRICE * luts_of_run(edges, kind))


def prices_of_next(edges: Sequence[int], kind: ShiftRegister) -> list[int]:
    """For bits that are held for so many clock edges about what one more costs, times `WHOLE`."""
    return [
        WHOLE if held < kind.least else max(1, WHOLE * price_of_holding(held, kind) // held)
        for held in edges
    ]
