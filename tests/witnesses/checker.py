"""Proves the witnesses of approximations again, from their JSON alone and by arithmetic of its own.

What the integers in hardware define is worked out in fractions, where the function lies by interpolation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from flint import arb, ctx

from tests.witnesses.composites import degree, is_symmetric, meaning
from tests.witnesses.distance import (
    PRECISION,
    Axis,
    Polynomial,
    composed,
    largest,
    plus,
    prove_distance,
    require,
    two,
)
from tests.witnesses.functions import (
    DOUBLINGS,
    HELD,
    OCTAVES,
    PERIODS,
    RISING,
    STEEPEST,
    TURNING,
    WITH_POLE,
    rational,
)
from tests.witnesses.roots import check_root

Document = Mapping[str, Any]


def check(witness: Document) -> None:
    """Proves what the witness of an approximation says; raises `RefutedError` where that fails."""
    argument, name = witness["argument"], witness["function"]
    unit = two(-argument["fraction"])
    require(argument["minimum"] <= argument["maximum"], "an empty range")
    if argument.get("is_phase", False):
        period = PERIODS[name]
        axis = Axis(meaning(name), Fraction(1, 2), lambda: period() * rational(unit))
    else:
        axis = Axis(meaning(name), Fraction(0), lambda: rational(unit))
    WAYS[witness["way"]](witness, axis)


def bound_of(document: Document) -> Fraction:
    return Fraction(document["bound"])


def check_constant(witness: Document, axis: Axis) -> None:
    (integer,) = witness["integers"]
    constant = Polynomial([integer * two(-witness["fraction"])])
    argument = witness["argument"]
    prove_distance(axis, constant, argument["minimum"], argument["maximum"], bound_of(witness))


def check_table(witness: Document, axis: Axis) -> None:
    argument, integers = witness["argument"], witness["integers"]
    first = argument["minimum"]
    require(len(integers) == argument["maximum"] - first + 1, "entries are missing")
    for n, integer in enumerate(integers, first):
        value = Polynomial([integer * two(-witness["fraction"])])
        prove_distance(axis, value, n, n, bound_of(witness))


def check_polynomials(witness: Document, axis: Axis) -> None:
    horner = witness["horner"]
    powers = range(len(horner["coefficients"]))
    require(horner["accumulators"][0] == witness["fraction"], "another fraction")
    require(
        all(horner["coefficients"][i] >= horner["accumulators"][i] for i in powers),
        "coefficients with fewer bits than sums",
    )
    tile(witness["argument"], [arguments_of(piece) for piece in witness["pieces"]])
    for piece in witness["pieces"]:
        require(len(piece["coefficients"]) == len(powers), "coefficients are missing")
        check_offset(horner, piece)
        polynomial = check_evaluation(horner, piece)
        check_enclosure(horner, piece, polynomial, axis)
        added = Fraction(horner["evaluation"]) + Fraction(piece["distance"])
        require(added <= bound_of(piece) <= bound_of(witness), "a bound below its parts")


def arguments_of(piece: Document) -> tuple[int, int]:
    low, high = sorted(piece["start"] + piece["step"] * piece[end] for end in ("low", "high"))
    return low, high


def tile(argument: Document, ranges: Sequence[tuple[int, int]]) -> None:
    """Every argument lies in one of the ranges."""
    expected = argument["minimum"]
    for low, high in sorted(ranges):
        require(low == expected and low <= high, f"no piece at {expected}")
        expected = high + 1
    require(expected == argument["maximum"] + 1, f"no piece at {expected}")


def check_offset(horner: Document, piece: Document) -> None:
    """The offset has the bits that it may have, and moves one argument with one step."""
    require(piece["step"] in (-1, 1), "a step of more than one")
    ends = (piece["low"] << piece["shift"], piece["high"] << piece["shift"])
    require(min(ends) >= 0 and max(ends) < 1 << horner["offset_bits"], "too long an offset")


def eta(horner: Document, power: int) -> Fraction:
    """Half of what the bits that are cut from tau may hold."""
    dropped: int = horner["dropped"][power]
    return two(dropped - horner["offset_bits"]) if dropped else Fraction(0)


def bias(horner: Document, power: int) -> Fraction:
    """Half of what is cut from the sum, and of what its product may lack."""
    sums: list[int] = horner["accumulators"]
    if power == len(sums) - 1:
        return Fraction(0)
    tau: int = horner["offset_bits"] - 1 - horner["dropped"][power + 1]
    left_out: int = horner["left_out"][power + 1]
    # Of the multiples by all pairs of bits but the last one, which has the sign.
    require(left_out <= tau // 2 * 2, "a sign that is left out")
    whole = sums[power + 1] + tau
    lacking = sum(3 * ((1 << left_out - place) - 1 << place) for place in range(0, left_out, 2))
    exact = max(whole - left_out, horner["coefficients"][power])
    cut = two(-sums[power] - 1) if exact > sums[power] else Fraction(0)
    return cut + lacking * two(-whole - 1)


def check_evaluation(horner: Document, piece: Document) -> list[Fraction]:
    """The polynomial of tau that is evaluated; what is cut on the way and the ranges of the sums are as told."""
    degree = len(horner["coefficients"]) - 1
    polynomial: list[Fraction] = []
    size = error = Fraction(0)
    for power in range(degree, -1, -1):
        taken = eta(horner, power + 1) if power < degree else Fraction(0)
        lost = bias(horner, power)
        constant = piece["coefficients"][power] * two(-horner["coefficients"][power]) - lost
        shifted = plus([Fraction(0), *polynomial], [-taken * value for value in polynomial])
        polynomial = plus(shifted, [constant])
        error += size * taken + lost
        spread = size * (1 + taken) + error
        low, high = ((constant + s * spread) * two(horner["accumulators"][power]) for s in (-1, 1))
        least, most = horner["ranges"][power]
        require(least <= math.ceil(low) and math.floor(high) <= most, "a sum out of its range")
        size = abs(constant) + size * (1 + taken)
    require(error <= Fraction(horner["evaluation"]), "more is cut than told")
    return polynomial


def check_enclosure(
    horner: Document, piece: Document, polynomial: list[Fraction], axis: Axis
) -> None:
    """The function lies within the enclosure, and what is evaluated near that."""
    enclosure = piece["enclosure"]
    unit, slack = two(-enclosure["bits"]), Fraction(enclosure["slack"])
    distance = Fraction(piece["distance"])
    step = piece["step"] * two(piece["shift"] + 1 - horner["offset_bits"])  # of tau, by argument
    if "values" in enclosure:
        points = range(piece["low"], piece["high"] + 1)
        require(len(enclosure["values"]) == len(points), "values are missing")
        for j, integer in zip(points, enclosure["values"], strict=True):
            n, value = piece["start"] + piece["step"] * j, integer * unit
            prove_distance(axis, Polynomial([value]), n, n, slack)
            here = composed(polynomial, (n - piece["start"]) * step - 1, Fraction(0))
            require(abs(here[0] - value) + slack <= distance, f"too far from the value at {n}")
        return
    centre, half = Fraction(enclosure["centre"]), Fraction(enclosure["half"])
    first, last = arguments_of(piece)
    for n in (first, last):
        tau = (n - piece["start"]) * step - 1
        require(abs(tau - centre) <= half, "a series that does not reach so far")
    series = [coefficient * unit for coefficient in enclosure["coefficients"]]
    start = piece["start"] + (1 + centre) / step
    prove_distance(axis, Polynomial(series, start, step / half), first, last, slack)
    differences = plus(composed(polynomial, centre, half), [-a for a in series])
    require(largest(differences) + slack <= distance, "too far from the series")


def check_size(witness: Document, _: Axis) -> None:
    name, argument = witness["function"], witness["argument"]
    (inner,) = witness["inner"]
    require(is_symmetric(name, witness["symmetry"]), "no such symmetry")
    require(inner["function"] == name and not inner["argument"].get("is_phase"), "another function")
    same = inner["fraction"] == witness["fraction"]
    require(same and inner["argument"]["fraction"] == argument["fraction"], "another fraction")
    least = max(0, argument["minimum"], -argument["maximum"])
    within = inner["argument"]["minimum"] <= least or name in WITH_POLE
    most = max(-argument["minimum"], argument["maximum"])
    require(within and most <= inner["argument"]["maximum"], "sizes out of range")
    require(bound_of(inner) <= bound_of(witness), "a bound below that of the size")
    check(inner)


def check_reflected(witness: Document, _: Axis) -> None:
    name, argument = witness["function"], witness["argument"]
    (inner,) = witness["inner"]
    require(name in RISING or name in TURNING or name in HELD, "no line")
    same = inner["function"] == HELD.get(name, name)
    require(same and not inner["argument"].get("is_phase"), "another function")
    least = min(argument["minimum"], 0)
    if name not in HELD:
        least = -max(-least, argument["maximum"])
    same = inner["argument"]["fraction"] == argument["fraction"]
    ends = inner["argument"]["minimum"], inner["argument"]["maximum"]
    require(same and ends[0] <= least and ends[1] >= 0, "arguments out of range")
    require(inner["fraction"] <= witness["fraction"], "another fraction")
    if name not in TURNING:
        require(argument["fraction"] <= witness["fraction"], "a line that is cut")
    else:
        require(witness["fraction"] >= 0, "a constant that is cut")
    require(bound_of(inner) <= bound_of(witness), "a bound below that of what is turned")
    check(inner)


def check_phase(witness: Document, _: Axis) -> None:
    name, argument, phase = witness["function"], witness["argument"], witness["phase"]
    (inner,) = witness["inner"]
    symmetry, bits = witness["symmetry"], phase["phase_bits"]
    require(symmetry == "none" or is_symmetric(name, symmetry), "no such symmetry")
    phases = {"minimum": 0, "maximum": (1 << bits - (symmetry != "none")) - 1, "fraction": bits}
    require(inner["argument"] == {**phases, "is_phase": True}, "other phases")
    require(inner["function"] == name, "another function")
    require(inner["fraction"] == witness["fraction"], "another fraction")
    with ctx.workprec(PRECISION + 2 * phase["product_bits"]):
        turns = rational(two(-argument["fraction"])) / PERIODS[name]()
        off = rational(phase["multiplier"] * two(-phase["product_bits"])) - turns
        off = abs(off - (off + 0.5).floor())
        farthest = max(abs(argument["minimum"]), abs(argument["maximum"]))
        lost = off * farthest + rational(two(-bits - 1))
        require(lost <= rational(Fraction(phase["distance"])), "a phase farther away")
        require(phase["slope"] >= STEEPEST, "a slope that is steeper")
        error = rational(Fraction(phase["error"]))
        require(lost * STEEPEST * PERIODS[name]() <= error, "a phase that counts for more")
    require(
        bound_of(inner) + Fraction(phase["error"]) <= bound_of(witness), "a bound below its parts"
    )
    check(inner)


def check_shifts(witness: Document, units: Fraction, most: int, rounds: bool) -> None:
    """What is right to so many units of its own, shifted by up to `most` bits, is within the bound."""
    lost = (1 + units) / 2 if rounds else max(units, 1 - (1 - units) * two(-most))
    require(lost * two(-witness["fraction"]) <= bound_of(witness), "a bound below its parts")


def check_normalised(witness: Document) -> None:
    """The inner approximation has all arguments that are shifted."""
    argument, shifts = witness["argument"], witness["normalisation"]
    (inner,) = witness["inner"]
    least, width, step = argument["minimum"], shifts["width"], shifts["step"]
    require(least >= 0 and width == argument["maximum"].bit_length(), "arguments of other bits")
    most = (width - max(1, least).bit_length()) // step
    require(width > step and most == shifts["most"], "another number of shifts")
    require(inner["function"] == witness["function"], "another function")
    ends, mine = inner["argument"], (1 << width - step, (1 << width) - 1)
    require(not ends.get("is_phase"), "phases")
    require(ends["minimum"] <= mine[0] and mine[1] <= ends["maximum"], "arguments out of range")
    require(ends["fraction"] == argument["fraction"], "another fraction")
    check(inner)


def check_normalised_power(witness: Document, _: Axis) -> None:
    check_normalised(witness)
    shifts, (inner,) = witness["normalisation"], witness["inner"]
    step, growth, most = shifts["step"], shifts["growth"], shifts["most"]
    require(degree(witness["function"]) == Fraction(growth, step), "another power")
    require(witness["argument"]["minimum"] > 0 or growth > 0, "a power of 0 that is not 0")
    more = -growth * most if growth < 0 else 0
    require(inner["fraction"] == witness["fraction"] + shifts["rounds"] + more, "another fraction")
    units = bound_of(inner) * two(inner["fraction"])
    check_shifts(witness, units, abs(growth) * most, shifts["rounds"])


def check_normalised_logarithm(witness: Document, _: Axis) -> None:
    check_normalised(witness)
    shifts, (inner,) = witness["normalisation"], witness["inner"]
    require(shifts["step"] == 1 and witness["argument"]["minimum"] > 0, "no logarithm of 0")
    require(len(witness["integers"]) == shifts["most"] + 1, "entries are missing")
    cut = inner["fraction"] - witness["fraction"]
    require(cut >= 0, "another fraction")
    unit = two(-inner["fraction"])
    with ctx.workprec(PRECISION):
        octave, bound = OCTAVES[witness["function"]](), rational(bound_of(witness))
        for count, integer in enumerate(witness["integers"]):
            off = rational(integer * unit) + count * octave
            error = rational(bound_of(inner))
            require(off + error <= bound, "a sum that is too large")
            require(off - error - rational(((1 << cut) - 1) * unit) >= -bound, "one too small")


def check_exponential(witness: Document, _: Axis) -> None:
    name, argument, own = witness["function"], witness["argument"], witness["doublings"]
    (inner,) = witness["inner"]
    first, whole, counts = own["first"], own["whole"], own["counts"]
    fraction, last = argument["fraction"] + own["more_bits"], first + len(whole) - 1
    require(inner["function"] == name and not inner["argument"].get("is_phase"), "another function")
    require(inner["argument"]["fraction"] == fraction, "another fraction")
    require(inner["fraction"] == witness["fraction"] + last + own["rounds"], "another unit")
    upper = [argument[end] >> own["low_bits"] for end in ("minimum", "maximum")]
    require(len(counts) == upper[1] - upper[0] + 1, "counts are missing")
    for place, count in enumerate(counts, upper[0]):
        require(first <= count <= last, "a count out of range")
        start = max(place << own["low_bits"], argument["minimum"])
        end = min((place + 1 << own["low_bits"]) - 1, argument["maximum"])
        left = [(n << own["more_bits"]) - whole[count - first] for n in (start, end)]
        ends = inner["argument"]
        require(
            ends["minimum"] <= left[0] and left[1] <= ends["maximum"], "what is left is too long"
        )
    with ctx.workprec(PRECISION + 2 * fraction):
        doubling, distance = DOUBLINGS[name](), rational(Fraction(own["distance"]))
        for count, integer in enumerate(whole, first):
            off = abs(rational(integer * two(-fraction)) - count * doubling)
            require(off <= distance, "a multiple farther away")
        greatest = meaning(name)(rational(inner["argument"]["maximum"] * two(-fraction)))
        grown = greatest * ((distance / doubling * arb(2).log()).exp() - 1)
        mantissa, exponent = grown.abs_upper().man_exp()
        bound = bound_of(inner) + int(mantissa) * two(int(exponent))
    check_shifts(witness, bound * two(inner["fraction"]), last - first, own["rounds"])
    check(inner)


def check_parts(witness: Document, _: Axis) -> None:
    inner = witness["inner"]
    ranges = [(each["argument"]["minimum"], each["argument"]["maximum"]) for each in inner]
    tile(witness["argument"], ranges)
    for each in inner:
        require(each["function"] == witness["function"], "another function")
        require(each["fraction"] <= witness["fraction"], "another fraction")
        fraction = each["argument"]["fraction"]
        require(fraction == witness["argument"]["fraction"], "another fraction")
        require(bound_of(each) <= bound_of(witness), "a bound below that of a part")
        check(each)


WAYS: Mapping[str, Callable[[Document, Axis], None]] = {
    "constant": check_constant,
    "table": check_table,
    "polynomials": check_polynomials,
    "size": check_size,
    "phase": check_phase,
    "reflected": check_reflected,
    "normalised_power": check_normalised_power,
    "normalised_logarithm": check_normalised_logarithm,
    "exponential": check_exponential,
    "parts": check_parts,
    "root": lambda witness, _: check_root(witness),
}
