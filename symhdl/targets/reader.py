"""Reads TOML tables into frozen dataclasses, with a message for everything that does not fit.

What a field may hold stands beside it: `within` and `matching` are the metadata of a dataclass field.
"""

from __future__ import annotations

import dataclasses
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeVar

from symhdl.errors import Diagnostic, SymhdlError, shortened

Record = TypeVar("Record")
MAXIMUM_ENTRIES = 256
"""How many texts a list and how many entries a table may have."""

SHOWN_MISTAKES = 20
LIMIT = "limit"
IDENTIFIER = r"\$?[A-Za-z_][A-Za-z0-9_$]{0,63}"
"""The name of a primitive, a pin or a parameter."""


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `low` to `high`."""

    low: float
    high: float

    def holds(self, value: object) -> bool:
        """Whether the value is such a number."""
        return isinstance(value, int | float) and self.low <= value <= self.high

    def __str__(self) -> str:
        return f" from {self.low:g} to {self.high:,.10g}"


@dataclass(frozen=True, slots=True)
class Pattern:
    """Texts that match `pattern` as a whole, which is `wanted` in words."""

    pattern: str
    wanted: str

    def holds(self, value: object) -> bool:
        """Whether the text, or each text of a table, matches."""
        texts = [value] if isinstance(value, str) else dict(_pairs(value)).values()
        return all(re.fullmatch(self.pattern, text) for text in texts)

    def __str__(self) -> str:
        return f": {self.wanted}"


def within(low: float, high: float) -> Mapping[str, Range]:
    """The metadata of a field that holds numbers from `low` to `high`."""
    return {LIMIT: Range(low, high)}


def matching(pattern: str, wanted: str) -> Mapping[str, Pattern]:
    """The metadata of a field whose text, or each of whose texts, matches a pattern, which is `wanted` in words."""
    return {LIMIT: Pattern(pattern, wanted)}


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    fits = abs(value) <= sys.float_info.max  # not so a nan, or a long integer
    return float(value) if fits else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _texts(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return None
    return tuple(value) if len(value) <= MAXIMUM_ENTRIES else None


def _counts(value: object) -> tuple[tuple[str, int], ...] | None:
    table = _table(value)
    weights = Range(1, 1000)
    if table is None or not all(isinstance(n, int) and weights.holds(n) for n in table.values()):
        return None
    return tuple(sorted((key, _integer(count) or 1) for key, count in table.items()))


def _text_pairs(value: object) -> tuple[tuple[str, str], ...] | None:
    table = _table(value)
    if table is None or not all(isinstance(text, str) for text in table.values()):
        return None
    return tuple(sorted((key, str(text)) for key, text in table.items()))


def _table(value: object) -> dict[str, object] | None:
    if not isinstance(value, dict) or len(value) > MAXIMUM_ENTRIES:
        return None
    return value if all(re.fullmatch(IDENTIFIER, key) for key in value) else None


def _pairs(value: object) -> tuple[tuple[str, str], ...]:
    assert isinstance(value, tuple), "a pattern for what is no text; please report this"
    return value


# The annotation of a field, how a value is read, and how the message calls what is wanted.
READERS: dict[str, tuple[Callable[[object], object], str]] = {
    "int": (_integer, "an integer"),
    "float": (_number, "a number"),
    "str": (_text, "a text"),
    "tuple[str, ...]": (_texts, f"a list of at most {MAXIMUM_ENTRIES} texts"),
    "tuple[tuple[str, str], ...]": (
        _text_pairs,
        f"a table of at most {MAXIMUM_ENTRIES} texts by identifier",
    ),
    "tuple[tuple[str, int], ...]": (
        _counts,
        f"a table of at most {MAXIMUM_ENTRIES} counts from 1 to 1,000 by primitive",
    ),
}


def read_section(
    record: type[Record],
    data: Mapping[str, object],
    place: str,
    sections: Mapping[str, type],
) -> Record:
    """An instance of the dataclass `record` from a TOML table; `sections` are its fields that are tables.

    Raises SymhdlError with one diagnostic for each missing, unknown or unfit entry.
    """
    problems: list[Diagnostic] = []
    result = _read(record, data, place, sections, problems)
    if result is None:
        raise SymhdlError(*problems[:SHOWN_MISTAKES])
    return result


def _read(
    record: type[Record],
    data: Mapping[str, object],
    place: str,
    sections: Mapping[str, type],
    problems: list[Diagnostic],
) -> Record | None:
    assert dataclasses.is_dataclass(record), "not a record; please report this"
    fields = {field.name: field for field in dataclasses.fields(record)}
    before = len(problems)
    unknown = [key for key in data if key not in fields]
    problems += [_unknown(key, fields, place) for key in unknown[:SHOWN_MISTAKES]]
    values: dict[str, object] = {}
    for name, field in fields.items():
        if name not in data:
            problems.append(Diagnostic("device-file", f"{place}: `{name}` is missing"))
        elif name in sections:
            table = data[name]
            if isinstance(table, dict):
                values[name] = _read(sections[name], table, f"{place}, [{name}]", {}, problems)
            else:
                problems.append(Diagnostic("device-file", f"{place}: `{name}` must be a table"))
        else:
            read, wanted = READERS[str(field.type)]
            limit: Range | Pattern | None = field.metadata.get(LIMIT)
            values[name] = read(data[name])
            if values[name] is None or (limit is not None and not limit.holds(values[name])):
                message = f"{place}: `{name}` must be {wanted}{'' if limit is None else limit}"
                problems.append(Diagnostic("device-file", message))
    return record(**values) if len(problems) == before else None


def _unknown(key: str, fields: Iterable[str], place: str) -> Diagnostic:
    close = get_close_matches(shortened(key), fields, n=1)
    help = f"did you mean `{close[0]}`?" if close else "known entries: " + ", ".join(fields)
    return Diagnostic("device-file", f"{place}: unknown entry `{shortened(key)}`", help=help)
