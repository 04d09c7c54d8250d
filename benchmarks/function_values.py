"""Designs of one variable held to the true values of their function, at all arguments or at a million of them.

The true values come of balls with 40 certain digits and are kept as integers in units of 2**-32 of the last place.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.function_suite import Row
from symhdl.compiled import CompiledDesign
from symhdl.evaluate import evaluate_points
from symhdl.numeric.ball import nearest_integer, precision
from symhdl.numeric.fixed import power_of_two

SPARE = 32
ALL = 1 << 20  # arguments are all tried
DRAWN = 1_000_000
BITS = 192

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Held:
    """What is proved of a design and what was found, in units of the last place.

    `correct` is the share of results that are the nearest ones, `is_whole` whether all arguments were tried.
    """

    proved: float
    measured: float
    correct: float
    is_whole: bool

    @property
    def holds(self) -> bool:
        """Whether nothing is further off than was proved, nor by a whole unit."""
        return self.measured <= self.proved and self.measured < 1


def arguments(row: Row) -> Integers:
    """The integers at which results are looked at: all of them, or both ends and some by chance."""
    low, high = row.arguments
    if high - low < ALL:
        return np.arange(low, high + 1)
    drawn = np.random.default_rng(row.bits).integers(low, high + 1, DRAWN)
    return np.concatenate([[low, high], drawn])


def true_values(row: Row, cache: Path) -> Integers:
    """The values at `arguments`, each off by at most a unit."""
    known_by = hashlib.sha256(f"{row.source}\n{SPARE} {DRAWN} {ALL}".encode()).hexdigest()[:12]
    place = cache / f"values_{known_by}.npy"
    if not place.exists():
        unit = power_of_two(-row.bits)
        reals: list[Fraction] = [int(n) * unit for n in arguments(row)]
        (found,) = evaluate_points(row.mathematics, {"x": reals}).values()
        with precision(BITS):
            assert all(ball is not None for ball in found), f"{row.name} has no value somewhere"
            values = [nearest_integer(b, row.bits + SPARE)[0] for b in found if b is not None]
        cache.mkdir(parents=True, exist_ok=True)
        np.save(place, np.array(values, dtype=np.int64))
    values_kept: Integers = np.load(place, allow_pickle=False)
    return values_kept


def held(row: Row, design: CompiledDesign, cache: Path) -> Held:
    """The design against the true values."""
    (port,) = design.datapath.inputs
    (output,) = design.datapath.outputs
    asked = arguments(row)
    shift = port.format.fraction - row.bits
    assert shift == 0 and output.format.fraction == row.bits, "other formats than were asked for"
    results = design.simulate_integers({port.name: asked})[output.name].astype(np.int64)
    off = np.abs((results << SPARE) - true_values(row, cache))
    unit = 2.0**SPARE
    low, high = row.arguments
    return Held(
        design.error_bound * 2.0**row.bits,
        (int(off.max()) - 1) / unit,
        float(np.mean(off <= unit / 2)),
        len(asked) == high - low + 1,
    )


def nearest_results(row: Row, cache: Path) -> list[int]:
    """The results rounded to nearest, ties upwards, of a row whose arguments are all looked at."""
    values = true_values(row, cache)
    half = 1 << SPARE - 1
    nearest: list[int] = ((values + half) >> SPARE).tolist()
    return nearest
