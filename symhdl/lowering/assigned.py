"""Cells that assign numbers to variables of a format: rounding, then overflow."""

from __future__ import annotations

from symhdl.ir.builder import DatapathBuilder
from symhdl.numeric.assigned import AssignedFormat, Overflow, Rounding


def assigned(builder: DatapathBuilder, cell: int, to: AssignedFormat) -> int:
    """The cell as a number of the format; nothing is built for what its range excludes."""
    fraction = to.format.fraction
    missing = builder.fraction(cell) - fraction
    if missing > 0:
        cell = builder.align(_before_cut(builder, cell, missing, to.rounding), fraction)
    else:
        cell = builder.align(cell, fraction)
    return _held(builder, cell, to)


def _before_cut(builder: DatapathBuilder, cell: int, missing: int, rounding: Rounding) -> int:
    """What of which the `missing` low bits are cut is the rounded number."""
    fraction, half = builder.fraction(cell), 1 << (missing - 1)
    if rounding is Rounding.AP_TRN:
        return cell
    negative = builder.less(cell, builder.constant(0, fraction))
    odd = builder.bits(cell, missing, 1)
    terms, value = {
        Rounding.AP_TRN_ZERO: ([((1 << missing) - 1, negative)], 0),
        Rounding.AP_RND: ([], half),
        Rounding.AP_RND_MIN_INF: ([], half - 1),
        Rounding.AP_RND_ZERO: ([(1, negative)], half - 1),
        Rounding.AP_RND_INF: ([(-1, negative)], half),
        Rounding.AP_RND_CONV: ([(1, odd)], half - 1),
    }[rounding]
    return builder.sum([(1, cell), *terms], value, fraction)


def _held(builder: DatapathBuilder, cell: int, to: AssignedFormat) -> int:
    low, high = builder.range(cell)
    least, most = to.least, to.format.maximum
    if least <= low and high <= most:
        return cell
    match to.overflow:
        case Overflow.AP_WRAP:
            return _wrapped(builder, cell, to)
        case Overflow.AP_SAT_ZERO:
            fraction = builder.fraction(cell)
            below = builder.less(cell, builder.constant(least, fraction))
            above = builder.less(builder.constant(most, fraction), cell)
            outside = builder.logical_or(below, above)
            chosen = builder.select(outside, builder.constant(0, fraction), cell)
            return builder.narrow(chosen, least, most)
        case Overflow.AP_SAT | Overflow.AP_SAT_SYM:
            return builder.clamp(cell, least, most)


def _wrapped(builder: DatapathBuilder, cell: int, to: AssignedFormat) -> int:
    """The lowest bits, of which the first is the sign in a signed format."""
    fraction, width = builder.fraction(cell), to.format.width
    if not to.format.signed:
        return builder.bits(cell, 0, width, fraction)
    sign = builder.negate(builder.bits(cell, width - 1, 1, fraction))
    if width == 1:
        return sign
    return builder.join(sign, builder.bits(cell, 0, width - 1, fraction), width - 1, fraction)
