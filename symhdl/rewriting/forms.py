"""Other forms of polynomials with the same values: divisors outside of sums, sums multiplied out, products shared."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from symhdl.rewriting.polynomials import Polynomials, Terms
from symhdl.rewriting.products import (
    Powers,
    Product,
    Rational,
    coefficients_of,
    divided,
    powers_of,
)

MOST_TERMS = 48
"""Of a sum that is multiplied out."""

MOST_DIGITS = 1 << 10
"""Of a coefficient, in bits, that is multiplied out."""


def with_divisors_outside(polynomials: Polynomials) -> Polynomials:
    """Sums that are factors, and have a divisor in some terms, as quotients: c/(1 + a/b) is c*b/(b + a)."""
    factors = _factors(polynomials)
    places: dict[int, Product] = {}
    sums: list[Terms] = []
    for variable, terms in enumerate(polynomials.sums, polynomials.inputs):
        moved = [_moved(term, places) for term in terms]
        below: dict[int, Rational] = {}
        if variable in factors and len(moved) > 1:
            for own, exponent in itertools.chain.from_iterable(term.powers for term in moved):
                if exponent < 0:
                    below[own] = min(exponent, below.get(own, 0))
        divisor = powers_of(below)
        sums.append(tuple(Product(c, divided(powers, divisor)) for c, powers in moved))
        if divisor:
            places[variable] = Product(1, powers_of({variable: 1, **below}))
    outputs = tuple(_moved(output, places) for output in polynomials.outputs)
    nonnegative = polynomials.nonnegative.difference(places)  # the sign may be the divisor's
    return replace(polynomials, sums=tuple(sums), outputs=outputs, nonnegative=nonnegative)


def _factors(polynomials: Polynomials) -> set[int]:
    """The variables that are multiplied or divided by, and of which no root is taken."""
    products = list(itertools.chain(polynomials.outputs, *polynomials.sums))
    powers = [power for product in products for power in product.powers]
    rooted = {variable for variable, exponent in powers if exponent.denominator > 1}
    alone = {p.powers[0] for p in products if len(p.powers) == 1 and p.powers[0][1] == 1}
    several = {power for product in products if len(product.powers) > 1 for power in product.powers}
    return {variable for variable, _ in {*powers} - alone | several} - rooted


def _moved(product: Product, places: dict[int, Product]) -> Product:
    """A product in which variables became products."""
    found = Product(product.coefficient)
    for variable, exponent in product.powers:
        place = places.get(variable)
        if place is None:
            found = found.times(Product(1, ((variable, exponent),)))
        else:
            found = found.times(place.to_whole(int(exponent)))
    return found


def multiplied_out(polynomials: Polynomials) -> Polynomials:
    """Sums that are factors of terms of other sums multiplied out, as far as these stay short."""
    expanded: dict[int, Terms] = {}
    for variable, terms in enumerate(polynomials.sums, polynomials.inputs):
        found: list[Product] = []
        for term in terms:
            found += _expanded(term, expanded)
        expanded[variable] = _collected(found) if len(terms) > 1 else terms
    last = len(polynomials.sums)
    sums = list(expanded.values())
    outputs: list[Product] = []
    for output in polynomials.outputs:
        terms = _collected(_expanded(output, expanded))
        if len(terms) == 1:
            outputs.append(terms[0])
            continue
        sums.append(terms)
        outputs.append(Product(1, ((polynomials.inputs + last, 1),)))
        last += 1
    return replace(polynomials, sums=tuple(sums), outputs=tuple(outputs))


def _expanded(product: Product, expanded: dict[int, Terms]) -> list[Product]:
    """A product of sums as products without those that may be multiplied out."""
    found = [Product(product.coefficient)]
    for variable, exponent in product.powers:
        terms = expanded.get(variable)
        whole = int(exponent) if exponent.denominator == 1 and exponent > 0 else 0
        is_short = terms is not None and len(found) * len(terms) ** min(whole, 8) <= MOST_TERMS
        if terms is None or not whole or not is_short:
            found = [each.times(Product(1, ((variable, exponent),))) for each in found]
            continue
        for _ in range(whole):
            found = list(_collected([a.times(b) for a in found for b in terms]))
        if any(_digits(each.coefficient) > MOST_DIGITS for each in found):
            return [product]
    return found


def _digits(value: Rational) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def _collected(terms: Sequence[Product]) -> Terms:
    """The terms with those of equal powers added."""
    found = tuple(Product(c, powers) for powers, c in coefficients_of(terms).items() if c)
    return found or (Product(0),)


def with_shared_products(polynomials: Polynomials) -> Polynomials:
    """Products of two variables that several products have as variables of their own, the most frequent first."""
    sums = [list(terms) for terms in polynomials.sums]
    outputs = list(polynomials.outputs)
    shared: list[tuple[int, int]] = []
    variable = polynomials.inputs + len(sums)
    while True:
        rows = [outputs, *sums]
        counts = Counter(
            pair for powers in {p.powers for row in rows for p in row} for pair in _pairs(powers)
        )
        pair, count = max(counts.items(), key=lambda each: (each[1], each[0]), default=((0, 0), 0))
        if count < 2:
            break
        for row in rows:
            row[:] = [_with_pair(product, pair, variable) for product in row]
        shared.append(pair)
        variable += 1
    if not shared:
        return polynomials
    return _in_order(polynomials, sums, outputs, shared)


def _pairs(powers: Powers) -> list[tuple[int, int]]:
    """The pairs of factors of a product of at least three."""
    whole = [v for v, exponent in powers if type(exponent) is int and exponent > 0]
    is_large = len(whole) > 2 or any(
        exponent > 1 for _, exponent in powers if type(exponent) is int
    )
    return list(itertools.combinations(whole, 2)) if is_large or len(whole) == 2 else []


def _with_pair(product: Product, pair: tuple[int, int], variable: int) -> Product:
    exponents = dict(product.powers)
    own = [exponents.get(each, 0) for each in pair]
    if not all(type(exponent) is int and exponent > 0 for exponent in own):
        return product
    times = min(own)
    for each in pair:
        exponents[each] -= times
    exponents[variable] = times
    return Product(product.coefficient, powers_of(exponents))


def _in_order(
    polynomials: Polynomials,
    sums: list[list[Product]],
    outputs: list[Product],
    shared: list[tuple[int, int]],
) -> Polynomials:
    """The polynomials with every variable behind those that it is made of."""
    first = polynomials.inputs + len(sums)
    rows: dict[int, Terms] = {
        variable: tuple(terms) for variable, terms in enumerate(sums, polynomials.inputs)
    }
    for variable, pair in enumerate(shared, first):
        rows[variable] = (Product(1, tuple((each, 1) for each in sorted(pair))),)
    new: dict[int, int] = {variable: variable for variable in range(polynomials.inputs)}
    waiting = list(reversed(rows))
    while waiting:
        variable = waiting[-1]
        needed = [v for term in rows[variable] for v, _ in term.powers if v not in new]
        if variable in new or not needed:
            waiting.pop()
            new.setdefault(variable, len(new))
        waiting += needed if variable not in new else []
    ordered = sorted(rows, key=new.__getitem__)

    def renamed(product: Product) -> Product:
        return Product(product.coefficient, powers_of({new[v]: e for v, e in product.powers}))

    return Polynomials(
        polynomials.inputs,
        tuple(tuple(renamed(term) for term in rows[variable]) for variable in ordered),
        tuple(renamed(output) for output in outputs),
        frozenset(new[v] for v in polynomials.nonnegative),
    )
