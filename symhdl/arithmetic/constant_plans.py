"""Ways to make sums of products with constants of shifted terms: by digits, by factors, by adder graphs, and shared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from symhdl.arithmetic.levels import depth_of_tree
from symhdl.arithmetic.sharing import Digits, Preference, SharedSums, Value
from symhdl.numeric.adder_graphs import Step, Steps, adder_graph
from symhdl.numeric.digits import digit_count, low_zeros, odd_part, signed_digits

Terms = list[tuple[int, int]]
"""Weights and values."""
Way = Callable[[int], Steps]
"""The steps of a product with a positive odd constant."""


@dataclass(frozen=True, slots=True)
class ConstantSums:
    """Sums of products with constants: for each its weights, other than 0, by the numbers of the operands.

    `constants` tells whether it has a constant term besides.
    """

    operands: tuple[Value, ...]
    weights: tuple[dict[int, int], ...]
    constants: tuple[bool, ...]


@dataclass(slots=True)
class Plan:
    """Sums whose weights are powers of two, of the operands and of values that are such sums themselves.

    Values are numbered from the operands on, each made of those before it.
    """

    values: list[Terms]
    sums: list[Terms]

    @property
    def adders(self) -> int:
        """How many adders of two numbers it takes."""
        return sum(len(terms) - 1 for terms in (*self.values, *self.sums) if terms)


def by_digits(odd: int) -> Steps:
    """All signed digits at once."""
    return (_of_digits(odd, 1),)


def _of_digits(value: int, multiple: int) -> Step:
    terms = tuple((digit << position, multiple) for position, digit in signed_digits(value))
    return Step(value * multiple, terms)


def by_factors(odd: int) -> Steps:
    """In steps where the constant is (2**k + 1) or (2**k - 1) times one with fewer digits and that saves adders."""
    steps: list[Step] = []
    multiple = 1
    while (factor := _saving_factor(odd)) is not None:
        steps.append(_of_digits(factor, multiple))
        odd, multiple = odd // factor, multiple * factor
    return (*steps, _of_digits(odd, multiple))


def _saving_factor(odd: int) -> int | None:
    """A divisor of the form 2**k +- 1 whose product form needs fewer adders than the digits, or None."""
    best: int | None = None
    fewest = digit_count(odd) - 1
    for k in range(2, max(3, odd.bit_length())):
        for candidate in ((1 << k) - 1, (1 << k) + 1):
            if odd % candidate or odd == candidate:
                continue
            adders = digit_count(odd // candidate)
            if adders < fewest:
                best, fewest = candidate, adders
    return best


def by_graphs(odd: int) -> Steps:
    """In the fewest adders, if they are known."""
    return adder_graph(odd) or by_digits(odd)


def planned(sums: ConstantSums, way: Way, *, once: bool) -> Plan:
    """The sums with each product made in one way; with `once` those that several sums use are values of their own."""
    uses = Counter(
        (operand, odd_part(weight))
        for weights in sums.weights
        for operand, weight in weights.items()
    )
    plan = Plan([], [])
    known: dict[tuple[int, int], int] = {}

    def multiple(operand: int, step: Step) -> int:
        """The value of a step behind others."""
        at = known.get((operand, step.value))
        if at is None:
            plan.values.append(terms_of(operand, step))
            at = known[operand, step.value] = len(sums.operands) + len(plan.values) - 1
        return at

    def terms_of(operand: int, step: Step) -> Terms:
        return [(w, known[operand, m] if m > 1 else operand) for w, m in step.terms]

    for weights in sums.weights:
        terms: Terms = []
        for operand, weight in weights.items():
            odd = odd_part(weight)
            *steps, last = way(odd)
            for step in steps:
                multiple(operand, step)
            if once and odd > 1 and uses[operand, odd] > 1:
                terms.append((weight // odd, multiple(operand, last)))
            else:
                terms += [(weight // odd * w, value) for w, value in terms_of(operand, last)]
        plan.sums.append(terms)
    return plan


def limits_of(sums: ConstantSums, is_last: Sequence[bool]) -> list[int]:
    """How deep each sum may be: as it is by digits alone, and the last ones as the deepest of them."""
    depths = depths_of(sums, planned(sums, by_digits, once=False))
    deepest = max((d for d, last in zip(depths, is_last, strict=True) if last), default=0)
    return [deepest if last else d for d, last in zip(depths, is_last, strict=True)]


def depths_of(sums: ConstantSums, plan: Plan) -> list[int]:
    """How deep the sums of a plan are."""
    depths = [value.depth for value in _values(sums, plan)]
    return [
        depth_of_tree([*(depths[a] for _, a in terms), *[0] * constant])
        for terms, constant in zip(plan.sums, sums.constants, strict=True)
    ]


def shared(
    sums: ConstantSums, plan: Plan, limits: Sequence[int], preference: Preference, work: int
) -> tuple[Plan, int]:
    """The plan with values for what its sums have in common, and the work done.

    No sum becomes deeper than its limit.

    Where there is more to compare than the work allows, the operands are taken in groups of similar weights.
    """
    values = _values(sums, plan)
    groups = _groups(sums, plan, work)
    parts: dict[tuple[int, int], Digits] = {}
    owners: list[int] = []
    for number, terms in enumerate(plan.sums):
        for weight, value in terms:
            key = number, groups[value]
            if key not in parts:
                parts[key] = {}
                owners.append(number)
            shift = low_zeros(weight)
            parts[key][value, shift] = weight >> shift
    found = SharedSums(values, list(parts.values()), owners, sums.constants, limits, preference)
    found.share(work)
    made = [
        [(w, a) for w, a in zip(p.weights, (p.first, p.second), strict=True)] for p in found.pairs
    ]
    totals: list[Terms] = [[] for _ in plan.sums]
    for owner, digits in zip(owners, found.sums, strict=True):
        totals[owner] += [(sign << shift, value) for (value, shift), sign in digits.items()]
    return Plan([*plan.values, *made], totals), found.work


def _values(sums: ConstantSums, plan: Plan) -> list[Value]:
    """The operands and the values of a plan."""
    values = list(sums.operands)
    for terms in plan.values:
        values.append(_value(terms, values))
    return values


def _value(terms: Terms, values: Sequence[Value]) -> Value:
    low = sum(w * (values[a].minimum if w > 0 else values[a].maximum) for w, a in terms)
    high = sum(w * (values[a].maximum if w > 0 else values[a].minimum) for w, a in terms)
    return Value(low, high, depth_of_tree([values[a].depth for _, a in terms]))


def _groups(sums: ConstantSums, plan: Plan, work: int) -> list[int]:
    """The group of every value. The pairs within groups are no more than half of the work."""
    count = len(sums.operands)
    pairs = sum(len(terms) ** 2 // 2 for terms in plan.sums)
    number = max(1, -(-2 * pairs // work))
    groups = [0] * count
    if number > 1:
        alike: list[list[tuple[int, int]]] = [[] for _ in range(count)]
        for at, weights in enumerate(sums.weights):
            for operand, weight in weights.items():
                alike[operand].append((at, odd_part(weight)))
        for rank, operand in enumerate(sorted(range(count), key=lambda a: (alike[a], a))):
            groups[operand] = rank * number // count
    for terms in plan.values:
        groups.append(groups[terms[0][1]])
    return groups
