"""Which operators are too slow for a clock, whatever registers stand around them."""

from __future__ import annotations

from collections.abc import Sequence

from symhdl.cost.timing import TOLERANCE_NS, CellDelay, Offers, cell_offers, fastest
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
    CellKind.TABLE: "table",
    CellKind.LESS: "comparison",
    CellKind.LESS_EQUAL: "comparison",
    CellKind.EQUAL: "comparison",
    CellKind.SELECT: "choice",
}
"""What messages call the operators; the other kinds are wires or a single gate."""


def _fits_alone(delay: CellDelay, target: Target, frequency_mhz: float) -> bool:
    """Whether the period is long enough for a cell alone."""
    budget_ns = 1000.0 / frequency_mhz - target.delays.register
    return delay.longest_ns <= budget_ns + TOLERANCE_NS


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
    if worst is None or _fits_alone(delays[worst], target, frequency_mhz):
        return None
    operator = OPERATORS.get(datapath.cells[worst].kind, "gate")
    reachable = 1000.0 / (target.delays.register + delays[worst].longest_ns)
    return warning(
        "clock-too-fast",
        f"some operators do not fit in one {frequency_mhz:g} MHz cycle on `{target.name}`",
        notes=(
            f"the slowest is a {operator} of {datapath.cells[worst].width} bits, "
            f"estimated at {delays[worst].longest_ns:.1f} ns",
        ),
        help=f"expect about {reachable:.0f} MHz, or ask for fewer bits or a larger error",
    )
