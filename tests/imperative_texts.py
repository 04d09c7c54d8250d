"""What the tests of C and of Python text share: reading a text, and its mistakes with the characters they point at."""

from __future__ import annotations

import pytest

from symhdl.errors import Diagnostic, Source, SymhdlError
from symhdl.ir.graph import Graph
from symhdl.parsed import Parsed
from symhdl.sources.reading.source import read_source

NAMES = {"c": "test.c", "numpy": "test.py"}


def parsed(text: str, dialect: str, select: str = "best") -> Parsed:
    return read_source(Source(NAMES[dialect], text), dialect=dialect, select=select)[0]


def graph(text: str, dialect: str) -> Graph:
    return parsed(text, dialect).graph


def mistake(text: str, dialect: str) -> tuple[Diagnostic, str]:
    """The first thing that is wrong, and the characters that it points at."""
    with pytest.raises(SymhdlError) as caught:
        parsed(text, dialect)
    told = caught.value.diagnostics[0]
    assert told.span is not None
    return told, text[told.span.start : told.span.end]


def shown(texts: list[str], dialect: str) -> str:
    """The warnings and errors of the texts as the user sees them."""
    found: list[str] = []
    for text in texts:
        try:
            found += [warning.render() for warning in parsed(text, dialect).warnings]
        except SymhdlError as problem:
            found.append(str(problem))
    return "\n\n".join(found) + "\n"
