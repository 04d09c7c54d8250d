"""What Python and SymPy text have in common: operators on conditions, lines in brackets, words that are no names."""

from __future__ import annotations

import keyword
from collections.abc import Iterator, Sequence
from itertools import accumulate

from symhdl.functions.operation import Operation
from symhdl.printers.forms import Form, Key, Level, form
from symhdl.printers.wrap import opened, wrap

INDENT = "    "

KEYWORDS = frozenset(keyword.kwlist)

CONDITIONS: dict[Key, Form] = {
    Operation.NOT: form(Level.UNARY, "~$0", Level.UNARY),
    Operation.AND: form(Level.BITWISE_AND, "$0 & $1", Level.BITWISE_AND, Level.SUM),
    Operation.OR: form(Level.BITWISE_OR, "$0 | $1", Level.BITWISE_OR, Level.BITWISE_AND),
}
"""`&`, `|` and `~` bind tighter than comparisons."""


def statement(start: str, pieces: Sequence[str], indent: str = "") -> Iterator[str]:
    """`start` and the expression, in brackets if it goes on in another line outside of its own."""
    first, *others = wrap(pieces, len(indent) + len(start), indent + INDENT)
    if _stays_inside([first, *others]):
        yield indent + start + first
        yield from others
        return
    first, *others = wrap(pieces, len(indent) + len(INDENT), indent + INDENT)
    yield f"{indent}{start}("
    yield f"{indent}{INDENT}{first}"
    yield from others
    yield f"{indent})"


def _stays_inside(lines: Sequence[str]) -> bool:
    """Whether some bracket is open at the end of every line but the last."""
    return all(depth > 0 for depth in accumulate(map(opened, lines[:-1])))
