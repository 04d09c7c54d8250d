"""Proves again what follows from assumptions, as sums and products of these in polynomials of its own.

A polynomial is a table of monomials, a monomial a sorted tuple of variables: inputs by name, and what is no sum or
product of such as it is made of others.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from itertools import product
from typing import Any

from tests.witnesses.distance import require

Document = Mapping[str, Any]
Monomial = tuple[object, ...]
Polynomial = Mapping[Monomial, Fraction]
Interval = tuple[Fraction, Fraction]
Bound = tuple[Polynomial, Fraction]
"""A polynomial without constant, and what it is at least."""

COMPARISONS = frozenset({"less", "less_equal", "equal"})


def check_assumptions(document: Document) -> int:
    """Proves what the ranges of nodes have from assumptions; of how many. Raises `RefutedError` where that fails."""
    nodes = document["nodes"]
    with_bounds = [k for k, node in enumerate(nodes) if "assumed" in node["range"]]
    if not with_bounds:
        return 0
    assumptions, texts = document["assumptions"], [node["value"] for node in nodes]
    inputs = {
        name: (Fraction(2) ** -fraction, (Fraction(low), Fraction(high)))
        for name, fraction, low, high in assumptions["inputs"]
    }
    for node in nodes:
        operation, *rest = node["value"].split(" ", 1)
        if operation == "input":
            (low, high), (least, most) = inputs[rest[0].strip('"')][1], hull(node)
            require(low <= least and most <= high, "an input beyond its ends")
    given = Given(polynomials(assumptions["nodes"]), assumptions, inputs)
    forms = polynomials(texts)
    for index in with_bounds:
        check_node(index, nodes, forms, given)
    return len(with_bounds)


def hull(node: Document) -> Interval:
    """The ends of a node's range."""
    pieces = node["range"]["bound"]
    return min(Fraction(low) for low, _ in pieces), max(Fraction(high) for _, high in pieces)


def polynomials(texts: Sequence[str]) -> list[Polynomial]:
    """Those of all nodes of a graph."""
    found: list[Polynomial] = []
    for text in texts:
        operation, *words = text.split(" ")
        operands = [found[int(word[1:])] for word in words if word.startswith("%")]
        match operation:
            case "input":
                form: Polynomial = {(" ".join(words).strip('"'),): Fraction(1)}
            case "constant" if len(words) == 1:
                form = {(): Fraction(words[0])}
            case "add":
                form = reduce(plus, operands)
            case "subtract":
                form = plus(operands[0], operands[1], Fraction(-1))
            case "negate":
                form = plus({}, operands[0], Fraction(-1))
            case "multiply" | "square":
                form = times(operands[0], operands[-1])
            case _:
                parts = (frozenset(operand.items()) for operand in operands)
                others = (word for word in words if not word.startswith("%"))
                form = {((operation, *others, *parts),): Fraction(1)}
        found.append(form)
    return found


def plus(a: Polynomial, b: Polynomial, factor: Fraction = Fraction(1)) -> Polynomial:
    monomials = {**a, **b}
    found = {m: a.get(m, Fraction(0)) + factor * b.get(m, Fraction(0)) for m in monomials}
    return {monomial: value for monomial, value in found.items() if value}


def times(a: Polynomial, b: Polynomial) -> Polynomial:
    found: Counter[Monomial] = Counter()
    for (m, x), (n, y) in product(a.items(), b.items()):
        found[tuple(sorted((*m, *n), key=repr))] += x * y  # type: ignore[assignment]
    return {monomial: Fraction(value) for monomial, value in found.items() if value}


class Given:
    """What is assumed, and what follows by the steps that are told, each proved."""

    def __init__(
        self, forms: list[Polynomial], assumptions: Document,
        inputs: Mapping[str, tuple[Fraction, Interval]],
    ) -> None:  # fmt: skip
        self.inputs, self.bounds = inputs, list[Bound]()
        texts = assumptions["nodes"]
        roots = [int(each[1:]) for each in assumptions["conditions"]]
        known = {pair for root in roots for pair in inequalities(texts, root, True)}
        for step in assumptions["steps"]:
            self.bounds.append(self._bound(step, forms, known))

    def _bound(
        self, step: Document, forms: list[Polynomial], known: set[tuple[str, str, bool]]
    ) -> Bound:
        strict = step.get("strict", False)
        if "small" in step:
            small, large = step["small"], step["large"]
            require((small, large, strict) in known, "what is not assumed")
            form = plus(side(large, forms), side(small, forms), Fraction(-1))
        else:
            require(not strict, "more than follows")
            first, *others = (self._not_negative(each) for each in step["steps"])
            form = first
            if others:
                factor = Fraction(step["factor"])
                require(factor > 0, "a multiple that turns round")
                form = plus(form, others[0], factor)
            else:
                form = times(form, self._distance(step))
        scale = Fraction(step.get("scale", 1))
        require(scale > 0, "a scale that turns round")
        terms = {m: value / scale for m, value in form.items() if m}
        return terms, self._on_grid(terms, -form.get((), Fraction(0)) / scale, strict)

    def _not_negative(self, step: int) -> Polynomial:
        require(0 <= step < len(self.bounds), "a step that comes later")
        terms, least = self.bounds[step]
        return plus(terms, {(): -least})

    def _distance(self, step: Document) -> Polynomial:
        name = step["input"]
        low, high = self.inputs[name][1]
        if "above" in step:
            require(Fraction(step["above"]) <= low, "an end within the range")
            return plus({(name,): Fraction(1)}, {(): -Fraction(step["above"])})
        require(high <= Fraction(step["below"]), "an end within the range")
        return plus({(): Fraction(step["below"])}, {(name,): Fraction(-1)})

    def _on_grid(self, terms: Polynomial, least: Fraction, strict: bool) -> Fraction:
        """The first number from `least` on that the terms can be."""
        if not all(variable in self.inputs for monomial in terms for variable in monomial):
            return least
        steps = [
            math.prod((self.inputs[str(variable)][0] for variable in monomial), start=abs(value))
            for monomial, value in terms.items()
        ]
        common = math.lcm(*(step.denominator for step in steps))
        unit = Fraction(math.gcd(*(int(step * common) for step in steps)), common)
        count = math.floor(least / unit) + 1 if strict else math.ceil(least / unit)
        return count * unit

    def least(self, form: Polynomial, multipliers: Any, spans: Mapping[object, Interval]) -> Any:
        """What a polynomial is at least by its multipliers; None where that is not bounded."""
        total = Fraction(0)
        for step, text in multipliers:
            factor, (terms, least) = Fraction(text), self.bounds[step]
            require(factor > 0, "a multiple that turns round")
            form = plus(form, terms, -factor)
            total += factor * least
        for monomial, value in form.items():
            if not all(variable in spans for variable in monomial):
                return None
            low, high = extent(monomial, spans)
            total += min(value * low, value * high)
        return total


def extent(monomial: Monomial, spans: Mapping[object, Interval]) -> Interval:
    """Between which numbers a product of powers lies."""
    low = high = Fraction(1)
    for variable, exponent in Counter(monomial).items():
        a, b = spans[variable]
        powers = [a**exponent, b**exponent, *([Fraction(0)] if a <= 0 <= b else [])]
        corners = [x * y for x in (low, high) for y in (min(powers), max(powers))]
        low, high = min(corners), max(corners)
    return low, high


def side(text: str, forms: list[Polynomial]) -> Polynomial:
    form = forms[int(text.removeprefix("-")[1:])]
    return plus({}, form, Fraction(-1)) if text.startswith("-") else form


def inequalities(texts: Sequence[str], root: int, holds: bool) -> Iterator[tuple[str, str, bool]]:
    """What is no more than what, and whether it is less, where a condition holds, or fails."""
    operation, *operands = texts[root].split(" ")
    places = [int(each[1:]) for each in operands if each.startswith("%")]
    if operation == "not":
        yield from inequalities(texts, places[0], not holds)
    elif operation == ("and" if holds else "or"):
        for place in places:
            yield from inequalities(texts, place, holds)
    elif operation == "equal" and holds:
        yield from ((operands[0], operands[1], False), (operands[1], operands[0], False))
    elif operation in COMPARISONS - {"equal"}:
        small, large = operands if holds else operands[::-1]
        strict = (operation == "less") is holds
        for less, more in product(below(texts, small), above(texts, large)):
            yield less, more, strict


def below(texts: Sequence[str], operand: str) -> list[str]:
    """What is no more than the operand."""
    operation, *inner = texts[int(operand[1:])].split(" ")
    if operation == "absolute":
        return [operand, inner[0], f"-{inner[0]}"]
    return [operand, *(inner if operation == "maximum" else ())]


def above(texts: Sequence[str], operand: str) -> list[str]:
    """What is no less than the operand."""
    operation, *inner = texts[int(operand[1:])].split(" ")
    return [operand, *(inner if operation == "minimum" else ())]


def check_node(
    index: int, nodes: Sequence[Document], forms: list[Polynomial], given: Given
) -> None:
    """The bound of a node follows from what its witness names."""
    node = nodes[index]
    witness, (operation, *words) = node["range"]["assumed"], node["value"].split(" ")
    spans: dict[object, Interval] = {name: ends for name, (_, ends) in given.inputs.items()}
    for text, low, high in witness["known"]:
        place = int(text[1:])
        least, most = hull(nodes[place])
        require(place < index and low <= least and most <= high, "a bound that is not known")
        ((variable,),) = forms[place]
        spans[variable] = Fraction(low), Fraction(high)
    form = forms[index]
    if operation in COMPARISONS:
        a, b = (forms[int(word[1:])] for word in words)
        form = plus(b, a, Fraction(-1))
    low = given.least(form, witness["from_lower"], spans)
    high = given.least(plus({}, form, Fraction(-1)), witness["from_upper"], spans)
    lower, upper = witness["lower"], witness["upper"]
    if operation in COMPARISONS:
        require(
            decided(operation, low, None if high is None else -high) == lower == upper,
            "no decision",
        )
        return
    require(lower == "-inf" or (low is not None and Fraction(lower) <= low), "too high a bound")
    require(upper == "inf" or (high is not None and -high <= Fraction(upper)), "too low a bound")


def decided(operation: str, low: Fraction | None, high: Fraction | None) -> int | None:
    """Whether a comparison holds, by the bounds of its second operand less the first."""
    if operation == "equal":
        apart = (low is not None and low > 0) or (high is not None and high < 0)
        return 1 if low == high == 0 else 0 if apart else None
    if low is not None and (low > 0 or (low == 0 and operation == "less_equal")):
        return 1
    if high is not None and (high < 0 or (high == 0 and operation == "less")):
        return 0
    return None
