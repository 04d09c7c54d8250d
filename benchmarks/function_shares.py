"""Fits what share of its reckoned LUTs a function takes in the end, by its way, into the files of devices.

Functions of one variable are drawn by a seed and approximated as the compiler does. Shares are those with which worth
and LUTs of the cheapest ways are off by the fewest powers of two, looked for in one share after the other.
`[function_shares]` of a file is what the last line for its device tells.
"""

from __future__ import annotations

import dataclasses
import math
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.device_file import has_section, with_figures, with_section
from symhdl.approximation import Specification, approximate
from symhdl.cost.operators import Cost, Fabric, fabric_of
from symhdl.errors import SymhdlError
from symhdl.functions.elementary import FUNCTIONS
from symhdl.functions.evaluation import FLOATING
from symhdl.functions.operation import Operation
from symhdl.search.functions import GRID, curve_of, ways_of
from symhdl.targets.files import SUFFIX, target_names
from symhdl.targets.target import FunctionShares, load_target

FOLDER = Path(str(resources.files("symhdl.targets")))
SECTION = "function_shares"
DRAWN, SEED = 300, 1
FREQUENCY_MHZ = 200.0
ROUNDS = 3  # of one share after the other, after which they stay as they are
STEPS = sorted(
    (2 ** (step / 8) for step in range(-12, 13)), key=lambda share: abs(math.log2(share))
)
"""The shares that are tried, the nearest to 1 first: that of a way that is never the cheapest stays 1."""

SMALLEST_LUTS = 2.0  # that are added to both, for nothing costs less than a few
FITTED = (
    Operation.EXP, Operation.SIN, Operation.COS, Operation.TANH, Operation.LOG, Operation.SQUARE_ROOT,
    Operation.INVERSE, Operation.GAUSS, Operation.SIGMOID, Operation.ATAN, Operation.ERF, Operation.SILU,
)  # fmt: skip
POSITIVE = frozenset({Operation.LOG, Operation.SQUARE_ROOT, Operation.INVERSE})


class Sample(NamedTuple):
    """The ways for a drawn function, and what the compiler's is worth and takes in LUTs."""

    ways: list[tuple[str, Cost]]
    worth: float
    luts: float


def own_devices() -> list[str]:
    """The devices whose files stand by themselves; others take the figures over from these."""
    return [name for name in target_names() if has_section(_text(name), "costs")]


def fit(devices: Iterable[str], *, dry: bool = False) -> Iterator[str]:
    """Writes the shares of each device into its file, unless it is a `dry` run, and tells them."""
    for device in devices:
        shares, told = fitted(device)
        yield from told
        if not dry:
            text = with_section(_text(device), SECTION, before="residuals")
            text = with_figures(text, SECTION, dataclasses.asdict(shares))
            (FOLDER / (device + SUFFIX)).write_text(text, encoding="utf-8", newline="\n")


def _text(device: str) -> str:
    return (FOLDER / (device + SUFFIX)).read_text(encoding="utf-8")


def fitted(device: str) -> tuple[FunctionShares, list[str]]:
    """The shares of a device, and lines with the residuals of each way and with what its file is to have."""
    fabric = fabric_of(load_target(device), "none", clocked=True, frequency_mhz=FREQUENCY_MHZ)
    chance = random.Random(SEED)  # noqa: S311 - a sample, no secret
    samples = [found for _ in range(DRAWN) if (found := _sample(fabric, chance)) is not None]
    shares = {name: 1.0 for sample in samples for name, _ in sample.ways}
    for _ in range(ROUNDS):
        for name in sorted(shares):
            shares[name] = _nearest(fabric, samples, shares, name)
    shares = {name: round(share, 2) for name, share in sorted(shares.items())}
    residuals = _residuals(fabric, samples, shares)
    told = [
        f"{device}, {name}: {len(found)} functions, off by {_spread(found):.2f} powers of two"
        for name, found in sorted(residuals.items())
    ]
    off = round(_spread([pair for found in residuals.values() for pair in found]), 2)
    result = FunctionShares(**shares, functions=len(samples), residual=off)
    return result, [*told, f"{device}: {dataclasses.asdict(result)}"]


def _nearest(
    fabric: Fabric, samples: Iterable[Sample], shares: dict[str, float], name: str
) -> float:
    """The share of one way with which all are off the least."""
    return min(STEPS, key=lambda share: _off(fabric, samples, {**shares, name: share}))


def _spread(residuals: Iterable[tuple[float, float]]) -> float:
    """The standard deviation of the worth."""
    return float(np.std([worth for worth, _ in residuals]))


def _off(fabric: Fabric, samples: Iterable[Sample], shares: dict[str, float]) -> float:
    """By how many powers of two all functions together are off."""
    found = _residuals(fabric, samples, shares)
    return sum(abs(each) for some in found.values() for pair in some for each in pair)


def _residuals(
    fabric: Fabric, samples: Iterable[Sample], shares: dict[str, float]
) -> dict[str, list[tuple[float, float]]]:
    """By how many powers of two worth and LUTs of the cheapest way of each function are off, by its name."""
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for ways, worth, luts in samples:
        priced = [(name, cost._replace(luts=cost.luts * shares[name])) for name, cost in ways]
        name, cost = min(priced, key=lambda way: fabric.worth(way[1]))
        found[name].append((_powers(fabric.worth(cost), worth), _powers(cost.luts, luts)))
    return found


def _powers(own: float, wanted: float) -> float:
    return math.log2((own + SMALLEST_LUTS) / (wanted + SMALLEST_LUTS))


def _sample(fabric: Fabric, chance: random.Random) -> Sample | None:
    """The ways for a drawn function, and what the compiler's is worth."""
    operation = chance.choice(FITTED)
    bits = chance.randint(5, 14)
    result_bits = chance.randint(4, 14)
    low = 2 ** chance.uniform(-4, 1) if operation in POSITIVE else chance.uniform(-4, 2)
    span = 2 ** chance.uniform(-2, 2.6)
    fraction = round(bits - float(np.log2(span)))
    first = round(low * 2.0**fraction)
    if operation in POSITIVE:
        first = max(1, first)
    last = first + round(span * 2.0**fraction)
    with np.errstate(all="ignore"):
        values = FLOATING[operation](np.linspace(first, last, GRID) * 2.0**-fraction)
    curve = curve_of(values)
    tolerance = float(np.abs(values).max()) * 2.0**-result_bits
    asked = Specification(first, last, fraction, tolerance)
    try:
        found = approximate(FUNCTIONS[operation], asked, fabric)[0]
    except SymhdlError:
        return None
    ways = ways_of(fabric, curve, (last - first).bit_length(), tolerance)
    return Sample(ways, found.worth, found.cost.luts) if found.worth else None
