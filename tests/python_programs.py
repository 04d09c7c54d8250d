"""Random expressions of Python, as text and as functions of arrays or of traced numbers."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

Function = Callable[[Any, Any], Any]  # of floats, arrays, or traced numbers


class Piece(NamedTuple):
    """A text and what it computes of x and y; whether it is a condition."""

    text: str
    function: Function
    is_condition: bool = False


def _leaf(chooser: random.Random) -> Piece:
    if chooser.random() < 0.4:
        number = chooser.randrange(1, 30) / 8
        return Piece(repr(number), lambda x, y: number)
    return chooser.choice([Piece("x", lambda x, y: x), Piece("y", lambda x, y: y)])


def _infix(chooser: random.Random, a: Piece, b: Piece) -> Piece:
    f, g = a.function, b.function
    number = chooser.randrange(2, 9) / 4
    return chooser.choice(
        [
            Piece(f"({a.text} + {b.text})", lambda x, y: f(x, y) + g(x, y)),
            Piece(f"({a.text} - {b.text})", lambda x, y: f(x, y) - g(x, y)),
            Piece(f"({a.text}*{b.text})", lambda x, y: f(x, y) * g(x, y)),
            Piece(f"({number} - {b.text})", lambda x, y: number - g(x, y)),
            Piece(f"({a.text}/{number})", lambda x, y: f(x, y) / number),
            Piece(f"({a.text} // {number})", lambda x, y: f(x, y) // number),
            Piece(f"({a.text} % {number})", lambda x, y: f(x, y) % number),
            Piece(f"{a.text}**2", lambda x, y: f(x, y) ** 2) if a.text in "xy" else a,
            Piece(f"(-{a.text})", lambda x, y: -f(x, y)),
        ]
    )


def _function(chooser: random.Random, a: Piece, b: Piece) -> Piece:
    f, g = a.function, b.function
    return chooser.choice(
        [
            Piece(f"np.sin({a.text})", lambda x, y: np.sin(f(x, y))),
            Piece(f"np.tanh({a.text})", lambda x, y: np.tanh(f(x, y))),
            Piece(f"np.sqrt(np.abs({a.text}))", lambda x, y: np.sqrt(np.abs(f(x, y)))),
            Piece(f"np.exp(-np.square({a.text}))", lambda x, y: np.exp(-np.square(f(x, y)))),
            Piece(f"np.floor({a.text})", lambda x, y: np.floor(f(x, y))),
            Piece(f"np.rint({a.text})", lambda x, y: np.rint(f(x, y))),
            Piece(f"np.trunc({a.text})", lambda x, y: np.trunc(f(x, y))),
            Piece(f"np.sign({a.text})", lambda x, y: np.sign(f(x, y))),
            Piece(f"np.maximum({a.text}, {b.text})", lambda x, y: np.maximum(f(x, y), g(x, y))),
            Piece(f"np.minimum({a.text}, {b.text})", lambda x, y: np.minimum(f(x, y), g(x, y))),
            Piece(f"np.hypot({a.text}, {b.text})", lambda x, y: np.hypot(f(x, y), g(x, y))),
            Piece(f"np.clip({a.text}, -1, 1.5)", lambda x, y: np.clip(f(x, y), -1, 1.5)),
            Piece(f"np.fmod({a.text}, 1.25)", lambda x, y: np.fmod(f(x, y), 1.25)),
            Piece(f"np.heaviside({a.text}, 0.5)", lambda x, y: np.heaviside(f(x, y), 0.5)),
            Piece(f"np.sinc({a.text})", lambda x, y: np.sinc(f(x, y))),
            Piece(f"np.logaddexp({a.text}, {b.text})", lambda x, y: np.logaddexp(f(x, y), g(x, y))),
        ]
    )


def condition(chooser: random.Random, depth: int) -> Piece:
    """A condition on x and y."""
    a, b = expression(chooser, depth - 1), expression(chooser, depth - 1)
    f, g = a.function, b.function
    found = chooser.choice(
        [
            Piece(f"({a.text} < {b.text})", lambda x, y: f(x, y) < g(x, y)),
            Piece(f"({a.text} >= {b.text})", lambda x, y: f(x, y) >= g(x, y)),
            Piece(f"(({a.text} > 0) & ({b.text} > 0))", lambda x, y: (f(x, y) > 0) & (g(x, y) > 0)),
            Piece(f"(({a.text} > 1) | ({b.text} < 0))", lambda x, y: (f(x, y) > 1) | (g(x, y) < 0)),
            Piece(f"np.logical_not({a.text} <= 0)", lambda x, y: np.logical_not(f(x, y) <= 0)),
        ]
    )
    return found._replace(is_condition=True)


def _choice(chooser: random.Random, a: Piece, b: Piece) -> Piece:
    test = condition(chooser, 1)
    c, f, g = test.function, a.function, b.function
    return chooser.choice(
        [
            Piece(
                f"np.where({test.text}, {a.text}, {b.text})",
                lambda x, y: np.where(c(x, y), f(x, y), g(x, y)),
            ),
            Piece(
                f"np.select([{test.text}, x > 1], [{a.text}, {b.text}], default=y)",
                lambda x, y: np.select([c(x, y), x > 1], [f(x, y), g(x, y)], default=y),
            ),
        ]
    )


def expression(chooser: random.Random, depth: int) -> Piece:
    """An expression in x and y."""
    if depth <= 0:
        return _leaf(chooser)
    a, b = expression(chooser, depth - 1), expression(chooser, depth - 1)
    return chooser.choice((_infix, _infix, _function, _function, _choice))(chooser, a, b)
