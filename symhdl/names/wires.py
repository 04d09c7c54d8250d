"""Names of the values in hardware: how long they get, and what the parts of a value are called."""

from __future__ import annotations

LONGEST = 32
LONGEST_WHOLE = 20  # of what has parts


def shortened_name(name: str, longest: int = LONGEST) -> str:
    """The name, cut at its last whole word if it is too long."""
    if len(name) <= longest:
        return name
    whole = name[: longest + 1].rpartition("_")[0]
    return whole or name[:longest]


def name_of_part(whole: str, role: str) -> str:
    """What a part of a value is called, such as `sin_x_index`; all parts of it begin alike."""
    return f"{shortened_name(whole, LONGEST_WHOLE)}_{role}"


def name_of_step(name: str, word: str) -> str:
    """What is made of a value, such as `x_cut`."""
    return f"{shortened_name(name, LONGEST - len(word) - 1)}_{word}"
