"""What hardware gives that is as a witness tells it: integers for integers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from tests.witnesses.checker import Document, arguments_of
from tests.witnesses.distance import two
from tests.witnesses.functions import HELD, TURNING
from tests.witnesses.roots import root_by_digits


def result(witness: Document, n: int) -> int:
    """The integer that hardware as the witness tells it gives for an argument."""
    return RESULTS[witness["way"]](witness, n)


def _horner(witness: Document, n: int) -> int:
    horner = witness["horner"]
    for piece in witness["pieces"]:
        low, high = arguments_of(piece)
        if low <= n <= high:
            break
    else:
        raise LookupError(f"no piece at {n}")
    offset = (n - piece["start"]) * piece["step"] << piece["shift"]
    bits = horner["offset_bits"]
    total = int(piece["coefficients"][-1])
    for power in range(len(horner["coefficients"]) - 2, -1, -1):
        dropped = horner["dropped"][power + 1]
        tau = (offset - (1 << bits - 1)) >> dropped
        left_out = horner["left_out"][power + 1]
        whole = total * tau
        for place in range(0, left_out, 2):
            whole -= (total % (1 << left_out - place)) * (tau >> place & 3) << place
        product = whole * two(-horner["accumulators"][power + 1] - bits + 1 + dropped)
        sum_ = product + piece["coefficients"][power] * two(-horner["coefficients"][power])
        total = math.floor(sum_ * two(horner["accumulators"][power]))
    return total


def _signed(witness: Document, n: int, negative: bool) -> int:
    value = result(witness["inner"][0], n)
    return -value if negative and witness["symmetry"] == "odd" else value


def _phase(witness: Document, n: int) -> int:
    phase = witness["phase"]
    product = n * phase["multiplier"] % (1 << phase["product_bits"])
    turn = product >> (phase["product_bits"] - phase["phase_bits"])
    if witness["symmetry"] == "none":
        return result(witness["inner"][0], turn)
    is_second = turn >> phase["phase_bits"] - 1
    return _signed(witness, (1 << phase["phase_bits"]) - 1 - turn if is_second else turn, is_second)


def _reflected(witness: Document, n: int) -> int:
    (inner,), name = witness["inner"], witness["function"]
    value = result(inner, min(n, 0) if name in HELD else -abs(n)) << int(
        witness["fraction"] - inner["fraction"]
    )
    if n < 0:
        return value
    if name not in TURNING:
        return (n << int(witness["fraction"] - witness["argument"]["fraction"])) + value
    return (TURNING[name] << int(witness["fraction"])) - value


def _shifted(value: int, bits: int, rounds: bool) -> int:
    return (value >> bits) + 1 >> 1 if rounds else value >> bits


def _normalised(witness: Document, n: int) -> tuple[int, int]:
    """What the inner approximation gives, and how often the argument was shifted."""
    shifts = witness["normalisation"]
    count = (shifts["width"] - n.bit_length()) // shifts["step"]
    return result(witness["inner"][0], n << shifts["step"] * count), count


def _normalised_power(witness: Document, n: int) -> int:
    if not n:
        return 0
    shifts, (value, count) = witness["normalisation"], _normalised(witness, n)
    growth: int = shifts["growth"]
    bits = growth * (count if growth > 0 else count - shifts["most"])
    return _shifted(value, bits, shifts["rounds"])


def _normalised_logarithm(witness: Document, n: int) -> int:
    value, count = _normalised(witness, n)
    cut: int = witness["inner"][0]["fraction"] - witness["fraction"]
    return value + int(witness["integers"][count]) >> cut


def _exponential(witness: Document, n: int) -> int:
    own, low_bits = witness["doublings"], witness["doublings"]["low_bits"]
    place = (n >> low_bits) - (witness["argument"]["minimum"] >> low_bits)
    number = own["counts"][place] - own["first"]
    left = (n << own["more_bits"]) - own["whole"][number]
    value = result(witness["inner"][0], left)
    return _shifted(value, len(own["whole"]) - 1 - number, own["rounds"])


def _part(witness: Document, n: int) -> int:
    for inner in witness["inner"]:
        if inner["argument"]["minimum"] <= n <= inner["argument"]["maximum"]:
            return result(inner, n) << int(witness["fraction"] - inner["fraction"])
    raise LookupError(f"no part at {n}")


RESULTS: Mapping[str, Callable[[Document, int], int]] = {
    "constant": lambda witness, _: int(witness["integers"][0]),
    "table": lambda witness, n: int(witness["integers"][n - witness["argument"]["minimum"]]),
    "polynomials": _horner,
    "size": lambda witness, n: _signed(witness, abs(n), n < 0),
    "phase": _phase,
    "reflected": _reflected,
    "normalised_power": _normalised_power,
    "normalised_logarithm": _normalised_logarithm,
    "exponential": _exponential,
    "parts": _part,
    "root": root_by_digits,
}
