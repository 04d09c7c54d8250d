"""The programs whose compile time is measured: everyday expressions, and shapes that grow with a size."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest

SEED = 1

EVERYDAY = (
    "0.5*x0*x1 + 0.25*x2^2 - 1.3*x3 + 0.1*x0 - x1*x2*x3",
    "sin(2*x0 + 0.3) * exp(-x1^2) + 0.7*x2*x0 - 0.1*x1",
    "tanh(1.7*x0 - 0.4*x1 + 0.2) * (x2 + 2) / (x3^2 + 1.5) - x0*x3",
    "sqrt(x0^2 + x1^2 + 0.25) - 0.3*x2*(x0 - x1) + 0.05*x2^3",
    "log(x0^2 + x1^2 + 1.1) * cos(3*x2) + 0.2*(x3 - 0.5)*x0",
    "(x0*x1 - 0.6*x2) / (2.5 + x3 + 0.5*x0) + 0.3*x1*x3 - 1",
    "max(x0 + 0.2*x1, 0.5*x2 - x3) * 0.75 + min(x0*x1, 0.3) - 0.1*x2",
    "exp(0.4*x0 - 0.2*x1) + exp(0.3*x2 - 0.5*x3) - x0*x2 + 0.7*x1",
    "1.5*sin(x0)*cos(x1) - 0.8*cos(x0)*sin(x2) + 0.1*x3^2 - x1",
    "if x0 < 0.25*x1 + 0.1 then x2*(x0 - 0.25*x1 - 0.1) else 0.5*x3*(x0 - 0.25*x1 - 0.1)",
    "1/(1 + exp(-2*x0 + x1)) + 0.3*atan(4*x2 - x3) - 0.05*x0*x1*x2",
    "abs(x0 - 0.5)*x1 + (0.2*x2 + 0.9)^4 - 0.33*x3*x1 + 0.01*x0",
)
"""Expressions of ten to twenty operators, one program each."""


def _joined(terms: Sequence[str], operators: Sequence[str]) -> str:
    """A balanced tree of the terms, with the operators in turn."""
    level, turn = list(terms), 0
    while len(level) > 1:
        pairs = list(zip_longest(level[::2], level[1::2]))
        turn += 1
        operator = operators[turn % len(operators)]
        level = [a if b is None else f"({a} {operator} {b})" for a, b in pairs]
    return level[0]


def tree(nodes: int) -> str:
    """A balanced tree of sums and products over twenty inputs, of about so many nodes."""
    number = random.Random(SEED)  # noqa: S311 - no secret
    terms = [f"{number.uniform(-1, 1):.4f}*x{number.randrange(20)}" for _ in range(nodes // 4)]
    return "y = " + _joined(terms, ("+", "*", "+", "+"))


def outputs(count: int) -> str:
    """So many outputs, each with an expression of its own over twenty inputs."""
    number = random.Random(SEED).uniform  # noqa: S311 - no secret
    return "\n".join(
        f"y{k} = {number(-2, 2):.4f}*x{k % 20} + x{(7 * k + 1) % 20}*x{(3 * k + 2) % 20}"
        for k in range(count)
    )


def shared_outputs(count: int) -> str:
    """So many outputs of one part that they share."""
    number = random.Random(SEED).uniform  # noqa: S311 - no secret
    lines = (f"y{k} = {number(-2, 2):.4f}*p + x{k % 20}" for k in range(count))
    return "\n".join(("p = sin(x0*x1) + x2*x3*x4 + x5", *lines))


def tree_of_inputs(leaves: int) -> str:
    """A balanced tree of sums and products over so many inputs."""
    return "y = " + _joined([f"x{k}" for k in range(leaves)], ("+", "*", "+"))


def matrix(rows: int) -> str:
    """A matrix of so many rows times a vector of ten inputs."""
    number = random.Random(SEED).uniform  # noqa: S311 - no secret
    sums = (" + ".join(f"{number(-1, 1):.4f}*x{k}" for k in range(10)) for _ in range(rows))
    return "\n".join(f"y{row} = {terms}" for row, terms in enumerate(sums))


def functions(count: int) -> str:
    """So many outputs, each with a function of a constant of its own."""
    number = random.Random(SEED).random  # noqa: S311 - no secret
    return "\n".join(
        f"y{k} = sin({number():.3f}*x{k % 10})*x{(k + 1) % 10} + {number():.3f}"
        for k in range(count)
    )


def outputs_of_a_chain(count: int) -> str:
    """So many outputs, each of a part of a chain of a tenth as many links."""
    number = random.Random(SEED).random  # noqa: S311 - no secret
    links = max(1, count // 10)
    chained = (f"t{k + 1} = 0.5*t{k} + 0.3*x{k % 10}*x{(k + 3) % 10}" for k in range(links))
    ends = (f"y{k} = {number():.4f}*t{k % links} + x{k % 10}" for k in range(count))
    names = ", ".join(f"y{k}" for k in range(count))
    return "\n".join(("t0 = x0*x1", *chained, *ends, f"output {names}"))


def filter_of(taps: int) -> str:
    """A filter: the sum of so many inputs, each times a constant."""
    number = random.Random(SEED).uniform  # noqa: S311 - no secret
    return "y = " + " + ".join(f"{number(-1, 1):.5f}*x{k}" for k in range(taps))


def chain(*functions: str) -> Callable[[int], str]:
    """Nested functions of one input, by name in turn."""

    def text(count: int) -> str:
        called = [functions[k % len(functions)] for k in range(count)]
        return "y = " + "".join(f"{name}(" for name in called) + "x0" + ")" * count

    return text


SHAPES: Mapping[str, tuple[Callable[[int], str], int]] = {
    "tree": (tree, 10_000),
    "outputs": (outputs, 1_000),
    "shared outputs": (shared_outputs, 1_000),
    "outputs of a chain": (outputs_of_a_chain, 1_000),
    "matrix": (matrix, 1_000),
    "functions": (functions, 1_000),
    "filter": (filter_of, 10_000),
    "tree of inputs": (tree_of_inputs, 5_000),
    "chain": (chain("sin", "tanh", "atan", "cos"), 1_000),
    "chain of sin": (chain("sin"), 1_000),
    "chain of tanh": (chain("tanh"), 1_000),
}
"""By name: what makes the text of a size, and the size."""


def programs(divisor: int = 1) -> dict[str, list[str]]:
    """The programs of every case, with sizes divided."""
    shapes = {name: [make(max(1, size // divisor))] for name, (make, size) in SHAPES.items()}
    return {"everyday": [f"y = {text}" for text in EVERYDAY], **shapes}
