"""Uniform segments: the upper bits of the argument choose the polynomial, the lower bits are its variable.

Segments are aligned to multiples of their length, so that no subtraction is needed: two's complement wraps around,
and a table may start anywhere. Where that would reach over the range's ends and double the tables, the range's
minimum is subtracted first. The error bound is that of `polynomial`.

Source: Detrey and de Dinechin, "Table-based polynomials for fast hardware function evaluation", ASAP 2005.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, partial

from msgspec import Struct

from symhdl.approximation.approximation import Specification
from symhdl.approximation.candidates import Cut
from symhdl.approximation.sampling import Floats, UniformSizes, sample_range
from symhdl.approximation.segments import Grid, Segment
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.cost.operators import Fabric, offset
from symhdl.ir.builder import DatapathBuilder

MAXIMUM_SEGMENT_BITS = 12
LEAST_OFFSET_BITS = 3  # below, nothing but constants are worth the effort


class UniformAddressing(Struct, frozen=True):
    """The argument less `base`: `address_bits` bits above `offset_bits` bits."""

    base: int
    address_bits: int
    offset_bits: int

    def cost(self, fabric: Fabric) -> float:
        """The estimated worth of the subtraction, if there is one."""
        width = self.address_bits + self.offset_bits
        return fabric.worth(offset(fabric, width)) if self.base else 0.0

    def grid(self, specification: Specification) -> Grid:
        """The segments of a range."""
        return uniform_grid(specification, self)

    def build(self, builder: DatapathBuilder, argument: int) -> tuple[int, int]:
        """The cells of the address and of the offset."""
        if self.base != 0:
            base = builder.constant(self.base, builder.fraction(argument))
            argument = builder.part(builder.subtract(argument, base), "distance")
        address = builder.constant(0, 0)
        if self.address_bits > 0:
            address = builder.bits(argument, self.offset_bits, self.address_bits)
            builder.part(address, "index")
        return address, builder.bits(argument, 0, self.offset_bits)


def uniform_grid(specification: Specification, addressing: UniformAddressing) -> Grid:
    """The segments of the range, each at the address that its arguments give."""
    bits, base = addressing.offset_bits, addressing.base
    segments: list[Segment | None] = [None] * (1 << addressing.address_bits)
    lowest, highest = (specification.minimum - base) >> bits, (specification.maximum - base) >> bits
    for number in range(lowest, highest + 1):
        first = base + (number << bits)
        low, high = (
            max(0, specification.minimum - first),
            min((1 << bits) - 1, specification.maximum - first),
        )
        segments[number % len(segments)] = Segment(first, 1, 0, low, high)
    return Grid(bits, tuple(segments))


def _addressings(specification: Specification, offset_bits: int) -> Iterator[UniformAddressing]:
    """The aligned segmentation, and the one that starts at the minimum where it halves the tables."""
    aligned = (specification.maximum >> offset_bits) - (specification.minimum >> offset_bits)
    shifted = specification.span >> offset_bits
    yield UniformAddressing(0, aligned.bit_length(), offset_bits)
    if shifted.bit_length() < aligned.bit_length():
        yield UniformAddressing(specification.minimum, shifted.bit_length(), offset_bits)


@lru_cache(maxsize=256)
def uniform_cuts(function: SmoothFunction, specification: Specification) -> tuple[Cut, ...]:
    """The ways to cut the range into segments of one length, the longest first."""
    samples = sample_range(function, specification)
    least = samples.least_sizes()
    variations: dict[int, Floats] = {}
    total = specification.span.bit_length()
    longest = range(total, max(0, total - MAXIMUM_SEGMENT_BITS) - 1, -1)
    halves = tuple(2.0 ** (offset_bits - 1) for offset_bits in longest)
    sizes = UniformSizes(samples, specification, halves)
    found: list[Cut] = []
    for place, offset_bits in enumerate(longest):
        for addressing in _addressings(specification, offset_bits):
            if addressing.address_bits > MAXIMUM_SEGMENT_BITS or offset_bits == 0:
                continue
            bits = addressing.address_bits + offset_bits
            if bits not in variations:
                places = (samples.points - specification.minimum) / 2.0**bits
                variations[bits] = samples.variations(samples.unit, places)
            ratio = halves[place] / samples.unit
            cut = Cut(
                addressing,
                partial(uniform_grid, specification, addressing),
                offset_bits,
                1 << addressing.address_bits,
                least,
                ratio,
                False,
                variations[bits],
                ratio,
                sizes.of(place),
                specification.highest_degree if offset_bits >= LEAST_OFFSET_BITS else 0,
            )
            found.append(cut)
    return tuple(found)
