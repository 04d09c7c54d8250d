"""What each cell of a datapath takes of a device, so that all cells together are the estimate of the whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from symhdl.cost.area import (
    better_costs,
    luts_of,
    quantities_of_cell,
    surroundings_of,
    total_quantities,
)
from symhdl.cost.blocks import blocks_of_cells
from symhdl.cost.registers import register_bits_of_cells
from symhdl.cost.shift_registers import shifted
from symhdl.ir.datapath import Datapath
from symhdl.targets.target import Target


@dataclass(frozen=True, slots=True)
class Area:
    """What something takes: LUTs, flip-flops, DSP blocks and memory blocks; LUTs are shared in parts."""

    luts: float = 0.0
    ffs: int = 0
    dsps: int = 0
    brams: int = 0

    def __add__(self, other: Area) -> Area:
        return Area(
            self.luts + other.luts, self.ffs + other.ffs,
            self.dsps + other.dsps, self.brams + other.brams,
        )  # fmt: skip

    def worth(self, target: Target) -> float:
        """All of it as one number: LUTs, and for each block as many as it saves."""
        return target.worth.in_luts(self.luts, self.dsps, self.brams)


def areas_of_cells(datapath: Datapath, target: Target) -> list[Area]:
    """What each cell takes; together it is what `estimate` says, whose LUTs are rounded up.

    Flip-flops that hold a value are of the first register that does so, and shift registers of their first one.
    """
    around = surroundings_of(datapath, target)
    held = shifted(datapath, target)
    costs = better_costs(total_quantities(around), target)
    luts = [luts_of(quantities_of_cell(around, k), costs) for k in range(len(datapath.cells))]
    for index, number in held.luts_by_first.items():
        luts[index] += number
    ffs, dsps, brams = (
        _by_cell(len(datapath.cells), amounts)
        for amounts in (
            register_bits_of_cells(around, held.cells),
            blocks_of_cells(datapath, "dsps", target.bram),
            blocks_of_cells(datapath, "brams", target.bram),
        )
    )
    return [Area(*taken) for taken in zip(luts, ffs, dsps, brams, strict=True)]


def _by_cell(count: int, amounts: Iterable[tuple[int, int]]) -> list[int]:
    found = [0] * count
    for index, amount in amounts:
        found[index] += amount
    return found
