"""Texts that are calls inside calls and nothing else, as genetic-programming tools print their trees."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"\s*(?:(?P<function>[^\W\d][\w.]*)\s*\(|(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"(?![\w.])|(?P<name>[^\W\d][\w.]*(?:\[\d+\])?)|(?P<mark>[,)])|(?P<other>\S))"
)
_BRACKETS = re.compile(r"[()\[\]{},]")
_DEPTH = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1, ",": 0}


@dataclass(frozen=True, slots=True)
class PrefixText:
    """What a text of calls is made of: the functions, numbers and other names in it, each as written."""

    functions: frozenset[str]
    numbers: frozenset[str]
    names: frozenset[str]


def prefix_text(text: str) -> PrefixText | None:
    """The parts of a text that is one call of calls, names and numbers; None for any other text."""
    text = text.strip()
    if not text.endswith(")"):
        return None
    found: dict[str, set[str]] = {"function": set(), "number": set(), "name": set(), "mark": set()}
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind is None or kind == "other" or (match.start() == 0 and kind != "function"):
            return None
        found[kind].add(match[kind])
    return PrefixText(*(frozenset(found[kind]) for kind in ("function", "number", "name")))


def parts_between(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The stretches of `text[start:end]` between the commas that stand in no bracket."""
    parts: list[tuple[int, int]] = []
    depth = 0
    for match in _BRACKETS.finditer(text, start, end):
        depth += _DEPTH[match[0]]
        if match[0] == "," and depth == 0:
            parts.append((start, match.start()))
            start = match.end()
    return [*parts, (start, end)]


def end_of_bracket(text: str, start: int, end: int) -> int:
    """Where the bracket that opens at `start` has closed again, at most `end`."""
    depth = 0
    for match in _BRACKETS.finditer(text, start, end):
        depth += _DEPTH[match[0]]
        if depth == 0:
            return match.end()
    return end
