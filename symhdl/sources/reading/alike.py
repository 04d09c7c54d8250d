"""Whether two dialects of the one grammar surely read a text alike, so that nothing need be read twice to compare."""

from __future__ import annotations

import re
from dataclasses import fields
from functools import cache

from symhdl.errors import Source
from symhdl.functions.dialect import Dialect
from symhdl.sources.reading.reader import GrammarReader, Reader, ReadOptions

# Arithmetic and calls, without what dialects have marks and meanings of their own for.
_PLAIN = re.compile(r"[A-Za-z0-9_.+\-*/^(),=\s]*")
_NAME = re.compile(r"[A-Za-z_]\w*")
_NUMBER_IN_NAME = re.compile(r"(?<![\w.])[0-9.]+[A-Za-z_]")
_SIGNED_BASE = re.compile(r"-\s*[0-9.]+\s*(?:\^|\*\*)")
_DEFINED = re.compile(r"^[^\S\n]*+(\w+)\(", re.MULTILINE)

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
    words = _own_words(first) | _own_words(second)
    return words.isdisjoint(_NAME.findall(text))


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
def _own_words(dialect: Dialect) -> frozenset[str]:
    """The names that mean something in a dialect beside those of the table."""
    given = (name for name, _ in (*dialect.constants, *dialect.functions))
    return frozenset((*given, *_DEFINED.findall(dialect.definitions)))
