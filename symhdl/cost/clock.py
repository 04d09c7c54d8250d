"""Which operators are too slow for a clock, whatever registers stand around them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from symhdl.choices import PrimitiveUse
from symhdl.cost.delays import TOLERANCE_NS, Offers, fastest
from symhdl.cost.timing import cell_offers, table_ns, unit_offers
from symhdl.errors import Diagnostic, warning
from symhdl.ir.datapath import CellKind, Datapath
from symhdl.targets.target import Target

OPERATORS = {
    CellKind.ADD: "sum",
    CellKind.SUBTRACT: "difference",
    CellKind.NEGATE: "change of sign",
    CellKind.MULTIPLY: "product",
    CellKind.SQUARE: "square",
    CellKind.ROW: "row of a product",
    CellKind.TWO_ROWS: "chain of a product",
    CellKind.TABLE: "table",
    CellKind.LESS: "comparison",
    CellKind.LESS_EQUAL: "comparison",
    CellKind.EQUAL: "comparison",
    CellKind.SELECT: "choice",
}
"""What messages call the operators; the other kinds are wires or a single gate."""


NEVER = 64
"""More bits than an index has: what is in memory for no clock."""

MOST_BITS_IN_LOGIC = 1 << 16
"""Of a table that is cut where memories are too slow for the clock; more take thousands of LUTs."""


class MemoryUse(NamedTuple):
    """Which tables are memories: those of so many bits, and those with so many bits of an index."""

    bits: int
    index_bits: int = NEVER


def period_ns(frequency_mhz: float, target: Target) -> float:
    """What a clock leaves to the logic between two registers."""
    return max(0.0, 1000.0 / frequency_mhz - target.delays.register)


def memory_use(
    target: Target, primitives: PrimitiveUse, frequency_mhz: float, *, multiplies_in_blocks: bool
) -> MemoryUse:
    """Which tables are memories at a clock, 0 where none is known, on a device that has them.

    Besides large ones these are those that are slower in logic than the clock allows, and than the memory. Where of
    memories, logic and blocks for products, if these may be used, the memories alone are too slow for the clock, tables
    stay in logic, where they may be cut.
    """
    large = target.bram.minimum_bits
    if not frequency_mhz:
        return MemoryUse(large)
    memory_ns = _longest_ns(target, "table", primitives)
    budget_ns = period_ns(frequency_mhz, target)
    logic_ns = max(table_ns(target.resources.lut_inputs, target), target.delays.carry)
    block_ns = _longest_ns(target, "multiply", primitives) if multiplies_in_blocks else 0.0
    if max(logic_ns, block_ns) <= budget_ns < memory_ns:
        return MemoryUse(max(large, MOST_BITS_IN_LOGIC))
    longest_ns = max(memory_ns, budget_ns)
    slow = (bits for bits in range(NEVER) if table_ns(bits, target) > longest_ns)
    return MemoryUse(large, next(slow, NEVER))


def _longest_ns(target: Target, kind: str, primitives: PrimitiveUse) -> float:
    """That of the fastest latency of the first unit of a kind; 0 where there is none."""
    unit = target.first_unit(kind)
    if unit is None:
        return 0.0
    made = unit if primitives == "auto" else unit.portable
    return fastest(unit_offers(made, target)).longest_ns


def reachable_mhz(longest_ns: float, target: Target) -> float:
    """The clock that leaves so much to the logic between two registers, down to a tenth."""
    return math.floor(10_000.0 / (longest_ns + target.delays.register)) / 10


def highest_mhz(offers: Sequence[Offers], target: Target) -> float:
    """The highest clock, down to a tenth, with which each cell can do by itself."""
    return reachable_mhz(max((fastest(own).longest_ns for own in offers), default=0.0), target)


def clock_warning(
    datapath: Datapath,
    target: Target,
    frequency_mhz: float,
    offers: Sequence[Offers] | None = None,
) -> Diagnostic | None:
    """The warning that single operators are too slow for the clock, with the clock that can be had.

    `offers` are those of the cells, if they are known.
    """
    if offers is None:
        offers = cell_offers(datapath.cells, target, datapath.units)
    delays = [fastest(own) for own in offers]
    worst = max(range(len(delays)), key=lambda index: delays[index].longest_ns, default=None)
    budget_ns = period_ns(frequency_mhz, target)
    if worst is None or delays[worst].longest_ns <= budget_ns + TOLERANCE_NS:
        return None
    cell = datapath.cells[worst]
    operator = OPERATORS.get(cell.kind, "gate")
    within = f" in `{cell.origin}`" if cell.origin else ""
    reachable = 1000.0 / (target.delays.register + delays[worst].longest_ns)
    return warning(
        "clock-too-fast",
        f"some operators do not fit in one {frequency_mhz:g} MHz cycle on `{target.name}`",
        notes=(
            f"the slowest is a {operator} of {cell.width} bits{within}, "
            f"estimated at {delays[worst].longest_ns:.1f} ns",
        ),
        help=f"expect about {reachable:.0f} MHz, or ask for the highest clock (--freq max), fewer bits or a larger "
        "error",
    )
