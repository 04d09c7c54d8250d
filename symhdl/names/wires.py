"""Names of the values in hardware: how long they get, and what the parts of a value are called."""

from __future__ import annotations

from functools import lru_cache

LONGEST = 32
LONGEST_WHOLE = 20  # of what has parts
JOINING = frozenset(
    [
        "and",
        "at",
        "else",
        "equals",
        "minus",
        "mod",
        "of",
        "or",
        "over",
        "plus",
        "the",
        "times",
        "to",
    ]
)
"""Words with which no name ends."""


@lru_cache(maxsize=4096)
def shortened_name(name: str, longest: int = LONGEST) -> str:
    """The name, cut behind a whole word that joins nothing if it is too long."""
    if len(name) <= longest:
        return name
    words = name[: longest + 1].split("_")[:-1]
    while len(words) > 1 and words[-1] in JOINING:
        words.pop()
    return "_".join(words) or name[:longest]


def name_of_part(whole: str, role: str) -> str:
    """What a part of a value is called, such as `sin_x_index`; all parts of it begin alike."""
    return f"{shortened_name(whole, LONGEST_WHOLE)}_{role}"


def name_of_step(name: str, word: str) -> str:
    """What is made of a value, such as `x_cut`."""
    return f"{shortened_name(name, LONGEST - len(word) - 1)}_{word}"
