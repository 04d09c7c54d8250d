"""Logarithmic segments: the distance to an anchor is normalised like a floating-point number, and addresses tables.

Near a singular point a function changes its scale from binade to binade. With t = |n - anchor| and z = t * 2**e, e
counting the leading zeros, a segment is a binade (a value of e) and the next `mantissa_bits` bits of z; the
remaining bits of z are the variable of the segment's polynomial. Segments of few points, those next to the anchor, are
fitted at their points. The normaliser has stages of 2**i zeros; with fewer stages than the range has binades, the
lowest binades share their segments as subnormal numbers do. The error bound is that of `polynomial`.

Source: Lee, Cheung, Luk and Villasenor, "Hierarchical segmentation for hardware function evaluation", IEEE
Transactions on VLSI Systems 17(1), 2009.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache, partial

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from symhdl.approximation.approximation import Specification
from symhdl.approximation.candidates import Cut
from symhdl.approximation.normaliser import normalised, worth_of_normaliser
from symhdl.approximation.sampling import CLOSEST, Floats, Samples, Sizes, sample, softened
from symhdl.approximation.segments import FEW_POINTS, Grid, Segment
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.cost.operators import Fabric, addition, offset
from symhdl.ir.builder import DatapathBuilder

Exponents = npt.NDArray[np.int32]

MAXIMUM_MANTISSA_BITS = 7
MAXIMUM_ADDRESS_BITS = 12
SAMPLES_PER_BINADE = 2


class BinadeAddressing(Struct, frozen=True):
    """t = step * (n - anchor) >= 0 has `width` bits; `stages` stages shift it left by up to 2**stages - 1 bits.

    `subnormal` says that the leading bit may be 0 after all stages.
    """

    anchor: int
    step: int
    width: int
    stages: int
    mantissa_bits: int
    subnormal: bool

    @property
    def offset_bits(self) -> int:
        """The bits of z below the address."""
        return self.width - 1 - self.mantissa_bits

    @property
    def entries(self) -> int:
        """The number of table entries."""
        return ((1 << self.stages) + self.subnormal) << self.mantissa_bits

    def cost(self, fabric: Fabric) -> float:
        """The estimated worth of subtraction, normaliser and address."""
        subtracts = self.anchor != 0 or self.step < 0
        return _worth_of(fabric, self.width, self.stages, subtracts, self.subnormal)

    def grid(self, specification: Specification) -> Grid:
        """The segments of a range."""
        return binade_grid(specification, self)

    def build(self, builder: DatapathBuilder, argument: int) -> tuple[int, int]:
        """The cells of the address and of the offset."""
        z, are_large = normalised(
            builder, self._distance(builder, argument), self.width, self.stages
        )
        binade = builder.constant(0, 0)
        for stage, is_large in reversed([*enumerate(are_large)]):
            binade = builder.add(binade, builder.shift_left(is_large, stage, 0))
            builder.part(binade, "exponent")
        mantissa = builder.constant(0, 0)
        if self.mantissa_bits + self.subnormal > 0:
            mantissa = builder.bits(z, self.offset_bits, self.mantissa_bits + self.subnormal)
            builder.part(mantissa, "mantissa")
        address = builder.add(builder.shift_left(binade, self.mantissa_bits, 0), mantissa)
        builder.part(address, "index")
        offset = builder.constant(0, 0)
        if self.offset_bits > 0:
            offset = builder.bits(z, 0, self.offset_bits)
        return address, offset

    def _distance(self, builder: DatapathBuilder, argument: int) -> int:
        """The cell of t, without fraction."""
        argument = builder.shift_left(argument, 0, 0)
        anchor = builder.constant(self.anchor, 0)
        ends = (argument, anchor) if self.step > 0 else (anchor, argument)
        return builder.part(builder.subtract(*ends), "distance")


@lru_cache(maxsize=1 << 10)
def _worth_of(fabric: Fabric, width: int, stages: int, subtracts: bool, subnormal: bool) -> float:
    """The worth of what makes an address, whose subtraction and normaliser are most of it."""
    parts = [offset(fabric, width)] * subtracts + [addition(fabric, stages + 1)] * subnormal
    return worth_of_normaliser(fabric, width, stages) + sum(map(fabric.worth, parts))


def binade_grid(specification: Specification, addressing: BinadeAddressing) -> Grid:
    """The segments of the range, each at the address that its arguments give."""
    ends = [
        addressing.step * (n - addressing.anchor)
        for n in (specification.minimum, specification.maximum)
    ]
    smallest, largest = min(ends), max(ends)
    bits, mantissa_bits = addressing.offset_bits, addressing.mantissa_bits
    segments: list[Segment | None] = []
    for address in range(addressing.entries):
        # A subnormal encoding counts on from binade to binade; otherwise the leading one is left out.
        binade = address >> mantissa_bits
        if addressing.subnormal:
            binade = max(binade - 1, 0)
        shift = (1 << addressing.stages) - 1 - binade
        mantissa = address - (binade << mantissa_bits)
        if not addressing.subnormal:
            mantissa += 1 << mantissa_bits
        start = mantissa << bits
        first = -(-start >> shift)
        last = (start + (1 << bits) - 1) >> shift
        segments.append(
            _segment(addressing, first, shift, max(first, smallest), min(last, largest))
        )
    if not addressing.subnormal and smallest == 0:
        # All stages shift zero, to where no other number of so many leading zeros can be.
        segments[0] = Segment(addressing.anchor, addressing.step, bits, 0, 0)
    return Grid(bits, tuple(segments))


def _segment(
    addressing: BinadeAddressing, first: int, shift: int, low: int, high: int
) -> Segment | None:
    """The segment of t from low to high, where t = first has the offset 0."""
    if low > high:
        return None
    start = addressing.anchor + addressing.step * first
    return Segment(start, addressing.step, shift, low - first, high - first)


def _sample_binades(
    function: SmoothFunction, specification: Specification, anchor: int, step: int
) -> Samples:
    """Looks at points in every binade and closer and closer to the far end."""
    smallest, largest = sorted(
        step * (n - anchor) for n in (specification.minimum, specification.maximum)
    )
    wanted = {
        (SAMPLES_PER_BINADE + i << exponent) // SAMPLES_PER_BINADE
        for exponent in range(largest.bit_length())
        for i in range(SAMPLES_PER_BINADE)
    }
    wanted |= {largest - (1 << exponent) for exponent in range(1, largest.bit_length() - 1)}
    points = sorted(t for t in wanted if max(smallest, 1) <= t <= largest)
    return sample(function, specification, tuple(anchor + step * t for t in points), largest)


def _on_segments(
    samples: Samples, distances: Floats, bits: Exponents, addressing: BinadeAddressing, largest: int
) -> Floats:
    """The sizes on the segments of an addressing; only values where segments are fitted at points.

    `distances` are those of the samples from the anchor, and `bits` how many bits they have.
    """
    # What the normaliser cannot shift stays.
    shifts = np.minimum(addressing.width - bits, (1 << addressing.stages) - 1)
    halves = np.ldexp(1.0, addressing.offset_bits - 1 - shifts)
    sizes = samples.rescaled(halves)
    sizes[2:, 2 * halves <= FEW_POINTS] = 0.0
    near = (largest - distances < CLOSEST * halves) & (2 * halves > FEW_POINTS)
    return softened(sizes, near)


def _variations(
    samples: Samples, distances: Floats, bits: Exponents, addressing: BinadeAddressing
) -> Floats:
    """How the coefficients vary where every binade is a segment."""
    shifts = np.minimum(addressing.width - bits, (1 << addressing.stages) - 1)
    halves = np.ldexp(1.0, addressing.width - 2 - shifts)
    binades = (1 << addressing.stages) - 1 - shifts
    within = np.ldexp(distances, shifts + 1 - addressing.width) - (not addressing.subnormal)
    binade_bits = addressing.stages + addressing.subnormal
    return samples.variations(halves, (binades + within) / 2.0**binade_bits)


def binade_cuts(
    function: SmoothFunction, specification: Specification, anchor: int, step: int
) -> Iterator[Cut]:
    """The ways to cut the range into segments whose lengths are powers of two, seen from an anchor."""
    ends = sorted(step * (n - anchor) for n in (specification.minimum, specification.maximum))
    smallest, largest = ends
    width = largest.bit_length()
    if width < 2:
        return
    samples = _sample_binades(function, specification, anchor, step)
    distances = np.abs(samples.points - anchor)
    bits = np.frexp(distances)[1]
    least = samples.among(bits == width).least_sizes()  # where segments are longest
    least[0] = samples.least_sizes()[0]
    zeros = width - max(1, smallest).bit_length() + (smallest == 0)
    for stages in range(1, zeros.bit_length() + 1):
        reached = (1 << stages) - 1
        has_zero_alone = smallest == 0 and reached >= width
        subnormal = not has_zero_alone and smallest.bit_length() + reached < width
        whole = BinadeAddressing(anchor, step, width, stages, 0, subnormal)
        variations = _variations(samples, distances, bits, whole)
        for mantissa_bits in range(min(MAXIMUM_MANTISSA_BITS, width - 2) + 1):
            addressing = BinadeAddressing(anchor, step, width, stages, mantissa_bits, subnormal)
            if addressing.entries > 1 << MAXIMUM_ADDRESS_BITS:
                continue
            half = 2.0 ** (addressing.offset_bits - 1)
            yield Cut(
                addressing,
                partial(binade_grid, specification, addressing),
                addressing.offset_bits,
                addressing.entries,
                least,
                half / samples.unit,
                2 * half <= FEW_POINTS,
                variations,
                math.ldexp(1.0, -mantissa_bits),
                Sizes(partial(_on_segments, samples, distances, bits, addressing, largest)),
                specification.highest_degree,
            )


def anchors(function: SmoothFunction, specification: Specification) -> tuple[tuple[int, int], ...]:
    """(anchor, step): grid points outside or at an end of the range from which segments may be measured.

    Zero, the singular points, the ends, and where the growth of Taylor coefficients at an end places the next pole.
    """
    found: dict[tuple[int, int], None] = {}
    reals = [0.0, *(float(point) for point in function.singular_points)]
    points = [math.ldexp(real, specification.fraction) for real in reals]
    nearby = [*points, *_poles(function, specification)]
    for point in nearby:
        if abs(point - specification.minimum) > 2.0 * specification.span + 2 and (
            abs(point - specification.maximum) > 2.0 * specification.span + 2
        ):
            continue
        if point <= specification.minimum:
            found[(math.floor(point), 1)] = None
        elif point >= specification.maximum:
            found[(math.ceil(point), -1)] = None
    return tuple(found)


def _poles(function: SmoothFunction, specification: Specification) -> list[float]:
    """Estimates of singular points beyond the ends, by the ratio of late Taylor coefficients."""
    unit = max(1, specification.span // 8)
    estimates: list[float] = []
    for end, direction in ((specification.minimum, -1), (specification.maximum, 1)):
        sizes = sample(function, specification, (end,), unit).sizes
        if sizes.size == 0:
            estimates.append(float(end))
            continue
        ratio = float(sizes[-2, 0] / sizes[-1, 0]) if sizes[-1, 0] > 0 else math.inf
        if ratio < 1:
            estimates.append(end + direction * ratio * unit)
    return estimates
