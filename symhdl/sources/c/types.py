"""The types of C: what kind of number they hold, and in which format such a number enters the hardware."""

from __future__ import annotations

import re
from dataclasses import dataclass

from symhdl.numeric.fixed import FixedFormat, format_problem
from symhdl.sources.imperative.values import Sort

_REAL = {"float", "double", "float_t", "double_t", "float32_t", "float64_t", "_Float16"}
_SIZED = re.compile(r"(?P<unsigned>u?)int(?P<width>8|16|32|64)_t")
_FIXED = re.compile(
    r"a[pc]_(?P<unsigned>u?)(?P<kind>fixed|int)<\s*(?P<width>\d{1,6})\s*(?:,\s*(?P<integer>-?\d{1,6})\s*(?:,[^>]*)?)?>"
)
NARROW = 16  # integers up to so many bits wrap round; wider ones are taken as large enough


@dataclass(frozen=True, slots=True)
class CType:
    """A type; `sort` is None for `void` and `auto`, `format` None where the type does not say it."""

    sort: Sort | None
    is_unsigned: bool = False
    format: FixedFormat | None = None

    @property
    def wrapping(self) -> FixedFormat | None:
        """The format of integers that wrap round, None if the type has no such."""
        is_narrow = self.format is not None and self.format.width <= NARROW
        return self.format if is_narrow and self.sort is Sort.INTEGER else None


def c_type(text: str) -> CType:
    """The type of these words."""
    words = text.split()
    match = _FIXED.search(text)
    if match is not None:
        width = int(match["width"])
        is_integer = match["kind"] == "int"
        integer = width if is_integer else int(match["integer"] or width)
        found = FixedFormat(not match["unsigned"], width, width - integer)
        is_format = format_problem(found) is None
        sort = Sort.INTEGER if is_integer else Sort.REAL
        return CType(sort, not found.signed, found if is_format else None)
    if not _REAL.isdisjoint(words):
        return CType(Sort.REAL)
    if "bool" in words or "_Bool" in words:
        return CType(Sort.BOOLEAN, True, FixedFormat(False, 1, 0))
    if "void" in words or "auto" in words or not words:
        return CType(None)
    sized = _SIZED.search(text)
    is_unsigned = "unsigned" in words or "size_t" in words
    if sized is not None:
        is_unsigned = bool(sized["unsigned"])
        return CType(
            Sort.INTEGER, is_unsigned, FixedFormat(not is_unsigned, int(sized["width"]), 0)
        )
    for word, width in (("char", 8), ("short", 16)):
        if word in words:
            return CType(Sort.INTEGER, is_unsigned, FixedFormat(not is_unsigned, width, 0))
    return CType(Sort.INTEGER, is_unsigned)
