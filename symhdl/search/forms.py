"""Expressions as forms that are priced: constants drawn together, equal parts one, with samples of their values.

A form stands for a subtree of any expression that was added; what is known of it is found once. Ranges are those of
values at sampled points of the box of inputs, corners among them: no bounds, but about what is proved, and soon there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from symhdl.functions.definition import write
from symhdl.functions.elementary import FUNCTIONS
from symhdl.functions.evaluation import FLOATING
from symhdl.functions.operation import COMPARISONS, Operation
from symhdl.ir.graph import Graph
from symhdl.numeric.limits import LARGEST_NUMBER
from symhdl.search.form import Form
from symhdl.search.samples import LARGEST, POINTS, Floats, points_of

NO_BASE = -1
NOTHING = 0  # the form of what has no value
BUILT = (
    COMPARISONS | FUNCTIONS.keys()
    | {
        Operation.ADD, Operation.MULTIPLY, Operation.SQUARE, Operation.ABSOLUTE, Operation.FLOOR, Operation.MODULO,
        Operation.MINIMUM, Operation.MAXIMUM, Operation.NOT, Operation.AND, Operation.OR, Operation.SELECT,
        Operation.POWER,
    }
)  # fmt: skip
"""The operations of forms; others are written in these."""


@dataclass(slots=True)
class Forms:
    """All forms so far, and what is known of each: samples, the least and the largest of them, its base.

    The base is the form on which alone it depends, as far down as there is one: itself where there is none, -1 for
    constants. `ranges` are those of the inputs. The first form is `NOTHING`, as is all that is computed of it.
    """

    ranges: Mapping[str, tuple[float, float]]
    forms: list[Form] = field(default_factory=list)
    samples: list[Floats] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    bases: list[int] = field(default_factory=list)
    _known: dict[Form, int] = field(default_factory=dict)
    _slopes: dict[int, tuple[Floats | float, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._append(Form(Operation.ADD, constant=math.nan))

    def add(self, graph: Graph) -> list[int]:
        """The forms of the outputs of a graph. Raises KeyError for an input without a range."""
        found: list[int] = []
        with np.errstate(all="ignore"):
            for node in graph.nodes:
                if node.value is not None:
                    found.append(self.constant(node.value))
                elif node.operation is Operation.INPUT:
                    found.append(self._append(Form(Operation.INPUT, name=node.name)))
                else:
                    found.append(self.apply(node.operation, *(found[k] for k in node.operands)))
        return [found[output.node] for output in graph.outputs]

    def constant(self, value: Fraction | float) -> int:
        """The form of a number."""
        is_held = -LARGEST_NUMBER < value < LARGEST_NUMBER
        return self._append(Form(Operation.ADD, constant=float(value))) if is_held else NOTHING

    def apply(self, operation: Operation, *operands: int) -> int:
        """The form of an operation on forms."""
        if NOTHING in (operands[:1] if operation is Operation.SELECT else operands):
            return NOTHING
        rule = _RULES.get(operation)
        if rule is not None:
            return rule(self, operands)
        if not operands:
            return self.constant(float(FLOATING[operation]()))
        if operation not in BUILT:
            return write(operation, operands, self)
        constants = [self.value(operand) for operand in operands]
        if None not in constants:
            found = FLOATING[operation](*(np.asarray(value) for value in constants))
            return self.constant(float(found))
        decided = self._decided(operation, operands)
        if decided is not None:
            return decided
        return NOTHING if NOTHING in operands else self._append(Form(operation, operands))

    def _decided(self, operation: Operation, operands: Sequence[int]) -> int | None:
        """What an operation is whose choice the ranges make, or that has no value."""
        if operation is Operation.ABSOLUTE:
            if self.low[operands[0]] >= 0:
                return operands[0]
            return self.scaled(operands[0], -1.0) if self.high[operands[0]] <= 0 else None
        if operation is Operation.MODULO:
            return NOTHING if self.value(operands[1]) == 0 else None
        if operation is Operation.SELECT:
            condition = self.value(operands[0])
            return None if condition is None else operands[1 if condition else 2]
        if operation in (Operation.LESS, Operation.LESS_EQUAL):
            first, second = operands
            if self.high[first] < self.low[second]:
                return self.constant(1)
            return self.constant(0) if self.low[first] > self.high[second] else None
        return None

    def value(self, index: int) -> float | None:
        """The value of a constant."""
        form = self.forms[index]
        return form.constant if form.operation is Operation.ADD and not form.operands else None

    def scaled(self, index: int, factor: float) -> int:
        """A multiple of a form; that of a sum of several terms is one term."""
        form = self.forms[index]
        if form.operation is Operation.ADD and len(form.operands) < 2:
            return self._sum(
                dict(zip(form.operands, (f * factor for f in form.factors), strict=True)),
                form.constant * factor,
            )
        return self._sum({index: factor}, 0.0)

    def total(self, operands: Sequence[tuple[int, float]]) -> int:
        """The sum of multiples of forms."""
        terms: dict[int, float] = {}
        constant = 0.0
        waiting = list(operands)
        while waiting:
            index, factor = waiting.pop()
            form = self.forms[index]
            if form.operation is Operation.ADD and (factor in (1, -1) or len(form.operands) < 2):
                constant += factor * form.constant
                waiting += [
                    (term, factor * own)
                    for term, own in zip(form.operands, form.factors, strict=True)
                ]
            else:
                terms[index] = terms.get(index, 0.0) + factor
        return self._sum(self._grouped(terms), constant)

    def _grouped(self, terms: dict[int, float]) -> dict[int, float]:
        """The terms of a sum, those that depend on one form alone as one sum where they are not linear."""
        by_base: dict[int, list[int]] = {}
        for index in terms:
            by_base.setdefault(self.bases[index], []).append(index)
        if len(by_base) == len(terms) or len(by_base) == 1:
            return terms
        for indices in by_base.values():
            if len(indices) > 1 and any(self.forms[k].operation in _CURVED for k in indices):
                group = self._sum({k: terms.pop(k) for k in indices}, 0.0)
                terms[group] = terms.get(group, 0.0) + 1.0
        return terms

    def product(self, a: int, b: int) -> int:
        """A product, times the factors of both."""
        (a, first), (b, second) = self._unscaled(a), self._unscaled(b)
        factor = first * second
        if a == NO_BASE or b == NO_BASE:
            return self.constant(factor) if a == b else self.scaled(max(a, b), factor)
        if a == b:
            return self.scaled(self._append(Form(Operation.SQUARE, (a,))), factor)
        for one, other in ((a, b), (b, a)):
            form = self.forms[other]
            if form.operation is Operation.MULTIPLY and self.bases[other] == other:
                near = [k for k in form.operands if self.bases[k] == self.bases[one]]
                if len(near) == 1:
                    (far,) = (k for k in form.operands if k != near[0])
                    return self.scaled(self.product(self.product(one, near[0]), far), factor)
        form = Form(Operation.MULTIPLY, (min(a, b), max(a, b)))
        return self.scaled(self._append(form), factor)

    def inverse(self, index: int) -> int:
        """The inverse, with the factor outside."""
        term, factor = self._unscaled(index)
        if term == NO_BASE or not factor:
            return self.constant(1 / factor if factor else math.nan)
        form = self.forms[term]
        if form.operation is Operation.INVERSE:
            return self.scaled(form.operands[0], 1 / factor)
        if form.operation is Operation.MULTIPLY:
            for one, other in (form.operands, form.operands[::-1]):
                if self.forms[one].operation is Operation.INVERSE:
                    found = self.product(self.forms[one].operands[0], self.inverse(other))
                    return self.scaled(found, 1 / factor)
        return self.scaled(self._append(Form(Operation.INVERSE, (term,))), 1 / factor)

    def power(self, index: int, exponent: float) -> int:
        """A power with a constant exponent."""
        if exponent == 0.5:
            return self.apply(Operation.SQUARE_ROOT, index)
        known = self.value(index)
        if known is not None or not math.isfinite(exponent):
            return self.constant(_power(known if known is not None else math.nan, exponent))
        if not exponent.is_integer() or abs(exponent) > 1 << 16:
            return self._append(Form(Operation.POWER, (index,), constant=exponent))
        found, square, left = NO_BASE, index, abs(int(exponent))
        while left:
            if left % 2:
                found = square if found == NO_BASE else self.product(found, square)
            left //= 2
            if left:
                square = self.product(square, square)
        if found == NO_BASE:
            return self.constant(1)
        return found if exponent > 0 else self.inverse(found)

    def slopes(self, index: int) -> tuple[Floats | float, ...]:
        """By its operands the derivatives of a form at the samples."""
        found = self._slopes.get(index)
        if found is None:
            form = self.forms[index]
            operands = [self.samples[k] for k in form.operands]
            with np.errstate(all="ignore"):
                found = self._slopes[index] = form.slopes(operands)
        return found

    def evaluated(self, index: int, base: int, points: Floats) -> Floats:
        """A form as a function of its base, at other points."""
        known: dict[int, Floats] = {base: points}
        waiting = [index]
        with np.errstate(all="ignore"):
            while waiting:
                top = waiting[-1]
                missing = [k for k in self.forms[top].operands if k not in known]
                if missing:
                    waiting += missing
                    continue
                waiting.pop()
                if top not in known:
                    form = self.forms[top]
                    operands = [known[k] for k in form.operands]
                    known[top] = form.values(operands, len(points))
        return known[index]

    def _unscaled(self, index: int) -> tuple[int, float]:
        form = self.forms[index]
        if form.operation is not Operation.ADD or len(form.operands) > 1:
            return index, 1.0
        if not form.operands:
            return NO_BASE, form.constant
        return (form.operands[0], form.factors[0]) if not form.constant else (index, 1.0)

    def _sum(self, terms: Mapping[int, float], constant: float) -> int:
        kept = sorted((index, factor) for index, factor in terms.items() if factor)
        if len(kept) == 1 and kept[0][1] == 1 and not constant:
            return kept[0][0]
        indices, factors = tuple(k for k, _ in kept), tuple(f for _, f in kept)
        if not all(abs(each) < LARGEST_NUMBER for each in (constant, *factors)):
            return NOTHING
        return self._append(Form(Operation.ADD, indices, factors, constant))

    def _append(self, form: Form) -> int:
        index = self._known.get(form)
        if index is None:
            index = self._known[form] = len(self.forms)
            self._survey(form)
            found = {self.bases[k] for k in form.operands} - {NO_BASE}
            if len(found) == 1:
                self.bases.append(found.pop())
            else:
                is_constant = not found and form.operation is not Operation.INPUT
                self.bases.append(NO_BASE if is_constant else index)
            self.forms.append(form)
        return index

    def _survey(self, form: Form) -> None:
        if form.operation is Operation.INPUT:
            samples = points_of(form.name, *self.ranges[form.name])
        elif form.operands:
            samples = form.values([self.samples[k] for k in form.operands], POINTS)
        else:
            self.samples.append(np.full(POINTS, form.constant))
            self.low.append(form.constant)
            self.high.append(form.constant)
            return
        low, high = float(samples.min()), float(samples.max())
        if not (low > -LARGEST and high < LARGEST):  # also for nan
            known = samples[np.abs(samples) < LARGEST]
            low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
            samples = np.where(np.abs(samples) < LARGEST, samples, high)
        self.samples.append(samples)
        self.low.append(low)
        self.high.append(high)


_CURVED = BUILT - {Operation.ADD}


def _power(base: float, exponent: float) -> float:
    try:
        found = base**exponent
    except (OverflowError, ZeroDivisionError):
        return math.nan
    return found if isinstance(found, float) else math.nan


def _many(operation: Operation) -> Callable[[Forms, tuple[int, ...]], int]:
    def joined(forms: Forms, operands: tuple[int, ...]) -> int:
        found = operands[0]
        for operand in operands[1:]:
            if found != operand:
                low, high = forms.low, forms.high
                least = operation is Operation.MINIMUM
                if high[found] <= low[operand] or high[operand] <= low[found]:
                    is_first = (high[found] <= low[operand]) == least
                    found = found if is_first else operand
                    continue
                values = forms.value(found), forms.value(operand)
                if None in values:
                    found = forms._append(Form(operation, tuple(sorted((found, operand)))))
                else:
                    found = forms.constant(float(FLOATING[operation](*map(np.asarray, values))))
        return found

    return joined


def _product(forms: Forms, operands: tuple[int, ...]) -> int:
    found = operands[0]
    for operand in operands[1:]:
        found = forms.product(found, operand)
    return found


def _variable_power(forms: Forms, operands: tuple[int, ...]) -> int:
    base, exponent = operands
    known = forms.value(exponent)
    if known is not None:
        return forms.power(base, known)
    value = forms.value(base)
    if value is not None:
        scaled = forms.scaled(exponent, math.log(value) if value > 0 else math.nan)
        return forms.apply(Operation.EXP, scaled)
    logarithm = forms.apply(Operation.LOG, base)
    return forms.apply(Operation.EXP, forms.product(exponent, logarithm))


_RULES: Mapping[Operation, Callable[[Forms, tuple[int, ...]], int]] = {
    Operation.ADD: lambda forms, k: forms.total([(each, 1.0) for each in k]),
    Operation.SUBTRACT: lambda forms, k: forms.total([(k[0], 1.0), (k[1], -1.0)]),
    Operation.NEGATE: lambda forms, k: forms.scaled(k[0], -1.0),
    Operation.MULTIPLY: _product,
    Operation.SQUARE: lambda forms, k: forms.product(k[0], k[0]),
    Operation.CUBE: lambda forms, k: forms.power(k[0], 3.0),
    Operation.DIVIDE: lambda forms, k: forms.product(k[0], forms.inverse(k[1])),
    Operation.INVERSE: lambda forms, k: forms.inverse(k[0]),
    Operation.POWER: _variable_power,
    Operation.MINIMUM: _many(Operation.MINIMUM),
    Operation.MAXIMUM: _many(Operation.MAXIMUM),
}
