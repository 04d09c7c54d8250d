"""Text tables: read block by block, quickly where all is well, and field by field where something must be told."""

from __future__ import annotations

import gzip
import io
import math
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from symhdl.data.fields import (
    BLANKS,
    NO_DELIMITER,
    Field,
    fields_of,
    is_missing,
    is_row,
    lines_of,
    number,
    texts_of,
    what_is_wrong,
    with_nan,
    without_quotes,
)
from symhdl.data.layout import Layout, check_numeric, decimal_mark, layout_of
from symhdl.data.limits import (
    LONGEST_HEAD,
    LONGEST_LINE,
    MAXIMUM_COLUMNS,
    PACKED,
    check_packing,
    too_long,
)
from symhdl.data.opened import DataFile
from symhdl.data.table import MAXIMUM_TOLD, SKIP_HELP, Block, Missing, Reals, Table
from symhdl.errors import Diagnostic, Source, Span, SymhdlError, error, shortened
from symhdl.files.reading import unreadable

BLOCK = 1 << 21
"""Characters that are read at once."""

HEAD = 1 << 16
HEAD_ROWS = 2
"""What is looked at to find out how a table is written: so many characters, and so many rows."""

UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
UNPACK_HELP = "unpack it with `gzip -d`"


_NEWLINES = re.compile(r"\n\n+")


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file of text, plain or compressed by gzip. Bytes that are no UTF-8 become U+FFFD: no number has them."""

    file: DataFile
    zipped: bool = False

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.file.name

    def open(self) -> io.TextIOWrapper:
        """The text with plain line ends, without a byte order mark."""
        binary = self.file.stream()
        if self.zipped:
            binary = io.BufferedReader(gzip.GzipFile(fileobj=binary))
        wide = binary.peek(2)[:2] in UTF_16_MARKS
        encoding = "utf-16" if wide else "utf-8-sig"
        return io.TextIOWrapper(binary, encoding, errors="replace")

    def pieces(self, start: int, size: int) -> Iterator[str]:
        """The text from character `start` on, in pieces of whole lines.

        Raises SymhdlError for a file that cannot be read, for endless lines, and for what becomes far too much.
        """
        try:
            yield from self._pieces(start, size)
        except (OSError, EOFError, zlib.error) as problem:
            raise unreadable(self.name, problem) from None

    def _pieces(self, start: int, size: int) -> Iterator[str]:
        with self.open() as stream:
            unpacked = len(stream.read(start))
            rest = ""
            while read := stream.read(size):
                unpacked += len(read)
                if self.zipped:
                    check_packing(unpacked, self.file.size, self.name, PACKED, UNPACK_HELP)
                whole, newline, tail = read.rpartition("\n")
                if newline:
                    yield rest + whole + newline
                    rest = tail
                else:
                    rest += tail
                if len(rest) > LONGEST_LINE:
                    check_text(rest, self.name)
                    help = "put every row on a line of its own"
                    raise too_long(self.name, "a line", LONGEST_LINE, "characters", help)
            if rest:
                yield rest


def check_text(text: str, name: str) -> None:
    """Raises SymhdlError for what is no text."""
    if "\0" in text:
        told = f"{name} is neither text nor a table that symhdl knows"
        raise error("not-text", told, help="give CSV, .npy, .npz or Parquet")


@dataclass(frozen=True, slots=True)
class TextRows:
    """The rows of a text table. `decimal` is the decimal mark, found out if it is None."""

    file: TextFile
    layout: Layout
    decimal: str | None = None
    block: int = BLOCK

    def blocks(self, columns: Sequence[int], missing: Missing) -> Iterator[Block]:
        """The columns, block by block. Raises SymhdlError with line and column of every mistake, the first ten."""
        layout, name = self.layout, self.file.name
        check_numeric(layout, columns, name)
        decimal = self.decimal or decimal_mark(layout, columns, name)
        reader = Columns(layout.delimiter, layout.names, tuple(columns), decimal, missing)
        line = layout.first_line
        problems: list[Diagnostic] = []
        for text in self.file.pieces(layout.start, self.block):
            values = reader.quick(text)
            if values is None:
                values, found = reader.careful(Source(name, text, line))
                problems += found
            line += text.count("\n")
            if len(problems) >= MAXIMUM_TOLD:
                break
            if not problems:
                yield Block(values)
        if problems:
            raise SymhdlError(*problems[:MAXIMUM_TOLD])

    def texts(self, column: int) -> Iterator[list[str]]:
        """What stands in a column; empty where a value is missing."""
        delimiter, width = self.layout.delimiter, self.layout.width
        for text in self.file.pieces(self.layout.start, self.block):
            lines = lines_of(text, delimiter, width)
            rows = (texts_of(text, start, end, delimiter) for start, end in lines)
            found = [row[column] if column < len(row) else "" for row in rows]
            yield ["" if is_missing(each) else each for each in found]


@dataclass(frozen=True, slots=True)
class Columns:
    """Turns lines of a text table into the numbers of some of its columns.

    What a text means is defined by `careful`. `quick` gives the same numbers or none.
    """

    delimiter: str
    names: tuple[str, ...]
    columns: tuple[int, ...]
    decimal: str
    missing: Missing

    def quick(self, text: str) -> Reals | None:
        """The numbers if every one is finite, or missing where that is allowed; None if a closer look is needed."""
        delimiter, width = self.delimiter, len(self.names)
        lines = _NEWLINES.sub("\n", text).split("\n")
        if not lines[-1]:
            lines.pop()
        if "#" in text or not all(line and not line.isspace() for line in lines):
            lines = [line for line in lines if is_row(line, delimiter, width)]
        if delimiter == BLANKS:
            lines = [" ".join(line.split()) for line in lines]
        if '"' in text or self.decimal == ",":
            lines = self._plain("\n".join(lines)).split("\n") if lines else []
        delimiters = width - 1
        if not all(line.count(delimiter) == delimiters for line in lines):
            return None
        values = self._numbers(lines)
        if values is None and self.missing == "skip":
            values = self._numbers(with_nan("\n".join(lines), delimiter).split("\n"))
        if values is None or len(values) != len(lines):
            return None
        infinite = np.isinf(values) if self.missing == "skip" else ~np.isfinite(values)
        return None if infinite.any() else values

    def _plain(self, text: str) -> str:
        """The lines without quotes and with a decimal point; what is no number with this decimal mark stays none."""
        if self.decimal == ",":
            text = text.replace(".", "!")
            if self.delimiter != ",":
                text = text.replace(",", ".")
        return without_quotes(text, self.delimiter, self.decimal) if '"' in text else text

    def _numbers(self, lines: list[str]) -> Reals | None:
        if not lines or not self.columns:
            return np.empty((len(lines), len(self.columns)))
        try:
            return np.loadtxt(
                lines,
                delimiter=self.delimiter,
                usecols=self.columns,
                comments=None,
                ndmin=2,
            )
        except ValueError:
            return None

    def careful(self, source: Source) -> tuple[Reals, list[Diagnostic]]:
        """The numbers, and the first few mistakes."""
        text, width = source.text, len(self.names)
        problems: list[Diagnostic] = []
        rows: list[list[float]] = []
        for start, end in lines_of(text, self.delimiter, width):
            fields = fields_of(text, start, end, self.delimiter)
            if len(fields) == width:
                rows.append([self._field(source, fields[k], k, problems) for k in self.columns])
            else:
                count = "1 field" if len(fields) == 1 else f"{len(fields)} fields"
                if len(fields) > MAXIMUM_COLUMNS:
                    count = f"more than {MAXIMUM_COLUMNS:,} fields"
                message = f"{count} where the first line has {width}"
                problems.append(Diagnostic("bad-data", message, Span(source, start, end)))
            if len(problems) >= MAXIMUM_TOLD:
                break
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(self.columns)), problems

    def _field(
        self, source: Source, field: Field, column: int, problems: list[Diagnostic]
    ) -> float:
        """The number in a field; NaN where it is missing and may be, or where a mistake is told."""
        value = number(field.text, self.decimal)
        if value is not None and math.isfinite(value):
            return value
        missing = is_missing(field.text)
        if not (missing and self.missing == "skip"):
            span = Span(source, field.start, max(field.end, field.start + 1))
            message = what_is_wrong(field.text, self.decimal)
            if self.names[column]:
                message += f", in column `{shortened(self.names[column])}`"
            help = SKIP_HELP if missing else None
            problems.append(Diagnostic("bad-data", message, span, help=help))
        return math.nan


def text_table(file: TextFile, decimal: str | None = None, block: int = BLOCK) -> Table:
    """The table in a text file. Raises SymhdlError if it holds none, or is no text."""
    layout = layout_of(_head(file), file.name, decimal)
    rows = TextRows(file, layout, decimal, block)
    return Table(file.name, layout.names, rows, layout.counted, layout.warnings, file.file)


def _head(file: TextFile) -> str:
    """The beginning of a text: all that is to be known of a table is in its first rows, however long they are."""
    head: list[str] = []
    length = rows = 0
    for piece in file.pieces(0, HEAD):
        check_text(piece, file.name)
        head.append(piece)
        length += len(piece)
        rows += len(lines_of(piece, NO_DELIMITER, 0))
        if rows >= HEAD_ROWS:
            break
        if length > LONGEST_HEAD:
            help = "leave out what is no row"
            raise too_long(file.name, "a beginning without rows", LONGEST_HEAD, "characters", help)
    return "".join(head)
