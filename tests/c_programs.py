"""Random texts of C, each with what it computes: binary fractions, so that nothing is rounded."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple

Point = Mapping[str, Fraction]
REALS = ("x", "y")
INTEGERS = ("m", "n")


class Piece(NamedTuple):
    """A text and its value; whether C has it as an integer."""

    text: str
    value: Callable[[Point], Fraction]
    is_integer: bool = False


def truncated(value: Fraction) -> Fraction:
    return Fraction(math.trunc(value))


def rounded(value: Fraction) -> Fraction:
    """Half away from zero."""
    size = Fraction(math.floor(abs(value) + Fraction(1, 2)))
    return size if value >= 0 else -size


def _leaf(chooser: random.Random, is_integer: bool) -> Piece:
    if is_integer and chooser.random() < 0.5:
        number = chooser.randrange(0, 9)
        return Piece(str(number), lambda _: Fraction(number), True)
    if chooser.random() < 0.5:
        eighths = Fraction(chooser.randrange(0, 40), 8)
        text = f"{float(eighths)!r}f" if chooser.random() < 0.3 else repr(float(eighths))
        return Piece(text, lambda _: eighths)
    name = chooser.choice(INTEGERS if is_integer else REALS)
    return Piece(name, lambda point: point[name], is_integer)


def _infix(chooser: random.Random, a: Piece, b: Piece) -> Piece:
    is_integer = a.is_integer and b.is_integer
    operator = chooser.choice("+-*/%" if is_integer else "+-*")
    divisor = chooser.randrange(1, 7) * chooser.choice((1, -1))
    functions: dict[str, Callable[[Point], Fraction]] = {
        "+": lambda p: a.value(p) + b.value(p),
        "-": lambda p: a.value(p) - b.value(p),
        "*": lambda p: a.value(p) * b.value(p),
        "/": lambda p: truncated(a.value(p) / divisor),
        "%": lambda p: a.value(p) - divisor * truncated(a.value(p) / divisor),
    }
    right = f"({divisor})" if operator in "/%" else b.text
    return Piece(f"({a.text} {operator} {right})", functions[operator], is_integer)


def _comparison(chooser: random.Random, a: Piece, b: Piece) -> Piece:
    relation = chooser.choice(("<", "<=", ">", ">=", "==", "!="))
    functions: dict[str, Callable[[Fraction, Fraction], bool]] = {
        "<": lambda u, v: u < v,
        "<=": lambda u, v: u <= v,
        ">": lambda u, v: u > v,
        ">=": lambda u, v: u >= v,
        "==": lambda u, v: u == v,
        "!=": lambda u, v: u != v,
    }
    compare = functions[relation]
    return Piece(
        f"({a.text} {relation} {b.text})",
        lambda p: Fraction(compare(a.value(p), b.value(p))),
        True,
    )


def _logic(chooser: random.Random, a: Piece, b: Piece) -> Piece:
    if chooser.random() < 0.3:
        return Piece(f"!{a.text}", lambda p: Fraction(a.value(p) == 0), True)
    if chooser.random() < 0.5:
        return Piece(
            f"({a.text} && {b.text})",
            lambda p: Fraction(bool(a.value(p)) and bool(b.value(p))),
            True,
        )
    return Piece(
        f"({a.text} || {b.text})", lambda p: Fraction(bool(a.value(p)) or bool(b.value(p))), True
    )


def _function(chooser: random.Random, a: Piece, b: Piece) -> Piece:
    half = Fraction(5, 4)
    choices: dict[str, Callable[[Point], Fraction]] = {
        f"fabs({a.text})": lambda p: abs(a.value(p)),
        f"fmin({a.text}, {b.text})": lambda p: min(a.value(p), b.value(p)),
        f"fmaxf({a.text}, {b.text})": lambda p: max(a.value(p), b.value(p)),
        f"floor({a.text})": lambda p: Fraction(math.floor(a.value(p))),
        f"ceil({a.text})": lambda p: Fraction(math.ceil(a.value(p))),
        f"trunc({a.text})": lambda p: truncated(a.value(p)),
        f"round({a.text})": lambda p: rounded(a.value(p)),
        f"rint({a.text})": lambda p: Fraction(round(a.value(p))),
        f"fmod({a.text}, 1.25)": lambda p: a.value(p) - half * truncated(a.value(p) / half),
        f"remainder({a.text}, 1.25)": lambda p: a.value(p) - half * round(a.value(p) / half),
        f"fdim({a.text}, {b.text})": lambda p: max(a.value(p) - b.value(p), Fraction(0)),
        f"fma({a.text}, {b.text}, 0.5)": lambda p: a.value(p) * b.value(p) + Fraction(1, 2),
    }
    text = chooser.choice(list(choices))
    return Piece(text, choices[text])


def _choice(chooser: random.Random, a: Piece, b: Piece) -> Piece:
    condition = _comparison(chooser, a, b)
    return Piece(
        f"({condition.text} ? {a.text} : {b.text})",
        lambda p: a.value(p) if condition.value(p) else b.value(p),
        a.is_integer and b.is_integer,
    )


def _cast(chooser: random.Random, a: Piece, b: Piece) -> Piece:
    del b
    if chooser.random() < 0.3:
        return Piece(f"(double)({a.text})", a.value)
    return Piece(f"(int)({a.text})", lambda p: truncated(a.value(p)), True)


def _negated(chooser: random.Random, a: Piece, b: Piece) -> Piece:
    del chooser, b
    return Piece(f"(-{a.text})", lambda p: -a.value(p), a.is_integer)


_MAKERS = (
    _infix, _infix, _infix, _comparison, _logic, _function, _function, _choice, _cast, _negated,
)  # fmt: skip


def expression(chooser: random.Random, depth: int) -> Piece:
    """An expression of C. Products of integers stay far below the largest `int`."""
    if depth == 0:
        return _leaf(chooser, chooser.random() < 0.5)
    a, b = expression(chooser, depth - 1), expression(chooser, depth - 1)
    return chooser.choice(_MAKERS)(chooser, a, b)


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
                    f"for (int i = 0; i < 3; i++) {{ if (i == {a}) continue; t += i * {b}; if (t > 40) break; }}",
                    f"for (int j = 0; j < 4 && k < 4; j++) {{ k++; t -= {a}; }}",
                    f"{{ int q = {a}; int m = q; t += m; }}",
                    f"double w[3] = {{{a}, 2}}; w[1] -= {b}; t += w[0] + w[1] * w[2];",
                )
            )
        )
        if lines[-1].startswith("double w"):
            lines[-1] = f"{{ {lines[-1]} }}"
    lines.append("return t + k;")
    return "\n    ".join(lines)


def point(chooser: random.Random) -> dict[str, Fraction]:
    """Values for the variables."""
    values = {name: Fraction(chooser.randrange(-40, 41), 8) for name in REALS}
    return values | {name: Fraction(chooser.randrange(-9, 10)) for name in INTEGERS}
