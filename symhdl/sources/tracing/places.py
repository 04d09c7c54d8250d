"""Where in the user's Python code something is computed, so that messages about traced functions point into it."""

from __future__ import annotations

import linecache
import sys
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from types import CodeType, FrameType

import numpy as np

from symhdl.errors import Source, Span

_OWN = str(Path(__file__).parents[1])
_NUMPY = str(Path(np.__file__).parent)


@dataclass(slots=True)
class Places:
    """Finds the places; those of one instruction once."""

    _sources: dict[str, Source] = field(default_factory=dict)
    _known: dict[tuple[CodeType, int], Span | None] = field(default_factory=dict)

    def here(self) -> Span | None:
        """The expression of the user's code that is being executed; None if its text is not at hand."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename.startswith((_OWN, _NUMPY)):
            frame = frame.f_back
        if frame is None:
            return None
        key = (frame.f_code, frame.f_lasti)
        if key not in self._known:
            self._known[key] = self._found(frame)
        return self._known[key]

    def _found(self, frame: FrameType) -> Span | None:
        code = frame.f_code
        lines = linecache.getlines(code.co_filename, frame.f_globals)
        positions = next(islice(code.co_positions(), frame.f_lasti // 2, None), None)
        if not lines or positions is None:
            return None
        first, last, column, end_column = positions
        if first is None or last is None or column is None or end_column is None:
            return None
        if last > len(lines):
            return None
        source = self._sources.get(code.co_filename)
        if source is None:
            source = self._sources[code.co_filename] = Source(code.co_filename, "".join(lines))
        start = _offset(lines, first, column)
        return Span(source, start, max(start + 1, _offset(lines, last, end_column)))


def _offset(lines: list[str], line: int, column: int) -> int:
    """The position in the text; columns of Python count bytes of UTF-8."""
    before = sum(map(len, lines[: line - 1]))
    return before + len(lines[line - 1].encode()[:column].decode(errors="ignore"))
