"""Arrays by the names of inputs, as the library is given them: numbers only, of one length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from symhdl.errors import error

Reals = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64] | npt.NDArray[np.object_]

INTEGER_KINDS = "bui"
NUMBER_KINDS = "buif"  # of NumPy's arrays: booleans, integers, floats


def arrays_by_name(
    names: Sequence[str], arrays: Sequence[npt.ArrayLike], named: Mapping[str, npt.ArrayLike]
) -> dict[str, Reals]:
    """One array of numbers for each name, all of one length; numbers alone stand for as many as there are."""
    given = dict(zip(names, arrays, strict=False))
    given.update(named)
    if set(given) != set(names) or len(arrays) > len(names):
        listed = ", ".join(f"`{name}`" for name in names)
        raise error("bad-input", f"give one array for each of the inputs {listed}")
    columns = {name: _reals_of(name, given[name]) for name in names}
    lengths = {len(column) for column in columns.values()} - {1}
    if len(lengths) > 1:
        listed = ", ".join(f"`{name}` {len(column)}" for name, column in columns.items())
        raise error("bad-input", f"the arrays have different lengths: {listed}")
    rows = lengths.pop() if lengths else 1
    return {name: np.ascontiguousarray(np.broadcast_to(c, rows)) for name, c in columns.items()}


def integers_by_name(names: Sequence[str], given: object) -> dict[str, Integers]:
    """One array of integers for each name, all of one length."""
    if not isinstance(given, Mapping) or set(given) != set(names):
        listed = ", ".join(names)
        raise error("bad-input", f"a dict with one array for each of the inputs {listed} is needed")
    columns = {name: _integers_of(name, given[name]) for name in names}
    if len({len(column) for column in columns.values()}) > 1:
        listed = ", ".join(f"`{name}` {len(column)}" for name, column in columns.items())
        raise error("bad-input", f"the arrays have different lengths: {listed}")
    return columns


def _integers_of(name: str, values: object) -> Integers:
    try:
        column = np.asarray(values)
    except ValueError:
        column = np.empty((0, 0))
    is_whole = column.dtype.kind in INTEGER_KINDS
    if column.dtype == np.object_:
        is_whole = all(isinstance(value, int | np.integer) for value in column.ravel())
    if column.ndim != 1 or not is_whole:
        raise error("bad-input", f"`{name}` must be an array of integers")
    return column


def _reals_of(name: str, values: npt.ArrayLike) -> Reals:
    try:
        array = np.asarray(values)
        if array.dtype.kind not in NUMBER_KINDS and array.dtype != np.object_:
            raise TypeError
        column = np.atleast_1d(array.astype(np.float64, copy=False))
    except (TypeError, ValueError, OverflowError):
        raise error("bad-input", f"`{name}` must be an array of numbers") from None
    if column.ndim != 1:
        raise error("bad-input", f"`{name}` has {column.ndim} dimensions, not one")
    if np.isnan(column).any():
        row = int(np.argmax(np.isnan(column)))
        raise error("bad-input", f"`{name}` is nan at index {row}", help="leave such rows out")
    return column
