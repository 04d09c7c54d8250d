"""Tables of numbers as CSV: reading them with a place for every mistake, fixing them to ports, printing."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import numpy.typing as npt

from symhdl.errors import Diagnostic, Source, Span, SymhdlError, error
from symhdl.ir.datapath import Port
from symhdl.numeric.fixed import FixedFormat

Reals = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64] | npt.NDArray[np.object_]

DELIMITERS = ",;\t"
MAXIMUM_TOLD = 10
FLOAT_BITS = 53
INT64_BITS = 62  # so that sums and shifts by one bit stay within int64

_QUOTED = re.compile(r'\s*"((?:[^"]|"")*)"\s*')


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of finite numbers, with the source that they came from."""

    source: Source
    names: tuple[str, ...]
    columns: tuple[Reals, ...]

    @property
    def rows(self) -> int:
        """How many rows there are below the header."""
        return len(self.columns[0])


@dataclass(frozen=True, slots=True)
class _Cell:
    """The text of a cell and where it stands in the source."""

    text: str
    start: int
    end: int


def _cells(text: str, start: int, end: int, delimiter: str) -> list[_Cell]:
    """The cells of the line from `start` to `end`; quotes may hold delimiters, not line ends."""
    cells: list[_Cell] = []
    position = start
    while True:
        quoted = _QUOTED.match(text, position, end)
        if quoted is not None and (quoted.end() == end or text[quoted.end()] == delimiter):
            cells.append(_Cell(quoted[1].replace('""', '"'), position, quoted.end()))
            stop = quoted.end()
        else:
            found = text.find(delimiter, position, end)
            stop = end if found < 0 else found
            cells.append(_Cell(text[position:stop].strip(), position, stop))
        if stop == end:
            return cells
        position = stop + 1


def _number(text: str) -> float | None:
    """The finite number that a text is; None if it is none."""
    if "_" in text:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _lines(text: str) -> list[tuple[int, int]]:
    """Start and end of every line that is not blank and no `#` comment."""
    spans: list[tuple[int, int]] = []
    position = 0
    for line in text.split("\n"):
        content = line.strip()
        if content and not content.startswith("#"):
            spans.append((position, position + len(line)))
        position += len(line) + 1
    return spans


def read_table(source: Source) -> Table:
    """The table in a CSV text: a line of names, then lines of numbers.

    The delimiter is the comma, or where the first line has none, the semicolon or the tab. A first
    line of nothing but numbers is data, and the columns are then x0, x1, ...
    Raises SymhdlError with the line and column of each malformed cell or line.
    """
    lines = _lines(source.text)
    if not lines:
        raise error("bad-csv", f"{source.name} is empty", help="the first line names the columns")
    first = source.text[slice(*lines[0])]
    delimiter = next((mark for mark in DELIMITERS if mark in first), ",")
    header = _cells(source.text, *lines[0], delimiter)
    if all(_number(cell.text) is not None for cell in header):
        names = tuple(f"x{index}" for index in range(len(header)))
    else:
        names = _column_names(source, header)
        lines = lines[1:]
    if not lines:
        raise error("bad-csv", f"{source.name} has no rows", help="put numbers below the names")
    rows = _rows(source, lines, delimiter, len(names))
    columns = tuple(np.ascontiguousarray(column) for column in rows.T)
    return Table(source, names, columns)


def _column_names(source: Source, header: Sequence[_Cell]) -> tuple[str, ...]:
    """The names in the first line; every one must be there, and only once."""
    problems: list[Diagnostic] = []
    seen: set[str] = set()
    for cell in header:
        span = Span(source, cell.start, max(cell.end, cell.start + 1))
        if not cell.text:
            problems.append(Diagnostic("bad-csv", "a column without a name", span))
        elif cell.text in seen:
            problems.append(Diagnostic("bad-csv", f"two columns named `{cell.text}`", span))
        seen.add(cell.text)
    if problems:
        raise SymhdlError(*problems[:MAXIMUM_TOLD])
    return tuple(cell.text for cell in header)


def _rows(
    source: Source, lines: Sequence[tuple[int, int]], delimiter: str, width: int
) -> npt.NDArray[np.float64]:
    """The numbers, one row per line; quick where nothing is wrong, else with every mistake told."""
    text = source.text
    if "_" not in text[lines[0][0] :]:
        try:
            plain = [
                [float(cell) for cell in text[start:end].split(delimiter)] for start, end in lines
            ]
        except ValueError:
            plain = []
        if plain and all(len(row) == width for row in plain):
            values = np.array(plain, dtype=np.float64)
            if np.isfinite(values).all():
                return values
    return _careful_rows(source, lines, delimiter, width)


def _careful_rows(
    source: Source, lines: Sequence[tuple[int, int]], delimiter: str, width: int
) -> npt.NDArray[np.float64]:
    """As `_rows`, cell by cell. Raises SymhdlError with the first few mistakes."""
    problems: list[Diagnostic] = []
    rows: list[list[float]] = []
    for start, end in lines:
        cells = _cells(source.text, start, end, delimiter)
        if len(cells) != width:
            message = f"{len(cells)} cells where the first line has {width}"
            problems.append(Diagnostic("bad-csv", message, Span(source, start, end)))
        else:
            values = [_number(cell.text) for cell in cells]
            pairs = zip(cells, values, strict=True)
            problems += [_not_a_number(source, cell) for cell, value in pairs if value is None]
            rows.append([value for value in values if value is not None])
        if len(problems) >= MAXIMUM_TOLD:
            break
    if problems:
        raise SymhdlError(*problems[:MAXIMUM_TOLD])
    return np.array(rows, dtype=np.float64)


def _not_a_number(source: Source, cell: _Cell) -> Diagnostic:
    shown = cell.text if len(cell.text) <= 40 else cell.text[:40] + "..."
    message = f"`{shown}` is not a finite number" if cell.text else "an empty cell"
    return Diagnostic("bad-csv", message, Span(source, cell.start, max(cell.end, cell.start + 1)))


def _numbered(names: Sequence[str]) -> bool:
    return all(name == f"x{index}" for index, name in enumerate(names))


def match_columns(table: Table, wanted: Sequence[str]) -> tuple[Reals, ...]:
    """The columns that belong to the inputs `wanted`, in their order.

    By name; else in order, if there are as many columns as inputs and one side is x0, x1, ...
    Raises SymhdlError that names what is missing.
    """
    missing = [name for name in wanted if name not in table.names]
    if not missing:
        return tuple(table.columns[table.names.index(name)] for name in wanted)
    if len(wanted) == len(table.names) and (_numbered(table.names) or _numbered(wanted)):
        return table.columns
    notes = ["columns of the file: " + ", ".join(table.names[:30])]
    for name in missing:
        close = get_close_matches(name, table.names, n=1)
        if close:
            notes.append(f"did you mean `{close[0]}` for `{name}`?")
    one = "no column for the input" if len(missing) == 1 else "no columns for the inputs"
    message = f"{table.source.name} has {one} " + ", ".join(f"`{name}`" for name in missing)
    help = "name the columns after the inputs in the first line"
    raise error("missing-column", message, notes=notes, help=help)


def quantise(values: Reals, port: Port) -> tuple[Integers, int]:
    """Real numbers as integers of the port, and how many lay outside of its range.

    Rounded to nearest with ties upwards, then held within the port's proved range.
    """
    # What becomes infinite here is held at the range's end below.
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = np.ldexp(values, port.format.fraction)
        below = np.floor(scaled)
        rounded = np.where(scaled - below >= 0.5, below + 1.0, below)
    if port.format.width <= FLOAT_BITS:
        held = np.clip(rounded, port.minimum, port.maximum)
        outside = int(np.count_nonzero(held != rounded))
        return held.astype(np.int64), outside
    exact = np.array([_whole(value) for value in rounded], dtype=object)
    clipped = np.array([min(max(v, port.minimum), port.maximum) for v in exact], dtype=object)
    outside = int(np.count_nonzero(clipped != exact))
    return (clipped.astype(np.int64) if port.format.width <= INT64_BITS else clipped), outside


def _whole(value: float) -> int:
    """The integer that a float holds; one beyond the floats stands for the largest of them."""
    return int(value) if math.isfinite(value) else int(math.copysign(1, value)) << 1100


def decimals(integers: Integers, number_format: FixedFormat) -> list[str]:
    """Integers of a format as exact decimal numbers: as floats print where these are exact."""
    fraction = number_format.fraction
    if number_format.width <= FLOAT_BITS and abs(fraction) < 900:
        reals = np.ldexp(integers.astype(np.float64), -fraction)
        return [repr(value) for value in reals.tolist()]
    return [exact_decimal(int(integer), fraction) for integer in integers.tolist()]


def exact_decimal(integer: int, fraction: int) -> str:
    """integer * 2**-fraction with all of its decimals."""
    if fraction <= 0:
        return str(integer << -fraction)
    # 2**-f is 5**f * 10**-f.
    digits = str(abs(integer) * 5**fraction).rjust(fraction + 1, "0")
    decimal_part = digits[-fraction:].rstrip("0") or "0"
    return f"{'-' if integer < 0 else ''}{digits[:-fraction]}.{decimal_part}"
