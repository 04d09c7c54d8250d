"""What an expression is about worth as hardware whose formats the compiler chooses: a graph walked once.

Allowed errors are those of sampled slopes, shared by all places that round; parts of one variable are priced as one
function of so many bits, and as what they are made of. Prices are those of `symhdl.cost`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from symhdl.choices import DEFAULT_WIDTH
from symhdl.cost.operators import (
    Cost,
    Fabric,
    addition,
    choice,
    comparison,
    inverting_addition,
    negation,
    offset,
    product,
    square,
)
from symhdl.cost.products import Factor, number_of
from symhdl.functions.elementary import FUNCTIONS
from symhdl.functions.operation import COMPARISONS, Operation
from symhdl.ir.graph import nodes_between
from symhdl.numeric.digits import odd_part
from symhdl.search.constants import MOST_BITS, constant_multiple, integer_of, rows_of
from symhdl.search.form import Form
from symhdl.search.forms import NO_BASE, NOTHING, Forms
from symhdl.search.functions import added, times
from symhdl.search.schedule import REFUSED, Built, Estimated, scheduled
from symhdl.search.shapes import Shape, shapes_of

MOST_PLACES = 1000
EXACT_BITS = 24  # of a factor that counts as it is
LINEAR = frozenset({Operation.ADD, Operation.INPUT})
GUARD_BITS = 1  # of a division, whose digits are of both signs
EXACT = frozenset({Operation.ADD, Operation.MULTIPLY, Operation.SQUARE})
CONDITIONS = COMPARISONS | {Operation.NOT, Operation.AND, Operation.OR}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Formats of inputs (fractional bits by name) and what outputs must achieve: one of the three."""

    fractions: Mapping[str, int]
    width: int | None = None
    fraction: int | None = None
    error: float | None = None

    def unit_and_budget(self, low: float, high: float) -> tuple[int, float]:
        """The fractional bits of an output in a range, and what the inside may be wrong by."""
        if self.error is not None:
            fraction = math.ceil(-math.log2(self.error))
            return fraction, max(self.error - 2.0 ** -(fraction + 1), self.error / 4)
        if self.fraction is not None:
            return self.fraction, 2.0 ** -(self.fraction + 1)
        size = max(abs(low), abs(high), 2.0**-40)
        whole = math.frexp(size)[1] + (low < 0)
        fraction = (self.width or DEFAULT_WIDTH) - whole
        return fraction, 2.0 ** -(fraction + 1)


@dataclass(slots=True)
class Pricing:
    """Prices the forms of one box of inputs on one device."""

    forms: Forms
    wanted: Wanted
    fabric: Fabric
    period_ns: float
    _shapes: dict[tuple[int, int], tuple[Shape, ...]] = field(default_factory=dict)
    _functions: dict[tuple[int, int, int, int], Cost] = field(default_factory=dict)

    def estimate(self, root: int) -> Estimated:
        """What the form takes as an output."""
        return REFUSED if root == NOTHING else _Walk(self, root).estimate()

    def function(self, index: int, base: int, bits: int, places: int) -> Cost:
        """A form as a function of its base, with an argument of so many bits and an error of 2**-places."""
        key = index, base, bits, places
        found = self._functions.get(key)
        if found is None:
            if (index, base) not in self._shapes:
                self._shapes[index, base] = tuple(shapes_of(self.forms, index, base))
            costs = [shape.cost(self.fabric, bits, places) for shape in self._shapes[index, base]]
            found = self._functions[key] = min(costs, key=self.fabric.worth)
        return found


class _Walk:
    """One expression: what is needed, by how much each form may be wrong, what is built."""

    def __init__(self, pricing: Pricing, root: int) -> None:
        self.pricing, self.root = pricing, root
        self.forms, self.fabric = pricing.forms, pricing.fabric
        self.cone = nodes_between(self.forms.forms, root)
        self.fraction, self.budget = pricing.wanted.unit_and_budget(
            self.forms.low[root], self.forms.high[root]
        )
        self.gains = self._gains()
        self.natural: dict[int, float] = {}
        self.uses: dict[int, int] = {}
        for index in self.cone:
            self.natural[index] = self._natural(index)
            for operand in self.forms.forms[index].operands:
                self.uses[operand] = self.uses.get(operand, 0) + 1
        self.places = max(1, self._count())
        self.built: dict[int, Built] = {}
        self._owns: dict[int, Cost] = {}
        self._widths: dict[int, int] = {}

    def _gains(self) -> dict[int, float]:
        """How strongly an error of each form acts on the output, at most at any sample."""
        forms = self.forms
        acts: dict[int, np.ndarray | float] = {self.root: 1.0}
        found: dict[int, float] = {}
        for index in reversed(self.cone):
            act = acts.pop(index)
            found[index] = abs(act) if isinstance(act, float) else float(np.abs(act).max())
            operands = forms.forms[index].operands
            for operand, slope in zip(operands, forms.slopes(index), strict=True):
                step = act * slope
                acts[operand] = acts[operand] + step if operand in acts else step
        return found

    def _natural(self, index: int) -> float:
        """The fractional bits of the exact value; infinite where no number holds it."""
        form = self.forms.forms[index]
        below = [self.natural[k] for k in form.operands]
        match form.operation:
            case Operation.INPUT:
                return self.pricing.wanted.fractions[form.name]
            case Operation.ADD:
                own = [bits_of(factor) for factor in form.factors]
                terms = [a + b for a, b in zip(below, own, strict=True)]
                return max([*terms, bits_of(form.constant)], default=0)
            case Operation.MULTIPLY:
                return sum(below)
            case Operation.SQUARE:
                return 2 * below[0]
            case Operation.MINIMUM | Operation.MAXIMUM | Operation.ABSOLUTE | Operation.MODULO:
                return max(below)
            case Operation.SELECT:
                return max(below[1:])
        return 0 if form.operation in CONDITIONS or form.operation is Operation.FLOOR else math.inf

    def _count(self) -> int:
        """How many places round, where each part of one variable that is not linear is one of them."""
        needed, count = {self.root}, 0
        forms = self.forms
        for index in reversed(self.cone):
            base, form = forms.bases[index], forms.forms[index]
            if index not in needed or base == NO_BASE:
                continue
            is_part = base != index and (
                form.operation is not Operation.ADD
                or any(forms.forms[k].operation not in LINEAR for k in form.operands)
            )
            count += 1 if is_part else self._rounds(index)
            needed.update((base,) if is_part else form.operands)
        return count

    def _rounds(self, index: int) -> int:
        form = self.forms.forms[index]
        if form.operation is Operation.ADD:
            return sum(bits_of(factor) == math.inf for factor in form.factors)
        return int(bool(form.operands) and form.operation not in CONDITIONS)

    def allowed_places(self, index: int) -> int:
        """By which power of two a form may be wrong at one place."""
        gain = self.gains[index] * self.places
        if not gain > 0:
            return 0
        return max(-MOST_PLACES, min(math.ceil(math.log2(gain / self.budget)), MOST_PLACES))

    def fraction_of(self, index: int) -> int:
        """The fractional bits that a form has as it is built."""
        needed = self.fraction if index == self.root else self.allowed_places(index) - 1
        natural = self.natural[index]
        return int(min(needed, natural)) if natural < needed else needed

    def width(self, index: int) -> int:
        """The bits of a form."""
        found = self._widths.get(index)
        if found is None:
            low, high = self.forms.low[index], self.forms.high[index]
            size = max(abs(low), abs(high))
            bits = math.frexp(size)[1] + self.fraction_of(index) + (low < 0)
            found = self._widths[index] = max(1, min(bits, 2 * MOST_BITS)) if size else 1
        return found

    def estimate(self) -> Estimated:
        needed = {self.root}
        for index in reversed(self.cone):
            if index not in needed or self._is_flat(index):
                continue
            cost, operands = self._chosen(index)
            self.built[index] = Built(cost, operands, self.width(index))
            needed.update(operands)
        return scheduled(self.built, self.root, self.pricing.period_ns)

    def _is_flat(self, index: int) -> bool:
        """Whether a form is a constant, or moves the output by no more than the error of a place."""
        if self.forms.bases[index] == NO_BASE:
            return True
        reach = self.gains[index] * (self.forms.high[index] - self.forms.low[index])
        return reach * self.places <= self.budget

    def _chosen(self, index: int) -> tuple[Cost, tuple[int, ...]]:
        """The form as it is, or as a function of its base."""
        form, base = self.forms.forms[index], self.forms.bases[index]
        own = self._own(index)
        if base == index or form.operation is Operation.INPUT:
            return self._quotient(index, form, own)
        between = nodes_between(self.forms.forms, index, (base,))
        inside = [k for k in between if k != base and self.forms.bases[k] != NO_BASE]
        is_linear = all(self.forms.forms[k].operation in LINEAR for k in inside)
        if is_linear and index != self.root:
            return own, form.operands
        whole = self._function(index, base)
        apart = math.fsum(self.fabric.worth(own if k == index else self._own(k)) for k in inside)
        if self.fabric.worth(whole) < apart:
            return whole, (base,)
        return own, form.operands

    def _function(self, index: int, base: int) -> Cost:
        places = self.allowed_places(index)
        if index == self.root:
            places = self.fraction + 1
        return self.pricing.function(index, base, self.width(base), places)

    def _own(self, index: int) -> Cost:
        """What a form takes as it is."""
        found = self._owns.get(index)
        if found is None:
            found = self._priced(index)
            if index == self.root and self._is_rounded():
                found = added(found, offset(self.fabric, self.width(index)))
            self._owns[index] = found
        return found

    def _is_rounded(self) -> bool:
        """Whether the output is a sum or a product of more bits than are wanted, of which it is the nearest."""
        is_exact = self.forms.forms[self.root].operation in EXACT
        return is_exact and self.natural[self.root] > self.fraction

    def _priced(self, index: int) -> Cost:
        form = self.forms.forms[index]
        if not form.operands:
            return Cost()
        if is_function(form):
            return self._function(index, form.operands[0])
        width = self.width(index)
        match form.operation:
            case Operation.ADD:
                return self._sum(index, form)
            case Operation.MULTIPLY:
                return self._product(index, form)
            case Operation.SQUARE:
                cost = square(self.fabric, self._number(form.operands[0]))
                return self._cut(index, form.operands * 2, cost)
            case Operation.ABSOLUTE:
                return negation(self.fabric, width)
            case Operation.SELECT:
                return choice(self.fabric, width)
            case Operation.MINIMUM | Operation.MAXIMUM:
                return added(comparison(self.fabric, width), choice(self.fabric, width))
            case Operation.MODULO:
                modulus = self.forms.value(form.operands[1])
                if modulus is not None and math.frexp(abs(modulus))[0] == 0.5:
                    return Cost()  # the lower bits
                return times(inverting_addition(self.fabric, width), width)
        if form.operation in COMPARISONS:
            return comparison(self.fabric, max(map(self.width, form.operands)))
        return Cost(luts=1.0)

    def _number(self, index: int) -> Factor:
        return number_of(self.width(index), signed=self.forms.low[index] < 0)

    def _sum(self, index: int, form: Form) -> Cost:
        total, delay_ns = 0.0, 0.0
        width = self.width(index)
        dsps = latency = 0
        for operand, factor in zip(form.operands, form.factors, strict=True):
            number = abs(self._factor(index, operand, factor))
            odd = odd_part(number) if number else 1
            if odd > 1:
                cost = constant_multiple(self.fabric, self._number(operand), odd)
                total += cost.luts
                delay_ns = max(delay_ns, cost.delay_ns)
                dsps += cost.dsps
                latency = max(latency, cost.latency)
        count = len(form.operands)
        total += rows_of(self.fabric, count - 1) * addition(self.fabric, width).luts
        if form.constant:
            total += offset(self.fabric, width).luts
        elif count == 1 and form.factors[0] < 0:
            total += 0.5 * offset(self.fabric, width).luts
        levels = (count + bool(form.constant) - 1).bit_length()
        delay_ns += levels * addition(self.fabric, width).delay_ns
        return Cost(total, dsps, 0, delay_ns, latency)

    def _factor(self, index: int, operand: int, factor: float) -> int:
        """The integer of a factor, with as many bits as its error allows."""
        if bits_of(factor) <= EXACT_BITS and bits_of(factor) < 8:
            return round(math.ldexp(factor, int(max(bits_of(factor), 0))))
        size = max(abs(self.forms.low[operand]), abs(self.forms.high[operand]))
        places = self.allowed_places(index) + (math.frexp(size)[1] if size else 0)
        return integer_of(factor, places)

    def _product(self, index: int, form: Form) -> Cost:
        a, b = form.operands
        cost = product(self.fabric, *sorted((self._number(a), self._number(b))))
        return self._cut(index, form.operands, cost)

    def _quotient(self, index: int, form: Form, own: Cost) -> tuple[Cost, tuple[int, ...]]:
        """A product with an inverse that serves nothing else may be a division, digit by digit."""
        if form.operation is Operation.MULTIPLY:
            for inverse, other in (form.operands, form.operands[::-1]):
                below = self.forms.forms[inverse]
                if below.operation is not Operation.INVERSE or self.uses.get(inverse, 0) > 1:
                    continue
                (divisor,) = below.operands
                step = inverting_addition(self.fabric, self.width(divisor))
                digits = times(step, self.width(index) + GUARD_BITS)
                reciprocal, operands = self._chosen(inverse)
                apart, wanted = added(own, reciprocal), digits
                if operands != below.operands and self.uses.get(divisor, 0) == 1:
                    wanted = added(digits, self._chosen(divisor)[0])
                if self.fabric.worth(wanted) < self.fabric.worth(apart):
                    return digits, (other, divisor)
        return own, form.operands

    def _cut(self, index: int, operands: Sequence[int], cost: Cost) -> Cost:
        """The product without the columns that are left out."""
        if not self.fabric.truncates or cost.dsps:
            return cost
        a, b = (self.width(k) for k in operands)
        natural = sum(self.fraction_of(k) for k in operands)
        columns = float(natural - self.allowed_places(index))
        columns -= math.log2(max(1.0, columns))
        if columns <= 0:
            return cost
        most = min(a, b)
        triangle = columns * (columns + 1) / 2 if columns <= most else most * (columns - most / 2)
        left = max(0.1, 1 - triangle / (a * b))
        return cost._replace(luts=cost.luts * left)


def is_function(form: Form) -> bool:
    """Whether it is approximated."""
    return form.operation in FUNCTIONS or form.operation is Operation.POWER


@lru_cache(maxsize=1 << 14)
def bits_of(factor: float) -> float:
    """The fractional bits of a number; infinite for one of many digits."""
    if not factor:
        return 0
    numerator, denominator = factor.as_integer_ratio()
    if denominator == 1:
        return -((numerator & -numerator).bit_length() - 1)
    bits = denominator.bit_length() - 1
    return bits if abs(numerator).bit_length() <= EXACT_BITS else math.inf
