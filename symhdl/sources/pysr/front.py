"""Fronts of a search as JSON: `[{"class": "g", "equations": [{"complexity": 4, "loss": 0.6, "equation": "x + 1"}]}]`.

Objects that have a complexity and an equation are equations, wherever they stand. Their class is what they, or what
holds them, say with `class`; else the key under which they stand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from symhdl.documents import read_json
from symhdl.errors import Source, Span, error
from symhdl.sources.reading.table import Field

_BEGIN = re.compile(r"[\ufeff\s]*[\[{]")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_COMPLEXITY, _EQUATION = (
    re.compile(rf'"{word}"\s*:', re.IGNORECASE) for word in ("complexity", "equation")
)
CLASS = "class"


class Scalar(NamedTuple):
    """A number, a text or a word of JSON: its value as text, and where it stands, a text without its quotes."""

    text: str
    place: Field


@dataclass(slots=True)
class Found:
    """An object: its scalars by their keys, in small letters, and the class of what holds it."""

    scalars: dict[str, Scalar] = field(default_factory=dict)
    key: str = ""
    above: Found | None = None

    @property
    def class_name(self) -> str:
        """What it says, or what holds it; else its key, or that of what holds it."""
        here: Found | None = self
        key = ""
        while here is not None:
            if CLASS in here.scalars:
                return here.scalars[CLASS].text
            key = key or here.key
            here = here.above
        return key


def is_front(source: Source) -> bool:
    """Whether the text looks like JSON with equations."""
    text = source.text
    return (
        _BEGIN.match(text) is not None
        and _COMPLEXITY.search(text) is not None
        and _EQUATION.search(text) is not None
    )


def plain_text(source: Source) -> Source:
    """The text without escapes in its strings, each as long as before, so that all stands where it stood."""
    text = re.sub(
        r'"(?:[^"\\]|\\.)*"',
        lambda found: found[0] if "\\" not in found[0] else _plain(found[0]),
        source.text,
    )
    return source if text == source.text else Source(source.name, text, source.first_line, source)


def _plain(token: str) -> str:
    text = str(json.loads(token, strict=False))
    return f'"{text}"'.ljust(len(token))


def equations_in(source: Source) -> list[Found]:
    """The objects with equations, in their order. Raises SymhdlError for what is no JSON."""
    text = source.text.replace("\ufeff", " ", 1)  # a byte order mark
    try:
        read_json(text)
    except json.JSONDecodeError as problem:
        start = min(problem.pos, len(text) - 1)
        message = f"this is not JSON: {problem.msg}"
        raise error("table", message, Span(source, start, start + 1)) from None
    except ValueError as problem:
        raise error("table", f"this is not JSON: {problem}", Span(source, 0, 1)) from None
    objects = _objects(text)
    return [each for each in objects if {"complexity", "equation"} <= each.scalars.keys()]


def _objects(text: str) -> list[Found]:
    """All objects of a text that is JSON."""
    objects: list[Found] = []
    holders: list[Found] = []  # of what is open, an object or what holds a list
    key = ""
    awaits_value = False
    for match, value in _tokens(text):
        mark = match[0]
        above = holders[-1] if holders else None
        if mark in "{[":
            holders.append(Found({}, key if awaits_value else "", above))
            if mark == "{":
                objects.append(holders[-1])
            awaits_value = False
        elif mark in "}]":
            holders.pop()
        elif mark == ":":
            awaits_value = True
        elif mark == ",":
            awaits_value = False
        elif awaits_value and above is not None:
            above.scalars[key.lower()] = value
            awaits_value = False
        else:
            key = value.text
    return objects


def _tokens(text: str) -> Iterator[tuple[re.Match[str], Scalar]]:
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        if match[0].startswith('"'):
            yield match, Scalar(str(json.loads(match[0])), Field(start + 1, end - 1))
        else:
            yield match, Scalar(match[0], Field(start, end))
