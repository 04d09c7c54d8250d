"""Which segments are worth a search for `one_product`, ordered by estimated cost.

On each segmentation that is looked at, the form is estimated that such a search ends with as a rule.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from symhdl.approximation.approximation import Specification, exponent_of
from symhdl.approximation.candidates import ESTIMATED_SHARE, Cut
from symhdl.approximation.one_product import Curve, Form
from symhdl.approximation.one_product_worth import worth_of_bent, worth_of_sum
from symhdl.approximation.polynomial import Addressing
from symhdl.approximation.product_tables import DEGREES, FEWEST_OFFSET_BITS, Kind
from symhdl.cost.operators import Fabric, worth_of_tables, worth_of_waiting
from symhdl.cost.products import number_of
from symhdl.cost.trees import Leaf

MOST_ADDRESS_BITS = 8
TRIED = 2  # segmentations for each kind, those with the fewest segments
SLOPE_BITS: dict[Kind, int] = {"line": 0, "parabola": 2}  # behind the last bit of the result
PRODUCT_BITS: dict[Kind, int] = {"line": 2, "parabola": 3}  # likewise
CONSTANT_BITS = 2  # likewise
LEAST_ROOM = 2.0**-4  # of half a unit
CURVE_BITS = 2  # of t more than of coefficients of second order


class Share(NamedTuple):
    """What a search finds of an estimate, for arguments of the fewest bits, with each bit more, and at most."""

    of_fewest: float
    with_each: float
    most: float


FEWEST_BITS = 9  # of arguments: with fewer, sums of tables are smaller
IN_LOGIC: dict[tuple[Kind, bool], Share] = {
    ("line", True): Share(0.813, 0.017, 0.95), ("line", False): Share(0.82, 0.04, 1.0),
    ("parabola", True): Share(0.75, 0.05, 0.98), ("parabola", False): Share(0.67, 0.03, 0.9),
}  # fmt: skip
"""Without blocks for products, by whether products may be truncated: medians of 1,500 that were searched for.

These are the candidates of the functions of `benchmarks.function_suite` at 8 to 16 bits, on three devices, with
results of a given format.
"""


class ProductCandidate(Struct, frozen=True):
    """An addressing and a degree with their estimated worth; `work` is how many segments there are."""

    worth: float
    kind: Kind
    addressing: Addressing
    work: int


def product_candidates(
    specification: Specification, fabric: Fabric, cuts: Iterable[Cut]
) -> list[ProductCandidate]:
    """The candidates by rising estimate."""
    allowed = ESTIMATED_SHARE * specification.shared
    left = dict.fromkeys(DEGREES, TRIED)
    likely: list[_Likely] = []
    for cut in sorted(cuts, key=lambda cut: cut.entries):
        is_small = cut.offset_bits < FEWEST_OFFSET_BITS or cut.entries > 1 << MOST_ADDRESS_BITS
        if is_small or not any(left.values()):
            continue
        reach = cut.sizes.distances
        for kind, degree in DEGREES.items():
            if reach and left[kind] and reach[degree] <= allowed:
                left[kind] -= 1
                tails = cut.sizes.tails(degree)
                likely.append(_likely(fabric, specification, cut, kind, tails))
    tables = _worth_of_tables(fabric, likely)
    shares = {kind: _share(specification, fabric, kind) for kind in DEGREES}
    found = [
        ProductCandidate(
            (each.operators + worth) * shares[each.kind],
            each.kind, each.cut.addressing, each.cut.entries,
        )
        for each, worth in zip(likely, tables, strict=True)
    ]  # fmt: skip
    return sorted(found, key=lambda candidate: candidate.worth)


def _share(specification: Specification, fabric: Fabric, kind: Kind) -> float:
    """What a search finds of an estimate, as far as that is known."""
    bits = specification.span.bit_length()
    if specification.result is None or fabric.multiplier is not None or bits < FEWEST_BITS:
        return 1.0
    share = IN_LOGIC[kind, fabric.truncates]
    return min(share.of_fewest + share.with_each * (bits - FEWEST_BITS), share.most)


class _Likely(NamedTuple):
    """What a search ends with as a rule: what its operators are worth, and the bits of its tables by power."""

    kind: Kind
    cut: Cut
    operators: float
    fractions: list[int]
    widths: list[int]


def _likely(
    fabric: Fabric, specification: Specification, cut: Cut, kind: Kind, sizes: Sequence[float]
) -> _Likely:
    """The form that a search ends with, given the sizes of coefficients by power."""
    bits, fraction = cut.offset_bits, specification.result_fraction - _bits_to_spare(specification)
    slope_fraction = fraction + SLOPE_BITS[kind]
    bottom = max(0, SLOPE_BITS[kind] + bits - 1 - PRODUCT_BITS[kind]) * fabric.truncates
    fractions = [fraction + CONSTANT_BITS, slope_fraction, fraction][: DEGREES[kind] + 1]
    widths = [max(1, exponent_of(size) + bits) for size, bits in zip(sizes, fractions, strict=True)]
    constant, slope, *curves = (number_of(width + 1, signed=True) for width in widths)
    dropped = max(0, bits - widths[-1] - CURVE_BITS)
    curve = Curve(fraction, dropped) if curves else None
    form = Form(bits, slope_fraction, 0, bottom, curve=curve)
    unit = max(0, form.product_fraction - fraction - CONSTANT_BITS)
    total = cut.addressing.cost(fabric)
    total += worth_of_sum(fabric, bottom, *form.factors(slope), Leaf(*constant, unit), 0)
    for each in curves:
        t = number_of(bits - dropped, signed=True)
        total += worth_of_bent(fabric, form.excess, each, t, slope)
    return _Likely(kind, cut, total, fractions, widths)


def _worth_of_tables(fabric: Fabric, likely: Sequence[_Likely]) -> list[float]:
    """What the tables of each are worth; nothing where there is one entry."""
    tables = [each for each in likely if each.cut.entries > 1]
    if not tables:
        return [0.0] * len(likely)
    lengths = [len(each.widths) for each in tables]
    varied = [
        each.cut.variations[:length]
        * np.ldexp(each.cut.ratio ** np.arange(length), each.fractions)[:, None]
        for each, length in zip(tables, lengths, strict=True)
    ]
    index_bits = np.repeat([(each.cut.entries - 1).bit_length() for each in tables], lengths)
    widths = np.array([width for each in tables for width in each.widths])
    worths = worth_of_tables(fabric, index_bits, widths, np.concatenate(varied))
    starts = np.cumsum([0, *lengths[:-1]])
    waiting = worth_of_waiting(fabric, index_bits[starts], widths[starts])  # side by side
    totals = iter((np.add.reduceat(worths, starts) + waiting).tolist())
    return [next(totals) if each.cut.entries > 1 else 0.0 for each in likely]


def _bits_to_spare(specification: Specification) -> int:
    """How many bits less are needed than for faithful results, which leave half a unit beside the rounding."""
    units = math.ldexp(specification.error, specification.result_fraction)
    return round(math.log2(max(2.0 * units - 1.0, LEAST_ROOM)))
