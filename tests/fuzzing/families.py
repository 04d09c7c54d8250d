"""The families of programs: each is a way to draw inputs, nodes and outputs that has caught mistakes."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction

from tests.fuzzing.draft import (
    Draft,
    any_input,
    broad_input,
    odd_input,
    small_input,
    wide_input,
)
from tests.fuzzing.growth import (
    condition,
    contracting,
    decimal,
    grow,
    inexact,
    power,
    step,
)
from tests.fuzzing.idioms import BOUNDARIES, GUARDS, IDIOMS, TINY, templated
from tests.fuzzing.meanings import Arithmetic
from tests.fuzzing.program import Format, Input, power_of_two, rounded, widest_fraction

TINY_DIGITS = 40
BROAD_DIGITS = 60

Family = Callable[[Draft], list[int]]
"""Fills the draft and returns the nodes that become outputs."""


def _one(draft: Draft, draw: Callable[[random.Random, str], Input]) -> int:
    return draft.begin([draw(draft.chance, "x")])[0]


def _several(draft: Draft, most: int, draw: Callable[[random.Random, str], Input]) -> list[int]:
    names = "x", "y", "z", "u", "v", "Δt"
    count = draft.chance.randint(1, most)
    return draft.begin([draw(draft.chance, name) for name in names[:count]])


def _steep(draft: Draft, x: int) -> int:
    """A branch that rises steeply at a grid point."""
    factor = draft.number(draft.chance.choice((20, 50, 400)))
    shifted = draft.apply("sub", x, draft.number(_grid_value(draft)))
    steep = draft.apply(
        draft.chance.choice(("tanh", "sigmoid", "atan")), draft.apply("mul", factor, shifted)
    )
    return draft.apply("mul", decimal(draft, 1, 9), steep)


def _grid_value(draft: Draft) -> Fraction:
    entry = draft.inputs[0]
    return draft.chance.randint(entry.low, entry.high) * entry.format.ulp


def _partial(draft: Draft, x: int) -> int:
    """A branch that is defined on one side of a grid point only."""
    entry, chance = draft.inputs[0], draft.chance
    edge = _grid_value(draft) + chance.choice((0, 0, 1, -1)) * entry.format.ulp / 2
    shifted = draft.apply("sub", x, draft.number(edge))
    if chance.random() < 0.5:
        shifted = draft.apply("neg", shifted)
    return draft.apply(chance.choice(("sqrt", "log", "inv", "log2", "acosh", "log1p")), shifted)


def _branch(draft: Draft, x: int) -> int:
    match draft.chance.randrange(7):
        case 0 | 1:
            return decimal(draft, -4, 4)
        case 2:
            return _steep(draft, x)
        case 3:
            return _partial(draft, x)
        case 4:
            return inexact(draft, x)
        case 5:
            return draft.affine(x, Fraction(draft.chance.randint(-3, 3) or 1), Fraction(0))
        case _:
            return grow(draft, [x], 3)[-1]


def _decision(draft: Draft, x: int) -> int:
    f = inexact(draft, x)
    if draft.chance.random() < 0.75:
        chosen = condition(draft, lambda: f, 0)
    else:
        chosen = condition(draft, lambda: draft.chance.choice((f, x)), 1)
    found = draft.apply("if", chosen, _branch(draft, x), _branch(draft, x))
    return draft.apply("add", found, inexact(draft, x)) if draft.chance.random() < 0.15 else found


def decisions(draft: Draft) -> list[int]:
    """if f(x) < c then A else B, with c near f(a grid point)."""
    return [_decision(draft, _one(draft, small_input))]


def edges(draft: Draft) -> list[int]:
    """The same with the branch that is steep or partial just where the condition flips."""
    x = _one(draft, lambda chance, name: small_input(chance, name, 4, 8))
    entry, chance = draft.inputs[0], draft.chance
    grid = _grid_value(draft)
    kind = chance.choice(("exp", "atan", "sinh", "tanh", "erf", "asinh", "sigmoid", "expm1"))
    f = draft.apply(kind, draft.fitted(x, -4, 4))
    at = {entry.name: grid}
    constant = draft.value_near(f, at)
    shifted = draft.apply("sub", x, draft.number(grid))
    factor = draft.number(chance.choice((20, 50, 400)))
    steep = draft.apply(
        "mul", decimal(draft, 1, 9), draft.apply("tanh", draft.apply("mul", factor, shifted))
    )
    toward = draft.apply(
        "sub", draft.number(grid + chance.choice((0, 1)) * entry.format.ulp / 2), x
    )
    partial = draft.apply(chance.choice(("sqrt", "log", "inv", "acosh")), toward)
    branches = [chance.choice((steep, partial, steep)), decimal(draft, -3, 3)]
    chance.shuffle(branches)
    relation = draft.apply(
        chance.choice(("less", "less_equal", "greater", "greater_equal")), f, constant
    )
    return [draft.apply("if", relation, *branches)]


def wide(draft: Draft) -> list[int]:
    """Decisions on inputs of more integers than can be followed one by one."""
    x = _one(draft, wide_input)
    chance = draft.chance
    increasing = draft.function(
        chance.choice(("exp", "atan", "sinh", "tanh", "asinh", "expm1", "cbrt")), x
    )
    match chance.randrange(5):
        case 0:
            pi = draft.apply("mul", draft.apply("pi"), decimal(draft, -1, 1))
            chosen = draft.apply(chance.choice(("less", "less_equal", "greater")), x, pi)
            return [draft.apply("if", chosen, _branch(draft, x), _branch(draft, x))]
        case 1:
            return [
                draft.apply("sign", draft.apply("sub", x, draft.apply(chance.choice(("pi", "e")))))
            ]
        case 2:
            return [draft.apply("argmax", x, draft.number(1), draft.apply("pi"))]
        case 3:
            chosen = draft.apply("less", increasing, draft.near(increasing))
            return [draft.apply("if", chosen, decimal(draft, -4, 4), decimal(draft, -4, 4))]
        case _:
            return [step(draft, chance.choice((x, increasing)))]


def steps(draft: Draft) -> list[int]:
    """Jumps of what is not exact: floor(exp(x)), round(x*sqrt(2)), mod(x, 2*pi)."""
    x = _one(draft, small_input)
    stepped = step(draft, draft.chance.choice((inexact(draft, x), x, inexact(draft, x))))
    return [
        stepped if draft.chance.random() < 0.6 else draft.apply("add", stepped, inexact(draft, x))
    ]


def exact_decisions(draft: Draft) -> list[int]:
    """Decisions on rational arithmetic of several inputs."""
    nodes = _several(draft, 3, any_input)
    for _ in range(draft.chance.randint(1, 4)):
        kind = draft.chance.choice(("add", "sub", "mul", "max"))
        first, second = draft.chance.choices(nodes, k=2)
        other = decimal(draft, -2, 2) if draft.chance.random() < 0.4 else second
        nodes.append(draft.apply(kind, first, other))
    if draft.chance.random() < 0.3:
        return [step(draft, nodes[-1])]
    chosen = condition(draft, lambda: draft.chance.choice(nodes), 1)
    smooth = draft.smooth(draft.chance.choice(nodes))
    return [draft.apply("if", chosen, smooth, draft.chance.choice(nodes))]


def continuous(draft: Draft) -> list[int]:
    """Choices that do not jump: minima, maxima, and conditionals whose branches meet."""
    nodes = _several(draft, 2, small_input)
    a, b = inexact(draft, nodes[0]), draft.chance.choice((nodes[-1], inexact(draft, nodes[-1])))
    match draft.chance.randrange(4):
        case 0:
            twice = draft.apply("mul", draft.number(2), a)
            return [draft.apply("if", draft.apply("less", a, b), twice, draft.apply("add", b, a))]
        case 1:
            return [draft.apply("if", draft.apply("greater", a, b), a, b)]
        case 2:
            return [draft.apply(draft.chance.choice(("min", "max")), a, b, decimal(draft, -2, 2))]
        case _:
            difference = draft.apply("sub", a, b)
            negative = draft.apply("less", difference, draft.number(0))
            return [draft.apply("if", negative, draft.apply("neg", difference), difference)]


def guards(draft: Draft) -> list[int]:
    """Conditions that keep partial functions in their domain."""
    _several(draft, 2, small_input)
    return [templated(draft, GUARDS)]


def holes(draft: Draft) -> list[int]:
    """Something undefined at some inputs beside something of the same input that has a value everywhere."""
    chance = draft.chance
    nodes = _several(draft, 2, lambda chance, name: small_input(chance, name, 3, 5))
    x, z = nodes[0], nodes[-1]
    partial, total = _partial(draft, x), draft.apply("exp", draft.fitted(x, -3, 3))
    if chance.random() < 0.3 and z != x:
        partial = draft.apply(chance.choice(("inv", "log")), draft.apply("sub", x, z))
    if chance.random() < 0.3:
        total = draft.apply("mul", total, z)
    match chance.randrange(4):
        case 0:
            return [partial, total]
        case 1:
            return [draft.apply("add", partial, total)]
        case _:
            branches = [partial, total]
            chance.shuffle(branches)
            chosen = condition(draft, lambda: chance.choice((x, z, z)), 1)
            return [draft.apply("if", chosen, *branches)]


def pairs(draft: Draft) -> list[int]:
    """Guarded and nested decisions on inexact values of two inputs, with branches that differ steeply.

    The hardware may decide these wrongly, which the bound must count.
    """
    chance = draft.chance
    x, z = draft.begin([small_input(chance, "x", 3, 9), small_input(chance, "z", 2, 7)])
    point = {
        entry.name: chance.randint(max(entry.low, min(1, entry.high)), entry.high)
        * entry.format.ulp
        for entry in draft.inputs
    }
    rising = draft.apply(chance.choice(("exp", "sin", "sinh", "tanh")), draft.fitted(x, -3, 3))
    partial = draft.apply(chance.choice(("log", "sqrt", "inv", "exp", "cos")), z)
    seen = draft.apply(chance.choice(("add", "mul")), rising, partial)
    relation = draft.apply(
        chance.choice(("less", "greater", "greater_equal")), seen, draft.value_near(seen, point)
    )
    guard = draft.apply("greater", z, draft.number(Fraction(0)))
    match chance.randrange(4):
        case 0 | 1:
            chosen = draft.apply("and", guard, relation)
        case 2:
            outside = draft.apply("or", draft.apply("not", guard), draft.apply("not", relation))
            chosen = draft.apply("not", outside)
        case _:
            other = draft.apply("less", rising, draft.value_near(rising, point))
            chosen = draft.apply("and", guard, draft.apply("or", other, relation))
    apart = draft.apply("mul", draft.number(chance.choice((5, 20))), draft.apply("sub", x, z))
    steep = draft.apply("mul", decimal(draft, 1, 9), draft.apply("tanh", apart))
    branches = [steep, chance.choice((decimal(draft, -1, 1), x))]
    chance.shuffle(branches)
    return [draft.apply("if", chosen, *branches)]


def idioms(draft: Draft) -> list[int]:
    """Small epsilons beside poles, as symbolic regression writes them."""
    _several(draft, 2, small_input)
    return [templated(draft, IDIOMS)]


def boundaries(draft: Draft) -> list[int]:
    """Constants on the ends of domains and on steps."""
    _several(draft, 1, small_input)
    return [templated(draft, BOUNDARIES)]


def tiny(draft: Draft) -> list[int]:
    """Arguments at the ends of domains, from inputs that are tiny."""
    chance = draft.chance
    draft.arithmetic = Arithmetic(TINY_DIGITS)  # doubles lose what is added to 1
    sizes = ((6, 28), (8, 40), (5, 14), (7, 30), (4, 60), (9, 17), (6, 10), (6, 22), (7, 26))
    first = chance.choice(sizes)
    others = first, (first[0], first[1] + 1), chance.choice(sizes)
    drawn = []
    for name, (width, fraction) in (("x", first), ("z", chance.choice(others))):
        format = Format(chance.random() < 0.25, width, fraction)
        drawn.append(Input(name, format, format.minimum, format.maximum, "format"))
    draft.begin(drawn)
    return [templated(draft, TINY)]


def chains(draft: Draft) -> list[int]:
    """Long chains of contracting functions."""
    nodes = _several(draft, 2, small_input)
    node = contracting(draft, draft.chance.choice(nodes), draft.chance.choice((5, 12, 25, 40, 70)))
    return [draft.apply("add", node, nodes[-1]) if draft.chance.random() < 0.2 else node]


def broad(draft: Draft) -> list[int]:
    """Exact arithmetic on wide inputs, whose products are divided among blocks or built in logic."""
    draft.arithmetic = Arithmetic(BROAD_DIGITS)
    chance = draft.chance
    inputs, products = _several(draft, 3, broad_input), list[int]()
    for _ in range(chance.randint(1, 3)):
        first, second = chance.choices([*inputs, *inputs, *products], k=2)
        match chance.randrange(6):
            case 0 | 1:
                product = draft.apply("mul", first, second)
            case 2:
                product = draft.apply("square", first)
            case 3:
                product = draft.apply("mul", _long_constant(draft), first)
            case 4:
                difference = draft.apply(
                    "sub", first, draft.apply("mul", decimal(draft, -2, 2), second)
                )
                product = draft.apply("mul", difference, chance.choice(inputs))
            case _:
                products = products or [draft.apply("mul", first, second)]
                other = draft.apply("mul", decimal(draft, -9, 9), chance.choice(inputs))
                product = draft.apply(chance.choice(("add", "sub", "max")), products[-1], other)
        products.append(product)
    return list(dict.fromkeys([products[-1], *chance.sample(products, chance.choice((0, 0, 1)))]))


def _long_constant(draft: Draft) -> int:
    """A constant of many bits, exactly."""
    bits = draft.chance.choice((5, 12, 17, 18, 19, 24, 30, 60, 120))
    value = draft.chance.getrandbits(bits) | 1
    return draft.number(draft.chance.choice((1, -1)) * value * power_of_two(-bits))


def powers(draft: Draft) -> list[int]:
    """Powers of all kinds."""
    nodes = _several(draft, 2, any_input)
    found = power(draft, draft.chance.choice(nodes))
    if draft.chance.random() < 0.15:
        undefined = draft.apply("pow", draft.apply("inv", nodes[0]), draft.number(0))
        return [draft.apply("add", undefined, nodes[-1])]
    return [power(draft, found) if draft.chance.random() < 0.3 else found]


def formats(draft: Draft) -> list[int]:
    """Odd formats through little mathematics."""
    nodes = _several(draft, 3, odd_input)
    return grow(draft, nodes, draft.chance.randint(1, 4))[-1:]


def graphs(draft: Draft) -> list[int]:
    """Random graphs with sharing and several outputs, without jumps."""
    nodes = _several(draft, 6, any_input)
    grown = grow(draft, nodes, draft.chance.choice((3, 5, 8, 12, 20, 60)))
    return list(
        dict.fromkeys([grown[-1], *draft.chance.choices(grown, k=draft.chance.randint(0, 2))])
    )


def classifiers(draft: Draft) -> list[int]:
    """The number of the largest of several values."""
    nodes = _several(draft, 3, small_input)
    exact = draft.chance.random() < 0.6
    rivals = [
        draft.apply(
            "add",
            draft.apply("mul", decimal(draft, -2, 2), draft.chance.choice(nodes)),
            decimal(draft, -1, 1),
        )
        if exact
        else inexact(draft, nodes[0])
        for _ in range(draft.chance.randint(2, 4))
    ]
    return [draft.apply("argmax", *rivals), *([rivals[0]] if draft.chance.random() < 0.3 else [])]


def zeros(draft: Draft) -> list[int]:
    """Products that are exactly zero, differences of equals, inputs of one value."""
    chance = draft.chance
    width = chance.randint(3, 16)
    value = chance.choice((0, 0, 1, -1, chance.randint(-4, 3)))
    format = Format(True, width, width - 3)
    x = Input("x", format, min(value, format.maximum), min(value, format.maximum), "range")
    z = small_input(chance, "z")
    nodes = draft.begin([x, z])
    grown = grow(draft, nodes, 2)[-1]
    return [draft.apply(chance.choice(("mul", "mul", "add", "sub")), nodes[0], draft.smooth(grown))]


def ranges(draft: Draft) -> list[int]:
    """Inputs that give a range and leave the format to the compiler."""
    chance = draft.chance
    width = chance.choice((8, 10, 12, 16, 16, 16, 24))
    low, high = sorted(
        Fraction(chance.randint(-400, 400), chance.choice((1, 7, 100))) for _ in "ab"
    )
    if chance.random() < 0.06:
        low, high = Fraction(0), Fraction(10) ** chance.choice((30, 90, 310, 400))
    format = widest_fraction(low, high, width)
    for _ in range(3):  # the range that is written has ends on the grid
        ends = rounded(low, high, format.fraction)
        low, high = (end * format.ulp for end in ends)
        format = widest_fraction(low, high, width)
    nodes = draft.begin([Input("x", format, *rounded(low, high, format.fraction), "width")])
    return grow(draft, nodes, chance.randint(1, 5))[-1:]


FAMILIES: dict[str, tuple[Family, int]] = {
    "decisions": (decisions, 16), "edges": (edges, 8), "steps": (steps, 6), "wide": (wide, 6),
    "exact_decisions": (exact_decisions, 6), "guards": (guards, 5), "classifiers": (classifiers, 3),
    "continuous": (continuous, 5), "idioms": (idioms, 8), "boundaries": (boundaries, 3), "tiny": (tiny, 7),
    "chains": (chains, 2), "powers": (powers, 5), "formats": (formats, 6), "graphs": (graphs, 12), "zeros": (zeros, 3),
    "ranges": (ranges, 2), "broad": (broad, 10), "holes": (holes, 2), "pairs": (pairs, 6),
}  # fmt: skip
"""Each family and how often it comes; about half of the programs hold decisions."""
