"""C and C++ as people paste it: expressions, assignments, functions; read by the rules of C, over the reals.

Numbers of floating types are real numbers. Integers are integers: their quotients are cut off, as in C, but they never
overflow, except that those of at most 16 bits wrap round where C converts to them.
"""

from __future__ import annotations

import re

from symhdl.errors import Source
from symhdl.sources.reading.reader import Reading, ReadOptions

_TYPE = r"(?:float|double|int|short|long|unsigned|u?int(?:8|16|32|64)_t|float(?:32|64)_t|ap_u?(?:fixed|int)<[^<>\n]*>)"
_SURE = re.compile(
    rf"^[ \t]*(?:(?:static|const|inline|constexpr)[ \t]+)*{_TYPE}[ \t]+[*&]?[^\W\d]\w*[ \t]*(?:[=;,(\[]|$)"
    r"|^[ \t]*#[ \t]*(?:define|include|pragma)\b"
    r"|\breturn\b(?:(?!\breturn\b)[^;\n])*;"  # up to the next one only: in linear time
    r"|\b(?:std|hls)::[^\W\d]",
    re.MULTILINE,
)
_LIKELY = re.compile(
    r"(?<![\w.])(?:\d+\.\d*|\.\d+)(?:[eE][+-]?\d+)?f(?!\w)"
    r"|\b(?:sqrt|sin|cos|tan|exp|log|pow|fabs|fmin|fmax|floor|ceil|tanh|atan2|hypot|fmod)f[ \t]*\("
    r"|\(\s*(?:float|double|int)\s*\)"
    r"|\bM_(?:PI|E|SQRT|LN|LOG)\w*"
    r"|\b(?:fmin|fmax|fmod|fdim|fma)[ \t]*\("
)
_POSSIBLE = re.compile(r"\bfabs[ \t]*\(|;[ \t]*(?://[^\n]*)?$|&&|\|\||//|/\*", re.MULTILINE)
_OTHER = re.compile(
    r"^[ \t]*(?:\(FPCore|def |import |from |input |output |%)|\bnp\.|\\frac", re.MULTILINE
)


class CReader:
    """Reads C. What that takes is loaded when there is any."""

    name = "c"

    def detect(self, source: Source) -> float:
        """Types, `return ...;`, `std::` and directives are C; suffixes and `M_PI` are most often."""
        text = source.text
        if source.name.endswith((".c", ".cc", ".cpp", ".cxx", ".h", ".hpp", ".cu")):
            return 1.0
        if _OTHER.search(text):
            return 0.0
        if _SURE.search(text):
            return 0.95
        if _LIKELY.search(text):
            return 0.6
        return 0.3 if _POSSIBLE.search(text) else 0.1

    def read(self, source: Source, options: ReadOptions) -> Reading:
        """The graph."""
        from symhdl.sources.c.library import CONSTANTS, C
        from symhdl.sources.c.machine import CMachine
        from symhdl.sources.c.text import parse_c
        from symhdl.sources.imperative.library import Library
        from symhdl.sources.imperative.program import read_program

        library = Library(C, CONSTANTS, options.definitions)
        machine = CMachine(source, library, options.inputs)
        parsed = read_program(machine, parse_c(source), options.select)
        return Reading(parsed, source.text)


READER = CReader()
