"""Where the expressions stand in a text with several: lists, matrices, dicts and equations as SymPy prints them."""

from __future__ import annotations

import re

from symhdl.errors import Source, Span, error
from symhdl.parsed import Excerpt
from symhdl.sources.reading.prefix_text import end_of_bracket, parts_between

_CONTAINER = re.compile(
    r"(?P<kind>(?:Immutable|Mutable)?(?:Dense|Sparse)?(?:Matrix|NDimArray)|Array|Tuple|)\s*[(\[{]"
)
_EQUATION = re.compile(r"(?:Eq|Equality|Assignment)\s*\(\s*(?P<name>[^\W\d]\w*)\s*,")
_WRAPPED = re.compile(r"(?P<kind>Poly|PurePoly|Lambda)\s*\(")  # of which one part is the expression
_ENTRY = re.compile(r"['\"]?(?P<name>[^\W\d]\w*)['\"]?\s*:")
_WORD = re.compile(r"[^\W\d]\w*")
_DEEPEST = 4  # brackets of containers: a dict of matrices has three


def excerpts_of(source: Source) -> list[Excerpt]:
    """The expressions and the names of their outputs; none if the text is one expression or a program."""
    text = source.text
    found: list[tuple[str, int, int]] = []
    defined: set[str] = set()
    waiting = [("", 0, len(text), 0)]
    while waiting:
        name, start, end, depth = waiting.pop()
        start, end = _stripped(text, start, end)
        equation = _equation(text, start, end)
        if equation is not None:
            found.append(equation)
            defined.add(equation[0])
            continue
        start, end = _unwrapped(text, start, end)
        parts = _elements(text, start, end, is_inner=depth > 0) if depth < _DEEPEST else []
        if not parts:
            found.append((name, start, end))
        for index in range(len(parts) - 1, -1, -1):
            entry = _ENTRY.match(text, *_stripped(text, *parts[index]))
            label = f"{name}{index}" if name else ""
            inner = parts[index] if entry is None else (entry.end(), parts[index][1])
            waiting.append((label if entry is None else entry["name"], *inner, depth + 1))
    if len(found) == 1 and found[0] == ("", *_stripped(text, 0, len(text))):
        return []
    _refuse_chains(source, found, defined)
    unnamed = sum(not name for name, _, _ in found)
    numbers = iter(range(unnamed))
    return [
        Excerpt(name or ("y" if unnamed == 1 else f"y{next(numbers)}"), start, end)
        for name, start, end in found
    ]


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _equation(text: str, start: int, end: int) -> tuple[str, int, int] | None:
    """Name and expression of `Eq(name, expression)`, unless it is a condition on the name."""
    match = _EQUATION.match(text, start, end)
    if match is None or end_of_bracket(text, text.index("(", start), end) != end:
        return None
    if any(word[0] == match["name"] for word in _WORD.finditer(text, match.end(), end - 1)):
        return None
    return match["name"], match.end(), end - 1


def _unwrapped(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the expression stands in a Poly or a Lambda."""
    match = _WRAPPED.match(text, start, end)
    if match is None or end_of_bracket(text, match.end() - 1, end) != end:
        return start, end
    parts = parts_between(text, match.end(), end - 1)
    return _stripped(text, *parts[-1 if match["kind"] == "Lambda" else 0])


def _elements(text: str, start: int, end: int, *, is_inner: bool) -> list[tuple[int, int]]:
    """Where the elements of a container stand; none if it is none, such as an expression or a pair in brackets."""
    match = _CONTAINER.match(text, start, end)
    if match is None or end_of_bracket(text, match.end() - 1, end) != end:
        return []
    parts = parts_between(text, match.end(), end - 1)
    is_plain = text[match.end() - 1] == "(" and not match["kind"]
    if is_plain and (is_inner or len(parts) == 1):
        return []
    if len(parts) > 1 and not text[slice(*parts[-1])].strip():
        parts.pop()  # after a last comma, as in (x,)
    return parts


def _refuse_chains(source: Source, found: list[tuple[str, int, int]], defined: set[str]) -> None:
    """Equations that need one another would need an order; what is defined would silently become an input."""
    for _, start, end in found if defined else ():
        for word in _WORD.finditer(source.text, start, end):
            if word[0] in defined:
                raise error(
                    "chained-equations",
                    f"`{word[0]}` is defined in this text and used in it",
                    Span(source, *word.span()),
                    help=f"write definitions as lines of their own: {word[0]} = ...",
                )
