"""Random operations on what a draft holds: the material that the families are made of."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from tests.fuzzing.draft import SMOOTH, WINDOWS, Draft, short

RELATIONS = ("less", "less_equal", "greater", "greater_equal", "equal", "unequal")
LARGEST = 1e5  # of the samples of a node that others build on


def usable(draft: Draft, node: int) -> bool:
    """Whether the node has moderate values at all samples."""
    span = draft.span(node)
    return span is not None and max(abs(span[0]), abs(span[1])) <= LARGEST


def decimal(draft: Draft, low: float, high: float) -> int:
    """A constant between two numbers, of few or many digits."""
    value = draft.chance.uniform(low, high)
    if draft.chance.random() < 0.1:
        return draft.number(Fraction(round(value * 7), 7))
    return draft.number(short(value, draft.chance.choice((1, 1, 2, 3, 6))))


def _sum(draft: Draft, pick: Callable[[], int]) -> int:
    return draft.apply(draft.chance.choice(("add", "sub", "add")), pick(), pick())


def _many(draft: Draft, pick: Callable[[], int]) -> int:
    kind = draft.chance.choice(("sum", "min", "max"))
    return draft.apply(kind, *(pick() for _ in range(draft.chance.randint(2, 4))))


def _product(draft: Draft, pick: Callable[[], int]) -> int:
    return draft.apply("mul", draft.fitted(pick(), -30, 30), draft.fitted(pick(), -30, 30))


def _scaled(draft: Draft, pick: Callable[[], int]) -> int:
    return draft.apply("mul", decimal(draft, -3, 3), pick())


def _quotient(draft: Draft, pick: Callable[[], int]) -> int:
    divisor = pick()
    span = draft.span(divisor)
    if span is not None and span[0] <= 0 <= span[1]:
        divisor = draft.apply("add", draft.function("square", divisor), decimal(draft, 0.05, 2))
    return draft.apply("div", pick(), divisor)


def _smooth(draft: Draft, pick: Callable[[], int]) -> int:
    return draft.smooth(pick())


def _simple(draft: Draft, pick: Callable[[], int]) -> int:
    return draft.function(draft.chance.choice(("neg", "square", "cube", "abs", "relu")), pick())


def _plane(draft: Draft, pick: Callable[[], int]) -> int:
    if draft.chance.random() < 0.5:
        return draft.apply("hypot", draft.fitted(pick(), -50, 50), draft.fitted(pick(), -50, 50))
    return draft.apply("atan2", pick(), draft.fitted(pick(), 0.2, 30))


def power(draft: Draft, node: int) -> int:
    """A power of any kind with a constant exponent, or a base that is one."""
    chance = draft.chance
    match chance.randrange(5):
        case 0:
            exponent = draft.number(chance.choice((0, 1, 2, 3, 4, 5, 7, 8, 12)))
            return draft.apply("pow", draft.fitted(node, -4, 4), exponent)
        case 1:
            exponent = draft.number(chance.choice((-1, -2, -3, -4)))
            return draft.apply("pow", draft.fitted(node, 0.2, 8), exponent)
        case 2:
            top, bottom = chance.choice((1, 2, 3, 5, -1, -2, -3)), chance.choice((2, 3, 4, 5, 10))
            low = 0.1 if top < 0 else 0
            return draft.apply(
                "pow", draft.fitted(node, low, 9), draft.number(Fraction(top, bottom))
            )
        case 3:
            base = chance.choice((2, 10, Fraction(1, 2), 3, Fraction(13, 10), 1))
            return draft.apply("pow", draft.number(base), draft.fitted(node, -4, 4))
        case _:
            other = draft.chance.randrange(len(draft.nodes))
            return draft.apply("pow", draft.fitted(node, 0.2, 6), draft.fitted(other, -3, 3))


def _power(draft: Draft, pick: Callable[[], int]) -> int:
    return power(draft, pick())


def _held(draft: Draft, pick: Callable[[], int]) -> int:
    return draft.apply("clamp", pick(), decimal(draft, -3, 0), decimal(draft, 0, 4))


def step(draft: Draft, node: int) -> int:
    """A function with jumps."""
    chance = draft.chance
    kind = chance.choice(("floor", "ceil", "round", "sign", "mod", "mod", "argmax"))
    if kind == "mod":
        two_pi = draft.apply("mul", draft.number(2), draft.apply("pi"))
        divisor = chance.choice((decimal(draft, 0.3, 4), decimal(draft, -3, -0.4), two_pi))
        return draft.apply("mod", node, divisor)
    if kind == "argmax":
        return draft.apply(
            "argmax", node, draft.near(node), *chance.choices((node, 0), k=chance.randint(0, 1))
        )
    if kind == "sign":
        return draft.apply("sign", draft.apply("sub", node, draft.near(node)))
    return draft.apply(kind, draft.fitted(node, -40, 40))


def condition(draft: Draft, pick: Callable[[], int], depth: int = 1) -> int:
    """A comparison with a threshold among the values, or several of them."""
    chance = draft.chance
    if depth and chance.random() < 0.3:
        parts = [condition(draft, pick, depth - 1) for _ in range(2)]
        joined = draft.apply(chance.choice(("and", "or")), *parts)
        return draft.apply("not", joined) if chance.random() < 0.3 else joined
    node = pick()
    if chance.random() < 0.12:
        ends = draft.near(node), draft.near(node)
        return draft.apply(chance.choice(("between", "within")), ends[0], node, ends[1])
    other = draft.near(node) if chance.random() < 0.8 else pick()
    return draft.apply(chance.choice(RELATIONS), node, other)


STEADY: tuple[tuple[Callable[[Draft, Callable[[], int]], int], int], ...] = (
    (_sum, 5), (_many, 1), (_product, 4), (_scaled, 3), (_quotient, 2), (_smooth, 9), (_simple, 3), (_plane, 1),
    (_power, 2), (_held, 1),
)  # fmt: skip
"""Operations without jumps, and how often each comes."""


def grow(draft: Draft, nodes: list[int], steps: int) -> list[int]:
    """New nodes from the given ones and from one another; what has wild values is not built upon."""
    chance = draft.chance
    alive = [node for node in nodes if usable(draft, node)] or nodes
    makers, weights = zip(*STEADY, strict=True)
    grown: list[int] = []

    def pick() -> int:
        recent = grown[-3:]
        return chance.choice(recent) if recent and chance.random() < 0.7 else chance.choice(alive)

    for _ in range(steps):
        node = chance.choices(makers, weights)[0](draft, pick)
        if usable(draft, node):
            alive.append(node)
            grown.append(node)
    return grown or alive


def contracting(draft: Draft, node: int, steps: int) -> int:
    """A long chain of functions that bring values together."""
    kinds = ("sin", "tanh", "atan", "cos", "erf", "sigmoid", "gauss", "asinh")
    one = draft.chance.random() < 0.5
    chosen = draft.chance.choice(kinds)
    for _ in range(steps):
        node = draft.apply(chosen if one else draft.chance.choice(kinds), node)
    return node


def inexact(draft: Draft, node: int) -> int:
    """One or two functions of an affine argument."""
    for _ in range(draft.chance.choice((1, 1, 2))):
        if draft.chance.random() < 0.3:
            node = draft.affine(node, short(draft.chance.uniform(-2, 2), 2), Fraction(0))
        kind = draft.chance.choice(SMOOTH)
        node = draft.apply(kind, draft.fitted(node, *WINDOWS.get(kind, (-200.0, 200.0))))
    return node
