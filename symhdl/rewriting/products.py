"""Products as a number and powers of variables, whose exponents are rational: what factoring works on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

Rational = Fraction | int  # integers where they do, since they are much faster

Powers = tuple[tuple[int, Rational], ...]
"""Variables, in order, and their exponents, none of which is 0."""


class Product(NamedTuple):
    """A number times powers of variables."""

    coefficient: Rational = 1
    powers: Powers = ()

    @property
    def is_variable(self) -> bool:
        """Whether it is a variable as it is."""
        return self.coefficient == 1 and len(self.powers) == 1 and self.powers[0][1] == 1

    @property
    def joins(self) -> bool:
        """Whether it has a high power, or several that are more than a factor: their roots or inverses may be one."""
        exponents = [exponent for _, exponent in self.powers if exponent != 1]
        return len(exponents) > 1 or any(not -2 <= exponent <= 2 for exponent in exponents)

    def times(self, other: Product) -> Product:
        """The product of both; what cancels is gone."""
        coefficient = _multiplied(self.coefficient, other.coefficient)
        if not self.powers or not other.powers:
            return Product(coefficient, self.powers or other.powers)
        exponents: dict[int, Rational] = dict(self.powers)
        for variable, exponent in other.powers:
            exponents[variable] = exponents.get(variable, 0) + exponent
        return Product(coefficient, powers_of(exponents))

    def to_whole(self, exponent: int) -> Product:
        """The power with a whole exponent; the coefficient is not 0 where that is negative."""
        coefficient = Fraction(self.coefficient) ** exponent if self.coefficient != 1 else 1
        powers = tuple((variable, lowest(own * exponent)) for variable, own in self.powers)
        return Product(coefficient, powers if exponent else ())


def _multiplied(a: Rational, b: Rational) -> Rational:
    """a * b; most often one of them is 1, and products of fractions are slow."""
    if a == 1:
        return b
    return a if b == 1 else a * b


def lowest(value: Rational) -> Rational:
    """The number as an integer where it is one."""
    return value.numerator if value.denominator == 1 else value


def powers_of(exponents: Mapping[int, Rational]) -> Powers:
    """The powers with these exponents, without those that are 0."""
    return tuple(sorted((v, lowest(e)) for v, e in exponents.items() if e))


def coefficients_of(terms: Iterable[Product]) -> dict[Powers, Rational]:
    """The coefficients of a sum, by powers; terms with equal powers are added."""
    found: dict[Powers, Rational] = {}
    for coefficient, powers in terms:
        found[powers] = found.get(powers, 0) + coefficient
    return found


def divided(powers: Powers, divisor: Powers) -> Powers:
    """The quotient of two products of powers."""
    exponents: dict[int, Rational] = dict(powers)
    for variable, exponent in divisor:
        exponents[variable] = exponents.get(variable, 0) - exponent
    return powers_of(exponents)


def common_powers(products: Iterable[Powers]) -> Powers:
    """The powers that all of the products have, of each the one that is nearest to 1."""
    first, *others = products
    common: dict[int, Rational] = dict(first)
    for powers in others:
        exponents = dict(powers)
        for variable in list(common):
            nearest = _nearest(common[variable], exponents.get(variable, 0))
            if nearest:
                common[variable] = nearest
            else:
                del common[variable]
        if not common:
            break
    return powers_of(common)


def _nearest(a: Rational, b: Rational) -> Rational:
    """That of two exponents of one sign that is nearest to 0; 0 if they are not of one sign."""
    if a > 0 and b > 0:
        return min(a, b)
    return max(a, b) if a < 0 and b < 0 else 0


def size_of(powers: Powers) -> float:
    """How many factors the powers are, roots counting as parts of one."""
    return sum(abs(float(exponent)) for _, exponent in powers)
