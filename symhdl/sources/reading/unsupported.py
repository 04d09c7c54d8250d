"""Patterns of what a tool prints and no hardware can do, told in the tool's own terms before anything is parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from symhdl.errors import Diagnostic, Source, Span


class Unsupported(NamedTuple):
    """What is looked for, and what is said where it stands."""

    pattern: re.Pattern[str]
    message: str
    help: str


def unsupported_in(source: Source, patterns: Iterable[Unsupported]) -> list[Diagnostic]:
    """One diagnostic for each pattern that applies, at the first place."""
    return [
        Diagnostic("unsupported", pattern.message, Span(source, *found.span()), (), pattern.help)
        for pattern in patterns
        if (found := pattern.pattern.search(source.text)) is not None
    ]
