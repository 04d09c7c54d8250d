"""Tables of numbers as the rest of symhdl sees them: named columns, read in chunks, every number checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from symhdl.data.opened import DataFile
from symhdl.errors import Diagnostic, SymhdlError, error, shortened, warning
from symhdl.names.canonical import canonical
from symhdl.names.spelling import similar

Reals = npt.NDArray[np.float64]
Missing = Literal["refuse", "skip"]
"""What becomes of missing values: an error, or the rows that have one are left out."""

MAXIMUM_TOLD = 10
MAXIMUM_NAMES = 30
MAXIMUM_COMPARED = 1000  # names among which one similar to a missing one is looked for
NAMES_HELP = "name the columns in the first line"
SKIP_HELP = "give it a value, or leave the row out, as `symhdl compile --missing skip` does"


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of some columns: one row of `values` per row of the table, NaN where a value is missing."""

    values: Reals

    @property
    def rows(self) -> int:
        """How many rows there are, also if no column was asked for."""
        return len(self.values)


class Rows(Protocol):
    """What a format brings: the numbers of its columns, in pieces."""

    def blocks(self, columns: Sequence[int], missing: Missing) -> Iterator[Block]:
        """The columns with these positions, block by block.

        Raises SymhdlError for what is no number; missing and infinite values may be left to the caller.
        """
        ...

    def texts(self, column: int) -> Iterator[list[str]]:
        """What stands in a column, number or not, as text; empty where a value is missing."""
        ...


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a table: finite numbers by the names that were asked for.

    `skipped` rows between the last chunk and the end of this one had missing values; `kept` marks those that had none,
    of which the chunk is made, unless that is all of them.
    """

    columns: dict[str, Reals]
    rows: int
    skipped: int = 0
    kept: npt.NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table of numbers. `counted` says that its columns had no names and were called x0, x1, ...

    `warnings` tells what had to be guessed to read it. `file` is where the rows come from, if it is a file.
    """

    name: str
    names: tuple[str, ...]
    source: Rows
    counted: bool = False
    warnings: tuple[Diagnostic, ...] = ()
    file: DataFile | None = None

    def places(self, wanted: Sequence[str]) -> tuple[int, ...]:
        """The positions of the columns that belong to the inputs `wanted`.

        By name, an index being part of it (`x[14]` is `x14`); other columns do not matter. Else as `_in_order` says.
        Raises SymhdlError that names what is missing.
        """
        places = self._places_by_name()
        missing = [name for name in wanted if name not in places]
        if missing:
            in_order = self._in_order(wanted)
            if in_order is None:
                raise self.without(missing)
            return in_order
        twice = [name for name in wanted if len(places[name]) > 1]
        if twice:
            raise error(
                "bad-data",
                f"{self.name} has several columns named `{twice[0]}`",
                help="rename all but one",
            )
        return tuple(places[name][0] for name in wanted)

    def _places_by_name(self) -> dict[str, list[int]]:
        """The positions of the columns by the names that inputs would have."""
        places: dict[str, list[int]] = {}
        for position, name in enumerate(self.names):
            places.setdefault(canonical(name.strip()), []).append(position)
        return places

    def _in_order(self, wanted: Sequence[str]) -> tuple[int, ...] | None:
        """The positions of columns without the names of inputs, as many as there are inputs; None if they have none.

        Inputs x0, x1, ..., and x1, x2, ... for columns without names, stand where they count themselves, others in
        their order. A column that has the name of an input is never another's.
        """
        if len(wanted) != len(self.names):
            return None
        is_strange = not self.named(wanted)
        for first, is_fit in ((0, is_strange), (1, self.counted and _numbered(self.names))):
            numbers = {f"x{first + place}": place for place in range(len(wanted))}
            if is_fit and numbers.keys() == set(wanted):
                return tuple(numbers[name] for name in wanted)
        counted = self.counted or _numbered(tuple(self._places_by_name()))
        return tuple(range(len(wanted))) if is_strange and counted else None

    def named(self, wanted: Sequence[str]) -> list[str]:
        """Those of the inputs `wanted` whose names columns have."""
        places = self._places_by_name()
        return [name for name in wanted if name in places]

    def place_of(self, column: str, what: str) -> int:
        """The position of a column by its name, with an index or without. Raises SymhdlError if there is no such one.

        `what` is that which the column says of the rows.
        """
        places = self._places_by_name().get(canonical(column.strip()), [])
        if not places:
            raise self.without([column], what)
        if len(places) > 1:
            raise error(
                "bad-data",
                f"{self.name} has several columns named `{column}`",
                help="rename all but one",
            )
        return places[0]

    def texts(self, place: int) -> list[str]:
        """What stands in the column at a position, one text for each row, the empty one where a value is missing."""
        found = [text for texts in self.source.texts(place) for text in texts]
        self._check_file()
        return found

    def warnings_for(self, wanted: Sequence[str]) -> tuple[Diagnostic, ...]:
        """What the user should know of how the columns were matched: where order or counting is only a convention."""
        named = self.named(wanted)
        if len(named) < len(wanted):
            return self._warnings_in_order(wanted, named)
        from_one = self.counted and len(self.names) > 1 and wanted and "x0" not in wanted
        if not from_one:
            return ()
        listed = ", ".join(f"`{name}` is column {int(name[1:]) + 1}" for name in wanted[:3])
        text = f"{self.name} names no columns, so they are counted from x0: {listed}"
        return (warning("counted-columns", text, help=NAMES_HELP),)

    def _warnings_in_order(
        self, wanted: Sequence[str], named: Sequence[str]
    ) -> tuple[Diagnostic, ...]:
        places = self._in_order(wanted)
        if places is None or len(wanted) == 1:
            return ()
        if named:
            last = f"`x{len(wanted)}` is column {len(wanted)}"
            text = f"{self.name} names no columns, so they are counted from x1: {last}"
            return (warning("counted-columns", text, help=NAMES_HELP),)
        pairs = ", ".join(
            f"`{name}` is {shortened(self.names[place])}"
            for name, place in list(zip(wanted, places, strict=True))[:5]
        )
        text = f"no column of {self.name} has the name of an input, so they are taken in order: {pairs}"
        return (warning("columns-in-order", text, help=NAMES_HELP),)

    def chunks(self, wanted: Sequence[str], missing: Missing = "refuse") -> Iterator[Chunk]:
        """The columns of the inputs `wanted`, in pieces of bounded size, from the first row to the last.

        Every number is finite: strings and infinities raise SymhdlError with their places, and so do missing values
        unless they are to be skipped. Several mistakes are told at once. A file that is written to meanwhile is told.
        """
        try:
            yield from self._chunks(wanted, missing)
        except SymhdlError:
            self._check_file()  # what is wrong may be what was just being written
            raise
        self._check_file()

    def _check_file(self) -> None:
        if self.file is not None:
            self.file.check()

    def _chunks(self, wanted: Sequence[str], missing: Missing) -> Iterator[Chunk]:
        places = self.places(wanted)
        problems: list[Diagnostic] = []
        row = 0
        for block in self.source.blocks(places, missing):
            values, kept = block.values, None
            if not np.isfinite(values).all():
                problems += self._mistakes(values, row, places, missing)
                kept = np.asarray(~np.isnan(values).any(axis=1))
                values = values[kept]
            row += block.rows
            if len(problems) >= MAXIMUM_TOLD:
                break
            if not problems:
                columns = dict(zip(wanted, np.ascontiguousarray(values.T), strict=True))
                yield Chunk(columns, len(values), block.rows - len(values), kept)
        if problems:
            raise SymhdlError(*problems[:MAXIMUM_TOLD])
        if row == 0:
            raise error("bad-data", f"{self.name} has no rows")

    def _mistakes(
        self, values: Reals, row: int, places: Sequence[int], missing: Missing
    ) -> list[Diagnostic]:
        """The numbers that are not finite, by row and name; missing ones only if they are refused."""
        wrong = ~np.isfinite(values) if missing == "refuse" else np.isinf(values)
        return [
            self.mistake(
                "a missing value" if np.isnan(values[line, position]) else "an infinite number",
                row + line,
                places[position],
                SKIP_HELP if np.isnan(values[line, position]) else None,
            )
            for line, position in np.argwhere(wrong)[:MAXIMUM_TOLD].tolist()
        ]

    def mistake(self, what: str, row: int, column: int, help: str | None = None) -> Diagnostic:
        """What is wrong with the number in a row, counted from 0 here and from 1 for the user."""
        place = f"{self.name}, row {row + 1}, column `{shortened(self.names[column])}`"
        return Diagnostic("bad-data", f"{place}: {what}", help=help)

    def without(self, missing: Sequence[str], what: str | None = None) -> SymhdlError:
        """The error that there is no column for some inputs, or for what a column was to say of the rows."""
        more = ", ..." if len(self.names) > MAXIMUM_NAMES else ""
        shown = ", ".join(shortened(name) or "(unnamed)" for name in self.names[:MAXIMUM_NAMES])
        notes = [f"columns of the file: {shown}{more}"]
        for name in missing[:MAXIMUM_TOLD]:
            close = similar(name, [known for known in self.names[:MAXIMUM_COMPARED] if known])
            if close:
                notes.append(f"did you mean `{close}` for `{name}`?")
        if any("\ufffd" in name for name in self.names):
            notes.append("the names are not UTF-8 text; save the file as UTF-8")
        listed = ", ".join(f"`{name}`" for name in missing)
        if what is not None:
            message = f"{self.name} has no column {listed}, which is to hold the {what}"
            return error("missing-column", message, notes=notes, help="give the name of a column")
        one = "no column for the input" if len(missing) == 1 else "no columns for the inputs"
        message = f"{self.name} has {one} {listed}"
        help = "name the columns after the inputs"
        return error("missing-column", message, notes=notes, help=help)


def counted_names(count: int) -> tuple[str, ...]:
    """The names of columns that have none: x0, x1, ..."""
    return tuple(f"x{position}" for position in range(count))


def readable(name: str) -> str:
    """A name as a file holds it, as text that can be written: what is no character becomes U+FFFD."""
    return name.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _numbered(names: Sequence[str]) -> bool:
    return tuple(names) == counted_names(len(names))
