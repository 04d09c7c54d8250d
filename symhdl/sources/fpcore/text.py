"""S-expressions as FPCore writes them: atoms, strings and lists with their places, and the numbers among the atoms."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from fractions import Fraction
from types import GeneratorType
from typing import NamedTuple, TypeAlias, TypeVar, cast

from symhdl.errors import Source, Span, SymhdlError, error
from symhdl.grammar.tokens import check_length, too_many
from symhdl.numeric.limits import MAXIMUM_NESTING, MAXIMUM_TOKENS
from symhdl.numeric.literal import read_literal


class Atom(NamedTuple):
    """A name, a property, a number (`number` is its value, or why it has none), or what double quotes enclose."""

    text: str
    span: Span
    number: Fraction | str | None = None
    is_string: bool = False

    @property
    def is_property(self) -> bool:
        """Whether it is a word such as `:pre`."""
        return self.text.startswith(":") and not self.is_string


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


def read_data(source: Source) -> list[Datum]:
    """The data of a text, one after the other. Raises SymhdlError at the first bracket that does not match."""
    text = source.text
    check_length(source, len(text))
    opened: list[Atom] = []
    levels: list[list[Datum]] = [[]]
    for count, token in enumerate(_TOKEN.finditer(text)):
        if count >= MAXIMUM_TOKENS:
            raise too_many(source, token.start())
        span = Span(source, *token.span())
        match token.lastgroup:
            case "atom":
                levels[-1].append(Atom(token[0], span, read_number(token[0])))
            case "string":
                levels[-1].append(Atom(_ESCAPED.sub(r"\1", token["string"]), span, is_string=True))
            case "open":
                opened.append(Atom(token[0], span))
                levels.append([])
                if len(opened) > MAXIMUM_NESTING:
                    message = f"more than {MAXIMUM_NESTING:,} brackets are open here"
                    help = "name parts of the expression with let*"
                    raise error("too-deep", message, span, help=help)
            case "close":
                _check_match(opened, Atom(token[0], span))
                items = tuple(levels.pop())
                levels[-1].append(List(items, opened.pop().span.to(span)))
            case "unended":
                raise error("syntax", "this string does not end", span, help='add a `"`')
    if opened:
        raise _unclosed(opened)
    return levels[0]


def _check_match(opened: list[Atom], closing: Atom) -> None:
    """Raises SymhdlError if the bracket does not close the one that was opened last."""
    if not opened:
        message = f"`{closing.text}` closes nothing"
        raise error("syntax", message, closing.span, help="remove it")
    opening = opened[-1]
    expected = _CLOSING[opening.text]
    if closing.text != expected:
        message = f"expected `{expected}` instead of `{closing.text}`"
        note = f"`{opening.text}` was opened at {opening.span!r}"
        raise error("syntax", message, closing.span, notes=(note,))


def _unclosed(opened: list[Atom]) -> SymhdlError:
    bracket, last = opened[0], opened[-1].span
    count = f"{len(opened)} brackets are open at the end of the text, the last one at {last!r}"
    message = f"this `{bracket.text}` is never closed"
    help = f"add `{_CLOSING[bracket.text]}` where the form ends"
    notes = (count,) if len(opened) > 1 else ()
    return error("syntax", message, bracket.span, notes=notes, help=help)


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
