"""What hardware gives that is as a witness tells it: integers for integers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from tests.witnesses.checker import Document, arguments_of
from tests.witnesses.distance import two
from tests.witnesses.functions import RISING, TURNING
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
        product = total * tau * two(-horner["accumulators"][power + 1] - bits + 1 + dropped)
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
    value = result(inner, -abs(n)) << int(witness["fraction"] - inner["fraction"])
    if n < 0:
        return value
    if name in RISING:
        return (n << int(witness["fraction"] - witness["argument"]["fraction"])) + value
    return (TURNING[name] << int(witness["fraction"])) - value


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
    "parts": _part,
    "root": root_by_digits,
}
