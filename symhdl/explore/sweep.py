"""Options given as lists and ranges: `6:12`, `6,8,10`, `2^-4,2^-6`; one set of options for each combination."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from symhdl.errors import Diagnostic, Source, Span, UsageError
from symhdl.options import TABLE

Texts = Mapping[str, str | Sequence[str] | None]
MOST_VALUES = 10_000
"""Of one option, and of all together."""

_RANGE = re.compile(r"\s*(\d{1,9})\s*:\s*(\d{1,9})\s*(?::\s*(\d{1,9})\s*)?")
_OPENING, _CLOSING = "(<[{", ")>]}"


Set = dict[str, str | tuple[str, ...]]
"""Texts by the names of options."""


def sets_of(texts: Texts) -> tuple[Set, ...]:
    """All combinations of the values of options that may be swept; the first option changes slowest.

    Raises UsageError for ranges without an end, and values that are not there.
    """
    values = {name: tuple(_values(name, given)) for name, given in texts.items() if given}
    count = math.prod(map(len, values.values()))
    if count > MOST_VALUES:
        text = f"these are {count:,} combinations of options, more than {MOST_VALUES:,}"
        raise UsageError(Diagnostic("bad-sweep", text, help="explore them in several runs"))
    return tuple(dict(zip(values, each, strict=True)) for each in product(*values.values()))


def _values(name: str, given: str | Sequence[str]) -> Iterator[str | tuple[str, ...]]:
    if not TABLE[name].swept:
        yield given if isinstance(given, str) else tuple(given)
    elif isinstance(given, str):
        yield from values_of(name, given)
    else:  # each of the texts is a list: all combinations of them
        yield from product(*(values_of(name, text) for text in given))


def values_of(name: str, text: str) -> tuple[str, ...]:
    """The values that a text says: its parts between commas that no bracket holds, whole numbers of a range each."""
    found: list[str] = []
    start = 0
    for part in _parts(text):
        span = Span(Source(TABLE[name].flag, text), start, start + max(1, len(part)))
        start += len(part) + 1
        found += _range(part, span) or [part.strip()]
        if not found[-1]:
            raise UsageError(Diagnostic("bad-sweep", "a value is missing", span, help=HELP))
        if len(found) > MOST_VALUES:
            raise UsageError(
                Diagnostic("bad-sweep", f"these are more than {MOST_VALUES:,} values", span)
            )
    return tuple(dict.fromkeys(found))


HELP = "write lists and ranges such as 6:12, 100:300:50 or 2^-4,2^-6"


def _parts(text: str) -> Iterator[str]:
    depth = start = 0
    for position, mark in enumerate(text):
        depth += (mark in _OPENING) - (mark in _CLOSING)
        if mark == "," and depth <= 0:
            yield text[start:position]
            start = position + 1
    yield text[start:]


def _range(part: str, span: Span) -> list[str]:
    """The numbers from the first to the last one, in steps; none where this is no range."""
    match = _RANGE.fullmatch(part)
    if match is None:
        return []
    first, last, step = int(match[1]), int(match[2]), int(match[3] or 1)
    if first > last or not step:
        raise UsageError(Diagnostic("bad-sweep", "this range holds nothing", span, help=HELP))
    return [str(value) for value in range(first, last + 1, step)[: MOST_VALUES + 1]]
