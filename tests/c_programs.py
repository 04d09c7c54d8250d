"""Random texts of C on binary fractions, so that nothing is rounded: expressions, and bodies of functions."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import NamedTuple

REALS = ("x", "y")
INTEGERS = ("m", "n")


class Piece(NamedTuple):
    """A text, and whether C has its value as an integer."""

    text: str
    is_integer: bool = False


def _leaf(chooser: random.Random, is_integer: bool) -> Piece:
    if is_integer and chooser.random() < 0.5:
        return Piece(str(chooser.randrange(0, 9)), True)
    if chooser.random() < 0.5:
        suffix = "f" if chooser.random() < 0.3 else ""
        return Piece(f"{chooser.randrange(0, 40) / 8!r}{suffix}")
    return Piece(chooser.choice(INTEGERS if is_integer else REALS), is_integer)


def expression(chooser: random.Random, depth: int) -> Piece:
    """An expression of C. Products of integers stay far below the largest `int`."""
    if depth == 0:
        return _leaf(chooser, chooser.random() < 0.5)
    first, second = expression(chooser, depth - 1), expression(chooser, depth - 1)
    a, b, both = first.text, second.text, first.is_integer and second.is_integer
    divisor = chooser.randrange(1, 7) * chooser.choice((1, -1))
    function = chooser.choice(
        (
            f"fabs({a})", f"fmin({a}, {b})", f"fmaxf({a}, {b})", f"floor({a})", f"ceil({a})", f"trunc({a})",
            f"round({a})", f"rint({a})", f"fmod({a}, 1.25)", f"remainder({a}, 1.25)", f"fdim({a}, {b})",
            f"fma({a}, {b}, 0.5)",
        )
    )  # fmt: skip
    relation = chooser.choice(("<", "<=", ">", ">=", "==", "!="))
    divided = Piece(f"({a} {chooser.choice('/%')} ({divisor}))", True) if both else Piece(function)
    return chooser.choice(
        (
            Piece(f"({a} {chooser.choice('+-*')} {b})", both),
            Piece(f"({a} {chooser.choice('+-*')} {b})", both),
            divided,
            Piece(function),
            Piece(f"({a} {relation} {b})", True),
            Piece(chooser.choice((f"!{a}", f"({a} && {b})", f"({a} || {b})")), True),
            Piece(f"({a} {relation} {b} ? {a} : {b})", both),
            Piece(f"(double)({a})"),
            Piece(f"(int)({a})", True),
            Piece(f"(-{a})", first.is_integer),
        )
    )


def body(chooser: random.Random) -> str:
    """Statements that end with a return: declarations, conditions, loops, early ways out."""
    lines = ["double t = 0.25; int k = 1;"]
    for _ in range(chooser.randrange(1, 5)):
        a, b = expression(chooser, 1).text, expression(chooser, 1).text
        lines.append(
            chooser.choice(
                (
                    f"t += {a};",
                    f"k = {a};",
                    f"if ({a}) t = {b}; else k += 2;",
                    f"if ({a} > {b}) {{ double t = {b}; k = t; }}",
                    f"if (t < {a}) return {b};",
                    f"for (int i = 0; i < 3; i++) {{ if (i == {a}) return t; t += i * {b}; }}",
                    f"for (int j = 0; j < 4; j++) {{ k++; t -= {a}; }}",
                    f"{{ int q = {a}; int m = q; t += m; }}",
                    f"{{ double w[3] = {{{a}, 2}}; w[1] -= {b}; t += w[0] + w[1] * w[2]; }}",
                )
            )
        )
    lines.append("return t + k;")
    return "\n    ".join(lines)


def point(chooser: random.Random) -> dict[str, Fraction]:
    """Values for the variables."""
    values = {name: Fraction(chooser.randrange(-40, 41), 8) for name in REALS}
    return values | {name: Fraction(chooser.randrange(-9, 10)) for name in INTEGERS}
