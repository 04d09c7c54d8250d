"""Sums of tables as ways to approximate a function: which cuts are promising, and the entries with their proof.

D. Das Sarma and D. W. Matula, Faithful bipartite ROM reciprocal tables, 1995; F. de Dinechin and A. Tisserand,
Multipartite table methods, 2005.

For every argument the integers whose numbers are within the error are an interval, proved by balls. Sums within these
are all that the bound stands on; the rounding is part of the initial values.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from symhdl.approximation.approximation import Specification
from symhdl.approximation.decompositions import (
    LEAST_BITS,
    MOST_BITS,
    MOST_BITS_OF_LARGE,
    Ranked,
    ranked,
)
from symhdl.approximation.every_value import every_value, guessed_values
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.approximation.table_fit import fitted, simplified, windows_of
from symhdl.approximation.table_sum import Contents, Shape, TableSum, results
from symhdl.cost.operators import Fabric
from symhdl.cost.tables import Floats

FEW_INPUTS = 4
"""Of LUTs in which tables of more than `MOST_BITS` do not pay."""
LARGEST = 2.0**40  # units of a result
WAYS = 12


@lru_cache(maxsize=256)
def ways(
    function: SmoothFunction, specification: Specification, fabric: Fabric
) -> tuple[Ranked, ...]:
    """The ways to cut the argument that are worth a look, with their estimates, the least first."""
    most = MOST_BITS if fabric.target.resources.lut_inputs <= FEW_INPUTS else MOST_BITS_OF_LARGE
    if not LEAST_BITS <= specification.span.bit_length() <= most:
        return ()
    bits, start = place_of(specification)
    values = _values(function, specification)
    if bits > most or values is None:
        return ()
    error = math.ldexp(specification.error, specification.result_fraction)
    extended = _extended(values, start, 1 << bits)
    reached = slice(start, start + len(values))
    return tuple(ranked(extended, error, fabric, WAYS, reached))


def table_sum(
    function: SmoothFunction, specification: Specification, shapes: Sequence[Shape],
    worth: Callable[[TableSum], float],
) -> TableSum | None:  # fmt: skip
    """The sum of tables that is worth least of those of a few shapes; None where no entries are found."""
    argument = _argument(specification)
    fraction = specification.result_fraction
    values = every_value(function, argument, specification.precision, fraction)
    guess = _values(function, specification)
    if values is None or guess is None:
        return None
    bits, start = place_of(specification)
    size = 1 << bits
    turn = (specification.minimum - start) % size  # of the address 0 in the order of the arguments
    middles = np.roll(_extended(guess, start, size), turn) + 0.5
    low, high = values.allowed(specification.error)
    if specification.ends is not None:
        low, high = np.maximum(low, specification.ends[0]), np.minimum(high, specification.ends[1])
        if (low > high).any():
            return None
    found: list[TableSum] = []
    for shape in shapes:
        windows = windows_of(low, high, shape, specification.minimum % size)
        contents = fitted(shape, windows, np.ldexp(middles, shape.guard) - 0.5)
        if contents is not None:
            simple = simplified(shape, windows, contents)
            is_simple = all(map(np.array_equal, contents, simple))
            for each in (contents,) if is_simple else (contents, simple):
                found.append(_proved(specification, shape, each, values.error_of))
    return min(found, key=worth, default=None)


def _proved(
    specification: Specification, shape: Shape, contents: Contents,
    error_of: Callable[[np.ndarray], float],
) -> TableSum:  # fmt: skip
    entries = tuple(tuple(table.tolist()) for table in contents)
    integers = results(specification, shape, contents)
    error = error_of(integers)
    assert error <= specification.error, "a sum beside its window; please report this"
    return TableSum(
        specification, f"{NAMES[len(shape.parts)]} table", specification.result_fraction,
        int(integers.min()), int(integers.max()), error, shape, entries,
    )  # fmt: skip


NAMES = ("plain", "bipartite", "tripartite", "multipartite")


def place_of(specification: Specification) -> tuple[int, int]:
    """How many of the lowest bits of the argument are its address, and which place the least has in the order of these.

    The order begins at the address 0 or, where arguments with signs are about zero, at that of the uppermost bit alone.
    """
    least, most = specification.minimum, specification.maximum
    bits = specification.span.bit_length()
    while True:
        for turn in (0, 1 << (bits - 1)):
            if (least + turn) >> bits == (most + turn) >> bits:
                return bits, (least + turn) % (1 << bits)
        bits += 1


def _argument(specification: Specification) -> tuple[int, int, int]:
    return specification.minimum, specification.maximum, specification.fraction


def _values(function: SmoothFunction, specification: Specification) -> Floats | None:
    """The values in units of the result, for searches; None where they are too large, or off by more than that."""
    found = guessed_values(function, _argument(specification), specification.precision)
    if found is None:
        return None
    values, off = found
    unit = math.ldexp(1.0, -specification.result_fraction)
    if off > unit or float(np.abs(values).max()) > LARGEST * unit:
        return None
    return values / unit


def _extended(values: Floats, start: int, size: int) -> Floats:
    """The values in the order of the addresses; beyond the ends of the range they are straight lines."""
    places = np.arange(size) - start
    last = len(values) - 1
    beyond = np.where(places < 0, places * (values[1] - values[0]), 0.0)
    beyond += np.where(places > last, (places - last) * (values[-1] - values[-2]), 0.0)
    found: Floats = values[np.clip(places, 0, last)] + beyond
    return found
