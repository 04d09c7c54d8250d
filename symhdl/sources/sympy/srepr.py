"""SymPy's `srepr`: `Add(Mul(Integer(2), Symbol('x')), Rational(1, 2))`; what reading takes is loaded then."""

from __future__ import annotations

import re

from symhdl.errors import Source
from symhdl.sources.reading.reader import Reading, ReadOptions

_CALL_AT_START = re.compile(r"\s*+(?:[^\W\d]\w*+\s*+=\s*+)?[-\[({\s]*+[^\W\d][\w.]*+\s*+\(")
_MARKS = re.compile(
    r"\b(?:Symbol|Dummy|Float)\(\s*['\"]|\bInteger\(-?\d"
)  # text has Rational as well
_STRINGS = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"")
_INFIX = re.compile(r"[*/+^<>&|~%]|[\w)]\s*-")  # a minus behind a value; srepr has others


def looks_like_srepr(text: str) -> bool:
    """Whether the text is made of calls alone, some of which only srepr writes."""
    if not _CALL_AT_START.match(text) or not _MARKS.search(text):
        return False
    return not _INFIX.search(_STRINGS.sub("", text))


class SreprReader:
    """Reads what `sympy.srepr` prints: one expression, several, or a list of them."""

    name = "srepr"

    def detect(self, source: Source) -> float:
        """How likely the text is of this dialect."""
        return 0.95 if looks_like_srepr(source.text) else 0.0

    def read(self, source: Source, options: ReadOptions) -> Reading:
        """The graph. Raises SymhdlError with places in the source."""
        from symhdl.sources.sympy.program import read_items
        from symhdl.sources.sympy.srepr_items import read_srepr

        return Reading(read_items(read_srepr(source), options), source.text)


READER = SreprReader()
