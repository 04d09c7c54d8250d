"""The fields of text tables: where they stand, and the numbers that they are."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import islice

from symhdl.data.limits import MAXIMUM_COLUMNS

BLANKS = " "
"""The delimiter that stands for any run of blanks and tabs."""

NO_DELIMITER = "\x1f"
"""The delimiter of a table of one column: what stands in no number."""

MISSING = (
    "",
    "nan",
    "na",
    "n/a",
    "#n/a",
    "#na",
    "<na>",
    "null",
    "none",
    "nil",
    "missing",
    "?",
    "-",
)
"""How tools write that there is no value, in small letters."""

# Possessive: each character of a field is looked at once, and nothing is kept for it; a field may have millions.
_NUMBER = re.compile(r"[+-]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?")
_COMMA_NUMBER = re.compile(r"[+-]?[0-9]*+,[0-9]++(?:[eE][+-]?[0-9]++)?")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+")
_INFINITE = re.compile(r"[+-]?inf(?:inity)?", re.IGNORECASE)
_SIGNED_NAN = re.compile(r"[+-]nan", re.IGNORECASE)
_COMMENT = re.compile(r"\s*#(?:\s|#|$|[+-]?[0-9.])")
_QUOTED = re.compile(r' *"([^"\n]*+(?:""[^"\n]*+)*+)" *')
_WORD = re.compile(r'"[^"\n]*+(?:""[^"\n]*+)*+"(?=\s|$)|\S+')


@dataclass(frozen=True, slots=True)
class Field:
    """The text of a field, without quotes and blanks around it, and where it stands."""

    text: str
    start: int
    end: int


def fields_of(text: str, start: int, end: int, delimiter: str) -> list[Field]:
    """The fields of the line from `start` to `end`; quotes may hold delimiters, not line ends.

    One more than a table may have columns are enough.
    """
    if delimiter == BLANKS:
        words = islice(_WORD.finditer(text, start, end), MAXIMUM_COLUMNS + 1)
        return [Field(_unquoted(found[0]), found.start(), found.end()) for found in words]
    fields: list[Field] = []
    position = start
    while True:
        quoted = _QUOTED.match(text, position, end)
        if quoted is not None and (quoted.end() == end or text[quoted.end()] == delimiter):
            fields.append(Field(quoted[1].replace('""', '"').strip(), position, quoted.end()))
            stop = quoted.end()
        else:
            found = text.find(delimiter, position, end)
            stop = end if found < 0 else found
            fields.append(Field(text[position:stop].strip(), position, stop))
        if stop == end or len(fields) > MAXIMUM_COLUMNS:
            return fields
        position = stop + 1


def texts_of(text: str, start: int, end: int, delimiter: str) -> list[str]:
    """The texts of the fields of the line from `start` to `end`, as `fields_of` finds them."""
    line = text[start:end]
    if delimiter == BLANKS or '"' in line:
        return [field.text for field in fields_of(text, start, end, delimiter)]
    return [part.strip() for part in line.split(delimiter, MAXIMUM_COLUMNS + 1)][
        : MAXIMUM_COLUMNS + 1
    ]


def words_of(line: str, delimiter: str) -> list[str]:
    """The texts of the fields of one line."""
    return texts_of(line, 0, len(line), delimiter)


def _unquoted(word: str) -> str:
    quoted = _QUOTED.fullmatch(word)
    return word if quoted is None else quoted[1].replace('""', '"').strip()


def lines_of(text: str, delimiter: str, width: int) -> list[tuple[int, int]]:
    """Start and end of every line that holds fields."""
    spans: list[tuple[int, int]] = []
    position = 0
    for line in text.split("\n"):
        if is_row(line, delimiter, width):
            spans.append((position, position + len(line)))
        position += len(line) + 1
    return spans


def is_row(line: str, delimiter: str, width: int) -> bool:
    """Whether a line is neither blank nor a comment.

    `# text` and `#1,2` are comments; `#N/A,2` among rows of two fields is a row, which must not vanish.
    """
    content = line.lstrip()
    if not content:
        return delimiter == "\t" in line
    if not content.startswith("#"):
        return True
    return _COMMENT.match(content) is None and len(words_of(line, delimiter)) == width


def number(text: str, decimal: str) -> float | None:
    """The number that a text is, infinite if it is too large for a float; None if it is none."""
    if decimal == ",":
        text = text.replace(".", "?").replace(",", ".")
    return float(text) if _NUMBER.fullmatch(text) else None


def is_missing(text: str) -> bool:
    """Whether a text says that there is no value."""
    return text.lower() in MISSING or _SIGNED_NAN.fullmatch(text) is not None


def looks_numeric(text: str) -> bool:
    """Whether a text is a number with one decimal mark or the other."""
    return bool(_NUMBER.fullmatch(text) or _COMMA_NUMBER.fullmatch(text))


def has_decimal_point(text: str) -> bool:
    """Whether a text is a number with a decimal point."""
    return "." in text and _NUMBER.fullmatch(text) is not None


def comma_meaning(text: str) -> str | None:
    """What the comma in a number is: `decimal`, or `unclear` if it may separate thousands; None without."""
    if _THOUSANDS.fullmatch(text):
        return "unclear" if text.count(",") == 1 else None
    return "decimal" if _COMMA_NUMBER.fullmatch(text) else None


def what_is_wrong(text: str, decimal: str) -> str:
    """Why a text is no finite number, in words."""
    shown = text if len(text) <= 40 else text[:40] + "..."
    if is_missing(text):
        return f"`{shown}` is a missing value" if text else "an empty field"
    if _INFINITE.fullmatch(text):
        return f"`{shown}` is infinite"
    value = number(text, decimal)
    if value is not None and math.isinf(value):
        return f"`{shown}` is too large for a number in double precision"
    return f"`{shown}` is not a number"


# Patterns for whole texts begin with the delimiter before the field, which is quickly found.
_PROPER = r'([\n{0}] *)"([^"\n]*+(?:""[^"\n]*+)*+)"(?= *(?:[\n{0}]|\Z))'
_ABSENT = r"([\n{0}] *)(?:{1})(?= *(?:[\n{0}]|\Z))"
_TOKENS = "|".join(re.escape(token) for token in MISSING) + "|[+-]nan"


def _around(delimiter: str) -> str:
    """What stands beside a field, for a character class."""
    return r"\s" if delimiter == BLANKS else re.escape(delimiter)


def without_quotes(text: str, delimiter: str, decimal: str) -> str:
    """The same lines and fields without quotes around fields.

    A quoted field that cannot stand without its quotes becomes `!`, which is neither number nor missing.
    """

    def bare(found: re.Match[str]) -> str:
        before, content = found.groups()
        if decimal == "," == delimiter:
            content = content.replace(",", ".")
        if not content.strip():
            content = "NA"
        elif delimiter in content or '"' in content:
            content = "!"
        return f"{before}{content}"

    return re.sub(_PROPER.format(_around(delimiter)), bare, "\n" + text)[1:]


def with_nan(text: str, delimiter: str) -> str:
    """The same lines and fields with `nan` for every missing value."""
    pattern = _ABSENT.format(_around(delimiter), _TOKENS)
    return re.sub(pattern, r"\1nan", "\n" + text, flags=re.IGNORECASE)[1:]
