"""Reads TOML tables into frozen dataclasses, with a message for everything that does not fit."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import TypeVar

from symhdl.errors import Diagnostic, SymhdlError

Record = TypeVar("Record")
MAXIMUM_VALUE = 1e9


def _integer(value: object) -> int | None:
    usable = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAXIMUM_VALUE
    return value if usable and isinstance(value, int) else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= MAXIMUM_VALUE else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _texts(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return None
    return tuple(value)


def _counts(value: object) -> tuple[tuple[str, int], ...] | None:
    if not isinstance(value, dict) or any(_integer(count) is None for count in value.values()):
        return None
    return tuple(sorted(value.items()))


def _text_pairs(value: object) -> tuple[tuple[str, str], ...] | None:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        return None
    return tuple(sorted(value.items()))


# The annotation of a field, how a value is read, and how the message calls what is wanted.
READERS: dict[str, tuple[Callable[[object], object], str]] = {
    "int": (_integer, "an integer from 0 on"),
    "float": (_number, "a number from 0 on"),
    "str": (_text, "a text"),
    "tuple[str, ...]": (_texts, "a list of texts"),
    "tuple[tuple[str, str], ...]": (_text_pairs, "a table of texts"),
    "tuple[tuple[str, int], ...]": (_counts, "a table of counts by primitive"),
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
        raise SymhdlError(*problems)
    return result


def _read(
    record: type[Record],
    data: Mapping[str, object],
    place: str,
    sections: Mapping[str, type],
    problems: list[Diagnostic],
) -> Record | None:
    assert dataclasses.is_dataclass(record), "not a record; please report this"
    fields = {field.name: str(field.type) for field in dataclasses.fields(record)}
    before = len(problems)
    problems += [_unknown(key, fields, place) for key in data if key not in fields]
    values: dict[str, object] = {}
    for name, annotation in fields.items():
        if name not in data:
            problems.append(Diagnostic("device-file", f"{place}: `{name}` is missing"))
        elif name in sections:
            table = data[name]
            if isinstance(table, dict):
                values[name] = _read(sections[name], table, f"{place}, [{name}]", {}, problems)
            else:
                problems.append(Diagnostic("device-file", f"{place}: `{name}` must be a table"))
        else:
            read, wanted = READERS[annotation]
            values[name] = read(data[name])
            if values[name] is None:
                message = f"{place}: `{name}` must be {wanted}"
                problems.append(Diagnostic("device-file", message))
    return record(**values) if len(problems) == before else None


def _unknown(key: str, fields: Mapping[str, str], place: str) -> Diagnostic:
    close = get_close_matches(key, fields, n=1)
    help = f"did you mean `{close[0]}`?" if close else "known entries: " + ", ".join(fields)
    return Diagnostic("device-file", f"{place}: unknown entry `{key}`", help=help)
