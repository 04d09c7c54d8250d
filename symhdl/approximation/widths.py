"""How many bits the coefficients, products and operands of a Horner evaluation keep, and the error that follows.

The hardware computes, with tau's lower bits dropped differently in each step,

    acc_d = C_d,    acc_i = floor(C_i + acc_{i+1} * tau_{i+1})  (i = d-1 .. 0),

where acc_i is cut to `accumulators[i]` fractional bits, C_i is a table of integers with `coefficients[i]`
fractional bits and tau_i = tau with the lowest `dropped[i]` bits cut. Products are sums of multiples of acc_i by pairs
of bits of tau_i, and may do without the columns below their `products[i]` fractional bits: a multiple by the bits from
place p on, with L columns left out, lacks up to 3 (2**L - 2**p) units of the last column. Cutting loses between 0 and
one unit, half a unit on average; the averages are part of the polynomial (they are folded into the tables), so what is
left is

- at most half a unit of acc_i for the cut of the sum (that of the product comes with it: two floors in a row are one),
- at most half of what the product's columns may lack,
- at most |acc_i| * eta_i for tau_i, where eta_i is half of what cutting takes from tau,

each carried on by factors |tau| <= 1. With eta_i the averages, the polynomial that is evaluated is

    p(tau) = c_0 + (tau - eta_1) (c_1 + (tau - eta_2) (c_2 + ...)).

After de Dinechin, Joldes and Pasca, "Automatic generation of polynomial-based hardware architectures for function
evaluation", ASAP 2010.
"""

from __future__ import annotations

from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from symhdl.approximation.approximation import exponent_of
from symhdl.numeric.fixed import power_of_two

DIGIT_BITS = 2  # of tau, for each multiple
WHOLE = 1 << 30  # fractional bits of products that no product has
DIGIT = (1 << DIGIT_BITS) - 1
CARELESS = DIGIT / DIGIT_BITS / 2
"""Times a unit of the lowest column that is left: a bound of half of what each column that is left out may lack."""
NARROW = 4.0  # less than a quarter of the error left beside the result's cut takes more bits


class Widths(Struct, frozen=True, gc=False):
    """Fractional bits of coefficients, accumulators and products, and dropped bits of tau, by power.

    `accumulators[0]` is the fraction of the result, the last accumulator is the last coefficient.
    `dropped[0]` means nothing, and neither does `products[0]`; products of fewer bits than these are whole.
    """

    offset_bits: int
    coefficients: tuple[int, ...]
    accumulators: tuple[int, ...]
    dropped: tuple[int, ...]
    products: tuple[int, ...]

    @property
    def degree(self) -> int:
        """The degree of the polynomial."""
        return len(self.coefficients) - 1

    def is_cut(self, power: int) -> bool:
        """Whether the sum of that power loses bits."""
        if power == self.degree:
            return False
        product = self.product_fraction(power + 1)
        return max(product, self.coefficients[power]) > self.accumulators[power]

    def operand_bits(self, power: int) -> int:
        """The bits of the tau that multiplies acc_power, its sign included."""
        return self.offset_bits - self.dropped[power]

    def operand_fraction(self, power: int) -> int:
        """Fractional bits of the tau that multiplies acc_power."""
        return self.offset_bits - 1 - self.dropped[power]

    def left_out(self, power: int) -> int:
        """How many columns the product of acc_power is without; its uppermost multiple, with the sign, is whole."""
        most = (self.operand_bits(power) - 1) // DIGIT_BITS * DIGIT_BITS
        return max(0, min(most, self._whole_fraction(power) - self.products[power]))

    def product_fraction(self, power: int) -> int:
        """Fractional bits of what is left of the product of acc_power."""
        return self._whole_fraction(power) - self.left_out(power)

    def _whole_fraction(self, power: int) -> int:
        return self.accumulators[power] + self.operand_fraction(power)

    def lacking(self, power: int) -> Fraction:
        """What the columns that are left out of the product of acc_power lack at most."""
        left_out = self.left_out(power)
        places = range(0, left_out, DIGIT_BITS)
        units = sum(DIGIT * ((1 << left_out) - (1 << place)) for place in places)
        return units * power_of_two(-self._whole_fraction(power))

    def eta(self, power: int) -> Fraction:
        """What cutting takes from tau before it multiplies acc_power, on average; the same again at most."""
        if self.dropped[power] == 0:
            return Fraction(0)
        return power_of_two(self.dropped[power] - self.offset_bits)

    def bias(self, power: int) -> Fraction:
        """What acc_power lacks on average; half a unit if it is cut, and half of what its product may lack."""
        if power == self.degree:
            return Fraction(0)
        cut = power_of_two(-self.accumulators[power] - 1) if self.is_cut(power) else Fraction(0)
        return cut + self.lacking(power + 1) / 2


def evaluation_errors(widths: Widths, sizes: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    """Proved bounds of |acc_i - p_i(tau)| by power; `sizes` bound the exact |p_i(tau)|."""
    errors = [Fraction(0)] * (widths.degree + 1)
    for power in range(widths.degree, 0, -1):
        errors[power - 1] = (
            errors[power] + sizes[power] * widths.eta(power) + widths.bias(power - 1)
        )
    return tuple(errors)


def estimated_error(widths: Widths, sizes: tuple[float, ...]) -> float:
    """The evaluation error and the worst effect of rounding the coefficients, in floats.

    The rounding of coefficient i > 1 is mostly absorbed by lower ones: the rest is T_i / 2**(i-1).
    """
    total = 0.5 * 2.0 ** -widths.coefficients[0]
    for power in range(widths.degree, 0, -1):
        if widths.dropped[power]:
            total += sizes[power] * 2.0 ** (widths.dropped[power] - widths.offset_bits)
        if widths.is_cut(power - 1):
            total += 2.0 ** (-widths.accumulators[power - 1] - 1)
        left_out = widths.left_out(power)
        if left_out:
            total += CARELESS * left_out * 2.0 ** -widths.product_fraction(power)
        total += 2.0 ** (-widths.coefficients[power] - power)
    return total


def narrowest_widths(
    offset_bits: int, fraction: int, budget: float, sizes: tuple[float, ...], share: float = 0.0
) -> Widths | None:
    """Widths with an estimated error within the budget that cannot be narrowed further; None if there are none.

    Columns that are left out of products take about a `share` of what is left beside the result's cut.
    """
    degree = len(sizes) - 1
    if degree == 0:
        widths = Widths(offset_bits, (fraction,), (fraction,), (0,), (WHOLE,))
        return widths if estimated_error(widths, sizes) <= budget else None
    spare = budget - 2.0 ** (-fraction - 1)  # beside the cut of the result
    if spare <= 0:
        return None
    guarded = max(fraction, -exponent_of(min(budget, NARROW * spare))) + 4 + degree.bit_length()
    dropped = [0] + [
        min(offset_bits - 1, max(0, offset_bits - guarded - exponent_of(size)))
        for size in sizes[1:]
    ]
    product = WHOLE
    if share:
        # About as many columns as there are bits of tau are left out.
        product = 1 - exponent_of(share * spare / degree / (CARELESS * offset_bits))
    widths = Widths(
        offset_bits, (guarded,) * (degree + 1), (fraction,) + (guarded,) * degree, tuple(dropped),
        (product,) * (degree + 1),
    )  # fmt: skip
    if estimated_error(widths, sizes) > budget:
        return None
    return _narrowed(widths, budget, sizes)


def _narrowed(widths: Widths, budget: float, sizes: tuple[float, ...]) -> Widths:
    """Takes a bit here and a bit there, in turn, as long as the estimate stays within the budget."""
    while True:
        before = widths
        for power in range(widths.degree, -1, -1):
            for candidate in _narrower(widths, power):
                if estimated_error(candidate, sizes) <= budget:
                    widths = candidate
                    break
        if widths == before:
            return widths


def _narrower(widths: Widths, power: int) -> tuple[Widths, ...]:
    """The ways to take a bit at one power, the most profitable first."""
    coefficients, accumulators = widths.coefficients, widths.accumulators
    fewer_coefficients = _less(coefficients, power)
    if power == 0:
        if coefficients[0] <= accumulators[0]:
            return ()
        return (replace(widths, coefficients=fewer_coefficients),)
    fewer = replace(
        widths, coefficients=fewer_coefficients, accumulators=_less(accumulators, power)
    )
    found = [fewer]
    if power < widths.degree and coefficients[power] > accumulators[power]:
        found.append(replace(widths, coefficients=fewer_coefficients))
    if widths.dropped[power] < widths.offset_bits - 1:
        dropped = list(widths.dropped)
        dropped[power] += 1
        found.append(replace(widths, dropped=tuple(dropped)))
    return tuple(found)


def _less(values: tuple[int, ...], index: int) -> tuple[int, ...]:
    return (*values[:index], values[index] - 1, *values[index + 1 :])
