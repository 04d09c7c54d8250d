"""Python's own parser, `ast`, which runs nothing, held within its bounds, and its errors with place and remedy."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TypeVar

from symhdl.errors import Source, Span, SymhdlError, error
from symhdl.grammar.tokens import check_length
from symhdl.numeric.limits import MAXIMUM_DIGITS, MAXIMUM_NAME_LENGTH, MAXIMUM_NODES

Node = TypeVar("Node", bound=ast.AST)

FILE_NAME = "<text of Python>"
"""What `ast` is told to read: it shows up in audit events."""

MOST_OPEN = 150
LONGEST_CHAIN = 2000
"""`ast` takes some 200 brackets and 3,000 operators one inside the other."""

MOST_TOKENS = 2 * MAXIMUM_NODES
"""Each of the nodes of `ast` takes some hundred bytes."""

NATIVE_REMEDY = "if it is nothing but a formula: --dialect native takes more"

_TOKEN = re.compile(
    r"(?P<blank>(?:[^\S\n]|\\\r?\n)+|\#[^\n]*"
    r"|\"\"\"(?:[^\\]|\\[\s\S])*?(?:\"\"\"|\Z)|'''(?:[^\\]|\\[\s\S])*?(?:'''|\Z)"
    r"|\"(?:[^\"\\\n]|\\[\s\S])*\"?|'(?:[^'\\\n]|\\[\s\S])*'?)"
    r"|(?P<number>(?:[0-9]|\.[0-9])(?:[eE][+-](?=[0-9])|[\w.])*)"
    r"|(?P<name>[^\W\d]\w*)|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<end>[,;\n])|(?P<operator>[\s\S])"
)
_LONGEST = {
    "number": ("bad-number", MAXIMUM_DIGITS),
    "name": ("name-too-long", MAXIMUM_NAME_LENGTH),
}
_NESTING_WORDS = frozenset(["if", "else", "lambda", "not", "and", "or", "in", "for", "await"])
_UNREADABLE = re.compile("[\0\ud800-\udfff]")
_INVISIBLE = str.maketrans("\u00a0\ufeff", "  ")
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class PythonText:
    """The statements of a text, and where each node of them stands in it."""

    source: Source
    statements: list[ast.stmt]
    _lines: list[str]
    _starts: list[int]
    _characters: dict[int, list[int]] = field(default_factory=dict)

    def span(self, node: ast.stmt | ast.expr | ast.keyword | ast.arg | ast.alias) -> Span:
        """The characters of the node."""
        start = self._position(node.lineno, node.col_offset)
        last, column = node.end_lineno, node.end_col_offset
        assert last is not None and column is not None, "a node without an end; please report this"
        return Span(self.source, start, max(start + 1, self._position(last, column)))

    def shown(self, node: ast.expr) -> str:
        """The node as the user wrote it."""
        place = self.span(node)
        return self.source.text[place.start : place.end]

    def _position(self, line: int, column: int) -> int:
        """The character at a byte of the UTF-8 of a line."""
        text = self._lines[line - 1]
        if not text.isascii():
            if line not in self._characters:
                widths = (len(character.encode()) for character in text)
                bytes_of = (index for index, width in enumerate(widths) for _ in range(width))
                self._characters[line] = [*bytes_of, len(text)]
            column = self._characters[line][column]
        return self._starts[line - 1] + column


def postorder(root: Node, parts_of: Callable[[Node], Sequence[Node]]) -> list[Node]:
    """The node and all its parts, theirs too, each behind its own parts."""
    found: list[Node] = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting += parts_of(node)
    found.reverse()
    return found


def parse_python(source: Source, remedy: str = NATIVE_REMEDY) -> PythonText:
    """The text as nodes of `ast`. Raises SymhdlError; `remedy` is for a text that is too much for `ast`."""
    _check_bounds(source, remedy)
    lines, starts = _dedented(source.text)
    text = "\n".join(lines)
    try:
        with warnings.catch_warnings():  # such as of `1if x else 2`: its place would be lost
            warnings.simplefilter("ignore")
            statements = ast.parse(text, FILE_NAME).body
    except SyntaxError as found:
        line = min(found.lineno or 1, len(lines))
        end = found.end_offset or 0 if found.end_lineno == found.lineno else 0
        column = min(max(1, found.offset or 1), len(lines[line - 1]) + 1)
        start = starts[line - 1] + column - 1
        raise _told(source, found.msg, start, start + end - column) from None
    except (RecursionError, MemoryError):
        message = "this is nested too deeply for the parser of Python"
        place = Span(source, 0, max(1, len(source.text)))
        raise error("too-deep", message, place, help=remedy) from None
    return PythonText(source, statements, lines, starts)


def _check_bounds(source: Source, remedy: str) -> None:
    """Raises SymhdlError for what is too long or nested too deeply, counted in the tokens."""
    check_length(source, len(source.text))
    unreadable = _UNREADABLE.search(source.text)
    if unreadable is not None:
        place = Span(source, *unreadable.span())
        message = "this character cannot stand in a text of Python"
        raise error("syntax", message, place, help="remove it")
    chains = [0]  # for every open bracket, the operators since its last comma
    factors = 0  # operators since the last sign: terms of a sum do not stand inside the next one
    depth = 0
    for count, match in enumerate(_TOKEN.finditer(source.text)):
        kind, text = match.lastgroup, match.group()
        place = Span(source, *match.span())
        if kind in ("open", "close", "end"):
            factors = 0
        if kind == "open":
            chains.append(0)
            if len(chains) > MOST_OPEN + 1:
                message = f"more than {MOST_OPEN} brackets are open here"
                raise error("too-deep", message, place, help=remedy)
        elif kind == "close" and len(chains) > 1:
            depth += 1 - chains.pop()  # what is called or indexed may be called again
            chains[-1] += 1
        elif kind == "operator" or text in _NESTING_WORDS:
            change = 1 - factors if text in "+-" else 1
            factors = 0 if text in "+-" else factors + 1
            chains[-1] += change
            depth += change
        elif text == "elif":  # each stands inside of the one before
            depth += 1
        elif kind == "end" and (text != "\n" or len(chains) == 1):
            depth -= chains[-1]
            chains[-1] = 0
        elif kind in _LONGEST and len(text) > _LONGEST[kind][1]:
            id, longest = _LONGEST[kind]
            message = f"a {kind} has at most {longest} characters, this one has {len(text)}"
            raise error(id, message, place)
        if count > MOST_TOKENS:
            message = f"more than {MOST_TOKENS:,} words and signs are too much for one text"
            raise error("too-large", message, place, help="split the design into several")
        if depth > LONGEST_CHAIN:
            message = f"more than {LONGEST_CHAIN:,} operations are one inside the other here"
            raise error("too-large", message, place, help=remedy)


def _dedented(text: str) -> tuple[list[str], list[int]]:
    """The lines without the blanks that stand before all of them, or before the first; where they start then."""
    lines = _LINE_END.split(text.translate(_INVISIBLE))
    starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
    indents = [len(line) - len(line.lstrip(" \t")) for line in lines]
    has_code = [line.strip(" \t\f")[:1] not in ("", "#") for line in lines]
    margin = min((n for n, used in zip(indents, has_code, strict=True) if used), default=0)
    cuts = [min(margin, indent) for indent in indents]
    if True in has_code:
        cuts[has_code.index(True)] = indents[has_code.index(True)]
    shortened = [line[cut:] for line, cut in zip(lines, cuts, strict=True)]
    return shortened, [start + cut for start, cut in zip(starts, cuts, strict=True)]


_REMEDIES = (
    # a piece of what `ast` says, our id, and what to do if it does not say that itself
    ("was never closed", "unmatched-bracket", "close it"),
    ("unmatched", "unmatched-bracket", "remove it"),
    ("does not match opening", "unmatched-bracket", "close the bracket with its own sign"),
    ("cannot assign", "bad-target", "only variables can be assigned to"),
    ("unexpected indent", "syntax", "take away the blanks before it"),
    ("unindent", "syntax", "give the line the indentation of one before"),
    ("expected an indented block", "syntax", "indent the lines that belong to it"),
    ("too many levels", "too-deep", "make functions of the inner blocks"),
    ("decimal literal", "bad-number", "a product needs its `*`"),
    ("leading zeros", "bad-number", None),
    ("invalid character", "syntax", "remove it"),
    ("invalid non-printable", "syntax", "remove it"),
)


def _told(source: Source, said: str, start: int, end: int) -> SymhdlError:
    """The error for what `ast` says of the place. Where it says little, we look at what stands there."""
    text = source.text
    begin = text.rfind("\n", 0, start) + 1
    if "indent" in said:
        start = begin
    while start + 1 < len(text) and text[start] in " \t\f":
        start += 1
    line = _TOKEN.finditer(text, begin)
    upto = takewhile(lambda match: match.start() <= start, line)
    tokens = [match for match in upto if match.lastgroup != "blank"]
    found = tokens[-1] if tokens else None
    before = tokens[-2] if len(tokens) > 1 else None
    place = Span(source, start, max(end, start + 1, found.end() if found else 0))
    shown = text[start : place.end].split("\n")[0].strip()
    for piece, id, help in _REMEDIES:
        if piece in said:
            return error(id, said.partition(";")[0], place, help=help)
    if "'=='" in said:
        message = "an assignment inside an expression is not read"
        return error("syntax", message, place, help="equality is `==`")
    is_pair = found and before and found.lastgroup in _VALUES and before.lastgroup in _VALUES
    if "comma" in said or (is_pair and "invalid syntax" in said):
        both = shown if "comma" in said else text[before.start() : place.end] if before else ""
        message = f"an operator is missing in `{both[:40]}`"
        return error("syntax", message, place, help="a product needs its `*`")
    if said != "invalid syntax":
        return error("syntax", said[:1].lower() + said[1:], place)
    if not shown:
        message = "something is missing at the end of this line"
        return error("syntax", message, place, help="write a value, or remove the operator")
    help = _SIGNS.get(shown[:1], "remove it, or write what is missing before it")
    return error("syntax", f"`{shown[:40]}` does not fit here", place, help=help)


_SIGNS = {
    "&": "write `and`",
    "|": "write `or`",
    "!": "write `not`",
    "?": "write: a if condition else b",
}
"""What operators of other languages are in Python."""

_VALUES = ("number", "name", "close")
