"""The types of C: what kind of number they hold, and in which format such a number enters the hardware."""

from __future__ import annotations

import re
from dataclasses import dataclass

from symhdl.numeric.fixed import FixedFormat, format_problem
from symhdl.sources.imperative.values import Sort

_REAL = frozenset(
    [
        "float",
        "double",
        "half",
        "float_t",
        "double_t",
        "float16_t",
        "float32_t",
        "float64_t",
        "_Float16",
        "real_t",
    ]
)
_WIDTHS = {
    "int8_t": (True, 8),
    "int16_t": (True, 16),
    "int32_t": (True, 32),
    "int64_t": (True, 64),
    "uint8_t": (False, 8),
    "uint16_t": (False, 16),
    "uint32_t": (False, 32),
    "uint64_t": (False, 64),
}
_UNSIGNED = frozenset(["unsigned", "size_t", "uint", "uint8_t", "uint16_t", "uint32_t", "uint64_t"])
_FIXED = re.compile(
    r"(?:ap|ac)_(?P<kind>u?fixed|u?int)<\s*(?P<width>\d{1,6})\s*(?:,\s*(?P<integer>-?\d{1,6})\s*(?:,[^>]*)?)?>"
)
NARROW = 16  # integers up to so many bits wrap round; wider ones are taken as large enough


@dataclass(frozen=True, slots=True)
class CType:
    """A type; `sort` is None for `void` and `auto`, `format` None where the type does not say it."""

    sort: Sort | None
    is_unsigned: bool = False
    format: FixedFormat | None = None
    is_fixed_point: bool = False
    is_static: bool = False
    is_constant: bool = False


def c_type(text: str) -> CType:
    """The type of these words."""
    words = text.split()
    static = "static" in words
    constant = "const" in words or "constexpr" in words
    match = _FIXED.search(text)
    if match is not None:
        return _fixed(match, static, constant)
    unsigned = not _UNSIGNED.isdisjoint(words)
    if not _REAL.isdisjoint(words):
        return CType(Sort.REAL, is_static=static, is_constant=constant)
    if "bool" in words or "_Bool" in words:
        one_bit = FixedFormat(False, 1, 0)
        return CType(Sort.BOOLEAN, True, one_bit, is_static=static, is_constant=constant)
    if "void" in words or "auto" in words or not words:
        return CType(None, is_static=static, is_constant=constant)
    return CType(Sort.INTEGER, unsigned, _format(words), is_static=static, is_constant=constant)


def _format(words: list[str]) -> FixedFormat | None:
    for word in words:
        if word in _WIDTHS:
            signed, width = _WIDTHS[word]
            return FixedFormat(signed, width, 0)
    if "char" in words:
        return FixedFormat("unsigned" not in words, 8, 0)
    if "short" in words:
        return FixedFormat("unsigned" not in words, 16, 0)
    return None


def _fixed(match: re.Match[str], static: bool, constant: bool) -> CType:
    unsigned = match["kind"].startswith("u")
    width = int(match["width"])
    is_integer = match["kind"].endswith("int")
    integer = width if is_integer else int(match["integer"] or width)
    found: FixedFormat | None = FixedFormat(not unsigned, width, width - integer)
    if found is not None and format_problem(found) is not None:
        found = None
    sort = Sort.INTEGER if is_integer else Sort.REAL
    return CType(sort, unsigned, found, not is_integer, static, constant)
