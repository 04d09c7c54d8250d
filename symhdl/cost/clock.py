"""Which operators are too slow for a clock, whatever registers stand around them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from symhdl.cost.delays import TOLERANCE_NS, Offers, fastest
from symhdl.cost.timing import cell_offers, table_ns, unit_offers
from symhdl.errors import Diagnostic, warning
from symhdl.ir.datapath import CellKind, Datapath
from symhdl.targets.target import Target
from symhdl.targets.units import Unit

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


def period_ns(frequency_mhz: float, target: Target) -> float:
    """What a clock leaves to the logic between two registers."""
    return max(0.0, 1000.0 / frequency_mhz - target.delays.register)


def slow_index_bits(target: Target, memory: Unit, frequency_mhz: float) -> int:
    """The least bits of an index with which a table in logic is slower than the clock allows, and than the memory."""
    longest_ns = fastest(unit_offers(memory, target)).longest_ns
    longest_ns = max(longest_ns, period_ns(frequency_mhz, target))
    return next((bits for bits in range(NEVER) if table_ns(bits, target) > longest_ns), NEVER)


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
        help=f"expect about {reachable:.0f} MHz, or ask for fewer bits or a larger error",
    )
