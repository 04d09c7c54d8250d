"""Expressions with holes, as people and symbolic regression write them: the families that are lists of texts.

`x` and `z` are inputs (the same one if there is only one), `c` a small constant, `k` a factor.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from fractions import Fraction

from tests.fuzzing.draft import Draft


def _texts(listed: str) -> tuple[str, ...]:
    return tuple(text.strip() for text in listed.strip().replace("\n", "|").split("|"))


IDIOMS = _texts("""
x / (x^2 + c) | 1 / (exp(x) - k1c) | x + floor(z) / cos(x) | x / (abs(x) + c) | z / sqrt(x^2 + c) | log(x^2 + c)
(x^2 - 1) / (x^2 + c) | sin(x) / (x + c7) | 1 / (1 + exp(0 - k*x)) | x / (exp(x) - 1 + c)
z / (hypot(x, z) + c) | log(abs(x) + c) * z | 1 / (cos(x) + k1c) | sqrt(abs(x) + c) * z
exp(0 - x^2 / (z^2 + c)) | atan2(z, x + c7) | tanh(z / (abs(x) + c)) | (x + c) / (z^2 + c) | x / (z - 1/3)
1 / (x^2 + z^2 + c) | sinc(k*x) / (z^2 + c) | z^2 / (x^2 - x + 0.25 + c) | exp(min(k*x, 3)) / (1 + z^2)
k / (x - 42.768) | gauss(x / (abs(z) + c)) | softplus(k*x) - softplus(k*x - c) | log1p(x^2 / c) | tan(atan(k*x))
abs(x)^0.5 / (abs(x) + c) | 1 / (x - 0.3) | 1/(sin(x) + k1c) | mod(x, 1) / (z^2 + c) | z / max(abs(x), c)
z / clamp(x, c, 2) | (sqrt(x^2 + c) - x) * z | sqrt(x^2 - 2*x*z + z^2 + c)
""")

GUARDS = _texts("""
if x > 0 then log(x) else z | if x > 0 and log(x) < 1 then z else x | if x == 0 or 1/x > 0.5 then z else 1
if x != 0 then sin(x)/x else 1 | if abs(x) <= 1 then asin(x) else z | if not (x <= 0) then 1/x else 0
if x > c and z / x < k then z else x | if x > 0 then sqrt(x) else sqrt(0 - x)
if 0 < x and x < 2 then log(x / (2.5 - x)) else z | if x > 1 then acosh(x) else 0
if z > 0 then (if x > 0 then log(x*z) else 0) else 1 | if abs(x) < 1 then atanh(x) else k
if x*x > 0.001 then z / (x*x) else 0 | if x >= 0.5 or z >= 0.5 then 1/(abs(x) + abs(z)) else 0
if x > 0 and z > 0 and log(x) + log(z) < 0 then 1 else 0 | if cos(x) > 0.2 then tan(x) else z
if x < 0 then x^2 else x^1.5 | if x > z and sqrt(x - z) < k then x else z
if exp(x) > k then log(exp(x) - k) else 0 | (if x > 0 then 1/x else 1) + (if x > 0 then log(x) else 0)
if x != 0 and 1/x^2 < 4 then sin(1/x) else 0 | if -1 < x and x < 1 then 1/(1 - x^2) else 0
if x > 0 then x^z else 0 | if z != 0 then mod(x, z) else 0
""")

BOUNDARIES = _texts("""
asin(2*sin(pi/6)) | acos(2*cos(pi/3)) | mod(2*pi, pi) | sign(tan(pi/4) - 1) | floor(sqrt(2)^2)
ceil(exp(log(3))) | log(tan(pi/4)) | acosh(2*cos(pi/3)) | sqrt(sin(pi)) | sqrt(1 - sin(pi/2))
round(log2(sqrt(2))) | floor(log10(1000)) | floor(log2(8)) | floor(exp(log(2)))
if sqrt(2)*sqrt(3) == sqrt(6) then 1 else 2 | if cos(pi/3) < 0.5 then 1 else 2 | if exp(1) > e then 1 else 0
floor(cbrt(27)) | ceil(hypot(3, 4)) | argmax(sin(pi/6), 0.5, cos(pi/3)) | floor(4*atan(1) - pi)
sign(sin(pi/4) - cos(pi/4)) | mod(3*pi, 2*pi) | sqrt(atan(1) - pi/4) | round(2.5*tan(pi/4))
floor(tanh(atanh(0.5)) * 2) | ceil(erf(0)) | sqrt(exp(0) - 1) | asin(sqrt(2)^2 / 2) | atan2(sin(pi), 1)
max(sqrt(2)^2, 2) | sinc(sin(pi)) | floor(sigmoid(0)*2) | (-1)^round(sqrt(2)^2) | abs(sin(pi))^0.5
clamp(sqrt(2)^2, 0, 2) | if log(8) / log(2) >= 3 then 1 else 0 | log(0.5 + 2^(-1)) | floor(0.1*30)
floor(0.3/0.1)
""")
"""Constants; each is used in one of the ways of USES."""

USES = ("x + ({})", "x * ({})", "if ({}) < x then x else 0 - x", "({}) + sin(x)", "max(x, {})")

TINY = _texts("""
acosh(1 + x*z) | acosh(1 + x) | asin(1 - x) | acos(1 - x) | acos(cos(x)) | sqrt(x - 5e-11) | sqrt(x)
log(1 + x) | log1p(x) | atanh(1 - abs(x) - c) | asin(1 - x*z) | acos(1 - abs(x*z)) | sqrt(1 - cos(x))
exp(x) - 1 | expm1(x) * z | acosh(cosh(x)) | atan2(x, z + c) | cbrt(x) | cbrt(x*z) | sqrt(x^2 + z^2)
hypot(x, z) | x / (z + c) | sin(x) / (x + c) | (1 - cos(x)) / (x^2 + c) | tan(x) | asin(sin(x)) | asin(x)
2*asin(sqrt(abs(x)/2)) | acos(clamp(1 - x, -1, 1)) | sinc(x) - 1 | log(1 + x) - x | abs(x)^0.3 | abs(x*z)^0.5
erfc(x) - 1 | if x < z then sqrt(abs(x)) else 0 | if x - z < 5e-11 then 1 else 0 | floor(x * 1e9) | x^0 + z
mod(x, 3e-10) | acosh(1 + x*sin(z)) | acos(1 - abs(x*tan(z))) | asin(cos(x*z)) | acosh(exp(abs(x*z)))
acosh(1 + k*abs(x*z)) | acosh(1 + k*x^2) | acos(1 - k*abs(x*z)) | asin(1 - k*abs(x*z)) | acosh(1 + x^2*k + x*z)
sqrt(abs(k*x*z)) | acos(1 - k*x^2) | sqrt(abs(x*sin(z))) | asin(1 - x^2)
acosh(1 + x^2 + z^2) | acos(cos(x*z)) | atan2(x*z, x)
""")
_TOKEN = re.compile(r"\s*(\d+\.?\d*(?:e-?\d+)?|[A-Za-z_]\w*|==|!=|<=|>=|[-+*/^(),<>])")
_RELATIONS = {
    "<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal", "==": "equal", "!=": "unequal",
}  # fmt: skip


def templated(draft: Draft, texts: Sequence[str]) -> int:
    """One of the texts as nodes of the draft, its holes filled."""
    text = draft.chance.choice(texts)
    if texts is BOUNDARIES:
        text = draft.chance.choice(USES).format(text)
    return _Reader(draft, text).whole()


class _Reader:
    """Recursive descent over one of our own short texts."""

    def __init__(self, draft: Draft, text: str) -> None:
        self.draft = draft
        self.words: list[str] = [*_TOKEN.findall(text), ""]
        self.place = 0
        chance = draft.chance
        self.holes = {
            "c": short_choice(chance, ("0.001", "0.01", "1e-6", "0.1", "1e-9", "0.0001")),
            "c7": short_choice(chance, ("0.001", "0.0137", "1e-6", "0.11")),
            "k": short_choice(chance, ("2", "0.7", "3.25", "9.76", "0.333", "5")),
            "k1c": short_choice(chance, ("0.999", "1.001", "0.99", "1.05", "0.9999")),
        }

    def whole(self) -> int:
        node = self._choice()
        assert self.words[self.place] == "", self.words[self.place :]
        return node

    def _take(self, *wanted: str) -> str:
        word = self.words[self.place]
        if word not in wanted:
            return ""
        self.place += 1
        return word

    def _expect(self, word: str) -> None:
        assert self._take(word), self.words[self.place :]

    def _choice(self) -> int:
        if not self._take("if"):
            return self._joined("or", lambda: self._joined("and", self._negation))
        condition = self._choice()
        self._expect("then")
        first = self._choice()
        self._expect("else")
        return self.draft.apply("if", condition, first, self._choice())

    def _joined(self, joining: str, part: Callable[[], int]) -> int:
        node = part()
        while self._take(joining):
            node = self.draft.apply(joining, node, part())
        return node

    def _negation(self) -> int:
        return self.draft.apply("not", self._negation()) if self._take("not") else self._relation()

    def _relation(self) -> int:
        left = self._sum()
        relation = self._take(*_RELATIONS)
        return self.draft.apply(_RELATIONS[relation], left, self._sum()) if relation else left

    def _sum(self) -> int:
        node = self._product()
        while sign := self._take("+", "-"):
            node = self.draft.apply("add" if sign == "+" else "sub", node, self._product())
        return node

    def _product(self) -> int:
        node = self._power()
        while sign := self._take("*", "/"):
            node = self.draft.apply("mul" if sign == "*" else "div", node, self._power())
        return node

    def _power(self) -> int:
        if self._take("-"):
            return self.draft.apply("neg", self._power())
        base = self._atom()
        return self.draft.apply("pow", base, self._power()) if self._take("^") else base

    def _atom(self) -> int:
        if self._take("("):
            node = self._choice()
            self._expect(")")
            return node
        word = self.words[self.place]
        self.place += 1
        if word[0].isdigit():
            return self.draft.number(Fraction(word))
        if self._take("("):
            operands = [self._choice()]
            while self._take(","):
                operands.append(self._choice())
            self._expect(")")
            return self.draft.apply(word, *operands)
        if word in self.holes:
            return self.draft.number(self.holes[word])
        names = [entry.name for entry in self.draft.inputs]
        if word in ("x", "z"):
            return names.index("x") if word == "x" else len(names) - 1
        return self.draft.apply(word)


def short_choice(chance: random.Random, texts: Sequence[str]) -> Fraction:
    """One of several numbers."""
    return Fraction(chance.choice(texts))
