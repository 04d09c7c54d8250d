"""What an expression is about worth as hardware with one format for all operators: each as it is written, by widths."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from symhdl.cost.operators import (
    Cost,
    Fabric,
    addition,
    choice,
    comparison,
    constant_product,
    negation,
    offset,
    product,
    square,
)
from symhdl.cost.products import Factor, number_of
from symhdl.functions.evaluation import FLOATING
from symhdl.functions.operation import COMPARISONS, Operation
from symhdl.lowering.assigned_functions import MOST_IN_TABLE, MOST_TRIED
from symhdl.numeric.assigned import AssignedFormat, Overflow, Rounding
from symhdl.numeric.digits import odd_part
from symhdl.passes.in_order import Ordering
from symhdl.search.forms import POINTS, points_of
from symhdl.search.functions import GRID, added, curve_of, function_cost
from symhdl.search.rows import function_of_node
from symhdl.search.schedule import Built, Estimated, scheduled

Floats = NDArray[np.float64]

FAITHFUL = 0.25  # units, that functions of wide formats may be wrong by
LOGIC = frozenset({Operation.NOT, Operation.AND, Operation.OR})


@dataclass(slots=True)
class UniformPricing:
    """Prices the nodes of an ordering, each once."""

    ordering: Ordering
    ranges: Mapping[str, tuple[float, float]]
    to: AssignedFormat
    fabric: Fabric
    period_ns: float
    _samples: dict[int, Floats] = field(default_factory=dict)
    _built: dict[int, Built] = field(default_factory=dict)

    def estimate(self, root: int) -> Estimated:
        """What the node takes as an output."""
        nodes = self.ordering.builder.nodes
        seen, waiting = {root}, [root]
        while waiting:
            for operand in nodes[waiting.pop()].operands:
                if operand not in seen:
                    seen.add(operand)
                    waiting.append(operand)
        built: dict[int, Built] = {}
        for index in sorted(seen):
            if index not in self._built:
                with np.errstate(all="ignore"):
                    self._samples[index] = self._sampled(index)
                self._built[index] = self._price(index)
            if self.ordering.builder.varies(index):
                built[index] = self._built[index]
        return scheduled(built, root, self.period_ns)

    def _sampled(self, index: int) -> Floats:
        node = self.ordering.builder.nodes[index]
        if node.value is not None:
            return np.full(POINTS, float(node.value))
        if node.operation is Operation.INPUT:
            return points_of(node.name, *self.ranges[node.name])
        found = FLOATING[node.operation](*(self._samples[k] for k in node.operands))
        wide = np.broadcast_to(np.asarray(found, dtype=np.float64), (POINTS,))
        return np.nan_to_num(wide, nan=0.0, posinf=2.0**100, neginf=-(2.0**100))

    def _number(self, index: int) -> Factor:
        """A node as a number of the format, as narrow as its samples."""
        samples, form = self._samples[index], self.to.format
        unit = 2.0**-form.fraction
        low, high = float(samples.min()) / unit, float(samples.max()) / unit
        least, most = max(low, form.minimum), min(high, form.maximum)
        if least > most or low < form.minimum or high > form.maximum:
            return number_of(form.width, signed=form.signed)
        size = max(abs(math.floor(least)), abs(math.ceil(most)), 1)
        signed = least < 0
        return number_of(size.bit_length() + signed, signed=signed)

    def _price(self, index: int) -> Built:
        node = self.ordering.builder.nodes[index]
        width = self._number(index).width
        if not node.operands or not self.ordering.builder.varies(index):
            return Built(Cost(), (), width, node.operation is Operation.INPUT)
        if node.operation.boolean:
            width = 1
        cost = self._cost(index, width)
        return Built(added(cost, self._assigned(index, width)), node.operands, width)

    def _assigned(self, index: int, width: int) -> Cost:
        """What rounding takes and, where the format may overflow, holding at the ends."""
        operation = self.ordering.builder.nodes[index].operation
        cost = Cost()
        if operation in (Operation.MULTIPLY, Operation.SQUARE) and self.to.rounding is not Rounding.AP_TRN:
            cost = added(cost, offset(self.fabric, width))
        overflows = self._number(index).width == self.to.format.width
        if operation in SUMS and overflows and self.to.overflow is not Overflow.AP_WRAP:
            cost = added(cost, added(comparison(self.fabric, width), choice(self.fabric, width)))
        return cost

    def _cost(self, index: int, width: int) -> Cost:
        builder, fabric = self.ordering.builder, self.fabric
        node = builder.nodes[index]
        if node.operation is Operation.INVERSE:
            return Cost()  # a part of quotients
        if function_of_node(builder, index) is not None:
            return self._function(index, node.operands[0])
        varying = [k for k in node.operands if builder.varies(k)]
        widest = max(self._number(k).width for k in varying)
        match node.operation:
            case Operation.ADD | Operation.SUBTRACT:
                wide = max(width, widest)
                return addition(fabric, wide) if len(varying) > 1 else offset(fabric, wide)
            case Operation.MULTIPLY:
                return self._product(node.operands, varying, width)
            case Operation.SQUARE:
                return square(fabric, self._number(varying[0]))
            case Operation.NEGATE:
                return offset(fabric, width)
            case Operation.ABSOLUTE:
                return negation(fabric, width)
            case Operation.SELECT:
                return choice(fabric, width)
            case Operation.MINIMUM | Operation.MAXIMUM:
                return added(comparison(fabric, widest), choice(fabric, width))
            case Operation.MODULO:
                return self._division(width, widest)
        if node.operation in COMPARISONS:
            return comparison(fabric, widest)
        return Cost(luts=1.0) if node.operation in LOGIC else Cost()

    def _product(self, operands: tuple[int, ...], varying: list[int], width: int) -> Cost:
        nodes = self.ordering.builder.nodes
        for inverse, other in (operands, operands[::-1]):
            if nodes[inverse].operation is Operation.INVERSE:
                divisor = self._number(nodes[inverse].operands[0]).width
                rows = self._number(other).width + 2 + self.to.format.fraction
                return self._division(rows, divisor)
        if len(varying) > 1:
            return product(self.fabric, *sorted(map(self._number, varying)))
        (constant,) = (k for k in operands if k not in varying)
        value = Fraction(float(self._samples[constant][0]))
        integer = int(value) if value.denominator == 1 else self.to.integer(value)
        odd = odd_part(abs(integer)) if integer else 1
        return constant_product(self.fabric, self._number(varying[0]), odd) if odd > 1 else Cost()

    def _division(self, rows: int, divisor: int) -> Cost:
        """A row of a comparison and a difference for each bit."""
        row = added(addition(self.fabric, divisor + 1), choice(self.fabric, divisor))
        return Cost(luts=rows * row.luts, delay_ns=rows * row.delay_ns)

    def _function(self, index: int, argument: int) -> Cost:
        """A table, or what is so near to the function that it rounds as that."""
        node, form = self.ordering.builder.nodes[index], self.to.format
        low, high = float(self._samples[argument].min()), float(self._samples[argument].max())
        unit = 2.0**-form.fraction
        low, high = max(low, form.minimum * unit), min(high, form.maximum * unit)
        points = np.linspace(low, high, GRID)
        others = [self._samples[k][:1] for k in node.operands[1:]]
        with np.errstate(all="ignore"):
            values = np.asarray(FLOATING[node.operation](points, *others), dtype=np.float64)
        curve = curve_of(np.clip(values, form.minimum * unit, form.maximum * unit))
        bits = self._number(argument).width
        if 1 << form.width > MOST_TRIED:
            return function_cost(self.fabric, curve, bits, FAITHFUL * unit)
        exactly = 2.0 ** -(bits + 1) if 1 << bits > MOST_IN_TABLE else 0.5
        table = function_cost(self.fabric, curve, bits, unit / 2, tables=True)
        near = function_cost(self.fabric, curve, bits, unit * exactly)
        is_few = 1 << bits <= MOST_IN_TABLE
        return table if is_few else min(table, near, key=self.fabric.worth)


SUMS = frozenset({Operation.ADD, Operation.SUBTRACT, Operation.MULTIPLY, Operation.SQUARE})
