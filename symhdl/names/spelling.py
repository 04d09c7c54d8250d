"""Guesses at what a misspelt name was meant to be."""

from __future__ import annotations

from collections.abc import Iterable

SIMILAR = 0.7  # of difflib's ratio; below it a guess misleads more often than it helps
MISSPELT = 0.8  # above it, two names of some length are hardly meant to be different
SHORTEST_MISSPELT = 4


def similar(name: str, known: Iterable[str]) -> str | None:
    """The known name that comes nearest, if any is near; case does not count against it."""
    candidates = sorted(set(known))
    lower = {candidate.lower(): candidate for candidate in reversed(candidates)}
    if name.lower() in lower:
        return lower[name.lower()]
    from difflib import get_close_matches  # for mistakes alone

    found = get_close_matches(name.lower(), list(lower), n=1, cutoff=SIMILAR)
    return lower[found[0]] if found else None


def misspelt(name: str, known: Iterable[str]) -> str | None:
    """The known name of which this one is in all likelihood a misspelling.

    Names that differ in digits alone (`gamma1`, `gamma2`) or at an end (`angle_x`, `angle_y`) are siblings.
    """
    guess = similar(name, known)
    if guess is None or len(name) < SHORTEST_MISSPELT or _letters(name) == _letters(guess):
        return None
    if name[0] != guess[0] or name[-1] != guess[-1]:
        return None
    from difflib import SequenceMatcher

    return guess if SequenceMatcher(None, name, guess).ratio() >= MISSPELT else None


def _letters(name: str) -> str:
    return "".join(c for c in name if not c.isdigit())
