"""What operators are worth whose price hangs on widths alone, and the values that constants have for prices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from symhdl.analysis.ranges import Ranges
from symhdl.cost.operators import Fabric, choice, comparison, negation
from symhdl.cost.products import Factor
from symhdl.functions.operation import COMPARISONS, Operation
from symhdl.ir.graph import Graph

PlainPrice = Callable[[Fabric, Sequence[Factor | None], int], float]
"""By the operands, which are None where they are constants, and the width of the result; in LUTs."""


def _chosen(fabric: Fabric, _operands: Sequence[Factor | None], width: int) -> float:
    return fabric.worth(choice(fabric, width))


def _size(fabric: Fabric, _operands: Sequence[Factor | None], width: int) -> float:
    return fabric.worth(negation(fabric, width))


def _compared(fabric: Fabric, operands: Sequence[Factor | None], _width: int) -> float:
    widths = [operand.width for operand in operands if operand is not None]
    return fabric.worth(comparison(fabric, max(widths, default=1)))


def _extreme(fabric: Fabric, operands: Sequence[Factor | None], width: int) -> float:
    return _compared(fabric, operands, width) + _chosen(fabric, operands, width)


PLAIN_PRICES: Mapping[Operation, PlainPrice] = {
    Operation.ABSOLUTE: _size,
    Operation.SELECT: _chosen,
    Operation.MINIMUM: _extreme,
    Operation.MAXIMUM: _extreme,
    **dict.fromkeys(COMPARISONS, _compared),
}


def value_of_constant(graph: Graph, ranges: Ranges, index: int) -> Fraction:
    """The value of a constant, or the middle of its bounds where it is not rational."""
    value = graph.nodes[index].value
    if value is None:
        low, high = ranges.hull(index)
        value = Fraction((low + high) / 2)
    return value
