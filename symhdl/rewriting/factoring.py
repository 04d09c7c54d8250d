"""Factors polynomials: irreducible factors, else the factor that saves most, again and again; equal sums are one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from flint import Ordering, fmpq, fmpq_mpoly_ctx

from symhdl.rewriting.polynomials import Polynomials, Terms
from symhdl.rewriting.products import (
    Powers,
    Product,
    Rational,
    coefficients_of,
    common_powers,
    divided,
    lowest,
    powers_of,
    size_of,
)

MOST_TERMS, MOST_VARIABLES, HIGHEST_POWER = 24, 8, 8
"""Of a sum whose irreducible factors are looked for."""

MOST_WORK, WORK_PER_TERM = 4_000, 64
"""How many powers are looked at at most, for all sums of a cluster."""

Factors = Sequence[tuple[Mapping[Powers, Rational], int]]

Key = tuple[tuple[Powers, Rational], ...]


def factored(
    polynomials: Polynomials, weights: Sequence[float], first: int | None, depth: int
) -> Polynomials:
    """The polynomials with all sums factored; `weights` tell what a product with each variable takes.

    No sum is made of another one more than `depth` times. With `first` this variable is a factor before all others
    wherever it is one of several terms. Greedy Horner forms (Ceberio and Kreinovich, SIAM Review 2004) of what has no
    factors, in which sums that are multiples of each other are one (Hosangadi, Fallah and Kastner, IEEE TCAD 2006).
    """
    inputs = {v for v in polynomials.nonnegative if v < polynomials.inputs}
    work = MOST_WORK + WORK_PER_TERM * sum(map(len, polynomials.sums))
    factoring = _Factoring(polynomials.inputs, inputs, weights, first, depth, work)
    for variable, terms in enumerate(polynomials.sums, polynomials.inputs):
        value = factoring.sum(factoring.moved(term) for term in terms)
        factoring.places[variable] = value
        if variable in polynomials.nonnegative and value.is_variable:
            factoring.nonnegative.add(value.powers[0][0])
    outputs = tuple(factoring.moved(output) for output in polynomials.outputs)
    sums = tuple(factoring.sums)
    return Polynomials(polynomials.inputs, sums, outputs, frozenset(factoring.nonnegative))


@dataclass(slots=True)
class _Factoring:
    """Sums that were factored; `places` are the products that older variables became."""

    inputs: int
    nonnegative: set[int]
    weights: Sequence[float]
    first: int | None
    most_depth: int
    work: int
    sums: list[Terms] = field(default_factory=list)
    places: dict[int, Product] = field(default_factory=dict)
    _known: dict[Key, tuple[int, Rational]] = field(default_factory=dict)
    _products: dict[Product, int] = field(default_factory=dict)

    def moved(self, product: Product) -> Product:
        """An old product in new variables."""
        coefficient, inputs = product.coefficient, []
        found = Product(coefficient)
        for variable, exponent in product.powers:
            if variable < self.inputs:
                inputs.append((variable, exponent))
            else:
                found = found.times(self.power(self.places[variable], exponent))
        return found.times(Product(1, tuple(inputs)))

    def power(self, product: Product, exponent: Rational) -> Product:
        """A power of a product: of each factor where the exponent is whole, or none of them can be negative."""
        is_whole = exponent.denominator == 1
        if is_whole and (product.coefficient or exponent > 0):
            return product.to_whole(int(exponent))
        splits = product.coefficient == 1 and all(v in self.nonnegative for v, _ in product.powers)
        if not splits:
            product = self._as_it_is(product)
            if not is_whole:
                self.nonnegative.add(product.powers[0][0])
        return Product(1, tuple((v, lowest(own * exponent)) for v, own in product.powers))

    def sum(self, terms: Iterable[Product]) -> Product:
        """A sum as a product, whose factors may be sums."""
        return self._factored(coefficients_of(terms))

    def _factored(self, collected: Mapping[Powers, Rational], depth: int = 0) -> Product:
        left = {powers: c for powers, c in collected.items() if c}
        if not left:
            return Product(0)
        common = common_powers(left)
        if len(left) > 1 and self._is_of_one(left):
            common = ()
        if common:
            left = {divided(powers, common): c for powers, c in left.items()}
        if len(left) == 1:
            ((powers, coefficient),) = left.items()
            return Product(lowest(coefficient), common).times(Product(1, powers))
        factors = irreducible_factors(left)
        if factors:
            return self._of_factors(*factors, depth).times(Product(1, common))
        return self._grouped(left, depth).times(Product(1, common))

    def _of_factors(self, constant: Rational, factors: Factors, depth: int) -> Product:
        """A product of sums; a change of sign goes into one of them."""
        found = Product(constant)
        for factor, exponent in factors:
            terms = factor
            if found.coefficient < 0 and exponent % 2:
                terms = {powers: -c for powers, c in factor.items()}
                found = Product(-found.coefficient, found.powers)
            found = found.times(self._grouped(terms, depth).to_whole(exponent))
        return found

    def _grouped(self, left: Mapping[Powers, Rational], depth: int) -> Product:
        """A sum of several terms without a factor of all of them."""
        terms = dict(left)
        while depth < self.most_depth and (best := self._best(terms)) is not None:
            group = [powers for powers in terms if _has(powers, *best)]
            common = common_powers(group)
            rest = {divided(powers, common): terms[powers] for powers in group}
            product = self._factored(rest, depth + 1).times(Product(1, common))
            for powers in group:
                del terms[powers]
            terms[product.powers] = terms.get(product.powers, 0) + product.coefficient
            if not terms[product.powers]:
                del terms[product.powers]
            if len(terms) <= 1:
                return self._factored(terms, depth)
        return self._variable(tuple(Product(lowest(c), p) for p, c in terms.items()))

    def _best(self, terms: Mapping[Powers, Rational]) -> tuple[int, bool] | None:
        """The variable, and whether it is a divisor, that saves most as a factor of several terms."""
        if self.work < 0:
            return None
        counts: Counter[tuple[int, bool]] = Counter()
        mixed: set[tuple[int, bool]] = set()
        for powers in terms:
            own = [(variable, exponent < 0) for variable, exponent in powers]
            self.work -= len(own)
            counts.update(own)
            if len(own) > 1:
                mixed.update(own)
        several = [each for each, count in counts.items() if count > 1 and each in mixed]
        if not several:
            return None
        preferred = [each for each in several if each[0] == self.first]
        return max(
            preferred or several,
            key=lambda each: ((counts[each] - 1) * self._weight(each[0]), -each[0], each[1]),
        )

    @staticmethod
    def _is_of_one(terms: Iterable[Powers]) -> bool:
        """Whether terms are of one variable alone, which may be one function."""
        return len({variable for powers in terms for variable, _ in powers}) == 1

    def _weight(self, variable: int) -> float:
        return self.weights[variable] if variable < len(self.weights) else max(self.weights)

    def _as_it_is(self, product: Product) -> Product:
        """A product as a variable."""
        if product not in self._products:
            self.sums.append((product,))
            self._products[product] = self.inputs + len(self.sums) - 1
        return Product(1, ((self._products[product], 1),))

    def _variable(self, terms: Terms) -> Product:
        """A sum as a multiple of a variable; sums that are multiples of each other are multiples of one."""
        sizes: set[Rational] = {max(c, -c) for c, _ in terms}
        lead = max(terms, key=lambda term: (size_of(term.powers), term.powers)).coefficient
        key = tuple(sorted((t.powers, Fraction(t.coefficient) / lead) for t in terms))
        if key not in self._known:
            own: Rational = sizes.pop() if len(sizes) == 1 else 1
            self.sums.append(
                tuple(Product(lowest(Fraction(t.coefficient) / own), t.powers) for t in terms)
            )
            self._known[key] = self.inputs + len(self.sums) - 1, lowest(Fraction(lead) / own)
        variable, known_lead = self._known[key]
        return Product(lowest(Fraction(lead) / known_lead), ((variable, 1),))


def _has(powers: Powers, variable: int, is_divisor: bool) -> bool:
    return any(v == variable and (exponent < 0) is is_divisor for v, exponent in powers)


def irreducible_factors(
    terms: Mapping[Powers, Rational],
) -> tuple[Rational, Factors] | None:
    """A number and the irreducible factors over the rationals with their exponents; None where there is only one.

    None of what has roots or quotients, or is too large.
    """
    variables = sorted({variable for powers in terms for variable, _ in powers})
    exponents = [exponent for powers in terms for _, exponent in powers]
    is_polynomial = all(type(e) is int and 0 < e <= HIGHEST_POWER for e in exponents)
    if not is_polynomial or len(terms) > MOST_TERMS or not 1 < len(variables) <= MOST_VARIABLES:
        return None
    place = {variable: k for k, variable in enumerate(variables)}
    rows = {}
    for powers, coefficient in terms.items():
        row = [0] * len(variables)
        for variable, exponent in powers:
            row[place[variable]] = int(exponent)
        rows[tuple(row)] = fmpq(coefficient.numerator, coefficient.denominator)
    context = fmpq_mpoly_ctx.get([f"v{k}" for k in range(len(variables))], Ordering.lex)
    constant, found = context.from_dict(rows).factor()
    if len(found) == 1 and found[0][1] == 1:
        return None
    factors = [
        (
            {
                powers_of(dict(zip(variables, row, strict=True))): _fraction(c)
                for row, c in factor.to_dict().items()
            },
            int(exponent),
        )
        for factor, exponent in found
    ]
    return _fraction(constant), factors


def _fraction(value: fmpq) -> Rational:
    return lowest(Fraction(int(value.p), int(value.q)))
