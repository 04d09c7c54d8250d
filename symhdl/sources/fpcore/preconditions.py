"""Ranges of inputs that preconditions imply: linear relations, rising functions, `and`, `or` and `not`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from symhdl.functions.operation import Operation
from symhdl.sources.fpcore.intervals import (
    EVERYTHING,
    RISING,
    Interval,
    cofactor,
    even_power_backwards,
    extreme,
    hull,
    inverse,
    magnitude,
    meet,
    product,
    trimmed,
)
from symhdl.sources.fpcore.nodes import Nodes

ROUNDS = 4  # how often relations between inputs narrow one another
MAXIMUM_TERMS = 16  # of a linear form: a longer sum counts as one term
MAXIMUM_WORK = 20_000  # intervals looked at; what comes after narrows nothing
SLACK = Fraction(1, 2**40)  # relative: ends that are rounded outwards still count as reached

Box: TypeAlias = Mapping[int, Interval]
"""Inputs and their intervals; an input that is missing may have any value."""


class Linear(NamedTuple):
    """A constant and multiples of terms, which are nodes."""

    constant: Fraction
    terms: Mapping[int, Fraction]


class Region(NamedTuple):
    """Boxes around the points where a condition holds, and where it does not; None if there are none."""

    true: Box | None
    false: Box | None


class Known(NamedTuple):
    """Whether a condition holds everywhere in a box, and whether nowhere, the edges not looked at closely."""

    surely: bool
    never: bool


@dataclass(slots=True)
class Narrowing:
    """Works out what conditions, which are nodes, mean for the inputs."""

    nodes: Nodes
    _box: dict[int, Interval] = field(default_factory=dict)
    _forms: dict[int, Linear] = field(default_factory=dict)
    _ranges: dict[int, Interval] = field(default_factory=dict)
    _work: int = 0

    def narrowed(self, conditions: Sequence[int]) -> Box | None:
        """A box that holds every point where all conditions hold; None if they contradict one another."""
        for _ in range(ROUNDS):
            is_changed = False
            for condition in conditions:
                region = self._region(condition).true
                for index, interval in {}.items() if region is None else region.items():
                    before = self._box.get(index, EVERYTHING)
                    both = meet(before, interval)
                    region = None if both is None else region
                    if both is not None and both != before:
                        self._box[index] = both
                        is_changed = True
                if region is None:
                    return None
                if is_changed and self._work < MAXIMUM_WORK:
                    self._ranges = {}
            if not is_changed:
                break
        self._ranges = {}
        return self._box

    # --- Conditions -------------------------------------------------------------------------------

    def _conditions_below(self, root: int) -> list[int]:
        """The conditions that a condition is made of, itself last."""
        found: set[int] = set()
        waiting = [root]
        while waiting:
            current = waiting.pop()
            node = self.nodes[current]
            if current in found:
                continue
            found.add(current)
            if node.operation in _CONNECTIVES:
                waiting += node.operands
        return sorted(found)

    def _region(self, root: int) -> Region:
        regions: dict[int, Region] = {}
        for index in self._conditions_below(root):
            node = self.nodes[index]
            parts = [regions[o] for o in node.operands] if node.operation in _CONNECTIVES else []
            regions[index] = self._region_of(index, parts)
        return regions[root]

    def _region_of(self, index: int, parts: Sequence[Region]) -> Region:
        operation = self.nodes[index].operation
        value = self.nodes[index].value
        if value is not None:
            return Region({}, None) if value else Region(None, {})
        if operation is Operation.NOT:
            return Region(parts[0].false, parts[0].true)
        if operation is Operation.AND:
            a, b = parts
            return Region(_both(a.true, b.true), _either(a.false, b.false))
        if operation is Operation.OR:
            a, b = parts
            return Region(_either(a.true, b.true), _both(a.false, b.false))
        if operation is Operation.SELECT:
            c, a, b = parts
            return Region(
                _either(_both(c.true, a.true), _both(c.false, b.true)),
                _either(_both(c.true, a.false), _both(c.false, b.false)),
            )
        return self._comparison(index)

    def _comparison(self, index: int) -> Region:
        node = self.nodes[index]
        if node.operation not in _DIFFERENCES:
            return Region({}, {})
        difference = self._difference(*node.operands)
        if node.operation is Operation.EQUAL:
            return Region(self._within(difference, Interval(Fraction(0), Fraction(0))), {})
        below, above = Interval(None, Fraction(0)), Interval(Fraction(0), None)
        return Region(self._within(difference, below), self._within(difference, above))

    def surely(self, root: int) -> bool:
        """Whether the condition holds everywhere in the box that has been found."""
        known: dict[int, Known] = {}
        for index in self._conditions_below(root):
            node = self.nodes[index]
            parts = [known[o] for o in node.operands] if node.operation in _CONNECTIVES else []
            known[index] = self._known(index, parts)
        return known[root].surely

    def _known(self, index: int, parts: Sequence[Known]) -> Known:
        node = self.nodes[index]
        if node.value is not None:
            return Known(node.value != 0, node.value == 0)
        if node.operation is Operation.NOT:
            return Known(parts[0].never, parts[0].surely)
        if node.operation is Operation.AND:
            return Known(all(p.surely for p in parts), any(p.never for p in parts))
        if node.operation is Operation.OR:
            return Known(any(p.surely for p in parts), all(p.never for p in parts))
        if node.operation is Operation.SELECT:
            condition, then, other = parts
            return Known(
                (condition.never or then.surely) and (condition.surely or other.surely),
                (condition.never or then.never) and (condition.surely or other.never),
            )
        if node.operation not in _DIFFERENCES:
            return Known(False, False)
        difference = self._difference(*node.operands)
        low, high = self._range_of(difference)
        slack = SLACK * max((abs(e) for e in self._ends_of(difference)), default=Fraction(0))
        is_low = high is not None and high <= slack
        is_high = low is not None and low >= -slack
        if node.operation is Operation.EQUAL:
            is_apart = (high is not None and high < 0) or (low is not None and low > 0)
            return Known(is_low and is_high, is_apart)
        return Known(is_low, is_high)

    # --- Linear forms -----------------------------------------------------------------------------

    def _difference(self, a: int, b: int) -> Linear:
        return _combined(self._form(a), self._form(b), Fraction(-1))

    def _form(self, root: int) -> Linear:
        """The node as a linear form, worked out once."""
        for index in self._unknown_below(root, self._forms):
            self._forms[index] = self._form_of(index)
        return self._forms[root]

    def _unknown_below(self, root: int, known: Mapping[int, object]) -> list[int]:
        """The nodes that must be worked out for this one, operands first."""
        found: set[int] = set()
        waiting = [root]
        while waiting:
            current = waiting.pop()
            if current not in found and current not in known:
                found.add(current)
                waiting += self.nodes[current].operands
        return sorted(found)

    def _form_of(self, index: int) -> Linear:
        node = self.nodes[index]
        itself = Linear(Fraction(0), {index: Fraction(1)})
        if node.value is not None:
            return Linear(node.value, {})
        parts = [self._forms[operand] for operand in node.operands]
        result: Linear | None = None
        if node.operation is Operation.ADD:
            result = parts[0]
            for part in parts[1:]:
                result = _combined(result, part, Fraction(1))
                if len(result.terms) > MAXIMUM_TERMS:
                    return itself
        elif node.operation is Operation.SUBTRACT:
            result = _combined(parts[0], parts[1], Fraction(-1))
        elif node.operation is Operation.NEGATE:
            result = _scaled(parts[0], Fraction(-1))
        elif node.operation is Operation.MULTIPLY:
            factors = [part for part in parts if not part.terms]
            others = [part for part in parts if part.terms]
            result = _scaled(others[0], factors[0].constant) if factors and others else None
        elif node.operation is Operation.DIVIDE and not parts[1].terms and parts[1].constant:
            result = _scaled(parts[0], 1 / parts[1].constant)
        return itself if result is None or len(result.terms) > MAXIMUM_TERMS else result

    # --- Forwards ---------------------------------------------------------------------------------

    def _range_of(self, form: Linear) -> Interval:
        result = Interval(form.constant, form.constant)
        for term, factor in form.terms.items():
            result = result.plus(self._range(term).scaled(factor))
        return result

    def _ends_of(self, form: Linear) -> list[Fraction]:
        """The finite ends of all terms, to measure differences by."""
        found = [form.constant]
        for term, factor in form.terms.items():
            found += [end * factor for end in self._range(term) if end is not None]
        return found

    def _range(self, root: int) -> Interval:
        """The values of a node in the box."""
        for index in self._unknown_below(root, self._ranges):
            self._work += 1
            self._ranges[index] = trimmed(self._range_from_operands(index))
        return self._ranges[root]

    def _range_from_operands(self, index: int) -> Interval:
        node = self.nodes[index]
        if node.operation is Operation.INPUT:
            return self._box.get(index, EVERYTHING)
        if not self.nodes.varies(index):
            known = self.nodes.enclosure(index)
            return EVERYTHING if known is None else Interval(*known)
        form = self._form(index)
        if index not in form.terms:
            return self._range_of(form)
        operands = [self._ranges[operand] for operand in node.operands]
        match node.operation:
            case Operation.ABSOLUTE:
                return magnitude(operands[0])
            case Operation.MULTIPLY if node.operands[0] == node.operands[1]:
                return product(magnitude(operands[0]), magnitude(operands[0]))
            case Operation.MULTIPLY:
                return product(*operands)
            case Operation.DIVIDE:
                return product(operands[0], inverse(operands[1]))
            case Operation.INVERSE:
                return inverse(operands[0])
            case Operation.MAXIMUM | Operation.MINIMUM:
                return extreme(operands, node.operation is Operation.MAXIMUM)
            case Operation.SIN | Operation.COS:
                return Interval(Fraction(-1), Fraction(1))
        rising = RISING.get(node.operation)
        result = rising.forwards(operands[0]) if rising is not None else None
        return EVERYTHING if result is None else result

    # --- Backwards --------------------------------------------------------------------------------

    def _within(self, form: Linear, wanted: Interval) -> Box | None:
        """A box around the points where the form lies in the interval."""
        found: dict[int, Interval] = {}
        waiting = [(form, wanted)]
        while waiting:
            form, wanted = waiting.pop()
            if not form.terms and not wanted.holds(form.constant):
                return None
            total = self._range_of(form)
            if meet(total, wanted) is None:
                return None
            for term, factor in form.terms.items():
                self._work += 1
                if self._work > MAXIMUM_WORK:
                    return found
                rest = self._range_of(_without(form, term)).scaled(Fraction(-1))
                narrowed = meet(wanted.plus(rest).scaled(1 / factor), self._range(term))
                if narrowed is None:
                    return None
                narrowed = trimmed(narrowed)
                if self.nodes[term].operation is Operation.INPUT:
                    both = meet(found.get(term, EVERYTHING), narrowed)
                    if both is None:
                        return None
                    found[term] = both
                    continue
                for operand, interval in self._required(term, narrowed):
                    if interval is None:
                        return None
                    waiting.append((self._form(operand), interval))
        return found

    def _required(self, index: int, value: Interval) -> list[tuple[int, Interval | None]]:
        """In which intervals the operands of a node must lie, so that it lies in the given one."""
        node = self.nodes[index]
        if not self.nodes.varies(index) or value == EVERYTHING:
            return []
        operands = node.operands
        ranges = [self._range(operand) for operand in operands]
        match node.operation:
            case Operation.ABSOLUTE:
                return [(operands[0], even_power_backwards(value, ranges[0], lambda y: y))]
            case Operation.MULTIPLY if operands[0] == operands[1]:
                root = RISING[Operation.SQUARE_ROOT].forwards
                return [(operands[0], even_power_backwards(value, ranges[0], root))]
            case Operation.MULTIPLY:
                x, y = operands
                return [
                    (x, cofactor(value, ranges[1])),
                    (y, cofactor(value, ranges[0])),
                ]
            case Operation.DIVIDE:
                above, below = operands
                return [
                    (above, product(value, ranges[1])),
                    (below, cofactor(ranges[0], value)),
                ]
            case Operation.INVERSE:
                return [(operands[0], inverse(value))]
            case Operation.MAXIMUM:
                return [(operand, Interval(None, value.high)) for operand in operands]
            case Operation.MINIMUM:
                return [(operand, Interval(value.low, None)) for operand in operands]
        rising = RISING.get(node.operation)
        return [] if rising is None else [(operands[0], rising.backwards(value))]


_CONNECTIVES = {Operation.AND, Operation.OR, Operation.NOT, Operation.SELECT}
_DIFFERENCES = {Operation.LESS, Operation.LESS_EQUAL, Operation.EQUAL}


def _combined(a: Linear, b: Linear, factor: Fraction) -> Linear:
    """a + factor * b; terms that cancel go."""
    terms = dict(a.terms)
    for term, coefficient in b.terms.items():
        total = terms.pop(term, Fraction(0)) + factor * coefficient
        if total:
            terms[term] = total
    return Linear(a.constant + factor * b.constant, terms)


def _scaled(form: Linear, factor: Fraction) -> Linear:
    return _combined(Linear(Fraction(0), {}), form, factor)


def _without(form: Linear, term: int) -> Linear:
    return Linear(form.constant, {t: f for t, f in form.terms.items() if t != term})


def _both(a: Box | None, b: Box | None) -> Box | None:
    """The points in both boxes, the larger one being taken over."""
    if a is None or b is None:
        return None
    large, small = (a, b) if len(a) >= len(b) else (b, a)
    result = dict(large)
    for index, interval in small.items():
        narrowed = meet(result.get(index, EVERYTHING), interval)
        if narrowed is None:
            return None
        result[index] = narrowed
    return result


def _either(a: Box | None, b: Box | None) -> Box | None:
    """The box around both."""
    if a is None or b is None:
        return b if a is None else a
    result: dict[int, Interval] = {}
    for index in a.keys() & b.keys():
        around = hull((a[index], b[index]))
        if around is not None and around != EVERYTHING:
            result[index] = around
    return result
