"""What an expression is about worth as hardware with one format for all operators: each as it is written, by widths."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
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
    negation,
    offset,
    product,
    square,
)
from symhdl.cost.products import Factor, number_of
from symhdl.functions.evaluation import FLOATING
from symhdl.functions.operation import COMPARISONS, Operation
from symhdl.ir.graph import nodes_between
from symhdl.lowering.assigned_functions import MOST_IN_TABLE, MOST_TRIED
from symhdl.numeric.assigned import AssignedFormat, Overflow, Rounding
from symhdl.numeric.digits import odd_part
from symhdl.numeric.limits import LARGEST_NUMBER
from symhdl.passes.in_order import Ordering
from symhdl.search.constants import constant_multiple
from symhdl.search.functions import GRID, added, curve_of, function_cost, grid, times
from symhdl.search.rows import function_of_node
from symhdl.search.samples import POINTS, points_of
from symhdl.search.schedule import REFUSED, Built, Estimated, scheduled

Floats = NDArray[np.float64]

FAITHFUL = 0.25  # units, that functions of wide formats may be wrong by
FEW_BITS = 8  # of an input of which all that depends on it alone may be one table
LARGEST = Fraction(2**100)  # of what is told apart
CONSTANT, SEVERAL = -1, -2  # in place of the one input on which a node depends
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
    _bases: dict[int, int] = field(default_factory=dict)
    _tables: dict[int, Cost] = field(default_factory=dict)
    _constants: dict[int, float] = field(default_factory=dict)
    _without_value: set[int] = field(default_factory=set)

    def estimate(self, root: int) -> Estimated:
        """What the node takes as an output."""
        cone = nodes_between(self.ordering.builder.nodes, root)
        for index in cone:
            if index not in self._built:
                self._survey(index)
        if root in self._without_value:
            return REFUSED
        needed, built = {root}, {}
        for index in reversed(cone):
            if index in needed and not self._is_constant(index):
                built[index] = self._chosen(index, needed)
                needed.update(built[index].operands)
        return scheduled(built, root, self.period_ns)

    def _survey(self, index: int) -> None:
        """What is known of a node by itself: samples, on which input it depends alone, its price."""
        node = self.ordering.builder.nodes[index]
        with np.errstate(all="ignore"):
            self._samples[index] = self._sampled(index, self._samples, None)
            if self._has_no_value(index):
                self._without_value.add(index)
        found = {self._bases[k] for k in node.operands} - {CONSTANT}
        if node.operation is Operation.INPUT:
            self._bases[index] = index
        elif self._is_constant(index):
            self._bases[index] = CONSTANT
        else:
            self._bases[index] = found.pop() if len(found) == 1 else SEVERAL
        self._built[index] = self._price(index)

    def _has_no_value(self, index: int) -> bool:
        """Whether it is a constant that is none, or needs one whatever choices are made."""
        node, constants = self.ordering.builder.nodes[index], self._constants
        if node.value is not None:
            constants[index] = float(node.value) if abs(node.value) < LARGEST_NUMBER else math.inf
        elif node.operation is not Operation.INPUT and constants.keys() >= set(node.operands):
            operands = (np.asarray(constants[k]) for k in node.operands)
            constants[index] = float(FLOATING[node.operation](*operands))
        if not abs(constants.get(index, 0.0)) < LARGEST_NUMBER:
            return True
        if node.operation is Operation.MODULO and constants.get(node.operands[1]) == 0:
            return True
        needed = node.operands[:1] if node.operation is Operation.SELECT else node.operands
        return not self._without_value.isdisjoint(needed)

    def _is_constant(self, index: int) -> bool:
        """Whether a node has no input, or is a product with a factor of which the format has left nothing."""
        node = self.ordering.builder.nodes[index]
        if node.operation is not Operation.MULTIPLY:
            return not self.ordering.builder.varies(index)
        constants = [self._samples[k][0] for k in node.operands if self._is_constant(k)]
        return len(constants) == len(node.operands) or 0.0 in constants

    def _chosen(self, index: int, needed: Collection[int]) -> Built:
        """The node as it is, or all of its part of one input of few bits as a table."""
        own, base = self._built[index], self._bases[index]
        if base < 0 or base == index or self._number(base).width > FEW_BITS:
            return own
        apart = math.fsum(
            self.fabric.worth(self._built[k].cost)
            for k in nodes_between(self.ordering.builder.nodes, index, (base,))
            if k == index or k not in needed
        )
        table = self._table(index, base)
        is_worth_it = not table.brams and self.fabric.worth(table) < apart
        return Built(table, (base,), own.width) if is_worth_it else own

    def _table(self, index: int, base: int) -> Cost:
        found = self._tables.get(index)
        if found is None:
            ends = self._samples[base]
            values = {base: grid(float(ends.min()), float(ends.max()))}
            with np.errstate(all="ignore"):
                for k in nodes_between(self.ordering.builder.nodes, index, (base,)):
                    if self._is_constant(k):
                        values[k] = np.full(GRID, self._samples[k][0])
                    elif k not in values:
                        is_other = self.ordering.builder.nodes[k].operation is Operation.INPUT
                        values[k] = np.zeros(GRID) if is_other else self._sampled(k, values, GRID)
            curve, unit = curve_of(values[index]), 2.0**-self.to.format.fraction
            bits = self._number(base).width
            found = self._tables[index] = function_cost(
                self.fabric, curve, bits, unit / 2, tables=True
            )
        return found

    def _sampled(self, index: int, values: Mapping[int, Floats], count: int | None) -> Floats:
        """The values of a node, numbers of the format but for whole constants and conditions."""
        node = self.ordering.builder.nodes[index]
        size = count or POINTS
        if node.value is not None:
            is_whole = node.value.denominator == 1
            held = node.value if is_whole else self.to.integer(node.value) * self.to.format.ulp
            return np.full(size, float(max(-LARGEST, min(held, LARGEST))))
        if node.operation is Operation.INPUT:
            return points_of(node.name, *self.ranges[node.name])
        found = FLOATING[node.operation](*(values[k] for k in node.operands))
        wide = np.broadcast_to(np.asarray(found, dtype=np.float64), (size,))
        if node.operation is Operation.INVERSE or node.operation.boolean:
            return np.nan_to_num(wide, nan=0.0, posinf=2.0**100, neginf=-(2.0**100))
        form = self.to.format
        half = 0.5 if self.to.rounding.is_nearest else 0.0
        known = np.clip(np.nan_to_num(wide), -float(LARGEST), float(LARGEST))
        units = np.floor(known * 2.0**form.fraction + half)
        if self.to.overflow is Overflow.AP_WRAP:
            units = (units - form.minimum) % 2.0**form.width + form.minimum
        return np.clip(units, form.minimum, form.maximum) * 2.0**-form.fraction

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
        if not node.operands or self._is_constant(index):
            return Built(Cost(), (), width)
        if node.operation.boolean:
            width = 1
        cost = self._cost(index, width)
        return Built(added(cost, self._assigned(index, width)), node.operands, width)

    def _assigned(self, index: int, width: int) -> Cost:
        """What rounding takes and, where the format may overflow, holding at the ends."""
        operation = self.ordering.builder.nodes[index].operation
        cost = Cost()
        if (
            operation in (Operation.MULTIPLY, Operation.SQUARE)
            and self.to.rounding is not Rounding.AP_TRN
        ):
            cost = added(cost, offset(self.fabric, width))
        overflows = width == self.to.format.width
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
        varying = [k for k in node.operands if not self._is_constant(k)]
        if not varying:
            return Cost()
        widest = max(self._number(k).width for k in varying)
        match node.operation:
            case Operation.ADD | Operation.SUBTRACT:
                wide = max(width, widest)
                return addition(fabric, wide) if len(varying) > 1 else offset(fabric, wide)
            case Operation.MULTIPLY:
                return self._product(node.operands, varying)
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

    def _product(self, operands: tuple[int, ...], varying: list[int]) -> Cost:
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
        odd = odd_part(abs(value.numerator)) if value else 1
        return constant_multiple(self.fabric, self._number(varying[0]), odd) if odd > 1 else Cost()

    def _division(self, rows: int, divisor: int) -> Cost:
        """A row of a comparison and a difference for each bit."""
        row = added(addition(self.fabric, divisor + 1), choice(self.fabric, divisor))
        return times(row, rows)

    def _function(self, index: int, argument: int) -> Cost:
        """A table, or what is so near to the function that it rounds as that."""
        node, form = self.ordering.builder.nodes[index], self.to.format
        low, high = float(self._samples[argument].min()), float(self._samples[argument].max())
        unit = 2.0**-form.fraction
        low, high = max(low, form.minimum * unit), min(high, form.maximum * unit)
        points = grid(low, high)
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
