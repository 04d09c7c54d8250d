"""S-expressions as FPCore writes them: atoms, strings and lists with their places, and the numbers among the atoms."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from fractions import Fraction
from types import GeneratorType
from typing import NamedTuple, TypeAlias, TypeVar, cast

from symhdl.errors import Diagnostic, Source, Span, SymhdlError, error
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS, MAXIMUM_NESTING, MAXIMUM_TEXT_LENGTH
from symhdl.numeric.literal import read_literal

MAXIMUM_SHOWN = 60


class Atom(NamedTuple):
    """A name, a number, a property, or what stands between double quotes."""

    text: str
    span: Span
    is_string: bool = False


class List(NamedTuple):
    """What stands between two brackets, which belong to the span."""

    items: tuple[Datum, ...]
    span: Span

    @property
    def head(self) -> str:
        """The text of the first item if that is an atom, else nothing."""
        first = self.items[0] if self.items else None
        return first.text if isinstance(first, Atom) and not first.is_string else ""


Datum: TypeAlias = Atom | List

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_TOKEN = re.compile(
    r"""(?P<blank>\s+ | ;[^\n]*)
      | (?P<open>[(\[{])
      | (?P<close>[)\]}])
      | "(?P<string>(?:[^"\\]|\\.)*+)"
      | (?P<unended>")
      | (?P<atom>[^\s()\[\]{}";]+)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_RATIONAL = re.compile(r"([+-]?[0-9]+)/([0-9]+)")
_LIKE_A_NUMBER = re.compile(r"[+-]?\.?[0-9]")


def shown(text: str) -> str:
    """The text on one line and short enough for a message."""
    line = " ".join(text.split())
    return line if len(line) <= MAXIMUM_SHOWN else line[: MAXIMUM_SHOWN - 3] + "..."


def read_data(source: Source) -> list[Datum]:
    """The data of a text, one after the other. Raises SymhdlError with the brackets that do not match."""
    text = source.text
    if len(text) > MAXIMUM_TEXT_LENGTH:
        raise error(
            "too-long",
            f"the text has {len(text):,} characters; {MAXIMUM_TEXT_LENGTH:,} are the limit",
        )
    mistakes: list[Diagnostic] = []
    opened: list[re.Match[str]] = []
    levels: list[list[Datum]] = [[]]
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "atom":
            levels[-1].append(Atom(token[0], Span(source, token.start(), token.end())))
        elif kind == "open":
            if len(opened) == MAXIMUM_NESTING:
                raise _too_deep(Span(source, token.start(), token.end()))
            opened.append(token)
            levels.append([])
        elif kind == "close":
            problem = _unmatched(source, opened, token)
            if problem is not None:
                mistakes.append(problem)
            if len(mistakes) == MAXIMUM_DIAGNOSTICS:
                raise SymhdlError(*mistakes)
            if opened:
                items = tuple(levels.pop())
                span = Span(source, opened.pop().start(), token.end())
                levels[-1].append(List(items, span))
        elif kind == "string":
            span = Span(source, token.start(), token.end())
            levels[-1].append(Atom(_ESCAPED.sub(r"\1", token["string"]), span, is_string=True))
        elif kind == "unended":
            span = Span(source, token.start(), token.end())
            mistakes.append(
                Diagnostic("syntax", "this string does not end", span, help='add a `"`')
            )
            raise SymhdlError(*mistakes)
    if opened:
        mistakes.append(_unclosed(source, opened))
    if mistakes:
        raise SymhdlError(*mistakes)
    return levels[0]


def _too_deep(span: Span) -> SymhdlError:
    return error(
        "too-deep",
        f"more than {MAXIMUM_NESTING:,} brackets are open here",
        span,
        help="name parts of the expression with let*",
    )


def _unmatched(
    source: Source, opened: list[re.Match[str]], token: re.Match[str]
) -> Diagnostic | None:
    """What is wrong with a closing bracket."""
    span = Span(source, token.start(), token.end())
    if not opened:
        return Diagnostic("syntax", f"`{token[0]}` closes nothing", span, help="remove it")
    expected = _CLOSING[opened[-1][0]]
    if token[0] == expected:
        return None
    opening = Span(source, opened[-1].start(), opened[-1].end())
    return Diagnostic(
        "syntax",
        f"expected `{expected}` instead of `{token[0]}`",
        span,
        (f"`{opened[-1][0]}` was opened at {source.name}:{opening.line}:{opening.column}",),
    )


def _unclosed(source: Source, opened: list[re.Match[str]]) -> Diagnostic:
    bracket = opened[0]
    notes: tuple[str, ...] = ()
    if len(opened) > 1:
        last = Span(source, opened[-1].start(), opened[-1].end())
        notes = (
            f"{len(opened)} brackets are open at the end of the text,"
            f" the last one at {source.name}:{last.line}:{last.column}",
        )
    return Diagnostic(
        "syntax",
        f"this `{bracket[0]}` is never closed",
        Span(source, bracket.start(), bracket.end()),
        notes,
        f"add `{_CLOSING[bracket[0]]}` where the form ends",
    )


def read_number(text: str) -> Fraction | str | None:
    """The exact value of a decimal, rational or hexadecimal number; why there is none; None for what is a name."""
    if not _LIKE_A_NUMBER.match(text):
        return None
    ratio = _RATIONAL.fullmatch(text)
    if ratio is None:
        return read_literal(text)
    numerator, denominator = read_literal(ratio[1]), read_literal(ratio[2])
    if isinstance(numerator, str):
        return numerator
    if isinstance(denominator, str):
        return denominator
    return numerator / denominator if denominator else "the denominator is zero"


Wanted = TypeVar("Wanted")
Found = TypeVar("Found")


def walk(
    first: Wanted, begin: Callable[[Wanted], Found | Generator[Wanted, Found, Found]]
) -> Found:
    """What `begin` makes of `first`, however deeply its parts are nested.

    `begin` gives the result at once, or a generator that yields the parts of which it wants to know what is found.
    The generators wait on a list, so that the call stack stays flat.
    """
    waiting: list[Generator[Wanted, Found, Found]] = []
    step = begin(first)
    while True:
        try:
            if isinstance(step, GeneratorType):
                waiting.append(step)
                wanted = next(step)
            elif waiting:
                wanted = waiting[-1].send(cast(Found, step))
            else:
                return cast(Found, step)
        except StopIteration as done:
            waiting.pop()
            step = done.value
        else:
            step = begin(wanted)
