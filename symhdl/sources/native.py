"""symhdl's own language, as README describes it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from symhdl.errors import Source
from symhdl.functions.dialect import NATIVE, Dialect
from symhdl.grammar import parse
from symhdl.parsed import Parsed
from symhdl.sources.reading.reader import Reading, ReadOptions

ORDINARY = 0.5  # what the native language claims of any text
_DECLARATION = re.compile(
    r"^[ \t]*(?:input|output)[ \t]+[^\s=(]|:[ \t]*(?:u?fixed[ \t]*<|[SU]Q[ \t]*\()", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class TextReader:
    """Reads an infix dialect that differs from the native language by data alone."""

    dialect: Dialect
    confidence: Callable[[Source], float]

    @property
    def name(self) -> str:
        """The name of the dialect."""
        return self.dialect.name

    def detect(self, source: Source) -> float:
        """How likely the text is of this dialect."""
        return self.confidence(source)

    def read(self, source: Source, options: ReadOptions) -> Reading:
        """The graph of the program."""
        parsed: Parsed = parse(
            source, options.definitions, dialect=self.dialect, inputs=options.inputs
        )
        return Reading(parsed, source.text)


def _confidence(source: Source) -> float:
    """Declarations are the native language's own; any other text may be of it."""
    return 1.0 if _DECLARATION.search(source.text) else ORDINARY


READER = TextReader(NATIVE, _confidence)
