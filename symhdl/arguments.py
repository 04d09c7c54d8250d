"""What the library's functions are given: plain ways of saying it accepted, all else told before anything is done."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt

from symhdl.errors import Source, SymhdlError, error, shortened
from symhdl.numeric.fixed import FixedFormat, format_problem, parse_format
from symhdl.numeric.limits import MAXIMUM_EXPONENT

Word = TypeVar("Word", bound=str)
Number = int | float | str | Fraction
Reals = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64] | npt.NDArray[np.object_]

FASTEST_MHZ = 10_000.0
WIDEST = 64  # bits that inputs and outputs get by a width alone
MOST_BLOCKS = 10**9
HUGE = 1 << 64  # beyond, a number is not shown
INTEGER_KINDS = "bui"
NUMBER_KINDS = "buif"  # of NumPy's arrays: booleans, integers, floats


@dataclass(frozen=True, slots=True)
class Input:
    """An input's format (`"fixed<12,3>"`) and range, either of which may be left out."""

    format: str | FixedFormat | None = None
    range: tuple[Number, Number] | None = None


InputLike = Input | str | FixedFormat | tuple[Number, Number] | None
"""What may stand for an `Input`: a format alone, a range alone, or nothing."""


def unfit(what: str, value: object, wanted: str, help: str | None = None) -> SymhdlError:
    """The error that an argument is not what is wanted."""
    return error("bad-argument", f"{what} is {shown(value)}, not {wanted}", help=help)


def shown(value: object) -> str:
    """A value as a message may show it; only of plain ones that is what Python prints."""
    if isinstance(value, tuple | list):
        return shortened(f"({', '.join(map(_shown_plain, value[:4]))})")
    return _shown_plain(value)


def _shown_plain(value: object) -> str:
    if isinstance(value, int | Fraction) and not -HUGE < value < HUGE:
        return "a huge number"
    if value is None or isinstance(value, str | int | float | Fraction):
        return shortened(repr(value))
    return f"an object of the type {type(value).__qualname__}"


def text_of(what: str, value: object) -> str:
    """The text, which is not empty."""
    if not isinstance(value, str) or not value:
        raise unfit(what, value, "a text")
    return value


def choice_of(what: str, value: object, choices: Sequence[Word]) -> Word:
    """One of a few words."""
    for choice in choices:
        if isinstance(value, str) and value == choice:
            return choice
    raise unfit(what, value, " or ".join(f'"{choice}"' for choice in choices))


def whole_of(what: str, value: object, least: int, most: int) -> int:
    """A whole number between two others."""
    plain = _plain(value)
    is_whole = isinstance(plain, int) and not isinstance(plain, bool)
    if not (is_whole and isinstance(plain, int) and least <= plain <= most):
        raise unfit(what, value, f"a whole number from {least:,} to {most:,}")
    return plain


def frequency_of(value: object) -> float:
    """A clock in MHz."""
    plain = _plain(value)
    is_number = isinstance(plain, int | float) and not isinstance(plain, bool)
    if not (is_number and isinstance(plain, int | float) and 0 <= plain <= FASTEST_MHZ):
        wanted = f"a number of MHz up to {FASTEST_MHZ:,.0f}"
        raise unfit("frequency", value, wanted, "0 is combinational logic")
    return float(plain)


DSP_USES: dict[str, Literal["auto", "none"]] = {"auto": "auto", "none": "none"}


def dsp_of(value: object) -> Literal["auto", "none"]:
    """Whether products may become DSP blocks. Raises SymhdlError for all but `auto` and `none`."""
    if isinstance(value, str) and value in DSP_USES:
        return DSP_USES[value]
    number = isinstance(value, int) or (isinstance(value, str) and value.isdecimal())
    notes = ("no limit on the number of blocks can be kept yet",) if number else ()
    help = "say `none` for no blocks, or `auto` for as many as the products need"
    raise error("bad-dsp", f"dsp is {shown(value)}, not `auto` or `none`", notes=notes, help=help)


def select_of(value: object) -> str:
    """Which equation is wanted; a bare number is a complexity."""
    plain = _plain(value)
    if isinstance(plain, int) and not isinstance(plain, bool) and 0 <= plain <= MOST_BLOCKS:
        return f"complexity={plain}"
    if not isinstance(plain, str):
        raise unfit("select", value, "a complexity or a text")
    return f"complexity={plain}" if plain.isascii() and plain.isdigit() else plain


def path_of(what: str, value: object) -> Path:
    """The path, which may be given as text."""
    if not isinstance(value, str | Path) or not str(value) or "\0" in str(value):
        raise unfit(what, value, "a path")
    return Path(value)


def callable_of(what: str, value: object) -> Callable[..., object]:
    """A function."""
    if not callable(value):
        raise unfit(what, value, "a function")
    return value


def names_of(what: str, value: object) -> tuple[str, ...]:
    """Names; a single text is one."""
    entries = [value] if isinstance(value, str) else value
    if not isinstance(entries, Iterable):
        raise unfit(what, value, "a list of names")
    return tuple(text_of(f"a name in {what}", entry) for entry in entries)


def inputs_of(value: object) -> dict[str, Input]:
    """Inputs by name, each with what is said of it."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        help = 'write inputs={"x": symhdl.Input(range=(-1, 1))}'
        raise unfit("inputs", value, "a dict of symhdl.Input by name", help)
    from symhdl.names.canonical import canonical

    return {
        canonical(text_of("a name in inputs", name)): _input_of(name, entry)
        for name, entry in value.items()
    }


def _input_of(name: str, entry: object) -> Input:
    if entry is None:
        return Input()
    if isinstance(entry, str | FixedFormat):
        return Input(format_of(entry))
    if isinstance(entry, tuple | list | np.ndarray):
        return Input(range=range_of(name, entry))
    if not isinstance(entry, Input):
        help = f'write inputs={{"{name}": symhdl.Input(range=(-1, 1))}}, a format or a range'
        raise unfit(f"the entry of input `{name}`", entry, "a symhdl.Input", help)
    return entry


def fraction_of(value: object) -> Fraction:
    """The number, exactly; NumPy's numbers are numbers, too, and so are texts such as `2^-8`, rounded down."""
    return _ends_of(value)[0]


def positive_of(what: str, value: object) -> Fraction:
    """A number above zero."""
    found = fraction_of(value)
    if found <= 0:
        raise unfit(what, value, "a number above 0")
    return found


def _ends_of(value: object) -> tuple[Fraction, Fraction]:
    """Fractions between which the number lies; equal but for texts that say an irrational one."""
    plain = _plain(value)
    if isinstance(plain, float | numbers.Rational | Decimal) and _is_finite(plain):
        exact = Fraction(plain)
        return exact, exact
    if isinstance(plain, str):
        from symhdl.grammar import parse_constant

        low, high = parse_constant(Source("<number>", plain))
        return low, high
    raise error("bad-number", f"{shown(value)} is not a finite number")


def _is_finite(value: float | numbers.Rational | Decimal) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite() and abs(value.adjusted()) <= MAXIMUM_EXPONENT
    return not isinstance(value, bool | float) or (
        isinstance(value, float) and math.isfinite(value)
    )


def _plain(value: object) -> object:
    """The number of Python that a number of NumPy is."""
    return value.item() if isinstance(value, np.generic) else value


def range_of(name: str, given: object) -> tuple[Fraction, Fraction]:
    """The ends of the range of an input, the lower one first."""
    is_row = isinstance(given, tuple | list) or (isinstance(given, np.ndarray) and given.ndim == 1)
    ends = list(given) if is_row and isinstance(given, tuple | list | np.ndarray) else []
    if len(ends) != 2:
        help = "write range=(-1, 1)"
        raise error("bad-range", f"the range of `{name}` must have two ends", help=help)
    low, high = _ends_of(ends[0])[0], _ends_of(ends[1])[1]
    if low > high:
        message = f"the lower end of the range of `{name}` lies above the upper one"
        raise error("empty-range", message, help="write the smaller number first")
    return low, high


def format_of(value: object) -> FixedFormat:
    """The format, which may be given as text."""
    found = parse_format(value) if isinstance(value, str) else value
    if not isinstance(found, FixedFormat):
        raise error("bad-format", f"{shown(value)} is not a format", help='write "fixed<12,3>"')
    problem = format_problem(found)
    if problem is not None:
        raise error("bad-format", f"{shown(value)}: {problem}")
    return found


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
