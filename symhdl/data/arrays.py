"""Tables that are in memory: NumPy arrays, dicts of arrays, data frames; and how arrays become numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import cast

import numpy as np
import numpy.typing as npt

from symhdl.data.limits import check_columns
from symhdl.data.table import Block, Missing, Reals, Table, counted_names
from symhdl.errors import SymhdlError, error, shortened

Array = npt.NDArray[np.generic]

ROWS = 1 << 16
"""Rows that are looked at together, if they have few columns."""

NUMBERS = 1 << 20
"""Numbers of all columns that are looked at together."""

NUMBER_KINDS = "buif"  # booleans, integers with and without sign, floats, as NumPy calls them
OBJECT_KIND = "O"
KINDS = {
    "c": "complex numbers",
    "U": "text",
    "S": "text",
    "T": "text",
    "V": "records",
    "M": "dates",
    "m": "spans of time",
    "O": "objects",
}
MISSING_OBJECTS = frozenset({"NoneType", "NAType", "NaTType"})


def field_of(records: Array, key: str) -> Array:
    """A field of an array of records."""
    return cast(npt.NDArray[np.void], records)[key]


def not_numbers(name: str, column: str, kind: str) -> SymhdlError:
    """The error that a column holds something else than numbers."""
    what = KINDS.get(kind, "no numbers")
    text = f"column `{shortened(column)}` of {name} holds {what}"
    return error("bad-data", text, help="give it as numbers")


def numbers_of(array: Array, name: str, column: str, row: int) -> Reals:
    """The numbers of a column, from row `row` (counted from 0) on; what says that it is missing becomes NaN.

    Raises SymhdlError for a column of something else.
    """
    kind = array.dtype.kind
    if kind in NUMBER_KINDS:
        # A long double beyond the floats becomes infinite, which is told later.
        with np.errstate(over="ignore"):
            return array.astype(np.float64)
    if kind != OBJECT_KIND:
        raise not_numbers(name, column, kind)
    numbers = np.empty(len(array))
    for position, value in enumerate(array.tolist()):
        if type(value).__name__ in MISSING_OBJECTS:
            numbers[position] = math.nan
        elif isinstance(value, Real) or type(value).__name__ == "Decimal":
            numbers[position] = float(value)
        else:
            place = f"{name}, row {row + position + 1}, column `{column}`"
            raise error("bad-data", f"{place}: {type(value).__name__} is not a number")
    return numbers


def texts_of(array: Array) -> list[str]:
    """What stands in a column as text, whole numbers without a point; empty where a value is missing."""
    return [_text_of(value) for value in array.tolist()]


def _text_of(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").strip()
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return str(int(value)) if value.is_integer() else repr(value)
    if type(value).__name__ in MISSING_OBJECTS:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    return str(value).strip()


@dataclass(frozen=True, slots=True)
class ArrayRows:
    """The rows of one-dimensional arrays; those that are asked for together must have one length."""

    name: str
    names: tuple[str, ...]
    arrays: tuple[Array, ...]
    block: int = ROWS

    def blocks(self, columns: Sequence[int], missing: Missing) -> Iterator[Block]:  # noqa: ARG002
        """The columns, block by block. Raises SymhdlError for arrays of other things than numbers."""
        chosen = [self.arrays[column] for column in columns]
        check_lengths(
            self.name, [self.names[column] for column in columns], [len(a) for a in chosen]
        )
        rows = len(chosen[0]) if chosen else max(map(len, self.arrays), default=0)
        step = rows_of(len(columns), self.block)
        for start in range(0, rows, step):
            end = min(start + step, rows)
            values = np.empty((end - start, len(columns)))
            for position, (column, array) in enumerate(zip(columns, chosen, strict=True)):
                piece = array[start:end]
                values[:, position] = numbers_of(piece, self.name, self.names[column], start)
            yield Block(values)

    def texts(self, column: int) -> Iterator[list[str]]:
        """What stands in a column; empty where a value is missing."""
        array = self.arrays[column]
        for start in range(0, len(array), self.block):
            yield texts_of(array[start : start + self.block])


def rows_of(columns: int, block: int = ROWS) -> int:
    """How many rows of so many columns are looked at together: at most `block`."""
    return min(block, max(1, NUMBERS // max(1, columns)))


def check_lengths(name: str, names: Sequence[str], lengths: Sequence[int]) -> None:
    """Raises SymhdlError if columns differ in length."""
    for column, length in zip(names, lengths, strict=True):
        if length != lengths[0]:
            text = f"in {name}, `{names[0]}` has {lengths[0]} numbers and `{column}` has {length}"
            raise error("bad-data", text, help="give arrays of one length")


def named_columns(shapes: Mapping[str, tuple[int, ...]], name: str) -> dict[str, tuple[str, int]]:
    """The columns of arrays by name, as the array's name and the position in it.

    An array of one dimension is a column. Those of the array `X` of two are called `X[0]`, `X[1]`, ...; if there is no
    other such array, x0, x1, ... Other shapes are passed over. Raises SymhdlError if there is nothing.
    """
    flat = [key for key, shape in shapes.items() if len(shape) == 1 or shape[1:] == (1,)]
    wide = {key: shape[1] for key, shape in shapes.items() if len(shape) == 2 and shape[1] != 1}
    check_columns(len(flat) + sum(wide.values()), name)
    columns = {key: (key, 0) for key in flat}
    for key, count in wide.items():
        names = counted_names(count)
        if len(wide) > 1 or any(own in columns for own in names):
            names = tuple(f"{key}[{position}]" for position in range(count))
        columns |= {own: (key, position) for position, own in enumerate(names)}
    if not columns:
        help = "give arrays of one or two dimensions"
        raise error("bad-data", f"{name} holds no columns", help=help)
    return columns


def named_arrays(arrays: Mapping[str, Array], name: str) -> Table:
    """The table of arrays by name; see `named_columns`."""
    columns = named_columns({key: array.shape for key, array in arrays.items()}, name)
    chosen = tuple(
        arrays[key] if arrays[key].ndim == 1 else arrays[key][:, position]
        for key, position in columns.values()
    )
    return Table(name, tuple(columns), ArrayRows(name, tuple(columns), chosen))


def array_table(array: Array, name: str) -> Table:
    """The table of one array: of records, of one column, or of columns x0, x1, ...

    Raises SymhdlError for other dimensions.
    """
    fields = array.dtype.names
    if fields is not None and array.ndim == 1:
        return Table(
            name, fields, ArrayRows(name, fields, tuple(field_of(array, key) for key in fields))
        )
    if array.ndim not in (1, 2) or fields is not None:
        raise wrong_shape(name, array.shape)
    columns = (array,) if array.ndim == 1 else tuple(array.T)
    names = counted_names(len(columns))
    return Table(name, names, ArrayRows(name, names, columns), counted=True)


def wrong_shape(name: str, shape: Sequence[int]) -> SymhdlError:
    """The error that an array has not rows and columns."""
    text = f"{name} has the shape {tuple(shape)}"
    return error("bad-data", text, help="give rows and columns, or one column")


@dataclass(frozen=True, slots=True)
class DataFrame:
    """A data frame of a library that need not be there: how its columns are had by position."""

    module: str
    type: str
    names: str
    column: str


FRAMES = (
    DataFrame("pandas", "DataFrame", "columns", "iloc"),
    DataFrame("polars", "DataFrame", "columns", "to_series"),
    DataFrame("pyarrow", "Table", "column_names", "column"),
)


def frame_table(frame: object, name: str) -> Table | None:
    """The table of a data frame of pandas, polars or Arrow; None if it is none of them."""
    kind = type(frame)
    known = [
        f for f in FRAMES if (kind.__module__.split(".")[0], kind.__name__) == (f.module, f.type)
    ]
    if not known:
        return None
    labels = list(getattr(frame, known[0].names))
    get = getattr(frame, known[0].column)
    arrays = tuple(
        np.asarray(get[:, k] if known[0].column == "iloc" else get(k)) for k in range(len(labels))
    )
    counted = labels == list(range(len(labels)))
    names = counted_names(len(labels)) if counted else tuple(map(str, labels))
    return Table(name, names, ArrayRows(name, names, arrays), counted)
