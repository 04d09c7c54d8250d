"""Proves bounds over boxes of several inputs again, by intervals of fractions and derivatives of its own.

Over each box what the steps tell one after the other is tried first; then the mean value theorem, and the ends of the
inputs in which the result rises or falls.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from operator import add
from typing import Any

from flint import arb, arb_series, ctx, fmpq

from tests.witnesses.distance import require, two
from tests.witnesses.functions import function_of

BITS = 128
HALVINGS = 60
Document = Mapping[str, Any]


@dataclass(frozen=True)
class Ends:
    """An interval; that of which nothing is known is `LINE`, and whatever is made of it."""

    low: Fraction
    high: Fraction

    def __add__(self, other: Ends) -> Ends:
        if LINE in (self, other):
            return LINE
        return Ends(rounded(self.low + other.low, False), rounded(self.high + other.high, True))

    def __neg__(self) -> Ends:
        return Ends(-self.high, -self.low)

    def __mul__(self, other: Ends) -> Ends:
        if ZERO in (self, other):
            return ZERO
        if LINE in (self, other):
            return LINE
        corners = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Ends(rounded(min(corners), False), rounded(max(corners), True))

    def within(self, other: Ends) -> Ends:
        """What both have in common."""
        return Ends(max(self.low, other.low), min(self.high, other.high))

    def around(self, other: Ends) -> Ends:
        """What holds both."""
        return Ends(min(self.low, other.low), max(self.high, other.high))


def rounded(value: Fraction, up: bool) -> Fraction:
    """A fraction of few digits on one side; small numbers keep as many as large ones."""
    if value == 0 or value.denominator.bit_length() < BITS:
        return value
    shift = BITS - value.numerator.bit_length() + value.denominator.bit_length()
    scaled = value * two(shift)
    return (math.ceil(scaled) if up else math.floor(scaled)) * two(-shift)


HUGE = two(1 << 14)
LINE, ZERO, ONE = Ends(-HUGE, HUGE), Ends(Fraction(0), Fraction(0)), Ends(Fraction(1), Fraction(1))
EITHER = Ends(Fraction(-1), Fraction(1))


def ball(x: Ends) -> arb:
    low, high = (arb(fmpq(end.numerator, end.denominator)) for end in (x.low, x.high))
    return low.union(high)


def ends_of(x: arb) -> Ends:
    if not x.is_finite():
        return LINE
    (low, exponent), (high, other) = x.lower().man_exp(), x.upper().man_exp()
    return Ends(int(low) * two(int(exponent)), int(high) * two(int(other)))


def slope_of(name: str, x: Ends) -> Ends:
    """The derivative of a function, by its power series where it has no form of its own."""
    if name in BELLS:
        far, near = max(abs(x.low), abs(x.high)), max(x.low, -x.high, Fraction(0))
        least, most = (ends_of(BELLS[name](ball(_point(end)))) for end in (far, near))
        return least.around(most)
    try:
        return ends_of(function_of(name)(arb_series([ball(x), 1], prec=2))[1])
    except (TypeError, ValueError, AttributeError):
        return LINE


def image_of(name: str, x: Ends, halvings: int = HALVINGS) -> Ends:
    """The range of a function: from end to end where it rises or falls."""
    slope = LINE if x == LINE else slope_of(name, x)
    known = BOUNDED.get(name, LINE)
    if slope.low >= 0 or slope.high <= 0:
        first, last = (ends_of(function_of(name)(ball(Ends(end, end)))) for end in (x.low, x.high))
        return first.around(last).within(known)
    middle = (x.low + x.high) / 2
    if not halvings or slope == LINE:
        return known if x == LINE else ends_of(function_of(name)(ball(x))).within(known)
    halves = Ends(x.low, middle), Ends(middle, x.high)
    below, above = (image_of(name, half, halvings - 1) for half in halves)
    return below.around(above).within(known)


BELLS: Mapping[str, Callable[[arb], arb]] = {
    "tanh": lambda z: 1 / ((z.exp() + (-z).exp()) / 2) ** 2,
    "sigmoid": lambda z: 1 / (2 + z.exp() + (-z).exp()),
}
"""Derivatives that fall on either side of 0."""
BOUNDED = {"sin": EITHER, "cos": EITHER}


Step = tuple[Ends, tuple[Ends, ...]]
"""A value, and its derivatives by the operands."""


def _product(a: Ends, b: Ends) -> Step:
    return a * b, (b, a)


def _square(a: Ends) -> Step:
    return _power(a, 2), (a + a,)


def _extreme(x: Ends, y: Ends, sign: int) -> Step:
    """The greater of two, or the lesser."""
    if LINE in (x, y):
        return LINE, (LINE, LINE)
    pick = max if sign > 0 else min
    value, either = Ends(pick(x.low, y.low), pick(x.high, y.high)), Ends(Fraction(0), Fraction(1))
    if (x.low >= y.high) if sign > 0 else (x.high <= y.low):
        return value, (ONE, ZERO)
    if (y.low >= x.high) if sign > 0 else (y.high <= x.low):
        return value, (ZERO, ONE)
    return value, (either, either)


def _absolute(x: Ends) -> Step:
    value, (one, other) = _extreme(x, -x, 1)
    if x.low <= 0 <= x.high:
        return Ends(Fraction(0), value.high), (EITHER,)
    return value, (one + -other,)


def _power(x: Ends, exponent: int) -> Ends:
    if x == LINE:
        return LINE
    ends = sorted((x.low**exponent, x.high**exponent))
    if exponent % 2 == 0 and x.low <= 0 <= x.high:
        ends[0] = Fraction(0)
    return Ends(rounded(ends[0], False), rounded(ends[1], True))


OPERATIONS: Mapping[str, Callable[..., Step]] = {
    "add": lambda *terms: (reduce(add, terms), (ONE,) * len(terms)),
    "subtract": lambda a, b: (a + -b, (ONE, -ONE)),
    "negate": lambda a: (-a, (-ONE,)),
    "multiply": _product,
    "square": _square,
    "minimum": lambda a, b: _extreme(a, b, -1),
    "maximum": lambda a, b: _extreme(a, b, 1),
    "absolute": _absolute,
}


def _function(name: str, x: Ends) -> Step:
    slope = LINE if x == LINE else slope_of(name, x)
    return image_of(name, x), (slope,)


def _powers(steps: Sequence[str]) -> dict[int, tuple[int, int]]:
    """For steps that are a whole power of another: that, and the exponent."""
    found: dict[int, tuple[int, int]] = {}
    for place, text in enumerate(steps):
        operation, *operands = text.split()
        if operation not in ("multiply", "square"):
            continue
        factors = [int(each[1:]) for each in operands] * (2 if operation == "square" else 1)
        bases = [found.get(each, (each, 1)) for each in factors]
        if len({base for base, _ in bases}) == 1:
            found[place] = bases[0][0], sum(exponent for _, exponent in bases)
    return found


@dataclass(frozen=True)
class Evaluated:
    """Of every step its value over a box, its operands and its derivatives by these."""

    values: list[Ends] = field(default_factory=list)
    operands: list[Sequence[int]] = field(default_factory=list)
    slopes: list[Sequence[Ends]] = field(default_factory=list)

    @property
    def value(self) -> Ends:
        """That of the last step."""
        return self.values[-1]

    def gradient(self) -> list[Ends]:
        """The derivatives of the last step by all steps, backwards."""
        found = [ZERO] * len(self.values)
        found[-1] = ONE
        for place in range(len(self.values) - 1, -1, -1):
            for operand, slope in zip(self.operands[place], self.slopes[place], strict=True):
                found[operand] = found[operand] + found[place] * slope
        return found


def evaluated(document: Document, box: Mapping[str, Ends]) -> Evaluated:
    """All steps over a box."""
    steps, found = document["steps"], Evaluated()
    known = {place: Ends(Fraction(low), Fraction(high)) for place, low, high in document["known"]}
    powers = _powers(steps)
    for place, text in enumerate(steps):
        operands: list[int] = []
        slopes: tuple[Ends, ...] = ()
        if text.startswith("input "):
            value = box[text.removeprefix("input ")]
        elif "%" not in text:
            value = _constant(text)
        else:
            operation, *names = text.split()
            operands = [int(name[1:]) for name in names]
            numbers = [found.values[operand] for operand in operands]
            of = OPERATIONS.get(operation)
            value, slopes = of(*numbers) if of else _function(operation, *numbers)
        if place in powers:
            base, exponent = powers[place]
            value = value.within(_power(found.values[base], exponent))
        found.values.append(value.within(known.get(place, LINE)))
        found.operands.append(operands)
        found.slopes.append(slopes)
    return found


def _constant(text: str) -> Ends:
    if text in ("pi", "e"):
        return ends_of(arb.pi() if text == "pi" else arb(1).exp())
    return _point(Fraction(text))


def check_boxes(document: Document) -> int:
    """Proves what the witness says; the number of boxes. Raises `RefutedError` where that fails."""
    with ctx.workprec(BITS):
        tile(document)
        for box in boxes_of(document):
            bound = bound_over(document, box)
            for end, told, sign in ((bound.low, "lower", 1), (bound.high, "upper", -1)):
                if math.isfinite(document[told]):
                    holds = sign * (end - Fraction(document[told])) >= 0
                    require(holds, f"the {told} bound does not hold in {box}")
    return len(document["boxes"])


def boxes_of(document: Document) -> Iterator[dict[str, Ends]]:
    for box in document["boxes"]:
        yield {
            name: Ends(low * two(-fraction), (high + is_inner(name)) * two(-fraction))
            for (name, fraction, *_), (low, high) in zip(document["inputs"], box, strict=True)
        }


def is_inner(name: str) -> bool:
    """Whether it is no input but a node, whose integers stand for the numbers up to the next."""
    return name.startswith("#")


def straight_inputs(steps: Sequence[str]) -> set[str]:
    """The inputs of which the last step is a multiple plus a constant, whatever the others are."""
    reached: list[set[str]] = []
    bent: list[set[str]] = []
    for text in steps:
        operation, *names = text.split()
        places = [int(name[1:]) for name in names if name.startswith("%")]
        inputs = [reached[place] for place in places]
        own = {text.removeprefix("input ")} if operation == "input" else set()
        reached.append(own.union(*inputs))
        if operation in ("add", "subtract", "negate", "multiply") or not places:
            curved = set.intersection(*inputs) if operation == "multiply" else set()
            bent.append(curved.union(*(bent[place] for place in places)))
        else:
            bent.append(reached[-1])
    return reached[-1] - bent[-1]


def tile(document: Document) -> None:
    """The boxes do not meet, and hold as many combinations of integers as there are.

    Of an input in which the steps are straight the two ends are enough.
    """
    straight = straight_inputs(document["steps"])
    limits = [(low, high) for *_, low, high in document["inputs"]]
    names = [name for name, *_ in document["inputs"]]
    boxes = [tuple(map(tuple, box)) for box in document["boxes"]]
    for place, (name, (low, high)) in enumerate(zip(names, limits, strict=True)):
        if name in straight and low < high:
            ends = {(low, low): (0, 0), (high, high): (1, 1), (low, high): (0, 1)}
            require(
                all(box[place] in ends for box in boxes), "parts of an input that has only ends"
            )
            boxes = [(*box[:place], ends[box[place]], *box[place + 1 :]) for box in boxes]
            limits[place] = 0, 1
    every = math.prod(high - low + 1 for low, high in limits)
    sizes = sum(math.prod(high - low + 1 for low, high in box) for box in boxes)
    require(sizes == every, "integers that are in no box, or in several")
    inside = all(
        a <= low <= high <= b
        for box in boxes
        for (low, high), (a, b) in zip(box, limits, strict=True)
    )
    require(inside, "a box beyond the inputs")
    for place, box in enumerate(boxes):
        for other in boxes[:place]:
            meets = all(a <= d and c <= b for (a, b), (c, d) in zip(box, other, strict=True))
            require(not meets, "boxes that meet")


def bound_over(document: Document, box: Mapping[str, Ends]) -> Ends:
    """What all methods have in common over a box."""
    whole = evaluated(document, box)
    gradient = whole.gradient()
    slopes = {
        text.removeprefix("input "): gradient[place]
        for place, text in enumerate(document["steps"])
        if text.startswith("input ")
    }
    units = {name: two(-fraction) for name, fraction, *_ in document["inputs"]}
    middle = {
        name: _point((x.low + x.high - is_inner(name) * unit) // (2 * unit) * unit)
        for (name, x), unit in zip(box.items(), units.values(), strict=True)
    }
    least, greatest = dict(box), dict(box)
    unknown = {name for name, slope in slopes.items() if slope == LINE}
    around = {name: box[name] if name in unknown else middle[name] for name in box}
    moved = evaluated(document, around).value
    for name, slope in slopes.items():
        x = box[name]
        if name not in unknown:
            moved = moved + slope * (x + -middle[name])
        if slope.low >= 0:
            least[name], greatest[name] = _point(x.low), _point(x.high)
        elif slope.high <= 0:
            least[name], greatest[name] = _point(x.high), _point(x.low)
    at_ends = Ends(evaluated(document, least).value.low, evaluated(document, greatest).value.high)
    return whole.value.within(moved).within(at_ends)


def _point(value: Fraction) -> Ends:
    return Ends(value, value)
