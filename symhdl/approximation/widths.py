"""How many bits the coefficients, products and operands of a Horner evaluation keep, and the error that follows.

The hardware computes, with tau's lower bits dropped differently in each step,

    acc_d = C_d,    acc_i = floor(C_i + acc_{i+1} * tau_{i+1})  (i = d-1 .. 0),

where acc_i is cut to `accumulators[i]` fractional bits, C_i is a table of integers with `coefficients[i]`
fractional bits and tau_i = tau with the lowest `dropped[i]` bits cut. Cutting loses between 0 and one unit, half a
unit on average; the averages are part of the polynomial (they are folded into the tables), so what is left is

- at most half a unit of acc_i for the cut of the sum (that of the product comes with it: two floors in a row are one),
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

NARROW = 4.0  # less than a quarter of the error left beside the result's cut takes more bits


class Widths(Struct, frozen=True, gc=False):
    """Fractional bits of coefficients and accumulators, and dropped bits of tau, by power.

    `accumulators[0]` is the fraction of the result, the last accumulator is the last coefficient.
    `dropped[0]` means nothing.
    """

    offset_bits: int
    coefficients: tuple[int, ...]
    accumulators: tuple[int, ...]
    dropped: tuple[int, ...]

    @property
    def degree(self) -> int:
        """The degree of the polynomial."""
        return len(self.coefficients) - 1

    def is_cut(self, power: int) -> bool:
        """Whether the sum of that power loses bits."""
        if power == self.degree:
            return False
        product = self.accumulators[power + 1] + self.operand_fraction(power + 1)
        return max(product, self.coefficients[power]) > self.accumulators[power]

    def operand_fraction(self, power: int) -> int:
        """Fractional bits of the tau that multiplies acc_power."""
        return self.offset_bits - 1 - self.dropped[power]

    def eta(self, power: int) -> Fraction:
        """What cutting takes from tau before it multiplies acc_power, on average; the same again at most."""
        if self.dropped[power] == 0:
            return Fraction(0)
        return power_of_two(self.dropped[power] - self.offset_bits)

    def bias(self, power: int) -> Fraction:
        """What cutting takes from acc_power on average; half a unit."""
        return power_of_two(-self.accumulators[power] - 1) if self.is_cut(power) else Fraction(0)


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
        total += 2.0 ** (-widths.coefficients[power] - power)
    return total


def narrowest_widths(
    offset_bits: int, fraction: int, budget: float, sizes: tuple[float, ...]
) -> Widths | None:
    """Widths with an estimated error within the budget that cannot be narrowed further; None if there are none."""
    degree = len(sizes) - 1
    if degree == 0:
        widths = Widths(offset_bits, (fraction,), (fraction,), (0,))
        return widths if estimated_error(widths, sizes) <= budget else None
    spare = budget - 2.0 ** (-fraction - 1)  # beside the cut of the result
    if spare <= 0:
        return None
    guarded = max(fraction, -exponent_of(min(budget, NARROW * spare))) + 4 + degree.bit_length()
    dropped = [0] + [
        min(offset_bits - 1, max(0, offset_bits - guarded - exponent_of(size)))
        for size in sizes[1:]
    ]
    widths = Widths(
        offset_bits, (guarded,) * (degree + 1), (fraction,) + (guarded,) * degree, tuple(dropped)
    )
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
