"""Arrays of real intervals with outward rounding: the arithmetic of all range and error proofs.

Sums are exact where floating point is (error-free transformation, Knuth 1969), products of short
numbers too, so that a bound such as 0 survives; everything else is rounded outward. Transcendental
functions come from balls.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import chain
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from flint import arb, ctx
from msgspec import Struct

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Number = TypeVar("Number", float, Floats)
BallFunction = Callable[[arb], arb]
_Images = tuple[Floats, Floats]  # of points under a function: the middles and radii of balls

_LARGEST = float(np.finfo(np.float64).max)
_BEYOND_SINGLE = (1 << 29) - 1  # the bits of a float that one of single precision has not
_EVERYWHERE = np.ones(1, dtype=bool)
_SAFE_LOW, _SAFE_HIGH = 1e-30, 1e30  # where floats of single precision have all their bits


def _sum(a: Number, b: Number) -> tuple[Number, Number]:
    """The rounded sum and its exact error (Knuth's TwoSum); that of an infinite sum is nan."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def _are_finite(low: Floats, high: Floats) -> bool:
    """Whether all ends are, of which none is above the other: an undefined one is neither above nor below."""
    return bool(np.minimum.reduce(low) > -math.inf and np.maximum.reduce(high) < math.inf)


def _sum_of_two(a: float, b: float, c: float, d: float) -> Intervals:
    """[a, b] + [c, d], as the sum of arrays has it."""
    low, lost = _sum(a, c)
    if lost < 0:
        low = math.nextafter(low, -math.inf)
    high, lost = _sum(b, d)
    if lost > 0:
        high = math.nextafter(high, math.inf)
    return Intervals.between(
        _LARGEST if low > _LARGEST else low, -_LARGEST if high < -_LARGEST else high
    )


def _product_of_two(a: float, b: float, c: float, d: float) -> Intervals | None:
    """[a, b] * [c, d], as the product of arrays has it; None where some end is infinite or undefined."""
    factors = ((a, c), (a, d), (b, c), (b, d))
    products = (a * c, a * d, b * c, b * d)
    if not all(map(math.isfinite, products)):
        return None
    low, high = min(products), max(products)
    exact = all(map(_is_short, (a, b, c, d)))
    sure = not any(r == 0 and p and q for r, (p, q) in zip(products, factors, strict=True))
    if not (exact or (low == 0 and sure)):
        low = math.nextafter(low, -math.inf)
    if not (exact or (high == 0 and sure)):
        high = math.nextafter(high, math.inf)
    return Intervals.between(low, high)


def _product_with_one(many: Intervals, c: float, d: float) -> Intervals | None:
    """The intervals times [c, d], as the product of arrays has it; None where some end is infinite or undefined.

    The signs of c and d tell which of the corners are the ends.
    """
    a, b = many.lower, many.upper
    with np.errstate(invalid="ignore", over="ignore"):
        ac, bc = a * c, b * c
        ad, bd = (ac, bc) if c == d else (a * d, b * d)
        if c == d:
            low, high = (ac, bc) if c >= 0 else (bc, ac)
        elif c >= 0:
            low, high = np.minimum(ac, ad), np.maximum(bc, bd)
        elif d <= 0:
            low, high = np.minimum(bc, bd), np.maximum(ac, ad)
        else:
            low, high = np.minimum(ad, bc), np.maximum(ac, bd)
        if not _are_finite(low, high):
            return None
        below, above = np.nextafter(low, -np.inf), np.nextafter(high, np.inf)
        short = _is_short(c) and _is_short(d) and _all_short(a, b)
    if short is not False:
        np.copyto(below, low, where=short)
        np.copyto(above, high, where=short)
    if np.count_nonzero(low) < low.size or np.count_nonzero(high) < high.size:
        sure = _are_sure(((ac, a, c), (bc, b, c), (ad, a, d), (bd, b, d)))
        np.copyto(below, low, where=(low == 0) & sure)
        np.copyto(above, high, where=(high == 0) & sure)
    return Intervals(below, above)


def _are_sure(products: Sequence[tuple[Floats, Floats, float]]) -> Mask | bool:
    """Where no product of two numbers other than 0 is 0, as one that is too small for a float."""
    counts = np.count_nonzero
    if all(not b or counts(product) == counts(a) for product, a, b in products):
        return True
    return ~_any_lost([product for product, _, _ in products], [(a, b) for _, a, b in products])


def _is_short(a: float) -> bool:
    """Whether a float has at most 24 significant bits: products of two such are exact in double precision."""
    return a == 0 or (
        _SAFE_LOW < abs(a) < _SAFE_HIGH and math.ldexp(math.frexp(a)[0], 24).is_integer()
    )


def _all_short(*ends: Floats) -> Mask:
    """Where all of the ends are short; one after the other, because most often the first is not."""
    short = _EVERYWHERE
    for a in ends:
        short = short & (a.view(np.int64) & _BEYOND_SINGLE == 0)
        if not np.count_nonzero(short):
            break
        size = np.abs(a)
        short &= ((size > _SAFE_LOW) & (size < _SAFE_HIGH)) | (a == 0)
    return short


def _any_lost(products: Sequence[Floats], factors: Sequence[tuple[Floats, Floats | float]]) -> Mask:
    """Where some product of two numbers other than 0 is 0, since it is too small for a float."""
    lost: Mask = np.zeros(1, dtype=bool)
    for product, (a, b) in zip(products, factors, strict=True):
        gone = product == 0
        if gone.any():
            lost = lost | (gone & (a != 0) & (b != 0))
    return lost


def fraction_below(value: Fraction) -> float:
    """The largest float that is not above the fraction (or nearly the largest)."""
    nearest = _to_float(value)
    if math.isinf(nearest):
        return math.nextafter(nearest, -math.inf) if nearest > 0 else nearest
    # In integers, since fractions are compared much more slowly.
    numerator, denominator = nearest.as_integer_ratio()
    if numerator * value.denominator <= value.numerator * denominator:
        return nearest
    return math.nextafter(nearest, -math.inf)


def fraction_above(value: Fraction) -> float:
    """The smallest float that is not below the fraction."""
    return 0.0 - fraction_below(-value)  # which has no negative zero


def _to_float(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


class Intervals(Struct, frozen=True, eq=False, gc=False):
    """Closed intervals, one per box: arrays of one shape; nan marks an empty or undefined value."""

    lower: Floats
    upper: Floats

    @staticmethod
    def of(lower: Fraction, upper: Fraction) -> Intervals:
        """One interval that holds both fractions."""
        return Intervals(np.array([fraction_below(lower)]), np.array([fraction_above(upper)]))

    @staticmethod
    def between(lower: float, upper: float) -> Intervals:
        """One interval with float ends."""
        return Intervals(np.array([lower]), np.array([upper]))

    @property
    def magnitude(self) -> Floats:
        """The largest absolute value of each interval."""
        return np.maximum(np.abs(self.lower), np.abs(self.upper))

    @property
    def mignitude(self) -> Floats:
        """The smallest absolute value of each interval."""
        inside = (self.lower <= 0) & (self.upper >= 0)
        return np.where(inside, 0.0, np.minimum(np.abs(self.lower), np.abs(self.upper)))

    @property
    def finite(self) -> npt.NDArray[np.bool_]:
        """Where both ends are finite numbers."""
        return np.isfinite(self.lower) & np.isfinite(self.upper)

    def hull(self) -> tuple[float, float]:
        """The ends of the union of all."""
        return float(self.lower.min()), float(self.upper.max())

    def __neg__(self) -> Intervals:
        return Intervals(-self.upper, -self.lower)

    def __add__(self, other: Intervals) -> Intervals:
        if self.lower.size == other.lower.size == 1:
            ends = (self.lower, self.upper, other.lower, other.upper)
            return _sum_of_two(*(end.item() for end in ends))
        with np.errstate(invalid="ignore", over="ignore"):
            low, low_lost = _sum(self.lower, other.lower)
            high, high_lost = _sum(self.upper, other.upper)
            np.nextafter(low, -np.inf, out=low, where=low_lost < 0)
            np.nextafter(high, np.inf, out=high, where=high_lost > 0)
            return _bounded_by_floats(low, high)

    def __sub__(self, other: Intervals) -> Intervals:
        return self + (-other)

    def __mul__(self, other: Intervals) -> Intervals:
        a, b, c, d = self.lower, self.upper, other.lower, other.upper
        if a.size == c.size == 1:
            product = _product_of_two(a.item(), b.item(), c.item(), d.item())
            return product or _unbounded_product(self, other)
        if a.size == 1 or c.size == 1:
            many, one = (other, self) if a.size == 1 else (self, other)
            product = _product_with_one(many, one.lower.item(), one.upper.item())
            return product or _unbounded_product(self, other)
        with np.errstate(invalid="ignore", over="ignore"):
            products = (a * c, a * d, b * c, b * d)
            low = np.minimum(np.minimum(*products[:2]), np.minimum(*products[2:]))
            high = np.maximum(np.maximum(*products[:2]), np.maximum(*products[2:]))
            if not _are_finite(low, high):
                return _unbounded_product(self, other)
            exact_low = exact_high = _all_short(a, b, c, d)
            if np.count_nonzero(low) < low.size or np.count_nonzero(high) < high.size:
                # A product of 0 is 0, unless it is one of two small numbers.
                lost = _any_lost(products, ((a, c), (a, d), (b, c), (b, d)))
                exact_low = exact_low | ((low == 0) & ~lost)
                exact_high = exact_high | ((high == 0) & ~lost)
            return Intervals(
                np.where(exact_low, low, np.nextafter(low, -np.inf)),
                np.where(exact_high, high, np.nextafter(high, np.inf)),
            )

    def square(self) -> Intervals:
        """x**2, never below 0."""
        small, large = self.mignitude, self.magnitude
        with np.errstate(over="ignore"):
            low, high = small * small, large * large
        if not _are_finite(low, high):
            product = _unbounded_product(Intervals(small, large), Intervals(small, large))
            return Intervals(np.maximum(product.lower, 0.0), product.upper)
        exact = _all_short(small, large)
        # What is too small for a float is above 0.
        low = np.where(exact | (low == 0), low, np.nextafter(low, -np.inf))
        return Intervals(low, np.where(exact | (large == 0), high, np.nextafter(high, np.inf)))

    def inverse(self) -> Intervals:
        """1/x; the whole line where the interval holds zero."""
        holds_zero = (self.lower <= 0) & (self.upper >= 0)
        with np.errstate(divide="ignore", over="ignore"):
            low, high = 1.0 / self.upper, 1.0 / self.lower
        # A quotient is exact only for powers of two, whose mantissa is a half.
        exact_low = np.abs(np.frexp(self.upper)[0]) == 0.5
        exact_high = np.abs(np.frexp(self.lower)[0]) == 0.5
        low = np.where(exact_low, low, np.nextafter(low, -np.inf))
        high = np.where(exact_high, high, np.nextafter(high, np.inf))
        return _bounded_by_floats(
            np.where(holds_zero, -np.inf, low), np.where(holds_zero, np.inf, high)
        )

    def absolute(self) -> Intervals:
        """|x|."""
        return Intervals(self.mignitude, self.magnitude)

    def slope_of_absolute(self) -> Intervals:
        """The slope of |x|: -1, 1, or all between where it turns; 1 at 0 alone, where any will do."""
        falls = (self.lower < 0) & (self.upper <= 0)
        return Intervals(np.where(self.lower >= 0, 1.0, -1.0), np.where(falls, -1.0, 1.0))

    def minimum(self, other: Intervals) -> Intervals:
        """min(x, y)."""
        return Intervals(np.minimum(self.lower, other.lower), np.minimum(self.upper, other.upper))

    def maximum(self, other: Intervals) -> Intervals:
        """max(x, y)."""
        return Intervals(np.maximum(self.lower, other.lower), np.maximum(self.upper, other.upper))

    def union(self, other: Intervals) -> Intervals:
        """The smallest intervals that hold both."""
        return Intervals(np.minimum(self.lower, other.lower), np.maximum(self.upper, other.upper))

    def intersect(self, other: Intervals) -> Intervals:
        """The common part; both hold the same value, so it is not empty."""
        return Intervals(np.maximum(self.lower, other.lower), np.minimum(self.upper, other.upper))

    def clip(self, lower: float, upper: float) -> Intervals:
        """Each end moved into [lower, upper]."""
        return Intervals(np.clip(self.lower, lower, upper), np.clip(self.upper, lower, upper))

    def floor(self) -> Intervals:
        """floor(x)."""
        return Intervals(np.floor(self.lower), np.floor(self.upper))

    def increasing(self, function: BallFunction) -> Intervals:
        """The image under an increasing function that is given on balls; nan outside its domain."""
        first, last = self._images_of_ends(function)
        return Intervals(_below(*first), _above(*last))

    def decreasing(self, function: BallFunction) -> Intervals:
        """The image under a decreasing function."""
        first, last = self._images_of_ends(function)
        return Intervals(_below(*last), _above(*first))

    def between_images(self, function: BallFunction) -> Intervals:
        """From the smaller to the larger image of the two ends; nan outside the function's domain."""
        first, last = self._images_of_ends(function)
        lower, upper = (
            np.minimum(_below(*first), _below(*last)),
            np.maximum(_above(*first), _above(*last)),
        )
        return Intervals(lower, upper)

    def _images_of_ends(self, function: BallFunction) -> tuple[_Images, _Images]:
        """The function at the lower ends, and at the upper ones."""
        middle, radius = _at_points(function, np.concatenate((self.lower, self.upper)))
        count = len(self.lower)
        return (middle[:count], radius[:count]), (middle[count:], radius[count:])


def _bounded_by_floats(lower: Floats, upper: Floats) -> Intervals:
    """Intervals of real numbers: what overflowed is at least the largest float, not infinite."""
    return Intervals(np.minimum(lower, _LARGEST), np.maximum(upper, -_LARGEST))


def _unbounded_product(x: Intervals, y: Intervals) -> Intervals:
    """The product where some end is infinite or undefined, which stays so.

    An infinite end bounds real numbers, none of which is infinite: 0 times any of them is 0.
    """
    a, b, c, d = np.broadcast_arrays(x.lower, x.upper, y.lower, y.upper)
    undefined = np.isnan(a) | np.isnan(b) | np.isnan(c) | np.isnan(d)
    with np.errstate(invalid="ignore", over="ignore"):
        corners = [
            np.where((p == 0) | (q == 0), 0.0, p * q) for p, q in ((a, c), (a, d), (b, c), (b, d))
        ]
        low, high = np.min(corners, axis=0), np.max(corners, axis=0)
        zero = (low == 0) & (high == 0) & (((a == 0) & (b == 0)) | ((c == 0) & (d == 0)))
        low = np.where(zero, 0.0, np.nextafter(low, -np.inf))
        high = np.where(zero, 0.0, np.nextafter(high, np.inf))
    return Intervals(np.where(undefined, np.nan, low), np.where(undefined, np.nan, high))


def _below(middle: Floats, radius: Floats) -> Floats:
    """Floats that are not above the images; nan where these are not finite."""
    with np.errstate(over="ignore"):
        end = middle - radius
        lower = np.nextafter(np.nextafter(end, -np.inf), -np.inf)
    return np.where(_is_exact(middle, radius), end, lower)


def _above(middle: Floats, radius: Floats) -> Floats:
    with np.errstate(over="ignore"):
        end = middle + radius
        upper = np.nextafter(np.nextafter(end, np.inf), np.inf)
    return np.where(_is_exact(middle, -radius), end, upper)


def _is_exact(middle: Floats, radius: Floats) -> Mask:
    """Where nothing is rounded in the difference: for a single number, and where it is 0."""
    exact: Mask = (radius == 0) | (middle == radius)
    return exact


_TINY = 1e-290  # below this the middle of a ball may lose bits as a float
FLOAT_BITS = 53
FEW_POINTS = 4096  # of which the images are kept together


def _at_points(function: BallFunction, points: Floats) -> _Images:
    """The function at every point as middle and radius; a radius of 0 means that the middle is exact."""
    if len(points) <= FEW_POINTS:
        return _at_few_points(function, points.astype(float, copy=False).tobytes())
    return _images(function, points.tolist())


@lru_cache(maxsize=256)  # ranges and slopes are asked for over the same pieces again
def _at_few_points(function: BallFunction, points: bytes) -> _Images:
    return _images(function, np.frombuffer(points).tolist())


def _images(function: BallFunction, points: Sequence[float]) -> _Images:
    with ctx.workprec(FLOAT_BITS):
        images = [_image(function, point) for point in points]
    found = np.fromiter(chain.from_iterable(images), float, 2 * len(points)).reshape(-1, 2)
    return found[:, 0], found[:, 1]


@lru_cache(maxsize=1 << 16)  # pieces have ends in common, and passes ask for the same ones
def _image(function: BallFunction, point: float) -> tuple[float, float]:
    """The middle and the radius of the image; nan where it is not finite. To be called at `FLOAT_BITS`.

    Balls are rounded to these, so that their middles are floats as they stand: those of whole powers have more.
    """
    if math.isnan(point):  # flint's inverse sine of nan is a number
        return math.nan, math.nan
    ball = +function(arb(point))
    middle, radius = float(ball), float(ball.rad())
    # The radius of a finite ball may be beyond the floats.
    if not math.isfinite(middle) or not (math.isfinite(radius) or ball.is_finite()):
        return math.nan, math.nan
    if not ball.is_exact():
        # A radius may be too small for a float, and a tiny middle is only nearly one.
        return middle, math.nextafter(radius + (_TINY if abs(middle) < _TINY else 0.0), math.inf)
    if abs(middle) >= _TINY or ball.is_zero():
        return middle, 0.0
    # A tiny number is only known to lie between 0 and some float, on which side is.
    return (_TINY if ball > 0 else -_TINY if ball < 0 else 0.0), _TINY
