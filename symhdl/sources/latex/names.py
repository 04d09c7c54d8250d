"""Names in LaTeX: a letter or a word with its subscripts and primes, spelt as SymPy spells them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from symhdl.sources.latex.commands import LETTERS, PLAIN_FONTS, UNICODE_LETTERS

MAXIMUM_SUBSCRIPT = 100  # characters; what is longer is no index
MAXIMUM_DECORATION = 400

_PRIMES = re.compile(
    r"\s*(?:(?P<quotes>['′]+)|\^\s*(?:\\prime|\{\s*(?P<commands>(?:\\prime\s*|['′]\s*)+)\}))"
)
_BRACED_STAR = re.compile(r"\s*\^\s*\{\s*(?:\*|\\ast|\\star|\\dagger)\s*\}")
_BARE_STAR = re.compile(r"\s*\^\s*(?:\*|\\(?:ast|star|dagger)(?![A-Za-z]))")
_BRACED = re.compile(r"\s*_\s*\{(?P<inside>[^{}]*(?:\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}[^{}]*)*)\}")
_DIGITS = re.compile(r"\s*_\s*(?P<inside>[0-9]+)")
_COMMAND = re.compile(r"\s*_\s*\\(?P<inside>[A-Za-z]+)(?:\s*\{(?P<argument>[^{}]*)\})?")
_LETTER = re.compile(r"\s*_\s*(?P<inside>[^\W\d_])(?P<more>[^\W\d_]*)")
_SMALL_DIGITS = re.compile(r"[₀-₉]+")
_STAR_INDEX = re.compile(r"\s*_\s*\*")
_INNER_COMMAND = re.compile(r"\\([A-Za-z]+|.)\s*")
_INVISIBLE = re.compile(r"[{}\s~]")
_SILENT = re.compile(r"[\\{}_]")
_INDEX = re.compile(r"(?P<name>[^\W\d_])(?P<offset>[+-][0-9]{1,4})?")


class Decoration(NamedTuple):
    """What is written on a name: the text to add, where it ends, and letters that may belong to the subscript."""

    text: str
    end: int
    doubtful: str = ""


def decoration(text: str, position: int, limit: int) -> Decoration:
    """Subscripts, primes and stars from `position` on; primes come last in the name, wherever they are written."""
    limit = min(limit, position + MAXIMUM_DECORATION)
    subscript = star = doubtful = ""
    primes = 0
    while True:
        if match := _PRIMES.match(text, position, limit):
            written = match["quotes"] or match["commands"] or "'"
            primes += len(re.findall(r"\\prime|['′]", written))
        elif match := _BRACED_STAR.match(text, position, limit) or _BARE_STAR.match(
            text, position, limit
        ):
            star = "^{*}"
        elif not subscript and (found := _subscript(text, position, limit)) is not None:
            subscript, position, doubtful = found
            continue
        else:
            break
        position = match.end()
    return Decoration(f"{subscript}{star}{chr(39) * primes}", position, doubtful)


def _subscript(text: str, position: int, limit: int) -> Decoration | None:
    """The subscript, if one that a name can have stands here."""
    if match := _BRACED.match(text, position, limit):
        inside = plain(match["inside"])
        fits = 0 < len(inside) <= MAXIMUM_SUBSCRIPT
        return Decoration(f"_{{{inside}}}", match.end()) if fits else None
    if match := _DIGITS.match(text, position, limit):
        inside = match["inside"]
        return Decoration(f"_{{{inside}}}", match.end(), inside if len(inside) > 1 else "")
    if match := _COMMAND.match(text, position, limit):
        if match["inside"] in PLAIN_FONTS and match["argument"]:
            return Decoration(f"_{{{plain(match['argument'])}}}", match.end())
        return Decoration(f"_{{{plain(match['inside'])}}}", match.end("inside"))
    if match := _LETTER.match(text, position, limit):
        letter = UNICODE_LETTERS.get(match["inside"], match["inside"])
        return Decoration(f"_{{{letter}}}", match.end("inside"), match["more"])
    if match := _SMALL_DIGITS.match(text, position, limit):
        return Decoration(f"_{{{''.join(str(ord(c) - ord('₀')) for c in match[0])}}}", match.end())
    if match := _STAR_INDEX.match(text, position, limit):
        return Decoration("_{*}", match.end())
    return None


def plain(inside: str) -> str:
    """The text of a subscript without what cannot be seen: fonts, braces, blanks."""

    def spelt(match: re.Match[str]) -> str:
        command = match[1]
        if command in PLAIN_FONTS or not command[0].isalpha():
            return "_" if command == "_" else ""
        return LETTERS.get(command, "*" if command in ("ast", "star") else command)

    inside = _INNER_COMMAND.sub(spelt, inside)
    return "".join(UNICODE_LETTERS.get(c, c) for c in _INVISIBLE.sub("", inside))


def spelling_key(name: str) -> str:
    r"""Equal for the ways in which a name can be written: `x_{0}`, `x_0`, `x0`; `\theta`, `theta`."""
    return _SILENT.sub("", name)


def spellings(names: Iterable[str]) -> Mapping[str, str]:
    """The names by their keys and by themselves."""
    known = list(names)
    return {spelling_key(name): name for name in known} | {name: name for name in known}


def indexed(name: str, indices: Mapping[str, int]) -> str:
    """The name with the indices of sums in its subscript replaced by their values: `x_{i+1}` is `x_{3}`."""
    base, mark, rest = name.partition("_{")
    inside, closing, tail = rest.rpartition("}")
    if not mark or not closing:
        return name
    parts = [_part(part, indices) for part in inside.split(",")]
    return f"{base}_{{{','.join(parts)}}}{tail}"


def _part(part: str, indices: Mapping[str, int]) -> str:
    match = _INDEX.fullmatch(part)
    if match is not None:
        value = indices.get(match["name"])
        return part if value is None else str(value + int(match["offset"] or 0))
    letters = [c for c in part if c in indices]
    is_row_of_indices = len(part) <= 2 or all(c.isdigit() or c in indices for c in part)
    if part.isalnum() and is_row_of_indices and all(0 <= indices[c] <= 9 for c in letters):
        return "".join(str(indices.get(c, c)) for c in part)
    return part
