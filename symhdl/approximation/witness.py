"""What the bound of an approximation stands on, in a form in which it can be proved again by other means.

All that a proof needs is in it: the integers in hardware and what is done with them, the pieces of the argument's
range, and for each piece what encloses the function there and how far that is from what the integers define. Arguments
and tables are integers, formats numbers of fractional bits, bounds doubles in units of the function's value; nothing is
rounded but outward. A witness is made on demand, of what was kept of the approximation.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction


class Way(Enum):
    """How the result comes of the argument; the value says how that is proved."""

    CONSTANT = "one integer; the function over the whole range lies within the bound of it"
    TABLE = (
        "an integer for each argument; the function at that argument lies within the bound of it"
    )
    POLYNOMIALS = "Horner's rule with the coefficients of the piece; distance and evaluation add up"
    SIZE = "the inner approximation of the argument's size; the function is odd or even"
    REFLECTED = "the inner approximation of minus the argument's size; the function less its mirror image is a line"
    PHASE = "the inner approximation of the argument modulo the period, and the slope times the phase's error"
    ROOT = "digits that the signs of remainders tell; squares of results and of the next ones hold the radicand"
    NORMALISED_POWER = (
        "the inner approximation of the argument shifted to the left, shifted back and rounded"
    )
    NORMALISED_LOGARITHM = (
        "the inner approximation of the argument shifted to the left, and a multiple of the octave"
    )
    EXPONENTIAL = "the inner approximation of what is left of the argument beside whole doublings, shifted and rounded"
    PARTS = "the inner approximation in whose range the argument lies"


@dataclass(frozen=True, slots=True)
class Argument:
    """The integers n that are the argument, and the numbers x = n * 2**-fraction that they stand for.

    Of the phase x is (n + 1/2) * 2**-fraction periods of the function.
    """

    minimum: int
    maximum: int
    fraction: int
    is_phase: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """f(x) = sum coefficients[i] * 2**-bits * sigma**i to within `slack`, where tau = centre + half * sigma."""

    coefficients: tuple[int, ...]
    bits: int
    centre: Fraction
    half: Fraction
    slack: float


@dataclass(frozen=True, slots=True)
class Values:
    """f(x) = values[i] * 2**-bits to within `slack` at the points of a piece, from its `low` one on."""

    values: tuple[int, ...]
    bits: int
    slack: float


@dataclass(frozen=True, slots=True)
class Piece:
    """The arguments n = start + step * j, low <= j <= high, where the offset in hardware is m = j << shift.

    `coefficients` are the tables' integers by power. The polynomial that they define lies within `distance` of f, and
    the result in hardware within `bound`.
    """

    start: int
    step: int
    shift: int
    low: int
    high: int
    coefficients: tuple[int, ...]
    enclosure: Series | Values
    distance: float
    bound: float


@dataclass(frozen=True, slots=True)
class Horner:
    """What is done with the coefficients C_i and the offset m, of `offset_bits` bits.

    With d the degree and tau = m * 2**(1 - offset_bits) - 1, acc_d = C_d, and acc_i is C_i + acc_(i+1) * tau_(i+1), cut
    to `accumulators[i]` fractional bits, where C_i has `coefficients[i]` and tau_i is tau with its lowest `dropped[i]`
    bits cut. acc_i lies between `ranges[i]` for all pieces. The product of acc_i is the sum of its multiples by the
    pairs of bits of tau_i, those of the last one with the sign, and each multiple is without the bits of acc_i that lie
    below the lowest `left_out[i]` columns of the whole.

    `evaluation` bounds |acc_0 - p(tau)|, where p is what comes of it if each cut takes half of a unit of what is left,
    of acc_i, and of tau_i, of those that lose bits, and if half of what columns may lack is lacking.
    """

    offset_bits: int
    coefficients: tuple[int, ...]
    accumulators: tuple[int, ...]
    dropped: tuple[int, ...]
    ranges: tuple[tuple[int, int], ...]
    evaluation: Fraction
    left_out: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Phase:
    """The lowest `product_bits` bits of n * multiplier, of which the upper `phase_bits` are the phase.

    It lies within `distance` periods of that of the argument, |f'| is at most `slope`, and f differs by at most
    `error`.
    Of an odd or even function the second half of the phases is mirrored, as its bits inverted.
    """

    multiplier: int
    product_bits: int
    phase_bits: int
    distance: float
    slope: float
    error: float


class RootEnd(Enum):
    """What becomes of the digits of a root; the value says it in words."""

    CUT = "they are the result"
    CENTRED = "half a unit is added, which is the result's last bit"
    ROUNDED = "they are one more than those of the result, which is the nearest number, the larger one of two"


@dataclass(frozen=True, slots=True)
class RootDigits:
    """The digits of a root, 1 or -1: those of the weights 2**(rows - 1) to 1, and one of a half; their sum is cut.

    Units are those of the last weight, and squared. The first digit is 1, the others are 1 where a remainder is at
    least 0: that of the radicand, which is the argument `raised` by so much, less the square of the digits before. It
    has the bits from 4**max(bottom, weight) on; those below are cut from radicand and squares. Rows of weights from
    2**bottom on add the constant `given`, times 4**bottom.
    """

    rows: int
    raised: int
    bottom: int
    given: int
    end: RootEnd


@dataclass(frozen=True, slots=True)
class Normalisation:
    """The argument is shifted to the left by `step` bits up to `most` times, until one of so many uppermost bits is 1.

    Those are of `width` bits. The result of a power is shifted by `growth` bits to the right for each of these, or if
    that is negative to the left, from that of the most shifts on; it is rounded to nearest, or else cut.
    """

    width: int
    step: int
    most: int
    growth: int
    rounds: bool


@dataclass(frozen=True, slots=True)
class Doublings:
    """The upper bits h = n >> low_bits choose a number of doublings k, the one for the least h first.

    The inner argument is n * 2**more_bits less the `whole` one of k, which counts from the `first` k on and lies within
    `distance` of k doublings. The result is shifted to the right by as many bits as k is less than the last one, and
    rounded to nearest, or else cut.
    """

    low_bits: int
    counts: tuple[int, ...]
    first: int
    whole: tuple[int, ...]
    more_bits: int
    distance: float
    rounds: bool


@dataclass(frozen=True, slots=True)
class ApproximationWitness:
    """Why |r * 2**-fraction - f(x)| <= bound holds for the result r of every argument.

    `symmetry` is that of the function, where the result is of its size or phase; next to a pole at zero there are no
    arguments of a size below those of the inner witness. `integers` are the contents of a table from the least argument
    on, or the one of a constant, or what is added for each number of shifts of the argument of a logarithm.
    """

    bound: float
    way: Way
    function: str
    argument: Argument
    fraction: int
    integers: tuple[int, ...] = ()
    horner: Horner | None = None
    pieces: tuple[Piece, ...] = ()
    phase: Phase | None = None
    root: RootDigits | None = None
    normalisation: Normalisation | None = None
    doublings: Doublings | None = None
    symmetry: str = ""
    inner: tuple[ApproximationWitness, ...] = ()
