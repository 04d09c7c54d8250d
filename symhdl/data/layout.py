"""What the first lines of a text table say: its delimiter, its names, where its numbers begin."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from symhdl.data.fields import (
    BLANKS,
    NO_DELIMITER,
    comma_meaning,
    has_decimal_point,
    is_missing,
    lines_of,
    looks_numeric,
    words_of,
)
from symhdl.data.limits import check_columns
from symhdl.data.table import counted_names
from symhdl.errors import Diagnostic, error, shortened, warning

DELIMITERS = ";\t|," + BLANKS
SAMPLE = 200
"""Lines that are looked at; what they let one conclude is held against every line later on."""

DECIMAL_HELP = "say --decimal comma or --decimal point"

_EXCEL_HINT = re.compile(r"sep=(.)\s*", re.IGNORECASE)
_IDENTIFIER = re.compile(r"[^\W\d]\w*(?:\[\d+\])?")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a text table is written. `start` is the number of characters before its first row.

    `sample` holds the fields of the first rows.
    """

    delimiter: str
    names: tuple[str, ...]
    counted: bool
    start: int
    first_line: int
    sample: tuple[tuple[str, ...], ...]
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def width(self) -> int:
        """How many fields a row has."""
        return len(self.names)


def layout_of(head: str, name: str, decimal: str | None = None) -> Layout:
    """The layout of the table that begins with `head`, whole lines. Raises SymhdlError if there is none.

    The delimiter is the one that cuts most lines into equally many fields, and most of these into numbers; there is
    none where every line is a number with the decimal mark `decimal`, if that is known. The first line holds names
    unless it holds numbers; integers 0, 1, 2, ... that do not go on are names too, as pandas writes.
    Names may also stand in a comment right above the numbers, as NumPy's `savetxt` writes them.
    """
    start = 0
    hint = _EXCEL_HINT.fullmatch(head.split("\n", 1)[0])
    if hint is not None:
        start = head.find("\n") + 1
    lines = lines_of(head[start:], NO_DELIMITER, 0)[:SAMPLE]
    places = [(start + a, start + b) for a, b in lines]
    if not places:
        raise error("bad-data", f"{name} is empty", help="the first line names the columns")
    texts = [head[a:b] for a, b in places]
    delimiter = hint[1] if hint is not None else _delimiter(texts, decimal)
    rows = [tuple(words_of(text, delimiter)) for text in texts]
    check_columns(len(rows[0]), name)
    second = rows[1] if len(rows) > 1 else None
    names, counted, warnings = _names(rows[0], second, name)
    if names is None:
        above = head[: places[0][0]].rstrip("\n").rpartition("\n")[2]
        named = _names_in_comment(above, delimiter, len(rows[0]))
        names, counted = named or counted_names(len(rows[0])), named is None
        first = places[0][0]
    else:
        if second is None:
            raise error("bad-data", f"{name} has no rows", help="put numbers below the names")
        rows = rows[1:]
        first = head.find("\n", places[0][1]) + 1
    line = head.count("\n", 0, first) + 1
    return Layout(delimiter, names, counted, first, line, tuple(rows), warnings)


def _delimiter(lines: Sequence[str], decimal: str | None) -> str:
    """The delimiter of the lines; only what stands in the first can be it."""
    if decimal == "," and all(looks_numeric(line.strip()) for line in lines):
        return NO_DELIMITER
    best, chosen = (0.0, 0.0), NO_DELIMITER
    for delimiter in DELIMITERS:
        if delimiter not in lines[0].strip() and not (delimiter == BLANKS and "\t" in lines[0]):
            continue
        rows = [words_of(line, delimiter) for line in lines]
        (width, equal), *_ = Counter(len(row) for row in rows).most_common(1)
        if width < 2:
            continue
        fields = [field for row in rows if len(row) == width for field in row]
        numeric = sum(1 for field in fields if looks_numeric(field)) / len(fields)
        score = (equal / len(rows), numeric)
        if score > best:
            best, chosen = score, delimiter
    return chosen


def _names(
    first: tuple[str, ...], second: tuple[str, ...] | None, name: str
) -> tuple[tuple[str, ...] | None, bool, tuple[Diagnostic, ...]]:
    """The names in the first line or None if it holds numbers, whether they only count, and warnings."""
    numeric = [looks_numeric(field) for field in first]
    if _counts(first, second):
        shift = 1 if first[0] == "" else 0
        names = ("",) * shift + counted_names(len(first) - shift)
        text = (
            f"the first line of {name} counts the columns; it is taken as their names, not as a row"
        )
        return names, True, (warning("counted-columns", text),)
    if not any(numeric):
        return (
            (None, False, ()) if all(is_missing(field) for field in first) else (first, False, ())
        )
    for field, is_number, below in zip(first, numeric, second or (), strict=False):
        if not is_number and not is_missing(field) and looks_numeric(below):
            return first, False, ()
    return None, True, ()


def _counts(first: tuple[str, ...], second: tuple[str, ...] | None) -> bool:
    """Whether the first line is 0, 1, 2, ... and the second does not count on; an index may stand before."""
    shift = 1 if first[0] == "" else 0
    count = len(first) - shift
    if second is None or count < 2 or first[shift:] != tuple(map(str, range(count))):
        return False
    return second[shift:] != tuple(map(str, range(count, 2 * count)))


def _names_in_comment(line: str, delimiter: str, width: int) -> tuple[str, ...] | None:
    """The names in a comment, if it holds as many as there are columns."""
    content = line.strip()
    if not content.startswith("#") or width < 2:
        return None
    names = tuple(words_of(content.lstrip("#").strip(), delimiter))
    whole = len(names) == width == len(set(names))
    return names if whole and all(_IDENTIFIER.fullmatch(name) for name in names) else None


def decimal_mark(layout: Layout, columns: Sequence[int], name: str) -> str:
    """The decimal mark of some columns, by the first rows.

    Raises SymhdlError where it is not clear whether a comma is the decimal mark.
    """
    if len(columns) == 1 and _may_be_one_column(layout):
        text = f"`{shortened(','.join(layout.sample[0]))}` in {name} may be a decimal number or two numbers"
        raise error("unclear-decimal", text, help=DECIMAL_HELP)
    fields = [row[k] for row in layout.sample for k in columns if k < len(row)]
    meanings = {comma_meaning(field): field for field in reversed(fields)}
    if "decimal" not in meanings and "unclear" not in meanings:
        return "."
    points = [field for field in fields if has_decimal_point(field)]
    if "decimal" not in meanings and points:
        return "."
    if "decimal" in meanings and not points:
        return ","
    example = meanings.get("decimal") or meanings["unclear"]
    if points:
        text = f"{name} has both `{shortened(points[0])}` and `{shortened(example)}`: which is the decimal mark?"
    else:
        text = f"`{shortened(example)}` in {name} may be a decimal number or a thousand"
    raise error("unclear-decimal", text, help=DECIMAL_HELP)


def _may_be_one_column(layout: Layout) -> bool:
    """Whether two columns without names are one of numbers with decimal commas, as far as their text tells."""
    return (layout.counted, layout.delimiter, layout.width) == (True, ",", 2) and all(
        comma_meaning(",".join(row)) for row in layout.sample
    )


def check_numeric(layout: Layout, columns: Sequence[int], name: str) -> None:
    """Raises SymhdlError for columns of text: those that hold different words in the first rows, and no digit."""
    for column in columns:
        fields = [row[column] for row in layout.sample if column < len(row)]
        texts = [field for field in fields if not is_missing(field)]
        kinds = list(dict.fromkeys(texts))
        if len(kinds) > 1 and not any(any(mark.isdigit() for mark in text) for text in kinds):
            shown = ", ".join(f"`{text[:20]}`" for text in kinds[:3])
            text = f"column `{shortened(layout.names[column])}` of {name} holds text: {shown}, ..."
            raise error("bad-data", text, help="name the columns after the inputs")
