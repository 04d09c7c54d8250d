"""Names in LaTeX: a letter or a word with its subscript and primes, spelt as SymPy spells them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from symhdl.sources.latex.commands import FONTS, LETTERS

MAXIMUM_DECORATION = 90  # behind a word of 100 characters: together not too long for a name

_FONT = "|".join(map(re.escape, sorted(FONTS)))
_PRIMES = r"(?:\s*(?:['′]|\^\s*\\prime|\^\s*\{\s*(?:\\prime\s*|['′]\s*)+\}))*+"
_BRACED = r"[^{}]*(?:\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}[^{}]*)*"
_DECORATION = re.compile(
    rf"(?P<before>{_PRIMES})(?:\s*_\s*(?:\{{(?P<braced>{_BRACED})\}}"
    rf"|(?P<bare>[0-9]+|\\(?:{_FONT})\s*\{{[^{{}}]*\}}|\\[A-Za-z]+|[^\W\d_]))|(?P<small>[₀-₉]+))?(?P<after>{_PRIMES})"
)
_MORE = re.compile(r"[^\W\d_]*")
_COMMAND = re.compile(r"\\([A-Za-z]+|.)\s*")


def decoration(text: str, position: int) -> tuple[str, int, str]:
    """What is written on a name from `position` on: a subscript and primes, which come last in the name.

    With it, where it ends, and letters or digits behind the subscript that may belong to it.
    """
    match = _DECORATION.match(text, position, min(len(text), position + MAXIMUM_DECORATION))
    assert match is not None, "every part may be missing; please report this"
    bare = match["bare"] or ""
    inside = plain(match["braced"] or bare or match["small"] or "")
    primes = "'" * len(re.findall(r"\\prime|['′]", match["before"] + match["after"]))
    doubtful = bare if len(bare) > 1 and bare.isdigit() else ""
    if bare.isalpha() and not primes and (more := _MORE.match(text, match.end())):
        doubtful = more[0]
    return (f"_{{{inside}}}" if inside else "") + primes, match.end(), doubtful


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
