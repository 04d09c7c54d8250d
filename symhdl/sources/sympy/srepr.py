"""SymPy's `srepr`, `Add(Mul(Integer(2), Symbol('x')), Rational(1, 2))`: read without executing anything in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from symhdl.errors import Source, Span, SymhdlError, error
from symhdl.numeric.limits import MAXIMUM_NESTING, MAXIMUM_TEXT_LENGTH
from symhdl.numeric.literal import read_literal
from symhdl.sources.reading.reader import Reading, ReadOptions
from symhdl.sources.sympy.item import CONTAINER, NAMED, STRING, Item, number
from symhdl.sources.sympy.program import read_items
from symhdl.sources.sympy.srepr_heads import applied, constant, made, negative

_TOKEN = re.compile(
    r"(?P<call>[^\W\d][\w.]*[ \t]*\()|(?P<keyword>[^\W\d][\w.]*[ \t]*=)|(?P<name>[^\W\d][\w.]*)"
    r"|(?P<string>'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\")"
    r"|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<open>[(\[{])|(?P<close>[)\]}])"
    r"|(?P<comma>,)|(?P<colon>:)|(?P<minus>-)|(?P<other>\S)"
)
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_ESCAPED = re.compile(r"\\(.)")
_HELP = "give what SymPy's srepr(expression) prints"


class Token(NamedTuple):
    """A piece of the text; that of a call ends with its bracket."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(slots=True)
class _Frame:
    """A bracket that is open, or the whole text; `head` is the name of what is called."""

    opening: Token
    head: str = ""
    items: list[Item] = field(default_factory=list)
    keywords: dict[str, Item] = field(default_factory=dict)
    keyword: str = ""  # whose value comes next
    key: Item | None = None  # whose value in a dict comes next
    function: Item | None = None  # what is called, if it is no mere name
    is_negative: bool = False
    is_value_wanted: bool = True


@dataclass(slots=True)
class _Parser:
    """Reads values one inside another on a stack of open brackets."""

    source: Source
    frames: list[_Frame]

    def read(self) -> Item:
        """The whole text: one value, or several one after another. Raises SymhdlError at the first mistake."""
        for token in _tokens(self.source.text):
            frame = self.frames[-1]
            match token.kind:
                case "comma" if not frame.is_value_wanted:
                    frame.is_value_wanted = True
                case "close":
                    self._close(frame, token)
                case "open" if token.text == "(" and not frame.is_value_wanted:
                    self._open(_Frame(token, function=frame.items.pop()))
                case "colon" if frame.opening.text == "{" and not frame.is_value_wanted:
                    frame.key = frame.items.pop()
                    frame.is_value_wanted = True
                case "other" | "comma" | "colon":
                    raise self._unexpected(token)
                case _ if frame.is_value_wanted or len(self.frames) == 1:
                    self._begin(frame, token)
                case _:
                    raise self._unexpected(token)
        return self._whole()

    def _begin(self, frame: _Frame, token: Token) -> None:
        """What a value, or the name of one, begins with."""
        place = Span(self.source, token.start, token.end)
        match token.kind:
            case "call":
                self._open(_Frame(token, token.text[:-1].rstrip()))
            case "open":
                self._open(_Frame(token))
            case "keyword":
                frame.keyword = token.text[:-1].rstrip()
                frame.is_value_wanted = True
            case "minus":
                frame.is_negative = not frame.is_negative
                frame.is_value_wanted = True
            case "string":
                name = _ESCAPED.sub(r"\1", token.text[1:-1])
                self._take(frame, Item(STRING, name=name, span=place))
            case "number":
                value = read_literal(token.text)
                if isinstance(value, str):
                    raise error("number-limit", value, place)
                self._take(frame, number(value, place))
            case _:
                self._take(frame, constant(token.text, place))

    def _open(self, frame: _Frame) -> None:
        if len(self.frames) > MAXIMUM_NESTING:
            raise error(
                "too-deep",
                f"more than {MAXIMUM_NESTING:,} brackets are open here",
                Span(self.source, frame.opening.start, frame.opening.end),
                help="give SymPy's object itself, or parts of it as expressions of their own",
            )
        self.frames.append(frame)

    def _close(self, frame: _Frame, token: Token) -> None:
        if len(self.frames) == 1 or _BRACKETS[frame.opening.text[-1]] != token.text:
            raise self._unexpected(token)
        if frame.keyword or frame.key is not None or frame.is_negative:
            raise self._unexpected(token)
        self.frames.pop()
        place = Span(self.source, frame.opening.start, token.end)
        if frame.function is not None:
            item = applied(frame.function, tuple(frame.items), place)
        elif frame.head:
            item = made(frame.head, tuple(frame.items), frame.keywords, place)
        else:
            item = Item(CONTAINER, tuple(frame.items), span=place)
        self._take(self.frames[-1], item)

    def _take(self, frame: _Frame, item: Item) -> None:
        """Puts a value that is complete where it belongs."""
        frame.is_value_wanted = False
        if frame.is_negative:
            item = negative(item)
            frame.is_negative = False
        if frame.key is not None:
            item = Item(NAMED, (item,), name=frame.key.name, span=item.span)
            frame.key = None
        if frame.keyword and frame.head:
            frame.keywords[frame.keyword] = item
        elif frame.keyword:
            frame.items.append(Item(NAMED, (item,), name=frame.keyword, span=item.span))
        else:
            frame.items.append(item)
        frame.keyword = ""

    def _whole(self) -> Item:
        frame = self.frames[-1]
        if len(self.frames) > 1:
            place = Span(self.source, frame.opening.start, frame.opening.end)
            bracket = _BRACKETS[frame.opening.text[-1]]
            message = f"this `{frame.opening.text[-1]}` is never closed"
            raise error("unmatched-bracket", message, place, help=f"add the `{bracket}`")
        if frame.is_value_wanted:
            end = max(1, len(self.source.text.rstrip()))
            place = Span(self.source, end - 1, end)
            raise error("syntax", "the text ends where a value is missing", place, help=_HELP)
        if len(frame.items) == 1:
            return frame.items[0]
        return Item(CONTAINER, tuple(frame.items), span=Span(self.source, 0, len(self.source.text)))

    def _unexpected(self, token: Token) -> SymhdlError:
        place = Span(self.source, token.start, token.end)
        if token.kind == "other" and token.text in "+*/^<>&|~%":
            message = f"`{token.text}` stands between calls; srepr writes calls alone"
            return error("syntax", message, place, help="read it with --dialect sympy")
        return error("syntax", f"`{token.text}` has no meaning here", place, help=_HELP)


def _tokens(text: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(text):
        yield Token(str(match.lastgroup), match[0], *match.span())


_CALL_AT_START = re.compile(r"\s*(?:[^\W\d]\w*\s*=\s*)?[-\[({\s]*[^\W\d][\w.]*\s*\(")
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
        if len(source.text) > MAXIMUM_TEXT_LENGTH:
            raise error(
                "too-large",
                f"the text has {len(source.text):,} characters; the limit is {MAXIMUM_TEXT_LENGTH:,}",
                Span(source, 0, 1),
                help="split the design into several",
            )
        whole = _Frame(Token("open", "", 0, 0))
        item = _Parser(source, [whole]).read()
        return Reading(read_items(item, options), source.text)


READER = SreprReader()
