"""Patterns of what a tool prints and no hardware can do, told in the tool's own terms before anything is parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from symhdl.errors import Diagnostic, Source, Span


class Complaint(NamedTuple):
    """What is looked for, and what is said where it stands."""

    pattern: re.Pattern[str]
    message: str
    help: str


def complaints_about(source: Source, complaints: Iterable[Complaint]) -> list[Diagnostic]:
    """One diagnostic for each complaint that applies, at the first place."""
    return [
        Diagnostic(
            "unsupported", complaint.message, Span(source, *found.span()), (), complaint.help
        )
        for complaint in complaints
        if (found := complaint.pattern.search(source.text)) is not None
    ]
