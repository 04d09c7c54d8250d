"""Reads TOML tables into frozen dataclasses, with a message for everything that does not fit.

What a field may hold stands beside it: `within`, `matching`, `table` and `tables` are the metadata of a field,
and `optional` says that it may be missing.
"""

from __future__ import annotations

import dataclasses
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import TypeVar

from symhdl.errors import Diagnostic, SymhdlError, shortened

Record = TypeVar("Record")
MAXIMUM_ENTRIES = 256
"""How many texts a list and how many entries a table may have."""

MAXIMUM_TABLES = 64
"""How many tables a list of tables may have."""

SHOWN_MISTAKES = 20
LIMIT = "limit"
TABLE = "table"
KEY = "key"
OPTIONAL = "optional"
IDENTIFIER = r"\$?[A-Za-z_][A-Za-z0-9_$]{0,63}"
"""The name of a primitive, a pin or a parameter."""


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `low` to `high`."""

    low: float
    high: float

    def holds(self, value: object) -> bool:
        """Whether the value is such a number, or a list of them."""
        numbers = value if isinstance(value, tuple) else (value,)
        return all(isinstance(n, int | float) and self.low <= n <= self.high for n in numbers)

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
        return all(re.fullmatch(self.pattern, text) for text in texts if isinstance(text, str))

    def __str__(self) -> str:
        return f": {self.wanted}"


def within(low: float, high: float) -> Mapping[str, Range]:
    """The metadata of a field that holds numbers from `low` to `high`."""
    return {LIMIT: Range(low, high)}


def matching(pattern: str, wanted: str) -> Mapping[str, Pattern]:
    """The metadata of a field whose text, or each of whose texts, matches a pattern, which is `wanted` in words."""
    return {LIMIT: Pattern(pattern, wanted)}


def table(record: type) -> Mapping[str, type]:
    """The metadata of a field that is a table, read into a dataclass."""
    return {TABLE: record}


def tables(record: type, key: str) -> Mapping[str, object]:
    """The metadata of a field that is a list of tables, each `[[key]]`, read into a tuple of dataclasses."""
    return {TABLE: record, KEY: key}


def optional(metadata: Mapping[str, object] = MappingProxyType({})) -> Mapping[str, object]:
    """The metadata of a field that may be missing; it has a default."""
    return {**metadata, OPTIONAL: True}


def _boolean(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _integers(value: object) -> tuple[int, ...] | None:
    if not isinstance(value, list) or len(value) > MAXIMUM_ENTRIES:
        return None
    numbers = tuple(number for number in map(_integer, value) if number is not None)
    return numbers if len(numbers) == len(value) else None


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


def _parameters(value: object) -> Parameters | None:
    found = _table(value)
    if found is None:
        return None
    entries = [
        (key, entry)
        for key, entry in sorted(found.items())
        if isinstance(entry, str) or (_integer(entry) is not None and PARAMETER_RANGE.holds(entry))
    ]
    return tuple(entries) if len(entries) == len(found) else None  # type: ignore[arg-type]


def _ports(value: object) -> Ports | None:
    found = _table(value, PORT)
    if found is None or not all(isinstance(text, str) for text in found.values()):
        return None
    return tuple((key, str(text)) for key, text in found.items())


def _table(value: object, names: str = IDENTIFIER) -> dict[str, object] | None:
    if not isinstance(value, dict) or len(value) > MAXIMUM_ENTRIES:
        return None
    return value if all(re.fullmatch(names, key) for key in value) else None


def _pairs(value: object) -> tuple[tuple[str, str | int], ...]:
    assert isinstance(value, tuple), "a pattern for what is no text; please report this"
    return value


Parameters = tuple[tuple[str, str | int], ...]
"""The parameters of a primitive: texts and integers by name, sorted."""

Ports = tuple[tuple[str, str], ...]
"""What stands at the ports of a primitive, in the order of the file."""

PARAMETER_RANGE = Range(0, 2**31 - 1)
PORT = IDENTIFIER + "#?"
"""The name of a port; `A#` stands for the ports `A0`, `A1`, ... of one bit each."""

# The annotation of a field, how a value is read, and how the message calls what is wanted.
READERS: dict[str, tuple[Callable[[object], object], str]] = {
    "int": (_integer, "an integer"),
    "float": (_number, "a number"),
    "str": (_text, "a text"),
    "bool": (_boolean, "true or false"),
    "tuple[int, ...]": (_integers, f"a list of at most {MAXIMUM_ENTRIES} integers"),
    "Parameters": (
        _parameters,
        f"a table of at most {MAXIMUM_ENTRIES} texts and integers from 0 on by parameter",
    ),
    "Ports": (_ports, f"a table of at most {MAXIMUM_ENTRIES} texts by port"),
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


LISTS = frozenset({"tuple[int, ...]", "tuple[str, ...]"})
"""The annotations of lists; other tuples are tables."""


def read_record(record: type[Record], data: Mapping[str, object], place: str) -> Record:
    """An instance of the dataclass `record` from a TOML table.

    Raises SymhdlError with one diagnostic for each missing, unknown or unfit entry.
    """
    problems: list[Diagnostic] = []
    result = _read(record, data, place, problems)
    if result is None:
        raise SymhdlError(*problems[:SHOWN_MISTAKES])
    return result


def table_of(record: object) -> dict[str, object]:
    """The table from which `read_record` makes an equal record; what is as by default is left out."""
    assert dataclasses.is_dataclass(record), "not a record; please report this"
    found: dict[str, object] = {}
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        if OPTIONAL not in field.metadata or value != field.default:
            found[field.metadata.get(KEY, field.name)] = _plain(field, value)
    return found


def _plain(field: dataclasses.Field[object], value: object) -> object:
    """The value of a field as TOML and JSON have it."""
    if TABLE in field.metadata:
        return [table_of(one) for one in value] if isinstance(value, tuple) else table_of(value)
    if not isinstance(value, tuple):
        return value
    return list(value) if str(field.type) in LISTS else dict(value)


def _read(
    record: type[Record], data: Mapping[str, object], place: str, problems: list[Diagnostic]
) -> Record | None:
    assert dataclasses.is_dataclass(record), "not a record; please report this"
    fields = {field.metadata.get(KEY, field.name): field for field in dataclasses.fields(record)}
    before = len(problems)
    unknown = [key for key in data if key not in fields]
    problems += [_unknown(key, fields, place) for key in unknown[:SHOWN_MISTAKES]]
    values: dict[str, object] = {}
    for key, field in fields.items():
        if key in data:
            values[field.name] = _value(field, key, data[key], place, problems)
        elif OPTIONAL not in field.metadata:
            problems.append(Diagnostic("device-file", f"{place}: `{key}` is missing"))
    return record(**values) if len(problems) == before else None


def _value(
    field: dataclasses.Field[object],
    key: str,
    value: object,
    place: str,
    problems: list[Diagnostic],
) -> object:
    """The value of a field; what is wrong with it is added to the problems."""
    inner: type | None = field.metadata.get(TABLE)
    if inner is not None and KEY in field.metadata:
        return _listed(inner, key, value, place, problems)
    if inner is not None:
        if isinstance(value, dict):
            return _read(inner, value, f"{place}, [{key}]", problems)
        problems.append(Diagnostic("device-file", f"{place}: `{key}` must be a table"))
        return None
    read, wanted = READERS[str(field.type)]
    limit: Range | Pattern | None = field.metadata.get(LIMIT)
    found = read(value)
    if found is None or (limit is not None and not limit.holds(found)):
        told = f"{place}: `{key}` must be {wanted}{'' if limit is None else limit}"
        problems.append(Diagnostic("device-file", told))
    return found


def _listed(
    record: type, key: str, value: object, place: str, problems: list[Diagnostic]
) -> tuple[object, ...]:
    fits = isinstance(value, list) and len(value) <= MAXIMUM_TABLES
    if not isinstance(value, list) or not fits or not all(isinstance(one, dict) for one in value):
        told = f"{place}: `{key}` must be a list of at most {MAXIMUM_TABLES} tables"
        problems.append(Diagnostic("device-file", told))
        return ()
    return tuple(
        _read(record, one, f"{place}, [[{key}]] {number}", problems)
        for number, one in enumerate(value, 1)
    )


def _unknown(key: str, fields: Iterable[str], place: str) -> Diagnostic:
    close = get_close_matches(shortened(key), fields, n=1)
    help = f"did you mean `{close[0]}`?" if close else "known entries: " + ", ".join(fields)
    return Diagnostic("device-file", f"{place}: unknown entry `{shortened(key)}`", help=help)
