"""Whether two dialects of the one grammar surely read a text alike, so that nothing need be read twice to compare."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields
from functools import cache

from symhdl.errors import Source
from symhdl.functions.dialect import Dialect
from symhdl.sources.reading.reader import GrammarReader, Reader, ReadOptions

# Arithmetic and calls, without what dialects have marks and meanings of their own for.
_PLAIN = re.compile(r"[A-Za-z0-9_.+\-*/^(),=<>\s]*")
_NAME = re.compile(r"[A-Za-z_]\w*")
_CALL_OR_MARK = re.compile(r"([A-Za-z_]\w*)?\s*\(|[,)]")
_NUMBER_IN_NAME = re.compile(r"(?<![\w.])[0-9.]+[A-Za-z_]")
_SIGNED_BASE = re.compile(r"-\s*[0-9.]+\s*(?:\^|\*\*)")
_DEFINED = re.compile(r"^[^\S\n]*+(\w+)\(([^)]*)\)", re.MULTILINE)
_ANY_COUNT = range(1 << 30)  # of arguments

_WITHOUT_MARK = frozenset(
    {"name", "constants", "functions", "definitions", "signed_literals", "digits_first"}
)
"""The fields of a dialect that leave a plain text as it is if none of the dialect's own words is in it."""


def surely_alike(one: Reader, other: Reader, source: Source, options: ReadOptions) -> bool:
    """Whether two readers find the same values in the text, if both can read it; False where that is not obvious."""
    first, second = _dialect_of(one), _dialect_of(other)
    if first is None or second is None or options.definitions or options.combine is not None:
        return False
    if not _differing(first, second) <= _WITHOUT_MARK:
        return False
    text = source.text
    if not _PLAIN.fullmatch(text) or _NUMBER_IN_NAME.search(text) or _SIGNED_BASE.search(text):
        return False
    return all(_has_common_words(text, _own_words(dialect)) for dialect in (first, second))


def _has_common_words(text: str, own_words: Mapping[str, Collection[int]]) -> bool:
    """Whether a plain text has a dialect's own words at most in calls that mean the same elsewhere."""
    found = [name for name in _NAME.findall(text) if name in own_words]
    calls = [(name, arguments) for name, arguments in _calls(text) if name in own_words]
    return len(calls) == len(found) and all(
        arguments not in own_words[name] for name, arguments in calls
    )


def _calls(text: str) -> Iterator[tuple[str, int]]:
    """The names before brackets and the numbers of arguments, of calls that are closed."""
    opened: list[tuple[str, int]] = []
    for match in _CALL_OR_MARK.finditer(text):
        if match[0].endswith("("):
            opened.append((match[1] or "", 1))
        elif opened:
            name, arguments = opened.pop()
            if match[0] == ",":
                opened.append((name, arguments + 1))
            else:
                yield name, arguments


def _dialect_of(reader: Reader) -> Dialect | None:
    """The dialect of a reader that tells it; readers of other packages may call something else so."""
    found: object = reader.dialect if isinstance(reader, GrammarReader) else None
    return found if isinstance(found, Dialect) else None


@cache
def _differing(one: Dialect, other: Dialect) -> frozenset[str]:
    """The fields in which two dialects differ."""
    names = (field.name for field in fields(Dialect))
    return frozenset(name for name in names if getattr(one, name) != getattr(other, name))


@cache
def _own_words(dialect: Dialect) -> Mapping[str, Collection[int]]:
    """The names that mean something in a dialect beside those of the table, and with how many arguments."""
    given = (name for name, _ in (*dialect.constants, *dialect.functions))
    defined: dict[str, set[int]] = defaultdict(set)
    for name, parameters in _DEFINED.findall(dialect.definitions):
        defined[name].add(parameters.count(",") + 1)
    return {**defined, **dict.fromkeys(given, _ANY_COUNT)}
