"""What follows for sums and products of inputs from assumptions: `y - x` is not negative where `x <= y` is assumed.

Values and the sides of comparisons are looked at as polynomials over inputs, and over whatever is no sum or product of
such. An assumption is then a polynomial g >= 0, and f >= c follows for every f of which f - k g >= c holds for all
inputs, with any k >= 0: the bounds of the monomials tell (a certificate of Handelman's kind, 1988). So do sums of
assumptions in which a monomial cancels, and products of an assumption with the distance of an input from an end of its
range. All numbers are exact, and every constraint is a step that tells what it follows from.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import combinations

from symhdl.analysis.need import parts_of_condition
from symhdl.functions.operation import COMPARISONS, Operation
from symhdl.ir.graph import Graph, Node
from symhdl.numeric.fixed import power_of_two

MOST_TERMS = 24
MOST_DEGREE = 6
MOST_CONSTRAINTS = 48
MOST_STEPS = 4  # constraints that are taken off a value one after the other
MOST_WORK = 1 << 18  # terms of polynomials that are looked at for the bounds of all nodes
ROUNDS = 2  # of adding constraints in pairs

Monomial = tuple[tuple[int, int], ...]
"""Atoms with their exponents, in order; () is 1."""
Polynomial = dict[Monomial, Fraction]
Span = tuple[Fraction, Fraction]
Key = tuple[object, ...]

ONE: Monomial = ()


@dataclass(slots=True)
class Forms:
    """Nodes of several graphs as polynomials over the same atoms: inputs, and other operations by their operands."""

    atoms: dict[Key, int] = field(default_factory=dict)

    def of(self, graph: Graph) -> tuple[list[Polynomial], dict[int, int]]:
        """The polynomial of every node, and for every atom that a node of the graph is, that node."""
        forms: list[Polynomial] = []
        places: dict[int, int] = {}
        for index, node in enumerate(graph.nodes):
            form = _combined(node, [forms[operand] for operand in node.operands])
            if form is None:
                atom = self._atom(node, forms)
                places.setdefault(atom, index)
                form = {((atom, 1),): Fraction(1)}
            forms.append(form)
        return forms, places

    def input(self, name: str) -> int:
        """The atom that is an input."""
        return self._atom(Node(Operation.INPUT, name=name), ())

    def _atom(self, node: Node, forms: Sequence[Polynomial]) -> int:
        key: Key = (node.operation, node.name, node.value)
        key += tuple(frozenset(forms[operand].items()) for operand in node.operands)
        return self.atoms.setdefault(key, len(self.atoms))


def _combined(node: Node, operands: Sequence[Polynomial]) -> Polynomial | None:
    """The polynomial of a sum or product; None for other operations, and where it is too long."""
    match node.operation:
        case Operation.CONSTANT:
            return {ONE: node.value} if node.value else {}
        case Operation.ADD:
            found: Polynomial = {}
            for operand in operands:
                found = _sum(found, operand, Fraction(1))
        case Operation.SUBTRACT:
            found = difference(*operands)
        case Operation.NEGATE:
            found = difference({}, operands[0])
        case Operation.MULTIPLY | Operation.SQUARE:
            first, last = operands[0], operands[-1]
            if len(first) * len(last) > MOST_TERMS**2:
                return None
            found = _product(first, last)
        case _:
            return None
    return found if _is_short(found) else None


def _is_short(form: Polynomial) -> bool:
    return len(form) <= MOST_TERMS and all(
        sum(exponent for _, exponent in monomial) <= MOST_DEGREE for monomial in form
    )


def _sum(a: Polynomial, b: Polynomial, factor: Fraction) -> Polynomial:
    """a + factor b."""
    found = dict(a)
    for monomial, coefficient in b.items() if factor else ():
        total = found.get(monomial, Fraction(0)) + factor * coefficient
        if total:
            found[monomial] = total
        else:
            found.pop(monomial, None)
    return found


def difference(a: Polynomial, b: Polynomial) -> Polynomial:
    """a - b."""
    return _sum(a, b, Fraction(-1))


def _product(a: Polynomial, b: Polynomial) -> Polynomial:
    found: Polynomial = {}
    for monomial, coefficient in a.items():
        for other, factor in b.items():
            exponents = dict(monomial)
            for atom, exponent in other:
                exponents[atom] = exponents.get(atom, 0) + exponent
            joined = tuple(sorted(exponents.items()))
            found[joined] = found.get(joined, Fraction(0)) + coefficient * factor
    return {monomial: coefficient for monomial, coefficient in found.items() if coefficient}


@dataclass(frozen=True, slots=True)
class Step:
    """Why a polynomial is not negative: it is assumed, or follows from steps before.

    `small` and `large` are nodes of the assumptions, or their opposites, such as `-%2`: the one is no more than the
    other, and less where that is `strict`. Else it is that of the first of `steps`, times what an `input` is `above` or
    `below` the ends of its range, or with so many times (`factor`) that of a second one added to it. Without its
    constant it is divided by the `scale`; what that is at least is a multiple of what inputs of their units can make.
    """

    small: str = ""
    large: str = ""
    strict: bool = False
    steps: tuple[int, ...] = ()
    factor: Fraction = Fraction(0)
    input: str = ""
    above: Fraction | None = None
    below: Fraction | None = None
    scale: Fraction = Fraction(1)


Multipliers = tuple[tuple[int, Fraction], ...]
"""Steps, and how often the constraint of each is taken off a polynomial."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """A polynomial without constant that is at least a number wherever all assumptions hold, by a step."""

    terms: Polynomial
    least: Fraction
    step: int

    @property
    def above_zero(self) -> Polynomial:
        """The polynomial that is not negative."""
        return _sum(self.terms, {ONE: Fraction(1)}, -self.least) if self.least else self.terms


@dataclass(frozen=True, slots=True)
class Consequences:
    """What is known of the atoms, and the constraints on them. `impossible`: no inputs meet all of these."""

    spans: Mapping[int, Span]
    constraints: tuple[Constraint, ...]
    steps: tuple[Step, ...]
    impossible: bool

    def bounds(
        self, form: Polynomial, spans: Mapping[int, Span] | None = None
    ) -> tuple[Fraction | None, Fraction | None]:
        """The least and the greatest value of a polynomial wherever the assumptions hold; None for no bound.

        What bounds the atoms may be told besides.
        """
        spans = self.spans if spans is None else spans
        low, _ = self.least(form, spans)
        high, _ = self.least(difference({}, form), spans)
        return low, None if high is None else -high

    def least(
        self, form: Polynomial, spans: Mapping[int, Span]
    ) -> tuple[Fraction | None, Multipliers]:
        """The least value, by taking off that multiple of a constraint with which most is left, again and again."""
        known, taken = _least_of_terms(form, spans), Fraction(0)
        multipliers: Multipliers = ()
        for _ in range(MOST_STEPS):
            best: tuple[Fraction, Polynomial, Fraction, int, Fraction] | None = None
            for constraint in self.constraints:
                for monomial, coefficient in constraint.terms.items():
                    factor = form.get(monomial, Fraction(0)) / coefficient
                    if factor <= 0:
                        continue
                    rest = _sum(form, constraint.terms, -factor)
                    low = _least_of_terms(rest, spans)
                    gained = taken + factor * constraint.least
                    if low is not None and (best is None or low + gained > best[0]):
                        best = low + gained, rest, gained, constraint.step, factor
            if best is None or (known is not None and best[0] <= known):
                break
            known, form, taken, step, factor = best
            multipliers += ((step, factor),)
        return known, multipliers


def _least_of_terms(form: Polynomial, spans: Mapping[int, Span]) -> Fraction | None:
    """The least value as the bounds of the monomials tell."""
    total = Fraction(0)
    for monomial, coefficient in form.items():
        span = _span_of(monomial, spans)
        if span is None:
            return None
        total += min(coefficient * span[0], coefficient * span[1])
    return total


def _span_of(monomial: Monomial, spans: Mapping[int, Span]) -> Span | None:
    low = high = Fraction(1)
    for atom, exponent in monomial:
        span = spans.get(atom)
        if span is None:
            return None
        a, b = (end**exponent for end in span)
        if exponent % 2 == 0:
            a, b = (Fraction(0) if span[0] <= 0 <= span[1] else min(a, b)), max(a, b)
        corners = (low * a, low * b, high * a, high * b)
        low, high = min(corners), max(corners)
    return low, high


def consequences(
    assumed: Graph,
    forms: Sequence[Polynomial],
    spans: Mapping[int, Span],
    fractions: Mapping[int, int],
    names: Mapping[int, str],
) -> Consequences:
    """What the conditions of a graph of assumptions say, given its polynomials and what bounds the atoms.

    `fractions` are the fractional bits of the atoms that are inputs, with their names: what stands in units of them is
    at least one unit if it is not 0.
    """
    units = {atom: power_of_two(-fraction) for atom, fraction in fractions.items()}
    found = _Constraints(units)
    for output in assumed.outputs:
        for condition, holds in parts_of_condition(assumed, output.node, True):
            for form, step in _not_negative(assumed, condition, forms, holds=holds):
                found.add(form, step)
    for form, step in _times_distances(found.known(), spans, names):
        found.add(form, step)
    for _ in range(ROUNDS):
        for one, other in combinations(found.known(), 2):
            found.add_pair(one, other)
    return Consequences(spans, tuple(found.known()), tuple(found.steps), found.impossible)


def _times_distances(
    given: Sequence[Constraint], spans: Mapping[int, Span], inputs: Mapping[int, str]
) -> Iterator[tuple[Polynomial, Step]]:
    """Products of polynomials that are not negative with distances of their inputs from the ends of their ranges."""
    if 4 * len(given) * len(inputs) > MOST_CONSTRAINTS:
        return
    for constraint in given:
        form, steps = constraint.above_zero, (constraint.step,)
        atoms = {atom for monomial in form for atom, _ in monomial}
        for atom in sorted(atoms & spans.keys() & inputs.keys()):
            low, high = spans[atom]
            here: Polynomial = {((atom, 1),): Fraction(1)}
            above, below = _sum(here, {ONE: Fraction(1)}, -low), _sum({}, here, Fraction(-1))
            below = _sum(below, {ONE: Fraction(1)}, high)
            yield _product(form, above), Step(steps=steps, input=inputs[atom], above=low)
            yield _product(form, below), Step(steps=steps, input=inputs[atom], below=high)


def _not_negative(
    graph: Graph, condition: int, forms: Sequence[Polynomial], *, holds: bool
) -> Iterator[tuple[Polynomial, Step]]:
    """The polynomials that are not negative where a condition holds, or fails."""
    node = graph.nodes[condition]
    if node.operation not in COMPARISONS:
        return
    a, b = node.operands
    if node.operation is Operation.EQUAL:
        for x, y in ((a, b), (b, a)) if holds else ():
            yield difference(forms[x], forms[y]), Step(f"%{y}", f"%{x}")
        return
    strict = (node.operation is Operation.LESS) is holds
    small, large = (a, b) if holds else (b, a)
    for form, less in _sides(graph, small, forms, Operation.MAXIMUM):
        for other, more in _sides(graph, large, forms, Operation.MINIMUM):
            yield difference(other, form), Step(less, more, strict)


def _sides(
    graph: Graph, index: int, forms: Sequence[Polynomial], extremum: Operation
) -> list[tuple[Polynomial, str]]:
    """What is all below where a maximum is, or an absolute value; above where a minimum is. With the nodes' texts."""
    node = graph.nodes[index]
    if node.operation is extremum:
        return [(forms[operand], f"%{operand}") for operand in node.operands]
    found = [(forms[index], f"%{index}")]
    if node.operation is Operation.ABSOLUTE and extremum is Operation.MAXIMUM:
        (inner,) = node.operands
        found += [(forms[inner], f"%{inner}"), (difference({}, forms[inner]), f"-%{inner}")]
    return found


@dataclass(slots=True)
class _Constraints:
    """Constraints, each once, with the greatest number that is known of it, and the steps to them."""

    units: Mapping[int, Fraction]
    impossible: bool = False
    steps: list[Step] = field(default_factory=list)
    _known: dict[frozenset[tuple[Monomial, Fraction]], Constraint] = field(default_factory=dict)

    def known(self) -> list[Constraint]:
        """All of them."""
        return list(self._known.values())

    def add(self, form: Polynomial, step: Step) -> None:
        """One more that is not negative, nor 0 if the step is `strict`."""
        terms = dict(form)
        least = -terms.pop(ONE, Fraction(0))
        if not terms:
            self.impossible |= least > 0 or (step.strict and least == 0)
            return
        if not _is_short(terms):
            return
        scale = abs(terms[min(terms)])
        terms = {monomial: coefficient / scale for monomial, coefficient in terms.items()}
        least = self._on_grid(terms, least / scale, strict=step.strict)
        key = frozenset(terms.items())
        before = self._known.get(key)
        if before is None and len(self._known) >= MOST_CONSTRAINTS:
            return
        if before is None or least > before.least:
            self._known[key] = Constraint(terms, least, len(self.steps))
            self.steps.append(replace(step, scale=scale))

    def add_pair(self, one: Constraint, other: Constraint) -> None:
        """The sums of multiples of two in which a monomial cancels."""
        for monomial, coefficient in one.terms.items():
            factor = other.terms.get(monomial, Fraction(0))
            if factor and (factor > 0) is not (coefficient > 0):
                ratio = -coefficient / factor
                terms = _sum(one.above_zero, other.above_zero, ratio)
                self.add(terms, Step(steps=(one.step, other.step), factor=ratio))

    def _on_grid(self, terms: Polynomial, least: Fraction, *, strict: bool) -> Fraction:
        """The first number from `least` on that the polynomial can be."""
        units: list[Fraction] = []
        for monomial, coefficient in terms.items():
            unit = abs(coefficient)
            for atom, exponent in monomial:
                if atom not in self.units:
                    return least
                unit *= self.units[atom] ** exponent
            units.append(unit)
        denominator = math.lcm(*(unit.denominator for unit in units))
        unit = Fraction(math.gcd(*(int(unit * denominator) for unit in units)), denominator)
        steps = least / unit
        return (math.floor(steps) + 1 if strict else math.ceil(steps)) * unit
