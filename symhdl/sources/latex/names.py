"""Names in LaTeX: a letter or a word with its subscript and primes, spelt as SymPy spells them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from symhdl.sources.latex.commands import FONTS, LETTERS

MAXIMUM_DECORATION = 400

_FONT = "|".join(map(re.escape, sorted(FONTS)))
_PRIMES = re.compile(r"\s*(?:['′]+|\^\s*(?:\\prime|\{\s*(?:\\prime\s*|['′]\s*)+\}))")
_SUBSCRIPT = re.compile(
    r"\s*_\s*(?:\{(?P<braced>[^{}]*(?:\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}[^{}]*)*)\}"
    rf"|(?P<bare>[0-9]+|\\(?:{_FONT})\s*\{{[^{{}}]*\}}|\\[A-Za-z]+|[^\W\d_]))|(?P<small>[₀-₉]+)"
)
_MORE = re.compile(r"[^\W\d_]*")
_COMMAND = re.compile(r"\\([A-Za-z]+|.)\s*")


def decoration(text: str, position: int) -> tuple[str, int, str]:
    """What is written on a name from `position` on: a subscript and primes, which come last in the name.

    With it, where it ends, and letters or digits behind the subscript that may belong to it.
    """
    limit = min(len(text), position + MAXIMUM_DECORATION)
    subscript = doubtful = ""
    primes = 0
    while True:
        if match := _PRIMES.match(text, position, limit):
            primes += len(re.findall(r"\\prime|['′]", match[0]))
            position = match.end()
            continue
        match = None if subscript else _SUBSCRIPT.match(text, position, limit)
        inside = (
            "" if match is None else plain(match["braced"] or match["bare"] or match["small"] or "")
        )
        if match is None or not inside:
            return f"{subscript}{chr(39) * primes}", position, doubtful
        subscript = f"_{{{inside}}}"
        position = match.end()
        bare = match["bare"] or ""
        if len(bare) > 1 and bare.isdigit():
            doubtful = bare
        elif bare.isalpha() and (more := _MORE.match(text, position)):
            doubtful = more[0]


def plain(inside: str) -> str:
    """The text of a subscript without what cannot be seen: fonts, braces, blanks."""

    def spelt(match: re.Match[str]) -> str:
        command = match[1]
        if command in FONTS or not command.isalpha():
            return "_" if command == "_" else ""
        return LETTERS.get(command, command)

    visible = re.sub(r"[{}\s~]", "", _COMMAND.sub(spelt, inside))
    return visible.translate({ord("₀") + digit: str(digit) for digit in range(10)})


def spelling_key(name: str) -> str:
    r"""Equal for the ways in which a name can be written: `x_{0}`, `x_0`, `x0`; `\theta`, `theta`."""
    return re.sub(r"[\\{}_]", "", name)


def spellings(names: Iterable[str]) -> Mapping[str, str]:
    """The names by their keys and by themselves."""
    known = list(names)
    return {spelling_key(name): name for name in known} | {name: name for name in known}
