"""What the library's functions are given: numbers, formats, ranges and arrays, checked before anything is done."""

from __future__ import annotations

import numbers
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from symhdl.errors import error
from symhdl.numeric.fixed import FixedFormat, format_problem, parse_format

Number = int | float | str | Fraction
Reals = npt.NDArray[np.float64]

FASTEST_MHZ = 10_000.0
WIDEST = 64  # bits that inputs and outputs get by a width alone


@dataclass(frozen=True, slots=True)
class Input:
    """An input's format (`"fixed<12,3>"`) and range, either of which may be left out."""

    format: str | FixedFormat | None = None
    range: tuple[Number, Number] | None = None


def check_arguments(
    inputs: object, width: object, output_width: object, frequency: object, level: object
) -> None:
    """Raises SymhdlError for arguments that make no sense."""
    if not isinstance(inputs, Mapping):
        help = 'write inputs={"x": symhdl.Input(range=(-1, 1))}'
        raise error("bad-input", "inputs is no dict of symhdl.Input by name", help=help)
    for name, entry in inputs.items():
        if not isinstance(entry, Input):
            help = f'write inputs={{"{name}": symhdl.Input(range=(-1, 1))}}'
            raise error("bad-input", f"the entry of input `{name}` is no symhdl.Input", help=help)
    for what, bits in (("width", width), ("output_width", output_width)):
        if bits is not None and not (isinstance(bits, int) and 1 <= bits <= WIDEST):
            raise error("bad-width", f"{what} is {bits!r}, not a whole number from 1 to {WIDEST}")
    if not (isinstance(frequency, int | float) and 0 <= frequency <= FASTEST_MHZ):
        raise error(
            "bad-frequency", f"frequency is {frequency!r}, not a number of MHz; 0 is combinational"
        )
    if level not in (0, 1, 2):
        raise error("bad-level", f"level is {level!r}; there are 0, 1 and 2")


def fraction_of(value: object) -> Fraction:
    """The number, exactly; NumPy's numbers are numbers, too."""
    plain = value.item() if isinstance(value, np.generic) else value
    try:
        if isinstance(plain, str | float | numbers.Rational):
            return Fraction(plain)
    except (ValueError, OverflowError, ZeroDivisionError):
        pass
    raise error("bad-number", f"{value!r:.80} is not a finite number")


def range_of(name: str, given: object) -> tuple[Fraction, Fraction]:
    """The ends of the range of an input, the lower one first."""
    ends = list(given) if isinstance(given, Sequence | np.ndarray) else []
    if len(ends) != 2 or isinstance(given, str):
        help = "write range=(-1, 1)"
        raise error("bad-range", f"the range of `{name}` has not two ends", help=help)
    low, high = map(fraction_of, ends)
    if low > high:
        message = f"the lower end of the range of `{name}` lies above the upper one"
        raise error("empty-range", message, help="write the smaller number first")
    return low, high


def format_of(value: object) -> FixedFormat:
    """The format, which may be given as text."""
    found = parse_format(value) if isinstance(value, str) else value
    if not isinstance(found, FixedFormat):
        raise error("bad-format", f"{value!r:.80} is not a format", help='write "fixed<12,3>"')
    problem = format_problem(found)
    if problem is not None:
        raise error("bad-format", f"{value!r}: {problem}")
    return found


def arrays_by_name(
    names: Sequence[str], arrays: Sequence[npt.ArrayLike], named: Mapping[str, npt.ArrayLike]
) -> dict[str, Reals]:
    """One array of numbers for each name, all of one length; numbers alone stand for as many as there are."""
    given = dict(zip(names, arrays, strict=False))
    given.update(named)
    if set(given) != set(names) or len(arrays) > len(names):
        listed = ", ".join(names)
        raise error("bad-input", f"simulate needs one array for each of the inputs {listed}")
    columns = {name: _reals_of(name, given[name]) for name in names}
    lengths = {len(column) for column in columns.values()} - {1}
    if len(lengths) > 1:
        shown = ", ".join(f"`{name}` {len(column)}" for name, column in columns.items())
        raise error("bad-input", f"the arrays have different lengths: {shown}")
    rows = lengths.pop() if lengths else 1
    return {name: np.ascontiguousarray(np.broadcast_to(c, rows)) for name, c in columns.items()}


def _reals_of(name: str, values: npt.ArrayLike) -> Reals:
    try:
        column = np.atleast_1d(np.asarray(values, dtype=np.float64))
    except (TypeError, ValueError):
        raise error("bad-input", f"`{name}` is no array of numbers") from None
    if column.ndim != 1:
        raise error("bad-input", f"`{name}` has {column.ndim} dimensions, not one")
    if np.isnan(column).any():
        row = int(np.argmax(np.isnan(column)))
        raise error("bad-input", f"`{name}` is nan at index {row}", help="leave such rows out")
    return column
