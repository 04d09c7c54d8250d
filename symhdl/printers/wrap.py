"""Long lines into several, broken where an expression falls apart most naturally."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

WIDTH = 96
SHORTEST_LINE = 3  # a line is never less than a third full for the sake of a better break
_OPENING, _CLOSING = "([{", ")]}"


def wrap(pieces: Sequence[str], first: int, indent: str) -> list[str]:
    """The pieces as lines; `first` characters stand before the first line, `indent` begins the others.

    Lines break before operators and behind commas, preferably outside of brackets.
    """
    whole = "".join(pieces)
    if first + len(whole) <= WIDTH:
        return [whole]
    words = _words(pieces)
    lines: list[str] = []
    start, room = 0, WIDTH - first
    while start < len(words):
        end = _end_of_line(words, start, room)
        text = "".join(word for word, _ in words[start:end])
        lines.append((indent if lines else "") + (text.lstrip(" ") if lines else text).rstrip(" "))
        start, room = end, WIDTH - len(indent)
    return lines


def separated(words: Iterable[str], separator: str = ", ") -> list[str]:
    """The words with the separator between them, as pieces."""
    return [piece for word in words for piece in (separator, word)][1:]


def _words(pieces: Sequence[str]) -> list[tuple[str, int]]:
    """Texts before which a line may break, and how bad that is: by open brackets, and worse at operators."""
    words: list[tuple[str, int]] = []
    current: list[str] = []
    depth = depth_of_word = 0
    for piece in pieces:
        if piece.startswith(" ") and current:
            words.append(("".join(current), depth_of_word))
            current, depth_of_word = [], 2 * depth + 1
        current.append(piece)
        depth += opened(piece)
        if piece.endswith(", "):
            words.append(("".join(current), depth_of_word))
            current, depth_of_word = [], 2 * depth
    if current:
        words.append(("".join(current), depth_of_word))
    return words


@lru_cache(maxsize=1024)
def opened(piece: str) -> int:
    """How many more brackets the text opens than it closes."""
    return sum(map(piece.count, _OPENING)) - sum(map(piece.count, _CLOSING))


def _end_of_line(words: Sequence[tuple[str, int]], start: int, room: int) -> int:
    """Behind the last word of the line that begins with word `start`."""
    length = 0
    best: int | None = None
    lengths: list[int] = []
    end = start
    while end < len(words) and length + len(words[end][0].rstrip()) <= room:
        length += len(words[end][0])
        lengths.append(length)
        end += 1
    if end == len(words):
        return end
    for candidate in range(start + 1, end + 1):
        if lengths[candidate - start - 1] * SHORTEST_LINE < room:
            continue
        if best is None or words[candidate][1] <= words[best][1]:
            best = candidate
    return best if best is not None else max(end, start + 1)
